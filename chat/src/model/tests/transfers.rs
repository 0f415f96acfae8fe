//! Giving a conversation on.
use super::{super::*, stage::*};

fn ended(outcome: OfferOutcome) -> Effect {
    Effect::OfferEnded { no: OfferNo(2), agent: BEN, outcome }
}

fn failed(outcome: OfferOutcome) -> Effect {
    Effect::Desk(DeskEvent::TransferFailed { owner: ANNA, to: BEN, outcome })
}

// shows: TRF-01, TRF-04
#[test]
fn until_the_other_one_accepts_nothing_changes_for_the_visitor() {
    let story = Story::asked_to_transfer();
    assert_eq!((story.conversation.owner(), story.notices()), (Some(ANNA), vec![]));
    assert_eq!(story.conversation.slots(), [ANNA, BEN].into(), "both count it");
    let story = story.agent(4_000, ANNA, says(3, "One moment"));
    assert_eq!(story.conversation.owner(), Some(ANNA));
    assert_eq!(story.refuses_agent(5_000, CLEO, says(4, "Me?")), Some(Refusal::NotOwner));
}

// shows: TRF-01, TRF-05
#[test]
fn accepting_is_one_step_for_owner_share_and_load() {
    let story = Story::asked_to_transfer().agent(32_999, BEN, FromAgent::Accept(OfferNo(2)));
    assert_eq!(story.conversation.owner(), Some(BEN));
    assert!(story.has(&ended(OfferOutcome::Answered)));
    assert!(story.has(&Effect::HandOverShare { from: ANNA, to: BEN }));
    assert!(story.has(&Effect::Free(ANNA)) && !story.has(&Effect::Hold(BEN, Cap::Holds)));
    assert_eq!(story.timer(TimerKind::Answer), Some(33_000), "the same instant");
    assert_eq!(story.refuses_agent(33_000, ANNA, says(4, "Bye")), Some(Refusal::NotOwner));
}

// shows: TRF-04
#[test]
fn writing_is_accepting_a_transfer_too() {
    let story = Story::asked_to_transfer().agent(4_000, BEN, says(3, "Hello from Ben"));
    assert_eq!((story.conversation.owner(), story.notices()), (Some(BEN), vec!["transferred"]));
    assert_eq!(story.timer(TimerKind::Answer), None);
}

// shows: TRF-04
#[test]
fn refused_or_unanswered_it_stays_and_its_owner_is_told() {
    let declined = Story::asked_to_transfer().agent(4_000, BEN, FromAgent::Decline(OfferNo(2)));
    assert!(declined.has(&ended(OfferOutcome::Declined)) && declined.has(&failed(OfferOutcome::Declined)));
    let expired = Story::asked_to_transfer().timeout(33_000);
    assert!(expired.has(&ended(OfferOutcome::Expired)) && expired.has(&failed(OfferOutcome::Expired)));
    for story in [declined, expired] {
        assert_eq!((story.conversation.owner(), story.notices()), (Some(ANNA), vec![]));
        assert!(story.has(&Effect::Free(BEN)));
        let accept = FromAgent::Accept(OfferNo(2));
        assert_eq!(story.refuses_agent(40_000, BEN, accept), Some(Refusal::OfferExpired));
    }
}

// shows: TRF-04
#[test]
fn its_owner_may_keep_it_after_all() {
    let story = Story::asked_to_transfer().agent(4_000, ANNA, FromAgent::CancelTransfer);
    assert!(story.has(&ended(OfferOutcome::Withdrawn)));
    assert_eq!(story.refuses_agent(5_000, ANNA, FromAgent::CancelTransfer), Some(Refusal::NoTransfer));
}

// shows: TRF-04
#[test]
fn refused_while_its_owner_is_gone_it_waits() {
    let gone = Story::asked_to_transfer().system(4_000, FromSystem::AgentGone);
    assert_eq!(gone.timer(TimerKind::AgentGone), None, "while Ben is asked");
    let story = gone.agent(5_000, BEN, FromAgent::Decline(OfferNo(2)));
    assert_eq!((story.stage(), story.notices()), (Stage::Queued, vec!["agent_unavailable"]));
}

// shows: QUE-11, TRF-04
#[test]
fn who_has_not_answered_yet_gets_the_time_back_that_the_other_one_took() {
    let to = TransferTo::Agent(BEN, Cap::Holds);
    let story = Story::accepted().agent(20_000, ANNA, FromAgent::Transfer { to, note: Words::default() });
    assert_eq!(story.timer(TimerKind::Answer), None);
    let story = story.timeout(50_000);
    assert_eq!((story.conversation.owner(), story.timer(TimerKind::Answer)), (Some(ANNA), Some(80_000)));
}

