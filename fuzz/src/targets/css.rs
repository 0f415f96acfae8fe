//! Style of strangers: whatever it is, only assets are left in it, and a masked page's words are gone.
use cobrowse_core::{
    css::{asset_number, rewrite_urls},
    dom::{
        AttributeName, Namespace,
        policy::{self, Keep},
    },
};

/// The text is the style attribute of a forged frame.
pub fn rewrite(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let mut found = 0;
    let kept = rewrite_urls(&text, |url, _| {
        found += 1;
        Some(url.to_owned())
    });
    let _ = rewrite_urls(&kept, |_, _| None);
    let Keep::Set(style) = policy::attribute(Namespace::Html, "p", AttributeName::Plain("style"), &text)
    else {
        panic!("a style is never left out");
    };
    rewrite_urls(&style, |url, _| {
        assert!(asset_number(url).is_some(), "{url:?} is left in {style:?}");
        None
    });
}

/// What sheets are made of.
pub fn seeds() -> Vec<Vec<u8>> {
    [
        r#"@import "a.css" layer(x); @namespace url(n); a{background:url( b.png ),u\72l('c')}"#,
        r#"b{background:image-set("d" 1x,url(e) type("image/png"));cursor:url(f g),src("h")}"#,
        r#"@font-face{font-family:"F";src:local("G"),url(asset:3) format("woff2")}/* url(i) */"#,
        r#"c{--x:{"j"};content:"url(k)";background:image-set(var(--x) 1x)}@\69mport'l';<!-- d{} -->"#,
    ]
    .map(|text| text.as_bytes().to_vec())
    .into()
}
