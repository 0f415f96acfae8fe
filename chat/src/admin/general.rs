//! What is not elsewhere: language, greeting, colour, rules; and the snippet.
use std::collections::BTreeSet;

use axum::{Json, extract::State, http::StatusCode};
use chat_proto::{
    Fault,
    admin::{General, Snippet},
    limits::MAX_FILE_BYTES,
};

use super::{is_colour, seconds, texts, told, told_seconds};
use crate::{
    api::{Api, ApiFault, Body, ForManager, Invalid},
    engine::Settings,
    files::Rules,
    model::{Entry, FlowRef, OfferStopsOn, QueueId},
    tables::{attachment, from_json, site, to_json},
};

fn read(settings: &Settings, rules: Rules) -> General {
    let (facts, shown) = (&settings.site.settings, &settings.shown);
    let (entry, queue) = match facts.entry {
        Entry::Bot(_) => ("bot", facts.default_queue),
        Entry::Queue(queue) => ("queue", queue),
    };
    let stops = match facts.offer_stops_on {
        OfferStopsOn::Accept => "accept",
        OfferStopsOn::Answer => "answer",
    };
    General {
        lang: facts.lang.to_string(),
        greeting: told(&shown.greeting),
        bot_name: shown.bot.clone(),
        colour: shown.colour.clone(),
        entry: entry.to_owned(),
        queue: queue.0,
        presence: shown.presence,
        query_keys: shown.query_keys.clone(),
        tag_required: facts.tag_required,
        reopening: facts.reopening,
        offer_stops_on: stops.to_owned(),
        agent_gone_s: told_seconds(facts.agent_gone),
        idle_close_s: facts.idle_close.map(told_seconds),
        max_file_bytes: rules.max_bytes,
        refused_files: rules.denied.into_iter().collect(),
    }
}

/// The general settings of a site.
#[utoipa::path(get, path = "/v1/admin/sites/{key}/general", tag = "admin",
    operation_id = "show_general",
    params(("key" = String, Path, description = "The site")),
    responses((status = 200, body = General), (status = 401, body = Fault), (status = 403, body = Fault),
        (status = 404, body = Fault)))]
pub(super) async fn show(State(api): State<Api>, of: ForManager) -> Result<Json<General>, ApiFault> {
    let settings = api.engine.settings(of.site).await?;
    let rules = move |tx: &mut dyn store::Tx| {
        let text = attachment::rules(tx, of.site)?;
        text.map(|text| from_json::<Rules>(&text)).transpose()
    };
    let rules = api.engine.store().read(rules).await?.unwrap_or_default();
    Ok(Json(read(&settings, rules)))
}

/// Writes what was asked for into the settings; says what is wrong with it.
fn write(it: &General, flow: Option<FlowRef>, to: &mut Settings) -> (Invalid, Rules) {
    let mut wrong = Invalid::default();
    let queue = QueueId(it.queue);
    wrong.check(to.queues.contains_key(&queue), "queue", "unknown");
    let facts = &mut to.site.settings;
    match it.lang.parse() {
        Ok(lang) => facts.lang = lang,
        Err(_) => wrong.check(false, "lang", "unknown"),
    }
    match (it.entry.as_str(), flow) {
        ("queue", _) => facts.entry = Entry::Queue(queue),
        ("bot", Some(flow)) => facts.entry = Entry::Bot(flow),
        ("bot", None) => wrong.check(false, "entry", "no_flow"),
        _ => wrong.check(false, "entry", "unknown"),
    }
    match it.offer_stops_on.as_str() {
        "accept" => facts.offer_stops_on = OfferStopsOn::Accept,
        "answer" => facts.offer_stops_on = OfferStopsOn::Answer,
        _ => wrong.check(false, "offer_stops_on", "unknown"),
    }
    facts.default_queue = queue;
    facts.tag_required = it.tag_required;
    facts.reopening = it.reopening;
    facts.agent_gone = seconds(&mut wrong, "agent_gone_s", it.agent_gone_s, 10..=86_400);
    facts.idle_close = it.idle_close_s.map(|it| seconds(&mut wrong, "idle_close_s", it, 30..=604_800));
    let shown = &mut to.shown;
    shown.greeting = texts(&mut wrong, "greeting", &it.greeting);
    wrong.check(it.bot_name.chars().count() <= 60, "bot_name", "too_long");
    shown.bot = it.bot_name.trim().to_owned();
    wrong.check(is_colour(&it.colour), "colour", "no_colour");
    shown.colour = it.colour.to_ascii_lowercase();
    shown.presence = it.presence;
    shown.query_keys = query_keys(&mut wrong, &it.query_keys);
    let rules = rules(&mut wrong, it);
    (wrong, rules)
}

