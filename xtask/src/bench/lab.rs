//! The stories' lab: two machines in this one, and a link between them that loses and delays.

use std::cell::RefCell;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread;

use anyhow::{Context, Result, ensure};

use crate::place;
use crate::run::{cargo, run};

/// The servers' address on the link.
pub const SERVERS: &str = "10.77.0.2";

/// Which machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Where the browser runs.
    People,
    /// Where the server runs.
    Servers,
}

/// A lab that runs; it ends when dropped.
pub struct Lab {
    process: Child,
    talk: RefCell<Talk>,
    people: PathBuf,
    servers: PathBuf,
}

/// What it is told, and what it answers.
struct Talk {
    input: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Lab {
    /// Builds and starts it.
    ///
    /// # Errors
    /// When this user may make no namespaces.
    pub fn start() -> Result<Self> {
        run(cargo().args(["build", "--quiet", "-p", "tests", "--bin", "lab"]))?;
        let mut process = Command::new(place::target().join("debug/lab"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("starting the lab")?;
        let mut answers = BufReader::new(process.stdout.take().context("the lab has no output")?);
        let people = machine(&mut answers, "people ")?;
        let servers = machine(&mut answers, "servers ")?;
        let talk = RefCell::new(Talk { input: process.stdin.take(), answers });
        Ok(Self { process, talk, people, servers })
    }

    /// Changes the link: words as `tests/src/bin/lab.rs` knows them; none for a cable.
    pub fn set(&self, conditions: &str) -> Result<()> {
        let mut talk = self.talk.borrow_mut();
        writeln!(talk.input.as_mut().context("the lab has no input")?, "{conditions}")?;
        let mut answer = String::new();
        talk.answers.read_line(&mut answer)?;
        ensure!(answer == "done\n", "the lab did not understand {conditions:?}");
        Ok(())
    }

    /// A command for a program that will run there.
    pub fn command(&self, side: Side, program: &Path) -> Command {
        let mut command = Command::new("nsenter");
        command.arg(format!("--net={}", self.path(side).display())).arg("--").arg(program);
        command
    }

    /// Does something on a thread there: sockets that it opens belong there.
    ///
    /// # Errors
    /// When this user may not enter, and those of `act`.
    pub fn inside<T: Send>(&self, side: Side, act: impl FnOnce() -> Result<T> + Send) -> Result<T> {
        let path = self.path(side).to_path_buf();
        thread::scope(|scope| {
            let thread = scope.spawn(move || {
                enter(&path)?;
                act()
            });
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }

    fn path(&self, side: Side) -> &Path {
        match side {
            Side::People => &self.people,
            Side::Servers => &self.servers,
        }
    }
}

#[cfg(target_os = "linux")]
fn enter(namespace: &Path) -> Result<()> {
    use nix::sched::{CloneFlags, setns};
    setns(std::fs::File::open(namespace)?, CloneFlags::CLONE_NEWNET).context("entering the lab")
}

#[cfg(not(target_os = "linux"))]
fn enter(_: &Path) -> Result<()> {
    anyhow::bail!("the lab needs Linux")
}

fn machine(answers: &mut BufReader<ChildStdout>, name: &str) -> Result<PathBuf> {
    let mut line = String::new();
    answers.read_line(&mut line)?;
    let path = line.trim_end().strip_prefix(name).context("the lab did not start; it says why above")?;
    Ok(path.into())
}

impl Drop for Lab {
    fn drop(&mut self) {
        // It ends with its input.
        drop(self.talk.get_mut().input.take());
        let _ = self.process.wait();
    }
}
