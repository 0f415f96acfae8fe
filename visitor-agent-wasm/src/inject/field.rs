//! Fields: their values as a user would set them, so that frameworks notice.
use cobrowse_core::command::Receipt;
use js_sys::{Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Element, Event, EventInit, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement, InputEvent,
    InputEventInit,
};

use super::kind;

/// Sets a value whole, with the events of a user's choice (HTML §4.10.5.5): input, then change.
pub(super) fn set_value(element: &Element, value: &str) -> Receipt {
    if !editable(element) {
        return Receipt::NoTarget;
    }
    super::focus(element);
    let value = match kind::named::<HtmlSelectElement>(element, "select") {
        Some(select) => option_value(select, value),
        None => Some(value.to_owned()),
    };
    if value.is_none_or(|value| native_set(element, &value).is_err()) {
        return Receipt::NoTarget;
    }
    notify(element, "input");
    notify(element, "change");
    Receipt::Applied
}

/// The value of the option that is meant: by its value, or by its text, which is what an agent sees of an
/// option whose value is masked.
fn option_value(select: &HtmlSelectElement, meant: &str) -> Option<String> {
    let options = select.options();
    let options: Vec<_> = (0..options.length())
        .filter_map(|index| options.item(index).map(JsCast::unchecked_into::<web_sys::HtmlOptionElement>))
        .filter(|option| !option.disabled())
        .collect();
    let by_value = options.iter().find(|option| option.value() == meant);
    by_value
        .or_else(|| options.iter().find(|option| option.text() == meant))
        .map(web_sys::HtmlOptionElement::value)
}

/// Whether it is a field that takes values now.
pub(super) fn editable(element: &Element) -> bool {
    let locked = element.has_attribute("disabled") || element.has_attribute("readonly");
    let kind = kind::input(element).map(HtmlInputElement::type_);
    let takes = !matches!(
        kind.as_deref(),
        Some("file" | "password" | "hidden" | "submit" | "button" | "image" | "reset")
    );
    let field = matches!(element.local_name().as_str(), "input" | "textarea" | "select");
    takes && !locked && field
}

/// Whether it is a field of text: typed into, with a caret.
pub(super) fn takes_text(element: &Element) -> bool {
    let kind = kind::input(element).map(HtmlInputElement::type_);
    let text = !matches!(kind.as_deref(), Some("checkbox" | "radio" | "range" | "color"));
    editable(element) && text && element.local_name() != "select"
}

/// Sets through the prototype's own setter. A framework that watches a field shadows `value` on the element
/// itself: set there, it would believe that it made the change, and drop it at its next render.
pub(super) fn native_set(element: &Element, value: &str) -> Result<(), JsValue> {
    let prototype = Object::get_prototype_of(element);
    let descriptor = Object::get_own_property_descriptor(&prototype, &"value".into());
    let setter: Function = Reflect::get(&descriptor, &"set".into())?.dyn_into()?;
    setter.call1(element, &value.into()).map(|_| ())
}

/// Fires an event that bubbles and cannot be cancelled, as `input` and `change` do.
pub(super) fn notify(element: &Element, kind: &str) {
    let event = if kind == "input" {
        let init = InputEventInit::new();
        init.set_bubbles(true);
        init.set_composed(true);
        InputEvent::new_with_event_init_dict(kind, &init).map(JsCast::unchecked_into::<Event>)
    } else {
        let init = EventInit::new();
        init.set_bubbles(true);
        Event::new_with_event_init_dict(kind, &init)
    };
    if let Ok(event) = event {
        // A listener's own failure is the page's affair.
        let _ = element.dispatch_event(&event);
    }
}

/// Puts the caret where a press would: at the end; a third press selects all.
pub(super) fn place_caret(element: &Element, count: u8) {
    if !takes_text(element) {
        return;
    }
    if count >= 3 {
        select_all(element);
        return;
    }
    let end = u32::try_from(text_of(element).encode_utf16().count()).unwrap_or(u32::MAX);
    // Fields without a caret (number, e-mail) throw here and need none.
    let _ = match kind::input(element) {
        Some(input) => input.set_selection_range(end, end),
        None => area_of(element).map_or(Ok(()), |area| area.set_selection_range(end, end)),
    };
}

/// Selects the whole value.
pub(super) fn select_all(element: &Element) {
    if let Some(input) = kind::input(element) {
        input.select();
    } else if let Some(area) = area_of(element) {
        area.select();
    }
}

fn area_of(element: &Element) -> Option<&HtmlTextAreaElement> {
    kind::named(element, "textarea")
}

/// The live value of a field.
pub(super) fn text_of(element: &Element) -> String {
    Reflect::get(element, &"value".into()).ok().and_then(|it| it.as_string()).unwrap_or_default()
}
