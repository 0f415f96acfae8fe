//! Addresses of pages, as far as they may be kept.
use url::Url;

/// Longest address, bytes.
const LONGEST: usize = 2_000;

/// Origin, path and the allowed query keys of a page's address; no log-in, no hash. `None` for what is no page.
pub(super) fn clean(text: &str, keys: &[String]) -> Option<String> {
    let mut url = Url::parse(text).ok().filter(|it| matches!(it.scheme(), "http" | "https"))?;
    url.set_fragment(None);
    // Fails only where an address cannot have them.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    let kept: Vec<(String, String)> =
        url.query_pairs().filter(|(key, _)| keys.iter().any(|it| it == key)).map(owned).collect();
    url.set_query(None);
    if !kept.is_empty() {
        url.query_pairs_mut().extend_pairs(kept);
    }
    Some(url.to_string()).filter(|it| it.len() <= LONGEST)
}

fn owned((key, value): (std::borrow::Cow<'_, str>, std::borrow::Cow<'_, str>)) -> (String, String) {
    (key.into_owned(), value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    // shows: INF-01, PRV-04
    #[test]
    fn an_address_keeps_origin_path_and_what_the_site_allows() {
        let keys = ["size".to_owned()];
        let cases = [
            ("https://shop.example/a/b?size=42&token=secret#top", Some("https://shop.example/a/b?size=42")),
            ("https://lea:pw@shop.example/?token=x", Some("https://shop.example/")),
            ("http://shop.example:8080/caf%C3%A9", Some("http://shop.example:8080/caf%C3%A9")),
            ("javascript:alert(1)", None),
            ("file:///etc/passwd", None),
            ("not an address", None),
        ];
        for (text, expected) in cases {
            assert_eq!(clean(text, &keys).as_deref(), expected, "{text}");
        }
        assert_eq!(clean(&format!("https://a.example/{}", "b".repeat(LONGEST)), &[]), None);
    }
}
