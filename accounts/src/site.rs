//! Sites: a public key in the script tag, and the origins whose pages may use it.
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use store::{Tx, params};
use url::Url;

use crate::{Accounts, Error, Invalid, now_ms};

/// Most origins of one site.
pub const MAX_ORIGINS: usize = 64;

/// How long a change made by another program on the same database may stay unseen.
const FRESH: Duration = Duration::from_secs(2);

/// Names a site within the server. Never told to visitors; they know the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SiteId(pub i64);

/// One site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// Its name within the server.
    pub id: SiteId,
    /// What the script tag says. Public.
    pub key: String,
    /// What the desk shows.
    pub name: String,
    /// The origins of its pages, as browsers send them, sorted.
    pub origins: Vec<String>,
}

impl Site {
    /// Whether pages of this origin belong to the site.
    pub fn allows(&self, origin: &str) -> bool {
        self.origins.iter().any(|own| own == origin)
    }
}

/// A site as somebody asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSite {
    /// 1 to 64 lower-case letters, digits and dashes.
    pub key: String,
    /// What the desk shows.
    pub name: String,
    /// Where its pages are, for example `https://shop.example`.
    pub origins: Vec<String>,
}

/// What becomes different; `None` stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SiteChange {
    /// What the desk shows.
    pub name: Option<String>,
    /// All origins.
    pub origins: Option<Vec<String>>,
}

impl NewSite {
    fn check(self) -> Result<Self, Invalid> {
        let plain = self.key.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        if !plain || !(1..=64).contains(&self.key.len()) {
            return Err(Invalid::Key(self.key));
        }
        Ok(Self { key: self.key, name: check_name(&self.name)?, origins: check_origins(&self.origins)? })
    }
}

impl SiteChange {
    fn check(self) -> Result<Self, Invalid> {
        Ok(Self {
            name: self.name.as_deref().map(check_name).transpose()?,
            origins: self.origins.as_deref().map(check_origins).transpose()?,
        })
    }
}

fn check_name(name: &str) -> Result<String, Invalid> {
    crate::agent::plain_text(name, 1).ok_or(Invalid::SiteName)
}

fn check_origins(origins: &[String]) -> Result<Vec<String>, Invalid> {
    if MAX_ORIGINS < origins.len() {
        return Err(Invalid::Origins);
    }
    let origin = |text: &String| parse_origin(text).map_err(|_| Invalid::Origin(text.clone()));
    let mut origins = origins.iter().map(origin).collect::<Result<Vec<_>, _>>()?;
    origins.sort();
    origins.dedup();
    Ok(origins)
}

/// An origin as a browser sends it, or why the text is none.
///
/// # Errors
/// When the text is no http or https origin.
pub fn parse_origin(text: &str) -> Result<String, url::ParseError> {
    let url = Url::parse(text)?;
    match url.scheme() {
        "http" | "https" => Ok(url.origin().ascii_serialization()),
        _ => Err(url::ParseError::RelativeUrlWithoutBase),
    }
}

/// Every site, as it was a moment ago. There are few, and every visit asks.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    sites: Option<(Instant, Arc<HashMap<String, Site>>)>,
    /// Counts changes: what was read before one is not kept after it.
    changes: u64,
}

impl Cache {
    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is fresh, or the count to give back with what is read now.
    fn fresh(&self) -> Result<Arc<HashMap<String, Site>>, u64> {
        let known = self.lock();
        match &known.sites {
            Some((read, sites)) if read.elapsed() < FRESH => Ok(Arc::clone(sites)),
            Some(_) | None => Err(known.changes),
        }
    }

    fn keep(&self, sites: &Arc<HashMap<String, Site>>, read: Instant, changes: u64) {
        let mut known = self.lock();
        if known.changes == changes {
            known.sites = Some((read, Arc::clone(sites)));
        }
    }

    fn forget(&self) {
        let mut known = self.lock();
        known.changes += 1;
        known.sites = None;
    }

    fn is_behind(&self, sites: &HashMap<String, Site>) -> bool {
        self.lock().sites.as_ref().is_some_and(|(_, known)| **known != *sites)
    }
}

fn by_their_keys(sites: Vec<Site>) -> Arc<HashMap<String, Site>> {
    Arc::new(sites.into_iter().map(|site| (site.key.clone(), site)).collect())
}

