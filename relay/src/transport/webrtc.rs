//! The second lane: WebRTC data channels over one UDP port, for what is small and urgent.
//!
//! The sans-IO core of webrtc-rs, driven by a loop of ours; no other module names it. ICE-lite, host candidates
//! only, one certificate per process. Measured, and kept so: `handle_timeout` after each input until connected
//! (DTLS starts on a timer: 240 → 150 ms), and datagrams leave after every second one received (one SACK for a
//! batch meets Chromium's limit of four packets a burst: 0.09 → 3.9 MB/s at 50 ms).
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use cobrowse_core::session::relay::PeerId;
use prometheus_client::metrics::{family::Family, gauge::Gauge};
use rtc::{
    peer_connection::{
        RTCPeerConnection, RTCPeerConnectionBuilder,
        certificate::{CertificateParams, RTCCertificate},
        configuration::{
            RTCConfigurationBuilder,
            setting_engine::{SctpMaxMessageSize, SettingEngineBuilder},
        },
        sdp::RTCSessionDescription,
        transport::{CandidateConfig, CandidateHostConfig, RTCIceCandidate},
    },
    shared::error::Error as RtcError,
};
use thiserror::Error;

use super::mux::{Mux, Route};
use crate::{
    auth,
    config::Udp,
    metrics::{Kind, Metrics},
    session::{SessionGone, SessionHandle, port::LaneInlet},
    shutdown::Shutdown,
};

mod peer;

use peer::Peer;

/// Longest message that is received; ours are at most 16 KiB.
const MAX_MESSAGE: u32 = 64 * 1024;
/// Bytes that one peer may have waiting for a gap to close.
const RECEIVE_BUFFER: u32 = 1 << 20;

