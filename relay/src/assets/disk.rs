//! The files: one folder a site, one file an asset, named by the SHA-256 of its bytes and its kind.
use std::{
    collections::{HashMap, VecDeque},
    io,
    path::{Path, PathBuf},
    str::FromStr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::body::Bytes;
use sha2::{Digest, Sha256};

use crate::{auth::hex, limits::MAX_SITE_ASSETS};

/// Media types that are kept, each with its file's extension. Everything else is refused.
const KINDS: &[(&str, &str)] = &[
    ("image/png", "png"),
    ("image/apng", "apng"),
    ("image/jpeg", "jpg"),
    ("image/gif", "gif"),
    ("image/webp", "webp"),
    ("image/avif", "avif"),
    ("image/bmp", "bmp"),
    ("image/svg+xml", "svg"),
    ("image/x-icon", "ico"),
    ("image/vnd.microsoft.icon", "icon"),
    ("font/woff2", "woff2"),
    ("font/woff", "woff"),
    ("font/ttf", "ttf"),
    ("font/otf", "otf"),
    ("font/collection", "ttc"),
    ("application/font-woff", "woff"),
    ("application/font-woff2", "woff2"),
    ("application/x-font-woff", "woff"),
    ("application/x-font-ttf", "ttf"),
    ("application/x-font-otf", "otf"),
    ("text/css", "css"),
    ("application/octet-stream", "bin"),
];

/// A media type of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind(&'static (&'static str, &'static str));

impl Kind {
    /// The kind of a `Content-Type` header, parameters aside.
    pub fn of(content_type: &str) -> Option<Self> {
        let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        KINDS.iter().find(|(mime, _)| *mime == essence).map(Self)
    }

    fn of_extension(extension: &str) -> Option<Self> {
        KINDS.iter().find(|(_, own)| *own == extension).map(Self)
    }

    /// What it is answered as.
    pub fn mime(self) -> &'static str {
        self.0.0
    }

    fn extension(self) -> &'static str {
        self.0.1
    }
}

/// The SHA-256 of an asset's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hash([u8; 32]);

impl Hash {
    /// The hash of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

/// The text is not 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a hash is 64 lower-case hexadecimal digits")]
pub struct ParseHashError;

impl FromStr for Hash {
    type Err = ParseHashError;

    fn from_str(text: &str) -> Result<Self, ParseHashError> {
        let lower = text.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
        if text.len() != 64 || !lower {
            return Err(ParseHashError);
        }
        let mut bytes = [0; 32];
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[index * 2..index * 2 + 2], 16).map_err(|_| ParseHashError)?;
        }
        Ok(Self(bytes))
    }
}

/// What is told of an asset to keep.
#[derive(Debug, Clone, Copy)]
pub struct Kept {
    /// Its name.
    pub hash: Hash,
    /// Its media type.
    pub kind: Kind,
}

/// What became of an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is new.
    Stored {
        /// How many older ones had to go.
        evicted: u64,
    },
    /// It was there.
    Known,
}

/// The store; cheap to clone.
#[derive(Clone)]
pub struct Disk {
    folder: Arc<PathBuf>,
    index: Arc<Mutex<HashMap<String, Site>>>,
    site_limit: u64,
}

#[derive(Default)]
struct Site {
    assets: HashMap<Hash, (Kind, u64)>,
    /// Oldest first.
    order: VecDeque<Hash>,
    bytes: u64,
}

impl Disk {
    /// Opens the folder and reads what it holds.
    ///
    /// # Errors
    /// When the folder cannot be made or read.
    pub fn open(folder: PathBuf) -> io::Result<Self> {
        Self::with_limit(folder, MAX_SITE_ASSETS)
    }

