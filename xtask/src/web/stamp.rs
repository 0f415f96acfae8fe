//! Whether anything changed: one text for all that goes into a folder.

use std::env;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use anyhow::{Context, Result};

/// Names the contents of these files, and this program, which makes the folder out of them.
pub fn of<'a>(files: impl Iterator<Item = &'a Path>) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    let made_by = fs::metadata(env::current_exe()?)?.modified()?;
    made_by.hash(&mut hasher);
    for file in files {
        file.hash(&mut hasher);
        fs::read(file).with_context(|| format!("reading {}", file.display()))?.hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}
