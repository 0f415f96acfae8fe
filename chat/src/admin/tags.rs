//! What agents call conversations.
use axum::{Json, extract::State, http::StatusCode};
use chat_proto::{
    Fault,
    admin::{Made, Tag},
};
use store::{Key, Tx};

use super::{is_colour, name};
use crate::{
    api::{Api, ApiFault, Body, ForManager, Invalid, Place},
    changes::Change,
    engine,
    model::SiteId,
    tables::{library, site},
};

/// Most tags of a site.
const MOST: usize = 500;

/// The tags of a site, archived ones too.
#[utoipa::path(get, path = "/v1/admin/sites/{key}/tags", tag = "admin",
    operation_id = "list_tags",
    params(("key" = String, Path, description = "The site")),
    responses((status = 200, body = Vec<Tag>), (status = 401, body = Fault), (status = 403, body = Fault),
        (status = 404, body = Fault)))]
pub(super) async fn list(State(api): State<Api>, of: ForManager) -> Result<Json<Vec<Tag>>, ApiFault> {
    let all = api.engine.store().read(move |tx: &mut dyn Tx| library::tags(tx, of.site)).await?;
    let told = |it: library::Tag| Tag {
        id: it.id,
        name: it.name,
        colour: it.colour,
        position: u32::try_from(it.pos).unwrap_or(0),
        archived: it.archived,
    };
    Ok(Json(all.into_iter().map(told).collect()))
}

fn check(it: &Tag, own: Option<i64>, all: &[library::Tag]) -> Result<library::Tag, ApiFault> {
    let mut wrong = Invalid::default();
    let name = name(&mut wrong, "name", &it.name);
    wrong.check(is_colour(&it.colour), "colour", "no_colour");
    wrong.check(it.position <= 10_000, "position", "out_of_range");
    let same = |other: &library::Tag| own != Some(other.id) && !other.archived && other.name == name;
    wrong.check(it.archived || !all.iter().any(same), "name", "taken");
    wrong.check(own.is_some() || all.len() < MOST, "name", "too_many");
    let made = library::Tag {
        id: 0,
        name,
        colour: it.colour.to_ascii_lowercase(),
        pos: it.position.into(),
        archived: it.archived,
    };
    wrong.end(made)
}

/// Tells desks when it is durable; who shows the tags as they are set asks for them anew.
fn told(
    api: &Api,
    site: SiteId,
) -> Result<impl Fn(&mut dyn Tx) -> Result<(), store::Error> + Send + use<>, ApiFault> {
    let (changes, version) = (api.engine.changes().clone(), engine::version()?);
    Ok(move |tx: &mut dyn Tx| {
        let (changes, unsure) = (changes.clone(), changes.unsure_at(site));
        tx.after_commit(Box::new(move || {
            changes.tell(Change::Directory(site));
            unsure.end();
        }));
        site::touch(tx, site, version)
    })
}

async fn put(api: &Api, site: SiteId, id: Option<i64>, it: Tag) -> Result<i64, ApiFault> {
    let told = told(api, site)?;
    let write = move |tx: &mut dyn Tx| {
        let all = library::tags(tx, site)?;
        let known = id.is_none_or(|id| all.iter().any(|it| it.id == id));
        if !known {
            return Err(ApiFault::NotFound);
        }
        let tag = check(&it, id, &all)?;
        told(tx)?;
        library::put_tag(tx, site, id, &tag)?.ok_or(ApiFault::NotFound)
    };
    api.engine.store().write(Key(site.0), write).await
}

/// Makes a tag.
#[utoipa::path(post, path = "/v1/admin/sites/{key}/tags", tag = "admin", request_body = Tag,
    operation_id = "add_tag",
    params(("key" = String, Path, description = "The site")),
    responses((status = 201, body = Made), (status = 401, body = Fault), (status = 403, body = Fault),
        (status = 404, body = Fault), (status = 422, body = Fault)))]
pub(super) async fn add(
    State(api): State<Api>,
    of: ForManager,
    Body(it): Body<Tag>,
) -> Result<(StatusCode, Json<Made>), ApiFault> {
    let id = put(&api, of.site, None, it).await?;
    Ok((StatusCode::CREATED, Json(Made { id })))
}

/// Changes a tag.
#[utoipa::path(put, path = "/v1/admin/sites/{key}/tags/{id}", tag = "admin", request_body = Tag,
    operation_id = "change_tag",
    params(("key" = String, Path, description = "The site"), ("id" = i64, Path, description = "Which tag")),
    responses((status = 204), (status = 401, body = Fault), (status = 403, body = Fault), (status = 404, body = Fault),
        (status = 422, body = Fault)))]
pub(super) async fn change(
    State(api): State<Api>,
    of: ForManager,
    Place((_, id)): Place<(String, i64)>,
    Body(it): Body<Tag>,
) -> Result<StatusCode, ApiFault> {
    put(&api, of.site, Some(id), it).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes a tag. One that conversations have is archived: they keep it.
#[utoipa::path(delete, path = "/v1/admin/sites/{key}/tags/{id}", tag = "admin",
    operation_id = "delete_tag",
    params(("key" = String, Path, description = "The site"), ("id" = i64, Path, description = "Which tag")),
    responses((status = 204), (status = 401, body = Fault), (status = 403, body = Fault), (status = 404, body = Fault)))]
pub(super) async fn delete(
    State(api): State<Api>,
    of: ForManager,
    Place((_, id)): Place<(String, i64)>,
) -> Result<StatusCode, ApiFault> {
    let (site, told) = (of.site, told(&api, of.site)?);
    let write = move |tx: &mut dyn Tx| {
        let found = library::tags(tx, site)?.into_iter().find(|it| it.id == id).ok_or(ApiFault::NotFound)?;
        if library::is_tag_used(tx, site, id)? {
            library::put_tag(tx, site, Some(id), &library::Tag { archived: true, ..found })?;
        } else {
            library::delete_tag(tx, site, id)?;
        }
        told(tx)?;
        Ok::<_, ApiFault>(StatusCode::NO_CONTENT)
    };
    api.engine.store().write(Key(site.0), write).await
}
