//! Log-in, the live list, and who may use them.
use cobrowse_core::wire::desk::{Me, ToDesk};
use futures_util::SinkExt;
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::world::{Browser, SHOP, World, asked, body, closed, code, connect, text};

#[tokio::test]
async fn an_agent_logs_in_and_out() {
    let world = World::new().await;
    let sophie = world.sophie().await;
    assert_eq!((sophie.me.first_name.as_str(), sophie.me.role.as_str()), ("Sophie", "admin"));
    let me = sophie.request(Method::GET, "/v1/me").send().await.expect("answered");
    assert_eq!(body::<Me>(me).await, sophie.me);

    let out = sophie.request(Method::POST, "/v1/logout").send().await.expect("answered");
    assert_eq!(out.status(), StatusCode::NO_CONTENT);
    let me = sophie.request(Method::GET, "/v1/me").send().await.expect("answered");
    assert_eq!(me.status(), StatusCode::NO_CONTENT, "nobody is an answer");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_get_the_same_answer_until_it_is_enough() {
    let world = World::new().await;
    let log_in = async |email: &str| {
        let login = json!({ "email": email, "password": "not this one" }).to_string();
        let request =
            reqwest::Client::new().post(world.http("/v1/login")).header("origin", &world.server.url);
        code(request.body(login).send().await.expect("answered")).await
    };
    assert_eq!(log_in("nobody@demo.tandem").await, (401, "login_failed".into()));
    let mut tries = 0;
    let limited = loop {
        match log_in(if tries % 2 == 0 { "sophie@demo.tandem" } else { "Sophie@demo.tandem" }).await {
            (401, code) if code == "login_failed" && tries < 50 => tries += 1,
            other => break other,
        }
    };
    assert_eq!(limited, (429, "rate_limited".into()));
    assert!(10 <= tries, "{tries} tries were let through");
    assert_eq!(world.refusals("rate_limited").await, 1);
    assert_eq!(world.refusals("login_failed").await, tries + 1);
}

#[tokio::test]
async fn another_sites_page_cannot_act_in_the_agents_name() {
    let world = World::new().await;
    let sophie = world.sophie().await;
    for path in ["/v1/logout", "/v1/visitors/00000000000000000000000000000000/sessions"] {
        let request = reqwest::Client::new().post(world.http(path)).header("cookie", &sophie.cookie);
        let answer = request.header("origin", SHOP).send().await.expect("answered");
        assert_eq!(code(answer).await, (403, "wrong_origin".into()), "{path}");
        let request = reqwest::Client::new().post(world.http(path)).header("cookie", &sophie.cookie);
        assert_eq!(code(request.send().await.expect("answered")).await.0, 403, "{path} without an origin");
    }
    let stolen = connect(world.server.addr, "/v1/desk", SHOP, Some(&sophie.cookie)).await;
    assert!(stolen.is_err(), "the desk's socket is the desk's");
    let anonymous = connect(world.server.addr, "/v1/desk", &world.server.url, None).await;
    assert!(anonymous.is_err(), "the desk's socket needs a log-in");
    let me = sophie.request(Method::GET, "/v1/me").send().await.expect("answered");
    assert_eq!(me.status(), StatusCode::OK, "nobody logged Sophie out");
}

#[tokio::test]
async fn the_desk_sees_visitors_come_move_and_go() {
    let world = World::new().await;
    let sophie = world.sophie().await;
    let mut desk = world.socket("/v1/desk", &world.server.url, Some(&sophie.cookie)).await;
    let ToDesk::Visitors { visitors, .. } = text(&mut desk).await else { panic!("the list comes first") };
    assert_eq!(visitors, []);

    let browser = Browser::new();
    let mut page = browser.waits(&world, "/mugs").await;
    let ToDesk::Visitor { visitor } = text(&mut desk).await else { panic!("a visitor came") };
    assert_eq!(
        (visitor.path.as_str(), visitor.origin.as_str(), visitor.lang.as_str()),
        ("/mugs", SHOP, "fr")
    );
    page.send(browser.here("/basket")).await.expect("sent");
    let ToDesk::Visitor { visitor: moved } = text(&mut desk).await else { panic!("the visitor moved") };
    assert_eq!((moved.path.as_str(), moved.id, moved.since_ms), ("/basket", visitor.id, visitor.since_ms));

    page.close(None).await.expect("closed");
    // The next page of the same browser, within the grace: the same visitor, and nobody saw it go.
    let again = browser.waits(&world, "/checkout").await;
    let ToDesk::Visitor { visitor: next } = text(&mut desk).await else {
        panic!("the visitor is on another page")
    };
    assert_eq!((next.id, next.path.as_str()), (visitor.id, "/checkout"));
    drop(again);
    let ToDesk::Gone { id } = text(&mut desk).await else { panic!("the visitor left") };
    assert_eq!(id, visitor.id);
}

#[tokio::test]
async fn a_session_is_opened_once_and_the_page_is_asked_until_it_came() {
    let world = World::new().await;
    let sophie = world.sophie().await;
    let mut desk = world.socket("/v1/desk", &world.server.url, Some(&sophie.cookie)).await;
    let browser = Browser::new();
    let mut page = browser.waits(&world, "/").await;
    let visitor = crate::world::first_visitor(&mut desk).await;
    let session = sophie.opens_session(visitor).await;
    assert_eq!(asked(&mut page).await.0, session);
    assert_eq!(sophie.opens_session(visitor).await, session, "the session that is open");
    drop(page);
    let mut next = browser.waits(&world, "/mugs").await;
    assert_eq!(asked(&mut next).await.0, session, "the next page is asked as well");

    let gone = sophie.request(Method::POST, "/v1/visitors/00000000000000000000000000000000/sessions");
    assert_eq!(code(gone.send().await.expect("answered")).await, (404, "visitor_gone".into()));
}

#[tokio::test]
async fn agents_who_ask_at_once_get_one_session() {
    let world = World::new().await;
    let (sophie, anna) = (world.sophie().await, world.another_agent("anna@demo.tandem", "Anna").await);
    let mut desk = world.socket("/v1/desk", &world.server.url, Some(&sophie.cookie)).await;
    let mut page = Browser::new().waits(&world, "/").await;
    let visitor = crate::world::first_visitor(&mut desk).await;
    let app = &world.server.app;
    let (first, second) = tokio::join!(
        app.sessions.open(app, visitor, sophie.me.id),
        app.sessions.open(app, visitor, anna.me.id)
    );
    let session = first.expect("opened");
    assert_eq!(second.expect("opened"), session, "one visitor has one session");
    assert_eq!(asked(&mut page).await.0, session);
    assert_eq!(asked(&mut page).await.0, session, "asked for each of them");
    assert_eq!(sophie.opens_session(visitor).await, session);
    app.sessions.find(app, session).await.expect("it runs").end().await;
    world.until_ended(session).await;
    let left = app.records.open_session("demo".into(), visitor).await.expect("read");
    assert_eq!(left, None, "no other one was left behind");
}

#[tokio::test]
async fn a_page_of_no_site_or_another_origin_is_told_so() {
    let world = World::new().await;
    for (path, origin, expected, close) in [
        ("/v1/presence?site=nobody", SHOP, "unknown_site", 4400),
        ("/v1/presence", SHOP, "unknown_site", 4400),
        ("/v1/presence?site=demo", "http://evil.localhost", "wrong_origin", 4401),
    ] {
        let mut socket = world.socket(path, origin, None).await;
        assert_eq!(
            text::<serde_json::Value>(&mut socket).await,
            json!({ "type": "refused", "code": expected })
        );
        let frame = closed(&mut socket).await;
        assert_eq!((u16::from(frame.code), frame.reason.as_str()), (close, expected));
    }
    assert_eq!((world.refusals("unknown_site").await, world.refusals("wrong_origin").await), (2, 1));
}

#[tokio::test]
async fn a_waiting_page_that_talks_nonsense_is_refused_and_the_others_stay() {
    use tokio_tungstenite::tungstenite::Message;
    let world = World::new().await;
    let mut other = Browser::new().waits(&world, "/").await;
    let long = "x".repeat(10_000);
    for (message, expected) in [
        (Message::text("{}"), 4409),
        (Message::text("{\"type\":\"here\",\"key\":\"AAAA\",\"path\":\"/\",\"lang\":\"en\"}"), 4409),
        (Browser::new().here("no-slash"), 4409),
        (Message::binary(vec![1, 2, 3]), 4409),
        (Message::text(long), 4410),
    ] {
        let mut socket = world.socket("/v1/presence?site=demo", SHOP, None).await;
        socket.send(message.clone()).await.expect("sent");
        assert_eq!(u16::from(closed(&mut socket).await.code), expected, "{message:?}");
    }
    other.send(Browser::new().here("/")).await.expect("sent");
    assert_eq!(u16::from(closed(&mut other).await.code), 4409, "a socket speaks for one browser");
}
