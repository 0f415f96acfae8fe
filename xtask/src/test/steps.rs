//! The steps, in their order: what fails soonest comes first.

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context, Result, bail};
use cargo_metadata::Package;

use super::{api, side_by_side, wasm};
use crate::browsers;
use crate::cargo_install;
use crate::demo::Programs;
use crate::ids;
use crate::place;
use crate::postgres;
use crate::run::{cargo, run, timed};
use crate::tidy;
use crate::toolchain;
use crate::web::{self, Part, Profile};

/// Checks what comes in with dependencies. Built once, in 2 min 15 s on 2 busy cores.
const CARGO_DENY: &str = "0.20.2";

/// The package of the stories in browsers.
const STORIES: &str = "tests";

/// One step of the tests.
pub struct Step {
    pub name: &'static str,
    pub what: &'static str,
    /// Gives back the closing lines of the test programs that it ran.
    pub work: fn(&mut Stage) -> Result<Vec<String>>,
}

/// Every step.
pub const STEPS: [Step; 11] = [
    Step { name: "tidy", what: "the rules that the compiler does not know", work: tidy },
    Step { name: "ids", what: "which tests show which features", work: ids },
    Step { name: "format", what: "cargo fmt --check", work: format },
    Step { name: "lint", what: "clippy of what runs on servers", work: lint },
    Step { name: "lint-web", what: "clippy of what runs in browsers", work: lint_web },
    Step { name: "licences", what: "cargo deny: licences, bans, sources", work: licences },
    Step { name: "unit", what: "unit and property tests", work: unit },
    Step { name: "api", what: "schemathesis: the server beside its OpenAPI document", work: api },
    Step { name: "fuzz", what: "fuzz targets: their corpora, then new cases", work: fuzz },
    Step { name: "fuzz-wasm", what: "the same where addresses have 32 bits", work: wasm::fuzz },
    Step { name: "browser", what: "stories in Chromium and Firefox", work: browser },
];

/// What the steps share.
#[derive(Debug)]
pub struct Stage {
    /// Arguments for the test programs.
    rest: Vec<String>,
}

impl Stage {
    /// A stage whose test programs get these arguments.
    pub fn new(rest: Vec<String>) -> Self {
        Self { rest }
    }
}

fn tidy(_: &mut Stage) -> Result<Vec<String>> {
    tidy::check().map(|()| Vec::new())
}

fn ids(_: &mut Stage) -> Result<Vec<String>> {
    ids::print().map(|()| Vec::new())
}

fn format(_: &mut Stage) -> Result<Vec<String>> {
    run(cargo().args(["fmt", "--all", "--check"])).map(|()| Vec::new())
}

fn lint(_: &mut Stage) -> Result<Vec<String>> {
    run(cargo().args(["clippy", "--all-targets", "--", "-D", "warnings"])).map(|()| Vec::new())
}

fn lint_web(_: &mut Stage) -> Result<Vec<String>> {
    let toolchain = toolchain::find()?;
    run(&mut web::clippy(&toolchain)?).map(|()| Vec::new())
}

fn licences(_: &mut Stage) -> Result<Vec<String>> {
    let deny = cargo_install::program("cargo-deny", CARGO_DENY)?;
    let mut command = Command::new(deny);
    command.current_dir(place::root()).args([
        "check",
        "--hide-inclusion-graph",
        "licenses",
        "bans",
        "sources",
    ]);
    run(&mut command).map(|()| Vec::new())
}

fn unit(stage: &mut Stage) -> Result<Vec<String>> {
    let servers = postgres::start()?;
    let mut command = whole(&["--lib", "--bins"], &targets(|package| package != STORIES)?);
    servers.apply(&mut command);
    more_at_once(&mut command);
    let mut results = test(&mut command, stage)?;
    results.extend(test(&mut whole(&["--doc"], &[]), stage)?);
    Ok(results)
}

/// Most tests of servers wait, for disks and for time to pass: more of them at once take less time.
fn more_at_once(command: &mut Command) {
    const THREADS: &str = "RUST_TEST_THREADS";
    if env::var_os(THREADS).is_none() {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        command.env(THREADS, (3 * cores).to_string());
    }
}

