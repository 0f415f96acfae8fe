//! A question in the middle of the page, in the browser's own top layer.
use icondata_lu as lu;
use leptos::{ev, html, prelude::*};

use crate::{
    components::icon::Icon,
    i18n::{Text, words},
};

/// A modal dialog: Escape, its cross and a press beside it close it.
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
