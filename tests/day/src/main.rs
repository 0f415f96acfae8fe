//! A day of support, simulated: some agents and many visitors talk over real sockets with the real server.
//! Connections are cut, offers let pass, conversations transferred and put aside, pages shared, and once the server is
//! killed and started again. At the end everything that was acknowledged must stand where it was acknowledged, what
//! became of each share must stand in its conversation, and nobody may have heard or seen what was not for them.
#![forbid(unsafe_code)]

mod agent;
mod check;
mod database;
mod page;
mod screen;
mod server;
mod setup;
mod shares;
mod visitor;

use std::{io::Write, path::PathBuf, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use chat_client::{Agent, Place};
use clap::Parser;
use day::dice::Dice;
use relay_client::Home;
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant, sleep},
};

use agent::{Done, LogIn};
use database::Database;
use screen::Board;
use server::{PAGES, Program, Server};
use shares::Counts;
use visitor::Lived;

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

impl Arguments {
    /// Whether so many people have part in it that there is something of everything.
    const fn is_whole(&self) -> bool {
        2 <= self.agents && 10 <= self.visitors && 2 <= self.conversations
    }
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
    let day = day(arguments, &place, &log_ins, &mut server).await?;
    let mut reader = Agent::log_in(place, &admin.email, &admin.password).await?;
    reader.connect().await?;
    let shares = check::everything(&mut reader, &day).await?;
    say(&summary(&day, shares, start))?;
    if arguments.is_whole() {
        has_everything(&day, shares)?;
    }
    server.end().await
}

/// What everybody knows at the end.
#[derive(Debug)]
struct Day {
    lived: Vec<Lived>,
    done: Vec<Done>,
    /// When the server was killed.
    crash: Instant,
}

/// Everybody's day, with a crash in the middle.
async fn day(arguments: &Arguments, place: &Place, log_ins: &[LogIn], server: &mut Server) -> Result<Day> {
    let (is_over, over) = watch::channel(false);
    let (home, board) = (Home::new()?, Board::default());
    let mut agents = JoinSet::new();
    for (who, log_in) in (0..).zip(log_ins) {
        let dice = Dice::of(arguments.seed, who);
        let screens = (home.clone(), board.clone());
        let person = agent::Person::new(place.clone(), log_in, (dice, who), screens).await?;
        agents.spawn(person.work(over.clone()));
    }
    let mut visitors = JoinSet::new();
    for who in 0..arguments.visitors {
        let dice = [100, 500].map(|first| Dice::of(arguments.seed, first + who));
        let person = visitor::Person::new(place.clone(), home.clone(), dice, who)?;
        visitors.spawn(person.live(arguments.conversations));
    }
    // waits: until people are in the middle of what they do
    sleep(Duration::from_secs(4)).await;
    let crash = Instant::now();
    server.crash_and_start().await?;
    let mut lived = Vec::new();
    while !visitors.is_empty() {
        tokio::select! {
            Some(it) = visitors.join_next() => lived.push(it.context("a visitor")??),
            // Without them visitors would wait, and nobody would know why.
            Some(it) = agents.join_next() => {
                it.context("an agent")??;
                bail!("an agent left before the day was over");
            }
        }
    }
    // Nobody is left to be told when all agents failed, and they say so themselves.
    let _ = is_over.send(true);
    let mut done = Vec::new();
    while let Some(it) = agents.join_next().await {
        done.push(it.context("an agent")??);
    }
    Ok(Day { lived, done, crash })
}

/// A day in which something did not happen shows nothing of it. People's first deeds are planned so that it does.
fn has_everything(Day { done, .. }: &Day, shares: Counts) -> Result<()> {
    let sum = |of: fn(&Done) -> u32| done.iter().map(of).sum::<u32>();
    let of_shares = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    for (what, count) in [
        ("offer accepted", sum(|it| it.offers.0)),
        ("offer declined", sum(|it| it.offers.1)),
        ("offer let pass", sum(|it| it.offers.2)),
        ("transfer", sum(|it| it.transfers)),
        ("pause", sum(|it| it.pauses)),
        ("connection cut", sum(|it| it.cuts)),
        ("page asked for", of_shares(shares.asked)),
        ("page seen", of_shares(shares.seen)),
    ] {
        ensure!(0 < count, "a day without any {what} shows nothing of it");
    }
    Ok(())
}

fn summary(Day { lived, done, .. }: &Day, shares: Counts, start: Instant) -> String {
    let told = || lived.iter().flat_map(|it| &it.told);
    let messages: usize = told().map(|it| it.acked.len()).chain(done.iter().map(|it| it.acked.len())).sum();
    let sum = |of: fn(&Done) -> u32| done.iter().map(of).sum::<u32>();
    format!(
        "{} conversations, {messages} messages acknowledged; offers {} accepted, {} declined, {} let pass; {} \
         transfers, {} pauses, {} closed by agents, {} cuts; shares {} asked, {} seen, {} refused, {} controlled; one crash; \
         all there, once, in order, in {:.0} s",
        told().count(),
        sum(|it| it.offers.0),
        sum(|it| it.offers.1),
        sum(|it| it.offers.2),
        sum(|it| it.transfers),
        sum(|it| it.pauses),
        sum(|it| it.closed),
        sum(|it| it.cuts),
        shares.asked,
        shares.seen,
        shares.refused,
        shares.controlled,
        start.elapsed().as_secs_f32(),
    )
}

fn say(line: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}
