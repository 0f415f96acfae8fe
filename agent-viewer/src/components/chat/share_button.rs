//! From a conversation to the visitor's page.
use icondata_lu as lu;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

use super::toolbar::current_page;
use crate::{
    chat::chat,
    components::icon::Icon,
    i18n::{Text, words},
};

/// Goes to the visitors who are connected, narrowed to the page that this one is on; there they are asked.
#[component]
pub fn ShareButton() -> impl IntoView {
    let (words, chat) = (words(), chat());
    let navigate = StoredValue::new_local(use_navigate());
    let path = Memo::new(move |_| current_page(&chat.visitor.read()).map(|url| path_of(&url)));
    let share = move |_| {
        let path = path.get_untracked().unwrap_or_default();
        let place = format!("/visitors?q={}", js_sys::encode_uri_component(&path));
        navigate.with_value(|navigate| navigate(&place, Default::default()));
    };
    view! {
        <Show when=move || chat.may("share")>
            <button type="button" class="button quiet square" data-do="share" title=words.say(Text::SeePage)
                aria-label=words.say(Text::SeePage) disabled=move || path.read().is_none() on:click=share>
                <Icon icon=lu::LuScreenShare/>
            </button>
        </Show>
    }
}

/// What follows the host in an address.
fn path_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or("/", |at| &rest[at..]).to_owned()
}

#[cfg(test)]
mod tests {
    use super::path_of;

    #[test]
    fn the_path_follows_the_host() {
        assert_eq!(path_of("https://shop.example/panier/2"), "/panier/2");
        assert_eq!(path_of("https://shop.example"), "/");
    }
}
