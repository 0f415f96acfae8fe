//! Whom the router asks, and about what first.
use super::super::*;

const QUEUE: QueueId = QueueId(1);
const OTHER: QueueId = QueueId(2);
const ANNA: AgentId = AgentId(1);
const BEN: AgentId = AgentId(2);
const CLEO: AgentId = AgentId(3);
const FIRST: ConversationId = ConversationId(1);
const SECOND: ConversationId = ConversationId(2);
const THIRD: ConversationId = ConversationId(3);

/// A router, and what it decided last.
struct Play {
    router: Router,
    now: i64,
}

impl Play {
    /// Nobody is there yet.
    fn new(strategy: Strategy) -> Self {
        let mut play = Self { router: Router::default(), now: 0 };
        play.tell(Event::Queue(QUEUE, strategy));
        play
    }

    fn tell(&mut self, event: Event) -> Vec<Decision> {
        self.now += 1;
        self.router.handle(event, UnixMillis(self.now))
    }

    /// The agent is there, with this cap and these languages.
    fn comes(&mut self, agent: AgentId, max_chats: u32, languages: &[&str]) -> Vec<Decision> {
        let languages = languages.iter().map(|it| it.parse().expect("a language")).collect();
        let profile = Profile { languages, max_chats, last_offer_at: UnixMillis(0) };
        self.tell(Event::Agent(agent, Some(profile)));
        self.tell(Event::Member(QUEUE, agent, Some(Member { priority: 0, cap: None })));
        self.tell(Event::Reach(agent, Reach::Ready))
    }

    fn member(&mut self, agent: AgentId, priority: i32, cap: Option<u32>) {
        self.tell(Event::Member(QUEUE, agent, Some(Member { priority, cap })));
    }

    fn waits(&mut self, id: ConversationId, waits: Waits) -> Vec<Decision> {
        self.tell(Event::Conversation(id, Standing::Waits(waits)))
    }

    fn held(&mut self, id: ConversationId, agents: &[AgentId]) -> Vec<Decision> {
        self.tell(Event::Conversation(id, Standing::Held(agents.iter().copied().collect())))
    }

    /// Whom the next conversation is offered to; it is taken back at once.
    fn asked(&mut self, waits: Waits) -> Option<AgentId> {
        let decisions = self.waits(ConversationId(99), waits);
        self.held(ConversationId(99), &[]);
        decisions.first().and_then(|it| match it {
            Decision::Offer { agent, .. } => Some(*agent),
            Decision::SetAway(_) => None,
        })
    }
}

fn since(millis: i64) -> Waits {
    let (passed, since) = (Default::default(), UnixMillis(millis));
    Waits { queue: QUEUE, boosted: false, since, sticky: None, lang: None, round: Round(1), passed }
}

fn speaking(language: &str) -> Waits {
    Waits { lang: Some(language.parse().expect("a language")), ..since(0) }
}

fn passed_by(passed: &[(AgentId, Passed)]) -> Waits {
    Waits { passed: passed.iter().copied().collect(), ..since(0) }
}

fn offer(conversation: ConversationId, agent: AgentId, round: u32) -> Decision {
    Decision::Offer { conversation, agent, round: Round(round) }
}

// shows: QUE-14, WID-09
#[test]
fn whoever_waits_longest_is_served_first_and_who_had_an_agent_before_all() {
    let mut play = Play::new(Strategy::LeastLoaded);
    play.waits(SECOND, since(20));
    play.waits(FIRST, since(10));
    play.waits(THIRD, Waits { boosted: true, ..since(30) });
    assert_eq!([THIRD, FIRST, SECOND].map(|id| play.router.position(id)), [Some(1), Some(2), Some(3)]);
    let decisions = play.comes(ANNA, 2, &[]);
    assert_eq!(decisions, [offer(THIRD, ANNA, 1), offer(FIRST, ANNA, 1)]);
    assert_eq!(play.router.position(SECOND), Some(1));
    assert_eq!(play.held(THIRD, &[]), [offer(SECOND, ANNA, 1)], "a slot is free");
}

