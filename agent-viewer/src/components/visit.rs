//! What is known of a visit: the current page and the visitor's browser. No content of the page.
use std::sync::Arc;

use cobrowse_core::wire::desk::VisitorRow;
use icondata_lu as lu;
use leptos::prelude::*;

use super::{copy_button::CopyButton, icon::Icon};
use crate::{
    browser,
    i18n::{Text, Words, words},
    pages::desk::Desk,
    state::visitors::address,
};

type Row = Memo<Option<Arc<VisitorRow>>>;

/// The cards below the visitor's name.
#[component]
pub fn Visit(
    /// The visitor.
    row: Row,
) -> impl IntoView {
    view! {
        <div class="cards">
            <CurrentPage row/>
            <ThisVisit row/>
            <HowItGoes/>
        </div>
    }
}

#[component]
fn CurrentPage(row: Row) -> impl IntoView {
    let words = words();
    let whole = move || row.read().as_ref().and_then(|row| address(row));
    let shown = move || row.read().as_ref().map(|row| format!("{}{}", row.origin, row.path));
    view! {
        <section class="card">
            <h3>{words.say(Text::CurrentPage)}</h3>
            <div class="address">
                <Icon icon=lu::LuGlobe/>
                <span class="address-text">{shown}</span>
                <CopyButton text=Signal::derive(move || shown().unwrap_or_default())/>
            </div>
            <Show when=move || whole().is_some()>
                <div class="card-foot">
                    <a class="button" target="_blank" rel="noopener noreferrer" href=move || whole().unwrap_or_default()>
                        <Icon icon=lu::LuExternalLink/> {words.say(Text::OpenPage)}
                    </a>
                    <p class="muted">{words.say(Text::OpenPageHelp)}</p>
                </div>
            </Show>
        </section>
    }
}

#[component]
fn ThisVisit(row: Row) -> impl IntoView {
    let (words, desk) = (words(), expect_context::<Desk>());
    let of = move |read: fn(&VisitorRow) -> String| row.read().as_ref().map(|row| read(row));
    let age = move || row.read().as_ref().map(|row| words.ago(desk.age(row.since_ms)));
    let exact = move || {
        row.read().as_ref().map(|row| browser::exact_time(row.since_ms as f64, words.language().tag()))
    };
    view! {
        <section class="card">
            <h3>{words.say(Text::ThisVisit)}</h3>
            <dl class="facts">
                <dt>{words.say(Text::Site)}</dt><dd>{move || of(|row| row.site.clone())}</dd>
                <dt>{words.say(Text::Browser)}</dt><dd>{move || of(|row| row.browser.clone()).map(|browser| browser_name(words, &browser))}</dd>
                <dt>{words.say(Text::PageLanguage)}</dt><dd>{move || of(|row| row.lang.clone())}</dd>
                <dt>{words.say(Text::Arrived)}</dt><dd title=exact>{age}</dd>
            </dl>
        </section>
    }
}

/// The server says `Firefox on Linux`, and names alone where it knows one of the two.
fn browser_name(words: Words, told: &str) -> String {
    match told.split_once(" on ") {
        Some((browser, system)) => words.fill(Text::BrowserOn, &[("browser", browser), ("system", system)]),
        None if told == "Browser" => words.now(Text::Browser).to_owned(),
        None => told.to_owned(),
    }
}

#[component]
fn HowItGoes() -> impl IntoView {
    let words = words();
    view! {
        <section class="card steps">
            <h3>{words.say(Text::HowItGoes)}</h3>
            <ol>
                <li>{words.say(Text::StepAsk)}</li>
                <li>{words.say(Text::StepSee)}</li>
                <li>{words.say(Text::StepStop)}</li>
            </ol>
            <p class="muted"><Icon icon=lu::LuShieldCheck/> {words.say(Text::NeverSeen)}</p>
        </section>
    }
}
