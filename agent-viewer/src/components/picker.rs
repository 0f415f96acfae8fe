//! The list of a select's choices, for an agent in control.
use cobrowse_core::command::Action;
use leptos::{ev, prelude::*};

use crate::{
    i18n::{Text, words},
    sharing::Sharing,
    stage::choices::{Choice, focus_list},
};

/// Open while the agent chooses. Escape, and a press elsewhere, close it.
#[component]
pub fn Picker() -> impl IntoView {
    let (words, sharing) = (words(), expect_context::<Sharing>());
    let picking = sharing.picking;
    Effect::new(move |_| {
        if picking.read().is_some() {
            request_animation_frame(focus_list);
        }
    });
    view! {
        {move || picking.get().map(|picking| {
            let (x, y) = picking.at;
            let choices = picking.choices.into_iter().map(|choice| view! { <Row choice/> }).collect_view();
            view! {
                <div class="picker" role="listbox" aria-label=words.say(Text::Choices) on:keydown=move |event| move_focus(sharing, &event)
                    style:--x=format!("{x:.0}px") style:--y=format!("{y:.0}px")>
                    {choices}
                </div>
            }
        })}
    }
}

#[component]
fn Row(choice: Choice) -> impl IntoView {
    let sharing = expect_context::<Sharing>();
    let Choice { name, text, chosen } = choice;
    let choose = move |_| {
        let Some(picking) = sharing.picking.try_update(Option::take).flatten() else { return };
        sharing.command(picking.anchor, Action::SetValue(name.clone()), picking.at);
    };
    view! {
        <button type="button" class="menu-item" role="option" aria-selected=chosen.to_string() on:click=choose>{text}</button>
    }
}

fn move_focus(sharing: Sharing, event: &ev::KeyboardEvent) {
    use wasm_bindgen::JsCast as _;
    let active = document().active_element();
    let next = match event.key().as_str() {
        "Escape" => return sharing.picking.set(None),
        "ArrowDown" => active.and_then(|active| active.next_element_sibling()),
        "ArrowUp" => active.and_then(|active| active.previous_element_sibling()),
        _ => return,
    };
    event.prevent_default();
    if let Some(next) = next {
        let _ = next.unchecked_into::<web_sys::HtmlElement>().focus();
    }
}
