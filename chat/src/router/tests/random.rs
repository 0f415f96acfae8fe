//! The router and the slow reference agree on any sequence of events.
use proptest::{
    collection, option,
    prelude::{Just, ProptestConfig, any, prop_assert_eq, prop_compose, prop_oneof, proptest},
    sample::select,
    strategy::Strategy as Generator,
};

use super::{super::*, reference::Reference};
use crate::model::Lang;

fn agent() -> impl Generator<Value = AgentId> {
    (1..5_i64).prop_map(AgentId)
}

fn queue() -> impl Generator<Value = QueueId> {
    (1..4_i64).prop_map(QueueId)
}

fn conversation() -> impl Generator<Value = ConversationId> {
    (1..9_i64).prop_map(ConversationId)
}

fn language() -> impl Generator<Value = Lang> {
    select(&["fr", "en", "de"][..]).prop_map(|it| it.parse().expect("a language"))
}

/// Few values, so that equal ones meet.
fn time() -> impl Generator<Value = UnixMillis> {
    (0..6_i64).prop_map(UnixMillis)
}

fn strategy() -> impl Generator<Value = Strategy> {
    prop_oneof![3 => Just(Strategy::LeastLoaded), 2 => Just(Strategy::RoundRobin), 1 => Just(Strategy::Manual)]
}

fn passed() -> impl Generator<Value = Passed> {
    prop_oneof![
        1 => Just(Passed::Declined),
        2 => (1..4_u32, time()).prop_map(|(round, at)| Passed::Expired(Round(round), at)),
    ]
}

prop_compose! {
    fn waits()(
        (queue, boosted, since, round) in (queue(), any::<bool>(), time(), 3..5_u32),
        sticky in option::of(agent()),
        lang in option::of(language()),
        passed in collection::btree_map(agent(), passed(), 0..4),
    ) -> Standing {
        Standing::Waits(Waits { queue, boosted, since, sticky, lang, round: Round(round), passed })
    }
}

fn standing() -> impl Generator<Value = Standing> {
    let held = collection::btree_set(agent(), 0..3).prop_map(Standing::Held);
    prop_oneof![3 => waits(), 2 => held]
}

fn member() -> impl Generator<Value = Option<Member>> {
    let some =
        (-1..2_i32, option::weighted(0.3, 0..3_u32)).prop_map(|(priority, cap)| Member { priority, cap });
    option::weighted(0.8, some)
}

prop_compose! {
    fn profile()(
        languages in collection::btree_set(language(), 0..3),
        max_chats in 0..4_u32,
        last_offer_at in time(),
    ) -> Profile {
        Profile { languages, max_chats, last_offer_at }
    }
}

fn event() -> impl Generator<Value = Event> {
    let reach = || prop_oneof![3 => Just(Reach::Ready), 1 => Just(Reach::None)];
    prop_oneof![
        1 => (queue(), strategy()).prop_map(|(queue, strategy)| Event::Queue(queue, strategy)),
        3 => (queue(), agent(), member()).prop_map(|(queue, agent, it)| Event::Member(queue, agent, it)),
        2 => (agent(), option::weighted(0.9, profile())).prop_map(|(agent, it)| Event::Agent(agent, it)),
        4 => (agent(), reach()).prop_map(|(agent, it)| Event::Reach(agent, it)),
        1 => (agent(), reach(), 0..4_u32).prop_map(|(agent, it, missed)| Event::Known(agent, it, missed)),
        8 => (conversation(), standing()).prop_map(|(id, it)| Event::Conversation(id, it)),
        1 => agent().prop_map(Event::Missed),
        1 => agent().prop_map(Event::Answered),
    ]
}

/// Everybody is there, so that a short sequence decides something.
fn opening() -> Vec<Event> {
    let queues = (1..4).map(|queue| Event::Queue(QueueId(queue), Strategy::LeastLoaded));
    let profile = Profile { languages: BTreeSet::new(), max_chats: 2, last_offer_at: UnixMillis(0) };
    let agents = (1..5).flat_map(move |agent| {
        let agent = AgentId(agent);
        let of = move |queue| Event::Member(QueueId(queue), agent, Some(Member { priority: 0, cap: None }));
        [Event::Agent(agent, Some(profile.clone())), Event::Reach(agent, Reach::Ready), of(1), of(2)]
    });
    queues.chain(agents).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 800, failure_persistence: None, ..ProptestConfig::default() })]

    // shows: QUE-11, WID-09
    #[test]
    fn the_router_and_the_reference_agree(warm in any::<bool>(), events in collection::vec(event(), 1..80)) {
        let (mut router, mut reference) = (Router::default(), Reference::default());
        let opening = if warm { opening() } else { Vec::new() };
        for (n, event) in opening.into_iter().chain(events).enumerate() {
            let now = UnixMillis(i64::try_from(n / 3).expect("short"));
            let text = format!("{event:?}");
            prop_assert_eq!(router.handle(event.clone(), now), reference.handle(event, now), "{}", text);
            for agent in (1..5).map(AgentId) {
                prop_assert_eq!(router.load(agent), reference.load(agent));
            }
        }
    }

    // shows: QUE-11
    #[test]
    fn an_event_twice_is_an_event_once(events in collection::vec(event(), 1..40)) {
        let mut router = Router::default();
        for event in opening().into_iter().chain(events) {
            // What was missed counts, whoever should be away is set away, and a conversation that waits again is
            // offered again.
            let once = matches!(
                event,
                Event::Missed(_) | Event::Known(_, _, 2..) | Event::Conversation(_, Standing::Waits(_))
            );
            router.handle(event.clone(), UnixMillis(0));
            if !once {
                prop_assert_eq!(router.handle(event, UnixMillis(0)), []);
            }
        }
    }
}
