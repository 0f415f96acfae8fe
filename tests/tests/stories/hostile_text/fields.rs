//! Every field that a text can be written into: those of the documented API, of the accounts, and of the wire. A field
//! that is new fails here until somebody says where its text is shown, or why it is not.
use std::collections::BTreeSet;

use chat_proto::{
    Form,
    desk::{Deed, FromDesk, List, Presence, Query, Say},
    visitor::{FromVisitor, PageProof, PageView, TokenRequest, Visit},
};
use serde_json::{Value, json};
use tests::plain::{texts_of_schema, texts_of_value};

use Where::{As, Not};

/// What becomes of a field's text.
pub enum Where {
    /// It is shown; the stories look for it under this name.
    As(&'static str),
    /// It is not: why.
    Not(&'static str),
}

const WORD: &str = "one of a few words, or refused";
const NAME: &str = "a name that a client made: digits, or refused";
const ADDRESS: &str = "an address; another one is refused";
const SECRET: &str = "never told";

/// Ends of paths that mean the same wherever they stand.
const ENDS: [(&str, Where); 18] = [
    (".kind", Not(WORD)),
    (" colour", Not(WORD)),
    (" lang", Not(WORD)),
    (" entry", Not(WORD)),
    (" strategy", Not(WORD)),
    (" offer_stops_on", Not(WORD)),
    ("presence to", Not(WORD)),
    (".zone", Not(WORD)),
    (".from", Not("a day, or refused")),
    (".to", Not("a day, or refused")),
    (" cid", Not(NAME)),
    (" conv", Not(NAME)),
    (" token", Not(SECRET)),
    (" resume.conv", Not(NAME)),
    (" say.kind", Not(WORD)),
    (" what.kind", Not(WORD)),
    (" password", Not(SECRET)),
    (" email", Not(ADDRESS)),
];

/// All others. What makes something and what changes it are one field.
pub const FIELDS: [(&str, Where); 58] = [
    ("bot nodes.*.text.*", As("question")),
    ("bot nodes.*.choices.*.label.*", As("choice")),
    ("hours message.*", As("closed")),
    ("hours ways.*.label.*", As("way")),
    ("hours ways.*.value", As("phone")),
    ("queues name", As("queue")),
    ("tags name", As("tag")),
    ("canned short", As("short")),
    ("canned title", As("canned")),
    ("canned body", As("reply")),
    ("canned site", Not("a key that must be known")),
    ("notes text", As("sticky")),
    ("contacts *", As("company")),
    ("agents languages.*", Not("a language's tag, or refused")),
    ("custom *.key", Not("small letters, digits and _, or refused")),
    ("custom *.label.*", As("custom")),
    ("forms start.*.key", Not("small letters, digits and _, or refused")),
    ("forms start.*.label.*", As("label")),
    ("forms offline.*.key", Not("small letters, digits and _, or refused")),
    ("forms offline.*.label.*", As("label")),
    ("general bot_name", As("bot")),
    ("general greeting.*", As("greeting")),
    ("general query_keys.*", Not("a part of addresses, shown to who wrote it")),
    ("general refused_files.*", Not("endings, shown to who wrote them")),
    ("accounts first_name", As("first")),
    ("accounts last_name", As("last")),
    ("accounts site", As("site")),
    ("uploads name", As("file")),
    ("uploads type", Not("the server finds out itself")),
    ("token secret", Not(SECRET)),
    ("token identity", Not(SECRET)),
    ("hello page.key", Not(SECRET)),
    ("hello page.signature", Not(SECRET)),
    ("start form.*", As("name")),
    ("start visit.id", Not(NAME)),
    ("start visit.referrer", Not(ADDRESS)),
    ("start visit.campaign.*", As("campaign")),
    ("start visit.pages.*.url", Not(ADDRESS)),
    ("start visit.pages.*.title", As("title")),
    ("send text", As("asked")),
    ("send files.*", Not(NAME)),
    ("submit form.*", As("left")),
    ("rate text", Not("kept; desks show the stars")),
    ("page url", Not(ADDRESS)),
    ("page title", As("title")),
    ("custom data.*", As("basket")),
    ("send say.text", As("answered")),
    ("send say.files.*", Not(NAME)),
    ("send link.url", Not(ADDRESS)),
    ("send link.title", As("link")),
    ("send deal.url", Not(ADDRESS)),
    ("send deal.text", As("deal")),
    ("send note.text", As("note")),
    ("do what.note", As("handed")),
    ("do what.reason", As("reason")),
    ("presence site", Not("a key that must be known")),
    ("watch query.words", Not("shown to who typed it")),
    ("watch query", Not("keys and words of the list")),
];

/// How many characters a field may have.
pub fn most(field: &str) -> usize {
    match field {
        "short" => 32,
        "tag" | "queue" | "bot" | "first" | "last" | "site" | "label" | "custom" | "choice" | "way" => 60,
        "canned" | "file" | "phone" => 100,
        "campaign" => 200,
        "title" => 200,
        "basket" => 200,
        "asked" | "answered" => 10_000,
        _ => 1_500,
    }
}

/// The names that must have been seen.
pub fn shown() -> BTreeSet<&'static str> {
    FIELDS.iter().filter_map(|(_, it)| if let As(name) = it { Some(*name) } else { None }).collect()
}

fn of_the_api() -> BTreeSet<String> {
    let document = serde_json::to_value(chat::api::document()).expect("JSON");
    let mut all = BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        let words: Vec<_> =
            path.split('/').filter(|it| !it.starts_with('{') && *it != "check" && *it != "preview").collect();
        let thing = words.last().expect("a path");
        for method in ["post", "put", "patch"] {
            let schema = &item[method]["requestBody"]["content"]["application/json"]["schema"];
            if schema.is_object() {
                all.extend(texts_of_schema(&document, schema).into_iter().map(|it| format!("{thing} {it}")));
            }
        }
    }
    all
}

