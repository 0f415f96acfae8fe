//! A model of consent that is too simple to be wrong, beside the machine.
use std::{collections::BTreeMap, time::Duration};

use crate::{
    command::{Action, Anchor, Command, Indicate, Mark, Receipt},
    consent::{CONTROL_LASTS, Consent, EpochRule, Flow, HANDS_REST, QUESTION_LASTS},
    id::{AgentId, CommandId, Epoch, GrantId, Moment, NodeId, ViewId},
    wire::message::{Ask, ShareState},
};

/// Takes steps as `bytes` say, and checks after each that the machine does what the visitor allowed.
///
/// # Panics
/// When machine and model differ.
pub fn consent_ops(bytes: &[u8]) {
    let steps = steps();
    let mut world = World::new();
    for byte in bytes.iter().take(2_000) {
        if let Some(step) = steps.get(usize::from(*byte) % steps.len()) {
            world.step(*step);
        }
    }
}

pub(crate) const AGENTS: [AgentId; 2] = [AgentId(1), AgentId(2)];
const EPOCH: EpochRule = EpochRule::Any;
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step {
    Ask(AgentId, Ask),
    Withdraw(AgentId, Ask),
    Yes(AgentId, Ask),
    No(AgentId, Ask),
    Release(AgentId),
    Leave(AgentId),
    TakeBack,
    Stop,
    Pause(Flow),
    Hands,
    Carry,
    Wait(u64),
}

pub(crate) fn steps() -> Vec<Step> {
    let mut steps = vec![
        Step::TakeBack,
        Step::Stop,
        Step::Pause(Flow::Paused),
        Step::Pause(Flow::Running),
        Step::Hands,
        Step::Carry,
        Step::Wait(1),
        Step::Wait(31),
        Step::Wait(600),
    ];
    for agent in AGENTS {
        for ask in [Ask::View, Ask::Control] {
            steps.extend([
                Step::Ask(agent, ask),
                Step::Withdraw(agent, ask),
                Step::Yes(agent, ask),
                Step::No(agent, ask),
            ]);
        }
        steps.extend([Step::Release(agent), Step::Leave(agent)]);
    }
    steps
}

/// What the visitor said yes to and nobody took back since.
#[derive(Debug, Clone, Default)]
struct Model {
    views: BTreeMap<AgentId, ViewId>,
    control: Option<(AgentId, GrantId, Moment)>,
    asked: BTreeMap<(AgentId, bool), Moment>,
    hands_until: Option<Moment>,
    paused: bool,
    dead: Vec<(AgentId, GrantId)>,
}

#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) consent: Consent,
    pub(crate) now: Moment,
    pub(crate) story: Vec<Step>,
    model: Model,
    ids: u64,
}

impl World {
    pub(crate) fn new() -> Self {
        Self {
            consent: Consent::authority(),
            now: Moment::from_millis(0),
            story: Vec::new(),
            model: Model::default(),
            ids: 0,
        }
    }

    pub(crate) fn step(&mut self, step: Step) {
        self.story.push(step);
        self.act(step);
        self.check();
    }

    fn fresh(&mut self) -> [u8; 8] {
        self.ids += 1;
        self.ids.to_be_bytes()
    }

    fn act(&mut self, step: Step) {
        match step {
            Step::Ask(agent, ask) => {
                if self.consent.ask(agent, ask, self.now).is_ok() {
                    self.model.asked.insert((agent, ask == Ask::Control), self.now);
                }
            }
            Step::Withdraw(agent, ask) => {
                let was = self.model.asked.remove(&(agent, ask == Ask::Control)).is_some();
                assert_eq!(self.consent.withdraw(agent, ask), was, "{:?}", self.story);
            }
            Step::Yes(agent, Ask::View) => self.yes_to_view(agent),
            Step::Yes(agent, Ask::Control) => self.yes_to_control(agent),
            Step::No(agent, ask) => {
                let was = self.model.asked.remove(&(agent, ask == Ask::Control)).is_some();
                assert_eq!(self.consent.decline(agent, ask, self.now).is_some(), was, "{:?}", self.story);
            }
            Step::Release(agent) => {
                self.consent.release(agent);
                self.model.end_control_of(agent);
            }
            Step::Leave(agent) => {
                self.consent.leave(agent);
                self.model.end_view_of(agent);
                self.model.paused &= !self.model.views.is_empty();
            }
            Step::TakeBack => {
                self.consent.revoke();
                self.model.end_control();
            }
            Step::Stop => {
                self.consent.stop();
                AGENTS.into_iter().for_each(|agent| self.model.end_view_of(agent));
                self.model.paused = false;
            }
            Step::Pause(flow) => {
                if self.consent.set_flow(flow) {
                    self.model.paused = flow == Flow::Paused;
                }
            }
            Step::Hands => {
                self.consent.hands_on(self.now);
                if self.model.control.is_some() {
                    self.model.hands_until = Some(self.now + HANDS_REST);
                }
            }
            Step::Carry => self.carry(),
            Step::Wait(seconds) => self.wait(seconds),
        }
    }

