//! What an agent's list, open conversations and offers show.
use std::{collections::HashMap, sync::Arc, time::Duration};

use axum::extract::ws::Message;
use chat_proto::{
    desk::{self, Directory, Query, Row, ToDesk},
    limits::PING_EVERY_MS,
    message::Msg,
};
use futures_util::SinkExt;
use store::{Tx, params};
use tokio::time::Instant;

use super::{
    super::{
        hub::{Conv, Desk, DeskDirty, Left, Open, Opening},
        line::Line,
        outbox::Code,
        render::{self, Cards, Render},
        socket::{Out, Stop, Tell},
        wire::Codec,
    },
    Guest,
};
use crate::{
    engine::{Fault, Page},
    model::{AgentSeq, ConversationId, PublicId, Seq, SiteId},
    server::Chat,
    views::{self, Tally},
};

/// The numbers above the lists are counted at most so often.
const COUNTS_EVERY: Duration = Duration::from_secs(1);

/// Tells an agent what they may see.
pub(super) struct Teller {
    chat: Chat,
    desk: Arc<Desk>,
    guest: Guest,
    directory: Directory,
    counts: Option<Tally>,
    counted: Option<Instant>,
    /// The rows of the list, as they were sent.
    rows: HashMap<PublicId, Row>,
    /// The list goes on: its client asks for the rest itself, and has rows that are not among `rows`.
    goes_on: bool,
    open: HashMap<Conv, Opened>,
    /// What they were asked to take on this socket: the last offer of each conversation, and its name.
    asked: HashMap<Conv, (u32, String)>,
}

/// An open conversation, and how much of it the client has.
struct Opened {
    name: String,
    seq: Seq,
    aseq: AgentSeq,
    told: Option<desk::Detail>,
}

impl Teller {
    /// The answer to hello, and what is offered at the moment. `None` when the socket is gone.
    pub async fn welcome(chat: &Chat, desk: &Arc<Desk>, guest: Guest, socket: &mut Line) -> Option<Self> {
        chat.names.refresh(&chat.accounts).await;
        let codec = desk.outbox.codec();
        let read = async {
            let directory = views::directory(&chat.engine, &desk.viewer(), &chat.names.all()).await?;
            Ok::<_, Fault>((directory, offers(chat, desk).await?))
        };
        let Ok((directory, offers)) = read.await else {
            super::refuse(socket, codec, "retry").await;
            return None;
        };
        let ping_ms = u32::try_from(chat.options.ping.as_millis()).unwrap_or(PING_EVERY_MS);
        let now = chat.engine.now().0;
        let frame = codec.encode(&ToDesk::Welcome { now, ping_ms, directory: directory.clone() })?;
        socket.send(frame).await.ok()?;
        if !offers.is_empty() {
            desk.outbox.mark(|dirty| dirty.offers.extend(offers.into_iter().map(|(conv, _)| conv)));
        }
        let (chat, desk) = (chat.clone(), desk.clone());
        let (rows, open, asked) = (HashMap::new(), HashMap::new(), HashMap::new());
        let (counts, counted, goes_on) = (None, None, false);
        Some(Self { chat, desk, guest, directory, counts, counted, rows, goes_on, open, asked })
    }

    fn codec(&self) -> Codec {
        self.desk.outbox.codec()
    }

    async fn send(&self, out: &mut Out<'_>, frame: &ToDesk) -> Result<(), Stop> {
        out.send(self.codec().encode(frame)).await
    }

    /// Looks the log-in up. True when it is good for something else by now.
    async fn look_up(&mut self) -> Result<bool, Code> {
        self.guest.rights.mark_unchanged();
        match self.chat.accounts.login(self.guest.token).await {
            Ok(Some(claims)) if claims == self.guest.claims => Ok(false),
            Ok(Some(claims)) => {
                self.guest.claims = claims;
                Ok(true)
            }
            Ok(None) => Err("logged_out"),
            Err(error) => {
                tracing::warn!(%error, "a log-in cannot be looked up");
                Ok(false)
            }
        }
    }

