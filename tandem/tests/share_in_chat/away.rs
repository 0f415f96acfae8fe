//! Relay and chat run apart, and one of them is away.
use std::net::SocketAddr;

use accounts::AgentId as AccountId;
use chat::{
    engine::{Ask, Engine, Fault, Request},
    model::{AgentActor, AgentId, ConversationId, FromAgent, Role, SiteId},
};
use chat_client::{Place, Visitor};
use chat_proto::desk::{Deed, Shared};
use cobrowse_core::wire::message;
use relay_client::{PageKey, Says, Told};
use tandem::apart::service::Config;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
};

use crate::{
    play,
    world::{How, Talk, World, form, waits, way},
};

// shows: CNT-10, THR-05
#[test]
fn what_happens_to_a_share_while_the_chat_is_away_is_told_when_it_is_back() {
    play(async {
        let mut talk = Talk::new(How::Apart).await;
        let (_, viewer, mut page) = talk.shares().await;
        let chat = talk.world.stops_chat().await.expect("it runs apart");
        let (status, why) = talk.presses(&talk.anna).await;
        assert!(status == 503 && why.contains("retry"), "browsers are told to try again: {status} {why}");
        viewer.does(|viewer, now| viewer.end(now)).expect("runs");
        page.ends().await.expect("over");
        talk.world.starts_chat(chat).await;
        talk.lea.connect().await.expect("connects");
        assert_eq!(talk.rows_until("share_ended").await, ["share_asked", "share_started", "share_ended"]);
        talk.lea.write("Encore là").await.expect("stored");
    });
}

// shows: CNT-10, THR-05
#[test]
fn a_yes_that_is_said_while_the_relay_is_away_is_in_its_log_and_in_the_thread_when_it_is_back() {
    play(async {
        let mut talk = Talk::new(How::Apart).await;
        let (_, body) = talk.presses(&talk.anna).await;
        let Shared { session } = serde_json::from_str(&body).expect("a session");
        let mut viewer = talk.opens(&talk.anna, &session).await;
        let mut page = talk.comes().await;
        viewer.asks(message::Ask::View).expect("runs");
        let told = page.hears("a question", |it| matches!(it, Told::Asked(..))).await.expect("asked");
        let Told::Asked(anna, ask) = told else { panic!("a question") };
        let says_yes = async || page.answers(anna.id, ask, Says::Yes).await;
        let (world, said) = talk.world.without_relay(says_yes).await;
        talk.world = world;
        assert!(said.expect("runs"), "the question stands");
        viewer.sees().await.expect("sees it");
        viewer.does(|viewer, now| viewer.end(now)).expect("runs");
        page.ends().await.expect("over");
        talk.lea.connect().await.expect("connects");
        assert_eq!(talk.rows_until("share_ended").await, ["share_asked", "share_started", "share_ended"]);
        let session = session.parse().expect("a session's name");
        let log = talk.world.server.app.audit.of(session).await.expect("read");
        let yes =
            log.iter().filter(|(by, event)| by == "visitor" && event.starts_with("view_granted agent="));
        assert_eq!(yes.count(), 1, "{log:?}");
    });
}

/// The only conversation.
async fn conversation(world: &World) -> (SiteId, ConversationId) {
    const FIND: &str = "SELECT site_id, id FROM chat_conversation";
    let found = world.server.store().read(|tx| tx.one::<(i64, i64)>(FIND, &[])).await;
    let (site, id) = found.map_err(|error: store::Error| error).expect("read");
    (SiteId(site), ConversationId(id))
}

async fn closes(
    engine: &Engine,
    (site, conversation): (SiteId, ConversationId),
    by: i64,
) -> Result<(), Fault> {
    let by = AgentActor { id: AgentId(by), role: Role::Agent };
    let ask = Ask::Agent(by, FromAgent::Close([].into()));
    engine.command(Request { site, conversation, ask, rid: None }).await.map(drop)
}

