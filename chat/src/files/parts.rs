//! Uploads that are on their way: one file each, as long as what has come in.
use std::{
    io::{self, Read as _, Seek as _},
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use sha2::{Digest as _, Sha256};
use tokio::{
    fs::{self, File, OpenOptions},
    io::{AsyncSeekExt as _, AsyncWriteExt as _},
};

use crate::model::{PublicId, UnixMillis};

const ENDING: &str = ".part";

/// Their folder.
pub(super) struct Parts {
    folder: PathBuf,
}

impl Parts {
    pub fn open(folder: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// The file's name is ours: nothing of it was typed by anybody.
    pub fn path(&self, id: PublicId) -> PathBuf {
        self.folder.join(format!("{}{ENDING}", id.to_name()))
    }

    /// How much has come in; nothing where another node has the part.
    pub async fn length(&self, id: PublicId) -> io::Result<u64> {
        match fs::metadata(self.path(id)).await {
            Ok(found) => Ok(found.len()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
            Err(error) => Err(error),
        }
    }

    /// Goes on after the first `keep` bytes.
    pub async fn resume(&self, id: PublicId, keep: u64) -> io::Result<Part> {
        let options = OpenOptions::new().read(true).write(true).create(true).truncate(false).clone();
        let mut file = options.open(self.path(id)).await?;
        file.set_len(keep).await?;
        file.seek(io::SeekFrom::End(0)).await?;
        Ok(Part { file, length: keep })
    }

    pub async fn remove(&self, id: PublicId) -> io::Result<()> {
        match fs::remove_file(self.path(id)).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Parts that nothing came into since `before`.
    pub async fn older_than(&self, before: UnixMillis) -> io::Result<Vec<PublicId>> {
        let (mut found, mut entries) = (Vec::new(), fs::read_dir(&self.folder).await?);
        while let Some(entry) = entries.next_entry().await? {
            let name = entry.file_name();
            let name = name.to_str().and_then(|it| it.strip_suffix(ENDING));
            let Some(id) = name.and_then(PublicId::from_name) else { continue };
            // One that went meanwhile is no fault.
            let Ok(modified) = entry.metadata().await.and_then(|it| it.modified()) else { continue };
            let millis = modified.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
            if i64::try_from(millis).is_ok_and(|at| at < before.0) {
                found.push(id);
            }
        }
        Ok(found)
    }
}

/// The SHA-256 of a file, which is read for it once: an upload in many parts costs no more than one in one.
fn hash_of(mut file: std::fs::File) -> io::Result<[u8; 32]> {
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; 64 * 1024]);
    file.rewind()?;
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hash.finalize().into()),
            n => hash.update(&buffer[..n]),
        }
    }
}

/// One of them, while bytes come in.
pub(super) struct Part {
    file: File,
    length: u64,
}

impl Part {
    pub const fn length(&self) -> u64 {
        self.length
    }

    pub async fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes).await?;
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// What came in stays.
    pub async fn pause(mut self) -> io::Result<()> {
        self.file.flush().await
    }

    /// All of it is on the disk. Gives its SHA-256.
    pub async fn finish(mut self) -> io::Result<[u8; 32]> {
        self.file.flush().await?;
        self.file.sync_all().await?;
        let file = self.file.into_std().await;
        tokio::task::spawn_blocking(move || hash_of(file)).await.map_err(io::Error::other)?
    }
}
