//! How else to get in touch while nobody is there, and how the widget shows it.
use chat_proto::admin::{Hours, Texts, Way};
use icondata_lu as lu;
use leptos::prelude::*;

use crate::{
    browser,
    components::{
        admin::{
            controls::{Line, Pick, RowButtons},
            mock::{Mock, colour_of},
            setting::Setting,
            texts::{About, Languages, LocalText, any_of},
        },
        icon::Icon,
    },
    i18n::{Text, words},
    state::settings::{Piece, pieces, shifted},
};

/// What a way can be.
const KINDS: [(&str, Text); 4] =
    [("email", Text::WayEmail), ("phone", Text::WayPhone), ("link", Text::WayLink), ("form", Text::WayForm)];

/// The ways, in their order.
#[component]
pub fn Ways(
    /// The hours.
    setting: Setting<Hours>,
    /// The form's languages.
    languages: Languages,
) -> impl IntoView {
    let words = words();
    let count = Memo::new(move |_| setting.now.read().ways.len());
    let add = move |_| {
        setting.reshape(|it| it.ways.push(Way { kind: "email".into(), ..Way::default() }));
        let last = count.get_untracked().saturating_sub(1);
        request_animation_frame(move || browser::focus_on(&format!("[name='ways.{last}.kind']")));
    };
    view! {
        <fieldset class="rows-of"><legend>{words.say(Text::WaysOf)}</legend>
            <For each=move || 0..count.get() key=|at| *at let:at><WayRow setting languages at count=count.into()/></For>
            <button type="button" class="button" id="ways-add" on:click=add><Icon icon=lu::LuPlus/> {words.say(Text::AddWay)}</button>
        </fieldset>
    }
}

#[component]
fn WayRow(setting: Setting<Hours>, languages: Languages, at: usize, count: Signal<usize>) -> impl IntoView {
    let words = words();
    let one = move |it: &Hours| it.ways.get(at).cloned().unwrap_or_default();
    let kind = setting.slot(
        format!("ways.{at}.kind"),
        move |it| one(it).kind,
        move |it, to: String| {
            if let Some(way) = it.ways.get_mut(at) {
                if to == "form" {
                    way.value.clear();
                }
                way.kind = to;
            }
        },
    );
    let value = setting.slot(
        format!("ways.{at}.value"),
        move |it| one(it).value,
        move |it, to| {
            if let Some(way) = it.ways.get_mut(at) {
                way.value = to;
            }
        },
    );
    let kinds = Signal::derive(move || {
        KINDS.map(|(key, text)| (key.to_owned(), words.now(text).to_owned())).to_vec()
    });
    let label = move |text: Text| Signal::derive(move || words.now(text).to_owned());
    let wanted = Signal::derive(move || {
        let text = match kind.value.get().as_str() {
            "phone" => Text::WayPhoneValue,
            "link" => Text::WayLinkValue,
            _ => Text::WayEmailValue,
        };
        words.now(text).to_owned()
    });
    let get = move |it: &Hours| one(it).label;
    let shift = move |by| setting.reshape(|it| _ = shifted(&mut it.ways, at, by));
    let remove = move |()| {
        setting.reshape(|it| {
            if at < it.ways.len() {
                it.ways.remove(at);
            }
        });
    };
    let put = move |it: &mut Hours, change: &dyn Fn(&mut Texts)| {
        if let Some(way) = it.ways.get_mut(at) {
            change(&mut way.label);
        }
    };
    view! {
        <div class="row-card" data-way=at>
            <div class="row-top"><Pick label=label(Text::WayKind) of=kind from=kinds/>
                <Show when=move || *kind.value.read() != "form"><Line label=wanted of=value/></Show>
                <RowButtons of="ways" at count shift remove/></div>
            <LocalText about=About::line(Text::WayLabel, format!("ways.{at}.label")) setting get put languages/>
        </div>
    }
}

/// What a visitor sees outside opening hours.
#[component]
pub fn ClosedMock(
    /// The hours.
    setting: Setting<Hours>,
) -> impl IntoView {
    let words = words();
    let message = move || {
        let text = any_of(&setting.now.read().message, words.language().tag());
        let text = if text.is_empty() { words.now(Text::MockClosed).to_owned() } else { text };
        let piece = |it| match it {
            Piece::Text(text) => view! { <span>{text}</span> }.into_any(),
            Piece::Link(text, to) => view! { <u title=to>{text}</u> }.into_any(),
        };
        pieces(&text).into_iter().map(piece).collect_view()
    };
    let ways = move || {
        let all = setting.now.read().ways.clone();
        all.into_iter()
            .map(|it| {
                let icon = match it.kind.as_str() {
                    "email" => lu::LuMail,
                    "phone" => lu::LuPhone,
                    "link" => lu::LuExternalLink,
                    _ => lu::LuPencil,
                };
                let label = any_of(&it.label, words.language().tag());
                let shown = if label.is_empty() { it.value } else { label };
                view! { <span class="drawn-way"><Icon icon/> {shown}</span> }
            })
            .collect_view()
    };
    view! {
        <Mock colour=Signal::derive(|| colour_of(""))>
            <p class="drawn-notice">{message}</p>
            {ways}
        </Mock>
    }
}
