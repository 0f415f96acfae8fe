//! A peer's WebSocket: being opened, open, or closed.
use std::{future::pending, pin::Pin};

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Bytes, Message, client::IntoClientRequest, http::HeaderValue},
};

use crate::{At, Error};

/// An open socket.
pub type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Opens a socket at this path, as a page of this origin.
pub async fn connect(at: &At, path: &str) -> Result<Socket, Error> {
    let url = format!("{}{path}", at.server.replacen("http", "ws", 1));
    let mut request = url.into_client_request().map_err(gone)?;
    let origin = HeaderValue::from_str(&at.origin).map_err(gone)?;
    request.headers_mut().insert("origin", origin);
    Ok(connect_async(request).await.map_err(gone)?.0)
}

pub fn gone(error: impl ToString) -> Error {
    Error::Gone(error.to_string())
}

type Connecting = Pin<Box<dyn Future<Output = Result<Socket, Error>>>>;

/// The socket of a session, as far as it is.
pub enum Line {
    Closed,
    Opening(Connecting),
    Open(Box<Socket>),
}

/// What a socket tells.
pub enum News {
    Opened,
    Frame(Bytes),
    /// It is closed, or could not be opened.
    Closed,
}

impl Line {
    /// One that is being opened.
    pub fn opening(at: &At) -> Self {
        let at = at.clone();
        Self::Opening(Box::pin(async move { connect(&at, "/v1/session").await }))
    }

    /// The next that it tells: nothing, as long as it is closed. Nothing is lost where this is not waited for to the
    /// end.
    pub async fn next(&mut self) -> News {
        let news = match self {
            Self::Closed => pending().await,
            Self::Opening(connecting) => match connecting.await {
                Ok(socket) => {
                    *self = Self::Open(Box::new(socket));
                    return News::Opened;
                }
                Err(_) => News::Closed,
            },
            Self::Open(socket) => next_of(socket).await,
        };
        if matches!(news, News::Closed) {
            *self = Self::Closed;
        }
        news
    }

    /// Sends a message, where it is open.
    ///
    /// # Errors
    /// When it was open and is closed now.
    pub async fn send(&mut self, bytes: Vec<u8>) -> Result<(), Error> {
        let Self::Open(socket) = self else { return Ok(()) };
        let sent = socket.send(Message::binary(bytes)).await.map_err(gone);
        if sent.is_err() {
            *self = Self::Closed;
        }
        sent
    }

    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Open(_))
    }
}

async fn next_of(socket: &mut Socket) -> News {
    loop {
        match socket.next().await {
            Some(Ok(Message::Binary(bytes))) => return News::Frame(bytes),
            Some(Ok(Message::Close(_)) | Err(_)) | None => return News::Closed,
            Some(Ok(_)) => {}
        }
    }
}
