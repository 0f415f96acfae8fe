//! What makes a call between relay and chat believed: HMAC-SHA256, by a key that both have, over to whom it goes, what
//! it asks, when, a number that comes once, and the body. The answer is signed over the same number.
use std::{
    collections::HashMap,
    fmt,
    path::Path,
    sync::{Mutex, PoisonError},
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// The header of calls and of answers.
pub const HEADER: &str = "x-tandem-link";

/// A call that is older or newer is refused, ms: so far may two clocks differ, with the way between.
const WINDOW_MS: u64 = 30_000;

/// So many numbers are kept. Only who has the key fills it.
const MOST: usize = 200_000;

/// Why there is no key.
#[derive(Debug, Error)]
pub enum KeyError {
    /// The text is no key.
    #[error("the link's key is 64 hexadecimal digits")]
    NoKey,
    /// The file.
    #[error("the link's key: {0}")]
    File(#[from] std::io::Error),
}

/// The secret that both ends have.
#[derive(Clone, PartialEq, Eq)]
pub struct Key([u8; 32]);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

impl std::str::FromStr for Key {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let digits = text.trim().as_bytes();
        let mut key = [0; 32];
        if digits.len() != 2 * key.len() {
            return Err(KeyError::NoKey);
        }
        for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
            let pair =
                std::str::from_utf8(pair).ok().filter(|it| it.bytes().all(|it| it.is_ascii_hexdigit()));
            *byte = pair.and_then(|it| u8::from_str_radix(it, 16).ok()).ok_or(KeyError::NoKey)?;
        }
        Ok(Self(key))
    }
}

impl Key {
    /// The key in this file: its 32 bytes, or 64 digits as `openssl rand -hex 32` writes them.
    ///
    /// # Errors
    /// When there is none.
    pub fn in_file(path: &Path) -> Result<Self, KeyError> {
        let bytes = std::fs::read(path)?;
        if let Ok(key) = <[u8; 32]>::try_from(bytes.as_slice()) {
            return Ok(Self(key));
        }
        String::from_utf8(bytes).map_err(|_| KeyError::NoKey)?.parse()
    }

    /// The key of a data folder, made by whoever comes first.
    ///
    /// # Errors
    /// When it can be neither read nor made.
    pub fn in_folder(data: &Path) -> Result<Self, KeyError> {
        relay::records::make_folder(data)?;
        let path = data.join("link.key");
        match relay::auth::key_file(&path) {
            Ok(key) => Ok(Self(key)),
            // The other process was quicker.
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Self::in_file(&path),
            Err(error) => Err(error.into()),
        }
    }

    fn mac(&self, parts: &[&[u8]]) -> Hmac<Sha256> {
        // A key shorter than the hash's block is filled with zeros (RFC 2104 §2).
        let mut block = [0; 64];
        block[..32].copy_from_slice(&self.0);
        let mut mac = Hmac::<Sha256>::new(&block.into());
        for part in parts {
            // With its length, so that no part can run into the next.
            mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            mac.update(part);
        }
        mac
    }

    fn of_call(&self, call: &Call<'_>, (at, nonce): (u64, &Nonce)) -> Hmac<Sha256> {
        let (at, body) = (at.to_be_bytes(), Sha256::digest(call.body));
        let to = call.to.name();
        self.mac(&[b"tandem link 1: call", to, call.path.as_bytes(), &at, nonce, body.as_slice()])
    }

    fn of_answer(&self, nonce: &Nonce, body: &[u8]) -> Hmac<Sha256> {
        self.mac(&[b"tandem link 1: answer", nonce, Sha256::digest(body).as_slice()])
    }

    /// The header of a call, made at this time under a number that was never used.
    pub fn sign(&self, call: &Call<'_>, (at, nonce): (u64, &Nonce)) -> String {
        let mac = self.of_call(call, (at, nonce)).finalize().into_bytes();
        format!("{at}.{}.{}", BASE64.encode(nonce), BASE64.encode(mac))
    }

