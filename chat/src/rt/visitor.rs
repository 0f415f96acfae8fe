//! A widget's socket: hello, then what its visitor says, and what they may see.
use std::{
    net::IpAddr,
    sync::{Arc, atomic::Ordering},
};

use axum::extract::ws::Message;
use chat_proto::{
    Resume,
    limits::PING_EVERY_MS,
    visitor::{Conversation, FromVisitor, ToVisitor},
};
use futures_util::SinkExt;
use store::Tx;
use tokio::time::timeout;

use super::{
    hub::{Pages, Visiting, Widget, WidgetDirty},
    line::Line,
    outbox::Code,
    presence,
    render::{self, Cards, Render, Waits},
    say::{self, Speaker},
    socket::{self, Heard, Out, Pulse, Stop, Tell, Work},
    wire::Codec,
};
use crate::{
    engine::{self, Fault, Page},
    model::{self, ConversationId, PublicId, QueueId, Seq, SiteId, Stage, UnixMillis},
    server::{Chat, RENEW},
    tables::{identity, marks, people},
    visits::{self, Browsing},
};

/// Most pages that a widget may have asked for and not taken.
const MAX_PAGES: usize = 256;

/// A widget that has opened a socket and said nothing yet.
pub(crate) struct Guest {
    pub site: SiteId,
    /// The site's key.
    pub key: String,
    /// The origin of its page.
    pub page: Box<str>,
    pub from: Option<IpAddr>,
    pub browsing: Browsing,
}

/// Serves a widget's socket to its end. What comes once is boxed: its room is given back while the socket is idle.
pub(crate) async fn serve(chat: Chat, mut socket: Line, codec: Codec, guest: Guest) {
    let hello = timeout(chat.options.hello, Box::pin(hello(&chat, &mut socket, codec, &guest))).await;
    let (who, expires, resume) = match hello {
        Ok(Ok(hello)) => hello,
        Ok(Err(code)) => return Box::pin(refuse(&mut socket, codec, code)).await,
        // Nobody said who they are.
        Err(_) => return Box::pin(refuse(&mut socket, codec, "hello")).await,
    };
    let widget = Arc::new(Widget::new(codec, guest.page));
    if chat.hub.widget_enters(who, &widget, chat.options.limits.sockets).is_none() {
        return Box::pin(refuse(&mut socket, codec, "rate")).await;
    }
    Box::pin(presence::visitor_came(&chat, who)).await;
    let by = Speaker::new(who, guest.from, guest.browsing);
    let teller = Teller { chat: chat.clone(), who, widget: widget.clone(), at: None, expires };
    let worker = Worker { chat: chat.clone(), by, widget: widget.clone() };
    let (pulse, is_polled) = (Pulse { every: chat.options.ping }, matches!(socket, Line::Polled(_)));
    let stop = match Box::pin(teller.welcome(&mut socket, resume)).await {
        Some(teller) => socket::serve(&chat.engine, socket, &widget.outbox, pulse, (worker, teller)).await,
        None => Stop::Gone,
    };
    let grace = presence::grace(&chat.options, is_polled && matches!(stop, Stop::Silent));
    presence::widget_left(&chat, who, &widget, grace);
}

/// The first frame: whose it is, when the token ends, and where the client stands.
async fn hello(
    chat: &Chat,
    socket: &mut Line,
    codec: Codec,
    guest: &Guest,
) -> Result<(Visiting, UnixMillis, Option<Resume>), Code> {
    let frame = socket::first(socket, codec).await?;
    let FromVisitor::Hello { token, resume, page } = frame else { return Err("malformed") };
    let (visitor, expires) = chat.tokens.check(&token, guest.site, chat.engine.now()).ok_or("token")?;
    let who = (guest.site, visitor);
    let known = chat.engine.store().read(move |tx| identity::is_known(tx, who)).await;
    if !known.map_err(|_| "retry")? {
        return Err("token");
    }
    if let Some(proof) = page {
        let site = (guest.site, guest.key.as_str());
        chat.engine.is_page(site, visitor, (&proof, &token)).await.map_err(|_| "retry")?;
    }
    Ok((who, expires, resume))
}

async fn refuse(socket: &mut Line, codec: Codec, code: Code) {
    socket::refuse(socket, codec.encode(&ToVisitor::Bye { code: code.to_owned() })).await;
}