// shows: QUE-14
#[test]
fn a_queue_is_attended_by_whoever_is_there_and_serves_it_though_they_can_take_no_more() {
    for strategy in [Strategy::LeastLoaded, Strategy::Manual] {
        let mut play = Play::new(strategy);
        let mut seen = vec![play.router.is_attended(QUEUE)];
        play.comes(ANNA, 1, &[]);
        play.held(FIRST, &[ANNA]);
        seen.push(play.router.is_attended(QUEUE));
        play.tell(Event::Reach(ANNA, Reach::None));
        seen.push(play.router.is_attended(QUEUE));
        play.comes(BEN, 1, &[]);
        seen.push(play.router.is_attended(QUEUE));
        play.tell(Event::Member(QUEUE, BEN, None));
        seen.extend([QUEUE, OTHER].map(|it| play.router.is_attended(it)));
        assert_eq!(seen, [false, true, false, true, false, false], "{strategy:?}");
    }
}

// shows: WID-09
#[test]
fn the_order_of_agents() {
    let mut play = Play::new(Strategy::LeastLoaded);
    play.comes(ANNA, 4, &["fr"]);
    play.comes(BEN, 2, &["en"]);
    play.comes(CLEO, 4, &["en"]);
    assert_eq!(play.asked(since(0)), Some(ANNA), "by number");
    assert_eq!(play.asked(since(0)), Some(BEN), "Anna was asked just now");
    assert_eq!(play.asked(since(0)), Some(CLEO));
    play.held(FIRST, &[ANNA]);
    play.held(SECOND, &[BEN]);
    play.held(THIRD, &[CLEO]);
    assert_eq!(
        play.asked(since(0)),
        Some(ANNA),
        "1 of 4 is less than 1 of 2, and she waits longer than Cleo"
    );
    play.member(BEN, 5, None);
    assert_eq!(play.asked(since(0)), Some(BEN), "priority stands before load");
    assert_eq!(play.asked(speaking("fr")), Some(ANNA), "language before priority");
    assert_eq!(play.asked(speaking("de")), Some(BEN), "nobody speaks it: anybody");
    let known = Waits { sticky: Some(CLEO), ..speaking("fr") };
    assert_eq!(play.asked(known), Some(CLEO), "and who had this visitor before all");
}

// shows: WID-09
#[test]
fn round_robin_looks_at_nobodys_load() {
    let mut play = Play::new(Strategy::RoundRobin);
    play.comes(ANNA, 9, &[]);
    play.comes(BEN, 9, &[]);
    play.held(FIRST, &[ANNA]);
    play.held(SECOND, &[ANNA]);
    assert_eq!(play.asked(since(0)), Some(ANNA));
    assert_eq!(play.asked(since(0)), Some(BEN));
    assert_eq!(play.asked(since(0)), Some(ANNA));
}

// shows: QUE-06
#[test]
fn a_manual_queue_asks_nobody_until_it_is_one_no_more() {
    let mut play = Play::new(Strategy::Manual);
    assert_eq!(play.comes(ANNA, 9, &[]), []);
    assert_eq!(play.waits(FIRST, since(0)), []);
    assert_eq!(play.tell(Event::Queue(QUEUE, Strategy::LeastLoaded)), [offer(FIRST, ANNA, 1)]);
}

// shows: QUE-04
#[test]
fn who_is_not_ready_or_full_is_not_asked() {
    let mut play = Play::new(Strategy::LeastLoaded);
    play.comes(ANNA, 1, &[]);
    play.tell(Event::Reach(ANNA, Reach::None));
    assert_eq!(play.waits(FIRST, since(0)), []);
    assert_eq!(play.tell(Event::Reach(ANNA, Reach::Ready)), [offer(FIRST, ANNA, 1)]);
    assert_eq!(play.router.load(ANNA), 1);
    assert_eq!(play.waits(SECOND, since(0)), [], "her one slot is held");
    play.member(ANNA, 0, Some(2));
    assert_eq!(play.router.load(ANNA), 2, "in this queue she takes two");
    play.tell(Event::Agent(ANNA, None));
    play.held(FIRST, &[]);
    assert_eq!(play.waits(THIRD, since(0)), [], "she was removed");
}

