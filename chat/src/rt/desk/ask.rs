//! What an agent asks.
use std::{collections::BTreeSet, sync::Arc};

use chat_proto::{
    Fault as Told, Resume,
    desk::{Deed, FromDesk, Presence as Stated, Say, ToDesk},
};
use store::{Key, Tx};

use super::super::{
    fault,
    hub::{Conv, Desk, Open, Opening},
    outbox::Code,
    presence, say,
    socket::{Heard, Work},
};
use super::Guest;
use crate::{
    changes::Change,
    engine::{Ask, Fault, Receipt, Request, Rid},
    model::{
        AgentId, Cap, Cid, Content, Conversation, FromAgent, OfferNo, Presence, QueueId, Seq, SnoozeFor,
        TagId, TransferTo, UnixMillis, Words,
    },
    server::Chat,
    tables::{library, marks},
    views,
};

/// Most conversations that one desk has open.
const MAX_OPEN: usize = 32;

/// Does what an agent asks.
pub(super) struct Worker {
    chat: Chat,
    desk: Arc<Desk>,
    guest: Guest,
}

impl Work for Worker {
    type Frame = FromDesk;

    async fn work(&mut self, heard: Heard<FromDesk>) -> Result<(), Code> {
        self.look_up().await?;
        let receipt = heard.receipt;
        match heard.frame {
            FromDesk::Send { cid, conv, say } => {
                let done = self.say((&cid, &conv), say, receipt).await;
                self.answer(cid, done);
            }
            FromDesk::Do { cid, conv, what } => {
                let done = self.deed((&cid, &conv), what, receipt).await;
                self.answer(cid, done);
            }
            FromDesk::Presence { cid, site, to } => {
                let done = self.presence(&site, to).await.map(|()| (0, receipt.at()));
                self.answer(cid, done.map_err(|fault| self.told(&fault)));
            }
            sign @ (FromDesk::Hello { .. }
            | FromDesk::Watch { .. }
            | FromDesk::Open(_)
            | FromDesk::Leave { .. }
            | FromDesk::Typing { .. }
            | FromDesk::Read { .. }
            | FromDesk::Fetch { .. }) => self.sign(sign).await,
        }
        Ok(())
    }
}

impl Worker {
    pub fn new(chat: &Chat, desk: &Arc<Desk>, guest: Guest) -> Self {
        Self { chat: chat.clone(), desk: desk.clone(), guest }
    }

    /// Nothing is done by rights that were taken before it was read.
    async fn look_up(&mut self) -> Result<(), Code> {
        if !self.guest.rights.has_changed().unwrap_or(true) {
            return Ok(());
        }
        self.guest.rights.mark_unchanged();
        let found = self.chat.accounts.login(self.guest.token).await.map_err(|_| "retry")?;
        let claims = found.ok_or("logged_out")?;
        if claims != self.guest.claims {
            let viewer = self.chat.viewer(&claims).await.map_err(|_| "retry")?;
            self.desk.set_viewer(viewer);
            self.guest.claims = claims;
        }
        Ok(())
    }

    /// Opens what was open before.
    pub async fn resume(&self, resume: Vec<Resume>) {
        for it in resume.into_iter().take(MAX_OPEN) {
            self.sign(FromDesk::Open(it)).await;
        }
    }

    fn answer(&self, cid: String, done: Result<(u64, UnixMillis), Told>) {
        let frame = match done {
            Ok((seq, at)) => ToDesk::Ack { cid, seq, at: at.0 },
            Err(fault) => ToDesk::Nack { cid, fault },
        };
        self.desk.outbox.push(&frame);
    }

    fn told(&self, fault: &Fault) -> Told {
        fault::told(fault, &self.chat.names)
    }

    async fn find(&self, conv: &str) -> Result<Conversation, Fault> {
        views::find(&self.chat.engine, &self.desk.viewer(), conv).await
    }

