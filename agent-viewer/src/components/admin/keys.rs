//! Keys that a site signs its visitors' identities with; for admins.
use chat_proto::admin::SiteKey;
use icondata_lu as lu;
use leptos::{ev::SubmitEvent, prelude::*};

use super::{
    faults::{DoFoot, Doing, Outcome, act},
    setting::{Part, load, loaded},
};
use crate::{
    app::Accounts,
    browser,
    chat::Loaded,
    components::{chat::modal::Modal, copy_button::CopyButton, icon::Icon},
    i18n::{Text, words},
    net::site_http,
};

/// Most keys at a time, as the server has it.
const MOST: usize = 2;

/// What the lines share.
#[derive(Clone, Copy)]
struct Page {
    site: StoredValue<String>,
    /// The key that was just made; its secret is shown while the page stands.
    made: RwSignal<Option<SiteKey>>,
    deleting: RwSignal<Option<String>>,
    again: Callback<()>,
}

/// The keys of a site.
#[component]
pub fn Keys(
    /// Which site: its key.
    site: String,
) -> impl IntoView {
    let words = words();
    let accounts = expect_context::<Accounts>();
    let is_admin = Memo::new(move |_| accounts.is_admin());
    let site = StoredValue::new(site);
    view! {
        <Part title=Text::Keys help=Text::KeysHelp name="keys">
            <p class="key-why">{words.say(Text::KeysWhy)}</p>
            <Show when=move || is_admin.get() fallback=move || view! { <p class="muted">{words.say(Text::KeysOnlyAdmins)}</p> }>
                <Own site/>
            </Show>
            <HowTo site/>
        </Part>
    }
}

#[component]
fn Own(site: StoredValue<String>) -> impl IntoView {
    let words = words();
    let (keys, state) = (RwSignal::new(Loaded::Not), RwSignal::new(Doing::Idle));
    let again = Callback::new(move |()| load(keys, async move { site_http::keys(&site.get_value()).await }));
    again.run(());
    let page = Page { site, made: RwSignal::new(None), deleting: RwSignal::new(None), again };
    let make = move |_| {
        act(state, async move { site_http::add_key(&site.get_value()).await }, move |it| {
            page.made.set(Some(it));
            state.set(Doing::Idle);
            again.run(());
        });
    };
    let full = move || matches!(&*keys.read(), Loaded::Here(all) if MOST <= all.len());
    let show = move |all: Vec<SiteKey>| {
        let none = all.is_empty().then(|| view! { <p class="muted">{words.say(Text::NoKeys)}</p> });
        let lines = all.into_iter().map(|it| view! { <KeyLine it page/> }).collect_view();
        view! { {none} <ul class="key-list">{lines}</ul> }.into_any()
    };
    view! {
        {loaded(keys, show)}
        {move || page.made.get().map(|it| view! { <Secret it/> })}
        <div class="key-make">
            <button type="button" class="button" data-do="make-key" disabled=move || full() || *state.read() == Doing::Busy on:click=make>
                <Icon icon=lu::LuKeyRound/> {words.say(Text::MakeKey)}</button>
            <Show when=full><span class="muted">{words.say(Text::TwoKeys)}</span></Show>
            <Outcome state/>
        </div>
        {move || page.deleting.get().map(|kid| view! { <DeleteDialog page kid/> })}
    }
}

#[component]
fn KeyLine(it: SiteKey, page: Page) -> impl IntoView {
    let words = words();
    let SiteKey { kid, created, .. } = it;
    let since = move || {
        words.fill(Text::KeySince, &[("time", &browser::exact_time(created as f64, words.language().tag()))])
    };
    let named = kid.clone();
    let label = move || words.fill(Text::DeleteKeyOf, &[("kid", &named)]);
    let (shown, key) = (kid.clone(), kid.clone());
    view! {
        <li class="key-line" data-kid=key>
            <code>{shown}</code> <span class="muted">{since}</span>
            <button type="button" class="button quiet square" data-do="delete-key" title=label.clone() aria-label=label
                on:click=move |_| page.deleting.set(Some(kid.clone()))><Icon icon=lu::LuTrash2/></button>
        </li>
    }
}

/// The secret, once.
#[component]
fn Secret(it: SiteKey) -> impl IntoView {
    let words = words();
    view! {
        <div class="key-secret" role="status">
            <strong>{words.say(Text::KeyMade)}</strong>
            <div class="once"><output class="once-text" data-secret=it.kid>{it.secret.clone()}</output>
                <CopyButton text=Signal::stored(it.secret) label=Text::CopySecret/></div>
            <p class="muted">{words.say(Text::KeyMadeHelp)}</p>
        </div>
    }
}

#[component]
fn DeleteDialog(page: Page, kid: String) -> impl IntoView {
    let words = words();
    let state = RwSignal::new(Doing::Idle);
    let named = kid.clone();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let (site, kid) = (page.site.get_value(), kid.clone());
        act(state, async move { site_http::delete_key(&site, &kid).await }, move |()| {
            page.deleting.set(None);
            page.made.set(None);
            page.again.run(());
        });
    };
    let close = Callback::new(move |()| page.deleting.set(None));
    view! {
        <Modal title=Text::DeleteKey close>
            <form class="form" on:submit=submit>
                <p>{move || words.fill(Text::DeleteKeyHelp, &[("kid", &named)])}</p>
                <DoFoot state text=Text::DeleteKey kind="danger" close/>
            </form>
        </Modal>
    }
}

/// What a site's server and pages do with a key.
#[component]
fn HowTo(site: StoredValue<String>) -> impl IntoView {
    let words = words();
    let token = format!(
        "{{ \"alg\": \"HS256\", \"kid\": \"…\" }}\n{{ \"aud\": \"{}\", \"sub\": \"customer-4711\", \"exp\": 1790000000 }}",
        site.get_value()
    );
    view! {
        <details class="key-how"><summary>{words.say(Text::KeysHow)}</summary>
            <ol>
                <li><p>{words.say(Text::KeysStepSign)}</p><pre><code>{token}</code></pre>
                    <p class="muted">{words.say(Text::KeysStepBytes)}</p></li>
                <li><p>{words.say(Text::KeysStepTell)}</p><pre><code>"Tandem.identify(token);"</code></pre></li>
            </ol>
        </details>
    }
}
