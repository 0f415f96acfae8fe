//! The DevTools protocol, as far as measuring needs it: calls that wait, and the events kept meanwhile.

use std::collections::{HashMap, HashSet, VecDeque};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tungstenite::protocol::WebSocketConfig;
use tungstenite::{Message, WebSocket};

use super::site::Site;

/// A call that is not answered by then never will be.
const PATIENCE: Duration = Duration::from_secs(120);

/// Events that somebody waits for; all others are dropped.
const KEPT: [&str; 4] =
    ["Runtime.exceptionThrown", "Tracing.dataCollected", "Tracing.tracingComplete", "Page.loadEventFired"];

/// One connection to a browser. Requests for the bench's own pages are answered on the way.
pub struct Cdp {
    socket: WebSocket<TcpStream>,
    last: u64,
    /// Calls that were sent and not waited for yet.
    open: HashSet<u64>,
    answers: HashMap<u64, Value>,
    events: VecDeque<Value>,
    site: Site,
}

impl Cdp {
    /// Speaks with the browser at `ws://127.0.0.1:PORT/…`, over a stream to that port.
    pub fn new(address: &str, stream: TcpStream, site: Site) -> Result<Self> {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let config = WebSocketConfig::default().max_message_size(None).max_frame_size(None);
        let (socket, _) = tungstenite::client::client_with_config(address, stream, Some(config))
            .map_err(|reason| anyhow::anyhow!("connecting to {address}: {reason}"))?;
        let (open, answers, events) = (HashSet::new(), HashMap::new(), VecDeque::new());
        Ok(Self { socket, last: 0, open, answers, events, site })
    }

    /// Calls a method of the browser or, with a session, of one page, and waits for the answer.
    ///
    /// # Errors
    /// When the browser says no, or nothing for two minutes.
    pub fn call(&mut self, session: Option<&str>, method: &str, params: Value) -> Result<Value> {
        let id = self.send(session, method, params)?;
        self.wait(id).with_context(|| method.to_owned())
    }

    /// Calls without waiting. The answer must be fetched by [`Self::wait`].
    pub fn send(&mut self, session: Option<&str>, method: &str, params: Value) -> Result<u64> {
        let id = self.tell(session, method, params)?;
        self.open.insert(id);
        Ok(id)
    }

    /// Waits for the answer of a call.
    pub fn wait(&mut self, id: u64) -> Result<Value> {
        loop {
            if let Some(mut answer) = self.answers.remove(&id) {
                if let Some(error) = answer.get("error") {
                    bail!("the browser says {error}");
                }
                return Ok(answer["result"].take());
            }
            self.read()?;
        }
    }

    /// Waits for an event, of one page when a session is given, and returns its parameters.
    pub fn event(&mut self, session: Option<&str>, method: &str) -> Result<Value> {
        let is_it = |event: &Value| {
            event["method"] == method && session.is_none_or(|session| event["sessionId"] == session)
        };
        loop {
            if let Some(at) = self.events.iter().position(is_it) {
                let mut event = self.events.remove(at).unwrap_or_default();
                return Ok(event["params"].take());
            }
            self.read()?;
        }
    }

    /// All events of this name that came so far: their parameters.
    pub fn drain(&mut self, method: &str) -> Vec<Value> {
        let (wanted, rest) = self.events.drain(..).partition(|event| event["method"] == method);
        self.events = rest;
        let wanted: VecDeque<Value> = wanted;
        wanted.into_iter().map(|mut event| event["params"].take()).collect()
    }

    /// Drops what is kept of a page that is gone.
    pub fn forget(&mut self, session: &str) {
        self.events.retain(|event| event["sessionId"] != session);
    }

    /// Sends a call whose answer nobody needs.
    fn tell(&mut self, session: Option<&str>, method: &str, params: Value) -> Result<u64> {
        self.last += 1;
        let mut call = json!({ "id": self.last, "method": method, "params": params });
        if let Some(session) = session {
            call["sessionId"] = session.into();
        }
        self.socket.send(Message::text(call.to_string()))?;
        Ok(self.last)
    }

    /// Takes one message: an answer, an event, or a request for one of our own files.
    fn read(&mut self) -> Result<()> {
        let message = self.socket.read().context("the browser is silent")?;
        let Message::Text(text) = message else { return Ok(()) };
        let message: Value = serde_json::from_str(&text)?;
        if let Some(id) = message["id"].as_u64() {
            if self.open.remove(&id) {
                self.answers.insert(id, message);
            }
            return Ok(());
        }
        match message["method"].as_str() {
            Some("Fetch.requestPaused") => self.serve(&message),
            Some(method) if KEPT.contains(&method) => {
                self.events.push_back(message);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn serve(&mut self, paused: &Value) -> Result<()> {
        let session = paused["sessionId"].as_str().unwrap_or_default();
        let params = &paused["params"];
        let url = params["request"]["url"].as_str().unwrap_or_default();
        let mut answer = self.site.answer(url);
        answer["requestId"] = params["requestId"].clone();
        self.tell(Some(session), "Fetch.fulfillRequest", answer).map(drop)
    }
}