    async fn say(
        &self,
        (cid, conv): (&str, &str),
        it: Say,
        receipt: Receipt,
    ) -> Result<(u64, UnixMillis), Told> {
        let of = self.find(conv).await.map_err(|fault| self.told(&fault))?;
        let name = say::client_cid(cid)?;
        let asks = match it {
            Say::Text { text, files, reply_to } => {
                let content = self.text(&of, text, &files).await?;
                FromAgent::Send { cid: name, content, reply_to: reply_to.map(Seq) }
            }
            Say::Link { url, title } => sends(name, Content::Link { url: web(url, false)?, title }),
            Say::Deal { text, url } => sends(name, Content::Deal { text, url: web(url, true)? }),
            Say::Note { text } => FromAgent::Note { cid: name, text: Words(text) },
        };
        self.execute(&of, cid, asks, receipt).await
    }

    async fn text(&self, of: &Conversation, text: String, files: &[String]) -> Result<Content, Told> {
        if files.is_empty() {
            return Ok(Content::Text(text));
        }
        let files = say::attachments(&self.chat, of.site, files).await?;
        Ok(Content::Files { files, text })
    }

    async fn deed(
        &self,
        (cid, conv): (&str, &str),
        what: Deed,
        receipt: Receipt,
    ) -> Result<(u64, UnixMillis), Told> {
        let of = self.find(conv).await.map_err(|fault| self.told(&fault))?;
        let at = receipt.at();
        if let Deed::Star { on } = what {
            return self.star(&of, on, at).await.map_err(|fault| self.told(&fault));
        }
        if let Deed::Tag { tags } | Deed::Close { tags } | Deed::Block { tags, .. } = &what
            && !self.knows_tags(&of, tags).await.map_err(|fault| self.told(&fault))?
        {
            return Err(fault::coded("unknown_tag"));
        }
        let may_force = self.desk.viewer().actor().manages();
        let asks = asks(what, may_force).ok_or_else(|| fault::coded("malformed"))?;
        self.execute(&of, cid, asks, receipt).await
    }

    /// Whether these are tags of the site that are still given, or that the conversation has.
    async fn knows_tags(&self, of: &Conversation, tags: &[i64]) -> Result<bool, Fault> {
        let (site, has) = (of.site, of.tags.clone());
        let new: Vec<i64> = tags.iter().copied().filter(|it| !has.contains(&TagId(*it))).collect();
        if new.is_empty() {
            return Ok(true);
        }
        let all = self.chat.engine.store().read(move |tx: &mut dyn Tx| library::tags(tx, site)).await?;
        Ok(new.iter().all(|id| all.iter().any(|it| it.id == *id && !it.archived)))
    }

    async fn execute(
        &self,
        of: &Conversation,
        cid: &str,
        asks: FromAgent,
        receipt: Receipt,
    ) -> Result<(u64, UnixMillis), Told> {
        let conv = (of.site, of.id);
        let rid = Some(Rid(say::bytes(cid)?));
        let ask = Ask::Agent(self.desk.viewer().actor(), asks);
        let request = Request { site: of.site, conversation: of.id, ask, rid };
        let answer = self.chat.engine.execute(receipt, request).await.map_err(|fault| self.told(&fault))?;
        // What was changed is told before the answer.
        if self.desk.shows().open.contains(&conv) {
            self.desk.outbox.mark(|dirty| _ = dirty.threads.insert(conv));
        }
        Ok(say::place(answer))
    }

    async fn star(&self, of: &Conversation, on: bool, at: UnixMillis) -> Result<(u64, UnixMillis), Fault> {
        let (conv, agent) = ((of.site, of.id), self.desk.viewer().agent);
        let star = move |tx: &mut dyn Tx| marks::star(tx, conv, (agent, on), at);
        if self.chat.engine.store().write(Key(conv.0.0), star).await? {
            let (site, conversation) = conv;
            self.chat.engine.changes().tell(Change::Row { site, conversation, only: None });
        }
        Ok((0, at))
    }

