//! Stories of consent.
use super::*;
use crate::{
    command::{Action, Anchor, Command, Indicate, Mark, Receipt},
    id::{CommandId, Epoch, NodeId},
    wire::limits::MAX_TYPED,
};

const SOPHIE: AgentId = AgentId(1);
const BEN: AgentId = AgentId(2);
const VIEW: ViewId = ViewId::from_random([1; 8]);
const GRANT: GrantId = GrantId::from_random([2; 8]);
const EPOCH: EpochRule = EpochRule::Only(Epoch(1));

fn at(seconds: u64) -> Moment {
    Moment::from_millis(seconds * 1000)
}

fn anchor(epoch: u32, x: f32) -> Anchor {
    Anchor { epoch: Epoch(epoch), node: NodeId::DOCUMENT, x, y: 0.5 }
}

fn click(grant: GrantId) -> Command {
    Command { id: CommandId(1), grant, anchor: anchor(1, 0.5), action: Action::Hover }
}

fn viewing() -> Consent {
    let mut consent = Consent::authority();
    assert_eq!(consent.ask(SOPHIE, Ask::View, at(0)), Ok(()));
    assert!(consent.grant_view(SOPHIE, VIEW, at(1)));
    consent
}

fn controlling() -> Consent {
    let mut consent = viewing();
    assert_eq!(consent.ask(SOPHIE, Ask::Control, at(1)), Ok(()));
    assert!(consent.grant_control(SOPHIE, GRANT, CONTROL_LASTS, at(2)));
    consent
}

fn refused(consent: &Consent, agent: AgentId, now: Moment) -> Option<Receipt> {
    consent.admit(agent, click(GRANT), EPOCH, now).err()
}

#[test]
fn nobody_acts_before_the_visitor_says_yes_to_them() {
    let mut consent = viewing();
    assert_eq!(refused(&consent, SOPHIE, at(2)), Some(Receipt::NoGrant));
    assert_eq!(consent.ask(SOPHIE, Ask::Control, at(2)), Ok(()));
    assert_eq!(refused(&consent, SOPHIE, at(2)), Some(Receipt::NoGrant));
    assert!(consent.grant_control(SOPHIE, GRANT, CONTROL_LASTS, at(3)));
    assert_eq!(refused(&consent, SOPHIE, at(3)), None);
    assert_eq!(refused(&consent, BEN, at(3)), Some(Receipt::NoGrant), "the yes was for Sophie");
}

#[test]
fn control_needs_a_view_first() {
    let mut consent = Consent::authority();
    assert_eq!(consent.ask(SOPHIE, Ask::Control, at(0)), Err(AskRefused::NoView));
    assert!(!consent.grant_control(SOPHIE, GRANT, CONTROL_LASTS, at(0)));
}

#[test]
fn a_revoked_grant_is_dead_also_when_control_is_given_again() {
    let mut consent = controlling();
    assert_eq!(consent.revoke(), Some((SOPHIE, GRANT)));
    assert_eq!(refused(&consent, SOPHIE, at(3)), Some(Receipt::NoGrant));
    assert_eq!(consent.ask(SOPHIE, Ask::Control, at(3)), Ok(()));
    assert!(consent.grant_control(SOPHIE, GrantId::from_random([3; 8]), CONTROL_LASTS, at(3)));
    assert_eq!(refused(&consent, SOPHIE, at(3)), Some(Receipt::NoGrant));
}

#[test]
fn control_ends_after_ten_minutes_even_when_nobody_looks_at_the_clock() {
    let mut consent = controlling();
    assert_eq!(refused(&consent, SOPHIE, at(601)), None);
    assert_eq!(refused(&consent, SOPHIE, at(602)), Some(Receipt::NoGrant));
    assert_eq!(consent.poll_timeout(), Some(at(602)));
    assert_eq!(consent.handle_timeout(at(602)), [Expired::Grant(SOPHIE, GRANT)]);
    assert!(matches!(consent.state(SOPHIE), ShareState::Viewing(_)));
}

#[test]
fn a_question_lapses_after_thirty_seconds_and_takes_no_late_yes() {
    let mut consent = Consent::authority();
    assert_eq!(consent.ask(SOPHIE, Ask::View, at(0)), Ok(()));
    assert_eq!(consent.question(), Some((SOPHIE, Ask::View)));
    assert!(!consent.grant_view(SOPHIE, VIEW, at(30)));
    assert_eq!(consent.handle_timeout(at(30)), [Expired::Question(SOPHIE, Ask::View)]);
    assert_eq!(consent.state(SOPHIE), ShareState::NotShared);
}

#[test]
fn after_two_refusals_the_agent_waits_a_minute() {
    let mut consent = Consent::authority();
    for (second, wait) in [(0, 0), (1, 60)] {
        assert_eq!(consent.ask(SOPHIE, Ask::View, at(second)), Ok(()));
        assert_eq!(consent.decline(SOPHIE, Ask::View, at(second)), Some(wait));
    }
    assert_eq!(consent.ask(SOPHIE, Ask::View, at(11)), Err(AskRefused::Wait(50)));
    consent.stop();
    assert_eq!(consent.ask(SOPHIE, Ask::View, at(12)), Err(AskRefused::Wait(49)), "a stop is no way round");
    assert_eq!(consent.ask(BEN, Ask::View, at(12)), Ok(()), "Ben was never refused");
    assert_eq!(consent.ask(SOPHIE, Ask::View, at(61)), Ok(()));
    assert_eq!(consent.decline(SOPHIE, Ask::View, at(61)), Some(0), "waiting cleans the slate");
}

