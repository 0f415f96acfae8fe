//! Stories of control: asked, lent, taken back.
use std::time::Duration;

use crate::{
    command::{Action, Receipt},
    session::{
        relay::{Actor, AuditEntry, Counter, Deed},
        visitor::BarState,
    },
    testing::{BEN, Profile, SOPHIE, Trio},
    wire::{
        limits::MAX_TYPED,
        message::{Ask, EndReason, Refusal, ShareState},
    },
};

const SECOND: Duration = Duration::from_secs(1);
const TICK: Duration = Duration::from_millis(20);

fn controlled(seed: u64, profile: Profile) -> Trio {
    let mut trio = Trio::new(seed, profile, &[SOPHIE]);
    trio.controlled_by(SOPHIE);
    trio
}

fn receipts(trio: &Trio, wanted: Receipt) -> usize {
    trio.seen(SOPHIE).receipts.values().filter(|receipt| **receipt == wanted).count()
}

#[test]
fn commands_are_applied_once_in_order_and_each_gets_a_receipt() {
    let mut trio = controlled(1, Profile::LOSSY);
    let mut sent = Vec::new();
    for _ in 0..50 {
        sent.push((SOPHIE, trio.commands(SOPHIE)));
        trio.run_for(TICK);
    }
    trio.run_for(3 * SECOND);
    assert_eq!(trio.shown().applied, sent);
    assert_eq!(receipts(&trio, Receipt::Applied), 50);
}

#[test]
fn a_revoke_in_a_burst_stops_everything_that_arrives_after_it() {
    for seed in 0..20 {
        let mut trio = controlled(seed, Profile::LOSSY);
        for _ in 0..60 {
            trio.commands(SOPHIE);
            trio.run_for(TICK);
        }
        let before = trio.shown().applied.len();
        let now = trio.now;
        trio.visitor().take_back(now);
        for _ in 0..60 {
            trio.commands(SOPHIE);
            trio.run_for(Duration::from_millis(1));
        }
        trio.run_for(3 * SECOND);
        assert!(20 <= before, "{before} before, seed {seed}");
        assert_eq!(trio.shown().applied.len(), before, "0 after, seed {seed}");
        assert!(20 <= receipts(&trio, Receipt::NoGrant), "seed {seed}");
        assert_eq!(trio.seen(SOPHIE).receipts.len(), 120, "each has its receipt, seed {seed}");
        assert!(matches!(trio.bar().state, BarState::Viewing { .. }));
    }
}

/// The relay's gate is the second; the visitor's holds alone.
#[test]
fn commands_that_arrive_at_the_page_after_the_revoke_are_refused_there() {
    let mut trio = controlled(3, Profile::LOSSY);
    for _ in 0..40 {
        trio.commands(SOPHIE);
    }
    // All of them are on their way, past the relay's gate, when the visitor acts.
    while trio.shown().applied.is_empty() {
        trio.run_for(Duration::from_millis(1));
    }
    for _ in 0..40 {
        trio.commands(SOPHIE);
    }
    let now = trio.now;
    trio.visitor().take_back(now);
    let before = trio.shown().applied.len();
    trio.run_for(3 * SECOND);
    assert_eq!(trio.shown().applied.len(), before);
    assert_eq!(trio.seen(SOPHIE).receipts.len(), 80);
}

#[test]
fn without_a_yes_a_command_gets_its_receipt_at_once() {
    let mut trio = Trio::new(4, Profile::FAST, &[SOPHIE]);
    trio.shared_with(SOPHIE);
    let id = trio.commands(SOPHIE);
    trio.run_for(SECOND);
    assert_eq!(trio.seen(SOPHIE).receipts.get(&id), Some(&Receipt::NoGrant));
    assert!(trio.shown().applied.is_empty());
}

#[test]
fn the_visitors_hand_suspends_control_until_it_rests() {
    let mut trio = controlled(5, Profile::FAST);
    let now = trio.now;
    trio.visitor().hands_on(now);
    trio.run_for(Duration::from_millis(100));
    assert!(matches!(trio.seen(SOPHIE).share, Some(ShareState::Controlling(shared, _)) if shared.hands_on));
    trio.commands(SOPHIE);
    trio.run_for(2 * SECOND);
    assert!(trio.shown().applied.is_empty());
    assert!(matches!(trio.seen(SOPHIE).share, Some(ShareState::Controlling(shared, _)) if !shared.hands_on));
    trio.commands(SOPHIE);
    trio.run_for(SECOND);
    assert_eq!(trio.shown().applied.len(), 1);
}

