//! Conversations that are put aside.
use super::{super::*, stage::*};

// shows: SNZ-02, SNZ-05
#[test]
fn a_pause_ends_in_the_future() {
    let snooze = |until| FromAgent::Snooze(SnoozeFor::Keep(at(until)));
    let story = Story::answered();
    assert_eq!(story.refuses_agent(3_000, ANNA, snooze(3_000)), Some(Refusal::TimePast));
    assert_eq!(story.refuses_agent(3_000, ANNA, snooze(3_001)), None);
    assert_eq!(story.refuses_agent(3_000, BEN, snooze(9_000)), Some(Refusal::NotOwner));
    assert_eq!(
        Story::queued().refuses_agent(3_000, ANNA, snooze(9_000)),
        Some(Refusal::NotNow(Stage::Queued))
    );
    let asked = Story::asked_to_transfer();
    assert_eq!(asked.refuses_agent(4_000, ANNA, snooze(9_000)), Some(Refusal::TransferPending));
}

// shows: SNZ-01, SNZ-03
#[test]
fn during_a_pause_the_slot_is_free_and_the_share_over() {
    for span in [SnoozeFor::Keep(at(99_000)), SnoozeFor::Close(at(99_000)), SnoozeFor::Reply] {
        let story = Story::snoozed(span);
        assert!(story.has(&Effect::Free(ANNA)) && story.has(&Effect::EndShare(ANNA)));
        assert_eq!((story.conversation.owner(), story.conversation.slots()), (Some(ANNA), [].into()));
        let wake = if span == SnoozeFor::Reply { None } else { Some(99_000) };
        assert_eq!(story.timer(TimerKind::Wake), wake);
        assert!(story.notices().is_empty(), "the visitor is not told");
    }
}

// shows: SNZ-01
#[test]
fn its_owner_or_a_manager_takes_it_up_again() {
    let story = Story::snoozed(SnoozeFor::Reply);
    assert_eq!(story.refuses_agent(5_000, BEN, FromAgent::Wake), Some(Refusal::NotOwner));
    for agent in [ANNA, MAYA] {
        let awake = story.clone().agent(5_000, agent, FromAgent::Wake);
        assert_eq!((awake.stage(), awake.conversation.owner()), (Stage::Active, Some(ANNA)));
        assert!(awake.has(&Effect::Hold(ANNA, Cap::Ignored)));
        assert_eq!(awake.timer(TimerKind::Answer), None);
    }
}

// shows: SNZ-04
#[test]
fn a_wait_after_a_pause_has_no_end_and_no_form() {
    let story = Story::snoozed(SnoozeFor::Keep(at(10_000)));
    let story = story.when(|site| {
        site.set_presence(ANNA, Presence::Gone);
        site.closed.insert(None);
    });
    let story = story.timeout(10_000);
    assert_eq!((story.stage(), story.timer(TimerKind::Accept)), (Stage::Queued, None));
    assert_eq!(story.refuses_system(11_000, FromSystem::QueueClosed), Some(Refusal::Nothing));
    let State::Queued(waiting) = story.conversation.state else { panic!("queued") };
    assert_eq!(waiting.sticky, Some(ANNA));
    let offered = story.system(20_000, offer(BEN, 1));
    assert_eq!(offered.timer(TimerKind::Answer), Some(50_000));
}

// shows: SNZ-04
#[test]
fn a_pause_that_was_to_end_it_ends_it_also_when_the_agent_is_there() {
    let story = Story::snoozed(SnoozeFor::Close(at(10_000))).timeout(10_000);
    let closed = Closed { at: at(10_000), reason: CloseReason::SnoozeEnd };
    assert_eq!(story.conversation.state, State::Closed(closed));
    let replied = Story::snoozed(SnoozeFor::Close(at(10_000))).visitor(9_999, writes(4, "wait"));
    assert_eq!(replied.stage(), Stage::Active);
}

// shows: SNZ-04
#[test]
fn who_said_no_after_a_pause_is_asked_again_when_the_visitor_writes() {
    let no = Some(Refusal::AgentUnavailable);
    let story = Story::snoozed(SnoozeFor::Keep(at(10_000)));
    let story = story.when(|site| site.set_presence(ANNA, Presence::Gone));
    let story = story.timeout(10_000).system(11_000, offer(BEN, 1));
    let story = story.agent(12_000, BEN, FromAgent::Decline(OfferNo(2)));
    assert_eq!(story.refuses_system(13_000, offer(BEN, 1)), no);
    let written = story.visitor(14_000, writes(5, "Hello?"));
    assert_eq!(written.refuses_system(14_000, offer(BEN, 1)), None);
    let ends = Story::queued().system(0, offer(BEN, 1)).agent(500, BEN, FromAgent::Decline(OfferNo(1)));
    let written = ends.visitor(900, writes(4, "Hello?"));
    assert_eq!(written.refuses_system(900, offer(BEN, 1)), no, "that wait has an end");
}
