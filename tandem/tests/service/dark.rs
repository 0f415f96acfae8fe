//! A network that goes dark for a minute: bytes stop in one direction or in both, between frames or in the middle of
//! one, and nobody hears that they do.
mod person;
mod way;

use std::time::Duration;

use accounts::Role;
use chat::server::Options;
use chat_client::{Agent, Visitor};
use chat_proto::desk::{FromDesk, Presence, ToDesk};
use futures_util::future::join_all;
use tokio::{
    sync::Notify,
    time::{Instant, timeout, timeout_at},
};

use person::{Who, pair};
use way::{Edge, Night, Way};

use crate::{
    databases::Database,
    world::{PASSWORD, World, email, form, play, unlimited},
};

/// So long it is dark.
const DARK: Duration = Duration::from_secs(60);
/// So long after it everything is there, at the latest: two silences of a client, and what it says then.
const LIGHT: Duration = Duration::from_secs(60);
/// So long a machine may have something else to do.
const BUSY: Duration = Duration::from_secs(20);

/// A visitor who left is shown as gone after so long, and one who was cut off after so long.
fn gone_after() -> (Duration, Duration) {
    let terms = Options::new("http://desk.localhost");
    (terms.grace, 2 * terms.ping + terms.grace)
}

/// What happens to whom.
const NIGHTS: [(Night, Edge, Who); 8] = [
    (Night::Both, Edge::Within, Who::Visitor),
    (Night::Both, Edge::Between, Who::Visitor),
    (Night::ToServer, Edge::Within, Who::Visitor),
    (Night::ToClient, Edge::Within, Who::Visitor),
    (Night::Both, Edge::Within, Who::Agent),
    (Night::Both, Edge::Between, Who::Agent),
    (Night::ToServer, Edge::Within, Who::Agent),
    (Night::ToClient, Edge::Within, Who::Agent),
];

/// Until the dot is red, by then at the latest.
async fn turns_red(agent: &mut Agent, conv: &str, end: Instant) {
    let shown = async {
        loop {
            let red = agent.until("the dot", |_, frame| match frame {
                ToDesk::Visitor { conv: of, online: false } if of == conv => Some(()),
                _ => None,
            });
            match red.await {
                // It is not so patient.
                Err(chat_client::Error::Silent(_)) => {}
                told => return told,
            }
        }
    };
    timeout_at(end, shown).await.expect("in time").expect("shown");
}

fn texts(of_whom: &str, n: usize) -> Vec<String> {
    (0..n).map(|it| format!("{of_whom} {it}")).collect()
}

async fn a_night(world: &World, n: usize, (night, edge, who): (Night, Edge, Who)) {
    let name = format!("Night{n}");
    world.hire(&name, Role::Manager, "shop").await;
    let way = Way::to(world.addr(), edge).await;
    let (dark, lit) = (way.place(world), world.place());
    let places = if who == Who::Visitor { (dark, lit) } else { (lit, dark) };
    let (visitor, agent) = pair(world, &name, places).await;
    let (mut dark, mut lit) = if who == Who::Visitor { (visitor, agent) } else { (agent, visitor) };
    let begun = Notify::new();
    let speaks = async {
        for (n, text) in texts("dark", 12).iter().enumerate() {
            if n == 3 {
                begun.notified().await;
            }
            dark.says(text).await;
        }
        dark.reads("lit 5").await;
    };
    let answers = async {
        lit.reads("dark 2").await;
        way.is(night);
        begun.notify_one();
        for text in texts("lit", 6) {
            lit.says(&text).await;
        }
        lit.rests(DARK).await;
        let came = lit.texts("dark").len();
        assert!(came <= 4, "it was not dark: {came} texts came");
        way.is(Night::Light);
        let read = timeout(LIGHT, lit.reads("dark 11")).await;
        assert!(read.is_ok(), "{night:?} {edge:?} {who:?}: not in time; there are {:?}", lit.texts("dark"));
    };
    tokio::join!(speaks, answers);
    // The client fails where a number is missing, comes twice or comes late; the texts stand in their order.
    for reader in [&dark, &lit] {
        assert_eq!(reader.texts("dark"), texts("dark", 12), "{night:?} {edge:?} {who:?}");
        assert_eq!(reader.texts("lit"), texts("lit", 6), "{night:?} {edge:?} {who:?}");
    }
    assert_eq!(dark.thread().words(), lit.thread().words(), "both read the same");
}

