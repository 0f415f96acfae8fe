//! What commands of one group mean to each other: nothing.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::thread;

use store::{Constraint, Error, Key, Tx, params};

use crate::conformance::{ask, write};
use crate::engines::{Bench, on_each_engine};

on_each_engine! {
    commands_that_wait_together_fail_alone,
    a_panic_is_its_own_commands_end,
    hooks_run_after_the_commit_and_before_the_answer,
    hooks_of_what_was_undone_never_run,
    a_panicking_hook_takes_nothing_with_it,
    commands_of_one_key_keep_their_order,
    who_does_not_wait_is_still_served,
    a_closed_store_says_so,
    what_waits_when_it_closes_is_answered,
}

const COUNTER: &str = "INSERT INTO counter (name, n) VALUES ($1, $2)";

fn count(bench: &Bench) -> i64 {
    ask(&bench.store, "SELECT COUNT(*) FROM counter")[0].get(0).expect("a count")
}

/// Holds the key's thread until the gate is opened, so that what comes meanwhile makes one group.
fn hold(bench: &Bench) -> mpsc::Sender<()> {
    let (open, gate) = mpsc::channel::<()>();
    let (inside, is_inside) = mpsc::channel();
    let store = bench.store.clone();
    thread::spawn(move || {
        let held = store.write_blocking(Key(1), move |_| {
            inside.send(()).expect("the test waits");
            // It opens when the sender is dropped.
            let _ = gate.recv();
            Ok::<_, Error>(())
        });
        held.expect("held");
    });
    is_inside.recv().expect("inside");
    open
}

/// Starts commands in this order, while the thread is held, and gives back their answers in the same order.
fn together(bench: &Bench, commands: Vec<Command>) -> Vec<Result<u64, Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let open = hold(bench);
    runtime.block_on(async {
        let mut waiting = Vec::new();
        for command in commands {
            let mut answer = Box::pin(bench.store.write(Key(1), command));
            // One poll puts it in the queue.
            let polled = std::future::poll_fn(|cx| std::task::Poll::Ready(answer.as_mut().poll(cx))).await;
            assert!(polled.is_pending(), "the thread is held");
            waiting.push(answer);
        }
        drop(open);
        let mut answers = Vec::new();
        for answer in waiting {
            answers.push(answer.await);
        }
        answers
    })
}

type Command = Box<dyn FnMut(&mut dyn Tx) -> Result<u64, Error> + Send>;

fn insert(name: &'static str, n: i64) -> Command {
    Box::new(move |tx| tx.execute(COUNTER, params![name, n]))
}

fn commands_that_wait_together_fail_alone(bench: &Bench) {
    let answers = together(
        bench,
        vec![
            insert("a", 1),
            insert("bad", -1),
            insert("b", 2),
            insert("a", 3),
            Box::new(|tx| {
                tx.execute(COUNTER, params!["undone", 4])?;
                Err(Error::ReadOnly)
            }),
            Box::new(|_| Err(Error::Closed)),
            Box::new(|tx| {
                let seen: Vec<(String,)> = tx.rows("SELECT name FROM counter ORDER BY name", &[])?;
                assert_eq!(seen, [("a".to_owned(),), ("b".to_owned(),)]);
                tx.execute(COUNTER, params!["c", 5])
            }),
        ],
    );
    let rules: Vec<_> =
        answers.iter().map(|answer| answer.as_ref().err().and_then(Error::constraint)).collect();
    let (check, unique) = (Some(Constraint::Check), Some(Constraint::Unique));
    assert_eq!(rules, [None, check, None, unique, None, None, None]);
    assert_eq!(answers[4], Err(Error::ReadOnly));
    assert_eq!(answers[5], Err(Error::Closed));
    assert_eq!([&answers[0], &answers[2], &answers[6]], [&Ok(1), &Ok(1), &Ok(1)]);
    assert_eq!(count(bench), 3);
}

fn a_panic_is_its_own_commands_end(bench: &Bench) {
    let answers = together(
        bench,
        vec![
            insert("a", 1),
            Box::new(|tx| {
                tx.execute(COUNTER, params!["undone", 2])?;
                panic!("a defect, which this test wants");
            }),
            insert("b", 3),
        ],
    );
    assert_eq!(answers, [Ok(1), Err(Error::Panicked), Ok(1)]);
    assert_eq!(count(bench), 2);
    write(&bench.store, |tx| tx.execute(COUNTER, params!["c", 4])).expect("the thread lives");
}