/// Tests of the whole workspace. Which features a dependency is compiled with follows from all packages that are named:
/// other ones for each step would compile most of them again and again.
fn whole(kinds: &[&str], targets: &[String]) -> Command {
    let mut command = cargo();
    command.args(["test", "--workspace"]).args(kinds);
    for target in targets {
        command.args(["--test", target]);
    }
    command
}

/// The test programs of these packages.
fn targets(of: impl Fn(&str) -> bool) -> Result<Vec<String>> {
    let packages = web::metadata()?.packages;
    let of = packages.iter().filter(|package| of(package.name.as_str())).flat_map(|package| &package.targets);
    let mut names: Vec<_> = of.filter(|it| it.is_test()).map(|it| it.name.clone()).collect();
    names.sort();
    names.dedup();
    Ok(names)
}

/// The server and the shop, as the tests of their own packages have them.
pub fn programs() -> Result<Programs> {
    let mut command = whole(&["--no-run", "--bins"], &["program".into(), "shop".into()]);
    timed("the server and the shop", || run(&mut command))?;
    let folder = place::target().join("debug");
    Ok(Programs { server: folder.join("tandem"), shop: folder.join("shop") })
}

fn api(_: &mut Stage) -> Result<Vec<String>> {
    api::check().map(|()| Vec::new())
}

fn fuzz(_: &mut Stage) -> Result<Vec<String>> {
    run(cargo().args(["run", "-p", "fuzz", "--", "smoke"])).map(|()| Vec::new())
}

fn browser(stage: &mut Stage) -> Result<Vec<String>> {
    let browsers = browsers::find()?;
    let web = web::build(&Part::ALL, Profile::Dev)?;
    let programs = programs()?;
    run(Command::new(&programs.shop).arg("build-pages")).context("the pages from npm")?;
    let stories = targets(|package| package == STORIES)?;
    let stories = timed("the stories", || side_by_side::build(&mut whole(&["--bins"], &stories), &stories))?;
    side_by_side::run(stories, &stage.rest, |command| {
        command.env("TANDEM_WEB", &web).env("TANDEM_SERVER", &programs.server);
        command.env("TANDEM_SHOP", &programs.shop);
        browsers.apply(command);
    })
}

/// The package that a short name means: `core` is `cobrowse-core`.
pub fn package(name: &str) -> Result<Option<Package>> {
    let names = [name.to_owned(), format!("cobrowse-{name}"), format!("tandem-{name}")];
    let packages = web::metadata()?.packages;
    Ok(packages.into_iter().find(|package| names.iter().any(|name| package.name == *name)))
}

/// The tests of one package.
pub fn test_package(package: &Package, stage: &Stage) -> Result<Vec<String>> {
    let mut command = cargo();
    command.args(["test", "-p", package.name.as_str()]);
    let servers = needs_postgres(package).then(postgres::start).transpose()?;
    if let Some(servers) = &servers {
        servers.apply(&mut command);
    }
    test(&mut command, stage)
}

/// The store, and whatever keeps its data there.
fn needs_postgres(package: &Package) -> bool {
    let is_store = |name: &str| name == "store";
    is_store(&package.name) || package.dependencies.iter().any(|it| is_store(&it.name))
}

/// Runs `cargo test`, shows what it prints as it comes, and keeps its closing lines.
fn test(command: &mut Command, stage: &Stage) -> Result<Vec<String>> {
    command.arg("--no-fail-fast").arg("--").args(&stage.rest);
    let mut child = command.stdout(Stdio::piped()).spawn().context("starting cargo test")?;
    let printed = child.stdout.take().context("cargo test has no output")?;
    let mut results = Vec::new();
    for line in BufReader::new(printed).lines() {
        let line = line?;
        writeln!(std::io::stdout(), "{line}")?;
        if line.starts_with("test result:") && !line.contains(" 0 passed; 0 failed") {
            results.push(line);
        }
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("cargo test ended with {status}; {}", results.join("; "));
    }
    Ok(results)
}
