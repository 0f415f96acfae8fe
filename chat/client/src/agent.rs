//! An agent.
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use chat_proto::{
    Fault, Resume,
    desk::{Deed, Detail, Directory, FromDesk, Offer, Presence, Query, Row, Say, ToDesk},
};
use serde::de::DeserializeOwned;

use crate::{
    Error, Place, Thread, checked,
    line::Line,
    name,
    talk::{self, Talks},
};

/// An agent at a desk.
#[derive(Debug)]
pub struct Agent {
    place: Place,
    http: reqwest::Client,
    /// The log-in.
    cookie: String,
    line: Option<Line<FromDesk, ToDesk>>,
    watched: Option<Query>,
    /// Who and what there is.
    pub directory: Directory,
    /// The conversations that are open, by their names.
    pub open: BTreeMap<String, Thread>,
    /// What is known of them.
    pub details: BTreeMap<String, Detail>,
    /// The rows of the list that is watched.
    pub rows: BTreeMap<String, Row>,
    /// What this agent is asked to take, by the conversations' names.
    pub offers: BTreeMap<String, Offer>,
    /// Those of them that nobody has looked at yet, the first first.
    unread: VecDeque<(String, u32)>,
    /// The codes of the toasts, in order.
    pub toasts: Vec<String>,
    /// Frames that came, of any kind.
    pub frames: u64,
}

impl Agent {
    /// Logs in.
    ///
    /// # Errors
    /// When e-mail or password is wrong, or nobody answers.
    pub async fn log_in(place: Place, email: &str, password: &str) -> Result<Self, Error> {
        let http = crate::browser();
        let asked = http.post(format!("{}/v1/login", place.server)).header("origin", &place.desk);
        let asked = asked.json(&serde_json::json!({ "email": email, "password": password }));
        let answer = checked(asked.send().await?).await?;
        let cookie = answer.headers().get("set-cookie").and_then(|it| it.to_str().ok()).unwrap_or_default();
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        Ok(Self::of(place, http, cookie))
    }

    fn of(place: Place, http: reqwest::Client, cookie: String) -> Self {
        Self {
            place,
            http,
            cookie,
            line: None,
            watched: None,
            directory: Directory::default(),
            open: BTreeMap::new(),
            details: BTreeMap::new(),
            rows: BTreeMap::new(),
            offers: BTreeMap::new(),
            unread: VecDeque::new(),
            toasts: Vec::new(),
            frames: 0,
        }
    }

    /// Another desk under the same log-in.
    pub fn second_desk(&self) -> Self {
        Self::of(self.place.clone(), self.http.clone(), self.cookie.clone())
    }

    /// Opens the socket and says hello, from where the open conversations stand.
    ///
    /// # Errors
    /// When the server is not there, or refuses.
    pub async fn connect(&mut self) -> Result<(), Error> {
        let url = self.place.socket("as=desk");
        let headers = [("origin", self.place.desk.as_str()), ("cookie", self.cookie.as_str())];
        let mut line = Line::open(&url, &headers).await?;
        let resume = self.open.values().map(Thread::resume).collect();
        line.tell(&FromDesk::Hello { resume }).await?;
        self.line = Some(line);
        self.until("welcome", |_, frame| matches!(frame, ToDesk::Welcome { .. }).then_some(())).await?;
        match self.watched.clone() {
            Some(query) => self.tell(&FromDesk::Watch { query: Some(query) }).await,
            None => Ok(()),
        }
    }

    /// Whether the socket was open when it was last used.
    pub const fn is_connected(&self) -> bool {
        self.line.is_some()
    }

    /// Closes the desk.
    pub async fn leave(&mut self) {
        if let Some(line) = self.line.take() {
            line.close().await;
        }
    }

    /// Loses the connection without a word.
    pub fn cut(&mut self) {
        self.line = None;
    }

