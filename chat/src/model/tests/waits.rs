//! The visitor's wait, and what ends it.
use super::{super::*, stage::*};

// shows: QUE-12, QUE-13
#[test]
fn the_wait_of_a_queue_is_its_own() {
    let short = QueueSettings { accept_timeout: 40 * SECOND, ..QueueSettings::default() };
    let mut site = Site::new();
    site.queues.insert(SALES, short);
    let story = Story::begin(site);
    assert_eq!(story.refuses_system(39_999, FromSystem::Timeout), Some(Refusal::Nothing));
    let story = story.system(30_000, offer(ANNA, 1));
    assert_eq!(story.timer(TimerKind::Answer), Some(40_000), "no offer is longer than the wait");
    assert_eq!(story.timeout(40_000).stage(), Stage::OfflineForm);
}

// shows: QUE-12, QUE-13
#[test]
fn at_the_same_instant_the_end_of_the_wait_wins_while_nobody_has_accepted() {
    let story = Story::queued().system(90_000, offer(ANNA, 1));
    assert_eq!(
        (story.timer(TimerKind::Accept), story.timer(TimerKind::Answer)),
        (Some(120_000), Some(120_000))
    );
    let accept = FromAgent::Accept(OfferNo(1));
    assert_eq!(story.refuses_agent(120_000, ANNA, accept.clone()), Some(Refusal::OfferExpired));
    let over = story.clone().timeout(120_000);
    assert_eq!((over.stage(), over.notices()), (Stage::OfflineForm, vec!["nobody_available"]));
    // Once accepted, it is the answer that is waited for.
    let accepted = story.agent(119_999, ANNA, accept).timeout(120_000);
    assert_eq!((accepted.stage(), accepted.notices()), (Stage::Queued, vec!["agent_unavailable"]));
}

// shows: QUE-11
#[test]
fn an_offer_that_the_wait_cut_short_is_not_held_against_the_agent() {
    let cut = Story::queued().system(100_000, offer(ANNA, 1)).timeout(120_000);
    let ended = |outcome| Effect::OfferEnded { no: OfferNo(1), agent: ANNA, outcome };
    assert!(cut.has(&ended(OfferOutcome::Withdrawn)));
    let whole = Story::queued().system(90_000, offer(ANNA, 1)).timeout(120_000);
    assert!(whole.has(&ended(OfferOutcome::Expired)));
}

// shows: HRS-01, HRS-03
#[test]
fn closing_time_ends_a_wait_but_not_what_somebody_may_still_answer() {
    let close = |site: &mut Site| _ = site.closed.insert(Some(SALES));
    let waiting = Story::queued().when(close).system(10_000, FromSystem::QueueClosed);
    assert_eq!((waiting.stage(), waiting.notices()), (Stage::OfflineForm, vec!["out_of_hours"]));
    let asked = Story::offered().when(close);
    assert_eq!(asked.refuses_system(10_000, FromSystem::QueueClosed), Some(Refusal::Nothing));
    let declined = asked.agent(11_000, ANNA, FromAgent::Decline(OfferNo(1)));
    assert_eq!(declined.stage(), Stage::OfflineForm);
    assert_eq!(Story::queued().refuses_system(10_000, FromSystem::QueueClosed), Some(Refusal::Nothing));
}

fn in_help() -> Story {
    Story::with_bot().visitor(0, FromVisitor::Choose { cid: cid(1), option: TO_HELP })
}

#[test]
fn what_waits_too_long_moves_to_the_overflow_queue_once() {
    let story = in_help();
    assert_eq!(story.timer(TimerKind::Overflow), Some(60_000));
    let story = story.timeout(60_000);
    assert_eq!((story.conversation.queue, story.timer(TimerKind::Overflow)), (SPARE, None));
    assert_eq!(story.timer(TimerKind::Accept), Some(120_000), "the wait is the same one");
}

#[test]
fn while_somebody_is_asked_nothing_moves() {
    let story = in_help().system(50_000, offer(ANNA, 1));
    assert_eq!(story.timer(TimerKind::Overflow), None);
    let story = story.agent(70_000, ANNA, FromAgent::Decline(OfferNo(1)));
    assert_eq!(story.timer(TimerKind::Overflow), Some(60_000), "it is due at once");
    assert_eq!(story.timeout(70_001).conversation.queue, SPARE);
}

