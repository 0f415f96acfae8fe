//! The code that a site's pages hold (FEATURES WID-03, WID-04).
use chat_proto::admin::Snippet;
use icondata_lu as lu;
use leptos::prelude::*;

use super::setting::{Part, load, loaded};
use crate::{
    browser,
    chat::{Loaded, chat},
    components::{copy_button::CopyButton, icon::Icon},
    i18n::{Text, words},
    net::{accounts_http, admin_http},
    state::chat::people,
};

/// What is to be done, step by step; the code with a button that copies it.
#[component]
pub fn Install(
    /// Which site: its key.
    site: String,
) -> impl IntoView {
    let words = words();
    let snippet = RwSignal::new(Loaded::Not);
    let key = site.clone();
    load(snippet, async move { admin_http::snippet(&key).await });
    let show = move |it: Snippet| {
        let policy = it.policy.clone();
        view! {
            <Broken site=site.clone()/>
            <ol class="install-steps">
                <li><h3>{words.say(Text::InstallCopy)}</h3><Code html=it.html/></li>
                <li><h3>{words.say(Text::InstallPaste)}</h3><p class="muted">{words.say(Text::InstallPasteHelp)}</p><Where site=site.clone()/></li>
                <li><h3>{words.say(Text::InstallReload)}</h3><p class="muted">{words.say(Text::InstallReloadHelp)}</p></li>
            </ol>
            <details class="install-policy"><summary class="muted">{words.say(Text::PolicyHelp)}</summary>
                <div class="once"><pre><code>{it.policy}</code></pre> <CopyButton text=Signal::stored(policy) label=Text::CopyCode/></div></details>
        }
        .into_any()
    };
    view! { <Part title=Text::Installation help=Text::InstallationHelp name="install">{loaded(snippet, show)}</Part> }
}

#[component]
fn Code(html: String) -> impl IntoView {
    let words = words();
    let copied = RwSignal::new(false);
    let text = html.clone();
    let copy = move |_| {
        browser::copy(&text);
        copied.set(true);
    };
    view! {
        <div class="snippet install-code"><pre><code>{html}</code></pre></div>
        <button type="button" class="button primary" data-do="copy-code" on:click=copy>
            {move || view! { <Icon icon=if copied.get() { lu::LuCheck } else { lu::LuCopy }/> }}
            {move || words.now(if copied.get() { Text::Copied } else { Text::CopyCode })}
        </button>
    }
}

/// Pages of which addresses show the widget.
#[component]
fn Where(site: String) -> impl IntoView {
    let words = words();
    let origins = RwSignal::new(Vec::new());
    let to = format!("/admin/sites?site={site}");
    let known = RwSignal::new(Loaded::Not);
    load(known, async move {
        let all = accounts_http::sites().await?;
        let own = all.into_iter().find(|it| it.key == site).map(|it| it.origins).unwrap_or_default();
        let _ = origins.try_set(own);
        Ok::<_, crate::net::told::Wrong>(())
    });
    let none = move || matches!(*known.read(), Loaded::Here(())) && origins.read().is_empty();
    let one = |origin: String| view! { <code>{origin}</code> };
    view! {
        <p class="install-where">{words.say(Text::InstallWhere)} " "
            {move || origins.get().into_iter().map(one).collect_view()}
            <Show when=none><span class="notice-line">{words.say(Text::NoOrigins)}</span></Show>
            " " <a href=to>{words.say(Text::InstallChange)}</a></p>
    }
}

/// A site whose visitors could not begin says so, and why (FEATURES BOT-08).
#[component]
fn Broken(site: String) -> impl IntoView {
    let (words, chat) = (words(), chat());
    let key = site.clone();
    let broken = Memo::new(move |_| {
        people::site(&chat.directory.read(), &key).is_some_and(|it| !it.faults.is_empty())
    });
    let to = format!("/admin/bot?site={site}");
    view! {
        <Show when=move || broken.get()>
            <p class="bot-broken" role="alert"><Icon icon=lu::LuTriangleAlert/> {words.say(Text::BotBroken)} " " <a href=to.clone()>{words.say(Text::Bot)}</a></p>
        </Show>
    }
}
