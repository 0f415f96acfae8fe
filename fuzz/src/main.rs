//! The driver: `cargo run -p fuzz -- smoke [--seconds N] [--seed N]`, or `… run TARGET FILE` for one input.
#![allow(clippy::print_stdout, reason = "a command's output")]
use std::{
    env, fs,
    panic::{self, AssertUnwindSafe},
    path::PathBuf,
    time::{Duration, Instant, SystemTime},
};

use anyhow::{Context, Result, bail};
use fuzz::{Mutations, Target, targets::TARGETS};

/// How long all targets' mutations run together unless said otherwise.
const SMOKE: Duration = Duration::from_secs(20);
/// An input that takes longer is as bad as one that panics.
const TOO_LONG: Duration = Duration::from_secs(5);

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["smoke", ref options @ ..] => smoke(options),
        ["run", target, file] => {
            (find(target)?.run)(&fs::read(file).with_context(|| format!("reading {file}"))?);
            Ok(())
        }
        _ => bail!("usage: fuzz smoke [--seconds N] [--seed N] | fuzz run TARGET FILE"),
    }
}

fn find(name: &str) -> Result<&'static Target> {
    TARGETS.iter().find(|target| target.name == name).with_context(|| {
        let names: Vec<_> = TARGETS.iter().map(|target| target.name).collect();
        format!("no target {name}; there are {}", names.join(", "))
    })
}

fn smoke(options: &[&str]) -> Result<()> {
    let option = |name: &str| {
        let at = options.iter().position(|option| *option == name)?;
        options.get(at + 1).map(|value| value.parse::<u64>().with_context(|| format!("{name} {value}")))
    };
    let time = option("--seconds").transpose()?.map_or(SMOKE, Duration::from_secs);
    let now = || SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs());
    let seed = option("--seed").transpose()?.unwrap_or_else(now);
    println!("seed {seed}");
    let each = time / u32::try_from(TARGETS.len())?.max(1);
    for target in TARGETS {
        let corpus = target.corpus();
        let count = corpus.len();
        corpus.iter().try_for_each(|input| attempt(target, input))?;
        let (end, mut tried) = (Instant::now() + each, 0_u64);
        for input in Mutations::new(target, seed).take_while(|_| Instant::now() < end) {
            attempt(target, &input)?;
            tried += 1;
        }
        println!("{}: {count} of the corpus, {tried} mutated", target.name);
    }
    Ok(())
}

/// Tries one input; saves one that fails.
fn attempt(target: &Target, input: &[u8]) -> Result<()> {
    let begin = Instant::now();
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| (target.run)(input)));
    let what = match outcome {
        Ok(()) if begin.elapsed() < TOO_LONG => return Ok(()),
        Ok(()) => "took too long",
        Err(_) => "panicked",
    };
    let path = save(target, input)?;
    bail!(
        "{} {what}; try again with: cargo run -p fuzz -- run {} {}",
        target.name,
        target.name,
        path.display()
    )
}

fn save(target: &Target, input: &[u8]) -> Result<PathBuf> {
    let folder = PathBuf::from(env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()));
    let folder = folder.join("failures/fuzz");
    fs::create_dir_all(&folder)?;
    let mark = input
        .iter()
        .fold(0_u64, |mark, byte| mark.rotate_left(9) ^ u64::from(*byte).wrapping_mul(0x9e37_79b9));
    let path = folder.join(format!("{}-{mark:016x}", target.name));
    fs::write(&path, input).with_context(|| format!("saving {}", path.display()))?;
    Ok(path)
}
