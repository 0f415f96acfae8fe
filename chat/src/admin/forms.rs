//! What visitors fill in, and what the site's script may tell of them.
use std::collections::{BTreeMap, BTreeSet};

use axum::{Json, extract::State, http::StatusCode};
use chat_proto::{
    Fault,
    admin::{Custom, Field, Forms},
};
use store::Tx;

use super::{is_key, texts, told};
use crate::{
    api::{Api, ApiFault, Body, ForManager, Invalid},
    engine::Settings,
    model::{self, FieldKind, FormFields, LocalText},
    tables::library,
};

/// Most fields of a form, and most definitions.
const MOST: usize = 30;

const KINDS: [(&str, FieldKind); 4] = [
    ("text", FieldKind::Text),
    ("email", FieldKind::Email),
    ("phone", FieldKind::Phone),
    ("long", FieldKind::Long),
];

type Labels = BTreeMap<String, LocalText>;

fn told_fields(fields: &FormFields, labels: &Labels) -> Vec<Field> {
    let field = |it: &model::Field| Field {
        key: it.key.clone(),
        kind: KINDS.iter().find(|(_, kind)| *kind == it.kind).map_or("", |(code, _)| code).to_owned(),
        required: it.required,
        label: labels.get(&it.key).map(told).unwrap_or_default(),
    };
    fields.0.iter().map(field).collect()
}

/// The forms of a site.
#[utoipa::path(get, path = "/v1/admin/sites/{key}/forms", tag = "admin",
    operation_id = "show_forms",
    params(("key" = String, Path, description = "The site")),
    responses((status = 200, body = Forms), (status = 401, body = Fault), (status = 403, body = Fault),
        (status = 404, body = Fault)))]
pub(super) async fn show(State(api): State<Api>, of: ForManager) -> Result<Json<Forms>, ApiFault> {
    let settings = api.engine.settings(of.site).await?;
    let (facts, labels) = (&settings.site.settings, &settings.shown.labels);
    Ok(Json(Forms {
        start: told_fields(&facts.form, labels),
        offline: facts.offline_form.as_ref().map(|it| told_fields(it, labels)),
    }))
}

/// The labels as they were, and as they shall be. Both forms tell the label of a field that both have: the one that
/// was changed holds; where each was changed to another one, nobody knows which.
struct Relabelled<'a> {
    before: &'a Labels,
    next: Labels,
    changed: BTreeSet<String>,
}

impl<'a> Relabelled<'a> {
    fn new(before: &'a Labels) -> Self {
        Self { before, next: Labels::new(), changed: BTreeSet::new() }
    }

    /// False where the other form says otherwise. Who says nothing has nothing against it.
    fn set(&mut self, key: &str, label: LocalText) -> bool {
        if label.is_blank() {
            return true;
        }
        if self.before.get(key) == Some(&label) {
            self.next.entry(key.to_owned()).or_insert(label);
            return true;
        }
        if self.changed.insert(key.to_owned()) {
            self.next.insert(key.to_owned(), label);
            return true;
        }
        self.next.get(key) == Some(&label)
    }
}

fn read(wrong: &mut Invalid, of: &str, all: &[Field], labels: &mut Relabelled<'_>) -> FormFields {
    wrong.check(all.len() <= MOST, of, "too_many");
    let mut seen = BTreeSet::new();
    let mut made = Vec::new();
    for (n, it) in all.iter().enumerate().take(MOST) {
        let field = format!("{of}.{n}");
        let kind = KINDS.iter().find(|(code, _)| *code == it.kind);
        wrong.check(
            is_key(&it.key),
            format!("{field}.key"),
            if it.key.is_empty() { "empty" } else { "no_key" },
        );
        wrong.check(seen.insert(&it.key), format!("{field}.key"), "twice");
        wrong.check(kind.is_some(), format!("{field}.kind"), "unknown");
        let label = texts(wrong, &format!("{field}.label"), &it.label);
        wrong.check(labels.set(&it.key, label), format!("{field}.label"), "differs");
        let kind = kind.map_or(FieldKind::Text, |(_, kind)| *kind);
        made.push(model::Field { key: it.key.clone(), kind, required: it.required });
    }
    FormFields(made)
}

/// Changes the forms of a site.
#[utoipa::path(put, path = "/v1/admin/sites/{key}/forms", tag = "admin", request_body = Forms,
    operation_id = "change_forms",
    params(("key" = String, Path, description = "The site")),
    responses((status = 204), (status = 401, body = Fault), (status = 403, body = Fault), (status = 404, body = Fault),
        (status = 422, body = Fault)))]
