//! The gate: what passes is wrapped in [`Admitted`], and only that can be applied.
use super::{Consent, Flow, Hands};
use crate::{
    command::{Anchor, Command, Indicate, Receipt},
    id::{AgentId, Epoch, Moment},
};

/// Something that consent allows now. Only this module makes one, and only this type can be applied.
#[derive(Debug, Clone, PartialEq)]
pub struct Admitted<T>(T);

impl<T> Admitted<T> {
    /// What is allowed.
    pub const fn get(&self) -> &T {
        &self.0
    }

    /// What is allowed, by value.
    pub fn into_inner(self) -> T {
        self.0
    }
}

/// Which page states an anchor may be of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EpochRule {
    /// This one: in the page, where the anchor is looked up.
    Only(Epoch),
    /// Any: at the relay, which knows no nodes.
    Any,
}

impl EpochRule {
    fn allows(self, anchor: &Anchor) -> bool {
        match self {
            Self::Only(epoch) => epoch == anchor.epoch,
            Self::Any => true,
        }
    }
}

impl Consent {
    /// Lets a command of `agent` pass, or says what its receipt is.
    ///
    /// # Errors
    /// [`Receipt::NoGrant`] unless the very grant stands for this agent, the share runs and the visitor's
    /// hand rests; [`Receipt::Moved`] for a page state that is gone; [`Receipt::Refused`] for what is too long to be
    /// stopped.
    pub fn admit(
        &self,
        agent: AgentId,
        command: Command,
        epochs: EpochRule,
        now: Moment,
    ) -> Result<Admitted<Command>, Receipt> {
        let grant = self.seats.get(&agent).and_then(|seat| seat.grant());
        let stands = grant.is_some_and(|grant| grant.id == command.grant && now < grant.until);
        if !stands || self.flow == Flow::Paused || self.hands_at(now) == Hands::On {
            return Err(Receipt::NoGrant);
        }
        at_an_allowed_place(command.anchor, epochs)?;
        if command.action.is_too_long() { Err(Receipt::Refused) } else { Ok(Admitted(command)) }
    }

    /// Lets a mark of `agent` pass, or says why not.
    ///
    /// # Errors
    /// [`Receipt::NoGrant`] unless the very view stands for this agent and the share runs;
    /// [`Receipt::Moved`] for a page state that is gone.
    pub fn admit_mark(
        &self,
        agent: AgentId,
        mark: Indicate,
        epochs: EpochRule,
    ) -> Result<Admitted<Indicate>, Receipt> {
        if self.view(agent) != Some(mark.view) || self.flow == Flow::Paused {
            return Err(Receipt::NoGrant);
        }
        at_an_allowed_place(mark.anchor, epochs)?;
        Ok(Admitted(mark))
    }
}

/// A fraction that is no number would become one in some browser's arithmetic.
fn at_an_allowed_place(anchor: Anchor, epochs: EpochRule) -> Result<(), Receipt> {
    if !epochs.allows(&anchor) {
        return Err(Receipt::Moved);
    }
    let within = |at: f32| (0.0..=1.0).contains(&at);
    if within(anchor.x) && within(anchor.y) { Ok(()) } else { Err(Receipt::NoTarget) }
}
