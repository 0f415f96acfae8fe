//! A socket whose bytes a test looks at.
use std::time::Duration;

use chat_client::Place;
use futures_util::{SinkExt, StreamExt};
use serde::Serialize;
use serde_json::Value;
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest, http::HeaderValue},
};

/// Longer than anything that a test waits for.
pub const LONG: Duration = Duration::from_secs(20);

/// An open socket. Frames are JSON.
pub struct Raw {
    pub socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// All that came, but for pings.
    pub heard: Vec<String>,
}

/// Opens a socket; the status where the server refuses.
pub async fn open(place: &Place, query: &str, headers: &[(&'static str, &str)]) -> Result<Raw, u16> {
    let url = format!("{}/rt?{query}", place.server.replacen("http", "ws", 1));
    let mut request = url.into_client_request().expect("a request");
    for (name, value) in headers {
        request.headers_mut().insert(*name, HeaderValue::from_str(value).expect("a header"));
    }
    match connect_async(request).await {
        Ok((socket, _)) => Ok(Raw { socket, heard: Vec::new() }),
        Err(Error::Http(response)) => Err(response.status().as_u16()),
        Err(error) => panic!("{error}"),
    }
}

/// A widget's socket, with JSON.
pub async fn widget(place: &Place) -> Raw {
    let headers = [("origin", place.pages.as_str()), ("sec-websocket-protocol", chat_proto::JSON)];
    open(place, &format!("as=visitor&site={}", place.site), &headers).await.expect("let in")
}

impl Raw {
    pub async fn say(&mut self, frame: &impl Serialize) {
        let text = serde_json::to_string(frame).expect("JSON");
        self.socket.send(Message::text(text)).await.expect("sent");
    }

    /// The next frame that is no ping; nothing at the end.
    pub async fn hear(&mut self) -> Option<Value> {
        loop {
            match timeout(LONG, self.socket.next()).await.expect("something comes") {
                Some(Ok(Message::Text(text))) => {
                    let frame: Value = serde_json::from_str(&text).expect("JSON");
                    if frame["t"] != "ping" {
                        self.heard.push(text.to_string());
                        return Some(frame);
                    }
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    /// Hears until a frame of this kind.
    pub async fn until(&mut self, kind: &str) -> Value {
        loop {
            let frame = self.hear().await.unwrap_or_else(|| panic!("no {kind}: {:?}", self.heard));
            if frame["t"] == kind {
                return frame;
            }
        }
    }

    /// Hears to the end: why it ended, if that was said.
    pub async fn end(&mut self) -> Option<String> {
        let mut code = None;
        while let Some(frame) = self.hear().await {
            code = (frame["t"] == "bye").then(|| frame["code"].as_str().unwrap_or_default().to_owned());
        }
        code
    }
}
