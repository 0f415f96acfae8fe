//! How a change goes that the server may refuse field by field, and the words for it.
use std::future::Future;

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::refusals::explain;
use crate::{
    i18n::{Text, words},
    net::told::Wrong,
};

/// How a change goes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Doing {
    /// Nothing to say.
    #[default]
    Idle,
    /// On its way.
    Busy,
    /// Done.
    Done,
    /// Refused or failed; nothing was changed.
    Wrong(Wrong),
}

impl Doing {
    /// What is wrong with a field, in words.
    pub fn at(&self, field: &str) -> Option<Text> {
        match self {
            Self::Wrong(wrong) => wrong.at(field).map(|code| of_field(field, code)),
            Self::Idle | Self::Busy | Self::Done => None,
        }
    }
}

/// Asks for something and says how it went; `then` has the answer.
pub fn act<T: 'static>(
    state: RwSignal<Doing>,
    ask: impl Future<Output = Result<T, Wrong>> + 'static,
    then: impl FnOnce(T) + 'static,
) {
    state.set(Doing::Busy);
    spawn_local(async move {
        match ask.await {
            Ok(it) => {
                // The view may be gone; what was done is done.
                let _ = state.try_set(Doing::Done);
                then(it);
            }
            Err(wrong) => {
                let _ = state.try_set(Doing::Wrong(wrong));
            }
        }
    });
}

/// What is wrong with a field: what only these forms know, and what all settings share.
pub fn of_field(field: &str, code: &str) -> Text {
    match (field, code) {
        (_, "last_admin") => Text::AdminIsLast,
        ("password", "too_short") => Text::PasswordRule,
        ("email", "taken") => Text::AddressTaken,
        (_, "no_origin") => Text::OriginWanted,
        (_, "length") => explain(field, "empty"),
        _ => explain(field, code),
    }
}

/// Why the whole was refused.
pub fn of_whole(wrong: &Wrong) -> Text {
    match wrong.code.as_str() {
        "in_use" => Text::QueueStillUsed,
        _ if !wrong.fields.is_empty() => Text::SeeMarked,
        code => of_field("", code),
    }
}

/// What is wrong with one field, under it.
#[component]
pub fn FieldFault(
    /// How the change goes.
    state: RwSignal<Doing>,
    /// The field's path.
    #[prop(into)]
    name: String,
) -> impl IntoView {
    let words = words();
    let said = Memo::new(move |_| state.read().at(&name));
    view! { <small class="under-field" role="alert">{move || said.get().map(|text| words.now(text))}</small> }
}

/// How it went, in one line.
#[component]
pub fn Outcome(
    /// How the change goes.
    state: RwSignal<Doing>,
    /// What is said when it is done.
    #[prop(default = Text::Saved)]
    done: Text,
) -> impl IntoView {
    let words = words();
    let said = move || match &*state.read() {
        Doing::Idle | Doing::Busy => "",
        Doing::Done => words.now(done),
        Doing::Wrong(wrong) => words.now(of_whole(wrong)),
    };
    let is_wrong = move || matches!(*state.read(), Doing::Wrong(_));
    view! { <span role="status" class="outcome muted" class:outcome-wrong=is_wrong>{said}</span> }
}

/// Cancel, and the one thing to do; for a dialog.
#[component]
pub fn DoFoot(
    /// How the change goes.
    state: RwSignal<Doing>,
    /// What the button says.
    text: Text,
    /// `danger` or nothing.
    #[prop(default = "primary")]
    kind: &'static str,
    /// The dialog goes.
    close: Callback<()>,
) -> impl IntoView {
    let words = words();
    view! {
        <footer class="modal-foot">
            <Outcome state/>
            <button type="button" class="button" on:click=move |_| close.run(())>{words.say(Text::Cancel)}</button>
            <button type="submit" class=format!("button {kind}") disabled=move || *state.read() == Doing::Busy>{words.say(text)}</button>
        </footer>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_that_is_to_blame_says_so_and_no_other_does() {
        let state = Doing::Wrong(Wrong::field("email", "taken"));
        assert_eq!((state.at("email"), state.at("role")), (Some(Text::AddressTaken), None));
        assert_eq!(Doing::Done.at("email"), None);
    }

    #[test]
    fn the_whole_points_to_its_fields_or_says_why() {
        assert_eq!(of_whole(&Wrong::field("email", "taken")), Text::SeeMarked);
        assert_eq!(of_whole(&Wrong::new("last_admin")), Text::AdminIsLast);
        assert_eq!(of_whole(&Wrong::new("in_use")), Text::QueueStillUsed);
    }
}