// shows: TRF-01
#[test]
fn only_whoever_can_take_it_is_asked() {
    let ask =
        |agent| FromAgent::Transfer { to: TransferTo::Agent(agent, Cap::Holds), note: Words::default() };
    let story = Story::answered();
    assert_eq!(story.refuses_agent(3_000, ANNA, ask(ANNA)), Some(Refusal::SameAgent));
    assert_eq!(story.refuses_agent(3_000, ANNA, ask(AgentId(77))), Some(Refusal::UnknownAgent));
    assert_eq!(story.refuses_agent(3_000, CLEO, ask(BEN)), Some(Refusal::NotOwner));
    assert_eq!(story.refuses_agent(3_000, MAYA, ask(BEN)), None, "a manager may");
    let gone = story.clone().when(|site| site.set_presence(BEN, Presence::Gone));
    assert_eq!(gone.refuses_agent(3_000, ANNA, ask(BEN)), Some(Refusal::AgentUnavailable));
    let full = story.when(|site| site.set_room(BEN, Room::Full));
    assert_eq!(full.refuses_agent(3_000, ANNA, ask(BEN)), Some(Refusal::AgentFull));
    let insisted = FromAgent::Transfer { to: TransferTo::Agent(BEN, Cap::Ignored), note: Words::default() };
    assert!(full.agent(3_000, ANNA, insisted).has(&Effect::Hold(BEN, Cap::Ignored)));
    assert_eq!(
        Story::asked_to_transfer().refuses_agent(4_000, ANNA, ask(CLEO)),
        Some(Refusal::TransferPending)
    );
}

// shows: TRF-01
#[test]
fn sent_to_a_queue_it_goes_before_the_others_and_not_back() {
    let send = |queue| FromAgent::Transfer { to: TransferTo::Queue(queue), note: "please".into() };
    let story = Story::answered().agent(3_000, ANNA, send(HELP));
    let State::Queued(waiting) = story.conversation.state else { panic!("queued") };
    assert!(waiting.boosted);
    assert_eq!(story.conversation.passed.get(&ANNA), Some(&Passed::Declined));
    assert!(story.has(&Effect::EndShare(ANNA)) && story.has(&Effect::Free(ANNA)));
    let closed = Story::answered().when(|site| _ = site.closed.insert(Some(HELP)));
    assert_eq!(closed.refuses_agent(3_000, ANNA, send(HELP)), Some(Refusal::QueueClosed));
    assert_eq!(closed.refuses_agent(3_000, ANNA, send(QueueId(99))), Some(Refusal::UnknownQueue));
    assert_eq!(closed.refuses_agent(3_000, BEN, send(SPARE)), Some(Refusal::NotOwner));
}

// shows: TRF-05
#[test]
fn what_agents_tell_each_other_stands_beside_the_thread() {
    let before = Story::answered();
    let story = Story::asked_to_transfer();
    assert_eq!(story.conversation.last_seq, before.conversation.last_seq);
    assert_eq!(story.conversation.last_agent_seq, AgentSeq(1));
    let noted = story.agent(4_000, CLEO, FromAgent::Note { cid: cid(9), text: "rude".into() });
    assert_eq!(noted.conversation.last_seq, before.conversation.last_seq);
    assert_eq!(noted.conversation.last_agent_seq, AgentSeq(2));
}

// shows: QUE-11
#[test]
fn an_agent_who_is_gone_loses_it_after_a_while_and_is_asked_first() {
    let story = Story::answered().system(10_000, FromSystem::AgentGone);
    assert_eq!(story.timer(TimerKind::AgentGone), Some(130_000));
    assert_eq!(story.refuses_system(11_000, FromSystem::AgentGone), Some(Refusal::Nothing));
    let back = story.clone().system(129_999, FromSystem::AgentBack);
    assert_eq!((back.conversation.owner(), back.timer(TimerKind::AgentGone)), (Some(ANNA), None));
    let lost = story.timeout(130_000);
    let State::Queued(waiting) = lost.conversation.state else { panic!("queued") };
    assert_eq!((waiting.sticky, waiting.boosted), (Some(ANNA), true));
    assert_eq!(lost.notices(), ["agent_unavailable"]);
    assert!(lost.has(&Effect::EndShare(ANNA)) && lost.has(&Effect::Free(ANNA)));
    assert_eq!(lost.system(130_000, offer(ANNA, 1)).stage(), Stage::Offered);
}

// shows: QUE-11
#[test]
fn in_a_new_wait_everybody_may_be_asked_again() {
    let declined = Story::queued().system(0, offer(BEN, 1)).agent(500, BEN, FromAgent::Decline(OfferNo(1)));
    let active =
        declined.agent(1_000, ANNA, FromAgent::Take(Cap::Holds)).agent(2_000, ANNA, says(2, "Hello"));
    let lost = active.clone().system(10_000, FromSystem::AgentGone).timeout(130_000);
    assert_eq!(lost.refuses_system(130_000, offer(BEN, 1)), None);
    let sent =
        active.agent(3_000, ANNA, FromAgent::Transfer { to: TransferTo::Queue(HELP), note: "".into() });
    assert_eq!(sent.refuses_system(3_000, offer(BEN, 1)), None);
    assert_eq!(sent.refuses_system(3_000, offer(ANNA, 1)), Some(Refusal::AgentUnavailable));
}
