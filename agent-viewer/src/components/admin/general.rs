//! What holds for the whole site.
use chat_proto::admin::General;
use leptos::{ev::SubmitEvent, prelude::*};

use super::setting::{Part, SaveFoot, Saving, load, loaded, save};
use crate::{
    chat::Loaded,
    i18n::{Text, words},
    net::admin_http,
};

/// The widget's looks and words, and the rules of closing.
#[component]
pub fn GeneralPart(
    /// Which site: its key.
    site: String,
) -> impl IntoView {
    let general = RwSignal::new(Loaded::Not);
    let key = site.clone();
    load(general, async move { admin_http::general(&key).await });
    let show = move |it: General| view! { <Form site=site.clone() it/> }.into_any();
    view! { <Part title=Text::SettingsGeneral help=Text::SettingsGeneralHelp name="general">{loaded(general, show)}</Part> }
}

#[component]
fn Form(site: String, it: General) -> impl IntoView {
    let words = words();
    let (it, state) = (RwSignal::new(it), RwSignal::new(Saving::Idle));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let (site, general) = (site.clone(), it.get_untracked());
        save(state, async move { admin_http::save_general(&site, &general).await }, || {});
    };
    let greeting = move |lang: &'static str, label: Text| {
        let value = it.read_untracked().greeting.get(lang).cloned().unwrap_or_default();
        let change = move |event| {
            it.update(|it| {
                let text = event_target_value(&event);
                if text.trim().is_empty() {
                    it.greeting.remove(lang)
                } else {
                    it.greeting.insert(lang.to_owned(), text)
                };
            })
        };
        view! {
            <label class="field"><span>{words.say(label)}</span>
                <textarea name=format!("greeting-{lang}") rows="2" maxlength="500" prop:value=value on:input=change></textarea></label>
        }
    };
    let colour = move || {
        let colour = it.read().colour.clone();
        if colour.is_empty() { "#1f6fe5".to_owned() } else { colour }
    };
    view! {
        <form class="form" on:submit=submit on:input=move |_| state.set(Saving::Idle)>
            <div class="field-grid">{greeting("fr", Text::GreetingFrench)} {greeting("en", Text::GreetingEnglish)}</div>
            <div class="field-grid">
                <label class="field"><span>{words.say(Text::BotName)}</span>
                    <input name="bot" maxlength="60" prop:value=it.get_untracked().bot_name on:input=move |event| it.update(|it| it.bot_name = event_target_value(&event))/></label>
                <label class="field colour-field"><span>{words.say(Text::AccentColour)}</span>
                    <input name="colour" type="color" prop:value=colour on:input=move |event| it.update(|it| it.colour = event_target_value(&event))/></label>
            </div>
            <Preview it colour=Signal::derive(colour)/>
            <Switch name="tag-required" label=Text::ClosingWantsTag on=Signal::derive(move || it.read().tag_required) set=move |on| it.update(|it| it.tag_required = on)/>
            <Switch name="reopening" label=Text::MayReopen on=Signal::derive(move || it.read().reopening) set=move |on| it.update(|it| it.reopening = on)/>
            <Switch name="presence" label=Text::PresenceEverywhere on=Signal::derive(move || it.read().presence) set=move |on| it.update(|it| it.presence = on)/>
            <SaveFoot state/>
        </form>
    }
}

#[component]
fn Switch(
    name: &'static str,
    label: Text,
    on: Signal<bool>,
    #[prop(into)] set: Callback<bool>,
) -> impl IntoView {
    let words = words();
    view! {
        <label class="check"><input type="checkbox" name=name prop:checked=on on:change=move |event| set.run(event_target_checked(&event))/>
            <span>{words.say(label)}</span></label>
    }
}

/// How the widget's window begins with these.
#[component]
fn Preview(it: RwSignal<General>, colour: Signal<String>) -> impl IntoView {
    let words = words();
    let greeting = move || {
        let it = it.read();
        it.greeting
            .get(words.language().tag())
            .or_else(|| it.greeting.values().next())
            .cloned()
            .unwrap_or_default()
    };
    view! {
        <div class="widget-preview" aria-label=words.say(Text::Preview) role="img">
            <span class="widget-preview-top" style:background=colour>{move || it.read().bot_name.clone()}</span>
            <p>{greeting}</p>
            <span class="widget-preview-bubble" style:background=colour></span>
        </div>
    }
}
