//! What an agent who is asked to take a conversation is told beside its row.
use chat_proto::desk;
use store::{Error, Tx, params};

use super::{panel, row};
use crate::{
    engine::{Engine, Fault},
    model::{Body, ConversationId, OfferNo, Record, SiteId, Words},
    tables::{self, visit},
};

/// Records that are looked through for a note, the latest first.
const RECORDS: i64 = 20;

/// The offer with the page that the visitor was on last, what they wrote last, and what whoever gave it away wrote.
///
/// # Errors
/// The store's.
pub async fn offered(
    engine: &Engine,
    conv: (SiteId, ConversationId),
    offer: desk::Offer,
) -> Result<desk::Offer, Fault> {
    let read = move |tx: &mut dyn Tx| {
        let page = visit::page_of(tx, conv.0, conv.1)?.map(panel::shown);
        let (words, note) = (words(tx, conv)?, note(tx, conv, &offer)?);
        Ok::<_, Error>(desk::Offer { page, words, note, ..offer.clone() })
    };
    Ok(engine.store().read(read).await?)
}

/// The beginning of the visitor's last words.
fn words(tx: &mut dyn Tx, (site, conv): (SiteId, ConversationId)) -> Result<String, Error> {
    const LAST: &str =
        "SELECT body FROM chat_message WHERE site_id = $1 AND conv_id = $2 AND author = 'visitor'
        ORDER BY seq DESC LIMIT 1";
    let found: Option<(String,)> = tx.optional(LAST, params![site.0, conv.0])?;
    let said = found.map(|(body,)| tables::body(&body)).transpose()?.map(row::words);
    Ok(row::shorten(&said.unwrap_or_default()))
}

/// What was written as it was given away: to this agent, or to the queue that it waits in.
fn note(
    tx: &mut dyn Tx,
    (site, conv): (SiteId, ConversationId),
    offer: &desk::Offer,
) -> Result<String, Error> {
    const RECORDED: &str = "SELECT body FROM chat_record WHERE site_id = $1 AND conv_id = $2
        AND kind = 'record' ORDER BY aseq DESC LIMIT $3";
    let rows: Vec<(String,)> = tx.rows(RECORDED, params![site.0, conv.0, RECORDS])?;
    for (body,) in rows {
        let Body::Record(record) = tables::body(&body)? else { continue };
        if let Some(note) = given(&record, offer) {
            return Ok(row::shorten(&note.0));
        }
    }
    Ok(String::new())
}

fn given<'a>(record: &'a Record, offer: &desk::Offer) -> Option<&'a Words> {
    if let Record::TransferAsked { no, note, .. } = record {
        return (*no == OfferNo(offer.no)).then_some(note);
    }
    if let Record::SentToQueue { note, .. } = record { offer.from.is_none().then_some(note) } else { None }
}