    fn yes_to_view(&mut self, agent: AgentId) {
        let view = ViewId::from_random(self.fresh());
        let was = self.model.asked.remove(&(agent, false)).is_some();
        assert_eq!(self.consent.grant_view(agent, view, self.now), was, "{:?}", self.story);
        if was {
            self.model.views.insert(agent, view);
        }
    }

    fn yes_to_control(&mut self, agent: AgentId) {
        let grant = GrantId::from_random(self.fresh());
        let was = self.model.asked.remove(&(agent, true)).is_some();
        assert_eq!(
            self.consent.grant_control(agent, grant, CONTROL_LASTS, self.now),
            was,
            "{:?}",
            self.story
        );
        if was {
            self.model.end_control();
            self.model.control = Some((agent, grant, self.now + CONTROL_LASTS));
        }
    }

    fn carry(&mut self) {
        let standing = self.consent.standing();
        self.consent.carry(standing);
        let kept = standing.map(|it| it.view.1);
        for agent in AGENTS.into_iter().filter(|agent| Some(*agent) != kept) {
            let asks = self.model.asked.get(&(agent, false)).copied();
            self.model.end_view_of(agent);
            asks.map(|at| self.model.asked.insert((agent, false), at));
        }
        self.model.hands_until = None;
        self.model.paused &= kept.is_some();
    }

    fn wait(&mut self, seconds: u64) {
        self.now = self.now + Duration::from_secs(seconds);
        // The gate must hold before anybody has told the machine the time.
        self.model.pass_time(self.now);
        self.check_gate();
        self.consent.handle_timeout(self.now);
    }

    fn check(&self) {
        self.check_gate();
        let standing: Vec<_> = self.model.views.keys().copied().collect();
        assert_eq!(self.consent.viewers().collect::<Vec<_>>(), standing, "{:?}", self.story);
        let control = self.model.control.map(|(agent, grant, _)| (agent, grant));
        assert_eq!(self.consent.controller(), control, "{:?}", self.story);
        for agent in AGENTS {
            self.check_shown(agent);
        }
        assert!(self.consent.poll_timeout().is_none_or(|at| self.now < at), "{:?}", self.story);
    }

    /// What people are shown is what the gate does.
    fn check_shown(&self, agent: AgentId) {
        let shown = match self.consent.state(agent) {
            ShareState::NotShared | ShareState::ViewAsked => None,
            ShareState::Viewing(shared)
            | ShareState::ControlAsked(shared)
            | ShareState::Controlling(shared, _) => Some(shared),
        };
        assert_eq!(shown.map(|it| it.view), self.model.views.get(&agent).copied(), "{:?}", self.story);
        if let Some(shared) = shown {
            assert_eq!(shared.paused, self.model.paused, "{:?}", self.story);
            assert_eq!(shared.hands_on, self.model.hands_until.is_some(), "{:?}", self.story);
        }
    }

    fn check_gate(&self) {
        let free = !self.model.paused && self.model.hands_until.is_none();
        let standing = self.model.control.map(|(agent, grant, _)| (agent, grant));
        let tried = self.model.dead.iter().copied().chain(standing);
        for (_, grant) in tried {
            for agent in AGENTS {
                let allowed = free && standing == Some((agent, grant));
                let result = self.consent.admit(agent, command(grant), EPOCH, self.now);
                assert_eq!(result.is_ok(), allowed, "{agent:?} {:?}", self.story);
                assert!(allowed || result == Err(Receipt::NoGrant));
            }
        }
        for agent in AGENTS {
            let Some(view) = self.model.views.get(&agent).copied() else { continue };
            for other in AGENTS {
                let passes = self.consent.admit_mark(other, mark(view), EPOCH).is_ok();
                assert_eq!(passes, other == agent && !self.model.paused, "{:?}", self.story);
            }
        }
    }
}

impl Model {
    fn end_control_of(&mut self, agent: AgentId) {
        if let Some((holder, grant, _)) = self.control.filter(|(holder, ..)| *holder == agent) {
            self.control = None;
            self.hands_until = None;
            self.dead.push((holder, grant));
        }
    }

    fn end_control(&mut self) {
        AGENTS.into_iter().for_each(|agent| self.end_control_of(agent));
    }

    fn end_view_of(&mut self, agent: AgentId) {
        self.end_control_of(agent);
        self.views.remove(&agent);
        self.asked.retain(|(asker, _), _| *asker != agent);
    }

    fn pass_time(&mut self, now: Moment) {
        if let Some((agent, _, until)) = self.control
            && until <= now
        {
            self.end_control_of(agent);
        }
        self.hands_until = self.hands_until.filter(|until| now < *until);
        self.asked.retain(|_, asked| now.since(*asked) < QUESTION_LASTS);
    }
}

fn command(grant: GrantId) -> Command {
    Command { id: CommandId(1), grant, anchor: anchor(), action: Action::Hover }
}

fn mark(view: ViewId) -> Indicate {
    Indicate { view, anchor: anchor(), mark: Mark::Click }
}

fn anchor() -> Anchor {
    Anchor { epoch: Epoch(1), node: NodeId::DOCUMENT, x: 0.5, y: 0.5 }
}
