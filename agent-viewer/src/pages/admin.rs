//! Administration: one site's settings, part by part, for managers and admins.
use icondata_core::Icon as Drawing;
use icondata_lu as lu;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use crate::{
    browser,
    chat::chat,
    components::{
        admin::{
            bot::Bot,
            canned::CannedPart,
            custom::CustomPart,
            forms::FormsPart,
            general::GeneralPart,
            hours::HoursPart,
            install::Install,
            keys::Keys,
            messages::MessagesPart,
            mock::SiteName,
            queues::Queues,
            sites::Sites,
            tags::Tags,
            team::Team,
            unsaved::{LeaveQuestion, Unsaved},
        },
        chat::list_pane::Skeleton,
        icon::Icon,
    },
    i18n::{Text, words},
    state::chat::people,
};

/// A part of the page: its name in the address, what it is called, its icon, and what it shows.
struct Place {
    name: &'static str,
    title: Text,
    icon: Drawing,
    show: fn(String) -> AnyView,
}

const fn place(name: &'static str, title: Text, icon: Drawing, show: fn(String) -> AnyView) -> Place {
    Place { name, title, icon, show }
}

/// The parts, in groups.
static PLACES: [(Text, &[Place]); 3] = [
    (
        Text::PartsOfWidget,
        &[
            place("install", Text::Installation, lu::LuCode, |site| view! { <Install site/> }.into_any()),
            place("messages", Text::SettingsMessages, lu::LuPalette, |site| {
                view! { <MessagesPart site/> }.into_any()
            }),
            place("bot", Text::Bot, lu::LuBot, |site| view! { <Bot site/> }.into_any()),
            place("forms", Text::SettingsForms, lu::LuListChecks, |site| {
                view! { <FormsPart site/> }.into_any()
            }),
            place("hours", Text::OpeningHours, lu::LuClock, |site| view! { <HoursPart site/> }.into_any()),
            place("keys", Text::Keys, lu::LuKeyRound, |site| view! { <Keys site/> }.into_any()),
        ],
    ),
    (
        Text::PartsOfChats,
        &[
            place("general", Text::SettingsGeneral, lu::LuSettings2, |site| {
                view! { <GeneralPart site/> }.into_any()
            }),
            place("queues", Text::Queues, lu::LuUsers, |site| view! { <Queues site/> }.into_any()),
            place("tags", Text::SettingsTags, lu::LuTag, |site| view! { <Tags site/> }.into_any()),
            place("canned", Text::CannedReplies, lu::LuMessageSquareText, |site| {
                view! { <CannedPart site/> }.into_any()
            }),
            place("custom", Text::SettingsCustom, lu::LuDatabase, |site| {
                view! { <CustomPart site/> }.into_any()
            }),
        ],
    ),
    (
        Text::PartsOfAccess,
        &[
            place("team", Text::Team, lu::LuUserPlus, |_| view! { <Team/> }.into_any()),
            place("sites", Text::SitesTitle, lu::LuGlobe, |_| view! { <Sites/> }.into_any()),
        ],
    ),
];

fn places() -> impl Iterator<Item = &'static Place> {
    PLACES.iter().flat_map(|(_, places)| places.iter())
}

