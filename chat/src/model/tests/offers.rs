//! The two times of an offer: to accept, and to answer.
use super::{super::*, stage::*};

// shows: QUE-11
#[test]
fn at_29_999_it_is_still_hers_and_at_30_000_it_is_not() {
    let accept = FromAgent::Accept(OfferNo(1));
    let just = Story::offered().agent(29_999, ANNA, accept.clone());
    assert_eq!(just.conversation.owner(), Some(ANNA));
    let late = Story::offered();
    assert_eq!(late.refuses_agent(30_000, ANNA, accept), Some(Refusal::OfferExpired));
    assert_eq!(late.refuses_agent(30_000, ANNA, says(2, "Hello")), Some(Refusal::OfferExpired));
}

// shows: QUE-11
#[test]
fn a_late_answer_is_refused_also_when_somebody_else_has_it() {
    let story = Story::offered().timeout(30_000).system(30_000, offer(BEN, 1));
    assert_eq!(story.refuses_agent(31_000, ANNA, says(2, "Hello")), Some(Refusal::OfferExpired));
    let story = story.agent(32_000, BEN, FromAgent::Accept(OfferNo(2)));
    assert_eq!(story.refuses_agent(33_000, ANNA, says(2, "Hello")), Some(Refusal::OfferExpired));
    assert_eq!(story.refuses_agent(33_000, CLEO, says(2, "Hello")), Some(Refusal::NotOwner));
    assert_eq!(story.refuses_agent(33_000, ANNA, FromAgent::Accept(OfferNo(1))), Some(Refusal::OfferExpired));
}

// shows: QUE-11
#[test]
fn how_late_the_sweep_runs_decides_nothing() {
    let in_time = Story::offered().timeout(30_000);
    let late = Story::offered().timeout(47_000);
    assert_eq!(late.conversation, in_time.conversation);
    assert_eq!(late.last, in_time.last);
    // No sweep at all: the visitor's next message finds the offer gone.
    let never = Story::offered().visitor(47_000, writes(2, "Hello?"));
    assert_eq!(never.stage(), Stage::Queued);
    let expired = Effect::OfferEnded { no: OfferNo(1), agent: ANNA, outcome: OfferOutcome::Expired };
    assert!(never.has(&expired));
}

// shows: QUE-09, QUE-11
#[test]
fn writing_is_accepting() {
    let story = Story::offered().agent(5_000, ANNA, says(2, "Hello"));
    assert_eq!(story.conversation.owner(), Some(ANNA));
    assert_eq!(story.notices(), ["accepted"]);
    assert_eq!(story.timer(TimerKind::Answer), None);
    assert_eq!(story.conversation.first_reply_at, Some(at(5_000)));
}

// shows: QUE-11
#[test]
fn accepting_leaves_the_time_to_answer_that_the_offer_began_with() {
    let story = Story::offered().agent(29_999, ANNA, FromAgent::Accept(OfferNo(1)));
    assert_eq!((story.timer(TimerKind::Answer), story.timer(TimerKind::Accept)), (Some(30_000), None));
    let story = story.timeout(30_000);
    assert_eq!((story.stage(), story.notices()), (Stage::Queued, vec!["agent_unavailable"]));
    assert_eq!(story.timer(TimerKind::Accept), Some(150_000), "a new wait, told to the visitor");
    let State::Queued(waiting) = story.conversation.state else { panic!("queued") };
    assert_eq!(waiting.since, at(0), "and the old place in the queue");
    assert!(story.has(&Effect::AnswerMissed(ANNA)));
    assert_eq!(story.refuses_agent(31_000, ANNA, says(2, "Hello")), Some(Refusal::OfferExpired));
}

// shows: QUE-11
#[test]
fn where_the_site_wants_it_accepting_is_enough() {
    let story = Story::offered().when(|site| site.settings.offer_stops_on = OfferStopsOn::Accept);
    let story = story.agent(1_000, ANNA, FromAgent::Accept(OfferNo(1)));
    assert_eq!(story.timer(TimerKind::Answer), None);
}

// shows: QUE-06, QUE-11
#[test]
fn taking_gives_the_time_to_answer_from_then_on() {
    let story = Story::queued().agent(50_000, ANNA, FromAgent::Take(Cap::Holds));
    assert_eq!((story.timer(TimerKind::Answer), story.timer(TimerKind::Accept)), (Some(80_000), None));
}

// shows: QUE-06
#[test]
fn of_two_who_take_it_the_second_is_told_who_has_it() {
    let story = Story::queued().agent(1_000, ANNA, FromAgent::Take(Cap::Holds));
    let take = FromAgent::Take(Cap::Holds);
    assert_eq!(story.refuses_agent(1_000, BEN, take.clone()), Some(Refusal::TakenBy(ANNA)));
    assert_eq!(story.refuses_agent(1_000, ANNA, take), Some(Refusal::TakenBy(ANNA)));
    assert!(story.has(&Effect::Desk(DeskEvent::Claimed(ANNA))));
}

