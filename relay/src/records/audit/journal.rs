//! Where entries wait, on this machine's disk, while the database takes none: a line of JSON each, in their order.
//! What stands there is on the disk, and is written to the database when that answers again, also after a restart.
use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::PathBuf,
};

use cobrowse_core::id::SessionId;
use serde::{Deserialize, Serialize};

use super::{At, Entry, now_ms};

/// A file beside the database, which is there while something waits in it.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    file: Option<File>,
    /// Something may stand there.
    is_used: bool,
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
        Self { path, file: None, is_used: false }
    }

    /// What waits in it from before. A line that a crash cut was never promised to anybody, and goes; of one that is
    /// damaged otherwise a copy is kept beside it, and the others are taken.
    ///
    /// # Errors
    /// When something may stand there that cannot be read: nothing may be written over it.
    pub fn read(&mut self) -> io::Result<Vec<(At, Entry)>> {
        self.take().map_err(|error| {
            let path = self.path.display();
            io::Error::new(error.kind(), format!("{path}: the audit log's entries cannot be read: {error}"))
        })
    }

    fn take(&mut self) -> io::Result<Vec<(At, Entry)>> {
        let bytes = match std::fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        self.is_used = true;
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let lines = bytes[..whole].split_inclusive(|byte| *byte == b'\n');
        let (mut entries, mut damaged) = (Vec::new(), 0_usize);
        for line in lines {
            match serde_json::from_slice(line) {
                Ok(Line { at, session, actor, event }) => {
                    entries.push((at, Entry { session: session.map(SessionId::from_random), actor, event }));
                }
                Err(_) => damaged += 1,
            }
        }
        if 0 < damaged {
            let copy = self.put_aside(&bytes)?;
            tracing::error!(damaged, copy = %copy.display(), "lines of the audit log's journal cannot be read");
            // What is put aside once stands here no more: the next start has nothing to put aside.
            self.rewrite(&entries)?;
        } else if whole < bytes.len() {
            self.open()?.set_len(u64::try_from(whole).unwrap_or(u64::MAX))?;
        }
        Ok(entries)
    }

    /// A copy for people to look at, which nothing takes away.
    fn put_aside(&self, bytes: &[u8]) -> io::Result<PathBuf> {
        let copy = self.path.with_extension(format!("journal.{}.bad", now_ms()));
        let mut file = private().create_new(true).append(true).open(&copy)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        self.sync_folder()?;
        Ok(copy)
    }

    /// From now on these alone stand there. Cut short, it is as it was.
    fn rewrite(&mut self, entries: &[(At, Entry)]) -> io::Result<()> {
        let fresh = self.path.with_extension("journal.new");
        match std::fs::remove_file(&fresh) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        let mut file = private().create_new(true).append(true).open(&fresh)?;
        file.write_all(&lines(entries)?)?;
        file.sync_all()?;
        self.file = None;
        std::fs::rename(&fresh, &self.path)?;
        self.sync_folder()
    }

    /// Appends entries. They are on the disk when this returns, all of them or none.
    pub fn append(&mut self, entries: &[(At, Entry)]) -> io::Result<()> {
        let bytes = lines(entries)?;
        let file = self.open()?;
        let before = file.metadata()?.len();
        let written = file.write_all(&bytes).and_then(|()| file.sync_data());
        if written.is_err() {
            // What came of it is not to stand before what is appended next.
            file.set_len(before)?;
        }
        written
    }

    /// Whether something may stand in it.
    pub const fn is_used(&self) -> bool {
        self.is_used
    }

    /// Nothing waits any more. Asks the disk only where something was kept on it.
    pub fn clear(&mut self) -> io::Result<()> {
        if !self.is_used {
            return Ok(());
        }
        self.file = None;
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => self.sync_folder()?,
        }
        self.is_used = false;
        Ok(())
    }

    fn open(&mut self) -> io::Result<&mut File> {
        if self.file.is_none() {
            self.is_used = true;
            let file = private().create(true).append(true).open(&self.path)?;
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

fn lines(entries: &[(At, Entry)]) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for (at, Entry { session, actor, event }) in entries {
        let session = session.map(|it| *it.as_bytes());
        let line = Line { at: *at, session, actor: actor.clone(), event: event.clone() };
        serde_json::to_writer(&mut bytes, &line)?;
        bytes.push(b'\n');
    }
    Ok(bytes)
}

/// For its owner's eyes only, where it is made.
fn private() -> OpenOptions {
    #[allow(unused_mut, reason = "where there are no modes")]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
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

    #[test]
    fn a_damaged_line_takes_no_other_with_it_and_is_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("audit.journal");
        Journal::at(path.clone()).append(&[entry("one"), entry("two"), entry("three")]).expect("appended");
        let mut bytes = std::fs::read(&path).expect("there");
        let second = bytes.iter().position(|byte| *byte == b'\n').expect("a line") + 1;
        bytes[second] = b'?';
        std::fs::write(&path, &bytes).expect("damaged");
        let mut journal = Journal::at(path.clone());
        assert_eq!(journal.read().expect("read"), [entry("one"), entry("three")]);
        let mut journal = Journal::at(path.clone());
        assert_eq!(journal.read().expect("read again"), [entry("one"), entry("three")]);
        journal.append(&[entry("four")]).expect("appended");
        assert_eq!(Journal::at(path.clone()).read().expect("read").len(), 3);
        journal.clear().expect("cleared");
        let left: Vec<_> = std::fs::read_dir(folder.path()).expect("listed").flatten().collect();
        assert_eq!(left.len(), 1, "{left:?}");
        assert!(left[0].path().extension().is_some_and(|it| it == "bad"), "{left:?}");
        assert_eq!(std::fs::read(left[0].path()).expect("there"), bytes);
    }

    #[test]
    fn a_journal_that_nothing_was_kept_in_leaves_the_disk_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("audit.journal");
        let mut journal = Journal::at(path.clone());
        assert_eq!(journal.read().expect("read"), []);
        std::fs::write(&path, "somebody else's").expect("written");
        journal.clear().expect("nothing to do");
        assert!(path.exists() && !journal.is_used());
        journal.append(&[entry("one")]).expect("appended");
        assert!(journal.is_used());
        journal.clear().expect("cleared");
        assert!(!path.exists() && !journal.is_used());
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        let folder = tempfile::tempdir().expect("a folder");
        let why = Journal::at(folder.path().to_owned()).read().expect_err("a folder is no file").to_string();
        assert!(why.starts_with(&folder.path().display().to_string()), "{why}");
    }
}
