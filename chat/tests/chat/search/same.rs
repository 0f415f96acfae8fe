//! Messages drawn at random, on both databases: every word finds its message, and the lists are the same.

use std::sync::Arc;

use chat::engine::NoShares;
use chat::model::*;
use chat::search::{Find, Search};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use unicode_normalization::char::is_combining_mark;

use super::{find, indexed, visitor_says};
use crate::engines::Database;
use crate::site::*;

const WORDS: [&str; 32] = [
    "Livraison",
    "livraisons",
    "l’été",
    "ÉTÉ",
    "naïve",
    "commande",
    "commander",
    "cœur",
    "Straße",
    "STRASSE",
    "deliveries",
    "delivery",
    "running",
    "ran",
    "don't",
    "AB-1234",
    "12,50€",
    "anna@example.com",
    "Ελλάδος",
    "ελλάδα",
    "Привет",
    "привета",
    "שָׁלוֹם",
    "كِتَاب",
    "नमस्ते",
    "日本語の",
    "東京",
    "안녕하세요",
    "ขอบคุณ",
    "İstanbul",
    "ﬁle",
    "e\u{301}te\u{301}",
];

fn text() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        8 => proptest::sample::select(&WORDS[..]).prop_map(str::to_owned),
        1 => "[a-zà-ÿ]{1,12}",
        1 => "\\PC{1,8}",
    ];
    let words = proptest::collection::vec(word, 1..9).prop_map(|it| it.join(" "));
    words.prop_filter("something is written", |it| it.chars().any(|sign| !sign.is_whitespace()))
}

/// What each of three visitors writes, in turn.
fn said() -> impl Strategy<Value = Vec<(u8, String)>> {
    proptest::collection::vec((0..3_u8, text()), 1..14)
}

struct Side {
    search: Search,
    /// Keeps the database.
    _bench: Bench,
}

impl Side {
    async fn new(database: Database, said: &[(u8, String)]) -> Self {
        let bench = Bench::new(database.open(), database, Arc::new(NoShares)).await;
        let mut chats = Vec::new();
        for n in 0..3 {
            chats.push(bench.begins(n).await);
        }
        for (n, (who, text)) in said.iter().enumerate() {
            bench.clock.set(i64::try_from(n / 3).expect("few"));
            visitor_says(&bench, &chats[usize::from(*who)], text).await;
        }
        let search = indexed(&bench).await;
        Self { search, _bench: bench }
    }

    /// What is found, without keys that differ from database to database.
    async fn found(&self, find: Find) -> Vec<(String, Place)> {
        let hits = self.search.find(find).await.expect("found").hits;
        hits.into_iter().map(|it| (format!("{:?} {:?}", it.snippet, it.at), it.place)).collect()
    }
}

/// What stands between blanks, if there is a letter or digit in it. A mark without a letter is no word.
fn chunks(text: &str) -> impl Iterator<Item = &str> {
    let is_sign = |it: char| it.is_alphanumeric() && !is_combining_mark(it);
    text.split_whitespace().filter(move |it| it.chars().any(is_sign))
}

async fn check(said: Vec<(u8, String)>) {
    let file = Side::new(Database::file(), &said).await;
    let server = Side::new(Database::postgres(), &said).await;
    let mut places = [1_u64; 3];
    for (who, text) in &said {
        let place = &mut places[usize::from(*who)];
        *place += 1;
        for chunk in chunks(text) {
            let both = (file.found(find(chunk)).await, server.found(find(chunk)).await);
            assert_eq!(both.0, both.1, "{chunk}");
            let has = both.0.iter().any(|it| it.1 == Place::Thread(Seq(*place)));
            assert!(has, "{chunk:?} does not find {text:?}");
        }
        let all: Vec<&str> = chunks(text).collect();
        for part in [all.join(" "), all.iter().take(2).copied().collect::<Vec<_>>().join(" ")] {
            assert_eq!(file.found(find(&part)).await, server.found(find(&part)).await, "{part}");
        }
    }
}

// shows: QUE-03
#[test]
fn every_word_of_a_message_finds_it_and_both_databases_agree() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|it| it.parse().ok()).unwrap_or(8);
    let mut runner = TestRunner::new(Config { cases, ..Config::default() });
    let run = runner.run(&said(), |said| {
        runtime.block_on(check(said));
        Ok(())
    });
    if let Err(failure) = run {
        panic!("{failure}");
    }
}
