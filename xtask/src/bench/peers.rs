//! The software that we are measured beside: fetched from npm when it is, at its newest, and never kept here.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::place;
use crate::run::{read, run, say};

/// A package, installed.
#[derive(Debug, Clone)]
pub struct Peer {
    /// Name and version.
    pub name: String,
    /// Its own folder.
    pub folder: PathBuf,
    /// The folder that packages are imported from.
    pub root: PathBuf,
}

/// Installs the newest release, unless it is here.
pub fn newest(package: &str) -> Result<Peer> {
    let version = read(Command::new("npm").args(["view", package, "version", "--loglevel=error"]))
        .with_context(|| format!("asking npm for {package}: a bench needs Node.js, npm and the network"))?;
    let name = format!("{package} {version}");
    let npm = place::cache()?.join("npm");
    let folder = format!("{}-{version}", package.trim_start_matches('@').replace('/', "-"));
    let root = npm.join(&folder);
    let peer = Peer { name, folder: root.join("node_modules").join(package), root };
    let _one_at_a_time = place::lock(&npm, &folder)?;
    if !peer.folder.is_dir() {
        install(&peer.root, &format!("{package}@{version}"))?;
    }
    Ok(peer)
}

fn install(root: &Path, spec: &str) -> Result<()> {
    say(&format!("fetching {spec} from npm ..."));
    fs::create_dir_all(root)?;
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]);
    run(npm.arg("--prefix").arg(root).arg(spec)).with_context(|| format!("installing {spec}"))
}
