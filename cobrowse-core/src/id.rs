//! Identifiers and times that cannot be mixed up.
use std::{
    fmt,
    num::NonZeroU32,
    ops::{Add, Sub},
    str::FromStr,
    time::Duration,
};

use serde::{Deserialize, Serialize};

/// Time since the program began. Passed in by the shell: the core runs in WebAssembly too, where `std`'s
/// clock cannot be read, and its tests run on virtual time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Moment(pub Duration);

impl Moment {
    /// `millis` milliseconds after the beginning.
    pub const fn from_millis(millis: u64) -> Self {
        Self(Duration::from_millis(millis))
    }

    /// How long ago `earlier` was; zero when it is not earlier.
    pub fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

impl Add<Duration> for Moment {
    type Output = Self;
    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(span))
    }
}

impl Sub<Duration> for Moment {
    type Output = Self;
    fn sub(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(span))
    }
}

/// Names one DOM node within one epoch's mirror. Zero is never issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NodeId(NonZeroU32);

impl NodeId {
    /// The document that a keyframe begins with.
    pub const DOCUMENT: Self = Self(NonZeroU32::MIN);

    /// Wraps a number read from the wire, or `None` for the reserved zero.
    pub const fn from_wire(raw: u32) -> Option<Self> {
        match NonZeroU32::new(raw) {
            Some(id) => Some(Self(id)),
            None => None,
        }
    }

    /// The number as it goes on the wire.
    pub const fn to_wire(self) -> u32 {
        self.0.get()
    }
}

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
        pub struct $name(pub $inner);
    };
}

number_id! {
    /// Counts the keyframes of a capture. Never reused, also across shares and pages of one session.
    Epoch(u32)
}
number_id! {
    /// Orders the frames of one channel on one hop, across both lanes. The first frame is 1.
    Seq(u32)
}
number_id! {
    /// Names one command of one viewer, so that its receipt can be matched.
    CommandId(u32)
}
number_id! {
    /// Names one agent account.
    AgentId(u32)
}
number_id! {
    /// Counts the pages that one visitor's tab has lived through; the relay fences older ones.
    Incarnation(u32)
}

impl Epoch {
    /// The epoch after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }
}

impl Seq {
    /// The sequence number after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }
}

macro_rules! secret_id {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name([u8; $len]);

        /// Hexadecimal in JSON, bytes on the wire.
        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    serializer.collect_str(self)
                } else {
                    self.0.serialize(serializer)
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if deserializer.is_human_readable() {
                    let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                    text.parse().map_err(serde::de::Error::custom)
                } else {
                    <[u8; $len]>::deserialize(deserializer).map(Self)
                }
            }
        }

        impl $name {
            /// Makes an id of random bytes that the shell drew from a cryptographic source.
            pub const fn from_random(bytes: [u8; $len]) -> Self {
                Self(bytes)
            }
            /// The bytes, for storage and signatures.
            pub const fn as_bytes(&self) -> &[u8; $len] {
                &self.0
            }
        }

        /// The whole id in lower-case hexadecimal.
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        /// Shows the first four digits only: a full id in a log is a bearer token.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({:02x}{:02x}…)"), self.0[0], self.0[1])
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;
            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                let mut bytes = [0; $len];
                parse_hex(text, &mut bytes)?;
                Ok(Self(bytes))
            }
        }
    };
}

secret_id! {
    /// Names one co-browsing session. Random, 128 bits, unguessable.
    SessionId, 16
}
secret_id! {
    /// Names one connected visitor's browser to the desk. Random, 128 bits.
    VisitorId, 16
}
secret_id! {
    /// Names one tab of a visitor's browser. Random, 128 bits.
    TabId, 16
}
secret_id! {
    /// Names one yes to viewing, given to one agent. Random, 64 bits; dead once burnt.
    ViewId, 8
}
secret_id! {
    /// Names one yes to control, given to one agent. Random, 64 bits; dead once burnt.
    GrantId, 8
}

/// The text was not the expected number of hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id is {expected} hexadecimal digits")]
pub struct ParseIdError {
    expected: usize,
}

fn parse_hex(text: &str, into: &mut [u8]) -> Result<(), ParseIdError> {
    let error = ParseIdError { expected: into.len() * 2 };
    if text.len() != into.len() * 2 || !text.is_ascii() {
        return Err(error);
    }
    for (byte, pair) in into.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = hex_digit(pair[0]).zip(hex_digit(pair[1])).map(|(hi, lo)| hi << 4 | lo).ok_or(error)?;
    }
    Ok(())
}

fn hex_digit(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_id_is_short_in_logs_and_whole_in_text() {
        let id: SessionId = "00112233445566778899aabbccddeeff".parse().expect("valid");
        assert_eq!(format!("{id:?}"), "SessionId(0011…)");
        assert_eq!(id.to_string(), "00112233445566778899aabbccddeeff");
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for text in ["", "xyz", "+0112233445566778899aabbccddeeff", "é0112233445566778899aabbccddeef"] {
            assert_eq!(text.parse::<SessionId>(), Err(ParseIdError { expected: 32 }), "{text}");
        }
    }
}
