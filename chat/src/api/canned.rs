//! Canned replies: everybody's own, and the shared ones, which managers write (FEATURES CAN-01 to CAN-03).
use axum::{Json, extract::State, http::StatusCode};
use chat_proto::{Fault, admin::Made, desk::Canned};
use serde::Deserialize;
use store::{Constraint, Key, Tx};

use super::{Api, ApiFault, Body, ForDesk, Invalid, Params, Place};
use crate::{
    changes::Change,
    model::{AgentId, SiteId},
    tables::library,
    views,
    who::Viewer,
};

/// Longest text, characters.
const LONGEST: usize = 10_000;

/// Which replies.
#[derive(Deserialize)]
pub(super) struct Words {
    /// What was typed after `/`, or of the text; the best first.
    #[serde(default)]
    words: String,
}

/// The agent's own replies and the shared ones; those that fit the words, the best first and the most used first
/// among equals.
#[utoipa::path(get, path = "/v1/canned", tag = "desk",
    operation_id = "list_canned",
    params(("words" = Option<String>, Query, description = "What was typed")),
    responses((status = 200, body = Vec<Canned>), (status = 401, body = Fault)))]
pub(super) async fn list(
    State(api): State<Api>,
    ForDesk(viewer): ForDesk,
    Params(Words { words }): Params<Words>,
) -> Result<Json<Vec<Canned>>, ApiFault> {
    let agent = viewer.agent;
    let read = move |tx: &mut dyn Tx| {
        let mut all = Vec::new();
        for site in viewer.sites.iter() {
            let of_site = library::canned(tx, site.id, agent)?.into_iter();
            all.extend(of_site.map(|it| told(it, &site.key)));
        }
        Ok::<_, ApiFault>(all)
    };
    let all = api.engine.store().read(read).await?;
    Ok(Json(ranked(all, &words)))
}

fn told(it: library::Canned, site: &str) -> Canned {
    Canned {
        id: it.id,
        site: site.to_owned(),
        agent: it.agent.map(|it| it.0),
        short: it.short,
        title: it.title,
        body: it.body,
        lang: it.lang,
        uses: crate::tables::from_column(it.uses),
    }
}

/// The best first: what the shortcut begins with, then what the title holds, then what the text holds; the most
/// used first among equals. Each word must stand somewhere.
fn ranked(mut all: Vec<Canned>, words: &str) -> Vec<Canned> {
    let words: Vec<String> = views::fold(words).split_whitespace().map(str::to_owned).collect();
    let rank = |it: &Canned| {
        let (short, title, body) = (views::fold(&it.short), views::fold(&it.title), views::fold(&it.body));
        let of_word = |word: &String| {
            let places = [short.starts_with(word), title.contains(word), body.contains(word)];
            places.iter().position(|it| *it)
        };
        words.iter().map(of_word).try_fold(0, |sum, place| Some(sum + place?))
    };
    all.retain(|it| rank(it).is_some());
    all.sort_by_cached_key(|it| (rank(it), std::cmp::Reverse(it.uses), it.short.clone(), it.id));
    all
}

fn check(it: &Canned) -> Result<library::Canned, ApiFault> {
    let mut wrong = Invalid::default();
    let short = it.short.trim();
    let is_word = !short.is_empty() && short.chars().all(|it| it.is_alphanumeric() || "-_.".contains(it));
    wrong.check(is_word, "short", if short.is_empty() { "empty" } else { "no_word" });
    wrong.check(short.chars().count() <= 32, "short", "too_long");
    wrong.check(it.title.chars().count() <= 120, "title", "too_long");
    wrong.check(!it.body.trim().is_empty(), "body", "empty");
    wrong.check(it.body.chars().count() <= LONGEST, "body", "too_long");
    wrong.check(it.lang.is_empty() || it.lang.parse::<crate::model::Lang>().is_ok(), "lang", "unknown");
    wrong.end(library::Canned {
        id: it.id,
        agent: it.agent.map(AgentId),
        short: short.to_owned(),
        title: it.title.trim().to_owned(),
        body: it.body.clone(),
        lang: it.lang.clone(),
        uses: 0,
    })
}

/// Whose it may be: their own, or nobody's where a manager writes it. Another agent's is not there.
fn owner(viewer: &Viewer, it: Option<i64>) -> Result<Option<AgentId>, ApiFault> {
    match it.map(AgentId) {
        None if viewer.actor().manages() => Ok(None),
        None => Err(ApiFault::Forbidden),
        Some(agent) if agent == viewer.agent => Ok(Some(agent)),
        Some(_) => Err(ApiFault::NotFound),
    }
}

fn taken(error: store::Error) -> ApiFault {
    if error.constraint() == Some(Constraint::Unique) {
        return ApiFault::Invalid(Invalid([("short".to_owned(), "taken".to_owned())].into()));
    }
    error.into()
}

async fn put(api: &Api, viewer: &Viewer, id: Option<i64>, it: &Canned) -> Result<i64, ApiFault> {
    let site = viewer.site(&it.site).ok_or(ApiFault::NotFound)?.id;
    let owner = owner(viewer, it.agent)?;
    let canned = check(it)?;
    let changes = api.engine.changes().clone();
    let write = move |tx: &mut dyn Tx| {
        let stored = tx.attempt(|tx| library::put_canned(tx, site, id, &canned)).map_err(taken)?;
        let changes = changes.clone();
        tx.after_commit(Box::new(move || changes.tell(Change::Canned(site, owner))));
        stored.ok_or(ApiFault::NotFound)
    };
    api.engine.store().write(Key(site.0), write).await
}

