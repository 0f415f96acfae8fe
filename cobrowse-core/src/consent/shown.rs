//! What people are shown: read from the machine, never set beside it (CON-06).
use super::{
    AgentId, Ask, Consent, Flow, GrantId, HandState, Hands, Seat, ShareState, Shared, Standing, ViewId,
};

impl Consent {
    /// How the share stands for one agent.
    pub fn state(&self, agent: AgentId) -> ShareState {
        let shared = |view| Shared {
            view,
            paused: self.flow == Flow::Paused,
            hands_on: self.hands != HandState::Resting,
        };
        match self.seats.get(&agent) {
            None => ShareState::NotShared,
            Some(Seat::ViewAsked { .. }) => ShareState::ViewAsked,
            Some(Seat::Viewing { view }) => ShareState::Viewing(shared(*view)),
            Some(Seat::ControlAsked { view, .. }) => ShareState::ControlAsked(shared(*view)),
            Some(Seat::Controlling { view, grant }) => ShareState::Controlling(shared(*view), grant.id),
        }
    }

    /// The question that waits longest.
    pub fn question(&self) -> Option<(AgentId, Ask)> {
        let asked =
            self.seats.iter().filter_map(|(agent, seat)| Some((seat.until()?, *agent, seat.question()?)));
        asked.min_by_key(|(until, agent, _)| (*until, *agent)).map(|(_, agent, ask)| (agent, ask))
    }

    /// All questions that wait.
    pub fn questions(&self) -> impl Iterator<Item = (AgentId, Ask)> + '_ {
        self.seats.iter().filter_map(|(agent, seat)| Some((*agent, seat.question()?)))
    }

    /// The agents whose view stands.
    pub fn viewers(&self) -> impl Iterator<Item = AgentId> + '_ {
        self.seats.iter().filter(|(_, seat)| seat.view().is_some()).map(|(agent, _)| *agent)
    }

    /// The agent who controls, and on which grant.
    pub fn controller(&self) -> Option<(AgentId, GrantId)> {
        self.controlling().map(|(agent, _, grant)| (agent, grant.id))
    }

    /// Whether this agent sees the page.
    pub fn view(&self, agent: AgentId) -> Option<ViewId> {
        self.seats.get(&agent).and_then(Seat::view)
    }

    /// Whether anybody sees the page.
    pub fn is_shared(&self) -> bool {
        self.viewers().next().is_some()
    }

    /// Whether the share runs.
    pub const fn flow(&self) -> Flow {
        self.flow
    }

    /// Whose hand is on the page.
    pub const fn hands(&self) -> Hands {
        match self.hands {
            HandState::Resting => Hands::Resting,
            HandState::Until(_) | HandState::Announced => Hands::On,
        }
    }

    /// What the next page of the tab may carry: the controller's consent, else the first viewer's.
    pub fn standing(&self) -> Option<Standing> {
        let agent = self.controller().map(|(agent, _)| agent).or_else(|| self.viewers().next())?;
        Some(Standing {
            view: (self.view(agent)?, agent),
            grant: self.controller().map(|(_, grant)| grant),
            paused: self.flow == Flow::Paused,
        })
    }
}
