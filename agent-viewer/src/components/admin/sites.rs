//! Which sites there are, and whose pages may show their widget; admins change them.
mod origins;

use icondata_lu as lu;
use leptos::{ev::SubmitEvent, prelude::*};

use self::origins::{Origins, key_of};
use super::{
    faults::{Doing, FieldFault, Outcome, act},
    setting::Part,
    several::{Several, after},
    unsaved::watch_unsaved,
};
use crate::{
    app::Accounts,
    chat::chat,
    components::icon::Icon,
    i18n::{Text, words},
    net::accounts_http::{self, Site},
};

/// All sites of this admin, and the form that adds one.
#[component]
pub fn Sites() -> impl IntoView {
    let accounts = expect_context::<Accounts>();
    let is_admin = Memo::new(move |_| accounts.is_admin());
    let (sites, chat) = (Several::new(accounts_http::sites), chat());
    let again = Callback::new(move |()| {
        sites.again();
        // Desks learn of sites as they come.
        chat.renew();
    });
    let show = move || {
        let open = untrack(|| sites.all().len()) == 1;
        let keys = move || sites.all().into_iter().map(|it| it.key).collect::<Vec<_>>();
        let one = move |key| view! { <OneSite key=StoredValue::new(key) sites again is_admin open/> };
        view! {
            <For each=keys key=Clone::clone children=one/>
            <Show when=move || is_admin.get()><NewSite again/></Show>
        }
        .into_any()
    };
    view! { <Part title=Text::SitesTitle help=Text::SitesHelp name="sites">{sites.shown(show)}</Part> }
}

#[component]
fn OneSite(
    key: StoredValue<String>,
    sites: Several<Site>,
    again: Callback<()>,
    is_admin: Memo<bool>,
    open: bool,
) -> impl IntoView {
    let now = Memo::new(move |_| sites.find(|it| key.with_value(|key| it.key == *key)).unwrap_or_default());
    let pages = move || now.read().origins.join(", ");
    view! {
        <details class="site-fold" open=open data-key=key.get_value()>
            <summary><strong>{move || now.read().name.clone()}</strong> <code class="muted">{key.get_value()}</code></summary>
            {move || if is_admin.get() {
                view! { <Change now again/> }.into_any()
            } else {
                view! { <p class="muted">{pages}</p> }.into_any()
            }}
        </details>
    }
}

#[component]
fn Change(now: Memo<Site>, again: Callback<()>) -> impl IntoView {
    let words = words();
    let (it, state) = (now.get_untracked(), RwSignal::new(Doing::Idle));
    let (key, kept) = (it.key.clone(), RwSignal::new(it.clone()));
    let (name, origins) = (RwSignal::new(it.name), RwSignal::new(it.origins));
    Effect::new(move |_| {
        let (now, before) = (now.get(), kept.get_untracked());
        name.update(|it| *it = after(std::mem::take(it), &before.name, now.name.clone()));
        origins.update(|it| *it = after(std::mem::take(it), &before.origins, now.origins.clone()));
        kept.set(now);
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let site = Site { key: key.clone(), name: name.get_untracked(), origins: origins.get_untracked() };
        let sent = site.clone();
        act(state, async move { accounts_http::change_site(&site).await }, move |()| {
            kept.set(sent);
            let _ = again.try_run(());
        });
    };
    let loses = move || {
        let now = origins.read();
        kept.read().origins.iter().any(|it| !now.contains(it))
    };
    let changed = Memo::new(move |_| {
        let kept = kept.read();
        *name.read() != kept.name || *origins.read() != kept.origins
    });
    watch_unsaved(changed.into());
    view! {
        <form class="form" on:submit=submit>
            <NameField name state/>
            <Origins origins state/>
            <Show when=loses><p class="notice-line">{words.say(Text::RemoveOriginHelp)}</p></Show>
            <footer class="setting-foot">
                <button type="submit" class="button primary" disabled=move || !changed.get() || *state.read() == Doing::Busy>{words.say(Text::Save)}</button>
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
        act(state, async move { accounts_http::add_site(&site).await }, move |()| {
            // The words that it is there stay; the form is ready for another one.
            name.set(String::new());
            key.set(None);
            origins.set(Vec::new());
            let _ = again.try_run(());
        });
    };
    let typed = move || !name.read().is_empty() || key.read().is_some() || !origins.read().is_empty();
    watch_unsaved(Signal::derive(typed));
    let write = move |event| {
        key.set(Some(event_target_value(&event)));
        state.set(Doing::Idle);
    };
    view! {
        <details class="site-fold site-new" data-key="">
            <summary><Icon icon=lu::LuPlus/> {words.say(Text::NewSite)}</summary>
            <form class="form" class:fresh=move || !typed() on:submit=submit>
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
