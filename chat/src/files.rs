//! Files that visitors and agents send each other.
//!
//! ```text
//!   begin ──▶ part ──write, write again──▶ ready ──the message is stored──▶ bound
//!               │  cancel, an hour           │  cancel, a day
//!               └────────────────────────────┴──────────▶ gone, and its bytes removed
//! ```
//! A part lies in a folder of this machine, so that an upload that was cut goes on where it stopped. What is whole
//! is looked at ([`Rules`]: by its bytes, not by what its name says), stored durably in an [`ObjectStore`], and
//! then ready. The engine binds it to a message in the message's own transaction. Whoever may not have a file is
//! told that there is none.
//!
//! [`routes`] is all of it over HTTP.
mod active;
mod fault;
mod headers;
mod image;
mod link;
mod name;
mod open;
mod parts;
mod rates;
mod routes;
mod rules;
mod sniff;
mod sweep;
mod upload;

use std::{path::Path, sync::Arc};

use object_store::{ObjectStore, local::LocalFileSystem};
use store::Store;
use tokio::sync::Semaphore;

use crate::{
    engine::Clock,
    model::SiteId,
    rt::Limits,
    tables::{attachment, from_json, to_json},
};
use active::Active;
pub use fault::FileFault;
pub use headers::{Purpose, headers};
pub use link::LinkKey;
pub use open::{ByteStream, Document, StoredFile};
use parts::Parts;
use rates::Rates;
pub use routes::routes;
pub(crate) use routes::table;
pub use rules::Rules;
pub use upload::{Begun, From, Upload, Written};

/// Images that are decoded at the same time: each may take some hundred megabytes.
const DECODERS: usize = 2;

/// The files of all sites; cheap to clone.
#[derive(Clone)]
pub struct Files {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    clock: Arc<dyn Clock>,
    parts: Parts,
    objects: Arc<dyn ObjectStore>,
    key: LinkKey,
    active: Active,
    rates: Rates,
    decoders: Arc<Semaphore>,
}

impl Files {
    /// Keeps files in a folder of this machine, which is made if there is none.
    ///
    /// # Errors
    /// When the folder cannot be made or used.
    pub fn local(
        store: Store,
        clock: Arc<dyn Clock>,
        folder: &Path,
        key: LinkKey,
    ) -> Result<Self, FileFault> {
        let objects = folder.join("objects");
        std::fs::create_dir_all(&objects)?;
        let objects = LocalFileSystem::new_with_prefix(&objects)?.with_fsync(true);
        Self::new(store, clock, (&folder.join("parts"), Arc::new(objects)), key)
    }

    /// Keeps parts in a folder of this machine, and whole files elsewhere. A put must be durable when it answers.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        (parts, objects): (&Path, Arc<dyn ObjectStore>),
        key: LinkKey,
    ) -> Result<Self, FileFault> {
        let (parts, active, rates) = (Parts::open(parts)?, Active::default(), Rates::default());
        let decoders = Arc::new(Semaphore::new(DECODERS));
        Ok(Self { inner: Arc::new(Inner { store, clock, parts, objects, key, active, rates, decoders }) })
    }

    /// With these limits of what is uploaded in an hour. Before it is shared.
    #[must_use]
    pub fn limited(mut self, limits: &Limits) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.inner) {
            inner.rates = Rates::new(limits);
        }
        self
    }

    /// A site's rules; the default ones where it has none of its own.
    ///
    /// # Errors
    /// The store's.
    pub async fn rules(&self, site: SiteId) -> Result<Rules, FileFault> {
        let text = self.inner.store.read(move |tx| attachment::rules(tx, site)).await?;
        Ok(text.map(|text| from_json(&text)).transpose()?.unwrap_or_default())
    }

    /// Changes them, for what is uploaded from now on.
    ///
    /// # Errors
    /// The store's.
    pub async fn put_rules(&self, site: SiteId, rules: &Rules) -> Result<(), FileFault> {
        let text = to_json(rules)?;
        let write = move |tx: &mut dyn store::Tx| attachment::put_rules(tx, site, &text);
        Ok(self.inner.store.write(store::Key(site.0), write).await?)
    }
}
