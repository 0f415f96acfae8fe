//! Where the script tag goes in documents that people really write.

#![allow(clippy::unwrap_used, reason = "a test may panic, and so may its helpers")]

use shop::{InjectError, Script, into_document};

fn script() -> Script {
    Script { origin: "http://desk.localhost:7401".into(), site_key: "demo".into() }
}

fn injected(html: &str) -> String {
    let done = into_document(html.as_bytes(), &script()).unwrap();
    let done = String::from_utf8(done).unwrap();
    assert_eq!(done.matches("/v1/loader.js").count(), 1, "{done}");
    assert_eq!(done.replacen(&script().tag(), "", 1), html, "nothing else changed");
    done.replacen(&script().tag(), "◆", 1)
}

#[test]
fn before_the_end_of_the_head() {
    assert_eq!(
        injected("<!doctype html><html><head><title>a</title></head><body></body></html>"),
        "<!doctype html><html><head><title>a</title>◆</head><body></body></html>"
    );
    assert_eq!(injected("<HTML><HEAD></HEAD ><BODY>"), "<HTML><HEAD>◆</HEAD ><BODY>");
}

#[test]
fn what_only_looks_like_the_end_of_the_head_is_left_alone() {
    for before in [
        "<!-- </head> -->",
        "<script>const end = '</head>'</script>",
        "<style>/* </head> */</style>",
        "<title></head></title>",
        "<meta content='</head>'>",
        "<!-- > </head> -- > --!></head><!-- -->",
    ] {
        let done = injected(&format!("<html><head>{before}<link></head><body></head></body></html>"));
        if before.starts_with("<!-- > ") {
            // `--!>` ends a comment, so the tag behind it is a real one.
            assert!(done.contains("--!>◆</head>"), "{done}");
        } else {
            assert_eq!(done, format!("<html><head>{before}<link>◆</head><body></head></body></html>"));
        }
    }
}

#[test]
fn a_head_that_nobody_closed() {
    assert_eq!(
        injected("<!doctype html><html><head><title>a</title><body><p>b</html>"),
        "<!doctype html><html><head>◆<title>a</title><body><p>b</html>"
    );
}

#[test]
fn no_head_at_all() {
    let doctype = "<!-- saved --><!DOCTYPE html>\n";
    assert_eq!(injected(&format!("{doctype}<p>b")), format!("{doctype}◆<p>b"));
    assert_eq!(injected("<header>no head</header>"), "◆<header>no head</header>");
    assert_eq!(injected("just text"), "◆just text");
    assert_eq!(injected("\u{feff}just text"), "\u{feff}◆just text");
}

#[test]
fn bytes_of_other_encodings_pass_unchanged() {
    let latin = b"<html><head><title>caf\xe9</title></head><body>\xff\xfe\x80</body></html>";
    let done = into_document(latin, &script()).unwrap();
    let at = done.windows(7).position(|it| it == b"<script").unwrap();
    let tag = script().tag();
    assert_eq!([&done[..at], &done[at + tag.len()..]].concat(), latin);
    assert!(matches!(into_document(b"\xff\xfe<\0h\0", &script()), Err(InjectError::Encoding)));
}

#[test]
fn the_tag_escapes_what_it_is_given() {
    let script = Script { origin: "http://desk.localhost:1/".into(), site_key: "a\"><b>&".into() };
    assert_eq!(
        script.tag(),
        r#"<script async src="http://desk.localhost:1/v1/loader.js" data-site="a&quot;>&lt;b>&amp;" referrerpolicy="no-referrer"></script>"#
    );
}