#[test]
fn pausing_stops_pages_commands_and_marks_and_going_on_begins_anew() {
    let mut trio = controlled(6, Profile::FAST);
    let now = trio.now;
    trio.visitor().pause(true, now);
    trio.run_for(SECOND);
    let frames = trio.seen(SOPHIE).frames;
    trio.page_changes_for(10, SECOND);
    trio.commands(SOPHIE);
    trio.indicates(SOPHIE);
    assert_eq!((trio.seen(SOPHIE).frames, trio.shown().applied.len(), trio.shown().marks), (frames, 0, 0));
    let now = trio.now;
    trio.visitor().pause(false, now);
    trio.run_for(SECOND);
    assert_eq!(trio.seen(SOPHIE).state, trio.page_state());
    trio.indicates(SOPHIE);
    assert_eq!(trio.shown().marks, 1);
}

#[test]
fn a_command_of_an_older_page_state_has_moved() {
    let mut trio = controlled(7, Profile::FAST);
    let old = trio.anchor(SOPHIE);
    trio.visitor_navigates();
    trio.run_for(3 * SECOND);
    let now = trio.now;
    let id = trio.viewer(SOPHIE).command(old, Action::Hover, now);
    trio.run_for(SECOND);
    assert_eq!(trio.seen(SOPHIE).receipts.get(&id), Some(&Receipt::Moved));
}

#[test]
fn a_text_too_long_to_be_stopped_ends_at_the_relay_and_is_counted() {
    let mut trio = controlled(17, Profile::FAST);
    let types = |trio: &mut Trio, bytes: usize| {
        let (anchor, now) = (trio.anchor(SOPHIE), trio.now);
        let id = trio.viewer(SOPHIE).command(anchor, Action::Type("x".repeat(bytes)), now);
        trio.run_for(SECOND);
        id
    };
    let whole = types(&mut trio, MAX_TYPED);
    let long = types(&mut trio, 60_000);
    assert_eq!(trio.shown().applied, [(SOPHIE, whole)]);
    assert_eq!(trio.seen(SOPHIE).receipts.get(&long), Some(&Receipt::Refused));
    assert_eq!(trio.counted(Counter::Refused(Refusal::TooLarge)), 1);
}

#[test]
fn refusals_are_seen_and_after_two_the_agent_waits() {
    let mut trio = Trio::new(8, Profile::FAST, &[SOPHIE]);
    for _ in 0..2 {
        trio.asks(SOPHIE, Ask::View);
        trio.visitor_declines();
    }
    assert_eq!(trio.seen(SOPHIE).declined, [(Ask::View, 0), (Ask::View, 60)]);
    trio.asks(SOPHIE, Ask::View);
    assert_eq!(trio.bar().question, None);
    assert_eq!(trio.seen(SOPHIE).declined.len(), 3);
    trio.run_for(60 * SECOND);
    trio.asks(SOPHIE, Ask::View);
    assert!(trio.bar().question.is_some());
}

#[test]
fn a_question_nobody_answers_lapses_on_both_sides() {
    let mut trio = Trio::new(9, Profile::LOSSY, &[SOPHIE]);
    trio.asks(SOPHIE, Ask::View);
    assert!(trio.bar().question.is_some());
    trio.run_for(31 * SECOND);
    assert_eq!(trio.bar().question, None);
    assert_eq!(trio.seen(SOPHIE).lapsed, [Ask::View]);
    assert_eq!(trio.seen(SOPHIE).share, Some(ShareState::NotShared));
}

#[test]
fn a_question_can_be_withdrawn() {
    let mut trio = Trio::new(10, Profile::FAST, &[SOPHIE]);
    trio.asks(SOPHIE, Ask::View);
    let now = trio.now;
    trio.viewer(SOPHIE).withdraw(Ask::View, now);
    trio.run_for(SECOND);
    assert_eq!(trio.bar().question, None);
}

