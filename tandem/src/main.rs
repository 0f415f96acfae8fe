//! The server's program: arguments, configuration, tracing.
use std::{
    io::Write,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
};

use accounts::{Accounts, Agent, NewAgent, NewSite, Role, Site, SitesOf, random_password};
use anyhow::{Context, Result, bail};
use clap::{Args, Parser, Subcommand};
use relay::{
    Config, Server,
    config::{Database, Demo, FetchScope, Postgres, Proxy, PublicUrl, Tls, Udp},
    records::{
        self,
        audit::{self, Verdict},
    },
    shutdown,
};
use store::Store;
use tandem::{
    apart::{
        self, Url, Way, service,
        sign::{Key, KeyError},
    },
    demo, mounts, mounts_with_history,
};

/// Tandem: self-hosted co-browsing and live support.
#[derive(Parser)]
#[command(name = "tandem", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the server.
    Serve(Box<Serve>),
    /// Runs the chat service in a process of its own, for a server that is started with --chat.
    Chat(Box<ChatAlone>),
    /// Agents' accounts.
    #[command(subcommand)]
    Agent(AgentCommand),
    /// Sites and their keys.
    #[command(subcommand)]
    Site(SiteCommand),
    /// The audit log.
    #[command(subcommand)]
    Audit(AuditCommand),
}

#[derive(Args)]
struct Serve {
    /// Where HTTP listens.
    #[arg(long, default_value = "127.0.0.1:7401")]
    listen: SocketAddr,
    /// The certificate chain (PEM), to speak TLS without a proxy.
    #[arg(long, requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The private key (PEM) of the certificate.
    #[arg(long, requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// The address that browsers use: https, or http on a loopback name.
    /// [default: desk.localhost and the port]
    #[arg(long, env = "TANDEM_PUBLIC_URL")]
    public_url: Option<PublicUrl>,
    /// A reverse proxy in front of this server, an address or a network (10.0.0.0/8): the visitor's address is then
    /// the last one in its X-Forwarded-For that is not a proxy's. Repeatable.
    #[arg(long)]
    proxy: Vec<Proxy>,
    /// The folder with the browser parts (visitor/, desk/).
    #[arg(long)]
    web: Option<PathBuf>,
    #[command(flatten)]
    data: Data,
    /// The UDP port of all data channels. Without it, everything goes over the WebSocket.
    #[arg(long)]
    udp_port: Option<u16>,
    /// An address that peers are told for the UDP port, behind NAT or in a container. Repeatable.
    #[arg(long)]
    announce_ip: Vec<IpAddr>,
    /// Makes the site `demo` and the agent `sophie@demo.tandem`, and prints the password.
    #[arg(long)]
    demo_account: bool,
    /// Where there are no conversations yet: makes the demo's other agents, a set-up shop and three weeks of
    /// conversations, and prints the passwords.
    #[arg(long, requires = "demo_account", conflicts_with = "chat")]
    demo_history: bool,
    /// Where the chat service listens, when it runs in a process of its own: `tandem chat`.
    #[arg(long, value_name = "URL", env = "TANDEM_CHAT")]
    chat: Option<Url>,
    #[command(flatten)]
    link: Link,
    /// An origin of the demo's pages. Repeatable.
    #[arg(long, requires = "demo_account")]
    site_origin: Vec<String>,
    /// Lets the guarded fetch reach private and loopback addresses: for a demo on one machine.
    #[arg(long)]
    allow_private_fetch: bool,
}

#[derive(Args)]
struct ChatAlone {
    /// Where HTTP listens: for the server, and for nobody else.
    #[arg(long, default_value = "127.0.0.1:7411")]
    listen: SocketAddr,
    /// Where the server itself listens.
    #[arg(long, value_name = "URL", env = "TANDEM_RELAY", default_value = "http://127.0.0.1:7401")]
    relay: Url,
    /// The address that browsers use, which is the server's.
    #[arg(long, env = "TANDEM_PUBLIC_URL")]
    public_url: PublicUrl,
    /// Where the server connects from, an address or a network, when it is on another machine: the visitor's address
    /// is then what it says. Repeatable.
    #[arg(long)]
    proxy: Vec<Proxy>,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    link: Link,
    /// Where there are no conversations yet: makes the demo's history on a server that was started with
    /// --demo-account, and prints the passwords.
    #[arg(long)]
    demo_history: bool,
}

/// The secret between server and chat service.
#[derive(Args)]
struct Link {
    /// The file of the secret that the server and the chat service sign their calls with: 32 bytes, or 64 hexadecimal
    /// digits. TANDEM_LINK_KEY may hold the digits. [default: link.key in the data folder, made when it is not there]
    #[arg(long, value_name = "FILE")]
    link_key: Option<PathBuf>,
}

