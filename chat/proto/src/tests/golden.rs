//! Frames of this release and of those before it, as they went over the wire: `golden/N`, the newest last; see
//! `golden/README.md`. What an older release says is read, and nothing of it is lost; what it hears, it can read.
use std::{
    collections::BTreeSet,
    fmt::Debug,
    fs,
    path::{Path, PathBuf},
};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::samples;
use crate::{
    desk::{FromDesk, ToDesk},
    visitor::{FromVisitor, Stream, Streamed, ToVisitor},
};

/// A frame's type.
trait Frame: Serialize + DeserializeOwned + PartialEq + Debug {}
impl<T: Serialize + DeserializeOwned + PartialEq + Debug> Frame for T {}

/// So many releases before this one are served (CHAT.md §0).
const SERVED: usize = 2;
/// Writes the newest folder anew.
const WRITE: &str = "TANDEM_GOLDEN";

/// The folders, the oldest first.
fn editions() -> Vec<PathBuf> {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    let entries = fs::read_dir(all).expect("the folder").map(|it| it.expect("an entry").path());
    let number = |it: &PathBuf| it.file_name()?.to_str()?.parse::<u32>().ok();
    let mut folders: Vec<_> = entries.filter_map(|it| Some((number(&it)?, it))).collect();
    folders.sort();
    folders.into_iter().map(|(_, it)| it).collect()
}

/// The folders that have this. Visitors' requests came with the third.
fn editions_of(direction: &str) -> Vec<PathBuf> {
    let first = if direction.starts_with("stream") { 2 } else { 0 };
    editions().split_off(first)
}

/// The frames of one direction, a line each.
fn lines(folder: &Path, direction: &str) -> Vec<Value> {
    let text = fs::read_to_string(folder.join(direction).with_extension("jsonl")).expect("frames");
    text.lines().map(|it| serde_json::from_str(it).expect("JSON")).collect()
}

/// Calls a check with the type of each direction.
macro_rules! each_direction {
    ($check:ident $(, $more:expr)*) => {
        $check::<FromVisitor>("from_visitor", samples::from_visitor() $(, $more)*);
        $check::<ToVisitor>("to_visitor", samples::to_visitor() $(, $more)*);
        $check::<FromDesk>("from_desk", samples::from_desk() $(, $more)*);
        $check::<ToDesk>("to_desk", samples::to_desk() $(, $more)*);
    };
}

/// The same of what requests are answered, which is no frame but holds them.
macro_rules! each_answer {
    ($check:ident) => {
        $check::<Stream>("stream", samples::stream());
        $check::<Streamed>("streamed", samples::streamed());
    };
}

fn read<T: Frame>(frame: &Value, from: &Path) -> T {
    serde_json::from_value(frame.clone())
        .unwrap_or_else(|error| panic!("{}: {error}: {frame}", from.display()))
}

/// Whether everything of one value stands in another.
fn holds(all: &Value, part: &Value) -> bool {
    match (all, part) {
        (Value::Object(all), Value::Object(part)) => {
            part.iter().all(|(key, it)| all.get(key).map_or(is_nothing(it), |all| holds(all, it)))
        }
        (Value::Array(all), Value::Array(part)) => {
            all.len() == part.len() && all.iter().zip(part).all(|(all, it)| holds(all, it))
        }
        _ => all == part,
    }
}

/// What an older release wrote out and a newer one leaves out.
fn is_nothing(it: &Value) -> bool {
    match it {
        Value::Null | Value::Bool(false) => true,
        Value::Number(it) => it.as_i64() == Some(0),
        Value::String(it) => it.is_empty(),
        Value::Array(it) => it.is_empty(),
        Value::Object(it) => it.values().all(is_nothing),
        Value::Bool(true) => false,
    }
}

#[test]
fn there_are_this_release_and_the_two_before_it() {
    assert!(SERVED < editions().len(), "{:?}", editions());
}

fn is_spoken_now<T: Frame>(direction: &str, spoken: Vec<T>) {
    let newest = editions().pop().expect("a folder");
    let text: String =
        spoken.iter().map(|it| serde_json::to_string(it).expect("it can be written") + "\n").collect();
    let file = newest.join(direction).with_extension("jsonl");
    if std::env::var_os(WRITE).is_some() {
        fs::write(&file, &text).expect("written");
    }
    let golden = fs::read_to_string(&file).expect("frames");
    assert!(
        golden == text,
        "{direction} is not what stands in {}: read golden/README.md\n{text}",
        newest.display()
    );
}

#[test]
fn the_newest_frames_are_those_that_are_spoken_now() {
    each_direction!(is_spoken_now);
    each_answer!(is_spoken_now);
}

#[test]
fn requests_are_answered_with_frames_as_sockets_carry_them() {
    for it in samples::streamed() {
        let json = |it: &ToVisitor| serde_json::to_string(it).expect("it can be written");
        let frames: Vec<_> = it.frames.iter().map(json).collect();
        let frames: Vec<_> = frames.iter().map(String::as_str).collect();
        assert_eq!(Streamed::written(it.cursor, &frames), serde_json::to_string(&it).expect("JSON"));
    }
}

fn has_each_kind<T: Frame>(direction: &str, spoken: Vec<T>) {
    let Err(error) = serde_json::from_value::<T>(json!({ "t": "?" })) else { panic!("it reads anything") };
    let text = error.to_string();
    let (_, list) = text.split_once("expected one of ").expect("the kinds");
    let known: BTreeSet<_> = list.split(", ").map(|it| it.trim_matches('`').to_owned()).collect();
    let kind = |it: &T| serde_json::to_value(it).expect("it can be written")["t"].as_str().map(str::to_owned);
    let there: BTreeSet<_> = spoken.iter().filter_map(kind).collect();
    assert_eq!(there, known, "{direction}");
}

