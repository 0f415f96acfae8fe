//! Many actors, random sequences: the invariants hold after each transition.
use proptest::{collection::vec, prelude::*};

use super::{
    super::*,
    invariants::{Shadow, check_refusal},
    stage::*,
};

/// One thing that happens.
#[derive(Debug, Clone)]
enum Step {
    Visitor(VisitorStep),
    Agent(AgentId, AgentStep),
    System(SystemStep),
    /// Time goes on, with a sweep or without.
    Wait {
        millis: i64,
        sweep: bool,
    },
    Presence(AgentId, Presence),
    Room(AgentId, Room),
    Open(Option<QueueId>, bool),
}

#[derive(Debug, Clone)]
enum VisitorStep {
    Send,
    Choose(OptionId),
    Submit,
    Close,
    Rate(u8),
    Reply,
}

#[derive(Debug, Clone)]
enum AgentStep {
    Take(Cap),
    /// By how many offers the number is behind.
    Accept(u32),
    Decline(u32),
    Send,
    Note,
    Transfer(AgentId, Cap),
    Queue(QueueId),
    Cancel,
    Keep(u64),
    CloseAfter(u64),
    UntilReply,
    Wake,
    Tag(i64),
    Close(bool),
    Block,
    Reopen,
}

#[derive(Debug, Clone)]
enum SystemStep {
    Offer(AgentId, u32),
    AgentGone,
    AgentBack,
    VisitorGone,
    VisitorBack,
    QueueClosed,
    Reroute(QueueId),
    Share(SharePhase),
    Shift(u64),
}

fn agent() -> impl Strategy<Value = AgentId> {
    prop_oneof![Just(ANNA), Just(BEN), Just(CLEO), Just(MAYA)]
}

fn queue() -> impl Strategy<Value = QueueId> {
    prop_oneof![Just(SALES), Just(HELP), Just(SPARE), Just(QueueId(99))]
}

fn cap() -> impl Strategy<Value = Cap> {
    prop_oneof![3 => Just(Cap::Holds), 1 => Just(Cap::Ignored)]
}

fn visitor_step() -> impl Strategy<Value = VisitorStep> {
    let option = prop_oneof![3 => Just(TO_SALES), 3 => Just(TO_HELP), 1 => Just(NOTHING), 1 => Just(HIDDEN)];
    prop_oneof![
        6 => Just(VisitorStep::Send),
        3 => option.prop_map(VisitorStep::Choose),
        2 => Just(VisitorStep::Submit),
        1 => Just(VisitorStep::Close),
        1 => (0..7_u8).prop_map(VisitorStep::Rate),
        1 => Just(VisitorStep::Reply),
    ]
}

fn agent_step() -> impl Strategy<Value = AgentStep> {
    let seconds = 0..200_u64;
    let taking = prop_oneof![
        cap().prop_map(AgentStep::Take),
        (0..2_u32).prop_map(AgentStep::Accept),
        (0..2_u32).prop_map(AgentStep::Decline),
        Just(AgentStep::Send),
    ];
    let giving = prop_oneof![
        (agent(), cap()).prop_map(|(to, cap)| AgentStep::Transfer(to, cap)),
        queue().prop_map(AgentStep::Queue),
        Just(AgentStep::Cancel),
        seconds.clone().prop_map(AgentStep::Keep),
        seconds.prop_map(AgentStep::CloseAfter),
        Just(AgentStep::UntilReply),
        Just(AgentStep::Wake),
    ];
    let ending = prop_oneof![
        (0..3_i64).prop_map(AgentStep::Tag),
        any::<bool>().prop_map(AgentStep::Close),
        Just(AgentStep::Block),
        Just(AgentStep::Reopen),
        Just(AgentStep::Note),
    ];
    prop_oneof![6 => taking, 4 => giving, 1 => ending]
}

