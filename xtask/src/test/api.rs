//! The server beside its OpenAPI document: schemathesis asks what the document allows, and what it does not, and holds
//! the answers to it. It comes from PyPI, into an environment of its own in the cache.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::steps;
use crate::apt;
use crate::place;
use crate::run::{run, say, timed};

/// The newest release when this was written.
const SCHEMATHESIS: &str = "4.32.5";

/// So long an admin's desk may ask, and so long a page of the site.
const SECONDS: (&str, &str) = ("50", "15");

/// What would end the desk's own log-in: everything after it would only be told to log in.
const OWN_BRANCH: &str = "^/v1/(logout$|agents/)";

/// What a visitor asks.
const OF_VISITORS: &str = "^/v1/(widget|stream|uploads|files|dl|conversations/[{]id[}]/files)";

/// What each answer is held to.
const CHECKS: &str =
    "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";

const EMAIL: &str = "ada@example.org";
const PASSWORD: &str = "correct horse battery";
const PAGES: &str = "https://shop.example";

/// Asks a new server everything.
///
/// # Errors
/// When an answer is not as the document says, or a handler panics.
pub fn check() -> Result<()> {
    let program = schemathesis()?;
    let serving = Serving::start(&steps::programs()?.server)?;
    let (_, document) = serving.ask("GET /v1/openapi.json", &[], "")?;
    let repeated = repeated(&serde_json::from_str(&document)?);
    if !repeated.is_empty() {
        bail!("a client that is made of the document has a function each: {}", repeated.join(", "));
    }
    let visitor = serving.begin_conversation()?;
    let cookie = serving.log_in()?;
    let mut desk = serving.asking(&program, SECONDS.0);
    desk.args(["--exclude-path-regex", OWN_BRANCH]);
    desk.arg("-H").arg(format!("Cookie: {cookie}")).arg("-H").arg(format!("Origin: {}", serving.desk));
    let mut page = serving.asking(&program, SECONDS.1);
    page.args(["--include-path-regex", OF_VISITORS]);
    page.arg("-H").arg(format!("Authorization: {visitor}")).arg("-H").arg(format!("Origin: {PAGES}"));
    let held = run(&mut desk).context("asked by a desk").and(run(&mut page).context("asked by a page"));
    serving.is_logged_in(&cookie)?;
    let log = fs::read_to_string(serving.log())?;
    if let Some(at) = log.find("panicked") {
        bail!("the server panicked: {}", log[at..].lines().take(3).collect::<Vec<_>>().join(" "));
    }
    held
}

/// The operations whose names others have too, or that have none.
fn repeated(document: &Value) -> Vec<String> {
    let mut named = BTreeMap::<_, Vec<_>>::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            // Beside its operations, a path has what they share.
            if operation["responses"].is_object() {
                let name = operation["operationId"].as_str().unwrap_or_default();
                named.entry(name).or_default().push(format!("{method} {path}"));
            }
        }
    }
    let all = named.into_iter().filter(|(name, of)| name.is_empty() || 1 < of.len());
    all.map(|(name, of)| format!("{name:?} of {}", of.join(" and "))).collect()
}

/// Where the program is; installed when it is not there yet.
fn schemathesis() -> Result<PathBuf> {
    let cache = place::cache()?;
    let home = cache.join(format!("schemathesis-{SCHEMATHESIS}"));
    let program = home.join("bin/schemathesis");
    let _one_at_a_time = place::lock(&cache, "schemathesis")?;
    if program.exists() {
        return Ok(program);
    }
    let python = place::on_path(&["python3"]).context("the API's tests need python3")?;
    say(&format!("installing schemathesis {SCHEMATHESIS} with pip (half a minute) ..."));
    let make = || run(Command::new(&python).args(["-m", "venv", "--clear"]).arg(&home));
    timed("schemathesis", || {
        // Debian has environments in a package of their own.
        make().or_else(|_| apt::install(&["python3-venv"]).and_then(|()| make()))?;
        let mut pip = Command::new(home.join("bin/pip"));
        run(pip
            .args(["install", "-q", "--disable-pip-version-check"])
            .arg(format!("schemathesis=={SCHEMATHESIS}")))
    })?;
    Ok(program)
}

/// A server with one site and one admin, ended when dropped.
struct Serving {
    process: Child,
    /// The address of the desk's pages.
    desk: String,
    port: u16,
    folder: TempDir,
}

