//! A network that goes dark: bytes stop in the middle of a frame, both ways, and nobody hears that they do.
use std::{net::SocketAddr, time::Duration};

use chat_client::{Agent, Place, Visitor};
use chat_proto::desk::{Deed, Presence, ToDesk};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    time::{Instant, timeout},
};

use crate::{
    databases::Database,
    world::{PASSWORD, World, email, form, play, unlimited},
};

/// So long it is dark.
const DARK: Duration = Duration::from_secs(20);
/// A visitor who left is shown as gone after so long at the latest (FEATURES PRS-01), ...
const GONE_AFTER_CLOSE: Duration = Duration::from_secs(15);
/// ... and one who was cut off after so long.
const GONE_AFTER_CUT: Duration = Duration::from_secs(25);
/// Who comes back is shown so soon.
const BACK: Duration = Duration::from_secs(1);

/// A way to the server that can be dark.
struct Way {
    addr: SocketAddr,
    dark: watch::Sender<bool>,
}

impl Way {
    async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let addr = listener.local_addr().expect("its address");
        let (dark, is_dark) = watch::channel(false);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let mut is_dark = is_dark.clone();
                tokio::spawn(async move {
                    // Who calls in the dark gets no answer until it is light.
                    if is_dark.wait_for(|it| !*it).await.is_err() {
                        return;
                    }
                    let far = TcpStream::connect(server).await.expect("the server");
                    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
                    tokio::join!(pass(near_in, far_out, is_dark.clone()), pass(far_in, near_out, is_dark));
                });
            }
        });
        Self { addr, dark }
    }

    fn place(&self, world: &World) -> Place {
        Place { server: format!("http://{}", self.addr), ..world.place() }
    }
}

/// A few bytes at a time, so that the dark falls in the middle of a frame. What is under way waits until it is light.
async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut is_dark: watch::Receiver<bool>) {
    let mut buffer = [0; 7];
    loop {
        let n = match from.read(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(n) => n,
        };
        if is_dark.wait_for(|it| !*it).await.is_err() || to.write_all(&buffer[..n]).await.is_err() {
            return;
        }
    }
}

/// An agent who has the visitor's conversation open.
async fn serves(world: &World, visitor: &mut Visitor) -> (Agent, String) {
    let mut agent = Agent::log_in(world.place(), &email("Anna"), PASSWORD).await.expect("logs in");
    agent.connect().await.expect("connects");
    agent.be(Presence::Available).await.expect("is there");
    let conv = visitor.start(form(), "fr").await.expect("let in").conv;
    let (asked, no) = agent.is_asked().await.expect("asked");
    assert_eq!(asked, conv);
    agent.does(&conv, Deed::Accept { no }).await.expect("accepted");
    agent.open(&conv).await.expect("opens");
    (agent, conv)
}

/// Until the dot is green, or red; after how long.
async fn dot(agent: &mut Agent, (conv, wanted): (&str, bool), since: Instant) -> Duration {
    let shown = agent.until("the dot", |_, frame| match frame {
        ToDesk::Visitor { conv: of, online } if of == conv && *online == wanted => Some(()),
        _ => None,
    });
    shown.await.expect("shown");
    since.elapsed()
}

async fn nothing_is_lost(database: Database) {
    let world = World::with(database, unlimited).await;
    let way = Way::to(world.addr()).await;
    let mut visitor = Visitor::new(way.place(&world));
    let (mut anna, conv) = serves(&world, &mut visitor).await;
    // A burst, so that frames are under way in both directions as it gets dark.
    let writer = tokio::spawn(async move {
        for n in 0..12 {
            visitor.write(&format!("visitor {n}")).await.expect("stored");
        }
        visitor
    });
    anna.reads(&conv, |it| it.text == "visitor 2").await.expect("begun");
    way.dark.send_replace(true);
    for n in 0..6 {
        anna.write(&conv, &format!("agent {n}")).await.expect("stored");
    }
    anna.rest(DARK).await.expect("an agent whom the dark does not concern");
    way.dark.send_replace(false);
    let visitors = async {
        let mut visitor = writer.await.expect("no panic");
        visitor.reads("the agent's last", |it| it.text == "agent 5").await.expect("there");
        visitor
    };
    let (visitor, read) = tokio::join!(visitors, anna.reads(&conv, |it| it.text == "visitor 11"));
    read.expect("there");
    // The client fails where a number is missing, comes twice or comes late; the texts stand in their order.
    for (who, n_texts) in [("visitor", 12), ("agent", 6)] {
        let expected: Vec<_> = (0..n_texts).map(|n| format!("{who} {n}")).collect();
        for thread in [&visitor.thread, &anna.open[&conv]] {
            let texts: Vec<_> = thread.words().into_iter().map(|(_, text)| text.to_owned()).collect();
            let of_who: Vec<_> = texts.into_iter().filter(|it| it.starts_with(who)).collect();
            assert_eq!(of_who, expected);
        }
    }
}

// shows: ERR-04
#[test]
fn what_was_said_in_the_dark_is_there_once_on_sqlite() {
    play(nothing_is_lost(Database::Sqlite));
}

// shows: ERR-04
#[test]
fn what_was_said_in_the_dark_is_there_once_on_postgres() {
    play(async { nothing_is_lost(Database::postgres()).await });
}

// shows: PRS-01
#[test]
fn who_goes_and_who_is_cut_off_turns_red_in_time() {
    play(async {
        let world = World::new().await;
        let mut visitor = Visitor::new(world.place());
        let (mut anna, conv) = serves(&world, &mut visitor).await;
        tokio::join!(leaves((&mut visitor, &mut anna), &conv), is_cut_off(&world));
    });
}

async fn leaves((visitor, anna): (&mut Visitor, &mut Agent), conv: &str) {
    visitor.leave().await;
    let took = dot(anna, (conv, false), Instant::now()).await;
    assert!(took <= GONE_AFTER_CLOSE, "{took:?}");
    let back = Instant::now();
    visitor.connect().await.expect("comes back");
    let took = dot(anna, (conv, true), back).await;
    assert!(took <= BACK, "{took:?}");
}

async fn is_cut_off(world: &World) {
    let way = Way::to(world.addr()).await;
    let mut visitor = Visitor::new(way.place(world));
    // Another agent than the one of who leaves.
    let mut ben = Agent::log_in(world.place(), &email("Ben"), PASSWORD).await.expect("logs in");
    ben.connect().await.expect("connects");
    let conv = visitor.start(form(), "fr").await.expect("let in").conv;
    ben.open(&conv).await.expect("opens");
    let cut = Instant::now();
    way.dark.send_replace(true);
    let took = timeout(GONE_AFTER_CUT, dot(&mut ben, (&conv, false), cut)).await.expect("in time");
    assert!(Duration::from_secs(5) < took, "it was not told of the cut: {took:?}");
}
