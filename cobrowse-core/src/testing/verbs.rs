//! What people do, in their own words.
use std::time::Duration;

use super::{
    Seen, Shown, Trio, Udp, card,
    trio::{Client, relay_random, visitor_session},
};
use crate::{
    command::{Action, Anchor, Mark},
    id::{AgentId, CommandId, Incarnation, NodeId},
    session::{
        relay::{PeerId, RelaySession},
        viewer::ViewerSession,
        visitor::{Bar, VisitorSession},
    },
    wire::message::{Ask, Tab},
};

/// Long enough for anything to arrive on any of the networks here.
const SOON: Duration = Duration::from_secs(3);

/// The visitor.
impl Trio {
    /// What the visitor's page saw.
    pub const fn shown(&self) -> &Shown {
        &self.visitor.shown
    }

    /// The visitor's session, for what has no verb.
    pub const fn visitor(&mut self) -> &mut VisitorSession {
        &mut self.visitor.session
    }

    /// What the bar shows.
    pub fn bar(&self) -> Bar {
        self.visitor.session.bar()
    }

    /// Says yes to what is on the screen.
    pub fn visitor_allows(&mut self) {
        let Some(question) = self.bar().question else { panic!("nothing is asked, seed {}", self.seed) };
        assert!(self.visitor.session.allow(question.agent.id, question.ask, self.now));
        self.run_for(SOON);
    }

    /// Says no.
    pub fn visitor_declines(&mut self) {
        let Some(question) = self.bar().question else { panic!("nothing is asked, seed {}", self.seed) };
        assert!(self.visitor.session.decline(question.agent.id, question.ask, self.now));
        self.run_for(SOON);
    }

    /// The page changes; capture sends it when there is room.
    pub fn page_changes(&mut self) {
        self.visitor.page.state += 1;
    }

    /// The page changes so many times, evenly over `span`.
    pub fn page_changes_for(&mut self, times: u32, span: Duration) {
        for _ in 0..times {
            self.page_changes();
            self.run_for(span / times);
        }
    }

    /// The page's present state.
    pub const fn page_state(&self) -> u64 {
        self.visitor.page.state
    }

    /// How big the page's frames are.
    pub const fn page_is(&mut self, keyframe_bytes: usize, delta_bytes: usize) {
        self.visitor.page.keyframe_bytes = keyframe_bytes;
        self.visitor.page.delta_bytes = delta_bytes;
    }

    /// Another page of the same tab, or the same again. The old one says bye first.
    pub fn visitor_navigates(&mut self) {
        self.visitor.session.bye(self.now);
        self.run_for(Duration::from_millis(300));
        let tab = self.visitor.session.tab();
        self.new_page(Tab { incarnation: Incarnation(tab.incarnation.0 + 1), ..tab });
    }

    /// The page goes away, and nothing comes after it.
    pub fn visitor_leaves(&mut self) {
        self.visitor.session.bye(self.now);
        self.run_for(Duration::from_millis(300));
        self.visitor.page.capturing = false;
        self.visitor.wire.reachable = false;
        self.drop_socket(Client::Visitor);
    }

    /// A page of this tab begins.
    pub fn new_page(&mut self, tab: Tab) {
        self.drop_socket(Client::Visitor);
        let page = &mut self.visitor.page;
        (page.capturing, page.keyframe_due) = (false, false);
        page.state += 1;
        self.visitor.session = visitor_session(tab, &mut self.rng, self.now);
    }
}

/// Agents.
impl Trio {
    /// What this agent's viewer saw.
    pub fn seen(&self, agent: AgentId) -> &Seen {
        self.viewers.get(&agent).map(|end| &end.seen).unwrap_or_else(|| panic!("no {agent:?}"))
    }

    /// The viewer's session, for what has no verb.
    pub fn viewer(&mut self, agent: AgentId) -> &mut ViewerSession {
        &mut self.viewer_end(agent).session
    }

    /// Asks, and waits until the visitor has it.
    pub fn asks(&mut self, agent: AgentId, ask: Ask) {
        let now = self.now;
        self.viewer(agent).ask(ask, now);
        self.run_for(SOON);
    }

    /// A share that this agent views.
    pub fn shared_with(&mut self, agent: AgentId) {
        self.asks(agent, Ask::View);
        self.visitor_allows();
    }

    /// A share that this agent controls.
    pub fn controlled_by(&mut self, agent: AgentId) {
        self.shared_with(agent);
        self.asks(agent, Ask::Control);
        self.visitor_allows();
    }

    /// A share that goes on, and control with it.
    pub fn controlled_again(&mut self) {
        self.asks(super::SOPHIE, Ask::Control);
        self.visitor_allows();
    }

