//! What is shown over the page, and how the page is looked at.
use cobrowse_core::command::{Anchor, Receipt};
use replay::Rect;

use crate::{i18n::Text, stage::choices::Choice, state::share::Phase};

/// What the visitor is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The whole name, or what stands for one.
    pub name: String,
    /// One or two letters for it.
    pub letters: String,
    /// The colour of their disc, as at the desk.
    pub hue: u16,
}

/// How large the page is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Zoom {
    /// The visitor's whole viewport.
    #[default]
    Fit,
    /// Its own size.
    Actual,
}

/// Words beside the agent's pointer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Remark {
    /// What to say.
    pub text: Text,
    /// Where, in pixels of the stage.
    pub at: (f64, f64),
}

/// What the agent has just shown the visitor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Echo {
    /// One ring.
    Ring {
        /// Its middle, in pixels of the stage.
        at: (f64, f64),
    },
    /// An outlined element.
    Outline(Rect),
}

/// A select's list that is open for the agent.
#[derive(Debug, Clone, PartialEq)]
pub struct Picking {
    /// The select.
    pub anchor: Anchor,
    /// Where the list is, in pixels of the stage.
    pub at: (f64, f64),
    /// What can be chosen.
    pub choices: Vec<Choice>,
}

/// Why a command was not done, in words. While control stands, only the visitor's own hand keeps a command back, or what
/// only the visitor's hand can use: a film that fills the screen, a dialog that the bar cannot be put into.
pub const fn reason(receipt: Receipt, phase: Phase) -> Option<Text> {
    match receipt {
        Receipt::NoGrant if matches!(phase, Phase::Controlling) => Some(Text::ReceiptHandsOn),
        Receipt::Applied => None,
        Receipt::Masked => Some(Text::ReceiptMasked),
        Receipt::Locked => Some(Text::ReceiptLocked),
        Receipt::NoGrant => Some(Text::ReceiptNoGrant),
        Receipt::Moved => Some(Text::ReceiptMoved),
        Receipt::NoTarget => Some(Text::ReceiptNoTarget),
        Receipt::Refused => Some(Text::ReceiptRefused),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hand_on_the_page_is_told_from_control_that_was_taken_back() {
        assert_eq!(reason(Receipt::NoGrant, Phase::Controlling), Some(Text::ReceiptHandsOn));
        assert_eq!(reason(Receipt::NoGrant, Phase::Viewing), Some(Text::ReceiptNoGrant));
        assert_eq!(reason(Receipt::NoGrant, Phase::Paused), Some(Text::ReceiptNoGrant));
        assert_eq!(reason(Receipt::Applied, Phase::Controlling), None);
    }
}