impl Accounts {
    /// The site of a key. Answered from memory, at most two seconds behind other programs.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn site(&self, key: &str) -> Result<Option<Site>, Error> {
        Ok(self.known_sites().await?.get(key).cloned())
    }

    /// Whether any site has pages of this origin: what a preflight may know. Answered from memory.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn knows_origin(&self, origin: &str) -> Result<bool, Error> {
        Ok(self.known_sites().await?.values().any(|site| site.allows(origin)))
    }

    /// Every site, by its key. Answered from memory.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn known_sites(&self) -> Result<Arc<HashMap<String, Site>>, Error> {
        let changes = match self.sites.fresh() {
            Ok(sites) => return Ok(sites),
            Err(changes) => changes,
        };
        let read = Instant::now();
        let sites = by_their_keys(self.sites().await?);
        self.sites.keep(&sites, read, changes);
        Ok(sites)
    }

    /// Every site, by its key, as it is now. From then on so it is answered from memory too.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn current_sites(&self) -> Result<Arc<HashMap<String, Site>>, Error> {
        let sites = by_their_keys(self.sites().await?);
        if self.sites.is_behind(&sites) {
            self.sites.forget();
        }
        Ok(sites)
    }

    /// Every site, by key.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sites(&self) -> Result<Vec<Site>, Error> {
        self.read(|tx| Ok(all(tx)?)).await
    }

    /// Adds a site, or gives the site of this key this name and these origins.
    ///
    /// # Errors
    /// [`Error::Invalid`], or when the database fails.
    pub async fn put_site(&self, new: NewSite) -> Result<Site, Error> {
        let new = new.check()?;
        self.change_sites(move |tx| put(tx, &new)).await
    }

    /// Adds a site whose key is new.
    ///
    /// # Errors
    /// [`Error::KeyTaken`], [`Error::Invalid`], or when the database fails.
    pub async fn add_site(&self, new: NewSite) -> Result<Site, Error> {
        let new = new.check()?;
        let added = self.change_sites(move |tx| match by_key(tx, &new.key)? {
            Some(_) => Err(Error::KeyTaken),
            None => put(tx, &new),
        });
        added.await
    }

    /// Gives a site another name or other origins.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`], or when the database fails.
    pub async fn change_site(&self, key: &str, change: SiteChange) -> Result<Site, Error> {
        let (key, change) = (key.to_owned(), change.check()?);
        let changed = self.change_sites(move |tx| {
            let site = by_key(tx, &key)?.ok_or(Error::NotFound)?;
            let name = change.name.clone().unwrap_or(site.name);
            let origins = change.origins.clone().unwrap_or(site.origins);
            put(tx, &NewSite { key: site.key, name, origins })
        });
        changed.await
    }

    async fn change_sites(
        &self,
        command: impl FnMut(&mut dyn Tx) -> Result<Site, Error> + Send + 'static,
    ) -> Result<Site, Error> {
        let changed = self.write(command).await;
        // Whatever came of it: a commit that was cut short may have been kept.
        self.sites.forget();
        self.changed.send_replace(());
        changed
    }
}

fn put(tx: &mut dyn Tx, new: &NewSite) -> Result<Site, Error> {
    const PUT: &str = "INSERT INTO account_site (key, name, created_ms) VALUES ($1, $2, $3)
        ON CONFLICT (key) DO UPDATE SET name = excluded.name RETURNING id";
    const PUT_ORIGIN: &str = "INSERT INTO account_origin (site_id, origin) VALUES ($1, $2)";
    let (id,): (i64,) = tx.one(PUT, params![&new.key, &new.name, now_ms()])?;
    tx.execute("DELETE FROM account_origin WHERE site_id = $1", params![id])?;
    for origin in &new.origins {
        tx.execute(PUT_ORIGIN, params![id, origin])?;
    }
    let NewSite { key, name, origins } = new.clone();
    Ok(Site { id: SiteId(id), key, name, origins })
}

fn by_key(tx: &mut dyn Tx, key: &str) -> Result<Option<Site>, store::Error> {
    let found = tx.optional("SELECT id, name FROM account_site WHERE key = $1 FOR UPDATE", params![key])?;
    let Some((id, name)): Option<(i64, String)> = found else { return Ok(None) };
    let origins = "SELECT origin FROM account_origin WHERE site_id = $1 ORDER BY origin";
    let origins = tx.rows::<(String,)>(origins, params![id])?.into_iter().map(|(origin,)| origin).collect();
    Ok(Some(Site { id: SiteId(id), key: key.to_owned(), name, origins }))
}

fn all(tx: &mut dyn Tx) -> Result<Vec<Site>, store::Error> {
    let sites: Vec<(i64, String, String)> =
        tx.rows("SELECT id, key, name FROM account_site ORDER BY key", &[])?;
    let mut origins: HashMap<i64, Vec<String>> = HashMap::new();
    let every = "SELECT site_id, origin FROM account_origin ORDER BY site_id, origin";
    for (site, origin) in tx.rows::<(i64, String)>(every, &[])? {
        origins.entry(site).or_default().push(origin);
    }
    let site = |(id, key, name)| Site {
        id: SiteId(id),
        key,
        name,
        origins: origins.remove(&id).unwrap_or_default(),
    };
    Ok(sites.into_iter().map(site).collect())
}

/// Fails for the first of these sites that is not there.
pub(crate) fn check_known(tx: &mut dyn Tx, sites: impl Iterator<Item = SiteId>) -> Result<(), Error> {
    for SiteId(id) in sites {
        let found: Option<(i64,)> = tx.optional("SELECT id FROM account_site WHERE id = $1", params![id])?;
        if found.is_none() {
            return Err(Invalid::Site(id).into());
        }
    }
    Ok(())
}
