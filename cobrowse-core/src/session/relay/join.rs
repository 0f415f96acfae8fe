//! Peers come, come back, and go.
use super::{
    Actor, AgentCard, AgentId, CloseReason, Counter, Deed, EndReason, Joined, Life, Link, Moment, PeerId,
    Refusal, RelayEvent, RelaySession, Tab, ToViewer, ToVisitor, Urgency, Viewer, Who, roster::MAX_VIEWERS,
};
use crate::wire::message::{Resume, Standing};

/// Visitors.
impl RelaySession {
    /// The visitor's page said a good hello. Send the welcome before anything of
    /// [`poll_transmit`](Self::poll_transmit).
    ///
    /// # Errors
    /// [`Refusal::Fenced`] for an older page of the tab, [`Refusal::TicketInUse`] for another tab,
    /// [`Refusal::SessionEnded`].
    pub fn join_visitor(
        &mut self,
        peer: PeerId,
        tab: Tab,
        resume: Option<Resume>,
        now: Moment,
    ) -> Result<Joined, Refusal> {
        self.may_join(&tab).inspect_err(|refusal| self.events.push_back(count(*refusal)))?;
        self.replace_visitor(&tab);
        let same_page = self.visit.page == Some((tab.id, tab.incarnation));
        self.visit.page = Some((tab.id, tab.incarnation));
        let resumed = same_page && resume.is_some_and(|theirs| self.resume_visitor(theirs, now));
        if resumed {
            self.count(Counter::Resumed);
        } else {
            self.begin_visitor_link();
        }
        self.peers.insert(peer, Who::Visitor);
        self.visit.arrive(peer);
        let stands = resumed || self.carry(tab.standing, now);
        self.visit.link.iter_mut().for_each(|link| link.handle_lane(super::Lane::WebSocket, true, now));
        let resume = self.visit.link.as_ref().map(Link::received).unwrap_or_default();
        self.settle(now);
        Ok(Joined { resume, stands })
    }

    fn may_join(&self, tab: &Tab) -> Result<(), Refusal> {
        match self.visit.page {
            _ if self.life == Life::Over => Err(Refusal::SessionEnded),
            Some((id, _)) if id != tab.id && (self.visit.peer().is_some() || self.consent.is_shared()) => {
                Err(Refusal::TicketInUse)
            }
            Some((id, incarnation)) if id == tab.id && tab.incarnation < incarnation => Err(Refusal::Fenced),
            Some(_) | None => Ok(()),
        }
    }

    fn replace_visitor(&mut self, tab: &Tab) {
        let Some(old) = self.visit.peer() else { return };
        let newer = self.visit.page.is_some_and(|(_, incarnation)| incarnation < tab.incarnation);
        let reason = if newer { CloseReason::Refused(Refusal::Fenced) } else { CloseReason::Replaced };
        self.peers.remove(&old);
        self.events.push_back(RelayEvent::Close(old, reason));
    }

    fn resume_visitor(&mut self, theirs: Resume, now: Moment) -> bool {
        let link = self.visit.link.as_mut().filter(|link| link.received().link == theirs.link);
        link.is_some_and(|link| link.resume(theirs, now).is_ok())
    }

    fn begin_visitor_link(&mut self) {
        let id = self.draw();
        if let Some(old) = self.visit.link.replace(Link::new(id)) {
            self.past_traffic.add(&old.traffic());
        }
        self.visit.told_viewers = None;
    }

    /// A new link to the page, or to the next page of the tab: what both know of the consent goes on, and
    /// what was being asked is asked again.
    fn carry(&mut self, standing: Option<Standing>, now: Moment) -> bool {
        let before: Vec<_> = self.consent.viewers().collect();
        let stands = self.consent.carry(standing);
        for agent in before {
            let carried = self.consent.view(agent).is_some();
            self.audit(Actor::Visitor, if carried { Deed::Carried(agent) } else { Deed::Left(agent) });
        }
        if !self.consent.is_shared() {
            self.log.clear();
            self.info = None;
        }
        self.log.begin_link(now);
        self.correct_grant(standing.filter(|_| stands), now);
        for (agent, ask) in self.consent.questions().collect::<Vec<_>>() {
            if let Some(card) = self.viewers.get(&agent).map(|viewer| viewer.card.clone()) {
                self.send_visitor(&ToVisitor::Asked(card, ask), Urgency::Normal, now);
            }
        }
        stands
    }

