//! Emoji for the composer: a grid for the arrow keys, there without a network.
use icondata_lu as lu;
use leptos::{ev, html::Div, prelude::*};
use wasm_bindgen::JsCast as _;

use super::composer::Draft;
use crate::{
    browser,
    components::icon::Icon,
    i18n::{Text, words},
    state::chat::emoji::{GROUPS, step},
};

const MENU: &str = "emoji";

/// The button and its menu.
#[component]
pub fn EmojiMenu() -> impl IntoView {
    let words = words();
    let label = words.say(Text::Emoji);
    let (group, open) = (RwSignal::new(0_usize), RwSignal::new(false));
    let grid = NodeRef::<Div>::new();
    // The signs are made when the menu is first opened.
    let toggled = move |event: ev::Event| {
        let shown = js_sys::Reflect::get(&event, &"newState".into())
            .is_ok_and(|it| it.as_string().as_deref() == Some("open"));
        open.set(shown);
        if shown {
            request_animation_frame(move || focus_sign(grid, 0));
        }
    };
    view! {
        <button type="button" class="button quiet square" data-do="emoji" title=label aria-label=label popovertarget=MENU
            aria-haspopup="dialog">
            <Icon icon=lu::LuSmile/>
        </button>
        <div id=MENU class="menu emoji-menu" popover="auto" on:toggle=toggled>
            <div class="emoji-groups" role="tablist" aria-label=label>
                {GROUPS.iter().enumerate().map(|(index, (sign, _))| view! {
                    <button type="button" class="segment" role="tab" aria-selected=move || (group.get() == index).to_string()
                        on:click=move |_| group.set(index)>{*sign}</button>
                }).collect_view()}
            </div>
            <Show when=move || open.get()>
                <div class="emoji-grid" role="grid" node_ref=grid on:keydown=move |event| press(&event, grid)>
                    {move || signs(group.get())}
                </div>
            </Show>
        </div>
    }
}

fn signs(group: usize) -> impl IntoView {
    let draft = expect_context::<Draft>();
    let (_, signs) = GROUPS[group];
    let one = |(index, sign): (usize, &'static str)| {
        let pick = move |_| {
            browser::hide_popover(MENU);
            draft.insert(sign);
        };
        view! { <button type="button" class="emoji" tabindex=if index == 0 { "0" } else { "-1" } on:click=pick>{sign}</button> }
    };
    signs.split(' ').enumerate().map(one).collect_view()
}

fn press(event: &ev::KeyboardEvent, grid: NodeRef<Div>) {
    let Some(children) = grid.get_untracked().map(|grid| grid.children()) else { return };
    let active = document().active_element();
    let count = children.length();
    let at = (0..count).find(|index| children.item(*index) == active).unwrap_or(0);
    if let Some(to) = step(&event.key(), at as usize, count as usize) {
        event.prevent_default();
        focus_sign(grid, to);
    }
}

fn focus_sign(grid: NodeRef<Div>, index: usize) {
    let Some(grid) = grid.try_get_untracked().flatten() else { return };
    let sign = u32::try_from(index).ok().and_then(|index| grid.children().item(index));
    if let Some(sign) = sign.and_then(|sign| sign.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = sign.focus();
    }
}
