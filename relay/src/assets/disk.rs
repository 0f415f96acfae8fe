//! The files: one folder a site, one file an asset, named by the SHA-256 of its bytes and its kind.
use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
    str::FromStr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use cobrowse_core::id::SessionId;
use sha2::{Digest, Sha256};

use super::{part::Part, site::Site};
use crate::{auth::hex, limits::MAX_SITE_ASSETS};

/// Media types that are kept, each with its file's extension. Everything else is refused. Of several names for one kind
/// the first one counts: a file's extension is all that is left of it after a restart.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Kind(&'static (&'static str, &'static str));

impl Kind {
    /// The kind of a `Content-Type` header, parameters aside.
    pub fn of(content_type: &str) -> Option<Self> {
        let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let (_, extension) = KINDS.iter().find(|(mime, _)| *mime == essence)?;
        Self::of_extension(extension)
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

    pub(super) fn of_digest(digest: Sha256) -> Self {
        Self(digest.finalize().into())
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

/// An asset: the same bytes are another one as another kind, or whoever gives them first could spoil them for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Kept {
    /// The name of its bytes.
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

/// Where an asset is looked for, and on whose behalf: that session refers to it from then on.
#[derive(Debug, Clone, Copy)]
pub struct Share<'a> {
    /// The key of the session's site.
    pub site: &'a str,
    /// The session.
    pub session: SessionId,
}

/// The store; cheap to clone.
#[derive(Clone)]
pub struct Disk {
    folder: Arc<PathBuf>,
    index: Arc<Mutex<HashMap<String, Site>>>,
    /// Files get their names, and go, one after the other: none goes that was just given again.
    naming: Arc<tokio::sync::Mutex<()>>,
    site_limit: u64,
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
        let (folder, index) = (Arc::new(folder), Arc::new(Mutex::new(index)));
        Ok(Self { folder, index, naming: Arc::default(), site_limit })
    }

    /// The kind of an asset that is there: the one that is asked for, or else any.
    pub fn find(&self, share: Share<'_>, hash: Hash, kind: Option<Kind>) -> Option<Kind> {
        let mut index = self.lock();
        let site = index.get_mut(share.site)?;
        let asset = match kind {
            Some(kind) => Some(Kept { hash, kind }).filter(|it| site.has(*it)),
            None => KINDS.iter().map(|kind| Kept { hash, kind: Kind(kind) }).find(|it| site.has(*it)),
        }?;
        site.hold(asset, share.session);
        Some(asset.kind)
    }

    /// The beginning of a file of this site.
    ///
    /// # Errors
    /// When the disk fails.
    pub async fn part(&self, site: &str) -> io::Result<Part> {
        Part::begin(self.site_folder(site)).await
    }

    /// Keeps an asset whose hash was checked.
    ///
    /// # Errors
    /// When the disk fails.
    pub async fn keep(&self, share: Share<'_>, asset: Kept, part: Part) -> io::Result<Outcome> {
        let (disk, site, session) = (self.clone(), share.site.to_owned(), share.session);
        // To its end, also when nobody waits any more: a file of which the index does not know would stay for good.
        let keeping = async move { disk.name(Share { site: &site, session }, asset, part).await };
        tokio::spawn(keeping).await.map_err(io::Error::other)?
    }

    async fn name(&self, share: Share<'_>, asset: Kept, part: Part) -> io::Result<Outcome> {
        let _naming = self.naming.lock().await;
        if self.find(share, asset.hash, Some(asset.kind)).is_some() {
            return Ok(Outcome::Known);
        }
        let folder = self.site_folder(share.site);
        let bytes = part.named(&folder.join(file_name(asset))).await?;
        let gone = {
            let mut index = self.lock();
            let site = index.entry(share.site.to_owned()).or_default();
            site.add(asset, bytes);
            site.hold(asset, share.session);
            site.trim(self.site_limit)
        };
        for asset in &gone {
            // A file that cannot be removed is only left over; it is not in the index any more.
            let _ = tokio::fs::remove_file(folder.join(file_name(*asset))).await;
        }
        Ok(Outcome::Stored { evicted: u64::try_from(gone.len()).unwrap_or(u64::MAX) })
    }

    /// An asset's kind and bytes: of the kind that is asked for, or else of any.
    ///
    /// # Errors
    /// When the disk fails.
    pub async fn read(
        &self,
        share: Share<'_>,
        hash: Hash,
        kind: Option<Kind>,
    ) -> io::Result<Option<(Kind, Vec<u8>)>> {
        let Some(kind) = self.find(share, hash, kind).or_else(|| self.find(share, hash, None)) else {
            return Ok(None);
        };
        let asset = Kept { hash, kind };
        match tokio::fs::read(self.site_folder(share.site).join(file_name(asset))).await {
            Ok(bytes) => Ok(Some((kind, bytes))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // Somebody else took it away: whoever has it may give it again.
                if let Some(site) = self.lock().get_mut(share.site) {
                    site.forget(asset);
                }
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Sessions that are over refer to nothing any more.
    pub fn release(&self, lives: impl Fn(SessionId) -> bool) {
        for site in self.lock().values_mut() {
            site.release(&lives);
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

fn file_name(asset: Kept) -> String {
    format!("{}.{}", hex(&asset.hash.0), asset.kind.extension())
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
        site.add(asset, size);
    }
    Ok(site)
}

fn asset_of(path: &Path) -> Option<Kept> {
    let hash = path.file_stem()?.to_str()?.parse().ok()?;
    Some(Kept { hash, kind: Kind::of_extension(path.extension()?.to_str()?)? })
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::{
        super::{part::receive, site::BLOCK},
        *,
    };

    const DEMO: Share<'_> = Share { site: "demo", session: SessionId::from_random([1; 16]) };

    fn asset(bytes: &[u8], kind: &str) -> Kept {
        Kept { hash: Hash::of(bytes), kind: Kind::of(kind).expect("kept") }
    }

    async fn keeps(disk: &Disk, asset: Kept, bytes: &'static [u8]) -> Outcome {
        let mut part = disk.part("demo").await.expect("begun");
        assert_eq!(receive(Body::from(bytes), Some(&mut part)).await.expect("received"), asset.hash);
        disk.keep(DEMO, asset, part).await.expect("kept")
    }

    #[tokio::test]
    async fn the_oldest_goes_when_a_site_is_full_and_the_rest_outlives_a_restart() {
        let folder = tempfile::tempdir().expect("a folder");
        let disk = Disk::with_limit(folder.path().join("assets"), BLOCK).expect("opens");
        let (first, second) = (asset(b"12345", "Image/PNG; charset=x"), asset(b"67890", "image/png"));
        assert_eq!(keeps(&disk, first, b"12345").await, Outcome::Stored { evicted: 0 });
        assert_eq!(keeps(&disk, first, b"12345").await, Outcome::Known);
        assert_eq!(keeps(&disk, second, b"67890").await, Outcome::Stored { evicted: 1 });
        let files = std::fs::read_dir(folder.path().join("assets/demo")).expect("read").count();
        assert_eq!(files, 1, "nothing else is left on the disk");

        let again = Disk::open(folder.path().join("assets")).expect("opens");
        assert_eq!(again.find(DEMO, first.hash, None), None);
        let (kind, bytes) = again.read(DEMO, second.hash, None).await.expect("read").expect("there");
        assert_eq!((kind.mime(), bytes.as_slice()), ("image/png", b"67890".as_slice()));
        let other = Share { site: "other", ..DEMO };
        assert_eq!(again.find(other, second.hash, None), None, "each site has its own");
    }

    #[tokio::test]
    async fn the_same_bytes_are_kept_as_each_kind_that_they_were_given_as() {
        let folder = tempfile::tempdir().expect("a folder");
        let disk = Disk::open(folder.path().join("assets")).expect("opens");
        let (spoilt, sheet) = (asset(b"p{}", "application/octet-stream"), asset(b"p{}", "text/css"));
        assert_eq!(keeps(&disk, spoilt, b"p{}").await, Outcome::Stored { evicted: 0 });
        assert_eq!(disk.find(DEMO, sheet.hash, Some(sheet.kind)), None, "as a sheet it is not there");
        assert_eq!(keeps(&disk, sheet, b"p{}").await, Outcome::Stored { evicted: 0 });
        for disk in [disk, Disk::open(folder.path().join("assets")).expect("opens")] {
            for kind in [spoilt.kind, sheet.kind] {
                let read = disk.read(DEMO, sheet.hash, Some(kind)).await.expect("read");
                assert_eq!(read.expect("there").0, kind);
            }
        }
    }

    #[tokio::test]
    async fn what_was_taken_away_from_outside_can_be_given_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let disk = Disk::open(folder.path().join("assets")).expect("opens");
        let picture = asset(b"12345", "image/png");
        keeps(&disk, picture, b"12345").await;
        std::fs::remove_file(folder.path().join("assets/demo").join(file_name(picture))).expect("removed");
        assert!(disk.read(DEMO, picture.hash, None).await.expect("read").is_none());
        assert_eq!(keeps(&disk, picture, b"12345").await, Outcome::Stored { evicted: 0 });
    }

    #[test]
    fn only_what_shows_is_kept() {
        for refused in ["text/html", "application/javascript", "image/svg", "", "text/xml"] {
            assert_eq!(Kind::of(refused), None, "{refused}");
        }
        assert_eq!(Kind::of("application/font-woff2"), Kind::of("font/woff2"), "two names for one kind");
    }
}
