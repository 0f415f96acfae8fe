//! Where things are on this machine: the tree, what is built, and the cache that outlives it.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The top of the source tree.
pub fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_path_buf()
}

/// Everything that is built from the tree.
pub fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// What is fetched or built once for all checkouts: compilers, drivers, npm tools.
///
/// `TANDEM_CACHE` names another place.
pub fn cache() -> Result<PathBuf> {
    let under = |name: &str, rest: &str| env::var_os(name).map(|base| PathBuf::from(base).join(rest));
    let dir = under("TANDEM_CACHE", "")
        .or_else(|| under("XDG_CACHE_HOME", "tandem"))
        .or_else(|| under("HOME", ".cache/tandem"))
        .unwrap_or_else(|| target().join("cache"));
    fs::create_dir_all(&dir).with_context(|| format!("making the cache directory {}", dir.display()))?;
    Ok(dir)
}

/// Keeps two runs from making the same thing at once; let go when dropped.
pub fn lock(dir: &Path, name: &str) -> Result<File> {
    fs::create_dir_all(dir)?;
    let path = dir.join(format!(".{name}.lock"));
    let file = File::create(&path).with_context(|| format!("opening {}", path.display()))?;
    if file.try_lock().is_err() {
        crate::run::say(&format!("waiting for another run that is busy with {name} ..."));
        file.lock().with_context(|| format!("locking {}", path.display()))?;
    }
    Ok(file)
}

/// The first of these programs that is on `PATH`.
pub fn on_path(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    names
        .iter()
        .find_map(|name| env::split_paths(&path).map(|dir| dir.join(name)).find(|file| file.is_file()))
}

/// The files below a folder, deepest last, in a stable order. A missing folder has none.
pub fn files_below(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![dir.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries {
            let entry = entry?;
            match entry.file_type()?.is_dir() {
                true => folders.push(entry.path()),
                false => found.push(entry.path()),
            }
        }
    }
    found.sort();
    Ok(found)
}
