//! What a visitor says, carried out: the same over the socket and over HTTP.
use std::{
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use chat_proto::{
    Fault as Told, Form as Filled,
    visitor::{FromVisitor as Frame, ToVisitor, Visit},
};

use super::{fault, hub::Visiting};
use crate::{
    engine::{Answer, Ask, Fault, Receipt, Request, Rid, Start, Started},
    model::{
        Cid, Content, Conversation, ConversationId, Form, FromVisitor, Kind, OptionId, Place, PublicId,
        Rating, Refusal, Seq, UnixMillis,
    },
    server::Chat,
    tables::attachment,
    visits::{self, Browsing},
};

/// A visitor who asks for something.
pub(crate) struct Speaker {
    pub who: Visiting,
    pub from: Option<IpAddr>,
    pub browsing: Browsing,
    /// The conversation of theirs that they spoke in last: its number stays what it is.
    last: Mutex<Option<(PublicId, ConversationId)>>,
}

impl Speaker {
    pub fn new(who: Visiting, from: Option<IpAddr>, browsing: Browsing) -> Self {
        Self { who, from, browsing, last: Mutex::default() }
    }

    /// The number of a conversation of theirs. Whether it still is theirs, its own transaction says.
    async fn conversation(&self, chat: &Chat, name: &str) -> Result<ConversationId, Fault> {
        let last = || self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let known = last().filter(|(public, _)| PublicId::from_name(name) == Some(*public));
        if let Some((_, id)) = known {
            return Ok(id);
        }
        let found = own(chat, self.who, name).await?;
        *last() = Some((found.public, found.id));
        Ok(found.id)
    }
}

/// What a frame asks for, with its name.
struct Asked<'a> {
    cid: &'a str,
    conv: &'a str,
    ask: FromVisitor,
}

/// Carries out what is answered: start, send, choose, submit, close, rate. `None` for the other frames.
pub(crate) async fn say(chat: &Chat, by: &Speaker, frame: &Frame, receipt: Receipt) -> Option<ToVisitor> {
    let cid = named(frame)?;
    let done = if let Frame::Start { cid, form, lang, offline, visit } = frame {
        let kind = if *offline { Kind::Offline } else { Kind::Chat };
        begin(chat, by, Beginning { cid, form, lang, kind, visit }).await
    } else {
        match asked(chat, by, frame).await {
            Ok(asked) => command(chat, by, asked, receipt).await,
            Err(fault) => Err(fault),
        }
    };
    let cid = cid.to_owned();
    Some(done.unwrap_or_else(|fault| ToVisitor::Nack { cid, fault }))
}

/// The name of a frame that is answered.
fn named(frame: &Frame) -> Option<&str> {
    match frame {
        Frame::Start { cid, .. }
        | Frame::Send { cid, .. }
        | Frame::Choose { cid, .. }
        | Frame::Submit { cid, .. }
        | Frame::Close { cid, .. }
        | Frame::Rate { cid, .. } => Some(cid),
        Frame::Hello { .. }
        | Frame::Typing { .. }
        | Frame::Read { .. }
        | Frame::Page(_)
        | Frame::Custom { .. }
        | Frame::Fetch { .. } => None,
    }
}

async fn asked<'a>(chat: &Chat, by: &Speaker, frame: &'a Frame) -> Result<Asked<'a>, Told> {
    let (cid, conv, ask) = match frame {
        Frame::Send { cid, conv, text, files, reply_to } => {
            let content = content(chat, by, text, files).await?;
            let reply_to = reply_to.map(Seq);
            (cid, conv, FromVisitor::Send { cid: client_cid(cid)?, content, reply_to })
        }
        Frame::Choose { cid, conv, option } => {
            (cid, conv, FromVisitor::Choose { cid: client_cid(cid)?, option: OptionId(*option) })
        }
        Frame::Submit { cid, conv, form } => {
            (cid, conv, FromVisitor::Submit { cid: client_cid(cid)?, form: Form(form.clone().into()) })
        }
        Frame::Close { cid, conv } => (cid, conv, FromVisitor::Close),
        Frame::Rate { cid, conv, stars, text } => {
            (cid, conv, FromVisitor::Rate(Rating { stars: *stars, text: text.clone() }))
        }
        Frame::Hello { .. }
        | Frame::Start { .. }
        | Frame::Typing { .. }
        | Frame::Read { .. }
        | Frame::Page(_)
        | Frame::Custom { .. }
        | Frame::Fetch { .. } => return Err(fault::coded("malformed")),
    };
    Ok(Asked { cid, conv, ask })
}

