//! Consent (skeleton while the shells are written; the machine follows).
use crate::command::{Command, Indicate};

/// Something that consent allows now. Only this module makes one, and only this type can be applied.
#[derive(Debug, Clone, PartialEq)]
pub struct Admitted<T>(T);

impl<T> Admitted<T> {
    /// What is allowed.
    pub fn get(&self) -> &T {
        &self.0
    }

    /// What is allowed, by value.
    pub fn into_inner(self) -> T {
        self.0
    }
}

#[doc(hidden)]
pub fn _skeleton(command: Command, indicate: Indicate) -> (Admitted<Command>, Admitted<Indicate>) {
    (Admitted(command), Admitted(indicate))
}

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
