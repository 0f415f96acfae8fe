//! The project's commands: `cargo xtask demo`, `cargo xtask test`, and the steps they are made of.

mod apt;
mod bench;
mod browsers;
mod cargo_install;
mod day;
mod demo;
mod ids;
mod library;
mod place;
mod postgres;
mod run;
mod test;
mod tidy;
mod toolchain;
mod web;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// The project's commands.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Starts the product on this machine with the demo shop, or with pages of your own.
    Demo(demo::Options),
    /// Runs every test, or those asked for.
    Test(test::Options),
    /// Builds the engine alone into target/lib: record and Replayer for JavaScript.
    Lib,
    /// Builds the parts that run in browsers into target/web.
    Web {
        /// Which parts; without one, all.
        parts: Vec<web::Part>,
        /// Small instead of quick: optimised, minified, compressed.
        #[arg(long)]
        release: bool,
    },
    /// Lives a simulated day of support, on SQLite and on PostgreSQL: agents and visitors over real sockets.
    Day(day::Options),
    /// Measures the product beside others; without a name, lists what can be measured.
    Bench(bench::Options),
    /// Finds or installs the browsers and drivers that tests steer.
    Browsers,
    /// Runs PostgreSQL servers for tests that are started by hand, until Ctrl-C.
    Postgres,
    /// Checks the rules that the compiler does not know.
    Tidy,
    /// Prints which tests show which features.
    Ids,
}

fn main() -> ExitCode {
    match dispatch(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("error: {reason:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(command: Command) -> Result<()> {
    match command {
        Command::Demo(options) => demo::run_demo(&options),
        Command::Test(options) => test::run_tests(&options),
        Command::Lib => library::build(),
        Command::Web { parts, release } => {
            let parts = if parts.is_empty() { web::Part::ALL.to_vec() } else { parts };
            web::build(&parts, web::Profile::from_flag(release)).map(drop)
        }
        Command::Day(options) => day::live(&options),
        Command::Bench(options) => bench::measure(&options),
        Command::Browsers => browsers::find().map(drop),
        Command::Postgres => postgres::serve(),
        Command::Tidy => tidy::check(),
        Command::Ids => ids::print(),
    }
}
