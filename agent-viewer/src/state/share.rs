//! One share as its viewer tab knows it: what the agent holds, which tool is in hand, what to show.
//!
//! ```text
//!  Connecting ─► Idle ─► Asking ─► Viewing ◄─► AskingControl ─► Controlling
//!                  ▲        │ no, or nobody        │ no              │ taken back
//!                  └─ Answered                     └─► Viewing       └─► Viewing
//!  any ─► Over
//! ```
use std::time::Duration;

use cobrowse_core::{
    id::Moment,
    wire::message::{AgentCard, Ask, EndReason, PageInfo, Presence, Refusal, ShareState, Shared},
};

/// What the agent's hand does on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tool {
    /// Nothing: watching alone.
    #[default]
    Look,
    /// Shows the visitor a place.
    Indicate,
    /// Outlines an element for the visitor.
    Highlight,
    /// Uses the page.
    Control,
}

/// Whether the server is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Line {
    /// Not yet.
    #[default]
    Connecting,
    /// Now.
    Open,
    /// It was, and is being reached again.
    Lost,
}

/// A question that was answered without a yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answered {
    /// What was asked.
    pub ask: Ask,
    /// Until when asking again is refused; `None` when nobody answered.
    pub until: Option<Moment>,
}

/// Why there is nothing more to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// The share ended.
    Ended(EndReason),
    /// The server refused the connection.
    Refused(Refusal),
}

/// What to show, derived from everything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The server is being reached for the first time.
    Connecting,
    /// Nothing is shared, nothing asked.
    Idle,
    /// The visitor is asked for a view.
    Asking,
    /// The visitor said no, or nothing.
    Answered(Answered),
    /// The page is seen.
    Viewing,
    /// The page is seen and control is asked.
    AskingControl,
    /// The page is controlled.
    Controlling,
    /// The visitor paused.
    Paused,
    /// The agent's or the visitor's line is cut; what was seen stays in sight.
    Reconnecting,
    /// It is over.
    Over(Over),
}

impl Phase {
    /// The name of its colour in the style sheet.
    pub const fn colour(self) -> &'static str {
        match self {
            Self::Viewing => "viewing",
            Self::Asking | Self::AskingControl => "asking",
            Self::Controlling => "controlling",
            Self::Paused | Self::Reconnecting => "paused",
            Self::Connecting | Self::Idle | Self::Answered(_) | Self::Over(_) => "none",
        }
    }

    /// Whether the visitor's page is in sight.
    pub const fn shows_page(self) -> bool {
        matches!(
            self,
            Self::Viewing | Self::AskingControl | Self::Controlling | Self::Paused | Self::Reconnecting
        )
    }
}

/// What the session must be told because the agent chose a tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Ask for control.
    AskControl,
    /// Do not ask for control any more.
    WithdrawControl,
    /// Give control back.
    Release,
}

/// What was heard of the share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// The server is reached, or not.
    Line(Line),
    /// The consent changed.
    State(ShareState),
    /// The visitor said no; seconds until asking again is allowed.
    Declined(Ask, u32),
    /// Nobody answered.
    Lapsed(Ask),
    /// Where the visitor is.
    Page(PageInfo),
    /// Whether the visitor is connected.
    Presence(Presence),
    /// Who views.
    Viewers(Vec<AgentCard>),
    /// It is over.
    Over(Over),
}

/// Everything a viewer tab knows of its share, but the page itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    line: Line,
    state: ShareState,
    presence: Presence,
    answered: Option<Answered>,
    over: Option<Over>,
    tool: Tool,
    page: Option<PageInfo>,
    viewers: Vec<AgentCard>,
}

impl Default for Share {
    fn default() -> Self {
        Self {
            line: Line::Connecting,
            state: ShareState::NotShared,
            presence: Presence::Here,
            answered: None,
            over: None,
            tool: Tool::Look,
            page: None,
            viewers: Vec::new(),
        }
    }
}

impl Share {
    /// Which tool is in hand.
    pub fn tool(&self) -> Tool {
        self.tool
    }

    /// Where the visitor is, once known.
    pub fn page(&self) -> Option<&PageInfo> {
        self.page.as_ref()
    }

    /// Who views.
    pub fn viewers(&self) -> &[AgentCard] {
        &self.viewers
    }

    /// A question about control that was not answered with yes, while it still matters.
    pub fn control_answer(&self) -> Option<Answered> {
        self.answered.filter(|answered| answered.ask == Ask::Control)
    }

    /// Whether the visitor's own hand is on the page, so that the agent's waits.
    pub fn hands_on(&self) -> bool {
        shared(self.state).is_some_and(|shared| shared.hands_on)
    }

