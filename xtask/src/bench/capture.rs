//! `cargo xtask bench capture`: what it costs a page to be recorded, and a viewer to show it, beside rrweb.

mod documents;
mod keyframes;
mod mutations;
mod replays;
mod tasks;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::Options;
use super::chromium::Browser;
use super::page::Page;
use super::peers::{self, Peer};
use super::site::Site;
use super::table::Row;
use crate::library;
use crate::place;
use crate::run::say;

/// Whoever is measured beside the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    /// Nobody: what the page does by itself.
    Off,
    Ours,
    Peer,
}

impl Who {
    /// The name in `recorders.js` and `players.js`.
    fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Ours => "tandem",
            Self::Peer => "rrweb",
        }
    }
}

/// One way to change a page, as `workloads.js` has it.
#[derive(Debug, Clone, Deserialize)]
struct Workload {
    name: String,
    /// Seconds that the pointer moves.
    mouse: f64,
    replayed: bool,
}

/// What was put on the wire.
#[derive(Debug, Clone, Copy, Deserialize)]
struct Bytes {
    raw: f64,
    gzip: f64,
}

/// A browser with everything to measure in it.
struct Bench<'a> {
    browser: Browser,
    peer: Peer,
    options: &'a Options,
    has_documents: bool,
}

/// Measures all of it.
pub fn measure(options: &Options) -> Result<Vec<Row>> {
    if !options.no_build {
        library::build()?;
    }
    let peer = peers::newest("rrweb")?;
    let mut folders = vec![
        ("bench", place::root().join("xtask/bench")),
        ("lib", place::target().join("lib")),
        ("rrweb", peer.folder.join("dist")),
    ];
    match documents::folder() {
        Ok(folder) => folders.push(("documents", folder)),
        Err(reason) => say(&format!("no real documents are measured: {reason:#}")),
    }
    let has_documents = folders.iter().any(|(name, _)| *name == "documents");
    let browser = Browser::start(Site::new(folders))?;
    say(&format!("{}, beside {}, {} runs of each", browser.version()?, peer.name, options.runs));
    let bench = Bench { browser, peer, options, has_documents };
    let mut rows = keyframes::measure(&bench)?;
    rows.extend(tasks::measure(&bench)?);
    rows.extend(mutations::measure(&bench)?);
    rows.extend(replays::measure(&bench)?);
    Ok(rows)
}

impl Bench<'_> {
    /// A real document, and a recorder that is loaded but not started.
    fn document(&self, path: &str, who: Who) -> Result<Page<'_>> {
        let page = self.browser.open(&format!("/documents/{path}"))?;
        page.run("import('/bench/page.js').then(() => bench.read())")?;
        page.run(&format!("bench.load({:?})", who.name()))?;
        Ok(page)
    }

    /// A page with a generated application, and a recorder that is loaded but not started.
    fn application(&self, nodes: usize, workload: &str, who: Who) -> Result<Page<'_>> {
        let page = self.browser.open("/bench/page.html")?;
        let _built: usize = page.eval(&format!("bench.build({nodes}, {workload:?})"))?;
        page.run(&format!("bench.load({:?})", who.name()))?;
        Ok(page)
    }

    fn workloads(&self) -> Result<Vec<Workload>> {
        let page = self.browser.open("/bench/page.html")?;
        let all: Vec<Workload> = page.eval("bench.workloads()").context("reading workloads.js")?;
        Ok(all.into_iter().filter(|workload| self.options.wants(&workload.name)).collect())
    }

    /// Runs each in turn, A B A B; the samples of each.
    fn turns<const N: usize, T>(
        &self,
        all: [Who; N],
        mut one: impl FnMut(Who) -> Result<T>,
    ) -> Result<[Vec<T>; N]> {
        let mut samples = [const { Vec::new() }; N];
        for _ in 0..self.options.runs {
            for (who, samples) in all.iter().zip(&mut samples) {
                samples.push(one(*who)?);
            }
        }
        Ok(samples)
    }
}
