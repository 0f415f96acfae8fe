//! Why a command was not carried out.
use thiserror::Error;

use super::shares::{ShareEnd, SharesUnreachable};
use crate::model::Refusal;

/// Nothing happened, and why.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Fault {
    /// The state machine says no.
    #[error(transparent)]
    Refused(Refusal),
    /// Another author's message has this name.
    #[error("another author has used this cid")]
    CidConflict,
    /// The same actor used this name for a request about another conversation.
    #[error("the rid was used for another conversation")]
    RidConflict,
    /// There is none, or it is not theirs.
    #[error("no such conversation")]
    NoConversation,
    /// The site has no such visitor.
    #[error("no such visitor")]
    NoVisitor,
    /// There is none.
    #[error("no such site")]
    NoSite,
    /// There is none on this site.
    #[error("no such queue")]
    NoQueue,
    /// There is none on this site.
    #[error("no such agent")]
    NoAgent,
    /// A share has to end before it.
    #[error(transparent)]
    Shares(#[from] SharesUnreachable),
    /// The machine gives no random numbers.
    #[error("no random numbers: {0}")]
    Random(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// These shares have to end first. Never leaves the engine.
    #[error("shares have to end first")]
    #[doc(hidden)]
    Burn(Vec<ShareEnd>),
    /// Somebody else was quicker. Never leaves the engine.
    #[error("somebody else was quicker")]
    #[doc(hidden)]
    Raced,
}

impl Fault {
    /// Whether the store itself is the reason: then nothing else can be done either.
    pub(super) const fn is_of_all(&self) -> bool {
        use store::Error;
        matches!(self, Self::Store(Error::Retry(_) | Error::Unknown(_) | Error::Closed | Error::Open(_)))
    }

    /// The stable code that clients decide by.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::CidConflict => "cid_conflict",
            Self::RidConflict => "rid_conflict",
            Self::NoConversation | Self::NoVisitor | Self::NoSite | Self::NoQueue | Self::NoAgent => {
                "not_found"
            }
            Self::Shares(_) | Self::Random(_) | Self::Store(_) | Self::Burn(_) | Self::Raced => "retry",
        }
    }
}
