//! What an agent may ask the visitor's page to do, and what it is told back.
//!
//! Everything is anchored to a node of an epoch and an offset inside its box, so that it means the same
//! element in another viewport and after a reflow.
use serde::{Deserialize, Serialize};

use crate::{
    id::{CommandId, Epoch, GrantId, NodeId, ViewId},
    wire::limits::MAX_TYPED,
};

/// A place on the page: a fraction of a node's border box.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Anchor {
    /// The keyframe that `node` counts from.
    pub epoch: Epoch,
    /// The element that is meant.
    pub node: NodeId,
    /// From the box's left edge, 0 to 1; finite.
    pub x: f32,
    /// From the box's top edge, 0 to 1; finite.
    pub y: f32,
}

/// Modifier keys that are held: a bit set of [`Modifiers::CTRL`] and its sisters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Modifiers(pub u8);

impl Modifiers {
    /// The Control key.
    pub const CTRL: u8 = 1;
    /// The Shift key.
    pub const SHIFT: u8 = 2;
    /// The Alt key.
    pub const ALT: u8 = 4;
    /// The Meta key.
    pub const META: u8 = 8;

    /// Whether all of `bits` are held.
    pub const fn holds(self, bits: u8) -> bool {
        self.0 & bits == bits
    }
}

/// A mouse button, numbered as `MouseEvent.button` (UI Events §5.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Button {
    /// The main button, usually left.
    Main,
    /// The wheel or middle button.
    Auxiliary,
    /// The second button, usually right: the context menu's events.
    Secondary,
}

/// Where to go; always within the visitor's own site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Navigation {
    /// One entry back in the tab's history.
    Back,
    /// One entry forward.
    Forward,
    /// The same page again.
    Reload,
    /// A path of the same origin, beginning with `/`.
    To(String),
}

/// One thing to do.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub enum Action {
    /// Moves the agent's hand over the anchor: pointer and mouse over, enter, move.
    Hover,
    /// Presses and releases a button on the anchor, `count` times (2 is a double click).
    Click {
        /// Which button.
        button: Button,
        /// How often, 1 to 3.
        count: u8,
        /// Keys held meanwhile.
        modifiers: Modifiers,
    },
    /// Inserts text where the anchor's field has its caret: at most [`MAX_TYPED`] bytes, what is longer goes in pieces.
    Type(String),
    /// Presses one key, named as `KeyboardEvent.key` (UI Events KeyboardEvent key Values).
    Key {
        /// The key's name, for example `Backspace`.
        key: String,
        /// Keys held meanwhile.
        modifiers: Modifiers,
    },
    /// Scrolls the nearest scrollable box by CSS pixels.
    Scroll {
        /// To the right.
        dx: f32,
        /// Down.
        dy: f32,
    },
    /// Sets the value of a field whose picker the agent cannot open: select, range, date, colour.
    SetValue(String),
    /// Goes somewhere else on the same site.
    Navigate(Navigation),
}

impl Action {
    /// Whether it would keep the visitor's page busy for longer than anything may that cannot be taken back meanwhile.
    pub const fn is_too_long(&self) -> bool {
        matches!(self, Self::Type(text) if MAX_TYPED < text.len())
    }
}

/// Names the action and hides what is typed: it may be the visitor's data.
impl std::fmt::Debug for Action {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Hover => "Hover",
            Self::Click { .. } => "Click",
            Self::Type(_) => "Type(…)",
            Self::Key { .. } => "Key(…)",
            Self::Scroll { .. } => "Scroll",
            Self::SetValue(_) => "SetValue(…)",
            Self::Navigate(_) => "Navigate(…)",
        })
    }
}

/// One command of the agent who holds `grant`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Command {
    /// The viewer's own number, repeated in the receipt.
    pub id: CommandId,
    /// The yes that it stands on.
    pub grant: GrantId,
    /// Where.
    pub anchor: Anchor,
    /// What.
    pub action: Action,
}

/// What became of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Receipt {
    /// It was done.
    Applied,
    /// The element is masked or blocked; nothing was done.
    Masked,
    /// Only the visitor may use the element; nothing was done.
    Locked,
    /// No grant allows it (any more); nothing was done.
    NoGrant,
    /// The anchor is of a page state that is gone; nothing was done.
    Moved,
    /// The anchor names nothing that can take the action; nothing was done.
    NoTarget,
    /// The browser or the site's rules do not allow it (file pickers, other sites), or it is too long; nothing was done.
    Refused,
}

/// The agent points at something. Needs a view, not control.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Indicate {
    /// The view that it stands on.
    pub view: ViewId,
    /// Where.
    pub anchor: Anchor,
    /// What is shown there.
    pub mark: Mark,
}

/// The fixed shapes that an agent can show. No text, no image: a mark cannot imitate the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mark {
    /// The named pointer rests here and shows one ring.
    Click,
    /// The named pointer moves here.
    Move,
    /// The element's box is outlined.
    Highlight,
    /// The pointer is taken away.
    Clear,
}
