//! What was written and not sent, in conversations that are not open: it waits for the agent's word there.
use chat_proto::desk::Say;
use icondata_lu as lu;
use leptos::prelude::*;

use super::who::called;
use crate::{
    chat::chat,
    components::icon::Icon,
    i18n::{Text, Words, words},
    pages::chats::ui,
    state::chat::outbox::{Outbox, Outgoing},
};

/// A line for each of those conversations, which leads there.
#[component]
pub fn Unsent() -> impl IntoView {
    let (words, chat, ui) = (words(), chat(), ui());
    let lines = Memo::new(move |_| latest_of_each(&chat.outbox.read(), ui.open.read().as_deref()));
    let line = move |message: Outgoing| {
        let (conv, place) = (message.conv.clone(), message.conv.clone());
        let text = text_of(&message.say).to_owned();
        view! {
            <li><button type="button" class="unsent-line" data-unsent=conv on:click=move |_| ui.go(&place)>
                <Icon icon=lu::LuCircleAlert/>
                <span><b>{move || who(&message, words)}</b> <span class="unsent-words">{text}</span></span>
            </button></li>
        }
    };
    move || {
        let lines = lines.get();
        (!lines.is_empty()).then(|| {
            view! {
                <section class="unsent" aria-label=words.say(Text::UnsentTitle)>
                    <h2>{words.say(Text::UnsentTitle)}</h2>
                    <ul>{lines.into_iter().map(line).collect_view()}</ul>
                </section>
            }
        })
    }
}

fn who(message: &Outgoing, words: Words) -> String {
    called(&message.who, &message.figures, words)
}

fn text_of(say: &Say) -> &str {
    match say {
        Say::Text { text, .. } | Say::Note { text } | Say::Deal { text, .. } => text,
        Say::Link { url, title } => {
            if title.is_empty() {
                url
            } else {
                title
            }
        }
    }
}

/// The last message of each conversation that waits for a word, but for the open one: there it stands in the thread.
fn latest_of_each(outbox: &Outbox, open: Option<&str>) -> Vec<Outgoing> {
    let mut found: Vec<Outgoing> = Vec::new();
    for it in outbox.failed().filter(|it| Some(it.conv.as_str()) != open) {
        found.retain(|known| known.conv != it.conv);
        found.push(it.clone());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_other_conversation_has_one_line() {
        let message = |cid: &str, conv: &str| {
            let say = Say::Text { text: format!("text {cid}"), files: vec![], reply_to: None };
            Outgoing::new(cid.into(), conv, say, vec![], 0)
        };
        let (mut outbox, mut left) = (Outbox::default(), Outbox::default());
        outbox.push(message("0", "d"));
        for (cid, conv) in [("1", "a"), ("2", "a"), ("3", "b"), ("4", "c")] {
            left.push(message(cid, conv));
        }
        outbox.adopt(left);
        let shown: Vec<_> = latest_of_each(&outbox, Some("c")).into_iter().map(|it| it.cid).collect();
        assert_eq!(shown, ["2", "3"], "what goes by itself is not listed");
    }
}
