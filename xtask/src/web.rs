//! `cargo xtask web`: the parts that run in browsers, built into the folder that the server serves.
//!
//! `target/web/{dev,release}/{visitor,desk,lib}`. A build in dev is made to be quick, a release
//! to be small: optimised, minified, and compressed beside each file.

mod bindgen;
pub mod npm;
mod press;
mod snip;
mod stamp;
pub mod weight;
mod words;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use cargo_metadata::{CrateType, Metadata, MetadataCommand, Package, Target, TargetKind};

use crate::place;
use crate::run::{cargo, run, say, timed};
use crate::toolchain::{self, TARGET, Toolchain};

/// How browser code is compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Quick to build, with checks on.
    Dev,
    /// As it ships.
    Release,
}

impl Profile {
    /// What the flag `--release` chooses.
    pub fn from_flag(release: bool) -> Self {
        if release { Self::Release } else { Self::Dev }
    }

    /// The folder below `target/web`.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Release => "release",
        }
    }

    fn cargo_name(self) -> &'static str {
        match self {
            Self::Dev => "wasm-dev",
            Self::Release => "wasm-release",
        }
    }
}

/// One folder of files for browsers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Part {
    /// What visitors' pages load.
    Visitor,
    /// The agents' web application.
    Desk,
    /// The engine alone, as a JavaScript library.
    Lib,
}

impl Part {
    /// Every part.
    pub const ALL: [Self; 3] = [Self::Visitor, Self::Desk, Self::Lib];

    /// The folder's name.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Visitor => "visitor",
            Self::Desk => "desk",
            Self::Lib => "lib",
        }
    }

    /// Its packages, each with the name of the JavaScript module that loads its WebAssembly.
    fn modules(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Visitor => &[("share", "share"), ("widget", "widget")],
            Self::Desk => &[("agent-viewer", "agent-viewer")],
            // `tandem.js` is written by hand around it.
            Self::Lib => &[("tandem-library", "engine")],
        }
    }

    /// Files and folders, from the top of the tree, that are copied as they are, each with its place in the part's
    /// folder.
    fn copied(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Visitor => {
                &[("visitor-agent-wasm/js/loader.js", ""), ("visitor-agent-wasm/js/widget", CHAT_FOLDER)]
            }
            Self::Desk => &[("agent-viewer/static", "")],
            Self::Lib => &[("library/static", "")],
        }
    }
}

/// Where the chat's scripts are in the visitor's folder.
pub const CHAT_FOLDER: &str = "chat";

/// How the files of what it says begin, one for each language.
pub const WORDS: &str = words::BEGINS;

/// Where a profile's parts are.
pub fn output(profile: Profile) -> PathBuf {
    place::target().join("web").join(profile.folder())
}

/// Builds these parts, and says where they are. One that fails does not keep the others from being built.
///
/// # Errors
/// Names every part that failed, and why.
pub fn build(parts: &[Part], profile: Profile) -> Result<PathBuf> {
    let _one_at_a_time = place::lock(&place::target().join("web"), "web")?;
    let metadata = metadata()?;
    crate::tidy::bindgen_versions_match()?;
    let toolchain = toolchain::find()?;
    let build_one = |part: Part| -> Result<()> {
        let compiled = |(package, module): &(&'static str, &'static str)| {
            Ok((*module, compile(package, profile, &metadata, &toolchain)?))
        };
        let modules: Vec<_> = part.modules().iter().map(compiled).collect::<Result<_>>()?;
        assemble(part, profile, &modules)
    };
    let failed: Vec<_> = parts
        .iter()
        .filter_map(|part| Some(format!("{}: {:#}", part.folder(), build_one(*part).err()?)))
        .collect();
    if !failed.is_empty() {
        bail!("{}", failed.join("\n"));
    }
    Ok(output(profile))
}

/// The workspace's packages as cargo sees them.
pub fn metadata() -> Result<Metadata> {
    MetadataCommand::new()
        .manifest_path(place::root().join("Cargo.toml"))
        .no_deps()
        .exec()
        .context("reading the workspace with `cargo metadata`")
}

/// Compiles a package, and says where its WebAssembly is.
fn compile(name: &str, profile: Profile, metadata: &Metadata, toolchain: &Toolchain) -> Result<PathBuf> {
    let package = metadata.packages.iter().find(|package| package.name == name);
    let package = package.with_context(|| format!("no package {name} in the workspace"))?;
    let target = module_of(package)?;
    let target_dir = wasm_target_dir();
    let mut command = cargo();
    if target.kind.contains(&TargetKind::Bin) {
        command.args(["build", "--bin", &target.name]);
    } else {
        // The module alone: as a Rust library too, it would not be optimised across crates.
        command.args(["rustc", "--lib", "--crate-type", "cdylib"]);
    }
    command.args(["-p", name, "--target", TARGET, "--profile", profile.cargo_name()]);
    command.arg("--target-dir").arg(&target_dir);
    toolchain.apply(&mut command);
    timed(&format!("compiling {name}"), || run(&mut command))?;
    let is_library = !target.kind.contains(&TargetKind::Bin);
    let file = if is_library { target.name.replace('-', "_") } else { target.name.clone() };
    Ok(target_dir.join(TARGET).join(profile.cargo_name()).join(format!("{file}.wasm")))
}

