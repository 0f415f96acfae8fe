//! The lab for whoever measures: two machines and a link, for as long as standard input is open.
//!
//! Says where the machines' network namespaces are (`people PATH`, `servers PATH`), then does what each line asks, and
//! answers `done`: `delay=50 loss=0.02 rate=1000000 queue=200 block=udp` in any choice, milliseconds and bits a second;
//! what a line does not name is as on a cable.
#![allow(clippy::print_stdout, reason = "its output is for a program")]

#[cfg(target_os = "linux")]
fn main() -> anyhow::Result<()> {
    use std::io::{BufRead, stdin};

    use tests::lab::{Lab, Side};

    let lab = Lab::new()?;
    println!("people {}", lab.path(Side::People).display());
    println!("servers {}", lab.path(Side::Servers).display());
    for line in stdin().lock().lines() {
        lab.link.set(linux::conditions(&line?)?);
        println!("done");
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn main() -> anyhow::Result<()> {
    anyhow::bail!("the lab needs Linux")
}

#[cfg(target_os = "linux")]
mod linux {
    use std::time::Duration;

    use anyhow::{Context, Result, bail};
    use tests::lab::{Block, Conditions};

    /// Reads a line.
    pub fn conditions(line: &str) -> Result<Conditions> {
        let mut asked = Conditions::default();
        for word in line.split_whitespace() {
            let (name, value) = word.split_once('=').context("a word without a value")?;
            let milliseconds = || anyhow::Ok(Duration::from_millis(value.parse()?));
            match name {
                "delay" => asked.delay = milliseconds()?,
                "queue" => asked.queue = milliseconds()?,
                "loss" => asked.loss = value.parse()?,
                "rate" => asked.rate = Some(value.parse()?),
                "block" if value == "udp" => asked.block = Block::Udp,
                _ => bail!("what is {word}?"),
            }
        }
        Ok(asked)
    }
}
