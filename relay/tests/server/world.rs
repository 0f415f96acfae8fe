//! A server, its agent and its visitors: what the stories are told with.
use std::net::SocketAddr;

use accounts::{NewAgent, Role, SitesOf};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use cobrowse_core::{
    id::{SessionId, VisitorId},
    wire::desk::{Me, Opened, Problem, Ticket, ToDesk, ToPage},
};
use futures_util::{SinkExt, StreamExt};
use p256::{
    ecdsa::{Signature, SigningKey, signature::Signer},
    pkcs8::EncodePublicKey,
};
use relay::{
    Config, Running, Server,
    config::{Demo, FetchScope, Udp},
};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::json;
use tempfile::TempDir;
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{Message, client::IntoClientRequest, http::HeaderValue, protocol::CloseFrame},
};

use crate::{
    databases::{self, OnServer, SHARED},
    peer::PATIENCE,
};

/// Where the pages of the site `demo` are.
pub const SHOP: &str = "http://shop.localhost:7402";

pub type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A running server and the folder that outlives it.
pub struct World {
    pub server: Running,
    folder: TempDir,
    udp: Option<Udp>,
    database: Option<OnServer>,
}

impl World {
    pub async fn new() -> Self {
        Self::with(None, None).await
    }

    /// On a PostgreSQL server.
    pub async fn on_postgres() -> Self {
        Self::with(None, Some(OnServer::new(SHARED))).await
    }

    /// With the second lane.
    pub async fn with_udp() -> Self {
        Self::with(Some(Udp { listen: ([127, 0, 0, 1], 0).into(), announce: Vec::new() }), None).await
    }

    async fn with(udp: Option<Udp>, database: Option<OnServer>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let config = config(&folder, udp.clone(), database.as_ref());
        Self { server: Server::start(config).await.expect("starts"), folder, udp, database }
    }

    /// The same data, the same address, another process' memory.
    pub async fn restarted(self) -> Self {
        let listen = self.server.addr;
        self.server.shutdown().await.expect("stops");
        let config = Config { listen, ..config(&self.folder, self.udp.clone(), self.database.as_ref()) };
        Self { server: Server::start(config).await.expect("starts"), ..self }
    }

    pub fn http(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.addr)
    }

    /// Opens a WebSocket as a page of this origin.
    pub async fn socket(&self, path: &str, origin: &str, cookie: Option<&str>) -> Socket {
        connect(self.server.addr, path, origin, cookie).await.expect("upgraded")
    }

    /// The demo's agent, logged in.
    pub async fn sophie(&self) -> Agent {
        let account = self.server.demo.clone().expect("the demo's agent");
        self.log_in(&account.email, &account.password).await
    }

    /// Somebody else with an account, logged in.
    pub async fn another_agent(&self, email: &str, first_name: &str) -> Agent {
        self.agent(email, first_name, (Role::Agent, SitesOf::All)).await
    }

    /// Somebody with this role on these sites, logged in.
    pub async fn agent(&self, email: &str, first_name: &str, (role, sites): (Role, SitesOf)) -> Agent {
        let password = "correct horse";
        let account = NewAgent {
            email: email.into(),
            first_name: first_name.into(),
            last_name: String::new(),
            role,
            sites,
            password: password.into(),
        };
        self.server.app.accounts.put_agent(account).await.expect("stored");
        self.log_in(email, password).await
    }

    async fn log_in(&self, email: &str, password: &str) -> Agent {
        let login = json!({ "email": email, "password": password });
        let client = Client::new();
        let answer =
            client.post(self.http("/v1/login")).header("origin", &self.server.url).body(login.to_string());
        let answer = answer.send().await.expect("answered");
        assert_eq!(answer.status(), StatusCode::OK);
        let cookie = answer.headers()["set-cookie"].to_str().expect("text").to_owned();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        let cookie = cookie.split(';').next().expect("name and value").to_owned();
        let me: Me = body(answer).await;
        Agent { client, base: self.http(""), origin: self.server.url.clone(), cookie, me }
    }

    /// Waits until the end of a session is written.
    pub async fn until_ended(&self, session: SessionId) {
        let records = &self.server.app.records;
        let written = async {
            while records.session(session).await.expect("read").expect("known").ended_ms.is_none() {
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, written).await.expect("its end is written");
    }

    /// How often a metric's line was counted.
    pub async fn metric(&self, line: &str) -> u64 {
        let text = reqwest::get(self.http("/metrics")).await.expect("answered").text().await.expect("text");
        let found = text.lines().find_map(|it| it.strip_prefix(line)?.strip_prefix(' '));
        found.map_or(0, |value| value.parse().expect("a number"))
    }

    pub async fn refusals(&self, code: &str) -> u64 {
        self.metric(&format!("tandem_refusals_total{{code=\"{code}\"}}")).await
    }
}

