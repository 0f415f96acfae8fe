//! The end, and after.
use expect_test::expect;

use super::{
    super::{super::*, stage::*},
    *,
};

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
    let block = FromAgent::Block { tags: tags(&[]), reason: "abuse".into() };
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
