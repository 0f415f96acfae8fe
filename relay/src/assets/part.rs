//! A body that comes in: piece by piece into a file, so that however many come at once, none of them is held in memory.
use std::{
    io,
    path::{Path, PathBuf},
};

use axum::body::Body;
use cobrowse_core::wire::message::Refusal;
use futures_util::StreamExt;
use sha2::{Digest, Sha256};
use tokio::{fs::File, io::AsyncWriteExt};

use super::disk::Hash;
use crate::{auth, error::ApiError, limits::MAX_ASSET};

/// A file that has no name of its own before all of it is there; dropped before, it goes.
#[derive(Debug)]
pub struct Part {
    path: PathBuf,
    file: File,
    bytes: u64,
    is_named: bool,
}

impl Part {
    /// An empty one, beside those that it will be one of.
    pub(super) async fn begin(folder: PathBuf) -> io::Result<Self> {
        // In one go: who hangs up meanwhile leaves no file, because the part is dropped there.
        let begin = move || {
            std::fs::create_dir_all(&folder)?;
            let unique = auth::random::<8>().map_err(io::Error::other)?;
            let path = folder.join(format!(".{}.part", auth::hex(&unique)));
            let file = File::from_std(std::fs::File::create_new(&path)?);
            Ok(Self { path, file, bytes: 0, is_named: false })
        };
        tokio::task::spawn_blocking(begin).await.map_err(io::Error::other)?
    }

    async fn write(&mut self, piece: &[u8]) -> io::Result<()> {
        self.file.write_all(piece).await?;
        self.bytes += u64::try_from(piece.len()).unwrap_or(u64::MAX);
        Ok(())
    }

    /// It is whole: gives it its name, and tells how many bytes it has.
    pub(super) async fn named(mut self, target: &Path) -> io::Result<u64> {
        self.file.flush().await?;
        tokio::fs::rename(&self.path, target).await?;
        self.is_named = true;
        Ok(self.bytes)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.is_named {
            // What cannot be removed now goes when the store is opened again.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Reads a body to its end, into a part where one is given: what is known already is read, too, so that the connection can
/// go on. Tells what its bytes are called.
///
/// # Errors
/// When it is too large, breaks off, or the disk fails.
pub(super) async fn receive(body: Body, mut part: Option<&mut Part>) -> Result<Hash, ApiError> {
    let (mut pieces, mut digest, mut length) = (body.into_data_stream(), Sha256::new(), 0);
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| ApiError::BadRequest("The body could not be read."))?;
        length += piece.len();
        if MAX_ASSET < length {
            return Err(Refusal::TooLarge.into());
        }
        digest.update(&piece);
        if let Some(part) = part.as_deref_mut() {
            part.write(&piece).await.map_err(|error| ApiError::Internal(error.to_string()))?;
        }
    }
    Ok(Hash::of_digest(digest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(folder: &Path) -> usize {
        std::fs::read_dir(folder).expect("read").count()
    }

    #[tokio::test]
    async fn what_breaks_off_or_is_too_large_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let broken = async |body: Body| {
            let mut part = Part::begin(folder.path().to_owned()).await.expect("begun");
            assert_eq!(count(folder.path()), 1);
            receive(body, Some(&mut part)).await.expect_err("refused")
        };
        let pieces = [Ok("begins"), Err(io::Error::other("and breaks"))];
        let cut = broken(Body::from_stream(futures_util::stream::iter(pieces))).await;
        assert!(matches!(cut, ApiError::BadRequest(_)), "{cut}");
        let huge = broken(Body::from(vec![0_u8; MAX_ASSET + 1])).await;
        assert!(matches!(huge, ApiError::Refused(Refusal::TooLarge)), "{huge}");
        assert_eq!(count(folder.path()), 0);
    }
}
