//! `cargo xtask postgres`: PostgreSQL servers for tests, found or installed, each with a folder of its own
//! that goes when it ends.

use std::fs::{self, File};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

use crate::apt;
use crate::place;
use crate::run::{is_root, read, run, say, timed};

/// The server refuses to run as root; Debian's package makes this user.
const USER: &str = "postgres";

/// How long a server may take to start, to end, or to come back after it was killed.
const PATIENCE: Duration = Duration::from_secs(60);

/// What every server is told. The folder is a test's, the safety is not: tests measure what it costs.
const SETTINGS: &str = "listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\nmax_connections = 200\n\
     shared_buffers = 64MB\nfsync = on\nsynchronous_commit = on\ndeadlock_timeout = 200ms\nssl = on\n";

/// Servers that run until this is dropped.
pub struct Servers {
    variables: Vec<(&'static str, String)>,
    _servers: Vec<Server>,
    _folder: TempDir,
}

impl Servers {
    /// Tells a test run where they are.
    pub fn apply(&self, command: &mut Command) {
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
    }

    /// Makes an empty database on the first server, and gives its address and the file of its certificate.
    ///
    /// # Errors
    /// When it is not made.
    pub fn database(&self, name: &str) -> Result<(String, String)> {
        let variable = |wanted: &str| {
            let found = self.variables.iter().find(|(name, _)| *name == wanted);
            found.map(|(_, value)| value.clone()).with_context(|| format!("no {wanted}"))
        };
        let (server, certificate) = (variable("TANDEM_POSTGRES")?, variable("TANDEM_POSTGRES_CA")?);
        let mut create = Command::new(programs()?.join("createdb"));
        run(create.arg(format!("--maintenance-db={server}")).arg(name).current_dir("/"))?;
        let address = server.strip_suffix("/postgres").context("an address that ends with its database")?;
        Ok((format!("{address}/{name}"), certificate))
    }
}

/// Starts two servers: one that all tests share, and one for those that kill it. Whichever dies is started
/// again, as a service manager would.
///
/// # Errors
/// When there is no PostgreSQL and none can be installed, or it does not start.
pub fn start() -> Result<Servers> {
    let programs = programs()?;
    let folder = tempfile::Builder::new().prefix("tandem-postgres-").tempdir()?;
    // The server's user looks into folders of its own below this one.
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
    let password = format!("{:x}", std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), 0));
    let shared = folder.path().join("shared");
    let to_kill = folder.path().join("to-kill");
    timed("making the database folders", || {
        initialise(&programs, &shared, &password)?;
        run(Command::new("cp").arg("-a").args([&shared, &to_kill]))
    })?;
    let (first, second) = (Server::start(&programs, &shared)?, Server::start(&programs, &to_kill)?);
    let url = |server: &Server| format!("postgres://tandem:{password}@127.0.0.1:{}/postgres", server.port);
    let variables = vec![
        ("TANDEM_POSTGRES", url(&first)),
        ("TANDEM_POSTGRES_TO_KILL", url(&second)),
        ("TANDEM_POSTGRES_CA", shared.join("server.crt").display().to_string()),
    ];
    first.wait_until_ready(&programs)?;
    second.wait_until_ready(&programs)?;
    Ok(Servers { variables, _servers: vec![first, second], _folder: folder })
}

/// Starts the servers for test runs that a developer starts by hand, until Ctrl-C.
///
/// # Errors
/// As [`start`].
pub fn serve() -> Result<()> {
    let (stop, stopped) = std::sync::mpsc::channel();
    ctrlc::set_handler(move || {
        // A second Ctrl-C finds nobody who waits.
        let _ = stop.send(());
    })?;
    let servers = start()?;
    let lines: String = servers.variables.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
    let file = place::target().join("postgres.env");
    fs::create_dir_all(place::target())?;
    fs::write(&file, lines).with_context(|| format!("writing {}", file.display()))?;
    say(&format!("PostgreSQL runs until Ctrl-C; for tests: set -a; . {}; set +a", file.display()));
    stopped.recv()?;
    fs::remove_file(&file)?;
    Ok(())
}

/// The folder of the server's programs.
fn programs() -> Result<PathBuf> {
    if let Some(found) = installed() {
        return Ok(found);
    }
    let package = apt::dependency("postgresql", "postgresql-").unwrap_or_else(|| "postgresql".to_owned());
    if let Err(reason) = timed("apt-get install", || apt::install(&[&package])) {
        bail!("tests need PostgreSQL's server; looked in the usual places, then tried apt-get: {reason:#}");
    }
    installed().with_context(|| format!("{package} is installed, but there is no initdb"))
}

/// `TANDEM_POSTGRES_BIN` names another place. Debian keeps the programs off `PATH`.
fn installed() -> Option<PathBuf> {
    let named = std::env::var_os("TANDEM_POSTGRES_BIN").map(PathBuf::from);
    let debians = || {
        let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
        let version = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u32>().ok();
        versions.filter_map(|entry| Some(entry.ok()?.path())).max_by_key(version).map(|path| path.join("bin"))
    };
    let on_path = || place::on_path(&["initdb"])?.parent().map(Path::to_path_buf);
    let has_all =
        |dir: &PathBuf| ["initdb", "postgres", "pg_isready"].iter().all(|it| dir.join(it).is_file());
    named.filter(has_all).or_else(|| debians().filter(has_all)).or_else(|| on_path().filter(has_all))
}