    async fn presence(&self, site: &str, to: Stated) -> Result<(), Fault> {
        let viewer = self.desk.viewer();
        let site = viewer.site(site).ok_or(Fault::NoSite)?.id;
        let to = match to {
            Stated::Available => Presence::Available,
            Stated::Away => Presence::Away,
            Stated::Gone => Presence::Gone,
        };
        presence::set(&self.chat, site, viewer.agent, to).await
    }

    /// What nobody answers.
    async fn sign(&self, frame: FromDesk) {
        let done = match frame {
            FromDesk::Watch { query } => {
                self.desk.outbox.mark(|dirty| dirty.watch = Some(query));
                Ok(())
            }
            FromDesk::Open(resume) => return self.open(resume).await,
            FromDesk::Leave { conv } => self.leave(&conv).await,
            FromDesk::Typing { conv, on } => self.typing(&conv, on).await,
            FromDesk::Read { conv, seq } => self.read(&conv, seq).await,
            FromDesk::Fetch { conv, after, aseq } => self.fetch(&conv, Open { seq: after, aseq }).await,
            FromDesk::Hello { .. }
            | FromDesk::Send { .. }
            | FromDesk::Do { .. }
            | FromDesk::Presence { .. } => Ok(()),
        };
        match done {
            // Nobody waits for an answer about what is not there.
            Ok(()) | Err(Fault::NoConversation) => {}
            Err(fault) => tracing::warn!(%fault, "an agent's sign was lost"),
        }
    }

    async fn open(&self, resume: Resume) {
        let Ok(of) = self.find(&resume.conv).await else {
            return self.desk.outbox.push(&ToDesk::Gone { conv: resume.conv });
        };
        let conv = (of.site, of.id);
        let opened = self.desk.shows().opens(conv, MAX_OPEN);
        let from = Open { seq: resume.seq.min(of.last_seq.0), aseq: resume.aseq.min(of.last_agent_seq.0) };
        match opened {
            None => return self.desk.outbox.end("rate"),
            Some(true) => {
                self.desk.outbox.mark(|dirty| _ = dirty.open.insert(conv, Opening::From(from)));
            }
            // What is on its way to the client must not come again.
            Some(false) => {
                self.desk.outbox.mark(|dirty| _ = dirty.open.entry(conv).or_insert(Opening::Again));
            }
        }
        self.others(conv);
    }

    async fn leave(&self, conv: &str) -> Result<(), Fault> {
        let of = self.find(conv).await?;
        let conv = (of.site, of.id);
        self.desk.shows().open.remove(&conv);
        self.desk.outbox.mark(|dirty| _ = dirty.open.insert(conv, Opening::Left));
        self.others(conv);
        Ok(())
    }

    /// The others who have it open see who comes and goes.
    fn others(&self, conv: Conv) {
        self.chat.hub.open_desks(conv, |_, dirty| _ = dirty.threads.insert(conv));
    }

    async fn typing(&self, conv: &str, on: bool) -> Result<(), Fault> {
        let of = self.find(conv).await?;
        let (public, me) = (of.public, self.desk.viewer().agent);
        // Who only looks on is not there for the visitor.
        if of.owner() == Some(me) {
            self.chat.hub.widgets((of.site, of.visitor), |dirty| dirty.typing = Some((public, on)));
        }
        self.chat.hub.open_desks((of.site, of.id), |desk, dirty| {
            if desk.viewer().agent != me {
                dirty.typing.insert((public, Some(me)), on);
            }
        });
        Ok(())
    }

    async fn read(&self, conv: &str, seq: u64) -> Result<(), Fault> {
        let of = self.find(conv).await?;
        let (conv, public, me) = ((of.site, of.id), of.public, self.desk.viewer().agent);
        let seq = seq.min(of.last_seq.0);
        let mark = move |tx: &mut dyn Tx| marks::read(tx, conv, (me.0, Seq(seq)));
        if !self.chat.engine.store().write(Key(conv.0.0), mark).await? {
            return Ok(());
        }
        if of.owner() == Some(me) {
            self.chat.hub.widgets((of.site, of.visitor), |dirty| dirty.read = Some((public, seq)));
        }
        let (site, conversation) = conv;
        self.chat.engine.changes().tell(Change::Row { site, conversation, only: Some(me) });
        Ok(())
    }

