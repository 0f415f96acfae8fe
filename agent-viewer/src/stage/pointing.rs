//! The agent's pointer over the page, as commands and marks.
use std::{cell::RefCell, rc::Rc, time::Duration};

use cobrowse_core::{
    command::{Action, Anchor, Button, Mark, Modifiers},
    id::CommandId,
};
use leptos::prelude::*;
use web_sys::{HtmlElement, MouseEvent, WheelEvent};

use crate::{
    browser,
    sharing::{Echo, Picking, Player, Sharing},
    stage::choices,
    state::{pace::Pace, share::Tool, throttle::Throttle, wheel::pixels},
};

/// Pointer positions a second, at most 60.
const FRAME: Duration = Duration::from_millis(16);
/// Most presses in a row that a browser tells apart.
const MOST_CLICKS: i32 = 3;

/// A place under the agent's pointer: on the page, and in pixels of the stage.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Place {
    anchor: Anchor,
    at: (f64, f64),
}

/// A scroll that has not been sent.
#[derive(Debug, Clone, Copy)]
struct Turn {
    place: Place,
    by: (f32, f32),
}

/// What the pointer does, wherever it is.
#[derive(Clone)]
pub struct Pointing(Rc<Inner>);

struct Inner {
    sharing: Sharing,
    player: Player,
    container: HtmlElement,
    moves: RefCell<Throttle<Place>>,
    hover: RefCell<Pace<Place>>,
    scroll: RefCell<Pace<Turn>>,
    pressed: RefCell<Option<Place>>,
}

impl Pointing {
    /// A hand over `container`, which shows `player`.
    pub fn new(sharing: Sharing, player: Player, container: HtmlElement) -> Self {
        let pointing = Self(Rc::new(Inner {
            sharing,
            player,
            container,
            moves: RefCell::new(Throttle::new(FRAME)),
            hover: RefCell::default(),
            scroll: RefCell::default(),
            pressed: RefCell::default(),
        }));
        let weak = Rc::downgrade(&pointing.0);
        sharing.on_receipt(move |id| weak.upgrade().is_some_and(|inner| inner.handle_receipt(id)));
        pointing
    }

    /// Where the agent pressed last, and what typing goes to until the page says where its focus is.
    pub fn pressed(&self) -> Option<(Anchor, (f64, f64))> {
        self.0.pressed.borrow().map(|place| (place.anchor, place.at))
    }

    /// The pointer moved.
    pub fn handle_move(&self, event: &MouseEvent) {
        if self.0.tool() != Tool::Look
            && let Some(place) = self.0.place(event)
        {
            self.0.moved(place);
        }
    }

    /// The pointer left the page.
    pub fn handle_leave(&self) {
        self.0.moves.borrow_mut().clear();
    }

    /// A button was pressed and released.
    pub fn handle_click(&self, event: &MouseEvent, button: Button) {
        let Some(place) = self.0.place(event) else { return };
        self.0.sharing.remark.set(None);
        self.0.sharing.picking.set(None);
        match self.0.tool() {
            Tool::Look => {}
            Tool::Indicate => self.0.indicate(place),
            Tool::Highlight => self.0.highlight(place),
            Tool::Control => self.0.click(place, event, button),
        }
    }

    /// The wheel turned: the visitor's page in control, else this view alone, unless it follows. Whether it
    /// was taken from the browser.
    pub fn handle_wheel(&self, event: &WheelEvent) -> bool {
        let height = f64::from(self.0.container.client_height());
        let by = pixels((event.delta_x(), event.delta_y()), event.delta_mode(), height);
        if self.0.tool() == Tool::Control {
            self.0.turn(event, (by.0 as f32, by.1 as f32));
            return true;
        }
        let free = !self.0.sharing.follows.get_untracked();
        if free {
            self.0.player.borrow().look(self.0.at(event), by);
        }
        free
    }
}