fn system_step() -> impl Strategy<Value = SystemStep> {
    prop_oneof![
        8 => (agent(), 1..4_u32).prop_map(|(agent, round)| SystemStep::Offer(agent, round)),
        1 => Just(SystemStep::AgentGone),
        1 => Just(SystemStep::AgentBack),
        1 => Just(SystemStep::VisitorGone),
        1 => Just(SystemStep::VisitorBack),
        1 => Just(SystemStep::QueueClosed),
        1 => queue().prop_map(SystemStep::Reroute),
        1 => prop_oneof![Just(SharePhase::Asked), Just(SharePhase::Ended)].prop_map(SystemStep::Share),
        1 => (0..100_u64).prop_map(SystemStep::Shift),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let presence =
        prop_oneof![3 => Just(Presence::Available), 1 => Just(Presence::Away), 1 => Just(Presence::Gone)];
    let room = prop_oneof![3 => Just(Room::Free), 1 => Just(Room::Full)];
    let millis = prop_oneof![0..2_000_i64, Just(30_000), Just(29_999), 0..200_000_i64];
    let place = prop_oneof![Just(None), queue().prop_map(Some)];
    prop_oneof![
        6 => visitor_step().prop_map(Step::Visitor),
        12 => (agent(), agent_step()).prop_map(|(agent, step)| Step::Agent(agent, step)),
        6 => system_step().prop_map(Step::System),
        6 => (millis, any::<bool>()).prop_map(|(millis, sweep)| Step::Wait { millis, sweep }),
        1 => (agent(), presence).prop_map(|(agent, presence)| Step::Presence(agent, presence)),
        1 => (agent(), room).prop_map(|(agent, room)| Step::Room(agent, room)),
        1 => (place, prop::bool::weighted(0.8)).prop_map(|(place, open)| Step::Open(place, open)),
    ]
}

/// A site's settings, as they are drawn.
#[derive(Debug, Clone)]
struct Options {
    with_bot: bool,
    form: bool,
    tag_required: bool,
    reopening: bool,
    stops_on: OfferStopsOn,
    /// To answer, and to wait. Nothing at all must do no harm either.
    seconds: (u32, u32),
}

prop_compose! {
    fn options()(
        (with_bot, form, tag_required, reopening) in any::<(bool, bool, bool, bool)>(),
        stops_on in prop_oneof![4 => Just(OfferStopsOn::Answer), 1 => Just(OfferStopsOn::Accept)],
        seconds in prop_oneof![4 => Just((30, 120)), 1 => Just((0, 120)), 1 => Just((30, 0)), 1 => Just((120, 60))],
    ) -> Options {
        Options { with_bot, form, tag_required, reopening, stops_on, seconds }
    }
}

fn site(options: &Options) -> Site {
    let mut site = Site::new();
    let all = &mut site.settings;
    all.entry = if options.with_bot { Entry::Bot(FLOW) } else { all.entry };
    all.offline_form = all.offline_form.take().filter(|_| options.form);
    (all.tag_required, all.reopening) = (options.tag_required, options.reopening);
    all.offer_stops_on = options.stops_on;
    let (first_answer, accept_timeout) = options.seconds;
    for queue in site.queues.values_mut() {
        (queue.first_answer, queue.accept_timeout) = (first_answer * SECOND, accept_timeout * SECOND);
    }
    site
}

/// A conversation, its store, and the clock.
struct Play {
    site: Site,
    conversation: Conversation,
    shadow: Shadow,
    now: UnixMillis,
    sent: u64,
    accepted: usize,
}

impl Play {
    fn begin(site: Site) -> Self {
        let first = begin(start(), at(0), &site, &mut Counting(0)).expect("let in");
        let mut shadow = Shadow::default();
        shadow.take(None, &first);
        Self { site, conversation: first.next, shadow, now: at(0), sent: 0, accepted: 0 }
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Visitor(step) => {
                let command = self.of_visitor(step);
                self.apply(&Command::Visitor(command));
            }
            Step::Agent(agent, step) => {
                let command = self.of_agent(step);
                self.apply(&Command::Agent(actor(agent), command));
            }
            Step::System(step) => {
                let command = self.of_system(step);
                self.apply(&Command::System(command));
            }
            Step::Wait { millis, sweep } => {
                self.now = at(self.now.0 + millis);
                if sweep {
                    self.apply(&Command::System(FromSystem::Timeout));
                    let due = self.conversation.timers().into_values().min();
                    assert!(due.is_none_or(|due| self.now < due), "a sweep leaves nothing due");
                }
            }
            Step::Presence(agent, presence) => self.site.set_presence(agent, presence),
            Step::Room(agent, room) => self.site.set_room(agent, room),
            Step::Open(place, true) => _ = self.site.closed.remove(&place),
            Step::Open(place, false) => _ = self.site.closed.insert(place),
        }
    }

    fn apply(&mut self, command: &Command) {
        match apply(&self.conversation, command, self.now, &self.site) {
            Ok(transition) => {
                self.shadow.take(Some((&self.conversation, self.now)), &transition);
                self.conversation = transition.next;
                self.accepted += 1;
            }
            Err(_) => check_refusal(&self.conversation, command, self.now, &self.site),
        }
    }

    fn cid(&mut self) -> Cid {
        self.sent += 1;
        let mut bytes = [0xaa; 16];
        bytes[8..].copy_from_slice(&self.sent.to_be_bytes());
        Cid::from_client(bytes).expect("not reserved")
    }

    fn of_visitor(&mut self, step: VisitorStep) -> FromVisitor {
        let cid = self.cid();
        match step {
            VisitorStep::Send => FromVisitor::Send { cid, content: text("hello"), reply_to: None },
            VisitorStep::Choose(option) => FromVisitor::Choose { cid, option },
            VisitorStep::Submit => FromVisitor::Submit { cid, form: message() },
            VisitorStep::Close => FromVisitor::Close,
            VisitorStep::Rate(stars) => FromVisitor::Rate(Rating { stars, text: String::new() }),
            VisitorStep::Reply => FromVisitor::Reply { cid, content: text("by mail") },
        }
    }

    fn of_agent(&mut self, step: AgentStep) -> FromAgent {
        let no = |behind| OfferNo(self.conversation.offers.0.saturating_sub(behind));
        let until = |seconds: u64| self.now + std::time::Duration::from_secs(seconds);
        let give = |to| FromAgent::Transfer { to, note: Words::default() };
        match step {
            AgentStep::Take(cap) => FromAgent::Take(cap),
            AgentStep::Accept(behind) => FromAgent::Accept(no(behind)),
            AgentStep::Decline(behind) => FromAgent::Decline(no(behind)),
            AgentStep::Send => FromAgent::Send { cid: self.cid(), content: text("yes?"), reply_to: None },
            AgentStep::Note => FromAgent::Note { cid: self.cid(), text: "note".into() },
            AgentStep::Transfer(to, cap) => give(TransferTo::Agent(to, cap)),
            AgentStep::Queue(queue) => give(TransferTo::Queue(queue)),
            AgentStep::Cancel => FromAgent::CancelTransfer,
            AgentStep::Keep(seconds) => FromAgent::Snooze(SnoozeFor::Keep(until(seconds))),
            AgentStep::CloseAfter(seconds) => FromAgent::Snooze(SnoozeFor::Close(until(seconds))),
            AgentStep::UntilReply => FromAgent::Snooze(SnoozeFor::Reply),
            AgentStep::Wake => FromAgent::Wake,
            AgentStep::Tag(tag) => FromAgent::Tag(tags(&[tag])),
            AgentStep::Close(tagged) => FromAgent::Close(if tagged { tags(&[1]) } else { tags(&[]) }),
            AgentStep::Block => FromAgent::Block { tags: tags(&[1]), reason: "abuse".into() },
            AgentStep::Reopen => FromAgent::Reopen,
        }
    }

    fn of_system(&mut self, step: SystemStep) -> FromSystem {
        match step {
            SystemStep::Offer(agent, round) => offer(agent, round),
            SystemStep::AgentGone => FromSystem::AgentGone,
            SystemStep::AgentBack => FromSystem::AgentBack,
            SystemStep::VisitorGone => FromSystem::VisitorGone,
            SystemStep::VisitorBack => FromSystem::VisitorBack,
            SystemStep::QueueClosed => FromSystem::QueueClosed,
            SystemStep::Reroute(queue) => FromSystem::Reroute(queue),
            SystemStep::Share(phase) => {
                FromSystem::Share { cid: self.cid(), share: ShareId([8; 16]), phase, agent: ANNA }
            }
            SystemStep::Shift(seconds) => FromSystem::Shift(std::time::Duration::from_secs(seconds)),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    // shows: QUE-06, QUE-11, QUE-12, QUE-13, TRF-04, SNZ-04, TAG-03, BLK-01
    #[test]
    fn whatever_happens_the_invariants_hold(options in options(), steps in vec(step(), 1..80)) {
        let mut play = Play::begin(site(&options));
        for step in steps {
            play.step(step);
        }
        prop_assert_eq!(play.conversation.ver, Ver(1 + play.accepted as u64));
    }

    // shows: QUE-11, QUE-12, SNZ-04
    #[test]
    fn swept_or_not_the_same_deadlines_pass(options in options(), steps in vec(step(), 1..40)) {
        let mut swept = Play::begin(site(&options));
        let mut late = Play::begin(site(&options));
        for step in steps {
            // Whether an agent is there is asked when a deadline passes: it stays as it is here.
            // A shift comes before any sweep.
            let is_fixed = matches!(step, Step::Presence(..) | Step::Room(..) | Step::Open(..));
            if is_fixed || matches!(step, Step::System(SystemStep::Shift(_))) {
                continue;
            }
            if let Step::Wait { millis, .. } = step {
                swept.step(Step::Wait { millis, sweep: true });
                late.step(Step::Wait { millis, sweep: false });
            } else {
                swept.step(step.clone());
                late.step(step);
            }
        }
        late.step(Step::Wait { millis: 0, sweep: true });
        swept.step(Step::Wait { millis: 0, sweep: true });
        let without_numbers = |it: &Play| Conversation { ver: Ver(0), ..it.conversation.clone() };
        prop_assert_eq!(without_numbers(&swept), without_numbers(&late));
    }
}
