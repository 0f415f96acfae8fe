//! What a node is, by its names. What stands in a frame comes from another realm, where `instanceof` says no.
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Element, HtmlElement, HtmlInputElement, Node, ShadowRoot};

const HTML: &str = "http://www.w3.org/1999/xhtml";

/// The element that a node is.
pub fn element(node: Node) -> Option<Element> {
    (node.node_type() == Node::ELEMENT_NODE).then(|| node.unchecked_into())
}

/// Whether the engine is Firefox's.
pub(super) fn is_gecko(element: &Element) -> bool {
    let window = super::pointer::window_of(element);
    window.is_some_and(|window| js_sys::Reflect::has(&window, &"mozInnerScreenX".into()).unwrap_or(false))
}

/// The HTML element that an element is.
pub(super) fn html(element: &Element) -> Option<&HtmlElement> {
    (element.namespace_uri().as_deref() == Some(HTML)).then(|| element.unchecked_ref())
}

/// The element as the type that its local name has in HTML.
pub(super) fn named<'a, T: JsCast>(element: &'a Element, name: &str) -> Option<&'a T> {
    html(element).filter(|it| it.local_name() == name).map(JsCast::unchecked_ref)
}

/// The input that an element is.
pub(super) fn input(element: &Element) -> Option<&HtmlInputElement> {
    named(element, "input")
}

/// The shadow root that a node is: a fragment with a host.
pub(super) fn shadow_root(node: Node) -> Option<ShadowRoot> {
    let is_shadow = node.node_type() == Node::DOCUMENT_FRAGMENT_NODE
        && js_sys::Reflect::get(&node, &"host".into()).is_ok_and(|host| host.is_object());
    is_shadow.then(|| node.unchecked_into())
}

/// Where the keyboard's focus is, through shadow roots and the page's own frames (HTML §6.6.6).
pub(super) fn focused() -> Option<Element> {
    let mut at = web_sys::window()?.document()?.active_element()?;
    while let Some(inner) = inner_focus(&at) {
        at = inner;
    }
    Some(at)
}

fn inner_focus(host: &Element) -> Option<Element> {
    if let Some(root) = host.shadow_root() {
        return root.active_element();
    }
    let frame = named::<HtmlElement>(host, "iframe")?;
    // Another origin's document is null.
    let document = js_sys::Reflect::get(frame, &"contentDocument".into()).ok().filter(JsValue::is_object)?;
    document.unchecked_into::<Document>().active_element()
}
