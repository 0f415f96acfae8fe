//! Who a visitor is: by the secret that their browser keeps, or by the site's word. What somebody typed never
//! decides it.
use accounts::Site;
use chat_proto::visitor::TokenRequest;
use sha2::{Digest, Sha256};
use store::{Key, Tx};
use thiserror::Error;

use super::{
    Chat,
    jwt::{JwtFault, Unverified},
};
use crate::{
    engine::{Ask, Fault, Request, Rid},
    model::{Conversation, FromVisitor, Refusal, SiteId, State, VisitorId},
    tables::{
        identity::{self, Verified},
        library,
    },
};

/// So that nothing else that is hashed is ever a device.
const DOMAIN: &[u8] = b"tandem device 1";
/// So often conversations may begin while two visitors become one.
const RACES: usize = 4;

/// Why somebody is nobody.
#[derive(Debug, Error)]
pub(crate) enum Denied {
    /// The secret is none.
    #[error("a secret is 64 hexadecimal digits")]
    Secret,
    /// The site's word does not count.
    #[error(transparent)]
    Identity(#[from] JwtFault),
    /// The store's.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Chat {
    /// Who asks for a token.
    pub(crate) async fn identify(&self, site: &Site, asks: &TokenRequest) -> Result<VisitorId, Denied> {
        let key_hash = device(&asks.secret).ok_or(Denied::Secret)?;
        let id = SiteId(site.id.0);
        match &asks.identity {
            None => Ok(self.of_device(id, key_hash).await?),
            Some(word) => {
                let ext = self.believe(site, word).await?;
                Ok(self.of_ext(id, key_hash, ext).await?)
            }
        }
    }

    async fn of_device(&self, site: SiteId, key_hash: [u8; 32]) -> Result<VisitorId, Fault> {
        let at = self.engine.now();
        let write = move |tx: &mut dyn Tx| identity::of_device(tx, (site, key_hash), at);
        Ok(self.engine.store().write(Key(site.0), write).await?)
    }

    /// What the site calls its visitor.
    async fn believe(&self, site: &Site, word: &str) -> Result<String, Denied> {
        let unverified = Unverified::read(word)?;
        let id = SiteId(site.id.0);
        let keys = self.engine.store().read(move |tx| library::site_keys(tx, id)).await;
        let keys = keys.map_err(Fault::Store)?;
        let key = keys.iter().find(|it| it.kid == unverified.kid).ok_or(JwtFault::Key)?;
        Ok(unverified.verify(&key.secret, &site.key, self.engine.now())?)
    }

    async fn of_ext(&self, site: SiteId, key_hash: [u8; 32], ext: String) -> Result<VisitorId, Fault> {
        let mut drawn = [0; 32];
        getrandom::fill(&mut drawn).map_err(|error| Fault::Random(error.to_string()))?;
        for _ in 0..RACES {
            let (at, ext) = (self.engine.now(), ext.clone());
            let write = move |tx: &mut dyn Tx| identity::verified(tx, (site, key_hash), (&ext, drawn), at);
            match self.engine.store().write(Key(site.0), write).await? {
                Verified::Same(visitor) => return Ok(visitor),
                Verified::Now { visitor, was } => {
                    // Their tokens are for somebody who is not there any more.
                    self.hub.end_visitor((site, was), "token");
                    return Ok(visitor);
                }
                Verified::TwoLive(two) => self.end_one(*two).await?,
            }
        }
        Err(Fault::Store(store::Error::Retry("conversations begin too often".to_owned())))
    }

    /// Of two live conversations the one goes on that an agent has, else the later one.
    async fn end_one(&self, (one, other): (Conversation, Conversation)) -> Result<(), Fault> {
        let weight = |it: &Conversation| (has_agent(&it.state), it.created);
        let ends = if weight(&one) < weight(&other) { one } else { other };
        let ask = Ask::Visitor(ends.visitor, FromVisitor::Close);
        let rid = Some(Rid(*ends.public.as_bytes()));
        let request = Request { site: ends.site, conversation: ends.id, ask, rid };
        match self.engine.command(request).await {
            Ok(_) | Err(Fault::Refused(Refusal::Closed | Refusal::NotNow(_))) => Ok(()),
            Err(fault) => Err(fault),
        }
    }
}

const fn has_agent(state: &State) -> bool {
    matches!(state, State::Active(_) | State::Snoozed(_))
}

/// The hash of a device's secret. A stolen database must not let anybody in; 256 random bits need no salt.
fn device(secret: &str) -> Option<[u8; 32]> {
    let is_secret = secret.len() == 64 && secret.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'));
    is_secret.then(|| Sha256::new().chain_update(DOMAIN).chain_update(secret).finalize().into())
}

#[cfg(test)]
mod tests {
    use super::device;

    #[test]
    fn a_secret_is_64_digits_and_is_not_kept() {
        let secret = "0f".repeat(32);
        let hash = device(&secret).expect("a secret");
        assert_ne!(hash, [0x0f; 32]);
        assert_eq!(device(&secret), Some(hash));
        for text in ["", "0f", &"0F".repeat(32), &"zz".repeat(32), &"0f".repeat(33)] {
            assert_eq!(device(text), None, "{text}");
        }
    }
}
