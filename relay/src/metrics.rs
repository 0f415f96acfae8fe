//! What the server counts, in the text format that Prometheus reads.
use std::fmt::Write as _;

use cobrowse_core::wire::message::Refusal;
use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

/// One label.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Code {
    code: &'static str,
}

/// Where a frame went by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Way {
    /// `in` from a peer, `out` to one.
    pub direction: &'static str,
    /// `websocket`, `reliable`, `unreliable`.
    pub lane: &'static str,
    /// `page`, `control`, `pointer`, `link`.
    pub channel: &'static str,
}

/// A label for what kind of thing it was.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Kind {
    /// The kind.
    pub kind: &'static str,
}

/// Every counter and gauge of one server.
pub struct Metrics {
    registry: Registry,
    /// Refusals, at every border, by code.
    pub refusals: Family<Code, Counter>,
    /// Frames, by direction, lane and channel.
    pub frames: Family<Way, Counter>,
    /// Bytes of those frames.
    pub bytes: Family<Way, Counter>,
    /// Found to differ and healed: `wire` counts replayed pages, `capture` nodes that visitors' pages had not sent as they
    /// were.
    pub divergence: Family<Kind, Counter>,
    /// Keyframes that were asked of visitors.
    pub keyframes_wanted: Counter,
    /// What the sessions count besides, by kind.
    pub session_events: Family<Kind, Counter>,
    /// Sessions now.
    pub sessions: Gauge,
    /// Peers now, by lane.
    pub peers: Family<Kind, Gauge>,
    /// Waiting pages now.
    pub presences: Gauge,
    /// Desks now.
    pub desks: Gauge,
    /// Datagrams that no peer was there for, or that were dropped, by kind.
    pub datagrams_dropped: Family<Kind, Counter>,
    /// Assets by what became of the request: stored, known, refused, evicted, fetched.
    pub assets: Family<Kind, Counter>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("tandem"),
            refusals: Family::default(),
            frames: Family::default(),
            bytes: Family::default(),
            divergence: Family::default(),
            keyframes_wanted: Counter::default(),
            session_events: Family::default(),
            sessions: Gauge::default(),
            peers: Family::default(),
            presences: Gauge::default(),
            desks: Gauge::default(),
            datagrams_dropped: Family::default(),
            assets: Family::default(),
        };
        metrics.register();
        metrics
    }
}

impl Metrics {
    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register("refusals", "Refusals by code", self.refusals.clone());
        registry.register("frames", "Frames by direction, lane and channel", self.frames.clone());
        registry.register("frame_bytes", "Bytes of frames", self.bytes.clone());
        registry.register("divergence", "Differences found and healed, by kind", self.divergence.clone());
        registry.register("keyframes_wanted", "Keyframes asked of visitors", self.keyframes_wanted.clone());
        registry.register("session_events", "What sessions count", self.session_events.clone());
        registry.register("sessions", "Sessions now", self.sessions.clone());
        registry.register("peers", "Peers now, by lane", self.peers.clone());
        registry.register("presences", "Waiting pages now", self.presences.clone());
        registry.register("desks", "Desks now", self.desks.clone());
        registry.register("datagrams_dropped", "Datagrams dropped, by why", self.datagrams_dropped.clone());
        registry.register("assets", "Asset requests by outcome", self.assets.clone());
    }

    /// Counts and logs a refusal. Every border calls this once for each.
    pub fn refused(&self, refusal: Refusal, place: &'static str) {
        self.refused_with(refusal.code(), place);
    }

    /// [`Self::refused`] for codes that the wire does not have.
    pub fn refused_with(&self, code: &'static str, place: &'static str) {
        tracing::info!(code, place, "refused");
        self.refusals.get_or_create(&Code { code }).inc();
    }

    /// Counts a frame.
    pub fn frame(&self, way: &Way, bytes: usize) {
        self.frames.get_or_create(way).inc();
        self.bytes.get_or_create(way).inc_by(u64::try_from(bytes).unwrap_or(u64::MAX));
    }

    /// Counts assets.
    pub fn asset(&self, kind: &'static str, times: u64) {
        self.assets.get_or_create(&Kind { kind }).inc_by(times);
    }

    /// Everything, as `GET /metrics` answers it.
    pub fn text(&self) -> String {
        let mut out = String::new();
        if let Err(error) = text::encode(&mut out, &self.registry) {
            // Writing to a String cannot fail.
            let _ = writeln!(out, "# {error}");
        }
        out
    }
}