/// Does what a visitor asks.
struct Worker {
    chat: Chat,
    by: Speaker,
    widget: Arc<Widget>,
}

impl Work for Worker {
    type Frame = FromVisitor;

    async fn work(&mut self, heard: Heard<FromVisitor>) -> Result<(), Code> {
        if let Some(answer) = say::say(&self.chat, &self.by, &heard.frame, heard.receipt).await {
            // What was changed is told before the answer.
            self.widget.outbox.mark(|dirty| dirty.answered(&answer));
            self.widget.outbox.push(&answer);
            return Ok(());
        }
        self.chat.rates.sign(self.by.who).map_err(|_| "rate")?;
        match self.sign(heard.frame).await {
            Ok(()) => Ok(()),
            // Somebody else's conversation is not there; nothing waits for an answer.
            Err(Fault::NoConversation) => Ok(()),
            Err(fault) => {
                tracing::warn!(%fault, "a visitor's sign was lost");
                Ok(())
            }
        }
    }
}

impl Worker {
    /// What nobody answers.
    async fn sign(&self, frame: FromVisitor) -> Result<(), Fault> {
        let (chat, who) = (&self.chat, self.by.who);
        match frame {
            FromVisitor::Typing { conv, on } => {
                let of = say::own(chat, who, &conv).await?;
                let public = of.public;
                chat.hub.open_desks((who.0, of.id), |_, dirty| _ = dirty.typing.insert((public, None), on));
                Ok(())
            }
            FromVisitor::Read { conv, seq } => self.read(&say::own(chat, who, &conv).await?, seq).await,
            FromVisitor::Page(page) => visits::record_page(&chat.engine, who, &page, &self.by.browsing).await,
            FromVisitor::Custom { data } => visits::record_custom(&chat.engine, who, data).await,
            FromVisitor::Fetch { conv, after } => {
                self.fetch(&say::own(chat, who, &conv).await?, after);
                Ok(())
            }
            // Said already, or answered elsewhere.
            FromVisitor::Hello { .. }
            | FromVisitor::Start { .. }
            | FromVisitor::Send { .. }
            | FromVisitor::Choose { .. }
            | FromVisitor::Submit { .. }
            | FromVisitor::Close { .. }
            | FromVisitor::Rate { .. } => Ok(()),
        }
    }

    async fn read(&self, of: &model::Conversation, seq: u64) -> Result<(), Fault> {
        let (conv, public, seq) = ((of.site, of.id), of.public, seq.min(of.last_seq.0));
        let mark = move |tx: &mut dyn Tx| marks::read(tx, conv, (marks::VISITOR, Seq(seq)));
        if self.chat.engine.store().write(store::Key(conv.0.0), mark).await? {
            self.chat.hub.open_desks(conv, |_, dirty| _ = dirty.reads.insert(public, seq));
        }
        Ok(())
    }

    /// What is asked for is read when the socket has room.
    fn fetch(&self, of: &model::Conversation, after: u64) {
        let mut overflows = false;
        self.widget.outbox.mark(|dirty| {
            dirty.pages.insert((of.id, of.public, after));
            overflows = MAX_PAGES < dirty.pages.len();
        });
        if overflows {
            self.widget.outbox.end("lagged");
        }
    }
}

/// A page of a thread, and the cards of its files.
fn thread(
    tx: &mut dyn Tx,
    of @ (site, _): (SiteId, ConversationId),
    after: Seq,
) -> Result<(Page, Cards), Fault> {
    let page = engine::thread(tx, of, after)?;
    let cards = render::cards(tx, site, &page)?;
    Ok((page, cards))
}

fn messages(chat: &Chat, page: &Page, cards: &Cards) -> Vec<chat_proto::message::Msg> {
    let render = Render { names: &chat.names, cards };
    page.messages.iter().filter_map(|it| render.for_visitor(it)).collect()
}

/// A visitor's conversation, and whether no other one may follow.
type Current = (model::Conversation, bool);

fn current(tx: &mut dyn Tx, who: Visiting) -> Result<Option<Current>, Fault> {
    let Some(it) = identity::current(tx, who)? else { return Ok(None) };
    let is_last = it.state.stage() == Stage::Closed && people::is_blocked(tx, who)? == Some(true);
    Ok(Some((it, is_last)))
}