    /// The header of an answer to the call of this number.
    pub fn sign_answer(&self, nonce: &Nonce, body: &[u8]) -> String {
        BASE64.encode(self.of_answer(nonce, body).finalize().into_bytes())
    }

    /// Whether this answers the call of this number.
    pub fn has_answered(&self, nonce: &Nonce, body: &[u8], header: &str) -> bool {
        let mac = BASE64.decode(header).unwrap_or_default();
        self.of_answer(nonce, body).verify_slice(&mac).is_ok()
    }
}

/// A number that comes once.
pub type Nonce = [u8; 16];

/// An end of the link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The relay.
    Relay,
    /// The chat service.
    Chat,
}

impl End {
    const fn name(self) -> &'static [u8] {
        match self {
            Self::Relay => b"relay",
            Self::Chat => b"chat",
        }
    }
}

/// What is asked of whom.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// Who is to do it: a call to one end is none to the other.
    pub to: End,
    /// The route.
    pub path: &'a str,
    /// The body's bytes.
    pub body: &'a [u8],
}

/// Why a call is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Unbelieved {
    /// There is no signature, or it is none by our key of this call.
    #[error("not signed by our key")]
    Forged,
    /// From another time, or from before this process began, whose numbers it does not know.
    #[error("not of this time: do the clocks agree?")]
    Stale,
    /// It came before.
    #[error("it came before")]
    Replayed,
    /// More calls than can be kept apart.
    #[error("too many calls")]
    TooMany,
}

/// Believes each call once.
pub struct Guard {
    key: Key,
    own: End,
    /// Calls from before are refused: whether they came already is not known any more.
    began: u64,
    /// Numbers that came, and until when they could come again.
    seen: Mutex<HashMap<Nonce, u64>>,
}

impl Guard {
    /// Of this end, from now on (milliseconds since 1970).
    pub fn new(key: Key, own: End, now: u64) -> Self {
        Self { key, own, began: now, seen: Mutex::default() }
    }

    /// The key of both ends.
    pub const fn key(&self) -> &Key {
        &self.key
    }

    /// The number of a call that is believed.
    ///
    /// # Errors
    /// Why it is not.
    pub fn admit(&self, (path, body): (&str, &[u8]), header: &str, now: u64) -> Result<Nonce, Unbelieved> {
        let (at, nonce, mac) = parse(header).ok_or(Unbelieved::Forged)?;
        let call = Call { to: self.own, path, body };
        // In constant time, and before anything else is said about it.
        self.key.of_call(&call, (at, &nonce)).verify_slice(&mac).map_err(|_| Unbelieved::Forged)?;
        if now.abs_diff(at) > WINDOW_MS || at < self.began {
            return Err(Unbelieved::Stale);
        }
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if MOST <= seen.len() {
            seen.retain(|_, until| now <= *until);
        }
        match seen.len() {
            MOST.. => Err(Unbelieved::TooMany),
            _ if seen.insert(nonce, at + WINDOW_MS).is_some() => Err(Unbelieved::Replayed),
            _ => Ok(nonce),
        }
    }
}

