//! When somebody is there, and what is said when nobody is.
use axum::{Json, extract::State};
use chat_proto::{
    Fault,
    admin::{Hours, Opening, Way},
};

use super::{texts, told, week};
use crate::{
    api::{Api, ApiFault, Body, ForManager, Invalid},
    engine::Settings,
    hours,
    model::{Field, FieldKind, Form, FormFields, UnixMillis},
    shown::{self, WayKind},
};

/// Most ways to get in touch.
const MAX_WAYS: usize = 12;

fn way(wrong: &mut Invalid, field: &str, it: &Way) -> Option<shown::Way> {
    let kind = [WayKind::Email, WayKind::Phone, WayKind::Link, WayKind::Form]
        .into_iter()
        .find(|kind| kind.code() == it.kind);
    wrong.check(kind.is_some(), format!("{field}.kind"), "unknown");
    let (kind, value) = (kind?, it.value.trim().to_owned());
    let is_right = match kind {
        WayKind::Email => is_a(FieldKind::Email, &value),
        WayKind::Phone => is_a(FieldKind::Phone, &value),
        WayKind::Link => url::Url::parse(&value).is_ok_and(|it| matches!(it.scheme(), "http" | "https")),
        WayKind::Form => value.is_empty(),
    };
    let code = match kind {
        WayKind::Email => "no_email",
        WayKind::Phone => "no_phone",
        WayKind::Link => "no_url",
        WayKind::Form => "unknown",
    };
    wrong.check(is_right, format!("{field}.value"), code);
    let label = texts(wrong, &format!("{field}.label"), &it.label);
    Some(shown::Way { kind, label, value })
}

fn is_a(kind: FieldKind, value: &str) -> bool {
    let fields = FormFields(vec![Field { key: "it".to_owned(), kind, required: true }]);
    fields.faults(&Form([("it".to_owned(), value.to_owned())].into())).is_empty()
}

fn read(it: &Hours, settings: &mut Settings) -> Invalid {
    let mut wrong = Invalid::default();
    settings.site.hours = it.week.as_ref().and_then(|it| week::read(&mut wrong, "week", it));
    settings.shown.closed = texts(&mut wrong, "message", &it.message);
    wrong.check(it.ways.len() <= MAX_WAYS, "ways", "too_many");
    let ways = it.ways.iter().enumerate().take(MAX_WAYS);
    settings.shown.ways = ways.filter_map(|(n, it)| way(&mut wrong, &format!("ways.{n}"), it)).collect();
    wrong
}

fn opening(hours: Option<&hours::Hours>, at: UnixMillis) -> Opening {
    let Some(hours) = hours else {
        return Opening { at: at.0, open: true, opens: None, closes: None };
    };
    let open = hours.is_open(at);
    let opens = if open { None } else { hours.next_opening(at) };
    Opening { at: at.0, open, opens: opens.map(|it| it.0), closes: hours.closing(at).map(|it| it.0) }
}

/// When somebody is there.
#[utoipa::path(get, path = "/v1/admin/sites/{key}/hours", tag = "admin",
    operation_id = "show_hours",
    params(("key" = String, Path, description = "The site")),
    responses((status = 200, body = Hours), (status = 401, body = Fault), (status = 403, body = Fault),
        (status = 404, body = Fault)))]
pub(super) async fn show(State(api): State<Api>, of: ForManager) -> Result<Json<Hours>, ApiFault> {
    let settings = api.engine.settings(of.site).await?;
    let shown = &settings.shown;
    let way = |it: &shown::Way| Way {
        kind: it.kind.code().to_owned(),
        label: told(&it.label),
        value: it.value.clone(),
    };
    Ok(Json(Hours {
        week: settings.site.hours.as_ref().map(week::told),
        message: told(&shown.closed),
        ways: shown.ways.iter().map(way).collect(),
    }))
}

/// Changes when somebody is there.
#[utoipa::path(put, path = "/v1/admin/sites/{key}/hours", tag = "admin", request_body = Hours,
    operation_id = "change_hours",
    params(("key" = String, Path, description = "The site")),
    responses((status = 200, body = Opening), (status = 401, body = Fault), (status = 403, body = Fault),
        (status = 404, body = Fault), (status = 422, body = Fault)))]
pub(super) async fn change(
    State(api): State<Api>,
    of: ForManager,
    Body(it): Body<Hours>,
) -> Result<Json<Opening>, ApiFault> {
    let change = move |_: &mut dyn store::Tx, settings: &mut Settings| read(&it, settings).end(());
    api.engine.change_site::<ApiFault>(of.site, change).await?;
    let settings = api.engine.settings(of.site).await?;
    Ok(Json(opening(settings.site.hours.as_ref(), api.engine.now())))
}

/// What hours would say now, without storing them.
#[utoipa::path(post, path = "/v1/admin/sites/{key}/hours/preview", tag = "admin", request_body = Hours,
    params(("key" = String, Path, description = "The site")),
    responses((status = 200, body = Opening), (status = 401, body = Fault), (status = 403, body = Fault),
        (status = 404, body = Fault), (status = 422, body = Fault)))]
pub(super) async fn preview(
    State(api): State<Api>,
    of: ForManager,
    Body(it): Body<Hours>,
) -> Result<Json<Opening>, ApiFault> {
    let mut settings = (*api.engine.settings(of.site).await?).clone();
    read(&it, &mut settings).end(())?;
    Ok(Json(opening(settings.site.hours.as_ref(), api.engine.now())))
}