    /// Goes back: what follows comes again from there on.
    async fn fetch(&self, conv: &str, from: Open) -> Result<(), Fault> {
        let of = self.find(conv).await?;
        let conv = (of.site, of.id);
        if self.desk.shows().open.contains(&conv) {
            self.desk.outbox.mark(|dirty| _ = dirty.open.insert(conv, Opening::From(from)));
        }
        Ok(())
    }
}

const fn sends(cid: Cid, content: Content) -> FromAgent {
    FromAgent::Send { cid, content, reply_to: None }
}

/// An address that a click may lead to. Nothing else than the web: no script, no file.
fn web(url: String, may_be_empty: bool) -> Result<String, Told> {
    let url = url.trim().to_owned();
    let begins = |scheme: &str| url.get(..scheme.len()).is_some_and(|it| it.eq_ignore_ascii_case(scheme));
    let is_web = (begins("https://") || begins("http://"))
        && !url.contains(|it: char| it.is_whitespace() || it.is_control());
    if is_web || (may_be_empty && url.is_empty()) { Ok(url) } else { Err(fault::coded("url")) }
}

fn cap(force: bool) -> Cap {
    if force { Cap::Ignored } else { Cap::Holds }
}

/// What the state machine is asked. A star is no transition. Only managers go beyond how many somebody takes.
fn asks(it: Deed, may_force: bool) -> Option<FromAgent> {
    let cap = |force: bool| cap(force && may_force);
    let tags = |tags: Vec<i64>| tags.into_iter().map(TagId).collect::<BTreeSet<_>>();
    Some(match it {
        Deed::Take { force } => FromAgent::Take(cap(force)),
        Deed::Accept { no } => FromAgent::Accept(OfferNo(no)),
        Deed::Decline { no } => FromAgent::Decline(OfferNo(no)),
        Deed::TransferToAgent { agent, note, force } => {
            FromAgent::Transfer { to: TransferTo::Agent(AgentId(agent), cap(force)), note: Words(note) }
        }
        Deed::TransferToQueue { queue, note } => {
            FromAgent::Transfer { to: TransferTo::Queue(QueueId(queue)), note: Words(note) }
        }
        Deed::CancelTransfer => FromAgent::CancelTransfer,
        Deed::Snooze { until, keep } => FromAgent::Snooze(match (until, keep) {
            (None, _) => SnoozeFor::Reply,
            (Some(until), true) => SnoozeFor::Keep(UnixMillis(until)),
            (Some(until), false) => SnoozeFor::Close(UnixMillis(until)),
        }),
        Deed::Wake => FromAgent::Wake,
        Deed::Tag { tags: all } => FromAgent::Tag(tags(all)),
        Deed::Close { tags: all } => FromAgent::Close(tags(all)),
        Deed::Block { tags: all, reason } => FromAgent::Block { tags: tags(all), reason: Words(reason) },
        Deed::Reopen => FromAgent::Reopen,
        Deed::Star { .. } => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::web;

    // shows: DSK-07
    #[test]
    fn a_link_leads_to_the_web_or_nowhere() {
        for url in ["https://shop.example/a?b=c#d", "HTTP://shop.example", " https://shop.example "] {
            assert_eq!(web(url.to_owned(), false).as_deref(), Ok(url.trim()));
        }
        for url in ["javascript:alert(1)", "file:///etc/passwd", "//shop.example", "https://a b", "é", "http"]
        {
            assert!(web(url.to_owned(), true).is_err(), "{url}");
        }
        assert!(web(String::new(), false).is_err());
        assert_eq!(web(String::new(), true), Ok(String::new()));
    }
}
