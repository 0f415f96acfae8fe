//! Each row of the table of states, by its number in the design: from, event, to, effects.
use std::collections::BTreeSet;

use expect_test::{Expect, expect};

use super::{super::*, show::show, stage::*};

/// What the command does to the conversation of the story.
#[track_caller]
fn check(story: Story, millis: i64, command: Command, expected: Expect) {
    let before = story.conversation.clone();
    let after = story.does(millis, command);
    expected.assert_eq(&show(Some(&before), &after.last));
    assert_eq!(after.conversation.ver, before.ver.next());
}

#[track_caller]
fn check_visitor(story: Story, millis: i64, command: FromVisitor, expected: Expect) {
    check(story, millis, Command::Visitor(command), expected);
}

#[track_caller]
fn check_agent(story: Story, millis: i64, (who, command): (AgentId, FromAgent), expected: Expect) {
    check(story, millis, Command::Agent(actor(who), command), expected);
}

#[track_caller]
fn check_system(story: Story, millis: i64, command: FromSystem, expected: Expect) {
    check(story, millis, Command::System(command), expected);
}

#[track_caller]
fn check_begin(site: Site, begins: Begin, expected: Expect) {
    let transition = begin(begins, at(0), &site, &mut Counting(0)).expect("let in");
    expected.assert_eq(&show(None, &transition));
    assert_eq!(transition.next.ver, Ver(1));
}

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
        desk Lost(AgentId(1))
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
        desk Lost(AgentId(1))
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
    let transfer = FromAgent::Transfer { to: TransferTo::Queue(HELP), note: String::new() };
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

// shows: END-03, TAG-03
#[test]
fn row_18_the_visitor_ends_it() {
    let story = Story::answered().when(|site| site.settings.tag_required = true);
    check_visitor(
        story,
        4_000,
        FromVisitor::Close,
        expect![[r#"
        active -> closed
        thread 4 system system: ended_by_visitor
        AskRating
        load -1 of 1
        EndShare(AgentId(1))
    "#]],
    );
}

// shows: END-08, TAG-01, RAT-01
#[test]
fn row_19_the_agent_ends_it() {
    check_agent(
        Story::answered(),
        4_000,
        (ANNA, FromAgent::Close([TAG].into())),
        expect![[r#"
        active -> closed
        Tag({TagId(1)}, AgentId(1))
        thread 4 system system: ended
        AskRating
        load -1 of 1
        EndShare(AgentId(1))
    "#]],
    );
}

// shows: OFF-01, QUE-13
#[test]
fn row_20_the_visitor_leaves_a_message() {
    let submit = FromVisitor::Submit { cid: cid(3), form: message() };
    check_visitor(
        Story::missed(),
        121_000,
        submit,
        expect![[r#"
        offline_form -> offline
        UpdateVisitor({"email", "message", "name"})
        thread 3 visitor form: {"email", "message", "name"}
        thread 4 system system: message_received
        desk Inbox
    "#]],
    );
}

// shows: OFF-03
#[test]
fn row_21_an_agent_replies_from_the_inbox() {
    check_agent(
        Story::offline(),
        130_000,
        (BEN, says(4, "Dear Léa")),
        expect![[r#"
        offline -> offline
        thread 5 agent 2 text: Dear Léa
        Participant(AgentId(2))
        Mail(Seq(5))
    "#]],
    );
}

// shows: OFF-04
#[test]
fn row_22_the_visitor_replies_by_the_link() {
    let reply = FromVisitor::Reply { cid: cid(4), content: text("Thank you") };
    check_visitor(
        Story::offline(),
        140_000,
        reply,
        expect![[r#"
        offline -> offline
        thread 5 visitor text: Thank you
        desk Inbox
    "#]],
    );
}

// shows: END-06
#[test]
fn row_23_what_is_closed_stays_closed_for_the_visitor() {
    let story = Story::closed();
    assert_eq!(story.refuses_visitor(5_000, writes(4, "one more thing")), Some(Refusal::Closed));
    assert_eq!(story.refuses_visitor(5_000, FromVisitor::Close), Some(Refusal::Closed));
}

// shows: END-08
#[test]
fn row_24_closed_conversations_are_opened_again_only_where_the_site_wants_it() {
    assert_eq!(Story::closed().refuses_agent(5_000, ANNA, FromAgent::Reopen), Some(Refusal::ReopeningOff));
    let story = Story::closed().when(|site| site.settings.reopening = true);
    assert_eq!(story.refuses_agent(5_000, BEN, FromAgent::Reopen), Some(Refusal::NotOwner));
    check_agent(
        story,
        5_000,
        (ANNA, FromAgent::Reopen),
        expect![[r#"
        closed -> active
        thread 5 system system: reopened
        Participant(AgentId(1))
        desk Claimed(AgentId(1))
        load +1 of 1
    "#]],
    );
}

// shows: OFF-04
#[test]
fn row_24_a_reply_by_the_link_puts_it_into_the_inbox() {
    let reply = FromVisitor::Reply { cid: cid(4), content: text("Once more") };
    let story = Story::closed();
    assert_eq!(story.refuses_visitor(5_000, reply.clone()), Some(Refusal::ReopeningOff));
    let story = story.when(|site| site.settings.reopening = true);
    check_visitor(
        story,
        5_000,
        reply,
        expect![[r#"
        closed -> offline
        thread 5 system system: reopened
        thread 6 visitor text: Once more
        desk Inbox
    "#]],
    );
}

// shows: BLK-01, QUE-17
#[test]
fn row_25_the_agent_blocks_the_visitor() {
    let block = FromAgent::Block { tags: BTreeSet::new(), reason: "abuse".into() };
    check_agent(
        Story::answered(),
        4_000,
        (ANNA, block),
        expect![[r#"
        active -> closed
        BlockVisitor(AgentId(1))
        aside 1 system record: blocked
        thread 4 system system: ended
        load -1 of 1
        EndShare(AgentId(1))
    "#]],
    );
    let again = Begin { blocked: true, ..start() };
    assert_eq!(begin(again, at(5_000), &Site::new(), &mut Counting(0)), Err(Refusal::Blocked));
}

// shows: END-08
#[test]
fn row_26_the_visitor_is_gone_after_the_agents_last_word() {
    let story = Story::answered().system(10_000, FromSystem::VisitorGone);
    check_system(
        story,
        610_000,
        FromSystem::Timeout,
        expect![[r#"
        active -> closed
        thread 4 system system: ended_idle
        AskRating
        load -1 of 1
        EndShare(AgentId(1))
        timer visitor_gone off
    "#]],
    );
}
