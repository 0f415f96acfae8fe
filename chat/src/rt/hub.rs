//! Every socket of this process, and what each has to hear of.
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use chat_proto::{
    desk::Query,
    visitor::{ToVisitor, Token},
};
use tokio::time::Instant;

use super::{
    outbox::{Code, Outbox},
    room::{Room, Ticket},
    wire::Codec,
};
use crate::{
    changes::Change,
    engine::Committed,
    model::{AgentId, Conversation, ConversationId, PublicId, QueueId, Seq, SiteId, Stage, Ver, VisitorId},
    views::may_match,
    who::Viewer,
};

/// One visitor of one site.
pub(crate) type Visiting = (SiteId, VisitorId);
/// One conversation of one site.
pub(crate) type Conv = (SiteId, ConversationId);

/// A widget's socket.
pub(crate) struct Widget {
    pub outbox: Outbox<WidgetDirty>,
    /// Its conversation waits: a place in a queue changes with what others do.
    pub waits: AtomicBool,
    /// The origin of its page.
    page: Box<str>,
}

/// Pages of threads, by the number that they come after.
pub(crate) type Pages = BTreeSet<(ConversationId, PublicId, u64)>;

/// What a widget has to be told.
#[derive(Default)]
pub(crate) struct WidgetDirty {
    /// The conversation or its thread has changed.
    pub thread: bool,
    /// This was said in it and waits to be acknowledged: whoever has been told so much needs no look.
    pub said: Option<(PublicId, Seq)>,
    /// Others were taken from the queue, or came.
    pub place: bool,
    /// Pages that were asked for.
    pub pages: Pages,
    /// The agent types, or not.
    pub typing: Option<(PublicId, bool)>,
    /// The agent has read so far.
    pub read: Option<(PublicId, u64)>,
    /// The site has changed.
    pub settings: bool,
    /// A new token.
    pub token: Option<Token>,
}

impl WidgetDirty {
    /// What the visitor asked for is done, or not: what it changed is told before.
    pub fn answered(&mut self, answer: &ToVisitor) {
        let said = if let ToVisitor::Ack { conv, seq: seq @ 1.., .. } = answer {
            PublicId::from_name(conv).map(|it| (it, Seq(*seq)))
        } else {
            None
        };
        let follows = |before: (PublicId, Seq)| said.is_some_and(|it| before.0 == it.0 && before.1 <= it.1);
        if said.is_none() || !self.said.is_none_or(follows) {
            self.thread = true;
        }
        self.said = said;
    }
}

impl Widget {
    pub fn new(codec: Codec, page: Box<str>) -> Self {
        Self { outbox: Outbox::new(codec), waits: AtomicBool::new(false), page }
    }
}

/// A desk's socket.
pub(crate) struct Desk {
    pub agent: AgentId,
    viewer: Mutex<Viewer>,
    pub outbox: Outbox<DeskDirty>,
    /// What it shows, as far as that decides what it has to hear of.
    pub shows: Mutex<Shows>,
}

/// What a desk shows.
#[derive(Default)]
pub(crate) struct Shows {
    pub list: Option<Arc<Query>>,
    /// The rows of the list that are known here.
    pub rows: HashSet<PublicId>,
    /// The list goes on: its client asks for the rest itself, and may have any row of it.
    goes_on: bool,
    /// Rows are being read that do not stand among `rows` yet: whatever changes may be one of them.
    is_reading: bool,
    /// Open conversations.
    pub open: HashSet<Conv>,
}

impl Shows {
    /// Another list is shown.
    pub fn watch(&mut self, list: Option<Arc<Query>>) {
        self.list = list;
        self.rows.clear();
        self.goes_on = false;
    }

    /// The list has more than the rows that are known here.
    pub const fn goes_on(&mut self) {
        self.goes_on = true;
    }

    /// Rows are read from now on, until [`Shows::has_read`].
    pub const fn reads(&mut self) {
        self.is_reading = true;
    }

    /// These rows were read; they stand in the list from now on.
    pub fn has_read(&mut self, rows: impl IntoIterator<Item = PublicId>) {
        self.rows.extend(rows);
        self.is_reading = false;
    }

