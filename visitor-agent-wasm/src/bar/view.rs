//! Builds the card and the strip from a scene.
use std::{cell::Cell, iter, rc::Rc};

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Element, Event, HtmlElement, PointerEvent, ShadowRoot};

use super::{Act, Card, Scene, Strip};
use crate::{
    listener::Listener,
    words::{Language, Words, fill, list},
};

/// Replaces what stands in the root, but for the agent's pointer.
pub(super) fn render(root: &ShadowRoot, scene: &Scene, language: Language) -> Result<(), JsValue> {
    let old = root.query_selector_all(".scene")?;
    for index in 0..old.length() {
        if let Some(part) = old.item(index).and_then(|node| node.dyn_into::<Element>().ok()) {
            part.remove();
        }
    }
    let build = Build { document: document_of(root)?, language };
    if let Some(Strip::Controlling(_)) = scene.strip {
        add(root, build.element("div", "scene edge")?)?;
    }
    if let Some(card) = &scene.card {
        add(root, build.card(card)?)?;
    }
    if let Some(strip) = &scene.strip {
        add(root, build.strip(strip)?)?;
    }
    Ok(())
}

/// Appends an element that was just built.
pub(super) fn add(parent: &web_sys::Node, child: Element) -> Result<(), JsValue> {
    parent.append_child(&child).map(|_| ())
}

fn document_of(root: &ShadowRoot) -> Result<Document, JsValue> {
    root.owner_document().ok_or_else(|| JsValue::from_str("the root has no document"))
}

struct Build {
    document: Document,
    language: Language,
}

impl Build {
    fn element(&self, tag: &str, class: &str) -> Result<Element, JsValue> {
        let element = self.document.create_element(tag)?;
        element.set_class_name(class);
        Ok(element)
    }

    fn text(&self, tag: &str, class: &str, text: &str) -> Result<Element, JsValue> {
        let element = self.element(tag, class)?;
        element.set_text_content(Some(text));
        Ok(element)
    }

    fn button(&self, words: Words, act: Act, class: &str) -> Result<Element, JsValue> {
        let button = self.text("button", class, words.text(self.language))?;
        button.set_attribute("type", "button")?;
        button.set_attribute("data-act", act.name())?;
        Ok(button)
    }

    fn card(&self, card: &Card) -> Result<Element, JsValue> {
        let (class, title, lines, name) = match card {
            Card::View(name) => ("scene card", Words::AskView, [Words::AskViewSeen, Words::NeverSeen], name),
            Card::Control(name) => (
                "scene card control",
                Words::AskControl,
                [Words::AskControlMeans, Words::AskControlEnds],
                name,
            ),
        };
        let element = self.element("section", class)?;
        element.set_attribute("role", "alertdialog")?;
        let title = fill(title.text(self.language), &[name]);
        element.set_attribute("aria-label", &title)?;
        add(&element, self.text("h2", "", &title)?)?;
        for line in lines {
            add(&element, self.text("p", "", &fill(line.text(self.language), &[name]))?)?;
        }
        let answers = self.element("div", "answers")?;
        add(&answers, self.button(Words::NotNow, Act::Decline, "")?)?;
        add(&answers, self.button(Words::Allow, Act::Allow, "")?)?;
        element.append_child(&answers)?;
        Ok(element)
    }

    fn strip(&self, strip: &Strip) -> Result<Element, JsValue> {
        let (class, words) = self.strip_words(strip);
        let element = self.element("section", &format!("scene strip {class}"))?;
        element.set_attribute("role", "region")?;
        element.set_attribute("aria-label", Words::Region.text(self.language))?;
        add(&element, self.element("span", "dot")?)?;
        let said = self.text("span", "words", &words)?;
        said.set_attribute("role", "status")?;
        element.append_child(&said)?;
        for (words, act, class) in strip_buttons(strip) {
            add(&element, self.button(*words, *act, class)?)?;
        }
        Ok(element)
    }

