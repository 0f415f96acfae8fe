//! Where an agent's mark is on the visitor's screen.
use std::rc::{Rc, Weak};

use cobrowse_core::{
    command::{Anchor, Indicate, Mark},
    wire::message::AgentCard,
};
use web_sys::Element;

use super::{Share, warn};
use crate::{
    bar::{Place, Show},
    inject::{Nodes, kind},
};

/// Shows a mark, if it still means a place of this page.
pub(super) fn show(share: &Rc<Share>, card: &AgentCard, indicate: &Indicate) {
    let show = match indicate.mark {
        Mark::Move => Show::Hand,
        Mark::Click => Show::Ring,
        Mark::Highlight => Show::Outline,
        Mark::Clear => Show::Nothing,
    };
    let (weak, anchor) = (Rc::downgrade(share), indicate.anchor);
    let place: Place = Rc::new(move || place(&weak, &anchor));
    if let Err(error) = share.bar.point(&card.name, show, place) {
        warn(&format!("the pointer cannot be shown: {error:?}"));
    }
}

/// The anchor's box and point now, in the top window's viewport: elements in frames are moved by their frames.
fn place(share: &Weak<Share>, anchor: &Anchor) -> Option<[f64; 6]> {
    let share = share.upgrade()?;
    let page = share.page.borrow();
    let node = page.as_ref()?.node(anchor.node)?;
    let element = kind::element(node.clone()).or_else(|| node.parent_element())?;
    let rect = element.get_bounding_client_rect();
    let (mut left, mut top) = (rect.left(), rect.top());
    let mut at = element;
    while let Some(frame) = frame_of(&at) {
        let outer = frame.get_bounding_client_rect();
        left += outer.left() + f64::from(frame.client_left());
        top += outer.top() + f64::from(frame.client_top());
        at = frame;
    }
    let inside = |fraction: f32, size: f64| size * f64::from(fraction).clamp(0.0, 1.0);
    let (x, y) = (left + inside(anchor.x, rect.width()), top + inside(anchor.y, rect.height()));
    Some([left, top, rect.width(), rect.height(), x, y])
}

fn frame_of(element: &Element) -> Option<Element> {
    element.owner_document()?.default_view()?.frame_element().ok().flatten()
}