    /// Opens a conversation: whether it was closed before. `None` when so many are open already.
    pub fn opens(&mut self, conv: Conv, most: usize) -> Option<bool> {
        let is_open = self.open.contains(&conv);
        if !is_open && most <= self.open.len() {
            return None;
        }
        Some(self.open.insert(conv))
    }
}

/// What a desk has to be told.
#[derive(Default)]
pub(crate) struct DeskDirty {
    /// Another list is watched.
    pub watch: Option<Option<Query>>,
    /// Opened or left.
    pub open: BTreeMap<Conv, Opening>,
    /// Open conversations that have changed.
    pub threads: BTreeSet<Conv>,
    /// Rows that may have changed; whether they may have left the list with it.
    pub rows: BTreeMap<Conv, bool>,
    /// Rows that have left the list, which need no question to the store.
    pub gone: BTreeMap<PublicId, Left>,
    /// What may be offered to this agent.
    pub offers: BTreeSet<Conv>,
    /// Who types, or not: an agent, or the visitor.
    pub typing: BTreeMap<(PublicId, Option<AgentId>), bool>,
    /// So far the visitor has read.
    pub reads: BTreeMap<PublicId, u64>,
    /// Visitors of open conversations who came, went, or did something.
    pub visitors: BTreeMap<PublicId, bool>,
    /// Numbers above the lists.
    pub counts: bool,
    /// Who and what there is.
    pub directory: bool,
    /// Something was missed: everything is read anew.
    pub everything: bool,
    /// Whose desk it is may have changed: the log-in is looked up.
    pub login: bool,
}

/// A row that left a list.
pub(crate) struct Left {
    /// Which list: another one may be shown by now.
    list: Arc<Query>,
    /// By which version of its conversation.
    pub ver: Ver,
}

impl Left {
    /// Whether it is this list that it left.
    pub fn is_of(&self, list: &Arc<Query>) -> bool {
        Arc::ptr_eq(&self.list, list)
    }
}

/// What becomes of an open conversation.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Opening {
    /// It is shown from after what the client has.
    From(Open),
    /// It was open already: only how it stands is told anew.
    Again,
    /// It is not shown any more.
    Left,
}

/// Where a client stands that opens a conversation.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Open {
    pub seq: u64,
    pub aseq: u64,
}

impl Desk {
    pub fn new(viewer: Viewer, codec: Codec) -> Self {
        Self {
            agent: viewer.agent,
            viewer: Mutex::new(viewer),
            outbox: Outbox::new(codec),
            shows: Mutex::default(),
        }
    }

    /// Whose it is, and what they may see.
    pub fn viewer(&self) -> Viewer {
        self.viewer.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What they may see has changed.
    pub fn set_viewer(&self, viewer: Viewer) {
        *self.viewer.lock().unwrap_or_else(PoisonError::into_inner) = viewer;
    }

    pub fn shows(&self) -> MutexGuard<'_, Shows> {
        self.shows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serves(&self, site: SiteId) -> bool {
        self.viewer().key(site).is_some()
    }

    fn has_open(&self, conv: Conv) -> bool {
        self.shows().open.contains(&conv)
    }

    fn list_changed(&self, conv: Conv, may_leave: bool) {
        self.outbox.mark(|dirty| {
            *dirty.rows.entry(conv).or_default() |= may_leave;
            dirty.counts = true;
        });
    }

    /// The list has lost a row, or has one that may be another.
    fn lists(&self, conv: Conv, (before, next): (Option<&Conversation>, &Conversation)) {
        let (shows, viewer) = (self.shows(), self.viewer());
        let Some(list) = shows.list.clone() else { return };
        let (matches, is_known) = (may_match(&viewer, &list, next), shows.rows.contains(&next.public));
        if shows.is_reading || matches {
            drop(shows);
            let may_leave = before.is_some_and(|it| Standing::of(it) != Standing::of(next));
            return self.list_changed(conv, may_leave);
        }
        let was_there = || shows.goes_on && before.is_some_and(|it| may_match(&viewer, &list, it));
        if is_known || was_there() {
            drop(shows);
            let left = Left { list, ver: next.ver };
            self.outbox.mark(|dirty| {
                dirty.gone.insert(next.public, left);
                dirty.counts = true;
            });
        }
    }
}

/// See the module.
#[derive(Default)]
pub(crate) struct Hub {
    state: Mutex<State>,
    visitors: Turns,
    agents: Turns,
}

/// One after the other says whether a person is there: a coming never overtakes the going before it, whose
/// writes would undo it. Few share a turn.
struct Turns([tokio::sync::Mutex<()>; 64]);

impl Default for Turns {
    fn default() -> Self {
        Self(std::array::from_fn(|_| tokio::sync::Mutex::default()))
    }
}

impl Turns {
    async fn of(&self, id: i64) -> tokio::sync::MutexGuard<'_, ()> {
        let n = usize::try_from(id.rem_euclid(64)).unwrap_or_default();
        self.0[n].lock().await
    }
}