/// Tells a visitor what they may see.
struct Teller {
    chat: Chat,
    who: Visiting,
    widget: Arc<Widget>,
    /// The conversation that is shown, and how much of it the client has.
    at: Option<At>,
    /// When the client's token ends.
    expires: UnixMillis,
}

struct At {
    id: ConversationId,
    queue: QueueId,
    public: PublicId,
    seq: Seq,
    told: Option<Conversation>,
}

impl At {
    fn new(it: &model::Conversation, seq: u64, told: Option<Conversation>) -> Self {
        Self { id: it.id, queue: it.queue, public: it.public, seq: Seq(seq), told }
    }
}

impl Teller {
    /// The answer to hello. `None` when the socket is gone.
    async fn welcome(mut self, socket: &mut Line, resume: Option<Resume>) -> Option<Self> {
        let chat = self.chat.clone();
        let conv = match self.current().await {
            Ok(found) => found,
            Err(_) => {
                socket::refuse(socket, self.bye("retry")).await;
                return None;
            }
        };
        let told = conv.as_ref().map(|it| self.shown(it));
        if let (Some((it, _)), Some(told)) = (&conv, &told) {
            let resumes = resume.filter(|resume| resume.conv == told.conv);
            // What a client cannot have, it does not have.
            let seq = resumes.map_or(0, |resume| resume.seq.min(it.last_seq.0));
            self.at = Some(At::new(it, seq, Some(told.clone())));
        }
        let ping_ms = u32::try_from(chat.options.ping.as_millis()).unwrap_or(PING_EVERY_MS);
        let frame = ToVisitor::Welcome { now: chat.engine.now().0, ping_ms, conv: told };
        socket.send(self.codec().encode(&frame)?).await.ok()?;
        self.widget.outbox.mark(|dirty| dirty.thread = true);
        Some(self)
    }

    fn codec(&self) -> Codec {
        self.widget.outbox.codec()
    }

    /// The conversation, and whether no other one may follow.
    async fn current(&self) -> Result<Option<Current>, Fault> {
        let who = self.who;
        self.chat.engine.store().read(move |tx| current(tx, who)).await
    }

    /// The same, and what the client lacks of its thread: a page of it.
    async fn news(&self) -> Result<Option<(Current, (Page, Cards))>, Fault> {
        let (who, at) = (self.who, self.at.as_ref().map(|at| (at.id, at.seq)));
        let read = move |tx: &mut dyn Tx| {
            let Some(current) = current(tx, who)? else { return Ok(None) };
            let of = (current.0.site, current.0.id);
            let after = at.filter(|(id, _)| *id == of.1).map_or(Seq(0), |(_, seq)| seq);
            let page = thread(tx, of, after)?;
            Ok::<_, Fault>(Some((current, page)))
        };
        self.chat.engine.store().read(read).await
    }

    /// Whether the client has been told so much of this thread.
    fn has(&self, (public, seq): (PublicId, Seq)) -> bool {
        self.at.as_ref().is_some_and(|at| at.public == public && seq <= at.seq)
    }

    /// A conversation as it is shown now.
    fn shown(&self, (it, is_last): &Current) -> Conversation {
        let mut shown = render::conversation(it, &self.chat.names, self.waits(it.id, it.queue));
        shown.unavailable = *is_last;
        shown.rateable &= !is_last;
        self.widget.waits.store(shown.ahead.is_some(), Ordering::Relaxed);
        shown
    }

    /// Where a conversation waits, if it does: from memory.
    fn waits(&self, id: ConversationId, queue: QueueId) -> Option<Waits> {
        let (engine, site) = (&self.chat.engine, self.who.0);
        let place = engine.position(site, id)?;
        Some(Waits {
            place,
            attended: engine.is_attended(site, queue),
            wait: engine.wait(site, queue, place),
        })
    }