fn hooks_run_after_the_commit_and_before_the_answer(bench: &Bench) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let store = bench.store.clone();
    let (found, heard) = mpsc::channel();
    let log = Arc::clone(&seen);
    write(&bench.store, move |tx| {
        tx.execute(COUNTER, params!["a", 1])?;
        for n in 0..3 {
            let log = Arc::clone(&log);
            tx.after_commit(Box::new(move || log.lock().expect("whole").push(n)));
        }
        let (store, found) = (store.clone(), found.clone());
        // Its own thread: a hook must not wait for the store.
        tx.after_commit(Box::new(move || {
            thread::spawn(move || {
                let n = store.read_blocking(|tx| tx.one::<(i64,)>("SELECT COUNT(*) FROM counter", &[]));
                found.send(n).expect("the test waits");
            });
        }));
        Ok(())
    })
    .expect("written");
    assert_eq!(*seen.lock().expect("whole"), [0, 1, 2], "all ran before the answer");
    assert_eq!(heard.recv().expect("heard"), Ok((1,)), "a hook finds what was committed");
}

fn hooks_of_what_was_undone_never_run(bench: &Bench) {
    let ran = Arc::new(AtomicU32::new(0));
    let counting = |ran: &Arc<AtomicU32>, amount: u32| {
        let ran = Arc::clone(ran);
        Box::new(move || {
            ran.fetch_add(amount, Ordering::SeqCst);
        })
    };
    let (one, two) = (Arc::clone(&ran), Arc::clone(&ran));
    let refused: Command = Box::new(move |tx| {
        tx.after_commit(counting(&one, 1));
        tx.execute(COUNTER, params!["a", -1])
    });
    let kept: Command = Box::new(move |tx| {
        tx.after_commit(counting(&two, 10));
        let undone = tx.attempt(|tx| {
            tx.after_commit(counting(&two, 100));
            tx.execute(COUNTER, params!["a", -1])
        });
        assert!(undone.is_err());
        tx.attempt(|tx| {
            tx.after_commit(counting(&two, 1000));
            tx.execute(COUNTER, params!["b", 1])
        })
    });
    let answers = together(bench, vec![refused, kept]);
    assert!(answers[0].is_err() && answers[1].is_ok(), "{answers:?}");
    assert_eq!(ran.load(Ordering::SeqCst), 1010, "once each, however often a command ran");
}

fn a_panicking_hook_takes_nothing_with_it(bench: &Bench) {
    let ran = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&ran);
    let answer = write(&bench.store, move |tx| {
        tx.after_commit(Box::new(|| panic!("a defect, which this test wants")));
        let counted = Arc::clone(&counted);
        tx.after_commit(Box::new(move || {
            counted.fetch_add(1, Ordering::SeqCst);
        }));
        tx.execute(COUNTER, params!["a", 1])
    });
    assert_eq!(answer, Ok(1));
    assert_eq!(ran.load(Ordering::SeqCst), 1);
    assert_eq!(count(bench), 1);
}

fn commands_of_one_key_keep_their_order(bench: &Bench) {
    let order = Arc::new(Mutex::new(Vec::new()));
    let commands: Vec<Command> = (0..50_i64)
        .map(|n| -> Command {
            let order = Arc::clone(&order);
            Box::new(move |tx| {
                let order = Arc::clone(&order);
                tx.after_commit(Box::new(move || order.lock().expect("whole").push(n)));
                tx.execute(COUNTER, params![n.to_string(), n])
            })
        })
        .collect();
    assert!(together(bench, commands).iter().all(|answer| *answer == Ok(1)));
    assert_eq!(*order.lock().expect("whole"), (0..50).collect::<Vec<_>>());
}

fn who_does_not_wait_is_still_served(bench: &Bench) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let open = hold(bench);
    runtime.block_on(async {
        let mut answer = Box::pin(bench.store.write(Key(1), insert("a", 1)));
        let polled = std::future::poll_fn(|cx| std::task::Poll::Ready(answer.as_mut().poll(cx))).await;
        assert!(polled.is_pending());
    });
    drop(open);
    write(&bench.store, |tx| tx.execute(COUNTER, params!["b", 2])).expect("after it");
    assert_eq!(count(bench), 2);
}

fn a_closed_store_says_so(bench: &Bench) {
    let clone = bench.store.clone();
    bench.store.close();
    assert_eq!(write(&clone, |_| Ok(())), Err(Error::Closed));
    assert_eq!(clone.read_blocking(|_| Ok(())), Err(Error::Closed));
}

fn what_waits_when_it_closes_is_answered(bench: &Bench) {
    let answers = together(
        bench,
        (0..20)
            .map(|n| -> Command { Box::new(move |tx| tx.execute(COUNTER, params![n.to_string(), n])) })
            .collect(),
    );
    assert!(answers.iter().all(Result::is_ok));
    let store = bench.store.clone();
    let open = hold(bench);
    let writer = thread::spawn({
        let store = store.clone();
        move || write(&store, |tx| tx.execute(COUNTER, params!["last", 1]))
    });
    drop(open);
    let answer = writer.join().expect("no panic");
    store.close();
    assert_eq!(answer, Ok(1));
}