    fn strip_words(&self, strip: &Strip) -> (&'static str, String) {
        let say = |words: Words, names: &str| fill(words.text(self.language), &[names]);
        match strip {
            Strip::Viewing(names) if names.len() > 1 => {
                ("viewing", say(Words::ViewingMany, &list(names, self.language)))
            }
            Strip::Viewing(names) => ("viewing", say(Words::Viewing, &list(names, self.language))),
            Strip::Controlling(name) => ("controlling", say(Words::Controlling, name)),
            Strip::Paused(names) => ("paused", say(Words::Paused, &list(names, self.language))),
            Strip::Elsewhere(names) => {
                let words = if names.len() > 1 { Words::ElsewhereMany } else { Words::Elsewhere };
                ("elsewhere", say(words, &list(names, self.language)))
            }
            Strip::Reconnecting => ("reconnecting", say(Words::Reconnecting, "")),
            Strip::Ended => ("ended", say(Words::Ended, "")),
        }
    }
}

fn strip_buttons(strip: &Strip) -> &'static [(Words, Act, &'static str)] {
    match strip {
        Strip::Viewing(_) => &[(Words::Pause, Act::Pause, ""), (Words::Stop, Act::Stop, "stop")],
        Strip::Controlling(_) => {
            &[(Words::TakeBack, Act::TakeBack, "main"), (Words::Stop, Act::Stop, "stop")]
        }
        Strip::Paused(_) => &[(Words::Resume, Act::Resume, "main"), (Words::Stop, Act::Stop, "stop")],
        Strip::Elsewhere(_) => &[(Words::Here, Act::Here, "")],
        Strip::Reconnecting => &[(Words::Stop, Act::Stop, "stop")],
        Strip::Ended => &[],
    }
}

/// Lets the visitor drag the strip out of the way of the page's own buttons, and keeps it in the window, smaller ones too:
/// control is given by it and must be taken back by it.
pub(super) fn drags(root: &ShadowRoot) -> impl Iterator<Item = Listener> {
    let grip: Cell<Option<(i32, i32)>> = Cell::new(None);
    let place: Rc<Cell<(i32, i32)>> = Rc::default();
    let again = (root.clone(), Rc::clone(&place));
    let moves = Listener::capture(root, "pointermove", move |event: PointerEvent| {
        let strip = event.target().and_then(|it| it.dyn_into::<Element>().ok());
        let Some(strip) = strip.and_then(|it| it.closest(".strip").ok().flatten()) else { return };
        if event.buttons() & 1 == 0 {
            grip.set(None);
            return;
        }
        let at = (event.client_x(), event.client_y());
        match grip.replace(Some(at)) {
            None => {
                // Capturing the pointer keeps the strip under a fast hand.
                let _ = strip.set_pointer_capture(event.pointer_id());
            }
            Some(from) => shift(&strip, &place, (at.0 - from.0, at.1 - from.1)),
        }
    });
    let resizes = web_sys::window().map(|window| {
        Listener::capture(&window, "resize", move |_: Event| {
            let (root, place) = &again;
            if let Ok(Some(strip)) = root.query_selector(".strip") {
                shift(&strip, place, (0, 0));
            }
        })
    });
    iter::once(moves).chain(resizes)
}

/// Moves the strip from where it stands by so many pixels, as far as the window goes.
fn shift(strip: &Element, place: &Cell<(i32, i32)>, (right, down): (i32, i32)) {
    let style = strip.unchecked_ref::<HtmlElement>().style();
    if style.get_property_value("translate").is_ok_and(|it| it.is_empty()) {
        // It was built anew since.
        place.set((0, 0));
    }
    let (rect, Some(window)) = (strip.get_bounding_client_rect(), web_sys::window()) else { return };
    let most = |side: Result<JsValue, JsValue>| side.ok().and_then(|it| it.as_f64()).unwrap_or_default();
    let within = |from: f64, to: f64, most: f64, by: i32| f64::from(by).min(most - to).max(-from) as i32;
    let (left, top) = place.get();
    let left = left + within(rect.left(), rect.right(), most(window.inner_width()), right);
    let top = top + within(rect.top(), rect.bottom(), most(window.inner_height()), down);
    place.set((left, top));
    // Fails for no value that is a length.
    let _ = style.set_property("translate", &format!("{left}px {top}px"));
}
