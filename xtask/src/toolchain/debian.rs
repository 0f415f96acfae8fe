//! Debian's compiler for web browsers, unpacked beside the system and not into it.
//!
//! `apt-get install rustc-web` would remove rustup and the system's own compiler; unpacked it
//! disturbs nothing, and needs no root.

use std::env;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use super::{Compiler, NEEDED, is_at_least};
use crate::apt;

/// The unpacked compiler, with its library source.
pub fn compiler(cache: &Path) -> Result<Compiler> {
    let root = cache.join("debian");
    let compiler = Compiler {
        path: root.join("usr/bin/rustc"),
        libraries: Some(root.join("usr/lib").join(format!("{}-linux-gnu", env::consts::ARCH))),
    };
    if compiler.has_source() && compiler.check_version().is_ok() {
        return Ok(compiler);
    }
    let packages = packages()?;
    let fresh = cache.join("debian.new");
    let _ = fs::remove_dir_all(&fresh);
    let _ = fs::remove_dir_all(&root);
    fs::create_dir_all(&fresh)?;
    apt::unpack(&packages, &fresh)?;
    fs::rename(&fresh, &root).context("moving the unpacked compiler into place")?;
    if !compiler.has_source() {
        bail!("the unpacked compiler does not see its library source");
    }
    compiler.check_version()?;
    Ok(compiler)
}

/// The compiler, its source and clippy at one version, and the libraries that they load.
fn packages() -> Result<Vec<String>> {
    let version = apt::candidate("rustc-web")?;
    // Before a hundred megabytes are fetched in vain.
    ensure!(
        is_at_least(&version, NEEDED),
        "apt's is {version}, older than {NEEDED} (its lists may be old: apt-get update)"
    );
    let names = ["rustc-web", "libstd-rust-web-dev", "rust-web-src", "rust-web-clippy"];
    let mut packages: Vec<_> = names.iter().map(|name| format!("{name}={version}")).collect();
    let library = apt::dependency(&format!("libstd-rust-web-dev={version}"), "libstd-rust-web-")
        .context("libstd-rust-web-dev names no runtime library")?;
    packages.extend(apt::dependency(&library, "libllvm"));
    packages.push(library);
    Ok(packages)
}
