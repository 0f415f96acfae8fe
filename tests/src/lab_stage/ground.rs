//! The machines and the server of a stage, before anybody comes.
use std::cell::RefCell;

use anyhow::{Context, Result};
use relay::{
    Config, Running, Server,
    app::App,
    config::{Demo, FetchScope, Udp},
    server::DemoAccount,
};
use shop::Script;
use tokio::net::TcpListener;

use crate::{
    browser::{Browser, Kind},
    lab::{Block, Conditions, Lab, Side},
    story::web,
    visitor::Visitor,
};

const DESK: &str = "https://desk.test";
pub(super) const SHOP: &str = "https://shop.test";

/// A server and a shop on one of two machines. What runs inside the lab goes before it.
pub struct Ground {
    server: RefCell<Option<Running>>,
    config: Config,
    /// The two machines.
    pub lab: Lab,
}

/// Frames that passed the server, counted by the lane that they took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lanes {
    /// Over the WebSocket.
    pub websocket: u64,
    /// Over the reliable data channel.
    pub reliable: u64,
    /// Over the unreliable one.
    pub unreliable: u64,
}

impl Lanes {
    /// What came since `before`.
    #[must_use]
    pub const fn since(self, before: Self) -> Self {
        Self {
            websocket: self.websocket - before.websocket,
            reliable: self.reliable - before.reliable,
            unreliable: self.unreliable - before.unreliable,
        }
    }

    /// All of them.
    pub const fn total(self) -> u64 {
        self.websocket + self.reliable + self.unreliable
    }
}

impl Ground {
    /// Starts the server and the shop.
    ///
    /// # Errors
    /// When one of them does not start.
    pub async fn new() -> Result<Self> {
        let lab = Lab::new()?;
        let mut config = config(&lab)?;
        let server = lab.spawn(Side::Servers, Server::start(config.clone())).await??;
        config.listen = server.addr;
        lab.publish("desk.test", server.addr.port())?;
        open_shop(&lab, &server)?;
        Ok(Self { server: RefCell::new(Some(server)), config, lab })
    }

    /// A visitor's browser, behind the link.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn visitor(&self, kind: Kind) -> Result<Visitor> {
        let browser = Browser::start_at(&self.lab.seat(Side::People), kind, "en").await?;
        Ok(Visitor { browser, shop: SHOP.to_owned() })
    }

    /// The server's address for browsers.
    pub const fn desk(&self) -> &'static str {
        DESK
    }

    /// What the server shares, while it runs.
    ///
    /// # Errors
    /// While it does not.
    pub fn app(&self) -> Result<App> {
        Ok(self.server.borrow().as_ref().context("the server runs")?.app.clone())
    }

    /// The port of the server's machine that it listens on.
    pub const fn port(&self) -> u16 {
        self.config.listen.port()
    }

    /// The demo's agent.
    ///
    /// # Errors
    /// When the server does not run.
    pub fn account(&self) -> Result<DemoAccount> {
        let account = self.server.borrow().as_ref().and_then(|server| server.demo.clone());
        account.context("the server made no demo account")
    }

    /// Stops the server as an administrator does, with all that it holds in memory.
    ///
    /// # Errors
    /// When it does not stop well.
    pub async fn stops_server(&self) -> Result<()> {
        let server = self.server.take().context("the server runs")?;
        Ok(server.shutdown().await?)
    }

    /// Starts it again on the same data and port, with a UDP port of its own.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn starts_server(&self) -> Result<()> {
        let server = self.lab.spawn(Side::Servers, Server::start(self.config.clone())).await??;
        self.server.replace(Some(server));
        Ok(())
    }

    /// What the server counted since it was started.
    pub fn metrics(&self) -> String {
        self.server.borrow().as_ref().map(|server| server.app.metrics.text()).unwrap_or_default()
    }

    /// Changes what stops packets on the link; nothing else happens to them.
    pub fn block(&self, block: Block) {
        self.lab.link.set(Conditions { block, ..Conditions::default() });
    }

    /// Frames of a channel (`page`, `control`, `pointer`) that came `in` or went `out`.
    pub fn frames(&self, direction: &str, channel: &str) -> Lanes {
        let by = |lane| {
            self.counted(&format!(
                "tandem_frames_total{{direction=\"{direction}\",lane=\"{lane}\",channel=\"{channel}\"}}"
            ))
        };
        Lanes { websocket: by("websocket"), reliable: by("reliable"), unreliable: by("unreliable") }
    }

    /// How often a visitor was asked for a whole page.
    pub fn keyframes_wanted(&self) -> u64 {
        self.counted("tandem_keyframes_wanted_total")
    }

    /// One of the server's counters by its name and labels; 0 before it counts anything.
    pub fn counted(&self, name: &str) -> u64 {
        let text = self.metrics();
        let found = text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
        found.unwrap_or_default()
    }
}

fn config(lab: &Lab) -> Result<Config> {
    let mut config = Config::loopback(lab.folder().join("data"));
    config.public_url = Some(DESK.parse()?);
    config.web = Some(web()?);
    config.demo = Some(Demo { origins: vec![SHOP.to_owned()] });
    config.fetch = FetchScope::Private;
    config.udp = Some(Udp { listen: (Side::Servers.address(), 0).into(), announce: Vec::new() });
    Ok(config)
}

fn open_shop(lab: &Lab, server: &Running) -> Result<()> {
    let listener = lab.listen(Side::Servers)?;
    lab.publish("shop.test", listener.local_addr()?.port())?;
    let script = Script { origin: server.url.clone(), site_key: "demo".to_owned() };
    lab.spawn(Side::Servers, async move {
        // Ends with the lab.
        axum::serve(TcpListener::from_std(listener)?, shop::app(script)).await
    });
    Ok(())
}