pub(super) async fn change(
    State(api): State<Api>,
    of: ForManager,
    Body(it): Body<Forms>,
) -> Result<StatusCode, ApiFault> {
    let change = move |_: &mut dyn Tx, settings: &mut Settings| {
        let before = std::mem::take(&mut settings.shown.labels);
        let (mut wrong, mut labels) = (Invalid::default(), Relabelled::new(&before));
        let facts = &mut settings.site.settings;
        facts.form = read(&mut wrong, "start", &it.start, &mut labels);
        facts.offline_form = it.offline.as_ref().map(|it| read(&mut wrong, "offline", it, &mut labels));
        settings.shown.labels = labels.next;
        if let Some(offline) = &it.offline {
            // Nobody could be answered, nor would they have said anything.
            let asks = |kind: &str| offline.iter().any(|it| it.required && it.kind == kind);
            wrong.check(asks("email") || asks("phone"), "offline", "no_address");
        }
        wrong.end(())
    };
    api.engine.change_site::<ApiFault>(of.site, change).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The definitions of custom data of a site.
#[utoipa::path(get, path = "/v1/admin/sites/{key}/custom", tag = "admin",
    params(("key" = String, Path, description = "The site")),
    responses((status = 200, body = Vec<Custom>), (status = 401, body = Fault), (status = 403, body = Fault),
        (status = 404, body = Fault)))]
pub(super) async fn show_custom(
    State(api): State<Api>,
    of: ForManager,
) -> Result<Json<Vec<Custom>>, ApiFault> {
    let all = api.engine.store().read(move |tx: &mut dyn Tx| library::custom(tx, of.site)).await?;
    let made = all.into_iter().map(|it| Custom { key: it.key, label: told(&it.label), kind: it.kind });
    Ok(Json(made.collect()))
}

/// Changes what the site's script may tell. Values of what is not declared any more are not shown.
#[utoipa::path(put, path = "/v1/admin/sites/{key}/custom", tag = "admin", request_body = Vec<Custom>,
    params(("key" = String, Path, description = "The site")),
    responses((status = 204), (status = 401, body = Fault), (status = 403, body = Fault), (status = 404, body = Fault),
        (status = 422, body = Fault)))]
pub(super) async fn change_custom(
    State(api): State<Api>,
    of: ForManager,
    Body(all): Body<Vec<Custom>>,
) -> Result<StatusCode, ApiFault> {
    const CUSTOM_KINDS: [&str; 5] = ["text", "number", "money", "date", "url"];
    let (mut wrong, mut seen, mut made) = (Invalid::default(), BTreeSet::new(), Vec::new());
    wrong.check(all.len() <= MOST, "custom", "too_many");
    for (n, it) in all.iter().enumerate().take(MOST) {
        wrong.check(is_key(&it.key), format!("{n}.key"), if it.key.is_empty() { "empty" } else { "no_key" });
        wrong.check(seen.insert(&it.key), format!("{n}.key"), "twice");
        wrong.check(CUSTOM_KINDS.contains(&it.kind.as_str()), format!("{n}.kind"), "unknown");
        let label = texts(&mut wrong, &format!("{n}.label"), &it.label);
        made.push(library::Custom { key: it.key.clone(), label, kind: it.kind.clone() });
    }
    wrong.end(())?;
    let site = of.site;
    // Within a change of the site: whoever has these settings open hears of it.
    let change =
        move |tx: &mut dyn Tx, _: &mut Settings| Ok::<_, ApiFault>(library::put_custom(tx, site, &made)?);
    api.engine.change_site(site, change).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(text: &str) -> LocalText {
        LocalText([("en".parse().expect("a language"), text.to_owned())].into())
    }

    // shows: WID-10
    #[test]
    fn the_label_that_was_changed_holds_in_both_forms() {
        let before: Labels = [("name".to_owned(), label("Name"))].into();
        let cases = [
            (["Name", "Name"], Some("Name")),
            (["Your name", "Name"], Some("Your name")),
            (["Name", "Your name"], Some("Your name")),
            (["Your name", ""], Some("Your name")),
            (["Your name", "Your name"], Some("Your name")),
            (["", ""], None),
        ];
        for (said, expected) in cases {
            let mut labels = Relabelled::new(&before);
            assert!(said.into_iter().all(|it| labels.set("name", label(it))), "{said:?}");
            assert_eq!(labels.next.get("name"), expected.map(label).as_ref(), "{said:?}");
        }
        let mut labels = Relabelled::new(&before);
        assert!(labels.set("name", label("One")) && !labels.set("name", label("Other")));
    }
}
