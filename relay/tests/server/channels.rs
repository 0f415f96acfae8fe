//! A browser's data channels, by str0m: an implementation of other hands than the server's.
use std::{net::SocketAddr, time::Instant};

use cobrowse_core::session::Lane;
use str0m::{
    Candidate, Event, Input, Output, Rtc,
    change::{SdpAnswer, SdpPendingOffer},
    channel::{ChannelConfig, ChannelId, Reliability},
    net::{Protocol, Receive},
};
use tokio::net::UdpSocket;

/// Two channels, `r` and `u`, over one socket.
pub struct Channels {
    rtc: Rtc,
    socket: UdpSocket,
    local: SocketAddr,
    pending: Option<SdpPendingOffer>,
    reliable: ChannelId,
    unreliable: ChannelId,
    /// The network drops every datagram, both ways, without a word.
    pub blocked: bool,
}

/// What a browser's handlers would be told.
#[derive(Debug, PartialEq, Eq)]
pub enum Told {
    Opened(Lane),
    Closed(Lane),
    Message(Lane, Vec<u8>),
}

impl Channels {
    /// Channels and the offer for them.
    pub async fn offer() -> (Self, String) {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("bound");
        let local = socket.local_addr().expect("bound");
        let mut rtc = Rtc::builder().build(Instant::now());
        rtc.add_local_candidate(Candidate::host(local, "udp").expect("a candidate"));
        let mut change = rtc.sdp_api();
        let reliable = change.add_channel("r".into());
        let unreliable = change.add_channel_with_config(ChannelConfig {
            label: "u".into(),
            ordered: false,
            reliability: Reliability::MaxRetransmits { retransmits: 0 },
            ..Default::default()
        });
        let (offer, pending) = change.apply().expect("a change");
        let channels =
            Self { rtc, socket, local, pending: Some(pending), reliable, unreliable, blocked: false };
        (channels, offer.to_sdp_string())
    }

    pub fn accept(&mut self, answer: &str) {
        let answer = SdpAnswer::from_sdp_string(answer).expect("an answer");
        let pending = self.pending.take().expect("an offer was made");
        self.rtc.sdp_api().accept_answer(pending, answer).expect("accepted");
    }

    pub fn send(&mut self, lane: Lane, bytes: &[u8]) {
        let id = if lane == Lane::DataChannelReliable { self.reliable } else { self.unreliable };
        if let Some(mut channel) = self.rtc.channel(id) {
            assert!(channel.write(true, bytes).expect("written"), "the channel has room");
        }
    }

    /// Waits for the next thing a browser would be told.
    pub async fn next(&mut self) -> Told {
        let mut buffer = vec![0; 2048];
        loop {
            let timeout = match self.rtc.poll_output().expect("alive") {
                Output::Timeout(at) => at,
                Output::Transmit(datagram) => {
                    if !self.blocked {
                        self.socket.send_to(&datagram.contents, datagram.destination).await.expect("sent");
                    }
                    continue;
                }
                Output::Event(event) => match self.told(event) {
                    Some(told) => return told,
                    None => continue,
                },
            };
            tokio::select! {
                read = self.socket.recv_from(&mut buffer) => {
                    let (length, source) = read.expect("read");
                    if !self.blocked {
                        self.read(&buffer[..length], source);
                    }
                }
                () = tokio::time::sleep_until(timeout.into()) => {
                    self.rtc.handle_input(Input::Timeout(Instant::now())).expect("alive");
                }
            }
        }
    }

    fn read(&mut self, bytes: &[u8], source: SocketAddr) {
        let contents = bytes.try_into().expect("one of the protocols");
        let receive = Receive { proto: Protocol::Udp, source, destination: self.local, contents };
        self.rtc.handle_input(Input::Receive(Instant::now(), receive)).expect("alive");
    }

    fn told(&self, event: Event) -> Option<Told> {
        let lane =
            |id| if id == self.unreliable { Lane::DataChannelUnreliable } else { Lane::DataChannelReliable };
        match event {
            Event::ChannelOpen(id, _) => Some(Told::Opened(lane(id))),
            Event::ChannelClose(id) => Some(Told::Closed(lane(id))),
            Event::ChannelData(data) => Some(Told::Message(lane(data.id), data.data)),
            _ => None,
        }
    }
}
