//! What the visitor does by their own trusted hand.
use super::{
    AgentId, Ask, CONTROL_LASTS, EndReason, Flow, FromVisitor, GrantId, Life, Moment, ViewId, VisitorSession,
};

impl VisitorSession {
    /// The visitor's yes to the question that was on the screen. False when it does not stand any more.
    pub fn allow(&mut self, agent: AgentId, ask: Ask, now: Moment) -> bool {
        let allowed = match ask {
            Ask::View => self.allow_view(agent, now),
            Ask::Control => self.allow_control(agent, now),
        };
        self.settle(now);
        allowed
    }

    fn allow_view(&mut self, agent: AgentId, now: Moment) -> bool {
        let view = ViewId::from_random(self.connector.draw().to_be_bytes());
        let granted = self.consent.grant_view(agent, view, now);
        if granted {
            let first = self.consent.viewers().eq([agent]);
            self.send_urgently(&FromVisitor::ViewGranted(agent, view), now);
            if let Some(link) = self.connector.link.as_mut().filter(|_| first) {
                link.page_follows_control();
            }
        }
        granted
    }

    fn allow_control(&mut self, agent: AgentId, now: Moment) -> bool {
        let grant = GrantId::from_random(self.connector.draw().to_be_bytes());
        let granted = self.consent.grant_control(agent, grant, CONTROL_LASTS, now);
        if granted {
            let seconds = u32::try_from(CONTROL_LASTS.as_secs()).unwrap_or(u32::MAX);
            // Another agent's grant is burnt by this one.
            self.recall(now);
            self.send(&FromVisitor::ControlGranted(agent, grant, seconds), now);
        }
        granted
    }

    /// The visitor's no. False when the question does not stand any more.
    pub fn decline(&mut self, agent: AgentId, ask: Ask, now: Moment) -> bool {
        let declined = self.consent.decline(agent, ask, now).is_some();
        if declined {
            self.send(&FromVisitor::Declined(agent, ask), now);
        }
        self.settle(now);
        declined
    }

    /// Takes control back: the grant is burnt before anything is sent.
    pub fn take_back(&mut self, now: Moment) {
        if let Some((_, grant)) = self.consent.revoke() {
            self.recall(now);
            self.send_urgently(&FromVisitor::Revoked(grant), now);
        }
        self.settle(now);
    }

    /// Ends the share, and with it the session.
    pub fn stop(&mut self, now: Moment) {
        if self.life == Life::Live && self.consent.is_shared() {
            self.consent.stop();
            self.recall(now);
            self.hold_back();
            self.send_urgently(&FromVisitor::Stopped, now);
            self.life = Life::Ending(EndReason::VisitorStopped, now + crate::session::connector::CUT_BUDGET);
        }
        self.settle(now);
    }

    /// Pauses or goes on.
    pub fn pause(&mut self, paused: bool, now: Moment) {
        if self.consent.set_flow(if paused { Flow::Paused } else { Flow::Running }) {
            self.recall(now);
            self.hold_back();
            self.send_urgently(&FromVisitor::Paused(paused), now);
        }
        self.settle(now);
    }

    /// Trusted input of the visitor (pointer, key, touch).
    pub fn hands_on(&mut self, now: Moment) {
        if self.consent.hands_on(now) {
            self.recall(now);
            self.send(&FromVisitor::HandsOn(true), now);
        }
        self.settle(now);
    }

    /// The page is being left (`pagehide`).
    pub fn bye(&mut self, now: Moment) {
        self.send_urgently(&FromVisitor::Bye, now);
        self.settle(now);
    }
}