    /// Whether a cursor that the page tells of is the visitor's: in control the page feels the agent's hand too, and
    /// the visitor's only while it is on it.
    pub fn is_visitors_cursor(&self) -> bool {
        self.phase() != Phase::Controlling || self.hands_on()
    }

    /// What to show.
    pub fn phase(&self) -> Phase {
        if let Some(over) = self.over {
            return Phase::Over(over);
        }
        match self.line {
            Line::Connecting => return Phase::Connecting,
            Line::Lost => return Phase::Reconnecting,
            Line::Open => {}
        }
        if shared(self.state).is_some() && self.presence != Presence::Here {
            return Phase::Reconnecting;
        }
        self.consent_phase()
    }

    fn consent_phase(&self) -> Phase {
        match self.state {
            ShareState::NotShared => self.answered.map_or(Phase::Idle, Phase::Answered),
            ShareState::ViewAsked => Phase::Asking,
            ShareState::Viewing(shared)
            | ShareState::ControlAsked(shared)
            | ShareState::Controlling(shared, _)
                if shared.paused =>
            {
                Phase::Paused
            }
            ShareState::Viewing(_) => Phase::Viewing,
            ShareState::ControlAsked(_) => Phase::AskingControl,
            ShareState::Controlling(..) => Phase::Controlling,
        }
    }

    /// The agent takes a tool. Says what the session must be told.
    pub fn choose(&mut self, tool: Tool) -> Option<Wish> {
        let asks = matches!(self.state, ShareState::ControlAsked(_));
        let holds = matches!(self.state, ShareState::Controlling(..));
        if tool == Tool::Control && !holds {
            return (!asks && shared(self.state).is_some()).then_some(Wish::AskControl);
        }
        self.tool = tool;
        match tool {
            Tool::Control => None,
            Tool::Look | Tool::Indicate | Tool::Highlight if holds => Some(Wish::Release),
            Tool::Look | Tool::Indicate | Tool::Highlight => asks.then_some(Wish::WithdrawControl),
        }
    }

    /// Something was heard.
    pub fn handle(&mut self, heard: Heard, now: Moment) {
        match heard {
            // What was never open is not lost.
            Heard::Line(Line::Lost) if self.line == Line::Connecting => {}
            Heard::Line(line) => self.line = line,
            Heard::State(state) => self.enter(state),
            Heard::Declined(ask, wait) => {
                let until = now + Duration::from_secs(wait.into());
                self.answered = Some(Answered { ask, until: Some(until) });
            }
            Heard::Lapsed(ask) => self.answered = Some(Answered { ask, until: None }),
            Heard::Page(page) => self.page = Some(page),
            Heard::Presence(presence) => self.presence = presence,
            Heard::Viewers(viewers) => self.viewers = viewers,
            Heard::Over(over) => self.over = Some(over),
        }
    }

    fn enter(&mut self, state: ShareState) {
        let held = matches!(self.state, ShareState::Controlling(..));
        let holds = matches!(state, ShareState::Controlling(..));
        if held != holds {
            self.tool = if holds { Tool::Control } else { Tool::Look };
        }
        // An answer is news until the next question or yes.
        if !matches!(state, ShareState::NotShared | ShareState::Viewing(_)) {
            self.answered = None;
        } else if matches!(state, ShareState::Viewing(_)) {
            self.answered = self.control_answer();
        }
        self.state = state;
    }
}

/// Whether trying again would bring the same refusal: the session has given up.
pub const fn is_final(refusal: Refusal) -> bool {
    match refusal {
        Refusal::UnknownSite
        | Refusal::WrongOrigin
        | Refusal::TicketExpired
        | Refusal::TicketInvalid
        | Refusal::TicketInUse
        | Refusal::ProofInvalid
        | Refusal::VersionUnsupported
        | Refusal::Fenced
        | Refusal::SessionEnded => true,
        Refusal::ConsentRequired
        | Refusal::Malformed
        | Refusal::TooLarge
        | Refusal::RateLimited
        | Refusal::Internal => false,
    }
}

fn shared(state: ShareState) -> Option<Shared> {
    match state {
        ShareState::NotShared | ShareState::ViewAsked => None,
        ShareState::Viewing(shared)
        | ShareState::ControlAsked(shared)
        | ShareState::Controlling(shared, _) => Some(shared),
    }
}

#[cfg(test)]
mod tests {
    use cobrowse_core::id::{GrantId, ViewId};

    use super::*;

    const NOW: Moment = Moment::from_millis(0);

    fn yes() -> Shared {
        Shared { view: ViewId::from_random([1; 8]), paused: false, hands_on: false }
    }

