//! A conversation as the agent who has it open sees it.
use std::time::Duration;

use chat_proto::desk;
use store::{Error, Tx, params};

use super::{may, row};
use crate::{
    engine::{Engine, Fault, Settings},
    model::{Conversation, ConversationId, Form, PublicId, QueueId, SiteId, State},
    tables::{conversation, from_column, from_json},
    who::{Device, Viewer},
};

/// A conversation by the name that the outside has for it, on whichever of their sites it is, if it is there
/// for them.
///
/// # Errors
/// [`Fault::NoConversation`], or the store's.
pub async fn find(engine: &Engine, viewer: &Viewer, name: &str) -> Result<Conversation, Fault> {
    let public = PublicId::from_name(name).ok_or(Fault::NoConversation)?;
    let viewer = viewer.clone();
    let read = move |tx: &mut dyn Tx| {
        for site in viewer.sites.iter() {
            if let Some(it) = conversation::by_public(tx, site.id, public)? {
                let sees = viewer.on(site.id, Device::Desktop).sees(tx, &it)?;
                return Ok(sees.then_some(it));
            }
        }
        Ok::<_, Error>(None)
    };
    engine.store().read(read).await?.ok_or(Fault::NoConversation)
}

/// Everything about it but who else has it open, which the sockets know.
///
/// # Errors
/// [`Fault::NoConversation`], or the store's.
pub async fn detail(
    engine: &Engine,
    viewer: &Viewer,
    (site, conv): (SiteId, ConversationId),
) -> Result<desk::Detail, Fault> {
    let settings = engine.settings(site).await?;
    let (reopening, viewer, online) =
        (settings.site.settings.reopening, viewer.clone(), engine.online().clone());
    let read = move |tx: &mut dyn Tx| {
        let Some((of, row)) = row::one(tx, (&viewer, &online), (site, conv))? else { return Ok(None) };
        let (form, visitor_read) = beside(tx, &of)?;
        let transfer = row.offer.clone().filter(|it| it.from.is_some());
        let answer_due = if let State::Active(it) = &of.state { it.answer_due } else { None };
        let answer_from = answer_due.map(|due| (due - first_answer(&settings, of.queue)).0);
        Ok::<_, Error>(Some(desk::Detail {
            row,
            aseq: of.last_agent_seq.0,
            may: may(&of, viewer.actor(), reopening),
            visitor_read,
            watching: Vec::new(),
            transfer,
            form: form.0.into(),
            lang: of.lang.map(|it| it.to_string()).unwrap_or_default(),
            rating: of.rating.map(|it| (it.stars, it.text)),
            answer_due: answer_due.map(|it| it.0),
            answer_from,
        }))
    };
    engine.store().read(read).await?.ok_or(Fault::NoConversation)
}

/// How long an agent has for a first answer.
fn first_answer(settings: &Settings, queue: QueueId) -> Duration {
    let known = settings.queues.get(&queue).map(|it| it.settings);
    known.unwrap_or_default().first_answer
}

/// What was filled in, and up to where the visitor has read.
fn beside(tx: &mut dyn Tx, of: &Conversation) -> Result<(Form, u64), Error> {
    const BESIDE: &str =
        "SELECT v.form, COALESCE((SELECT seq FROM chat_read WHERE site_id = $1 AND conv_id = $3
        AND reader = 0), 0) FROM chat_visitor v WHERE v.site_id = $1 AND v.id = $2";
    let (form, read): (String, i64) = tx.one(BESIDE, params![of.site.0, of.visitor.0, of.id.0])?;
    Ok((from_json(&form)?, from_column(read)))
}
