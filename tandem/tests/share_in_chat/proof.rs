//! Whose page an agent may ask for: the one that its browser has proved, and no other.
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use chat_client::Visitor;
use chat_proto::{desk::Deed, visitor::PageProof};
use relay_client::PageKey;

use crate::{
    play,
    world::{How, Talk, World, waits},
};

on_each_arrangement! {
    another_browsers_page_cannot_be_claimed,
    only_the_agent_who_has_the_conversation_may_ask,
}

/// A conversation of a visitor who shows this, beside a page of somebody else's key that is there.
async fn claims(prove: impl Fn(&str) -> PageProof + Send + 'static, of: &World) -> (u16, String) {
    let mut anna = of.agent("Anna").await;
    let mut mallory = Visitor::new(of.place()).proving(prove);
    let form = [("name", "M"), ("email", "m@example.org")].map(|(key, value)| (key.into(), value.into()));
    mallory.start(form.into(), "fr").await.expect("let in");
    let (conv, no) = anna.is_asked().await.expect("asked");
    anna.does(&conv, Deed::Accept { no }).await.expect("accepted");
    let path = format!("/v1/conversations/{conv}/share");
    anna.ask(reqwest::Method::POST, &path, &serde_json::Value::Null).await.expect("answered")
}

// shows: ENT-01
fn another_browsers_page_cannot_be_claimed(how: How) {
    play(async {
        let world = World::new(how).await;
        let victim = PageKey::new().expect("a key");
        let _waiting = waits(&world, &victim).await;
        // The victim's key is public; a signature over somebody else's token, or by another key, is none.
        let (of_victim, spki) = (victim.prover(), victim.spki().to_owned());
        let own = PageKey::new().expect("a key").prover();
        let replayed = of_victim("another token");
        let forge = move |token: &str| PageProof { key: spki.clone(), ..own(token) };
        let (status, body) = claims(forge, &world).await;
        assert!(status == 409 && body.contains("visitor_gone"), "{status} {body}");
        let (status, body) = claims(move |_| replayed.clone(), &world).await;
        assert!(status == 409 && body.contains("visitor_gone"), "{status} {body}");
        let junk = |_: &str| PageProof { key: BASE64.encode([0; 91]), signature: "AA".repeat(500) };
        assert_eq!(claims(junk, &world).await.0, 409);
    });
}

// shows: ENT-01, COB-01
fn only_the_agent_who_has_the_conversation_may_ask(how: How) {
    play(async {
        let talk = Talk::new(how).await;
        let ben = talk.world.agent("Ben").await;
        assert_eq!(talk.presses(&ben).await.0, 403, "of the same queue");
        let nothing = "/v1/conversations/0123456789abcdef0123456789abcdef/share";
        let none = ben.ask(reqwest::Method::POST, nothing, &serde_json::Value::Null).await.expect("answered");
        assert_eq!(none.0, 404);
        assert_eq!(talk.presses(&talk.anna).await.0, 201);
    });
}
