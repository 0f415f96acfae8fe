//! A stage across two machines: the visitor is behind the lab's link, server, shop and agent are on its far side. So
//! a story can lose, cut and block what is between a visitor and the server, and nothing else.
mod ground;

use std::ops::Deref;

use anyhow::{Result, ensure};

pub use self::ground::{Ground, Lanes};
use crate::{
    agent::Agent,
    browser::{Browser, Kind},
    failure,
    lab::Side,
    visitor::Visitor,
    wait::{PATIENCE, eval},
};

/// Everything that a story happens on.
pub struct LabStage {
    /// The person who needs help, behind the link.
    pub visitor: Visitor,
    /// The person who helps, beside the server.
    pub agent: Agent,
    ground: Ground,
}

impl Deref for LabStage {
    type Target = Ground;
    fn deref(&self) -> &Ground {
        &self.ground
    }
}

/// A stage whose agent has no browser: the story brings one.
pub struct Alone {
    /// The person who needs help, behind the link.
    pub visitor: Visitor,
    ground: Ground,
}

impl Deref for Alone {
    type Target = Ground;
    fn deref(&self) -> &Ground {
        &self.ground
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
        let name = format!("{name}-{}", kind.name());
        let folder = failure::keep_parts(&name, visitor, agent, &stage.metrics()).await;
        panic!("{name}: {error:#}\nsee {}", folder.display());
    }
    stage.strike().await.expect("the stage is cleared");
}

/// As [`tell`], for a visitor alone.
///
/// # Panics
/// As there.
pub async fn tell_alone(name: &str, kind: Kind, story: impl AsyncFn(&Alone) -> Result<()>) {
    let ground = Ground::new().await.expect("the machines are there");
    let visitor = ground.visitor(kind).await.expect("the browser starts");
    let stage = Alone { visitor, ground };
    if let Err(error) = story(&stage).await {
        let name = format!("{name}-{}", kind.name());
        let folder = failure::keep_one(&name, stage.visitor.window(), &stage.metrics()).await;
        panic!("{name}: {error:#}\nsee {}", folder.display());
    }
    stage.ground.stops_server().await.expect("the server stops");
    stage.visitor.browser.quit().await.expect("the browser ends");
}

impl LabStage {
    /// Starts the server and the shop on one machine with the agent's browser, the visitor's on the other.
    ///
    /// # Errors
    /// When one of them does not start.
    pub async fn set(kind: Kind) -> Result<Self> {
        let ground = Ground::new().await?;
        let seat = ground.lab.seat(Side::Servers);
        let (visitor, browser) =
            tokio::try_join!(ground.visitor(kind), Browser::start_at(&seat, kind, "en"))?;
        let (account, desk) = (ground.account()?, ground.desk().to_owned());
        let agent = Agent { browser, desk, email: account.email, password: account.password };
        Ok(Self { visitor, agent, ground })
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

    async fn strike(self) -> Result<()> {
        self.ground.stops_server().await?;
        self.visitor.browser.quit().await?;
        self.agent.browser.quit().await
    }
}
