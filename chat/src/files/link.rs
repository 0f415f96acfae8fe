//! Links that let whoever has them fetch one file, for a minute.
use std::{fmt, time::Duration};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::model::{PublicId, UnixMillis};

/// So long a link works.
pub(super) const LIFE: Duration = Duration::from_secs(60);

/// What links are signed with. The same on all nodes.
#[derive(Clone)]
pub struct LinkKey(pub [u8; 32]);

/// Not shown in a log.
impl fmt::Debug for LinkKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkKey(…)")
    }
}

impl LinkKey {
    /// Where a file can be fetched until `now` and a minute.
    pub(super) fn url(&self, file: PublicId, now: UnixMillis) -> String {
        let until = now + LIFE;
        let signature = self.mac(file, until).finalize().into_bytes();
        let hex: String = signature.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("/v1/dl/{}?exp={}&sig={hex}", file.to_name(), until.0)
    }

    /// Whether a link is ours and works now.
    pub(super) fn admits(
        &self,
        file: PublicId,
        (until, signature): (UnixMillis, &str),
        now: UnixMillis,
    ) -> bool {
        let lives = now <= until && until <= now + LIFE;
        let signature = from_hex(signature);
        lives && signature.is_some_and(|it| self.mac(file, until).verify_slice(&it).is_ok())
    }

    fn mac(&self, file: PublicId, until: UnixMillis) -> Hmac<Sha256> {
        // A key is a block of the hash, with zeros behind it (RFC 2104).
        let mut key = [0; 64];
        key[..32].copy_from_slice(&self.0);
        let mut mac = Hmac::<Sha256>::new(&key.into());
        for part in [&b"tandem file link 1"[..], file.as_bytes(), &until.0.to_be_bytes()] {
            mac.update(part);
        }
        mac
    }
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.bytes().all(|it| it.is_ascii_hexdigit()) {
        return None;
    }
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_for_one_file_and_one_minute() {
        let (key, file, now) = (LinkKey([7; 32]), PublicId::from_bytes([1; 16]), UnixMillis(1_000));
        let url = key.url(file, now);
        let (_, query) = url.split_once("?exp=").expect("a query");
        let (exp, sig) = query.split_once("&sig=").expect("a signature");
        let until = UnixMillis(exp.parse().expect("a number"));
        let admits = |file, until, sig: &str, now| key.admits(file, (until, sig), UnixMillis(now));
        assert!(admits(file, until, sig, 1_000) && admits(file, until, sig, 61_000));
        assert!(!admits(file, until, sig, 61_001), "over");
        assert!(!admits(file, UnixMillis(until.0 + 1), sig, 61_001), "made longer");
        assert!(!admits(PublicId::from_bytes([2; 16]), until, sig, 1_000), "another file");
        assert!(!admits(file, until, &sig[2..], 1_000) && !admits(file, until, "", 1_000));
        let far = key.url(file, UnixMillis(10_000_000));
        let (_, far) = far.split_once("&sig=").expect("a signature");
        assert!(!admits(file, UnixMillis(10_060_000), far, 1_000), "nobody gives links for later");
        assert!(!LinkKey([8; 32]).admits(file, (until, sig), now), "another key");
    }
}
