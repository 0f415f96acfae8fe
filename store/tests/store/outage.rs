//! What callers are told when PostgreSQL's server, or the way to it, is lost.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU8, AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use store::{Error, Key, PostgresOptions, Store, params};

use crate::conformance::{ask, write};
use crate::engines::{Database, SHARED, TABLES, TO_KILL, alone_with_the_killed};

/// What writers were told.
#[derive(Default)]
struct Told {
    stored: AtomicI64,
    not_stored: AtomicI64,
    unknown: AtomicI64,
}

/// Adds one to a counter again and again, without a request id: so nothing hides a wrong answer.
fn add(store: &Store, key: i64, told: &Told) {
    let sql = "INSERT INTO counter (name, n) VALUES ($1, 1)
               ON CONFLICT (name) DO UPDATE SET n = counter.n + 1";
    let answer = store.write_blocking(Key(key), move |tx| tx.execute(sql, params![key.to_string()]));
    match answer {
        Ok(_) => told.stored.fetch_add(1, Ordering::SeqCst),
        Err(Error::Retry(_)) => told.not_stored.fetch_add(1, Ordering::SeqCst),
        Err(Error::Unknown(_)) => told.unknown.fetch_add(1, Ordering::SeqCst),
        Err(other) => panic!("{other}"),
    };
}

/// Every "stored" is there, and every "not stored" is not.
fn settle(store: &Store, told: &Told) {
    let sum: i64 = loop {
        let sql = "SELECT COALESCE(CAST(SUM(n) AS BIGINT), 0) FROM counter";
        match store.read_blocking(move |tx| tx.one::<(i64,)>(sql, &[])) {
            Ok((sum,)) => break sum,
            Err(error) => assert!(error.is_retryable(), "{error}"),
        }
        // waits: a server that comes back tells nobody.
        thread::sleep(Duration::from_millis(50));
    };
    let (stored, unknown) = (told.stored.load(Ordering::SeqCst), told.unknown.load(Ordering::SeqCst));
    assert!((stored..=stored + unknown).contains(&sum), "{sum} is not {stored} + at most {unknown}");
}

fn until_stored(store: &Store, told: &Told, goal: i64) {
    thread::scope(|scope| {
        for key in 0..12 {
            scope.spawn(move || {
                while told.stored.load(Ordering::SeqCst) < goal {
                    add(store, key, told);
                }
            });
        }
    });
}

#[test]
fn when_connections_are_cut_each_answer_is_true() {
    let database = Database::new(SHARED);
    let store = Store::postgres(&database.options(), &[TABLES]).expect("opens");
    let told = Told::default();
    thread::scope(|scope| {
        let writers = scope.spawn(|| until_stored(&store, &told, 1500));
        let mut cuts = 0;
        while !writers.is_finished() {
            database.cut_connections();
            cuts += 1;
            // waits: between two cuts some work is to be done.
            thread::sleep(Duration::from_millis(30));
        }
        writers.join().expect("no panic");
        assert!(1 < cuts, "it was cut while it wrote");
    });
    settle(&store, &told);
    assert_eq!(told.unknown.load(Ordering::SeqCst), 0, "the server could always be asked");
    store.close();
}

#[test]
fn when_the_server_dies_each_answer_is_true() {
    let _alone = alone_with_the_killed();
    let database = Database::new(TO_KILL);
    let store = Store::postgres(&database.options(), &[TABLES]).expect("opens");
    let told = Told::default();
    thread::scope(|scope| {
        let writers = scope.spawn(|| until_stored(&store, &told, 900));
        for goal in [100, 400] {
            while told.stored.load(Ordering::SeqCst) < goal {
                // waits: the count grows on twelve threads, which want the processor more than this one.
                thread::sleep(Duration::from_millis(5));
            }
            database.kill_server();
        }
        writers.join().expect("no panic");
    });
    assert!(0 < told.not_stored.load(Ordering::SeqCst), "who came meanwhile was told so");
    settle(&store, &told);
    store.close();
}

/// What a way to the server does with a `COMMIT`.
const PASS: u8 = 0;
/// It arrives; the answer does not.
const CUT_AFTER: u8 = 1;
/// It does not arrive.
const CUT_BEFORE: u8 = 2;
/// It arrives, the answer does not, and nobody comes through afterwards.
const GO_DARK: u8 = 3;
/// Nobody comes through.
const DARK: u8 = 4;

/// A way to the server that can be cut.
struct Way {
    port: u16,
    mode: Arc<AtomicU8>,
}

