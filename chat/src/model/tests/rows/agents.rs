//! While an agent has it.
use expect_test::expect;

use super::{
    super::{super::*, stage::*},
    *,
};

// shows: QUE-11
#[test]
fn row_10_the_agent_answers() {
    check_agent(
        Story::accepted(),
        2_000,
        (ANNA, says(2, "Hello")),
        expect![[r#"
        active -> active
        thread 3 agent 1 text: Hello
        timer answer off
    "#]],
    );
}

// shows: TRF-01, TRF-04
#[test]
fn row_11_another_agent_is_asked() {
    let to = TransferTo::Agent(BEN, Cap::Holds);
    let transfer = FromAgent::Transfer { to, note: "knows it".into() };
    check_agent(
        Story::answered(),
        3_000,
        (ANNA, transfer),
        expect![[r#"
        active -> active
        aside 1 system record: transfer_asked
        offer 2 to 2 for Transfer(AgentId(1)) until 33000
        load +1 of 2
        timer transfer at 33000
    "#]],
    );
}

// shows: TRF-01, TRF-03, THR-06
#[test]
fn row_11_the_other_agent_accepts() {
    let accept = FromAgent::Accept(OfferNo(2));
    check_agent(
        Story::asked_to_transfer(),
        4_000,
        (BEN, accept),
        expect![[r#"
            active -> active
            offer 2 to 2 answered
            thread 4 system transfer: transferred
            Participant(AgentId(2))
            desk Claimed(AgentId(2))
            load -1 of 1
            HandOverShare { from: AgentId(1), to: AgentId(2) }
            timer transfer off
            timer answer at 33000
        "#]],
    );
}

// shows: TRF-03, THR-06
#[test]
fn row_12_it_is_sent_to_a_queue() {
    let transfer = FromAgent::Transfer { to: TransferTo::Queue(HELP), note: Words::default() };
    check_agent(
        Story::answered(),
        3_000,
        (ANNA, transfer),
        expect![[r#"
        active -> queued
        aside 1 system record: sent_to_queue
        thread 4 system transfer: transferred_to_queue
        load -1 of 1
        EndShare(AgentId(1))
        timer accept at 123000
        timer overflow at 63000
    "#]],
    );
}

// shows: SNZ-01, SNZ-02, SNZ-03
#[test]
fn row_13_the_agent_puts_it_aside() {
    let span = SnoozeFor::Keep(at(3_000) + 3 * HOUR);
    check_agent(
        Story::answered(),
        3_000,
        (ANNA, FromAgent::Snooze(span)),
        expect![[r#"
        active -> snoozed
        aside 1 system record: paused
        load -1 of 1
        EndShare(AgentId(1))
        timer wake at 10803000
    "#]],
    );
}

// shows: SNZ-01
#[test]
fn row_14_the_visitor_writes_during_a_pause() {
    let story = Story::snoozed(SnoozeFor::Reply);
    check_visitor(
        story,
        9_000,
        writes(4, "still there?"),
        expect![[r#"
        snoozed -> active
        thread 4 visitor text: still there?
        aside 2 system record: woken
        desk Woken(AgentId(1))
        load +1 of 1 beyond the cap
    "#]],
    );
}

// shows: SNZ-01, SNZ-04
#[test]
fn row_14_the_visitor_writes_during_a_pause_and_the_agent_is_away() {
    let story = Story::snoozed(SnoozeFor::Reply).when(|site| site.set_presence(ANNA, Presence::Away));
    check_visitor(
        story,
        9_000,
        writes(4, "still there?"),
        expect![[r#"
        snoozed -> queued
        thread 4 visitor text: still there?
        aside 2 system record: woken
    "#]],
    );
}

// shows: SNZ-04
#[test]
fn row_15_the_pause_is_over_and_the_agent_is_there_whatever_their_load() {
    let story = Story::snoozed(SnoozeFor::Keep(at(10_000))).when(|site| site.set_room(ANNA, Room::Full));
    check_system(
        story,
        10_000,
        FromSystem::Timeout,
        expect![[r#"
        snoozed -> active
        aside 2 system record: woken
        desk Woken(AgentId(1))
        load +1 of 1 beyond the cap
        timer wake off
    "#]],
    );
}

// shows: SNZ-04
#[test]
fn row_16_the_pause_is_over_and_the_agent_is_not_there() {
    let story = Story::snoozed(SnoozeFor::Keep(at(10_000)));
    let story = story.when(|site| site.set_presence(ANNA, Presence::Gone));
    check_system(
        story,
        10_000,
        FromSystem::Timeout,
        expect![[r#"
        snoozed -> queued
        aside 2 system record: woken
        timer wake off
    "#]],
    );
}

// shows: SNZ-04, TAG-03
#[test]
fn row_17_the_pause_is_over_and_it_was_not_to_be_kept() {
    let story = Story::snoozed(SnoozeFor::Close(at(10_000))).when(|site| site.settings.tag_required = true);
    check_system(
        story,
        10_000,
        FromSystem::Timeout,
        expect![[r#"
        snoozed -> closed
        thread 4 system system: ended
        TagAutomatically(SnoozeEnd)
        AskRating
        timer wake off
    "#]],
    );
}
