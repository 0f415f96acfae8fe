//! A canary in every place that a page can hold text: under "mask all" none is on the wire.
use super::{
    super::{
        PageFrame,
        columns::number,
        deflate::Inflater,
        testing::{Capture, Fact, Page},
    },
    Viewer,
};
use crate::{
    id::Epoch,
    redaction::{Flags, Mode, Policy},
};

const CANARY: &str = "Zqanary";

/// What the frames say, inflated, whatever a policy at the other end would leave of it.
fn said(frames: &[PageFrame]) -> String {
    let (mut inflater, mut all) = (Inflater::new(), String::new());
    for frame in frames.iter().filter(|frame| frame.payload.len() != 8) {
        let (_, deflated) = number(&frame.payload, "first id").expect("an id");
        let mut body = Vec::new();
        inflater.read(deflated, &mut body).expect("inflates");
        all.push_str(&String::from_utf8_lossy(&body));
    }
    all
}

fn element(page: &mut Page, parent: usize, tag: &str, attributes: &[(&str, &str)]) -> usize {
    let node = page.create(Fact::Element(0, tag.to_owned()));
    for (name, value) in attributes {
        page.nodes[node].attributes.insert((*name).to_owned(), (*value).to_owned());
    }
    if ["input", "textarea", "select", "option"].contains(&tag) {
        page.nodes[node].flags = Flags::FIELD;
    }
    let index = page.nodes[parent].children.len();
    page.insert(node, parent, index);
    node
}

fn text(page: &mut Page, parent: usize, data: &str) -> usize {
    let node = page.create(Fact::Text(data.to_owned()));
    let index = page.nodes[parent].children.len();
    page.insert(node, parent, index);
    node
}

const SHEET: &str = r#"/* Zqanary */ @import "Zqanary.css"; @charset "Zqanary"; @namespace Zqanary url(Zqanary);
@layer Zqanary; @font-face { font-family: Zqanary; src: url(Zqanary.woff2), local("Zqanary") }
@keyframes Zqanary { from { top: 0 } } @property --Zqanary { syntax: "Zqanary"; initial-value: Zqanary }
.Zqanary > #Zqanary[data-x="Zqanary"]:Zqanary(Zqanary)::Zqanary, Zqanary, :is(.Zqanary) { --Zqanary: Zqanary "Zqanary";
 content: "Zqanary" counter(Zqanary); background: url(Zqanary) url("Zqanary") image-set("Zqanary" 1x); Zqanary: 1;
 color: var(--Zqanary); width: 3Zqanary; font: 12px "Zqanary", Zqanary; --x: {Zqanary: "Zqanary"} }
@container Zqanary (width > 1px) { @Zqanary Zqanary { .a { & .Zqanary { order: 1 } } } } "Zqanary" 'Zqanary"#;

/// Attributes that any element may have.
const NAMES: &str = "\
    alt title aria-label aria-description aria-valuetext aria-labelledby aria-expanded data-x \
    placeholder label summary for name role type foo slot part exportparts is itemid cite ping width d \
    fill viewBox autocomplete xml:lang data-tandem-lock dir href src";

/// Every place, and the nodes whose text and attribute change later.
fn page() -> (Page, usize, usize) {
    let mut page = Page::new();
    page.set_attribute(0, " url", Some("https://shop.test/Zqanary?q=Zqanary#Zqanary"));
    page.set_attribute(0, " title", Some(CANARY));
    page.set_attribute(0, " css:1", Some(SHEET));
    let html = element(&mut page, 0, "html", &[("lang", "Zqanary"), ("class", "a Zqanary"), ("id", CANARY)]);
    let head = element(&mut page, html, "head", &[]);
    let title = element(&mut page, head, "title", &[]);
    text(&mut page, title, CANARY);
    element(&mut page, head, "meta", &[("name", CANARY), ("content", CANARY)]);
    element(&mut page, head, "meta", &[("name", "csrf-token"), ("content", CANARY)]);
    let style = element(&mut page, head, "style", &[("media", CANARY)]);
    text(&mut page, style, SHEET);
    element(&mut page, head, "link", &[("href", CANARY), ("title", CANARY), (" sheet", SHEET)]);
    element(&mut page, head, "base", &[("href", CANARY)]);
    for tag in ["script", "noscript", "template"] {
        let inert =
            element(&mut page, head, tag, &[("src", CANARY), ("nonce", CANARY), ("integrity", CANARY)]);
        text(&mut page, inert, CANARY);
    }
    let body = element(
        &mut page,
        html,
        "body",
        &[("onload", CANARY), ("style", "color:red;--x:Zqanary;content:'Zqanary'")],
    );
    places(&mut page, body);
    let changing = element(&mut page, body, "p", &[]);
    let data = text(&mut page, changing, "before");
    (page, changing, data)
}

