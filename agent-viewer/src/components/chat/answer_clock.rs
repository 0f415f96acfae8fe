//! The time that is left for the first answer of an accepted conversation (FEATURES QUE-11).
use std::time::Duration;

use leptos::prelude::*;

use super::{
    conversation::detail,
    offer_cards::{Ring, SOON},
};
use crate::{
    chat::chat,
    i18n::{Text, words},
    state::{
        chat::offers::{Span, left},
        since::clock,
    },
};

/// The clock, until the agent has answered. A timer is not said aloud by itself.
#[component]
pub fn AnswerClock() -> impl IntoView {
    let (words, chat) = (words(), chat());
    let span = Memo::new(move |_| Span::of_answer(&*detail()?, chat.directory.read().me));
    Effect::new(move |before: Option<bool>| {
        let is_there = span.read().is_some();
        if before.is_some_and(|before| before != is_there) {
            // The thread gets lower, or higher.
            chat.composed.notify();
        }
        is_there
    });
    move || {
        span.get().map(|span| {
            let rest = Memo::new(move |_| left(span, chat.now.get()));
            let said = move || words.fill(Text::AnswerWithin, &[("time", &counted(rest.get().0))]);
            view! {
                <p class="answer-clock" class:soon=move || rest.get().0 <= SOON role="timer" title=words.say(Text::AnswerWithinHelp)>
                    <Ring rest/> <span>{said}</span>
                </p>
            }
        })
    }
}

/// Seconds, as long as they are told at a glance.
fn counted(seconds: i64) -> String {
    if seconds < 100 {
        format!("{seconds}\u{a0}s")
    } else {
        clock(Duration::from_secs(seconds.unsigned_abs()))
    }
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn few_seconds_are_seconds_and_more_are_a_clock() {
        assert_eq!([0, 23, 99].map(counted), ["0\u{a0}s", "23\u{a0}s", "99\u{a0}s"]);
        assert_eq!(counted(3_599), "59:59");
    }
}
