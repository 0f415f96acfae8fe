//! The way to the shares of visitors' pages, which the relay holds.
use std::{future::Future, pin::Pin};

use thiserror::Error;

use crate::model::{AgentId, ConversationId, SiteId};

/// What must have come to its end before a transition is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShareEnd {
    /// On which site.
    pub site: SiteId,
    /// In which conversation.
    pub conversation: ConversationId,
    /// Whose it was.
    pub from: AgentId,
    /// Who may ask anew, where the share goes on with somebody else.
    pub to: Option<AgentId>,
}

/// The relay did not say that it is done. The command is not carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the share could not be ended")]
pub struct SharesUnreachable;

/// An answer that is under way.
pub type SharesFuture<'a> = Pin<Box<dyn Future<Output = Result<(), SharesUnreachable>> + Send + 'a>>;

/// Ends shares. Called before the transaction, and perhaps more than once: an end of what has ended is done.
pub trait Shares: Send + Sync {
    /// Ends what this agent sees or may do in the visitor's page.
    fn end(&self, share: ShareEnd) -> SharesFuture<'_>;
}

/// For a deployment without shares.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoShares;

impl Shares for NoShares {
    fn end(&self, _: ShareEnd) -> SharesFuture<'_> {
        Box::pin(std::future::ready(Ok(())))
    }
}
