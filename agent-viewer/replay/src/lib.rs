//! Rebuilds a captured page in a sealed frame: no script of it runs, and the frame requests nothing.
//!
//! [`Replayer`] takes what arrives on the page and pointer channels. Decoding, policy and the mirror are
//! `cobrowse_core::dom`'s; this crate turns each frame into one batch of words, which a JavaScript module
//! applies to the frame in one task. What the frame is sealed by stands in `js/seal.js`.
mod asset;
mod batch;
mod error;
mod pointer;
mod replayer;
mod stage;

pub use asset::{AssetHash, AssetMeaning, AssetState};
pub use error::{AssetError, PointerError, ReplayError};
pub use replayer::{Fit, Rect, Replayer};
