//! Tools from npm, each at one version, kept outside the tree. Only releases need them.

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

impl Tool {
    /// A command that runs the tool, fetched first when this machine does not have it yet.
    pub fn command(self) -> Result<Command> {
        Ok(Command::new(self.path()?))
    }

    fn path(self) -> Result<PathBuf> {
        let name = format!("{}-{}", self.package, self.version);
        let npm = place::cache()?.join("npm");
        let program = |folder: PathBuf| folder.join("node_modules/.bin").join(self.program);
        let done = npm.join(&name);
        if program(done.clone()).exists() {
            return Ok(program(done));
        }
        let _one_at_a_time = place::lock(&npm, &name)?;
        say(&format!("fetching {} {} from npm ...", self.package, self.version));
        fs::create_dir_all(&done)?;
        let spec = format!("{}@{}", self.package, self.version);
        run(Command::new("npm")
            .args(["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error", "--prefix"])
            .arg(&done)
            .arg(spec))
        .with_context(|| format!("a release needs {} from npm (Node.js and npm)", self.package))?;
        Ok(program(done))
    }
}