#[derive(Default)]
struct State {
    widgets: Room<Visiting, Widget>,
    desks: Room<AgentId, Desk>,
    /// Where conversations stand that are not closed, as far as it is known.
    standing: HashMap<Conv, Standing>,
    stops: bool,
}

/// Where a conversation stands: when that changes, so do the places of those who wait, and agents' numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Standing {
    stage: Stage,
    queue: QueueId,
    /// Whose it is, and who is asked to take it.
    agents: [Option<AgentId>; 2],
}

impl Standing {
    fn of(it: &Conversation) -> Self {
        let asked = it.asked().map(|(agent, _)| agent);
        Self { stage: it.state.stage(), queue: it.queue, agents: [it.owner(), asked] }
    }

    /// The queue that it waits in.
    fn waits(self) -> Option<QueueId> {
        matches!(self.stage, Stage::Queued | Stage::Offered).then_some(self.queue)
    }

    /// Whether an agent's numbers may go by a change of it.
    fn concerns(self, viewer: &Viewer, has_moved: bool) -> bool {
        // What is written into it counts as unread.
        let is_counted = has_moved || self.stage == Stage::Offline;
        self.agents.contains(&Some(viewer.agent))
            || (is_counted && (viewer.actor().manages() || viewer.queues.contains(&self.queue)))
    }
}

fn standing(all: &[Conversation]) -> HashMap<Conv, Standing> {
    all.iter().map(|it| ((it.site, it.id), Standing::of(it))).collect()
}

impl Hub {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What waits, or is with an agent, as the service begins.
    pub fn begins(&self, all: &[Conversation]) {
        self.lock().standing = standing(all);
    }

