//! Anything that people and networks do, in any order, from bytes: for property tests and fuzzing.
use std::time::Duration;

use super::{BEN, Profile, Rng, SOPHIE, Trio, Udp, trio::Client};
use crate::{
    consent::Flow,
    id::AgentId,
    session::{Lane, visitor::BarState},
    wire::message::{Ask, ShareState},
};

/// Runs what `bytes` say, lets everything calm down, and checks that all three agree.
///
/// # Panics
/// When something was applied that nobody allowed, a frame was lost or doubled, or the three disagree.
pub fn session_ops(bytes: &[u8]) {
    let seed = bytes.iter().fold(0, |seed: u64, byte| seed.wrapping_mul(31).wrapping_add(u64::from(*byte)));
    let mut trio = Trio::new(seed, Profile::LOSSY, &[SOPHIE, BEN]);
    for byte in bytes {
        trio.op(*byte);
    }
    trio.calm();
    trio.run_for(Duration::from_secs(20));
    trio.page_changes();
    trio.run_for(Duration::from_secs(25));
    trio.agree();
}

/// Random bytes for [`session_ops`].
pub fn random_ops(seed: u64, length: usize) -> Vec<u8> {
    let mut rng = Rng::new(seed);
    (0..length).map(|_| rng.draw() as u8).collect()
}

impl Trio {
    fn op(&mut self, byte: u8) {
        let agent = if byte & 0x80 == 0 { SOPHIE } else { BEN };
        match byte & 0x3f {
            0..=15 => self.op_of_people(byte & 15, agent),
            16..=25 => self.op_of_networks(byte & 0x3f, agent),
            26..=33 => self.page_changes(),
            34..=45 => self.try_command(agent),
            46..=60 => self.run_for(Duration::from_millis(u64::from(byte & 0x3f) * 20)),
            61 => self.run_for(Duration::from_secs(2)),
            _ => self.run_for(Duration::from_secs(7)),
        }
    }

    fn op_of_people(&mut self, op: u8, agent: AgentId) {
        let now = self.now;
        let question = self.bar().question.map(|question| (question.agent.id, question.ask));
        match (op, question) {
            (0..=2, Some((agent, ask))) => _ = self.visitor().allow(agent, ask, now),
            (3, Some((agent, ask))) => _ = self.visitor().decline(agent, ask, now),
            (0..=3, None) | (4, _) => self.viewer(agent).ask(Ask::View, now),
            (5, _) => self.viewer(agent).ask(Ask::Control, now),
            (6, _) => self.visitor().take_back(now),
            (7, _) => self.visitor().pause(true, now),
            (8 | 9, _) => self.visitor().pause(false, now),
            (10, _) => self.visitor().hands_on(now),
            (11, _) => self.viewer(agent).release(now),
            (12, _) => self.viewer(agent).withdraw(Ask::View, now),
            (13, _) => self.viewer(agent).withdraw(Ask::Control, now),
            (14, _) if self.shown().ended.is_none() => self.visitor_navigates(),
            _ if self.seen(agent).ended.is_none() => self.viewer_reloads(agent),
            _ => {}
        }
    }

    fn op_of_networks(&mut self, op: u8, agent: AgentId) {
        let client = if self.rng.percent(50) { None } else { Some(agent) };
        let still = self.now + Duration::from_millis(self.rng.below(12_000));
        match op {
            16 => self.cut_for(client, Duration::from_millis(100)),
            17 => self.udp(client, Udp::Swallowed),
            18 | 19 => self.udp(client, Udp::Works),
            20 => self.hop(client).stand_still(still),
            21 => self.relay_restarts(Duration::from_millis(300)),
            22 => self.garbage(agent),
            23 => self.viewer_sleeps(agent, true),
            _ => self.viewer_sleeps(agent, false),
        }
    }

    fn try_command(&mut self, agent: AgentId) {
        if self.seen(agent).ended.is_none() {
            self.commands(agent);
        }
    }

    /// The viewer's connection delivers what is no frame.
    fn garbage(&mut self, agent: AgentId) {
        let bytes = vec![0xff; 1 + self.rng.below(30) as usize];
        let now = self.now;
        let peer = self.viewer_end(agent).wire.peer();
        if let (Some(peer), Some(relay)) = (peer, &mut self.relay) {
            relay.handle_frame(peer, Lane::WebSocket, &bytes, now);
        }
    }

    /// The visitor's page, the relay and the viewers say the same of the share.
    fn agree(&mut self) {
        let seed = self.seed;
        if self.shown().ended.is_some() {
            return;
        }
        let Some(relay) = &self.relay else { return };
        let (seen_by, controller) = parties(&self.bar().state);
        let consent = relay.consent().clone();
        let gate: Vec<_> = consent.viewers().collect();
        assert_eq!(seen_by, gate, "page and relay, seed {seed}");
        assert_eq!(controller, consent.controller().map(|(agent, _)| agent), "page and relay, seed {seed}");
        for client in self.clients() {
            if let Client::Viewer(agent) = client {
                self.agree_with(agent, consent.state(agent), consent.flow());
            }
        }
    }

    fn agree_with(&self, agent: AgentId, state: ShareState, flow: Flow) {
        let (seed, seen) = (self.seed, self.seen(agent));
        if seen.ended.is_some() {
            return;
        }
        assert_eq!(seen.share.unwrap_or(ShareState::NotShared), state, "{agent:?} and relay, seed {seed}");
        let shown = !matches!(state, ShareState::NotShared | ShareState::ViewAsked);
        if shown && flow == Flow::Running {
            assert_eq!(seen.state, self.page_state(), "{agent:?} sees the page as it is, seed {seed}");
        }
    }
}

fn parties(state: &BarState) -> (Vec<AgentId>, Option<AgentId>) {
    match state {
        BarState::Hidden | BarState::Ended { .. } => (Vec::new(), None),
        BarState::Viewing { agents, .. } | BarState::Reconnecting { agents } => {
            (agents.iter().map(|it| it.id).collect(), None)
        }
        BarState::Controlling { agent, agents, .. } => {
            (agents.iter().map(|it| it.id).collect(), Some(agent.id))
        }
    }
}
