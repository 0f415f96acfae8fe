//! Visitors of a demo who are nobody: they come to the shop, talk to the bot, wait for an agent, answer what the
//! agent writes, look at other pages meanwhile, and sometimes leave or rate; at the pace of people, until the
//! program is ended. A server that starts again finds them again.
#![forbid(unsafe_code)]

mod life;
mod parts;

use std::{io::Write, time::Duration};

use anyhow::Result;
use chat_client::Place;
use clap::Parser;
use day::dice::Dice;
use tokio::{task::JoinSet, time::sleep};

use life::Life;

/// The first ones come so long after each other.
const APART: Duration = Duration::from_secs(12);

/// Visitors of a demo.
#[derive(Debug, Parser)]
struct Arguments {
    /// The server's own address, for example `http://127.0.0.1:7401`.
    #[arg(long)]
    server: String,
    /// The origin of the desk's pages.
    #[arg(long)]
    desk: String,
    /// The origin of the shop's pages.
    #[arg(long)]
    pages: String,
    /// The site's key.
    #[arg(long, default_value = "demo")]
    site: String,
    /// How many at once.
    #[arg(long, default_value_t = 3)]
    visitors: usize,
    /// Decides everything that they do.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let it = Arguments::parse();
    let place = Place { server: it.server, desk: it.desk, site: it.site, pages: it.pages };
    let mut all = JoinSet::new();
    for who in 0..it.visitors {
        let dice = Dice::of(it.seed, u64::try_from(who)?);
        all.spawn(lives(place.clone(), dice, (who, it.visitors)));
    }
    while let Some(ended) = all.join_next().await {
        ended?;
    }
    Ok(())
}

/// One after the other, in the place of the one before.
async fn lives(place: Place, mut dice: Dice, which: (usize, usize)) {
    // waits: they do not all come at once
    sleep(Duration::from_secs(1) + APART.saturating_mul(u32::try_from(which.0).unwrap_or(0))).await;
    loop {
        if let Err(error) = Life::new(place.clone(), &mut dice, which).live().await {
            // What fails is told and the next one comes: a demo goes on.
            let _ = writeln!(std::io::stderr(), "a simulated visitor gave up: {error}");
        }
        // waits: until somebody else comes
        sleep(dice.moment(15_000, 60_000)).await;
    }
}
