//! The product's own server, as it is started for a demo.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::bench::Options;
use crate::bench::lab::{Lab, SERVERS, Side};
use crate::bench::site::ORIGIN;
use crate::demo;
use crate::place;
use crate::web::{self, Part, Profile};

/// What is built: the program, and the folder of what browsers load.
#[derive(Debug, Clone)]
pub struct Built {
    program: PathBuf,
    web: PathBuf,
}

/// A running server with the demo's account; ended when dropped.
pub struct Server {
    /// The desk's address, without a slash at the end.
    pub url: String,
    /// How an agent logs in, as the server expects it.
    pub login: serde_json::Value,
    process: Child,
    _data: TempDir,
}

/// Builds the release, or finds what is built.
pub fn built(options: &Options) -> Result<Built> {
    let profile = Profile::Release;
    if !options.no_build {
        let web = web::build(&[Part::Visitor, Part::Desk], profile)?;
        return Ok(Built { program: demo::programs(profile)?.server, web });
    }
    let first = |candidates: [PathBuf; 2]| candidates.into_iter().find(|path| path.exists());
    let program = first(["release", "debug"].map(|folder| place::target().join(folder).join("tandem")));
    let web = first(
        [Profile::Release, Profile::Dev].map(|profile| web::output(profile).join(Part::Visitor.folder())),
    );
    let web = web.as_deref().and_then(Path::parent).map(Path::to_path_buf);
    let program = program.context("no server is built: leave --no-build away")?;
    Ok(Built { program, web: web.context("no visitor's part is built: leave --no-build away")? })
}

impl Built {
    /// What will be measured, for the report.
    pub fn shown(&self) -> String {
        format!("{} with {}", self.program.display(), self.web.display())
    }

    /// Starts a server for the bench's pages, with data channels or without.
    pub fn start(&self, lanes: Lanes) -> Result<Server> {
        self.start_by(Command::new(&self.program), "127.0.0.1", lanes)
    }

    /// As [`Self::start`], on the servers' machine of a lab, with data channels.
    pub fn start_in(&self, lab: &Lab) -> Result<Server> {
        self.start_by(lab.command(Side::Servers, &self.program), SERVERS, Lanes::Both)
    }

    fn start_by(&self, mut command: Command, address: &str, lanes: Lanes) -> Result<Server> {
        let data = tempfile::tempdir()?;
        command.arg("serve").arg("--web").arg(&self.web).arg("--data").arg(data.path());
        command.arg("--listen").arg(format!("{address}:0"));
        command.args(["--demo-account", "--site-origin", ORIGIN]);
        if lanes == Lanes::Both {
            command.args(["--udp-port", "0"]);
        }
        let mut process = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("starting {}", self.program.display()))?;
        let (url, login) = introduction(&mut process)?;
        Ok(Server { url, login, process, _data: data })
    }
}

/// How frames travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lanes {
    /// WebSocket alone.
    WebSocket,
    /// WebRTC's data channels beside it.
    Both,
}

/// What a server says of itself: its address, and the demo's account.
pub(in crate::bench) fn introduction(process: &mut Child) -> Result<(String, serde_json::Value)> {
    let output = process.stdout.take().context("the server has no output")?;
    let mut lines = BufReader::new(output).lines().map_while(Result::ok);
    let url = lines.by_ref().find_map(|line| Some(line.strip_prefix("Desk: ")?.to_owned()));
    let login = lines.by_ref().find_map(|line| {
        let (email, password) = line.strip_prefix("Log in as ")?.split_once(" with the password ")?;
        Some(serde_json::json!({ "email": email, "password": password }))
    });
    // Somebody must go on reading, or it blocks on a full pipe.
    std::thread::spawn(move || lines.for_each(drop));
    Ok((url.context("the server ended before it listened")?, login.context("the server made no account")?))
}

impl Drop for Server {
    fn drop(&mut self) {
        // Fails only when it has ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
