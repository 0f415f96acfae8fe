//! `cargo xtask demo`: the product on this machine, ready to try.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::place;
use crate::run::{cargo, run, say, timed};
use crate::web::{self, Part, Profile};

/// What to show, and how.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Co-browse the HTML files of this folder instead of the demo shop.
    #[arg(long, value_name = "DIR", conflicts_with = "proxy")]
    pages: Option<PathBuf>,
    /// Co-browse a site that already runs on this machine.
    #[arg(long, value_name = "URL")]
    proxy: Option<String>,
    /// The server's port; without one, its own choice.
    #[arg(long)]
    port: Option<u16>,
    /// As it ships: slower to build, smaller and quicker to load.
    #[arg(long)]
    release: bool,
    /// More for the server itself.
    #[arg(last = true)]
    rest: Vec<String>,
}

/// Builds everything, then becomes the server: it prints the addresses, and Ctrl-C is its own.
pub fn run_demo(options: &Options) -> Result<()> {
    let profile = Profile::from_flag(options.release);
    say("1/3 the parts that run in browsers ...");
    let web = web::build(&[Part::Visitor, Part::Desk], profile)?;
    say("2/3 the server ...");
    let server = server(profile)?;
    say("3/3 starting ...");
    let mut command = Command::new(server);
    command.arg("demo").arg("--web").arg(web).arg("--data").arg(place::target().join("demo"));
    add_options(&mut command, options)?;
    become_it(&mut command)
}

/// Builds the server, and says where it is.
pub fn server(profile: Profile) -> Result<PathBuf> {
    let mut command = cargo();
    command.args(["build", "-p", "relay", "--bin", "tandem"]);
    let folder = match profile {
        Profile::Dev => "debug",
        Profile::Release => {
            command.arg("--release");
            "release"
        }
    };
    timed("the server", || run(&mut command))?;
    Ok(place::target().join(folder).join("tandem"))
}

fn add_options(command: &mut Command, options: &Options) -> Result<()> {
    if let Some(pages) = &options.pages {
        let pages = pages.canonicalize().with_context(|| format!("--pages {}", pages.display()))?;
        command.arg("--pages").arg(pages);
    }
    if let Some(url) = &options.proxy {
        command.args(["--proxy", url]);
    }
    if let Some(port) = options.port {
        command.args(["--port", &port.to_string()]);
    }
    command.args(&options.rest);
    Ok(())
}

/// Replaces this process: nothing of us stands between the terminal and the server.
#[cfg(unix)]
fn become_it(command: &mut Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    let failed = command.exec();
    Err(failed).context("starting the server")
}

/// Waits for the server; the terminal's Ctrl-C reaches both.
#[cfg(not(unix))]
fn become_it(command: &mut Command) -> Result<()> {
    run(command)
}
