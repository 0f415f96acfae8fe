//! Lists and conversations.
use axum::{
    Json,
    extract::{RawQuery, State},
};
use chat_proto::{
    Fault,
    desk::{Counts, Detail, List, Query, Rows, Visitor},
    message::Msg,
};
use serde::Deserialize;
use url::form_urlencoded;

use super::{Api, ApiFault, ForDesk, Params, Place};
use crate::{
    model::{ConversationId, Seq},
    rt::render::{self, Render},
    views,
};

/// A list's query and its place, as an address has them: several values of one key have commas between them, or
/// stand beside each other.
pub(super) fn parse(text: &str) -> Result<(Query, Option<String>), ApiFault> {
    let (mut query, mut after) = (Query::default(), None);
    for (key, value) in form_urlencoded::parse(text.as_bytes()) {
        match &*key {
            "list" => query.list = list_of(&value)?,
            "sites" => query.sites.extend(parts(&value).map(str::to_owned)),
            "queues" => query.queues.append(&mut numbers(&value)?),
            "tags" => query.tags.append(&mut numbers(&value)?),
            "agents" => query.agents.append(&mut numbers(&value)?),
            "online" => query.online = flag(&value)?,
            "starred" => query.starred = flag(&value)?.unwrap_or(false),
            "words" => query.words = value.into_owned(),
            "sort" => query.sort = value.into_owned(),
            "after" => after = Some(value.into_owned()),
            _ => {}
        }
    }
    Ok((query, after))
}

fn list_of(text: &str) -> Result<List, ApiFault> {
    serde_json::from_value(serde_json::Value::from(text)).map_err(|_| ApiFault::Malformed(None))
}

fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').filter(|it| !it.is_empty())
}

fn numbers(text: &str) -> Result<Vec<i64>, ApiFault> {
    parts(text).map(|it| it.parse().map_err(|_| ApiFault::Malformed(None))).collect()
}

fn flag(text: &str) -> Result<Option<bool>, ApiFault> {
    match text {
        "" => Ok(None),
        "true" => Ok(Some(true)),
        "false" => Ok(Some(false)),
        _ => Err(ApiFault::Malformed(None)),
    }
}

/// A page of a list.
#[utoipa::path(get, path = "/v1/conversations", tag = "desk",
    operation_id = "list_conversations",
    params(
        ("list" = Option<List>, Query, description = "Which list"),
        ("sites" = Option<Vec<String>>, Query, description = "Of which sites, by their keys"),
        ("queues" = Option<Vec<i64>>, Query, description = "In which queues"),
        ("tags" = Option<Vec<i64>>, Query, description = "With one of these tags"),
        ("agents" = Option<Vec<i64>>, Query, description = "With one of these agents"),
        ("online" = Option<bool>, Query, description = "Whose visitor is there now, or is not"),
        ("starred" = Option<bool>, Query, description = "Only those that are followed"),
        ("words" = Option<String>, Query, description = "Words of the name, the e-mail or the thread"),
        ("sort" = Option<String>, Query, description = "`wait`, `last` or `name`"),
        ("after" = Option<String>, Query, description = "What the page before gave as `next`"),
    ),
    responses((status = 200, body = Rows), (status = 401, body = Fault)))]
pub(super) async fn list(
    State(api): State<Api>,
    ForDesk(viewer): ForDesk,
    RawQuery(text): RawQuery,
) -> Result<Json<Rows>, ApiFault> {
    let (query, after) = parse(&text.unwrap_or_default())?;
    Ok(Json(views::rows(&api.engine, &viewer, &query, after.as_deref()).await?))
}

/// How many wait, are the agent's own, and are unread.
#[utoipa::path(get, path = "/v1/counts", tag = "desk",
    responses((status = 200, body = Counts), (status = 401, body = Fault)))]
