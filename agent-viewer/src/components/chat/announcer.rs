//! What arrives, said to whoever cannot see it: a visitor's message in the open conversation, and requests.
use chat_proto::message::{From, Msg};
use leptos::prelude::*;

use super::who::name_of;
use crate::{
    chat::{Chat, chat},
    i18n::{Text, Words, words},
    state::chat::{
        offers::{Card, words_of},
        people,
        thread::Thread,
    },
};

/// Two regions that nobody sees. Requests interrupt, messages wait for their turn.
#[component]
pub fn Announcer() -> impl IntoView {
    view! {
        <p class="unseen" role="status" data-live="message">{message()}</p>
        <p class="unseen" role="alert" data-live="offer">{offer()}</p>
    }
}

/// Where the open conversation was when it was last looked at.
#[derive(Clone, Default)]
struct Heard {
    conv: String,
    last: u64,
    /// What was received before is no news.
    since: i64,
}

fn message() -> Memo<String> {
    let (words, chat) = (words(), chat());
    let heard = StoredValue::new(Heard::default());
    Memo::new(move |said: Option<&String>| {
        let thread = chat.thread.read();
        let Some(thread) = thread.as_ref() else { return String::new() };
        let before = heard.get_value();
        if before.conv != thread.conv() {
            let since = chat.clock();
            heard.set_value(Heard { conv: thread.conv().to_owned(), last: thread.last(), since });
            return String::new();
        }
        heard.update_value(|heard| heard.last = thread.last());
        let news = latest(thread, &before).map(|msg| {
            let name = thread.detail().map(|detail| name_of(&detail.row, words)).unwrap_or_default();
            words.fill(Text::SaysAloud, &[("name", &name), ("text", &text_of(msg, words))])
        });
        news.unwrap_or_else(|| said.cloned().unwrap_or_default())
    })
}

/// The visitor's latest message that came since.
fn latest<'a>(thread: &'a Thread, heard: &Heard) -> Option<&'a Msg> {
    let new = |msg: &&std::sync::Arc<Msg>| heard.last < msg.seq && heard.since <= msg.at;
    thread.msgs().iter().rev().take_while(new).find(|msg| msg.from == From::Visitor).map(|msg| &**msg)
}

fn text_of(msg: &Msg, words: Words) -> String {
    let files = msg.meta.files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>().join(", ");
    match (msg.text.as_str(), files.as_str()) {
        ("", "") => words.now(Text::Unsupported).to_owned(),
        (text, "") | ("", text) => text.to_owned(),
        (text, files) => format!("{text}, {files}"),
    }
}

fn offer() -> Memo<String> {
    let (words, chat) = (words(), chat());
    Memo::new(move |_| {
        let offers = chat.offers.read();
        let Some(card) = offers.cards().iter().max_by_key(|card| card.offer.at) else { return String::new() };
        let parts = [name_of(&card.row, words), queue_of(card, chat), words_of(card).0.to_owned()];
        let parts = parts.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(", ");
        words.fill(Text::OfferAloud, &[("who", &parts)])
    })
}

fn queue_of(card: &Card, chat: Chat) -> String {
    let directory = chat.directory.read_untracked();
    people::queue(&directory, &card.row.site, card.row.queue).map(|it| it.name.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_visitor_said_since_is_news() {
        let mut thread = Thread::open("c", 0);
        let msg = |seq, from, at| Msg { seq, from, at, kind: "text".into(), ..Msg::default() };
        let all = vec![msg(1, From::Visitor, 10), msg(2, From::Visitor, 50), msg(3, From::Agent, 60)];
        assert_eq!(thread.take(all), None);
        let latest =
            |last, since| latest(&thread, &Heard { conv: "c".into(), last, since }).map(|msg| msg.seq);
        assert_eq!(latest(0, 20), Some(2));
        assert_eq!(latest(2, 20), None, "it was said");
        assert_eq!(latest(0, 55), None, "it is older than the look at it");
    }
}
