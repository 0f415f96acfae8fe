//! The bench's pages: folders of this machine under one address that exists only in the browser under measure.

use std::fs;
use std::path::{Component, Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// Where the pages are. Browsers trust names below `localhost` as they trust HTTPS.
pub const ORIGIN: &str = "http://bench.localhost";

/// Folders, each with the first part of its path in addresses.
#[derive(Debug, Clone)]
pub struct Site(Vec<(&'static str, PathBuf)>);

impl Site {
    /// Serves each folder under its name.
    pub fn new(folders: Vec<(&'static str, PathBuf)>) -> Self {
        Self(folders)
    }

    /// What `Fetch.fulfillRequest` needs, but for the request's id.
    pub fn answer(&self, url: &str) -> Value {
        let found = self.file(url).and_then(|file| Some((fs::read(&file).ok()?, kind_of(&file))));
        match found {
            Some((bytes, kind)) => json!({
                "responseCode": 200,
                "responseHeaders": [{ "name": "Content-Type", "value": kind }],
                "body": STANDARD.encode(bytes),
            }),
            None => json!({ "responseCode": 404, "body": "" }),
        }
    }

    fn file(&self, url: &str) -> Option<PathBuf> {
        let path = url.strip_prefix(ORIGIN)?.split(['?', '#']).next()?.strip_prefix('/')?;
        let (name, rest) = path.split_once('/')?;
        let (_, folder) = self.0.iter().find(|(known, _)| *known == name)?;
        let stays_inside = Path::new(rest).components().all(|part| matches!(part, Component::Normal(_)));
        stays_inside.then(|| folder.join(rest))
    }
}

fn kind_of(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_in_the_folders_is_served() {
        let site = Site::new(vec![("bench", PathBuf::from("pages"))]);
        assert_eq!(site.file("http://bench.localhost/bench/a/b.js?x=1"), Some("pages/a/b.js".into()));
        assert_eq!(site.file("http://bench.localhost/other/b.js"), None);
        assert_eq!(site.file("http://bench.localhost/bench/../Cargo.toml"), None);
        assert_eq!(site.file("http://example.org/bench/b.js"), None);
    }
}
