//! Stories of two lanes.
use std::time::Duration;

use crate::{
    session::{Lane, relay::Counter},
    testing::{BEN, Profile, SOPHIE, Trio, Udp},
    wire::Channel,
};

const SECOND: Duration = Duration::from_secs(1);
const TICK: Duration = Duration::from_millis(20);

/// Slow enough that a keyframe takes seconds.
const SLOW: Profile =
    Profile { delay: Duration::from_millis(50), jitter: Duration::ZERO, loss: 0, rate: 50_000 };

#[test]
fn small_frames_take_the_data_channel_and_keyframes_the_websocket() {
    let mut trio = Trio::new(1, Profile::FAST, &[SOPHIE]);
    trio.controlled_by(SOPHIE);
    for _ in 0..200 {
        trio.page_changes();
        trio.commands(SOPHIE);
        trio.run_for(TICK);
    }
    let traffic = trio.visitor().traffic();
    let deltas = traffic.sent(Lane::DataChannelReliable, Channel::Page).messages;
    let bulk = traffic.sent(Lane::WebSocket, Channel::Page).messages;
    assert!(190 <= deltas && bulk <= 10, "{deltas} deltas, {bulk} pieces");
    let commands = trio.viewer(SOPHIE).traffic();
    let quick = commands.sent(Lane::DataChannelReliable, Channel::Control).messages;
    assert!(190 <= quick, "{quick}");
}

#[test]
fn udp_that_dies_in_a_burst_loses_nothing_and_stalls_for_less_than_a_second() {
    for seed in 0..30 {
        let mut trio = Trio::new(seed, Profile::LOSSY, &[SOPHIE]);
        trio.controlled_by(SOPHIE);
        let mut sent = Vec::new();
        for step in 0..100 {
            if step == 50 {
                trio.udp(None, Udp::Swallowed);
                trio.udp(Some(SOPHIE), Udp::Swallowed);
            }
            trio.page_changes();
            sent.push((SOPHIE, trio.commands(SOPHIE)));
            trio.run_for(TICK);
        }
        trio.run_for(SECOND);
        assert_eq!(trio.shown().applied.len(), sent.len(), "after two bad hops, seed {seed}");
        trio.run_for(2 * SECOND);
        assert_eq!(trio.shown().applied, sent, "seed {seed}");
        assert_eq!(trio.seen(SOPHIE).state, trio.page_state(), "seed {seed}");
        assert_eq!((trio.shown().keyframes, trio.visitor_reconnects()), (1, 1), "seed {seed}");
        trio.page_changes();
        trio.run_for(SECOND);
        assert_eq!(trio.seen(SOPHIE).state, trio.page_state(), "it goes on without a stall, seed {seed}");
    }
}

#[test]
fn udp_that_dies_on_a_good_network_is_noticed_within_a_second() {
    let mut trio = Trio::new(1, Profile::FAST, &[SOPHIE]);
    trio.controlled_by(SOPHIE);
    trio.page_changes_for(20, TICK);
    trio.commands(SOPHIE);
    trio.run_for(SECOND);
    trio.udp(None, Udp::Swallowed);
    trio.udp(Some(SOPHIE), Udp::Swallowed);
    trio.page_changes();
    trio.commands(SOPHIE);
    trio.run_for(Duration::from_millis(700));
    assert_eq!(trio.seen(SOPHIE).state, trio.page_state());
    assert_eq!(trio.shown().applied.len(), 2);
}

#[test]
fn udp_blocked_from_the_start_costs_nothing() {
    let mut trio = Trio::new(2, Profile::FAST, &[]);
    trio.udp(None, Udp::Swallowed);
    trio.viewer_joins(SOPHIE, Profile::FAST);
    trio.udp(Some(SOPHIE), Udp::Swallowed);
    trio.run_for(2 * SECOND);
    trio.controlled_by(SOPHIE);
    trio.page_changes_for(20, SECOND);
    trio.commands(SOPHIE);
    trio.run_for(SECOND);
    assert_eq!(trio.seen(SOPHIE).state, trio.page_state());
    assert_eq!(trio.shown().applied.len(), 1);
}

#[test]
fn a_stalled_viewer_holds_no_memory_and_costs_the_other_nothing() {
    let mut trio = Trio::new(3, Profile::FAST, &[SOPHIE, BEN]);
    trio.shared_with(SOPHIE);
    trio.shared_with(BEN);
    trio.page_is(40_000, 8_000);
    trio.viewer_sleeps(BEN, true);
    let mut most = 0;
    for _ in 0..3_000 {
        trio.page_changes();
        trio.run_for(TICK);
        most = most.max(trio.relay.as_ref().map_or(0, |relay| relay.held_bytes()));
    }
    trio.run_for(SECOND);
    assert_eq!(trio.seen(SOPHIE).state, trio.page_state());
    assert!(most < 8 << 20, "{most} bytes held for 24 MB of changes");
    assert!(0 < trio.counted(Counter::ViewerLagged));
    let seconds = 60;
    assert!(trio.counted(Counter::KeyframeAsked) <= seconds / 10, "{:?}", trio.counters);
    trio.viewer_sleeps(BEN, false);
    trio.run_for(2 * SECOND);
    assert_eq!(trio.seen(BEN).state, trio.page_state());
}

