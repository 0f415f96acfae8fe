//! A select's choices: its list is drawn by the visitor's browser and cannot be opened from here, so the
//! agent chooses from one of our own.
use cobrowse_core::redaction::MASK;
use leptos::prelude::window;
use replay::Replayer;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlOptionElement, HtmlSelectElement};

use super::under;

/// Choices that are shown; a longer list is cut.
const MOST: u32 = 500;

/// One choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What names it to the visitor's page: its value, or its text where the value is masked.
    pub name: String,
    /// What people read.
    pub text: String,
    /// Whether it is chosen now.
    pub chosen: bool,
}

/// The choices of the select at a place of the window, when there is one.
pub fn at(player: &Replayer, x: f64, y: f64) -> Option<Vec<Choice>> {
    let select = under::element(player, x, y)?.closest("select:not([disabled])").ok()??;
    Some(read(&select))
}

/// The element is of the frame's realm, where our `instanceof` says no: its name decides.
fn read(select: &Element) -> Vec<Choice> {
    let options = select.unchecked_ref::<HtmlSelectElement>().options();
    let count = options.length().min(MOST);
    let chosen = select.unchecked_ref::<HtmlSelectElement>().selected_index();
    let option = |index| options.item(index).map(|option| (index, option));
    (0..count)
        .filter_map(option)
        .map(|(index, option)| {
            let option = option.unchecked_into::<HtmlOptionElement>();
            let (value, text) = (option.value(), option.text());
            let name = if value == MASK { text.clone() } else { value };
            Choice { name, text, chosen: i64::from(index) == i64::from(chosen) }
        })
        .collect()
}

/// Puts the focus on the first button of the list, or the chosen one.
pub fn focus_list() {
    let document = window().document();
    let button = document.and_then(|document| {
        document.query_selector(".picker [aria-selected=true], .picker button").ok().flatten()
    });
    if let Some(button) = button {
        let _ = button.unchecked_into::<web_sys::HtmlElement>().focus();
    }
}
