//! Consent, links and sessions: anything that people, networks and hostile peers do, in any order.
use cobrowse_core::{
    id::{AgentId, Epoch, Incarnation, Moment, TabId},
    session::{
        Lane,
        relay::{PeerId, RelaySession},
    },
    testing,
    wire::message::{AgentCard, Tab},
};

/// Operations in one story; each may let seconds of virtual time pass.
const MAX_OPS: usize = 120;
/// Messages that one hostile peer sends.
const MAX_MESSAGES: usize = 200;

/// Any sequence of questions, answers, revokes and waits, beside a model that is too simple to be wrong.
pub(super) fn consent_ops(data: &[u8]) {
    testing::consent_ops(data);
}

/// People and networks do what the bytes say; nothing is lost, doubled or done without a yes, and all agree.
pub(super) fn session_ops(data: &[u8]) {
    testing::session_ops(data.get(..MAX_OPS).unwrap_or(data));
}

/// Peers that joined well and send anything at all: each message is a length and its bytes, and its first byte
/// says who sends it on which lane.
pub(super) fn hostile_peers(data: &[u8]) {
    let mut rng = testing::Rng::new(1);
    let mut relay = RelaySession::new(Box::new(move || rng.draw()), Moment::default());
    let mut rest = data;
    for step in 0..MAX_MESSAGES {
        let Some((&length, tail)) = rest.split_first() else { break };
        let (message, tail) = tail.split_at(tail.len().min(usize::from(length)));
        rest = tail;
        let now = Moment::from_millis(step as u64 * 50);
        join(&mut relay, now);
        let who = message.first().copied().unwrap_or(0);
        let lane = if who & 4 == 0 { Lane::WebSocket } else { Lane::DataChannelReliable };
        relay.handle_frame(PeerId(u32::from(who >> 3) % 3), lane, message.get(1..).unwrap_or_default(), now);
        drain(&mut relay, now);
    }
    assert!(relay.held_bytes() < 64 << 20, "{} bytes held", relay.held_bytes());
}

/// Everybody who was closed comes again.
fn join(relay: &mut RelaySession, now: Moment) {
    let tab =
        Tab { id: TabId::from_random([1; 16]), incarnation: Incarnation(1), epoch: Epoch(0), standing: None };
    let joined = relay.join_visitor(PeerId(0), tab, None, now).is_ok();
    for agent in [1, 2] {
        let card = AgentCard { id: AgentId(agent), name: "A".to_owned() };
        let viewer = relay.join_viewer(PeerId(agent), card, None, now);
        assert_eq!(viewer.is_ok(), joined, "one session, one end");
    }
}

fn drain(relay: &mut RelaySession, now: Moment) {
    while relay.poll_transmit(now).is_some() || relay.poll_event().is_some() {}
    if relay.poll_timeout().is_some_and(|at| at <= now) {
        relay.handle_timeout(now);
    }
}

/// Stories of several lengths.
pub(super) fn seeds() -> Vec<Vec<u8>> {
    (1..8).map(|seed| testing::random_ops(seed, seed as usize * 15)).collect()
}
