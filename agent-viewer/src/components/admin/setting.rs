//! What all settings share: they are asked for, shown, changed, and saved or refused.
use std::future::Future;

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use crate::{
    chat::Loaded,
    components::chat::list_pane::Skeleton,
    i18n::{Text, words},
    net::http::HttpError,
};

/// A part of the page with its heading.
#[component]
pub fn Part(
    /// The heading.
    title: Text,
    /// What it is for.
    help: Text,
    /// Names it for tests and links.
    name: &'static str,
    children: Children,
) -> impl IntoView {
    let words = words();
    view! {
        <section class="setting" id=name>
            <header><h2>{words.say(title)}</h2><p class="muted">{words.say(help)}</p></header>
            <div class="setting-body">{children()}</div>
        </section>
    }
}

/// Asks for something, and keeps what came.
pub fn load<T: Send + Sync + 'static>(
    into: RwSignal<Loaded<T>>,
    ask: impl Future<Output = Result<T, HttpError>> + 'static,
) {
    spawn_local(async move {
        let answer = ask.await;
        let _ = into.try_set(answer.map_or(Loaded::Failed, Loaded::Here));
    });
}

/// What is loaded, through `show`; a skeleton or a word before.
pub fn loaded<T: Clone + Send + Sync + 'static>(
    of: RwSignal<Loaded<T>>,
    show: impl Fn(T) -> AnyView + Send + 'static,
) -> impl Fn() -> AnyView + Send {
    let words = words();
    move || match of.get() {
        Loaded::Not | Loaded::Loading => view! { <Skeleton/> }.into_any(),
        Loaded::Failed => {
            view! { <p class="muted" role="alert">{words.say(Text::SettingFailed)}</p> }.into_any()
        }
        Loaded::Here(it) => show(it),
    }
}

/// How saving goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Saving {
    /// Nothing to say.
    #[default]
    Idle,
    /// On its way.
    Busy,
    /// Done.
    Saved,
    /// Refused or failed.
    Wrong(Text),
}

/// Saves, and says how it went; `then` runs when it is done.
pub fn save(
    state: RwSignal<Saving>,
    ask: impl Future<Output = Result<(), HttpError>> + 'static,
    then: impl FnOnce() + 'static,
) {
    state.set(Saving::Busy);
    spawn_local(async move {
        let answer = ask.await;
        let _ = state.try_set(match &answer {
            Ok(()) => Saving::Saved,
            Err(HttpError::Refused(code)) if code == "forbidden" => Saving::Wrong(Text::FaultForbidden),
            Err(HttpError::Refused(_)) => Saving::Wrong(Text::SettingWrong),
            Err(_) => Saving::Wrong(Text::FaultOther),
        });
        if answer.is_ok() {
            then();
        }
    });
}

/// The button, and how it went.
#[component]
pub fn SaveFoot(
    /// How saving goes.
    state: RwSignal<Saving>,
) -> impl IntoView {
    let words = words();
    let said = move || match state.get() {
        Saving::Idle | Saving::Busy => "",
        Saving::Saved => words.now(Text::Saved),
        Saving::Wrong(text) => words.now(text),
    };
    let wrong = move || matches!(state.get(), Saving::Wrong(_));
    view! {
        <footer class="setting-foot">
            <button type="submit" class="button primary" disabled=move || state.get() == Saving::Busy>{words.say(Text::Save)}</button>
            <span role="status" class="muted" class:field-error=wrong>{said}</span>
        </footer>
    }
}
