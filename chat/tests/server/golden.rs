//! Clients of the two releases before: what they say is done and answered, and they can read what they are told.
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use chat_client::name;
use chat_proto::desk::{Deed, List, Query};
use serde_json::{Value, json};

use crate::{
    engines::Database,
    limits::idle,
    once::talking,
    raw::{self, Raw},
    site::{form, play},
};

/// The releases whose frames are kept, this one last.
fn editions() -> Vec<PathBuf> {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("proto/golden");
    let entries = fs::read_dir(all).expect("the folder").map(|it| it.expect("an entry").path());
    let mut folders: Vec<_> = entries.filter(|it| it.is_dir()).collect();
    folders.sort();
    assert!(2 < folders.len(), "{folders:?}");
    folders
}

fn lines(folder: &Path, direction: &str) -> Vec<Value> {
    let text = fs::read_to_string(folder.join(direction).with_extension("jsonl")).expect("frames");
    text.lines().map(|it| serde_json::from_str(it).expect("JSON")).collect()
}

/// Each frame that was heard has what that release never went without.
fn can_read(folder: &Path, direction: &str, socket: &Raw) {
    let known = lines(folder, direction);
    let mut kinds = BTreeSet::new();
    for text in &socket.heard {
        let frame: Value = serde_json::from_str(text).expect("JSON");
        let of = known.iter().filter(|it| it["t"] == frame["t"]).filter_map(Value::as_object);
        let wanted = of.map(|it| it.keys().collect::<BTreeSet<_>>());
        let wanted = wanted.reduce(|all, it| all.intersection(&it).copied().collect());
        for name in wanted.unwrap_or_default() {
            assert!(frame.get(name).is_some(), "{} wants {name} in {frame}", folder.display());
        }
        kinds.insert(frame["t"].to_string());
    }
    assert!(3 < kinds.len(), "it was told too little to say so: {kinds:?}");
}

/// What becomes of what a visitor says while they talk, and after they have closed.
const ANSWERS: [(&str, &str); 6] = [
    ("start", "ack"),
    ("send", "ack"),
    ("choose", "nack"),
    ("submit", "nack"),
    ("close", "ack"),
    ("rate", "ack"),
];

// shows: ERR-07
#[test]
fn widgets_of_the_releases_before_are_served() {
    play(Database::file(), async |bench| {
        for folder in editions() {
            let (mut lea, mut anna, conv) = talking(&bench).await;
            lea.leave().await;
            let token = lea.token().await.expect("a token");
            let mut socket = raw::widget(&bench.place()).await;
            for mut frame in lines(&folder, "from_visitor") {
                let kind = frame["t"].as_str().expect("a kind").to_owned();
                let is_hello = kind == "hello";
                if is_hello && (frame.get("resume").is_some() || !socket.heard.is_empty()) {
                    // One hello, of a browser that has nothing.
                    continue;
                }
                let cid = name();
                for (member, is) in [("token", &token), ("conv", &conv), ("cid", &cid)] {
                    if frame.get(member).is_some() {
                        frame[member] = json!(is);
                    }
                }
                if kind == "start" {
                    // Nobody leaves a message here; what is asked for is filled in.
                    frame["offline"] = json!(false);
                    frame["form"] = json!(form());
                }
                if kind == "send" {
                    // Files are another story; nothing is sent that says nothing.
                    frame["files"] = json!([]);
                    frame["text"] = "Bonjour".into();
                }
                socket.say(&frame).await;
                if is_hello {
                    socket.until("welcome").await;
                }
                if let Some((_, expected)) = ANSWERS.iter().find(|it| it.0 == kind) {
                    let answer = socket.answer(&cid).await;
                    assert_eq!(answer["t"], *expected, "{}: {frame} is answered {answer}", folder.display());
                }
            }
            // What is answered last comes after all of the others.
            let last = name();
            socket.say(&json!({ "t": "close", "cid": last, "conv": name() })).await;
            assert_eq!(socket.answer(&last).await["fault"]["code"], "not_found");
            can_read(&folder, "to_visitor", &socket);
            anna.reads(&conv, |it| it.text == "Bonjour").await.expect("read");
            anna.leave().await;
        }
    });
}

#[test]
fn desks_of_the_releases_before_are_served() {
    play(Database::file(), async |bench| {
        for folder in editions() {
            let (mut lea, mut anna, conv) = talking(&bench).await;
            let mut socket = idle(&bench).await;
            for mut frame in lines(&folder, "from_desk") {
                if frame["t"] == "hello" {
                    continue;
                }
                let cid = name();
                for (member, is) in [("conv", &conv), ("cid", &cid)] {
                    if frame.get(member).is_some() {
                        frame[member] = json!(is);
                    }
                }
                socket.say(&frame).await;
                if frame.get("cid").is_some() {
                    // Which of them Ben may, and when, is another story.
                    socket.answer(&cid).await;
                }
            }
            socket.say(&json!({ "t": "do", "cid": conv, "conv": name(), "what": { "kind": "wake" } })).await;
            assert_eq!(socket.answer(&conv).await["fault"]["code"], "not_found");
            can_read(&folder, "to_desk", &socket);
            anna.watch(Query { list: List::Mine, ..Query::default() }).await.expect("a list");
            // It may be over by what Ben has said.
            let _ = anna.does(&conv, Deed::Close { tags: vec![] }).await;
            anna.leave().await;
            lea.leave().await;
        }
    });
}

/// A frame of a later release, said to this one: the client is told that it is not understood, and nothing else happens.
#[test]
fn a_frame_that_is_not_known_ends_the_socket_and_fields_that_are_not_do_not() {
    play(Database::file(), async |bench| {
        let (mut lea, mut anna, conv) = talking(&bench).await;
        lea.leave().await;
        let token = lea.token().await.expect("a token");
        let mut socket = raw::widget(&bench.place()).await;
        socket.say(&json!({ "t": "hello", "token": token, "later": { "depth": [1] } })).await;
        socket.until("welcome").await;
        let cid = name();
        let send =
            json!({ "t": "send", "cid": cid, "conv": conv, "text": "Bonjour", "mood": { "good": true } });
        socket.say(&send).await;
        assert_eq!(socket.answer(&cid).await["t"], "ack");
        socket.say(&json!({ "t": "hologram", "cid": name(), "conv": conv })).await;
        assert_eq!(socket.end().await.as_deref(), Some("malformed"));
        anna.reads(&conv, |it| it.text == "Bonjour").await.expect("read");
    });
}
