//! Emoji for the composer: a grid for the arrow keys, there without a network.
use icondata_lu as lu;
use leptos::{ev, html::Div, prelude::*};
use wasm_bindgen::JsCast as _;
use web_sys::HtmlElement;

use super::composer::Draft;
use crate::{
    browser,
    components::icon::Icon,
    i18n::{Text, words},
    state::chat::emoji::{COLUMNS, GROUPS, step},
};

const MENU: &str = "emoji";
/// What the groups are called, in their order.
const NAMES: [Text; 5] =
    [Text::EmojiFaces, Text::EmojiHands, Text::EmojiThings, Text::EmojiNature, Text::EmojiSigns];

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
    let one = |((index, (sign, _)), name): ((usize, &(&'static str, &str)), Text)| {
        view! {
            <button type="button" class="segment" data-group=index title=words.say(name) aria-label=words.say(name)
                aria-pressed=move || (group.get() == index).to_string() on:click=move |_| group.set(index)>{*sign}</button>
        }
    };
    view! {
        <button type="button" class="button quiet square" data-do="emoji" title=label aria-label=label popovertarget=MENU
            aria-haspopup="dialog">
            <Icon icon=lu::LuSmile/>
        </button>
        <div id=MENU class="menu emoji-menu" popover="auto" role="dialog" aria-label=label on:toggle=toggled>
            <div class="emoji-groups" role="group" aria-label=label>{GROUPS.iter().enumerate().zip(NAMES).map(one).collect_view()}</div>
            <Show when=move || open.get()>
                <div class="emoji-grid" role="grid" aria-label=move || words.now(NAMES[group.get().min(NAMES.len() - 1)])
                    node_ref=grid on:keydown=move |event| press(&event, grid)>
                    {move || signs(group.get())}
                </div>
            </Show>
        </div>
    }
}

/// The signs of a group, in lines; one of them is in the way of the Tab key.
fn signs(group: usize) -> impl IntoView {
    let draft = expect_context::<Draft>();
    let (_, signs) = GROUPS[group];
    let at = RwSignal::new(0_usize);
    let one = move |(index, sign): (usize, &'static str)| {
        let pick = move |_| {
            browser::hide_popover(MENU);
            draft.insert(sign);
        };
        view! {
            <button type="button" class="emoji" role="gridcell" tabindex=move || if at.get() == index { "0" } else { "-1" }
                on:focus=move |_| at.set(index) on:click=pick>{sign}</button>
        }
    };
    let all: Vec<_> = signs.split(' ').enumerate().collect();
    let line = |line: &[(usize, &'static str)]| {
        view! { <div class="emoji-row" role="row">{line.iter().copied().map(one).collect_view()}</div> }
    };
    all.chunks(COLUMNS).map(line).collect_view()
}

fn press(event: &ev::KeyboardEvent, grid: NodeRef<Div>) {
    let all = all_signs(grid);
    let active = browser::focused();
    let at = all.iter().position(|sign| Some(sign) == active.as_ref()).unwrap_or(0);
    if let Some(to) = step(&event.key(), at, all.len()) {
        event.prevent_default();
        focus_sign(grid, to);
    }
}

fn focus_sign(grid: NodeRef<Div>, index: usize) {
    if let Some(sign) = all_signs(grid).get(index) {
        let _ = sign.focus();
    }
}

fn all_signs(grid: NodeRef<Div>) -> Vec<HtmlElement> {
    let Some(grid) = grid.try_get_untracked().flatten() else { return Vec::new() };
    let Ok(all) = grid.query_selector_all(".emoji") else { return Vec::new() };
    (0..all.length()).filter_map(|index| all.item(index)?.dyn_into().ok()).collect()
}
