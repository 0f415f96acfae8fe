//! Messages and conversations as their readers get them. What only agents may know has no way into what
//! visitors get: another function makes it.
use std::{collections::HashMap, time::Duration};

use chat_proto::{
    message::{Choice, FileCard, From, Meta, Msg},
    visitor,
};
use store::Tx;

use crate::{
    engine::{Fault, Page},
    model::{
        AgentId, AttachmentId, Author, Body, Content, Conversation, Message, Notice, Place, Record, SiteId,
        Stage, State,
    },
    server::Names,
    tables::attachment,
};

/// The cards of the files of some messages.
pub(crate) type Cards = HashMap<AttachmentId, FileCard>;

/// Reads the cards of a page's files.
pub(crate) fn cards(tx: &mut dyn Tx, site: SiteId, page: &Page) -> Result<Cards, Fault> {
    let mut cards = Cards::new();
    for id in page.messages.iter().filter_map(|it| it.body.files()).flatten() {
        if let Some(it) = attachment::load(tx, site, *id)? {
            cards.insert(*id, card(it));
        }
    }
    Ok(cards)
}

fn card(it: attachment::Attachment) -> FileCard {
    let seen = it.seen;
    FileCard {
        id: it.public.to_name(),
        name: it.name,
        bytes: it.bytes,
        size: seen.as_ref().filter(|seen| seen.thumb.is_some()).and_then(|seen| seen.size),
        kind: seen.map(|seen| seen.media).unwrap_or_default(),
    }
}

/// For whom messages are written.
pub(crate) struct Render<'a> {
    pub names: &'a Names,
    pub cards: &'a Cards,
}

impl Render<'_> {
    /// A message of the thread, as its visitor gets it. `None` for what is beside the thread.
    pub fn for_visitor(&self, it: &Message) -> Option<Msg> {
        let Place::Thread(seq) = it.place else { return None };
        if matches!(it.body, Body::Record(_)) {
            return None;
        }
        let mut msg = self.common(it);
        msg.seq = seq.0;
        Some(msg)
    }

    /// A message or record, as desks get it.
    pub fn for_desk(&self, it: &Message) -> Msg {
        let mut msg = self.common(it);
        match it.place {
            Place::Thread(seq) => msg.seq = seq.0,
            Place::AgentsOnly(seq) => msg.aseq = seq.0,
        }
        if let Author::Agent(agent) = it.author {
            msg.agent = Some(agent.0);
        }
        if let Body::Record(record) = &it.body {
            self.record(record, &mut msg);
        }
        msg
    }

    /// What both get.
    fn common(&self, it: &Message) -> Msg {
        let (from, name) = match it.author {
            Author::Visitor => (From::Visitor, String::new()),
            Author::Agent(agent) => (From::Agent, self.names.first(agent)),
            Author::Bot => (From::Bot, String::new()),
            Author::System => (From::System, String::new()),
        };
        let mut msg = Msg {
            cid: hex(it.cid.as_bytes()),
            from,
            name,
            kind: it.body.kind().to_owned(),
            at: it.at.0,
            reply_to: it.reply_to.map(|seq| seq.0),
            ..Msg::default()
        };
        self.body(&it.body, &mut msg.text, &mut msg.meta);
        msg
    }

    fn body(&self, body: &Body, said: &mut String, meta: &mut Meta) {
        match body {
            Body::Content(content) => self.content(content, said, meta),
            Body::Question { text, choices } => {
                said.clone_from(text);
                let choice = |(option, label): &(crate::model::OptionId, String)| Choice {
                    option: option.0,
                    label: label.clone(),
                };
                meta.choices = choices.iter().map(choice).collect();
            }
            Body::Choice { option, label } => {
                said.clone_from(label);
                meta.option = Some(option.0);
            }
            Body::Form(form) => meta.form = form.0.clone().into(),
            Body::Notice(notice) => self.notice(*notice, meta),
            // Only desks get what the one says, and nobody what the other does.
            Body::Record(_) | Body::Unknown => {}
        }
    }

    fn content(&self, content: &Content, said: &mut String, meta: &mut Meta) {
        match content {
            Content::Text(text) => said.clone_from(text),
            Content::Files { files, text } => {
                said.clone_from(text);
                meta.files = files.iter().filter_map(|id| self.cards.get(id).cloned()).collect();
            }
            Content::Link { url, title } => {
                said.clone_from(title);
                meta.url.clone_from(url);
            }
            Content::Deal { text, url } => {
                said.clone_from(text);
                meta.url.clone_from(url);
            }
        }
    }

    fn notice(&self, notice: Notice, meta: &mut Meta) {
        notice.code().clone_into(&mut meta.code);
        meta.names = notice.agents().map(|agent| self.names.first(agent)).collect();
        if let Notice::Share(share, ..) = notice {
            meta.share = hex(&share.0);
        }
    }

    fn record(&self, record: &Record, msg: &mut Msg) {
        let meta = &mut msg.meta;
        record.code().clone_into(&mut meta.code);
        let name = |agent: &AgentId| self.names.first(*agent);
        let (names, said) = match record {
            Record::Note(text) => {
                meta.code.clear();
                (vec![], text.0.as_str())
            }
            Record::TransferAsked { from, to, note, .. } => (vec![name(from), name(to)], note.0.as_str()),
            Record::TransferEnded { to, outcome, .. } => {
                meta.code = format!("transfer_{}", outcome.code());
                (vec![name(to)], "")
            }
            Record::SentToQueue { by, note, .. } => (by.iter().map(name).collect(), note.0.as_str()),
            Record::Paused { by, until } => {
                meta.until = until.map(|at| at.0);
                (vec![name(by)], "")
            }
            Record::Woken => (vec![], ""),
            Record::Blocked { by, reason } => (vec![name(by)], reason.0.as_str()),
        };
        meta.names = names;
        said.clone_into(&mut msg.text);
    }
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8; 16]) -> String {
    format!("{:032x}", u128::from_be_bytes(*bytes))
}

