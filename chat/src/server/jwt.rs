//! A site's own word about who its visitor is: a JSON Web Token (RFC 7519), HS256 and nothing else.
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::Sha256;
use thiserror::Error;

use crate::model::UnixMillis;

/// Longest token that is looked at, bytes.
const LONGEST: usize = 4096;
/// Longest name that a site may have for a visitor, bytes.
const LONGEST_SUB: usize = 255;
/// A token is good for a day at most, seconds.
const LONGEST_LIFE: i64 = 24 * 3600;
/// So far clocks may differ, seconds.
const LEEWAY: i64 = 60;

/// Why a site's word does not count. Which of these it is stands in the server's log only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum JwtFault {
    #[error("it is no token")]
    Malformed,
    #[error("it is signed with another algorithm than HS256")]
    Algorithm,
    #[error("the site has no such key")]
    Key,
    #[error("the signature is wrong")]
    Signature,
    #[error("it is for somebody else than this site")]
    Audience,
    #[error("it is not valid now, or for longer than a day")]
    Time,
    #[error("it names nobody")]
    Subject,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: String,
    /// Extensions that must be understood; none is.
    crit: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct Claims {
    aud: Audience,
    sub: String,
    exp: i64,
    nbf: Option<i64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// A token that names its key; nothing of it is to be believed yet.
pub(crate) struct Unverified<'a> {
    /// Which key signed it.
    pub kid: String,
    signed: &'a str,
    payload: &'a str,
    tag: Vec<u8>,
}

impl<'a> Unverified<'a> {
    /// Reads the header.
    pub fn read(token: &'a str) -> Result<Self, JwtFault> {
        if LONGEST < token.len() {
            return Err(JwtFault::Malformed);
        }
        let (signed, tag) = token.rsplit_once('.').ok_or(JwtFault::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(JwtFault::Malformed)?;
        let header: Header = decode(header)?;
        if header.alg != "HS256" || header.crit.is_some() {
            return Err(JwtFault::Algorithm);
        }
        let tag = BASE64.decode(tag).map_err(|_| JwtFault::Malformed)?;
        Ok(Self { kid: header.kid, signed, payload, tag })
    }

    /// Checks it with the key that it names: gives what the site calls its visitor.
    pub fn verify(self, key: &[u8], site: &str, now: UnixMillis) -> Result<String, JwtFault> {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| JwtFault::Key)?;
        mac.update(self.signed.as_bytes());
        mac.verify_slice(&self.tag).map_err(|_| JwtFault::Signature)?;
        let claims: Claims = decode(self.payload)?;
        claims.check(site, now.0.div_euclid(1000))
    }
}

impl Claims {
    fn check(self, site: &str, now: i64) -> Result<String, JwtFault> {
        let is_for_us = match &self.aud {
            Audience::One(one) => one == site,
            Audience::Several(all) => all.iter().any(|it| it == site),
        };
        if !is_for_us {
            return Err(JwtFault::Audience);
        }
        let latest = now.saturating_add(LONGEST_LIFE + LEEWAY);
        let begins = self.nbf.unwrap_or(now).saturating_sub(LEEWAY);
        if self.exp <= now || latest < self.exp || now < begins {
            return Err(JwtFault::Time);
        }
        let is_name = (1..=LONGEST_SUB).contains(&self.sub.len()) && !self.sub.contains('\0');
        if is_name { Ok(self.sub) } else { Err(JwtFault::Subject) }
    }
}

fn decode<T: serde::de::DeserializeOwned>(part: &str) -> Result<T, JwtFault> {
    let bytes = BASE64.decode(part).map_err(|_| JwtFault::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|_| JwtFault::Malformed)
}

/// Signs one, as a site does.
#[cfg(test)]
pub(crate) fn sign(header: &str, claims: &str, key: &[u8]) -> String {
    let signed = format!("{}.{}", BASE64.encode(header), BASE64.encode(claims));
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key");
    mac.update(signed.as_bytes());
    format!("{signed}.{}", BASE64.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = r#"{"alg":"HS256","kid":"k1"}"#;
    const NOW: UnixMillis = UnixMillis(1_000_000_000);

    fn verify(header: &str, claims: &str) -> Result<String, JwtFault> {
        let token = sign(header, claims, b"key");
        Unverified::read(&token)?.verify(b"key", "shop", NOW)
    }

    #[test]
    fn a_word_of_the_site_names_its_visitor() {
        for claims in [
            r#"{"aud":"shop","sub":"lea","exp":1000001}"#,
            r#"{"aud":["other","shop"],"sub":"lea","exp":1086400,"iat":5,"nbf":1000060}"#,
        ] {
            assert_eq!(verify(HEADER, claims), Ok("lea".to_owned()), "{claims}");
        }
    }

    #[test]
    fn what_is_not_such_a_word_is_refused() {
        let good = r#"{"aud":"shop","sub":"lea","exp":1000001}"#;
        for header in [
            r#"{"alg":"none","kid":"k1"}"#,
            r#"{"alg":"HS512","kid":"k1"}"#,
            r#"{"alg":"hs256","kid":"k1"}"#,
            r#"{"alg":"HS256","kid":"k1","crit":["exp"]}"#,
        ] {
            assert_eq!(verify(header, good), Err(JwtFault::Algorithm), "{header}");
        }
        assert_eq!(verify(r#"{"alg":"HS256"}"#, good), Err(JwtFault::Malformed), "no kid");
        for (claims, expected) in [
            (r#"{"aud":"blog","sub":"lea","exp":1000001}"#, JwtFault::Audience),
            (r#"{"aud":["blog"],"sub":"lea","exp":1000001}"#, JwtFault::Audience),
            (r#"{"sub":"lea","exp":1000001}"#, JwtFault::Malformed),
            (r#"{"aud":"shop","sub":"lea"}"#, JwtFault::Malformed),
            (r#"{"aud":"shop","sub":"lea","exp":1000000}"#, JwtFault::Time),
            (r#"{"aud":"shop","sub":"lea","exp":1086461}"#, JwtFault::Time),
            (r#"{"aud":"shop","sub":"lea","exp":1000001,"nbf":1000061}"#, JwtFault::Time),
            (r#"{"aud":"shop","sub":"","exp":1000001}"#, JwtFault::Subject),
        ] {
            assert_eq!(verify(HEADER, claims), Err(expected), "{claims}");
        }
    }

    #[test]
    fn a_changed_word_or_another_key_is_refused() {
        let token = sign(HEADER, r#"{"aud":"shop","sub":"lea","exp":1000001}"#, b"key");
        let other = sign(HEADER, r#"{"aud":"shop","sub":"max","exp":1000001}"#, b"key");
        let read = |token: &str, key: &[u8]| Unverified::read(token)?.verify(key, "shop", NOW);
        assert_eq!(read(&token, b"other"), Err(JwtFault::Signature));
        let (signed, _) = other.rsplit_once('.').expect("three parts");
        let (_, tag) = token.rsplit_once('.').expect("three parts");
        assert_eq!(read(&format!("{signed}.{tag}"), b"key"), Err(JwtFault::Signature));
        for text in ["", "..", "a.b.c", &"a".repeat(5000), &token[..token.len() - 1]] {
            assert!(read(text, b"key").is_err(), "{text}");
        }
    }
}
