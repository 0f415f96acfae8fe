//! A site with its people, and one conversation on it: what the stories are told with.
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::super::*;

pub(crate) const ANNA: AgentId = AgentId(1);
pub(crate) const BEN: AgentId = AgentId(2);
pub(crate) const CLEO: AgentId = AgentId(3);
/// A manager.
pub(crate) const MAYA: AgentId = AgentId(9);

pub(crate) const SALES: QueueId = QueueId(1);
pub(crate) const HELP: QueueId = QueueId(2);
/// Where what waits too long in [`HELP`] goes.
pub(crate) const SPARE: QueueId = QueueId(3);

pub(crate) const TAG: TagId = TagId(1);

pub(crate) const FLOW: FlowRef = FlowRef { id: FlowId(1), version: 1 };
pub(crate) const HELLO: NodeId = NodeId(1);
pub(crate) const ASK: NodeId = NodeId(2);
pub(crate) const TO_SALES: OptionId = OptionId(1);
pub(crate) const TO_HELP: OptionId = OptionId(2);
pub(crate) const NOTHING: OptionId = OptionId(3);
pub(crate) const HIDDEN: OptionId = OptionId(4);

pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const HOUR: Duration = Duration::from_secs(3600);

pub(crate) fn lang(text: &str) -> Lang {
    text.parse().expect("a language")
}

pub(crate) fn local(fr: &str, en: &str) -> LocalText {
    LocalText([(lang("fr"), fr.to_owned()), (lang("en"), en.to_owned())].into())
}

fn choice(option: OptionId, label: LocalText, next: u32, enabled: bool) -> Choice {
    Choice { option, label, enabled, next: NodeId(next) }
}

/// Hello, then a question: sales (with a form when nobody comes), help (without), or the end.
pub(crate) fn flow() -> Flow {
    let choices = vec![
        choice(TO_SALES, local("Ventes", "Sales"), 3, true),
        choice(TO_HELP, local("Aide", "Help"), 4, true),
        choice(NOTHING, local("Rien", "Nothing"), 5, true),
        choice(HIDDEN, local("Caché", "Hidden"), 3, false),
    ];
    let handover = |queue, welcome, offline_form| Node::Handover { queue, welcome, offline_form };
    let nodes = [
        (HELLO, Node::Message { text: local("Bonjour", "Hello"), next: ASK }),
        (ASK, Node::Question { text: local("Quoi ?", "What?"), choices }),
        (NodeId(3), handover(SALES, local("Bienvenue aux ventes", "Welcome to sales"), true)),
        (NodeId(4), handover(HELP, local("Bienvenue", "Welcome"), false)),
        (NodeId(5), Node::End { text: local("Au revoir", "Goodbye") }),
    ];
    Flow { start: HELLO, nodes: nodes.into() }
}

fn field(key: &str, kind: FieldKind) -> Field {
    Field { key: key.into(), kind, required: true }
}

pub(crate) fn form(fields: &[(&str, &str)]) -> Form {
    Form(fields.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect())
}

/// What every visitor fills in.
pub(crate) fn lea() -> Form {
    form(&[("name", "Léa"), ("email", "lea@example.org")])
}

/// What a visitor leaves when nobody is there.
pub(crate) fn message() -> Form {
    form(&[("name", "Léa"), ("email", "lea@example.org"), ("message", "Call me")])
}

/// A site that can be changed as a story goes.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    pub settings: SiteSettings,
    pub queues: BTreeMap<QueueId, QueueSettings>,
    /// What is closed at the moment; `None` is the whole site.
    pub closed: BTreeSet<Option<QueueId>>,
    pub agents: BTreeMap<AgentId, AgentFacts>,
    /// The visitor was blocked.
    pub blocks: bool,
    pub flow: Flow,
}

