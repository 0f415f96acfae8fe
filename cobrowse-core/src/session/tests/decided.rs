//! Stories of what the server decides for a share that belongs to a conversation.
use std::time::Duration;

use crate::{
    session::{relay::Deed, visitor::BarState},
    testing::{BEN, Profile, SOPHIE, Trio},
    wire::message::{AgentCard, Ask, EndReason, ShareState},
};

const SECOND: Duration = Duration::from_secs(1);

fn controlled(seed: u64) -> Trio {
    let mut trio = Trio::new(seed, Profile::LOSSY, &[SOPHIE]);
    trio.controlled_by(SOPHIE);
    trio.page_changes_for(5, SECOND);
    trio
}

fn hands_over(trio: &mut Trio) {
    let (now, to) = (trio.now, AgentCard { id: BEN, name: Trio::name(BEN) });
    trio.relay.as_mut().expect("it runs").hand_over(SOPHIE, to, now);
}

// shows: CNT-07
#[test]
fn handed_over_the_first_agent_is_out_at_once_and_the_second_is_asked_for_by_name() {
    for seed in 0..10 {
        let mut trio = controlled(seed);
        hands_over(&mut trio);
        let consent = trio.relay.as_ref().expect("it runs").consent();
        let states = (consent.state(SOPHIE), consent.state(BEN), consent.controller());
        assert_eq!(states, (ShareState::NotShared, ShareState::ViewAsked, None), "before anything is sent");
        hands_over(&mut trio);
        trio.run_for(2 * SECOND);
        assert_eq!(trio.seen(SOPHIE).ended, Some(EndReason::AgentLeft));
        assert_eq!(trio.bar().state, BarState::Hidden);
        assert_eq!(trio.bar().question.map(|it| it.agent.name), Some(Trio::name(BEN)));
        let asked = trio.audit.iter().filter(|it| it.deed == Deed::Asked(BEN, Ask::View)).count();
        assert_eq!(asked, 1, "twice is once");
        trio.visitor_allows();
        trio.viewer_joins(BEN, Profile::LOSSY);
        trio.run_for(3 * SECOND);
        assert!(matches!(trio.seen(BEN).share, Some(ShareState::Viewing(_))));
        assert_eq!(trio.seen(BEN).state, trio.page_state());
    }
}

// shows: CNT-07
#[test]
fn where_the_next_agent_never_comes_the_share_ends() {
    let mut trio = controlled(11);
    hands_over(&mut trio);
    trio.run_for(70 * SECOND);
    assert_eq!(trio.shown().ended, Some(EndReason::AgentLeft));
}

// shows: CNT-07, CNT-08
#[test]
fn what_nobody_said_yes_to_is_not_handed_over() {
    let mut trio = Trio::new(12, Profile::FAST, &[SOPHIE]);
    hands_over(&mut trio);
    trio.run_for(SECOND);
    assert_eq!(trio.shown().ended, Some(EndReason::AgentLeft));
    let mut trio = controlled(13);
    let now = trio.now;
    trio.relay.as_mut().expect("it runs").dismiss(now);
    trio.run_for(2 * SECOND);
    assert_eq!(trio.shown().ended, Some(EndReason::AgentLeft));
    assert_eq!(trio.seen(SOPHIE).ended, Some(EndReason::AgentLeft));
}