#[test]
fn a_slow_only_viewer_slows_the_page_down_instead_of_filling_memory() {
    let mut trio = Trio::new(4, SLOW, &[SOPHIE]);
    trio.page_is(100_000, 8_000);
    trio.shared_with(SOPHIE);
    trio.run_for(10 * SECOND);
    let before = trio.seen(SOPHIE).frames;
    for _ in 0..1_000 {
        trio.page_changes();
        trio.run_for(TICK);
    }
    let frames = trio.seen(SOPHIE).frames - before;
    assert!((40..=140).contains(&frames), "{frames} of 1000 changes, merged to what 50 KB/s carry");
    trio.run_for(2 * SECOND);
    assert_eq!(trio.seen(SOPHIE).state, trio.page_state());
}

/// What kernels hide is not seen here; what the window lets out is.
#[test]
fn no_message_waits_long_on_a_slow_link() {
    let mut trio = Trio::new(5, SLOW, &[SOPHIE]);
    trio.page_is(100_000, 1_000);
    trio.controlled_by(SOPHIE);
    trio.run_for(10 * SECOND);
    trio.hop(None).longest = Duration::ZERO;
    for _ in 0..1_000 {
        trio.page_changes();
        trio.run_for(TICK);
    }
    let longest = trio.hop(None).longest;
    assert!(longest < Duration::from_millis(700), "{longest:?}");
}

#[test]
fn control_passes_between_the_pieces_of_a_big_frame() {
    let mut trio = Trio::new(6, SLOW, &[SOPHIE]);
    trio.controlled_by(SOPHIE);
    trio.udp(None, Udp::Swallowed);
    trio.udp(Some(SOPHIE), Udp::Swallowed);
    trio.run_for(5 * SECOND);
    trio.page_is(40_000, 500_000);
    trio.page_changes();
    trio.run_for(SECOND);
    let id = trio.commands(SOPHIE);
    trio.run_for(2 * SECOND);
    assert!(trio.seen(SOPHIE).receipts.contains_key(&id), "the receipt does not wait for half a megabyte");
    assert_ne!(trio.seen(SOPHIE).state, trio.page_state(), "which is still under way");
}

#[test]
fn a_silent_connection_is_found_and_replaced() {
    let mut trio = Trio::new(7, Profile::FAST, &[SOPHIE]);
    trio.shared_with(SOPHIE);
    let silent_until = trio.now + 20 * SECOND;
    trio.hop(None).stand_still(silent_until);
    trio.run_for(20 * SECOND);
    assert!(1 < trio.visitor_reconnects(), "the page tries another connection");
    trio.page_changes_for(5, 10 * SECOND);
    assert_eq!(trio.seen(SOPHIE).state, trio.page_state());
    assert_eq!(trio.shown().keyframes, 1);
}

#[test]
fn a_pointer_that_is_lost_arrives_once_it_rests() {
    let lossy = Profile { loss: 60, ..Profile::FAST };
    let mut trio = Trio::new(8, lossy, &[SOPHIE]);
    trio.shared_with(SOPHIE);
    for step in 0..100_u8 {
        let (now, epoch) = (trio.now, trio.anchor(SOPHIE).epoch);
        trio.visitor().send_pointer(crate::wire::PointerKind::Cursor, epoch, vec![step], now);
        trio.run_for(TICK);
    }
    trio.run_for(3 * SECOND);
    let seen = &trio.seen(SOPHIE).pointers;
    assert!(seen.is_sorted(), "never an older one after a newer");
    assert_eq!(seen.last(), Some(&vec![99]));
    assert!(seen.len() < 100, "{} of 100 came through", seen.len());
}

/// Everything at once, many times: the page arrives, commands are applied once, in order.
#[test]
fn nothing_is_lost_or_doubled_whatever_the_network_does() {
    for seed in 0..60 {
        let mut trio = Trio::new(seed, Profile::LOSSY, &[SOPHIE]);
        trio.controlled_by(SOPHIE);
        let mut sent = Vec::new();
        for _ in 0..150 {
            trio.mischief();
            trio.page_changes();
            if trio
                .seen(SOPHIE)
                .share
                .is_some_and(|it| matches!(it, crate::wire::message::ShareState::Controlling(..)))
            {
                sent.push((SOPHIE, trio.commands(SOPHIE)));
            }
            trio.run_for(TICK);
        }
        trio.calm();
        trio.run_for(20 * SECOND);
        trio.page_changes();
        trio.run_for(3 * SECOND);
        assert_eq!(trio.seen(SOPHIE).state, trio.page_state(), "seed {seed}");
        let applied = &trio.shown().applied;
        let refused = |id| {
            trio.seen(SOPHIE).receipts.get(&id).is_some_and(|it| *it != crate::command::Receipt::Applied)
        };
        let expected: Vec<_> = sent.into_iter().filter(|(_, id)| !refused(*id)).collect();
        assert_eq!(*applied, expected, "seed {seed}");
        assert_eq!(trio.shown().keyframes, 1, "seed {seed}");
    }
}