impl Link {
    fn key(&self, data: &Path) -> Result<Key, KeyError> {
        let told = std::env::var("TANDEM_LINK_KEY").ok().filter(|it| !it.is_empty());
        match (&self.link_key, told) {
            (Some(file), _) => Key::in_file(file),
            (None, Some(digits)) => digits.parse(),
            (None, None) => Key::in_folder(data),
        }
    }
}

#[derive(Args)]
struct Data {
    /// The folder of the keys, the assets and, unless it is elsewhere, the database.
    #[arg(long, env = "TANDEM_DATA", default_value = "tandem-data")]
    data: PathBuf,
    /// A PostgreSQL database, postgres://user:password@host/name?sslmode=require, of one server and, where it runs
    /// apart, its chat service. [default: SQLite in the data folder]
    #[arg(long, env = "TANDEM_DATABASE", hide_env_values = true, value_parser = postgres)]
    database: Option<String>,
    /// The certificates (PEM) that PostgreSQL's is checked against. [default: the system's]
    #[arg(long, env = "TANDEM_DATABASE_CA", requires = "database")]
    database_ca: Option<PathBuf>,
}

impl Data {
    fn database(&self) -> Database {
        // A variable that is set to nothing is not set.
        match self.database.clone().filter(|address| !address.is_empty()) {
            Some(address) => Database::Postgres(Postgres { address, trusted: self.database_ca.clone() }),
            None => Database::DataFolder,
        }
    }
}

/// Only the scheme is looked at here; the rest of the address may be anything that PostgreSQL takes.
fn postgres(address: &str) -> Result<String, &'static str> {
    let known = address.starts_with("postgres://") || address.starts_with("postgresql://");
    if known || address.is_empty() {
        Ok(address.to_owned())
    } else {
        Err("the address of a database begins with postgres://")
    }
}

#[derive(Subcommand)]
enum AgentCommand {
    /// Adds an agent, or gives an existing one a new password. The password is read from the first line of
    /// the standard input; when that is empty, a random one is made and printed.
    Add {
        #[command(flatten)]
        data: Data,
        /// The e-mail address to log in with.
        email: String,
        /// The first name, which visitors see.
        first_name: String,
        /// The last name.
        #[arg(default_value = "")]
        last_name: String,
        /// What the agent may do: agent, manager or admin. [default: what it may already, or agent]
        #[arg(long, value_parser = role)]
        role: Option<Role>,
    },
    /// Lists the agents.
    List {
        #[command(flatten)]
        data: Data,
    },
}

#[derive(Subcommand)]
enum SiteCommand {
    /// Adds a site, or gives an existing one this name and these origins.
    Add {
        #[command(flatten)]
        data: Data,
        /// The key for the script tag: letters, digits and dashes.
        key: String,
        /// The name that agents see.
        name: String,
        /// Where its pages are, for example https://shop.example.
        #[arg(required = true)]
        origins: Vec<String>,
    },
    /// Lists the sites.
    List {
        #[command(flatten)]
        data: Data,
    },
}

#[derive(Subcommand)]
enum AuditCommand {
    /// Walks the chain of the audit log and says whether it is whole.
    Verify {
        #[command(flatten)]
        data: Data,
    },
}

#[tokio::main]
async fn main() -> Result<()> {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match Arguments::parse().command {
        Command::Serve(serve) => run(*serve).await,
        Command::Chat(chat) => run_chat(*chat).await,
        Command::Agent(command) => agents(command).await,
        Command::Site(command) => sites(command).await,
        Command::Audit(AuditCommand::Verify { data }) => verify(data).await,
    }
}

fn role(name: &str) -> Result<Role, &'static str> {
    Role::from_name(name).ok_or("a role is agent, manager or admin")
}

async fn run(serve: Serve) -> Result<()> {
    // Listened for before anybody is told that the server runs.
    let told = shutdown::signal();
    let history = serve.demo_history.then(|| serve.data.data.clone());
    let mounts = match &serve.chat {
        Some(url) => apart::mounts(Way { url: url.clone(), key: serve.link.key(&serve.data.data)? }),
        None if serve.demo_history => mounts_with_history(),
        None => mounts(),
    };
    let mut running = Server::start_with(config(serve), mounts).await?;
    let mut lines = vec![format!("Desk: {}", running.url)];
    lines.extend(running.demo.iter().map(|it| log_in(&it.email, &it.password)));
    if let Some(data) = history {
        lines.extend(demo::log_ins(&data)?.iter().map(|it| log_in(&it.email, &it.password)));
    }
    say(&lines)?;
    tokio::select! {
        failed = running.failed() => return failed.context("serving"),
        () = told => {}
    }
    tracing::info!("stopping");
    running.shutdown().await.context("stopping")
}

fn log_in(email: &str, password: &str) -> String {
    format!("Log in as {email} with the password {password}")
}