#[test]
fn an_overflow_queue_that_is_closed_takes_nothing() {
    let story = in_help().when(|site| _ = site.closed.insert(Some(SPARE))).timeout(60_000);
    assert_eq!((story.conversation.queue, story.stage()), (HELP, Stage::Queued));
}

// shows: QUE-11, QUE-12
#[test]
fn nobody_is_to_blame_for_the_time_that_the_service_was_down() {
    let story = Story::offered().system(500_000, FromSystem::Shift(485 * SECOND));
    assert_eq!(
        (story.timer(TimerKind::Answer), story.timer(TimerKind::Accept)),
        (Some(515_000), Some(605_000))
    );
    let accepted = story.agent(514_999, ANNA, FromAgent::Accept(OfferNo(1)));
    assert_eq!(accepted.timer(TimerKind::Answer), Some(515_000));
    let date = SnoozeFor::Keep(at(10_000));
    let asleep = Story::snoozed(date);
    assert_eq!(asleep.refuses_system(500_000, FromSystem::Shift(485 * SECOND)), Some(Refusal::Nothing));
}

// shows: ADM-07
#[test]
fn when_a_queue_or_its_agent_is_removed_the_visitor_waits_elsewhere() {
    let waiting = Story::queued().system(5_000, FromSystem::Reroute(HELP));
    let State::Queued(waits) = waiting.conversation.state else { panic!("queued") };
    assert_eq!((waiting.conversation.queue, waits.since, waits.boosted), (HELP, at(0), false));
    assert!(waiting.notices().is_empty(), "to the visitor nothing changed");
    let active = Story::answered().system(5_000, FromSystem::Reroute(HELP));
    assert_eq!((active.stage(), active.notices()), (Stage::Queued, vec!["transferred_to_queue"]));
    assert!(active.has(&Effect::EndShare(ANNA)));
    assert_eq!(Story::closed().refuses_system(5_000, FromSystem::Reroute(HELP)), Some(Refusal::Nothing));
    let nowhere = FromSystem::Reroute(QueueId(99));
    assert_eq!(Story::queued().refuses_system(5_000, nowhere), Some(Refusal::UnknownQueue));
}

#[test]
fn a_returning_visitor_is_brought_to_their_agent_first() {
    let story = Story::begin_with(Site::new(), Begin { previous_agent: Some(BEN), ..start() });
    let State::Queued(waiting) = story.conversation.state else { panic!("queued") };
    assert_eq!(waiting.sticky, Some(BEN));
}

// shows: BOT-06
#[test]
fn a_returning_visitor_is_known_after_the_bot_too_where_the_queue_wants_it() {
    let mut site = Site::new();
    site.settings.entry = Entry::Bot(FLOW);
    site.queues.insert(HELP, QueueSettings { sticky: false, ..QueueSettings::default() });
    let story = Story::begin_with(site, Begin { previous_agent: Some(BEN), ..start() });
    for (option, sticky) in [(TO_SALES, Some(BEN)), (TO_HELP, None)] {
        let story = story.clone().visitor(1_000, FromVisitor::Choose { cid: cid(1), option });
        let State::Queued(waiting) = story.conversation.state else { panic!("queued") };
        assert_eq!(waiting.sticky, sticky);
    }
}

// shows: OFF-02, OFF-06
#[test]
fn the_offline_form_is_checked_and_sent_once() {
    let submit = |form| FromVisitor::Submit { cid: cid(3), form };
    let story = Story::missed();
    assert!(matches!(story.refuses_visitor(121_000, submit(lea())), Some(Refusal::Form(_))));
    assert_eq!(
        story.refuses_visitor(121_000, writes(4, "Hello?")),
        Some(Refusal::NotNow(Stage::OfflineForm))
    );
    let story = story.visitor(121_000, submit(message()));
    assert_eq!(story.stage(), Stage::Offline);
    assert_eq!(story.refuses_visitor(122_000, submit(message())), Some(Refusal::NotNow(Stage::Offline)));
}
