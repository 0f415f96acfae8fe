//! Corrects what is known of a visitor.
use chat_proto::Form;
use leptos::{ev::SubmitEvent, prelude::*};
use wasm_bindgen_futures::spawn_local;

use super::{message::field_label, modal::Modal, sending::Foot};
use crate::{
    chat::{Loaded, chat},
    i18n::{Text, words},
    net::{chat_http, http::HttpError},
    pages::chats::ui,
};

/// The usual fields, in order; what else is known follows (FEATURES CRM-03).
const FIELDS: [&str; 10] =
    ["name", "email", "phone", "company", "title", "address", "city", "country", "website", "lang"];

/// A field for each thing that can be known.
#[component]
pub fn ProfileDialog() -> impl IntoView {
    let (words, chat, ui) = (words(), chat(), ui());
    let (id, profile) = match chat.visitor.get_untracked() {
        Loaded::Here(visitor) => (visitor.id, visitor.profile),
        Loaded::Not | Loaded::Loading | Loaded::Failed => (0, Form::new()),
    };
    let others: Vec<String> = profile.keys().filter(|key| !FIELDS.contains(&key.as_str())).cloned().collect();
    let (profile, busy, wrong) = (RwSignal::new(profile), RwSignal::new(false), RwSignal::new(None::<Text>));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        busy.set(true);
        spawn_local(async move {
            match chat_http::save_profile(id, &profile.get_untracked()).await {
                Ok(()) => {
                    ui.dialog.set(None);
                    if let Some(conv) = ui.open.get_untracked() {
                        chat.load_visitor(conv);
                    }
                }
                Err(HttpError::Refused(code)) if code == "form" => wrong.set(Some(Text::ProfileWrong)),
                Err(_) => wrong.set(Some(Text::FaultOther)),
            }
            busy.set(false);
        });
    };
    let field = move |key: String| {
        let value = profile.read_untracked().get(&key).cloned().unwrap_or_default();
        let (kind, label, name) = (kind(&key), key.clone(), key.clone());
        let change = move |event| {
            profile.update(|profile| drop(profile.insert(key.clone(), event_target_value(&event))))
        };
        view! {
            <label class="field"><span>{move || field_label(&label, words)}</span>
                <input name=name type=kind maxlength="300" prop:value=value on:input=change/></label>
        }
    };
    view! {
        <Modal title=Text::EditProfile close=move || ui.dialog.set(None) kind="wide">
            <form class="form" on:submit=submit>
                <div class="field-grid">{FIELDS.map(|key| field(key.to_owned()))} {others.into_iter().map(field).collect_view()}</div>
                <p class="field-error" role="alert">{move || wrong.get().map(|text| words.now(text))}</p>
                <Foot text=Text::Save disabled=busy/>
            </form>
        </Modal>
    }
}

fn kind(key: &str) -> &'static str {
    match key {
        "email" => "email",
        "phone" => "tel",
        _ => "text",
    }
}
