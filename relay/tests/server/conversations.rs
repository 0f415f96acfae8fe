//! Shares of conversations, where the relay cannot do what it is asked for.
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use accounts::{AgentId as AccountId, NewAgent, NewSite, Role, SitesOf};
use axum::Router;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use cobrowse_core::id::{AgentId, SessionId, VisitorId};
use futures_util::SinkExt;
use relay::{
    Config, Running, Server,
    conversations::{Conversations, OpenShare, ShareError},
    mount::{Base, Mounts},
    records::{audit::Entry, sessions::SessionRecord, shares::Belongs},
};
use store::Key;
use tempfile::TempDir;

use crate::{
    peer::PATIENCE,
    world::{Browser, SHOP, Socket, asked, connect},
};

const SHARE: SessionId = SessionId::from_random([3; 16]);
const ENDED: SessionId = SessionId::from_random([4; 16]);
const CONV: &str = "1/1";

async fn agent(server: &Running, email: &str) -> AccountId {
    let new = NewAgent {
        email: email.into(),
        first_name: "Anna".into(),
        last_name: String::new(),
        role: Role::Agent,
        sites: SitesOf::All,
        password: "correct horse battery".into(),
    };
    server.app.accounts.put_agent(new).await.expect("an agent").id
}

/// A conversation's session from before a restart.
async fn share(server: &Running, id: SessionId, of: AgentId) {
    let visitor = VisitorId::from_random(*id.as_bytes());
    let record = SessionRecord { id, site: "shop".into(), visitor, opened_by: of, ended_ms: None };
    server.app.records.add_session(record).await.expect("added");
    let belongs = Belongs { session: id, conv: CONV.into(), agent: of };
    server.app.records.attach(belongs).await.expect("attached");
}

async fn set(base: &Base, sql: &'static str) {
    let done = base.store.write(Key(0), move |tx| tx.execute(sql, &[]).map(drop)).await;
    let done: Result<(), store::Error> = done;
    done.expect("done");
}

/// A server, and what a service that is mounted has of it.
async fn mounted(folder: &TempDir) -> (Running, Base) {
    let given = Arc::new(Mutex::new(None));
    let keep = Arc::clone(&given);
    let mounts = Mounts::default().with(&[], async move |base| {
        *keep.lock().expect("kept") = Some(base);
        Ok(Router::new())
    });
    let server = Server::start_with(Config::loopback(folder.path()), mounts).await.expect("starts");
    let base: Base = given.lock().expect("kept").take().expect("mounted");
    (server, base)
}

/// A page that waits, and how the relay calls its browser.
async fn waiting(server: &Running, base: &Base) -> (Socket, VisitorId) {
    let site = NewSite { key: "demo".into(), name: "Demo".into(), origins: vec![SHOP.into()] };
    server.app.accounts.put_site(site).await.expect("a site");
    let browser = Browser::new();
    let mut page = connect(server.addr, "/v1/presence?site=demo", SHOP, None).await.expect("upgraded");
    page.send(browser.here("/")).await.expect("sent");
    let signature = BASE64.encode(browser.sign(b"it is me"));
    let visitor = base.conversations.signer("demo", &browser.spki(), b"it is me", &signature);
    (page, visitor.expect("a proof"))
}

/// Opens a share as soon as the page is known to be there.
async fn opens(base: &Base, visitor: VisitorId, agent: AccountId) -> Result<SessionId, ShareError> {
    loop {
        match base.conversations.open(CONV, ("demo", visitor), agent).await {
            Err(ShareError::VisitorGone) => tokio::task::yield_now().await,
            done => return done,
        }
    }
}

