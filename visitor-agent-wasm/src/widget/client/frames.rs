//! What the server says.
use chat_proto::{
    Cid, Fault, Millis,
    limits::TYPING_MS,
    message::{From, Msg},
    visitor::{Conversation, FromVisitor, Stage, ToVisitor},
};

use super::{At, Band, Client, line::Link};
use crate::widget::{
    event::{Out, Place},
    outbox::Item,
    thread::{Applied, Thread},
};

/// A refused beginning is tried again by itself when the wait is no longer than this, milliseconds.
const SHORT_MS: u32 = 5_000;

impl Client {
    pub(super) fn frame(&mut self, frame: ToVisitor, at: &At) {
        self.heard(at);
        if is_for_all(&frame) {
            self.out(Out::Relay);
        }
        match frame {
            ToVisitor::Welcome { ping_ms, conv, .. } => self.welcome(ping_ms, conv, at),
            // What a line that was hung up still says is about somebody who may be gone.
            ToVisitor::Token(token) if self.line.link == Link::Ready => self.token_came(token),
            ToVisitor::Token(_) => {}
            ToVisitor::Bye { code } => self.bye(&code),
            ToVisitor::Ping => {}
            ToVisitor::Conv(_)
            | ToVisitor::Msgs { .. }
            | ToVisitor::Ack { .. }
            | ToVisitor::Nack { .. }
            | ToVisitor::Typing { .. }
            | ToVisitor::Read { .. }
            | ToVisitor::Changed => self.hears(frame, at),
        }
    }

    /// What tabs hear that do not lead, too.
    pub(super) fn hears(&mut self, frame: ToVisitor, at: &At) {
        match frame {
            ToVisitor::Conv(conv) if self.is_past(&conv) => {}
            ToVisitor::Conv(conv) => self.adopts(conv, at),
            ToVisitor::Msgs { conv, msgs } => self.msgs(&conv, msgs, at),
            ToVisitor::Ack { cid, conv, seq, .. } => self.ack(&cid, conv, seq, at),
            ToVisitor::Nack { cid, fault } => self.nack(&cid, fault, at),
            ToVisitor::Typing { conv, on } if self.conv_name() == Some(&conv) => {
                self.typing_until = if on { at.now + Millis::from(TYPING_MS) } else { 0 };
            }
            ToVisitor::Read { conv, seq } if self.conv_name() == Some(&conv) => {
                self.agent_read = self.agent_read.max(seq);
                self.keep_json("seen", &(conv, self.agent_read));
            }
            ToVisitor::Changed => self.ask_config(),
            ToVisitor::Typing { .. }
            | ToVisitor::Read { .. }
            | ToVisitor::Welcome { .. }
            | ToVisitor::Token(_)
            | ToVisitor::Ping
            | ToVisitor::Bye { .. } => {}
        }
    }

    fn welcome(&mut self, ping_ms: u32, conv: Option<Conversation>, at: &At) {
        self.is_ready(ping_ms);
        self.expects = false;
        match conv {
            // One that is over, and that this browser does not show, is nobody's business any more, unless it is the
            // last one.
            Some(conv)
                if !is_over(conv.stage) || conv.unavailable || self.conv_name() == Some(&conv.conv) =>
            {
                self.adopts(conv, at);
            }
            Some(_) | None if self.conv.is_some() => {
                self.forget_conv();
                self.tell_how_it_stands();
            }
            Some(_) | None => {}
        }
        self.tells_page();
        if let Some(data) = self.custom.clone() {
            self.say(FromVisitor::Custom { data });
        }
    }

    /// Goes on with a conversation as the server knows it.
    pub(super) fn adopts(&mut self, conv: Conversation, at: &At) {
        self.expects = false;
        let known = self.conv.as_ref().filter(|it| it.conv == conv.conv);
        if known.is_some_and(|it| conv.ver < it.ver) {
            return;
        }
        let is_new = known.is_none();
        if is_new {
            self.thread = Thread::default();
            self.line.known = 0;
            (self.agent_read, self.my_read, self.sight) = (0, 0, 0);
            self.ui.rated = false;
            self.ui.offline = false;
        }
        self.knows_of(conv.seq);
        if self.thread.last() < conv.seq {
            self.lacks(at);
        }
        if conv.stage == Stage::Closed {
            self.ui.confirm = false;
        }
        self.keep_json("conv", &conv);
        self.conv = Some(conv);
        if std::mem::take(&mut self.ui.begun) {
            self.out(Out::Focus);
        }
        if is_new && self.is_leading() {
            self.tell_how_it_stands();
        }
    }

    pub(super) fn forget_conv(&mut self) {
        self.expects = false;
        if let Some(conv) = self.conv.take() {
            self.past = Some(conv.conv);
        }
        self.thread = Thread::default();
        self.ui.confirm = false;
        self.ui.rated = false;
        (self.agent_read, self.my_read, self.sight) = (0, 0, 0);
        for key in ["conv", "read", "seen", "~thread"] {
            self.keep(key, None);
        }
    }

    /// Whether it is over, and this browser has begun anew since, or may.
    pub(super) fn is_past(&self, conv: &Conversation) -> bool {
        is_over(conv.stage)
            && !conv.unavailable
            && self.past.as_ref() == Some(&conv.conv)
            && self.conv_name() != Some(&conv.conv)
    }

