//! `cargo xtask demo`: the product on this machine, ready to try.

mod processes;

use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::place;
use crate::run::{cargo, run, say, timed};
use crate::web::{self, Part, Profile};
use processes::Processes;

/// The agents' desk, unless `--port` says otherwise or somebody is there.
const DESK_PORT: u16 = 7401;

/// The visitors' pages: another site than the desk, as in the world.
const SHOP_PORT: u16 = 7400;

/// What to show, and how.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Co-browse the HTML files of this folder instead of the demo shop.
    #[arg(long, value_name = "DIR", conflicts_with = "proxy")]
    pages: Option<PathBuf>,
    /// Co-browse a site that already runs on this machine.
    #[arg(long, value_name = "URL")]
    proxy: Option<String>,
    /// The desk's port on the loopback address.
    #[arg(long)]
    port: Option<u16>,
    /// So many simulated visitors come to the shop, one after the other, and talk to whoever is at the desk.
    #[arg(long, value_name = "N", default_value_t = 0)]
    visitors: u16,
    /// As it ships: slower to build, smaller and quicker to load.
    #[arg(long)]
    release: bool,
}

/// Builds what is missing, starts the server and the shop, and stays until Ctrl-C.
pub fn run_demo(options: &Options) -> Result<()> {
    let profile = Profile::from_flag(options.release);
    say("1/3 the parts that run in browsers ...");
    let web = web::build(&[Part::Visitor, Part::Desk], profile)?;
    say("2/3 the server and the shop ...");
    let programs = programs(profile)?;
    build_pages(&programs)?;
    let visitors = visitors(options, profile)?;
    say("3/3 starting ...");
    let desk_port = options.port.map_or_else(|| free_port(DESK_PORT), Ok)?;
    let shop_port = free_port(SHOP_PORT)?;
    let desk = format!("http://desk.localhost:{desk_port}");
    let shop = format!("http://shop.localhost:{shop_port}");

    let mut server = Command::new(&programs.server);
    server.arg("serve").arg("--web").arg(web).arg("--data").arg(place::target().join("demo"));
    server.args(["--listen", &format!("127.0.0.1:{desk_port}"), "--udp-port", "0"]);
    server.args(["--demo-account", "--demo-history", "--site-origin", &shop, "--allow-private-fetch"]);
    let mut pages = Command::new(&programs.shop);
    pages.args(["serve", "--port", &shop_port.to_string(), "--script-origin", &desk, "--site-key", "demo"]);
    add_pages(&mut pages, options)?;
    // It would only say its address, which stands here already.
    pages.stdout(Stdio::null());
    say(&format!("visit {shop}/ in one browser, and log in at {desk}/ in another; Ctrl-C ends the demo"));

    let mut processes = Processes::new()?;
    processes.start("the server", &mut server)?;
    processes.start("the shop", &mut pages)?;
    if let Some(mut visitors) = visitors {
        let server = format!("http://127.0.0.1:{desk_port}");
        visitors.args(["--server", &server, "--desk", &desk, "--pages", &shop]);
        processes.start("the visitors", &mut visitors)?;
    }
    processes.wait()
}

/// The program of the simulated visitors, where some are wanted.
fn visitors(options: &Options, profile: Profile) -> Result<Option<Command>> {
    if options.visitors == 0 {
        return Ok(None);
    }
    let mut build = cargo();
    build.args(["build", "-p", "day", "--bin", "visitors"]);
    if profile == Profile::Release {
        build.arg("--release");
    }
    timed("simulated visitors", || run(&mut build))?;
    let mut command = Command::new(place::target().join(folder(profile)).join("visitors"));
    command.args(["--visitors", &options.visitors.to_string()]);
    Ok(Some(command))
}

/// The programs of a demo.
#[derive(Debug)]
pub struct Programs {
    /// `tandem`.
    pub server: PathBuf,
    /// `shop`.
    pub shop: PathBuf,
}

/// Builds the server and the shop, and says where they are.
pub fn programs(profile: Profile) -> Result<Programs> {
    let mut command = cargo();
    command.args(["build", "-p", "tandem", "--bin", "tandem", "-p", "shop", "--bin", "shop"]);
    if profile == Profile::Release {
        command.arg("--release");
    }
    timed("server and shop", || run(&mut command))?;
    let folder = place::target().join(folder(profile));
    Ok(Programs { server: folder.join("tandem"), shop: folder.join("shop") })
}

/// Where cargo puts what it builds, within its target folder.
const fn folder(profile: Profile) -> &'static str {
    match profile {
        Profile::Dev => "debug",
        Profile::Release => "release",
    }
}

/// The shop's fonts and its React and Vue pages come from npm: a demo goes without them rather than not at all.
fn build_pages(programs: &Programs) -> Result<()> {
    if place::on_path(&["npm"]).is_none() {
        say("no npm here: the shop goes without its own fonts and without the React and Vue pages");
        return Ok(());
    }
    timed("pages from npm", || run(Command::new(&programs.shop).arg("build-pages")))
}

fn add_pages(command: &mut Command, options: &Options) -> Result<()> {
    if let Some(folder) = &options.pages {
        let folder = folder.canonicalize().with_context(|| format!("--pages {}", folder.display()))?;
        command.arg("--pages").arg(folder);
    }
    if let Some(url) = &options.proxy {
        command.args(["--proxy", url]);
    }
    Ok(())
}

/// This port, or any other one when somebody has it.
fn free_port(wanted: u16) -> Result<u16> {
    let open = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    let listener = open(wanted).or_else(|_| open(0)).context("no free port on the loopback address")?;
    Ok(listener.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        options: Options,
    }

    /// What the program that serves the pages is told.
    fn handed_on(line: &[&str]) -> Result<Vec<String>> {
        let line = Line::try_parse_from(["demo"].iter().chain(line))?;
        let mut command = Command::new("shop");
        add_pages(&mut command, &line.options)?;
        Ok(command.get_args().map(OsStr::to_string_lossy).map(Into::into).collect())
    }

    #[test]
    fn a_folder_or_a_site_is_handed_on_to_what_serves_the_pages() {
        let folder = place::root().join("docs").canonicalize().expect("a folder");
        let folder = folder.to_string_lossy();
        let through = place::root().join("xtask/../docs");
        assert_eq!(
            handed_on(&["--pages", &through.to_string_lossy()]).expect("a folder"),
            ["--pages", &*folder]
        );
        let url = "http://localhost:3000";
        assert_eq!(handed_on(&["--proxy", url]).expect("a site"), ["--proxy", url]);
        assert!(handed_on(&[]).expect("the shop").is_empty());
    }

    #[test]
    fn there_is_one_thing_to_serve_and_it_is_there() {
        assert!(handed_on(&["--pages", "docs", "--proxy", "http://localhost:3000"]).is_err());
        let missing = handed_on(&["--pages", "no/such/folder"]).expect_err("nothing is there");
        assert!(missing.to_string().contains("--pages no/such/folder"), "{missing}");
    }
}
