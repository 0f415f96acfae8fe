//! One task per session: it owns the machine of `cobrowse-core`, everyone else holds a handle.
//!
//! [`SessionActor::next_event`] only waits; [`SessionActor::handle_event`] only acts. Nothing waits for a peer:
//! a lane that is full is told to the machine, which keeps what it has for it, bounded.
use std::{
    collections::{BTreeSet, HashMap},
    ops::ControlFlow,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use cobrowse_core::{
    id::{AgentId, Moment, SessionId},
    session::{
        Lane,
        relay::{
            Actor, AuditEntry, CloseReason, Counter, Deed, Joined, PeerId, RelayEvent, RelayRandom,
            RelaySession,
        },
    },
    wire::message::{AgentCard, EndReason, Refusal, Resume, Tab},
};
use tokio::{
    sync::{Notify, mpsc, oneshot, watch},
    time::{Instant, sleep_until},
};

use super::{
    Admission, Facts, Input, Join, Joiner, LaneState, SessionHandle,
    adopted::ByLog,
    end_code,
    port::{self, Farewell, Port, Taken},
};
use crate::{
    app::App,
    auth::{self, ticket::Bearer},
    limits::MAX_PEERS,
    metrics::{Kind, Way},
    records::audit::Entry,
};

/// Everything that can wake the loop, in one closed list.
enum Event {
    Input(Input),
    Room,
    Deadline,
    Stop,
}

/// Where the session's knowledge comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// It began in this process.
    Opened,
    /// It began before a restart: what stood is what the visitor's page still holds.
    BeforeRestart,
}

/// The task's ends of what its handles hold.
pub(super) struct Ends {
    pub(super) inbox: mpsc::Receiver<Input>,
    pub(super) shared: watch::Sender<bool>,
}

/// One session.
pub(super) struct SessionActor {
    app: App,
    handle: SessionHandle,
    inbox: mpsc::Receiver<Input>,
    shared: watch::Sender<bool>,
    machine: RelaySession,
    origin: Origin,
    ports: HashMap<PeerId, Port>,
    next_peer: u32,
    room: Arc<Notify>,
    started: Instant,
    /// When its peers were sent new tickets, by the clock of those.
    renewed_ms: u64,
    ended: Option<EndReason>,
}

impl SessionActor {
    pub(super) fn new(app: App, handle: SessionHandle, ends: Ends, origin: Origin) -> Self {
        let Ends { inbox, shared } = ends;
        let (started, renewed_ms) = (Instant::now(), app.tickets.now_ms());
        Self {
            app,
            handle,
            inbox,
            shared,
            machine: RelaySession::new(random(), Moment::default()),
            origin,
            ports: HashMap::new(),
            next_peer: 0,
            room: Arc::new(Notify::new()),
            started,
            renewed_ms,
            ended: None,
        }
    }

    pub(super) async fn run(mut self) {
        self.app.metrics.sessions.inc();
        tracing::info!(session = ?self.facts().id, origin = ?self.origin, "session begins");
        loop {
            let event = self.next_event().await;
            if self.handle_event(event).await.is_break() {
                break;
            }
        }
        self.finish().await;
    }

    /// Only waits. Cancelling any arm loses nothing, because no arm has side effects.
    async fn next_event(&mut self) -> Event {
        let due = self.tickets_are_due();
        let deadline = self.machine.poll_timeout().map_or(due, |at| due.min(self.started + at.0));
        tokio::select! {
            biased; // A grant whose time is over must lapse before the next command is looked at.
            () = sleep_until(deadline) => Event::Deadline,
            () = self.app.shutdown.wanted() => Event::Stop,
            input = self.inbox.recv() => input.map_or(Event::Stop, Event::Input),
            () = self.room.notified() => Event::Room,
        }
    }

