//! Every route, by who asks.
use std::collections::BTreeSet;

use super::{Differences, fixture::Fixture, known, rows, same};
use crate::world::{ACTORS, Actor, play};

/// Who: nobody, the conversation's visitor, another one; its owner, another agent of its queue, one of another
/// queue, one of another site; a manager, an admin, a manager of another site.
const ROUTES: &str = "
GET /v1/openapi.json                              | 200 200 200  200 200 200 200  200 200 200

# Conversations, for desks.
GET /v1/conversations                             | 401 401 401  200 200 200 200  200 200 200
GET /v1/counts                                    | 401 401 401  200 200 200 200  200 200 200
GET /v1/conversations/{conv}                      | 401 401 401  200 200 404 404  200 200 404
GET /v1/conversations/{conv}/messages             | 401 401 401  200 200 404 404  200 200 404
# A share is its owner's to ask for; no page of the visitor's is there.
POST /v1/conversations/{conv}/share               | 401 401 401  409 403 404 404  403 403 404
GET /v1/conversations/{conv}/visitor              | 401 401 401  200 200 404 404  200 200 404

# A note is its author's, and managers'.
GET /v1/contacts/{id}                             | 401 401 401  200 200 404 404  200 200 404
PUT /v1/contacts/{id}                             | 401 401 401  200 200 404 404  200 200 404
GET /v1/contacts/{id}/conversations               | 401 401 401  200 200 404 404  200 200 404
POST /v1/contacts/{id}/notes                      | 401 401 401  201 201 404 404  201 201 404
PUT /v1/contacts/{id}/notes/{note}                | 401 401 401  204 404 404 404  204 204 404
DELETE /v1/contacts/{id}/notes/{note}             | 401 401 401  204 404 404 404  204 204 404
DELETE /v1/contacts/{id}/block                    | 401 401 401  403 403 404 404  200 200 404
GET /v1/blocked                                   | 401 401 401  403 403 403 403  200 200 200

# Replies are one's own, or everybody's: then managers write them.
GET /v1/canned                                    | 401 401 401  200 200 200 200  200 200 200
POST /v1/canned own                               | 401 401 401  201 201 201 404  201 201 404
POST /v1/canned shared                            | 401 401 401  403 403 403 404  201 201 404
POST /v1/canned Annas                             | 401 401 401  201 404 404 404  404 404 404
PUT /v1/canned/{id} own                           | 401 401 401  204 404 404 404  404 404 404
PUT /v1/canned/{id} shared                        | 401 401 401  403 403 403 404  204 204 404
PUT /v1/canned/{id} taken                         | 401 401 401  404 404 404 404  404 404 404
DELETE /v1/canned/{id} own                        | 401 401 401  204 404 404 404  404 404 404
DELETE /v1/canned/{id} shared                     | 401 401 401  403 403 403 404  204 204 404
POST /v1/canned/{id}/used own                     | 401 401 401  204 404 404 404  404 404 404
POST /v1/canned/{id}/used shared                  | 401 401 401  204 204 204 404  204 204 404

# Administration of a site.
GET /v1/admin/sites/{key}/general                 | 401 401 401  403 403 403 404  200 200 404
PUT /v1/admin/sites/{key}/general                 | 401 401 401  403 403 403 404  204 204 404
GET /v1/admin/sites/{key}/snippet                 | 401 401 401  403 403 403 404  200 200 404
GET /v1/admin/sites/{key}/queues                  | 401 401 401  403 403 403 404  200 200 404
POST /v1/admin/sites/{key}/queues                 | 401 401 401  403 403 403 404  201 201 404
PUT /v1/admin/sites/{key}/queues/{id}             | 401 401 401  403 403 403 404  204 204 404
DELETE /v1/admin/sites/{key}/queues/{id}          | 401 401 401  403 403 403 404  204 204 404
GET /v1/admin/sites/{key}/agents                  | 401 401 401  403 403 403 404  200 200 404
PUT /v1/admin/sites/{key}/agents/{id}             | 401 401 401  403 403 403 404  204 204 404
DELETE /v1/admin/sites/{key}/agents/{id}          | 401 401 401  403 403 403 404  204 204 404
GET /v1/admin/sites/{key}/bot                     | 401 401 401  403 403 403 404  200 200 404
PUT /v1/admin/sites/{key}/bot                     | 401 401 401  403 403 403 404  200 200 404
POST /v1/admin/sites/{key}/bot/check              | 401 401 401  403 403 403 404  200 200 404
GET /v1/admin/sites/{key}/hours                   | 401 401 401  403 403 403 404  200 200 404
PUT /v1/admin/sites/{key}/hours                   | 401 401 401  403 403 403 404  200 200 404
POST /v1/admin/sites/{key}/hours/preview          | 401 401 401  403 403 403 404  200 200 404
GET /v1/admin/sites/{key}/forms                   | 401 401 401  403 403 403 404  200 200 404
PUT /v1/admin/sites/{key}/forms                   | 401 401 401  403 403 403 404  204 204 404
GET /v1/admin/sites/{key}/custom                  | 401 401 401  403 403 403 404  200 200 404
PUT /v1/admin/sites/{key}/custom                  | 401 401 401  403 403 403 404  204 204 404
GET /v1/admin/sites/{key}/tags                    | 401 401 401  403 403 403 404  200 200 404
POST /v1/admin/sites/{key}/tags                   | 401 401 401  403 403 403 404  201 201 404
PUT /v1/admin/sites/{key}/tags/{id}               | 401 401 401  403 403 403 404  204 204 404
DELETE /v1/admin/sites/{key}/tags/{id}            | 401 401 401  403 403 403 404  204 204 404
GET /v1/admin/sites/{key}/keys                    | 401 401 401  403 403 403 404  403 200 404
POST /v1/admin/sites/{key}/keys                   | 401 401 401  403 403 403 404  403 201 404
DELETE /v1/admin/sites/{key}/keys/{kid}           | 401 401 401  403 403 403 404  403 204 404