    /// The place in the queue is another one by what became of others, or who serves it came or went; nothing else has
    /// changed.
    async fn tell_place(&mut self, out: &mut Out<'_>) -> Result<(), Stop> {
        let (codec, at) = (self.codec(), self.at.as_ref());
        let Some(waits) = at.and_then(|at| self.waits(at.id, at.queue)) else { return Ok(()) };
        let Some(told) = self.at.as_mut().and_then(|at| at.told.as_mut()) else { return Ok(()) };
        // One that is asked about waits no more: that comes with its own change.
        let is_known = |ahead| (ahead, told.unattended) == (waits.ahead(), !waits.attended);
        if told.ahead.is_none_or(is_known) {
            return Ok(());
        }
        (told.ahead, told.wait_s, told.unattended) = (Some(waits.ahead()), waits.wait_s(), !waits.attended);
        out.send(codec.encode(&ToVisitor::Conv(told.clone()))).await
    }

    /// A page of the thread that the client asked for; what else it asked for comes after what waits by then.
    async fn tell_page(&mut self, mut pages: Pages, out: &mut Out<'_>) -> Result<(), Stop> {
        let Some((id, public, after)) = pages.pop_first() else { return Ok(()) };
        let of = (self.who.0, id);
        let (page, cards) = self.chat.engine.store().read(move |tx| thread(tx, of, Seq(after))).await?;
        let msgs = messages(&self.chat, &page, &cards);
        if !pages.is_empty() {
            self.widget.outbox.mark(|dirty| dirty.pages.extend(pages));
        }
        out.send(self.codec().encode(&ToVisitor::Msgs { conv: public.to_name(), msgs })).await
    }

    /// Messages that the client lacks, a page at a time as the socket takes them; then the conversation.
    async fn catch_up(&mut self, out: &mut Out<'_>) -> Result<(), Stop> {
        let Some((current, (mut page, mut cards))) = self.news().await? else { return Ok(()) };
        let (shown, it) = (self.shown(&current), current.0);
        if self.at.as_ref().is_none_or(|at| at.id != it.id) {
            self.at = Some(At::new(&it, 0, None));
        }
        let codec = self.codec();
        let Some(at) = &mut self.at else { return Ok(()) };
        // It may wait elsewhere by now: the bot or an agent has sent it on.
        at.queue = it.queue;
        while let Some(last) = page.messages.last() {
            if let model::Place::Thread(seq) = last.place {
                at.seq = seq;
            }
            let msgs = messages(&self.chat, &page, &cards);
            out.send(codec.encode(&ToVisitor::Msgs { conv: at.public.to_name(), msgs })).await?;
            if !page.more {
                break;
            }
            let (of, after) = ((it.site, it.id), at.seq);
            (page, cards) = self.chat.engine.store().read(move |tx| thread(tx, of, after)).await?;
        }
        if at.told.as_ref() != Some(&shown) {
            at.told = Some(shown.clone());
            out.send(codec.encode(&ToVisitor::Conv(shown))).await?;
        }
        Ok(())
    }
}

impl Tell for Teller {
    type Dirty = WidgetDirty;

    async fn tell(&mut self, dirty: WidgetDirty, out: &mut Out<'_>) -> Result<(), Stop> {
        let codec = self.codec();
        if dirty.thread || dirty.said.is_some_and(|said| !self.has(said)) {
            self.catch_up(out).await?;
        } else if dirty.place {
            self.tell_place(out).await?;
        }
        self.tell_page(dirty.pages, out).await?;
        if let Some((conv, seq)) = dirty.read {
            out.send(codec.encode(&ToVisitor::Read { conv: conv.to_name(), seq })).await?;
        }
        if let Some((conv, on)) = dirty.typing {
            out.send(codec.encode(&ToVisitor::Typing { conv: conv.to_name(), on })).await?;
        }
        if dirty.settings {
            out.send(codec.encode(&ToVisitor::Changed)).await?;
        }
        if let Some(token) = dirty.token {
            out.send(codec.encode(&ToVisitor::Token(token))).await?;
        }
        Ok(())
    }

    fn ping(&self) -> Option<Message> {
        self.codec().encode(&ToVisitor::Ping)
    }

    async fn beat(&mut self) -> Result<(), Code> {
        let now = self.chat.engine.now();
        if self.expires.since(now) <= RENEW {
            let token = self.chat.tokens.issue(self.who, now);
            self.expires = UnixMillis(token.expires);
            self.widget.outbox.mark(|dirty| dirty.token = Some(token));
        }
        Ok(())
    }

    fn bye(&self, code: Code) -> Option<Message> {
        self.codec().encode(&ToVisitor::Bye { code: code.to_owned() })
    }
}