/// Where a conversation waits: its place in the queue, from 1, how long it may still take, and whether somebody is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Waits {
    pub place: usize,
    pub attended: bool,
    pub wait: Option<Duration>,
}

impl Waits {
    /// How many are before.
    pub fn ahead(self) -> u32 {
        u32::try_from(self.place.saturating_sub(1)).unwrap_or(u32::MAX)
    }

    /// Seconds.
    pub fn wait_s(self) -> Option<u32> {
        self.wait.and_then(|it| u32::try_from(it.as_secs()).ok())
    }
}

/// A conversation as its visitor may know it.
pub(crate) fn conversation(it: &Conversation, names: &Names, waits: Option<Waits>) -> visitor::Conversation {
    let agent = it.owner();
    let waits = waits.filter(|_| it.state.stage() == Stage::Queued);
    visitor::Conversation {
        conv: it.public.to_name(),
        stage: stage(it.state.stage()),
        ver: it.ver.0,
        seq: it.last_seq.0,
        agent: agent.map(|agent| names.first(agent)).unwrap_or_default(),
        agent_here: match &it.state {
            State::Active(active) => active.gone_due.is_none(),
            State::Snoozed(_) => true,
            State::Bot(_)
            | State::Queued(_)
            | State::Offered(..)
            | State::OfflineForm
            | State::Offline
            | State::Closed(_) => false,
        },
        ahead: waits.map(Waits::ahead).or((it.state.stage() == Stage::Offered).then_some(0)),
        wait_s: waits.and_then(Waits::wait_s),
        unattended: waits.is_some_and(|it| !it.attended),
        rateable: it.is_rateable(),
        unavailable: false,
    }
}

const fn stage(it: Stage) -> visitor::Stage {
    match it {
        Stage::Bot => visitor::Stage::Bot,
        Stage::Queued | Stage::Offered => visitor::Stage::Waiting,
        Stage::Active | Stage::Snoozed => visitor::Stage::Active,
        Stage::OfflineForm => visitor::Stage::OfflineForm,
        Stage::Offline => visitor::Stage::Offline,
        Stage::Closed => visitor::Stage::Closed,
    }
}
