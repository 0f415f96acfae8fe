//! The stage of the canaries' story: a visitor behind the lab's link whose every byte to the server is noted, and a page
//! full of canaries.
use std::{
    fs,
    io::{self, Write},
    path::Path,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use anyhow::{Context, Result};
use axum::{
    Router,
    http::header::{CONTENT_TYPE, REFERRER_POLICY, SET_COOKIE},
    routing::get,
};
use relay::{
    Config, Running, Server,
    config::{Demo, FetchScope, Udp},
};
use shop::Script;
use tokio::net::TcpListener;

use super::Canaries;
use crate::{
    agent::Agent,
    browser::{Browser, Kind},
    lab::{Lab, Side},
    recorder::Recorder,
    story::web,
    visitor::Visitor,
};

const SHOP: &str = "https://shop.test";
const DESK: &str = "https://desk.test";
/// The same server, for visitors: what they send there passes the recorder.
const EDGE: &str = "https://edge.test";

/// Everything that the story happens on. What runs inside the lab goes before it.
pub struct Stage {
    /// The person whose page is full of canaries.
    pub visitor: Visitor,
    /// The person who helps.
    pub agent: Agent,
    /// The server.
    pub server: Running,
    /// What the visitor's browser sent to the server.
    pub recorder: Recorder,
    /// The words and their places.
    pub canaries: Canaries,
    lab: Lab,
}

impl Stage {
    /// Starts all of it.
    ///
    /// # Errors
    /// When a part does not start.
    pub async fn set(kind: Kind) -> Result<Self> {
        log();
        let lab = Lab::new()?;
        let server = lab.spawn(Side::Servers, Server::start(config(&lab)?)).await??;
        lab.publish("desk.test", server.addr.port())?;
        let recorder = Recorder::default();
        let edge = lab.listen(Side::Servers)?;
        lab.publish("edge.test", edge.local_addr()?.port())?;
        let (noting, port) = (recorder.clone(), server.addr.port());
        lab.spawn(Side::Servers, async move { noting.run(TcpListener::from_std(edge)?, port).await });
        let mut canaries = Canaries::default();
        open_shop(&lab, &mut canaries)?;
        let (people, servers) = (lab.seat(Side::People), lab.seat(Side::Servers));
        let (visitor, agent) = tokio::try_join!(
            Browser::start_at(&people, kind, "en"),
            Browser::start_at(&servers, kind, "en")
        )?;
        let account = server.demo.clone().context("the server made no demo account")?;
        Ok(Self {
            visitor: Visitor { browser: visitor, shop: SHOP.to_owned() },
            agent: Agent {
                browser: agent,
                desk: DESK.to_owned(),
                email: account.email,
                password: account.password,
            },
            server,
            recorder,
            canaries,
            lab,
        })
    }

    /// A folder for the story's own files.
    pub fn folder(&self) -> &Path {
        self.lab.folder()
    }

    /// What the server wrote: its log, and each of its files by name.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn written(&self) -> Result<Vec<(String, Vec<u8>)>> {
        let mut all = vec![("the log".to_owned(), logged())];
        let mut folders = vec![self.data()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder)? {
                let path = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    all.push((path.display().to_string(), fs::read(&path)?));
                }
            }
        }
        Ok(all)
    }

    fn data(&self) -> std::path::PathBuf {
        self.lab.folder().join("data")
    }

    /// Ends all of it in order.
    ///
    /// # Errors
    /// When a browser has crashed.
    pub async fn strike(self) -> Result<()> {
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

/// A site that takes no care: it tells its whole address to whoever it loads something from.
fn open_shop(lab: &Lab, canaries: &mut Canaries) -> Result<()> {
    for place in ["card in a text", "card in a title", "card in a link", "card in a comment"] {
        canaries.keep(place, &super::card_number());
    }
    let card = super::card_number();
    let spaced: Vec<_> = [0, 4, 8, 12].map(|at| &card[at..at + 4]).to_vec();
    canaries.keep("spaced card in a text", &spaced.join(" "));
    let script = Script { origin: EDGE.to_owned(), site_key: "demo".to_owned() };
    let page = canaries.fill(include_str!("page.html")).replace("SCRIPT", &script.tag());
    let cookie = canaries.fill("b={{cookie}}; Path=/; HttpOnly");
    let framed = canaries.fill(include_str!("frame.html"));
    let masked =
        canaries.fill("<!doctype html><p title='{{title in a masked frame}}'>{{text in a masked frame}}</p>");
    let blocked = canaries.fill("<!doctype html><p>{{text in a blocked frame}}</p>");
    let html = move |body: String| {
        let cookie = cookie.clone();
        get(move || async move {
            let heads = [
                (CONTENT_TYPE, "text/html".to_owned()),
                (REFERRER_POLICY, "unsafe-url".to_owned()),
                (SET_COOKIE, cookie),
            ];
            (heads, body)
        })
    };
    let mut drawing = |place: &str| {
        let text = canaries.fill(&format!("{{{{{place}}}}}"));
        let svg = format!(
            "<svg xmlns='http://www.w3.org/2000/svg' width='40' height='40'><title>{text}</title></svg>"
        );
        get(move || async move { ([(CONTENT_TYPE, "image/svg+xml")], svg) })
    };
    let app = Router::new()
        .route("/open.svg", drawing("+bytes of a picture"))
        .route("/masked.svg", drawing("bytes of a masked picture"))
        .route("/blocked.svg", drawing("bytes of a blocked picture"))
        .route(
            "/sheet.css",
            get(|| async { ([(CONTENT_TYPE, "text/css")], "p { margin: 0 } iframe { border: 0 }") }),
        )
        .route("/page/{name}", html(page))
        .route("/frame", html(framed))
        .route("/masked-frame", html(masked))
        .route("/blocked-frame", html(blocked));
    let listener = lab.listen(Side::Servers)?;
    lab.publish("shop.test", listener.local_addr()?.port())?;
    // Ends with the lab.
    lab.spawn(Side::Servers, async move { axum::serve(TcpListener::from_std(listener)?, app).await });
    Ok(())
}

static LOG: OnceLock<Arc<Mutex<Vec<u8>>>> = OnceLock::new();

/// Keeps all that the server and the core say, down to their smallest remarks.
fn log() {
    LOG.get_or_init(|| {
        let kept = Arc::<Mutex<Vec<u8>>>::default();
        let writer = Mutex::new(Kept(Arc::clone(&kept)));
        let filter = "relay=trace,cobrowse_core=trace,info";
        tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(writer).init();
        kept
    });
}

fn logged() -> Vec<u8> {
    LOG.get().map(|it| it.lock().unwrap_or_else(PoisonError::into_inner).clone()).unwrap_or_default()
}

struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
