//! File names as they are kept and shown.
use unicode_normalization::UnicodeNormalization as _;

/// Longest name, bytes.
const MAX_BYTES: usize = 120;
/// The longest ending that is kept when a name is cut.
const MAX_ENDING: usize = 16;

/// A name that shows what it is and leads nowhere: composed, without signs that turn text round or are not seen,
/// without path separators, without dots and blanks at its ends, and at most 120 bytes long, its ending kept.
pub(super) fn clean(name: &str) -> String {
    let signs = name.nfc().filter(|sign| !is_hidden(*sign));
    let signs = signs.map(|sign| if is_separator(sign) { '_' } else { sign });
    let name: String = signs.collect();
    let name = name.trim_matches(is_loose);
    if name.is_empty() { "file".to_owned() } else { cut(name) }
}

/// Signs that Windows or Unix take apart or expand, too: what is saved has this name.
const fn is_separator(sign: char) -> bool {
    matches!(
        sign,
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' | '\u{2044}' | '\u{2215}' | '\u{29f8}'
    )
}

fn is_hidden(sign: char) -> bool {
    sign.is_control()
        || matches!(sign, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

fn cut(name: &str) -> String {
    if name.len() <= MAX_BYTES {
        return name.to_owned();
    }
    let ending =
        name.rfind('.').map(|at| &name[at..]).filter(|it| it.len() <= MAX_ENDING).unwrap_or_default();
    let end = name.floor_char_boundary(MAX_BYTES - ending.len());
    format!("{}{ending}", name[..end].trim_end_matches(is_loose))
}

/// What systems drop from the ends of names, or hide files by.
fn is_loose(sign: char) -> bool {
    sign.is_whitespace() || sign == '.'
}

/// The ending of a name, without its dot, in lower case.
pub(super) fn ending(name: &str) -> Option<String> {
    name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_nowhere_and_hides_nothing() {
        for (given, kept) in [
            ("report.pdf", "report.pdf"),
            ("e\u{301}te\u{301}.png", "été.png"),
            ("../../etc/passwd", "_.._etc_passwd"),
            ("C:\\temp\\a.txt", "C__temp_a.txt"),
            ("invoice\u{202e}fdp.exe", "invoicefdp.exe"),
            ("a\0b\r\nc.txt", "abc.txt"),
            ("evil.exe. . ", "evil.exe"),
            (".htaccess", "htaccess"),
            ("<img src=x>.svg", "_img src=x_.svg"),
            ("\u{feff}\u{200b}", "file"),
            ("...", "file"),
            ("", "file"),
        ] {
            assert_eq!(clean(given), kept, "{given:?}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_ending() {
        let long = clean(&format!("{}.pdf", "é".repeat(200)));
        assert!(long.len() <= MAX_BYTES && long.ends_with("é.pdf"), "{long}");
        assert_eq!(clean(&"a".repeat(500)).len(), MAX_BYTES);
        assert_eq!(clean(&format!("a.{}", "b".repeat(500))).len(), MAX_BYTES);
    }

    proptest::proptest! {
        #[test]
        fn whatever_comes_the_name_is_short_and_clean(name in ".{0,300}") {
            let kept = clean(&name);
            assert!(!kept.is_empty() && kept.len() <= MAX_BYTES, "{kept:?}");
            assert!(!kept.contains(['/', '\\', '\0', '\n']) && kept != "." && kept != "..", "{kept:?}");
            assert_eq!(clean(&kept), kept);
        }
    }
}