fn config(folder: &TempDir, udp: Option<Udp>, database: Option<&OnServer>) -> Config {
    Config {
        demo: Some(Demo { origins: vec![SHOP.into()] }),
        fetch: FetchScope::Private,
        udp,
        database: database.map(databases::on).unwrap_or_default(),
        ..Config::loopback(folder.path())
    }
}

/// Opens a WebSocket; a refused upgrade is an error.
pub async fn connect(
    addr: SocketAddr,
    path: &str,
    origin: &str,
    cookie: Option<&str>,
) -> Result<Socket, tokio_tungstenite::tungstenite::Error> {
    let mut request = format!("ws://{addr}{path}").into_client_request()?;
    request.headers_mut().insert("origin", HeaderValue::from_str(origin)?);
    if let Some(cookie) = cookie {
        request.headers_mut().insert("cookie", HeaderValue::from_str(cookie)?);
    }
    Ok(tokio_tungstenite::connect_async(request).await?.0)
}

pub async fn body<T: serde::de::DeserializeOwned>(answer: Response) -> T {
    let text = answer.text().await.expect("a body");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The code of an error answer.
pub async fn code(answer: Response) -> (u16, String) {
    let status = answer.status().as_u16();
    (status, body::<Problem>(answer).await.code)
}

/// An agent in a browser.
pub struct Agent {
    client: Client,
    base: String,
    origin: String,
    pub cookie: String,
    pub me: Me,
}

impl Agent {
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.base));
        request.header("cookie", &self.cookie).header("origin", &self.origin)
    }

    pub async fn opens_session(&self, visitor: VisitorId) -> SessionId {
        let answer = self.request(Method::POST, &format!("/v1/visitors/{visitor}/sessions")).send().await;
        let answer = answer.expect("answered");
        assert_eq!(answer.status(), StatusCode::CREATED);
        body::<Opened>(answer).await.session
    }

    pub async fn ticket(&self, session: SessionId) -> String {
        let answer = self.request(Method::POST, &format!("/v1/sessions/{session}/ticket")).send().await;
        body::<Ticket>(answer.expect("answered")).await.ticket
    }
}

/// A visitor's browser: a key that no page can read, and a waiting page.
pub struct Browser {
    pub key: SigningKey,
}

impl Browser {
    pub fn new() -> Self {
        loop {
            let bytes = relay::auth::random::<32>().expect("randomness");
            // One in 2^32 numbers is no key of the curve.
            if let Ok(key) = SigningKey::from_slice(&bytes) {
                return Self { key };
            }
        }
    }

    pub fn spki(&self) -> String {
        BASE64.encode(self.key.verifying_key().to_public_key_der().expect("encodes").as_bytes())
    }

    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signature: Signature = self.key.sign(message);
        signature.to_bytes().to_vec()
    }

    pub fn here(&self, path: &str) -> Message {
        Message::text(json!({ "type": "here", "key": self.spki(), "path": path, "lang": "fr" }).to_string())
    }

    /// A page of the shop that waits.
    pub async fn waits(&self, world: &World, path: &str) -> Socket {
        let mut socket = world.socket("/v1/presence?site=demo", SHOP, None).await;
        socket.send(self.here(path)).await.expect("sent");
        socket
    }
}

/// The next JSON text of a socket.
pub async fn text<T: serde::de::DeserializeOwned>(socket: &mut Socket) -> T {
    loop {
        match socket.next().await.expect("open").expect("a message") {
            Message::Text(text) => return serde_json::from_str(&text).expect("known JSON"),
            Message::Ping(_) | Message::Pong(_) => {}
            other => panic!("{other:?} where a text was expected"),
        }
    }
}

/// Reads a socket to its close frame, past what comes before.
pub async fn closed(socket: &mut Socket) -> CloseFrame {
    loop {
        let message = socket.next().await.expect("a close frame before the end").expect("a message");
        if let Message::Close(frame) = message {
            return frame.expect("a code");
        }
    }
}

/// The session and the ticket that a waiting page is asked with.
pub async fn asked(socket: &mut Socket) -> (SessionId, String) {
    match text::<ToPage>(socket).await {
        ToPage::Ask { session, ticket } => (session, ticket),
        ToPage::Refused { code } => panic!("refused: {code}"),
    }
}

/// The first visitor that a desk sees.
pub async fn first_visitor(desk: &mut Socket) -> VisitorId {
    loop {
        match text::<ToDesk>(desk).await {
            ToDesk::Visitors { visitors, .. } => {
                if let Some(row) = visitors.first() {
                    return row.id;
                }
            }
            ToDesk::Visitor { visitor } => return visitor.id,
            ToDesk::Gone { .. } => {}
        }
    }
}
