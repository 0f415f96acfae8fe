//! Who gets in, and how often: origins, tokens, a site's word about its visitor, floods; and names of files.
use std::time::Duration;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use futures_util::{SinkExt, StreamExt};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::{net::TcpStream, time::Instant};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest, http::HeaderValue},
};

use super::count_panics;
use crate::{
    databases::Database,
    matrix::Fixture,
    socket::Socket,
    world::{Actor, BLOG_PAGES, PAGES, World, play, unlimited},
};

/// The status of an upgrade from a page of this origin.
async fn upgrade(world: &World, query: &str, (origin, cookie): (Option<&str>, Option<&str>)) -> u16 {
    let mut request = world.http.get(format!("http://{}/rt?{query}", world.addr()));
    for (name, value) in crate::world::UPGRADE {
        request = request.header(name, value);
    }
    for (name, value) in [("origin", origin), ("cookie", cookie)] {
        if let Some(value) = value {
            request = request.header(name, value);
        }
    }
    request.send().await.expect("an answer").status().as_u16()
}

#[test]
fn only_pages_of_the_site_and_the_desk_open_sockets() {
    play(async {
        let world = World::new().await;
        let (desk, cookie) = (world.origin(), world.cookie("Anna").await);
        let shop = "as=visitor&site=shop";
        assert_eq!(upgrade(&world, shop, (Some(PAGES), None)).await, 101);
        let near =
            ["null", "https://shop.example.evil.example", "http://shop.example", "https://shop.example:8443"];
        for origin in near.into_iter().chain([BLOG_PAGES, desk.as_str(), "https://SHOP.example@evil.example"])
        {
            assert_eq!(upgrade(&world, shop, (Some(origin), None)).await, 403, "{origin}");
        }
        assert_eq!(upgrade(&world, shop, (None, None)).await, 403, "no browser's");
        assert_eq!(upgrade(&world, "as=visitor&site=nobody", (Some(PAGES), None)).await, 404);
        assert_eq!(upgrade(&world, "as=desk", (Some(&desk), Some(&cookie))).await, 101);
        assert_eq!(upgrade(&world, "as=desk", (Some(PAGES), Some(&cookie))).await, 403);
        assert_eq!(upgrade(&world, "as=desk", (None, Some(&cookie))).await, 403);
        assert_eq!(upgrade(&world, "as=desk", (Some(&desk), Some("tandem=AAAA"))).await, 401);
        assert_eq!(upgrade(&world, "as=nobody", (Some(&desk), Some(&cookie))).await, 400);
    });
}

/// What a socket is told that says hello with this token.
async fn hello(world: &World, site: &str, token: &str) -> String {
    let pages = if site == "shop" { PAGES } else { BLOG_PAGES };
    let url = format!("ws://{}/rt?as=visitor&site={site}", world.addr());
    let mut socket = Socket::open(&url, &[("origin", pages)]).await;
    socket.tell(json!({ "t": "hello", "token": token })).await;
    let told = socket.hear().await.expect("an answer");
    told["code"].as_str().or(told["t"].as_str()).unwrap_or_default().to_owned()
}

#[test]
fn a_forged_token_and_one_of_another_site_are_none() {
    play(async {
        let world = World::new().await;
        let own = world.visitor().await;
        assert_eq!(hello(&world, "shop", &own.token).await, "welcome");
        assert_eq!(hello(&world, "blog", &own.token).await, "token");
        let bytes = BASE64.decode(&own.token).expect("its form");
        // Another visitor, another site, a later end, another signature.
        for at in [7, 15, 23, bytes.len() - 1] {
            let mut forged = bytes.clone();
            forged[at] ^= 1;
            assert_eq!(hello(&world, "shop", &BASE64.encode(forged)).await, "token", "byte {at}");
        }
        for text in ["", "a", &"A".repeat(60_000), "\u{0}", "../../etc/passwd"] {
            assert_eq!(hello(&world, "shop", text).await, "token");
        }
    });
}

fn sign(header: &Value, claims: &Value, key: &[u8]) -> String {
    let signed = format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(claims.to_string()));
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key");
    mac.update(signed.as_bytes());
    format!("{signed}.{}", BASE64.encode(mac.finalize().into_bytes()))
}

fn bytes_of(hex: &str) -> Vec<u8> {
    let pairs = (0..hex.len()).step_by(2);
    pairs.map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("digits")).collect()
}

