//! The visitor's history and a path, while the agent controls.
use cobrowse_core::{
    command::{Action, Anchor, Navigation},
    id::NodeId,
};
use icondata_core::Icon as Drawing;
use icondata_lu as lu;
use leptos::{ev, html::Input, prelude::*};

use super::icon::Icon;
use crate::{
    i18n::{Text, words},
    sharing::Sharing,
    state::keys::path,
};

/// In the place of the address, while the agent controls.
#[component]
pub fn ControlBar() -> impl IntoView {
    view! {
        <div class="control-bar">
            <GoButton icon=lu::LuArrowLeft name=Text::Back to=Navigation::Back/>
            <GoButton icon=lu::LuArrowRight name=Text::Forward to=Navigation::Forward/>
            <GoButton icon=lu::LuRotateCw name=Text::Reload to=Navigation::Reload/>
            <PathBox/>
        </div>
    }
}

/// Goes somewhere; a navigation is anchored to the document as it is.
fn go(sharing: Sharing, to: Navigation) {
    let epoch = sharing.player().and_then(|player| player.borrow().state().0);
    if let Some(epoch) = epoch {
        let anchor = Anchor { epoch, node: NodeId::DOCUMENT, x: 0.0, y: 0.0 };
        sharing.command(anchor, Action::Navigate(to), (f64::NAN, f64::NAN));
    }
}

#[component]
fn GoButton(icon: Drawing, name: Text, to: Navigation) -> impl IntoView {
    let (words, sharing) = (words(), expect_context::<Sharing>());
    let label = words.say(name);
    view! {
        <button type="button" class="button quiet square" title=label aria-label=label
            on:click=move |_| go(sharing, to.clone())>
            <Icon icon/>
        </button>
    }
}

#[component]
fn PathBox() -> impl IntoView {
    let (words, sharing) = (words(), expect_context::<Sharing>());
    let (field, bad) = (NodeRef::<Input>::new(), RwSignal::new(false));
    let label = words.say(Text::PathOnSite);
    let now = move || sharing.share.read().page().map(|page| path_of(&page.url)).unwrap_or_default();
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let typed = field.get_untracked().map(|field| field.value()).unwrap_or_default();
        match path(&typed) {
            Some(path) => go(sharing, Navigation::To(path)),
            None => bad.set(true),
        }
    };
    view! {
        <form class="path-box" on:submit=submit>
            <input node_ref=field type="text" autocomplete="off" autocapitalize="off" spellcheck="false" placeholder="/"
                aria-label=label title=label aria-invalid=move || bad.get().to_string() aria-describedby="bad-path"
                prop:value=now on:input=move |_| bad.set(false)/>
            <span id="bad-path" class="path-error" role="alert">
                {move || bad.get().then(|| words.now(Text::BadPath))}
            </span>
        </form>
    }
}

/// The path, query and fragment of an address.
fn path_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or("/", |at| &rest[at..]).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_path() {
        assert_eq!(path_of("https://shop.example/a/b?c#d"), "/a/b?c#d");
        assert_eq!(path_of("https://shop.example"), "/");
    }
}