/// The page: the parts at the left, the one that the address names beside them.
#[component]
pub fn AdminPage() -> impl IntoView {
    let (words, chat) = (words(), chat());
    let unsaved = Unsaved::at_page();
    let (params, query) = (use_params_map(), use_query_map());
    let named = Memo::new(move |_| params.read().get("part").unwrap_or_default());
    let site = Memo::new(move |_| {
        let wanted = query.read().get("site");
        let directory = chat.directory.read();
        let found = directory.sites.iter().find(|site| Some(&site.key) == wanted.as_ref());
        found.or(directory.sites.first()).map(|site| site.key.clone())
    });
    let known = Memo::new(move |_| !chat.directory.read().role.is_empty());
    let manages = Memo::new(move |_| chat.is_manager());
    provide_context(SiteName(Memo::new(move |_| {
        let directory = chat.directory.read();
        let shown = site.get().and_then(|key| people::site(&directory, &key));
        shown.map(|it| it.name.clone()).unwrap_or_default()
    })));
    let shown = move || {
        let name = named.get();
        let place =
            places().find(|it| it.name == name).or_else(|| places().next().filter(|_| name.is_empty()));
        match (known.get(), manages.get(), site.get(), place) {
            (false, ..) => view! { <Skeleton/> }.into_any(),
            (true, false, ..) => note(Text::AdminForManagers),
            (true, true, _, None) => note(Text::NoSuchPage),
            // The first site is made where there is none yet.
            (true, true, None, Some(place)) if matches!(place.name, "team" | "sites") => {
                (place.show)(String::new())
            }
            (true, true, None, _) => note(Text::NoSite),
            (true, true, Some(site), Some(place)) => (place.show)(site),
        }
    };
    let chosen = move || !named.read().is_empty();
    view! {
        <main class="settings" class:chosen=chosen>
            <nav class="settings-places" aria-label=words.say(Text::Administration)>
                <h1>{words.say(Text::Administration)}</h1>
                <SitePicker site named unsaved/>
                {PLACES.iter().map(|(title, places)| view! { <Group title=*title places site named/> }).collect_view()}
            </nav>
            <div class="settings-part">
                <a class="settings-back" href=move || address("", site.get())><Icon icon=lu::LuChevronLeft/> {words.say(Text::Administration)}</a>
                {shown}
            </div>
            <LeaveQuestion/>
        </main>
    }
}

fn note(text: Text) -> AnyView {
    view! { <div class="empty"><p>{words().say(text)}</p></div> }.into_any()
}

/// The address of a part of a site.
fn address(part: &str, site: Option<String>) -> String {
    let path = if part.is_empty() { "/admin".to_owned() } else { format!("/admin/{part}") };
    site.map_or_else(|| path.clone(), |site| format!("{path}?site={site}"))
}

#[component]
fn SitePicker(site: Memo<Option<String>>, named: Memo<String>, unsaved: Unsaved) -> impl IntoView {
    let (words, chat) = (words(), chat());
    let sites = move || {
        let directory = chat.directory.read();
        let option = |key: String, name: String| {
            let now = key.clone();
            view! { <option value=key selected=move || site.get().as_deref() == Some(now.as_str())>{name}</option> }
        };
        directory.sites.iter().map(|it| option(it.key.clone(), it.name.clone())).collect_view()
    };
    // Whoever stays after all sees the site that they stay at.
    let again = RwSignal::new(());
    let now = move || {
        again.track();
        site.get().unwrap_or_default()
    };
    let choose = move |event| {
        unsaved.leave(address(&named.get_untracked(), Some(event_target_value(&event))));
        browser::set_value("settings-site", &site.get_untracked().unwrap_or_default());
        again.set(());
    };
    view! {
        <label class="settings-site"><span class="unseen">{words.say(Text::Site)}</span>
            <select id="settings-site" name="site" prop:value=now on:change=choose>{sites}</select></label>
    }
}

#[component]
fn Group(
    title: Text,
    places: &'static [Place],
    site: Memo<Option<String>>,
    named: Memo<String>,
) -> impl IntoView {
    let words = words();
    let first = PLACES[0].1[0].name;
    let line = move |place: &'static Place| {
        let here = move || {
            let named = named.read();
            *named == place.name || (named.is_empty() && place.name == first)
        };
        view! {
            <a class="settings-place" href=move || address(place.name, site.get()) data-part=place.name aria-current=move || here().then_some("page")>
                <Icon icon=place.icon/> <span>{words.say(place.title)}</span></a>
        }
    };
    view! { <h2>{words.say(title)}</h2> {places.iter().map(line).collect_view()} }
}
