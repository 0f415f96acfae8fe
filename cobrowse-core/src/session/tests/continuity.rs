//! Stories of pages that come and go.
use std::time::Duration;

use crate::{
    id::{Incarnation, ViewId},
    session::{
        relay::{CloseReason, Counter, Deed},
        visitor::BarState,
    },
    testing::{BEN, Profile, SOPHIE, Trio},
    wire::message::{EndReason, Presence, Refusal, ShareState, Standing, Tab},
};

const SECOND: Duration = Duration::from_secs(1);

fn shared(seed: u64) -> Trio {
    let mut trio = Trio::new(seed, Profile::LOSSY, &[SOPHIE]);
    trio.shared_with(SOPHIE);
    trio.page_changes_for(10, SECOND);
    trio
}

#[test]
fn a_cut_of_five_seconds_loses_nothing_and_needs_no_keyframe() {
    for seed in 0..20 {
        for cut in [None, Some(SOPHIE)] {
            let mut trio = shared(seed);
            trio.page_changes();
            trio.cut_for(cut, 5 * SECOND);
            trio.page_changes_for(10, 10 * SECOND);
            trio.run_for(5 * SECOND);
            assert_eq!(trio.seen(SOPHIE).state, trio.page_state(), "{cut:?} seed {seed}");
            assert_eq!((trio.shown().keyframes, trio.seen(SOPHIE).keyframes), (1, 1), "{cut:?} seed {seed}");
            assert_eq!(trio.counted(Counter::Resumed), 1, "{cut:?} seed {seed}");
        }
    }
}

#[test]
fn both_sides_say_reconnecting_during_a_cut_and_no_command_passes() {
    let mut trio = shared(2);
    trio.controlled_again();
    trio.cut_for(None, 5 * SECOND);
    assert!(matches!(trio.bar().state, BarState::Reconnecting { .. }));
    assert_eq!(trio.seen(SOPHIE).presence, Some(Presence::Reconnecting));
    trio.commands(SOPHIE);
    trio.run_for(10 * SECOND);
    assert_eq!(trio.seen(SOPHIE).presence, Some(Presence::Here));
    assert!(trio.shown().applied.is_empty(), "no click waits for the page to come back");
    trio.commands(SOPHIE);
    trio.run_for(2 * SECOND);
    assert_eq!(trio.shown().applied.len(), 1);
}

#[test]
fn a_cut_of_more_than_a_minute_ends_the_session() {
    let mut trio = shared(3);
    trio.cut_for(None, 61 * SECOND);
    assert_eq!(trio.seen(SOPHIE).ended, Some(EndReason::VisitorLeft));
    assert_eq!(trio.shown().ended, Some(EndReason::VisitorLeft));
}

#[test]
fn a_viewers_reload_paints_from_the_log_and_asks_the_page_for_nothing() {
    let mut trio = shared(4);
    trio.viewer_reloads(SOPHIE);
    trio.run_for(3 * SECOND);
    assert!(matches!(trio.seen(SOPHIE).share, Some(ShareState::Viewing(_))));
    assert_eq!(trio.seen(SOPHIE).state, trio.page_state());
    assert_eq!((trio.shown().keyframes, trio.shown().keyframes_asked), (1, 0));
}

#[test]
fn a_viewer_that_closes_its_tab_ends_the_share_within_five_seconds() {
    let mut trio = shared(5);
    trio.viewer_closes(SOPHIE);
    trio.run_for(4 * SECOND + SECOND / 2);
    assert_eq!(trio.shown().ended, Some(EndReason::AgentLeft));
}

#[test]
fn one_of_two_viewers_leaves_and_the_other_goes_on() {
    let mut trio = Trio::new(6, Profile::FAST, &[SOPHIE, BEN]);
    trio.shared_with(SOPHIE);
    trio.shared_with(BEN);
    let now = trio.now;
    trio.viewer(SOPHIE).end(now);
    trio.run_for(SECOND);
    assert_eq!(trio.seen(SOPHIE).ended, Some(EndReason::AgentLeft));
    assert!(
        matches!(trio.bar().state, BarState::Viewing { agents, .. } if agents.iter().all(|it| it.id == BEN))
    );
    trio.page_changes_for(5, SECOND);
    assert_eq!(trio.seen(BEN).state, trio.page_state());
}

#[test]
fn the_next_page_of_the_tab_goes_on_with_the_same_consent() {
    let mut trio = shared(7);
    trio.controlled_again();
    trio.visitor_navigates();
    trio.run_for(3 * SECOND);
    assert!(matches!(trio.bar().state, BarState::Controlling { .. }));
    assert_eq!(trio.seen(SOPHIE).state, trio.page_state());
    assert_eq!(trio.shown().keyframes, 2, "one for each page");
    assert_eq!(trio.shown().keyframes_asked, 0);
    trio.commands(SOPHIE);
    trio.run_for(SECOND);
    assert_eq!(trio.shown().applied.len(), 1);
    assert!(trio.audit.iter().any(|entry| entry.deed == Deed::Carried(SOPHIE)));
}

