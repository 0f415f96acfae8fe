//! The envelope of both lanes. The relay routes by it and never looks inside.
//!
//! ```text
//!   byte 0            LEB128   LEB128
//!  ┌──┬─────┬────────┬────────┬────────┬───────────┐
//!  │ch│ more│ kind   │ seq    │ epoch  │ payload … │
//!  │2 │ 1   │ 5 bits │        │        │           │
//!  └──┴─────┴────────┴────────┴────────┴───────────┘
//! ```
//! `more` says that the next envelope of the channel continues this payload. `seq` is 0 for what is not
//! sequenced (the link's own frames). Numbers are unsigned LEB128, at most 32 bits.
use thiserror::Error;

use crate::id::{Epoch, Seq};

/// Which stream of the session an envelope belongs to. Each is ordered on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Channel {
    /// Keyframes and deltas; reliable, ordered, bounded by the page's state.
    Page = 0,
    /// Consent, commands, receipts, roster; reliable, ordered.
    Control = 1,
    /// Cursor and scroll positions; the newest wins.
    Pointer = 2,
    /// The hop's own acknowledgements and pings; not sequenced.
    Link = 3,
}

/// What a payload on [`Channel::Page`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PageKind {
    /// Begins an epoch: streams, ids and dictionaries begin anew. Payload: first new node id, deflate.
    Keyframe = 0,
    /// Changes the page. Payload as of [`Self::Keyframe`], in the same deflate stream.
    Delta = 1,
    /// The epoch's page has been walked whole. Payload: state hash (8 bytes, little endian).
    KeyframeEnd = 2,
    /// The state hash that holds here (8 bytes, little endian).
    Check = 3,
    /// Bytes of an image, font or media frame (used where assets travel in the frames).
    Asset = 4,
}

/// What a payload on [`Channel::Pointer`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PointerKind {
    /// The visitor's cursor.
    Cursor = 0,
    /// A scroll position of a node.
    Scroll = 1,
    /// The agent's pointer.
    Agent = 2,
}

/// One envelope. Payloads are opaque here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// The stream.
    pub channel: Channel,
    /// The kind within the stream, 0 to 31.
    pub kind: u8,
    /// Whether the next envelope continues the payload.
    pub more: bool,
    /// Order within the stream on this hop.
    pub seq: Seq,
    /// The keyframe that the payload belongs to.
    pub epoch: Epoch,
    /// The bytes.
    pub payload: Vec<u8>,
}

/// Why bytes are no envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum EnvelopeError {
    /// Ended inside the header.
    #[error("envelope ended inside its header")]
    Short,
    /// A number of more than 32 bits.
    #[error("envelope number does not fit 32 bits")]
    Number,
    /// Longer than the lane allows.
    #[error("envelope of {0} bytes is longer than the lane allows")]
    TooLong(usize),
}

impl Envelope {
    /// Bytes of the longest header: one, and two numbers of five.
    pub const MAX_HEADER: usize = 11;

    /// Appends the header and payload to `out`.
    pub fn encode_into(&self, out: &mut Vec<u8>) {
        out.push((self.channel as u8) | u8::from(self.more) << 2 | self.kind << 3);
        put_u32(out, self.seq.0);
        put_u32(out, self.epoch.0);
        out.extend_from_slice(&self.payload);
    }

    /// The bytes that go on a lane.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(Self::MAX_HEADER + self.payload.len());
        self.encode_into(&mut out);
        out
    }

    /// Reads one envelope of at most `max` bytes.
    ///
    /// # Errors
    /// [`EnvelopeError`] when the bytes are too many, end early or hold an oversized number.
    pub fn decode(bytes: &[u8], max: usize) -> Result<Self, EnvelopeError> {
        if max < bytes.len() {
            return Err(EnvelopeError::TooLong(bytes.len()));
        }
        let (&first, rest) = bytes.split_first().ok_or(EnvelopeError::Short)?;
        let (seq, rest) = take_u32(rest)?;
        let (epoch, rest) = take_u32(rest)?;
        Ok(Self {
            channel: channel(first),
            kind: first >> 3,
            more: first & 4 != 0,
            seq: Seq(seq),
            epoch: Epoch(epoch),
            payload: rest.to_vec(),
        })
    }
}

fn channel(first: u8) -> Channel {
    match first & 3 {
        0 => Channel::Page,
        1 => Channel::Control,
        2 => Channel::Pointer,
        _ => Channel::Link,
    }
}

/// Appends an unsigned LEB128 number.
pub fn put_u32(out: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Reads an unsigned LEB128 number of at most 32 bits from the front of `bytes`.
///
/// # Errors
/// [`EnvelopeError::Short`] when the bytes end inside it, [`EnvelopeError::Number`] when it is too large.
pub fn take_u32(bytes: &[u8]) -> Result<(u32, &[u8]), EnvelopeError> {
    let mut value = 0_u32;
    for (index, &byte) in bytes.iter().enumerate().take(5) {
        let bits = u32::from(byte & 0x7f);
        if index == 4 && bits > 0x0f {
            return Err(EnvelopeError::Number);
        }
        value |= bits << (7 * index);
        if byte < 0x80 {
            return Ok((value, &bytes[index + 1..]));
        }
    }
    Err(if bytes.len() < 5 { EnvelopeError::Short } else { EnvelopeError::Number })
}

macro_rules! kinds {
    ($name:ident: $($variant:ident),*) => {
        impl $name {
            /// The kind of this number, if this version knows it.
            pub fn from_wire(raw: u8) -> Option<Self> {
                [$(Self::$variant),*].into_iter().find(|kind| *kind as u8 == raw)
            }
        }
    };
}
kinds!(PageKind: Keyframe, Delta, KeyframeEnd, Check, Asset);
kinds!(PointerKind: Cursor, Scroll, Agent);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_bytes_of_version_one() {
        let envelope = Envelope {
            channel: Channel::Page,
            kind: PageKind::Delta as u8,
            more: true,
            seq: Seq(300),
            epoch: Epoch(2),
            payload: vec![7, 8],
        };
        assert_eq!(envelope.encode(), [0b0000_1100, 0xac, 0x02, 0x02, 7, 8]);
    }

    #[test]
    fn every_prefix_of_a_header_is_short() {
        for end in 0..4 {
            assert_eq!(Envelope::decode(&[0x0c, 0xac, 0x02, 0x02][..end], 64), Err(EnvelopeError::Short));
        }
        assert_eq!(Envelope::decode(&[0, 0xff, 0xff, 0xff, 0xff, 0x1f, 0], 64), Err(EnvelopeError::Number));
        assert_eq!(Envelope::decode(&[0; 65], 64), Err(EnvelopeError::TooLong(65)));
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_decoded(
            first in 0_u8..4, kind in 0_u8..32, more: bool, seq: u32, epoch: u32, payload: Vec<u8>,
        ) {
            let envelope = Envelope {
                channel: channel(first), kind, more, seq: Seq(seq), epoch: Epoch(epoch), payload,
            };
            let bytes = envelope.encode();
            prop_assert_eq!(Envelope::decode(&bytes, bytes.len()), Ok(envelope));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
            let _ = Envelope::decode(&bytes, 1 << 20);
        }
    }
}