    /// Who and what there is, where it is news; everything, where the agent may see something else by now. Gives the open
    /// conversations whose site's settings have changed.
    async fn tell_directory(&mut self, dirty: &mut DeskDirty, out: &mut Out<'_>) -> Result<Vec<Conv>, Stop> {
        let viewer = self.chat.viewer(&self.guest.claims).await?;
        let directory = views::directory(&self.chat.engine, &viewer, &self.chat.names.all()).await?;
        dirty.everything |= viewer != self.desk.viewer();
        self.desk.set_viewer(viewer);
        if directory == self.directory {
            return Ok(Vec::new());
        }
        let changed = self.with_other_settings(&directory);
        self.directory = directory.clone();
        self.send(out, &ToDesk::Directory(directory)).await?;
        Ok(changed)
    }

    /// What an open conversation may, and what its panel shows, goes by the site's settings too.
    fn with_other_settings(&self, next: &Directory) -> Vec<Conv> {
        let number =
            |of: &Directory, key: &str| of.sites.iter().find(|it| it.key == key).map(|it| it.settings);
        let is_other = |of: &str| number(&self.directory, of) != number(next, of);
        let changed =
            self.open.iter().filter(|(_, it)| it.told.as_ref().is_some_and(|it| is_other(&it.row.site)));
        changed.map(|(conv, _)| *conv).collect()
    }

    /// The panels of these are asked for anew: with whether the visitor is there, as it has just been read. What was told
    /// of a conversation before may be older than the dot beside it.
    fn show_panels(&self, of: &[Conv], dirty: &mut DeskDirty) {
        for opened in of.iter().filter_map(|conv| self.open.get(conv)) {
            if let (Some(detail), Some(public)) = (&opened.told, PublicId::from_name(&opened.name)) {
                dirty.visitors.insert(public, detail.row.online);
            }
        }
    }

    /// Another list, or the same one anew.
    async fn watch(&mut self, query: Option<Query>, out: &mut Out<'_>) -> Result<(), Stop> {
        let Some(query) = query else {
            self.desk.shows().watch(None);
            self.rows.clear();
            self.goes_on = false;
            self.counts = None;
            return Ok(());
        };
        // From now on changes are heard; what is read after that has those before.
        self.desk.shows().watch(Some(Arc::new(query.clone())));
        self.desk.shows().reads();
        let rows = views::rows(&self.chat.engine, &self.desk.viewer(), &query, None).await?;
        let named = |row: &Row| Some((PublicId::from_name(&row.conv)?, row.clone()));
        self.rows = rows.rows.iter().filter_map(named).collect();
        self.goes_on = rows.next.is_some();
        {
            let mut shows = self.desk.shows();
            shows.has_read(self.rows.keys().copied());
            if self.goes_on {
                shows.goes_on();
            }
        }
        self.counted = None;
        self.send(out, &ToDesk::List(rows)).await?;
        self.count(out).await
    }

    /// A row that may have changed, or left the list with it.
    async fn row(
        &mut self,
        (conv, may_leave): (Conv, bool),
        query: &Query,
        out: &mut Out<'_>,
    ) -> Result<(), Stop> {
        self.desk.shows().reads();
        let listed = views::listed(&self.chat.engine, &self.desk.viewer(), query, conv.1).await?;
        if let Some(row) = listed {
            let Some(public) = PublicId::from_name(&row.conv) else { return Ok(()) };
            let is_news = self.rows.get(&public) != Some(&row);
            self.rows.insert(public, row.clone());
            self.desk.shows().has_read([public]);
            return if is_news { self.send(out, &ToDesk::Row(row)).await } else { Ok(()) };
        }
        self.desk.shows().has_read([]);
        let Some(public) = self.public(conv).await? else { return Ok(()) };
        self.desk.shows().rows.remove(&public);
        // Of what the client asked for itself it is told once, as it leaves.
        if self.rows.remove(&public).is_none() && !(self.goes_on && may_leave) {
            return Ok(());
        }
        self.send(out, &ToDesk::Gone { conv: public.to_name() }).await
    }

