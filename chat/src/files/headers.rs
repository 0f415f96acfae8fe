//! How a file is served: so that a browser never makes a page of it.
use axum::http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{
        CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS,
    },
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::sniff::is_raster;

/// What stands unescaped in `filename*` (RFC 8187, `attr-char`).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// What a file is fetched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To be shown where it is an image; else to be saved.
    Show,
    /// To be saved.
    Save,
}

/// The headers of a file of this name and type, which the server found by its bytes. Images are shown, whatever
/// else is saved; a type that could be markup or a script is never named.
pub fn headers(name: &str, media: &str, purpose: Purpose) -> HeaderMap {
    let is_shown = purpose == Purpose::Show && is_raster(media);
    let kind = if is_shown { "inline" } else { "attachment" };
    let disposition = format!("{kind}; filename*=UTF-8''{}", utf8_percent_encode(name, ESCAPED));
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(served_type(media)));
    if let Ok(value) = HeaderValue::from_str(&disposition) {
        headers.insert(CONTENT_DISPOSITION, value);
    }
    for (name, value) in [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-site"),
        (CACHE_CONTROL, "private, max-age=300"),
        (HeaderName::from_static("referrer-policy"), "no-referrer"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
}

fn served_type(media: &str) -> &'static str {
    match media {
        "image/png" => "image/png",
        "image/jpeg" => "image/jpeg",
        "image/gif" => "image/gif",
        "image/webp" => "image/webp",
        "image/avif" => "image/avif",
        "application/pdf" => "application/pdf",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, media: &str, purpose: Purpose) -> (String, String) {
        let headers = headers(name, media, purpose);
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "sandbox; default-src 'none'"),
            ("cross-origin-resource-policy", "same-site"),
            ("cache-control", "private, max-age=300"),
        ] {
            assert_eq!(headers[name], value);
        }
        let text = |name| headers[name].to_str().expect("text").to_owned();
        (text("content-type"), text("content-disposition"))
    }

    // shows: FIL-06
    #[test]
    fn images_are_shown_and_all_else_is_saved() {
        for media in ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"] {
            assert_eq!(
                of("a", media, Purpose::Show),
                (media.to_owned(), "inline; filename*=UTF-8''a".into())
            );
            assert_eq!(of("a", media, Purpose::Save).1, "attachment; filename*=UTF-8''a");
        }
        assert_eq!(of("a.pdf", "application/pdf", Purpose::Show).1, "attachment; filename*=UTF-8''a.pdf");
    }

    #[test]
    fn markup_and_scripts_are_never_named() {
        for media in
            ["image/svg+xml", "text/html", "text/xml", "application/xhtml+xml", "text/javascript", "x"]
        {
            let (kind, disposition) = of("a.svg", media, Purpose::Show);
            assert_eq!(kind, "application/octet-stream");
            assert_eq!(disposition, "attachment; filename*=UTF-8''a.svg");
        }
    }

    #[test]
    fn a_name_cannot_leave_its_header() {
        let (_, disposition) = of("é\"; filename=x.exe\r\nSet-Cookie: a.pdf", "x", Purpose::Save);
        assert_eq!(
            disposition,
            "attachment; filename*=UTF-8''%C3%A9%22%3B%20filename%3Dx.exe%0D%0ASet-Cookie%3A%20a.pdf"
        );
    }
}
