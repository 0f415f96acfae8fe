//! What the relay says.
use super::{Stream, VisitorEvent, VisitorSession};
use crate::{
    command::{Command, Indicate, Receipt},
    consent::{AskRefused, EpochRule},
    id::{AgentId, Moment},
    session::SessionError,
    wire::{
        PointerKind,
        message::{self, AgentCard, Ask, FromVisitor, ToVisitor},
    },
};

/// Most names that are remembered.
const MAX_NAMES: usize = 64;

impl VisitorSession {
    /// Reads whatever the link has put in order.
    pub(super) fn read(&mut self, now: Moment) -> Result<(), SessionError> {
        let result = self.read_frames(now);
        if result.is_err() {
            self.connector.break_link(now);
        }
        result
    }

    fn read_frames(&mut self, now: Moment) -> Result<(), SessionError> {
        while let Some(frame) = self.connector.link.as_mut().and_then(|link| link.poll_control()) {
            let said = message::decode::<ToVisitor>(&frame.payload)?;
            self.hear(said, now);
        }
        while let Some(value) = self.connector.link.as_mut().and_then(|link| link.poll_pointer()) {
            if PointerKind::from_wire(value.kind) == Some(PointerKind::Agent) {
                let (agent, mark) = message::decode::<(AgentId, Indicate)>(&value.payload)?;
                self.show(agent, mark, VisitorEvent::AgentPointer);
            }
        }
        Ok(())
    }

    fn hear(&mut self, said: ToVisitor, now: Moment) {
        match said {
            ToVisitor::Asked(card, ask) => self.hear_question(card, ask, now),
            ToVisitor::Withdrawn(agent, ask) => _ = self.consent.withdraw(agent, ask),
            ToVisitor::Released(agent) => {
                self.consent.release(agent);
                self.recall(now);
            }
            ToVisitor::AgentLeft(agent) => {
                self.consent.leave(agent);
                self.recall(now);
            }
            ToVisitor::Command(agent, command) => self.hear_command(agent, command, now),
            ToVisitor::Indicate(agent, mark) => self.show(agent, mark, VisitorEvent::Indicate),
            ToVisitor::KeyframeWanted if self.may_show() => {
                self.stream = match self.stream {
                    Stream::Broken => Stream::KeyframeAsked,
                    known @ (Stream::Whole | Stream::KeyframeAsked) => known,
                };
                self.events.push_back(VisitorEvent::KeyframeWanted);
            }
            // Going on after the pause begins with a keyframe anyway.
            ToVisitor::KeyframeWanted => self.stream = Stream::Broken,
            ToVisitor::Viewers(cards) => cards.into_iter().for_each(|card| self.learn(card)),
            ToVisitor::Answer(sdp) => self.events.push_back(VisitorEvent::Answer(sdp)),
            ToVisitor::Refused(refusal) => self.events.push_back(VisitorEvent::Refused(refusal)),
            ToVisitor::Ended(reason) => self.end(reason),
            ToVisitor::Ticket(ticket) => {
                self.connector.renew(ticket.clone());
                self.events.push_back(VisitorEvent::Ticket(ticket));
            }
        }
    }

    fn hear_question(&mut self, card: AgentCard, ask: Ask, now: Moment) {
        let agent = card.id;
        self.learn(card);
        match self.consent.ask(agent, ask, now) {
            Ok(()) | Err(AskRefused::Already) => {}
            // The relay's record is another: its question must not stay open.
            Err(AskRefused::Wait(_) | AskRefused::NoView | AskRefused::Full) => {
                self.send(&FromVisitor::Lapsed(agent, ask), now);
            }
        }
    }

    fn hear_command(&mut self, agent: AgentId, command: Command, now: Moment) {
        let id = command.id;
        match self.consent.admit(agent, command, EpochRule::Only(self.tab.epoch), now) {
            Ok(admitted) => self.events.push_back(VisitorEvent::Apply(agent, admitted)),
            Err(receipt) => self.send(&FromVisitor::Receipt(agent, id, receipt), now),
        }
    }

    fn show(
        &mut self,
        agent: AgentId,
        mark: Indicate,
        event: fn(AgentCard, crate::consent::Admitted<Indicate>) -> VisitorEvent,
    ) {
        let admitted: Result<_, Receipt> =
            self.consent.admit_mark(agent, mark, EpochRule::Only(self.tab.epoch));
        if let Ok(mark) = admitted {
            self.events.push_back(event(self.card(agent), mark));
        }
    }

    fn learn(&mut self, card: AgentCard) {
        if self.names.len() < MAX_NAMES || self.names.contains_key(&card.id) {
            self.names.insert(card.id, card.name);
        }
    }
}
