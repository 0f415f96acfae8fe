//! `cargo xtask bench NAME`: how much the product costs, beside others that do the same, in the same run.
//!
//! Workloads are JavaScript in `xtask/bench`, the same for ours and the peer. Peers run turn by turn with
//! ours; what counts is the median, and CPU time of the page's main thread instead of time on a clock.

mod capture;
mod cdp;
mod chat;
mod chromium;
mod lab;
mod live;
mod page;
mod peers;
mod site;
mod size;
mod table;

use anyhow::Result;

use crate::run::{say, timed};

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Name {
    /// What recording a page costs it, and replaying costs the viewer, beside rrweb.
    Capture,
    /// What browsers download, beside rrweb and OpenReplay.
    Size,
    /// How soon the agent sees what changes, beside rrweb.
    Live,
    /// What the chat service takes: messages, sockets, lists, search; on both databases.
    Chat,
}

/// What to measure, and how often.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Which; without one, says what there is.
    name: Option<Name>,
    /// How often each case runs; its median counts.
    #[arg(long, default_value_t = 7)]
    runs: usize,
    /// Only cases whose name contains this.
    #[arg(long, default_value = "", value_name = "TEXT")]
    only: String,
    /// Measures what is built already.
    #[arg(long)]
    no_build: bool,
    /// Of `chat`: so many messages are searched.
    #[arg(long, default_value_t = 1_000_000)]
    messages: u32,
    /// Of `chat`: so many idle sockets are held.
    #[arg(long, default_value_t = 10_000)]
    sockets: u32,
}

impl Options {
    /// Whether a case is asked for.
    fn wants(&self, case: &str) -> bool {
        case.contains(&self.only)
    }
}

/// Measures, shows a table, and writes it to `target/bench/NAME.json`.
pub fn measure(options: &Options) -> Result<()> {
    let Some(name) = options.name else {
        list();
        return Ok(());
    };
    let (file, title) = about(name);
    let rows = timed(file, || match name {
        Name::Capture => capture::measure(options),
        Name::Size => size::measure(options),
        Name::Live => live::measure(options),
        Name::Chat => chat::measure(options),
    })?;
    table::publish(file, title, &rows)
}

/// A bench's file name and title.
fn about(name: Name) -> (&'static str, &'static str) {
    match name {
        Name::Capture => ("capture", "recording and replaying a page, main-thread CPU"),
        Name::Size => ("size", "what browsers download"),
        Name::Live => ("live", "from a change in the visitor's page to the viewer's paint"),
        Name::Chat => ("chat", "the chat service: messages, sockets, lists, search"),
    }
}

fn list() {
    say("benches, each by `cargo xtask bench NAME`:");
    for name in <Name as clap::ValueEnum>::value_variants() {
        let (file, title) = about(*name);
        say(&format!("  {file:<8}  {title}"));
    }
}
