//! `cargo xtask day`: a simulated day of support with the real server, on both databases.

use std::process::Command;

use anyhow::{Context, Result};

use crate::demo;
use crate::place;
use crate::postgres;
use crate::run::{cargo, run, say, timed};
use crate::web::Profile;

/// Which day.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Decides everything that people do.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many agents.
    #[arg(long, default_value_t = 3)]
    agents: u64,
    /// How many visitors.
    #[arg(long, default_value_t = 20)]
    visitors: u64,
}

/// Lives it twice: on SQLite, and on PostgreSQL.
///
/// # Errors
/// When anything was lost, doubled, out of order, or told to the wrong one.
pub fn live(options: &Options) -> Result<()> {
    let server = demo::programs(Profile::Dev)?.server;
    timed("the day", || run(cargo().args(["build", "-p", "day"])))?;
    let mut day = Command::new(place::target().join("debug/day"));
    day.arg("--server").arg(server).args(["--seed", &options.seed.to_string()]);
    day.args(["--agents", &options.agents.to_string(), "--visitors", &options.visitors.to_string()]);
    say("a day on SQLite ...");
    run(day.env_remove("TANDEM_POSTGRES")).context("on SQLite")?;
    say("a day on PostgreSQL ...");
    let servers = postgres::start()?;
    servers.apply(&mut day);
    run(&mut day).context("on PostgreSQL")
}
