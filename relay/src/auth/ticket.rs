//! Tickets: minutes-long, signed permits to speak in one session as one participant.
//!
//! `base64url(claims) . base64url(HMAC-SHA256(key, claims))`, the claims as postcard. Nothing in them is
//! secret from their bearer.
//!
//! A page is given one when it is asked to come, a viewer when its agent opens it, each of them another with every welcome,
//! and as long as they are connected a newer one every [`TICKET_RENEWED`]. So whoever is cut off holds one that outlives
//! the time in which they may come back; whoever slept longer finds a session that has ended. It opens nothing by
//! itself: a hello wants the page's signature, or the agent's rights, beside it, a request the visitor's consent.
use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use cobrowse_core::{
    id::{AgentId, SessionId, VisitorId},
    wire::message::{Refusal, decode},
};
use hmac::{Hmac, KeyInit, Mac};
use p256::ecdsa::{Signature, VerifyingKey, signature::Verifier};
use p256::pkcs8::DecodePublicKey;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::{
    limits::{TICKET_LIFE, TICKET_RENEWED},
    records::now_ms,
};

/// Longest ticket that is looked at, bytes.
const MAX_TICKET: usize = 1024;

/// What a ticket says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The session.
    pub session: SessionId,
    /// Who may use it.
    pub bearer: Bearer,
    /// When it ends, milliseconds since 1970.
    pub expires_ms: u64,
}

/// Whom a ticket is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Bearer {
    /// The visitor's browser, if it can sign with the page's key.
    Visitor {
        /// The browser.
        visitor: VisitorId,
        /// The site's key.
        site: String,
        /// The page's public key.
        key: PageKey,
    },
    /// An agent's viewer.
    Viewer {
        /// The account.
        agent: AgentId,
        /// The first name that the visitor sees.
        name: String,
    },
}

/// The public half of the key that a page made: an ECDSA P-256 point, compressed (SEC 1 §2.3.3).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PageKey(Vec<u8>);

impl PageKey {
    /// Reads a key as `crypto.subtle.exportKey("spki")` gives it, in base64url without padding.
    pub fn from_spki(text: &str) -> Option<Self> {
        if MAX_TICKET < text.len() {
            return None;
        }
        let key = VerifyingKey::from_public_key_der(&BASE64.decode(text).ok()?).ok()?;
        Some(Self(key.to_sec1_point(true).as_bytes().to_vec()))
    }

    /// Whether the key signed `nonce ‖ ticket` (raw `r ‖ s`, as WebCrypto signs).
    pub fn signed(&self, nonce: &[u8; 32], ticket: &str, proof: &[u8]) -> bool {
        self.has_signed(&[nonce.as_slice(), ticket.as_bytes()].concat(), proof)
    }

    /// Whether the key signed the message.
    pub fn has_signed(&self, message: &[u8], proof: &[u8]) -> bool {
        let Ok(key) = VerifyingKey::from_sec1_bytes(&self.0) else { return false };
        Signature::from_slice(proof).is_ok_and(|signature| key.verify(message, &signature).is_ok())
    }
}

/// Issues and checks tickets.
pub struct Tickets {
    key: [u8; 32],
    ahead_ms: AtomicU64,
}

impl Tickets {
    /// With the key of the data folder, so that tickets outlive a restart.
    pub fn new(key: [u8; 32]) -> Self {
        Self { key, ahead_ms: AtomicU64::new(0) }
    }

    /// A ticket that is good for [`TICKET_LIFE`] from now.
    pub fn issue(&self, session: SessionId, bearer: Bearer) -> Result<String, postcard::Error> {
        let expires_ms = self.now_ms().saturating_add(in_ms(TICKET_LIFE));
        self.sign(&Claims { session, bearer, expires_ms })
    }

    /// How long tickets that were issued then are still good enough. Told by the clock by which they end: when that is
    /// set forward, they are not.
    pub fn fresh_for(&self, issued_ms: u64) -> Duration {
        TICKET_RENEWED.saturating_sub(Duration::from_millis(self.now_ms().saturating_sub(issued_ms)))
    }

    /// The time by which tickets begin and end, milliseconds since 1970.
    pub fn now_ms(&self) -> u64 {
        now_ms().saturating_add(self.ahead_ms.load(Ordering::Relaxed))
    }

    /// Sets their clock ahead, so that tests need not wait.
    pub fn time_passes(&self, by: Duration) {
        self.ahead_ms.fetch_add(in_ms(by), Ordering::Relaxed);
    }

