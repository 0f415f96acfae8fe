//! Changes inputs as fuzzers do.
use cobrowse_core::dom::testing::Random;

/// Longest input that mutation makes, bytes.
const MAX_LEN: usize = 16 * 1024;
/// Bytes that numbers and lengths break at: ends of LEB128, signs, UTF-8's leading bytes.
const MAGIC: &[u8] =
    &[0, 1, 2, 0x0f, 0x10, 0x3f, 0x40, 0x7f, 0x80, 0x81, 0x8f, 0x90, 0xc0, 0xdc, 0xdf, 0xf0, 0xfe, 0xff];

/// Changes `input` in one to eight places; `other` gives pieces.
pub fn mutate(random: &mut Random, input: &mut Vec<u8>, other: &[u8]) {
    for _ in 0..=random.below(8) {
        let at = random.below(input.len() + 1);
        match random.below(9) {
            0 | 1 => set(input, at, random.bits() as u8),
            2 => set(input, at, random.pick(MAGIC)),
            3 => flip(input, at, random.below(8)),
            4 => input.insert(at, random.pick(MAGIC)),
            5 => drop(input.drain(at..(at + 1 + random.below(4)).min(input.len()))),
            6 => input.truncate(at.max(input.len() / 2)),
            7 => repeat(random, input, at),
            _ => splice(random, input, at, other),
        }
    }
    input.truncate(MAX_LEN);
}

fn set(input: &mut [u8], at: usize, byte: u8) {
    if let Some(place) = input.get_mut(at) {
        *place = byte;
    }
}

fn flip(input: &mut [u8], at: usize, bit: usize) {
    if let Some(place) = input.get_mut(at) {
        *place ^= 1 << bit;
    }
}

/// Says a piece again, sometimes often: depth and counts.
fn repeat(random: &mut Random, input: &mut Vec<u8>, at: usize) {
    let end = (at + 1 + random.below(16)).min(input.len());
    let piece = input.get(at..end).unwrap_or_default().to_vec();
    let times = if random.one_in(8) { 200 } else { 1 + random.below(3) };
    input.splice(at..at, piece.repeat(times));
}

fn splice(random: &mut Random, input: &mut Vec<u8>, at: usize, other: &[u8]) {
    let from = random.below(other.len() + 1);
    let piece = other.get(from..(from + random.below(64)).min(other.len())).unwrap_or_default();
    let end = (at + random.below(piece.len() + 1)).min(input.len());
    input.splice(at..end, piece.iter().copied());
}
