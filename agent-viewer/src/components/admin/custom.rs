//! What the site's script may tell of visitors (FEATURES INF-13).
use chat_proto::admin::{Custom, Texts};
use icondata_lu as lu;
use leptos::{ev::SubmitEvent, prelude::*};

use super::{
    controls::{FieldWords, Line, Pick, RowButtons},
    setting::{Foot, Part, Setting, opened},
    texts::{About, AddLanguage, Languages, LocalText},
};
use crate::{
    browser,
    components::{copy_button::CopyButton, icon::Icon},
    i18n::{Text, words},
    net::admin_http,
    state::settings::shifted,
};

/// What a value can be.
const KINDS: [(&str, Text); 5] = [
    ("text", Text::KindShort),
    ("number", Text::KindNumber),
    ("money", Text::KindMoney),
    ("date", Text::KindDate),
    ("url", Text::KindUrl),
];

/// The definitions, and the line of script that tells values.
#[component]
pub fn CustomPart(
    /// Which site: its key.
    site: String,
) -> impl IntoView {
    let key = site.clone();
    let ask = |site: String| async move { admin_http::custom(&site).await };
    let show = move |setting| view! { <Form site=key.clone() setting/> }.into_any();
    view! { <Part title=Text::SettingsCustom help=Text::SettingsCustomHelp name="custom">{opened(site, ask, show)}</Part> }
}

/// The line of a page's script that tells a value of each key.
fn script(all: &[Custom]) -> String {
    let value = |kind: &str| match kind {
        "number" => "3",
        "money" => "\"129.90 EUR\"",
        "date" => "\"2026-11-21\"",
        "url" => "\"https://shop.example/orders/1042\"",
        _ => "\"…\"",
    };
    let named = all.iter().filter(|it| !it.key.is_empty());
    let parts: Vec<_> = named.map(|it| format!("{}: {}", it.key, value(&it.kind))).collect();
    format!("Tandem.setCustomData({{ {} }});", parts.join(", "))
}

#[component]
fn Form(site: String, setting: Setting<Vec<Custom>>) -> impl IntoView {
    let words = words();
    let key = StoredValue::new(site);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let put = |it: Vec<Custom>| async move { admin_http::save_custom(&key.get_value(), &it).await };
        setting.save(put, || {});
    };
    let languages = Languages::of(setting.now.read_untracked().iter().map(|it| &it.label));
    let count = Memo::new(move |_| setting.now.read().len());
    let many = setting.fault("custom".to_owned());
    let add = move |_| {
        setting.reshape(|it| it.push(Custom { kind: "text".into(), ..Custom::default() }));
        let last = count.get_untracked().saturating_sub(1);
        request_animation_frame(move || browser::focus_on(&format!("[name='{last}.key']")));
    };
    let script = Signal::derive(move || script(&setting.now.read()));
    view! {
        <form class="form" novalidate on:submit=submit>
            <Show when=move || count.get() == 0><p class="muted nothing-yet">{words.say(Text::NoCustom)}</p></Show>
            <For each=move || 0..count.get() key=|at| *at let:at><Row setting languages at count=count.into()/></For>
            <FieldWords fault=many id="wrong-custom".to_owned()/>
            <div class="line-of-buttons"><button type="button" class="button" id="custom-add" on:click=add><Icon icon=lu::LuPlus/> {words.say(Text::AddCustom)}</button> <AddLanguage languages/></div>
            <Show when=move || 0 < count.get()>
                <p class="muted">{words.say(Text::CustomScript)}</p>
                <div class="snippet"><pre><code>{script}</code></pre> <CopyButton text=script label=Text::CopyCode/></div>
            </Show>
            <Foot setting/>
        </form>
    }
}

#[component]
fn Row(
    setting: Setting<Vec<Custom>>,
    languages: Languages,
    at: usize,
    count: Signal<usize>,
) -> impl IntoView {
    let words = words();
    let one = move |it: &Vec<Custom>| it.get(at).cloned().unwrap_or_default();
    let key = setting.slot(
        format!("{at}.key"),
        move |it| one(it).key,
        move |it, to: String| {
            if let Some(it) = it.get_mut(at) {
                it.key = to;
            }
        },
    );
    let kind = setting.slot(
        format!("{at}.kind"),
        move |it| one(it).kind,
        move |it, to: String| {
            if let Some(it) = it.get_mut(at) {
                it.kind = to;
            }
        },
    );
    let kinds = Signal::derive(move || {
        KINDS.map(|(key, text)| (key.to_owned(), words.now(text).to_owned())).to_vec()
    });
    let label = move |text: Text| Signal::derive(move || words.now(text).to_owned());
    let put = move |it: &mut Vec<Custom>, change: &dyn Fn(&mut Texts)| {
        if let Some(it) = it.get_mut(at) {
            change(&mut it.label);
        }
    };
    let get = move |it: &Vec<Custom>| one(it).label;
    let shift = move |by| setting.reshape(|it| _ = shifted(it, at, by));
    let remove = move |()| {
        setting.reshape(|it| {
            if at < it.len() {
                it.remove(at);
            }
        });
    };
    view! {
        <div class="row-card" data-custom=at>
            <div class="row-top"><Line label=label(Text::CustomKey) of=key/> <Pick label=label(Text::FieldKind) of=kind from=kinds/>
                <RowButtons of="custom" at count shift remove/></div>
            <LocalText about=About::line(Text::CustomLabel, format!("{at}.label")) setting get put languages/>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // shows: INF-13
    #[test]
    fn the_script_tells_a_value_of_each_kind() {
        let custom =
            |key: &str, kind: &str| Custom { key: key.into(), kind: kind.into(), ..Custom::default() };
        let all = [custom("basket", "money"), custom("", "text"), custom("visits", "number")];
        assert_eq!(script(&all), "Tandem.setCustomData({ basket: \"129.90 EUR\", visits: 3 });");
    }
}
