//! The programs that measure, the program that is measured, and the databases that they are pointed to.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tempfile::TempDir;

use crate::bench::Options;
use crate::bench::live::server::introduction;
use crate::place;
use crate::run::{cargo, run, timed};

/// The variable in which a program finds a server's address.
const VARIABLE: &str = "TANDEM_BENCH_DATABASE";
/// The pages from which visitors speak.
pub const PAGES: &str = "http://bench.localhost";

/// The folder with all programs.
#[derive(Debug)]
pub struct Built(PathBuf);

/// A database.
#[derive(Debug)]
pub enum Target {
    /// SQLite.
    File(PathBuf),
    /// PostgreSQL.
    Server {
        /// `postgres://…`
        address: String,
        /// The file of its certificate.
        certificate: String,
    },
}

/// What a program said.
#[derive(Debug)]
pub struct Said {
    /// Lines of standard output.
    pub lines: Vec<String>,
    /// Standard error.
    pub errors: String,
}

impl Built {
    /// Builds the release, or finds what is built.
    pub fn find(options: &Options) -> Result<Self> {
        if !options.no_build {
            let packages = ["-p", "tandem", "-p", "chat", "-p", "chat-client", "-p", "store"];
            timed("programs", || run(cargo().args(["build", "--release", "--bins"]).args(packages)))?;
        }
        let has_all = |folder: &PathBuf| {
            ["tandem", "chat-burst", "chat-load"].iter().all(|it| folder.join(it).is_file())
        };
        let folders = ["release", "debug"].map(|folder| place::target().join(folder));
        let found = folders.into_iter().find(has_all).context("nothing is built: leave --no-build away")?;
        Ok(Self(found))
    }

    /// What is measured, for the report.
    pub fn shown(&self) -> String {
        self.0.display().to_string()
    }

    pub fn command(&self, program: &str) -> Command {
        Command::new(self.0.join(program))
    }

    /// Runs one of the programs on a database.
    pub fn run(&self, program: &str, target: &Target, arguments: &[&str]) -> Result<Said> {
        let mut command = self.command(program);
        match target {
            Target::File(file) => command.arg(file),
            Target::Server { address, certificate } => {
                command.env(VARIABLE, address).env(format!("{VARIABLE}_CA"), certificate);
                command.arg(format!("env:{VARIABLE}"))
            }
        };
        timed(program, || said(command.args(arguments)))
    }

    /// Starts the product on a database, with the demo's account.
    pub fn serve(&self, target: &Target) -> Result<Server> {
        let data = tempfile::tempdir()?;
        let mut command = self.command("tandem");
        command.args(["serve", "--listen", "127.0.0.1:0", "--demo-account", "--site-origin", PAGES]);
        command.arg("--data").arg(data.path()).env("RUST_LOG", "warn");
        if let Target::Server { address, certificate } = target {
            command.env("TANDEM_DATABASE", address).env("TANDEM_DATABASE_CA", certificate);
        }
        let mut process = start(&mut command)?;
        let (desk, login) = introduction(&mut process)?;
        Ok(Server { url: desk.replacen("desk.localhost", "127.0.0.1", 1), desk, login, process, data })
    }

    /// Starts the bare server.
    pub fn echo(&self) -> Result<Server> {
        let mut process = start(&mut self.command("chat-echo"))?;
        let mut lines = BufReader::new(process.stdout.take().context("no output")?).lines();
        let line = lines.next().context("the bare server ended")??;
        let url = line.strip_prefix("Echo: ").context("no address")?.to_owned();
        Ok(Server { desk: url.clone(), url, login: Value::Null, process, data: tempfile::tempdir()? })
    }
}

/// Runs a program to its end.
pub fn said(command: &mut Command) -> Result<Said> {
    let output = command.stdin(Stdio::null()).output().context("starting a program of the bench")?;
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() {
        bail!("{}: {}", command.get_program().to_string_lossy(), errors.trim());
    }
    let lines = String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect();
    Ok(Said { lines, errors })
}

fn start(command: &mut Command) -> Result<Child> {
    let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    command.spawn().with_context(|| format!("starting {}", command.get_program().to_string_lossy()))
}

/// A server that runs; ended when dropped.
#[derive(Debug)]
pub struct Server {
    /// Where it is reached.
    pub url: String,
    /// The origin of the desk's pages.
    pub desk: String,
    /// How the demo's agent logs in.
    pub login: Value,
    process: Child,
    data: TempDir,
}

impl Server {
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Makes another agent, with this password.
    pub fn hire(&self, (built, target): (&Built, &Target), email: &str, password: &str) -> Result<()> {
        let mut command = built.command("tandem");
        command.args(["agent", "add", email, "Claire"]).arg("--data").arg(self.data.path());
        if let Target::Server { address, certificate } = target {
            command.env("TANDEM_DATABASE", address).env("TANDEM_DATABASE_CA", certificate);
        }
        let file = self.data.path().join("bench-password");
        std::fs::write(&file, format!("{password}\n"))?;
        run(command.stdin(std::fs::File::open(file)?).stdout(Stdio::null()))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Fails only when it has ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
