//! Shares of conversations, where the relay cannot do what it is asked for.
use std::sync::{Arc, Mutex};

use accounts::{AgentId as AccountId, NewAgent, Role, SitesOf};
use axum::Router;
use cobrowse_core::id::{AgentId, SessionId, VisitorId};
use relay::{
    Config, Running, Server,
    conversations::Conversations,
    mount::{Base, Mounts},
    records::{sessions::SessionRecord, shares::Belongs},
};
use store::Key;

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

// shows: CNT-07, CNT-08
#[tokio::test]
async fn a_share_that_cannot_be_reached_is_not_said_to_be_handed_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let given = Arc::new(Mutex::new(None));
    let keep = Arc::clone(&given);
    let mounts = Mounts::default().with(&[], async move |base| {
        *keep.lock().expect("kept") = Some(base);
        Ok(Router::new())
    });
    let server = Server::start_with(Config::loopback(folder.path()), mounts).await.expect("starts");
    let base: Base = given.lock().expect("kept").take().expect("mounted");
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
