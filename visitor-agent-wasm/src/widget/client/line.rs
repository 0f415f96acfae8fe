//! The line to the server: when it is opened, when it counts as lost, what goes over it.
use chat_proto::{
    Millis, Resume,
    visitor::{FromVisitor, PageProof},
};

use super::{At, Band, Client, First};
use crate::widget::event::{Out, Peer};

/// Without an answer for so long, the line counts as lost, milliseconds.
const ANSWER_MS: Millis = 10_000;
/// Messages that are missing are asked for after so long, milliseconds.
const FETCH_MS: Millis = 200;
/// And asked for again after so long, milliseconds.
const FETCH_AGAIN_MS: Millis = 3_000;
/// A token is asked for anew so long before its end, milliseconds.
const SPARE_MS: Millis = 30_000;
/// A tab that does not lead asks the one that does so often whether it is there, milliseconds.
const ASK_MS: Millis = 5_000;
/// A tab that leads and says nothing for so long is frozen, or cannot go on: another one leads, milliseconds.
const FROZEN_MS: Millis = 4_000;
/// After so many openings that came to nothing, the token may be at fault.
const DOUBT: u32 = 3;

/// How far the line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Link {
    /// There is none.
    #[default]
    Idle,
    /// A token was asked for.
    Token,
    /// The socket opens, or waits for the welcome.
    Opening,
    /// It stands.
    Ready,
}

/// The line as this tab knows it.
#[derive(Debug, Default)]
pub(super) struct Line {
    pub lead: bool,
    pub link: Link,
    /// Whether it was lost, and not found again.
    pub lost: bool,
    falls: u32,
    pub again: Millis,
    heard: Millis,
    ping: Millis,
    pub fetch: Option<Millis>,
    /// Since when the tab that leads has not answered.
    asked: Option<Millis>,
    /// When to ask it.
    ask: Millis,
    /// The last number in the thread that somebody spoke of.
    pub known: u64,
}

impl Client {
    /// Whether the server is not reached though it should be.
    pub fn is_cut_off(&self) -> bool {
        self.line.lost
    }

    /// Whether this tab has the socket.
    pub fn is_leading(&self) -> bool {
        self.line.lead
    }

    pub(super) fn leads(&mut self, at: &At) {
        self.line.lead = true;
        self.line.lost = false;
        self.line.again = at.now;
        self.sweeps();
    }

    /// Another tab leads: what this one had begun goes on there.
    pub(super) fn follows(&mut self, at: &At) {
        self.hang_up();
        self.uploads_stop();
        self.line = Line { known: self.line.known, fetch: self.line.fetch, ..Line::default() };
        self.out(Out::Tell(Peer::Hi));
        self.leader_is_asked(at.now);
    }

    /// The tab that leads was asked how things stand.
    pub(super) fn leader_is_asked(&mut self, now: Millis) {
        self.line.asked = Some(now);
    }

    /// The tab that leads has said something.
    pub(super) fn leader_is_there(&mut self, at: &At) {
        self.line.asked = None;
        self.line.ask = at.now + ASK_MS;
    }

    /// When the tab that leads is asked, or given up. Only who looks at this tab would miss something.
    fn leader_due(&self) -> Option<Millis> {
        let watches = !self.line.lead && self.visible && self.wants_line();
        watches.then(|| self.line.asked.map_or(self.line.ask, |since| since + FROZEN_MS))
    }

    pub(super) fn leader_is_due(&mut self, at: &At) {
        if self.leader_due().is_none_or(|due| at.now < due) {
            return;
        }
        let answers = self.line.asked.is_none();
        self.line.asked = answers.then_some(at.now);
        self.line.ask = at.now + ASK_MS;
        self.out(if answers { Out::Tell(Peer::Ask) } else { Out::Steal });
    }

    fn wants_line(&self) -> bool {
        self.ui.open || self.is_live() || self.expects || !self.outbox.items().is_empty() || self.is_present()
    }

    pub(super) fn is_present(&self) -> bool {
        self.widget.as_ref().is_some_and(|it| it.presence)
    }

    pub(super) fn line_settles(&mut self, at: &At) {
        if !self.line.lead {
            return;
        }
        if !self.wants_line() {
            if self.line.link != Link::Idle {
                self.hang_up();
            }
            return;
        }
        match self.line.link {
            Link::Idle if self.online && self.line.again <= at.now => self.opens(at),
            Link::Ready => self.flush(at),
            Link::Idle | Link::Token | Link::Opening => {}
        }
    }

    fn opens(&mut self, at: &At) {
        let spare = at.now + SPARE_MS;
        if let Some(token) = self.token.as_ref().filter(|it| spare < it.expires) {
            let bearer = Out::Bearer(token.token.clone());
            self.line.link = Link::Opening;
            self.line.heard = at.now;
            self.out(bearer);
            self.out(Out::Connect);
        } else {
            self.line.link = Link::Token;
            self.line.heard = at.now;
            let request = self.asks_for_token();
            self.out(Out::Token(request));
        }
    }

