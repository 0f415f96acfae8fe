//! Shares of the visitor's page in a conversation: who may begin one, and what the relay tells of it.
use std::sync::Arc;

use chat_proto::visitor::PageProof;
use store::{Key, Tx};

use super::{Ask, Engine, Fault, PageId, Request, ShareEnd, ShareOpen, ShareRefused};
use crate::{
    model::{AgentId, Cid, Conversation, ConversationId, FromSystem, ShareId, SharePhase, SiteId, VisitorId},
    tables::{conversation, identity},
};

/// What comes before the token in what a browser signs, so that nothing else that its key signs is a proof.
const SIGNED: &str = "tandem-chat:";

/// Longest key and longest signature of a proof, bytes: those of P-256 are 122 and 86.
const MAX_PROOF: usize = 256;

/// What the relay tells of a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShareNews {
    /// The event's own name: told twice, it is one.
    pub event: [u8; 16],
    /// Of which share.
    pub share: ShareId,
    /// What.
    pub phase: SharePhase,
    /// With whom.
    pub agent: AgentId,
}

/// Why an agent cannot begin a share.
#[derive(Debug, thiserror::Error)]
pub enum CannotShare {
    /// Only the agent who has the conversation may.
    #[error("somebody else has the conversation, or nobody")]
    NotTheirs,
    /// The relay's reason.
    #[error(transparent)]
    Refused(#[from] ShareRefused),
    /// The store's.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Engine {
    /// A client has shown which browser it is. What is no proof says nothing. A relay that cannot be asked now keeps
    /// nobody waiting: it is asked again, for a while.
    pub(crate) async fn is_page(
        &self,
        (site, key): (SiteId, &str),
        visitor: VisitorId,
        (proof, token): (&PageProof, &str),
    ) -> Result<(), Fault> {
        if MAX_PROOF < proof.key.len().max(proof.signature.len()) {
            tracing::debug!("what came with a hello is too long for a proof of a page");
            return Ok(());
        }
        let told = Arc::new((self.clone(), key.to_owned(), proof.clone(), token.to_owned()));
        let attempt = move || {
            let told = told.clone();
            async move {
                let (engine, key, proof, token) = &*told;
                engine.prove((site, key), visitor, (proof, token)).await
            }
        };
        self.inner.proving.tries((site, visitor), attempt).await
    }

    async fn prove(
        &self,
        (site, key): (SiteId, &str),
        visitor: VisitorId,
        (proof, token): (&PageProof, &str),
    ) -> Result<(), Fault> {
        let signed = [SIGNED, token].concat();
        let Some(PageId(page)) = self.inner.shares.page(key, proof, signed.as_bytes()).await? else {
            tracing::debug!("what came with a hello proves no page");
            return Ok(());
        };
        let put = move |tx: &mut dyn Tx| identity::put_page(tx, (site, visitor), page);
        Ok(self.store().write(Key(site.0), put).await?)
    }

    /// Asks to see the page of a conversation's visitor, for the agent who has the conversation.
    pub(crate) async fn share(&self, of: &Conversation, agent: AgentId) -> Result<ShareId, CannotShare> {
        if of.active_agent() != Some(agent) {
            return Err(CannotShare::NotTheirs);
        }
        let (site, conversation, visitor) = (of.site, of.id, of.visitor);
        let page = self.store().read(move |tx| identity::page_of(tx, (site, visitor))).await;
        let page = PageId(page.map_err(Fault::Store)?.ok_or(ShareRefused::VisitorGone)?);
        let share = self.inner.shares.open(ShareOpen { site, conversation, page, agent }).await?;
        // Meanwhile it may have become somebody else's.
        if self.active_agent(site, conversation).await? == Some(agent) {
            return Ok(share);
        }
        let end = ShareEnd { site, conversation, from: agent, to: None };
        self.inner.shares.end(end).await.map_err(Fault::Shares)?;
        Err(CannotShare::NotTheirs)
    }

    /// The agent whom a conversation is with now.
    ///
    /// # Errors
    /// The store's.
    pub async fn active_agent(&self, site: SiteId, id: ConversationId) -> Result<Option<AgentId>, Fault> {
        let found = self.store().read(move |tx| conversation::load(tx, site, id)).await?;
        Ok(found.and_then(|it| it.active_agent()))
    }

    /// Puts what happened to a share into its conversation's thread, once. For a conversation that is not there
    /// nothing is done.
    ///
    /// # Errors
    /// When it may be in the thread another time.
    pub async fn tell_share(&self, of: (SiteId, ConversationId), news: ShareNews) -> Result<(), Fault> {
        let ShareNews { event, share, phase, agent } = news;
        let ask = Ask::System(FromSystem::Share { cid: Cid::from_bytes(event), share, phase, agent });
        let request = Request { site: of.0, conversation: of.1, ask, rid: None };
        match self.command(request).await {
            Ok(_) | Err(Fault::NoConversation) => Ok(()),
            Err(fault @ (Fault::Refused(_) | Fault::CidConflict)) => {
                tracing::error!(%fault, "a thread does not take what happened to a share");
                Ok(())
            }
            Err(fault) => Err(fault),
        }
    }
}