    /// Only acts.
    async fn handle_event(&mut self, event: Event) -> ControlFlow<()> {
        let now = self.now();
        match event {
            Event::Input(input) => self.handle_input(input, now),
            Event::Room => self.handle_room(now),
            Event::Deadline => self.handle_deadline(now),
            Event::Stop => return ControlFlow::Break(()),
        }
        self.pump(now).await;
        let shared = self.machine.consent().is_shared();
        self.shared.send_if_modified(|told| std::mem::replace(told, shared) != shared);
        if self.ended.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn handle_deadline(&mut self, now: Moment) {
        self.machine.handle_timeout(now);
        if self.app.tickets.fresh_for(self.renewed_ms).is_zero() {
            self.renew_tickets(now);
        }
    }

    fn handle_input(&mut self, input: Input, now: Moment) {
        match input {
            Input::Join(join) => self.handle_join(*join, now),
            Input::Leave(peer) => self.handle_leave(peer, now),
            Input::CannotCome => self.machine.visitor_cannot_come(now),
            Input::GoingAway(peer) => {
                self.machine.going_away(peer, now);
                self.handle_leave(peer, now);
            }
            Input::Failed(peer) => {
                self.machine.fail(peer, now);
                self.handle_leave(peer, now);
            }
            Input::Frame(peer, lane, bytes) => self.handle_frame(peer, lane, &bytes, now),
            Input::Lane(peer, lane, state) => self.handle_lane(peer, lane, state, now),
            Input::Answer(peer, sdp) => self.machine.answer(peer, sdp, now),
            Input::Refused(peer, refusal) => self.refuse(peer, refusal, now),
            Input::Views(agent, reply) => {
                let views = self.machine.consent().view(agent).is_some();
                // The asker may have gone away.
                let _ = reply.send(views);
            }
            Input::Dismiss(reply) => {
                self.machine.dismiss(now);
                // The asker may have gone away.
                let _ = reply.send(());
            }
            Input::HandOver(from, to, reply) => {
                self.machine.hand_over(from, to, now);
                // As above.
                let _ = reply.send(());
            }
            Input::KeepOnly(agents) => self.keep_only(&agents, now),
            Input::End => self.machine.end(now),
        }
    }

    fn keep_only(&mut self, agents: &BTreeSet<AgentId>, now: Moment) {
        let others =
            self.ports.iter().filter(|(_, port)| port.agent().is_some_and(|it| !agents.contains(&it)));
        for peer in others.map(|(peer, _)| *peer).collect::<Vec<_>>() {
            self.machine.going_away(peer, now);
            self.refuse(peer, Refusal::TicketInvalid, now);
        }
    }

    fn refuse(&mut self, peer: PeerId, refusal: Refusal, now: Moment) {
        self.app.metrics.refused(refusal, "transport");
        self.machine.leave(peer, now);
        self.close(peer, Farewell::Closed(CloseReason::Refused(refusal)));
    }

    fn handle_join(&mut self, join: Join, now: Moment) {
        let Join { joiner, resume, renewed, reply } = join;
        let admitted = self.admit(joiner, renewed, (resume, now));
        if let Err(Ok(admission)) = reply.send(admitted) {
            // The socket went away meanwhile.
            self.handle_leave(admission.peer, now);
        }
    }

    fn admit(
        &mut self,
        joiner: Joiner,
        renewed: Option<Bearer>,
        (resume, now): (Option<Resume>, Moment),
    ) -> Result<Admission, Refusal> {
        if MAX_PEERS <= self.ports.len() {
            self.count(Counter::Refused(Refusal::RateLimited));
            return Err(Refusal::RateLimited);
        }
        self.next_peer += 1;
        let peer = PeerId(self.next_peer);
        let agent = match &joiner {
            Joiner::Viewer(card) => Some(card.id),
            Joiner::Visitor(..) => None,
        };
        let joined = match joiner {
            Joiner::Visitor(tab, card) => self.join_visitor(peer, tab, card, (resume, now))?,
            Joiner::Viewer(card) => self.machine.join_viewer(peer, card, resume, now)?,
        };
        let (outlet, outgoing) = port::lane(&self.room);
        let (told, farewell) = oneshot::channel();
        self.ports.insert(peer, Port::new(outlet, told, (agent, renewed)));
        self.count_peers("websocket", 1);
        Ok(Admission { peer, joined, outgoing, farewell })
    }

    fn join_visitor(
        &mut self,
        peer: PeerId,
        tab: Tab,
        card: Option<AgentCard>,
        (resume, now): (Option<Resume>, Moment),
    ) -> Result<Joined, Refusal> {
        // What stood before a restart is what the visitor's page, the authority, still holds.
        if self.origin == Origin::BeforeRestart && resume.is_some() {
            self.machine.adopt(&tab, card, now);
        }
        let joined = self.machine.join_visitor(peer, tab, resume, now)?;
        self.app.directory.set_session(self.facts().visitor, Some(self.facts().id));
        self.origin = Origin::Opened;
        Ok(joined)
    }

    fn handle_leave(&mut self, peer: PeerId, now: Moment) {
        self.machine.leave(peer, now);
        self.forget(peer);
    }

    fn handle_frame(&mut self, peer: PeerId, lane: Lane, bytes: &[u8], now: Moment) {
        // What was still on its way when the peer was closed.
        if !self.ports.contains_key(&peer) {
            return;
        }
        self.app.metrics.frame(&way("in", lane, bytes), bytes.len());
        self.machine.handle_frame(peer, lane, bytes, now);
    }

    fn handle_lane(&mut self, peer: PeerId, lane: Lane, state: LaneState, now: Moment) {
        if self.ports.contains_key(&peer) {
            self.machine.handle_lane(peer, lane, state == LaneState::Up, now);
        }
    }

    fn handle_room(&mut self, now: Moment) {
        for (peer, port) in &self.ports {
            for lane in port.with_room_again() {
                self.machine.set_writable(*peer, lane, true, now);
            }
        }
    }

    fn tickets_are_due(&self) -> Instant {
        match self.app.tickets.fresh_for(self.renewed_ms) {
            // A moment that is past: what else comes in does not put it off.
            Duration::ZERO => self.started,
            left => Instant::now() + left,
        }
    }

    /// A welcome brought each its first; who stays for longer than that lives gets the next over the link.
    fn renew_tickets(&mut self, now: Moment) {
        self.renewed_ms = self.app.tickets.now_ms();
        let session = self.facts().id;
        for (peer, port) in &self.ports {
            let Some(bearer) = port.renewed() else { continue };
            match self.app.tickets.issue(session, bearer.clone()) {
                Ok(ticket) => self.machine.renew_ticket(*peer, ticket, now),
                Err(error) => tracing::error!(%error, "ticket not issued"),
            }
        }
    }

    /// Takes out of the machine what is to be done, until there is nothing.
    async fn pump(&mut self, now: Moment) {
        loop {
            self.transmit(now);
            let Some(event) = self.machine.poll_event() else { return };
            self.handle_relay_event(event, now).await;
        }
    }

    fn transmit(&mut self, now: Moment) {
        while let Some((peer, lane, bytes)) = self.machine.poll_transmit(now) {
            let Some(outlet) = self.ports.get(&peer).and_then(|port| port.lane(lane)) else { continue };
            self.app.metrics.frame(&way("out", lane, &bytes), bytes.len());
            match outlet.send(bytes) {
                Taken::Room | Taken::Gone => {}
                Taken::Full => self.machine.set_writable(peer, lane, false, now),
            }
        }
    }

    async fn handle_relay_event(&mut self, event: RelayEvent, now: Moment) {
        match event {
            RelayEvent::Audit(entry) => self.audit(entry).await,
            RelayEvent::Count(counter) => self.count(counter),
            RelayEvent::Offer(peer, sdp) => self.offer(peer, sdp),
            RelayEvent::Close(peer, reason) => {
                self.close(peer, Farewell::Closed(reason));
                self.machine.leave(peer, now);
            }
            RelayEvent::Ended(reason) => {
                self.ended = Some(reason);
                self.handle.marks.ended.store(true, Ordering::Relaxed);
            }
        }
    }

    async fn audit(&mut self, AuditEntry { actor, deed }: AuditEntry) {
        if let (Actor::Server, Deed::Carried(agent)) = (actor, deed) {
            self.make_up(agent).await;
        }
        let entry =
            Entry { session: Some(self.facts().id), actor: actor_name(actor), event: deed_text(deed) };
        self.app.audit.log(entry).await;
    }

    /// The page brought a yes back past a restart: the log, and whoever is told of what it says, has it too.
    async fn make_up(&mut self, agent: AgentId) {
        let session = self.facts().id;
        // Where the session's task alone was begun again, its last entries may be on their way.
        self.app.audit.flush().await;
        let log = match self.app.audit.of(session).await {
            Ok(log) => log,
            Err(error) => return tracing::error!(%error, "a yes from before a restart may not be in the log"),
        };
        let controller = self.machine.consent().controller().map(|(agent, _)| agent);
        let by_log = ByLog::of(agent, log.iter().map(|(_, event)| event.as_str()));
        for event in by_log.unsaid(agent, controller) {
            let actor = actor_name(Actor::Visitor);
            self.app.audit.log(Entry { session: Some(session), actor, event }).await;
        }
    }

    fn count(&self, counter: Counter) {
        let metrics = &self.app.metrics;
        let kind = match counter {
            Counter::Refused(refusal) => return metrics.refused(refusal, "session"),
            Counter::KeyframeAsked => {
                metrics.keyframes_wanted.inc();
                return;
            }
            Counter::Diverged => {
                metrics.divergence.get_or_create(&Kind { kind: "wire" }).inc();
                return;
            }
            Counter::Missed(nodes) => {
                metrics.divergence.get_or_create(&Kind { kind: "capture" }).inc_by(nodes.into());
                return;
            }
            Counter::CommandDropped => "command_dropped",
            Counter::MarkDropped => "mark_dropped",
            Counter::ViewerLagged => "viewer_lagged",
            Counter::Resumed => "resumed",
        };
        metrics.session_events.get_or_create(&Kind { kind }).inc();
    }

    /// Without a second lane nobody answers, and the first goes on.
    fn offer(&mut self, peer: PeerId, sdp: String) {
        let (Some(lanes), Some(port)) = (&self.app.lanes, self.ports.get_mut(&peer)) else { return };
        if !port.may_offer() {
            return self.app.metrics.refused(Refusal::RateLimited, "offer");
        }
        let (reliable, reliable_inlet) = port::lane(&self.room);
        let (unreliable, unreliable_inlet) = port::lane(&self.room);
        port.set_channels(reliable, unreliable);
        lanes.connect(crate::transport::webrtc::Offered {
            session: self.handle.clone(),
            peer,
            sdp,
            reliable: reliable_inlet,
            unreliable: unreliable_inlet,
        });
    }

    fn close(&mut self, peer: PeerId, farewell: Farewell) {
        if let Some(port) = self.forget(peer) {
            port.close(farewell);
        }
    }

    fn forget(&mut self, peer: PeerId) -> Option<Port> {
        let port = self.ports.remove(&peer)?;
        self.count_peers("websocket", -1);
        Some(port)
    }

    async fn finish(mut self) {
        let farewell = match self.ended {
            Some(reason) => Farewell::Closed(CloseReason::Ended(reason)),
            None => Farewell::GoingAway,
        };
        for peer in self.ports.keys().copied().collect::<Vec<_>>() {
            self.close(peer, farewell);
        }
        let facts = self.handle.facts.clone();
        if self.ended.is_some() {
            // What ended is ended with its whole log.
            self.app.audit.flush().await;
        }
        self.app.directory.end_session(facts.visitor, facts.id);
        if let Some(reason) = self.ended {
            store_end(&self.app, facts.id, reason).await;
        }
        self.app.sessions.forget(facts.id);
        self.app.metrics.sessions.dec();
        tracing::info!(session = ?facts.id, ended = ?self.ended, "session task ends");
    }

    fn count_peers(&self, kind: &'static str, by: i64) {
        self.app.metrics.peers.get_or_create(&Kind { kind }).inc_by(by);
    }

    fn facts(&self) -> &Facts {
        &self.handle.facts
    }

    /// The one place that reads a clock.
    fn now(&self) -> Moment {
        Moment(self.started.elapsed())
    }
}

/// Until it is stored: meanwhile the session's task answers that it has ended. Where the server stops before that, or
/// is killed, the log says so to the next one.
async fn store_end(app: &App, session: SessionId, reason: EndReason) {
    let (mut wait, most) = (Duration::from_millis(200), Duration::from_secs(10));
    while let Err(error) = app.records.end_session(session, end_code(reason)).await {
        tracing::warn!(%error, "the end of a session is not stored yet");
        tokio::select! {
            () = tokio::time::sleep(wait) => wait = (wait * 2).min(most),
            () = app.shutdown.wanted() => return,
        }
    }
}

/// Draws from the system. Without randomness no grant may be made: the task ends rather than to go on with
/// numbers that can be guessed.
fn random() -> RelayRandom {
    Box::new(|| match auth::random::<8>() {
        Ok(bytes) => u64::from_le_bytes(bytes),
        Err(error) => {
            tracing::error!(%error, "the system gives no randomness");
            std::process::abort()
        }
    })
}

fn way(direction: &'static str, lane: Lane, bytes: &[u8]) -> Way {
    let lane = match lane {
        Lane::WebSocket => "websocket",
        Lane::DataChannelReliable => "reliable",
        Lane::DataChannelUnreliable => "unreliable",
    };
    // The channel is in the first byte's lowest bits, whatever follows.
    let channel =
        ["page", "control", "pointer", "link"][usize::from(bytes.first().copied().unwrap_or(3) & 3)];
    Way { direction, lane, channel }
}

fn actor_name(actor: Actor) -> String {
    match actor {
        Actor::Visitor => "visitor".to_owned(),
        Actor::Agent(AgentId(id)) => format!("agent:{id}"),
        Actor::Server => "server".to_owned(),
    }
}

fn deed_text(deed: Deed) -> String {
    match (deed, deed.agent()) {
        (Deed::Ended(reason), _) => format!("ended reason={}", end_code(reason)),
        (_, Some(AgentId(id))) => format!("{} agent={id}", deed.code()),
        (_, None) => deed.code().to_owned(),
    }
}
