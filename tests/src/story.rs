//! The stage of every story: a server, a shop on another site, and two people with a browser each.
use std::{
    env,
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
};

use anyhow::{Context, Result};
use chat_client::Place;
use relay::{
    Config, Running, Server,
    config::{Demo, FetchScope, Udp},
};
use shop::Script;
use store::{Key, SqliteOptions, Store, Value};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{
    admin::Admin,
    agent::Agent,
    browser::{Browser, Kind},
    failure,
    visitor::Visitor,
    wait::into_new_tab,
};

/// Everything that a story happens on.
pub struct Stage {
    /// The server, in this process.
    pub server: Running,
    /// The shop's address, without a slash at the end.
    pub shop: String,
    /// The person who needs help.
    pub visitor: Visitor,
    /// The person who helps.
    pub agent: Agent,
    shop_task: JoinHandle<()>,
    data: Folder,
}

/// Where the built browser parts are.
///
/// # Errors
/// When they are not built.
pub fn web() -> Result<PathBuf> {
    let default = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/web/dev"));
    let folder = env::var_os("TANDEM_WEB").map_or(default, PathBuf::from);
    folder.canonicalize().with_context(|| format!("{} is not built: run cargo xtask web", folder.display()))
}

/// Tells a story in each browser. A story that fails leaves pictures, pages and logs in
/// `target/failures/NAME`.
///
/// # Panics
/// When the story fails in one of them; the message says in which, and why.
pub async fn in_each_browser(name: &str, story: impl AsyncFn(&mut Stage) -> Result<()>) {
    for kind in [Kind::Chromium, Kind::Firefox] {
        tell(name, kind, &story).await;
    }
}

/// Tells a story in one browser.
///
/// # Panics
/// As [`in_each_browser`].
pub async fn tell(name: &str, kind: Kind, story: impl AsyncFn(&mut Stage) -> Result<()>) {
    tell_in(name, kind, "en", story).await;
}

/// Tells a story in one browser that speaks `language`.
///
/// # Panics
/// As [`in_each_browser`].
pub async fn tell_in(name: &str, kind: Kind, language: &str, story: impl AsyncFn(&mut Stage) -> Result<()>) {
    let mut stage = Stage::set(kind, language).await.expect("the stage is set");
    if let Err(error) = story(&mut stage).await {
        let folder = failure::keep(&format!("{name}-{}", kind.name()), &stage).await;
        panic!("{name} in {}: {error:#}\nsee {}", kind.name(), folder.display());
    }
    stage.strike().await.expect("the stage is cleared");
}

