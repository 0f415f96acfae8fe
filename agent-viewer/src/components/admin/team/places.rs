//! Which sites somebody serves.
use leptos::prelude::*;

use crate::{
    i18n::{Text, words},
    net::accounts_http::Site,
};

/// The names of these sites; one that this admin does not see is its key.
pub fn names_of(keys: &[String], known: &[Site]) -> Vec<String> {
    let name = |key: &String| known.iter().find(|it| it.key == *key).map_or(key, |it| &it.name).clone();
    keys.iter().map(name).collect()
}

/// The sites that were served and are not any more; `None` is every one that is known.
pub fn left(before: Option<&[String]>, now: Option<&[String]>, known: &[Site]) -> Vec<String> {
    let Some(now) = now else { return Vec::new() };
    let all = || known.iter().map(|it| it.key.clone()).collect();
    let before = before.map_or_else(all, <[String]>::to_vec);
    before.into_iter().filter(|it| !now.contains(it)).collect()
}

/// Every site, or these.
#[component]
pub fn Places(
    /// What is chosen; nothing is every site.
    chosen: RwSignal<Option<Vec<String>>>,
    /// What there is.
    known: Vec<Site>,
) -> impl IntoView {
    let words = words();
    let every = move |on: bool| chosen.set((!on).then(Vec::new));
    let one = move |site: Site| {
        let (key, of) = (site.key.clone(), site.key.clone());
        let on = move || chosen.read().as_ref().is_some_and(|keys| keys.contains(&key));
        let change = move |event| {
            let add = event_target_checked(&event);
            chosen.update(|chosen| {
                let keys = chosen.get_or_insert_with(Vec::new);
                keys.retain(|it| *it != of);
                if add {
                    keys.push(of.clone());
                }
            });
        };
        view! { <label class="check"><input type="checkbox" name="site" value=site.key prop:checked=on on:change=change/> <span>{site.name}</span></label> }
    };
    let known = StoredValue::new(known);
    view! {
        <fieldset class="team-places">
            <legend>{words.say(Text::SitesOf)}</legend>
            <label class="check"><input type="radio" name="places" value="all" prop:checked=move || chosen.read().is_none()
                on:change=move |_| every(true)/> <span>{words.say(Text::EverySite)}</span></label>
            <label class="check"><input type="radio" name="places" value="some" prop:checked=move || chosen.read().is_some()
                on:change=move |_| every(false)/> <span>{words.say(Text::TheseSites)}</span></label>
            <Show when=move || chosen.read().is_some()>
                <div class="team-sites">{known.get_value().into_iter().map(one).collect_view()}</div>
            </Show>
        </fieldset>
    }
}

/// What somebody may do, each with what it means.
#[component]
pub fn RoleChoice(
    /// Which is chosen.
    role: RwSignal<String>,
) -> impl IntoView {
    let words = words();
    let one = move |(key, title, help): (&'static str, Text, Text)| {
        view! {
            <label class="team-choice"><input type="radio" name="role" value=key prop:checked=move || *role.read() == key
                on:change=move |_| role.set(key.to_owned())/>
                <span><strong>{words.say(title)}</strong> <small class="muted">{words.say(help)}</small></span></label>
        }
    };
    view! { <fieldset class="team-roles"><legend>{words.say(Text::RoleIs)}</legend>{super::ROLES.map(one)}</fieldset> }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(all: &[&str]) -> Vec<String> {
        all.iter().map(|it| (*it).to_owned()).collect()
    }

    #[test]
    fn what_is_taken_away_is_known_by_name() {
        let site = |key: &str| Site { key: key.into(), name: key.to_uppercase(), origins: Vec::new() };
        let known = [site("blog"), site("shop")];
        let (blog, both) = (keys(&["blog"]), keys(&["blog", "shop"]));
        assert_eq!(left(Some(&both), Some(&blog), &known), ["shop"]);
        assert_eq!(left(None, Some(&blog), &known), ["shop"], "every site were all of them");
        assert!(
            left(Some(&blog), None, &known).is_empty() && left(Some(&blog), Some(&both), &known).is_empty()
        );
        assert_eq!(names_of(&keys(&["shop", "else"]), &known), ["SHOP", "else"]);
    }
}
