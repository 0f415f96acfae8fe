//! Sockets to the product and to the bare server, with small buffers: ten thousand of them are in one process.
use std::{fmt::Display, sync::Arc};

use chat_client::Error;
use chat_proto::visitor::{FromVisitor, ToVisitor, Token, TokenRequest};
use futures_util::{SinkExt, StreamExt};
use tokio::{net::TcpStream, task::JoinHandle};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async_with_config,
    tungstenite::{Message, client::IntoClientRequest, http::HeaderValue, protocol::WebSocketConfig},
};

const BUFFER: usize = 4 * 1024;

/// Who is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The product.
    Chat,
    /// What a WebSocket costs by itself.
    Echo,
}

/// Where, and as whose pages.
#[derive(Debug)]
pub struct Target {
    pub kind: Kind,
    pub http: reqwest::Client,
    pub server: String,
    pub pages: String,
    pub site: String,
}

/// A visitor: for the product a token, for the bare server a room.
#[derive(Debug, Clone)]
pub struct Who(String);

pub type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

pub fn gone(error: impl Display) -> Error {
    Error::Gone(error.to_string())
}

impl Target {
    /// Somebody new.
    pub async fn visitor(&self, room: String) -> Result<Who, Error> {
        if self.kind == Kind::Echo {
            return Ok(Who(room));
        }
        let url = format!("{}/v1/widget/{}/token", self.server, self.site);
        let asks = TokenRequest { secret: chat_client::secret(), identity: None };
        let answer = self.http.post(url).header("origin", &self.pages).json(&asks).send().await?;
        let token: Token = answer.error_for_status()?.json().await?;
        Ok(Who(token.token))
    }

    /// One more tab of theirs, let in.
    pub async fn tab(&self, who: &Who) -> Result<Socket, Error> {
        let base = self.server.replacen("http", "ws", 1);
        let url = match self.kind {
            Kind::Chat => format!("{base}/rt?as=visitor&site={}", self.site),
            Kind::Echo => format!("{base}/room/{}", who.0),
        };
        let mut request = url.into_client_request().map_err(gone)?;
        let headers = [("origin", self.pages.as_str()), ("sec-websocket-protocol", chat_proto::JSON)];
        for (name, value) in headers {
            request.headers_mut().insert(name, HeaderValue::from_str(value).map_err(gone)?);
        }
        let small = WebSocketConfig::default().read_buffer_size(BUFFER).write_buffer_size(BUFFER);
        let (mut socket, _) = connect_async_with_config(request, Some(small), true).await.map_err(gone)?;
        if self.kind == Kind::Chat {
            let hello = FromVisitor::Hello { token: who.0.clone(), resume: None, page: None };
            tell(&mut socket, serde_json::to_string(&hello)?).await?;
            until(&mut socket, |it| matches!(it, ToVisitor::Welcome { .. }).then_some(())).await?;
        }
        Ok(socket)
    }
}

pub async fn tell(socket: &mut Socket, text: String) -> Result<(), Error> {
    socket.send(Message::text(text)).await.map_err(gone)
}

/// The next text; nothing for what keeps the connection alive.
pub async fn hear(socket: &mut Socket) -> Result<Option<String>, Error> {
    match socket.next().await {
        Some(Ok(Message::Text(text))) => Ok(Some(text.to_string())),
        Some(Ok(Message::Close(_))) | None => Err(gone("closed")),
        Some(Ok(_)) => Ok(None),
        Some(Err(error)) => Err(gone(error)),
    }
}

/// Reads until it is what is waited for.
pub async fn until<T>(
    socket: &mut Socket,
    mut wanted: impl FnMut(ToVisitor) -> Option<T>,
) -> Result<T, Error> {
    let found = async {
        loop {
            let Some(text) = hear(socket).await? else { continue };
            if let Some(found) = wanted(serde_json::from_str(&text)?) {
                return Ok(found);
            }
        }
    };
    tokio::time::timeout(chat_client::PATIENCE, found).await.map_err(|_| Error::Silent("an answer"))?
}

/// A visitor who says nothing.
pub struct Idle(JoinHandle<Error>);

impl Idle {
    pub async fn begin(target: Arc<Target>, n: u32) -> Result<Self, Error> {
        let who = target.visitor(format!("idle-{n}")).await?;
        let mut socket = target.tab(&who).await?;
        // Whoever reads answers pings.
        Ok(Self(tokio::spawn(async move {
            loop {
                if let Err(error) = hear(&mut socket).await {
                    return error;
                }
            }
        })))
    }

    pub fn is_open(&self) -> bool {
        !self.0.is_finished()
    }
}
