//! The site's own word about who its visitor is.
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use chat_client::{Place, Visitor, name, secret};
use chat_proto::visitor::{FromVisitor, ToVisitor, Token, TokenRequest};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use store::{Key, params};

use crate::{
    engines::on_each_engine,
    raw,
    site::{Bench, form},
};

on_each_engine! {
    a_visitor_who_says_who_they_are_is_one_on_all_devices,
    nobody_is_believed_without_the_sites_key,
}

async fn give_key(bench: &Bench) {
    let site = bench.site.0;
    let put = move |tx: &mut dyn store::Tx| {
        let sql = "INSERT INTO chat_site_key (site_id, kid, secret, created) VALUES ($1, 'k1', $2, 0)";
        tx.execute(sql, params![site, b"the site's own key".to_vec()]).map(|_| ())
    };
    bench.store.write::<(), store::Error>(Key(site), put).await.expect("a key");
}

fn word(sub: &str, key: &[u8]) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    let claims = serde_json::json!({ "aud": "shop", "sub": sub, "exp": now.as_secs() + 600 });
    let header = BASE64.encode(r#"{"alg":"HS256","typ":"JWT","kid":"k1"}"#);
    let signed = format!("{header}.{}", BASE64.encode(claims.to_string()));
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key");
    mac.update(signed.as_bytes());
    format!("{signed}.{}", BASE64.encode(mac.finalize().into_bytes()))
}

/// The status and the token.
async fn token(place: &Place, secret: &str, identity: Option<String>) -> (u16, String) {
    let asks = TokenRequest { secret: secret.to_owned(), identity };
    let asked = chat_client::browser().post(format!("{}/v1/widget/{}/token", place.server, place.site));
    let answer = asked.header("origin", &place.pages).json(&asks).send().await.expect("an answer");
    let status = answer.status().as_u16();
    let token = answer.json::<Token>().await.map(|it| it.token).unwrap_or_default();
    (status, token)
}

/// What a widget with this token shows: the conversation's name.
async fn shows(place: &Place, token: String) -> Option<String> {
    let mut socket = raw::widget(place).await;
    socket.say(&FromVisitor::Hello { token, resume: None, page: None }).await;
    let welcome = socket.until("welcome").await;
    let ToVisitor::Welcome { conv, .. } = serde_json::from_value(welcome).expect("a frame") else {
        panic!("another frame")
    };
    conv.map(|it| it.conv)
}

async fn a_visitor_who_says_who_they_are_is_one_on_all_devices(bench: Bench) {
    give_key(&bench).await;
    let place = bench.place();
    let lea = || Some(word("lea", b"the site's own key"));
    // At home, before they logged in at the shop: a conversation, and then the shop's word.
    let mut home = Visitor::new(bench.place());
    let begun = home.start(form(), "fr").await.expect("let in");
    let cid = name();
    let send = || FromVisitor::Send {
        cid: cid.clone(),
        conv: begun.conv.clone(),
        text: "from home".into(),
        files: vec![],
        reply_to: None,
    };
    let stored = home.say(send()).await.expect("stored");
    let (status, first) = token(&place, home.secret(), lea()).await;
    assert_eq!(status, 200);
    assert_eq!(shows(&place, first).await.as_ref(), Some(&begun.conv));
    // On the phone, with a conversation of its own: both are one visitor's now, and the later one goes on.
    let mut phone = Visitor::new(bench.place());
    let later = phone.start(form(), "fr").await.expect("let in");
    assert_ne!(later.conv, begun.conv);
    let (_, merged) = token(&place, phone.secret(), lea()).await;
    assert_eq!(shows(&place, merged).await.as_ref(), Some(&later.conv));
    let ended = phone.until("the end", |_, _| None::<()>).await;
    assert!(matches!(&ended, Err(chat_client::Error::Gone(code)) if code == "token"), "{ended:?}");
    let sql = "SELECT COUNT(DISTINCT visitor_id) FROM chat_conversation";
    assert_eq!(bench.number(sql).await, 1);
    assert_eq!(bench.number("SELECT COUNT(*) FROM chat_conversation WHERE stage = 'closed'").await, 1);
    // What was said keeps its name: said again, it is the same message.
    home.cut();
    assert_eq!(home.say(send()).await.expect("the same"), stored);
    // Each device's secret alone is the same visitor's.
    for secret in [home.secret(), phone.secret()] {
        let (_, token) = token(&place, secret, None).await;
        assert_eq!(shows(&place, token).await.as_ref(), Some(&later.conv));
    }
    // Somebody else logs in at the shop on the phone: nothing of Léa's is theirs, and she keeps it.
    let (_, max) = token(&place, phone.secret(), Some(word("max", b"the site's own key"))).await;
    assert_eq!(shows(&place, max).await, None);
    let (_, again) = token(&place, &secret(), lea()).await;
    assert_eq!(shows(&place, again).await.as_ref(), Some(&later.conv));
}

async fn nobody_is_believed_without_the_sites_key(bench: Bench) {
    let place = bench.place();
    let good = word("lea", b"the site's own key");
    assert_eq!(token(&place, &secret(), Some(good.clone())).await.0, 401, "no key yet");
    give_key(&bench).await;
    assert_eq!(token(&place, &secret(), Some(good)).await.0, 200);
    for identity in [word("lea", b"another key"), String::new(), "a.b.c".to_owned()] {
        assert_eq!(token(&place, &secret(), Some(identity)).await.0, 401);
    }
    for wrong in ["", "abc", &"Z".repeat(64)] {
        assert_eq!(token(&place, wrong, None).await.0, 400);
    }
    // A typed e-mail is no identity.
    let mut one = Visitor::new(bench.place());
    let begun = one.start(form(), "fr").await.expect("let in");
    let mut other = Visitor::new(bench.place());
    assert_ne!(other.start(form(), "fr").await.expect("let in").conv, begun.conv);
}
