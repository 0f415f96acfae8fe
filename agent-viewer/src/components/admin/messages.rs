//! What the widget says first and how it looks (FEATURES WID-13).
use chat_proto::admin::{Field, General, Texts};
use leptos::{ev::SubmitEvent, prelude::*};

use super::{
    controls::{FieldWords, Line},
    mock::{Mock, MockField, colour_of},
    setting::{Foot, Part, Setting, opened},
    texts::{About, AddLanguage, Languages, LocalText, any_of},
};
use crate::{
    i18n::{Text, words},
    net::admin_http,
    state::settings::{ENOUGH_CONTRAST, contrast_with_white},
};

/// Colours that white text is read on.
const PROPOSED: [&str; 6] = ["#1f6fe5", "#5546d6", "#0f766e", "#15803d", "#b45309", "#be123c"];

/// The texts and the colour, beside a drawing of the widget.
#[component]
pub fn MessagesPart(
    /// Which site: its key.
    site: String,
) -> impl IntoView {
    let key = site.clone();
    let ask = |site: String| async move { admin_http::general(&site).await };
    let show = move |setting| view! { <Form site=key.clone() setting/> }.into_any();
    view! { <Part title=Text::SettingsMessages help=Text::SettingsMessagesHelp name="messages">{opened(site, ask, show)}</Part> }
}

#[component]
fn Form(site: String, setting: Setting<General>) -> impl IntoView {
    let words = words();
    let key = StoredValue::new(site);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let put = |it: General| async move { admin_http::save_general(&key.get_value(), &it).await };
        setting.save(put, || {});
    };
    let languages = Languages::of([&setting.now.get_untracked().greeting]);
    let bot = setting.slot("bot_name", |it| it.bot_name.clone(), |it, name| it.bot_name = name);
    let label = Signal::derive(move || words.now(Text::BotName).to_owned());
    let colour = Signal::derive(move || colour_of(&setting.now.read().colour));
    let greeting = move || {
        let it = setting.now.read();
        let text = any_of(&it.greeting, words.language().tag());
        if text.is_empty() { words.now(Text::MockGreeting).to_owned() } else { text }
    };
    let get = |it: &General| it.greeting.clone();
    let put = |it: &mut General, change: &dyn Fn(&mut Texts)| change(&mut it.greeting);
    view! {
        <div class="beside-mock">
            <form class="form" novalidate on:submit=submit>
                <LocalText about=About::line(Text::Greeting, "greeting").rows(2).usual(Signal::stored(Some(Text::MockGreeting))) setting get put languages/>
                <AddLanguage languages/>
                <Line label of=bot hint=Text::BotNameHelp/>
                <Colour setting/>
                <p class="muted">{words.say(Text::OtherTexts)}</p>
                <Foot setting/>
            </form>
            <Mock colour>
                <b class="drawn-greeting">{greeting}</b>
                <p class="drawn-muted">{words.say(Text::MockHint)}</p>
                {move || view! {
                    <MockField label=words.now(Text::MockName).to_owned() field=required()/>
                    <MockField label=words.now(Text::MockEmail).to_owned() field=required()/>
                }}
                <span class="drawn-main">{words.say(Text::MockStart)}</span>
            </Mock>
        </div>
    }
}

/// A field as the usual form has it.
fn required() -> Field {
    Field { required: true, ..Field::default() }
}

/// The accent colour: chosen, proposed or the usual one; with a word where white text is hard to read on it.
#[component]
fn Colour(setting: Setting<General>) -> impl IntoView {
    let words = words();
    let slot = setting.slot("colour", |it| it.colour.clone(), |it, to| it.colour = to);
    let shown = move || colour_of(&slot.value.get());
    let contrast = Memo::new(move |_| contrast_with_white(&shown()));
    let is_weak = Memo::new(move |_| contrast.get().is_some_and(|it| it < ENOUGH_CONTRAST));
    let told = move || {
        let ratio = contrast.get().map(|it| format!("{:.1}", (it * 10.0).floor() / 10.0)).unwrap_or_default();
        let ratio = if words.language().tag() == "fr" { ratio.replace('.', ",") } else { ratio };
        if ratio.is_empty() {
            return String::new();
        }
        words.fill(if is_weak.get() { Text::ContrastWeak } else { Text::ContrastGood }, &[("n", &ratio)])
    };
    let proposal = move |to: &'static str| {
        let on = move || (shown().eq_ignore_ascii_case(to)).to_string();
        view! { <button type="button" class="swatch" style:background=to title=to aria-label=to aria-pressed=on on:click=move |_| slot.set.run(to.to_owned())></button> }
    };
    let invalid = move || slot.fault.get().is_some().to_string();
    view! {
        <div class="field" role="group" aria-label=words.say(Text::AccentColour)><span>{words.say(Text::AccentColour)}</span>
            <div class="colours">
                <input name="colour" type="color" aria-label=words.say(Text::AccentColour) prop:value=shown on:input=move |event| slot.set.run(event_target_value(&event))/>
                <input name="colour-text" class="colour-text" aria-label=words.say(Text::ColourInFigures) placeholder="#1f6fe5" spellcheck="false" autocomplete="off" aria-invalid=invalid aria-describedby="wrong-colour"
                    prop:value=slot.value on:input=move |event| slot.set.run(event_target_value(&event).trim().to_owned())/>
                {PROPOSED.map(proposal)}
            </div>
            <p class="contrast" class:weak=move || is_weak.get() role="status">{told}</p>
            <FieldWords fault=slot.fault id="wrong-colour".to_owned()/></div>
    }
}
