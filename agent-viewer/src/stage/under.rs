//! What of the replayed page is at a place, and what the visitor has selected in it. All of it is of the frame's realm,
//! where our `instanceof` says no: names decide.
use js_sys::{Array, Function, Reflect};
use replay::Replayer;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Document, Element, HtmlIFrameElement, NodeList};

/// The innermost element at a place of the window, through shadow roots and the page's own frames.
pub fn element(player: &Replayer, x: f64, y: f64) -> Option<Element> {
    let frame = player.frame()?;
    let outer = frame.get_bounding_client_rect();
    let scale = player.scale().max(f64::MIN_POSITIVE);
    let (mut x, mut y) = ((x - outer.left()) / scale, (y - outer.top()) / scale);
    let mut found = frame.content_document()?.element_from_point(x as f32, y as f32)?;
    loop {
        let inner = if let Some(root) = found.shadow_root() {
            root.element_from_point(x as f32, y as f32)
        } else if let Some(document) = framed(&found) {
            let outer = found.get_bounding_client_rect();
            x -= outer.left() + f64::from(found.client_left());
            y -= outer.top() + f64::from(found.client_top());
            document.element_from_point(x as f32, y as f32)
        } else {
            None
        };
        match inner.filter(|inner| *inner != found) {
            Some(inner) => found = inner,
            None => return Some(found),
        }
    }
}

fn framed(element: &Element) -> Option<Document> {
    let frame = (element.local_name() == "iframe").then(|| element.unchecked_ref::<HtmlIFrameElement>())?;
    frame.content_document()
}

/// The text that the visitor's page has selected, as it is shown here: what is masked is its mask.
pub fn selected(player: &Replayer) -> Option<String> {
    let field = focused(player);
    field.as_ref().and_then(in_field).or_else(|| in_page(player)).filter(|text| !text.is_empty())
}

/// The element that has the visitor's focus. Everything around it is marked.
fn focused(player: &Replayer) -> Option<Element> {
    const MARKED: &str = "[data-tandem-focus-within]";
    let last =
        |found: NodeList| found.item(found.length().checked_sub(1)?).map(|it| it.unchecked_into::<Element>());
    let mut at = player.frame()?.content_document()?.query_selector_all(MARKED).ok().and_then(last)?;
    loop {
        let inside = match (at.shadow_root(), framed(&at)) {
            (Some(root), _) => root.query_selector_all(MARKED).ok(),
            (None, Some(document)) => document.query_selector_all(MARKED).ok(),
            (None, None) => None,
        };
        match inside.and_then(last) {
            Some(inner) => at = inner,
            None => return Some(at),
        }
    }
}

fn in_field(field: &Element) -> Option<String> {
    if !matches!(field.local_name().as_str(), "input" | "textarea") {
        return None;
    }
    let edge = |name: &str| Some(Reflect::get(field, &name.into()).ok()?.as_f64()? as usize);
    let (start, end) = (edge("selectionStart")?, edge("selectionEnd")?);
    let text = Reflect::get(field, &"value".into()).ok()?.as_string()?;
    let units: Vec<u16> = text.encode_utf16().skip(start).take(end.checked_sub(start)?).collect();
    Some(String::from_utf16_lossy(&units))
}

/// The page's selection is a highlight here: a frame that has no focus shows no selection.
fn in_page(player: &Replayer) -> Option<String> {
    let window = JsValue::from(player.frame()?.content_window()?);
    let get = |of: &JsValue, name: &str| Reflect::get(of, &name.into()).ok().filter(|it| !it.is_undefined());
    let highlights = get(&get(&window, "CSS")?, "highlights")?;
    let ask: Function = get(&highlights, "get")?.dyn_into().ok()?;
    let ranges = ask.call1(&highlights, &"tandem-selection".into()).ok().filter(JsValue::is_object)?;
    Some(
        Array::from(&ranges)
            .iter()
            .map(|range| String::from(range.unchecked_ref::<js_sys::Object>().to_string()))
            .collect(),
    )
}
