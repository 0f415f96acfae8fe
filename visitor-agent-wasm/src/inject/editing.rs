//! Editing at the caret: what keys do to text, with the events that frameworks and editors wait for (Input Events §5).
use cobrowse_core::command::Receipt;
use js_sys::Reflect;
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, ClipboardEventInit, DataTransfer, Element, Event, InputEvent, InputEventInit};

use super::{
    field, kind,
    place::{Hand, active, is_active, text_host},
    pointer::window_of,
};

/// Inserts text at the caret.
pub(super) fn insert(element: &Element, text: &str, hand: Hand<'_>) -> Receipt {
    let kind = if text == "\n" { "insertLineBreak" } else { "insertText" };
    // A listener may move the focus: the letter would go there.
    announced(element, (kind, Some(text)), hand, |now| {
        let done = is_active(now) && hand.history.edits(now, || write(now, text));
        if done || put(now, text) { Receipt::Applied } else { Receipt::NoTarget }
    })
}

/// Ends the paragraph of rich text.
pub(super) fn paragraph(element: &Element, hand: Hand<'_>) -> Receipt {
    by_command(element, ("insertParagraph", "insertParagraph"), hand)
}

/// Backspace and Delete. Within a closed root somebody else has the focus, and would be edited.
pub(super) fn delete(at: &Element, key: &str, hand: Hand<'_>) -> Receipt {
    let Some(host) = text_host(at) else { return Receipt::NoTarget };
    let names = match key {
        "Backspace" => ("deleteContentBackward", "delete"),
        _ => ("deleteContentForward", "forwardDelete"),
    };
    let receipt = by_command(&host, names, hand);
    // At the end of a text there is nothing to delete, and a person's key does nothing, either.
    let is_idle = receipt == Receipt::NoTarget && is_active(&host);
    if is_idle { Receipt::Applied } else { receipt }
}

/// Selects all of a field, or of the page.
pub(super) fn select_all(at: &Element) -> Receipt {
    if field::takes_text(at) {
        field::select_all(at);
        return Receipt::Applied;
    }
    told(command(at, "selectAll", ""))
}

/// Copies or cuts what is selected. What is copied goes on to the agent's own clipboard, as the agent sees it: the
/// visitor's clipboard is theirs, and what is masked stays so wherever it is pasted.
pub(super) fn copy(at: &Element, cuts: bool, hand: Hand<'_>) -> Receipt {
    if !has_selection(at) {
        return Receipt::NoTarget;
    }
    let goes_on = clipboard_event(at, if cuts { "cut" } else { "copy" });
    match text_host(at) {
        Some(host) if cuts && goes_on => by_command(&host, ("deleteByCut", "delete"), hand),
        _ => Receipt::Applied,
    }
}

/// Undoes the hand's own edits.
pub(super) fn undo(at: &Element, hand: Hand<'_>) -> Receipt {
    let Some(host) = text_host(at) else { return Receipt::NoTarget };
    told(hand.history.undo(&host, || command(&host, "undo", "")))
}

/// Does again what the hand has undone.
pub(super) fn redo(at: &Element, hand: Hand<'_>) -> Receipt {
    let Some(host) = text_host(at) else { return Receipt::NoTarget };
    told(hand.history.redo(&host, || command(&host, "redo", "")))
}

fn told(done: bool) -> Receipt {
    if done { Receipt::Applied } else { Receipt::NoTarget }
}

/// An edit that the browser's own command does where the caret is.
fn by_command(element: &Element, (kind, name): (&str, &str), hand: Hand<'_>) -> Receipt {
    announced(element, (kind, None), hand, |now| {
        told(is_active(now) && hand.history.edits(now, || command(now, name, "")))
    })
}

/// Tells what is about to be edited, then edits where the focus is by then, unless the page does it by itself: the
/// browsers leave this event out where a script edits, and rich editors know no other.
fn announced(
    element: &Element,
    (kind, data): (&str, Option<&str>),
    hand: Hand<'_>,
    edit: impl FnOnce(&Element) -> Receipt,
) -> Receipt {
    let init = InputEventInit::new();
    init.set_bubbles(true);
    init.set_cancelable(true);
    init.set_composed(true);
    init.set_input_type(kind);
    init.set_data(data.filter(|data| *data != "\n"));
    init.set_view(window_of(element).as_ref());
    let event = InputEvent::new_with_event_init_dict("beforeinput", &init);
    let goes_on = event.is_ok_and(|event| element.dispatch_event(&event).unwrap_or(true));
    let now = active(element);
    match hand.refusal(&now) {
        _ if !goes_on => Receipt::Applied,
        Some(refusal) => refusal,
        None => edit(&now),
    }
}

/// Writes at the caret. A new line has commands of its own, and each browser knows another of them.
fn write(now: &Element, text: &str) -> bool {
    let line =
        text == "\n" && ["insertLineBreak", "insertParagraph"].iter().any(|name| command(now, name, ""));
    line || command(now, "insertText", text)
}

/// Puts text at the end of a field whose focus is elsewhere, unless it is full.
fn put(element: &Element, text: &str) -> bool {
    let whole = field::text_of(element) + text;
    let most = element.get_attribute("maxlength").and_then(|it| it.parse::<usize>().ok());
    if most.is_some_and(|most| most < whole.encode_utf16().count()) {
        return true;
    }
    let done = field::takes_text(element) && field::native_set(element, &whole).is_ok();
    if done {
        field::notify(element, "input");
    }
    done
}

/// The editing command keeps the page's undo and fires `input` by itself, so that frameworks see it. It goes where
/// the focus is, whatever element is asked.
fn command(element: &Element, name: &str, value: &str) -> bool {
    let document = element.owner_document().map(JsCast::unchecked_into::<web_sys::HtmlDocument>);
    document.is_some_and(|it| it.exec_command_with_show_ui_and_value(name, false, value).unwrap_or(false))
}

fn has_selection(at: &Element) -> bool {
    if kind::input(at).is_some() || at.local_name() == "textarea" {
        let edge = |name: &str| Reflect::get(at, &name.into()).ok().and_then(|it| it.as_f64());
        return edge("selectionStart") < edge("selectionEnd");
    }
    let selection = window_of(at).and_then(|window| window.get_selection().ok().flatten());
    selection.is_some_and(|selection| !selection.is_collapsed())
}

/// Whether the page leaves it to the browser.
fn clipboard_event(at: &Element, kind: &str) -> bool {
    let init = ClipboardEventInit::new();
    init.set_bubbles(true);
    init.set_cancelable(true);
    init.set_composed(true);
    init.set_clipboard_data(DataTransfer::new().ok().as_ref());
    let event = ClipboardEvent::new_with_event_init_dict(kind, &init);
    event.is_ok_and(|event| at.dispatch_event(event.unchecked_ref::<Event>()).unwrap_or(true))
}
