//! What agents and visitors live through.
use proptest::{collection, prelude::*};

use super::desk::Desk;
use crate::model::{tests::stage::*, *};

// shows: QUE-11
#[test]
fn at_29_999_ms_it_is_annas_and_at_30_000_ms_bens() {
    let mut desk = Desk::new(&[(ANNA, 5), (BEN, 5)]);
    desk.visitor_comes(1);
    assert_eq!(desk.asks(1), Some(ANNA));
    desk.until(29_999);
    assert_eq!(desk.asks(1), Some(ANNA));
    desk.until(30_000);
    assert_eq!((desk.asks(1), desk.owner(1)), (Some(BEN), None));
    let thread = desk.conversations[&ConversationId(1)].last_seq;
    assert_eq!(thread, Seq(1), "the visitor saw nothing of it");
    assert_eq!(desk.agent(1, ANNA, says(2, "Hello")), Some(Refusal::OfferExpired));
    assert_eq!(desk.agent(1, BEN, says(3, "Hello")), None);
    assert_eq!(desk.owner(1), Some(BEN));
    desk.check();
}

// shows: QUE-11
#[test]
fn at_29_999_ms_anna_may_still_accept() {
    let mut desk = Desk::new(&[(ANNA, 5), (BEN, 5)]);
    desk.visitor_comes(1);
    desk.until(29_999);
    assert_eq!(desk.agent(1, ANNA, FromAgent::Accept(OfferNo(1))), None);
    desk.until(30_000);
    assert_eq!(desk.asks(1), Some(BEN), "accepted and not answered: somebody else is sought");
}

// shows: QUE-11, QUE-12, QUE-13
#[test]
fn two_missed_offers_set_an_agent_away_and_the_wait_ends_when_it_must() {
    let mut desk = Desk::new(&[(ANNA, 5), (BEN, 5)]);
    desk.visitor_comes(1);
    desk.until(119_999);
    let asked = [(ANNA, 1, 0), (BEN, 1, 30_000), (ANNA, 1, 60_000), (BEN, 1, 90_000)];
    assert_eq!(desk.asked, asked);
    assert_eq!(desk.site.agents[&ANNA].presence, Presence::Away);
    assert_eq!(desk.stage(1), Stage::Offered);
    desk.until(120_000);
    assert_eq!(desk.stage(1), Stage::OfflineForm);
    assert_eq!(desk.site.agents[&BEN].presence, Presence::Away);
    desk.check();
}

// shows: QUE-11
#[test]
fn accepting_without_a_word_is_missing_too() {
    let mut desk = Desk::new(&[(ANNA, 5)]);
    desk.visitor_comes(1);
    assert_eq!(desk.agent(1, ANNA, FromAgent::Accept(OfferNo(1))), None);
    desk.until(30_000);
    assert_eq!(desk.asks(1), Some(ANNA), "there is nobody else");
    assert_eq!(desk.agent(1, ANNA, FromAgent::Accept(OfferNo(2))), None);
    desk.until(60_000);
    assert_eq!((desk.asks(1), desk.site.agents[&ANNA].presence), (None, Presence::Away));
}

#[test]
fn a_slot_that_is_free_is_given_to_whoever_waits_longest() {
    let mut desk = Desk::new(&[(ANNA, 1)]);
    for n in 1..=3 {
        desk.visitor_comes(n);
        desk.until(n * 100);
    }
    assert_eq!(desk.agent(1, ANNA, says(1, "Hello")), None);
    assert_eq!([1, 2, 3].map(|n| desk.asks(n)), [None, None, None]);
    assert_eq!(desk.agent(1, ANNA, FromAgent::Close(tags(&[]))), None);
    assert_eq!([2, 3].map(|n| desk.asks(n)), [Some(ANNA), None]);
    let aside = FromAgent::Snooze(SnoozeFor::Reply);
    assert_eq!(desk.agent(2, ANNA, says(2, "Hello")), None);
    assert_eq!(desk.agent(2, ANNA, aside), None);
    assert_eq!(desk.asks(3), Some(ANNA), "what is put aside takes no slot");
    desk.check();
}

// shows: TRF-01
#[test]
fn what_is_sent_to_a_queue_is_offered_before_what_waits_there_and_not_to_who_sent_it() {
    let mut desk = Desk::new(&[(ANNA, 1), (BEN, 1)]);
    desk.visitor_comes(1);
    assert_eq!(desk.agent(1, ANNA, says(1, "Hello")), None);
    desk.visitor_comes(2);
    assert_eq!(desk.agent(2, BEN, says(2, "Hello")), None);
    desk.visitor_comes(3);
    let to = TransferTo::Queue(HELP);
    assert_eq!(desk.agent(1, ANNA, FromAgent::Transfer { to, note: Words::default() }), None);
    assert_eq!((desk.asks(1), desk.asks(3)), (None, Some(ANNA)), "she takes the next one");
    assert_eq!(desk.agent(2, BEN, FromAgent::Close(tags(&[]))), None);
    assert_eq!(desk.asks(1), Some(BEN));
    desk.check();
}

