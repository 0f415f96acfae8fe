//! The second gate: what each side says, and what of it passes.
use super::{
    Actor, AgentId, Counter, Deed, EndReason, Link, Moment, Refusal, RelayEvent, RelaySession, ToViewer,
    ToVisitor, Urgency, Viewer, message,
};
use crate::{
    command::{Command, Indicate, Mark, Receipt},
    consent::{AskRefused, EpochRule, Flow, Hands},
    id::{CommandId, Epoch, GrantId, ViewId},
    session::link::Frame,
    wire::{
        Envelope, PageKind, PointerKind,
        message::{Ask, FromViewer, FromVisitor},
    },
};

/// The visitor speaks.
impl RelaySession {
    pub(super) fn read_visitor(&mut self, now: Moment) -> Result<(), Refusal> {
        while let Some(frame) = self.visit.link.as_mut().and_then(Link::poll_control) {
            let said = message::decode::<FromVisitor>(&frame.payload).map_err(|_| Refusal::Malformed)?;
            if !self.visit.budget.take(now) {
                return Err(Refusal::RateLimited);
            }
            if said != FromVisitor::Bye {
                self.visit.speaks();
            }
            self.hear_visitor(said, now);
        }
        while let Some(frame) = self.visit.link.as_mut().and_then(Link::poll_page) {
            self.hear_page(frame, now)?;
        }
        while let Some(value) = self.visit.link.as_mut().and_then(Link::poll_pointer) {
            self.pass_pointer(&value);
        }
        Ok(())
    }

    fn hear_visitor(&mut self, said: FromVisitor, now: Moment) {
        match said {
            FromVisitor::ViewGranted(agent, view) => self.hear_view(agent, view, now),
            FromVisitor::ControlGranted(agent, grant, seconds) => {
                self.hear_control(agent, grant, seconds, now)
            }
            FromVisitor::Declined(agent, ask) => self.hear_no(agent, ask, now),
            FromVisitor::Lapsed(agent, ask) => self.hear_lapse(agent, ask, now),
            FromVisitor::Revoked(grant) => self.hear_revoke(grant),
            FromVisitor::HandsOn(on) => {
                self.consent.announce_hands(if on { Hands::On } else { Hands::Resting });
            }
            FromVisitor::Paused(paused) => self.hear_pause(if paused { Flow::Paused } else { Flow::Running }),
            FromVisitor::Stopped => self.finish(EndReason::VisitorStopped, Actor::Visitor, now),
            FromVisitor::Receipt(agent, id, receipt) => self.pass_receipt(agent, id, receipt, now),
            FromVisitor::Page(info) if self.consent.is_shared() => self.info = Some(info),
            FromVisitor::Page(_) => {}
            FromVisitor::Offer(sdp) => {
                let peer = self.visit.peer();
                self.events.extend(peer.map(|peer| RelayEvent::Offer(peer, sdp)));
            }
            FromVisitor::Bye => self.visit.say_bye(now),
            FromVisitor::Diverged(nodes) if self.consent.is_shared() => self.count(Counter::Missed(nodes)),
            FromVisitor::Diverged(_) => {}
        }
    }

    fn hear_view(&mut self, agent: AgentId, view: ViewId, now: Moment) {
        let first = !self.consent.is_shared();
        if !self.consent.grant_view(agent, view, now) {
            // A yes that crossed with the agent's leaving: the page must not believe that it is watched.
            return self.send_visitor(&ToVisitor::AgentLeft(agent), Urgency::Normal, now);
        }
        if first {
            self.log.clear();
            self.log.expect_keyframe(now);
        }
        self.audit(Actor::Visitor, Deed::Granted(agent, Ask::View));
    }

    fn hear_control(&mut self, agent: AgentId, grant: GrantId, seconds: u32, now: Moment) {
        let before = self.consent.controller();
        let lasts = std::time::Duration::from_secs(seconds.into());
        if !self.consent.grant_control(agent, grant, lasts, now) {
            return self.send_visitor(&ToVisitor::Released(agent), Urgency::Normal, now);
        }
        if let Some((other, _)) = before {
            self.audit(Actor::Visitor, Deed::Revoked(other));
        }
        self.audit(Actor::Visitor, Deed::Granted(agent, Ask::Control));
    }

    fn hear_no(&mut self, agent: AgentId, ask: Ask, now: Moment) {
        if let Some(wait) = self.consent.decline(agent, ask, now) {
            self.audit(Actor::Visitor, Deed::Declined(agent, ask));
            self.send_viewer(agent, &ToViewer::Declined(ask, wait), now);
        }
    }

    fn hear_lapse(&mut self, agent: AgentId, ask: Ask, now: Moment) {
        if self.consent.lapse(agent, ask) {
            self.audit(Actor::Server, Deed::Lapsed(agent, ask));
            self.send_viewer(agent, &ToViewer::Lapsed(ask), now);
        }
    }