/// Writes a reply: one's own, or as a manager a shared one (without `agent`).
#[utoipa::path(post, path = "/v1/canned", tag = "desk", request_body = Canned,
    operation_id = "add_canned",
    responses((status = 201, body = Made), (status = 401, body = Fault), (status = 403, body = Fault),
        (status = 404, body = Fault), (status = 422, body = Fault)))]
pub(super) async fn add(
    State(api): State<Api>,
    ForDesk(viewer): ForDesk,
    Body(it): Body<Canned>,
) -> Result<(StatusCode, Json<Made>), ApiFault> {
    let id = put(&api, &viewer, None, &it).await?;
    Ok((StatusCode::CREATED, Json(Made { id })))
}

/// Changes one.
#[utoipa::path(put, path = "/v1/canned/{id}", tag = "desk", request_body = Canned,
    operation_id = "change_canned",
    params(("id" = i64, Path, description = "Which")),
    responses((status = 204), (status = 401, body = Fault), (status = 403, body = Fault),
        (status = 404, body = Fault), (status = 422, body = Fault)))]
pub(super) async fn change(
    State(api): State<Api>,
    ForDesk(viewer): ForDesk,
    Place(id): Place<i64>,
    Body(it): Body<Canned>,
) -> Result<StatusCode, ApiFault> {
    put(&api, &viewer, Some(id), &it).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The site of a reply that is there for them, and whose it is.
async fn find(api: &Api, viewer: &Viewer, id: i64) -> Result<(SiteId, Option<AgentId>), ApiFault> {
    let viewer = viewer.clone();
    let read = move |tx: &mut dyn Tx| {
        for site in viewer.sites.iter() {
            let all = library::canned(tx, site.id, viewer.agent)?;
            if let Some(it) = all.into_iter().find(|it| it.id == id) {
                return Ok((site.id, it.agent));
            }
        }
        Err(ApiFault::NotFound)
    };
    api.engine.store().read(read).await
}

/// Removes one.
#[utoipa::path(delete, path = "/v1/canned/{id}", tag = "desk",
    operation_id = "delete_canned",
    params(("id" = i64, Path, description = "Which")),
    responses((status = 204), (status = 401, body = Fault), (status = 403, body = Fault), (status = 404, body = Fault)))]
pub(super) async fn delete(
    State(api): State<Api>,
    ForDesk(viewer): ForDesk,
    Place(id): Place<i64>,
) -> Result<StatusCode, ApiFault> {
    let (site, agent) = find(&api, &viewer, id).await?;
    let owner = owner(&viewer, agent.map(|it| it.0))?;
    let changes = api.engine.changes().clone();
    let write = move |tx: &mut dyn Tx| {
        if !library::delete_canned(tx, (site, owner), id)? {
            return Err(ApiFault::NotFound);
        }
        let changes = changes.clone();
        tx.after_commit(Box::new(move || changes.tell(Change::Canned(site, owner))));
        Ok(StatusCode::NO_CONTENT)
    };
    api.engine.store().write(Key(site.0), write).await
}

/// Counts a use.
#[utoipa::path(post, path = "/v1/canned/{id}/used", tag = "desk",
    params(("id" = i64, Path, description = "Which")),
    responses((status = 204), (status = 401, body = Fault), (status = 404, body = Fault)))]
pub(super) async fn used(
    State(api): State<Api>,
    ForDesk(viewer): ForDesk,
    Place(id): Place<i64>,
) -> Result<StatusCode, ApiFault> {
    let (site, _) = find(&api, &viewer, id).await?;
    let agent = viewer.agent;
    let write = move |tx: &mut dyn Tx| library::used_canned(tx, (site, agent), id);
    let known = api.engine.store().write(Key(site.0), write).await?;
    if known { Ok(StatusCode::NO_CONTENT) } else { Err(ApiFault::NotFound) }
}

#[cfg(test)]
mod tests {
    use super::*;

    // shows: CAN-01, CAN-02
    #[test]
    fn the_best_reply_comes_first_and_the_most_used_among_equals() {
        let canned = |short: &str, title: &str, body: &str, uses| Canned {
            short: short.into(),
            title: title.into(),
            body: body.into(),
            uses,
            ..Canned::default()
        };
        let all = vec![
            canned("bye", "Goodbye", "Thank you for your visit", 9),
            canned("parcel", "Délai", "Your parcel comes tomorrow", 1),
            canned("delay", "Late", "We are sorry for the delay", 3),
            canned("delais", "Délais de livraison", "Two days", 5),
        ];
        let found = |words: &str| {
            let names: Vec<String> = ranked(all.clone(), words).into_iter().map(|it| it.short).collect();
            names.join(" ")
        };
        assert_eq!(found(""), "bye delais delay parcel", "the most used first");
        assert_eq!(found("DEL"), "delais delay parcel", "by the shortcut, then by the title without accents");
        assert_eq!(found("parcel tomorrow"), "parcel");
        assert_eq!(found("nothing of it"), "");
    }
}