    /// A row that has left the list.
    async fn left(&mut self, (public, left): (PublicId, Left), out: &mut Out<'_>) -> Result<(), Stop> {
        if self.rows.get(&public).is_some_and(|it| left.ver.0 < it.ver) {
            return Ok(());
        }
        self.rows.remove(&public);
        self.desk.shows().rows.remove(&public);
        self.send(out, &ToDesk::Gone { conv: public.to_name() }).await
    }

    /// The numbers above the lists, now and then.
    async fn count(&mut self, out: &mut Out<'_>) -> Result<(), Stop> {
        if let Some(left) = self.counted.and_then(|it| COUNTS_EVERY.checked_sub(it.elapsed())) {
            let desk = Arc::downgrade(&self.desk);
            // waits: what comes meanwhile is counted once
            tokio::spawn(async move {
                tokio::time::sleep(left).await;
                if let Some(desk) = desk.upgrade() {
                    desk.outbox.mark(|dirty| dirty.counts = true);
                }
            });
            return Ok(());
        }
        let tally = views::counts(&self.chat.engine, &self.desk.viewer()).await?;
        self.counted = Some(Instant::now());
        if self.counts != Some(tally) {
            self.counts = Some(tally);
            let Tally { waiting, mine, unread, inbox } = tally;
            self.send(out, &ToDesk::Counts { waiting, mine, unread, inbox }).await?;
        }
        Ok(())
    }

    /// What this agent is asked to take, if they still are.
    async fn offered(&mut self, conv: Conv, out: &mut Out<'_>) -> Result<(), Stop> {
        let viewer = self.desk.viewer();
        let row = match views::row(&self.chat.engine, &viewer, conv).await {
            Ok(row) => row,
            Err(Fault::NoConversation) => return Ok(()),
            Err(fault) => return Err(fault.into()),
        };
        match row.offer.clone().filter(|it| it.agent == viewer.agent.0) {
            Some(offer) => {
                let offer = views::offered(&self.chat.engine, conv, offer).await?;
                self.asked.insert(conv, (offer.no, row.conv.clone()));
                self.send(out, &ToDesk::Offered { row, offer }).await
            }
            None => Ok(()),
        }
    }

    /// Offers, after something was missed: those that ended, and all that are open.
    async fn offers_anew(&mut self, dirty: &mut DeskDirty, out: &mut Out<'_>) -> Result<(), Stop> {
        let open = offers(&self.chat, &self.desk).await?;
        let ended: Vec<_> = self.asked.extract_if(|conv, (no, _)| !open.contains(&(*conv, *no))).collect();
        for (of, (no, conv)) in ended {
            if let Some(why) = outcome(&self.chat, of, no).await? {
                self.send(out, &ToDesk::OfferEnded { conv, no, why }).await?;
            }
        }
        dirty.offers.extend(open.into_iter().map(|(conv, _)| conv));
        Ok(())
    }

    /// Opens a conversation, or goes back in one: the detail, then messages from there on.
    async fn open(&mut self, conv: Conv, from: Open, out: &mut Out<'_>) -> Result<(), Stop> {
        let Some(detail) = self.detail(conv).await? else { return self.close(conv, out).await };
        let opened = Opened {
            name: detail.row.conv.clone(),
            seq: Seq(from.seq),
            aseq: AgentSeq(from.aseq),
            told: Some(detail.clone()),
        };
        self.open.insert(conv, opened);
        self.send(out, &ToDesk::Conv(detail)).await?;
        self.catch_up(conv, out).await
    }

    async fn detail(&self, conv: Conv) -> Result<Option<desk::Detail>, Stop> {
        let viewer = self.desk.viewer();
        match views::detail(&self.chat.engine, &viewer, conv).await {
            Ok(mut detail) => {
                let others = self.chat.hub.watching(conv, viewer.agent);
                detail.watching = others.into_iter().map(|it| it.0).collect();
                Ok(Some(detail))
            }
            Err(Fault::NoConversation) => Ok(None),
            Err(fault) => Err(fault.into()),
        }
    }