fn query_keys(wrong: &mut Invalid, all: &[String]) -> Vec<String> {
    wrong.check(all.len() <= 50, "query_keys", "too_many");
    for (n, key) in all.iter().enumerate() {
        let fits = (1..=64).contains(&key.len())
            && key.bytes().all(|it| it.is_ascii_graphic() && !b"&=#".contains(&it));
        wrong.check(fits, format!("query_keys.{n}"), "unknown");
    }
    all.to_vec()
}

fn rules(wrong: &mut Invalid, it: &General) -> Rules {
    wrong.check((1..=MAX_FILE_BYTES).contains(&it.max_file_bytes), "max_file_bytes", "out_of_range");
    wrong.check(it.refused_files.len() <= 300, "refused_files", "too_many");
    let mut denied = BTreeSet::new();
    for (n, text) in it.refused_files.iter().enumerate() {
        let text = text.trim().trim_start_matches('.').to_ascii_lowercase();
        let fits = (1..=100).contains(&text.len())
            && text.bytes().all(|it| it.is_ascii_alphanumeric() || b"-+./_".contains(&it));
        wrong.check(fits, format!("refused_files.{n}"), "unknown");
        denied.insert(text);
    }
    Rules { max_bytes: it.max_file_bytes, denied }
}

/// Changes the general settings of a site.
#[utoipa::path(put, path = "/v1/admin/sites/{key}/general", tag = "admin", request_body = General,
    operation_id = "change_general",
    params(("key" = String, Path, description = "The site")),
    responses((status = 204), (status = 401, body = Fault), (status = 403, body = Fault), (status = 404, body = Fault),
        (status = 422, body = Fault)))]
pub(super) async fn change(
    State(api): State<Api>,
    of: ForManager,
    Body(it): Body<General>,
) -> Result<StatusCode, ApiFault> {
    let site = of.site;
    let change = move |tx: &mut dyn store::Tx, settings: &mut Settings| {
        let version = site::last_flow(tx, site, super::bot::FLOW)?;
        let flow = (0 < version).then_some(FlowRef { id: super::bot::FLOW, version });
        let (wrong, rules) = write(&it, flow, settings);
        wrong.end(())?;
        Ok(attachment::put_rules(tx, site, &to_json(&rules)?)?)
    };
    api.engine.change_site::<ApiFault>(site, change).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a site's pages hold.
#[utoipa::path(get, path = "/v1/admin/sites/{key}/snippet", tag = "admin",
    params(("key" = String, Path, description = "The site")),
    responses((status = 200, body = Snippet), (status = 401, body = Fault), (status = 403, body = Fault),
        (status = 404, body = Fault)))]
pub(super) async fn snippet(State(api): State<Api>, of: ForManager) -> Result<Json<Snippet>, ApiFault> {
    // Keys and origins have no signs that HTML knows.
    let (origin, key) = (&api.public, &of.key);
    let sockets = origin.replacen("http", "ws", 1);
    Ok(Json(Snippet {
        html: format!(
            r#"<script async src="{origin}/v1/loader.js" data-site="{key}" referrerpolicy="no-referrer"></script>"#
        ),
        policy: format!(
            "script-src {origin} 'wasm-unsafe-eval'; connect-src {origin} {sockets}; img-src {origin}"
        ),
    }))
}
