//! A visitor.
use std::time::Duration;

use chat_proto::{
    Fault, Form,
    visitor::{Conversation, FromVisitor, PageProof, ToVisitor, Token, TokenRequest, Visit, Widget},
};

use crate::{
    AGENTS_ONLY, Error, Place, Thread, checked,
    line::Line,
    name, secret,
    talk::{self, Talks},
};

/// Signs a token with the page's key.
struct Prover(Box<dyn Fn(&str) -> PageProof + Send>);

impl std::fmt::Debug for Prover {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Prover")
    }
}

/// A visitor of a site, with the memory of their browser.
#[derive(Debug)]
pub struct Visitor {
    place: Place,
    http: reqwest::Client,
    /// What the browser keeps.
    secret: String,
    token: Option<String>,
    line: Option<Line<FromVisitor, ToVisitor>>,
    /// Their network lets no WebSocket through.
    polls: bool,
    /// What the browser shows of itself with a token, if it does.
    proves: Option<Prover>,
    /// Their conversation as they see it.
    pub thread: Thread,
    /// Where it stands.
    pub conversation: Option<Conversation>,
    /// Whether somebody types.
    pub typing: bool,
}

/// What was acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acked {
    /// In which conversation.
    pub conv: String,
    /// The message's number; 0 where it was none.
    pub seq: u64,
}

impl Visitor {
    /// A new browser.
    pub fn new(place: Place) -> Self {
        Self::of(place, secret())
    }

    /// A browser with this secret: another tab of one, or one that starts again.
    pub fn of(place: Place, secret: String) -> Self {
        Self {
            place,
            http: crate::browser(),
            secret,
            token: None,
            line: None,
            polls: false,
            proves: None,
            thread: Thread::default(),
            conversation: None,
            typing: false,
        }
    }

    /// From now on each hello proves which browser it is.
    #[must_use]
    pub fn proving(self, prove: impl Fn(&str) -> PageProof + Send + 'static) -> Self {
        Self { proves: Some(Prover(Box::new(prove))), ..self }
    }

    /// From the next connection on, no WebSocket comes through their network; or one does again.
    pub const fn polls(&mut self, polls: bool) {
        self.polls = polls;
    }

    /// What another tab of the browser has.
    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// What the widget would show.
    ///
    /// # Errors
    /// When the server does not say.
    pub async fn widget(&self, lang: &str) -> Result<Widget, Error> {
        let url = format!("{}/v1/widget/{}?lang={lang}", self.place.server, self.place.site);
        let answer = self.http.get(url).header("origin", &self.place.pages).send().await?;
        Ok(checked(answer).await?.json().await?)
    }

    /// The bearer token, asked for once.
    ///
    /// # Errors
    /// When the server gives none.
    pub async fn token(&mut self) -> Result<String, Error> {
        if let Some(token) = &self.token {
            return Ok(token.clone());
        }
        let url = format!("{}/v1/widget/{}/token", self.place.server, self.place.site);
        let asks = TokenRequest { secret: self.secret.clone(), identity: None };
        let asked = self.http.post(url).header("origin", &self.place.pages).json(&asks);
        let token: Token = checked(asked.send().await?).await?.json().await?;
        Ok(self.token.insert(token.token).clone())
    }

    /// Opens the socket and says hello, from where this visitor stands.
    ///
    /// # Errors
    /// When the server is not there, or refuses.
    pub async fn connect(&mut self) -> Result<(), Error> {
        let token = self.token().await?;
        let line = if self.polls {
            Line::by_requests(&self.place, token.clone())
        } else {
            let url = self.place.socket(&format!("as=visitor&site={}", self.place.site));
            Line::open(&url, &[("origin", &self.place.pages)]).await?
        };
        let mut line = line.must_not_hear(AGENTS_ONLY);
        let page = self.proves.as_ref().map(|Prover(prove)| prove(&token));
        let resume = (!self.thread.conv.is_empty()).then(|| self.thread.resume());
        line.tell(&FromVisitor::Hello { token, resume, page }).await?;
        self.line = Some(line);
        let conv = self.until("welcome", |_, frame| match frame {
            ToVisitor::Welcome { conv, .. } => Some(conv.clone()),
            _ => None,
        });
        let conv = conv.await?;
        if let Some(conv) = conv {
            self.is_in(&conv.conv);
            self.conversation = Some(conv);
        }
        Ok(())
    }

    /// Whether the socket was open when it was last used.
    pub const fn is_connected(&self) -> bool {
        self.line.is_some()
    }

    /// Closes the page.
    pub async fn leave(&mut self) {
        if let Some(line) = self.line.take() {
            line.close().await;
        }
    }

    /// Loses the connection without a word.
    pub fn cut(&mut self) {
        self.line = None;
    }

