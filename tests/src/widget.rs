//! The stage of the chat's stories: the whole server, the shop, a visitor with a browser, and an agent who speaks
//! the desk's protocol without one.
mod abroad;
mod root;
mod subdomains;
mod verbs;

use std::path::PathBuf;

use accounts::Accounts;
use anyhow::{Context, Result};
use chat::{
    engine::Engine,
    model::SiteId,
    server::{Chat, Options},
};
use chat_client::{Agent, Place};
use chat_proto::desk::Presence;
use relay::{
    Config, Running, Server,
    config::{Demo, FetchScope},
    mount::{Base, MountError, Mounts},
};
use shop::Script;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use crate::{
    admin::Admin,
    browser::{Browser, Kind},
    failure,
    slow::Slow,
    story::{Folder, is_without_server, web},
};

use self::abroad::Abroad;
pub use self::{
    root::{HOST, Root, becomes_a_phone},
    subdomains::DOMAIN,
};

/// The site's key.
const SITE: &str = "demo";

/// Everything that a story of the chat happens on.
pub struct Stage {
    /// The server, in this process.
    pub server: Running,
    /// Its chat service.
    pub chat: Chat,
    /// Its accounts.
    pub accounts: Accounts,
    /// The shop's address, without a slash at the end.
    pub shop: String,
    /// The visitor's browser.
    pub visitor: Browser,
    /// The agent, once there is one.
    pub agent: Option<Agent>,
    /// The visitor's line to the server, where it is slow.
    line: Option<Slow>,
    shop_task: JoinHandle<()>,
    data: Folder,
}

/// The size of the visitor's window, CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// 1280 × 800.
    Desktop,
    /// 390 × 844, as a phone's.
    Phone,
}

/// Tells a story in each browser, on a desktop.
///
/// # Panics
/// When the story fails in one of them; the message says in which, and why.
pub async fn in_each_browser(name: &str, story: impl AsyncFn(&mut Stage) -> Result<()>) {
    for kind in [Kind::Chromium, Kind::Firefox] {
        tell(name, kind, Screen::Desktop, &story).await;
    }
}

/// The same, of a visitor whose clock is that of a time zone.
///
/// # Panics
/// As [`in_each_browser`].
pub async fn in_each_browser_of(zone: &str, name: &str, story: impl AsyncFn(&mut Stage) -> Result<()>) {
    for kind in [Kind::Chromium, Kind::Firefox] {
        let visitor = Browser::start_at(&Abroad(zone), kind, "en").await.expect("the browser starts");
        let stage = Stage::set_with(visitor, Screen::Desktop, None).await.expect("the stage is set");
        stage.tell(name, &story).await;
    }
}

/// The same, behind a line that carries so many bytes a second upwards.
///
/// # Panics
/// As [`in_each_browser`].
pub async fn in_each_browser_behind(name: &str, rate: u32, story: impl AsyncFn(&mut Stage) -> Result<()>) {
    for kind in [Kind::Chromium, Kind::Firefox] {
        let stage = Stage::set_behind((kind, Screen::Desktop), Some(rate)).await.expect("the stage is set");
        stage.tell(name, &story).await;
    }
}

/// Tells a story in one browser.
///
/// # Panics
/// As [`in_each_browser`].
pub async fn tell(name: &str, kind: Kind, screen: Screen, story: impl AsyncFn(&mut Stage) -> Result<()>) {
    let stage = Stage::set(kind, screen).await.expect("the stage is set");
    stage.tell(name, story).await;
}

impl Stage {
    async fn tell(mut self, name: &str, story: impl AsyncFn(&mut Self) -> Result<()>) {
        let kind = self.visitor.kind.name();
        if let Err(error) = story(&mut self).await {
            let folder = failure::keep_one(&format!("{name}-{kind}"), &self.visitor.driver, "").await;
            let seen = self.widget().text().await.unwrap_or_default();
            panic!("{name} in {kind}: {error:#}\nthe widget says:\n{seen}\nsee {}", folder.display());
        }
        self.strike().await.expect("the stage is cleared");
    }

    /// Starts server, shop and browser.
    ///
    /// # Errors
    /// When one of them does not start.
    pub async fn set(kind: Kind, screen: Screen) -> Result<Self> {
        Self::set_behind((kind, screen), None).await
    }

    /// The same, behind a line that carries so many bytes a second upwards, if it is slow.
    ///
    /// # Errors
    /// As there.
    pub async fn set_behind((kind, screen): (Kind, Screen), rate: Option<u32>) -> Result<Self> {
        Self::set_with(Browser::start(kind, "en").await?, screen, rate).await
    }

