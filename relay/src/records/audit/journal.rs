//! Where entries wait, on this machine's disk, while the database takes none: a line of JSON each, in their order.
//! What stands there is on the disk, and is written to the database when that answers again, also after a restart.
use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::PathBuf,
};

use cobrowse_core::id::SessionId;
use serde::{Deserialize, Serialize};

use super::{At, Entry};

/// A file beside the database, which is there while something waits in it.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    file: Option<File>,
}

#[derive(Serialize, Deserialize)]
struct Line {
    at: At,
    session: Option<[u8; 16]>,
    actor: String,
    event: String,
}

impl Journal {
    pub const fn at(path: PathBuf) -> Self {
        Self { path, file: None }
    }

    /// What waits in it from before. A line that a crash cut was never promised to anybody, and goes.
    pub fn read(&mut self) -> io::Result<Vec<(At, Entry)>> {
        let bytes = match std::fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let (mut entries, mut whole) = (Vec::new(), 0);
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            let Ok(Line { at, session, actor, event }) = serde_json::from_slice(line) else { break };
            if !line.ends_with(b"\n") {
                break;
            }
            whole += line.len();
            entries.push((at, Entry { session: session.map(SessionId::from_random), actor, event }));
        }
        if whole < bytes.len() {
            self.open()?.set_len(u64::try_from(whole).unwrap_or(u64::MAX))?;
        }
        Ok(entries)
    }

    /// Appends entries. They are on the disk when this returns, all of them or none.
    pub fn append(&mut self, entries: &[(At, Entry)]) -> io::Result<()> {
        let mut bytes = Vec::new();
        for (at, Entry { session, actor, event }) in entries {
            let session = session.map(|it| *it.as_bytes());
            let line = Line { at: *at, session, actor: actor.clone(), event: event.clone() };
            serde_json::to_writer(&mut bytes, &line)?;
            bytes.push(b'\n');
        }
        let file = self.open()?;
        let before = file.metadata()?.len();
        let written = file.write_all(&bytes).and_then(|()| file.sync_data());
        if written.is_err() {
            // What came of it is not to stand before what is appended next.
            file.set_len(before)?;
        }
        written
    }

    /// Nothing waits any more.
    pub fn clear(&mut self) -> io::Result<()> {
        self.file = None;
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => self.sync_folder(),
        }
    }

    fn open(&mut self) -> io::Result<&mut File> {
        if self.file.is_none() {
            let mut options = OpenOptions::new();
            options.create(true).append(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let file = options.open(&self.path)?;
            // The file's name has to be there too when the power goes.
            self.sync_folder()?;
            self.file = Some(file);
        }
        self.file.as_mut().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn sync_folder(&self) -> io::Result<()> {
        match self.path.parent() {
            Some(folder) => File::open(folder)?.sync_all(),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(event: &str) -> (At, Entry) {
        let session = Some(SessionId::from_random([3; 16]));
        (7, Entry { session, actor: "agent:1".into(), event: event.into() })
    }

    #[test]
    fn what_was_appended_is_there_and_what_a_crash_cut_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("audit.journal");
        let mut journal = Journal::at(path.clone());
        assert_eq!(journal.read().expect("read"), []);
        journal.append(&[entry("one"), entry("two\nlines")]).expect("appended");
        journal.append(&[entry("three")]).expect("appended");
        let all = [entry("one"), entry("two\nlines"), entry("three")];
        assert_eq!(Journal::at(path.clone()).read().expect("read"), all);
        let bytes = std::fs::read(&path).expect("there");
        std::fs::write(&path, &bytes[..bytes.len() - 4]).expect("cut");
        let mut again = Journal::at(path.clone());
        assert_eq!(again.read().expect("read"), all[..2]);
        again.append(&[entry("four")]).expect("appended");
        assert_eq!(Journal::at(path.clone()).read().expect("read")[2], entry("four"));
        again.clear().expect("cleared");
        again.clear().expect("twice is once");
        assert!(!path.exists());
    }
}