async fn command(chat: &Chat, by: &Speaker, asked: Asked<'_>, receipt: Receipt) -> Result<ToVisitor, Told> {
    chat.rates.message(by.who).map_err(fault::rate)?;
    let told = |fault: Fault| fault::told(&fault, &chat.names);
    let conversation = by.conversation(chat, asked.conv).await.map_err(told)?;
    let rid = Some(Rid(bytes(asked.cid)?));
    let ask = Ask::Visitor(by.who.1, asked.ask);
    let request = Request { site: by.who.0, conversation, ask, rid };
    let answer = chat.engine.execute(receipt, request).await.map_err(told)?;
    let (seq, at) = place(answer);
    Ok(ToVisitor::Ack { cid: asked.cid.to_owned(), conv: asked.conv.to_owned(), seq, at: at.0 })
}

/// The number and the time of what was done.
pub(crate) const fn place(answer: Answer) -> (u64, UnixMillis) {
    match answer {
        Answer::Stored { place: Place::Thread(seq), at } => (seq.0, at),
        Answer::Stored { place: Place::AgentsOnly(_), at } => (0, at),
        Answer::Done(_, at) => (0, at),
    }
}

/// A conversation of this visitor's. Anybody else's is not there.
pub(crate) async fn own(chat: &Chat, who: Visiting, conv: &str) -> Result<Conversation, Fault> {
    let public = PublicId::from_name(conv).ok_or(Fault::NoConversation)?;
    let found = chat.engine.find(who.0, public).await?;
    found.filter(|it| it.visitor == who.1).ok_or(Fault::NoConversation)
}

struct Beginning<'a> {
    cid: &'a str,
    form: &'a Filled,
    lang: &'a str,
    kind: Kind,
    visit: &'a Visit,
}

async fn begin(chat: &Chat, by: &Speaker, it: Beginning<'_>) -> Result<ToVisitor, Told> {
    let told = |fault: Fault| fault::told(&fault, &chat.names);
    let start = Start {
        site: by.who.0,
        visitor: by.who.1,
        kind: it.kind,
        cid: client_cid(it.cid)?,
        form: Form(it.form.clone().into()),
        lang: it.lang.parse().ok(),
    };
    let started = match chat.engine.begun(&start).await.map_err(told)? {
        Some(started) => started,
        None => {
            chat.rates.start(by.who, by.from).map_err(fault::rate)?;
            begin_anew(chat, by, start, it.visit).await.map_err(told)?
        }
    };
    let of = chat.engine.conversation(by.who.0, started.conversation).await.map_err(told)?;
    Ok(ToVisitor::Ack { cid: it.cid.to_owned(), conv: of.public.to_name(), seq: 0, at: of.created.0 })
}

async fn begin_anew(chat: &Chat, by: &Speaker, start: Start, visit: &Visit) -> Result<Started, Fault> {
    let started = chat.engine.start(start).await?;
    // The conversation stands; where it came from is worth a line in the log at most.
    if let Err(fault) = visits::record(&chat.engine, by.who, visit, &by.browsing).await {
        tracing::warn!(%fault, "a visit could not be kept");
    }
    Ok(started)
}

async fn content(chat: &Chat, by: &Speaker, text: &str, files: &[String]) -> Result<Content, Told> {
    if files.is_empty() {
        return Ok(Content::Text(text.to_owned()));
    }
    let files = attachments(chat, by.who.0, files).await?;
    Ok(Content::Files { files, text: text.to_owned() })
}

/// The files of these names. Whether they may be sent is looked at in the message's transaction.
pub(crate) async fn attachments(
    chat: &Chat,
    site: crate::model::SiteId,
    names: &[String],
) -> Result<Vec<crate::model::AttachmentId>, Told> {
    if crate::model::MAX_FILES < names.len() {
        return Err(fault::coded(Refusal::TooManyFiles.code()));
    }
    let missing = || fault::coded(Refusal::FilesMissing.code());
    let names: Option<Vec<_>> = names.iter().map(|it| PublicId::from_name(it)).collect();
    let names = names.ok_or_else(missing)?;
    let read = move |tx: &mut dyn store::Tx| {
        names.iter().map(|it| attachment::find(tx, *it)).collect::<Result<Vec<_>, _>>()
    };
    let found = chat.engine.store().read(read).await;
    let found = found.map_err(|error| fault::told(&Fault::Store(error), &chat.names))?;
    let ids = found.into_iter().map(|it| it.filter(|it| it.site == site).map(|it| it.id));
    ids.collect::<Option<Vec<_>>>().ok_or_else(missing)
}

/// The bytes of a name.
pub(crate) fn bytes(name: &str) -> Result<[u8; 16], Told> {
    let bytes = PublicId::from_name(name).map(|it| *it.as_bytes());
    bytes.ok_or_else(|| fault::coded("malformed"))
}

/// A message's name, as a client may draw it.
pub(crate) fn client_cid(name: &str) -> Result<Cid, Told> {
    Cid::from_client(bytes(name)?).ok_or_else(|| fault::coded("malformed"))
}