impl Serving {
    fn start(program: &Path) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let tandem = |arguments: &[&str]| {
            let mut command = Command::new(program);
            command.args(arguments).arg("--data").arg(folder.path().join("data"));
            command.env_remove("TANDEM_DATABASE").env_remove("TANDEM_PUBLIC_URL");
            command
        };
        run(&mut tandem(&["site", "add", "shop", "Shop", PAGES]))?;
        let mut adding = tandem(&["agent", "add", EMAIL, "Ada", "Last", "--role", "admin"]);
        let mut adding = adding.stdin(Stdio::piped()).spawn()?;
        adding.stdin.take().context("an input")?.write_all(PASSWORD.as_bytes())?;
        if !adding.wait()?.success() {
            bail!("the admin could not be added");
        }
        let log = File::create(folder.path().join("log"))?;
        let mut serving = tandem(&["serve", "--listen", "127.0.0.1:0"]);
        let mut process = serving.stdout(Stdio::piped()).stderr(log).spawn()?;
        let output = process.stdout.take().context("an output")?;
        let line = BufReader::new(output).lines().next().context("the server said nothing")??;
        let desk = line.strip_prefix("Desk: ").context("the server said something else")?.to_owned();
        let port = desk.rsplit(':').next().unwrap_or_default().parse()?;
        Ok(Self { process, desk, port, folder })
    }

    /// Everything is asked, and each answer held to the document.
    fn asking(&self, program: &Path, seconds: &str) -> Command {
        let mut command = Command::new(program);
        // It keeps what it found beside it.
        command.current_dir(self.folder.path()).arg("run").arg(format!("{}/v1/openapi.json", self.address()));
        command.args(["--checks", CHECKS, "--max-time", seconds, "--workers", "1", "--warnings", "off"]);
        command.args(["--generation-deterministic", "--no-color", "--continue-on-failure"]);
        command
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Asks with a body of JSON: the head and the body of the answer.
    fn post(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> Result<(String, String)> {
        self.ask(&format!("POST {path}"), headers, &body.to_string())
    }

    /// The desk that asked everything was somebody's to the end.
    fn is_logged_in(&self, cookie: &str) -> Result<()> {
        let asked = self.ask("GET /v1/me", &[("Cookie", cookie)], "");
        asked.map(drop).context("the desk logged itself out while it asked")
    }

    fn ask(&self, what: &str, headers: &[(&str, &str)], body: &str) -> Result<(String, String)> {
        let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        write!(
            stream,
            "{what} HTTP/1.1\r\nHost: desk.localhost\r\nConnection: close\r\n{headers}\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (head, body) = answer.split_once("\r\n\r\n").context("no answer")?;
        if !head.starts_with("HTTP/1.1 200") {
            bail!("{what}: {answer}");
        }
        Ok((head.to_owned(), body.to_owned()))
    }

    /// The admin's cookie.
    fn log_in(&self) -> Result<String> {
        let body = json!({ "email": EMAIL, "password": PASSWORD });
        let (head, _) = self.post("/v1/login", &[("Origin", &self.desk)], &body)?;
        let is_cookie = |line: &&str| line.to_ascii_lowercase().starts_with("set-cookie:");
        let cookie = head.lines().find(is_cookie).context("no cookie")?["set-cookie:".len()..].trim();
        Ok(cookie.split(';').next().unwrap_or_default().to_owned())
    }

    /// A visitor waits, so that lists are not empty: how they say who they are.
    fn begin_conversation(&self) -> Result<String> {
        let pages = ("Origin", PAGES);
        let secret = "0f".repeat(32);
        let (_, told) = self.post("/v1/widget/shop/token", &[pages], &json!({ "secret": secret }))?;
        let told: Value = serde_json::from_str(&told)?;
        let bearer = format!("Bearer {}", told["token"].as_str().context("no token")?);
        let form = json!({ "name": "Léa", "email": "lea@example.org" });
        let start = json!({ "t": "start", "cid": "0f".repeat(16), "form": form, "lang": "fr" });
        self.post("/v1/widget/shop/say", &[pages, ("Authorization", &bearer)], &start)?;
        Ok(bearer)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // Fails only when it has ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_of_one_name_and_of_none_are_found() {
        let named = |name: &str| json!({ "operationId": name, "responses": {} });
        let document = json!({ "paths": {
            "/a": { "get": named("list"), "post": named("add"), "parameters": [] },
            "/b": { "get": named("list"), "put": { "responses": {} } },
        } });
        assert_eq!(repeated(&document), [r#""" of put /b"#, r#""list" of get /a and get /b"#]);
    }
}
