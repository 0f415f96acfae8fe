//! The code that a site's pages hold (FEATURES WID-03, WID-04).
use chat_proto::admin::Snippet;
use leptos::prelude::*;

use super::setting::{Part, load, loaded};
use crate::{
    chat::Loaded,
    components::copy_button::CopyButton,
    i18n::{Text, words},
    net::admin_http,
};

/// The code with a button that copies it.
#[component]
pub fn Install(
    /// Which site: its key.
    site: String,
) -> impl IntoView {
    let words = words();
    let snippet = RwSignal::new(Loaded::Not);
    load(snippet, async move { admin_http::snippet(&site).await });
    let show = move |it: Snippet| {
        let copied = it.html.clone();
        view! {
            <div class="snippet"><pre><code>{it.html}</code></pre> <CopyButton text=Signal::stored(copied) label=Text::CopyCode/></div>
            <details><summary class="muted">{words.say(Text::PolicyHelp)}</summary><pre><code>{it.policy}</code></pre></details>
        }
        .into_any()
    };
    view! { <Part title=Text::Installation help=Text::InstallationHelp name="install">{loaded(snippet, show)}</Part> }
}