    /// Is there, or is not.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn be(&mut self, to: Presence) -> Result<(), Error> {
        let site = self.place.site.clone();
        self.say(FromDesk::Presence { cid: name(), site, to }).await.map(drop)
    }

    /// Watches a list.
    ///
    /// # Errors
    /// When there is no connection, or no list comes.
    pub async fn watch(&mut self, query: Query) -> Result<(), Error> {
        self.watched = Some(query.clone());
        self.tell(&FromDesk::Watch { query: Some(query) }).await?;
        self.until("a list", |_, frame| matches!(frame, ToDesk::List(_)).then_some(())).await
    }

    /// Opens a conversation and waits until it is known.
    ///
    /// # Errors
    /// When it is not theirs to see.
    pub async fn open(&mut self, conv: &str) -> Result<(), Error> {
        let thread = self.open.entry(conv.to_owned()).or_insert_with(|| Thread::new(conv));
        let resume = thread.resume();
        self.tell(&FromDesk::Open(Resume { conv: conv.to_owned(), ..resume })).await?;
        self.until("a conversation", |_, frame| match frame {
            ToDesk::Conv(detail) if detail.row.conv == conv => Some(()),
            _ => None,
        })
        .await
    }

    /// Writes.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn write(&mut self, conv: &str, text: &str) -> Result<u64, Error> {
        let say = Say::Text { text: text.to_owned(), files: Vec::new(), reply_to: None };
        self.say(FromDesk::Send { cid: name(), conv: conv.to_owned(), say }).await
    }

    /// Has something done.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn does(&mut self, conv: &str, what: Deed) -> Result<(), Error> {
        let answered = match what {
            Deed::Accept { no } | Deed::Decline { no } => Some(no),
            _ => None,
        };
        self.say(FromDesk::Do { cid: name(), conv: conv.to_owned(), what }).await?;
        // Nobody has to look at what is answered; the same conversation may be offered again by now.
        self.unread.retain(|it| it.0 != conv || Some(it.1) != answered);
        Ok(())
    }

    /// Waits until this agent is asked to take a conversation: which, and which offer it is. Each offer is told once,
    /// also one that came while something else was waited for, unless its end or an answer has come meanwhile.
    ///
    /// # Errors
    /// As [`Agent::until`].
    pub async fn is_asked(&mut self) -> Result<(String, u32), Error> {
        match self.rest(Duration::ZERO).await {
            // What was asked is known without a line.
            Err(error) if error.passes() && !self.unread.is_empty() => {}
            arrived => arrived?,
        }
        let asked = match self.unread.front() {
            Some(asked) => asked.clone(),
            None => self.until("an offer", |it, _| it.unread.front().cloned()).await?,
        };
        self.unread.pop_front();
        Ok(asked)
    }

    /// Says something that is answered, and says it again over lost connections until it is. Gives the message's
    /// number.
    ///
    /// # Errors
    /// [`Error::Refused`] for good; [`Error::Silent`] when no answer came in time.
    pub async fn say(&mut self, frame: FromDesk) -> Result<u64, Error> {
        talk::say(self, &frame).await
    }

    /// Says something that nobody acknowledges.
    ///
    /// # Errors
    /// When there is no connection.
    pub async fn tell(&mut self, frame: &FromDesk) -> Result<(), Error> {
        talk::open(self)?.tell(frame).await
    }

    /// Takes in what comes until it is what is waited for.
    ///
    /// # Errors
    /// [`Error::Silent`] after [`PATIENCE`], [`Error::Order`], or the socket's end.
    pub async fn until<T>(
        &mut self,
        what: &'static str,
        wanted: impl FnMut(&Self, &ToDesk) -> Option<T>,
    ) -> Result<T, Error> {
        talk::until(self, what, wanted).await
    }

    /// Takes in what comes until the thread of an open conversation holds a message like this, and gives it.
    ///
    /// # Errors
    /// As [`Agent::until`].
    pub async fn reads(
        &mut self,
        conv: &str,
        wanted: impl Fn(&chat_proto::message::Msg) -> bool,
    ) -> Result<chat_proto::message::Msg, Error> {
        let find = |it: &Self| {
            let thread = it.open.get(conv)?;
            thread.msgs.iter().chain(&thread.records).find(|msg| wanted(msg)).cloned()
        };
        if let Some(msg) = find(self) {
            return Ok(msg);
        }
        self.until("a message", |it, _| find(it)).await
    }

    /// Asks over HTTP, as a page of the desk.
    ///
    /// # Errors
    /// When it is refused, or what comes is not what was expected.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Error> {
        let asked = self.http.get(format!("{}{path}", self.place.server)).header("cookie", &self.cookie);
        Ok(checked(asked.send().await?).await?.json().await?)
    }

    /// Changes something over HTTP, as a page of the desk: the status and the body.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn ask(
        &self,
        method: reqwest::Method,
        path: &str,
        body: &serde_json::Value,
    ) -> Result<(u16, String), Error> {
        let asked = self.http.request(method, format!("{}{path}", self.place.server)).json(body);
        let asked = asked.header("cookie", &self.cookie).header("origin", &self.place.desk);
        let answer = asked.send().await?;
        Ok((answer.status().as_u16(), answer.text().await?))
    }

    /// Takes in what comes for so long.
    ///
    /// # Errors
    /// [`Error::Order`], or the socket's end.
    pub async fn rest(&mut self, time: Duration) -> Result<(), Error> {
        talk::rest(self, time).await
    }

    /// Does not show a conversation any more.
    ///
    /// # Errors
    /// When there is no connection.
    pub async fn shut(&mut self, conv: &str) -> Result<(), Error> {
        self.open.remove(conv);
        self.details.remove(conv);
        self.tell(&FromDesk::Leave { conv: conv.to_owned() }).await
    }
}

