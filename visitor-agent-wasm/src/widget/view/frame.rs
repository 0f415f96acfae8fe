//! What stands around the thread: header, band, confirmation.
use chat_proto::visitor::{Conversation, Stage};

use super::{
    Chat, Node, View,
    icon::{self, icon},
    node,
};
use crate::widget::{
    client::{Band, is_over},
    json::digits,
};

impl View<'_> {
    pub(super) fn header(&self) -> Node {
        let (name, below, class) = self.who();
        let initial: String = name.chars().take(1).collect();
        let who = node!("div", "class" = "who").child(Node::new("h2").text(&name));
        let who = who.child(Node::new("p").class(class).text(below));
        let head = Node::new("header")
            .child(node!("div", "class" = "avatar", "aria-hidden" = "true").text(&initial));
        let head = head.child(who);
        let is_live = self.client.conv().is_some_and(|it| !is_over(it.stage));
        if is_live {
            let head = head.child(self.tool("\"fold\"", Chat::Fold, icon::FOLD));
            head.child(self.tool("\"end\"", Chat::End, icon::CLOSE))
        } else {
            head.child(self.tool("\"fold\"", Chat::Fold, icon::CLOSE))
        }
    }

    /// Who answers, what is said of them, and how it is marked.
    fn who(&self) -> (String, &str, &'static str) {
        let widget = self.client.widget();
        let site = widget.map(|it| it.name.as_str()).filter(|it| !it.is_empty());
        let site = site.unwrap_or(self.say(Chat::Team)).to_owned();
        let bot = widget.map(|it| it.bot.as_str()).filter(|it| !it.is_empty());
        let Some(conv) = self.client.conv() else { return (site, self.say(Chat::Team), "") };
        let agent = || if conv.agent.is_empty() { site.clone() } else { conv.agent.clone() };
        match conv.stage {
            Stage::Bot => (bot.map_or(site, str::to_owned), self.say(Chat::IsBot), "here"),
            Stage::Waiting => (site, self.say(Chat::IsWaiting), "waits"),
            Stage::Active if conv.agent_here => (agent(), self.say(Chat::IsHere), "here"),
            Stage::Active => (agent(), self.say(Chat::IsAway), "away"),
            Stage::OfflineForm | Stage::Offline => (site, self.say(Chat::Team), ""),
            Stage::Closed => (agent(), self.say(Chat::IsOver), ""),
        }
    }

    pub(super) fn tool(&self, act: &str, words: Chat, shape: &str) -> Node {
        let label = self.say(words);
        let button = node!("button", "class" = "tool", "type" = "button").attr("data-act", act);
        button.attr("aria-label", label).attr("title", label).child(icon(shape))
    }

    pub(super) fn button(&self, act: &str, words: Chat, class: &str) -> Node {
        let button = Node::new("button").class(class).attr("type", "button").attr("data-act", act);
        button.text(self.say(words))
    }

    pub(super) fn band(&self) -> Option<Node> {
        let (text, again) = self.band_text()?;
        let band = node!("div", "class" = "band", "role" = "alert", "k" = "band").child(icon(icon::ALERT));
        let band = band.child(Node::new("p").text(&text));
        Some(if again {
            band.child(self.button("\"retry\"", Chat::Retry, "plain"))
        } else {
            band.child(self.tool("\"dismiss\"", Chat::Dismiss, icon::CLOSE))
        })
    }

    /// What the band says, and whether it offers to try again.
    fn band_text(&self) -> Option<(String, bool)> {
        let client = self.client;
        let plain = |words| Some((self.say(words).to_owned(), false));
        match &client.ui().band {
            Some(Band::TooLarge(name)) => {
                let most = self.bytes(client.max_file_bytes());
                Some((self.fill(Chat::TooLarge, &[name, &most]), false))
            }
            Some(Band::TooMany) => plain(Chat::TooMany),
            Some(Band::Refused(name)) => Some((self.fill(Chat::Refused, &[name]), false)),
            Some(Band::EmptyFile(name)) => Some((self.fill(Chat::EmptyFile, &[name]), false)),
            Some(Band::Unreachable) => Some((self.say(Chat::Unreachable).to_owned(), true)),
            Some(Band::Failed) => plain(Chat::Failed),
            Some(Band::FileFailed) => plain(Chat::FileFailed),
            Some(Band::NotAvailable) => plain(Chat::NotAvailable),
            Some(Band::TooOften) => plain(Chat::TooOften),
            Some(Band::BackInComposer) => plain(Chat::BackInComposer),
            None if !client.is_online() => Some((self.say(Chat::NoNetwork).to_owned(), true)),
            None if client.is_cut_off() => Some((self.say(Chat::Reconnecting).to_owned(), true)),
            None if client.config_failed() && client.conv().is_none() => {
                Some((self.say(Chat::Unreachable).to_owned(), true))
            }
            None => None,
        }
    }

    pub(super) fn confirm(&self) -> Node {
        let title = self.say(Chat::ConfirmEnd);
        let card = node!("div", "class" = "confirm", "role" = "alertdialog", "aria-modal" = "true");
        let card = card.attr("aria-label", title).attr("aria-describedby", "hint");
        let card = card.child(Node::new("h3").text(title));
        let card = card.child(node!("p", "id" = "hint").text(self.say(Chat::ConfirmHint)));
        let answers = node!("div", "class" = "answers");
        let answers = answers.child(self.button("{\"confirm\":false}", Chat::No, "quiet"));
        let answers = answers.child(self.button("{\"confirm\":true}", Chat::Yes, "main"));
        node!("div", "class" = "veil", "k" = "veil").child(card.child(answers))
    }

    /// Below a conversation that is over: the rating, and the way to the next one.
    pub(super) fn ending(&self, conv: &Conversation) -> Node {
        // Who has come to the end by keyboard goes on from here.
        let foot = node!("footer", "class" = "ending", "k" = "ending", "tabindex" = "-1");
        let foot = foot.attr("role", "group").attr("aria-label", self.say(Chat::IsOver));
        let rated = self.client.ui().rated;
        let rates = conv.rateable && !rated;
        let foot = if rated {
            foot.child(node!("p", "class" = "thanks", "role" = "status").text(self.say(Chat::RateThanks)))
        } else if rates {
            foot.child(self.rating())
        } else {
            foot
        };
        if conv.unavailable {
            return foot
                .child(node!("p", "class" = "thanks", "role" = "status").text(self.say(Chat::NotAvailable)));
        }
        // While nobody is there, no chat is promised.
        let closed = self.client.widget().filter(|it| !it.open);
        let words = match closed {
            Some(it) if it.offline_form.is_empty() => Chat::Ways,
            Some(_) => Chat::LeaveMessage,
            None => Chat::Start,
        };
        let class = if rates || closed.is_some() { "quiet" } else { "main" };
        foot.child(self.button("\"anew\"", words, class))
    }

    fn rating(&self) -> Node {
        let title = self.say(Chat::RateTitle);
        let mut stars = Node::new("fieldset").child(Node::new("legend").text(title));
        for count in 1..=5 {
            let number = digits(count);
            let star = node!("input", "type" = "radio", "name" = "stars").attr("value", &number);
            let star = star.attr("aria-label", &self.fill(Chat::Stars, &[&number])).attr("required", "");
            stars = stars.child(node!("label", "class" = "star").child(star).child(icon(icon::STAR)));
        }
        let text = node!("textarea", "name" = "text", "rows" = "2", "maxlength" = "2000");
        let text =
            text.attr("placeholder", self.say(Chat::RateText)).attr("aria-label", self.say(Chat::RateText));
        let send = node!("button", "class" = "main", "type" = "submit").text(self.say(Chat::RateSend));
        node!("form", "class" = "rating", "data-form" = "rate").child(stars).child(text).child(send)
    }
}
