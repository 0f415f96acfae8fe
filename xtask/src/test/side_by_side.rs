//! Test programs side by side: cargo runs one after the other, and most stories wait for one browser at a time.

use std::collections::VecDeque;
use std::io::{BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use cargo_metadata::Message;

use crate::run::say;

/// What a test program says of each of its tests ends like this, in a list.
const TEST: &str = ": test";

/// A program of tests, built.
#[derive(Debug)]
pub struct Program {
    name: String,
    path: PathBuf,
    /// Cargo runs it there.
    folder: PathBuf,
    tests: usize,
}

/// Builds what a `cargo test --no-run` names. The programs of many tests come first, so that none of them is left alone
/// at the end.
///
/// # Errors
/// When it does not compile.
pub fn build(command: &mut Command) -> Result<Vec<Program>> {
    command.args(["--no-run", "--message-format", "json-render-diagnostics"]);
    let mut child = command.stdout(Stdio::piped()).spawn().context("starting cargo test")?;
    let printed = child.stdout.take().context("cargo test has no output")?;
    let mut programs = Vec::new();
    for message in Message::parse_stream(BufReader::new(printed)) {
        if let Message::CompilerArtifact(built) = message?
            && let (true, Some(path)) = (built.profile.test, built.executable)
        {
            let folder = built.manifest_path.parent().context("a manifest in no folder")?.into();
            let (name, path) = (built.target.name, PathBuf::from(path));
            programs.push(Program { tests: count(&path)?, name, path, folder });
        }
    }
    let status = child.wait()?;
    ensure!(status.success(), "cargo test ended with {status}");
    programs.sort_by_key(|it| std::cmp::Reverse(it.tests));
    Ok(programs)
}

fn count(path: &PathBuf) -> Result<usize> {
    let listed =
        Command::new(path).arg("--list").output().with_context(|| format!("starting {}", path.display()))?;
    Ok(String::from_utf8_lossy(&listed.stdout).lines().filter(|line| line.ends_with(TEST)).count())
}

/// Runs them all, as many at a time as there are processors, each one test at a time; shows what each printed when it
/// has ended, and gives their closing lines.
///
/// # Errors
/// Names those that failed.
pub fn run(
    programs: Vec<Program>,
    rest: &[String],
    terms: impl Fn(&mut Command) + Sync,
) -> Result<Vec<String>> {
    let lanes = thread::available_parallelism().map_or(1, usize::from);
    let all = programs.len();
    let (todo, done) = (Mutex::new(VecDeque::from(programs)), Mutex::new(Vec::new()));
    let lane = || {
        while let Some(program) = lock(&todo).pop_front() {
            let ended = program.run(rest, &terms);
            let mut done = lock(&done);
            done.push(ended);
            say(&format!("{} of {all} programs of tests have ended", done.len()));
        }
    };
    thread::scope(|scope| (0..lanes).for_each(|_| _ = scope.spawn(lane)));
    let (mut results, mut failed) = (Vec::new(), Vec::new());
    for ended in done.into_inner().unwrap_or_else(PoisonError::into_inner) {
        match ended {
            Ok(lines) => results.extend(lines),
            Err(why) => failed.push(format!("{why:#}")),
        }
    }
    if failed.is_empty() { Ok(results) } else { bail!("{}; {}", failed.join("; "), results.join("; ")) }
}

fn lock<T>(it: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    it.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Program {
    fn run(&self, rest: &[String], terms: &impl Fn(&mut Command)) -> Result<Vec<String>> {
        let start = Instant::now();
        let mut command = Command::new(&self.path);
        command.args(rest).current_dir(&self.folder).env("CARGO_MANIFEST_DIR", &self.folder);
        if !rest.iter().any(|it| it.starts_with("--test-threads")) {
            command.arg("--test-threads=1");
        }
        terms(&mut command);
        let ended = command.output().with_context(|| format!("starting {}", self.path.display()))?;
        let printed = String::from_utf8_lossy(&ended.stdout);
        let took = start.elapsed().as_secs_f32();
        let mut out = std::io::stdout().lock();
        writeln!(out, "     Running {} ({took:.1} s)", self.name)?;
        out.write_all(&ended.stdout)?;
        out.write_all(&ended.stderr)?;
        let told = |line: &&str| line.starts_with("test result:") && !line.contains(" 0 passed; 0 failed");
        let results =
            printed.lines().filter(told).map(|line| format!("{}: {line}", self.name)).collect::<Vec<_>>();
        if ended.status.success() {
            return Ok(results);
        }
        let fallen = printed.lines().filter(|line| line.starts_with("test ") && line.ends_with("FAILED"));
        bail!("{} ended with {}: {}", self.name, ended.status, fallen.collect::<Vec<_>>().join(", "))
    }
}
