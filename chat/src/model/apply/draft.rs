//! A transition while it is made.
use std::{collections::BTreeMap, time::Duration};

use super::{super::*, Transition};

/// The conversation as it becomes, and what is to be done. Dropped whole when the command is refused.
pub(super) struct Draft<'a> {
    pub world: &'a dyn World,
    /// The instant at which things happen: that of the deadline while it passes, else that of the command.
    pub at: UnixMillis,
    pub next: Conversation,
    /// Whether slots that are taken may be beyond the cap.
    pub cap: Cap,
    /// Whether the share, if there is one, goes on with the next owner.
    pub hands_over: bool,
    effects: Vec<Effect>,
    written: u32,
}

impl<'a> Draft<'a> {
    pub fn new(mut conversation: Conversation, at: UnixMillis, world: &'a dyn World) -> Self {
        conversation.ver = conversation.ver.next();
        let (cap, hands_over) = (Cap::Holds, false);
        Self { world, at, next: conversation, cap, hands_over, effects: Vec::new(), written: 0 }
    }

    /// The transition from `before`: what was put in, and what differs in slots, shares and deadlines.
    pub fn finish(mut self, before: &Conversation) -> Transition {
        self.compare(Some(before));
        Transition { next: self.next, effects: self.effects }
    }

    /// The first transition.
    pub fn finish_new(mut self) -> Transition {
        self.compare(None);
        Transition { next: self.next, effects: self.effects }
    }

    fn compare(&mut self, before: Option<&Conversation>) {
        let held = before.map(Conversation::slots).unwrap_or_default();
        let holds = self.next.slots();
        self.effects.extend(held.difference(&holds).map(|agent| Effect::Free(*agent)));
        self.effects.extend(holds.difference(&held).map(|agent| Effect::Hold(*agent, self.cap)));
        self.compare_share(before.and_then(Conversation::active_agent));
        self.compare_timers(before.map(Conversation::timers).unwrap_or_default());
    }

    fn compare_share(&mut self, before: Option<AgentId>) {
        let Some(from) = before else { return };
        match self.next.active_agent() {
            Some(to) if to == from => {}
            Some(to) if self.hands_over => self.effects.push(Effect::HandOverShare { from, to }),
            Some(_) | None => self.effects.push(Effect::EndShare(from)),
        }
    }

    fn compare_timers(&mut self, before: BTreeMap<TimerKind, UnixMillis>) {
        let after = self.next.timers();
        let gone = before.keys().filter(|kind| !after.contains_key(kind));
        self.effects.extend(gone.map(|kind| Effect::ClearTimer(*kind)));
        let set = after.iter().filter(|(kind, at)| before.get(kind) != Some(at));
        self.effects.extend(set.map(|(kind, at)| Effect::SetTimer(*kind, *at)));
    }

    /// Puts in something to be done.
    pub fn put(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// Tells the desks.
    pub fn tell(&mut self, event: DeskEvent) {
        self.put(Effect::Desk(event));
    }

    /// Appends what a person wrote to the thread.
    pub fn write(&mut self, author: Author, cid: Cid, body: Body, reply_to: Option<Seq>) -> Seq {
        match author {
            Author::Visitor => self.next.last_said = Some(Side::Visitor),
            Author::Agent(_) => self.next.last_said = Some(Side::Agent),
            Author::Bot | Author::System => {}
        }
        let seq = self.next.last_seq.next();
        self.next.last_seq = seq;
        let message = Message { place: Place::Thread(seq), cid, author, body, reply_to, at: self.at };
        self.put(Effect::Append(message));
        seq
    }

    /// Appends what the service says to the thread.
    pub fn notice(&mut self, notice: Notice) {
        let cid = self.system_cid();
        self.write(Author::System, cid, Body::Notice(notice), None);
    }

    /// Appends what the bot says to the thread.
    pub fn bot_says(&mut self, body: Body) -> Seq {
        let cid = self.system_cid();
        self.write(Author::Bot, cid, body, None)
    }

    /// Appends beside the thread what the service notes.
    pub fn record(&mut self, record: Record) {
        let cid = self.system_cid();
        self.write_aside(Author::System, cid, record);
    }

    /// Appends beside the thread.
    pub fn write_aside(&mut self, author: Author, cid: Cid, record: Record) {
        let seq = self.next.last_agent_seq.next();
        self.next.last_agent_seq = seq;
        let (place, body) = (Place::AgentsOnly(seq), Body::Record(record));
        self.put(Effect::Append(Message { place, cid, author, body, reply_to: None, at: self.at }));
    }

    fn system_cid(&mut self) -> Cid {
        self.written += 1;
        Cid::of_system(self.next.ver, self.written)
    }

    /// What is true while an agent has it.
    pub fn active(&mut self) -> Option<&mut Active> {
        if let State::Active(active) = &mut self.next.state { Some(active) } else { None }
    }

    /// It is the visitor's turn from now on: only now do they begin to be gone for too long.
    pub fn restart_idle(&mut self) {
        if self.next.visitor_gone_due.is_some() {
            self.next.visitor_gone_due = self.world.site().idle_close.map(|span| self.at + span);
        }
    }

    /// The settings of a queue. One that was removed meanwhile is treated as a new one.
    pub fn queue(&self, queue: QueueId) -> QueueSettings {
        self.world.queue(queue).unwrap_or_default()
    }

    /// Whether the conversation's queue is open now.
    pub fn is_open(&self) -> bool {
        self.world.is_open(Some(self.next.queue), self.at)
    }

    /// What the visitor gets when nobody comes, where nothing else was said.
    pub fn on_missed(&self) -> OnMissed {
        if self.world.site().offline_form.is_some() { OnMissed::Form } else { OnMissed::Notice }
    }

    /// Until when an agent who got the conversation now must write.
    pub fn answer_due(&self) -> Option<UnixMillis> {
        self.keep_answer_due(self.at + self.first_answer())
    }

    /// The same, where the time began with the offer.
    pub fn keep_answer_due(&self, due: UnixMillis) -> Option<UnixMillis> {
        match self.world.site().offer_stops_on {
            OfferStopsOn::Answer => Some(due),
            OfferStopsOn::Accept => None,
        }
    }

    /// How long an agent has for a first answer.
    pub fn first_answer(&self) -> Duration {
        self.queue(self.next.queue).first_answer
    }

    /// An agent who can be given something.
    pub fn require_connected(&self, agent: AgentId) -> Result<AgentFacts, Refusal> {
        let facts = self.world.agent(agent).ok_or(Refusal::UnknownAgent)?;
        match facts.presence {
            Presence::Available | Presence::Away => Ok(facts),
            Presence::Gone => Err(Refusal::NotConnected),
        }
    }

    /// The same, with a slot, unless somebody insists.
    pub fn require_room(&mut self, agent: AgentId, cap: Cap) -> Result<(), Refusal> {
        let facts = self.require_connected(agent)?;
        match (facts.room, cap) {
            (Room::Full, Cap::Holds) => Err(Refusal::AgentFull),
            (Room::Free, Cap::Holds) | (Room::Free | Room::Full, Cap::Ignored) => {
                self.cap = cap;
                Ok(())
            }
        }
    }

    /// Whether an agent takes conversations now.
    pub fn is_available(&self, agent: AgentId) -> bool {
        self.world.agent(agent).is_some_and(|facts| facts.presence == Presence::Available)
    }

    /// The number of the next offer.
    pub fn next_offer(&mut self) -> OfferNo {
        self.next.offers = self.next.offers.next();
        self.next.offers
    }
}
