//! Pages that were not made for us: the HTML documentation of Python, as Debian packages it.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::apt;
use crate::place;

/// Pages of about 3, 13, 35 and 80 thousand nodes.
pub const DOCUMENTS: [&str; 4] =
    ["howto/regex.html", "library/unittest.html", "library/stdtypes.html", "contents.html"];

/// The folder of the documentation, fetched when it is not here.
///
/// # Errors
/// When this is no Debian system, or the package cannot be had.
pub fn folder() -> Result<PathBuf> {
    let cache = place::cache()?;
    let _one_at_a_time = place::lock(&cache, "documents")?;
    let into = cache.join("documents");
    if let Some(found) = html(&into) {
        return Ok(found);
    }
    let package = apt::dependency("python3-doc", "python3").context("apt knows no python3-doc")?;
    apt::unpack(&[package], &into)?;
    html(&into).context("the package of Python's documentation holds no HTML")
}

/// `usr/share/doc/python3.N/html`, whichever release it is.
fn html(root: &std::path::Path) -> Option<PathBuf> {
    let releases = std::fs::read_dir(root.join("usr/share/doc")).ok()?;
    let folders = releases.flatten().map(|release| release.path().join("html"));
    folders.into_iter().find(|folder| DOCUMENTS.iter().all(|document| folder.join(document).is_file()))
}