    fn controlling() -> ShareState {
        ShareState::Controlling(yes(), GrantId::from_random([2; 8]))
    }

    fn share(heard: impl IntoIterator<Item = Heard>) -> Share {
        let mut share = Share::default();
        share.handle(Heard::Line(Line::Open), NOW);
        heard.into_iter().for_each(|heard| share.handle(heard, NOW));
        share
    }

    #[test]
    fn a_no_is_shown_until_the_next_question() {
        let mut share = share([
            Heard::State(ShareState::ViewAsked),
            Heard::Declined(Ask::View, 60),
            Heard::State(ShareState::NotShared),
        ]);
        let answered = Answered { ask: Ask::View, until: Some(Moment::from_millis(60_000)) };
        assert_eq!(share.phase(), Phase::Answered(answered));
        share.handle(Heard::State(ShareState::ViewAsked), NOW);
        assert_eq!(share.phase(), Phase::Asking);
        share.handle(Heard::State(ShareState::NotShared), NOW);
        assert_eq!(share.phase(), Phase::Idle);
    }

    #[test]
    fn a_no_to_control_keeps_the_view() {
        let share = share([
            Heard::State(ShareState::ControlAsked(yes())),
            Heard::Declined(Ask::Control, 0),
            Heard::State(ShareState::Viewing(yes())),
        ]);
        assert_eq!(share.phase(), Phase::Viewing);
        assert_eq!(share.control_answer().map(|answered| answered.ask), Some(Ask::Control));
    }

    #[test]
    fn control_is_in_hand_only_while_it_is_held() {
        let mut share = share([Heard::State(ShareState::Viewing(yes()))]);
        assert_eq!(share.choose(Tool::Control), Some(Wish::AskControl));
        assert_eq!(share.tool(), Tool::Look);
        share.handle(Heard::State(controlling()), NOW);
        assert_eq!((share.tool(), share.phase()), (Tool::Control, Phase::Controlling));
        share.handle(Heard::State(ShareState::Viewing(yes())), NOW);
        assert_eq!(share.tool(), Tool::Look);
    }

    #[test]
    fn in_control_a_cursor_is_the_visitors_while_their_hand_is_on_the_page() {
        let mut share = share([Heard::State(ShareState::Viewing(yes()))]);
        assert!(share.is_visitors_cursor());
        share.handle(Heard::State(controlling()), NOW);
        assert!(!share.is_visitors_cursor(), "the agent's own clicks");
        let shared = Shared { hands_on: true, ..yes() };
        share.handle(Heard::State(ShareState::Controlling(shared, GrantId::from_random([2; 8]))), NOW);
        assert!(share.is_visitors_cursor());
    }

    #[test]
    fn another_tool_gives_control_back_or_stops_asking() {
        let mut share = share([Heard::State(ShareState::ControlAsked(yes()))]);
        assert_eq!(share.choose(Tool::Control), None);
        assert_eq!(share.choose(Tool::Indicate), Some(Wish::WithdrawControl));
        share.handle(Heard::State(controlling()), NOW);
        assert_eq!(share.choose(Tool::Look), Some(Wish::Release));
    }

    #[test]
    fn nothing_can_be_asked_without_a_view() {
        let mut share = share([]);
        assert_eq!(share.choose(Tool::Control), None);
        assert_eq!(share.tool(), Tool::Look);
    }

    #[test]
    fn a_cut_of_either_side_says_reconnecting_and_the_end_says_more() {
        let mut share = share([Heard::State(controlling()), Heard::Presence(Presence::Reconnecting)]);
        assert_eq!(share.phase(), Phase::Reconnecting);
        share.handle(Heard::Presence(Presence::Here), NOW);
        assert_eq!(share.phase(), Phase::Controlling);
        share.handle(Heard::Line(Line::Lost), NOW);
        assert_eq!(share.phase(), Phase::Reconnecting);
        share.handle(Heard::Over(Over::Ended(EndReason::VisitorStopped)), NOW);
        assert_eq!(share.phase(), Phase::Over(Over::Ended(EndReason::VisitorStopped)));
    }

    #[test]
    fn what_was_never_open_is_not_lost() {
        let mut share = Share::default();
        share.handle(Heard::Line(Line::Lost), NOW);
        assert_eq!(share.phase(), Phase::Connecting);
    }

    #[test]
    fn a_pause_is_shown_whatever_is_held() {
        let paused = Shared { paused: true, ..yes() };
        assert_eq!(share([Heard::State(ShareState::Viewing(paused))]).phase(), Phase::Paused);
    }
}