// shows: CNT-08
#[test]
fn while_the_relay_is_away_nothing_is_stored_that_a_share_must_end_before() {
    play(async {
        let mut talk = Talk::new(How::Apart).await;
        let (_, viewer, page) = talk.shares().await;
        drop((viewer, page));
        let (of, anna) = (conversation(&talk.world).await, talk.world.id("Anna").await);
        let engine = talk.world.chat.as_ref().expect("apart").running.chat.engine().clone();
        let (world, closed) = talk.world.without_relay(async || closes(&engine, of, anna).await).await;
        assert!(matches!(closed, Err(Fault::Shares(_))), "{closed:?}");
        assert_eq!(engine.active_agent(of.0, of.1).await.expect("read"), Some(AgentId(anna)));
        closes(&engine, of, anna).await.expect("closed");
        talk.lea.connect().await.expect("connects");
        talk.lea.reads("the end", |it| it.meta.code == "share_ended").await.expect("read");
        let records = &world.server.app.records;
        let over = async { while !records.shares(None).await.expect("read").is_empty() {} };
        tokio::time::timeout(chat_client::PATIENCE, over).await.expect("the share is over");
    });
}

/// The agent who has the conversation of the page's visitor gets to see the page, sooner or later.
async fn is_known_after_all(world: &World, key: &PageKey) {
    let _waiting = waits(world, key).await;
    let mut anna = world.agent("Anna").await;
    let (conv, no) = anna.is_asked().await.expect("asked");
    anna.does(&conv, Deed::Accept { no }).await.expect("accepted");
    let path = format!("/v1/conversations/{conv}/share");
    let shown = async {
        let nothing = serde_json::Value::Null;
        while anna.ask(reqwest::Method::POST, &path, &nothing).await.expect("answered").0 != 201 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(chat_client::PATIENCE, shown).await.expect("known after all");
    let shares = world.server.app.records.shares(None).await.expect("read");
    assert_eq!(AccountId(i64::from(shares[0].agent.0)).0, world.id("Anna").await);
}

/// Asks the chat itself, as behind a front that reaches both.
fn beside_the_relay(world: &World) -> Place {
    let chat = world.chat.as_ref().expect("apart").running.addr;
    Place { server: format!("http://{chat}"), ..world.place() }
}

// shows: ENT-01
#[test]
fn a_page_that_proved_itself_while_the_relay_was_away_is_known_when_it_is_back() {
    play(async {
        let world = World::new(How::Apart).await;
        let key = PageKey::new().expect("a key");
        let (place, prover) = (beside_the_relay(&world), key.prover());
        let begins = async move || {
            let mut lea = Visitor::new(place).proving(prover);
            lea.start(form(), "fr").await.expect("let in");
            lea
        };
        let (world, _lea) = world.without_relay(begins).await;
        is_known_after_all(&world, &key).await;
    });
}

/// A way to the relay on which it hangs: calls are taken, and get through when it goes on.
async fn hanging(relay: SocketAddr) -> (SocketAddr, watch::Sender<bool>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let addr = listener.local_addr().expect("its address");
    let (goes_on, hangs) = watch::channel(false);
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            let mut hangs = hangs.clone();
            tokio::spawn(async move {
                if hangs.wait_for(|goes_on| *goes_on).await.is_ok() {
                    let mut far = TcpStream::connect(relay).await.expect("the relay");
                    // Ends as either end does.
                    let _ = copy_bidirectional(&mut near, &mut far).await;
                }
            });
        }
    });
    (addr, goes_on)
}

// shows: ENT-01
#[test]
fn a_relay_that_hangs_keeps_nobody_from_the_chat_and_is_asked_until_it_goes_on() {
    play(async {
        let mut world = World::new(How::Apart).await;
        let (front, goes_on) = hanging(world.server.addr).await;
        let chat = world.stops_chat().await.expect("it runs apart");
        world.starts_chat(Config { relay: way(world.folder(), front), ..chat }).await;
        let key = PageKey::new().expect("a key");
        let mut lea = Visitor::new(beside_the_relay(&world)).proving(key.prover());
        lea.start(form(), "fr").await.expect("let in");
        goes_on.send(true).expect("there are calls");
        is_known_after_all(&world, &key).await;
    });
}
