//! The thread, and the composer below it.
use chat_proto::{
    message::{From, Msg},
    visitor::{Conversation, FromVisitor, Stage},
};

use super::{
    Chat, Node, View,
    icon::{self, icon},
    node,
};
use crate::widget::{
    client::LATE_MS,
    json::digits,
    outbox::{Item, Upload},
};

impl View<'_> {
    pub(super) fn thread(&self, conv: &Conversation) -> Node {
        let msgs = self.client.thread().msgs();
        // Around the list: a list that is a log is none for whom its items would be counted.
        let log =
            node!("div", "role" = "log", "aria-live" = "polite").attr("aria-label", self.say(Chat::Thread));
        let mut list = Node::new("ol");
        for (at, msg) in msgs.iter().enumerate() {
            list = list.children(self.message(msg, msgs.get(at + 1), conv));
        }
        list = list.children(self.client.outbox().items().iter().filter_map(|item| self.pending(item)));
        if conv.stage == Stage::Waiting {
            list = list.child(self.waiting(conv));
        }
        if self.client.is_typing(self.now) {
            list = list.child(self.typing(conv));
        }
        let latest = self.tool("\"latest\"", Chat::ToLatest, icon::FOLD).attr("hidden", "");
        // Another conversation is another thread: what was seen of the one says nothing of the other.
        node!("main", "class" = "thread", "data-scroll" = "", "tabindex" = "0")
            .attr("k", &["thread ", &conv.conv].concat())
            .attr("data-last", &digits(self.client.thread().last()))
            .child(log.child(list))
            .child(latest)
    }

    /// How far the visitor's last message came; nothing at the others.
    pub(super) fn mark(&self, seq: u64, conv: &Conversation) -> Option<Node> {
        let msgs = self.client.thread().msgs();
        let last = msgs.iter().rev().find(|it| it.from == From::Visitor)?.seq == seq;
        let seen = seq <= self.client.agent_read();
        let words = if seen { Chat::Seen } else { Chat::Delivered };
        let told = last && self.client.outbox().items().is_empty() && conv.stage != Stage::Closed;
        told.then(|| Node::new("span").text(" · ").text(self.say(words)))
    }

    fn waiting(&self, conv: &Conversation) -> Node {
        // Nobody is next, and the queue's pace says nothing, where nobody is there.
        let nobody = conv.unattended;
        let words = match conv.ahead {
            _ if nobody => Chat::WaitingNobody,
            Some(0) => Chat::WaitingNext,
            _ => Chat::Waiting,
        };
        let card = node!("li", "class" = "wait", "k" = "wait").child(dots());
        let mut card = card.child(Node::new("p").text(self.say(words)));
        if let Some(ahead) = conv.ahead.filter(|it| nobody || 0 < *it) {
            let place = self.fill(Chat::WaitingAt, &[&digits(ahead + 1)]);
            card = card.child(node!("p", "class" = "place").text(&place));
        }
        if let Some(wait) = conv.wait_s.filter(|_| !nobody) {
            let words = if wait < 60 {
                self.say(Chat::WaitShort).to_owned()
            } else {
                self.fill(Chat::WaitMinutes, &[&digits(wait.div_ceil(60))])
            };
            card = card.child(node!("p", "class" = "place").text(&words));
        }
        card
    }

    fn typing(&self, conv: &Conversation) -> Node {
        let name = if conv.agent.is_empty() { self.say(Chat::Adviser) } else { &conv.agent };
        let words = node!("span", "class" = "aloud").text(&self.fill(Chat::Types, &[name]));
        node!("li", "class" = "typing", "k" = "typing").child(dots()).child(words)
    }

    /// What was said and has not arrived.
    fn pending(&self, item: &Item) -> Option<Node> {
        let FromVisitor::Send { cid, text, .. } = &item.say else { return None };
        let class = if item.failed.is_some() { "me end failed" } else { "me end pending" };
        let mut row = Node::new("li").class(class).attr("k", cid);
        if !text.is_empty() {
            row = row.child(self.words(text));
        }
        row = row.children(item.files.iter().map(|file| self.upload(file)));
        let foot = node!("p", "class" = "foot");
        let late = item.order + LATE_MS <= self.now;
        let (resend, give_up) = (act("resend", cid), act("cancel", cid));
        let uploads = !item.is_ready() && item.failed.is_none();
        let foot = if let Some(code) = &item.failed {
            let foot = foot.attr("role", "alert").text(self.say(why(code)));
            let foot = foot.child(self.button(&resend, Chat::Resend, "plain"));
            foot.child(self.button(&give_up, Chat::Discard, "plain"))
        } else if uploads {
            foot.child(self.button(&give_up, Chat::CancelFile, "plain"))
        } else if late {
            foot.text(self.say(Chat::NotSentYet)).child(self.button(&resend, Chat::Resend, "plain"))
        } else {
            foot.text(self.say(Chat::Sending))
        };
        Some(row.child(foot))
    }

    fn upload(&self, file: &Upload) -> Node {
        let percent = digits(file.percent);
        if file.done.is_some() {
            return self.card(&file.name, &self.bytes(file.bytes));
        }
        let card = self.card(&file.name, &[&self.bytes(file.bytes), " · ", &percent, " %"].concat());
        let bar = node!("progress", "max" = "100").attr("value", &percent);
        card.child(bar.attr("aria-label", &self.fill(Chat::Uploading, &[&percent])))
    }

    /// A file: icon, name, and what is said of it.
    pub(super) fn card(&self, name: &str, below: &str) -> Node {
        let about = node!("span", "class" = "about").child(Node::new("b").text(name));
        let about = about.child(Node::new("small").text(below));
        node!("div", "class" = "file").child(icon(icon::FILE)).child(about)
    }

    /// A length as people read it, rounded as the desk does: a file is as long on both sides.
    pub(super) fn bytes(&self, bytes: u64) -> String {
        let french = self.client.language() == crate::words::Language::French;
        let (part, units) = match bytes {
            0..1024 => (1, [" bytes", " octets"]),
            1024..1_048_576 => (1024, [" KB", " Ko"]),
            _ => (1_048_576, [" MB", " Mo"]),
        };
        let tenths = bytes.saturating_mul(10).div_ceil(part);
        let (whole, part) = (digits(tenths / 10), digits(tenths % 10));
        let point = if french { "," } else { "." };
        let rest = if part == "0" || 100 <= tenths { [""; 2] } else { [point, &part] };
        [&whole, rest[0], rest[1], units[usize::from(french)]].concat()
    }

    pub(super) fn composer(&self) -> Node {
        let ui = self.client.ui();
        let mut foot = node!("footer", "class" = "composer", "k" = "composer");
        if !ui.picked.is_empty() {
            foot = foot.child(self.tray(&ui.picked));
        }
        let label = self.say(Chat::Write);
        let text = node!("textarea", "rows" = "1").attr("placeholder", label).attr("aria-label", label);
        let text = text
            .attr("data-compose", "")
            .attr("init", self.client.draft())
            .attr("maxlength", "10000")
            .attr("enterkeyhint", "send");
        let mut row =
            node!("div", "class" = "row").child(self.picker(Chat::Attach, icon::CLIP, &[("multiple", "")]));
        if self.client.is_phone() {
            let camera = [("accept", "image/*"), ("capture", "environment")];
            row = row.child(self.picker(Chat::Photo, icon::CAMERA, &camera));
        }
        let label = self.say(Chat::Send);
        let send = node!("button", "class" = "send", "type" = "button", "data-send" = "");
        let send = send.attr("aria-label", label).attr("title", label).child(icon(icon::SEND));
        foot.child(row.child(text).child(send))
    }

    fn picker(&self, words: Chat, shape: &str, attrs: &[(&str, &str)]) -> Node {
        let label = self.say(words);
        let input = node!("input", "type" = "file").attr("aria-label", label).attr("title", label);
        let input = attrs.iter().fold(input, |input, (name, value)| input.attr(name, value));
        node!("label", "class" = "tool").child(input).child(icon(shape))
    }

    fn tray(&self, files: &[Upload]) -> Node {
        let cards = files.iter().map(|file| {
            let label = self.fill(Chat::Remove, &[&file.name]);
            let act = act("drop", &file.local);
            let remove = node!("button", "class" = "tool", "type" = "button").attr("data-act", &act);
            let remove = remove.attr("aria-label", &label).attr("title", &label).child(icon(icon::CLOSE));
            Node::new("li")
                .attr("k", &file.local)
                .child(self.card(&file.name, &self.bytes(file.bytes)).child(remove))
        });
        node!("ul", "class" = "tray").attr("aria-label", self.say(Chat::Chosen)).children(cards)
    }

    /// Whether a message is the last of those that one person wrote in a row.
    pub(super) fn ends_group(msg: &Msg, next: Option<&Msg>) -> bool {
        next.is_none_or(|next| next.from != msg.from || next.name != msg.name || msg.at + 300_000 < next.at)
    }
}

fn dots() -> Node {
    let dot = || Node::new("i");
    node!("span", "class" = "dots", "aria-hidden" = "true").children([dot(), dot(), dot()])
}

/// Why something was not sent, and what to do.
fn why(code: &str) -> Chat {
    match code {
        "gone" => Chat::FileGone,
        "type_denied" | "only_pdf_and_images" => Chat::FileRefused,
        _ => Chat::NotSent,
    }
}

/// What a button does to something that has a name.
fn act(what: &str, name: &str) -> String {
    ["{\"", what, "\":\"", name, "\"}"].concat()
}
