//! Visitors' files, notes about them, and who is blocked.
use axum::{Json, extract::State, http::StatusCode};
use chat_proto::{
    Fault,
    admin::Made,
    desk::{Blocked, Contact, Rows, Sticky},
};
use serde::Deserialize;
use store::{Key, Tx};

use super::{Api, ApiFault, Body, ForDesk, Invalid, Params, Place};
use crate::{
    changes::Change,
    model::{Field, FieldKind, Form, FormFields, MAX_FIELD_CHARS, SiteId, VisitorId},
    tables::{marks, people},
    views,
    who::Viewer,
};

/// Most fields of a profile.
const MAX_FIELDS: usize = 60;
/// Longest note, characters.
const LONGEST_NOTE: usize = 2_000;
/// The colours of notes.
const COLOURS: [&str; 4] = ["yellow", "blue", "green", "pink"];

/// A visitor's file.
#[utoipa::path(get, path = "/v1/contacts/{id}", tag = "contacts",
    operation_id = "show_contact",
    params(("id" = i64, Path, description = "Which visitor")),
    responses((status = 200, body = Contact), (status = 401, body = Fault), (status = 404, body = Fault)))]
pub(super) async fn show(
    State(api): State<Api>,
    ForDesk(viewer): ForDesk,
    Place(id): Place<i64>,
) -> Result<Json<Contact>, ApiFault> {
    Ok(Json(views::contact(&api.engine, &viewer, VisitorId(id)).await?))
}

/// Corrects what a visitor filled in. What is empty is removed; what is not named stays.
#[utoipa::path(put, path = "/v1/contacts/{id}", tag = "contacts",
    operation_id = "change_contact",
    request_body = std::collections::BTreeMap<String, String>,
    params(("id" = i64, Path, description = "Which visitor")),
    responses((status = 200, body = Contact), (status = 401, body = Fault), (status = 404, body = Fault),
        (status = 422, body = Fault)))]
pub(super) async fn change(
    State(api): State<Api>,
    ForDesk(viewer): ForDesk,
    Place(id): Place<i64>,
    Body(profile): Body<chat_proto::Form>,
) -> Result<Json<Contact>, ApiFault> {
    let visitor = VisitorId(id);
    let site = views::site_of(&api.engine, &viewer, visitor).await?;
    let profile = check(profile)?;
    let changes = api.engine.changes().clone();
    let write = move |tx: &mut dyn Tx| {
        people::change_form(tx, (site, visitor), &profile, MAX_FIELDS)?;
        let changes = changes.clone();
        tx.after_commit(Box::new(move || changes.tell(Change::Visitor(site, visitor))));
        Ok::<_, ApiFault>(())
    };
    api.engine.store().write(Key(site.0), write).await?;
    Ok(Json(views::contact(&api.engine, &viewer, visitor).await?))
}

fn check(profile: chat_proto::Form) -> Result<Form, ApiFault> {
    let mut wrong = Invalid::default();
    for (key, value) in &profile {
        wrong.check(crate::admin::is_key(key), key.as_str(), "unknown");
        wrong.check(value.chars().count() <= MAX_FIELD_CHARS, key.as_str(), "too_long");
        wrong.check(!value.contains('\0'), key.as_str(), "unknown");
    }
    wrong.check(profile.len() <= MAX_FIELDS, "profile", "too_many");
    let field = |key: &str, kind| Field { key: key.to_owned(), kind, required: false };
    let known = FormFields(vec![field("email", FieldKind::Email), field("phone", FieldKind::Phone)]);
    let both = profile.iter().filter(|(key, _)| matches!(key.as_str(), "email" | "phone"));
    let both = Form(both.map(|(key, value)| (key.clone(), value.clone())).collect());
    for fault in known.faults(&both) {
        wrong.check(false, fault.key, fault.problem.code());
    }
    let trimmed = profile.into_iter().map(|(key, value)| (key, value.trim().to_owned()));
    wrong.end(Form(trimmed.collect()))
}