#[test]
fn a_sites_word_about_its_visitor_counts_in_one_form_only() {
    play(async {
        let world = World::new().await;
        let made = world.does(Actor::Admin, Method::POST, "/v1/admin/sites/shop/keys", Value::Null).await;
        let (kid, key) = (made["kid"].clone(), bytes_of(made["secret"].as_str().expect("told once")));
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
        let exp = now.as_secs() + 3_600;
        let header = json!({ "alg": "HS256", "kid": kid });
        let claims = json!({ "aud": "shop", "sub": "lea", "exp": exp });
        let none = sign(&json!({ "alg": "none", "kid": kid }), &claims, &key);
        let (unsigned, _) = none.rsplit_once('.').expect("three parts");
        let with = |key: &str, value: Value| {
            let mut changed = claims.clone();
            changed[key] = value;
            changed
        };
        let headed = |header: Value| sign(&header, &claims, &key);
        let words = [
            ("none", none.clone()),
            ("unsigned", format!("{unsigned}.")),
            ("RS256", headed(json!({ "alg": "RS256", "kid": kid }))),
            ("HS512", headed(json!({ "alg": "HS512", "kid": kid }))),
            ("another key's name", headed(json!({ "alg": "HS256", "kid": "000000000000" }))),
            ("no key's name", headed(json!({ "alg": "HS256" }))),
            ("a path for a name", headed(json!({ "alg": "HS256", "kid": "../../dev/null" }))),
            ("a key of its own", headed(json!({ "alg": "HS256", "kid": "x", "jwk": { "k": "AA" } }))),
            ("another key", sign(&header, &claims, b"another key")),
            ("no key", sign(&header, &claims, b"")),
            ("another site", sign(&header, &with("aud", "blog".into()), &key)),
            ("over", sign(&header, &with("exp", json!(exp - 7_200)), &key)),
            ("for two days", sign(&header, &with("exp", json!(exp + 172_800)), &key)),
            ("nobody", sign(&header, &with("sub", "".into()), &key)),
            ("no text", sign(&header, &with("sub", json!({ "$ne": 1 })), &key)),
            ("longest", "a".repeat(60_000)),
        ];
        let ask = async |identity: &str| {
            let body = json!({ "secret": chat_client::secret(), "identity": identity });
            world.asks((Actor::Anonymous, None), Method::POST, "/v1/widget/shop/token", body).await.status()
        };
        for (what, word) in words {
            assert_eq!(ask(&word).await, StatusCode::UNAUTHORIZED, "{what}");
        }
        assert_eq!(ask(&sign(&header, &claims, &key)).await, StatusCode::OK);
    });
}

#[test]
fn who_writes_too_fast_is_told_when_to_go_on() {
    play(async {
        let world = World::with(Database::Sqlite, unlimited).await;
        let own = world.visitor().await;
        let mut widget = world.widget("shop", &own.token).await;
        let (begun, mut n_stored) = (Instant::now(), 0);
        let refusal = loop {
            let said = json!({ "t": "send", "conv": own.conv, "text": format!("{n_stored}") });
            match widget.asks(said).await.as_str() {
                "ack" => n_stored += 1,
                other => break other.to_owned(),
            }
            // Twenty at once, and one each second.
            assert!(n_stored <= 21 + begun.elapsed().as_secs(), "{n_stored} in {:?}", begun.elapsed());
            assert!(n_stored < 200, "each took a second");
        };
        assert_eq!(refusal, "rate");
        assert!(20 <= n_stored, "{n_stored}");
        let refused = widget.heard.iter().rfind(|it| it["fault"]["code"] == "rate").expect("refused");
        let wait = refused["fault"]["retry_ms"].as_u64().expect("when to go on");
        assert!((1..=1_000).contains(&wait), "{wait}");
        // waits: as long as the server asked for
        tokio::time::sleep(Duration::from_millis(wait + 1)).await;
        assert_eq!(widget.asks(json!({ "t": "send", "conv": own.conv, "text": "again" })).await, "ack");
    });
}

#[test]
fn who_says_nothing_or_no_frame_is_sent_away() {
    play(async {
        let n_panics = count_panics();
        let world = World::new().await;
        let own = world.visitor().await;
        let url = format!("ws://{}/rt?as=visitor&site=shop", world.addr());
        let since = Instant::now();
        let mut silent = Socket::open(&url, &[("origin", PAGES)]).await;
        for text in ["", "{", "null", "[]", "{\"t\":\"fly\"}", "{\"t\":1}", "\u{0}", &"[".repeat(50_000)] {
            let mut widget = world.widget("shop", &own.token).await;
            widget.tell_text(text.to_owned()).await;
            let bye = widget.until("a goodbye", |it| it["t"] == "bye").await;
            assert_eq!(bye["code"], "malformed", "{text:.40}");
        }
        let mut widget = world.widget("shop", &own.token).await;
        widget.tell_text(format!("{{\"t\":\"fetch\",\"conv\":\"{}\"}}", "a".repeat(70_000))).await;
        let bye = widget.until("a goodbye", |it| it["t"] == "bye").await;
        assert_eq!(bye["code"], "malformed", "longer than a frame may be");
        let bye = silent.until("a goodbye", |it| it["t"] == "bye").await;
        assert_eq!(bye["code"], "hello");
        let took = since.elapsed();
        assert!(Duration::from_secs(4) < took, "there is time for a hello: {took:?}");
        assert_eq!(count_panics(), n_panics, "something panicked");
    });
}