impl Site {
    /// Everybody is there and everything is open; visitors go to [`SALES`].
    pub fn new() -> Self {
        let basic = vec![field("name", FieldKind::Text), field("email", FieldKind::Email)];
        let offline = basic.iter().cloned().chain([field("message", FieldKind::Text)]).collect();
        let settings = SiteSettings {
            lang: lang("fr"),
            entry: Entry::Queue(SALES),
            default_queue: SALES,
            form: FormFields(basic),
            offline_form: Some(FormFields(offline)),
            tag_required: false,
            reopening: false,
            offer_stops_on: OfferStopsOn::Answer,
            agent_gone: 120 * SECOND,
            idle_close: Some(600 * SECOND),
        };
        let help = QueueSettings { overflow: Some((SPARE, 60 * SECOND)), ..QueueSettings::default() };
        let queues = [(SALES, QueueSettings::default()), (HELP, help), (SPARE, QueueSettings::default())];
        let here = AgentFacts { presence: Presence::Available, room: Room::Free };
        let agents = [ANNA, BEN, CLEO, MAYA].into_iter().map(|agent| (agent, here)).collect();
        Self { settings, queues: queues.into(), closed: BTreeSet::new(), agents, blocks: false, flow: flow() }
    }

    pub fn set_presence(&mut self, agent: AgentId, presence: Presence) {
        self.agents.get_mut(&agent).expect("an agent of the site").presence = presence;
    }

    pub fn set_room(&mut self, agent: AgentId, room: Room) {
        self.agents.get_mut(&agent).expect("an agent of the site").room = room;
    }
}

impl World for Site {
    fn site(&self) -> &SiteSettings {
        &self.settings
    }
    fn queue(&self, queue: QueueId) -> Option<QueueSettings> {
        self.queues.get(&queue).copied()
    }
    fn is_open(&self, queue: Option<QueueId>, _at: UnixMillis) -> bool {
        !self.closed.contains(&None) && !self.closed.contains(&queue)
    }
    fn agent(&self, agent: AgentId) -> Option<AgentFacts> {
        self.agents.get(&agent).copied()
    }
    fn is_blocked(&self, _visitor: VisitorId) -> bool {
        self.blocks
    }
    fn flow(&self, flow: FlowRef) -> Option<&Flow> {
        (flow == FLOW).then_some(&self.flow)
    }
}

/// Counts up.
pub(crate) struct Counting(pub u128);

impl Random for Counting {
    fn bytes(&mut self) -> [u8; 16] {
        self.0 += 1;
        self.0.to_be_bytes()
    }
}

pub(crate) fn at(millis: i64) -> UnixMillis {
    UnixMillis(millis)
}

/// A client's name of a message.
pub(crate) fn cid(n: u8) -> Cid {
    Cid::from_client([0xc1, n, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]).expect("not reserved")
}

pub(crate) fn text(text: &str) -> Content {
    Content::Text(text.to_owned())
}

pub(crate) fn start() -> Begin {
    Begin {
        id: ConversationId(7),
        site: SiteId(1),
        visitor: VisitorId(5),
        blocked: false,
        kind: Kind::Chat,
        cid: cid(0),
        form: lea(),
        lang: None,
        previous_agent: None,
    }
}

/// One conversation, and what it went through.
#[derive(Debug, Clone)]
pub(crate) struct Story {
    pub site: Site,
    pub conversation: Conversation,
    /// What the last command was for.
    pub last: Transition,
    pub now: UnixMillis,
}

impl Story {
    /// A visitor begins at 0.
    #[track_caller]
    pub fn begin(site: Site) -> Self {
        Self::begin_with(site, start())
    }

    #[track_caller]
    pub fn begin_with(site: Site, start: Begin) -> Self {
        let last = begin(start, at(0), &site, &mut Counting(0)).expect("let in");
        Self { site, conversation: last.next.clone(), last, now: at(0) }
    }

    /// In [`SALES`], since 0.
    pub fn queued() -> Self {
        Self::begin(Site::new())
    }

    /// With the bot, since 0.
    pub fn with_bot() -> Self {
        let mut site = Site::new();
        site.settings.entry = Entry::Bot(FLOW);
        Self::begin(site)
    }

    /// Offered to Anna at 0, until 30,000.
    pub fn offered() -> Self {
        Self::queued().does(0, Command::System(FromSystem::Offer { agent: ANNA, round: Round(1) }))
    }

    /// Accepted by Anna at 1,000; she has until 30,000 to write.
    pub fn accepted() -> Self {
        Self::offered().agent(1_000, ANNA, FromAgent::Accept(OfferNo(1)))
    }

    /// Anna has written at 2,000.
    pub fn answered() -> Self {
        Self::accepted().agent(2_000, ANNA, says(2, "Hello"))
    }