pub(super) async fn counts(
    State(api): State<Api>,
    ForDesk(viewer): ForDesk,
) -> Result<Json<Counts>, ApiFault> {
    let it = views::counts(&api.engine, &viewer).await?;
    Ok(Json(Counts { waiting: it.waiting, mine: it.mine, unread: it.unread, inbox: it.inbox }))
}

/// A conversation as its agent sees it.
#[utoipa::path(get, path = "/v1/conversations/{conv}", tag = "desk",
    params(("conv" = String, Path, description = "Its name")),
    responses((status = 200, body = Detail), (status = 401, body = Fault), (status = 404, body = Fault)))]
pub(super) async fn detail(
    State(api): State<Api>,
    ForDesk(viewer): ForDesk,
    Place(conv): Place<String>,
) -> Result<Json<Detail>, ApiFault> {
    let of = views::find(&api.engine, &viewer, &conv).await?;
    Ok(Json(views::detail(&api.engine, &viewer, (of.site, of.id)).await?))
}

/// The panel of a conversation's visitor.
#[utoipa::path(get, path = "/v1/conversations/{conv}/visitor", tag = "desk",
    params(("conv" = String, Path, description = "The conversation's name")),
    responses((status = 200, body = Visitor), (status = 401, body = Fault), (status = 404, body = Fault)))]
pub(super) async fn visitor(
    State(api): State<Api>,
    ForDesk(viewer): ForDesk,
    Place(conv): Place<String>,
) -> Result<Json<Visitor>, ApiFault> {
    let of = views::find(&api.engine, &viewer, &conv).await?;
    let of: (_, ConversationId) = (of.site, of.id);
    Ok(Json(views::visitor_panel(&api.engine, &viewer, of).await?))
}

/// Which part of a thread.
#[derive(Deserialize)]
pub(super) struct Part {
    before: Option<u64>,
    after: Option<u64>,
}

/// A page of a thread, in order: what comes before a message, or after one, or from the beginning.
#[utoipa::path(get, path = "/v1/conversations/{conv}/messages", tag = "desk",
    params(("conv" = String, Path, description = "The conversation's name"),
        ("before" = Option<u64>, Query, description = "The page that ends before this message"),
        ("after" = Option<u64>, Query, description = "The page that begins after this message")),
    responses((status = 200, body = Vec<Msg>), (status = 401, body = Fault),
        (status = 404, body = Fault)))]
pub(super) async fn messages(
    State(api): State<Api>,
    ForDesk(viewer): ForDesk,
    Place(conv): Place<String>,
    Params(part): Params<Part>,
) -> Result<Json<Vec<Msg>>, ApiFault> {
    let of = views::find(&api.engine, &viewer, &conv).await?;
    let page = match part.before {
        Some(before) => api.engine.thread_before(of.site, of.id, Seq(before)).await?,
        None => api.engine.thread(of.site, of.id, Seq(part.after.unwrap_or(0))).await?,
    };
    let (read, site) = (page.clone(), of.site);
    let cards = api.engine.store().read(move |tx| render::cards(tx, site, &read)).await?;
    let render = Render { names: &api.names, cards: &cards };
    Ok(Json(page.messages.iter().map(|it| render.for_desk(it)).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    // shows: DSK-12
    #[test]
    fn a_list_is_asked_for_by_its_address() {
        let text = "list=mine&sites=shop,help&queues=3&tags=1,&tags=2&online=true&words=L%C3%A9a+R&after=x";
        let (query, after) = parse(text).expect("a query");
        let expected = Query {
            list: List::Mine,
            sites: vec!["shop".into(), "help".into()],
            queues: vec![3],
            tags: vec![1, 2],
            online: Some(true),
            words: "Léa R".into(),
            ..Query::default()
        };
        assert_eq!((query, after.as_deref()), (expected, Some("x")));
        for text in ["list=all", "queues=a", "online=maybe", "starred=1"] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert_eq!(parse("").expect("a query"), (Query::default(), None));
    }
}
