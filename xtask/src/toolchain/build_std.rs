//! Builds the standard library for the browser once, from a compiler's own source.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::{Compiler, TARGET, Toolchain, linker};
use crate::run::{run, say, timed};

/// A crate of nothing: building it builds what every crate stands on.
const SEED: &str = r#"
[package]
name = "seed"
version = "0.0.0"
edition = "2024"
[workspace]
[profile.release]
panic = "abort"
opt-level = "s"
"#;

/// Leaves the library in `cache`, in a folder named by the compiler's commit.
pub fn build(cache: &Path, rustc: Compiler) -> Result<Toolchain> {
    let version = rustc.version().context("the compiler does not start")?;
    let linker = linker().context("no linker for WebAssembly: apt-get install lld, or rustup's toolchain")?;
    say(&format!("building the standard library once with {} (1-2 minutes) ...", rustc.path.display()));
    let work = cache.join("std-build");
    let _ = fs::remove_dir_all(&work);
    fs::create_dir_all(work.join("src"))?;
    fs::write(work.join("src/lib.rs"), "#![no_std]\n")?;
    fs::write(work.join("Cargo.toml"), SEED)?;

    let toolchain = Toolchain { rustc, sysroot: None, linker: Some(linker), version };
    timed("standard library", || compile(&toolchain, &work))?;
    let sysroot = cache.join(format!("wasm-sysroot-{}", commit(&toolchain.version)));
    collect(&work, &sysroot)?;
    fs::remove_dir_all(&work)?;
    Ok(Toolchain { sysroot: Some(sysroot), ..toolchain })
}

fn compile(toolchain: &Toolchain, work: &Path) -> Result<()> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(work).args(["build", "--release", "--target", TARGET, "-Zbuild-std=std,panic_abort"]);
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("CARGO_PROFILE_") {
            cargo.env_remove(name);
        }
    }
    toolchain.apply(&mut cargo);
    cargo.env("RUSTC_BOOTSTRAP", "1").env("CARGO_TARGET_DIR", work.join("target"));
    // Without bitcode in the library, a build with `lto = "fat"` fails when it links.
    cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", "-Cembed-bitcode=yes");
    run(&mut cargo).context("building the standard library")
}

fn collect(work: &Path, sysroot: &Path) -> Result<()> {
    let _ = fs::remove_dir_all(sysroot);
    let libraries = sysroot.join("lib/rustlib").join(TARGET).join("lib");
    fs::create_dir_all(&libraries)?;
    for entry in fs::read_dir(work.join("target").join(TARGET).join("release/deps"))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".rlib") && !name.starts_with("libseed") {
            fs::copy(entry.path(), libraries.join(&name))?;
        }
    }
    Ok(())
}

fn commit(version: &str) -> &str {
    let hash = version.lines().find_map(|line| line.strip_prefix("commit-hash: ")).unwrap_or("unknown");
    hash.get(..12).unwrap_or(hash)
}
