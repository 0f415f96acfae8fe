//! Stories side by side, each in a process and a scratch folder of its own: one that hangs or falls takes no other along,
//! and what its browsers leave goes with it.

use std::collections::VecDeque;
use std::io::{BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use cargo_metadata::Message;

use crate::run::say;

/// What a program says of each of its tests ends like this, in a list.
const TEST: &str = ": test";
/// The files whose stories take minutes: they begin first, so that none of them is left alone at the end.
const LONG: [&str; 2] = ["navigations::", "differential::"];
/// So many of the slowest stories are named at the end.
const SLOWEST: usize = 12;

/// A program of stories, built.
#[derive(Debug)]
pub struct Program {
    path: PathBuf,
    /// Cargo runs it there.
    folder: PathBuf,
}

/// One test of a program.
#[derive(Debug)]
struct Story {
    program: Arc<Program>,
    name: String,
}

/// How a story ended.
#[derive(Debug)]
struct Ended {
    name: String,
    took: Duration,
    passed: bool,
}

/// Builds what a `cargo test --no-run` names: those of its programs that are wanted.
///
/// # Errors
/// When it does not compile.
pub fn build(command: &mut Command, wanted: &[String]) -> Result<Vec<Program>> {
    command.args(["--no-run", "--message-format", "json-render-diagnostics"]);
    let mut child = command.stdout(Stdio::piped()).spawn().context("starting cargo test")?;
    let printed = child.stdout.take().context("cargo test has no output")?;
    let mut programs = Vec::new();
    for message in Message::parse_stream(BufReader::new(printed)) {
        if let Message::CompilerArtifact(built) = message?
            && let (true, Some(path)) = (built.profile.test, built.executable)
            && wanted.contains(&built.target.name)
        {
            let folder = built.manifest_path.parent().context("a manifest in no folder")?.into();
            programs.push(Program { path: path.into(), folder });
        }
    }
    let status = child.wait()?;
    ensure!(status.success(), "cargo test ended with {status}");
    Ok(programs)
}

/// Runs all their stories, as many at a time as there are processors; shows what one printed when it has failed. `rest`
/// is what the programs get besides: names that choose among the stories, and flags.
///
/// # Errors
/// Names those that failed.
pub fn run(
    programs: Vec<Program>,
    rest: &[String],
    terms: impl Fn(&mut Command) + Sync,
) -> Result<Vec<String>> {
    let lanes = thread::available_parallelism().map_or(1, usize::from);
    let mut stories = Vec::new();
    for program in programs {
        stories.extend(Arc::new(program).stories(rest)?);
    }
    stories.sort_by_key(|it| !LONG.iter().any(|long| it.name.starts_with(long)));
    let all = stories.len();
    let flags: Vec<_> = rest.iter().filter(|it| it.starts_with('-')).collect();
    let (todo, done) = (Mutex::new(VecDeque::from(stories)), Mutex::new(Vec::new()));
    let lane = || -> Result<()> {
        while let Some(story) = take(&todo) {
            let ended = story.run(&flags, &terms)?;
            let mut done = lock(&done);
            let verdict = if ended.passed { "ok" } else { "FAILED" };
            let (so_far, took) = (done.len() + 1, ended.took.as_secs_f32());
            say(&format!("{so_far:>4}/{all} {took:>6.1} s  {} ... {verdict}", ended.name));
            done.push(ended);
        }
        Ok(())
    };
    thread::scope(|scope| -> Result<()> {
        let lanes: Vec<_> = (0..lanes).map(|_| scope.spawn(lane)).collect();
        lanes.into_iter().try_for_each(|it| it.join().map_err(|_| anyhow::anyhow!("a lane fell"))?)
    })?;
    told(done.into_inner().unwrap_or_else(PoisonError::into_inner))
}

fn take(todo: &Mutex<VecDeque<Story>>) -> Option<Story> {
    lock(todo).pop_front()
}

fn lock<T>(it: &Mutex<T>) -> MutexGuard<'_, T> {
    it.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How many there were, and which were slow.
fn told(mut done: Vec<Ended>) -> Result<Vec<String>> {
    done.sort_by_key(|it| std::cmp::Reverse(it.took));
    let slow = done.iter().take(SLOWEST).map(|it| format!("{:>8.1} s  {}", it.took.as_secs_f32(), it.name));
    let failed: Vec<_> = done.iter().filter(|it| !it.passed).map(|it| it.name.as_str()).collect();
    let mut results = vec![format!("stories: {} passed; {} failed", done.len() - failed.len(), failed.len())];
    results.extend(slow);
    if failed.is_empty() { Ok(results) } else { bail!("{} failed: {}", failed.len(), failed.join(", ")) }
}

impl Program {
    fn stories(self: Arc<Self>, rest: &[String]) -> Result<Vec<Story>> {
        let mut list = Command::new(&self.path);
        list.arg("--list").args(rest.iter().filter(|it| !it.starts_with('-')));
        let listed = list.output().with_context(|| format!("starting {}", self.path.display()))?;
        let listed = String::from_utf8_lossy(&listed.stdout);
        let names = listed.lines().filter_map(|line| line.strip_suffix(TEST));
        Ok(names.map(|name| Story { program: self.clone(), name: name.to_owned() }).collect())
    }
}

impl Story {
    fn run(&self, flags: &[&String], terms: &impl Fn(&mut Command)) -> Result<Ended> {
        let (start, Program { path, folder }) = (Instant::now(), &*self.program);
        let mut command = Command::new(path);
        command.args(["--exact", &self.name]).args(flags);
        command.current_dir(folder).env("CARGO_MANIFEST_DIR", folder);
        // A browser that is killed leaves its profile: all of them together fill a disk.
        let scratch = tempfile::Builder::new().prefix("story-").tempdir()?;
        command.env("TMPDIR", scratch.path());
        terms(&mut command);
        let ended = command.output().with_context(|| format!("starting {}", path.display()))?;
        let passed = ended.status.success();
        if !passed || flags.iter().any(|it| *it == "--nocapture") {
            let mut out = std::io::stdout().lock();
            out.write_all(&ended.stdout)?;
            out.write_all(&ended.stderr)?;
        }
        Ok(Ended { name: self.name.clone(), took: start.elapsed(), passed })
    }
}