    fn with_limit(folder: PathBuf, site_limit: u64) -> io::Result<Self> {
        std::fs::create_dir_all(&folder)?;
        let mut index = HashMap::new();
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                index.insert(entry.file_name().to_string_lossy().into_owned(), read_site(&entry.path())?);
            }
        }
        Ok(Self { folder: Arc::new(folder), index: Arc::new(Mutex::new(index)), site_limit })
    }

    /// The kind of an asset that is there.
    pub fn find(&self, site: &str, hash: Hash) -> Option<Kind> {
        self.lock().get(site)?.assets.get(&hash).map(|(kind, _)| *kind)
    }

    /// Keeps an asset whose hash was checked.
    ///
    /// # Errors
    /// When the disk fails.
    pub async fn keep(&self, site: &str, asset: Kept, bytes: Bytes) -> io::Result<Outcome> {
        if self.find(site, asset.hash).is_some() {
            return Ok(Outcome::Known);
        }
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let folder = self.site_folder(site);
        let target = folder.join(file_name(asset.hash, asset.kind));
        let writing = move || write_whole(&folder, &target, &bytes);
        tokio::task::spawn_blocking(writing).await.map_err(io::Error::other)??;
        let gone = self.lock().entry(site.to_owned()).or_default().add(asset, size, self.site_limit);
        for (hash, kind) in &gone {
            // A file that cannot be removed is only left over; it is not in the index any more.
            let _ = tokio::fs::remove_file(self.site_folder(site).join(file_name(*hash, *kind))).await;
        }
        Ok(Outcome::Stored { evicted: u64::try_from(gone.len()).unwrap_or(u64::MAX) })
    }

    /// An asset's kind and bytes.
    ///
    /// # Errors
    /// When the disk fails.
    pub async fn read(&self, site: &str, hash: Hash) -> io::Result<Option<(Kind, Vec<u8>)>> {
        let Some(kind) = self.find(site, hash) else { return Ok(None) };
        match tokio::fs::read(self.site_folder(site).join(file_name(hash, kind))).await {
            Ok(bytes) => Ok(Some((kind, bytes))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Site keys are letters, digits and dashes (`tandem site add` sees to it), so they are folder names.
    fn site_folder(&self, site: &str) -> PathBuf {
        self.folder.join(site)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Site>> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Site {
    /// Adds an asset and says which ones have to go for it.
    fn add(&mut self, asset: Kept, size: u64, limit: u64) -> Vec<(Hash, Kind)> {
        if self.assets.insert(asset.hash, (asset.kind, size)).is_none() {
            self.order.push_back(asset.hash);
            self.bytes += size;
        }
        let mut gone = Vec::new();
        while limit < self.bytes && 1 < self.order.len() {
            let Some(oldest) = self.order.pop_front() else { break };
            if let Some((kind, size)) = self.assets.remove(&oldest) {
                self.bytes = self.bytes.saturating_sub(size);
                gone.push((oldest, kind));
            }
        }
        gone
    }
}

fn file_name(hash: Hash, kind: Kind) -> String {
    format!("{}.{}", hex(&hash.0), kind.extension())
}

/// A name appears only with all its bytes behind it.
fn write_whole(folder: &Path, target: &Path, bytes: &[u8]) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let unique = crate::auth::random::<8>().map_err(io::Error::other)?;
    let partial = folder.join(format!(".{}.part", hex(&unique)));
    std::fs::write(&partial, bytes)?;
    std::fs::rename(&partial, target)
}

fn read_site(folder: &Path) -> io::Result<Site> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let (path, facts) = (entry.path(), entry.metadata()?);
        match asset_of(&path) {
            Some(asset) => found.push((facts.modified()?, asset, facts.len())),
            // What a crash left half written.
            None => std::fs::remove_file(&path)?,
        }
    }
    found.sort_by_key(|(written, ..)| *written);
    let mut site = Site::default();
    for (_, asset, size) in found {
        site.add(asset, size, u64::MAX);
    }
    Ok(site)
}

fn asset_of(path: &Path) -> Option<Kept> {
    let hash = path.file_stem()?.to_str()?.parse().ok()?;
    Some(Kept { hash, kind: Kind::of_extension(path.extension()?.to_str()?)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asset(bytes: &'static [u8]) -> (Kept, Bytes) {
        let kind = Kind::of("Image/PNG; charset=x").expect("kept");
        (Kept { hash: Hash::of(bytes), kind }, Bytes::from_static(bytes))
    }

    #[tokio::test]
    async fn the_oldest_goes_when_a_site_is_full_and_the_rest_outlives_a_restart() {
        let folder = tempfile::tempdir().expect("a folder");
        let disk = Disk::with_limit(folder.path().join("assets"), 8).expect("opens");
        let (first, second) = (asset(b"12345"), asset(b"67890"));
        let stored = disk.keep("demo", first.0, first.1.clone()).await.expect("kept");
        assert_eq!(stored, Outcome::Stored { evicted: 0 });
        assert_eq!(disk.keep("demo", first.0, first.1).await.expect("kept"), Outcome::Known);
        let stored = disk.keep("demo", second.0, second.1).await.expect("kept");
        assert_eq!(stored, Outcome::Stored { evicted: 1 });

        let again = Disk::open(folder.path().join("assets")).expect("opens");
        assert_eq!(again.find("demo", first.0.hash), None);
        let (kind, bytes) = again.read("demo", second.0.hash).await.expect("read").expect("there");
        assert_eq!((kind.mime(), bytes.as_slice()), ("image/png", b"67890".as_slice()));
        assert_eq!(again.find("other", second.0.hash), None, "each site has its own");
    }

    #[test]
    fn only_what_shows_is_kept() {
        for refused in ["text/html", "application/javascript", "image/svg", "", "text/xml"] {
            assert_eq!(Kind::of(refused), None, "{refused}");
        }
    }
}
