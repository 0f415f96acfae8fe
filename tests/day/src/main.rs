//! A day of support, simulated: some agents and many visitors talk over real sockets with the real server.
//! Connections are cut, offers let pass, conversations transferred and put aside, and once the server is killed and
//! started again. At the end everything that was acknowledged must stand where it was acknowledged, and nobody may
//! have heard what was not for them.
#![forbid(unsafe_code)]

mod agent;
mod check;
mod database;
mod server;
mod setup;
mod visitor;

use std::{io::Write, path::PathBuf, time::Duration};

use anyhow::{Context, Result};
use chat_client::{Agent, Place};
use clap::Parser;
use day::dice::Dice;
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant, sleep},
};

use agent::{Done, LogIn};
use database::Database;
use server::{PAGES, Program, Server};
use visitor::Told;

/// A day of support.
#[derive(Debug, Parser)]
struct Arguments {
    /// The server's program, `tandem`.
    #[arg(long, env = "TANDEM_SERVER")]
    server: PathBuf,
    #[command(flatten)]
    postgres: database::Postgres,
    /// Decides everything that people do.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many agents.
    #[arg(long, default_value_t = 3)]
    agents: u64,
    /// How many visitors.
    #[arg(long, default_value_t = 20)]
    visitors: u64,
    /// How many conversations each visitor has.
    #[arg(long, default_value_t = 3)]
    conversations: u64,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let seed = arguments.seed;
    say(&format!("seed {seed}"))?;
    live(&arguments).await.with_context(|| format!("the day of seed {seed}"))
}

async fn live(arguments: &Arguments) -> Result<()> {
    let start = Instant::now();
    let database = Database::make(&arguments.postgres).context("a database")?;
    let mut server = Server::start(Program { path: arguments.server.clone(), database }).await?;
    let place = Place {
        server: server.address(),
        desk: server.desk(),
        site: "demo".to_owned(),
        pages: PAGES.to_owned(),
    };
    let admin = LogIn { email: server.email.clone(), password: server.password.clone() };
    let log_ins = setup::set_up(&place, &admin, arguments.agents).await.context("setting up")?;
    let (told, done) = day(arguments, &place, &log_ins, &mut server).await?;
    let mut reader = Agent::log_in(place, &admin.email, &admin.password).await?;
    reader.connect().await?;
    check::everything(&mut reader, &told, &done).await?;
    say(&summary(&told, &done, start))?;
    server.end().await
}

/// Everybody's day, with a crash in the middle.
async fn day(
    arguments: &Arguments,
    place: &Place,
    log_ins: &[LogIn],
    server: &mut Server,
) -> Result<(Vec<Told>, Vec<Done>)> {
    let (is_over, over) = watch::channel(false);
    let mut agents = JoinSet::new();
    for (who, log_in) in (0..).zip(log_ins) {
        let dice = Dice::of(arguments.seed, who);
        let person = agent::Person::new(place.clone(), log_in, (dice, who)).await?;
        agents.spawn(person.work(over.clone()));
    }
    let mut visitors = JoinSet::new();
    for who in 0..arguments.visitors {
        let dice = Dice::of(arguments.seed, 100 + who);
        let person = visitor::Person::new(place.clone(), dice, who);
        visitors.spawn(person.live(arguments.conversations));
    }
    // waits: until people are in the middle of what they do
    sleep(Duration::from_secs(4)).await;
    server.crash_and_start().await?;
    let mut told = Vec::new();
    while let Some(it) = visitors.join_next().await {
        told.extend(it.context("a visitor")??);
    }
    // Nobody is left to be told when all agents failed, and they say so themselves.
    let _ = is_over.send(true);
    let mut done = Vec::new();
    while let Some(it) = agents.join_next().await {
        done.push(it.context("an agent")??);
    }
    Ok((told, done))
}

fn summary(told: &[Told], done: &[Done], start: Instant) -> String {
    let messages: usize =
        told.iter().map(|it| it.acked.len()).chain(done.iter().map(|it| it.acked.len())).sum();
    let sum = |of: fn(&Done) -> u32| done.iter().map(of).sum::<u32>();
    format!(
        "{} conversations, {messages} messages acknowledged; offers {} accepted, {} declined, {} let pass; {} \
         transfers, {} pauses, {} closed by agents; one crash; all there, once, in order, in {:.0} s",
        told.len(),
        sum(|it| it.offers.0),
        sum(|it| it.offers.1),
        sum(|it| it.offers.2),
        sum(|it| it.transfers),
        sum(|it| it.pauses),
        sum(|it| it.closed),
        start.elapsed().as_secs_f32(),
    )
}

fn say(line: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}