#[test]
fn the_visitors_own_hand_suspends_commands_and_not_marks() {
    let mut consent = controlling();
    assert!(consent.hands_on(at(5)));
    assert!(!consent.hands_on(at(5)), "told once");
    assert_eq!(refused(&consent, SOPHIE, at(5)), Some(Receipt::NoGrant));
    let mark = Indicate { view: VIEW, anchor: anchor(1, 0.5), mark: Mark::Click };
    assert!(consent.admit_mark(SOPHIE, mark, EPOCH).is_ok());
    assert_eq!(consent.poll_timeout(), Some(at(6)));
    assert_eq!(consent.handle_timeout(at(6)), [Expired::Hands]);
    assert_eq!(refused(&consent, SOPHIE, at(6)), None);
}

#[test]
fn nothing_passes_while_paused() {
    let mut consent = controlling();
    assert!(consent.set_flow(Flow::Paused));
    assert_eq!(refused(&consent, SOPHIE, at(5)), Some(Receipt::NoGrant));
    let mark = Indicate { view: VIEW, anchor: anchor(1, 0.5), mark: Mark::Click };
    assert_eq!(consent.admit_mark(SOPHIE, mark, EPOCH), Err(Receipt::NoGrant));
    assert!(consent.set_flow(Flow::Running));
    assert_eq!(refused(&consent, SOPHIE, at(5)), None);
}

#[test]
fn one_agent_controls_at_a_time() {
    let mut consent = controlling();
    assert_eq!(consent.ask(BEN, Ask::View, at(3)), Ok(()));
    assert!(consent.grant_view(BEN, ViewId::from_random([4; 8]), at(3)));
    assert_eq!(consent.ask(BEN, Ask::Control, at(3)), Ok(()));
    assert!(consent.grant_control(BEN, GrantId::from_random([5; 8]), CONTROL_LASTS, at(3)));
    assert_eq!(refused(&consent, SOPHIE, at(3)), Some(Receipt::NoGrant));
    assert!(matches!(consent.state(SOPHIE), ShareState::Viewing(_)), "Sophie still sees");
}

#[test]
fn an_anchor_of_another_epoch_or_outside_its_box_is_not_admitted() {
    let consent = controlling();
    for (place, receipt) in [
        (anchor(2, 0.5), Receipt::Moved),
        (anchor(1, 1.5), Receipt::NoTarget),
        (anchor(1, f32::NAN), Receipt::NoTarget),
        (anchor(1, f32::INFINITY), Receipt::NoTarget),
    ] {
        let command = Command { anchor: place, ..click(GRANT) };
        assert_eq!(consent.admit(SOPHIE, command, EPOCH, at(3)).err(), Some(receipt), "{place:?}");
    }
}

/// Whoever types more at one go could not be stopped in the middle of it.
#[test]
fn text_that_is_too_long_to_be_stopped_is_not_admitted() {
    let mut consent = controlling();
    let types = |text: String| Command { action: Action::Type(text), ..click(GRANT) };
    let long = |letter: &str, bytes: usize| types(letter.repeat(bytes / letter.len()));
    for (command, receipt) in [
        (long("x", 0), None),
        (long("x", MAX_TYPED), None),
        (long("é", MAX_TYPED), None),
        (long("x", MAX_TYPED + 1), Some(Receipt::Refused)),
        (long("é", MAX_TYPED + 2), Some(Receipt::Refused)),
        (long("x", 60_000), Some(Receipt::Refused)),
    ] {
        for gate in [EPOCH, EpochRule::Any] {
            assert_eq!(consent.admit(SOPHIE, command.clone(), gate, at(3)).err(), receipt);
        }
    }
    // What is set whole is one step of the page's.
    let value = Command { action: Action::SetValue("x".repeat(60_000)), ..click(GRANT) };
    assert_eq!(consent.admit(SOPHIE, value, EPOCH, at(3)).err(), None);
    consent.revoke();
    let refused = consent.admit(SOPHIE, long("x", 60_000), EPOCH, at(3)).err();
    assert_eq!(refused, Some(Receipt::NoGrant), "whoever may do nothing hears no more than that");
}

#[test]
fn a_page_carries_the_same_agents_consent_and_nothing_else() {
    let mut consent = controlling();
    assert_eq!(consent.ask(BEN, Ask::View, at(3)), Ok(()));
    assert!(consent.grant_view(BEN, ViewId::from_random([4; 8]), at(3)));
    let standing = consent.standing();
    assert!(consent.carry(standing));
    assert_eq!(refused(&consent, SOPHIE, at(4)), None);
    assert_eq!(consent.state(BEN), ShareState::NotShared);

    let forged = standing.map(|it| Standing { grant: Some(GrantId::from_random([9; 8])), ..it });
    assert!(consent.carry(forged));
    assert!(matches!(consent.state(SOPHIE), ShareState::Viewing(_)), "a grant that differs is dropped");

    let other = standing.map(|it| Standing { view: (ViewId::from_random([9; 8]), SOPHIE), ..it });
    assert!(!consent.carry(other));
    assert!(!consent.is_shared());
}

#[test]
fn what_agents_hold_is_bounded() {
    let mut consent = Consent::authority();
    for agent in 0..200 {
        let asked = consent.ask(AgentId(agent), Ask::View, at(0));
        assert_eq!(asked.is_ok(), agent < 16, "{agent}");
    }
    for round in 0..200 {
        let agent = AgentId(1000 + round);
        consent.stop();
        assert_eq!(consent.ask(agent, Ask::View, at(1)), Ok(()));
        assert_eq!(consent.decline(agent, Ask::View, at(1)), Some(0));
    }
}
