//! Finds, or makes, a compiler for the browser.
//!
//! 1. The compiler in use has the target's standard library.
//! 2. A standard library built earlier is in the cache, for this very compiler.
//! 3. `rustup target add`, unless `TANDEM_WASM_TOOLCHAIN=system` says to ask no toolchain server.
//! 4. A compiler with its own library source, or Debian's unpacked privately: the standard
//!    library is built once from that source.
//! 5. An error that lists what was tried.

mod build_std;
mod debian;
mod rustup;

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::place;
use crate::run::{read, say};

/// What browsers run.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// What the workspace's manifest asks of a compiler.
const NEEDED: &str = env!("CARGO_PKG_RUST_VERSION");

/// Variables meant for the host's compiler, which must not reach another one.
const HOST_ONLY: [&str; 5] = [
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTFLAGS",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_BUILD_RUSTFLAGS",
];

/// A compiler for the browser, and what it needs to run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Toolchain {
    rustc: Compiler,
    /// Holds the standard library when the compiler does not.
    sysroot: Option<PathBuf>,
    linker: Option<PathBuf>,
    /// What `rustc -vV` said when the standard library was built: an upgraded compiler cannot read it.
    version: String,
}

impl Toolchain {
    fn plain(rustc: Compiler) -> Self {
        Self { rustc, sysroot: None, linker: None, version: String::new() }
    }

    /// Makes a cargo command compile for the browser.
    pub fn apply(&self, cargo: &mut Command) {
        self.rustc.apply(cargo);
        // Leptos' views without their types: the desk compiles in a fraction of the time.
        let mut flags = "--cfg erase_components".to_owned();
        if let Some(sysroot) = &self.sysroot {
            flags.push_str(&format!(" --sysroot={}", sysroot.display()));
        }
        cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags);
        if let Some(linker) = &self.linker {
            cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
        }
    }

    /// A cargo command that lints browser code with the clippy of this same compiler.
    ///
    /// # Errors
    /// When the compiler came without one.
    pub fn clippy(&self) -> Result<Command> {
        let mut cargo = crate::run::cargo();
        if self.sysroot.is_none() {
            cargo.arg("clippy");
            self.apply(&mut cargo);
            return Ok(cargo);
        }
        let driver = self.rustc.path.with_file_name("clippy-driver");
        if !driver.exists() {
            bail!("{} has no clippy-driver beside it", self.rustc.path.display());
        }
        cargo.arg("check");
        self.apply(&mut cargo);
        // What `cargo clippy` itself does, which would take the driver beside cargo.
        cargo.env("RUSTC_WORKSPACE_WRAPPER", driver);
        cargo.env("CLIPPY_ARGS", "-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__");
        Ok(cargo)
    }
}

/// A `rustc`, with the folder of its shared libraries when the system does not know it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Compiler {
    path: PathBuf,
    libraries: Option<PathBuf>,
}

impl Compiler {
    fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), libraries: None }
    }

    fn apply(&self, command: &mut Command) {
        for name in HOST_ONLY {
            command.env_remove(name);
        }
        command.env("RUSTC", &self.path);
        self.set_libraries(command);
    }

    fn set_libraries(&self, command: &mut Command) {
        let Some(libraries) = &self.libraries else { return };
        let mut path = libraries.clone().into_os_string();
        if let Some(before) = env::var_os("LD_LIBRARY_PATH").filter(|before| !before.is_empty()) {
            path.push(":");
            path.push(before);
        }
        command.env("LD_LIBRARY_PATH", path);
    }

    fn ask(&self, arguments: &[&str]) -> Option<String> {
        let mut command = Command::new(&self.path);
        self.set_libraries(&mut command);
        read(command.args(arguments))
    }

    fn version(&self) -> Option<String> {
        self.ask(&["-vV"])
    }

    /// Names both versions when the workspace needs a newer one.
    fn check_version(&self) -> Result<()> {
        let said = self.version().with_context(|| format!("{} does not start", self.path.display()))?;
        let release = said.lines().find_map(|line| line.strip_prefix("release: ")).unwrap_or_default();
        if is_at_least(release, NEEDED) {
            return Ok(());
        }
        bail!("{} is of version {release}, older than {NEEDED}", self.path.display())
    }

    fn has_target(&self) -> bool {
        let Some(folder) = self.ask(&["--print", "target-libdir", "--target", TARGET]) else { return false };
        let Ok(mut entries) = fs::read_dir(folder) else { return false };
        entries.any(|entry| entry.is_ok_and(|it| it.file_name().to_string_lossy().starts_with("libcore-")))
    }

    fn has_source(&self) -> bool {
        let Some(sysroot) = self.ask(&["--print", "sysroot"]) else { return false };
        Path::new(&sysroot).join("lib/rustlib/src/rust/library/std/Cargo.toml").exists()
    }
}