    /// It is not theirs to see any more: no sign of it is sent from now on.
    async fn close(&mut self, conv: Conv, out: &mut Out<'_>) -> Result<(), Stop> {
        self.desk.shows().open.remove(&conv);
        let name = match self.open.remove(&conv) {
            Some(opened) => opened.name,
            None => match self.public(conv).await? {
                Some(public) => public.to_name(),
                None => return Ok(()),
            },
        };
        self.send(out, &ToDesk::Gone { conv: name }).await
    }

    async fn public(&self, (site, id): Conv) -> Result<Option<PublicId>, Stop> {
        match self.chat.engine.conversation(site, id).await {
            Ok(it) => Ok(Some(it.public)),
            Err(Fault::NoConversation) => Ok(None),
            Err(fault) => Err(fault.into()),
        }
    }

    /// Messages and records that the client lacks, a page at a time as the socket takes them; then the detail.
    async fn catch_up(&mut self, conv: Conv, out: &mut Out<'_>) -> Result<(), Stop> {
        let detail = self.detail(conv).await?;
        let Some(opened) = self.open.get_mut(&conv) else { return Ok(()) };
        let codec = self.desk.outbox.codec();
        let Some(detail) = detail else { return self.close(conv, out).await };
        loop {
            let (msgs, more) = opened.page(&self.chat, conv).await?;
            if !msgs.is_empty() {
                out.send(codec.encode(&ToDesk::Msgs { conv: opened.name.clone(), msgs })).await?;
            }
            if !more {
                break;
            }
        }
        if opened.told.as_ref() != Some(&detail) {
            opened.told = Some(detail.clone());
            out.send(codec.encode(&ToDesk::Conv(detail))).await?;
        }
        Ok(())
    }

    async fn lists(&mut self, dirty: &mut DeskDirty, out: &mut Out<'_>) -> Result<(), Stop> {
        if let Some(query) = dirty.watch.take() {
            self.watch(query, out).await?;
        }
        let list = self.desk.shows().list.clone();
        let Some(query) = list else { return Ok(()) };
        if dirty.everything {
            return self.watch(Some(Query::clone(&query)), out).await;
        }
        // Before the others: what left may be back.
        for (public, left) in std::mem::take(&mut dirty.gone) {
            if left.is_of(&query) {
                self.left((public, left), out).await?;
            }
        }
        for row in std::mem::take(&mut dirty.rows) {
            self.row(row, &query, out).await?;
        }
        if dirty.counts { self.count(out).await } else { Ok(()) }
    }

    async fn threads(&mut self, dirty: &mut DeskDirty, out: &mut Out<'_>) -> Result<(), Stop> {
        for (conv, opening) in std::mem::take(&mut dirty.open) {
            match opening {
                Opening::From(from) => self.open(conv, from, out).await?,
                Opening::Again => {
                    if let Some(opened) = self.open.get_mut(&conv) {
                        opened.told = None;
                    }
                    self.catch_up(conv, out).await?;
                }
                Opening::Left => _ = self.open.remove(&conv),
            }
        }
        if dirty.everything {
            dirty.threads.extend(self.open.keys().copied());
        }
        for conv in std::mem::take(&mut dirty.threads) {
            self.catch_up(conv, out).await?;
        }
        Ok(())
    }

    /// What lasts for a moment.
    async fn signs(&self, dirty: DeskDirty, out: &mut Out<'_>) -> Result<(), Stop> {
        let name = |it: PublicId| it.to_name();
        let visitors = dirty.visitors.into_iter();
        let visitors = visitors.map(|(conv, online)| ToDesk::Visitor { conv: name(conv), online });
        let reads = dirty.reads.into_iter().map(|(conv, seq)| ToDesk::Read { conv: name(conv), seq });
        let typing = dirty.typing.into_iter().map(|((conv, agent), on)| {
            let agent = agent.map(|it| it.0);
            ToDesk::Typing { conv: name(conv), agent, on }
        });
        for frame in visitors.chain(reads).chain(typing) {
            self.send(out, &frame).await?;
        }
        Ok(())
    }
}