async fn nights(database: Database) {
    let world = World::with(database, unlimited).await;
    join_all(NIGHTS.into_iter().enumerate().map(|(n, night)| a_night(&world, n, night))).await;
}

// shows: ERR-04
#[test]
fn what_was_said_in_a_minute_of_dark_is_there_once_and_in_order_on_both_databases() {
    // All nights at once: a minute in all.
    play(async { _ = tokio::join!(nights(Database::Sqlite), nights(Database::postgres())) });
}

// shows: PRS-01
#[test]
fn who_goes_turns_red_within_15_s_and_who_is_cut_off_within_25() {
    let (after_close, after_cut) = gone_after();
    assert!(after_close <= Duration::from_secs(15), "{after_close:?}");
    assert!(after_cut <= Duration::from_secs(25), "{after_cut:?}");
}

// shows: PRS-01
#[test]
fn who_goes_and_who_is_cut_off_turns_red_in_time() {
    play(async {
        let world = World::new().await;
        let (mut visitor, mut anna, conv) = talk(&world).await;
        tokio::join!(leaves((&mut visitor, &mut anna), &conv), is_cut_off(&world));
    });
}

async fn talk(world: &World) -> (Visitor, Agent, String) {
    let mut visitor = Visitor::new(world.place());
    let mut anna = Agent::log_in(world.place(), &email("Anna"), PASSWORD).await.expect("logs in");
    anna.connect().await.expect("connects");
    let conv = visitor.start(form(), "fr").await.expect("let in").conv;
    anna.open(&conv).await.expect("opens");
    (visitor, anna, conv)
}

async fn leaves((visitor, anna): (&mut Visitor, &mut Agent), conv: &str) {
    visitor.leave().await;
    turns_red(anna, conv, Instant::now() + gone_after().0 + BUSY).await;
    visitor.connect().await.expect("comes back");
    assert!(is_told_before_an_answer(anna, conv).await, "no timer is between a welcome and the dot");
}

/// What an agent is answered comes after whatever they were to be told before they asked: whether that is that the visitor
/// is there.
async fn is_told_before_an_answer(agent: &mut Agent, conv: &str) -> bool {
    let (asked, mut is_green) = (chat_client::name(), false);
    let frame = FromDesk::Presence { cid: asked.clone(), site: "shop".into(), to: Presence::Away };
    agent.tell(&frame).await.expect("told");
    let answer = agent.until("an answer", |_, frame| match frame {
        ToDesk::Visitor { conv: of, online } if of == conv => {
            is_green = *online;
            None
        }
        ToDesk::Ack { cid, .. } | ToDesk::Nack { cid, .. } if *cid == asked => Some(()),
        _ => None,
    });
    answer.await.expect("answered");
    is_green
}

async fn is_cut_off(world: &World) {
    let way = Way::to(world.addr(), Edge::Within).await;
    let mut visitor = Visitor::new(way.place(world));
    // Another agent than the one of who leaves.
    let mut ben = Agent::log_in(world.place(), &email("Ben"), PASSWORD).await.expect("logs in");
    ben.connect().await.expect("connects");
    let conv = visitor.start(form(), "fr").await.expect("let in").conv;
    ben.open(&conv).await.expect("opens");
    let cut = Instant::now();
    way.is(Night::Both);
    turns_red(&mut ben, &conv, cut + gone_after().1 + BUSY).await;
    let took = cut.elapsed();
    assert!(Duration::from_secs(5) < took, "it was not told of the cut: {took:?}");
}
