//! Administration: one site's settings, for managers and admins.
use leptos::prelude::*;

use crate::{
    chat::chat,
    components::admin::{general::GeneralPart, install::Install, queues::Queues, tags::Tags},
    i18n::{Text, words},
};

/// The page.
#[component]
pub fn AdminPage() -> impl IntoView {
    let (words, chat) = (words(), chat());
    let chosen = RwSignal::new(None::<String>);
    let site = Memo::new(move |_| {
        let first = chat.directory.read().sites.first().map(|site| site.key.clone());
        chosen.get().or(first)
    });
    let manages = Memo::new(move |_| chat.is_manager());
    let sites = move || {
        let directory = chat.directory.read();
        let option = |key: String, name: String| {
            let now = key.clone();
            view! { <option value=key selected=move || site.get().as_deref() == Some(now.as_str())>{name}</option> }
        };
        directory.sites.iter().map(|it| option(it.key.clone(), it.name.clone())).collect_view()
    };
    view! {
        <main class="sheet admin">
            <header class="sheet-top admin-top">
                <h1>{words.say(Text::Administration)}</h1>
                <label class="choice-line"><span>{words.say(Text::Site)}</span>
                    <select name="site" on:change=move |event| chosen.set(Some(event_target_value(&event)))>{sites}</select></label>
            </header>
            {move || match (manages.get(), site.get()) {
                (true, Some(site)) => view! {
                    <Install site=site.clone()/>
                    <GeneralPart site=site.clone()/>
                    <Queues site=site.clone()/>
                    <Tags site/>
                }.into_any(),
                (true, None) => view! { <div class="empty"><p>{words.say(Text::NoSite)}</p></div> }.into_any(),
                (false, _) => view! { <div class="empty"><p>{words.say(Text::AdminForManagers)}</p></div> }.into_any(),
            }}
        </main>
    }
}