fn places(page: &mut Page, body: usize) {
    text(page, body, CANARY);
    let comment = page.create(Fact::Comment(CANARY.to_owned()));
    page.insert(comment, body, 0);
    for name in NAMES.split(' ').chain([
        " unknown",
        " selection",
        " http://x/Zq q:title",
        " http://www.w3.org/1999/xlink xlink:href",
    ]) {
        element(page, body, "div", &[(name, CANARY)]);
    }
    element(page, body, "a", &[("href", "https://shop.test/Zqanary?Zqanary#Zqanary"), ("download", CANARY)]);
    element(page, body, "img", &[("src", CANARY), ("srcset", CANARY), ("usemap", "#Zqanary"), (" src", "3")]);
    element(page, body, "use", &[("href", "#Zqanary"), ("fill", "url(#Zqanary)")]);
    fields(page, body);
    let frame = element(page, body, "iframe", &[("srcdoc", CANARY), ("src", CANARY), ("name", CANARY)]);
    let document = page.set_content(frame, Fact::Document);
    let inner = element(page, document, "html", &[]);
    text(page, inner, CANARY);
    let host = element(page, body, "div", &[]);
    let root = page.set_content(host, Fact::Shadow);
    let slot = element(page, root, "slot", &[("name", CANARY)]);
    text(page, slot, CANARY);
}

fn fields(page: &mut Page, body: usize) {
    for (kind, state) in [
        ("hidden", ""),
        ("checkbox", "checked"),
        ("radio", "checked"),
        ("submit", ""),
        ("text", ""),
        ("password", ""),
    ] {
        element(
            page,
            body,
            "input",
            &[
                ("type", kind),
                ("value", CANARY),
                (" value", CANARY),
                ("pattern", CANARY),
                (" files", CANARY),
                (state, ""),
            ],
        );
    }
    let area = element(page, body, "textarea", &[(" value", CANARY)]);
    text(page, area, CANARY);
    let select = element(page, body, "select", &[(" value", CANARY)]);
    let option = element(page, select, "option", &[("value", CANARY), ("label", CANARY)]);
    text(page, option, CANARY);
    let button = element(page, body, "button", &[("value", CANARY), ("formaction", CANARY)]);
    text(page, button, CANARY);
}

/// The keyframe, then a delta with a changed text, a changed attribute and a new node.
fn record(mode: Mode) -> String {
    let (mut page, changing, data) = page();
    let mut capture = Capture::new(Policy { mode, key: [3; 16] });
    let mut frames = capture.keyframe(&mut page, Epoch(1)).expect("keyframe");
    for (name, value) in page.nodes[0].attributes.clone() {
        page.set_attribute(0, &name, Some(&value));
    }
    page.set_text(data, CANARY);
    page.set_attribute(changing, "data-y", Some(CANARY));
    page.set_attribute(changing, "style", Some("--y: Zqanary"));
    text(&mut page, changing, CANARY);
    frames.extend(capture.flush(&mut page).expect("delta"));
    let mut viewer = Viewer::new();
    viewer.apply(&frames);
    viewer.apply(&[capture.recorder.check()]);
    said(&frames)
}

#[test]
fn under_mask_all_no_canary_is_on_the_wire() {
    let said = record(Mode::MaskAll);
    let found: Vec<_> =
        said.match_indices(CANARY).map(|(at, _)| &said[at.saturating_sub(40)..at + 20]).collect();
    assert!(found.is_empty(), "{found:#?}");
    assert!(said.contains("color:red"), "what is only style stays");
}

#[test]
fn an_unmasked_canary_is_found() {
    let said = record(Mode::Default);
    assert!(said.matches(CANARY).count() > 20, "the search can find one");
    for never in ["csrf-token\0", "onload", "nonce", "integrity", "srcdoc"] {
        assert!(!said.contains(never), "{never}");
    }
}