    /// The ticket of these claims.
    pub fn sign(&self, claims: &Claims) -> Result<String, postcard::Error> {
        let claims = postcard::to_allocvec(claims)?;
        let tag = self.mac(&claims).finalize().into_bytes();
        Ok(format!("{}.{}", BASE64.encode(&claims), BASE64.encode(tag)))
    }

    /// What a ticket says, when it is ours and its time is not over.
    ///
    /// # Errors
    /// [`Refusal::TicketInvalid`] and [`Refusal::TicketExpired`].
    pub fn verify(&self, ticket: &str) -> Result<Claims, Refusal> {
        self.verify_at(ticket, self.now_ms())
    }

    fn verify_at(&self, ticket: &str, now_ms: u64) -> Result<Claims, Refusal> {
        let claims = self.open(ticket).ok_or(Refusal::TicketInvalid)?;
        if claims.expires_ms <= now_ms {
            return Err(Refusal::TicketExpired);
        }
        Ok(claims)
    }

    fn open(&self, ticket: &str) -> Option<Claims> {
        if MAX_TICKET < ticket.len() {
            return None;
        }
        let (claims, tag) = ticket.split_once('.')?;
        let (claims, tag) = (BASE64.decode(claims).ok()?, BASE64.decode(tag).ok()?);
        self.mac(&claims).verify_slice(&tag).ok()?;
        decode(&claims).ok()
    }

    /// The browser of a page's key, at one site: the same on every visit, and nobody can guess it.
    pub fn visitor(&self, site: &str, key: &PageKey) -> VisitorId {
        let name = [b"visitor\0", site.as_bytes(), b"\0", key.0.as_slice()].concat();
        let tag = self.mac(&name).finalize().into_bytes();
        let mut id = [0; 16];
        id.copy_from_slice(&tag[..16]);
        VisitorId::from_random(id)
    }

    fn mac(&self, message: &[u8]) -> Hmac<Sha256> {
        // A key shorter than the hash's block is filled with zeros (RFC 2104 §2).
        let mut block = [0; 64];
        block[..32].copy_from_slice(&self.key);
        let mut mac = Hmac::<Sha256>::new(&block.into());
        mac.update(message);
        mac
    }
}

fn in_ms(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(expires_ms: u64) -> Claims {
        Claims {
            session: SessionId::from_random([7; 16]),
            bearer: Bearer::Viewer { agent: AgentId(3), name: "Sophie".into() },
            expires_ms,
        }
    }

    #[test]
    fn a_ticket_is_good_until_its_time() {
        let tickets = Tickets::new([1; 32]);
        let ticket = tickets.sign(&claims(1_000)).expect("signed");
        assert_eq!(tickets.verify_at(&ticket, 999), Ok(claims(1_000)));
        assert_eq!(tickets.verify_at(&ticket, 1_000), Err(Refusal::TicketExpired));
    }

    #[test]
    fn tickets_are_renewed_after_half_of_their_life() {
        let tickets = Tickets::new([1; 32]);
        let then = tickets.now_ms();
        assert!(TICKET_RENEWED.saturating_sub(tickets.fresh_for(then)) < Duration::from_secs(60));
        tickets.time_passes(TICKET_RENEWED);
        assert_eq!(tickets.fresh_for(then), Duration::ZERO);
        assert_eq!(tickets.fresh_for(u64::MAX), TICKET_RENEWED, "the clock was set back");
        let ticket = tickets.issue(claims(0).session, claims(0).bearer).expect("signed");
        tickets.time_passes(TICKET_RENEWED);
        assert!(tickets.verify(&ticket).is_ok());
        tickets.time_passes(TICKET_RENEWED);
        assert_eq!(tickets.verify(&ticket), Err(Refusal::TicketExpired));
    }

    #[test]
    fn a_ticket_of_another_key_or_with_another_bit_is_none() {
        let tickets = Tickets::new([1; 32]);
        let foreign = Tickets::new([2; 32]).sign(&claims(1_000)).expect("signed");
        assert_eq!(tickets.verify_at(&foreign, 0), Err(Refusal::TicketInvalid));
        let mut ticket = tickets.sign(&claims(1_000)).expect("signed").into_bytes();
        for index in 0..ticket.len() {
            ticket[index] ^= 1;
            let text = String::from_utf8_lossy(&ticket).into_owned();
            assert_eq!(tickets.verify_at(&text, 0), Err(Refusal::TicketInvalid), "byte {index}");
            ticket[index] ^= 1;
        }
        assert_eq!(tickets.verify_at("", 0), Err(Refusal::TicketInvalid));
        assert_eq!(tickets.verify_at(&"a.".repeat(4000), 0), Err(Refusal::TicketInvalid));
    }
}
