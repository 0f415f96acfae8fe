//! The program as its operator meets it: commands, what they print, how the server begins and ends.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says why and ends")]
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Where the demo's pages are.
const SHOP: &str = "http://shop.localhost:7400";

fn tandem(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tandem"));
    command.args(arguments).arg("--data").arg(data);
    command.env_remove("TANDEM_DATABASE").env_remove("TANDEM_PUBLIC_URL").env("RUST_BACKTRACE", "0");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs a command that is told this on its standard input.
fn run(data: &Path, arguments: &[&str], said: &str) -> Output {
    let mut child = tandem(data, arguments).spawn().expect("starts");
    let mut input = child.stdin.take().expect("an input");
    // A command that reads nothing has closed it.
    let _ = input.write_all(said.as_bytes());
    drop(input);
    child.wait_with_output().expect("ends")
}

/// What a command prints that does what it is told.
#[track_caller]
fn prints(data: &Path, arguments: &[&str], said: &str) -> String {
    let output = run(data, arguments, said);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// Why a command does not.
#[track_caller]
fn refuses(data: &Path, arguments: &[&str], said: &str) -> String {
    let output = run(data, arguments, said);
    assert!(!output.status.success(), "{arguments:?} was done");
    assert!(output.stdout.is_empty());
    String::from_utf8(output.stderr).expect("text")
}

/// A server, ended when dropped.
struct Serving {
    process: Child,
    lines: Vec<String>,
}

impl Serving {
    fn start(data: &Path, more: &[&str]) -> Self {
        let arguments = [&["serve", "--listen", "127.0.0.1:0"], more].concat();
        let mut process = tandem(data, &arguments).stderr(Stdio::null()).spawn().expect("starts");
        let output = BufReader::new(process.stdout.take().expect("an output"));
        let n_lines = if more.contains(&"--demo-account") { 2 } else { 1 };
        let lines = output.lines().take(n_lines).map(|line| line.expect("a line")).collect();
        Self { process, lines }
    }

    fn asks(&self, path: &str) -> String {
        let (_, port) = self.lines[0].rsplit_once(':').expect("a port");
        let mut stream = TcpStream::connect(("127.0.0.1", port.parse().expect("a port"))).expect("connects");
        write!(stream, "GET {path} HTTP/1.1\r\nHost: desk.localhost\r\nConnection: close\r\n\r\n")
            .expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("answered");
        answer
    }

    fn stop(mut self) {
        let id = i32::try_from(self.process.id()).expect("a process");
        kill(Pid::from_raw(id), Signal::SIGTERM).expect("told");
        assert!(self.process.wait().expect("ends").success());
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // Fails only when it has ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn agents_are_added_and_listed() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    assert_eq!(prints(data, &["agent", "list"], ""), "");
    let printed =
        prints(data, &["agent", "add", "anna@example.com", "Anna", "Roth", "--role", "admin"], "\n");
    let password = printed.trim().strip_prefix("anna@example.com logs in with the password ").expect("told");
    assert_eq!(password.len(), 16, "a random one");
    assert_eq!(prints(data, &["agent", "add", "ben@example.com", "Ben"], "correct horse\n"), "");
    assert_eq!(prints(data, &["agent", "add", "ANNA@example.com", "Anne"], "correct horse\n"), "");
    let listed = prints(data, &["agent", "list"], "");
    assert_eq!(listed, "anna@example.com\tadmin\tAnne \nben@example.com\tagent\tBen \n", "the role stays");

    let short = refuses(data, &["agent", "add", "carla@example.com", "Carla"], "short\n");
    assert!(short.contains("at least 8 characters"), "{short}");
    let nobody = refuses(data, &["agent", "add", "carla", "Carla"], "correct horse\n");
    assert!(nobody.contains("\"carla\" is no e-mail address"), "{nobody}");
    let role = refuses(data, &["agent", "add", "carla@example.com", "Carla", "--role", "owner"], "");
    assert!(role.contains("a role is agent, manager or admin"), "{role}");
}

#[test]
fn sites_are_added_and_listed() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    prints(data, &["site", "add", "shop", "The shop", "https://shop.example", "https://a.example/"], "");
    assert_eq!(
        prints(data, &["site", "list"], ""),
        "shop\tThe shop\thttps://a.example https://shop.example\n"
    );
    let bad = refuses(data, &["site", "add", "Shop", "The shop", "https://shop.example"], "");
    assert!(bad.contains("1 to 64 lower-case letters"), "{bad}");
    let bad = refuses(data, &["site", "add", "shop", "The shop", "shop.example"], "");
    assert!(bad.contains("shop.example is no origin"), "{bad}");
}

#[test]
fn proxies_are_named_by_address() {
    let folder = tempfile::tempdir().expect("a folder");
    let bad = refuses(folder.path(), &["serve", "--listen", "127.0.0.1:0", "--proxy", "proxy.example"], "");
    assert!(bad.contains("a proxy is an address"), "{bad}");
    let more = ["--proxy", "127.0.0.1", "--proxy", "10.0.0.0/8", "--public-url", "https://desk.example"];
    let serving = Serving::start(folder.path(), &more);
    assert_eq!(serving.lines, ["Desk: https://desk.example"]);
    serving.stop();
}

#[test]
fn a_server_begins_answers_and_ends_and_commands_work_beside_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    let serving = Serving::start(data, &["--demo-account", "--site-origin", SHOP]);
    assert!(serving.lines[0].starts_with("Desk: http://desk.localhost:"), "{:?}", serving.lines);
    assert!(serving.lines[1].starts_with("Log in as sophie@demo.tandem with the password "));
    let ready = serving.asks("/readyz");
    assert!(ready.starts_with("HTTP/1.1 200") && ready.ends_with("ready\n"), "{ready}");
    let widget = serving.asks("/v1/widget/demo");
    assert!(
        widget.starts_with("HTTP/1.1 200") && widget.contains("Demo shop"),
        "the chat is there: {widget}"
    );
    prints(data, &["agent", "add", "ben@example.com", "Ben"], "correct horse\n");
    let listed = prints(data, &["agent", "list"], "");
    assert!(listed.starts_with("sophie@demo.tandem\tadmin\tSophie Martin\n"), "{listed}");
    let login = serving.lines[1].clone();
    serving.stop();
    let again = Serving::start(data, &["--demo-account"]);
    assert_eq!(again.lines[1], login, "the demo's password stays");
    again.stop();
    let verdict = prints(data, &["audit", "verify"], "");
    assert!(verdict.starts_with("whole: 0 entries, head 0000"), "{verdict}");
}

#[test]
fn a_log_that_somebody_was_at_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    prints(data, &["audit", "verify"], "");
    let db = rusqlite::Connection::open(data.join("tandem.db")).expect("opens");
    let forged =
        "INSERT INTO relay_audit (id, at_ms, actor, event, hash) VALUES (1, 0, 'server', 'x', x'00')";
    db.execute(forged, []).expect("put in");
    drop(db);
    let broken = refuses(data, &["audit", "verify"], "");
    assert!(broken.contains("the chain breaks at entry 1"), "{broken}");
}

#[test]
fn a_database_is_named_by_its_address() {
    let folder = tempfile::tempdir().expect("a folder");
    let wrong = refuses(folder.path(), &["site", "list", "--database", "mysql://here"], "");
    assert!(wrong.contains("begins with postgres://"), "{wrong}");
    let nobody = "postgres://anna:geheim@127.0.0.1:1/tandem";
    let refused = refuses(folder.path(), &["site", "list", "--database", nobody], "");
    assert!(refused.contains("cannot open the database") && !refused.contains("geheim"), "{refused}");
}
