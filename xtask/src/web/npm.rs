//! Packages of npm, each at one version, kept outside the tree. Only releases need the tools, and only tests the rest.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::place;
use crate::run::{run, say};

/// A program in an npm package.
#[derive(Debug, Clone, Copy)]
pub struct Tool {
    package: &'static str,
    version: &'static str,
    program: &'static str,
}

/// Makes WebAssembly smaller.
pub const WASM_OPT: Tool = Tool { package: "binaryen", version: "132.0.0", program: "wasm-opt" };

/// Makes JavaScript smaller.
pub const ESBUILD: Tool = Tool { package: "esbuild", version: "0.28.2", program: "esbuild" };

/// A script in an npm package, which tests put into pages or run.
#[derive(Debug, Clone, Copy)]
pub struct Script {
    package: &'static str,
    version: &'static str,
    file: &'static str,
}

/// Finds in a page what assistive technology cannot use.
pub const AXE: Script = Script { package: "axe-core", version: "4.14.1", file: "axe.min.js" };

/// Reads the types that the library comes with, as its users' compilers do.
pub const TYPESCRIPT: Script = Script { package: "typescript", version: "7.0.2", file: "bin/tsc" };

impl Tool {
    /// A command that runs the tool, fetched first when this machine does not have it yet.
    pub fn command(self) -> Result<Command> {
        let program = format!(".bin/{}", self.program);
        let found = fetched((self.package, self.version), &program);
        Ok(Command::new(found.context("a release needs it (Node.js and npm)")?))
    }
}

impl Script {
    /// Where it is, fetched first when this machine does not have it yet.
    pub fn path(self) -> Result<PathBuf> {
        let file = format!("{}/{}", self.package, self.file);
        fetched((self.package, self.version), &file).context("tests need it (Node.js and npm)")
    }
}

/// A file below `node_modules` of a package at a version.
fn fetched((package, version): (&str, &str), file: &str) -> Result<PathBuf> {
    let name = format!("{package}-{version}");
    let npm = place::cache()?.join("npm");
    let done = npm.join(&name);
    let wanted = done.join("node_modules").join(file);
    if wanted.exists() {
        return Ok(wanted);
    }
    let _one_at_a_time = place::lock(&npm, &name)?;
    say(&format!("fetching {package} {version} from npm ..."));
    fs::create_dir_all(&done)?;
    run(Command::new("npm")
        .args(["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error", "--prefix"])
        .arg(&done)
        .arg(format!("{package}@{version}")))
    .with_context(|| format!("installing {package} {version} from npm"))?;
    Ok(wanted)
}
