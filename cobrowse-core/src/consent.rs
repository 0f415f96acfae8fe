//! Who may see and who may act: the one machine that decides, in the visitor's page as the authority and at
//! the relay as the second gate, there on what the visitor announced.
//!
//! Each agent has a seat of their own:
//! ```text
//!            ask             yes             ask                  yes
//!  NotShared ────▶ ViewAsked ────▶ Viewing ─────▶ ControlAsked ────────▶ Controlling
//!   ▲ ▲               │            ▲  ▲ ▲              │                     │
//!   │ └───────────────┘            │  │ └──────────────┘                     │
//!   │  no, withdrawn, 30 s         │  │  no, withdrawn, 30 s                 │
//!   │                              │  └──────────────────────────────────────┘
//!   │                              │     revoked, released, 10 min, another agent controls
//!   └── left, stopped, from anywhere, and whatever was granted is burnt
//!
//!  Beside the seats, for all of them:  Running ◀──pause──▶ Paused      Resting ──real input──▶ On ──1 s──▶ Resting
//! ```
//! Paused admits nothing; hands on the page admit marks but no commands. Nothing is admitted on a number that
//! does not stand at this moment, whatever was admitted before.
mod admit;
#[cfg(test)]
mod explore;
mod refusal;
mod seat;
mod shown;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, time::Duration};

pub use admit::{Admitted, EpochRule};
use refusal::Refusals;
pub use seat::{CONTROL_LASTS, QUESTION_LASTS};
use seat::{Grant, Seat};

use crate::{
    id::{AgentId, GrantId, Moment, ViewId},
    wire::message::{Ask, ShareState, Shared, Standing},
};

/// The visitor's hand counts as resting after so much quiet.
pub const HANDS_REST: Duration = Duration::from_secs(1);
/// Most agents that may have a seat at once: a bound for memory, far above any use.
pub const MAX_AGENTS: usize = 16;
/// How much later the second gate lets a question lapse than the authority, which tells it.
const SECOND_GATE_SLACK: Duration = Duration::from_secs(5);

/// Whether the share runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Flow {
    /// Yes.
    Running,
    /// The visitor paused: nothing is shown, nothing is done.
    Paused,
}

/// Whose hand is on the page while an agent controls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hands {
    /// The visitor's rests: the agent may act.
    Resting,
    /// The visitor's own: the agent waits.
    On,
}

/// When the visitor's hand rests again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum HandState {
    Resting,
    Until(Moment),
    /// Until the visitor announces the rest: at the second gate.
    Announced,
}

/// Why an agent may not ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AskRefused {
    /// Twice refused: not before so many seconds.
    Wait(u32),
    /// Control without a view.
    NoView,
    /// It is asked already, or granted.
    Already,
    /// Too many agents.
    Full,
}

/// What time ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Expired {
    /// Nobody answered.
    Question(AgentId, Ask),
    /// Control had lasted long enough.
    Grant(AgentId, GrantId),
    /// The visitor's hand rests again.
    Hands,
}

/// The machine.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Consent {
    question_lasts: Duration,
    seats: BTreeMap<AgentId, Seat>,
    refusals: Refusals,
    flow: Flow,
    hands: HandState,
}

impl Consent {
    /// The machine in the visitor's page: nothing is shared.
    pub const fn authority() -> Self {
        Self::with_questions_of(QUESTION_LASTS)
    }

    /// The machine at the relay. It lets a question lapse a little later, so that a late yes on a slow
    /// network is not contradicted.
    pub const fn second_gate() -> Self {
        Self::with_questions_of(Duration::from_secs(QUESTION_LASTS.as_secs() + SECOND_GATE_SLACK.as_secs()))
    }

    const fn with_questions_of(question_lasts: Duration) -> Self {
        Self {
            question_lasts,
            seats: BTreeMap::new(),
            refusals: Refusals::new(),
            flow: Flow::Running,
            hands: HandState::Resting,
        }
    }

