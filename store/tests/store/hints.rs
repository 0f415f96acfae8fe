//! Hints between nodes that share a PostgreSQL.

use std::time::Duration;

use store::{Bus, InProcess, PostgresBus, Subscription, Wake};

use crate::engines::{Database, SHARED};

/// So long that no sweep comes by itself while a test runs.
const NEVER: Duration = Duration::from_secs(3600);

/// A hint that is not heard by then was lost.
const PATIENCE: Duration = Duration::from_secs(20);

async fn next(subscription: &mut Subscription) -> Wake {
    let heard = tokio::time::timeout(PATIENCE, subscription.next()).await;
    heard.expect("in time").expect("the bus is there")
}

fn hint(topic: &str) -> Wake {
    Wake::Hint(topic.into())
}

#[tokio::test]
async fn nodes_hear_each_other_and_themselves_once() {
    let database = Database::new(SHARED);
    let options = database.options();
    let (one, two) = (PostgresBus::start(&options).expect("one"), PostgresBus::start(&options).expect("two"));
    let (mut at_one, mut at_two) = (one.subscribe(NEVER), two.subscribe(NEVER));
    one.publish("conversation 7");
    assert_eq!(next(&mut at_one).await, hint("conversation 7"));
    assert_eq!(next(&mut at_two).await, hint("conversation 7"));
    two.publish("été 'quoted' \\");
    assert_eq!(next(&mut at_one).await, hint("été 'quoted' \\"), "and not its own again");
    assert_eq!(next(&mut at_two).await, hint("été 'quoted' \\"));
    one.publish(&"x".repeat(10_000));
    assert_eq!(next(&mut at_two).await, Wake::Sweep, "too long to say");
}

#[tokio::test]
async fn what_is_said_often_is_heard_seldom() {
    let database = Database::new(SHARED);
    let options = database.options();
    let (one, two) = (PostgresBus::start(&options).expect("one"), PostgresBus::start(&options).expect("two"));
    let mut at_two = two.subscribe(NEVER);
    for _ in 0..1000 {
        one.publish("busy");
    }
    one.publish("last");
    let mut heard = 0;
    while next(&mut at_two).await != hint("last") {
        heard += 1;
    }
    assert!((1..100).contains(&heard), "heard {heard} times");
}

#[tokio::test]
async fn a_listener_that_was_cut_off_is_told_to_look() {
    let database = Database::new(SHARED);
    let options = database.options();
    let (one, two) = (PostgresBus::start(&options).expect("one"), PostgresBus::start(&options).expect("two"));
    let mut at_two = two.subscribe(NEVER);
    database.cut_connections();
    assert_eq!(next(&mut at_two).await, Wake::Sweep);
    // The speaker's connection was cut too: the hint that finds it out may be lost, a later one is not.
    let mut again = tokio::time::interval(Duration::from_millis(100));
    let heard = async {
        loop {
            tokio::select! {
                _ = again.tick() => one.publish("back"),
                wake = at_two.next() => if wake == Some(hint("back")) { break },
            }
        }
    };
    tokio::time::timeout(PATIENCE, heard).await.expect("in time");
}

#[tokio::test]
async fn one_process_needs_no_server() {
    let bus: Box<dyn Bus> = Box::new(InProcess::new());
    let mut listener = bus.subscribe(NEVER);
    bus.publish("a");
    assert_eq!(next(&mut listener).await, hint("a"));
}
