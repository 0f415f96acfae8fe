//! Stories of viewing.
use std::time::Duration;

use crate::{
    session::visitor::BarState,
    testing::{BEN, Profile, SOPHIE, Trio, card},
    wire::message::{Ask, ShareState},
};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn an_agent_asks_the_visitor_allows_and_the_page_is_seen() {
    let mut trio = Trio::new(1, Profile::FAST, &[SOPHIE]);
    trio.asks(SOPHIE, Ask::View);
    assert_eq!(trio.bar().question.map(|it| (it.agent, it.ask)), Some((card(SOPHIE), Ask::View)));
    assert_eq!(trio.seen(SOPHIE).frames, 0, "nothing leaves before the yes");
    trio.visitor_allows();
    trio.page_changes_for(10, SECOND);
    assert!(matches!(trio.bar().state, BarState::Viewing { .. }));
    assert!(matches!(trio.seen(SOPHIE).share, Some(ShareState::Viewing(_))));
    assert_eq!(trio.seen(SOPHIE).state, trio.page_state());
    assert_eq!((trio.shown().keyframes, trio.shown().keyframes_asked), (1, 0));
}

#[test]
fn a_late_viewer_is_fed_from_the_log_and_only_after_a_yes_of_their_own() {
    let mut trio = Trio::new(2, Profile::FAST, &[SOPHIE, BEN]);
    trio.shared_with(SOPHIE);
    trio.page_changes_for(20, SECOND);
    assert_eq!(trio.seen(BEN).frames, 0);
    trio.shared_with(BEN);
    assert_eq!(trio.seen(BEN).state, trio.page_state());
    assert_eq!(trio.shown().keyframes, 1, "the visitor's page was not asked again");
}