// shows: QUE-11
#[test]
fn who_comes_back_gets_the_own_visitor_back() {
    let mut desk = Desk::new(&[(ANNA, 5)]);
    desk.visitor_comes(1);
    assert_eq!(desk.agent(1, ANNA, says(1, "Hello")), None);
    desk.presence(ANNA, Presence::Gone);
    assert_eq!(desk.apply(1, &Command::System(FromSystem::AgentGone)), None);
    desk.until(120_000);
    assert_eq!((desk.stage(1), desk.owner(1)), (Stage::Queued, None));
    desk.until(150_000);
    desk.presence(ANNA, Presence::Available);
    assert_eq!(desk.asks(1), Some(ANNA));
}

#[test]
fn what_nobody_of_its_queue_takes_overflows_to_who_can() {
    let mut desk = Desk::new(&[(ANNA, 5)]);
    desk.site.settings.entry = Entry::Queue(HELP);
    desk.visitor_comes(1);
    assert_eq!(desk.agent(1, ANNA, FromAgent::Decline(OfferNo(1))), None);
    assert_eq!(desk.asks(1), None, "who declined is not asked again");
    desk.until(60_000);
    assert_eq!(desk.conversations[&ConversationId(1)].queue, SPARE);
}

/// One thing that happens on the desk.
#[derive(Debug, Clone)]
enum Step {
    Comes,
    Wait(i64),
    Presence(AgentId, Presence),
    /// On the conversation of this number, where there is one.
    Visitor(i64, FromVisitor),
    Agent(i64, AgentId, FromAgent),
    Gone(i64),
}

fn from_agent() -> impl Strategy<Value = FromAgent> {
    let agent = prop_oneof![Just(ANNA), Just(BEN), Just(CLEO)];
    let give = |to| FromAgent::Transfer { to, note: Words::default() };
    let no = || (1..6_u32).prop_map(OfferNo);
    prop_oneof![
        3 => no().prop_map(FromAgent::Accept),
        1 => no().prop_map(FromAgent::Decline),
        2 => Just(FromAgent::Take(Cap::Holds)),
        1 => Just(FromAgent::Take(Cap::Ignored)),
        2 => Just(FromAgent::Close(Default::default())),
        1 => Just(FromAgent::Snooze(SnoozeFor::Reply)),
        1 => Just(FromAgent::Wake),
        1 => Just(FromAgent::CancelTransfer),
        1 => agent.prop_map(move |agent| give(TransferTo::Agent(agent, Cap::Holds))),
        1 => Just(give(TransferTo::Queue(HELP))),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let agent = || prop_oneof![Just(ANNA), Just(BEN), Just(CLEO)];
    let presence =
        prop_oneof![3 => Just(Presence::Available), 1 => Just(Presence::Away), 1 => Just(Presence::Gone)];
    let number = || 1..8_i64;
    prop_oneof![
        4 => Just(Step::Comes),
        4 => prop_oneof![Just(30_000), Just(1), 0..50_000_i64].prop_map(Step::Wait),
        2 => (agent(), presence).prop_map(|(agent, presence)| Step::Presence(agent, presence)),
        1 => number().prop_map(|n| Step::Visitor(n, FromVisitor::Close)),
        12 => (number(), agent(), from_agent()).prop_map(|(n, agent, it)| Step::Agent(n, agent, it)),
        1 => number().prop_map(Step::Gone),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    // shows: QUE-06, QUE-11, QUE-12, QUE-13
    #[test]
    fn nobody_waits_whom_somebody_could_take_and_loads_add_up(steps in collection::vec(step(), 1..60)) {
        let mut desk = Desk::new(&[(ANNA, 1), (BEN, 2), (CLEO, 0)]);
        let mut count = 0;
        for step in steps {
            match step {
                Step::Comes => {
                    count += 1;
                    desk.visitor_comes(count);
                }
                Step::Wait(millis) => desk.until(desk.now.0 + millis),
                Step::Presence(agent, presence) => desk.presence(agent, presence),
                Step::Visitor(n, it) if n <= count => _ = desk.apply(n, &Command::Visitor(it)),
                Step::Agent(n, agent, it) if n <= count => _ = desk.agent(n, agent, it),
                Step::Gone(n) if n <= count => _ = desk.apply(n, &Command::System(FromSystem::AgentGone)),
                Step::Visitor(..) | Step::Agent(..) | Step::Gone(_) => {}
            }
            desk.check();
        }
    }
}