/// A command as the server's user, which ends when we do.
fn as_server(program: &Path, dir: &Path) -> Command {
    let mut command = Command::new("setpriv");
    if is_root() {
        command.args(["--reuid", USER, "--regid", USER, "--init-groups"]);
    }
    command.args(["--pdeathsig", "INT"]).arg(program);
    // Ours may be one that the server's user cannot look into.
    command.current_dir(dir);
    command
}

/// Makes a database folder. Its texts sort by a language's rules, so that tests see who relies on bytes.
fn initialise(programs: &Path, data: &Path, password: &str) -> Result<()> {
    fs::create_dir(data)?;
    let secret = data.with_extension("password");
    fs::write(&secret, password)?;
    if is_root() {
        run(Command::new("chown").arg(format!("{USER}:")).args([data, &secret]))?;
    }
    let mut command = as_server(&programs.join("initdb"), data);
    command.arg("--pgdata").arg(data).arg("--pwfile").arg(&secret);
    command.args(["--username=tandem", "--auth=scram-sha-256", "--encoding=UTF8", "--no-sync"]);
    command.args(["--locale=C", "--locale-provider=icu", "--icu-locale=fr"]);
    run(command.stdout(Stdio::null()))?;
    fs::remove_file(&secret)?;
    certify(data)?;
    let mut settings = fs::read_to_string(data.join("postgresql.conf"))?;
    settings.push_str(SETTINGS);
    fs::write(data.join("postgresql.conf"), settings)?;
    Ok(())
}

/// A certificate of the server's own, for tests of TLS.
fn certify(data: &Path) -> Result<()> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()])?;
    let key = data.join("server.key");
    fs::write(data.join("server.crt"), made.cert.pem())?;
    fs::write(&key, made.signing_key.serialize_pem())?;
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600))?;
    if is_root() {
        run(Command::new("chown").arg(format!("{USER}:")).arg(&key))?;
    }
    Ok(())
}

/// A server and the thread that starts it again when it dies.
struct Server {
    port: u16,
    log: PathBuf,
    stopping: Arc<AtomicBool>,
    running: Arc<Mutex<Child>>,
    keeper: Option<JoinHandle<()>>,
}

impl Server {
    fn start(programs: &Path, data: &Path) -> Result<Self> {
        // Free now; somebody could take it first, and then the server says so and does not start.
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let log = data.with_extension("log");
        let launch = {
            let (program, data, log) = (programs.join("postgres"), data.to_owned(), log.clone());
            move || launch(&program, &data, &log, port)
        };
        let running = Arc::new(Mutex::new(launch()?));
        let stopping = Arc::new(AtomicBool::new(false));
        let keeper = {
            let (running, stopping) = (Arc::clone(&running), Arc::clone(&stopping));
            thread::spawn(move || keep(&running, &stopping, launch))
        };
        Ok(Self { port, log, stopping, running, keeper: Some(keeper) })
    }

    fn wait_until_ready(&self, programs: &Path) -> Result<()> {
        let until = Instant::now() + PATIENCE;
        let port = self.port.to_string();
        let mut ready = Command::new(programs.join("pg_isready"));
        ready.args(["-q", "-h", "127.0.0.1", "-p", &port]).current_dir("/");
        while read(&mut ready).is_none() {
            if until < Instant::now() {
                let log = fs::read_to_string(&self.log).unwrap_or_default();
                bail!("PostgreSQL did not start on port {port}:\n{log}");
            }
            // waits: only asking tells whether the server answers.
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

fn launch(program: &Path, data: &Path, log: &Path, port: u16) -> Result<Child> {
    let log = File::options().create(true).append(true).open(log)?;
    let mut command = as_server(program, data);
    command.arg("-D").arg(data).args(["-p", &port.to_string()]);
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    command.spawn().context("starting postgres (and setpriv, of util-linux)")
}

/// Starts the server whenever it has ended. Just after a kill its old processes still hold the folder: then
/// it ends at once, and is started again.
fn keep(running: &Mutex<Child>, stopping: &AtomicBool, launch: impl Fn() -> Result<Child>) {
    loop {
        // waits: to wait for the child would keep others from signalling it.
        thread::sleep(Duration::from_millis(50));
        let mut child = running.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(child.try_wait(), Ok(None)) {
            continue;
        }
        if stopping.load(Ordering::SeqCst) {
            return;
        }
        match launch() {
            Ok(again) => *child = again,
            Err(reason) => return say(&format!("PostgreSQL cannot be started again: {reason:#}")),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        let signal = |signal| {
            let child = self.running.lock().unwrap_or_else(PoisonError::into_inner);
            // Fails when it has ended by itself, which is what is wanted.
            let _ = kill(Pid::from_raw(child.id().cast_signed()), signal);
        };
        signal(Signal::SIGINT);
        let until = Instant::now() + PATIENCE;
        while self.keeper.as_ref().is_some_and(|keeper| !keeper.is_finished()) {
            if until < Instant::now() {
                signal(Signal::SIGKILL);
            }
            // waits: whichever comes first, the end or the end of patience.
            thread::sleep(Duration::from_millis(20));
        }
        if let Some(keeper) = self.keeper.take() {
            let _ = keeper.join();
        }
    }
}