impl Talks for Agent {
    type Out = FromDesk;
    type In = ToDesk;
    type Acked = u64;

    fn line(&mut self) -> &mut Option<Line<FromDesk, ToDesk>> {
        &mut self.line
    }

    async fn connect(&mut self) -> Result<(), Error> {
        Self::connect(self).await
    }

    fn take(&mut self, frame: &ToDesk) -> Result<(), Error> {
        self.frames += 1;
        match frame {
            ToDesk::Welcome { directory, .. } | ToDesk::Directory(directory) => {
                self.directory = directory.clone();
            }
            ToDesk::List(rows) => {
                self.rows = rows.rows.iter().map(|row| (row.conv.clone(), row.clone())).collect();
            }
            ToDesk::Row(row) => _ = self.rows.insert(row.conv.clone(), row.clone()),
            ToDesk::Gone { conv } => _ = self.rows.remove(conv),
            ToDesk::Conv(detail) => {
                if let Some(thread) = self.open.get_mut(&detail.row.conv) {
                    thread.ver = thread.ver.max(detail.row.ver);
                }
                self.details.insert(detail.row.conv.clone(), detail.clone());
            }
            ToDesk::Msgs { conv, msgs } => {
                if let Some(thread) = self.open.get_mut(conv) {
                    thread.take(msgs.clone())?;
                }
            }
            ToDesk::Offered { row, offer } => {
                let known = self.offers.insert(row.conv.clone(), offer.clone());
                // A resumed socket tells again what it told.
                if known.is_none_or(|it| it.no != offer.no) {
                    self.unread.push_back((row.conv.clone(), offer.no));
                }
            }
            ToDesk::OfferEnded { conv, no, .. } => {
                self.offers.retain(|it, offer| it != conv || offer.no != *no);
                self.unread.retain(|it| (&it.0, it.1) != (conv, *no));
            }
            ToDesk::Toast { code, .. } => self.toasts.push(code.clone()),
            ToDesk::Bye { code } => return Err(Error::Gone(code.clone())),
            // What changes nothing of what is kept.
            _ => {}
        }
        Ok(())
    }

    fn cid(frame: &FromDesk) -> &str {
        match frame {
            FromDesk::Send { cid, .. } | FromDesk::Do { cid, .. } | FromDesk::Presence { cid, .. } => cid,
            _ => "",
        }
    }

    fn answer(frame: &ToDesk, wanted: &str) -> Option<Result<u64, Fault>> {
        match frame {
            ToDesk::Ack { cid, seq, .. } if cid == wanted => Some(Ok(*seq)),
            ToDesk::Nack { cid, fault } if cid == wanted => Some(Err(fault.clone())),
            _ => None,
        }
    }
}