    /// Anna asks Ben at 3,000 to go on; he has until 33,000.
    pub fn asked_to_transfer() -> Self {
        let to = TransferTo::Agent(BEN, Cap::Holds);
        Self::answered().agent(3_000, ANNA, FromAgent::Transfer { to, note: "knows it".into() })
    }

    /// Anna put it aside at 3,000, for an hour.
    pub fn snoozed(span: SnoozeFor) -> Self {
        Self::answered().agent(3_000, ANNA, FromAgent::Snooze(span))
    }

    /// Nobody came until 120,000.
    pub fn missed() -> Self {
        Self::queued().timeout(120_000)
    }

    /// In the inbox, since 121,000.
    pub fn offline() -> Self {
        Self::missed().visitor(121_000, FromVisitor::Submit { cid: cid(3), form: message() })
    }

    /// Closed by Anna at 4,000.
    pub fn closed() -> Self {
        Self::answered().agent(4_000, ANNA, FromAgent::Close(BTreeSet::new()))
    }

    /// Changes the site.
    pub fn when(mut self, change: impl FnOnce(&mut Site)) -> Self {
        change(&mut self.site);
        self
    }

    /// A command that is not refused.
    #[track_caller]
    pub fn does(mut self, millis: i64, command: Command) -> Self {
        let result = apply(&self.conversation, &command, at(millis), &self.site);
        self.last = result.unwrap_or_else(|refusal| panic!("{command:?} is refused: {refusal:?}"));
        self.conversation = self.last.next.clone();
        self.now = at(millis);
        self
    }

    #[track_caller]
    pub fn visitor(self, millis: i64, command: FromVisitor) -> Self {
        self.does(millis, Command::Visitor(command))
    }

    #[track_caller]
    pub fn agent(self, millis: i64, agent: AgentId, command: FromAgent) -> Self {
        self.does(millis, Command::Agent(actor(agent), command))
    }

    #[track_caller]
    pub fn system(self, millis: i64, command: FromSystem) -> Self {
        self.does(millis, Command::System(command))
    }

    #[track_caller]
    pub fn timeout(self, millis: i64) -> Self {
        self.system(millis, FromSystem::Timeout)
    }

    /// What a command would be refused with, if it were.
    pub fn refusal(&self, millis: i64, command: &Command) -> Option<Refusal> {
        apply(&self.conversation, command, at(millis), &self.site).err()
    }

    pub fn refuses_visitor(&self, millis: i64, command: FromVisitor) -> Option<Refusal> {
        self.refusal(millis, &Command::Visitor(command))
    }

    pub fn refuses_agent(&self, millis: i64, agent: AgentId, command: FromAgent) -> Option<Refusal> {
        self.refusal(millis, &Command::Agent(actor(agent), command))
    }

    pub fn refuses_system(&self, millis: i64, command: FromSystem) -> Option<Refusal> {
        self.refusal(millis, &Command::System(command))
    }

    pub fn stage(&self) -> Stage {
        self.conversation.state.stage()
    }

    /// The codes that the visitor got by the last command.
    pub fn notices(&self) -> Vec<&'static str> {
        let messages = self.last.effects.iter().filter_map(Effect::message).map(|it| &it.body);
        messages
            .filter_map(|it| if let Body::Notice(notice) = it { Some(notice.code()) } else { None })
            .collect()
    }

    pub fn has(&self, effect: &Effect) -> bool {
        self.last.effects.contains(effect)
    }

    pub fn timer(&self, kind: TimerKind) -> Option<i64> {
        self.conversation.timers().get(&kind).map(|it| it.0)
    }
}

pub(crate) fn actor(id: AgentId) -> AgentActor {
    AgentActor { id, role: if id == MAYA { Role::Manager } else { Role::Agent } }
}

pub(crate) fn says(n: u8, words: &str) -> FromAgent {
    FromAgent::Send { cid: cid(n), content: text(words), reply_to: None }
}

pub(crate) fn writes(n: u8, words: &str) -> FromVisitor {
    FromVisitor::Send { cid: cid(n), content: text(words), reply_to: None }
}

pub(crate) fn offer(agent: AgentId, round: u32) -> FromSystem {
    FromSystem::Offer { agent, round: Round(round) }
}

pub(crate) fn tags(tags: &[i64]) -> BTreeSet<TagId> {
    tags.iter().copied().map(TagId).collect()
}