/// Where a history goes on.
#[derive(Deserialize)]
pub(super) struct After {
    after: Option<String>,
}

/// Everything that was said with a visitor, the oldest conversation first.
#[utoipa::path(get, path = "/v1/contacts/{id}/conversations", tag = "contacts",
    params(("id" = i64, Path, description = "Which visitor"),
        ("after" = Option<String>, Query, description = "What the page before gave as `next`")),
    responses((status = 200, body = Rows), (status = 401, body = Fault), (status = 404, body = Fault)))]
pub(super) async fn history(
    State(api): State<Api>,
    ForDesk(viewer): ForDesk,
    Place(id): Place<i64>,
    Params(After { after }): Params<After>,
) -> Result<Json<Rows>, ApiFault> {
    let rows = views::contact_conversations(&api.engine, &viewer, VisitorId(id), after.as_deref()).await?;
    Ok(Json(rows))
}

fn check_note(it: &Sticky) -> Result<(String, String), ApiFault> {
    let mut wrong = Invalid::default();
    let colour = if it.colour.is_empty() { "yellow" } else { it.colour.as_str() };
    wrong.check(!it.text.trim().is_empty(), "text", "empty");
    wrong.check(it.text.chars().count() <= LONGEST_NOTE, "text", "too_long");
    wrong.check(COLOURS.contains(&colour), "colour", "unknown");
    wrong.end((it.text.clone(), colour.to_owned()))
}

/// Tells of a change of a visitor's file when it is durable.
fn told(api: &Api, of: (SiteId, VisitorId)) -> impl Fn(&mut dyn Tx) + Send + use<> {
    let changes = api.engine.changes().clone();
    move |tx| {
        let changes = changes.clone();
        tx.after_commit(Box::new(move || changes.tell(Change::Visitor(of.0, of.1))));
    }
}

/// Notes something about a visitor.
#[utoipa::path(post, path = "/v1/contacts/{id}/notes", tag = "contacts", request_body = Sticky,
    params(("id" = i64, Path, description = "Which visitor")),
    responses((status = 201, body = Made), (status = 401, body = Fault), (status = 404, body = Fault),
        (status = 409, body = Fault), (status = 422, body = Fault)))]
pub(super) async fn add_note(
    State(api): State<Api>,
    ForDesk(viewer): ForDesk,
    Place(id): Place<i64>,
    Body(note): Body<Sticky>,
) -> Result<(StatusCode, Json<Made>), ApiFault> {
    let visitor = VisitorId(id);
    let site = views::site_of(&api.engine, &viewer, visitor).await?;
    let (text, colour) = check_note(&note)?;
    let (told, now, by) = (told(&api, (site, visitor)), api.engine.now(), viewer.agent);
    let write = move |tx: &mut dyn Tx| {
        let made = marks::add_sticky(tx, (site, visitor), (by, &text, &colour), now)?;
        told(tx);
        made.ok_or(ApiFault::Conflict("too_many"))
    };
    let id = api.engine.store().write(Key(site.0), write).await?;
    Ok((StatusCode::CREATED, Json(Made { id })))
}

/// Whose note it may be: managers may change everybody's.
fn author(viewer: &Viewer) -> Option<crate::model::AgentId> {
    if viewer.actor().manages() { None } else { Some(viewer.agent) }
}

async fn set_note(
    api: &Api,
    viewer: &Viewer,
    (id, note): (i64, i64),
    to: Option<(String, String)>,
) -> Result<StatusCode, ApiFault> {
    let visitor = VisitorId(id);
    let site = views::site_of(&api.engine, viewer, visitor).await?;
    let (told, now, by) = (told(api, (site, visitor)), api.engine.now(), author(viewer));
    let write = move |tx: &mut dyn Tx| {
        let to = to.as_ref().map(|(text, colour)| (text.as_str(), colour.as_str(), now));
        told(tx);
        let found = marks::set_sticky(tx, (site, visitor, note), by, to)?;
        if found { Ok(StatusCode::NO_CONTENT) } else { Err(ApiFault::NotFound) }
    };
    api.engine.store().write(Key(site.0), write).await
}

