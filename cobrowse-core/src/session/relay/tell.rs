//! After each event: who is told what, compared with what they were told last; and the pace.
use super::{
    AgentId, Counter, Life, Moment, RelaySession, ToViewer, ToVisitor, Urgency, log::Lag, roster::Step,
};
use crate::{consent::Flow, wire::message::AgentCard};

impl RelaySession {
    /// The one place that follows every event.
    pub(super) fn settle(&mut self, now: Moment) {
        if self.life == Life::Over {
            return;
        }
        self.pace(now);
        self.checkpoint(now);
        let viewing = self.viewing();
        self.tell_visitor(&viewing, now);
        for agent in self.viewers.keys().copied().collect::<Vec<_>>() {
            self.tell_viewer(agent, &viewing, now);
        }
        self.note_vacancy(now);
    }

    /// Whether the page may be shown to this agent now.
    pub(super) fn may_see(&self, agent: AgentId) -> bool {
        self.consent.view(agent).is_some() && self.consent.flow() == Flow::Running
    }

    /// Who views, by name.
    fn viewing(&self) -> Vec<AgentCard> {
        let cards = self.consent.viewers().filter_map(|agent| self.viewers.get(&agent));
        cards.map(|viewer| viewer.card.clone()).collect()
    }

    fn tell_visitor(&mut self, viewing: &[AgentCard], now: Moment) {
        if self.visit.link.is_some() && self.visit.told_viewers.as_deref() != Some(viewing) {
            self.visit.told_viewers = Some(viewing.to_vec());
            self.send_visitor(&ToVisitor::Viewers(viewing.to_vec()), Urgency::Normal, now);
        }
    }

    fn tell_viewer(&mut self, agent: AgentId, viewing: &[AgentCard], now: Moment) {
        let state = self.consent.state(agent);
        let sees = self.consent.view(agent).is_some();
        let presence = self.visit.presence();
        let info = self.info.clone().filter(|_| self.may_see(agent));
        let Some(viewer) = self.viewers.get_mut(&agent).filter(|viewer| viewer.peer().is_some()) else {
            return;
        };
        let mut news = Vec::new();
        if viewer.told.presence.replace(presence) != Some(presence) {
            news.push(ToViewer::Presence(presence));
        }
        if viewer.told.state.replace(state) != Some(state) {
            news.push(ToViewer::State(state));
            if !sees {
                viewer.withhold();
            }
        }
        if sees && viewer.told.viewers.as_deref() != Some(viewing) {
            viewer.told.viewers = Some(viewing.to_vec());
            news.push(ToViewer::Viewers(viewing.to_vec()));
        }
        if let Some(info) = info.filter(|info| viewer.told.info.as_ref() != Some(info)) {
            viewer.told.info = Some(info.clone());
            news.push(ToViewer::Page(info));
        }
        news.iter().for_each(|said| self.send_viewer(agent, said, now));
    }

    /// The fastest viewer makes room for the visitor; when nobody watches, nobody is waited for.
    fn pace(&mut self, now: Moment) {
        let agents: Vec<_> = self.consent.viewers().collect();
        let mut fastest = None;
        for agent in agents {
            if let Some(viewer) = self.viewers.get_mut(&agent).filter(|viewer| viewer.peer().is_some()) {
                fastest = fastest.max(Some(viewer.reached()));
                if viewer.falls_behind(&self.log) {
                    self.events.push_back(super::RelayEvent::Count(Counter::ViewerLagged));
                }
            }
        }
        let number = fastest.unwrap_or(u64::MAX);
        if let (Some(seq), Some(link)) = (self.log.consumed(number), &mut self.visit.link) {
            link.consume_page(seq, now);
        }
    }

    fn lag(&self) -> Lag {
        let lags = self.consent.viewers().filter_map(|agent| self.viewers.get(&agent));
        let mut lags = lags.filter(|viewer| viewer.peer().is_some() && viewer.step() == Step::Lagging);
        lags.next().map_or(Lag::Nobody, |_| Lag::Somebody)
    }

    /// Whether a keyframe could be had.
    fn may_ask_keyframe(&self) -> bool {
        self.visit.is_here() && self.consent.is_shared() && self.consent.flow() == Flow::Running
    }

    pub(super) fn checkpoint_at(&self) -> Option<Moment> {
        self.log.keyframe_at(self.lag()).filter(|_| self.may_ask_keyframe())
    }

    fn checkpoint(&mut self, now: Moment) {
        if self.may_ask_keyframe() && self.log.ask_keyframe(self.lag(), now) {
            self.count(Counter::KeyframeAsked);
            self.send_visitor(&ToVisitor::KeyframeWanted, Urgency::Normal, now);
        }
    }

    fn note_vacancy(&mut self, now: Moment) {
        self.vacant_since = if self.viewers.is_empty() { self.vacant_since.or(Some(now)) } else { None };
    }
}
