//! What is noted of a conversation without a transition: how far somebody has read, and the star.
use store::{Key, Tx};

use crate::{
    changes::Change,
    engine::{Engine, Fault},
    model::{AgentId, ConversationId, Seq, SiteId},
    tables::marks,
};

/// Who reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reader {
    /// The conversation's visitor.
    Visitor,
    /// An agent; their own desks are told.
    Agent(AgentId),
}

/// Somebody has read up to there. Says whether that is further than before.
///
/// # Errors
/// The store's.
pub async fn read(
    engine: &Engine,
    (site, conv): (SiteId, ConversationId),
    (reader, seq): (Reader, Seq),
) -> Result<bool, Fault> {
    let changes = engine.changes().clone();
    let write = move |tx: &mut dyn Tx| {
        let (id, only) = match reader {
            Reader::Visitor => (marks::VISITOR, None),
            Reader::Agent(agent) => (agent.0, Some(agent)),
        };
        let news = marks::read(tx, (site, conv), (id, seq))?;
        if news && only.is_some() {
            let changes = changes.clone();
            tx.after_commit(Box::new(move || changes.tell(Change::Row { site, conversation: conv, only })));
        }
        Ok::<_, Fault>(news)
    };
    engine.store().write(Key(site.0), write).await
}

/// A conversation is followed from now on, or not any more; for all who see it (FEATURES OFF-05).
///
/// # Errors
/// The store's.
pub async fn star(
    engine: &Engine,
    (site, conv): (SiteId, ConversationId),
    (by, on): (AgentId, bool),
) -> Result<(), Fault> {
    let (changes, now) = (engine.changes().clone(), engine.now());
    let write = move |tx: &mut dyn Tx| {
        if marks::star(tx, (site, conv), (by, on), now)? {
            let changes = changes.clone();
            let change = Change::Row { site, conversation: conv, only: None };
            tx.after_commit(Box::new(move || changes.tell(change)));
        }
        Ok::<_, Fault>(())
    };
    engine.store().write(Key(site.0), write).await
}