impl Way {
    fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("its address").port();
        let mode = Arc::new(AtomicU8::new(PASS));
        let shared = Arc::clone(&mode);
        thread::spawn(move || {
            for client in listener.incoming() {
                let client = client.expect("a client");
                if shared.load(Ordering::SeqCst) == DARK {
                    continue;
                }
                let server = TcpStream::connect(("127.0.0.1", server)).expect("the server");
                let mode = Arc::clone(&shared);
                thread::spawn(move || carry(client, server, &mode));
            }
        });
        Self { port, mode }
    }

    fn set(&self, mode: u8) {
        self.mode.store(mode, Ordering::SeqCst);
    }
}

/// Carries what the client says, and, on a thread of its own, what the server answers.
fn carry(mut client: TcpStream, mut server: TcpStream, mode: &AtomicU8) {
    let (mut back_from, mut back_to) =
        (server.try_clone().expect("twice"), client.try_clone().expect("twice"));
    thread::spawn(move || {
        // It ends when either side does.
        let _ = std::io::copy(&mut back_from, &mut back_to);
        let _ = back_to.shutdown(Shutdown::Both);
    });
    let mut buffer = vec![0; 1 << 16];
    while let Ok(length @ 1..) = client.read(&mut buffer) {
        let said = &buffer[..length];
        let commits = said.windows(7).any(|window| window == b"COMMIT\0");
        match (commits, mode.load(Ordering::SeqCst)) {
            (true, CUT_BEFORE) => {
                mode.store(PASS, Ordering::SeqCst);
                break;
            }
            (true, cut @ (CUT_AFTER | GO_DARK)) => {
                // The client hears nothing more: its side is closed before the server answers.
                mode.store(if cut == GO_DARK { DARK } else { PASS }, Ordering::SeqCst);
                let _ = client.shutdown(Shutdown::Both);
                server.write_all(said).expect("the server hears it");
                return;
            }
            _ => {
                if server.write_all(said).is_err() {
                    break;
                }
            }
        }
    }
    let _ = server.shutdown(Shutdown::Both);
    let _ = client.shutdown(Shutdown::Both);
}

struct Outage {
    store: Store,
    way: Way,
    _database: Database,
}

impl Outage {
    fn new() -> Self {
        let database = Database::new(SHARED);
        let way = Way::to(database.port());
        let url = database.url().replace(&format!(":{}/", database.port()), &format!(":{}/", way.port));
        let options = PostgresOptions::new(&format!("{url}?sslmode=disable")).expect("an address");
        let store = Store::postgres(&options.workers(1).readers(1), &[TABLES]).expect("opens");
        Self { store, way, _database: database }
    }

    /// One command while the way does this; its answer, and how often its hook ran.
    fn write(&self, mode: u8) -> (Result<u64, Error>, u32) {
        let hooks = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&hooks);
        self.way.set(mode);
        let answer = write(&self.store, move |tx| {
            let counted = Arc::clone(&counted);
            tx.after_commit(Box::new(move || {
                counted.fetch_add(1, Ordering::SeqCst);
            }));
            tx.execute("INSERT INTO thing (name) VALUES ('a')", &[])
        });
        (answer, hooks.load(Ordering::SeqCst))
    }

    fn count(&self) -> i64 {
        ask(&self.store, "SELECT COUNT(*) FROM thing")[0].get(0).expect("a count")
    }
}

impl Drop for Outage {
    fn drop(&mut self) {
        self.store.close();
    }
}

#[test]
fn a_commit_whose_answer_was_lost_is_found_and_answered_once() {
    let outage = Outage::new();
    assert_eq!(outage.write(PASS), (Ok(1), 1));
    for round in 2..6 {
        assert_eq!(outage.write(CUT_AFTER), (Ok(1), 1));
        assert_eq!(outage.count(), round);
    }
}

#[test]
fn a_commit_that_never_arrived_is_not_stored() {
    let outage = Outage::new();
    for _ in 0..3 {
        let (answer, hooks) = outage.write(CUT_BEFORE);
        assert!(matches!(answer, Err(Error::Retry(_))), "{answer:?}");
        assert_eq!((hooks, outage.count()), (0, 0));
    }
    assert_eq!(outage.write(PASS), (Ok(1), 1));
}

#[test]
fn a_commit_that_nobody_can_ask_about_is_called_unknown() {
    let outage = Outage::new();
    let (answer, hooks) = outage.write(GO_DARK);
    assert!(matches!(answer, Err(Error::Unknown(_))), "{answer:?}");
    assert_eq!(hooks, 0);
    let (refused, _) = outage.write(DARK);
    assert!(matches!(refused, Err(Error::Retry(_))), "{refused:?}");
    outage.way.set(PASS);
    while outage.write(PASS).0.is_err() {
        // waits: the way opens again, and the store finds out by trying.
        thread::sleep(Duration::from_millis(50));
    }
    assert!((1..=2).contains(&outage.count()));
}
