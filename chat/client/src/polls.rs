//! A line without a WebSocket: frames are posted, and asked for by requests that wait for them.
use chat_proto::visitor::Stream;
use reqwest::{RequestBuilder, StatusCode};
use serde::Deserialize;
use serde_json::Value;
use tokio::{sync::mpsc, task::JoinHandle};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::{Error, Place};

/// One visitor's.
#[derive(Debug)]
pub(crate) struct Polls {
    asks: Asks,
    /// Where what is heard goes, until there is somebody who hears.
    read: Option<mpsc::Sender<Result<Utf8Bytes, Error>>>,
    hearing: Option<JoinHandle<()>>,
}

/// How the server is asked.
#[derive(Debug, Clone)]
struct Asks {
    http: reqwest::Client,
    url: String,
    pages: String,
    token: String,
    stream: String,
}

#[derive(Deserialize)]
struct Told {
    cursor: u32,
    frames: Vec<Value>,
}

impl Polls {
    /// Of the visitor of this token; what they hear goes there.
    pub fn new(place: &Place, token: String, read: mpsc::Sender<Result<Utf8Bytes, Error>>) -> Self {
        // No connection is used twice: one that went dark would take what is said next with it.
        let http = crate::browser_with(|usual| usual.pool_max_idle_per_host(0));
        let url = format!("{}/v1/stream?site={}", place.server, place.site);
        let asks = Asks { http, url, pages: place.pages.clone(), token, stream: String::new() };
        Self { asks, read: Some(read), hearing: None }
    }

    /// Says something; hello first.
    pub async fn tell(&mut self, frame: String) -> Result<(), Error> {
        let asked = self.asks.with(self.asks.http.post(self.asks.place("")));
        let answer = checked(asked.body(frame).send().await?).await?;
        let Stream { stream } = answer.json().await?;
        if let Some(read) = self.read.take() {
            let asks = Asks { stream, ..self.asks.clone() };
            self.asks = asks.clone();
            self.hearing = Some(tokio::spawn(async move {
                if let Err(error) = asks.hear(&read).await {
                    let _ = read.send(Err(error)).await;
                }
            }));
        }
        Ok(())
    }
}

impl Drop for Polls {
    fn drop(&mut self) {
        self.hearing.iter().for_each(JoinHandle::abort);
    }
}

impl Asks {
    fn place(&self, query: &str) -> String {
        let stream = if self.stream.is_empty() { String::new() } else { format!("&stream={}", self.stream) };
        format!("{}{stream}{query}", self.url)
    }

    fn with(&self, asked: RequestBuilder) -> RequestBuilder {
        asked.header("origin", &self.pages).bearer_auth(&self.token)
    }

    /// Hands on what comes.
    async fn hear(&self, to: &mpsc::Sender<Result<Utf8Bytes, Error>>) -> Result<(), Error> {
        let mut cursor = 0;
        loop {
            let place = self.place(&format!("&cursor={cursor}&wait=25"));
            let answer = checked(self.with(self.http.get(place)).send().await?).await?;
            let told: Told = answer.json().await?;
            cursor = told.cursor;
            for frame in told.frames {
                if to.send(Ok(frame.to_string().into())).await.is_err() {
                    return Ok(());
                }
            }
        }
    }
}

/// A stream that has ended is a line that has.
async fn checked(answer: reqwest::Response) -> Result<reqwest::Response, Error> {
    if answer.status() == StatusCode::NOT_FOUND {
        return Err(Error::Gone("the stream ended".to_owned()));
    }
    crate::checked(answer).await
}
