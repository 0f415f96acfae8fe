//! Carries the write-ahead log over into the file, on a thread of its own: no command waits for it.

use std::sync::mpsc::{Receiver, sync_channel};

use rusqlite::Connection;
use rusqlite::hooks::Wal;

/// A log that is longer is carried over, in pages of 4 KiB.
const WORTH_IT: i32 = 1000;

/// A log this long had readers in its way all the time: then writers wait until it begins anew.
const TOO_LONG: i32 = 32_000;

/// Bytes of the log's file that may stay when it begins anew.
pub(super) const LOG_AT_REST: i64 = 16 << 20;

/// Tells how long the log has grown with a commit; ends when the connection closes. The hook takes the
/// place of the engine's own checkpoint, which would run on the writer's thread.
pub(super) fn watch(writer: &mut Connection) -> rusqlite::Result<Receiver<i32>> {
    // One news at a time: who is busy looks again at the next commit.
    let (grown, news) = sync_channel(1);
    writer.wal_hook(Some(move |_: &mut Wal, pages: i32| {
        if WORTH_IT <= pages {
            let _ = grown.try_send(pages);
        }
        Ok(())
    }))?;
    Ok(news)
}

pub(super) fn run(db: &Connection, grown: &Receiver<i32>) {
    while let Ok(pages) = grown.recv() {
        let mode = if TOO_LONG < pages { "RESTART" } else { "PASSIVE" };
        // `busy` means that a reader still needs the log: the next commit asks again.
        let done = db.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |_| Ok(()));
        if let Err(error) = done {
            tracing::warn!(%error, "the log was not carried over");
        }
    }
}