    fn msgs(&mut self, conv: &str, msgs: Vec<Msg>, at: &At) {
        if self.conv.is_none() && self.is_starting() && self.past.as_deref() != Some(conv) {
            // The first messages may come before the conversation itself.
            self.adopts(Conversation { conv: conv.to_owned(), ..Conversation::default() }, at);
        }
        if self.conv_name() != Some(conv) {
            return;
        }
        self.knows_of(msgs.last().map_or(0, |it| it.seq));
        let mine = msgs.iter().filter(|it| it.from == From::Visitor).map(|it| it.cid.clone());
        let mine: Vec<Cid> = mine.collect();
        let from_agent = msgs.iter().any(|it| matches!(it.from, From::Agent | From::Bot));
        let shares =
            msgs.iter().any(|it| matches!(it.meta.code.as_str(), "share_started" | "share_control_started"));
        match self.thread.apply(msgs) {
            Applied::All => {}
            Applied::Gap(_) => self.lacks(at),
        }
        if from_agent {
            self.typing_until = 0;
        }
        // The page itself is what both look at now.
        if shares && self.phone && self.ui.open {
            self.fold();
        }
        for cid in mine {
            // What lies behind a gap will come again.
            if self.thread.has(&cid) {
                self.is_done(&cid);
            }
        }
    }

    fn ack(&mut self, cid: &str, conv: String, seq: u64, at: &At) {
        let Some(item) = self.is_done(cid) else { return };
        self.knows_of(seq);
        if matches!(item.say, FromVisitor::Start { .. }) && self.conv_name() != Some(&conv) {
            self.adopts(Conversation { conv, seq: seq.max(1), ..Conversation::default() }, at);
        } else if self.thread.last() < seq {
            self.lacks(at);
        }
        if matches!(item.say, FromVisitor::Rate { .. }) {
            self.ui.rated = true;
        }
    }

    /// An item has arrived, or is given up: it is forgotten everywhere.
    pub(super) fn is_done(&mut self, cid: &str) -> Option<Item> {
        let item = self.outbox.take(cid)?;
        self.keep(&item.key(), None);
        if !item.files.is_empty() {
            self.out(Out::Forget(item.files.clone(), Place::Here));
        }
        Some(item)
    }

    fn nack(&mut self, cid: &str, fault: Fault, at: &At) {
        let Some(item) = self.outbox.get_mut(cid) else { return };
        let is_start = matches!(item.say, FromVisitor::Start { .. });
        if let Some(wait) = fault.retry_ms.filter(|wait| !is_start || *wait <= SHORT_MS) {
            self.outbox.hold(at.now + Millis::from(wait.max(100)));
            return;
        }
        match item.say.clone() {
            FromVisitor::Start { .. } | FromVisitor::Submit { .. } => self.form_refused(cid, fault),
            FromVisitor::Send { text, .. }
                if matches!(fault.code.as_str(), "closed" | "not_now" | "not_found") =>
            {
                self.cancels(cid);
                self.back_to_composer(&text);
            }
            FromVisitor::Send { .. } => self.has_failed(cid, fault.code),
            FromVisitor::Rate { .. } => {
                self.is_done(cid);
                self.ui.rated = true;
            }
            // Answered in another tab, or over already; the others are never in the outbox.
            FromVisitor::Choose { .. }
            | FromVisitor::Close { .. }
            | FromVisitor::Hello { .. }
            | FromVisitor::Typing { .. }
            | FromVisitor::Read { .. }
            | FromVisitor::Page(_)
            | FromVisitor::Custom { .. }
            | FromVisitor::Fetch { .. } => drop(self.is_done(cid)),
        }
    }

    pub(super) fn has_failed(&mut self, cid: &str, code: String) {
        let Some(item) = self.outbox.get_mut(cid) else { return };
        item.failed = Some(code);
        let item = item.clone();
        self.outbox.stored(&item.key(), Some(item.clone()));
        self.outbox.lost();
        self.keep_json(&item.key(), &item);
    }

    fn form_refused(&mut self, cid: &str, fault: Fault) {
        self.is_done(cid);
        match fault.code.as_str() {
            "form" => self.ui.faults = fault.fields,
            "out_of_hours" | "no_offline_form" => {
                self.ui.offline = false;
                self.ask_config();
            }
            "rate" => self.ui.band = Some(Band::TooOften),
            "not_available" => self.ui.band = Some(Band::NotAvailable),
            _ => self.ui.band = Some(Band::Failed),
        }
    }

    pub(super) fn back_to_composer(&mut self, text: &str) {
        let both = [text, self.draft.as_str()].into_iter().filter(|it| !it.is_empty());
        self.draft = both.collect::<Vec<_>>().join("\n");
        self.keep("draft", Some(self.draft.clone()));
        self.out(Out::Compose(self.draft.clone()));
        self.ui.band = Some(Band::BackInComposer);
    }

    fn bye(&mut self, code: &str) {
        if matches!(code, "token" | "logged_out") {
            self.forget_token();
        }
    }
}

/// Whether nothing follows by itself.
pub const fn is_over(stage: Stage) -> bool {
    matches!(stage, Stage::Offline | Stage::Closed)
}

/// What concerns every tab.
fn is_for_all(frame: &ToVisitor) -> bool {
    matches!(
        frame,
        ToVisitor::Conv(_)
            | ToVisitor::Msgs { .. }
            | ToVisitor::Ack { .. }
            | ToVisitor::Nack { .. }
            | ToVisitor::Typing { .. }
            | ToVisitor::Read { .. }
            | ToVisitor::Changed
    )
}
