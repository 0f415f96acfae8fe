//! The server of the day: a process that is killed once and starts again where it was.
use std::{
    env,
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context, Result, bail};
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

use crate::database::Database;

/// The origin of the site's pages, which nobody ever loads.
pub const PAGES: &str = "http://shop.localhost:7400";

/// What the server is started with.
#[derive(Debug)]
pub struct Program {
    /// The binary `tandem`.
    pub path: PathBuf,
    /// A PostgreSQL database; SQLite in the folder without one.
    pub database: Option<Database>,
}

/// A server that runs.
#[derive(Debug)]
pub struct Server {
    program: Program,
    folder: tempfile::TempDir,
    child: Child,
    /// Kept open: a server that cannot print ends.
    lines: Lines<BufReader<ChildStdout>>,
    port: u16,
    /// The demo agent's e-mail address.
    pub email: String,
    /// Their password.
    pub password: String,
}

impl Server {
    /// Starts it on a free port, with a folder of its own.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start(program: Program) -> Result<Self> {
        let folder = tempfile::tempdir().context("a folder for the data")?;
        let (child, mut lines) = spawn(&program, folder.path(), 0)?;
        let url = said(&mut lines, "Desk: ").await?;
        let port = url.rsplit(':').next().and_then(|it| it.trim().parse().ok()).context("no port")?;
        let account = said(&mut lines, "Log in as ").await?;
        let (email, password) = account.split_once(" with the password ").context("no password")?;
        let (email, password) = (email.to_owned(), password.to_owned());
        Ok(Self { program, folder, child, lines, port, email, password })
    }

    /// Where it listens.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The origin of the desk's pages.
    pub fn desk(&self) -> String {
        format!("http://desk.localhost:{}", self.port)
    }

    /// Kills it as a power cut would, and starts it again at the same address.
    ///
    /// # Errors
    /// When it does not start again.
    pub async fn crash_and_start(&mut self) -> Result<()> {
        self.child.kill().await.context("killing the server")?;
        (self.child, self.lines) = spawn(&self.program, self.folder.path(), self.port)?;
        said(&mut self.lines, "Desk: ").await.map(drop)
    }

    /// Ends it.
    ///
    /// # Errors
    /// When it cannot be ended.
    pub async fn end(mut self) -> Result<()> {
        self.child.kill().await.context("ending the server")
    }
}

type Out = Lines<BufReader<ChildStdout>>;

fn spawn(program: &Program, folder: &Path, port: u16) -> Result<(Child, Out)> {
    let mut command = Command::new(&program.path);
    command.arg("serve").arg("--data").arg(folder).args(["--listen", &format!("127.0.0.1:{port}")]);
    command.args(["--demo-account", "--site-origin", PAGES]).stdout(Stdio::piped()).kill_on_drop(true);
    if env::var_os("RUST_LOG").is_none() {
        // A day has thousands of events; what it comes to is its last line.
        command.env("RUST_LOG", "warn");
    }
    if let Some(database) = &program.database {
        command.args(["--database", &database.url]);
        if let Some(trusted) = &database.trusted {
            command.arg("--database-ca").arg(trusted);
        }
    }
    let mut child = command.spawn().with_context(|| format!("starting {}", program.path.display()))?;
    let out = child.stdout.take().context("the server has no output")?;
    Ok((child, BufReader::new(out).lines()))
}

/// The rest of the first line that begins like this.
async fn said(lines: &mut Out, start: &str) -> Result<String> {
    while let Some(line) = lines.next_line().await? {
        if let Some(rest) = line.strip_prefix(start) {
            return Ok(rest.trim().to_owned());
        }
    }
    bail!("the server ended before it said {start:?}")
}
