//! A name is one process's at a time, whatever becomes of it.
use std::time::Duration;

use store::{Alone, Error, Hold, Key, Store};
use store_testing::{Database, SHARED};
use tokio::sync::watch::Receiver;

fn taken(again: Result<Alone, Error>) -> String {
    let Err(error @ Error::Taken { .. }) = again else { panic!("refused") };
    error.to_string()
}

/// Waits until it is this.
fn becomes(hold: &mut Receiver<Hold>, wanted: Hold) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let waits =
        async { tokio::time::timeout(Duration::from_secs(30), hold.wait_for(|it| *it == wanted)).await };
    runtime.block_on(waits).unwrap_or_else(|_| panic!("never {wanted:?}")).expect("somebody tells");
}

#[test]
fn beside_a_file_the_second_is_refused_until_the_first_lets_go() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.db");
    let first = Alone::in_file(&file, "chat").expect("nobody has it");
    let why = taken(Alone::in_file(&file, "chat"));
    assert!(why.contains(&format!("process {}", std::process::id())), "{why}");
    let other = Alone::in_file(&file, "relay").expect("another name");
    assert_eq!(*first.hold().borrow(), Hold::Held);
    first.release();
    Alone::in_file(&file, "chat").expect("it is free").release();
    drop(other);
    Alone::in_file(&file, "relay").expect("it is free");
}

/// A database and a store on it, whose own tables are there.
fn server() -> (Database, Store) {
    let database = Database::new(SHARED);
    let store = Store::postgres(&database.options(), &[]).expect("opens");
    (database, store)
}

#[test]
fn on_a_server_the_second_is_refused_until_the_first_lets_go() {
    let (database, store) = server();
    let take = |name| Alone::on_server(&database.options(), name);
    let first = take("chat").expect("nobody has it");
    let why = taken(take("chat"));
    assert!(why.contains(&format!("process {}", std::process::id())), "{why}");
    take("relay").expect("another name").release();
    first.release();
    take("chat").expect("it is free").release();
    store.close();
}

#[test]
fn on_a_server_a_name_is_had_before_there_is_any_table() {
    let database = Database::new(SHARED);
    let first = Alone::on_server(&database.options(), "chat").expect("nobody has it");
    let why = taken(Alone::on_server(&database.options(), "chat"));
    assert!(why.contains(&format!("process {}", std::process::id())), "{why}");
    Store::postgres(&database.options(), &[]).expect("opens").close();
    assert_eq!(*first.hold().borrow(), Hold::Held);
    first.release();
}

#[test]
fn a_lost_session_is_doubtful_until_the_name_is_had_again() {
    let (database, store) = server();
    let first = Alone::on_server(&database.options(), "chat").expect("nobody has it");
    let mut hold = first.hold();
    // For as long as nobody has looked.
    database.lets_in(false);
    database.cut_connections();
    becomes(&mut hold, Hold::Doubtful);
    database.lets_in(true);
    becomes(&mut hold, Hold::Held);
    taken(Alone::on_server(&database.options(), "chat"));
    first.release();
    store.close();
}

#[test]
fn who_was_replaced_meanwhile_has_lost_it_for_good() {
    let (database, store) = server();
    let first = Alone::on_server(&database.options(), "chat").expect("nobody has it");
    let mut hold = first.hold();
    let replace = "UPDATE store_alone SET holder = 'another', said = 'process 0'";
    let replaced = store.write_blocking(Key(0), move |tx| tx.execute(replace, &[]));
    assert_eq!(replaced.map_err(|error: Error| error), Ok(1));
    database.cut_connections();
    becomes(&mut hold, Hold::Lost);
    first.release();
    let second = Alone::on_server(&database.options(), "chat").expect("nobody holds it now");
    assert_eq!(*second.hold().borrow(), Hold::Held);
    second.release();
    store.close();
}
