//! The state hash: a wrapping sum of one number per placed node and one per attribute.
//!
//! A sum, so that one change costs one subtraction and one addition, in any order. It finds divergence, not
//! forgery: whoever can alter frames can alter the hash as well.
use super::{Kind, TextKind};

const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// Folds eight bytes at a time: strings are hashed once for the dictionary and for the state.
pub(crate) fn bytes(bytes: &[u8]) -> u64 {
    let mut hash = bytes.len() as u64;
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        hash = (hash.rotate_left(5) ^ u64::from_le_bytes(*word)).wrapping_mul(SPREAD);
    }
    let mut last = 0_u64;
    for (index, &byte) in rest.iter().enumerate() {
        last |= u64::from(byte) << (8 * index);
    }
    finish((hash.rotate_left(5) ^ last).wrapping_mul(SPREAD))
}

/// Two numbers into one; the order counts.
pub(crate) fn pair(first: u64, second: u64) -> u64 {
    finish((first.rotate_left(23) ^ second).wrapping_mul(SPREAD).wrapping_add(first))
}

/// A placed node: what it is and where it is.
pub(crate) fn node(label: u64, id: u32, parent: u32, prev: u32) -> u64 {
    let place = u64::from(parent) << 32 | u64::from(prev);
    pair(pair(label, u64::from(id)), place)
}

/// An attribute of a node.
pub(crate) fn attribute(id: u32, name: u64, value: u64) -> u64 {
    pair(pair(name, value), u64::from(id) ^ SPREAD)
}

/// Without this the low bits of a product depend on the low bits of its factors alone, and sums of similar
/// nodes would meet.
const fn finish(mut hash: u64) -> u64 {
    hash ^= hash >> 32;
    hash = hash.wrapping_mul(0xd6e8_feb8_6659_fd93);
    hash ^ (hash >> 32)
}

/// What a node is: its kind, and the hash of its tag or text.
pub(crate) fn label(kind: Kind, text: u64) -> u64 {
    let kind = match kind {
        Kind::Element(namespace) => 16 + namespace as u64,
        Kind::Text(TextKind::Text) => 1,
        Kind::Text(TextKind::Comment) => 2,
        Kind::Text(TextKind::Cdata) => 3,
        Kind::Doctype => 4,
        Kind::Document => 5,
        Kind::Shadow(mode) => 8 + u64::from(mode.0 & 3),
    };
    pair(kind, text)
}
