//! What narrows a list: words, and a menu of filters and orders. All hold at once, and the service applies them.
use chat_proto::desk::{List, Query};
use icondata_lu as lu;
use leptos::prelude::*;

use crate::{
    chat::{Chat, chat},
    components::icon::Icon,
    i18n::{Text, words},
    pages::chats::SEARCH,
};

const MENU: &str = "list-filters";
/// Typing is over when no key was pressed for so long.
const PAUSE: std::time::Duration = std::time::Duration::from_millis(220);

/// A timer knows no context: what it changes is named.
fn change(chat: Chat, act: impl FnOnce(&mut Query)) {
    let mut query = chat.listing.read_untracked().query().clone();
    act(&mut query);
    chat.watch(query);
}

/// How many filters narrow the list, beside words.
fn narrowing(query: &Query) -> usize {
    let each = [
        !query.sites.is_empty(),
        !query.queues.is_empty(),
        !query.tags.is_empty(),
        !query.agents.is_empty(),
        query.online.is_some(),
        query.starred,
        !query.sort.is_empty(),
    ];
    each.into_iter().filter(|it| *it).count()
}

/// The search box and the button of the filters.
#[component]
pub fn SearchAndFilters() -> impl IntoView {
    let (words, chat) = (words(), chat());
    let label = words.say(Text::SearchChats);
    let search = leptos::leptos_dom::helpers::debounce(PAUSE, move |text: String| {
        change(chat, |query| query.words = text)
    });
    let search = StoredValue::new_local(search);
    let typed = move |event| search.update_value(|search| search(event_target_value(&event)));
    let query_words = Memo::new(move |_| chat.listing.read().query().words.clone());
    let count = Memo::new(move |_| narrowing(chat.listing.read().query()));
    view! {
        <div class="search-line">
            <label class="search">
                <Icon icon=lu::LuSearch/>
                <input id=SEARCH type="search" autocomplete="off" spellcheck="false" placeholder=label aria-label=label
                    prop:value=query_words on:input=typed/>
            </label>
            <button type="button" class="button quiet square" class:narrowing=move || 0 < count.get() popovertarget=MENU
                title=words.say(Text::Filters) aria-label=words.say(Text::Filters)>
                <Icon icon=lu::LuListFilter/>
                {move || (0 < count.get()).then(|| view! { <b class="badge">{count}</b> })}
            </button>
            <div id=MENU class="menu filters-menu" popover="auto"><Menu/></div>
        </div>
    }
}

#[component]
fn Menu() -> impl IntoView {
    let (words, chat) = (words(), chat());
    let query = Memo::new(move |_| chat.listing.read().query().clone());
    let starred = move |event| change(chat, |query| query.starred = event_target_checked(&event));
    let reset = move |_| {
        change(chat, |query| {
            *query = Query { list: query.list, words: query.words.clone(), ..Query::default() }
        });
    };
    view! {
        <div class="filters">
            {choices(query)}
            <label class="check">
                <input type="checkbox" name="starred" prop:checked=move || query.read().starred on:change=starred/>
                <span>{words.say(Text::OnlyStarred)}</span>
            </label>
            <button type="button" class="button" disabled=move || narrowing(&query.read()) == 0 on:click=reset>
                {words.say(Text::ResetFilters)}
            </button>
        </div>
    }
}

/// The selects: sites, queues, tags, agents, presence, order.
fn choices(query: Memo<Query>) -> impl IntoView {
    let (words, chat) = (words(), chat());
    let directory = chat.directory;
    let sites = move || directory.read().sites.iter().map(|it| (it.key.clone(), it.name.clone())).collect();
    let cards = move |of: fn(&chat_proto::desk::SiteCard) -> &Vec<chat_proto::desk::Card>| {
        let directory = directory.read();
        let all = directory.sites.iter().flat_map(of);
        all.map(|it| (it.id.to_string(), it.name.clone())).collect::<Vec<_>>()
    };
    let agents = move || {
        let directory = directory.read();
        directory.agents.iter().map(|it| (it.id.to_string(), it.first_name.clone())).collect::<Vec<_>>()
    };
    let first = |all: &[i64]| all.first().map(i64::to_string).unwrap_or_default();
    let number = |text: String| text.parse().ok().into_iter().collect::<Vec<i64>>();
    let with_agents = move || !matches!(query.read().list, List::Waiting | List::Bot | List::Mine);
    let presence = move || {
        vec![
            ("true".to_owned(), words.now(Text::IsOnline).to_owned()),
            ("false".to_owned(), words.now(Text::IsOffline).to_owned()),
        ]
    };
    let orders = move || {
        vec![
            ("wait".to_owned(), words.now(Text::SortWait).to_owned()),
            ("last".to_owned(), words.now(Text::SortLast).to_owned()),
            ("name".to_owned(), words.now(Text::SortName).to_owned()),
        ]
    };
    view! {
        <Choice name="site" label=Text::Site all=Signal::derive(sites)
            value=Signal::derive(move || query.read().sites.first().cloned().unwrap_or_default())
            choose=move |it: String| change(chat, |query| query.sites = Some(it).filter(|it| !it.is_empty()).into_iter().collect())/>
        <Choice name="queue" label=Text::Queue all=Signal::derive(move || cards(|it| &it.queues))
            value=Signal::derive(move || first(&query.read().queues)) choose=move |it| change(chat, |query| query.queues = number(it))/>
        <Choice name="tag" label=Text::Tag all=Signal::derive(move || cards(|it| &it.tags))
            value=Signal::derive(move || first(&query.read().tags)) choose=move |it| change(chat, |query| query.tags = number(it))/>
        <Show when=with_agents>
            <Choice name="agent" label=Text::Agent all=Signal::derive(agents)
                value=Signal::derive(move || first(&query.read().agents)) choose=move |it| change(chat, |query| query.agents = number(it))/>
        </Show>
        <Choice name="online" label=Text::Presence all=Signal::derive(presence)
            value=Signal::derive(move || query.read().online.map(|it| it.to_string()).unwrap_or_default())
            choose=move |it: String| change(chat, |query| query.online = it.parse().ok())/>
        <Choice name="sort" label=Text::SortBy all=Signal::derive(orders)
            value=Signal::derive(move || query.read().sort.clone()) choose=move |it| change(chat, |query| query.sort = it)/>
    }
}

#[component]
fn Choice(
    name: &'static str,
    label: Text,
    all: Signal<Vec<(String, String)>>,
    value: Signal<String>,
    #[prop(into)] choose: Callback<String>,
) -> impl IntoView {
    let words = words();
    let none = if name == "sort" { Text::SortUsual } else { Text::AnyOfThem };
    let options = move || {
        let one = |(key, name): (String, String)| {
            let chosen = value.get() == key;
            view! { <option value=key selected=chosen>{name}</option> }
        };
        all.get().into_iter().map(one).collect_view()
    };
    view! {
        <label class="choice-line">
            <span>{words.say(label)}</span>
            <select name=name on:change=move |event| choose.run(event_target_value(&event))>
                <option value="" selected=move || value.read().is_empty()>{words.say(none)}</option>
                {options}
            </select>
        </label>
    }
}
