//! Visitors' tokens: minutes-long, signed permits to speak as one visitor of one site.
//!
//! `base64url(site ‖ visitor ‖ end ‖ HMAC-SHA256(key, "tandem visitor 1" ‖ site ‖ visitor ‖ end))`, the numbers
//! as 8 bytes, the greatest first. Nothing in it is secret from its bearer.
use std::time::Duration;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use chat_proto::visitor::Token;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::model::{SiteId, UnixMillis, VisitorId};

/// Life of a token.
pub(crate) const LIFE: Duration = Duration::from_secs(15 * 60);
/// A socket's token is renewed when so much of its life is left.
pub(crate) const RENEW: Duration = Duration::from_secs(5 * 60);

const DOMAIN: &[u8] = b"tandem visitor 1";
const CLAIMS: usize = 24;

/// Issues and checks tokens.
pub(crate) struct Tokens {
    /// Has the key and the domain.
    mac: Hmac<Sha256>,
}

impl Tokens {
    pub fn new(key: [u8; 32]) -> Self {
        // HMAC fills shorter keys up with zeros (RFC 2104 §2).
        let mut block = [0; 64];
        block[..32].copy_from_slice(&key);
        let mut mac = Hmac::<Sha256>::new(&block.into());
        mac.update(DOMAIN);
        Self { mac }
    }

    /// A token for this visitor.
    pub fn issue(&self, (site, visitor): (SiteId, VisitorId), now: UnixMillis) -> Token {
        let expires = now + LIFE;
        let mut bytes = Vec::with_capacity(CLAIMS + 32);
        for number in [site.0, visitor.0, expires.0] {
            bytes.extend(number.to_be_bytes());
        }
        let tag = self.mac(&bytes).finalize().into_bytes();
        bytes.extend(tag);
        Token { token: BASE64.encode(bytes), expires: expires.0 }
    }

    /// Whose token it is on this site, and until when.
    pub fn check(&self, token: &str, site: SiteId, now: UnixMillis) -> Option<(VisitorId, UnixMillis)> {
        let ((of, visitor), expires) = self.check_any(token, now)?;
        (of == site).then_some((visitor, expires))
    }

    /// Whose token it is, on whichever site, and until when.
    pub fn check_any(&self, token: &str, now: UnixMillis) -> Option<((SiteId, VisitorId), UnixMillis)> {
        const LONGEST: usize = 128;
        let bytes = (token.len() <= LONGEST).then(|| BASE64.decode(token).ok()).flatten()?;
        let (claims, tag) = bytes.split_at_checked(CLAIMS)?;
        self.mac(claims).verify_slice(tag).ok()?;
        let mut numbers =
            claims.chunks_exact(8).filter_map(|it| Some(i64::from_be_bytes(it.try_into().ok()?)));
        let (site, visitor, expires) = (numbers.next()?, numbers.next()?, numbers.next()?);
        (now.0 < expires).then_some(((SiteId(site), VisitorId(visitor)), UnixMillis(expires)))
    }

    fn mac(&self, claims: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.mac.clone();
        mac.update(claims);
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEA: (SiteId, VisitorId) = (SiteId(3), VisitorId(7));

    #[test]
    fn a_token_is_good_for_its_site_and_its_time() {
        let tokens = Tokens::new([1; 32]);
        let Token { token, expires } = tokens.issue(LEA, UnixMillis(1_000));
        assert_eq!(expires, 901_000);
        let check = |site, at| tokens.check(&token, SiteId(site), UnixMillis(at)).map(|it| it.0);
        assert_eq!(check(3, 1_000), Some(VisitorId(7)));
        assert_eq!(check(3, 900_999), Some(VisitorId(7)));
        assert_eq!(check(3, 901_000), None);
        assert_eq!(check(4, 1_000), None);
        assert_eq!(Tokens::new([2; 32]).check(&token, SiteId(3), UnixMillis(1_000)), None);
    }

    #[test]
    fn a_changed_token_is_none() {
        let tokens = Tokens::new([1; 32]);
        let bytes = BASE64.decode(tokens.issue(LEA, UnixMillis(0)).token).expect("its own form");
        for i in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[i] ^= 1;
            assert_eq!(tokens.check_any(&BASE64.encode(changed), UnixMillis(0)), None, "byte {i}");
        }
        for text in ["", "AAAA", &BASE64.encode(&bytes[..24]), &BASE64.encode(&bytes[..55]), &"A".repeat(200)]
        {
            assert_eq!(tokens.check_any(text, UnixMillis(0)), None, "{text}");
        }
    }
}