/// A compiler for the browser, made if need be; the first time that takes minutes.
///
/// # Errors
/// When none of the ways leads to one: the message lists them.
pub fn find() -> Result<Toolchain> {
    let own = Compiler::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    if own.has_target() {
        return Ok(Toolchain::plain(own));
    }
    let cache = place::cache()?;
    let _one_at_a_time = place::lock(&cache, "toolchain")?;
    if let Some(toolchain) = built_earlier(&cache) {
        return Ok(toolchain);
    }
    make(own, &cache)
}

fn make(own: Compiler, cache: &Path) -> Result<Toolchain> {
    say(&format!("{} has no {TARGET} library yet", own.path.display()));
    let mut tried = vec![format!("{}: the target is not installed", own.path.display())];
    match rustup::add_target() {
        Ok(()) if own.has_target() => return Ok(Toolchain::plain(own)),
        Ok(()) => tried.push("rustup added the target, to another toolchain".to_owned()),
        Err(reason) => tried.push(format!("{reason:#}")),
    }
    for compiler in [own, Compiler::new("/usr/bin/rustc")] {
        if !compiler.has_source() {
            tried.push(format!("{}: no library source beside it", compiler.path.display()));
        } else if let Err(reason) = compiler.check_version() {
            tried.push(format!("{reason:#}"));
        } else {
            return keep(cache, build_std::build(cache, compiler)?);
        }
    }
    match debian::compiler(cache) {
        Ok(compiler) => keep(cache, build_std::build(cache, compiler)?),
        Err(reason) => {
            tried.push(format!("Debian's rustc-web: {reason:#}"));
            let tried = tried.join("\n  - ");
            bail!("no compiler for {TARGET}; tried:\n  - {tried}\nWhat helps: rustup target add {TARGET}")
        }
    }
}

/// The file that remembers which compiler the cached library belongs to.
fn memory(cache: &Path) -> PathBuf {
    cache.join("wasm-toolchain.json")
}

fn keep(cache: &Path, toolchain: Toolchain) -> Result<Toolchain> {
    fs::write(memory(cache), serde_json::to_vec_pretty(&toolchain)?).context("remembering the compiler")?;
    Ok(toolchain)
}

fn built_earlier(cache: &Path) -> Option<Toolchain> {
    let toolchain: Toolchain = serde_json::from_slice(&fs::read(memory(cache)).ok()?).ok()?;
    toolchain.rustc.check_version().ok()?;
    let same_compiler = toolchain.rustc.version()? == toolchain.version;
    (same_compiler && toolchain.sysroot.as_deref().is_some_and(Path::is_dir)).then_some(toolchain)
}

/// Any compiler's `rust-lld`, or a `wasm-ld` of the system.
fn linker() -> Option<PathBuf> {
    let rustc = Compiler::new("rustc");
    let beside = || {
        let version = rustc.version()?;
        let host = version.lines().find_map(|line| line.strip_prefix("host: "))?;
        let sysroot = PathBuf::from(rustc.ask(&["--print", "sysroot"])?);
        let found = sysroot.join("lib/rustlib").join(host).join("bin/rust-lld");
        found.exists().then_some(found)
    };
    beside().or_else(|| place::on_path(&["rust-lld", "wasm-ld"])).or_else(versioned_linker)
}

/// Debian's linkers carry their version in their name: the newest.
fn versioned_linker() -> Option<PathBuf> {
    let entries = fs::read_dir("/usr/bin").ok()?.flatten();
    let version =
        |path: &Path| path.file_name().and_then(OsStr::to_str)?.strip_prefix("wasm-ld-")?.parse().ok();
    let linkers = entries.filter_map(|entry| Some((version(&entry.path())?, entry.path())));
    linkers.max_by_key(|(version, _): &(u32, PathBuf)| *version).map(|(_, path)| path)
}

/// Whether a release (`1.96.0`, `1.97.0-beta.2`) is this version (`1.95`) or a later one.
fn is_at_least(release: &str, version: &str) -> bool {
    let numbers = |text: &str| -> Vec<u32> {
        let plain = text.split('-').next().unwrap_or_default();
        plain.split('.').map_while(|it| it.parse().ok()).collect()
    };
    numbers(release) >= numbers(version)
}

#[cfg(test)]
mod tests {
    use super::is_at_least;

    #[test]
    fn a_compiler_is_measured_by_numbers_and_not_by_letters() {
        for release in ["1.95.0", "1.95.1", "1.100.0", "2.0.0", "1.96.0-nightly"] {
            assert!(is_at_least(release, "1.95"), "{release}");
        }
        for release in ["1.85.0", "1.94.9", "1.9.0", "", "unknown"] {
            assert!(!is_at_least(release, "1.95"), "{release}");
        }
    }
}
