//! What happened to a conversation on the desks: offers, transfers, who took part, tags.
use store::{Error, Tx, params};

use super::to_column;
use crate::model::{
    AgentId, CloseReason, Conversation, OfferFor, OfferNo, OfferOutcome, QueueId, TagId, UnixMillis,
};

/// An offer as it is made.
pub(crate) struct Made {
    pub no: OfferNo,
    pub agent: AgentId,
    pub purpose: OfferFor,
    pub due: UnixMillis,
    pub at: UnixMillis,
}

/// Notes an offer, and that the agent was asked.
pub(crate) fn offer_made(tx: &mut dyn Tx, of: &Conversation, it: &Made) -> Result<(), Error> {
    const OFFER: &str = "INSERT INTO chat_offer (site_id, conv_id, no, agent_id, queue_id, from_agent, at,
        due, outcome) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open')";
    const TRANSFER: &str = "INSERT INTO chat_transfer (site_id, conv_id, ver, no, from_agent, to_agent, at,
        outcome) VALUES ($1, $2, $3, $4, $5, $6, $7, 'open')";
    let (queue, from) = match it.purpose {
        OfferFor::Queue(queue) => (Some(queue.0), None),
        OfferFor::Transfer(from) => (None, Some(from.0)),
    };
    let no = i64::from(it.no.0);
    tx.execute(OFFER, params![of.site.0, of.id.0, no, it.agent.0, queue, from, it.at.0, it.due.0])?;
    if from.is_some() {
        let ver = to_column(of.ver.0);
        tx.execute(TRANSFER, params![of.site.0, of.id.0, ver, no, from, it.agent.0, it.at.0])?;
    }
    Ok(())
}

/// Notes what became of one, and of the transfer that it was for.
pub(crate) fn offer_ended(
    tx: &mut dyn Tx,
    of: &Conversation,
    (no, outcome): (OfferNo, OfferOutcome),
    at: UnixMillis,
) -> Result<(), Error> {
    const OFFER: &str = "UPDATE chat_offer SET outcome = $1, ended = $2
        WHERE site_id = $3 AND conv_id = $4 AND no = $5";
    const TRANSFER: &str = "UPDATE chat_transfer SET outcome = $1, ended = $2
        WHERE site_id = $3 AND conv_id = $4 AND no = $5";
    let values = params![outcome.code(), at.0, of.site.0, of.id.0, i64::from(no.0)];
    tx.execute(OFFER, values)?;
    tx.execute(TRANSFER, values).map(|_| ())
}

/// Notes that it went to a queue.
pub(crate) fn sent_to_queue(
    tx: &mut dyn Tx,
    of: &Conversation,
    (by, queue): (Option<AgentId>, QueueId),
    at: UnixMillis,
) -> Result<(), Error> {
    const SENT: &str = "INSERT INTO chat_transfer (site_id, conv_id, ver, from_agent, to_queue, at, outcome,
        ended) VALUES ($1, $2, $3, $4, $5, $6, 'answered', $6)";
    let by = by.map(|agent| agent.0);
    tx.execute(SENT, params![of.site.0, of.id.0, to_column(of.ver.0), by, queue.0, at.0]).map(|_| ())
}

/// Notes that an agent took part.
pub(crate) fn participant(
    tx: &mut dyn Tx,
    of: &Conversation,
    agent: AgentId,
    at: UnixMillis,
) -> Result<(), Error> {
    const PUT: &str = "INSERT INTO chat_participant (site_id, conv_id, agent_id, first_at, last_at)
        VALUES ($1, $2, $3, $4, $4)
        ON CONFLICT (site_id, conv_id, agent_id) DO UPDATE SET last_at = excluded.last_at";
    tx.execute(PUT, params![of.site.0, of.id.0, agent.0, at.0]).map(|_| ())
}

/// Who put a tag on: an agent, or the site by its rule for this end.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Tag {
    By(TagId, AgentId),
    Automatic(CloseReason),
}

/// Puts a tag on it, once.
pub(crate) fn tag(tx: &mut dyn Tx, of: &Conversation, tag: Tag, at: UnixMillis) -> Result<(), Error> {
    const PUT: &str = "INSERT INTO chat_tagged (site_id, conv_id, tag_id, automatic, agent_id, at)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (site_id, conv_id, tag_id, automatic) DO NOTHING";
    let (id, automatic, agent) = match tag {
        Tag::By(tag, agent) => (tag.0, "", Some(agent.0)),
        Tag::Automatic(reason) => (0, reason.code(), None),
    };
    tx.execute(PUT, params![of.site.0, of.id.0, id, automatic, agent, at.0]).map(|_| ())
}
