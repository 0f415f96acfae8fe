//! Does what an admitted command says.
//!
//! Events that a script makes are not trusted, so browsers fire their listeners and leave out most default
//! actions: keys insert no text, Tab moves no focus, Enter submits nothing, the wheel scrolls nothing. Those
//! are emulated here, each with the section that says what the browser would have done.
mod caret;
mod editing;
mod field;
mod history;
mod keyboard;
pub mod kind;
mod moving;
mod navigate;
mod path;
mod place;
mod pointer;
mod scrolling;

use std::cell::RefCell;

use cobrowse_core::{
    command::{Action, Anchor, Command, Receipt},
    consent::Admitted,
    id::NodeId,
    redaction::Verdict,
};
use wasm_bindgen::JsCast;
use web_sys::{Document, Element, HtmlElement, Node};

use self::{history::History, place::Hand};

/// What a command's node id means in the live page.
pub trait Nodes {
    /// The node, while it is in the page.
    fn node(&self, id: NodeId) -> Option<Node>;
    /// What redaction says of an element of the page.
    fn verdict(&self, element: &Element) -> Verdict;
}

/// The agent's hand in the page.
pub struct Injector {
    document: Document,
    hovered: RefCell<Option<Element>>,
    history: History,
}

/// An element and a point in it, in CSS pixels of its own viewport.
struct Target {
    element: Element,
    x: f64,
    y: f64,
}

impl Injector {
    /// A hand for this page.
    pub fn new(document: Document) -> Self {
        Self { hovered: RefCell::new(None), history: History::new(&document), document }
    }

    /// Applies one command and says what became of it. Nothing but an [`Admitted`] command comes this far.
    pub fn apply(&self, admitted: Admitted<Command>, nodes: &dyn Nodes) -> Receipt {
        let Command { anchor, action, .. } = admitted.into_inner();
        if let Action::Navigate(navigation) = &action {
            return navigate::go(&self.document, navigation);
        }
        let Some(target) = target(nodes, &anchor) else { return Receipt::NoTarget };
        let may = |element: &Element| permission(nodes, element);
        let hand = Hand { may: &may, history: &self.history };
        match (may(&target.element), action) {
            (Some(Receipt::Masked), _) => Receipt::Masked,
            // Looking and scrolling change nothing of a locked element.
            (_, Action::Hover) => self.hover(&target),
            (_, Action::Scroll { dx, dy }) => scrolling::wheel(&target, f64::from(dx), f64::from(dy)),
            (Some(refusal), _) => refusal,
            (None, Action::Click { button, count, modifiers }) => {
                self.hover(&target);
                pointer::click(&target, button, (count.clamp(1, 3), modifiers), &may)
            }
            (None, Action::Type(text)) => keyboard::type_text(&target.element, &text, hand),
            (None, Action::Key { key, modifiers }) => keyboard::press(&target.element, &key, modifiers, hand),
            (None, Action::SetValue(value)) => field::set_value(&target.element, &value),
            (None, Action::Navigate(_)) => Receipt::Refused,
        }
    }

    fn hover(&self, target: &Target) -> Receipt {
        let before = self.hovered.borrow_mut().replace(target.element.clone());
        pointer::hover(target, before.as_ref());
        Receipt::Applied
    }
}

/// Why an element may not be used, if it may not. Asked again for each element that a default action would
/// reach: a page may move the focus into a masked field while a key is on its way.
type May<'a> = &'a dyn Fn(&Element) -> Option<Receipt>;

fn permission(nodes: &dyn Nodes, element: &Element) -> Option<Receipt> {
    let verdict = nodes.verdict(element);
    if verdict.masked || verdict.blocked || verdict.secret {
        Some(Receipt::Masked)
    } else if verdict.locked || path::is_locked(element) {
        Some(Receipt::Locked)
    } else {
        None
    }
}

fn target(nodes: &dyn Nodes, anchor: &Anchor) -> Option<Target> {
    let node = nodes.node(anchor.node)?;
    let element = kind::element(node.clone()).or_else(|| node.parent_element())?;
    let rect = element.get_bounding_client_rect();
    let inside = |fraction: f32| f64::from(fraction).clamp(0.0, 1.0);
    let (x, y) =
        (rect.left() + rect.width() * inside(anchor.x), rect.top() + rect.height() * inside(anchor.y));
    element.is_connected().then_some(Target { element, x, y })
}

/// Focuses without scrolling, as a press on a visible element does.
fn focus(element: &Element) {
    let options = web_sys::FocusOptions::new();
    options.set_prevent_scroll(true);
    // Fails only for elements whose document is gone.
    let _ = element.unchecked_ref::<HtmlElement>().focus_with_options(&options);
}