    /// Begins a conversation.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn start(&mut self, form: Form, lang: &str) -> Result<Acked, Error> {
        let start = FromVisitor::Start {
            cid: name(),
            form,
            lang: lang.into(),
            offline: false,
            visit: Visit::default(),
        };
        self.say(start).await
    }

    /// Writes.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn write(&mut self, text: &str) -> Result<Acked, Error> {
        let conv = self.thread.conv.clone();
        let text = text.to_owned();
        self.say(FromVisitor::Send { cid: name(), conv, text, files: Vec::new(), reply_to: None }).await
    }

    /// Says something that is answered, and says it again over lost connections until it is.
    ///
    /// # Errors
    /// [`Error::Refused`] for good; [`Error::Silent`] when no answer came in time.
    pub async fn say(&mut self, frame: FromVisitor) -> Result<Acked, Error> {
        let acked = talk::say(self, &frame).await?;
        self.is_in(&acked.conv);
        Ok(acked)
    }

    /// Says something that nobody acknowledges.
    ///
    /// # Errors
    /// When there is no connection.
    pub async fn tell(&mut self, frame: &FromVisitor) -> Result<(), Error> {
        talk::open(self)?.tell(frame).await
    }

    /// Takes in what comes until it is what is waited for.
    ///
    /// # Errors
    /// [`Error::Silent`] after [`PATIENCE`], [`Error::Order`], or the socket's end.
    pub async fn until<T>(
        &mut self,
        what: &'static str,
        wanted: impl FnMut(&Self, &ToVisitor) -> Option<T>,
    ) -> Result<T, Error> {
        talk::until(self, what, wanted).await
    }

    /// Takes in what comes until the thread holds a message like this, and gives it.
    ///
    /// # Errors
    /// As [`Visitor::until`].
    pub async fn reads(
        &mut self,
        what: &'static str,
        wanted: impl Fn(&chat_proto::message::Msg) -> bool,
    ) -> Result<chat_proto::message::Msg, Error> {
        if let Some(msg) = self.thread.msgs.iter().find(|it| wanted(it)) {
            return Ok(msg.clone());
        }
        self.until(what, |it, _| it.thread.msgs.iter().find(|msg| wanted(msg)).cloned()).await
    }

    /// Takes in what comes for so long.
    ///
    /// # Errors
    /// [`Error::Order`], or the socket's end.
    pub async fn rest(&mut self, time: Duration) -> Result<(), Error> {
        talk::rest(self, time).await
    }

    fn is_in(&mut self, conv: &str) {
        if self.thread.conv != conv {
            self.thread = Thread::new(conv);
        }
    }
}

impl Talks for Visitor {
    type Out = FromVisitor;
    type In = ToVisitor;
    type Acked = Acked;

    fn line(&mut self) -> &mut Option<Line<FromVisitor, ToVisitor>> {
        &mut self.line
    }

    async fn connect(&mut self) -> Result<(), Error> {
        Self::connect(self).await
    }

    fn take(&mut self, frame: &ToVisitor) -> Result<(), Error> {
        match frame {
            ToVisitor::Conv(conv) => {
                self.is_in(&conv.conv);
                if self.conversation.as_ref().is_none_or(|it| it.conv != conv.conv || it.ver <= conv.ver) {
                    self.thread.ver = conv.ver;
                    self.conversation = Some(conv.clone());
                }
            }
            ToVisitor::Msgs { conv, msgs } => {
                self.is_in(conv);
                self.thread.take(msgs.clone())?;
            }
            ToVisitor::Typing { on, .. } => self.typing = *on,
            ToVisitor::Token(token) => self.token = Some(token.token.clone()),
            ToVisitor::Bye { code } => {
                if code == "token" {
                    self.token = None;
                }
                return Err(Error::Gone(code.clone()));
            }
            // What changes nothing of what is kept.
            _ => {}
        }
        Ok(())
    }

    fn cid(frame: &FromVisitor) -> &str {
        match frame {
            FromVisitor::Start { cid, .. }
            | FromVisitor::Send { cid, .. }
            | FromVisitor::Choose { cid, .. }
            | FromVisitor::Submit { cid, .. }
            | FromVisitor::Close { cid, .. }
            | FromVisitor::Rate { cid, .. } => cid,
            _ => "",
        }
    }

    fn answer(frame: &ToVisitor, wanted: &str) -> Option<Result<Acked, Fault>> {
        match frame {
            ToVisitor::Ack { cid, conv, seq, .. } if cid == wanted => {
                Some(Ok(Acked { conv: conv.clone(), seq: *seq }))
            }
            ToVisitor::Nack { cid, fault } if cid == wanted => Some(Err(fault.clone())),
            _ => None,
        }
    }
}