fn text() -> String {
    "text".to_owned()
}

/// What visitors say with texts in it, with every field: one that is added does not compile until it stands here.
fn of_visitors() -> Vec<FromVisitor> {
    let form = || Form::from([("*".to_owned(), text())]);
    let page = || PageView { url: text(), title: text(), at: 1 };
    let visit = Visit { id: text(), started: 1, referrer: text(), campaign: form(), pages: vec![page()] };
    let proof = PageProof { key: text(), signature: text() };
    vec![
        FromVisitor::Hello { token: text(), resume: None, page: Some(proof) },
        FromVisitor::Start { cid: text(), form: form(), lang: text(), offline: false, visit },
        FromVisitor::Send { cid: text(), conv: text(), text: text(), files: vec![text()], reply_to: None },
        FromVisitor::Submit { cid: text(), conv: text(), form: form() },
        FromVisitor::Rate { cid: text(), conv: text(), stars: 1, text: text() },
        FromVisitor::Page(page()),
        FromVisitor::Custom { data: form() },
    ]
}

/// What desks say with texts in it, as above; and what the part with the text is.
fn of_desks() -> Vec<(FromDesk, &'static str)> {
    let does = |what| FromDesk::Do { cid: text(), conv: text(), what };
    let says = |say| FromDesk::Send { cid: text(), conv: text(), say };
    let query = Query {
        list: List::Mine,
        sites: vec![text()],
        queues: vec![],
        tags: vec![],
        agents: vec![],
        online: None,
        starred: false,
        words: text(),
        sort: text(),
    };
    vec![
        (says(Say::Text { text: text(), files: vec![text()], reply_to: None }), "say"),
        (says(Say::Link { url: text(), title: text() }), "link"),
        (says(Say::Deal { text: text(), url: text() }), "deal"),
        (says(Say::Note { text: text() }), "note"),
        (does(Deed::TransferToAgent { agent: 1, note: text(), force: false }), "what"),
        (does(Deed::TransferToQueue { queue: 1, note: text() }), "what"),
        (does(Deed::Block { tags: vec![], reason: text() }), "what"),
        (FromDesk::Presence { cid: text(), site: text(), to: Presence::Away }, "say"),
        (FromDesk::Watch { query: Some(query) }, "query"),
    ]
}

