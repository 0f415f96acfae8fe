//! What travels on the pointer channel towards a viewer.
use cobrowse_core::{command::Anchor, id::NodeId, wire::message};

use crate::error::PointerError;

/// Where the visitor's cursor is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cursor {
    /// The element under it, and where in it.
    pub anchor: Anchor,
    /// Where on the page, in CSS pixels, for when the element is not there.
    pub page: [f32; 2],
    /// Held buttons, as `MouseEvent.buttons`.
    pub buttons: u8,
}

impl Cursor {
    /// Reads a cursor's payload.
    pub fn decode(payload: &[u8]) -> Result<Self, PointerError> {
        let (anchor, x, y, buttons, _kind) = message::decode::<(Anchor, f32, f32, u8, u8)>(payload)?;
        let all = [anchor.x, anchor.y, x, y];
        if all.iter().any(|it| !it.is_finite()) {
            return Err(PointerError::Position);
        }
        Ok(Self { anchor, page: [x, y], buttons })
    }
}

/// Where a box is scrolled to, in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scroll {
    /// The element or document.
    pub node: NodeId,
    /// From its left.
    pub x: f32,
    /// From its top.
    pub y: f32,
}

impl Scroll {
    /// Reads a scroll position's payload.
    pub fn decode(payload: &[u8]) -> Result<Self, PointerError> {
        let (node, x, y) = message::decode::<(NodeId, f32, f32)>(payload)?;
        if !x.is_finite() || !y.is_finite() {
            return Err(PointerError::Position);
        }
        Ok(Self { node, x, y })
    }
}

#[cfg(test)]
mod tests {
    use cobrowse_core::id::Epoch;

    use super::*;

    #[test]
    fn a_cursor_is_read_or_refused() {
        let anchor = Anchor { epoch: Epoch(2), node: NodeId::DOCUMENT, x: 0.5, y: 0.25 };
        let encode = |x: f32| message::encode(&(anchor, x, 8.0_f32, 1_u8, 0_u8)).expect("short");
        let cursor = Cursor::decode(&encode(4.0)).expect("whole");
        assert_eq!(cursor, Cursor { anchor, page: [4.0, 8.0], buttons: 1 });
        assert!(matches!(Cursor::decode(&encode(f32::NAN)), Err(PointerError::Position)));
        assert!(matches!(Cursor::decode(&[]), Err(PointerError::Message(_))));
    }
}