    fn hear_revoke(&mut self, grant: GrantId) {
        let controller = self.consent.controller().filter(|(_, standing)| *standing == grant);
        if let Some((agent, _)) = controller {
            self.consent.revoke();
            self.audit(Actor::Visitor, Deed::Revoked(agent));
        }
    }

    fn hear_pause(&mut self, flow: Flow) {
        if self.consent.set_flow(flow) {
            let deed = if flow == Flow::Paused { Deed::Paused } else { Deed::Resumed };
            self.audit(Actor::Visitor, deed);
            self.viewers.values_mut().for_each(|viewer| viewer.link.clear_pointers());
        }
    }

    fn pass_receipt(&mut self, agent: AgentId, id: CommandId, receipt: Receipt, now: Moment) {
        let viewer = self.viewers.get_mut(&agent);
        if viewer.is_some_and(|viewer| viewer.outstanding.remove(&id)) {
            self.send_viewer(agent, &ToViewer::Receipt(id, receipt), now);
        }
    }

    fn hear_page(&mut self, frame: Frame, now: Moment) -> Result<(), Refusal> {
        let kind = PageKind::from_wire(frame.kind).ok_or(Refusal::Malformed)?;
        if self.consent.is_shared() {
            self.log.push(kind, frame);
        } else {
            // Nobody may see it, so nobody keeps it.
            self.visit.link.iter_mut().for_each(|link| link.consume_page(frame.last, now));
        }
        Ok(())
    }

    fn pass_pointer(&mut self, value: &Envelope) {
        let of_visitor = match PointerKind::from_wire(value.kind) {
            Some(PointerKind::Cursor | PointerKind::Scroll) => true,
            Some(PointerKind::Agent) | None => false,
        };
        let watching: Vec<_> =
            self.consent.viewers().filter(|agent| of_visitor && self.may_see(*agent)).collect();
        for agent in watching {
            if let Some(viewer) = self.viewers.get_mut(&agent).filter(|viewer| viewer.peer().is_some()) {
                viewer.link.send_pointer(value.kind, value.epoch, value.payload.clone());
            }
        }
    }
}

/// A viewer speaks.
impl RelaySession {
    pub(super) fn read_viewer(&mut self, agent: AgentId, now: Moment) -> Result<(), Refusal> {
        while let Some(frame) = self.viewer_link(agent).and_then(Link::poll_control) {
            let said = message::decode::<FromViewer>(&frame.payload).map_err(|_| Refusal::Malformed)?;
            self.hear_viewer_within_budget(agent, said, now);
        }
        // A viewer has no page to show.
        if self.viewer_link(agent).and_then(Link::poll_page).is_some() {
            return Err(Refusal::Malformed);
        }
        while let Some(value) = self.viewer_link(agent).and_then(Link::poll_pointer) {
            self.hear_pointer(agent, &value)?;
        }
        Ok(())
    }

    fn viewer_link(&mut self, agent: AgentId) -> Option<&mut Link> {
        self.viewers.get_mut(&agent).map(|viewer| &mut viewer.link)
    }

    fn hear_viewer_within_budget(&mut self, agent: AgentId, said: FromViewer, now: Moment) {
        if self.viewers.get_mut(&agent).is_some_and(|viewer| viewer.budget.take(now)) {
            return self.hear_viewer(agent, said, now);
        }
        self.count(Counter::Refused(Refusal::RateLimited));
        let answer = match said {
            FromViewer::Command(command) => ToViewer::Receipt(command.id, Receipt::Refused),
            FromViewer::Ask(_)
            | FromViewer::Withdraw(_)
            | FromViewer::Release
            | FromViewer::Indicate(_)
            | FromViewer::Diverged(_)
            | FromViewer::Offer(_)
            | FromViewer::End
            | FromViewer::Bye => ToViewer::Refused(Refusal::RateLimited),
        };
        self.send_viewer(agent, &answer, now);
    }

    fn hear_viewer(&mut self, agent: AgentId, said: FromViewer, now: Moment) {
        if said != FromViewer::Bye {
            self.viewers.get_mut(&agent).into_iter().for_each(Viewer::speaks);
        }
        match said {
            FromViewer::Ask(ask) => self.hear_ask(agent, ask, now),
            FromViewer::Withdraw(ask) => self.hear_withdrawal(agent, ask, now),
            FromViewer::Release => self.hear_release(agent, now),
            FromViewer::Command(command) => self.hear_command(agent, command, now),
            FromViewer::Indicate(mark) => self.hear_mark(agent, mark, now),
            FromViewer::Diverged(epoch) => self.hear_divergence(agent, epoch),
            FromViewer::Offer(sdp) => {
                let peer = self.viewers.get(&agent).and_then(Viewer::peer);
                self.events.extend(peer.map(|peer| RelayEvent::Offer(peer, sdp)));
            }
            FromViewer::End => self.part(agent, now),
            FromViewer::Bye => {
                self.viewers.get_mut(&agent).into_iter().for_each(|viewer| viewer.say_bye(now));
            }
        }
    }

