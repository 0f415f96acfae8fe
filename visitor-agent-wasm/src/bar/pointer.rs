//! The agent's pointer and marks on the visitor's screen: fixed shapes only, no text but the first name.
use std::{cell::RefCell, rc::Rc};

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Element, HtmlElement, ShadowRoot};

use super::{guard::next_frame, view::add};
use crate::words::{Language, Words, fill};

/// The pointer fades after so long without news, milliseconds.
const REST_MS: f64 = 3000.0;
/// Room that the arrow keeps from the edge when what it means is off the screen, CSS pixels.
const EDGE: f64 = 18.0;

/// Finds the marked box and the point in it now, in CSS pixels of the viewport: left, top, width, height, x,
/// y. `None` when it is gone.
pub type Place = Rc<dyn Fn() -> Option<[f64; 6]>>;

/// What is shown at the place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// The pointer, moving.
    Hand,
    /// The pointer, and one ring: look here.
    Ring,
    /// The element's outline.
    Outline,
    /// Nothing any more.
    Nothing,
}

/// The pointers of all agents; in practice one.
pub(super) struct Hands {
    layer: Element,
    hand: Rc<RefCell<Option<Hand>>>,
}

struct Hand {
    arrow: HtmlElement,
    outline: Option<HtmlElement>,
    place: Place,
    until: f64,
}

impl Hands {
    pub(super) fn new(document: &Document, root: &ShadowRoot) -> Result<Self, JsValue> {
        let layer = document.create_element("div")?;
        layer.set_attribute("aria-live", "polite")?;
        root.append_child(&layer)?;
        Ok(Self { layer, hand: Rc::default() })
    }

    pub(super) fn clear(&self) {
        self.layer.set_text_content(None);
        self.hand.borrow_mut().take();
    }

    pub(super) fn point(
        &self,
        name: &str,
        show: Show,
        place: Place,
        language: Language,
    ) -> Result<(), JsValue> {
        if show == Show::Nothing {
            self.clear();
            return Ok(());
        }
        let running = self.hand.borrow().is_some();
        if !running {
            *self.hand.borrow_mut() = Some(self.hand(name, language, Rc::clone(&place))?);
        }
        if let Some(hand) = self.hand.borrow_mut().as_mut() {
            hand.place = place;
            hand.until = now() + REST_MS;
            self.mark(hand, show)?;
        }
        if !running {
            follow(Rc::clone(&self.hand), self.layer.clone());
        }
        Ok(())
    }

    fn mark(&self, hand: &mut Hand, show: Show) -> Result<(), JsValue> {
        if let Some(outline) = hand.outline.take() {
            outline.remove();
        }
        match show {
            Show::Ring => {
                let ring = self.part("ring")?;
                if let Some([.., x, y]) = (hand.place)() {
                    ring.style().set_property("translate", &format!("{x}px {y}px"))?;
                }
                if let Some(old) = self.layer.query_selector(".ring")? {
                    old.remove();
                }
                self.layer.append_child(&ring)?;
            }
            Show::Outline => {
                let outline = self.part("outline")?;
                self.layer.append_child(&outline)?;
                hand.outline = Some(outline);
            }
            Show::Hand | Show::Nothing => {}
        }
        Ok(())
    }

    fn hand(&self, name: &str, language: Language, place: Place) -> Result<Hand, JsValue> {
        let arrow = self.part("hand")?;
        add(&arrow, self.arrow()?)?;
        let label = self.part("name")?;
        label.set_text_content(Some(name));
        arrow.append_child(&label)?;
        self.layer.append_child(&arrow)?;
        let aloud = self.part("aloud")?;
        aloud.set_text_content(Some(&fill(Words::PointsAt.text(language), &[name])));
        self.layer.append_child(&aloud)?;
        Ok(Hand { arrow, outline: None, place, until: 0.0 })
    }

    fn arrow(&self) -> Result<Element, JsValue> {
        const SVG: &str = "http://www.w3.org/2000/svg";
        let document = self.layer.owner_document().ok_or_else(|| JsValue::from_str("no document"))?;
        let svg = document.create_element_ns(Some(SVG), "svg")?;
        svg.set_attribute("viewBox", "0 0 22 22")?;
        svg.set_attribute("aria-hidden", "true")?;
        let path = document.create_element_ns(Some(SVG), "path")?;
        path.set_attribute("d", "M2 2 L19 9.5 L11.5 12 L8.5 19.5 Z")?;
        path.set_attribute("fill", "#1f6feb")?;
        path.set_attribute("stroke", "#fff")?;
        path.set_attribute("stroke-width", "1.5")?;
        path.set_attribute("stroke-linejoin", "round")?;
        svg.append_child(&path)?;
        Ok(svg)
    }

    fn part(&self, class: &str) -> Result<HtmlElement, JsValue> {
        let document = self.layer.owner_document().ok_or_else(|| JsValue::from_str("no document"))?;
        let part: HtmlElement = document.create_element("div")?.unchecked_into();
        part.set_class_name(class);
        Ok(part)
    }
}

/// Reads the place once per frame while the pointer is seen, and ends with it.
fn follow(hand: Rc<RefCell<Option<Hand>>>, layer: Element) {
    next_frame(move |_| {
        let at = match hand.borrow().as_ref() {
            Some(it) if now() < it.until => (it.place)(),
            Some(_) | None => None,
        };
        match at {
            Some(at) => {
                if let Some(it) = hand.borrow().as_ref() {
                    it.draw(at);
                }
                follow(hand, layer);
            }
            None => {
                hand.borrow_mut().take();
                layer.set_text_content(None);
            }
        }
    });
}

impl Hand {
    fn draw(&self, [left, top, width, height, x, y]: [f64; 6]) {
        let (seen_x, seen_y) = clamp(x, y);
        let away = seen_x != x || seen_y != y;
        self.arrow.set_class_name(if away { "hand away" } else { "hand" });
        let style = self.arrow.style();
        // Setting a property of a valid name never fails.
        let _ = style.set_property("translate", &format!("{seen_x}px {seen_y}px"));
        if away {
            // The arrow's own picture points up and left, at -135 degrees.
            let turn = (y - seen_y).atan2(x - seen_x).to_degrees() + 135.0;
            let _ = style.set_property("--turn", &format!("{turn}deg"));
        }
        if let Some(outline) = &self.outline {
            let style = outline.style();
            for (name, value) in
                [("left", left - 4.0), ("top", top - 4.0), ("width", width + 8.0), ("height", height + 8.0)]
            {
                let _ = style.set_property(name, &format!("{value}px"));
            }
        }
    }
}

fn clamp(x: f64, y: f64) -> (f64, f64) {
    let size = |value: Result<JsValue, JsValue>| value.ok().and_then(|it| it.as_f64()).unwrap_or(f64::MAX);
    let Some(window) = web_sys::window() else { return (x, y) };
    let (width, height) = (size(window.inner_width()), size(window.inner_height()));
    let inside = |value: f64, limit: f64| {
        if value < 0.0 || limit < value { value.clamp(EDGE, (limit - EDGE).max(EDGE)) } else { value }
    };
    (inside(x, width), inside(y, height))
}

fn now() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |clock| clock.now())
}