# Files: an upload is its uploader's until it is sent; a signed link is whoever's has it.
POST /v1/uploads                                  | 401 201 404  201 201 404 404  201 201 404
PUT /v1/uploads/{id}                              | 401 200 404  404 404 404 404  404 404 404
PATCH /v1/uploads/{id}                            | 401 200 404  404 404 404 404  404 404 404
HEAD /v1/uploads/{id}                             | 401 200 404  404 404 404 404  404 404 404
DELETE /v1/uploads/{id}                           | 401 204 404  404 404 404 404  404 404 404
GET /v1/files/{id}                                | 401 200 404  200 200 404 404  200 200 404
GET /v1/files/{id}/thumb                          | 401 200 404  200 200 404 404  200 200 404
GET /v1/files/{id}/link                           | 401 200 404  200 200 404 404  200 200 404
GET /v1/dl/{id}                                   | 403 403 403  403 403 403 403  403 403 403
GET /v1/dl/{id} signed                            | 200 200 200  200 200 200 200  200 200 200
GET /v1/conversations/{id}/files                  | 401 200 404  200 200 404 404  200 200 404

# Widgets: pages of the site alone may ask. What is not done for another visitor stands in the body.
GET /v1/widget/{site}                             | 200 200 200  200 200 200 200  200 200 200
POST /v1/widget/{site}/token                      | 200 200 200  403 403 403 403  403 403 403
POST /v1/widget/{site}/say                        | 401 200 not_found  403 403 403 403  403 403 403
# A stream is its visitor's; hello, which has a token too, opens one.
POST /v1/stream                                   | 401 200 200  403 403 403 403  403 403 403
POST /v1/stream said                              | 401 200 404  403 403 403 403  403 403 403
GET /v1/stream                                    | 401 200 404  401 401 401 401  401 401 401
GET /rt visitor                                   | 101 101 101  403 403 403 403  403 403 403
GET /rt desk                                      | 401 401 401  101 101 101 101  101 101 101

# Accounts.
POST /v1/login                                    | 200 200 200  200 200 200 200  200 200 200
POST /v1/logout                                   | 204 204 204  204 204 204 204  204 204 204
GET /v1/me                                        | 204 204 204  200 200 200 200  200 200 200
POST /v1/me/password                              | 401 401 401  200 200 200 200  200 200 200
GET /v1/agents                                    | 401 401 401  403 403 403 403  200 200 200
POST /v1/agents                                   | 401 401 401  403 403 403 403  403 201 403
PATCH /v1/agents/{id}                             | 401 401 401  403 403 403 403  403 200 404
GET /v1/invitations                               | 401 401 401  403 403 403 403  200 200 200
POST /v1/invitations                              | 401 401 401  403 403 403 403  403 201 403
DELETE /v1/invitations/{id}                       | 401 401 401  403 403 403 403  403 204 404
GET /v1/invitations/of/{token}                    | 200 200 200  200 200 200 200  200 200 200
POST /v1/invitations/of/{token}                   | 201 201 201  201 201 201 201  201 201 201
GET /v1/sites                                     | 401 401 401  200 200 200 200  200 200 200
POST /v1/sites                                    | 401 401 401  403 403 403 403  403 201 403
PATCH /v1/sites/{key}                             | 401 401 401  403 403 403 404  403 200 404

