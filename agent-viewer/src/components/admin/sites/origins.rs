//! The addresses whose pages may show a site's widget.
use icondata_lu as lu;
use leptos::{ev::KeyboardEvent, prelude::*};

use crate::{
    components::{
        admin::faults::{Doing, FieldFault},
        icon::Icon,
    },
    i18n::{Text, words},
    net::told::Wrong,
    state::settings::plain,
};

/// The origin of what somebody pasted: a whole address, or a host alone; nothing where it is neither.
fn origin_of(text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() || text.contains(char::is_whitespace) {
        return None;
    }
    let whole = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let (scheme, rest) = whole.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let host = rest.split(['/', '?', '#']).next()?.to_ascii_lowercase();
    let usual = if scheme == "https" { ":443" } else { ":80" };
    let host = host.strip_suffix(usual).unwrap_or(&host);
    let (name, port) = host.rsplit_once(':').unwrap_or((host, "1"));
    let named = !name.is_empty() && !name.contains(['@', ':', '*', '\\', '<', '>']) && !name.starts_with('.');
    let numbered = port.parse::<u16>().is_ok_and(|port| 0 < port);
    let reached = name.contains('.') || name == "localhost";
    (matches!(scheme.as_str(), "http" | "https") && named && numbered && reached)
        .then(|| format!("{scheme}://{host}"))
}

/// A short name for the code out of a name for people.
pub fn key_of(name: &str) -> String {
    let sign = |sign: char| if sign.is_ascii_alphanumeric() { sign } else { '-' };
    let key: String = name.to_lowercase().chars().map(plain).map(sign).collect();
    let parts: Vec<_> = key.split('-').filter(|it| !it.is_empty()).collect();
    parts.join("-").chars().take(64).collect()
}

/// What there is, each with a cross; and a line for another.
#[component]
pub fn Origins(origins: RwSignal<Vec<String>>, state: RwSignal<Doing>) -> impl IntoView {
    let words = words();
    let text = RwSignal::new(String::new());
    let add = move || {
        let typed = text.get_untracked();
        match origin_of(&typed) {
            Some(origin) if origins.read_untracked().contains(&origin) => {
                state.set(Doing::Wrong(Wrong::field("origins", "twice")));
            }
            Some(origin) => {
                origins.update(|it| it.push(origin));
                text.set(String::new());
                state.set(Doing::Idle);
            }
            None => state.set(Doing::Wrong(Wrong::field("origins", "no_origin"))),
        }
    };
    let keys = move |event: KeyboardEvent| {
        if event.key() == "Enter" {
            event.prevent_default();
            add();
        }
    };
    let leave = move |_| {
        if !text.read_untracked().trim().is_empty() {
            add();
        }
    };
    let one = move |origin: String| {
        let named = origin.clone();
        let label = move || words.fill(Text::RemoveOrigin, &[("origin", &named)]);
        let (shown, key) = (origin.clone(), origin.clone());
        let remove = move |_| {
            origins.update(|it| it.retain(|it| *it != origin));
            state.set(Doing::Idle);
        };
        view! {
            <li class="origin" data-origin=key><code>{shown}</code>
                <button type="button" class="button quiet square" data-do="remove-origin" title=label.clone() aria-label=label on:click=remove><Icon icon=lu::LuX/></button></li>
        }
    };
    let none = move || {
        origins.read().is_empty().then(|| view! { <p class="muted">{words.say(Text::NoOrigins)}</p> })
    };
    view! {
        <fieldset class="origins"><legend>{words.say(Text::SiteOrigins)}</legend>
            <p class="muted">{words.say(Text::SiteOriginsHelp)}</p>
            {none}
            <ul class="origin-list"><For each=move || origins.get() key=Clone::clone children=one/></ul>
            <div class="origin-new">
                <input name="origin" type="text" inputmode="url" autocomplete="off" autocapitalize="none" spellcheck="false" placeholder="https://" aria-label=words.say(Text::NewOrigin)
                    prop:value=text on:input=move |event| text.set(event_target_value(&event)) on:keydown=keys on:change=leave/>
                <button type="button" class="button" data-do="add-origin" on:click=move |_| add()>{words.say(Text::AddIt)}</button>
            </div>
            <FieldFault state name="origins"/>
        </fieldset>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pasted_becomes_an_origin_or_nothing() {
        for (text, expected) in [
            ("https://Shop.example/basket?x=1#top", "https://shop.example"),
            (" shop.example ", "https://shop.example"),
            ("http://localhost:8080", "http://localhost:8080"),
            ("https://shop.example:443/", "https://shop.example"),
        ] {
            assert_eq!(origin_of(text).as_deref(), Some(expected), "{text}");
        }
        for text in [
            "",
            "shop",
            "ftp://shop.example",
            "https://",
            "https://a b.example",
            "https://*.example.org",
            "https://shop.example:0",
            "https://me@shop.example",
        ] {
            assert_eq!(origin_of(text), None, "{text}");
        }
    }

    #[test]
    fn a_name_gives_a_key() {
        assert_eq!(key_of("Boutique d’été n°2"), "boutique-d-ete-n-2");
        assert_eq!(key_of("Øre & Ñandú"), "ore-nandu");
        assert_eq!(key_of("  "), "");
    }
}
