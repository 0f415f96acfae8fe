//! What a file is, by its first bytes. Names and declared types are only words.

/// So many bytes are looked at.
pub(super) const HEAD: usize = 8 * 1024;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sniffed {
    pub media: &'static str,
}

/// Nothing in particular.
const OTHER: &str = "application/octet-stream";

/// Looks at the first bytes of a file. What could be markup is markup, unless it begins like something that
/// browsers do not take for it.
pub(super) fn sniff(head: &[u8]) -> Sniffed {
    let head = &head[..head.len().min(HEAD)];
    let found = infer::get(head).filter(|it| it.matcher_type() != infer::MatcherType::Text);
    let media = match found {
        Some(found) => found.mime_type(),
        None => markup(head).unwrap_or_else(|| script_or_text(head)),
    };
    Sniffed { media }
}

fn script_or_text(head: &[u8]) -> &'static str {
    if head.starts_with(b"#!") {
        return "text/x-shellscript";
    }
    // A sign may be cut at the end.
    let is_text = match std::str::from_utf8(head) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    };
    if is_text && !head.contains(&0) { "text/plain" } else { OTHER }
}

/// What a browser could make a page of: tags anywhere in the head, also in UTF-16.
fn markup(head: &[u8]) -> Option<&'static str> {
    let text: Vec<u8> = head.iter().filter(|it| **it != 0).map(u8::to_ascii_lowercase).collect();
    let has = |tag: &str| text.windows(tag.len()).any(|it| it == tag.as_bytes());
    let begins = text.iter().position(|it| *it == b'<').is_some_and(|at| text[..at].iter().all(is_before));
    match () {
        () if has("<svg") => Some("image/svg+xml"),
        () if ["<!doctype html", "<html", "<head", "<body", "<script", "<iframe"]
            .iter()
            .any(|it| has(it)) =>
        {
            Some("text/html")
        }
        () if begins && has("<?xml") => Some("text/xml"),
        () if begins => Some("text/html"),
        () => None,
    }
}

/// What may stand before the first tag: blanks and byte order marks.
fn is_before(byte: &u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, 0xef | 0xbb | 0xbf | 0xfe | 0xff)
}

impl Sniffed {
    /// What browsers show as an image and nothing else.
    pub const fn is_raster(self) -> bool {
        is_raster(self.media)
    }

    /// What agents may send from phones; HEIC is what phones make.
    pub fn is_pdf_or_image(self) -> bool {
        let is_image = self.media.starts_with("image/") && self.media != "image/svg+xml";
        is_image || self.media == "application/pdf"
    }
}

/// Whether a type is that of an image that browsers show as nothing else.
pub(super) const fn is_raster(media: &str) -> bool {
    matches!(media.as_bytes(), b"image/png" | b"image/jpeg" | b"image/gif" | b"image/webp" | b"image/avif")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_say_what_a_file_is() {
        let utf16 = |text: &str| {
            let units = text.encode_utf16().flat_map(u16::to_le_bytes);
            [0xff, 0xfe].into_iter().chain(units).collect::<Vec<u8>>()
        };
        for (head, media) in [
            (&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], "image/png"),
            (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
            (b"GIF89a<script>alert(1)</script>", "image/gif"),
            (b"%PDF-1.7\n", "application/pdf"),
            (b"MZ\x90\0", "application/vnd.microsoft.portable-executable"),
            (&[b"\x7fELF\x02\x01\x01".to_vec(), vec![0; 60]].concat(), "application/x-executable"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
            (b"<?xml version='1.0'?>\n<!-- -->\n<SVG onload=x>", "image/svg+xml"),
            (b"\xef\xbb\xbf  <?xml version='1.0'?><a/>", "text/xml"),
            (b"\n <!DOCTYPE html><p>", "text/html"),
            (b"words, then <script>alert(1)</script>", "text/html"),
            (b"<b onclick=x>", "text/html"),
            (&utf16("<html>"), "text/html"),
            (b"#!/bin/sh\nrm", "text/x-shellscript"),
            ("a < b, été".as_bytes(), "text/plain"),
            (&"é".as_bytes()[..1], "text/plain"),
            (b"\x01\x02\x00\xff", OTHER),
            (b"", "text/plain"),
        ] {
            assert_eq!(sniff(head).media, media, "{}", String::from_utf8_lossy(head));
        }
    }

    #[test]
    fn what_begins_after_the_head_is_not_looked_at() {
        let far = [&vec![b'a'; HEAD][..], b"<script>"].concat();
        assert_eq!(sniff(&far).media, "text/plain");
    }

    #[test]
    fn an_svg_is_no_image_for_a_thread() {
        let svg = sniff(b"<?xml version='1.0'?><svg/>");
        assert!(!svg.is_raster() && !svg.is_pdf_or_image());
        assert!(sniff(b"%PDF-1.4").is_pdf_or_image());
    }
}