fn parse(header: &str) -> Option<(u64, Nonce, Vec<u8>)> {
    let mut parts = header.splitn(3, '.');
    let at = parts.next()?.parse().ok()?;
    let nonce = BASE64.decode(parts.next()?).ok()?.try_into().ok()?;
    Some((at, nonce, BASE64.decode(parts.next()?).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_700_000_000_000;
    const PATH: &str = "/link/shares/end";

    fn key(byte: u8) -> Key {
        Key([byte; 32])
    }

    fn header(call: &Call<'_>, at: u64) -> String {
        key(1).sign(call, (at, &[9; 16]))
    }

    fn told(path: &str, body: &[u8], header: &str, now: u64) -> Result<Nonce, Unbelieved> {
        Guard::new(key(1), End::Relay, NOW).admit((path, body), header, now)
    }

    #[test]
    fn a_call_is_believed_as_it_was_made_and_no_other_way() {
        let call = Call { to: End::Relay, path: PATH, body: b"{}" };
        let good = header(&call, NOW + 1);
        assert_eq!(told(PATH, b"{}", &good, NOW + 2), Ok([9; 16]));
        let forged = Err(Unbelieved::Forged);
        assert_eq!(told(PATH, b"{ }", &good, NOW + 2), forged, "another body");
        assert_eq!(told("/link/shares/open", b"{}", &good, NOW + 2), forged, "another route");
        let later = good.replacen(&(NOW + 1).to_string(), &(NOW + 3).to_string(), 1);
        assert_eq!(told(PATH, b"{}", &later, NOW + 4), forged, "another time");
        let to_chat = Call { to: End::Chat, ..call };
        assert_eq!(told(PATH, b"{}", &header(&to_chat, NOW + 1), NOW + 2), forged, "to the other end");
        let by_other = key(2).sign(&call, (NOW + 1, &[9; 16]));
        assert_eq!(told(PATH, b"{}", &by_other, NOW + 2), forged, "by another key");
        for junk in ["", "1", "1.2.3", "..", "x.CQkJCQkJCQkJCQkJCQkJCQ.AA"] {
            assert_eq!(told(PATH, b"{}", junk, NOW + 2), forged, "{junk:?}");
        }
        let cut = &good[..good.len() - 4];
        assert_eq!(told(PATH, b"{}", cut, NOW + 2), forged, "a part of it");
    }

    #[test]
    fn a_call_comes_once_and_in_its_time() {
        let call = Call { to: End::Relay, path: PATH, body: b"{}" };
        let guard = Guard::new(key(1), End::Relay, NOW);
        let good = header(&call, NOW + 1);
        let admit = |header: &str, now| guard.admit((PATH, b"{}".as_slice()), header, now);
        assert_eq!(admit(&good, NOW + WINDOW_MS + 2), Err(Unbelieved::Stale), "late");
        assert_eq!(admit(&good, NOW + 2), Ok([9; 16]));
        assert_eq!(admit(&good, NOW + 3), Err(Unbelieved::Replayed));
        let ahead = key(1).sign(&call, (NOW + WINDOW_MS + 9, &[8; 16]));
        assert_eq!(admit(&ahead, NOW + 2), Err(Unbelieved::Stale), "early");
        let before = key(1).sign(&call, (NOW - 1, &[7; 16]));
        assert_eq!(admit(&before, NOW + 2), Err(Unbelieved::Stale), "from before this process began");
    }

    #[test]
    fn an_answer_is_to_one_call() {
        let header = key(1).sign_answer(&[9; 16], b"{}");
        assert!(key(1).has_answered(&[9; 16], b"{}", &header));
        assert!(!key(1).has_answered(&[8; 16], b"{}", &header));
        assert!(!key(1).has_answered(&[9; 16], b"[]", &header));
        assert!(!key(2).has_answered(&[9; 16], b"{}", &header));
        assert!(!key(1).has_answered(&[9; 16], b"{}", ""));
    }

    #[test]
    fn a_key_is_read_as_bytes_or_digits_and_made_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let made = Key::in_folder(folder.path()).expect("made");
        assert_eq!(Key::in_folder(folder.path()).expect("read"), made);
        let file = folder.path().join("digits");
        std::fs::write(&file, format!("{}\n", "0a".repeat(32))).expect("written");
        assert_eq!(Key::in_file(&file).expect("read"), key(10));
        for bad in ["", "0a", "+a".repeat(32).as_str(), "0g".repeat(32).as_str()] {
            assert!(matches!(bad.parse::<Key>(), Err(KeyError::NoKey)), "{bad}");
        }
        assert_eq!(format!("{made:?}"), "Key(…)");
    }
}
