//! Programs that come as source and are built once with cargo, kept in the cache.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::place;
use crate::run::{cargo, run, say, timed};

/// Where the program of this crate is, at exactly this version; built when it is not there yet.
pub fn program(name: &str, version: &str) -> Result<PathBuf> {
    let cache = place::cache()?;
    let home = cache.join(format!("{name}-{version}"));
    let program = home.join("bin").join(name);
    let _one_at_a_time = place::lock(&cache, name)?;
    if program.exists() {
        return Ok(program);
    }
    say(&format!("building {name} {version} once with cargo (1-3 minutes) ..."));
    let scratch = cache.join(format!("{name}-target"));
    let spec = format!("{name}@{version}");
    // Its lock file may name a release that was withdrawn since: then the newest ones do.
    let built = timed(name, || {
        let first = run(install(&spec, &home, &scratch).arg("--locked"));
        first.or_else(|_| run(&mut install(&spec, &home, &scratch)))
    });
    let _ = fs::remove_dir_all(&scratch);
    built.map(|()| program)
}

fn install(spec: &str, home: &Path, scratch: &Path) -> Command {
    let mut command = cargo();
    command.args(["install", "--quiet", spec, "--root"]).arg(home).arg("--target-dir").arg(scratch);
    command
}