// shows: QUE-06
#[test]
fn taking_withdraws_the_offer_of_another() {
    let story = Story::offered().agent(1_000, BEN, FromAgent::Take(Cap::Holds));
    let withdrawn = Effect::OfferEnded { no: OfferNo(1), agent: ANNA, outcome: OfferOutcome::Withdrawn };
    assert!(story.has(&withdrawn));
    assert!(story.has(&Effect::Free(ANNA)) && story.has(&Effect::Hold(BEN, Cap::Holds)));
    let accept = FromAgent::Accept(OfferNo(1));
    assert_eq!(story.refuses_agent(2_000, ANNA, accept), Some(Refusal::OfferExpired));
}

// shows: QUE-09
#[test]
fn taking_what_is_offered_to_oneself_is_accepting_it() {
    let taken = Story::offered().agent(1_000, ANNA, FromAgent::Take(Cap::Holds));
    let accepted = Story::accepted();
    assert_eq!(taken.last, accepted.last);
}

// shows: QUE-06
#[test]
fn a_manager_takes_over_and_an_agent_does_not() {
    let story = Story::answered().agent(5_000, MAYA, FromAgent::Take(Cap::Holds));
    assert_eq!((story.conversation.owner(), story.notices()), (Some(MAYA), vec!["transferred"]));
    assert!(story.has(&Effect::EndShare(ANNA)), "the visitor's yes was for Anna");
    assert!(story.has(&Effect::Desk(DeskEvent::TakenOver { from: ANNA, by: MAYA })));
    assert_eq!(story.timer(TimerKind::Answer), Some(35_000));
}

// shows: QUE-04
#[test]
fn who_is_not_connected_takes_nothing_and_is_asked_nothing() {
    let story = Story::queued().when(|site| site.set_presence(ANNA, Presence::Gone));
    let take = FromAgent::Take(Cap::Holds);
    assert_eq!(story.refuses_agent(1_000, ANNA, take.clone()), Some(Refusal::NotConnected));
    assert_eq!(story.refuses_system(1_000, offer(ANNA, 1)), Some(Refusal::AgentUnavailable));
    let away = story.when(|site| site.set_presence(ANNA, Presence::Away));
    assert_eq!(away.refuses_system(1_000, offer(ANNA, 1)), Some(Refusal::AgentUnavailable));
    assert_eq!(away.refuses_agent(1_000, ANNA, take), None);
    let stranger = AgentId(77);
    assert_eq!(
        away.refuses_agent(1_000, stranger, FromAgent::Take(Cap::Ignored)),
        Some(Refusal::UnknownAgent)
    );
}

// shows: QUE-06
#[test]
fn a_cap_holds_unless_somebody_insists() {
    let story = Story::queued().when(|site| site.set_room(ANNA, Room::Full));
    assert_eq!(story.refuses_system(1_000, offer(ANNA, 1)), Some(Refusal::AgentFull));
    assert_eq!(story.refuses_agent(1_000, ANNA, FromAgent::Take(Cap::Holds)), Some(Refusal::AgentFull));
    let story = story.agent(1_000, ANNA, FromAgent::Take(Cap::Ignored));
    assert!(story.has(&Effect::Hold(ANNA, Cap::Ignored)));
}

// shows: QUE-11
#[test]
fn nobody_is_asked_twice_in_a_round() {
    let story = Story::offered().timeout(30_000);
    assert_eq!(story.refuses_system(30_000, offer(ANNA, 1)), Some(Refusal::AgentUnavailable));
    let again = story.system(30_000, offer(ANNA, 2));
    assert_eq!(again.conversation.round, Round(2));
    let behind = again.timeout(60_000).system(60_000, offer(BEN, 1));
    assert_eq!(behind.conversation.round, Round(2), "rounds do not go back");
    let declined = Story::offered().agent(1_000, ANNA, FromAgent::Decline(OfferNo(1)));
    assert_eq!(declined.refuses_system(1_000, offer(ANNA, 2)), Some(Refusal::AgentUnavailable));
}

// shows: QUE-08
#[test]
fn before_it_is_theirs_nobody_writes() {
    let story = Story::queued();
    assert_eq!(story.refuses_agent(1_000, BEN, says(2, "Hello")), Some(Refusal::NotOwner));
    assert_eq!(
        Story::with_bot().refuses_agent(1_000, BEN, says(2, "Hello")),
        Some(Refusal::NotNow(Stage::Bot))
    );
}