#[test]
fn control_without_a_view_is_refused_and_counted() {
    let mut trio = Trio::new(11, Profile::FAST, &[SOPHIE]);
    trio.asks(SOPHIE, Ask::Control);
    assert_eq!(trio.seen(SOPHIE).refused, [Refusal::ConsentRequired]);
    assert_eq!(trio.bar().question, None);
    assert_eq!(trio.counted(Counter::Refused(Refusal::ConsentRequired)), 1);
}

#[test]
fn giving_control_to_another_agent_takes_it_from_the_first() {
    let mut trio = Trio::new(12, Profile::FAST, &[SOPHIE, BEN]);
    trio.controlled_by(SOPHIE);
    trio.controlled_by(BEN);
    assert!(matches!(trio.seen(SOPHIE).share, Some(ShareState::Viewing(_))));
    assert!(matches!(trio.seen(BEN).share, Some(ShareState::Controlling(..))));
    trio.commands(SOPHIE);
    let id = trio.commands(BEN);
    trio.run_for(SECOND);
    assert_eq!(trio.shown().applied, [(BEN, id)]);
}

#[test]
fn control_is_over_after_ten_minutes_on_both_sides() {
    let mut trio = controlled(13, Profile::FAST);
    trio.run_for(601 * SECOND);
    assert!(matches!(trio.bar().state, BarState::Viewing { .. }));
    assert!(matches!(trio.seen(SOPHIE).share, Some(ShareState::Viewing(_))));
}

#[test]
fn stopping_ends_it_for_everybody_and_nothing_more_is_seen() {
    let mut trio = controlled(14, Profile::FAST);
    trio.page_is(400_000, 50_000);
    trio.page_changes();
    let now = trio.now;
    trio.visitor().stop(now);
    assert_eq!(trio.bar().state, BarState::Ended { reason: EndReason::VisitorStopped });
    let frames = trio.seen(SOPHIE).frames;
    trio.page_changes_for(10, SECOND);
    assert_eq!(trio.seen(SOPHIE).frames, frames);
    assert_eq!(trio.seen(SOPHIE).ended, Some(EndReason::VisitorStopped));
    assert_eq!(trio.shown().ended, Some(EndReason::VisitorStopped));
}

#[test]
fn stopping_while_cut_off_ends_the_share_at_once_here_and_when_it_gets_through_there() {
    let mut trio = controlled(15, Profile::FAST);
    trio.cut_for(None, SECOND);
    let now = trio.now;
    trio.visitor().stop(now);
    assert_eq!(trio.bar().state, BarState::Ended { reason: EndReason::VisitorStopped });
    trio.run_for(10 * SECOND);
    assert_eq!(trio.seen(SOPHIE).ended, Some(EndReason::VisitorStopped));
    assert_eq!(trio.shown().ended, Some(EndReason::VisitorStopped));
}

#[test]
fn every_step_is_audited() {
    let mut trio = Trio::new(16, Profile::FAST, &[SOPHIE]);
    trio.asks(SOPHIE, Ask::View);
    trio.visitor_declines();
    trio.controlled_by(SOPHIE);
    let now = trio.now;
    trio.visitor().take_back(now);
    trio.run_for(SECOND);
    for paused in [true, false] {
        let now = trio.now;
        trio.visitor().pause(paused, now);
        trio.run_for(SECOND);
    }
    let now = trio.now;
    trio.visitor().stop(now);
    trio.run_for(SECOND);
    let (sophie, visitor) = (Actor::Agent(SOPHIE), Actor::Visitor);
    let expected = [
        (sophie, Deed::Asked(SOPHIE, Ask::View)),
        (visitor, Deed::Declined(SOPHIE, Ask::View)),
        (sophie, Deed::Asked(SOPHIE, Ask::View)),
        (visitor, Deed::Granted(SOPHIE, Ask::View)),
        (sophie, Deed::Asked(SOPHIE, Ask::Control)),
        (visitor, Deed::Granted(SOPHIE, Ask::Control)),
        (visitor, Deed::Revoked(SOPHIE)),
        (visitor, Deed::Paused),
        (visitor, Deed::Resumed),
        (visitor, Deed::Ended(EndReason::VisitorStopped)),
    ];
    assert_eq!(trio.audit, expected.map(|(actor, deed)| AuditEntry { actor, deed }));
}
