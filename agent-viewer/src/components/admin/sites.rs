//! Which sites there are, and whose pages may show their widget; admins change them.
mod origins;

use icondata_lu as lu;
use leptos::{ev::SubmitEvent, prelude::*};

use self::origins::{Origins, key_of};
use super::{
    faults::{Doing, FieldFault, Outcome, act},
    setting::{Part, load, loaded},
};
use crate::{
    app::Accounts,
    chat::{Loaded, chat},
    components::icon::Icon,
    i18n::{Text, words},
    net::accounts_http::{self, Site},
};

/// All sites of this admin, and the form that adds one.
#[component]
pub fn Sites() -> impl IntoView {
    let accounts = expect_context::<Accounts>();
    let is_admin = Memo::new(move |_| accounts.is_admin());
    let sites = RwSignal::new(Loaded::Not);
    let chat = chat();
    load(sites, accounts_http::sites());
    let again = Callback::new(move |()| {
        load(sites, accounts_http::sites());
        // Desks learn of sites as they come.
        chat.renew();
    });
    let show = move |all: Vec<Site>| {
        let alone = all.len() == 1;
        let lines =
            all.into_iter().map(|it| view! { <OneSite it again is_admin open=alone/> }).collect_view();
        view! {
            {lines}
            <Show when=move || is_admin.get()><NewSite again/></Show>
        }
        .into_any()
    };
    view! { <Part title=Text::SitesTitle help=Text::SitesHelp name="sites">{loaded(sites, show)}</Part> }
}

#[component]
fn OneSite(it: Site, again: Callback<()>, is_admin: Memo<bool>, open: bool) -> impl IntoView {
    let Site { key, name, origins } = it.clone();
    let (pages, shown) = (origins.join(", "), key.clone());
    view! {
        <details class="site-fold" open=open data-key=key>
            <summary><strong>{name}</strong> <code class="muted">{shown}</code></summary>
            {move || if is_admin.get() {
                view! { <Change it=it.clone() again/> }.into_any()
            } else {
                view! { <p class="muted">{pages.clone()}</p> }.into_any()
            }}
        </details>
    }
}

#[component]
fn Change(it: Site, again: Callback<()>) -> impl IntoView {
    let words = words();
    let (key, state) = (it.key, RwSignal::new(Doing::Idle));
    let before = StoredValue::new((it.name.clone(), it.origins.clone()));
    let (name, origins) = (RwSignal::new(it.name), RwSignal::new(it.origins));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let site = Site { key: key.clone(), name: name.get_untracked(), origins: origins.get_untracked() };
        act(state, async move { accounts_http::change_site(&site).await }, move |()| again.run(()));
    };
    let loses = move || {
        let now = origins.read();
        before.with_value(|(_, before)| before.iter().any(|it| !now.contains(it)))
    };
    let changed = move || {
        let now = (name.get(), origins.get());
        before.with_value(|before| *before != now)
    };
    super::unsaved::watch_unsaved(Signal::derive(changed));
    view! {
        <form class="form" on:submit=submit>
            <NameField name state/>
            <Origins origins state/>
            <Show when=loses><p class="notice-line">{words.say(Text::RemoveOriginHelp)}</p></Show>
            <footer class="setting-foot">
                <button type="submit" class="button primary" disabled=move || !changed() || *state.read() == Doing::Busy>{words.say(Text::Save)}</button>
                <Outcome state/>
            </footer>
        </form>
    }
}

#[component]
fn NameField(name: RwSignal<String>, state: RwSignal<Doing>) -> impl IntoView {
    let words = words();
    let change = move |event| {
        name.set(event_target_value(&event));
        state.set(Doing::Idle);
    };
    view! {
        <label class="field"><span>{words.say(Text::SiteName)}</span>
            <input name="name" required maxlength="100" prop:value=name on:input=change/>
            <FieldFault state name="name"/></label>
    }
}

#[component]
fn NewSite(again: Callback<()>) -> impl IntoView {
    let words = words();
    let state = RwSignal::new(Doing::Idle);
    let (name, key, origins) =
        (RwSignal::new(String::new()), RwSignal::new(None::<String>), RwSignal::new(Vec::new()));
    // Until somebody writes another one, the key follows the name.
    let shown = Memo::new(move |_| key.get().unwrap_or_else(|| key_of(&name.read())));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let site =
            Site { key: shown.get_untracked(), name: name.get_untracked(), origins: origins.get_untracked() };
        act(state, async move { accounts_http::add_site(&site).await }, move |()| again.run(()));
    };
    let write = move |event| {
        key.set(Some(event_target_value(&event)));
        state.set(Doing::Idle);
    };
    view! {
        <details class="site-fold site-new" data-key="">
            <summary><Icon icon=lu::LuPlus/> {words.say(Text::NewSite)}</summary>
            <form class="form" on:submit=submit>
                <div class="field-grid">
                    <NameField name state/>
                    <label class="field"><span>{words.say(Text::SiteKeyName)}</span>
                        <input name="key" required maxlength="64" pattern="[a-z0-9\\-]+" autocapitalize="none" spellcheck="false" prop:value=shown on:input=write/>
                        <FieldFault state name="key"/>
                        <small class="muted">{words.say(Text::SiteKeyHelp)}</small></label>
                </div>
                <Origins origins state/>
                <footer class="setting-foot">
                    <button type="submit" class="button primary" disabled=move || *state.read() == Doing::Busy>{words.say(Text::NewSite)}</button>
                    <Outcome state done=Text::SiteAdded/>
                </footer>
            </form>
        </details>
    }
}