impl Inner {
    fn tool(&self) -> Tool {
        self.sharing.share.read_untracked().tool()
    }

    fn at(&self, event: &MouseEvent) -> (f64, f64) {
        let stage = self.container.get_bounding_client_rect();
        (f64::from(event.client_x()) - stage.left(), f64::from(event.client_y()) - stage.top())
    }

    fn place(&self, event: &MouseEvent) -> Option<Place> {
        let at = self.at(event);
        let anchor = self.player.borrow().hit(at.0, at.1)?;
        Some(Place { anchor, at })
    }

    fn moved(&self, place: Place) {
        let due = self.moves.borrow_mut().offer(place, browser::now());
        let Some(place) = due else { return };
        self.sharing.point(place.anchor);
        if self.tool() == Tool::Control {
            self.hover.borrow_mut().add(place, |_, newest| newest);
            self.send_hover();
        }
    }

    fn indicate(&self, place: Place) {
        self.sharing.indicate(place.anchor, Mark::Click);
        self.sharing.echo.set(Some(Echo::Ring { at: place.at }));
    }

    fn highlight(&self, place: Place) {
        self.sharing.indicate(place.anchor, Mark::Highlight);
        self.sharing.echo.set(self.player.borrow().rect(place.anchor.node).map(Echo::Outline));
    }

    /// Opens our own list where the press was on a select.
    fn pick(&self, place: Place, event: &MouseEvent) {
        let choices = choices::at(&self.player.borrow(), event.client_x().into(), event.client_y().into());
        if let Some(choices) = choices {
            self.sharing.picking.set(Some(Picking { anchor: place.anchor, at: place.at, choices }));
        }
    }

    fn click(&self, place: Place, event: &MouseEvent, button: Button) {
        self.pressed.replace(Some(place));
        let count = event.detail().clamp(1, MOST_CLICKS) as u8;
        let action = Action::Click { button, count, modifiers: modifiers(event) };
        self.sharing.command(place.anchor, action, place.at);
        if button == Button::Main {
            self.pick(place, event);
        }
    }

    fn turn(&self, event: &MouseEvent, by: (f32, f32)) {
        let Some(place) = self.place(event) else { return };
        let join = |a: Turn, b: Turn| Turn { by: (a.by.0 + b.by.0, a.by.1 + b.by.1), ..b };
        self.scroll.borrow_mut().add(Turn { place, by }, join);
        self.send_scroll();
    }

    fn send_hover(&self) {
        let now = browser::now();
        let due = self.hover.borrow_mut().take(now);
        if let Some(place) = due
            && let Some(id) = self.sharing.command(place.anchor, Action::Hover, place.at)
        {
            self.hover.borrow_mut().sent(id, now);
        }
    }

    fn send_scroll(&self) {
        let now = browser::now();
        let due = self.scroll.borrow_mut().take(now);
        if let Some(Turn { place, by: (dx, dy) }) = due
            && let Some(id) = self.sharing.command(place.anchor, Action::Scroll { dx, dy }, place.at)
        {
            self.scroll.borrow_mut().sent(id, now);
        }
    }

    /// Whether it was for a hover or a scroll: why those were not done is not worth saying each time.
    fn handle_receipt(&self, id: CommandId) -> bool {
        let (hover, scroll) =
            (self.hover.borrow_mut().handle_receipt(id), self.scroll.borrow_mut().handle_receipt(id));
        if hover {
            self.send_hover();
        }
        if scroll {
            self.send_scroll();
        }
        hover || scroll
    }
}

fn modifiers(event: &MouseEvent) -> Modifiers {
    let held = [
        (event.ctrl_key(), Modifiers::CTRL),
        (event.shift_key(), Modifiers::SHIFT),
        (event.alt_key(), Modifiers::ALT),
        (event.meta_key(), Modifiers::META),
    ];
    Modifiers(held.into_iter().filter_map(|(held, bit)| held.then_some(bit)).sum())
}