// shows: CNT-08
#[tokio::test]
async fn a_share_is_its_conversations_before_its_page_is_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    let (server, base) = mounted(&folder).await;
    let anna = agent(&server, "a@shop.example").await;
    let (mut page, visitor) = waiting(&server, &base).await;
    // A process that is killed after the page was asked gets no further than this.
    let killed = "CREATE TRIGGER killed BEFORE UPDATE OF conv ON relay_session
        BEGIN SELECT RAISE(ABORT, 'killed'); END";
    set(&base, killed).await;
    let session = opens(&base, visitor, anna).await.expect("opened");
    assert_eq!(asked(&mut page).await.0, session);
    let open = base.conversations.open_shares().await.expect("read");
    assert_eq!(open, [OpenShare { session, conv: CONV.into(), agent: anna }], "known whose it is");

    // Its end is told at once, and stored as soon as that is possible.
    let held = "CREATE TRIGGER held BEFORE UPDATE OF ended_ms ON relay_session
        BEGIN SELECT RAISE(ABORT, 'held'); END";
    set(&base, held).await;
    base.conversations.end(CONV).await.expect("ended");
    assert!(server.app.sessions.find(&server.app, session).await.is_err(), "it has ended");
    set(&base, "DROP TRIGGER held").await;
    let stored = async {
        while !base.conversations.open_shares().await.expect("read").is_empty() {
            // waits: a row that changes tells nobody.
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, stored).await.expect("its end is stored");
    server.shutdown().await.expect("stops");
}

// shows: CNT-08
#[tokio::test]
async fn of_two_conversations_that_ask_at_once_one_has_the_page() {
    let folder = tempfile::tempdir().expect("a folder");
    let (server, base) = mounted(&folder).await;
    let (anna, bert) = (agent(&server, "a@shop.example").await, agent(&server, "b@shop.example").await);
    let (_page, visitor) = waiting(&server, &base).await;
    opens(&base, visitor, anna).await.expect("the page is there");
    base.conversations.end(CONV).await.expect("ended");
    let (site, relay) = (("demo", visitor), &base.conversations);
    let (first, second) = tokio::join!(relay.open(CONV, site, anna), relay.open("1/2", site, bert));
    let (first, second) = (first.expect("opened"), second.expect("opened"));
    assert_ne!(first, second, "what the first one's agent sees is not the second one's");
    let app = &server.app;
    let runs = async |it| app.sessions.find(app, it).await.is_ok();
    assert_eq!((runs(first).await, runs(second).await), (false, true), "who came last has it");
    server.shutdown().await.expect("stops");
}

// shows: CNT-08
#[tokio::test]
async fn a_share_that_ended_before_a_crash_has_ended_after_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let (server, base) = mounted(&folder).await;
    share(&server, SHARE, AgentId(1)).await;
    // Killed between the log and the session's own row.
    let (actor, event) = ("visitor".to_owned(), "ended reason=visitor".to_owned());
    server.app.audit.log(Entry { session: Some(SHARE), actor, event }).await;
    server.app.audit.flush().await;
    assert!(server.app.sessions.find(&server.app, SHARE).await.is_err(), "nothing brings it back");
    assert_eq!(base.conversations.open_shares().await.expect("read"), []);
    let record = server.app.records.session(SHARE).await.expect("read").expect("there");
    assert!(record.ended_ms.is_some());
    server.shutdown().await.expect("stops");
}

// shows: CNT-07, CNT-08
#[tokio::test]
async fn a_share_that_cannot_be_reached_is_not_said_to_be_handed_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let (server, base) = mounted(&folder).await;
    let (from, to) = (agent(&server, "a@shop.example").await, agent(&server, "b@shop.example").await);
    let of = AgentId(u32::try_from(from.0).expect("small"));
    share(&server, SHARE, of).await;
    let relay: &Conversations = &base.conversations;

    // The session cannot be begun again: what is kept of it cannot be read.
    set(&base, "UPDATE relay_session SET opened_by = -1").await;
    relay.hand_over(CONV, from, to).await.expect_err("it is not known");
    assert_eq!(relay.open_shares().await.expect("read")[0].agent, from, "nothing has changed");

    set(&base, "UPDATE relay_session SET ended_ms = 1").await;
    share(&server, ENDED, of).await;
    server.app.records.end_session(ENDED, "server").await.expect("ended");
    relay.hand_over(CONV, from, to).await.expect("there is nothing to hand over");
    server.shutdown().await.expect("stops");
}