type Packed = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A widget's socket that speaks MessagePack.
async fn packed(world: &World, token: &str) -> Packed {
    let url = format!("ws://{}/rt?as=visitor&site=shop", world.addr());
    let mut request = url.into_client_request().expect("an address");
    for (name, value) in [("origin", PAGES), ("sec-websocket-protocol", chat_proto::MSGPACK)] {
        request.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    let (mut socket, _) = connect_async(request).await.expect("a socket");
    let hello = json!({ "t": "hello", "token": token });
    let hello = rmp_serde::to_vec_named(&hello).expect("written");
    socket.send(Message::binary(hello)).await.expect("sent");
    until(&mut socket, "welcome").await;
    socket
}

/// The next frame of this kind.
async fn until(socket: &mut Packed, kind: &str) -> Value {
    loop {
        match socket.next().await.expect("open").expect("a frame") {
            Message::Binary(bytes) => {
                let frame: Value = rmp_serde::from_slice(&bytes).expect("MessagePack");
                if frame["t"] == kind {
                    return frame;
                }
            }
            Message::Close(close) => panic!("closed before {kind}: {close:?}"),
            _ => {}
        }
    }
}

#[test]
fn what_is_no_messagepack_is_sent_away() {
    play(async {
        let n_panics = count_panics();
        let world = World::new().await;
        let own = world.visitor().await;
        let noise: Vec<u8> = (0..2_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
        // Nothing, a byte that is never used, lengths beyond all memory, a nest without end, noise.
        let frames: [&[u8]; 7] = [
            &[],
            &[0xc1],
            &[0xdf, 0xff, 0xff, 0xff, 0xff],
            &[0xc6, 0xff, 0xff, 0xff, 0xff],
            &[0xdd, 0xff, 0xff, 0xff, 0xff, 0x01],
            &[0x91; 60_000],
            &noise,
        ];
        for bytes in frames {
            let mut socket = packed(&world, &own.token).await;
            socket.send(Message::binary(bytes.to_vec())).await.expect("sent");
            assert_eq!(
                until(&mut socket, "bye").await["code"],
                "malformed",
                "{:?}",
                &bytes[..bytes.len().min(8)]
            );
        }
        assert_eq!(count_panics(), n_panics, "something panicked");
    });
}

#[test]
fn a_files_name_leads_nowhere() {
    play(async {
        let fixture = Fixture::new().await;
        let names = [
            "../../../etc/passwd",
            "..\\..\\boot.ini",
            "a\u{0}.png",
            "\u{202e}gnp.txt",
            "/",
            "..",
            "\r\nX: y",
            "\"; x=\"",
        ];
        for name in names {
            let card = fixture.upload_named(name).await;
            let id = card["id"].as_str().expect("an id").to_owned();
            let clean = card["name"].as_str().expect("a name");
            let is_clean = !clean.is_empty()
                && !clean.contains(['/', '\\', '\0', '\u{202e}', '\r', '\n', '"'])
                && clean != "..";
            assert!(is_clean, "{name:?} becomes {clean:?}");
            let own = (Actor::Own, fixture.token(Actor::Own));
            let path = format!("/v1/files/{id}/link");
            let answer = fixture.world.asks(own, Method::GET, &path, Value::Null).await;
            let link: Value = answer.json().await.expect("a link");
            let path = link["url"].as_str().expect("an address").to_owned();
            let saved = fixture.world.asks(own, Method::GET, &path, Value::Null).await;
            let disposition = saved.headers()["content-disposition"].to_str().expect("text").to_owned();
            assert!(disposition.starts_with("attachment;"), "{disposition}");
            assert_eq!(saved.headers()["x-content-type-options"], "nosniff");
            // Somebody else cannot send it either.
            let mut other = fixture.world.widget("shop", &fixture.other.token).await;
            let send = json!({ "t": "send", "conv": fixture.other.conv, "files": [id] });
            assert_eq!(other.asks(send).await, "files_missing");
        }
    });
}
