//! One peer's connection: the loop between its datagrams, the sans-IO core and the session.
use std::{net::SocketAddr, time::Duration};

use bytes::BytesMut;
use cobrowse_core::session::{Lane, relay::PeerId};
use rtc::{
    data_channel::RTCDataChannelId,
    peer_connection::{
        RTCPeerConnection,
        event::{RTCDataChannelEvent, RTCPeerConnectionEvent},
        message::{RTCMessage, TaggedRTCMessage},
        state::RTCPeerConnectionState,
    },
    sansio::Protocol,
    shared::{TaggedBytesMut, TransportContext, TransportProtocol},
};
use tokio::time::{Instant, sleep_until};

use super::{Offered, PeerError, now};
use crate::{
    session::{LaneState, SessionHandle, port::LaneInlet},
    transport::mux::{Batch, Datagram, Route},
};

/// Bytes in one channel before no more are taken out of the session.
const MAX_OUTSTANDING: usize = 64 * 1024;
/// A peer that is not connected by then never will be.
const CONNECT_WITHIN: Duration = Duration::from_secs(30);
/// Browsers check their consent to send every 5 s at most (RFC 7675 §5.1): nothing for so long is no network.
const SILENT_FOR: Duration = Duration::from_secs(15);
/// Datagrams that are taken in before anything else is looked at.
const DATAGRAMS_AT_ONCE: usize = 64;

/// One peer's data channels.
pub(super) struct Peer {
    connection: RTCPeerConnection,
    route: Route,
    announced: Vec<SocketAddr>,
    batch: Batch,
    session: SessionHandle,
    peer: PeerId,
    reliable: Channel,
    unreliable: Channel,
    stage: Stage,
    heard: Instant,
}

/// How far a connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Connecting { until: Instant },
    Connected,
    Closed,
}

/// One data channel, as the session's lane.
struct Channel {
    lane: Lane,
    inlet: LaneInlet,
    open: Option<RTCDataChannelId>,
}

/// Everything that can wake the loop.
enum Event {
    Datagram(Datagram),
    Send(Lane, Vec<u8>),
    Timeout,
    LetGo,
}

impl Peer {
    pub(super) fn new(
        connection: RTCPeerConnection,
        route: Route,
        announced: Vec<SocketAddr>,
        offered: Offered,
    ) -> Self {
        let channel = |lane, inlet| Channel { lane, inlet, open: None };
        Self {
            connection,
            route,
            announced,
            batch: Batch::default(),
            session: offered.session,
            peer: offered.peer,
            reliable: channel(Lane::DataChannelReliable, offered.reliable),
            unreliable: channel(Lane::DataChannelUnreliable, offered.unreliable),
            stage: Stage::Connecting { until: Instant::now() + CONNECT_WITHIN },
            heard: Instant::now(),
        }
    }

    pub(super) async fn serve(mut self, answer: String) -> Result<(), PeerError> {
        self.session.answer(self.peer, answer).await?;
        let ended = self.run().await;
        // The peer is told if it still can be, whether or not the session is still there.
        let _ = self.connection.close();
        self.write_out();
        for lane in [Lane::DataChannelReliable, Lane::DataChannelUnreliable] {
            self.closed(lane).await?;
        }
        ended
    }

    async fn run(&mut self) -> Result<(), PeerError> {
        loop {
            self.drain().await?;
            if self.stage == Stage::Closed {
                return Err(PeerError::Closed);
            }
            match self.next_event().await {
                Event::Datagram(first) => self.handle_datagrams(first)?,
                Event::Send(lane, bytes) => self.send(lane, &bytes)?,
                Event::Timeout => self.handle_timeout()?,
                Event::LetGo => return Err(PeerError::LetGo),
            }
        }
    }

    /// Only waits. A channel that has enough to send takes nothing out of the session: that is the
    /// back-pressure.
    async fn next_event(&mut self) -> Event {
        let wake = self.wake_at();
        let (reliable, unreliable) =
            (self.takes(Lane::DataChannelReliable), self.takes(Lane::DataChannelUnreliable));
        tokio::select! {
            datagram = self.route.inbox.recv() => datagram.map_or(Event::LetGo, Event::Datagram),
            bytes = self.reliable.inlet.next(), if reliable => sending(Lane::DataChannelReliable, bytes),
            bytes = self.unreliable.inlet.next(), if unreliable => sending(Lane::DataChannelUnreliable, bytes),
            () = sleep_until(wake) => Event::Timeout,
        }
    }

    fn wake_at(&mut self) -> Instant {
        let limit = match self.stage {
            Stage::Connecting { until } => until,
            Stage::Connected | Stage::Closed => self.heard + SILENT_FOR,
        };
        self.connection.poll_timeout().map_or(limit, |at| limit.min(Instant::from_std(at)))
    }

    /// Before a channel opens the session sends nothing on its lane, but may let go of it.
    fn takes(&mut self, lane: Lane) -> bool {
        let Some(id) = self.channel(lane).open else { return true };
        self.connection.data_channel(id).is_some_and(|channel| channel.outstanding_bytes() < MAX_OUTSTANDING)
    }

    fn handle_timeout(&mut self) -> Result<(), PeerError> {
        let now = Instant::now();
        let too_long = match self.stage {
            Stage::Connecting { until } => until <= now,
            Stage::Connected | Stage::Closed => self.heard + SILENT_FOR <= now,
        };
        if too_long {
            return Err(PeerError::Silent);
        }
        Ok(self.connection.handle_timeout(now.into_std())?)
    }

