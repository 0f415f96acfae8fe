//! Two machines in this one, for what no loopback can show: browsers on one, servers on the other, and between them
//! a link that loses, delays, holds back or drops packets as a story asks.
//!
//! Pages there come over TLS from names like `shop.test`, signed by an authority that the browsers trust: so they are
//! secure contexts, as a customer's pages are. Nothing has a name outside, so labs stand side by side; everything
//! goes with the [`Lab`], processes inside included.
//!
//! Needs root, or a user who may use `unshare -rn`; `ip`; `certutil`; `/dev/net/tun`.
mod front;
mod link;
mod namespace;
mod seat;
mod tls;
mod trust;
mod user;

use std::{
    ffi::OsStr,
    fs,
    future::Future,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use anyhow::{Context, Result};
use tempfile::TempDir;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener as AsyncListener, TcpStream},
    task::JoinHandle,
};

use self::{front::Front, namespace::Namespace, tls::Authority, trust::Trust};
pub use self::{
    link::{Block, Conditions, Counts, Link, Tallies, Tally, Way},
    seat::Seat,
};

/// Which machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Where browsers run.
    People,
    /// Where servers run; a browser here has them without a link between.
    Servers,
}

impl Side {
    /// The machine's address on the link.
    pub const fn address(self) -> Ipv4Addr {
        match self {
            Self::People => Ipv4Addr::new(10, 77, 0, 1),
            Self::Servers => Ipv4Addr::new(10, 77, 0, 2),
        }
    }
}

/// Two machines and their link.
pub struct Lab {
    /// The link between the machines: perfect until it is told otherwise.
    pub link: Link,
    people: Namespace,
    servers: Namespace,
    front: Arc<Front>,
    trust: Trust,
    /// Last: what runs inside has files here.
    folder: TempDir,
}

impl Lab {
    /// Makes a lab, whose link loses the same packets in each run as far as the packets are the same.
    ///
    /// # Errors
    /// When the system denies it or lacks a program; the message says what would help.
    pub fn new() -> Result<Self> {
        Self::seeded(1)
    }

    /// As [`Self::new`], with another choice of packets to lose.
    ///
    /// # Errors
    /// As there.
    pub fn seeded(seed: u64) -> Result<Self> {
        let folder = TempDir::with_prefix("lab-")?;
        fs::write(folder.path().join("hosts"), "127.0.0.1 localhost\n")?;
        // Nobody listens there: what is asked is refused at once, and not waited for.
        fs::write(folder.path().join("resolv.conf"), "nameserver 127.0.0.1\n")?;
        let people = Namespace::new(folder.path())?;
        let servers = Namespace::new(folder.path())?;
        let link = Link::new(&people, &servers, seed)?;
        let authority = Authority::new()?;
        let trust = Trust::new(folder.path(), &authority.pem())?;
        let front = Arc::new(Front::new(authority));
        let lab = Self { link, people, servers, front, trust, folder };
        lab.connect()?;
        Ok(lab)
    }

    /// A command for a program that will run there, and see `/etc/hosts` with the names of [`Self::publish`].
    pub fn command(&self, side: Side, program: impl AsRef<OsStr>) -> Command {
        self.namespace(side).command(program)
    }

    /// Where browsers can be started: see [`crate::browser::Browser::start_at`].
    pub fn seat(&self, side: Side) -> Seat<'_> {
        Seat { lab: self, side }
    }

    /// Runs `act` on a thread there: sockets that it opens belong to that machine for ever, whoever uses them.
    ///
    /// # Errors
    /// Those of `act`.
    pub fn inside<T: Send>(&self, side: Side, act: impl FnOnce() -> Result<T> + Send) -> Result<T> {
        self.namespace(side).inside(act)
    }

    /// Runs a task there; it may open sockets.
    pub fn spawn<F>(&self, side: Side, task: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        self.namespace(side).spawn(task)
    }

    /// A listener on a free port of that machine's loopback, for a server in this process.
    ///
    /// # Errors
    /// When there is no free port.
    pub fn listen(&self, side: Side) -> Result<TcpListener> {
        self.inside(side, || listener(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))))
    }

    /// Makes `https://name` lead to a plain server on the servers' loopback, WebSockets included. It is told by
    /// `X-Forwarded-Proto` and `X-Forwarded-For` whence a request comes.
    ///
    /// # Errors
    /// When `name` is no host name.
    pub fn publish(&self, name: &str, port: u16) -> Result<()> {
        self.front.publish(name, port)?;
        let file = self.folder.path().join("hosts");
        let hosts = fs::read_to_string(&file)?;
        // Written in place: the file is mounted where programs run already.
        Ok(fs::write(&file, format!("{hosts}{} {name}\n", Side::Servers.address()))?)
    }

    /// Makes one path of a published name lead to another plain server on the servers' loopback from now on.
    ///
    /// # Errors
    /// When `name` is not published.
    pub fn divert(&self, name: &str, path: &str, port: u16) -> Result<()> {
        self.front.divert(name, path, port)
    }

    /// A port of this process' own loopback that leads to `port` on the loopback of that machine, or to the one of
    /// the same number: neither the link nor what it does lies between.
    ///
    /// # Errors
    /// When there is no free port.
    pub fn reach(&self, side: Side, port: Option<u16>) -> Result<u16> {
        // Opened here, it stays here; what the task opens is inside.
        let listener = listener(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        let here = listener.local_addr()?.port();
        self.spawn(side, forward(listener, port.unwrap_or(here)));
        Ok(here)
    }

    const fn namespace(&self, side: Side) -> &Namespace {
        match side {
            Side::People => &self.people,
            Side::Servers => &self.servers,
        }
    }

    /// The machine's network namespace, for programs that enter it by themselves while this process lives.
    pub fn path(&self, side: Side) -> PathBuf {
        self.namespace(side).path()
    }

    /// A folder for files of programs inside; it goes with the lab.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn connect(&self) -> Result<()> {
        for side in [Side::People, Side::Servers] {
            // A browser offers only addresses with a way out, hence the route.
            let lines =
                format!("addr add {}/24 dev {1}\nroute add default dev {1}", side.address(), link::NAME);
            self.namespace(side).ip(&lines)?;
        }
        let address = SocketAddr::from((Side::Servers.address(), 443));
        let listener = self.inside(Side::Servers, || listener(address))?;
        let front = Arc::clone(&self.front);
        self.spawn(Side::Servers, async move { front.serve(AsyncListener::from_std(listener)?).await });
        Ok(())
    }
}

fn listener(address: SocketAddr) -> Result<TcpListener> {
    let listener = TcpListener::bind(address).with_context(|| format!("listening on {address}"))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

async fn forward(listener: TcpListener, port: u16) -> Result<()> {
    let listener = AsyncListener::from_std(listener)?;
    loop {
        let (mut near, _) = listener.accept().await?;
        tokio::spawn(async move {
            let mut far = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
            copy_bidirectional(&mut near, &mut far).await
        });
    }
}