    fn hear_ask(&mut self, agent: AgentId, ask: Ask, now: Moment) {
        let answer = match self.consent.ask(agent, ask, now) {
            Ok(()) => return self.pass_question(agent, ask, now),
            Err(AskRefused::Already) => return,
            Err(AskRefused::Wait(seconds)) => ToViewer::Declined(ask, seconds),
            Err(AskRefused::NoView) => ToViewer::Refused(Refusal::ConsentRequired),
            Err(AskRefused::Full) => ToViewer::Refused(Refusal::RateLimited),
        };
        if let ToViewer::Refused(refusal) = answer {
            self.count(Counter::Refused(refusal));
        }
        self.send_viewer(agent, &answer, now);
    }

    fn pass_question(&mut self, agent: AgentId, ask: Ask, now: Moment) {
        self.audit(Actor::Agent(agent), Deed::Asked(agent, ask));
        if let Some(card) = self.viewers.get(&agent).map(|viewer| viewer.card.clone()) {
            self.send_visitor(&ToVisitor::Asked(card, ask), Urgency::Normal, now);
        }
    }

    fn hear_withdrawal(&mut self, agent: AgentId, ask: Ask, now: Moment) {
        if self.consent.withdraw(agent, ask) {
            self.audit(Actor::Agent(agent), Deed::Withdrawn(agent, ask));
            self.send_visitor(&ToVisitor::Withdrawn(agent, ask), Urgency::Normal, now);
        }
    }

    fn hear_release(&mut self, agent: AgentId, now: Moment) {
        if self.consent.release(agent).is_some() {
            self.audit(Actor::Agent(agent), Deed::Released(agent));
            self.send_visitor(&ToVisitor::Released(agent), Urgency::Normal, now);
        }
    }

    /// A command passes only to a page that is there: one that comes back finds no old clicks waiting.
    fn hear_command(&mut self, agent: AgentId, command: Command, now: Moment) {
        let id = command.id;
        let admitted = if self.visit.is_here() {
            self.consent.admit(agent, command, EpochRule::Any, now)
        } else {
            Err(Receipt::NoGrant)
        };
        let receipt = match admitted {
            Ok(command) => match self.pass_command(agent, command.into_inner(), now) {
                Ok(()) => return,
                Err(receipt) => receipt,
            },
            Err(receipt) => {
                if receipt == Receipt::Refused {
                    self.count(Counter::Refused(Refusal::TooLarge));
                }
                receipt
            }
        };
        self.count(Counter::CommandDropped);
        self.send_viewer(agent, &ToViewer::Receipt(id, receipt), now);
    }

    fn pass_command(&mut self, agent: AgentId, command: Command, now: Moment) -> Result<(), Receipt> {
        let viewer = self.viewers.get_mut(&agent).ok_or(Receipt::NoGrant)?;
        let room = viewer.outstanding.len() < crate::session::viewer::MAX_OUTSTANDING;
        if !room || !viewer.outstanding.insert(command.id) {
            return Err(Receipt::Refused);
        }
        self.send_visitor(&ToVisitor::Command(agent, command), Urgency::Normal, now);
        Ok(())
    }

    fn hear_mark(&mut self, agent: AgentId, mark: Indicate, now: Moment) {
        match self.consent.admit_mark(agent, mark, EpochRule::Any) {
            Ok(mark) => {
                let mark = mark.into_inner();
                if mark.mark == Mark::Click {
                    self.note_pointing(agent);
                }
                self.send_visitor(&ToVisitor::Indicate(agent, mark), Urgency::Normal, now);
            }
            Err(_) => self.count(Counter::MarkDropped),
        }
    }

    /// Once in a view: an agent may point a hundred times.
    fn note_pointing(&mut self, agent: AgentId) {
        let first = self.viewers.get_mut(&agent).map(|it| std::mem::replace(&mut it.has_pointed, true));
        if first == Some(false) {
            self.audit(Actor::Agent(agent), Deed::Pointed(agent));
        }
    }

    fn hear_pointer(&mut self, agent: AgentId, value: &Envelope) -> Result<(), Refusal> {
        if PointerKind::from_wire(value.kind) != Some(PointerKind::Agent) {
            return Err(Refusal::Malformed);
        }
        let mark: Indicate = message::decode(&value.payload).map_err(|_| Refusal::Malformed)?;
        let Ok(mark) = self.consent.admit_mark(agent, mark, EpochRule::Any) else {
            self.count(Counter::MarkDropped);
            return Ok(());
        };
        let payload = message::encode(&(agent, mark.into_inner())).map_err(|_| Refusal::Internal)?;
        self.visit
            .link
            .iter_mut()
            .for_each(|link| link.send_pointer(value.kind, value.epoch, payload.clone()));
        Ok(())
    }

    fn hear_divergence(&mut self, agent: AgentId, epoch: Epoch) {
        if self.consent.view(agent).is_some() && self.log.diverge(epoch) {
            self.count(Counter::Diverged);
        }
    }
}
