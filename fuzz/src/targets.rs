//! The targets.
mod css;
mod envelope;
mod frames;
mod gather;
mod input;

use crate::Target;

/// All of them, in the order in which they run.
pub const TARGETS: &[Target] = &[
    Target { name: "decode_envelope", run: envelope::decode, seeds: envelope::seeds },
    Target { name: "decode_frame", run: frames::decode, seeds: frames::decode_seeds },
    Target { name: "apply_delta", run: frames::apply, seeds: frames::apply_seeds },
    Target { name: "record_batch", run: gather::record, seeds: gather::seeds },
    Target { name: "style", run: css::rewrite, seeds: css::seeds },
];
