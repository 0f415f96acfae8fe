//! The way of an event, which leads through slots into the shadow trees around them (DOM §2.9): a press on an element is
//! one on whatever is on its way.
use cobrowse_core::command::Receipt;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlLabelElement, Url};

use super::{kind, pointer::window_of};

const XLINK: &str = "http://www.w3.org/1999/xlink";

/// What does something by itself when a click comes by (DOM §2.8, HTML §6.4).
const ACTIVATED: &str = "a, area, audio, button, input, label, option, select, summary, video";

/// The element and what is around it as it is shown, innermost first: the slot that it is in, what holds it, the host of its
/// tree. A closed shadow tree tells nobody what it has around what it slots.
pub(super) fn path(element: &Element) -> impl Iterator<Item = Element> {
    std::iter::successors(Some(element.clone()), |it| {
        let slot = it.assigned_slot().map(Element::from);
        let around = slot.or_else(|| it.parent_element());
        around.or_else(|| kind::shadow_root(it.get_root_node()).map(|root| root.host()))
    })
}

/// Whether only the visitor may use the element, or something that a press on it comes to.
pub(super) fn is_locked(element: &Element) -> bool {
    path(element).any(|it| it.has_attribute("data-tandem-lock"))
}

/// Whether anything that is known would do something by itself at a click on the element.
pub(super) fn is_activated(element: &Element) -> bool {
    path(element).any(|it| it.matches(ACTIVATED).unwrap_or(true))
}

/// The controls of the labels around the element: a label's click goes on to its control.
pub(super) fn labelled(element: &Element) -> impl Iterator<Item = Element> {
    path(element)
        .filter_map(|it| kind::named::<HtmlLabelElement>(&it, "label")?.control().map(JsCast::unchecked_into))
}

/// What a script may not do, or must not: file pickers, new windows, other sites, scripts in addresses.
pub(super) fn refused(element: &Element) -> Option<Receipt> {
    let picks = |it: &Element| kind::input(it).is_some_and(|input| input.type_() == "file");
    let is_refused =
        picks(element) || labelled(element).any(|it| picks(&it)) || path(element).any(|it| leads_away(&it));
    is_refused.then_some(Receipt::Refused)
}

/// Whether it is a link that leads anywhere but to a page of this site, in this tab.
fn leads_away(element: &Element) -> bool {
    if !matches!(element.local_name().as_str(), "a" | "area") {
        return false;
    }
    let href = element.get_attribute("href").or_else(|| element.get_attribute_ns(Some(XLINK), "href"));
    let target = element.get_attribute("target").unwrap_or_default().to_ascii_lowercase();
    let stays = matches!(target.as_str(), "" | "_self" | "_top" | "_parent");
    href.is_some_and(|href| {
        !stays || element.has_attribute("download") || !is_of_this_site(element, &href).unwrap_or(false)
    })
}

fn is_of_this_site(link: &Element, href: &str) -> Option<bool> {
    let base = link.base_uri().ok().flatten()?;
    let here = window_of(link)?.location().origin().ok()?;
    Some(Url::new_with_base(href, &base).is_ok_and(|url| url.origin() == here))
}
