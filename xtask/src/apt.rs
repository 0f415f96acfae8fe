//! Debian's package manager, where there is one.

use std::path::Path;
use std::process::Command;
use std::sync::Once;

use anyhow::{Result, bail};

use crate::run::{is_root, read, run, say};

/// The version that `apt-get` would take, by lists that are refreshed once: those of a machine's image can be months
/// old, and name a compiler that is too old and browsers that are gone from the servers.
///
/// # Errors
/// Says why there is none: no Debian, or no such package.
pub fn candidate(package: &str) -> Result<String> {
    if read(Command::new("apt-get").arg("--version")).is_none() {
        bail!("this is not a Debian system (no apt-get)");
    }
    refresh();
    match known(package) {
        Some(version) => Ok(version),
        None => bail!("apt knows no package {package} (its lists may be old: apt-get update)"),
    }
}

/// Without the network, or without the right to it, the lists that are there must do.
fn refresh() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        if is_root() {
            say("apt-get update ...");
            if let Err(reason) = run(Command::new("apt-get").args(["update", "-q"])) {
                say(&format!("apt's lists stay as they are: {reason:#}"));
            }
        }
    });
}

fn known(package: &str) -> Option<String> {
    let policy = read(Command::new("apt-cache").args(["policy", package]))?;
    let version = policy.lines().find_map(|line| line.trim().strip_prefix("Candidate: "))?;
    (version != "(none)").then(|| version.to_owned())
}

/// The packages that one package needs directly and whose name begins so.
pub fn dependency(package: &str, start: &str) -> Option<String> {
    let depends =
        read(Command::new("apt-cache").args(["depends", "--no-recommends", "--no-suggests", package]))?;
    let mut names = depends.lines().filter_map(|line| line.trim().strip_prefix("Depends: "));
    names.find(|name| name.starts_with(start)).map(str::to_owned)
}

/// Installs for the whole system.
///
/// # Errors
/// When we are not its administrator; the message then holds the command to run.
pub fn install(packages: &[&str]) -> Result<()> {
    if !is_root() {
        bail!("not root; run: sudo apt-get install --no-install-recommends {}", packages.join(" "));
    }
    for package in packages {
        candidate(package)?;
    }
    say(&format!("apt-get install {} ...", packages.join(" ")));
    let mut command = Command::new("apt-get");
    command.args(["install", "-y", "-q", "--no-install-recommends"]).args(packages);
    run(command.env("DEBIAN_FRONTEND", "noninteractive"))
}

/// Fetches packages and unpacks them below `into`: needs no root, and changes nothing on the system.
pub fn unpack(packages: &[String], into: &Path) -> Result<()> {
    let debs = into.join("debs");
    std::fs::create_dir_all(&debs)?;
    say(&format!("fetching {} through apt (nothing is installed) ...", packages.join(" ")));
    run(Command::new("apt-get").args(["download", "-q"]).args(packages).current_dir(&debs))?;
    for entry in std::fs::read_dir(&debs)? {
        run(Command::new("dpkg").arg("-x").arg(entry?.path()).arg(into))?;
    }
    std::fs::remove_dir_all(&debs)?;
    Ok(())
}
