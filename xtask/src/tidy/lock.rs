//! What Cargo.lock must say.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::place;

/// The bindings generator reads what the `wasm-bindgen` of the same release wrote, and no other.
pub fn bindgen_versions_match() -> Result<()> {
    let lock = fs::read_to_string(place::root().join("Cargo.lock")).context("reading Cargo.lock")?;
    let library = version(&lock, "wasm-bindgen");
    let generator = version(&lock, "wasm-bindgen-cli-support");
    if library.is_some() && library != generator {
        bail!(
            "Cargo.lock: wasm-bindgen {library:?} and wasm-bindgen-cli-support {generator:?} must be the same"
        );
    }
    Ok(())
}

fn version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let (_, rest) = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    rest.split('"').next()
}
