//! Which browser a visitor's is: what hello shows of it, and a relay that cannot be asked.
use std::{
    future::{pending, ready},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use chat::{
    engine::{PageFuture, ShareEnd, Shares, SharesFuture},
    server::Options,
};
use chat_proto::visitor::PageProof;

use crate::{
    engines::Database,
    site::{form, options, play_with},
};

/// A relay that takes what it is asked, and never answers.
#[derive(Default)]
struct Silent {
    asked: AtomicU32,
}

impl Shares for Silent {
    fn end(&self, _: ShareEnd) -> SharesFuture<'_> {
        Box::pin(ready(Ok(())))
    }

    fn page<'a>(&'a self, _: &'a str, _: &'a PageProof, _: &'a [u8]) -> PageFuture<'a> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        Box::pin(pending())
    }
}

/// How often the relay is asked about a visitor who shows this, and is let in; of how many times that they show it.
fn asked_about(key: &str, signature: &str) -> (u32, u32) {
    let shown = Arc::new(AtomicU32::new(0));
    let shares = Arc::new(Silent::default());
    let options = Options { shares: shares.clone(), ..options() };
    let proof = PageProof { key: key.to_owned(), signature: signature.to_owned() };
    play_with(Database::file(), options, async |bench| {
        let shows = shown.clone();
        let mut lea = bench.visitor().proving(move |_| {
            shows.fetch_add(1, Ordering::SeqCst);
            proof.clone()
        });
        lea.connect().await.expect("let in");
        lea.start(form(), "fr").await.expect("let in");
        lea.connect().await.expect("let in again");
    });
    (shares.asked.load(Ordering::SeqCst), shown.load(Ordering::SeqCst))
}

#[test]
fn a_relay_that_never_answers_keeps_nobody_from_the_chat() {
    let (asked, shown) = asked_about(&"A".repeat(122), &"A".repeat(86));
    assert!(2 <= asked && asked <= shown, "{asked} times, and not once for each of {shown} hellos");
}

#[test]
fn what_is_too_long_for_a_proof_is_not_asked_about() {
    assert_eq!(asked_about(&"A".repeat(10_000), "").0, 0);
    assert_eq!(asked_about("", &"A".repeat(257)).0, 0);
}
