//! A socket whose frames are JSON as it comes, for clients that no client crate would be.
use std::time::Duration;

use chat_client::{Error, Line};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};

use crate::world::{Actor, DESK_PATH, PAGES, World, person};

/// So long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// An open socket that has said hello.
pub struct Socket {
    line: Line<Value, Value>,
    /// All that came.
    pub heard: Vec<Value>,
}

impl World {
    /// A visitor's widget with this token.
    pub async fn widget(&self, site: &str, token: &str) -> Socket {
        let pages = if site == "shop" { PAGES } else { crate::world::BLOG_PAGES };
        let url = format!("ws://{}/rt?as=visitor&site={site}", self.addr());
        let mut socket = Socket::open(&url, &[("origin", pages)]).await;
        socket.tell(json!({ "t": "hello", "token": token })).await;
        socket.until("a welcome", |it| it["t"] == "welcome").await;
        socket
    }

    /// An agent's desk.
    pub async fn desk(&self, actor: Actor) -> Socket {
        let url = format!("ws://{}{DESK_PATH}", self.addr());
        let cookie = self.cookie(person(actor).expect("an agent")).await;
        let mut socket = Socket::open(&url, &[("origin", &self.origin()), ("cookie", &cookie)]).await;
        socket.tell(json!({ "t": "hello" })).await;
        socket.until("a welcome", |it| it["t"] == "welcome").await;
        socket
    }
}

impl Socket {
    pub async fn open(url: &str, headers: &[(&'static str, &str)]) -> Self {
        Self { line: Line::open(url, headers).await.expect("a socket"), heard: Vec::new() }
    }

    pub async fn tell(&mut self, frame: Value) {
        self.line.tell(&frame).await.expect("told");
    }

    /// Says it, if the socket is still open.
    pub async fn try_tell(&mut self, frame: &Value) -> bool {
        self.line.tell(frame).await.is_ok()
    }

    /// Says what may be no frame.
    pub async fn tell_text(&mut self, text: String) {
        self.line.tell_text(text).await.expect("told");
    }

    /// The first frame from now on that is like this.
    pub async fn until(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let end = Instant::now() + PATIENCE;
        loop {
            let heard = timeout_at(end, self.line.hear()).await;
            let frame = heard.unwrap_or_else(|_| panic!("no {what} came; {:?}", self.heard)).expect(what);
            self.heard.push(frame.clone());
            if wanted(&frame) {
                return frame;
            }
        }
    }

    /// Says something that is answered: `ack`, or the code of the refusal.
    pub async fn asks(&mut self, mut frame: Value) -> String {
        let cid = chat_client::name();
        frame["cid"] = cid.clone().into();
        self.tell(frame).await;
        let answer = self.until("answer", |it| {
            it["cid"] == cid.as_str() && it.get("fault").is_some()
                || it["cid"] == cid.as_str() && it["t"] == "ack"
        });
        let answer = answer.await;
        answer["fault"]["code"].as_str().unwrap_or("ack").to_owned()
    }

    /// What comes next, or why nothing does.
    pub async fn hear(&mut self) -> Result<Value, Error> {
        let end = Instant::now() + PATIENCE;
        timeout_at(end, self.line.hear()).await.map_err(|_| Error::Silent("a frame"))?
    }

    /// How many frames come in this time.
    pub async fn rest(&mut self, time: Duration) -> Vec<Value> {
        let mut all = Vec::new();
        let end = Instant::now() + time;
        while let Ok(frame) = timeout_at(end, self.line.hear()).await {
            all.push(frame.expect("open"));
        }
        all
    }
}
