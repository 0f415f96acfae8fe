//! What the server decides about agents, on behalf of the conversation that a share belongs to.
use super::{Actor, AgentCard, AgentId, Deed, EndReason, Life, Moment, RelaySession, ToVisitor, Urgency};
use crate::wire::message::{Ask, ShareState};

impl RelaySession {
    /// The share is over for everybody: what it belongs to is over.
    pub fn dismiss(&mut self, now: Moment) {
        self.finish(EndReason::AgentLeft, Actor::Server, now);
    }

    /// One agent's part goes to another: what the first holds is over before anything else, and the visitor is asked
    /// about the second, by name, whose viewer may come later. Where the first has nothing that the visitor said
    /// yes to or is asked about, the session is over, unless it is the second's already.
    pub fn hand_over(&mut self, from: AgentId, to: AgentCard, now: Moment) {
        if self.life == Life::Over || to.id == from {
            return;
        }
        let agent = to.id;
        if self.consent.state(from) == ShareState::NotShared {
            let is_handed = self.consent.state(agent) != ShareState::NotShared;
            if !is_handed {
                self.dismiss(now);
            }
            return;
        }
        if !self.viewers.contains_key(&agent) {
            self.expect_viewer(to.clone(), now);
        }
        self.part(from, now);
        if self.consent.ask(agent, Ask::View, now).is_ok() {
            self.audit(Actor::Agent(agent), Deed::Asked(agent, Ask::View));
            self.send_visitor(&ToVisitor::Asked(to, Ask::View), Urgency::Normal, now);
        }
        self.settle(now);
    }
}
