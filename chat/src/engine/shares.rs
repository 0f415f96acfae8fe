//! The way to the shares of visitors' pages, which the relay holds.
use std::{
    future::{Future, ready},
    pin::Pin,
};

use chat_proto::visitor::PageProof;
use thiserror::Error;

use crate::model::{AgentId, ConversationId, ShareId, SiteId};

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

/// The relay's name of a visitor's browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PageId(pub [u8; 16]);

/// A share that is to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShareOpen {
    /// On which site.
    pub site: SiteId,
    /// In which conversation.
    pub conversation: ConversationId,
    /// Which browser's page.
    pub page: PageId,
    /// Who asks.
    pub agent: AgentId,
}

/// The relay did not say that it is done. The command is not carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the share could not be ended")]
pub struct SharesUnreachable;

/// Why a share does not begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ShareRefused {
    /// The visitor's page is not there.
    #[error("the visitor's page is not there")]
    VisitorGone,
    /// There are too many.
    #[error("there are too many shares")]
    TooMany,
    /// The relay did not say that it is done.
    #[error("the share could not be begun")]
    Unreachable,
}

/// An answer that is under way.
pub type SharesFuture<'a> = Pin<Box<dyn Future<Output = Result<(), SharesUnreachable>> + Send + 'a>>;

/// A beginning that is under way.
pub type OpenFuture<'a> = Pin<Box<dyn Future<Output = Result<ShareId, ShareRefused>> + Send + 'a>>;

/// Whose page it is, which is being found out.
pub type PageFuture<'a> =
    Pin<Box<dyn Future<Output = Result<Option<PageId>, SharesUnreachable>> + Send + 'a>>;

/// Begins and ends shares.
pub trait Shares: Send + Sync {
    /// Ends what this agent sees or may do in the visitor's page. Called before the transaction, and perhaps more than
    /// once: an end of what has ended is done.
    fn end(&self, share: ShareEnd) -> SharesFuture<'_>;

    /// Asks the visitor's page to come; gives the share that is open already.
    fn open(&self, _: ShareOpen) -> OpenFuture<'_> {
        Box::pin(ready(Err(ShareRefused::VisitorGone)))
    }

    /// Which browser of the site proves itself by having signed these bytes, if any.
    fn page<'a>(&'a self, _site: &'a str, _proof: &'a PageProof, _signed: &'a [u8]) -> PageFuture<'a> {
        Box::pin(ready(Ok(None)))
    }
}

/// For a deployment without shares.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoShares;

impl Shares for NoShares {
    fn end(&self, _: ShareEnd) -> SharesFuture<'_> {
        Box::pin(ready(Ok(())))
    }
}
