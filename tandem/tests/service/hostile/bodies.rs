//! The bodies of all routes, documented or not.
use std::collections::BTreeSet;

use reqwest::{Method, StatusCode, header};
use serde_json::Value;

use super::{
    count_panics,
    fields::{Path, holds, sample, texts_of, with},
    other_kinds, texts,
};
use crate::{
    databases::Database,
    matrix::{Fixture, bodies},
    world::{Actor, play, tireless},
};

/// What is asked, and what is wrong with the answer.
struct Trial<'a> {
    fixture: &'a Fixture,
    /// What a trial uses up is made anew for the next one.
    is_fresh: bool,
    wrong: BTreeSet<String>,
    n_stored: usize,
}

// shows: ADM-02, HRS-06, CRM-04
#[test]
fn no_field_of_a_body_breaks_anything_on_sqlite() {
    play(no_field_of_a_body_breaks_anything(Database::Sqlite, true));
}

#[test]
fn no_field_of_a_body_breaks_anything_on_postgres() {
    play(async { no_field_of_a_body_breaks_anything(Database::postgres(), false).await });
}

async fn no_field_of_a_body_breaks_anything(database: Database, is_fresh: bool) {
    let n_panics = count_panics();
    let fixture = Fixture::on(database, tireless).await;
    let document = fixture.world.told(Actor::Admin, "/v1/openapi.json").await;
    let mut trial = Trial { fixture: &fixture, is_fresh, wrong: BTreeSet::new(), n_stored: 0 };
    for row in bodies() {
        let (_, _, example) = fixture.ask(who(&row), &row).await;
        let sample = schema(&document, &row).map_or_else(|| example.clone(), |it| sample(&document, it));
        let mut paths = texts_of(&sample);
        paths.extend(texts_of(&example));
        for path in paths.into_iter().collect::<BTreeSet<_>>() {
            trial.of_field(&row, (&sample, &path)).await;
        }
        trial.of_body(&row).await;
    }
    assert!(trial.wrong.is_empty(), "{}", trial.wrong.into_iter().collect::<Vec<_>>().join("\n"));
    assert!(60 < trial.n_stored, "hostile texts are stored too: {}", trial.n_stored);
    assert_eq!(count_panics(), n_panics, "something panicked");
}

/// Who may.
fn who(row: &str) -> Actor {
    let of_visitors = ["/v1/widget/", "/v1/stream", "/v1/uploads"];
    if of_visitors.iter().any(|it| row.contains(it)) { Actor::Own } else { Actor::Admin }
}

fn schema<'a>(document: &'a Value, row: &str) -> Option<&'a Value> {
    let mut words = row.split(' ');
    let (method, path) = (words.next()?, words.next()?);
    let operation = document["paths"].get(path)?.get(method.to_lowercase())?;
    operation["requestBody"]["content"]["application/json"].get("schema")
}

