//! The second lane.
use cobrowse_core::session::relay::PeerId;

use crate::session::{SessionHandle, port::LaneInlet};

/// Takes offers.
pub struct Endpoint {}

/// A peer's offer, and the ends of its two lanes.
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
    /// Answers an offer.
    pub fn connect(&self, _offered: Offered) {}
}