// shows: QUE-11
#[test]
fn who_let_it_pass_is_asked_again_after_all_others_longest_ago_first() {
    let mut play = Play::new(Strategy::LeastLoaded);
    for agent in [ANNA, BEN, CLEO] {
        play.comes(agent, 9, &[]);
    }
    let expired = |round, at| Passed::Expired(Round(round), UnixMillis(at));
    assert_eq!(play.asked(passed_by(&[(ANNA, expired(1, 30)), (BEN, expired(1, 60))])), Some(CLEO));
    let all = passed_by(&[(ANNA, expired(1, 60)), (BEN, expired(1, 30)), (CLEO, expired(1, 90))]);
    assert_eq!(play.waits(FIRST, all.clone()), [offer(FIRST, BEN, 2)]);
    let later = Waits { round: Round(2), passed: [(BEN, expired(2, 120))].into(), ..all.clone() };
    let later = Waits { passed: all.passed.into_iter().chain(later.passed).collect(), ..later };
    assert_eq!(play.waits(FIRST, later), [offer(FIRST, ANNA, 2)]);
}

// shows: QUE-11
#[test]
fn who_declined_is_not_asked_again_and_holds_up_nobody_behind() {
    let mut play = Play::new(Strategy::LeastLoaded);
    play.comes(ANNA, 1, &[]);
    assert_eq!(play.waits(FIRST, passed_by(&[(ANNA, Passed::Declined)])), []);
    assert_eq!(play.waits(SECOND, since(50)), [offer(SECOND, ANNA, 1)]);
    play.waits(THIRD, since(60));
    assert_eq!(play.held(SECOND, &[]), [offer(THIRD, ANNA, 1)], "past the first, which waits for others");
    assert_eq!(play.comes(BEN, 1, &[]), [offer(FIRST, BEN, 1)]);
}

// shows: WID-09
#[test]
fn an_agent_of_two_queues_serves_whoever_waits_longest_in_either() {
    let mut play = Play::new(Strategy::LeastLoaded);
    play.tell(Event::Queue(OTHER, Strategy::RoundRobin));
    play.tell(Event::Member(OTHER, ANNA, Some(Member { priority: 0, cap: None })));
    play.waits(FIRST, since(20));
    play.waits(SECOND, Waits { queue: OTHER, ..since(10) });
    assert_eq!(play.comes(ANNA, 2, &[]), [offer(SECOND, ANNA, 1), offer(FIRST, ANNA, 1)]);
}

// shows: QUE-11
#[test]
fn two_offers_missed_in_a_row_set_an_agent_away() {
    let mut play = Play::new(Strategy::LeastLoaded);
    play.comes(ANNA, 9, &[]);
    assert_eq!(play.tell(Event::Missed(ANNA)), []);
    assert_eq!(play.tell(Event::Answered(ANNA)), []);
    assert_eq!(play.tell(Event::Missed(ANNA)), [], "not in a row");
    assert_eq!(play.tell(Event::Missed(ANNA)), [Decision::SetAway(ANNA)]);
    assert_eq!(play.waits(FIRST, since(0)), []);
    assert_eq!(play.tell(Event::Reach(ANNA, Reach::Ready)), [offer(FIRST, ANNA, 1)]);
    assert_eq!(play.tell(Event::Missed(ANNA)), [], "a new beginning");
}

/// An event costs what it touches: with everybody looked at for each, this would take minutes.
// shows: WID-09
#[test]
fn ten_thousand_conversations_find_their_places_with_ten_thousand_agents() {
    const MANY: i64 = 10_000;
    let mut play = Play::new(Strategy::LeastLoaded);
    for n in 1..=MANY / 2 {
        play.waits(ConversationId(n), since(n));
    }
    for n in 1..=MANY {
        play.comes(AgentId(n), 3, &["fr", "en"]);
    }
    for n in MANY / 2 + 1..=MANY {
        assert_eq!(play.waits(ConversationId(n), since(n)).len(), 1);
    }
    let loads: Vec<_> = (1..=MANY).map(|n| play.router.load(AgentId(n))).collect();
    let (first, rest) = loads.split_at(1_666);
    assert!(first.iter().all(|load| *load == 3), "what waited went to whoever came");
    assert!(rest[1..].iter().all(|load| *load <= 1), "what came went to whoever had nothing");
    assert_eq!(loads.iter().sum::<usize>(), 10_000);
}