    async fn set_with(visitor: Browser, screen: Screen, rate: Option<u32>) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let shop = format!("http://shop.localhost:{}", listener.local_addr()?.port());
        let data = Folder::new()?;
        let (server, (chat, accounts)) = serve(config(&data, &shop)?).await?;
        let line = rate.map(|rate| Slow::begin(server.addr.port(), rate)).transpose()?;
        let port = line.as_ref().map_or(server.addr.port(), |it| it.port);
        let origin = server.url.replacen(&server.addr.port().to_string(), &port.to_string(), 1);
        let script = Script { origin, site_key: SITE.to_owned() };
        let shop_task = tokio::spawn(async move {
            // Ends with the test, by being aborted.
            let _ = axum::serve(listener, shop::app(script)).await;
        });
        if screen == Screen::Phone {
            root::becomes_a_phone(&visitor).await?;
        }
        let stage = Self { server, chat, accounts, shop, visitor, agent: None, line, shop_task, data };
        stage.admin().await?.nobody_hurries().await?;
        Ok(stage)
    }

    /// Where the server keeps files.
    pub fn kept_files(&self) -> PathBuf {
        self.data.path().join("files")
    }

    /// The widget in the visitor's page.
    pub fn widget(&self) -> Root<'_> {
        Root::of(&self.visitor)
    }

    /// The visitor opens a page of the shop.
    ///
    /// # Errors
    /// When the browser does not get there.
    pub async fn opens(&self, path: &str) -> Result<()> {
        Ok(self.visitor.driver.goto(format!("{}{path}", self.shop)).await?)
    }

    /// Where chat's other clients find the server.
    pub fn place(&self) -> Place {
        Place {
            server: format!("http://{}", self.server.addr),
            desk: self.server.url.clone(),
            site: SITE.to_owned(),
            pages: self.shop.clone(),
        }
    }

    /// The demo's agent, as who sets the site up.
    ///
    /// # Errors
    /// When the log-in fails.
    pub async fn admin(&self) -> Result<Admin> {
        Admin::of_the_demo(self.place(), &self.server).await
    }

    /// The demo's agent logs in and is there.
    ///
    /// # Errors
    /// When the log-in fails.
    pub async fn an_agent_comes(&mut self) -> Result<&mut Agent> {
        let account = self.server.demo.clone().context("the server made no demo account")?;
        let mut agent = Agent::log_in(self.place(), &account.email, &account.password).await?;
        agent.connect().await?;
        agent.be(Presence::Available).await?;
        Ok(self.agent.insert(agent))
    }

    /// The agent is asked to take the visitor's conversation, does, and opens it: which it is.
    ///
    /// # Errors
    /// When nobody asks.
    pub async fn the_agent_accepts(&mut self) -> Result<String> {
        let agent = self.agent.as_mut().context("no agent is there")?;
        let (conv, no) = agent.is_asked().await?;
        agent.does(&conv, chat_proto::desk::Deed::Accept { no }).await?;
        agent.open(&conv).await?;
        Ok(conv)
    }

    /// The visitor is on the shop's list, in a conversation with the agent: which it is.
    ///
    /// # Errors
    /// When one of the steps fails.
    pub async fn talks(&mut self) -> Result<String> {
        self.an_agent_comes().await?;
        self.opens("/products?lang=en").await?;
        self.widget().starts().await?;
        self.the_agent_accepts().await
    }

    /// The engine, and the site's number in it; the site is set up.
    ///
    /// # Errors
    /// When the site is not there.
    pub async fn engine(&self) -> Result<(&Engine, SiteId)> {
        let site = self.accounts.site(SITE).await?.context("no such site")?;
        Ok((self.chat.engine(), SiteId(site.id.0)))
    }

    /// Ends the server, lets things happen without it, and starts it again on the same data and port.
    ///
    /// # Errors
    /// When it does not come back, or what happens meanwhile fails.
    pub async fn without_server(&mut self, meanwhile: impl AsyncFn(&Self) -> Result<()>) -> Result<()> {
        let again = Config { listen: self.server.addr, ..config(&self.data, &self.shop)? };
        self.agent = None;
        // What takes its time goes on where it was once the server ends, not while another gets ready to stand in.
        self.line.iter().for_each(Slow::halts);
        let put = |stage: &mut Self, (server, parts)| {
            (stage.chat, stage.accounts) = parts;
            stage.line.iter().for_each(Slow::goes_on);
            std::mem::replace(&mut stage.server, server)
        };
        is_without_server(self, again, (serve, put), meanwhile).await
    }

    /// The visitor's line, which is slow.
    ///
    /// # Errors
    /// When there is no such line.
    pub fn line(&self) -> Result<&Slow> {
        self.line.as_ref().context("the line is the server's own")
    }

    /// Keeps a picture of the visitor's page in `target/screens`.
    ///
    /// # Errors
    /// When the browser gives none.
    pub async fn is_pictured(&self, name: &str) -> Result<()> {
        self.visitor.is_pictured(&format!("widget-{name}-{}", self.visitor.kind.name())).await
    }

    async fn strike(self) -> Result<()> {
        self.visitor.quit().await?;
        self.shop_task.abort();
        self.server.shutdown().await?;
        Ok(())
    }
}

/// The server with its chat service; handles of that and of the accounts are kept.
pub(crate) async fn serve(config: Config) -> Result<(Running, (Chat, Accounts))> {
    serve_with(config, |usual| usual).await
}

async fn serve_with(
    config: Config,
    terms: impl FnOnce(Options) -> Options + Send + 'static,
) -> Result<(Running, (Chat, Accounts))> {
    let (give, given) = oneshot::channel();
    let mount = async move |base: Base| -> Result<axum::Router, MountError> {
        let options =
            Options { files: Some(base.data.join("files")), ..Options::new(&base.public_url.origin()) };
        let accounts = base.accounts.clone();
        let chat = Chat::open(base.store, base.accounts, terms(options)).await?;
        let (service, shutdown) = (chat.clone(), base.shutdown.clone());
        base.shutdown.spawn(async move { service.serve(shutdown.wanted()).await });
        // The other end waits until the server has started.
        let _ = give.send((chat.clone(), accounts));
        Ok(chat.router())
    };
    let server = Server::start_with(config, Mounts::default().with(&[Chat::TABLES], mount)).await?;
    Ok((server, given.await?))
}

fn config(data: &Folder, shop: &str) -> Result<Config> {
    let mut config = Config::loopback(data.path());
    config.web = Some(web()?);
    config.demo = Some(Demo { origins: vec![shop.to_owned()] });
    config.fetch = FetchScope::Private;
    Ok(config)
}
