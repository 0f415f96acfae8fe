//! Tags, canned replies, and the keys that a site signs identities with.
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use chat_proto::desk::{Deed, Directory};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::{
    live::{
        ground::{Ground, conv, of_site},
        row::{Row, at_next, done, row},
    },
    world::Actor,
};

const TAG: &str = "tags/New";
const CANNED: &str = "canned/hi";

pub fn rows() -> Vec<Row> {
    tags().into_iter().chain(canned()).chain(keys()).collect()
}

fn tags() -> [Row; 5] {
    [
        row("tags.name", TAG, |_| json!({ "name": "Newest" })).known(|it| names(it).contains(&"Newest")),
        row("tags.colour", TAG, |_| json!({ "colour": "#00aa00" }))
            .known(|it| it.sites[0].tags.iter().any(|it| it.colour == "#00aa00")),
        row("tags.position", TAG, |_| json!({ "position": 5 })).known(|it| names(it) == ["Old", "New"]),
        row("tags.archived", TAG, |_| json!({ "archived": true }))
            .chat(|it| Box::pin(takes_no_such_tag(it)))
            .known(|it| names(it) == ["Old"]),
        done("tags: deleted", |it| Box::pin(delete(it, "tags")))
            .ready(|it| Box::pin(make(it, "tags", json!({ "name": "Short" }))))
            .known(|it| !names(it).contains(&"Short")),
    ]
}

fn names(of: &Directory) -> Vec<&str> {
    of.sites[0].tags.iter().map(|it| it.name.as_str()).collect()
}

async fn takes_no_such_tag(it: &mut Ground) {
    let visitor = it.begins().await;
    let conv = conv(&visitor);
    it.anna.does(&conv, Deed::Take { force: false }).await.expect("taken");
    let refused = it.anna.does(&conv, Deed::Tag { tags: vec![it.ids.tag] }).await;
    assert!(refused.is_err_and(|it| it.to_string().contains("unknown_tag")));
    it.ends(visitor).await;
}

async fn make(it: &mut Ground, part: &'static str, body: Value) {
    it.made = it.does(part, Method::POST, &of_site(part), body).await;
}

async fn delete(it: &mut Ground, part: &'static str) {
    let path = of_site(&format!("{part}/{}", it.made["id"]));
    it.does(part, Method::DELETE, &path, Value::Null).await;
}

/// Agents ask for the replies whenever they open the list.
fn canned() -> [Row; 5] {
    [
        row("canned.short", CANNED, |_| json!({ "short": "hey" }))
            .desk(at_next(|it| Box::pin(lists(it, |it| it["short"] == "hey")))),
        row("canned.title", CANNED, |_| json!({ "title": "Good day" }))
            .desk(at_next(|it| Box::pin(lists(it, |it| it["title"] == "Good day")))),
        row("canned.body", CANNED, |_| json!({ "body": "What can I do?" }))
            .desk(at_next(|it| Box::pin(lists(it, |it| it["body"] == "What can I do?")))),
        row("canned.lang", CANNED, |_| json!({ "lang": "fr" }))
            .desk(at_next(|it| Box::pin(lists(it, |it| it["lang"] == "fr")))),
        done("canned: deleted", |it| Box::pin(delete_reply(it)))
            .ready(|it| Box::pin(make_reply(it)))
            .desk(at_next(|it| Box::pin(lists_no_more(it)))),
    ]
}

async fn replies(it: &Ground) -> Vec<Value> {
    it.anna.get("/v1/canned").await.expect("told")
}

async fn lists(it: &mut Ground, is: fn(&Value) -> bool) {
    assert!(replies(it).await.iter().any(is));
}

async fn make_reply(it: &mut Ground) {
    let reply = json!({ "site": "shop", "short": "bye", "title": "Bye", "body": "See you" });
    it.made = it.does("canned", Method::POST, "/v1/canned", reply).await;
    lists(it, |it| it["short"] == "bye").await;
}

async fn delete_reply(it: &mut Ground) {
    let path = format!("/v1/canned/{}", it.made["id"]);
    it.does("canned", Method::DELETE, &path, Value::Null).await;
}

async fn lists_no_more(it: &mut Ground) {
    assert!(replies(it).await.iter().all(|it| it["short"] != "bye"));
}

fn keys() -> [Row; 2] {
    [
        done("keys: made", |it| Box::pin(make_key_for_a_row(it)))
            .chat(|it| Box::pin(is_believed(it, 200)))
            .desk(at_next(|it| Box::pin(has_keys(it, 1)))),
        done("keys: deleted", |it| Box::pin(delete_key(it)))
            .ready(|it| Box::pin(make_key(it)))
            .chat(|it| Box::pin(is_believed(it, 401)))
            .desk(at_next(|it| Box::pin(has_keys(it, 0)))),
    ]
}

fn path_of_key(it: &Ground) -> String {
    of_site(&format!("keys/{}", it.made["kid"].as_str().expect("a name")))
}

async fn make_key(it: &mut Ground) {
    it.made = it.does("keys", Method::POST, &of_site("keys"), Value::Null).await;
    is_believed(it, 200).await;
}

async fn make_key_for_a_row(it: &mut Ground) {
    it.made = it.does("keys", Method::POST, &of_site("keys"), Value::Null).await;
    it.undo_by_removing("keys", path_of_key(it));
}

async fn delete_key(it: &mut Ground) {
    it.does("keys", Method::DELETE, &path_of_key(it), Value::Null).await;
}

async fn has_keys(it: &mut Ground, n: usize) {
    let all: Vec<Value> = it.ada.get(&of_site("keys")).await.expect("told");
    assert_eq!(all.len(), n);
}

/// Who comes next with the site's word, signed with the key.
async fn is_believed(it: &mut Ground, status: u16) {
    let text = |of: &str| it.made[of].as_str().expect("text").to_owned();
    let secret = text("secret");
    let bytes = (0..secret.len()).step_by(2).map(|at| u8::from_str_radix(&secret[at..at + 2], 16));
    let bytes: Vec<u8> = bytes.collect::<Result<_, _>>().expect("hexadecimal digits");
    let claims = json!({ "aud": "shop", "sub": "lea", "exp": it.now_s() + 600 });
    let header = json!({ "alg": "HS256", "typ": "JWT", "kid": text("kid") });
    let signed = format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(claims.to_string()));
    let mut mac = Hmac::<Sha256>::new_from_slice(&bytes).expect("a key");
    mac.update(signed.as_bytes());
    let word = format!("{signed}.{}", BASE64.encode(mac.finalize().into_bytes()));
    let asks = json!({ "secret": chat_client::secret(), "identity": word });
    let answer = it.world.asks((Actor::Other, None), Method::POST, "/v1/widget/shop/token", asks).await;
    assert_eq!(answer.status().as_u16(), status);
}
