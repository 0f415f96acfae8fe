//! One WebSocket, or what stands in for one: JSON frames out, JSON frames in.
use std::{marker::PhantomData, time::Duration};

use chat_proto::limits::PING_EVERY_MS;
use futures_util::{
    SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use serde::{Serialize, de::DeserializeOwned};
use tokio::{net::TcpStream, sync::mpsc, task::JoinHandle, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, Utf8Bytes, client::IntoClientRequest, http::HeaderValue},
};

use crate::{Error, Place, polls::Polls};

/// A server that lives is not silent for so long: two of its pings are missing.
const SILENCE: Duration = Duration::from_millis(2 * PING_EVERY_MS as u64 + 1_000);

/// Most frames that lie unread; then nothing more is read from the socket.
const UNREAD: usize = 1024;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// How something is said.
#[derive(Debug)]
enum Way {
    /// Over a socket, which is read beside it.
    Socket(SplitSink<Socket, Message>, JoinHandle<()>),
    /// By requests.
    Polls(Polls),
}

/// An open socket that says `Out` and hears `In`. It lives while nobody listens, as a browser's does.
#[derive(Debug)]
pub struct Line<Out, In> {
    way: Way,
    texts: mpsc::Receiver<Result<Utf8Bytes, Error>>,
    /// What must never be heard.
    canary: Option<&'static str>,
    frames: PhantomData<(Out, In)>,
}

impl<Out: Serialize, In: DeserializeOwned> Line<Out, In> {
    /// Opens it, as a page of this origin.
    ///
    /// # Errors
    /// [`Error::Gone`] when there is no server or it refuses.
    pub async fn open(url: &str, headers: &[(&'static str, &str)]) -> Result<Self, Error> {
        let mut request = url.into_client_request().map_err(gone)?;
        let all = headers.iter().chain(&[("sec-websocket-protocol", chat_proto::JSON)]);
        for (key, value) in all {
            request.headers_mut().insert(*key, HeaderValue::from_str(value).map_err(gone)?);
        }
        let (socket, _) = connect_async(request).await.map_err(gone)?;
        let (sink, stream) = socket.split();
        let (read, texts) = mpsc::channel(UNREAD);
        let reading = tokio::spawn(async move {
            // What ends the reading is the last that is heard.
            if let Err(error) = hand_on(stream, &read).await {
                let _ = read.send(Err(error)).await;
            }
        });
        Ok(Self { way: Way::Socket(sink, reading), texts, canary: None, frames: PhantomData })
    }

    /// The same by requests, for a visitor of this token: hello is said first.
    pub(crate) fn by_requests(place: &Place, token: String) -> Self {
        let (read, texts) = mpsc::channel(UNREAD);
        Self { way: Way::Polls(Polls::new(place, token, read)), texts, canary: None, frames: PhantomData }
    }

    /// Fails from now on where this is heard.
    pub fn must_not_hear(mut self, canary: &'static str) -> Self {
        self.canary = Some(canary);
        self
    }

    /// Says something.
    ///
    /// # Errors
    /// When the socket is closed.
    pub async fn tell(&mut self, frame: &Out) -> Result<(), Error> {
        let text = serde_json::to_string(frame)?;
        self.tell_text(text).await
    }

    /// Says what may be no frame.
    ///
    /// # Errors
    /// When the socket is closed.
    pub async fn tell_text(&mut self, text: String) -> Result<(), Error> {
        match &mut self.way {
            Way::Socket(sink, _) => sink.send(Message::text(text)).await.map_err(gone),
            Way::Polls(polls) => polls.tell(text).await,
        }
    }

    /// The next frame.
    ///
    /// # Errors
    /// When the socket is closed or silent for longer than a server that lives, or what came is no frame.
    pub async fn hear(&mut self) -> Result<In, Error> {
        let Some(text) = self.texts.recv().await else {
            return Err(Error::Gone("the stream ended".to_owned()));
        };
        let text = text?;
        if self.canary.is_some_and(|it| text.contains(it)) {
            return Err(Error::Leak(text.to_string()));
        }
        Ok(serde_json::from_str(&text)?)
    }

    /// The next frame, if one comes within that time.
    ///
    /// # Errors
    /// As [`Line::hear`].
    pub async fn hear_within(&mut self, time: Duration) -> Result<Option<In>, Error> {
        match timeout(time, self.hear()).await {
            Ok(frame) => frame.map(Some),
            Err(_) => Ok(None),
        }
    }

    /// Says goodbye as a browser does that closes a page.
    pub async fn close(mut self) {
        if let Way::Socket(sink, _) = &mut self.way {
            // The other end may be gone already.
            let _ = sink.close().await;
        }
    }
}

impl Drop for Way {
    fn drop(&mut self) {
        if let Self::Socket(_, reading) = self {
            reading.abort();
        }
    }
}

/// Reads texts, and answers pings by it, until the socket ends or is silent.
async fn hand_on(
    mut stream: SplitStream<Socket>,
    to: &mpsc::Sender<Result<Utf8Bytes, Error>>,
) -> Result<(), Error> {
    loop {
        let Ok(message) = timeout(SILENCE, stream.next()).await else {
            return Err(Error::Gone("silence".to_owned()));
        };
        match message {
            Some(Ok(Message::Text(text))) => {
                if to.send(Ok(text)).await.is_err() {
                    return Ok(());
                }
            }
            Some(Ok(Message::Close(close))) => {
                return Err(Error::Gone(close.map_or_else(String::new, |it| it.to_string())));
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Binary(_) | Message::Frame(_))) => {}
            Some(Err(error)) => return Err(gone(error)),
            None => return Err(Error::Gone("the stream ended".to_owned())),
        }
    }
}

fn gone(error: impl ToString) -> Error {
    Error::Gone(error.to_string())
}
