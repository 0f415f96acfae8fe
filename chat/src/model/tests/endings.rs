//! Closing, tags, blocks, ratings.
use std::collections::BTreeSet;

use super::{super::*, stage::*};

fn wants_tags(site: &mut Site) {
    site.settings.tag_required = true;
}

fn close(these: &[i64]) -> FromAgent {
    FromAgent::Close(tags(these))
}

// shows: TAG-01, TAG-03
#[test]
fn where_tags_are_mandatory_no_agent_closes_or_blocks_without() {
    let story = Story::answered().when(wants_tags);
    let block = FromAgent::Block { tags: BTreeSet::new(), reason: Words::default() };
    for who in [ANNA, MAYA] {
        assert_eq!(story.refuses_agent(4_000, who, close(&[])), Some(Refusal::TagRequired));
        assert_eq!(story.refuses_agent(4_000, who, block.clone()), Some(Refusal::TagRequired));
        assert_eq!(story.refuses_agent(4_000, who, close(&[1])), None);
    }
    let inbox = Story::offline().when(wants_tags);
    assert_eq!(inbox.refuses_agent(130_000, BEN, close(&[])), Some(Refusal::TagRequired));
    let tagged = story.agent(4_000, ANNA, FromAgent::Tag(tags(&[1])));
    assert_eq!(tagged.refuses_agent(5_000, ANNA, close(&[])), None, "it has one already");
}

// shows: TAG-03
#[test]
fn what_no_agent_closes_needs_none_and_gets_the_automatic_one() {
    let by_visitor = Story::answered().when(wants_tags).visitor(4_000, FromVisitor::Close);
    assert_eq!(by_visitor.stage(), Stage::Closed);
    let automatic = |story: &Story, reason| story.has(&Effect::TagAutomatically(reason));
    assert!(!automatic(&by_visitor, CloseReason::Visitor));
    let gone = Story::answered().when(wants_tags).system(10_000, FromSystem::VisitorGone).timeout(610_000);
    assert!(automatic(&gone, CloseReason::Idle));
    let tagged = Story::answered().when(wants_tags).agent(3_000, ANNA, FromAgent::Tag(tags(&[1])));
    let tagged = tagged.system(10_000, FromSystem::VisitorGone).timeout(610_000);
    assert!(!automatic(&tagged, CloseReason::Idle));
}

// shows: TAG-01
#[test]
fn tags_are_put_on_once_and_by_whom_it_concerns() {
    let story = Story::answered().agent(3_000, ANNA, FromAgent::Tag(tags(&[1, 2])));
    assert_eq!(story.refuses_agent(4_000, ANNA, FromAgent::Tag(tags(&[2]))), Some(Refusal::Nothing));
    assert_eq!(story.refuses_agent(4_000, BEN, FromAgent::Tag(tags(&[3]))), Some(Refusal::NotOwner));
    let closed = story.agent(5_000, ANNA, close(&[2, 3]));
    assert!(closed.has(&Effect::Tag(tags(&[3]), ANNA)));
    assert_eq!(closed.conversation.tags, tags(&[1, 2, 3]));
    let later = closed.agent(6_000, ANNA, FromAgent::Tag(tags(&[4])));
    assert_eq!(later.stage(), Stage::Closed);
}

// shows: END-08
#[test]
fn only_its_owner_or_a_manager_ends_it() {
    for story in [Story::answered(), Story::queued(), Story::with_bot(), Story::snoozed(SnoozeFor::Reply)] {
        assert_eq!(story.refuses_agent(9_000, BEN, close(&[])), Some(Refusal::NotOwner));
        assert_eq!(story.refuses_agent(9_000, MAYA, close(&[])), None);
    }
    assert_eq!(Story::offline().refuses_agent(130_000, CLEO, close(&[])), None, "the inbox is everybody's");
}

// shows: END-03, END-08
#[test]
fn the_end_ends_everything_that_was_under_way() {
    let story = Story::asked_to_transfer().visitor(4_000, FromVisitor::Close);
    assert!(story.has(&Effect::Free(ANNA)) && story.has(&Effect::Free(BEN)));
    let withdrawn = Effect::OfferEnded { no: OfferNo(2), agent: BEN, outcome: OfferOutcome::Withdrawn };
    assert!(story.has(&withdrawn) && story.has(&Effect::EndShare(ANNA)));
    assert!(story.conversation.timers().is_empty());
    assert_eq!(story.notices(), ["ended_by_visitor"]);
    let closed = Closed { at: at(4_000), reason: CloseReason::Visitor };
    assert_eq!(story.conversation.state, State::Closed(closed));
}

// shows: BLK-01
#[test]
fn a_visitor_is_blocked_in_any_state_and_not_told() {
    let block = || FromAgent::Block { tags: BTreeSet::new(), reason: "abuse".into() };
    let open = [Story::with_bot(), Story::queued(), Story::offered(), Story::answered(), Story::offline()];
    for story in open {
        let story = story.agent(130_000, MAYA, block());
        assert!(story.has(&Effect::BlockVisitor(MAYA)));
        assert_eq!((story.stage(), story.notices().pop()), (Stage::Closed, Some("ended")));
        assert!(!story.has(&Effect::AskRating));
    }
    let closed = Story::closed().agent(9_000, BEN, block());
    assert!(closed.has(&Effect::BlockVisitor(BEN)) && closed.notices().is_empty());
    assert_eq!(Story::answered().refuses_agent(9_000, BEN, block()), Some(Refusal::NotOwner));
    assert_eq!(Story::queued().refuses_agent(9_000, BEN, block()), None);
}

