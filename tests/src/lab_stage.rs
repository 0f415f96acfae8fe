//! A stage across two machines: the visitor is behind the lab's link, server, shop and agent are on its far side. So
//! a story can lose, cut and block what is between a visitor and the server, and nothing else.
use anyhow::{Context, Result, ensure};
use relay::{
    Config, Running, Server,
    config::{Demo, FetchScope, Udp},
};
use shop::Script;
use tokio::net::TcpListener;

use crate::{
    agent::Agent,
    browser::{Browser, Kind},
    failure,
    lab::{Block, Conditions, Lab, Side},
    story::web,
    visitor::Visitor,
    wait::{PATIENCE, eval},
};

const DESK: &str = "https://desk.test";
const SHOP: &str = "https://shop.test";

/// Everything that a story happens on. What runs inside the lab goes before it.
pub struct LabStage {
    /// The person who needs help, behind the link.
    pub visitor: Visitor,
    /// The person who helps, beside the server.
    pub agent: Agent,
    /// The server, in this process, with a UDP port on the link.
    pub server: Running,
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

/// Tells a story in one browser. A story that fails leaves pictures, pages and logs in `target/failures/NAME`.
///
/// # Panics
/// When the story fails; the message says why.
pub async fn tell(name: &str, kind: Kind, story: impl AsyncFn(&LabStage) -> Result<()>) {
    let stage = LabStage::set(kind).await.expect("the stage is set");
    if let Err(error) = story(&stage).await {
        let (visitor, agent) = (stage.visitor.window(), stage.agent.window());
        let metrics = stage.server.app.metrics.text();
        let folder = failure::keep_parts(&format!("{name}-{}", kind.name()), visitor, agent, &metrics).await;
        panic!("{name} in {}: {error:#}\nsee {}", kind.name(), folder.display());
    }
    stage.strike().await.expect("the stage is cleared");
}

impl LabStage {
    /// Starts the server and the shop on one machine with the agent's browser, the visitor's on the other.
    ///
    /// # Errors
    /// When one of them does not start.
    pub async fn set(kind: Kind) -> Result<Self> {
        let lab = Lab::new()?;
        let server = lab.spawn(Side::Servers, Server::start(config(&lab)?)).await??;
        lab.publish("desk.test", server.addr.port())?;
        open_shop(&lab, &server)?;
        let (people, servers) = (lab.seat(Side::People), lab.seat(Side::Servers));
        let (visitor, agent) = tokio::try_join!(
            Browser::start_at(&people, kind, "en"),
            Browser::start_at(&servers, kind, "en")
        )?;
        let account = server.demo.clone().context("the server made no demo account")?;
        let desk = server.url.clone();
        Ok(Self {
            visitor: Visitor { browser: visitor, shop: SHOP.to_owned() },
            agent: Agent { browser: agent, desk, email: account.email, password: account.password },
            server,
            lab,
        })
    }

    /// The visitor opens a page, the agent asks to see it, and the visitor says yes.
    ///
    /// # Errors
    /// When it does not come that far.
    pub async fn shares(&self, path: &str) -> Result<()> {
        self.visitor.opens(path).await?;
        self.agent.logs_in().await?;
        self.agent.asks_for_a_view().await?;
        self.visitor.is_told("Sophie would like to see this page").await?;
        self.visitor.presses("allow").await?;
        self.visitor.is_told("Sophie sees this page").await?;
        self.agent.sees("page.querySelector('h1')").await?;
        Ok(())
    }

    /// The agent asks for control, and the visitor says yes.
    ///
    /// # Errors
    /// When it does not come that far.
    pub async fn controls(&self) -> Result<()> {
        self.agent.takes("Control").await?;
        self.visitor.is_told("Sophie would like to control this page").await?;
        self.visitor.presses("allow").await?;
        self.visitor.is_told("Sophie is controlling this page").await
    }

    /// Changes what stops packets on the link; nothing else happens to them.
    pub fn block(&self, block: Block) {
        self.lab.link.set(Conditions { block, ..Conditions::default() });
    }

    /// Waits until both people's pages and the server use data channels: changes small things until one came and
    /// went on.
    ///
    /// # Errors
    /// When they never do.
    pub async fn has_data_channels(&self) -> Result<()> {
        let begun = std::time::Instant::now();
        let up = |direction| self.frames(direction, "page").reliable != 0;
        while !(up("in") && up("out")) {
            ensure!(begun.elapsed() < PATIENCE, "no page came by data channel in {PATIENCE:?}");
            let change = "document.body.toggleAttribute('data-tried')";
            eval(self.visitor.window(), change).await?;
        }
        Ok(())
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
    fn counted(&self, name: &str) -> u64 {
        let text = self.server.app.metrics.text();
        let found = text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
        found.unwrap_or_default()
    }

    async fn strike(self) -> Result<()> {
        self.visitor.browser.quit().await?;
        self.agent.browser.quit().await?;
        Ok(self.server.shutdown().await?)
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
