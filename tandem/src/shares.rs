//! Joins the chat's conversations to the relay's shares: the only place that knows both.
use std::{collections::BTreeSet, future::ready, sync::Arc, time::Duration};

use accounts::Accounts;
use chat::{
    engine::{
        Engine, OpenFuture, PageFuture, PageId, ShareEnd, ShareNews, ShareOpen, ShareRefused, Shares,
        SharesFuture, SharesUnreachable,
    },
    model::{AgentId, ConversationId, ShareId, SharePhase, SiteId},
};
use chat_proto::visitor::PageProof;
use cobrowse_core::id::VisitorId;
use relay::conversations::{Conversations, Finding, Keeping, NotKept, Phase, ShareError, ShareEvent, Thread};

/// How often it is looked for shares whose conversation is not their agent's (any more), and for viewers who are not
/// that agent.
pub const LOOK: Duration = Duration::from_secs(5);

/// The relay's shares, as the chat asks for them.
pub struct RelayShares {
    /// The relay's side.
    pub relay: Conversations,
    /// Which key a site has.
    pub accounts: Accounts,
}

/// The relay's name of a conversation.
fn name(site: SiteId, conversation: ConversationId) -> String {
    format!("{}/{}", site.0, conversation.0)
}

fn named(name: &str) -> Option<(SiteId, ConversationId)> {
    let (site, conversation) = name.split_once('/')?;
    Some((SiteId(site.parse().ok()?), ConversationId(conversation.parse().ok()?)))
}

const fn account(AgentId(id): AgentId) -> accounts::AgentId {
    accounts::AgentId(id)
}

impl Shares for RelayShares {
    fn end(&self, share: ShareEnd) -> SharesFuture<'_> {
        Box::pin(async move {
            let conv = name(share.site, share.conversation);
            let done = match share.to {
                Some(to) => self.relay.hand_over(&conv, account(share.from), account(to)).await,
                None => self.relay.end(&conv).await,
            };
            done.map_err(|error| {
                tracing::warn!(%error, "a share could not be ended");
                SharesUnreachable
            })
        })
    }

    fn open(&self, share: ShareOpen) -> OpenFuture<'_> {
        Box::pin(self.begin(share))
    }

    fn page<'a>(&'a self, site: &'a str, proof: &'a PageProof, signed: &'a [u8]) -> PageFuture<'a> {
        let visitor = self.relay.signer(site, &proof.key, signed, &proof.signature);
        Box::pin(ready(Ok(visitor.map(|it| PageId(*it.as_bytes())))))
    }
}

impl RelayShares {
    async fn begin(&self, share: ShareOpen) -> Result<ShareId, ShareRefused> {
        let refused = |error: ShareError| match error {
            ShareError::VisitorGone => ShareRefused::VisitorGone,
            ShareError::TooMany => ShareRefused::TooMany,
            ShareError::Failed(why) => {
                tracing::warn!(why, "a share could not be begun");
                ShareRefused::Unreachable
            }
        };
        let sites = self.accounts.sites().await.map_err(|error| refused(error.into()))?;
        let site = sites.into_iter().find(|it| it.id.0 == share.site.0).ok_or(ShareRefused::VisitorGone)?;
        let visitor = VisitorId::from_random(share.page.0);
        let conv = name(share.site, share.conversation);
        let opened = self.relay.open(&conv, (&site.key, visitor), account(share.agent)).await;
        Ok(ShareId(*opened.map_err(refused)?.as_bytes()))
    }
}

/// A conversation's thread, as the relay tells it what happens.
pub struct ChatThread(pub Engine);

impl Thread for ChatThread {
    fn append(&self, event: ShareEvent) -> Keeping<'_> {
        Box::pin(async move {
            let Some(of) = named(&event.conv) else { return Ok(()) };
            let phase = match event.phase {
                Phase::Asked => SharePhase::Asked,
                Phase::Refused => SharePhase::Refused,
                Phase::Started => SharePhase::Started,
                Phase::ControlStarted => SharePhase::ControlStarted,
                Phase::ControlEnded => SharePhase::ControlEnded,
                Phase::Ended => SharePhase::Ended,
            };
            let (share, agent) = (ShareId(*event.session.as_bytes()), AgentId(event.agent.0));
            let news = ShareNews { event: event.name, share, phase, agent };
            self.0.tell_share(of, news).await.map_err(|fault| NotKept(fault.to_string()))
        })
    }

    fn agent_of<'a>(&'a self, conv: &'a str) -> Finding<'a> {
        Box::pin(async move {
            let Some((site, id)) = named(conv) else { return Ok(None) };
            let has = self.0.active_agent(site, id).await.map_err(|fault| NotKept(fault.to_string()))?;
            Ok(has.map(account))
        })
    }
}

/// Ends shares whose conversation is not with their agent, which is what a crash between the two sides leaves, and
/// sends away other agents' viewers. For ever.
pub async fn reconcile(relay: Conversations, thread: Arc<dyn Thread>) {
    let mut looks = tokio::time::interval(LOOK);
    let mut suspects = BTreeSet::new();
    loop {
        looks.tick().await;
        match look(&relay, &*thread, &suspects).await {
            Ok(now) => suspects = now,
            Err(error) => tracing::warn!(%error, "shares were not compared with their conversations"),
        }
    }
}

/// What is wrong now; what was wrong before too is ended. Once is no proof: a transfer changes one side first.
async fn look(
    relay: &Conversations,
    thread: &dyn Thread,
    before: &BTreeSet<(String, i64)>,
) -> Result<BTreeSet<(String, i64)>, ShareError> {
    let mut wrong = BTreeSet::new();
    for share in relay.open_shares().await? {
        let has =
            thread.agent_of(&share.conv).await.map_err(|error| ShareError::Failed(error.to_string()))?;
        if has == Some(share.agent) {
            relay.keep_to_agent(&share).await?;
            continue;
        }
        let suspect = (share.conv, share.agent.0);
        if before.contains(&suspect) {
            tracing::warn!(conv = suspect.0, "a share outlived its conversation, and is ended");
            relay.end(&suspect.0).await?;
        } else {
            wrong.insert(suspect);
        }
    }
    Ok(wrong)
}
