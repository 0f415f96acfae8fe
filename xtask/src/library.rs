//! `cargo xtask lib`: the engine alone, as files that any static server can offer.

use std::fs;

use anyhow::{Context, Result};

use crate::place;
use crate::run::say;
use crate::web::{self, Part, Profile};

/// Builds the release and copies it to `target/lib`.
pub fn build() -> Result<()> {
    let built = web::build(&[Part::Lib], Profile::Release)?.join(Part::Lib.folder());
    let into = place::target().join("lib");
    if into.exists() {
        fs::remove_dir_all(&into)?;
    }
    for file in place::files_below(&built)? {
        let to = into.join(file.strip_prefix(&built)?);
        fs::create_dir_all(to.parent().unwrap_or(&into))?;
        fs::copy(&file, &to).with_context(|| format!("copying {}", file.display()))?;
    }
    say(&format!("the library is in {}", into.display()));
    Ok(())
}
