//! The bytes that `emit` hands out and `apply` takes.
//!
//! ```text
//!  ┌──────┬────────┬───────────┐
//!  │ kind │ epoch  │ payload … │
//!  │ byte │ LEB128 │           │
//!  └──────┴────────┴───────────┘
//! ```
//! Kinds are those of the page channel; from [`POINTER`] on, those of the pointer channel.
use cobrowse_core::{
    id::Epoch,
    wire::envelope::{EnvelopeError, PageKind, PointerKind, put_u32, take_u32},
};
use thiserror::Error;

/// Added to the kinds of the pointer channel.
pub const POINTER: u8 = 0x40;

/// What a frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A part of the page; these come in order, and all of them are needed.
    Page(PageKind),
    /// The visitor's cursor or a scroll position; of these, old ones may be left out.
    Pointer(PointerKind),
}

/// Why bytes are no frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FrameError {
    /// There is nothing.
    #[error("a frame has at least a kind and an epoch")]
    Empty,
    /// A kind that this version does not know.
    #[error("a frame of the unknown kind {0}")]
    Kind(u8),
    /// The epoch does not end, or is too large.
    #[error(transparent)]
    Epoch(#[from] EnvelopeError),
}

/// Puts a frame together.
pub fn encode(kind: Kind, epoch: Epoch, payload: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(6 + payload.len());
    frame.push(match kind {
        Kind::Page(kind) => kind as u8,
        Kind::Pointer(kind) => POINTER | kind as u8,
    });
    put_u32(&mut frame, epoch.0);
    frame.extend_from_slice(payload);
    frame
}

/// Takes a frame apart.
///
/// # Errors
/// [`FrameError`] when it is none. The payload is not looked at.
pub fn decode(frame: &[u8]) -> Result<(Kind, Epoch, &[u8]), FrameError> {
    let (&first, rest) = frame.split_first().ok_or(FrameError::Empty)?;
    let kind = match first.checked_sub(POINTER) {
        Some(pointer) => PointerKind::from_wire(pointer).map(Kind::Pointer),
        None => PageKind::from_wire(first).map(Kind::Page),
    };
    let (epoch, payload) = take_u32(rest)?;
    Ok((kind.ok_or(FrameError::Kind(first))?, Epoch(epoch), payload))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_bytes_of_version_one() {
        assert_eq!(encode(Kind::Page(PageKind::Delta), Epoch(300), &[7]), [1, 0xac, 2, 7]);
        assert_eq!(encode(Kind::Pointer(PointerKind::Scroll), Epoch(0), &[]), [0x41, 0]);
    }

    #[test]
    fn what_is_no_frame_says_why() {
        assert_eq!(decode(&[]), Err(FrameError::Empty));
        assert_eq!(decode(&[9, 0]), Err(FrameError::Kind(9)));
        assert_eq!(decode(&[0x43, 0]), Err(FrameError::Kind(0x43)));
        assert_eq!(decode(&[0, 0x80]), Err(FrameError::Epoch(EnvelopeError::Short)));
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_frame_or_refused(bytes: Vec<u8>) {
            if let Ok((kind, epoch, payload)) = decode(&bytes) {
                let again = encode(kind, epoch, payload);
                prop_assert_eq!(decode(&again), Ok((kind, epoch, payload)));
            }
        }
    }
}