async fn run_chat(chat: ChatAlone) -> Result<()> {
    let told = shutdown::signal();
    let (data, history) = (chat.data.data.clone(), chat.demo_history);
    let config = service::Config {
        listen: chat.listen,
        public_url: chat.public_url,
        proxies: chat.proxy,
        database: chat.data.database(),
        relay: Way { url: chat.relay, key: chat.link.key(&data)? },
        data: data.clone(),
        history,
    };
    let mut running = service::start(config, |usual| usual).await?;
    let mut lines = vec![format!("Chat: http://{}", running.addr)];
    if history {
        lines.extend(demo::log_ins(&data)?.iter().map(|it| log_in(&it.email, &it.password)));
    }
    say(&lines)?;
    tokio::select! {
        failed = running.failed() => return failed.context("serving"),
        () = told => {}
    }
    tracing::info!("stopping");
    running.shutdown().await.context("stopping")
}

fn config(serve: Serve) -> Config {
    let udp = serve
        .udp_port
        .map(|port| Udp { listen: SocketAddr::new(serve.listen.ip(), port), announce: serve.announce_ip });
    Config {
        listen: serve.listen,
        tls: serve.tls_cert.zip(serve.tls_key).map(|(certificate, key)| Tls { certificate, key }),
        public_url: serve.public_url,
        proxies: serve.proxy,
        web: serve.web,
        database: serve.data.database(),
        data: serve.data.data,
        udp,
        demo: serve.demo_account.then_some(Demo { origins: serve.site_origin }),
        fetch: if serve.allow_private_fetch { FetchScope::Private } else { FetchScope::Public },
    }
}

/// The database, for a command beside the server, which may be running.
async fn with_store<T, F: Future<Output = Result<T>>>(
    data: Data,
    work: impl FnOnce(Store) -> F,
) -> Result<T> {
    records::make_folder(&data.data).with_context(|| format!("making {}", data.data.display()))?;
    let open = move || records::open(&data.data, &data.database(), mounts().migrations());
    let store = tokio::task::spawn_blocking(open).await??;
    let done = work(store.clone()).await;
    tokio::task::spawn_blocking(move || store.close()).await?;
    done
}

async fn agents(command: AgentCommand) -> Result<()> {
    match command {
        AgentCommand::Add { data, email, first_name, last_name, role } => {
            let (password, lines) = password_from_input(&email)?;
            with_store(data, async |store| {
                let accounts = Accounts::new(store);
                let known = accounts.agent_by_email(&email).await?;
                let (before, sites) =
                    known.map_or((Role::Agent, SitesOf::All), |agent| (agent.role, agent.sites));
                let role = role.unwrap_or(before);
                let new = NewAgent { email, first_name, last_name, role, sites, password };
                let agent = accounts.put_agent(new).await?;
                Ok(accounts.end_logins_of(agent.id).await?)
            })
            .await?;
            say(&lines)
        }
        AgentCommand::List { data } => {
            let agents = with_store(data, async |store| Ok(Accounts::new(store).agents().await?)).await?;
            say(&agents.iter().map(line_of).collect::<Vec<_>>())
        }
    }
}

fn line_of(agent: &Agent) -> String {
    let disabled = if agent.disabled { "\tdisabled" } else { "" };
    format!("{}\t{}\t{} {}{disabled}", agent.email, agent.role.name(), agent.first_name, agent.last_name)
}

fn password_from_input(email: &str) -> Result<(String, Vec<String>)> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).context("reading the password")?;
    let given = line.trim_end_matches(['\r', '\n']).to_owned();
    match given.len() {
        0 => {
            let password = random_password()?;
            let line = format!("{email} logs in with the password {password}");
            Ok((password, vec![line]))
        }
        1..8 => bail!("a password has at least 8 characters"),
        _ => Ok((given, Vec::new())),
    }
}

async fn sites(command: SiteCommand) -> Result<()> {
    match command {
        SiteCommand::Add { data, key, name, origins } => {
            let new = NewSite { key, name, origins };
            with_store(data, async |store| Ok(Accounts::new(store).put_site(new).await.map(drop)?)).await
        }
        SiteCommand::List { data } => {
            let sites = with_store(data, async |store| Ok(Accounts::new(store).sites().await?)).await?;
            let line = |site: &Site| format!("{}\t{}\t{}", site.key, site.name, site.origins.join(" "));
            say(&sites.iter().map(line).collect::<Vec<_>>())
        }
    }
}

async fn verify(data: Data) -> Result<()> {
    match with_store(data, async |store| Ok(audit::verify(&store).await?)).await? {
        Verdict::Whole { entries, head } => say(&[format!("whole: {entries} entries, head {head}")]),
        Verdict::Broken { entry } => bail!("the chain breaks at entry {entry}"),
    }
}

/// What the program was asked for goes to the standard output, the log to the other one.
fn say(lines: &[String]) -> Result<()> {
    let mut out = std::io::stdout().lock();
    for line in lines {
        writeln!(out, "{line}")?;
    }
    Ok(out.flush()?)
}