    /// A grant that ended here while the page was away.
    fn correct_grant(&mut self, standing: Option<Standing>, now: Moment) {
        let kept = self.consent.controller().map(|(_, grant)| grant);
        if let Some(standing) = standing.filter(|it| it.grant.is_some() && it.grant != kept) {
            self.send_visitor(&ToVisitor::Released(standing.view.1), Urgency::Normal, now);
        }
    }
}

/// Viewers.
impl RelaySession {
    /// A viewer said a good hello. A newer one of the same agent replaces the older. Send the welcome before
    /// anything of [`poll_transmit`](Self::poll_transmit).
    ///
    /// # Errors
    /// [`Refusal::SessionEnded`], [`Refusal::RateLimited`] when too many view.
    pub fn join_viewer(
        &mut self,
        peer: PeerId,
        card: AgentCard,
        resume: Option<Resume>,
        now: Moment,
    ) -> Result<Joined, Refusal> {
        let agent = card.id;
        self.may_view(agent).inspect_err(|refusal| self.events.push_back(count(*refusal)))?;
        self.replace_viewer(agent);
        if resume.is_some_and(|theirs| self.resume_viewer(agent, theirs, now)) {
            self.count(Counter::Resumed);
        } else {
            self.expect_viewer(card, now);
        }
        self.peers.insert(peer, Who::Viewer(agent));
        let viewer = self.viewers.get_mut(&agent).ok_or(Refusal::Internal)?;
        viewer.arrive(peer);
        viewer.link.handle_lane(super::Lane::WebSocket, true, now);
        let resume = viewer.link.received();
        self.settle(now);
        self.give_up_waiting(now);
        Ok(Joined { resume, stands: false })
    }

    fn may_view(&self, agent: AgentId) -> Result<(), Refusal> {
        match self.life {
            Life::Over => Err(Refusal::SessionEnded),
            Life::Live if self.viewers.len() < MAX_VIEWERS || self.viewers.contains_key(&agent) => Ok(()),
            Life::Live => Err(Refusal::RateLimited),
        }
    }

    fn replace_viewer(&mut self, agent: AgentId) {
        if let Some(old) = self.viewers.get(&agent).and_then(Viewer::peer) {
            self.peers.remove(&old);
            self.events.push_back(RelayEvent::Close(old, CloseReason::Replaced));
        }
    }

    fn resume_viewer(&mut self, agent: AgentId, theirs: Resume, now: Moment) -> bool {
        let link = self.viewers.get_mut(&agent).map(|viewer| &mut viewer.link);
        let link = link.filter(|link| link.received().link == theirs.link);
        link.is_some_and(|link| link.resume(theirs, now).is_ok())
    }

    /// A place for the agent with a new link.
    pub(super) fn expect_viewer(&mut self, card: AgentCard, now: Moment) {
        let agent = card.id;
        if self.viewers.contains_key(&agent) {
            self.renew_viewer_link(agent);
        } else {
            let link = Link::new(self.draw());
            self.viewers.insert(agent, Viewer::away(card, link, now));
        }
    }

    pub(super) fn renew_viewer_link(&mut self, agent: AgentId) {
        let link = Link::new(self.draw());
        if let Some(viewer) = self.viewers.get_mut(&agent) {
            self.past_traffic.add(&viewer.link.traffic());
            viewer.renew(link);
        }
    }

    /// The agent is gone, and with them what they held. When nobody is left the session is over.
    pub(super) fn part(&mut self, agent: AgentId, now: Moment) {
        if self.consent.leave(agent) {
            self.audit(Actor::Agent(agent), Deed::Left(agent));
        }
        if self.viewers.values().all(|other| other.card.id == agent || other.is_retired()) {
            return self.finish(EndReason::AgentLeft, Actor::Agent(agent), now);
        }
        self.send_visitor(&ToVisitor::AgentLeft(agent), Urgency::BothLanes, now);
        self.tell_viewer_urgently(agent, &ToViewer::Ended(EndReason::AgentLeft), now);
        self.retire(agent);
    }

    fn retire(&mut self, agent: AgentId) {
        let Some(viewer) = self.viewers.get_mut(&agent) else { return };
        viewer.withhold();
        if let Some(peer) = viewer.retire() {
            self.peers.remove(&peer);
            self.events.push_back(RelayEvent::Close(peer, CloseReason::Ended(EndReason::AgentLeft)));
        } else {
            self.viewers.remove(&agent);
        }
    }
}

const fn count(refusal: Refusal) -> RelayEvent {
    RelayEvent::Count(Counter::Refused(refusal))
}