    fn handle_datagrams(&mut self, first: Datagram) -> Result<(), PeerError> {
        self.heard = Instant::now();
        let mut next = Some(first);
        for count in 1..=DATAGRAMS_AT_ONCE {
            let Some(datagram) = next else { break };
            self.read_in(datagram);
            if count % 2 == 0 {
                self.pull();
            }
            next = if count < DATAGRAMS_AT_ONCE { self.route.inbox.try_recv().ok() } else { None };
        }
        if self.stage != Stage::Connected {
            self.connection.handle_timeout(now())?;
        }
        Ok(())
    }

    fn read_in(&mut self, datagram: Datagram) {
        let same_family = |own: &&SocketAddr| own.is_ipv4() == datagram.from.is_ipv4();
        let local_addr = self.announced.iter().find(same_family).copied().unwrap_or(datagram.from);
        let transport = TransportContext {
            local_addr,
            peer_addr: datagram.from,
            ecn: None,
            transport_protocol: TransportProtocol::UDP,
        };
        let input = TaggedBytesMut { now: now(), transport, message: datagram.bytes };
        // Anybody can send anything to a UDP port: what does not fit is dropped, not an end.
        if let Err(error) = self.connection.handle_read(input) {
            tracing::trace!(%error, "datagram dropped");
        }
    }

    fn send(&mut self, lane: Lane, bytes: &[u8]) -> Result<(), PeerError> {
        let Some(id) = self.channel(lane).open else { return Ok(()) };
        if let Some(mut channel) = self.connection.data_channel(id) {
            channel.send(now(), BytesMut::from(bytes))?;
        }
        Ok(())
    }

    /// Takes out of the core what is to be done.
    async fn drain(&mut self) -> Result<(), PeerError> {
        self.write_out();
        while let Some(event) = self.connection.poll_event() {
            self.handle_event(event).await?;
        }
        while let Some(TaggedRTCMessage { message, .. }) = self.connection.poll_read() {
            if let RTCMessage::DataChannelMessage(id, message) = message {
                self.received(id, message.data.to_vec()).await?;
            }
        }
        self.write_out();
        Ok(())
    }

    async fn received(&mut self, id: RTCDataChannelId, bytes: Vec<u8>) -> Result<(), PeerError> {
        let channels = [&self.reliable, &self.unreliable];
        let Some(lane) = channels.into_iter().find(|channel| channel.open == Some(id)).map(|it| it.lane)
        else {
            return Ok(());
        };
        Ok(self.session.frame(self.peer, lane, bytes).await?)
    }

    fn pull(&mut self) {
        while let Some(datagram) = self.connection.poll_write() {
            self.batch.push(&self.route, datagram.transport.peer_addr, &datagram.message);
        }
    }

    fn write_out(&mut self) {
        self.pull();
        self.batch.flush(&self.route);
    }

    async fn handle_event(&mut self, event: RTCPeerConnectionEvent) -> Result<(), PeerError> {
        // Signalling, candidates and tracks: nothing of it is used here.
        if let RTCPeerConnectionEvent::OnConnectionStateChangeEvent(state) = event {
            self.changed(state);
        } else if let RTCPeerConnectionEvent::OnDataChannel(RTCDataChannelEvent::OnOpen(id)) = event {
            self.opened(id).await?;
        } else if let RTCPeerConnectionEvent::OnDataChannel(RTCDataChannelEvent::OnClose(id)) = event {
            for lane in [Lane::DataChannelReliable, Lane::DataChannelUnreliable] {
                if self.channel(lane).open == Some(id) {
                    self.closed(lane).await?;
                }
            }
        }
        Ok(())
    }

    fn changed(&mut self, state: RTCPeerConnectionState) {
        tracing::debug!(peer = self.peer.0, %state, "data channels");
        if state == RTCPeerConnectionState::Connected {
            self.stage = Stage::Connected;
        } else if matches!(state, RTCPeerConnectionState::Failed | RTCPeerConnectionState::Closed) {
            self.stage = Stage::Closed;
        }
        // A mere disconnection is seen sooner by the session's own acknowledgements.
    }

    async fn opened(&mut self, id: RTCDataChannelId) -> Result<(), PeerError> {
        let Some(channel) = self.connection.data_channel(id) else { return Ok(()) };
        let lane = match channel.label() {
            "r" => Lane::DataChannelReliable,
            "u" => Lane::DataChannelUnreliable,
            _ => return Ok(()),
        };
        self.channel(lane).open = Some(id);
        Ok(self.session.lane(self.peer, lane, LaneState::Up).await?)
    }

    async fn closed(&mut self, lane: Lane) -> Result<(), PeerError> {
        if self.channel(lane).open.take().is_some() {
            self.session.lane(self.peer, lane, LaneState::Down).await?;
        }
        Ok(())
    }

    fn channel(&mut self, lane: Lane) -> &mut Channel {
        if lane == Lane::DataChannelUnreliable { &mut self.unreliable } else { &mut self.reliable }
    }
}

fn sending(lane: Lane, bytes: Option<Vec<u8>>) -> Event {
    bytes.map_or(Event::LetGo, |bytes| Event::Send(lane, bytes))
}