    pub(super) fn up(&mut self, page: Option<PageProof>, at: &At) {
        self.line.heard = at.now;
        let Some(token) = &self.token else { return };
        let resume = self.conv.as_ref().map(|it| Resume {
            conv: it.conv.clone(),
            seq: self.thread.last(),
            aseq: 0,
            ver: it.ver,
        });
        let hello = FromVisitor::Hello { token: token.token.clone(), resume, page };
        self.out(Out::Say(hello));
    }

    /// The welcome has come.
    pub(super) fn is_ready(&mut self, ping_ms: u32) {
        self.line = Line {
            lead: true,
            link: Link::Ready,
            heard: self.line.heard,
            ping: Millis::from(ping_ms),
            fetch: self.line.fetch,
            known: self.line.known,
            ..Line::default()
        };
        self.backoff.reset();
        for item in self.outbox.items_mut() {
            item.files_go_on();
        }
        if matches!(self.ui.band, Some(Band::Unreachable)) {
            self.ui.band = None;
        }
        self.out(Out::Tell(Peer::Up(true)));
    }

    /// Its silence counts from now.
    pub(super) fn heard(&mut self, at: &At) {
        self.line.heard = at.now;
    }

    pub(super) fn down(&mut self, at: &At) {
        // A token that no longer counts may be why.
        if self.line.link == Link::Opening && self.line.falls + 1 >= DOUBT {
            self.forget_token();
        }
        self.is_lost(at);
    }

    pub(super) fn is_lost(&mut self, at: &At) {
        self.outbox.lost();
        self.line.link = Link::Idle;
        self.line.falls = self.line.falls.saturating_add(1);
        self.line.again = at.now + self.backoff.next(at.number());
        if !self.line.lost {
            self.line.lost = true;
            self.out(Out::Tell(Peer::Up(false)));
        }
    }

    pub(super) fn hang_up(&mut self) {
        self.outbox.lost();
        self.line.link = Link::Idle;
        self.out(Out::Hangup);
    }

    /// The network or the visitor is back: no more waiting.
    pub(super) fn at_once(&mut self, at: &At) {
        if self.online && self.visible {
            self.line.again = at.now;
            if self.ui.open && self.config_failed() {
                self.ask_config();
            }
        }
    }

    /// Sends what is next in the outbox.
    fn flush(&mut self, at: &At) {
        if let Some(frame) = self.outbox.next(at.now) {
            self.out(Out::Say(frame));
        }
    }

    /// Says what need not arrive.
    pub(super) fn say(&mut self, frame: FromVisitor) {
        match (self.line.lead, self.line.link) {
            (true, Link::Ready) => self.out(Out::Say(frame)),
            (true, _) => {}
            (false, _) => self.out(Out::Tell(Peer::Say(frame))),
        }
    }

    /// The thread goes on to this number at least.
    pub(super) fn knows_of(&mut self, seq: u64) {
        self.line.known = self.line.known.max(seq);
    }

    /// There are messages that this thread lacks.
    pub(super) fn lacks(&mut self, at: &At) {
        self.line.fetch.get_or_insert(at.now + FETCH_MS);
    }

    pub(super) fn line_due(&self, first: &mut First) {
        let line = &self.line;
        let waits = line.lead && self.online && self.wants_line();
        let again = (waits && line.link == Link::Idle).then_some(line.again);
        let silence = (line.lead && line.link != Link::Idle).then(|| line.heard + self.patience());
        let answer = self.outbox.on_its_way().map(|(_, since)| since + ANSWER_MS);
        for due in [again, silence, answer, self.outbox.held_until(first.now), line.fetch, self.leader_due()]
        {
            first.of(due);
        }
    }

    /// Two pings missing in a row are no connection.
    fn patience(&self) -> Millis {
        if self.line.link == Link::Ready && self.line.ping > 0 { self.line.ping * 5 / 2 } else { ANSWER_MS }
    }

    pub(super) fn line_is_due(&mut self, at: &At) {
        let line = &self.line;
        let silent = line.link != Link::Idle && line.heard + self.patience() <= at.now;
        let unanswered = self.outbox.on_its_way().is_some_and(|(_, since)| since + ANSWER_MS <= at.now);
        if line.lead && (silent || unanswered) {
            self.out(Out::Hangup);
            self.is_lost(at);
        }
        if self.line.fetch.is_some_and(|fetch| fetch <= at.now) {
            self.line.fetch = None;
            if let Some(conv) = self.conv.as_ref().filter(|_| self.thread.last() < self.line.known) {
                let frame = FromVisitor::Fetch { conv: conv.conv.clone(), after: self.thread.last() };
                self.say(frame);
                self.line.fetch = Some(at.now + FETCH_AGAIN_MS);
            }
        }
    }
}
