//! The targets.
mod css;
mod envelope;
mod frames;
mod gather;
mod input;
mod sessions;

use crate::Target;

/// All of them, in the order in which they run.
pub const TARGETS: &[Target] = &[
    Target { name: "decode_envelope", run: envelope::decode, seeds: envelope::seeds },
    Target { name: "decode_frame", run: frames::decode, seeds: frames::decode_seeds },
    Target { name: "apply_delta", run: frames::apply, seeds: frames::apply_seeds },
    Target { name: "record_batch", run: gather::record, seeds: gather::seeds },
    Target { name: "consent_ops", run: sessions::consent_ops, seeds: sessions::seeds },
    Target { name: "session_ops", run: sessions::session_ops, seeds: sessions::seeds },
    Target { name: "hostile_peers", run: sessions::hostile_peers, seeds: sessions::seeds },
    Target { name: "style", run: css::rewrite, seeds: css::seeds },
];
