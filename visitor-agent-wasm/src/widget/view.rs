//! What is to be seen, as a tree.
//!
//! It is said anew at each change and put into the page by comparing: what stays the same is not touched.
mod form;
mod frame;
mod icon;
mod message;
mod node;
mod thread;

use chat_proto::{
    Millis,
    visitor::{Conversation, Stage},
};

pub use self::node::Node;
use self::node::node;
use super::{Client, json::digits};
use crate::words::chat::Chat;

/// The window, or nothing while it is folded: a JSON array of what stands in the root.
pub fn render(client: &Client, now: Millis) -> String {
    if !client.ui().open {
        return "[]".into();
    }
    let view = View { client, now };
    let mut window = node!("section", "class" = "window", "role" = "dialog", "tabindex" = "-1");
    if client.is_phone() {
        window = window.attr("aria-modal", "true");
    }
    window = window.attr("k", "window").attr("lang", client.language().tag());
    window = window.attr("aria-label", view.say(Chat::Window)).child(view.header());
    window = window.children(view.band()).children(view.body());
    if client.ui().confirm {
        window = window.child(view.confirm());
    }
    ["[", &window.done(), "]"].concat()
}

/// What the page is told of what is unread, for assistive technology.
pub fn unread_label(client: &Client, count: usize) -> String {
    crate::words::fill(client.text(Chat::Unread), &[&digits(count)])
}

struct View<'a> {
    client: &'a Client,
    now: Millis,
}

impl<'a> View<'a> {
    fn say(&self, words: Chat) -> &'a str {
        self.client.text(words)
    }

    fn fill(&self, words: Chat, with: &[&str]) -> String {
        crate::words::fill(self.say(words), with)
    }

    fn body(&self) -> Vec<Node> {
        match self.client.conv() {
            Some(conv) => self.talk(conv),
            None => vec![self.entrance()],
        }
    }

    fn talk(&self, conv: &Conversation) -> Vec<Node> {
        let mut parts = vec![self.thread(conv)];
        let has_form = self.client.widget().is_none_or(|it| !it.offline_form.is_empty());
        match conv.stage {
            // The site has taken its form away meanwhile.
            Stage::OfflineForm if !has_form => parts.push(self.ending(conv)),
            Stage::Bot | Stage::Waiting | Stage::Active => parts.push(self.composer()),
            Stage::OfflineForm => parts.push(self.offline_form(Chat::NobodyTitle, false)),
            Stage::Offline | Stage::Closed => parts.push(self.ending(conv)),
        }
        parts
    }
}

#[cfg(test)]
mod tests;
