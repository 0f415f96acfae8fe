//! A socket whose bytes a test looks at.
use std::time::Duration;

use chat_client::Place;
use futures_util::{SinkExt, StreamExt};
use serde::Serialize;
use serde_json::Value;
use tokio::{
    net::{TcpSocket, TcpStream},
    time::{Instant, timeout_at},
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, client_async, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest, handshake::client::Request, http::HeaderValue},
};

/// Longer than anything that a test waits for, whatever else comes meanwhile.
pub const LONG: Duration = Duration::from_secs(20);

/// An open socket. Frames are JSON.
pub struct Raw {
    pub socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// All that came, but for pings.
    pub heard: Vec<String>,
}

fn request(place: &Place, query: &str, headers: &[(&'static str, &str)]) -> Request {
    let url = format!("{}/rt?{query}", place.server.replacen("http", "ws", 1));
    let mut request = url.into_client_request().expect("a request");
    for (name, value) in headers {
        request.headers_mut().insert(*name, HeaderValue::from_str(value).expect("a header"));
    }
    request
}

/// Opens a socket; the status where the server refuses.
pub async fn open(place: &Place, query: &str, headers: &[(&'static str, &str)]) -> Result<Raw, u16> {
    match connect_async(request(place, query, headers)).await {
        Ok((socket, _)) => Ok(Raw { socket, heard: Vec::new() }),
        Err(Error::Http(response)) => Err(response.status().as_u16()),
        Err(error) => panic!("{error}"),
    }
}

fn of_widget(place: &Place) -> (String, [(&'static str, &str); 2]) {
    let headers = [("origin", place.pages.as_str()), ("sec-websocket-protocol", chat_proto::JSON)];
    (format!("as=visitor&site={}", place.site), headers)
}

/// A widget's socket, with JSON.
pub async fn widget(place: &Place) -> Raw {
    let (query, headers) = of_widget(place);
    open(place, &query, &headers).await.expect("let in")
}

/// The same for one whose system holds little of what it has not read.
pub async fn narrow_widget(place: &Place) -> Raw {
    let (query, headers) = of_widget(place);
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4_096).expect("a small buffer");
    let server = place.server.trim_start_matches("http://").parse().expect("its address");
    let stream = MaybeTlsStream::Plain(socket.connect(server).await.expect("connects"));
    let (socket, _) = client_async(request(place, &query, &headers), stream).await.expect("let in");
    Raw { socket, heard: Vec::new() }
}

impl Raw {
    pub async fn say(&mut self, frame: &impl Serialize) {
        let text = serde_json::to_string(frame).expect("JSON");
        self.socket.send(Message::text(text)).await.expect("sent");
    }

    /// The next frame that is no ping; nothing at the end. By then at the latest: pings come as long as the socket is open.
    async fn hear(&mut self, end: Instant) -> Option<Value> {
        loop {
            let next = timeout_at(end, self.socket.next()).await;
            match next.unwrap_or_else(|_| panic!("nothing came; {:?}", self.heard)) {
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
        let end = Instant::now() + LONG;
        loop {
            let frame = self.hear(end).await.unwrap_or_else(|| panic!("no {kind}: {:?}", self.heard));
            if frame["t"] == kind {
                return frame;
            }
        }
    }

    /// The answer to what has this name.
    pub async fn answer(&mut self, cid: &str) -> Value {
        let end = Instant::now() + LONG;
        loop {
            let frame = self.hear(end).await.unwrap_or_else(|| panic!("no answer: {:?}", self.heard));
            if frame["cid"] == cid && (frame["t"] == "ack" || frame["t"] == "nack") {
                return frame;
            }
        }
    }

    /// Hears to the end: why it ended, if that was said.
    pub async fn end(&mut self) -> Option<String> {
        let (mut code, end) = (None, Instant::now() + LONG);
        while let Some(frame) = self.hear(end).await {
            code = (frame["t"] == "bye").then(|| frame["code"].as_str().unwrap_or_default().to_owned());
        }
        code
    }
}