impl Stage {
    /// Starts a server and a shop on free ports, and two browsers that speak `language`.
    ///
    /// # Errors
    /// When one of them does not start.
    pub async fn set(kind: Kind, language: &str) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let shop = format!("http://shop.localhost:{}", listener.local_addr()?.port());
        let data = Folder::new()?;
        let server = start(config(&data, &shop)?).await?;
        let script = Script { origin: server.url.clone(), site_key: "demo".to_owned() };
        let shop_task = tokio::spawn(async move {
            // Ends with the test, by being aborted.
            let _ = axum::serve(listener, shop::app(script)).await;
        });
        let (visitor, agent) =
            tokio::try_join!(Browser::start(kind, language), Browser::start(kind, language))?;
        let account = server.demo.clone().context("the server made no demo account")?;
        let stage = Self {
            visitor: Visitor { browser: visitor, shop: shop.clone() },
            agent: Agent {
                browser: agent,
                desk: server.url.clone(),
                email: account.email,
                password: account.password,
            },
            server,
            shop,
            shop_task,
            data,
        };
        stage.admin().await?.nobody_hurries().await?;
        Ok(stage)
    }

    /// Where the chat's other clients find the server.
    pub fn place(&self) -> Place {
        Place {
            server: self.server.url.replacen("desk.localhost", "127.0.0.1", 1),
            desk: self.server.url.clone(),
            site: "demo".into(),
            pages: self.shop.clone(),
        }
    }

    /// One of the server's counters by its name and labels; 0 before it counts anything.
    pub fn counted(&self, name: &str) -> u64 {
        let text = self.server.app.metrics.text();
        let found = text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
        found.unwrap_or_default()
    }

    /// The agent, as who sets the site up.
    ///
    /// # Errors
    /// When the log-in fails.
    pub async fn admin(&self) -> Result<Admin> {
        Admin::log_in(self.place(), &self.agent.email, &self.agent.password).await
    }

    /// Ends the server and starts it again on the same data and port.
    ///
    /// # Errors
    /// When it does not come back.
    pub async fn restart_server(&mut self) -> Result<()> {
        self.without_server(async |_| Ok(())).await
    }

    /// Ends the server, lets things happen without it, and starts it again on the same data and port.
    ///
    /// # Errors
    /// When it does not come back, or what happens meanwhile fails.
    pub async fn without_server(&mut self, meanwhile: impl AsyncFn(&Self) -> Result<()>) -> Result<()> {
        let again = Config { listen: self.server.addr, ..config(&self.data, &self.shop)? };
        let put = |stage: &mut Self, server| std::mem::replace(&mut stage.server, server);
        is_without_server(self, again, (start, put), meanwhile).await
    }

    /// The agent asks to see the page that is open, and the visitor says yes.
    ///
    /// # Errors
    /// When it does not come that far.
    pub async fn shares(&self) -> Result<()> {
        self.agent.logs_in().await?;
        self.agent.asks_for_a_view().await?;
        self.visitor.is_told("Sophie would like to see this page").await?;
        self.visitor.presses("allow").await?;
        self.visitor.is_told("Sophie sees this page").await
    }

    /// The agent asks from the open conversation to see the page, in a new tab, and the visitor allows it; `meanwhile` the
    /// question stands.
    ///
    /// # Errors
    /// When it is not asked, or the page does not come.
    pub async fn shares_from_the_conversation(
        &self,
        meanwhile: impl AsyncFnOnce() -> Result<()>,
    ) -> Result<()> {
        let (agent, visitor) = (&self.agent, &self.visitor);
        into_new_tab(agent.window(), agent.clicks_at(".conversation [data-do=share]")).await?;
        visitor.is_told("Sophie would like to see this page").await?;
        meanwhile().await?;
        visitor.presses("allow").await?;
        visitor.is_told("Sophie sees this page").await?;
        agent.sees("page.querySelector('main')").await.map(drop)
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

    /// Keeps a picture of both sides in `target/screens`.
    ///
    /// # Errors
    /// When a browser gives none.
    pub async fn is_pictured(&self) -> Result<()> {
        for (who, browser) in [("visitor", &self.visitor.browser), ("viewer", &self.agent.browser)] {
            browser.is_pictured(&format!("{who}-{}", browser.kind.name())).await?;
        }
        Ok(())
    }

    /// While the server is away: a message with this text becomes one of a kind that only a later release knows.
    ///
    /// # Errors
    /// When there is none, or more.
    pub async fn stores_what_is_not_known(&self, text: &str) -> Result<()> {
        const LATER: &str = r#"UPDATE chat_message SET kind = 'hologram', body = '{"hologram":{"layers":3}}' WHERE body = $1"#;
        let body = serde_json::json!({ "content": { "text": text } }).to_string();
        let changed = self.edits(LATER, body.into()).await?;
        anyhow::ensure!(changed == 1, "{changed} messages say {text:?}");
        Ok(())
    }

    /// While the server is away: all visits have been so much earlier, milliseconds.
    ///
    /// # Errors
    /// When there is none.
    pub async fn visits_were_earlier(&self, by: i64) -> Result<()> {
        const EARLIER: &str = "UPDATE chat_visit SET started = started - $1, last_at = last_at - $1";
        anyhow::ensure!(0 < self.edits(EARLIER, by.into()).await?, "nobody has come");
        Ok(())
    }

    async fn edits(&self, sql: &'static str, value: Value) -> Result<u64> {
        let store = Store::sqlite(&SqliteOptions::new(self.data.0.join("tandem.db")), &[])?;
        let changed = store.write(Key(0), move |tx| tx.execute(sql, std::slice::from_ref(&value))).await?;
        tokio::task::spawn_blocking(move || store.close()).await?;
        Ok(changed)
    }

    async fn strike(self) -> Result<()> {
        self.visitor.browser.quit().await?;
        self.agent.browser.quit().await?;
        self.shop_task.abort();
        self.server.shutdown().await?;
        Ok(())
    }
}

/// Starts the whole server.
pub(crate) async fn start(config: Config) -> Result<Running> {
    Ok(Server::start_with(config, tandem::mounts()).await?)
}

/// Ends a stage's server, lets things happen without it, and starts it `again`. `put` takes a server that has been started,
/// with what belongs to it, and gives the one that was there; between the two another on data of its own stands in.
pub(crate) async fn is_without_server<T, S>(
    stage: &mut T,
    again: Config,
    (start, put): (impl AsyncFn(Config) -> Result<S>, impl Fn(&mut T, S) -> Running),
    meanwhile: impl AsyncFn(&T) -> Result<()>,
) -> Result<()> {
    let elsewhere = Folder::new()?;
    let Config { listen, data, .. } = Config::loopback(elsewhere.path());
    let stand_in = start(Config { listen, data, ..again.clone() }).await?;
    put(stage, stand_in).shutdown().await?;
    meanwhile(stage).await?;
    let back = start(again).await?;
    Ok(put(stage, back).shutdown().await?)
}

pub(crate) fn config(data: &Folder, shop: &str) -> Result<Config> {
    let mut config = Config::loopback(&data.0);
    config.web = Some(web()?);
    config.demo = Some(Demo { origins: vec![shop.to_owned()] });
    config.fetch = FetchScope::Private;
    config.udp = Some(Udp { listen: ([127, 0, 0, 1], 0).into(), announce: Vec::new() });
    Ok(config)
}

/// A folder that goes with the test.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Result<Self> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("tandem-story-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = env::temp_dir().join(name);
        std::fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }

    pub(crate) fn path(&self) -> &std::path::Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed now, the system's own clean-up of temporary files removes.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