fn of_the_wire() -> BTreeSet<String> {
    let json = |frame: Result<Value, serde_json::Error>| frame.expect("JSON");
    let request = TokenRequest { secret: text(), identity: Some(text()) };
    let asked = texts_of_value(&json(serde_json::to_value(request)));
    let mut all: BTreeSet<String> = asked.iter().map(|it| format!("token {it}")).collect();
    for frame in of_visitors() {
        all.extend(of_frame(&json(serde_json::to_value(frame)), "say"));
    }
    for (frame, of) in of_desks() {
        all.extend(of_frame(&json(serde_json::to_value(frame)), of));
    }
    all
}

/// The variants that a type reads by a tag, as it says itself where it reads another.
fn variants(tag: &str, read: impl Fn(Value) -> serde_json::Result<()>) -> BTreeSet<String> {
    let text = read(json!({ tag: "?" })).expect_err("it reads anything").to_string();
    let (_, list) = text.split_once("expected one of ").unwrap_or_else(|| panic!("{text}"));
    list.split(", ").map(|it| it.trim_matches('`').to_owned()).collect()
}

/// What carries nothing that anybody wrote, but names of conversations, numbers and switches.
const WORDLESS: [(&str, &[&str]); 4] = [
    ("visitors", &["choose", "close", "typing", "read", "fetch"]),
    ("desks", &["hello", "open", "leave", "typing", "read", "fetch"]),
    ("words", &[]),
    (
        "deeds",
        &["take", "accept", "decline", "cancel_transfer", "snooze", "wake", "tag", "star", "close", "reopen"],
    ),
];

#[test]
fn each_kind_of_frame_has_its_texts_above_or_has_none() {
    let visitors: Vec<Value> =
        of_visitors().iter().map(|it| serde_json::to_value(it).expect("JSON")).collect();
    let desks: Vec<Value> =
        of_desks().iter().map(|(it, _)| serde_json::to_value(it).expect("JSON")).collect();
    let tags = |of: &[Value], at: &str| -> BTreeSet<String> {
        of.iter().filter_map(|it| it.pointer(at)?.as_str()).map(str::to_owned).collect()
    };
    let shown =
        [tags(&visitors, "/t"), tags(&desks, "/t"), tags(&desks, "/say/kind"), tags(&desks, "/what/kind")];
    let there = [
        variants("t", |it| serde_json::from_value::<FromVisitor>(it).map(drop)),
        variants("t", |it| serde_json::from_value::<FromDesk>(it).map(drop)),
        variants("kind", |it| serde_json::from_value::<Say>(it).map(drop)),
        variants("kind", |it| serde_json::from_value::<Deed>(it).map(drop)),
    ];
    for ((mut shown, there), (of, wordless)) in shown.into_iter().zip(there).zip(WORDLESS) {
        shown.extend(wordless.iter().map(|it| (*it).to_owned()));
        assert_eq!(shown, there, "what {of} say");
    }
}

fn of_frame(frame: &Value, of: &str) -> Vec<String> {
    let kind = frame["t"].as_str().expect("a kind");
    let paths = texts_of_value(frame).into_iter().filter(|it| it != "t");
    paths.map(|it| format!("{kind} {}", it.replacen("say.", &format!("{of}."), 1))).collect()
}

#[test]
fn each_field_is_shown_somewhere_or_it_is_said_why_not() {
    let accounts =
        ["accounts first_name", "accounts last_name", "accounts site", "uploads name", "uploads type"];
    let mut all: BTreeSet<String> = of_the_api();
    all.extend(of_the_wire());
    all.extend(accounts.map(str::to_owned));
    let known = |path: &str| {
        let named = |it: &str| path == it || (it == "watch query" && path.starts_with("watch query."));
        FIELDS.iter().any(|(it, _)| named(it)) || ENDS.iter().any(|(end, _)| path.ends_with(end))
    };
    let new: Vec<_> = all.iter().filter(|it| !known(it)).collect();
    assert!(new.is_empty(), "nobody says where these are shown: {new:#?}");
    let gone: Vec<_> = FIELDS
        .iter()
        .filter(|(it, _)| !all.contains(*it) && *it != "watch query")
        .map(|(it, why)| (it, if let Not(why) = why { why } else { "shown" }))
        .collect();
    assert!(gone.is_empty(), "these are no fields any more: {gone:?}");
}