#[test]
fn a_page_whose_record_differs_begins_unshared() {
    for forged in [false, true] {
        let mut trio = shared(8);
        let tab = trio.visitor().tab();
        let standing = tab.standing.filter(|_| forged);
        let standing = standing.map(|it| Standing { view: (ViewId::from_random([9; 8]), SOPHIE), ..it });
        trio.new_page(Tab { incarnation: Incarnation(2), standing, ..tab });
        trio.run_for(3 * SECOND);
        assert_eq!(trio.bar().state, BarState::Hidden);
        assert_eq!(trio.seen(SOPHIE).share, Some(ShareState::NotShared));
        trio.shared_with(SOPHIE);
        assert_eq!(trio.seen(SOPHIE).state, trio.page_state());
    }
}

#[test]
fn an_older_page_of_the_tab_is_fenced() {
    let mut trio = shared(9);
    let old = trio.visitor().tab();
    trio.visitor_navigates();
    trio.run_for(3 * SECOND);
    trio.new_page(old);
    trio.run_for(3 * SECOND);
    assert_eq!(trio.shown().refused, [Refusal::Fenced]);
}

#[test]
fn another_tab_on_the_same_ticket_is_refused_and_the_first_goes_on() {
    let mut trio = shared(10);
    let tab = trio.visitor().tab();
    let other = Tab { id: crate::id::TabId::from_random([8; 16]), ..tab };
    let now = trio.now;
    let peer = crate::session::relay::PeerId(900);
    let refused = trio.relay.as_mut().map(|relay| relay.join_visitor(peer, other, None, now));
    assert_eq!(refused, Some(Err(Refusal::TicketInUse)));
    trio.page_changes_for(5, SECOND);
    trio.run_for(SECOND);
    assert_eq!(trio.seen(SOPHIE).state, trio.page_state());
}

#[test]
fn a_page_that_says_bye_and_does_not_come_back_ends_the_session_after_four_seconds() {
    let mut trio = shared(11);
    trio.visitor_leaves();
    trio.run_for(3 * SECOND);
    assert_eq!(trio.seen(SOPHIE).ended, None);
    trio.run_for(2 * SECOND);
    assert_eq!(trio.seen(SOPHIE).ended, Some(EndReason::VisitorLeft));
}

#[test]
fn a_relay_that_restarts_takes_the_record_from_the_page() {
    for seed in 0..10 {
        let mut trio = shared(seed);
        trio.controlled_again();
        trio.relay_restarts(2 * SECOND);
        trio.page_changes_for(10, 10 * SECOND);
        trio.run_for(5 * SECOND);
        assert!(matches!(trio.bar().state, BarState::Controlling { .. }), "seed {seed}");
        assert!(matches!(trio.seen(SOPHIE).share, Some(ShareState::Controlling(..))), "seed {seed}");
        assert_eq!(trio.seen(SOPHIE).state, trio.page_state(), "seed {seed}");
        trio.commands(SOPHIE);
        trio.run_for(2 * SECOND);
        assert_eq!(trio.shown().applied.len(), 1, "seed {seed}");
    }
}

#[test]
fn a_new_page_after_a_restart_begins_unshared() {
    let mut trio = shared(12);
    let tab = trio.visitor().tab();
    trio.relay_restarts(SECOND / 10);
    trio.new_page(Tab { incarnation: Incarnation(2), ..tab });
    trio.run_for(5 * SECOND);
    assert_eq!(trio.bar().state, BarState::Hidden);
}

#[test]
fn a_question_is_asked_again_on_the_next_page() {
    let mut trio = Trio::new(13, Profile::FAST, &[SOPHIE]);
    trio.asks(SOPHIE, crate::wire::message::Ask::View);
    trio.visitor_navigates();
    trio.run_for(2 * SECOND);
    assert!(trio.bar().question.is_some());
    trio.visitor_allows();
    assert_eq!(trio.seen(SOPHIE).state, trio.page_state());
}

#[test]
fn a_peer_that_sends_garbage_is_closed_and_the_others_go_on() {
    let mut trio = Trio::new(14, Profile::FAST, &[SOPHIE, BEN]);
    trio.shared_with(SOPHIE);
    trio.shared_with(BEN);
    let ben = trio.peer_of(BEN);
    let now = trio.now;
    for bytes in [&[][..], &[0xff; 20][..], &[0; 20_000][..]] {
        trio.relay.iter_mut().for_each(|relay| {
            relay.handle_frame(ben, crate::session::Lane::WebSocket, bytes, now);
        });
    }
    trio.page_changes_for(5, SECOND);
    assert_eq!(trio.seen(SOPHIE).state, trio.page_state());
    assert!(trio.closed.iter().any(|reason| matches!(reason, CloseReason::Refused(Refusal::Malformed))));
    trio.run_for(5 * SECOND);
    assert_eq!(trio.seen(BEN).state, trio.page_state(), "Ben comes back on a new link");
}

#[test]
fn a_viewer_that_misses_too_much_while_away_begins_anew_and_knows_everything() {
    let mut trio = shared(15);
    trio.controlled_again();
    trio.cut_during(SOPHIE, |trio| {
        for step in 0..6_000 {
            let info = crate::wire::message::PageInfo { url: "u".to_owned(), title: step.to_string() };
            let now = trio.now;
            trio.visitor().page_info(info, now);
            trio.run_for(Duration::from_millis(5));
        }
    });
    trio.page_changes_for(10, 10 * SECOND);
    assert!(matches!(trio.seen(SOPHIE).share, Some(ShareState::Controlling(..))));
    assert_eq!(trio.seen(SOPHIE).title.as_deref(), Some("5999"));
    assert_eq!(trio.seen(SOPHIE).state, trio.page_state());
}