# Shares: a ticket of the session is asked for everywhere, on the two sockets of pages by the first frame; the relay's
# own tests hold what valid ones may. A session that is none is over.
GET /v1/desk                                      | 401 401 401  101 101 101 101  101 101 101
GET /v1/presence                                  | 101 101 101  101 101 101 101  101 101 101
GET /v1/session                                   | 101 101 101  101 101 101 101  101 101 101
POST /v1/visitors/{id}/sessions                   | 401 401 401  404 404 404 404  404 404 404
POST /v1/sessions/{session}/ticket                | 401 401 401  410 410 410 410  410 410 410
GET /v1/sessions/{session}/assets/{hash}          | 401 401 401  410 410 410 410  410 410 410
HEAD /v1/sessions/{session}/assets/{hash}         | 401 401 401  401 401 401 401  401 401 401
PUT /v1/sessions/{session}/assets/{hash}          | 401 401 401  401 401 401 401  401 401 401
POST /v1/sessions/{session}/fetch                 | 401 401 401  401 401 401 401  401 401 401

# Pages and health; without a folder of pages there are none.
GET /healthz                                      | 200 200 200  200 200 200 200  200 200 200
GET /readyz                                       | 200 200 200  200 200 200 200  200 200 200
GET /metrics                                      | 200 200 200  200 200 200 200  200 200 200
GET /                                             | 404 404 404  404 404 404 404  404 404 404
GET /login                                        | 404 404 404  404 404 404 404  404 404 404
GET /visitors                                     | 404 404 404  404 404 404 404  404 404 404
GET /contacts                                     | 404 404 404  404 404 404 404  404 404 404
GET /contacts/{id}                                | 404 404 404  404 404 404 404  404 404 404
GET /admin                                        | 404 404 404  404 404 404 404  404 404 404
GET /admin/{*place}                               | 404 404 404  404 404 404 404  404 404 404
GET /view/{session}                               | 404 404 404  404 404 404 404  404 404 404
GET /invitation/{token}                           | 404 404 404  404 404 404 404  404 404 404
GET /assets                                       | 404 404 404  404 404 404 404  404 404 404
GET /v1/loader.js                                 | 404 404 404  404 404 404 404  404 404 404
GET /v1/visitor                                   | 404 404 404  404 404 404 404  404 404 404
";

// shows: BLK-02, ADM-09, QUE-05
#[test]
fn every_route_knows_who_may() {
    play(async {
        let fixture = Fixture::new().await;
        let rows = rows(ROUTES, ACTORS.len());
        let document = fixture.world.told(Actor::Admin, "/v1/openapi.json").await;
        let mut there = known::documented(&document);
        let laid = known::laid();
        same("routes that are not described", &laid.iter().cloned().collect::<Vec<_>>(), &not_described());
        there.extend(laid);
        let there: Vec<_> = there.into_iter().collect();
        same("routes", &there, &operations(&rows));
        let mut differences = Differences::default();
        for (row, cells) in &rows {
            for (actor, expected) in ACTORS.into_iter().zip(cells) {
                let got = outcome(&fixture, actor, row).await;
                differences.check(row, actor, (expected, &got));
            }
        }
        differences.end();
    });
}

/// What no document describes: sockets, pages and their files, health and metrics.
fn not_described() -> Vec<String> {
    let sockets = ["/rt", "/v1/desk", "/v1/presence", "/v1/session"];
    let about = ["/healthz", "/metrics", "/readyz"];
    let pages =
        ["/", "/admin", "/admin/{*place}", "/assets", "/contacts", "/contacts/{id}", "/invitation/{token}"];
    let more = ["/login", "/v1/loader.js", "/v1/visitor", "/view/{session}", "/visitors"];
    let all = sockets.into_iter().chain(about).chain(pages).chain(more);
    all.map(|path| format!("GET {path}")).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The rows of routes that take a body of JSON.
pub fn bodies() -> Vec<String> {
    let takes = |row: &str| {
        let has = ["POST ", "PUT ", "PATCH "].iter().any(|it| row.starts_with(it));
        let none =
            ["/used", "/keys", "/share", "/v1/logout", "/uploads/{id}", "/sessions", " taken", " Annas"];
        has && !none.iter().any(|it| row.contains(it))
    };
    rows(ROUTES, ACTORS.len()).into_iter().map(|(row, _)| row).filter(|it| takes(it)).collect()
}

/// Rows without their variants.
fn operations(rows: &[(String, Vec<String>)]) -> Vec<String> {
    let operation = |row: &str| row.split(' ').take(2).collect::<Vec<_>>().join(" ");
    rows.iter().map(|(row, _)| operation(row)).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The status; where a command was refused in a body, the code.
async fn outcome(fixture: &Fixture, actor: Actor, row: &str) -> String {
    let (method, path, body) = fixture.ask(actor, row).await;
    let token = fixture.token(actor);
    let answer = match Fixture::bytes(row) {
        Some(bytes) => fixture.world.sends((actor, token), method, &path, bytes).await,
        None => fixture.world.asks((actor, token), method, &path, body).await,
    };
    let status = answer.status().as_u16();
    if path.ends_with("/say") && status == 200 {
        let said: serde_json::Value = answer.json().await.expect("JSON");
        return said["fault"]["code"].as_str().unwrap_or("200").to_owned();
    }
    status.to_string()
}
