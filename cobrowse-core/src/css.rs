//! A scanner for style sheets (CSS Syntax Level 3, tokens only): finds URLs, leaves the rest alone; or, where
//! a site masks everything, keeps what is CSS and replaces what somebody wrote.
pub(crate) mod scan;
pub(crate) mod scrub;
pub(crate) mod urls;
pub(crate) mod words;

use urls::{Rewriter, Rigor};

/// What a URL in a sheet is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UrlKind {
    /// A sheet, in `@import`.
    Import,
    /// A font, in `@font-face`.
    Font,
    /// An image or cursor: anywhere else.
    Image,
}

/// Writes `text` with each URL replaced by what `replace` gives; `None` leaves an empty URL.
///
/// URLs are those in `url()`, `src()`, `@import "…"` and the strings of `image-set()`. References into the
/// document itself (`#id`) and the names of `@namespace` are no fetches and stay. Everything else is kept to
/// the byte.
pub fn rewrite_urls(text: &str, replace: impl FnMut(&str, UrlKind) -> Option<String>) -> String {
    Rewriter::new(text, Rigor::Kept, replace).run()
}

/// Whether `text` may hold a URL: when not, [`rewrite_urls`] would give it back unchanged.
pub fn may_hold_urls(text: &str) -> bool {
    let bytes = text.as_bytes();
    // The last letters of url, src, image-set and image, cross-fade, which may also be written with escapes.
    let function = |two: &[u8]| two[1] == b'(' && b"lcteLCTE".contains(&two[0]);
    bytes.iter().any(|byte| matches!(byte, b'\\' | b'@')) || bytes.windows(2).any(function)
}

/// The number in an address of the form `asset:N`.
pub fn asset_number(address: &str) -> Option<u32> {
    address.strip_prefix("asset:").filter(|digits| digits.bytes().all(|it| it.is_ascii_digit()))?.parse().ok()
}

/// Style from a frame with no URL left but `asset:N` and `#id`.
pub(crate) fn only_assets(text: &str) -> String {
    Rewriter::new(text, Rigor::Assets, asset_address).run()
}

/// The same for one of several texts that make a sheet together: nothing is left open at its end.
pub(crate) fn sealed(text: &str) -> String {
    Rewriter::new(text, Rigor::Sealed, asset_address).run()
}

fn asset_address(address: &str, _: UrlKind) -> Option<String> {
    asset_number(address).map(|number| format!("asset:{number}"))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Expect) {
        let new = rewrite_urls(text, |url, kind| (url != "drop").then(|| format!("{kind:?}<{url}>")));
        expected.assert_eq(&new);
    }

    #[test]
    fn every_form_of_a_url_is_found() {
        check(
            r#"@import "a.css" layer(x) screen; @import url(b.css); @namespace svg url(http://n);
a { background: url( c.png ), u\72 l('d\27 .png'), URL(drop); cursor: image-set("e.png" 1x, url(f.png) type("image/png")); }
@font-face { font-family: "F"; src: local("G"), url(g.woff2) format("woff2"); }
b { clip-path: url(#clip); content: "url(h)"; /* url(i) */ background: src("j") } @\69mport "k";"#,
            expect![[r##"
                @import "Import<a.css>" layer(x) screen; @import url("Import<b.css>"); @namespace svg url(http://n);
                a { background: url("Image<c.png>"), u\72 l("Image<d'.png>"), url(""); cursor: image-set("Image<e.png>" 1x, url("Image<f.png>") type("image/png")); }
                @font-face { font-family: "F"; src: local("G"), url("Font<g.woff2>") format("woff2"); }
                b { clip-path: url(#clip); content: "url(h)"; /* url(i) */ background: src("Image<j>") } @\69mport "Import<k>";"##]],
        );
    }

    #[test]
    fn a_quoted_url_import_is_an_import() {
        check(
            r#"@import url("a.css") supports(x: url(b));"#,
            expect![[r#"@import url("Import<a.css>") supports(x: url("Image<b>"));"#]],
        );
    }

    #[test]
    fn a_forged_sheet_cannot_be_completed_by_the_next_text() {
        for half in [
            "a{b:ur",
            "a{b:src(",
            "@import ",
            "a{b:image-set(",
            "/* ",
            "a{b:url(",
            "a{b:'",
            "a{b:image-set('",
        ] {
            let whole =
                sealed(half) + &sealed("l('http://evil')\"http://evil\"url(http://evil)*/'http://evil'");
            let mut found = Vec::new();
            rewrite_urls(&whole, |url, _| {
                found.push(url.to_owned());
                None
            });
            assert!(found.iter().all(|url| !url.contains("evil")), "{half}: {whole}");
        }
    }

    #[test]
    fn a_variable_does_not_become_a_url() {
        expect![[r#"a{--u:"http://evil";background:image-set(none(--u) 1x)}"#]]
            .assert_eq(&sealed(r#"a{--u:"http://evil";background:image-set(var(--u) 1x)}"#));
    }

    proptest! {
        #[test]
        fn no_other_text_is_lost(text in r#"([a-z@#.:;{}()"'\\/* \n0-9é,-]|src\(|/\*|@import "|image-set\(){0,60}"#) {
            prop_assume!(!text.to_lowercase().contains("url"));
            // Strings that are URLs are given back: only their quotes may differ.
            let new = rewrite_urls(&text, |url, _| Some(url.to_owned()));
            let plain = |text: &str| text.replace(['"', '\'', '\\'], "");
            prop_assume!(!text.contains('\\'));
            prop_assert_eq!(plain(&new), plain(&text));
        }

        #[test]
        fn what_holds_no_url_is_kept(text in r#"[a-z:;{} (,#.0-9srcuetimag-]{0,40}"#) {
            if !may_hold_urls(&text) {
                prop_assert_eq!(rewrite_urls(&text, |_, _| Some("x".to_owned())), text);
            }
        }

        #[test]
        fn sealing_twice_is_sealing_once(text in r#"([a-z@:;{}()"'\\/* \n]|url\(|image-set\(|asset:1){0,30}"#) {
            let once = sealed(&text);
            let mut left = Vec::new();
            rewrite_urls(&once, |url, _| { left.push(url.to_owned()); None });
            prop_assert!(left.iter().all(|url| asset_number(url).is_some()), "{once} {left:?}");
        }
    }
}
