//! One process at a time: who runs something on a database holds its name there, and who comes second is told.
//!
//! Beside a file the operating system's lock does it, which ends with its process however that ends. On a server it is
//! an advisory lock of a session of its own. A lost session is made anew, and the name taken again; where somebody else
//! had it meanwhile, it is [lost](Hold::Lost) for good, because what this process remembers is not true any more.
use std::{
    fs::{File, TryLockError},
    io::{Read, Seek, Write},
    path::Path,
};

use tokio::sync::watch;

use crate::{Error, PostgresOptions, pg};

/// Whether a name is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// Nobody else has it.
    Held,
    /// The session that had it is gone, and is being made anew: nothing is to be begun.
    Doubtful,
    /// Somebody else has it, or had it: this process is to end.
    Lost,
}

/// A name that is held until this is [released](Alone::release), dropped, or the process ends.
#[derive(Debug)]
pub struct Alone {
    hold: watch::Receiver<Hold>,
    keeper: Keeper,
}

#[derive(Debug)]
enum Keeper {
    /// The lock is the open file's.
    File(File, #[allow(dead_code, reason = "whoever watches is to hear of no end")] watch::Sender<Hold>),
    Server(pg::Keeper),
}

impl Alone {
    /// Holds the name beside this SQLite file.
    ///
    /// # Errors
    /// [`Error::Taken`] when another process has it; [`Error::Open`] when the lock cannot be made.
    pub fn in_file(database: &Path, name: &'static str) -> Result<Self, Error> {
        let path = database.with_extension(format!("{name}.lock"));
        let failed = |error: std::io::Error| Error::Open(format!("{}: {error}", path.display()));
        let options = File::options().create(true).truncate(false).read(true).write(true).open(&path);
        let mut file = options.map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut by = String::new();
                // Who it is, is for people alone.
                let _ = file.take(100).read_to_string(&mut by);
                return Err(Error::Taken { name, by });
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        file.set_len(0).and_then(|()| file.rewind()).map_err(failed)?;
        write!(file, "process {}", std::process::id()).map_err(failed)?;
        let (tell, hold) = watch::channel(Hold::Held);
        Ok(Self { hold, keeper: Keeper::File(file, tell) })
    }

    /// Holds the name on this PostgreSQL server, in its database, which may be empty yet. The server, or what stands before it, must keep a
    /// session's locks: a pool that shares sessions between transactions does not.
    ///
    /// # Errors
    /// [`Error::Taken`] when another process has it; [`Error::Open`] when the server cannot be asked.
    pub fn on_server(options: &PostgresOptions, name: &'static str) -> Result<Self, Error> {
        let (keeper, hold) = pg::Keeper::start(options, name)?;
        Ok(Self { hold, keeper: Keeper::Server(keeper) })
    }

    /// Whether it is held, now and from now on.
    pub fn hold(&self) -> watch::Receiver<Hold> {
        self.hold.clone()
    }

    /// Gives it back: when this returns, another process may have it. Blocks.
    pub fn release(self) {
        match self.keeper {
            Keeper::File(file, _) => drop(file),
            Keeper::Server(keeper) => keeper.release(),
        }
    }
}