/// Why the second lane cannot be offered.
#[derive(Debug, Error)]
pub enum EndpointError {
    /// The socket.
    #[error("cannot bind UDP {address}: {source}")]
    Bind {
        /// What was asked for.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The certificate.
    #[error("no certificate for the data channels: {0}")]
    Certificate(String),
}

/// Why a peer's data channels ended.
#[derive(Debug, Error)]
enum PeerError {
    #[error(transparent)]
    Rtc(#[from] RtcError),
    #[error(transparent)]
    Session(#[from] SessionGone),
    #[error("no randomness: {0}")]
    Random(#[from] getrandom::Error),
    #[error("the connection closed")]
    Closed,
    #[error("nothing was heard for too long")]
    Silent,
    #[error("the session took its lanes back")]
    LetGo,
}

/// The UDP port and what every peer of it shares.
pub struct Endpoint {
    mux: Arc<Mux>,
    announced: Vec<SocketAddr>,
    certificate: RTCCertificate,
    shutdown: Shutdown,
    peers: Family<Kind, Gauge>,
}

/// A peer's offer, and the session's ends of its two lanes.
pub struct Offered {
    /// The session.
    pub session: SessionHandle,
    /// The peer.
    pub peer: PeerId,
    /// The offer.
    pub sdp: String,
    /// For the channel `r`.
    pub reliable: LaneInlet,
    /// For the channel `u`.
    pub unreliable: LaneInlet,
}

impl Endpoint {
    /// Binds the port and makes the process' certificate.
    ///
    /// # Errors
    /// [`EndpointError`].
    pub fn bind(udp: &Udp, shutdown: &Shutdown, metrics: &Metrics) -> Result<Self, EndpointError> {
        let bind = |source| EndpointError::Bind { address: udp.listen, source };
        let mux = Arc::new(Mux::bind(udp.listen, metrics.datagrams_dropped.clone()).map_err(bind)?);
        let announced = announced(mux.local(), &udp.announce);
        if mux.local().ip().is_unspecified() && udp.announce.is_empty() {
            tracing::warn!("peers are told loopback addresses only: name the server's with --announce-ip");
        }
        let certificate = certificate().map_err(|error| EndpointError::Certificate(error.to_string()))?;
        let (receiving, stop) = (mux.clone(), shutdown.clone());
        shutdown.spawn(async move {
            tokio::select! {
                () = receiving.receive() => {}
                () = stop.wanted() => {}
            }
        });
        let (shutdown, peers) = (shutdown.clone(), metrics.peers.clone());
        Ok(Self { mux, announced, certificate, shutdown, peers })
    }

    /// The addresses that peers are told.
    pub fn announced(&self) -> &[SocketAddr] {
        &self.announced
    }

    /// Answers an offer and serves its channels for as long as they live.
    pub fn connect(&self, offered: Offered) {
        let (session, number) = (offered.session.facts.id, offered.peer.0);
        match self.peer(&offered.sdp) {
            Ok((connection, route, answer)) => {
                let peer = Peer::new(connection, route, self.announced.clone(), offered);
                let gauge = self.peers.get_or_create(&Kind { kind: "datachannel" }).clone();
                self.shutdown.spawn(async move {
                    gauge.inc();
                    let ended = peer.serve(answer).await;
                    gauge.dec();
                    tracing::debug!(?session, peer = number, ?ended, "data channels ended");
                });
            }
            // The first lane goes on without the second.
            Err(error) => tracing::info!(?session, peer = number, %error, "offer not taken"),
        }
    }

    fn peer(&self, sdp: &str) -> Result<(RTCPeerConnection, Route, String), PeerError> {
        let (name, password) = (auth::hex(&auth::random::<8>()?), auth::hex(&auth::random::<16>()?));
        let route = self.mux.register(name.clone());
        let settings = SettingEngineBuilder::new()
            .with_lite(true)
            .with_ice_credentials(name, password)
            .with_sctp_max_message_size(SctpMaxMessageSize::Bounded(MAX_MESSAGE))
            .with_sctp_max_receive_buffer_size(RECEIVE_BUFFER)
            .build();
        let certificates = vec![self.certificate.clone()];
        let mut connection = RTCPeerConnectionBuilder::new()
            .with_setting_engine(settings)
            .with_configuration(RTCConfigurationBuilder::new().with_certificates(certificates).build())
            .build(now())?;
        let answer = answer(&mut connection, sdp, &self.announced)?;
        Ok((connection, route, answer))
    }
}

/// What peers are told: the given addresses, else the bound one, else loopback.
fn announced(local: SocketAddr, given: &[IpAddr]) -> Vec<SocketAddr> {
    let addresses = match (given, local.ip()) {
        ([], IpAddr::V4(Ipv4Addr::UNSPECIFIED)) => vec![Ipv4Addr::LOCALHOST.into()],
        ([], IpAddr::V6(Ipv6Addr::UNSPECIFIED)) => {
            vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]
        }
        ([], bound) => vec![bound],
        (given, _) => given.to_vec(),
    };
    addresses.into_iter().map(|address| SocketAddr::new(address, local.port())).collect()
}

fn certificate() -> Result<RTCCertificate, RtcError> {
    let provider = rtc::crypto::default_provider().map_err(|error| RtcError::Other(error.to_string()))?;
    let names = CertificateParams::new(vec!["tandem".to_owned()])
        .map_err(|error| RtcError::Other(error.to_string()))?;
    RTCCertificate::generate(provider.crypto(), rtc::crypto::SignatureScheme::EcdsaP256Sha256, names)
}

fn answer(
    connection: &mut RTCPeerConnection,
    sdp: &str,
    announced: &[SocketAddr],
) -> Result<String, RtcError> {
    connection.set_remote_description(now(), RTCSessionDescription::offer(sdp.to_owned())?)?;
    for address in announced {
        let base_config = CandidateConfig {
            network: "udp".to_owned(),
            address: address.ip().to_string(),
            port: address.port(),
            component: 1,
            ..Default::default()
        };
        let candidate = CandidateHostConfig { base_config, ..Default::default() }.new_candidate_host()?;
        connection.add_local_candidate(RTCIceCandidate::from(&candidate).to_json()?)?;
    }
    let answer = connection.create_answer(None)?;
    connection.set_local_description(now(), answer)?;
    let described = connection.local_description().ok_or_else(|| RtcError::Other("no answer".to_owned()))?;
    Ok(described.sdp)
}

fn now() -> std::time::Instant {
    std::time::Instant::now()
}