    /// The turn to say whether a visitor is there; held until that is durable.
    pub async fn visitor_turn(&self, who: Visiting) -> tokio::sync::MutexGuard<'_, ()> {
        self.visitors.of(who.1.0).await
    }

    /// The turn to say whether an agent is there; held until that is durable.
    pub async fn agent_turn(&self, agent: AgentId) -> tokio::sync::MutexGuard<'_, ()> {
        self.agents.of(agent.0).await
    }

    /// A widget has said hello. `None` when its visitor has so many sockets already; else whether the visitor
    /// was not there before.
    pub fn widget_enters(&self, who: Visiting, widget: &Arc<Widget>, most: usize) -> Option<bool> {
        let mut state = self.lock();
        if most <= state.widgets.peers(&who).len() {
            return None;
        }
        if state.stops {
            widget.outbox.end("stopping");
        }
        Some(state.widgets.enter(who, widget.clone()))
    }

    /// How many sockets a visitor has.
    pub fn n_of(&self, who: Visiting) -> usize {
        self.lock().widgets.peers(&who).len()
    }

    /// How many widgets there are.
    pub fn n_widgets(&self) -> usize {
        self.lock().widgets.all().count()
    }

    /// A widget's socket has closed. The last one gives a ticket, and when its grace and that of others is over.
    pub fn widget_leaves(
        &self,
        who: Visiting,
        widget: &Arc<Widget>,
        grace: Duration,
    ) -> Option<(Ticket, Instant)> {
        self.lock().widgets.leave(who, widget, Instant::now() + grace)
    }

    /// The grace is over; true when the visitor is gone.
    pub fn visitor_is_gone(&self, who: Visiting, ticket: Ticket) -> bool {
        self.lock().widgets.gone(who, ticket)
    }

    /// Ends all sockets of a visitor.
    pub fn end_visitor(&self, who: Visiting, code: Code) {
        self.lock().widgets.peers(&who).iter().for_each(|it| it.outbox.end(code));
    }

    /// Ends the sockets of pages that are not the site's any more.
    pub fn end_pages(&self, site: SiteId, allows: impl Fn(&str) -> bool) {
        let state = self.lock();
        let strange = state.widgets.all().filter(|((of, _), it)| *of == site && !allows(&it.page));
        strange.for_each(|(_, it)| it.outbox.end("retry"));
    }

    /// A desk has said hello; true when the agent was not there before.
    pub fn desk_enters(&self, desk: &Arc<Desk>) -> bool {
        let mut state = self.lock();
        if state.stops {
            desk.outbox.end("stopping");
        }
        state.desks.enter(desk.agent, desk.clone())
    }

    /// A desk's socket has closed.
    pub fn desk_leaves(&self, desk: &Arc<Desk>, grace: Duration) -> Option<(Ticket, Instant)> {
        self.lock().desks.leave(desk.agent, desk, Instant::now() + grace)
    }

    /// The grace is over; true when the agent is gone.
    pub fn agent_is_gone(&self, agent: AgentId, ticket: Ticket) -> bool {
        self.lock().desks.gone(agent, ticket)
    }

    /// The agents who have this conversation open, but for one.
    pub fn watching(&self, conv: Conv, but: AgentId) -> Vec<AgentId> {
        let state = self.lock();
        let all = state.desks.all().filter(|(agent, desk)| **agent != but && desk.has_open(conv));
        all.map(|(agent, _)| *agent).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Tells a visitor's widgets something.
    pub fn widgets(&self, who: Visiting, mark: impl Fn(&mut WidgetDirty)) {
        self.lock().widgets.peers(&who).iter().for_each(|it| it.outbox.mark(&mark));
    }

    /// Tells the desks that have a conversation open something.
    pub fn open_desks(&self, conv: Conv, mark: impl Fn(&Desk, &mut DeskDirty)) {
        for (_, desk) in self.lock().desks.all().filter(|(_, desk)| desk.has_open(conv)) {
            desk.outbox.mark(|dirty| mark(desk, dirty));
        }
    }

    /// Somebody's rights may have changed: every desk looks its log-in up.
    pub fn look_again(&self) {
        self.lock().desks.all().for_each(|(_, it)| it.outbox.mark(|dirty| dirty.login = true));
    }

    /// Somebody is called otherwise: every desk shows it.
    pub fn names_changed(&self) {
        self.lock().desks.all().for_each(|(_, it)| it.outbox.mark(|dirty| dirty.directory = true));
    }

    /// Whether anybody serves a site at the moment.
    pub fn has_desks(&self, site: SiteId) -> bool {
        self.lock().desks.all().any(|(_, desk)| desk.serves(site))
    }

    /// Tells an agent's desks something.
    pub fn agent_desks(&self, agent: AgentId, tell: impl Fn(&Desk)) {
        self.lock().desks.peers(&agent).iter().for_each(|it| tell(it));
    }

    /// Tells a site's desks something.
    pub fn site_desks(&self, site: SiteId, tell: impl Fn(&Desk)) {
        self.lock().desks.all().filter(|(_, it)| it.serves(site)).for_each(|(_, it)| tell(it));
    }

    /// A transition is durable.
    pub fn committed(&self, it: &Committed) {
        let next = &it.transition.next;
        let conv = (it.site, next.id);
        self.widgets((it.site, next.visitor), |dirty| dirty.thread = true);
        self.stands(conv, next);
        self.open_desks(conv, |_, dirty| _ = dirty.threads.insert(conv));
        self.site_desks(it.site, |desk| desk.lists(conv, (it.before.as_ref(), next)));
    }

    /// Something of a conversation changed without a transition, as whether its visitor is there. Tells the desks
    /// whose list may show it.
    pub fn listing_desks(&self, conv: Conv, of: &Conversation) {
        self.site_desks(conv.0, |desk| {
            let is_listed = {
                let shows = desk.shows();
                let has = |list: &Arc<Query>| {
                    shows.is_reading || shows.rows.contains(&of.public) || may_match(&desk.viewer(), list, of)
                };
                shows.list.as_ref().is_some_and(has)
            };
            if is_listed {
                desk.list_changed(conv, true);
            }
        });
    }

    /// The places of others change when one begins or ceases to wait, and numbers when it goes elsewhere.
    fn stands(&self, conv: Conv, next: &Conversation) {
        let now = Standing::of(next);
        let mut state = self.lock();
        let is_over = now.stage == Stage::Closed;
        let was = if is_over { state.standing.remove(&conv) } else { state.standing.insert(conv, now) };
        drop(state);
        if was.and_then(Standing::waits) != now.waits() {
            self.places(conv.0);
        }
        let has_moved = was != Some(now);
        self.site_desks(conv.0, |desk| {
            let viewer = desk.viewer();
            let is_counted = was.into_iter().chain([now]).any(|it| it.concerns(&viewer, has_moved));
            if is_counted && desk.shows().list.is_some() {
                desk.outbox.mark(|dirty| dirty.counts = true);
            }
        });
    }

    /// Those who wait on a site look where they stand.
    fn places(&self, site: SiteId) {
        let state = self.lock();
        let here = state.widgets.all().filter(|((of, _), _)| *of == site);
        here.filter(|(_, it)| it.waits.load(Ordering::Relaxed))
            .for_each(|(_, it)| it.outbox.mark(|dirty| dirty.place = true));
    }

    /// Something beside conversations is durable.
    pub fn changed(&self, change: Change) {
        match change {
            Change::Widget(site) => {
                let state = self.lock();
                let here = state.widgets.all().filter(|((of, _), _)| *of == site);
                here.for_each(|(_, it)| it.outbox.mark(|dirty| dirty.settings = true));
            }
            Change::Directory(site) | Change::Unsure(site) => {
                self.site_desks(site, |desk| desk.outbox.mark(|dirty| dirty.directory = true));
                // The last one who serves a queue may have gone, or the first one come.
                self.places(site);
            }
            Change::Unblocked(site, visitor) => self.widgets((site, visitor), |dirty| dirty.thread = true),
            Change::Row { site, conversation, only } => self.row((site, conversation), only),
            // Desks ask for canned replies when they open the list; whose conversations a visitor's are, the
            // store knows.
            Change::Canned(..) | Change::Visitor(..) => {}
        }
    }

    fn row(&self, conv: Conv, only: Option<AgentId>) {
        self.site_desks(conv.0, |desk| {
            if only.is_some_and(|only| only != desk.agent) {
                return;
            }
            let (is_open, is_listed) = {
                let shows = desk.shows();
                (shows.open.contains(&conv), shows.list.is_some())
            };
            if is_open {
                desk.outbox.mark(|dirty| _ = dirty.threads.insert(conv));
            }
            if is_listed {
                desk.list_changed(conv, true);
            }
        });
    }

    /// Something was missed: everybody reads everything anew. `all` is what waits or is with an agent by now,
    /// where that is known.
    pub fn missed(&self, all: Option<&[Conversation]>) {
        let mut state = self.lock();
        if let Some(all) = all {
            state.standing = standing(all);
        }
        state.widgets.all().for_each(|(_, it)| it.outbox.mark(|dirty| dirty.thread = true));
        state.desks.all().for_each(|(_, it)| it.outbox.mark(|dirty| dirty.everything = true));
    }

    /// Ends every socket, those that come from now on too.
    pub fn stop(&self) {
        let mut state = self.lock();
        state.stops = true;
        state.widgets.all().for_each(|(_, it)| it.outbox.end("stopping"));
        state.desks.all().for_each(|(_, it)| it.outbox.end("stopping"));
    }
}
