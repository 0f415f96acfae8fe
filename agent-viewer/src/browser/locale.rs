//! Where people write dates and amounts: in the application's language, as their own region does.
use leptos::prelude::window;

/// The language as the browser's region writes it: English is `en-GB` where the browser prefers that.
pub(super) fn locale(language: &str) -> String {
    let preferred = window().navigator().languages();
    in_region(preferred.iter().filter_map(|tag| tag.as_string()), language)
}

/// The language with the region of the first tag that has both; alone where none has.
fn in_region(tags: impl Iterator<Item = String>, language: &str) -> String {
    let found = tags.into_iter().find_map(|tag| region_of(&tag, language).map(str::to_owned));
    found.map_or_else(|| language.to_owned(), |region| format!("{language}-{region}"))
}

/// The region of a tag of this language (BCP 47 §2.1: two letters or three digits, before what single letters begin).
fn region_of<'a>(tag: &'a str, language: &str) -> Option<&'a str> {
    let (primary, rest) = tag.split_once('-')?;
    if !primary.eq_ignore_ascii_case(language) {
        return None;
    }
    let is_region = |part: &str| {
        let bytes = part.as_bytes();
        (bytes.len() == 2 && bytes.iter().all(u8::is_ascii_alphabetic))
            || (bytes.len() == 3 && bytes.iter().all(u8::is_ascii_digit))
    };
    rest.split('-').take_while(|part| 1 < part.len()).find(|part| is_region(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(tags: &[&str], language: &str) -> String {
        in_region(tags.iter().map(|tag| (*tag).to_owned()), language)
    }

    #[test]
    fn a_language_is_written_as_in_the_region_that_the_browser_prefers() {
        assert_eq!(of(&["en-GB", "en-US", "en"], "en"), "en-GB");
        assert_eq!(of(&["fr-CA", "fr", "en-US"], "en"), "en-US");
        assert_eq!(of(&["en", "en-AU"], "en"), "en-AU");
        assert_eq!(of(&["fr-Latn-CH"], "fr"), "fr-CH");
        assert_eq!(of(&["es-419"], "es"), "es-419");
    }

    #[test]
    fn without_a_region_that_can_be_read_the_language_stands_alone() {
        for tags in [["de-DE"].as_slice(), &["en"], &["en_GB"], &["en-x-gb"], &["en-"], &[]] {
            assert_eq!(of(tags, "en"), "en", "{tags:?}");
        }
    }
}