impl Trial<'_> {
    async fn of_field(&mut self, row: &str, (sample, path): (&Value, &Path)) {
        let (method, mut place, mut example) = self.fixture.ask(who(row), row).await;
        // A password is never told.
        let is_told = !["password", "old", "new"].contains(&path.last().map_or("", String::as_str));
        for text in texts() {
            if self.is_fresh && !row.contains("/v1/login") {
                (_, place, example) = self.fixture.ask(who(row), row).await;
            }
            let body = with(&example, (sample, path), text.clone().into()).to_string();
            let status = self.asks(row, (method.clone(), &place), body).await;
            if is_told && status.is_some_and(|it| it.is_success()) {
                self.comes_back(row, (&place, path), &text).await;
            }
        }
        for other in other_kinds() {
            let body = with(&example, (sample, path), other).to_string();
            self.asks(row, (method.clone(), &place), body).await;
        }
        // Half of a pair of surrogates is no text (RFC 8259 §8.2).
        let body = with(&example, (sample, path), "HALF".into()).to_string().replace("HALF", "\\ud800");
        let status = self.asks(row, (method, &place), body).await;
        if status.is_some_and(|it| it.is_success()) {
            self.wrong.insert(format!("{row}: half a sign was taken in {path:?}"));
        }
    }

    /// What is no body of the kind at all.
    async fn of_body(&mut self, row: &str) {
        let (method, place, _) = self.fixture.ask(who(row), row).await;
        let deep = "[".repeat(100_000);
        let long = format!("\"{}\"", "a".repeat(1 << 20));
        for body in ["", "{", "null", "[]", "1", "\"a\"", "\u{0}", &deep, &long, "{\"a\":1,\"a\":2}"] {
            self.asks(row, (method.clone(), &place), body.to_owned()).await;
        }
    }

    /// Asks; a failure, and a refusal without a code, are wrong.
    async fn asks(&mut self, row: &str, (method, path): (Method, &str), body: String) -> Option<StatusCode> {
        let shown: String = body.chars().take(160).collect();
        let (actor, token) = (who(row), self.fixture.token(who(row)));
        let is_long = 64 * 1024 < body.len();
        let answer = match self.fixture.world.sends_json((actor, token), method, path, body).await {
            Ok(answer) => answer,
            // Who answers before it has read everything closes the connection under who still sends.
            Err(error) => {
                assert!(is_long, "{row}: {error}");
                return None;
            }
        };
        let status = answer.status();
        let is_json = answer.headers().get(header::CONTENT_TYPE).is_some_and(|it| it == "application/json");
        let text = answer.text().await.unwrap_or_default();
        if status.is_server_error() {
            self.wrong.insert(format!("{row}: {status} {text} for {shown:?}"));
        }
        let code = serde_json::from_str::<Value>(&text).unwrap_or_default();
        let code = code["code"].as_str().or(code["fault"]["code"].as_str()).unwrap_or_default().to_owned();
        if status.is_client_error() && (!is_json || code.is_empty()) {
            self.wrong.insert(format!("{row}: {status} without a code ({text:?}) for {shown:?}"));
        }
        (code.is_empty() || !status.is_success()).then_some(status)
    }

    /// What was taken stands there, as it was sent.
    async fn comes_back(&mut self, row: &str, (place, path): (&str, &Path), text: &str) {
        let Some(shown) = shown_at(row, place) else { return };
        let told = self.fixture.world.told(Actor::Admin, &shown).await;
        // What a site's own rules trim at the ends is still the text.
        if holds(&told, text) || holds(&told, text.trim()) || holds(&told, &text.to_lowercase()) {
            self.n_stored += 1;
        } else {
            let text: String = text.chars().take(60).collect();
            self.wrong.insert(format!("{row}: {path:?} was taken and does not come back: {text:?}"));
        }
    }
}

/// Where it can be read what a route has stored.
fn shown_at(row: &str, place: &str) -> Option<String> {
    let parent = || place.rsplit_once('/').expect("a path").0.to_owned();
    match row.split(' ').take(2).collect::<Vec<_>>().join(" ").as_str() {
        "PUT /v1/contacts/{id}" => Some(place.to_owned()),
        "POST /v1/contacts/{id}/notes" => Some(parent()),
        "PUT /v1/contacts/{id}/notes/{note}" => Some(parent().trim_end_matches("/notes").to_owned()),
        "POST /v1/canned" | "PUT /v1/canned/{id}" => Some("/v1/canned".to_owned()),
        "POST /v1/uploads" => None,
        "POST /v1/agents" | "PATCH /v1/agents/{id}" => Some("/v1/agents".to_owned()),
        "POST /v1/sites" | "PATCH /v1/sites/{key}" => Some("/v1/sites".to_owned()),
        "POST /v1/invitations" => Some("/v1/invitations".to_owned()),
        "POST /v1/invitations/of/{token}" => Some("/v1/agents".to_owned()),
        it if it.starts_with("POST /v1/admin/") && !it.contains("/check") && !it.contains("/preview") => {
            Some(place.to_owned())
        }
        it if it.starts_with("PUT /v1/admin/") && it.contains("{id}") => Some(parent()),
        it if it.starts_with("PUT /v1/admin/") => Some(place.to_owned()),
        _ => None,
    }
}