    /// An agent asks.
    ///
    /// # Errors
    /// [`AskRefused`] says why not.
    pub fn ask(&mut self, agent: AgentId, ask: Ask, now: Moment) -> Result<(), AskRefused> {
        if let Some(wait) = self.refusals.wait(agent, now) {
            return Err(AskRefused::Wait(wait));
        }
        let until = now + self.question_lasts;
        match (ask, self.seats.get(&agent)) {
            (Ask::View, None) if MAX_AGENTS <= self.seats.len() => return Err(AskRefused::Full),
            (Ask::View, None) => self.seats.insert(agent, Seat::ViewAsked { until }),
            (Ask::Control, Some(Seat::Viewing { view })) => {
                let view = *view;
                self.seats.insert(agent, Seat::ControlAsked { view, until })
            }
            (Ask::Control, None | Some(Seat::ViewAsked { .. })) => return Err(AskRefused::NoView),
            (Ask::View | Ask::Control, Some(_)) => return Err(AskRefused::Already),
        };
        Ok(())
    }

    /// The agent does not ask any more. False when nothing was asked.
    pub fn withdraw(&mut self, agent: AgentId, ask: Ask) -> bool {
        self.close_question(agent, ask)
    }

    /// The visitor's yes to a view. False when the question does not stand (any more).
    pub fn grant_view(&mut self, agent: AgentId, view: ViewId, now: Moment) -> bool {
        let stands = self.asks(agent, Ask::View, now);
        if stands {
            self.refusals.forget(agent);
            self.seats.insert(agent, Seat::Viewing { view });
        }
        stands
    }

    /// The visitor's yes to control for `lasts`. One agent controls: another one's grant is burnt, and its
    /// agent goes on viewing. False when the question does not stand (any more).
    pub fn grant_control(&mut self, agent: AgentId, id: GrantId, lasts: Duration, now: Moment) -> bool {
        let Some(view) = self.view(agent).filter(|_| self.asks(agent, Ask::Control, now)) else {
            return false;
        };
        self.revoke();
        self.refusals.forget(agent);
        let grant = Grant { id, until: now + lasts.min(CONTROL_LASTS) };
        self.seats.insert(agent, Seat::Controlling { view, grant });
        true
    }

    /// The visitor's no. Says how many seconds the agent has to wait, or `None` when nothing was asked.
    pub fn decline(&mut self, agent: AgentId, ask: Ask, now: Moment) -> Option<u32> {
        self.close_question(agent, ask).then(|| self.refusals.count(agent, now))
    }

    /// Nobody answered, as the authority told the second gate. False when nothing was asked.
    pub fn lapse(&mut self, agent: AgentId, ask: Ask) -> bool {
        self.close_question(agent, ask)
    }

    /// Burns the grant that stands.
    pub fn revoke(&mut self) -> Option<(AgentId, GrantId)> {
        let (agent, view, grant) = self.controlling()?;
        self.seats.insert(agent, Seat::Viewing { view });
        self.hands = HandState::Resting;
        Some((agent, grant.id))
    }

    /// The agent gives control back.
    pub fn release(&mut self, agent: AgentId) -> Option<GrantId> {
        self.controlling().filter(|(holder, ..)| *holder == agent)?;
        self.revoke().map(|(_, id)| id)
    }

    /// The agent left: whatever they asked or held is over. False when they had no seat.
    pub fn leave(&mut self, agent: AgentId) -> bool {
        self.release(agent);
        let left = self.seats.remove(&agent).is_some();
        if !self.is_shared() {
            // A pause is of a share: the next one does not begin with it.
            self.flow = Flow::Running;
        }
        left
    }

    /// Everything is over. Refusals are remembered: ending a share is no way round them.
    pub fn stop(&mut self) {
        self.seats.clear();
        self.flow = Flow::Running;
        self.hands = HandState::Resting;
    }

    /// Pauses or goes on. False when nothing changed or nothing is shared.
    pub fn set_flow(&mut self, flow: Flow) -> bool {
        let changes = self.flow != flow && (self.is_shared() || flow == Flow::Running);
        if changes {
            self.flow = flow;
        }
        changes
    }

    /// The visitor's own input. True when control was not suspended before.
    pub fn hands_on(&mut self, now: Moment) -> bool {
        if self.controlling().is_none() {
            return false;
        }
        let begins = self.hands_at(now) == Hands::Resting;
        self.hands = HandState::Until(now + HANDS_REST);
        begins
    }