    /// The relay's number of this agent's connection.
    pub fn peer_of(&mut self, agent: AgentId) -> PeerId {
        let seed = self.seed;
        self.viewer_end(agent)
            .wire
            .peer()
            .unwrap_or_else(|| panic!("{agent:?} is not connected, seed {seed}"))
    }

    /// Where the viewer's picture is now.
    pub fn anchor(&self, agent: AgentId) -> Anchor {
        Anchor { epoch: self.seen(agent).epoch, node: NodeId::DOCUMENT, x: 0.5, y: 0.5 }
    }

    /// Sends a command.
    pub fn commands(&mut self, agent: AgentId) -> CommandId {
        let (anchor, now) = (self.anchor(agent), self.now);
        self.viewer(agent).command(anchor, Action::Hover, now)
    }

    /// Points.
    pub fn indicates(&mut self, agent: AgentId) {
        let (anchor, now) = (self.anchor(agent), self.now);
        self.viewer(agent).indicate(anchor, Mark::Click, now);
        self.run_for(SOON);
    }

    /// The viewer's tab is loaded again.
    pub fn viewer_reloads(&mut self, agent: AgentId) {
        let now = self.now;
        self.viewer(agent).bye(now);
        self.run_for(Duration::from_millis(200));
        let profile = self.viewer_end(agent).wire.hop.profile;
        self.drop_socket(Client::Viewer(agent));
        self.viewer_joins(agent, profile);
    }

    /// The viewer's tab is closed.
    pub fn viewer_closes(&mut self, agent: AgentId) {
        let now = self.now;
        self.viewer(agent).bye(now);
        self.run_for(Duration::from_millis(500));
        self.drop_socket(Client::Viewer(agent));
        self.viewer_end(agent).wire.reachable = false;
    }

    /// The tab stops taking events, or takes them again.
    pub fn viewer_sleeps(&mut self, agent: AgentId, asleep: bool) {
        self.viewer_end(agent).awake = !asleep;
    }
}

/// The world.
impl Trio {
    /// Whose wire: the visitor's for `None`.
    fn client(agent: Option<AgentId>) -> Client {
        agent.map_or(Client::Visitor, Client::Viewer)
    }

    /// The connection breaks, both sides know, and nobody gets through for `span`.
    pub fn cut_for(&mut self, agent: Option<AgentId>, span: Duration) {
        let client = Self::client(agent);
        self.wire(client).reachable = false;
        self.break_socket(client);
        self.run_for(span);
        self.wire(client).reachable = true;
    }

    /// This viewer's connection breaks, and comes back when `meanwhile` is over.
    pub fn cut_during(&mut self, agent: AgentId, meanwhile: impl FnOnce(&mut Self)) {
        let client = Client::Viewer(agent);
        self.wire(client).reachable = false;
        self.break_socket(client);
        meanwhile(self);
        self.wire(client).reachable = true;
    }

    /// UDP works or is swallowed from now on.
    pub fn udp(&mut self, agent: Option<AgentId>, udp: Udp) {
        self.wire(Self::client(agent)).hop.udp = udp;
    }

    /// The hop, for what has no verb.
    pub fn hop(&mut self, agent: Option<AgentId>) -> &mut super::Hop {
        &mut self.wire(Self::client(agent)).hop
    }

    /// Something bad may happen to one of the hops: a cut, a silence, UDP going or coming.
    pub fn mischief(&mut self) {
        let clients = self.clients();
        let client = clients[self.rng.below(clients.len() as u64) as usize];
        let still = self.now + Duration::from_millis(self.rng.below(3_000));
        match self.rng.below(60) {
            0 => self.break_socket(client),
            1 => self.wire(client).hop.stand_still(still),
            2 => self.wire(client).hop.udp = Udp::Swallowed,
            3 => self.wire(client).hop.udp = Udp::Works,
            _ => {}
        }
    }

    /// Everything works again.
    pub fn calm(&mut self) {
        for client in self.clients() {
            self.wire(client).hop.udp = Udp::Works;
            if let Client::Viewer(agent) = client {
                self.viewer_sleeps(agent, false);
            }
        }
    }

    /// How often the visitor's page opened a socket.
    pub const fn visitor_reconnects(&self) -> u32 {
        self.visitor.reconnects
    }

    /// The relay's process ends and another begins; it remembers nothing.
    pub fn relay_restarts(&mut self, down: Duration) {
        self.relay = None;
        for client in self.clients() {
            self.break_socket(client);
        }
        self.run_for(down);
        let random = relay_random(&mut self.rng);
        self.relay = Some(RelaySession::new(random, self.now));
    }

    /// The card of an agent, as everybody sees it.
    pub fn name(agent: AgentId) -> String {
        card(agent).name
    }
}
