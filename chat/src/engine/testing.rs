//! An engine for tests of what cannot be seen from outside.
use std::sync::Arc;

use store::{SqliteOptions, Store};
use tempfile::TempDir;

use super::{Engine, NoShares, SystemClock, TABLES};

/// On a database of its own, which goes with its folder.
pub(crate) async fn engine() -> (TempDir, Engine) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::sqlite(&SqliteOptions::new(folder.path().join("a.db")), &[TABLES]).expect("opens");
    let engine = Engine::open(store, Arc::new(SystemClock), Arc::new(NoShares)).await.expect("opens");
    (folder, engine)
}