/// Changes a note: one's own, or as a manager anybody's.
#[utoipa::path(put, path = "/v1/contacts/{id}/notes/{note}", tag = "contacts", request_body = Sticky,
    params(("id" = i64, Path, description = "Which visitor"), ("note" = i64, Path, description = "Which note")),
    responses((status = 204), (status = 401, body = Fault), (status = 404, body = Fault), (status = 422, body = Fault)))]
pub(super) async fn change_note(
    State(api): State<Api>,
    ForDesk(viewer): ForDesk,
    Place(path): Place<(i64, i64)>,
    Body(note): Body<Sticky>,
) -> Result<StatusCode, ApiFault> {
    let to = check_note(&note)?;
    set_note(&api, &viewer, path, Some(to)).await
}

/// Removes a note: one's own, or as a manager anybody's.
#[utoipa::path(delete, path = "/v1/contacts/{id}/notes/{note}", tag = "contacts",
    params(("id" = i64, Path, description = "Which visitor"), ("note" = i64, Path, description = "Which note")),
    responses((status = 204), (status = 401, body = Fault), (status = 404, body = Fault)))]
pub(super) async fn delete_note(
    State(api): State<Api>,
    ForDesk(viewer): ForDesk,
    Place(path): Place<(i64, i64)>,
) -> Result<StatusCode, ApiFault> {
    set_note(&api, &viewer, path, None).await
}

/// The blocked visitors of the manager's sites, the latest first (FEATURES BLK-02).
#[utoipa::path(get, path = "/v1/blocked", tag = "contacts",
    responses((status = 200, body = Vec<Blocked>), (status = 401, body = Fault), (status = 403, body = Fault)))]
pub(super) async fn blocked(
    State(api): State<Api>,
    ForDesk(viewer): ForDesk,
) -> Result<Json<Vec<Blocked>>, ApiFault> {
    if !viewer.actor().manages() {
        return Err(ApiFault::Forbidden);
    }
    let read = move |tx: &mut dyn Tx| {
        let mut all = Vec::new();
        for site in viewer.sites.iter() {
            all.extend(views::blocked(tx, (site.id, &site.key), None)?);
        }
        Ok::<_, ApiFault>(all)
    };
    let mut all = api.engine.store().read(read).await?;
    all.sort_by_key(|it| std::cmp::Reverse(it.at));
    Ok(Json(all))
}

/// Lets a blocked visitor come again. For managers.
#[utoipa::path(delete, path = "/v1/contacts/{id}/block", tag = "contacts",
    params(("id" = i64, Path, description = "Which visitor")),
    responses((status = 200, body = Contact), (status = 401, body = Fault), (status = 403, body = Fault),
        (status = 404, body = Fault)))]
pub(super) async fn unblock(
    State(api): State<Api>,
    ForDesk(viewer): ForDesk,
    Place(id): Place<i64>,
) -> Result<Json<Contact>, ApiFault> {
    let visitor = VisitorId(id);
    let site = views::site_of(&api.engine, &viewer, visitor).await?;
    if !viewer.actor().manages() {
        return Err(ApiFault::Forbidden);
    }
    let (told, now, by) = (told(&api, (site, visitor)), api.engine.now(), viewer.agent);
    let changes = api.engine.changes().clone();
    let write = move |tx: &mut dyn Tx| {
        if people::unblock(tx, (site, visitor))? {
            marks::audit(tx, (site, by), ("unblock", &visitor.0.to_string()), now)?;
            told(tx);
            let changes = changes.clone();
            tx.after_commit(Box::new(move || changes.tell(Change::Unblocked(site, visitor))));
        }
        Ok::<_, ApiFault>(())
    };
    api.engine.store().write(Key(site.0), write).await?;
    Ok(Json(views::contact(&api.engine, &viewer, visitor).await?))
}
