//! One message, by its kind.
use chat_proto::{
    message::{FileCard, From, Msg},
    visitor::{Conversation, Stage},
};

use super::{
    Chat, Node, View,
    form::{link, says},
    icon::{self, icon},
    node,
};
use crate::widget::{json::digits, text};

impl View<'_> {
    pub(super) fn message(&self, msg: &Msg, next: Option<&Msg>, conv: &Conversation) -> Option<Node> {
        let seq = digits(msg.seq);
        // The visitor's own stay where they were while they were on their way.
        let key = if msg.from == From::Visitor && !msg.cid.is_empty() { &msg.cid } else { &seq };
        let row = Node::new("li").attr("k", key).attr("data-seq", &seq);
        let body = match msg.kind.as_str() {
            "system" => return Some(self.line(row, msg, None)),
            "transfer" => return Some(self.line(row, msg, Some(icon::MOVE))),
            "screen_share" => return self.share(row, msg),
            "text" | "choice" => vec![self.words(&msg.text)],
            "choice_question" => self.question(msg, conv),
            "file" => self.files(msg),
            "link" | "deal" => vec![self.offer(msg)],
            "form" => vec![self.filled_in(msg)],
            _ => return Some(row.class("line other").text(self.say(Chat::Unsupported))),
        };
        Some(self.spoken(row, msg, next).children(body).children(self.foot(msg, next, conv)))
    }

    fn spoken(&self, row: Node, msg: &Msg, next: Option<&Msg>) -> Node {
        let side = if msg.from == From::Visitor { "me" } else { "them" };
        let end = if Self::ends_group(msg, next) { " end" } else { "" };
        let row = row.class(&[side, end].concat());
        row.child(node!("span", "class" = "aloud").text(&[&self.author(msg), ": "].concat()))
    }

    fn author(&self, msg: &Msg) -> String {
        match msg.from {
            From::Visitor => self.say(Chat::You).to_owned(),
            From::Agent if msg.name.is_empty() => self.say(Chat::Adviser).to_owned(),
            From::Agent => msg.name.clone(),
            From::Bot | From::System => {
                let bot = self.client.widget().map(|it| it.bot.as_str()).filter(|it| !it.is_empty());
                bot.unwrap_or(self.say(Chat::IsBot)).to_owned()
            }
        }
    }

    /// Who and when, below the last of a group.
    fn foot(&self, msg: &Msg, next: Option<&Msg>, conv: &Conversation) -> Option<Node> {
        if !Self::ends_group(msg, next) {
            return None;
        }
        let time = Node::new("time").attr("at", &digits(msg.at));
        let foot = node!("p", "class" = "foot");
        Some(match msg.from {
            From::Visitor => foot.child(time.attr("aria-hidden", "true")).children(self.mark(msg.seq, conv)),
            From::Agent | From::Bot | From::System => {
                foot.attr("aria-hidden", "true").text(&self.author(msg)).text(" · ").child(time)
            }
        })
    }

    pub(super) fn words(&self, words: &str) -> Node {
        says(node!("div", "class" = "bubble"), &text::spans(words))
    }

    fn question(&self, msg: &Msg, conv: &Conversation) -> Vec<Node> {
        let mut parts = Vec::new();
        if !msg.text.is_empty() {
            parts.push(self.words(&msg.text));
        }
        let open = conv.stage == Stage::Bot && self.client.thread().question() == Some(msg.seq);
        if open && !self.client.is_choosing() {
            let choices = msg.meta.choices.iter().map(|it| {
                let act = ["{\"choose\":", &digits(it.option), "}"].concat();
                node!("button", "class" = "choice", "type" = "button").attr("data-act", &act).text(&it.label)
            });
            let group = node!("div", "class" = "choices", "role" = "group");
            parts.push(group.attr("aria-label", self.say(Chat::Choices)).children(choices));
        }
        parts
    }

    fn files(&self, msg: &Msg) -> Vec<Node> {
        let text = (!msg.text.is_empty()).then(|| self.words(&msg.text));
        text.into_iter().chain(msg.meta.files.iter().map(|file| self.file(file))).collect()
    }

    fn file(&self, file: &FileCard) -> Node {
        let label = self.fill(Chat::Download, &[&file.name]);
        let get = node!("button", "class" = "tool", "type" = "button").attr("data-get", &file.id);
        let get = get.attr("data-name", &file.name).attr("aria-label", &label).attr("title", &label);
        let card = self.card(&file.name, &self.bytes(file.bytes)).child(get.child(icon(icon::DOWNLOAD)));
        let Some((width, height)) = file.size.filter(|_| file.kind.starts_with("image/")) else {
            return card;
        };
        let picture = node!("canvas", "role" = "img").attr("aria-label", &file.name);
        let picture = picture.attr("data-thumb", &file.id).attr("width", &digits(width));
        let picture = picture.attr("height", &digits(height));
        node!("div", "class" = "picture").child(picture).child(card)
    }

    fn offer(&self, msg: &Msg) -> Node {
        let card = Node::new("div").class(if msg.kind == "deal" { "card deal" } else { "card" });
        let card =
            if msg.kind == "deal" { card.child(Node::new("small").text(self.say(Chat::Deal))) } else { card };
        let card = if msg.text.is_empty() { card } else { card.child(Node::new("b").text(&msg.text)) };
        if !text::is_web(&msg.meta.url) {
            return card;
        }
        let place = msg.meta.url.split('/').nth(2).unwrap_or_default();
        let go =
            link(&msg.meta.url).attr("aria-label", &[self.say(Chat::OpenLink), " (", place, ")"].concat());
        card.child(go.text(place).child(icon(icon::LINK)))
    }

    fn filled_in(&self, msg: &Msg) -> Node {
        let title = Node::new("b").text(self.say(Chat::FormSent));
        let mut bubble = node!("div", "class" = "bubble filled").child(title);
        let (form, fields) = (&msg.meta.form, self.client.widget().map(|it| it.offline_form.as_slice()));
        let fields = fields.unwrap_or_default();
        // In the form's order; what the site asks for no more comes last.
        let asked = fields.iter().filter_map(|it| Some((self.label(it), form.get(&it.key)?)));
        let left = form.iter().filter(|it| fields.iter().all(|field| field.key != *it.0));
        for (label, value) in asked.chain(left.map(|it| ("", it.1))).filter(|it| !it.1.is_empty()) {
            if !label.is_empty() {
                bubble = bubble.child(Node::new("small").text(label));
            }
            bubble = bubble.child(says(Node::new("p"), &text::spans(value)));
        }
        bubble
    }

    fn line(&self, row: Node, msg: &Msg, shape: Option<&str>) -> Node {
        let names: Vec<_> = msg.meta.names.iter().map(String::as_str).collect();
        let class = if shape.is_some() { "line marked" } else { "line" };
        match code(&msg.meta.code) {
            Some(words) => row.class(class).children(shape.map(icon)).text(&self.fill(words, &names)),
            None if msg.text.is_empty() => row.class("line other").text(self.say(Chat::Unsupported)),
            None => row.class(class).text(&msg.text),
        }
    }

    /// The rows of one share are one row, where the first stood.
    fn share(&self, row: Node, msg: &Msg) -> Option<Node> {
        let msgs = self.client.thread().msgs();
        let of_share = |it: &&Msg| it.kind == "screen_share" && it.meta.share == msg.meta.share;
        if msg.meta.share.is_empty() {
            return Some(self.line(row, msg, Some(icon::SCREEN)));
        }
        let first = msgs.iter().find(of_share)?;
        let last = msgs.iter().rev().find(of_share)?;
        (first.seq == msg.seq).then(|| self.line(row, last, Some(icon::SCREEN)))
    }
}

/// The words of a code; `None` for one that is not known here.
fn code(code: &str) -> Option<Chat> {
    Some(match code {
        "started" => Chat::Started,
        "taken_from_bot" => Chat::TakenFromBot,
        "accepted" => Chat::Accepted,
        "agent_unavailable" => Chat::AgentUnavailable,
        "transferred" => Chat::Transferred,
        "transferred_to_queue" => Chat::TransferredToQueue,
        "out_of_hours" => Chat::OutOfHours,
        "nobody_available" => Chat::NobodyAvailable,
        "message_received" => Chat::MessageReceived,
        "ended_by_visitor" => Chat::EndedByVisitor,
        "ended_idle" => Chat::EndedIdle,
        "ended" => Chat::Ended,
        "reopened" => Chat::Reopened,
        "share_asked" => Chat::ShareAsked,
        "share_refused" => Chat::ShareRefused,
        "share_started" => Chat::ShareStarted,
        "share_control_started" => Chat::ShareControl,
        "share_control_ended" => Chat::ShareControlEnded,
        "share_ended" => Chat::ShareEnded,
        _ => return None,
    })
}
