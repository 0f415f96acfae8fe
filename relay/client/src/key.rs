//! The key of a visitor's browser.
use std::{fmt, sync::Arc};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use chat_proto::visitor::PageProof;
use p256::{
    ecdsa::{Signature, SigningKey, signature::Signer},
    pkcs8::EncodePublicKey,
};

use crate::{Error, random};

/// What comes before the token in what a browser signs for the chat.
const FOR_CHAT: &str = "tandem-chat:";

/// A browser's key, by which its pages are known. Cheap to clone.
#[derive(Clone)]
pub struct PageKey {
    secret: Arc<SigningKey>,
    spki: String,
}

impl fmt::Debug for PageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PageKey").field(&self.spki).finish()
    }
}

impl PageKey {
    /// A new browser's.
    ///
    /// # Errors
    /// [`Error::Key`] when its public half cannot be written.
    pub fn new() -> Result<Self, Error> {
        loop {
            // One in 2^32 numbers is no key of the curve.
            let Ok(secret) = SigningKey::from_slice(&random::<32>()) else { continue };
            let public = secret.verifying_key().to_public_key_der();
            let public = public.map_err(|error| Error::Key(error.to_string()))?;
            return Ok(Self { secret: Arc::new(secret), spki: BASE64.encode(public.as_bytes()) });
        }
    }

    /// The public half: SPKI DER in base64url without padding.
    pub fn spki(&self) -> &str {
        &self.spki
    }

    /// The signature over a message, `r ‖ s`.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signature: Signature = self.secret.sign(message);
        signature.to_bytes().to_vec()
    }

    /// What the chat's widget shows of it, beside its token.
    pub fn prover(&self) -> impl Fn(&str) -> PageProof + Send + 'static {
        let own = self.clone();
        move |token| {
            let signature = own.sign(format!("{FOR_CHAT}{token}").as_bytes());
            PageProof { key: own.spki.clone(), signature: BASE64.encode(signature) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_signs_what_its_public_half_says() {
        let (one, other) = (PageKey::new().expect("a key"), PageKey::new().expect("a key"));
        assert_ne!(one.spki(), other.spki());
        // SPKI of P-256: 26 bytes of algorithm, then the point, not compressed.
        let public = BASE64.decode(one.spki()).expect("base64url");
        assert_eq!((public.len(), public[26]), (91, 4));
        let proof = one.prover()("a token");
        let signature = BASE64.decode(&proof.signature).expect("base64url");
        assert_eq!((proof.key.as_str(), signature.len()), (one.spki(), 64));
        assert_eq!(signature, one.sign(b"tandem-chat:a token"), "the same each time (RFC 6979)");
    }
}