/// Where browser code is compiled, apart from the host's: the two never rebuild each other.
pub fn wasm_target_dir() -> PathBuf {
    place::target().join("wasm")
}

/// What of a package becomes a WebAssembly module.
fn module_of(package: &Package) -> Result<&Target> {
    let is_module = |target: &&Target| {
        target.crate_types.contains(&CrateType::CDyLib) || target.kind.contains(&TargetKind::Bin)
    };
    let found = package.targets.iter().find(is_module);
    found.with_context(|| format!("package {} builds no module: its crate-type needs cdylib", package.name))
}

/// Makes a part's folder anew from its modules, unless nothing of it changed.
fn assemble(part: Part, profile: Profile, modules: &[(&str, PathBuf)]) -> Result<()> {
    let copied = copied_files(part)?;
    let done = output(profile).join(part.folder());
    // What makes the folder counts too: a change here changes what it makes.
    let mut made_by = place::files_below(&place::root().join("xtask/src/web"))?;
    made_by.push(words::table());
    let inputs =
        modules.iter().map(|(_, wasm)| wasm).chain(copied.iter().map(|(from, _)| from)).chain(&made_by);
    let stamp = stamp::of(inputs.map(PathBuf::as_path))?;
    let memory = place::target().join("web").join(format!("{}-{}.stamp", profile.folder(), part.folder()));
    if done.is_dir() && fs::read_to_string(&memory).is_ok_and(|before| before == stamp) {
        return Ok(());
    }
    let fresh = output(profile).join(format!(".{}.new", part.folder()));
    let _ = fs::remove_dir_all(&fresh);
    fs::create_dir_all(&fresh)?;
    for (module, wasm) in modules {
        let wasm = if profile == Profile::Release && *module == "widget" {
            let bare = fresh.with_extension("wasm");
            fs::copy(wasm, &bare).with_context(|| format!("copying {}", wasm.display()))?;
            snip::panics(&bare)?;
            bare
        } else {
            wasm.clone()
        };
        timed(&format!("wasm-bindgen {module}"), || {
            bindgen::generate(&wasm, &fresh, module, profile, part == Part::Lib)
        })?;
    }
    for (from, to) in &copied {
        let to = fresh.join(to);
        fs::create_dir_all(to.parent().unwrap_or(&fresh))?;
        fs::copy(from, &to).with_context(|| format!("copying {}", from.display()))?;
    }
    if part == Part::Visitor {
        words::write(&fresh.join(CHAT_FOLDER))?;
    }
    if profile == Profile::Release {
        press::shrink(&fresh)?;
    }
    if profile == Profile::Release && part == Part::Visitor {
        weight::of(&fresh)?.is_kept_small()?;
    }
    replace(&fresh, &done)?;
    fs::write(&memory, stamp)?;
    say(&format!("{} is in {}", part.folder(), done.display()));
    Ok(())
}

/// Files to copy, each with its place in the part's folder.
fn copied_files(part: Part) -> Result<Vec<(PathBuf, PathBuf)>> {
    let mut all = Vec::new();
    for (name, into) in part.copied() {
        let from = place::root().join(name);
        if from.is_file() {
            let name = PathBuf::from(from.file_name().unwrap_or_default());
            all.push((from, Path::new(into).join(name)));
            continue;
        }
        let files = place::files_below(&from)?;
        if files.is_empty() {
            bail!("{name} holds nothing to serve beside the module");
        }
        for file in files {
            let place = Path::new(into).join(file.strip_prefix(&from)?);
            all.push((file, place));
        }
    }
    Ok(all)
}

fn replace(fresh: &Path, done: &Path) -> Result<()> {
    if done.exists() {
        fs::remove_dir_all(done).with_context(|| format!("removing the old {}", done.display()))?;
    }
    fs::rename(fresh, done).with_context(|| format!("putting {} in place", done.display()))
}

/// The command that lints every package that a plain `cargo build` leaves out.
pub fn clippy(toolchain: &Toolchain) -> Result<Command> {
    let metadata = metadata()?;
    let host = &metadata.workspace_default_members;
    let mut command = toolchain.clippy()?;
    for package in metadata.packages.iter().filter(|package| !host.contains(&package.id)) {
        command.args(["-p", package.name.as_str()]);
    }
    command.args(["--target", TARGET, "--profile", Profile::Dev.cargo_name(), "--target-dir"]);
    command.arg(wasm_target_dir());
    Ok(command)
}