// shows: BLK-01
#[test]
fn no_link_brings_a_blocked_visitor_back() {
    let block = FromAgent::Block { tags: BTreeSet::new(), reason: Words::default() };
    let story = Story::offline().agent(130_000, ANNA, block);
    let story = story.when(|site| site.settings.reopening = true);
    let reply = FromVisitor::Reply { cid: cid(5), content: text("again") };
    assert_eq!(story.refuses_visitor(140_000, reply), Some(Refusal::Closed));
}

// shows: BLK-01
#[test]
fn who_was_blocked_after_the_end_does_not_rate_it() {
    let block = FromAgent::Block { tags: BTreeSet::new(), reason: "abuse".into() };
    let story = Story::closed().agent(9_000, BEN, block).when(|site| site.blocks = true);
    let rate = || FromVisitor::Rate(Rating { stars: 1, text: "abuse".into() });
    assert_eq!(story.refuses_visitor(9_001, rate()), Some(Refusal::NotRateable));
    let forgiven = story.when(|site| site.blocks = false);
    assert_eq!(forgiven.refuses_visitor(9_002, rate()), None);
}

// shows: RAT-01
#[test]
fn a_conversation_is_rated_once_from_1_to_5_and_only_after_an_agent_was_there() {
    let rate = |stars| FromVisitor::Rate(Rating { stars, text: "good".into() });
    assert!(Story::closed().has(&Effect::AskRating));
    for stars in [0, 6] {
        assert_eq!(Story::closed().refuses_visitor(9_000, rate(stars)), Some(Refusal::BadRating));
    }
    let rated = Story::closed().visitor(9_000, rate(5));
    assert!(rated.has(&Effect::Desk(DeskEvent::Rated(ANNA))));
    assert_eq!(rated.refuses_visitor(9_001, rate(1)), Some(Refusal::NotRateable));
    assert_eq!(Story::answered().refuses_visitor(9_000, rate(5)), Some(Refusal::NotRateable));
    let alone = Story::queued().visitor(1_000, FromVisitor::Close);
    assert!(!alone.has(&Effect::AskRating));
    assert_eq!(alone.refuses_visitor(2_000, rate(5)), Some(Refusal::NotRateable));
}

#[test]
fn a_visitor_who_is_gone_ends_only_what_waits_for_them() {
    let gone = |story: Story| story.system(10_000, FromSystem::VisitorGone);
    let answered = gone(Story::answered());
    assert_eq!(answered.timer(TimerKind::VisitorGone), Some(610_000));
    let back = answered.clone().system(609_999, FromSystem::VisitorBack);
    assert_eq!(back.timer(TimerKind::VisitorGone), None);
    let asked = gone(Story::answered().visitor(5_000, writes(4, "and then?")));
    assert_eq!(asked.timer(TimerKind::VisitorGone), None, "the last word is the visitor's");
    let asked = asked.agent(20_000, ANNA, says(5, "this"));
    assert_eq!(asked.timer(TimerKind::VisitorGone), Some(620_000));
    for story in [Story::snoozed(SnoozeFor::Reply), Story::queued(), Story::with_bot()] {
        assert_eq!(gone(story).timer(TimerKind::VisitorGone), None);
    }
    let never = Story::answered().when(|site| site.settings.idle_close = None);
    assert_eq!(never.refuses_system(10_000, FromSystem::VisitorGone), Some(Refusal::Nothing));
}

// shows: SNZ-04
#[test]
fn a_visitor_who_is_gone_has_their_time_when_it_is_their_turn_again() {
    let asked =
        Story::answered().visitor(5_000, writes(4, "and then?")).system(10_000, FromSystem::VisitorGone);
    let answered = asked.agent(700_000, ANNA, says(5, "this"));
    assert_eq!(answered.timer(TimerKind::VisitorGone), Some(1_300_000), "not closed by the answer");
    let gone = Story::answered().system(2_500, FromSystem::VisitorGone);
    let asleep = gone.agent(3_000, ANNA, FromAgent::Snooze(SnoozeFor::Keep(at(9_000_000))));
    let awake = asleep.timeout(9_000_000);
    assert_eq!((awake.stage(), awake.timer(TimerKind::VisitorGone)), (Stage::Active, Some(9_600_000)));
}

// shows: COB-04, THR-05
#[test]
fn what_happens_to_a_share_stands_in_the_thread_also_when_it_arrives_late() {
    let share = |phase| FromSystem::Share { cid: cid(8), share: ShareId([8; 16]), phase, agent: ANNA };
    let story = Story::answered().system(5_000, share(SharePhase::Started));
    assert_eq!(story.notices(), ["share_started"]);
    let late = Story::closed().system(9_000, share(SharePhase::Ended));
    assert_eq!((late.stage(), late.notices()), (Stage::Closed, vec!["share_ended"]));
}