impl Opened {
    /// The next page of what the client lacks, and whether there is more.
    async fn page(&mut self, chat: &Chat, (site, id): Conv) -> Result<(Vec<Msg>, bool), Fault> {
        let thread = chat.engine.thread(site, id, self.seq).await?;
        let records = chat.engine.records(site, id, self.aseq).await?;
        let cards = cards(chat, site, &thread).await?;
        let render = Render { names: &chat.names, cards: &cards };
        let msgs: Vec<_> =
            thread.messages.iter().chain(&records.messages).map(|it| render.for_desk(it)).collect();
        for it in &msgs {
            self.seq = self.seq.max(Seq(it.seq));
            self.aseq = self.aseq.max(AgentSeq(it.aseq));
        }
        Ok((msgs, thread.more || records.more))
    }
}

async fn cards(chat: &Chat, site: SiteId, page: &Page) -> Result<Cards, Fault> {
    if page.messages.iter().all(|it| it.body.files().is_none()) {
        return Ok(Cards::new());
    }
    let page = page.clone();
    chat.engine.store().read(move |tx| render::cards(tx, site, &page)).await
}

/// What the agent is asked to take at the moment, and by which offer.
async fn offers(chat: &Chat, desk: &Desk) -> Result<Vec<(Conv, u32)>, Fault> {
    const OPEN: &str = "SELECT conv_id, no FROM chat_offer WHERE site_id = $1 AND agent_id = $2
        AND outcome = 'open' ORDER BY at";
    let viewer = desk.viewer();
    let read = move |tx: &mut dyn Tx| {
        let mut all = Vec::new();
        for site in viewer.sites.iter() {
            let rows: Vec<(i64, i64)> = tx.rows(OPEN, params![site.id.0, viewer.agent.0])?;
            let read =
                |(conv, no): (i64, i64)| Some(((site.id, ConversationId(conv)), u32::try_from(no).ok()?));
            all.extend(rows.into_iter().filter_map(read));
        }
        Ok(all)
    };
    chat.engine.store().read(read).await
}

/// What became of an offer.
async fn outcome(chat: &Chat, (site, conv): Conv, no: u32) -> Result<Option<String>, Fault> {
    const OUTCOME: &str = "SELECT outcome FROM chat_offer WHERE site_id = $1 AND conv_id = $2 AND no = $3";
    let read = move |tx: &mut dyn Tx| {
        let found: Option<(String,)> = tx.optional(OUTCOME, params![site.0, conv.0, i64::from(no)])?;
        Ok(found.map(|(it,)| it))
    };
    chat.engine.store().read(read).await
}

impl Tell for Teller {
    type Dirty = DeskDirty;

    async fn tell(&mut self, mut dirty: DeskDirty, out: &mut Out<'_>) -> Result<(), Stop> {
        if dirty.login || self.guest.rights.has_changed().unwrap_or(true) {
            dirty.everything |= self.look_up().await.map_err(Stop::Bye)?;
        }
        let mut panels = Vec::new();
        if dirty.directory || dirty.everything {
            panels = self.tell_directory(&mut dirty, out).await?;
            dirty.threads.extend(&panels);
        }
        if dirty.everything {
            self.offers_anew(&mut dirty, out).await?;
        }
        self.lists(&mut dirty, out).await?;
        for conv in std::mem::take(&mut dirty.offers) {
            self.offered(conv, out).await?;
        }
        self.threads(&mut dirty, out).await?;
        self.show_panels(&panels, &mut dirty);
        self.signs(dirty, out).await
    }

    fn ping(&self) -> Option<Message> {
        self.codec().encode(&ToDesk::Ping)
    }

    /// A log-out, here or in another tab, closes the desk as well; so does a disabled account.
    async fn beat(&mut self) -> Result<(), Code> {
        if self.look_up().await? {
            self.desk.outbox.mark(|dirty| dirty.everything = true);
        }
        Ok(())
    }

    fn bye(&self, code: Code) -> Option<Message> {
        self.codec().encode(&ToDesk::Bye { code: code.to_owned() })
    }
}
