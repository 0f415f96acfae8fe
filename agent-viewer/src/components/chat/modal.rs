//! A question in the middle of the page, in the browser's own top layer.
use std::cell::RefCell;

use icondata_lu as lu;
use leptos::{ev, html, prelude::*};
use web_sys::HtmlElement;

use crate::{
    browser,
    components::icon::Icon,
    i18n::{Text, words},
};

thread_local! {
    /// What had the keyboard's focus before the dialog that is open, or the first of several that follow each other.
    static BEFORE: RefCell<Option<HtmlElement>> = const { RefCell::new(None) };
}

/// A modal dialog: Escape, its cross and a press beside it close it. The keyboard's focus goes back to where it was.
#[component]
pub fn Modal(
    /// What it is about.
    title: Text,
    /// It was closed.
    #[prop(into)]
    close: Callback<()>,
    /// `wide`, `finder` or nothing.
    #[prop(default = "")]
    kind: &'static str,
    children: Children,
) -> impl IntoView {
    let words = words();
    let node = NodeRef::<html::Dialog>::new();
    remember_focus();
    on_cleanup(|| request_animation_frame(give_focus_back));
    Effect::new(move |_| {
        if let Some(dialog) = node.get() {
            request_animation_frame(move || {
                if dialog.is_connected() && !dialog.open() {
                    let _ = dialog.show_modal();
                }
            });
        }
    });
    let beside = move |event: ev::MouseEvent| {
        // Everything inside lies in the one box that fills the dialog.
        if event.target() == event.current_target() {
            close.run(());
        }
    };
    view! {
        <dialog class=format!("modal {kind}") node_ref=node aria-labelledby="modal-title"
            on:close=move |_| close.run(()) on:mousedown=beside>
            <div class="modal-box">
                <header class="modal-top">
                    <h2 id="modal-title">{words.say(title)}</h2>
                    <button type="button" class="button quiet square" title=words.say(Text::CloseDialog)
                        aria-label=words.say(Text::CloseDialog) on:click=move |_| close.run(())>
                        <Icon icon=lu::LuX/>
                    </button>
                </header>
                {children()}
            </div>
        </dialog>
    }
}

fn remember_focus() {
    let Some(focused) = browser::focused() else { return };
    // One dialog that follows another goes back to where the first one was asked for.
    if focused.closest("dialog").ok().flatten().is_none() {
        BEFORE.set(Some(focused));
    }
}

/// A dialog that is taken out of the document takes the focus with it.
fn give_focus_back() {
    if browser::has_dialog() || browser::focused().is_some() {
        return;
    }
    let before = BEFORE.take().filter(browser::can_take_focus);
    match before {
        Some(before) => drop(before.focus()),
        None => browser::focus_first(&super::conversation::PLACES),
    }
}
