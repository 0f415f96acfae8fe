//! Sites: a public key in the script tag, and the origins whose pages may use it.
use rusqlite::{Connection, OptionalExtension, params};

use crate::config::parse_origin;

use super::{Store, StoreError, now_ms, to_sql};

/// One site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// What the script tag says. Public.
    pub key: String,
    /// What the desk shows.
    pub name: String,
    /// The origins of its pages, as browsers send them.
    pub origins: Vec<String>,
}

/// Why a site cannot be as it was given.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// The key becomes part of addresses and file names.
    #[error("the key {0:?} must be 1 to 64 lower-case letters, digits and dashes")]
    Key(String),
    /// Not an origin.
    #[error("{0} is no origin; an origin is scheme, host and port, for example https://shop.example")]
    Origin(String),
}

impl Site {
    /// A site whose key and origins are well-formed.
    ///
    /// # Errors
    /// [`SiteError`] for those that are not.
    pub fn new(key: String, name: String, origins: &[String]) -> Result<Self, SiteError> {
        let plain = key.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        if !plain || !(1..=64).contains(&key.len()) {
            return Err(SiteError::Key(key));
        }
        let origin = |text: &String| parse_origin(text).map_err(|_| SiteError::Origin(text.clone()));
        let origins = origins.iter().map(origin).collect::<Result<_, _>>()?;
        Ok(Self { key, name, origins })
    }

    /// Whether pages of this origin belong to the site.
    pub fn allows(&self, origin: &str) -> bool {
        self.origins.iter().any(|own| own == origin)
    }
}

impl Store {
    /// Adds a site, or gives the site of this key this name and these origins.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_site(&self, site: Site) -> Result<(), StoreError> {
        self.write(move |db| put_site(db, &site)).await
    }

    /// The site of a key.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn site(&self, key: String) -> Result<Option<Site>, StoreError> {
        self.read(move |db| site(db, &key)).await
    }

    /// Every site, by key.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sites(&self) -> Result<Vec<Site>, StoreError> {
        self.read(|db| {
            let mut query = db.prepare("SELECT key FROM site ORDER BY key")?;
            let keys: Vec<String> = query.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
            keys.iter().filter_map(|key| site(db, key).transpose()).collect()
        })
        .await
    }

    /// Whether any site has pages of this origin: what a preflight may know.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn knows_origin(&self, origin: String) -> Result<bool, StoreError> {
        self.read(move |db| {
            let sql = "SELECT EXISTS (SELECT 1 FROM site_origin WHERE origin = ?1)";
            Ok(db.query_row(sql, [origin], |row| row.get(0))?)
        })
        .await
    }
}

fn put_site(db: &mut Connection, site: &Site) -> Result<(), StoreError> {
    let change = db.transaction()?;
    change.execute(
        "INSERT INTO site (key, name, created_ms) VALUES (?1, ?2, ?3)
         ON CONFLICT (key) DO UPDATE SET name = excluded.name",
        params![site.key, site.name, to_sql(now_ms())],
    )?;
    change.execute("DELETE FROM site_origin WHERE site = ?1", [&site.key])?;
    for origin in &site.origins {
        change.execute(
            "INSERT OR IGNORE INTO site_origin (origin, site) VALUES (?1, ?2)",
            [origin, &site.key],
        )?;
    }
    Ok(change.commit()?)
}

fn site(db: &Connection, key: &str) -> Result<Option<Site>, StoreError> {
    let name = db.query_row("SELECT name FROM site WHERE key = ?1", [key], |row| row.get(0)).optional()?;
    let Some(name) = name else { return Ok(None) };
    let mut query = db.prepare_cached("SELECT origin FROM site_origin WHERE site = ?1 ORDER BY origin")?;
    let origins = query.query_map([key], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(Some(Site { key: key.to_owned(), name, origins }))
}