#[test]
fn each_kind_of_frame_is_among_them() {
    each_direction!(has_each_kind);
}

fn is_read_and_nothing_is_lost<T: Frame>(direction: &str, _: Vec<T>) {
    for folder in editions_of(direction) {
        for frame in lines(&folder, direction) {
            let it: T = read(&frame, &folder);
            let again = serde_json::to_value(&it).expect("it can be written");
            assert!(holds(&again, &frame), "{}: {frame} was read as {again}", folder.display());
            // MessagePack carries the same names.
            let bytes = rmp_serde::to_vec_named(&frame).expect("it can be written");
            assert_eq!(rmp_serde::from_slice::<T>(&bytes).expect("a frame"), it, "{frame}");
            let bytes = rmp_serde::to_vec_named(&it).expect("it can be written");
            assert_eq!(rmp_serde::from_slice::<T>(&bytes).expect("a frame"), it, "{frame}");
        }
    }
}

// shows: ERR-07
#[test]
fn what_any_release_says_is_read_and_nothing_of_it_is_lost() {
    each_direction!(is_read_and_nothing_is_lost);
    each_answer!(is_read_and_nothing_is_lost);
}

/// Puts something unknown into every object, as a later release may.
fn with_more(it: &Value) -> Value {
    match it {
        Value::Object(map) => {
            let mut map: serde_json::Map<_, _> =
                map.iter().map(|(key, it)| (key.clone(), with_more(it))).collect();
            map.insert("later".to_owned(), json!({ "depth": [1, { "more": null }] }));
            Value::Object(map)
        }
        Value::Array(all) => all.iter().map(with_more).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => it.clone(),
    }
}

/// A map of what people filled in takes any key; what is unknown there is a text.
fn without_later(frame: &Value) -> Value {
    match frame {
        Value::Object(map) => map
            .iter()
            .map(|(key, it)| {
                let is_texts = ["form", "data", "campaign", "fields"].contains(&key.as_str());
                let is_presence = key == "presence" && it.is_object();
                let whole = (is_texts || is_presence).then(|| without(it, "later"));
                (key.clone(), whole.unwrap_or_else(|| without_later(it)))
            })
            .collect(),
        Value::Array(all) => all.iter().map(without_later).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => frame.clone(),
    }
}

fn without(it: &Value, key: &str) -> Value {
    let mut it = it.clone();
    it.as_object_mut().map(|map| map.remove(key));
    it
}

fn is_read_with_more<T: Frame>(direction: &str, _: Vec<T>) {
    for folder in editions_of(direction) {
        for frame in lines(&folder, direction) {
            let more = without_later(&with_more(&frame));
            assert_ne!(more, frame);
            assert_eq!(read::<T>(&more, &folder), read::<T>(&frame, &folder), "{more}");
            let bytes = rmp_serde::to_vec_named(&more).expect("it can be written");
            assert_eq!(rmp_serde::from_slice::<T>(&bytes).expect("a frame"), read(&frame, &folder), "{more}");
        }
    }
}

#[test]
fn what_a_later_release_adds_is_passed_over() {
    each_direction!(is_read_with_more);
    each_answer!(is_read_with_more);
}

/// The least that an older release wants of a kind: what each of its frames of it has.
fn wanted(frames: &[Value], kind: &str) -> BTreeSet<String> {
    let of = frames.iter().filter(|it| it["t"] == kind).filter_map(Value::as_object);
    let names = of.map(|it| it.keys().cloned().collect::<BTreeSet<_>>());
    names.reduce(|all, it| all.intersection(&it).cloned().collect()).unwrap_or_default()
}

fn can_be_read_before<T: Frame>(direction: &str, spoken: Vec<T>) {
    let before = editions();
    for folder in before.iter().rev().skip(1).take(SERVED) {
        let frames = lines(folder, direction);
        for frame in spoken.iter().map(|it| serde_json::to_value(it).expect("it can be written")) {
            let wanted = wanted(&frames, frame["t"].as_str().expect("a kind"));
            let lacks: Vec<_> = wanted.iter().filter(|it| frame.get(it.as_str()).is_none()).collect();
            assert!(lacks.is_empty(), "{} wants {lacks:?} in {frame}", folder.display());
        }
    }
}

#[test]
fn what_is_said_now_has_all_that_the_two_releases_before_want() {
    can_be_read_before::<ToVisitor>("to_visitor", samples::to_visitor());
    can_be_read_before::<ToDesk>("to_desk", samples::to_desk());
}

// shows: ERR-07
#[test]
fn kinds_of_messages_that_come_later_are_kept_as_they_are_called() {
    for folder in editions() {
        for direction in ["to_visitor", "to_desk"] {
            let frames = lines(&folder, direction);
            let mut frame = frames.into_iter().find(|it| it["t"] == "msgs").expect("messages");
            frame["msgs"][0]["kind"] = "hologram".into();
            frame["msgs"][0]["from"] = "oracle".into();
            let again = match direction {
                "to_visitor" => json!(read::<ToVisitor>(&frame, &folder)),
                _ => json!(read::<ToDesk>(&frame, &folder)),
            };
            let first = &again["msgs"][0];
            assert_eq!((&first["kind"], &first["from"]), (&json!("hologram"), &json!("system")), "{again}");
        }
    }
}