    /// What the visitor announced about the own hand: the second gate.
    pub fn announce_hands(&mut self, hands: Hands) -> bool {
        let next = match hands {
            Hands::On if self.controlling().is_some() => HandState::Announced,
            Hands::On | Hands::Resting => HandState::Resting,
        };
        std::mem::replace(&mut self.hands, next) != next
    }

    /// Keeps what `standing` names and the questions that wait, and no other yes: what a page of the same tab
    /// carries on. True when the view of `standing` stands.
    pub fn carry(&mut self, standing: Option<Standing>) -> bool {
        let kept = standing.and_then(|it| Some((it, self.kept_seat(&it)?)));
        self.seats.retain(|_, seat| seat.view().is_none());
        self.hands = HandState::Resting;
        self.flow = flow_of(kept.is_some_and(|(standing, _)| standing.paused));
        if let Some((standing, seat)) = kept {
            self.seats.insert(standing.view.1, seat);
        }
        kept.is_some()
    }

    fn kept_seat(&self, standing: &Standing) -> Option<Seat> {
        let (view, agent) = standing.view;
        let seat = self.seats.get(&agent).filter(|seat| seat.view() == Some(view))?;
        match seat.grant() {
            Some(grant) if standing.grant != Some(grant.id) => Some(Seat::Viewing { view }),
            Some(_) | None => Some(*seat),
        }
    }

    /// Takes over what a page holds, without a question: the page's own start, and a relay after its restart.
    pub fn restore(&mut self, standing: &Standing, now: Moment) {
        let (view, agent) = standing.view;
        let seat = standing.grant.map_or(Seat::Viewing { view }, |id| Seat::Controlling {
            view,
            grant: Grant { id, until: now + CONTROL_LASTS },
        });
        self.stop();
        self.seats.insert(agent, seat);
        self.flow = flow_of(standing.paused);
    }

    /// Ends what is due.
    pub fn handle_timeout(&mut self, now: Moment) -> Vec<Expired> {
        let mut expired = self.expired_seats(now);
        for gone in &expired {
            match gone {
                Expired::Question(agent, ask) => _ = self.close_question(*agent, *ask),
                Expired::Grant(..) => _ = self.revoke(),
                Expired::Hands => {}
            }
        }
        if matches!(self.hands, HandState::Until(at) if at <= now) {
            self.hands = HandState::Resting;
            expired.push(Expired::Hands);
        }
        expired
    }

    /// When [`Self::handle_timeout`] has something to end.
    pub fn poll_timeout(&self) -> Option<Moment> {
        let hands = match self.hands {
            HandState::Until(at) => Some(at),
            HandState::Resting | HandState::Announced => None,
        };
        self.seats.values().filter_map(Seat::until).chain(hands).min()
    }

    fn expired_seats(&self, now: Moment) -> Vec<Expired> {
        let due = self.seats.iter().filter(|(_, seat)| seat.until().is_some_and(|until| until <= now));
        due.filter_map(|(agent, seat)| seat.expiry(*agent)).collect()
    }

    fn asks(&self, agent: AgentId, ask: Ask, now: Moment) -> bool {
        self.seats
            .get(&agent)
            .is_some_and(|seat| seat.question() == Some(ask) && seat.until().is_some_and(|until| now < until))
    }

    fn close_question(&mut self, agent: AgentId, ask: Ask) -> bool {
        match self.seats.get(&agent).copied() {
            Some(Seat::ViewAsked { .. }) if ask == Ask::View => self.seats.remove(&agent).is_some(),
            Some(Seat::ControlAsked { view, .. }) if ask == Ask::Control => {
                self.seats.insert(agent, Seat::Viewing { view }).is_some()
            }
            Some(_) | None => false,
        }
    }

    fn controlling(&self) -> Option<(AgentId, ViewId, Grant)> {
        self.seats.iter().find_map(|(agent, seat)| Some((*agent, seat.view()?, seat.grant()?)))
    }

    fn hands_at(&self, now: Moment) -> Hands {
        match self.hands {
            HandState::Announced => Hands::On,
            HandState::Until(at) if now < at => Hands::On,
            HandState::Until(_) | HandState::Resting => Hands::Resting,
        }
    }
}

const fn flow_of(paused: bool) -> Flow {
    if paused { Flow::Paused } else { Flow::Running }
}
