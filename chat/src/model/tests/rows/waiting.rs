//! Before an agent has it.
use expect_test::expect;

use super::{
    super::{super::*, stage::*},
    *,
};

// shows: WID-05, WID-09, WID-10
#[test]
fn row_1_a_visitor_begins_in_a_queue() {
    check_begin(
        Site::new(),
        start(),
        expect![[r#"
        - -> queued
        UpdateVisitor({"email", "name"})
        thread 1 system system: started
        timer accept at 120000
    "#]],
    );
}

// shows: WID-05, BOT-01, BOT-10
#[test]
fn row_1_a_visitor_begins_with_the_bot() {
    let mut site = Site::new();
    site.settings.entry = Entry::Bot(FLOW);
    check_begin(
        site,
        Begin { lang: Some(lang("en")), ..start() },
        expect![[r#"
        - -> bot
        UpdateVisitor({"email", "name"})
        thread 1 system system: started
        thread 2 bot text: Hello
        thread 3 bot choice_question: What? Sales / Help / Nothing
    "#]],
    );
}

// shows: HRS-01, HRS-03
#[test]
fn row_2_outside_opening_hours_nothing_is_stored_before_the_form_is_sent() {
    let mut site = Site::new();
    site.closed.insert(None);
    assert_eq!(begin(start(), at(0), &site, &mut Counting(0)), Err(Refusal::OutOfHours));
    let leaves_message = Begin { kind: Kind::Offline, form: message(), ..start() };
    check_begin(
        site,
        leaves_message,
        expect![[r#"
        - -> offline
        UpdateVisitor({"email", "message", "name"})
        thread 1 visitor form: {"email", "message", "name"}
        thread 2 system system: message_received
        desk Inbox
    "#]],
    );
}

// shows: BOT-02, BOT-03, BOT-04, BOT-05
#[test]
fn row_3_a_choice_leads_to_its_queue() {
    let choice = FromVisitor::Choose { cid: cid(1), option: TO_HELP };
    check_visitor(
        Story::with_bot(),
        1_000,
        choice,
        expect![[r#"
        bot -> queued
        thread 4 visitor choice: Aide
        thread 5 bot text: Bienvenue
        timer accept at 121000
        timer overflow at 61000
    "#]],
    );
}

// shows: QUE-07, QUE-08, BOT-09
#[test]
fn row_4_an_agent_takes_it_from_the_bot() {
    check_agent(
        Story::with_bot(),
        1_000,
        (ANNA, FromAgent::Take(Cap::Holds)),
        expect![[r#"
        bot -> active
        thread 4 system system: taken_from_bot
        thread 5 system system: accepted
        Participant(AgentId(1))
        desk Claimed(AgentId(1))
        load +1 of 1
        timer answer at 31000
    "#]],
    );
}

// shows: QUE-06, QUE-07
#[test]
fn row_4_an_agent_takes_it_from_the_queue() {
    check_agent(
        Story::queued(),
        1_000,
        (ANNA, FromAgent::Take(Cap::Holds)),
        expect![[r#"
        queued -> active
        thread 2 system system: accepted
        Participant(AgentId(1))
        desk Claimed(AgentId(1))
        load +1 of 1
        timer accept off
        timer answer at 31000
    "#]],
    );
}

// shows: QUE-06
#[test]
fn row_4_an_agent_takes_what_is_offered_to_another() {
    check_agent(
        Story::offered(),
        1_000,
        (BEN, FromAgent::Take(Cap::Holds)),
        expect![[r#"
        offered -> active
        offer 1 to 1 withdrawn
        thread 2 system system: accepted
        Participant(AgentId(2))
        desk Claimed(AgentId(2))
        load -1 of 1
        load +1 of 2
        timer accept off
        timer answer at 31000
    "#]],
    );
}

// shows: QUE-11
#[test]
fn row_5_the_router_offers_it_to_an_agent() {
    check_system(
        Story::queued(),
        0,
        offer(ANNA, 1),
        expect![[r#"
        queued -> offered
        offer 1 to 1 for Queue(QueueId(1)) until 30000
        load +1 of 1
        timer answer at 30000
    "#]],
    );
}

// shows: QUE-09
#[test]
fn row_6_the_agent_accepts_and_has_still_to_answer() {
    check_agent(
        Story::offered(),
        1_000,
        (ANNA, FromAgent::Accept(OfferNo(1))),
        expect![[r#"
        offered -> active
        offer 1 to 1 answered
        thread 2 system system: accepted
        Participant(AgentId(1))
        desk Claimed(AgentId(1))
        timer accept off
    "#]],
    );
}

// shows: QUE-11
#[test]
fn row_7_the_offer_expires_and_the_visitor_sees_nothing_of_it() {
    check_system(
        Story::offered(),
        30_000,
        FromSystem::Timeout,
        expect![[r#"
        offered -> queued
        offer 1 to 1 expired
        load -1 of 1
        timer answer off
    "#]],
    );
}

// shows: QUE-11
#[test]
fn row_7_accepted_and_not_answered_the_visitor_is_told_and_waits_again() {
    check_system(
        Story::accepted(),
        30_000,
        FromSystem::Timeout,
        expect![[r#"
        active -> queued
        AnswerMissed(AgentId(1))
        thread 3 system system: agent_unavailable
        desk NotAnswered(AgentId(1))
        load -1 of 1
        EndShare(AgentId(1))
        timer answer off
        timer accept at 150000
    "#]],
    );
}

// shows: QUE-11
#[test]
fn row_8_the_agent_declines() {
    check_agent(
        Story::offered(),
        1_000,
        (ANNA, FromAgent::Decline(OfferNo(1))),
        expect![[r#"
            offered -> queued
            offer 1 to 1 declined
            load -1 of 1
            timer answer off
        "#]],
    );
}

// shows: QUE-12, QUE-13
#[test]
fn row_9_nobody_came_in_time() {
    check_system(
        Story::queued(),
        120_000,
        FromSystem::Timeout,
        expect![[r#"
        queued -> offline_form
        thread 2 system system: nobody_available
        timer accept off
    "#]],
    );
}

// shows: OFF-06
#[test]
fn row_9_nobody_came_in_time_and_there_is_no_form() {
    let story = Story::queued().when(|site| site.settings.offline_form = None);
    check_system(
        story,
        120_000,
        FromSystem::Timeout,
        expect![[r#"
        queued -> closed
        thread 2 system system: nobody_available
        thread 3 system system: ended
        timer accept off
    "#]],
    );
}
