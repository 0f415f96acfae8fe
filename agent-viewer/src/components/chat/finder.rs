//! Finds anything: lists, what can be done with the open conversation, and conversations by their words.
use std::sync::Arc;

use chat_proto::desk::{List, Query, Row};
use icondata_lu as lu;
use leptos::{ev, html::Input, prelude::*};
use wasm_bindgen_futures::spawn_local;

use super::{dialogs::Dialog, modal::Modal, rows::files_of, tabs, who::name_of};
use crate::{
    browser,
    chat::{Chat, chat},
    components::icon::Icon,
    i18n::{Text, Words, words},
    net::chat_http,
    pages::chats::{Ui, ui},
    state::chat::rich::nearer,
};

const PAUSE: std::time::Duration = std::time::Duration::from_millis(200);
/// Where conversations are looked for.
const SEARCHED: [List; 4] = [List::Active, List::Waiting, List::Inbox, List::History];
const SHOWN: usize = 12;
/// Characters that stand before what was found.
const BEFORE: usize = 24;
const HITS: &str = "finder-hits";

fn hit_id(index: usize) -> String {
    format!("{HITS}-{index}")
}

#[derive(Clone, PartialEq)]
enum Hit {
    List(List),
    Dialog(Text, Dialog),
    Chat(Arc<Row>),
}

/// Conversations that were found, and by which words.
#[derive(Default)]
struct Found {
    words: String,
    rows: Vec<Arc<Row>>,
}

impl Found {
    /// Those of what is typed: what other words found is not what Enter opens.
    fn by(&self, typed: &str) -> &[Arc<Row>] {
        if self.words == typed { &self.rows } else { &[] }
    }
}

/// The dialog of Ctrl K.
#[component]
pub fn Finder() -> impl IntoView {
    let (words, chat, ui) = (words(), chat(), ui());
    let (typed, rows, at) =
        (RwSignal::new(String::new()), RwSignal::new(Found::default()), RwSignal::new(0_usize));
    let input = NodeRef::<Input>::new();
    let look = StoredValue::new_local(leptos::leptos_dom::helpers::debounce(PAUSE, move |text: String| {
        look_up(text, typed, rows)
    }));
    let hits = Memo::new(move |_| hits(&typed.read(), rows.read().by(&typed.read()), (chat, words)));
    Effect::new(move |_| {
        hits.with(|_| ());
        at.set(0);
    });
    let press = move |event: ev::KeyboardEvent| {
        if browser::is_composing(&event) {
            return;
        }
        let last = hits.read_untracked().len().saturating_sub(1);
        match event.key().as_str() {
            "ArrowDown" => at.update(|at| *at = (*at + 1).min(last)),
            "ArrowUp" => at.update(|at| *at = at.saturating_sub(1)),
            "Enter" => {
                if let Some(hit) = hits.get_untracked().get(at.get_untracked()) {
                    go(hit, (chat, ui));
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    let type_in = move |event| {
        let text = event_target_value(&event);
        typed.set(text.clone());
        look.update_value(|look| look(text));
    };
    let line = move |(index, hit): (usize, Hit)| view! { <Line index hit at/> };
    let active = move || (!hits.read().is_empty()).then(|| hit_id(at.get()));
    view! {
        <Modal title=Text::KeyFind close=move || ui.dialog.set(None) kind="finder">
            <label class="search">
                <Icon icon=lu::LuSearch/>
                <input node_ref=input type="search" role="combobox" aria-expanded="true" aria-controls=HITS aria-autocomplete="list" aria-activedescendant=active autocomplete="off"
                    spellcheck="false" autofocus placeholder=words.say(Text::FinderHelp) aria-label=words.say(Text::FinderHelp) on:input=type_in on:keydown=press/>
            </label>
            <div id=HITS class="finder-hits" role="listbox" aria-label=words.say(Text::KeyFind)>
                {move || hits.get().into_iter().enumerate().map(line).collect_view()}
            </div>
            {move || hits.read().is_empty().then(|| view! { <p class="menu-note muted" role="status">{words.say(Text::NoChatMatches)}</p> })}
        </Modal>
    }
}

#[component]
fn Line(index: usize, hit: Hit, at: RwSignal<usize>) -> impl IntoView {
    let (words, chat, ui) = (words(), chat(), ui());
    let chosen = move || (at.get() == index).to_string();
    let (icon, name, more) = untrack(|| match &hit {
        Hit::List(list) => (tabs::icon(*list), words.now(tabs::name(*list)).to_owned(), String::new()),
        Hit::Dialog(text, _) => (lu::LuChevronRight, words.now(*text).to_owned(), String::new()),
        Hit::Chat(row) => {
            let near = row.found.as_ref().map(|found| nearer(&found.text, &found.at, BEFORE).0);
            let more = match row.preview_files {
                0 => near.unwrap_or_else(|| row.preview.clone()),
                files => near.unwrap_or_else(|| files_of(files, words)),
            };
            (lu::LuMessageSquare, name_of(row, words), more)
        }
    });
    view! {
        <button type="button" id=hit_id(index) class="menu-item" role="option" tabindex="-1" aria-selected=chosen on:click=move |_| go(&hit, (chat, ui))>
            <Icon icon/> <span>{name}</span> <span class="muted finder-more">{more}</span>
        </button>
    }
}

fn hits(typed: &str, rows: &[Arc<Row>], (chat, words): (Chat, Words)) -> Vec<Hit> {
    let typed = typed.trim().to_lowercase();
    let fits = |text: Text| words.now(text).to_lowercase().contains(&typed);
    let deeds = [
        ("transfer", Text::Transfer, Dialog::Transfer),
        ("snooze", Text::Snooze, Dialog::Snooze),
        ("tag", Text::TagIt, Dialog::Tag),
        ("close", Text::CloseChat, Dialog::Close),
        ("block", Text::Block, Dialog::Block),
        ("", Text::ManageCanned, Dialog::Canned),
        ("", Text::KeyAll, Dialog::Keys),
    ];
    let may = deeds.into_iter().filter(|(deed, text, _)| fits(*text) && (deed.is_empty() || chat.may(deed)));
    let lists = tabs::ALL.into_iter().filter(|list| fits(tabs::name(*list))).map(Hit::List);
    let chats = rows.iter().cloned().map(Hit::Chat);
    chats.chain(lists).chain(may.map(|(_, text, dialog)| Hit::Dialog(text, dialog))).take(SHOWN).collect()
}

fn look_up(text: String, typed: RwSignal<String>, rows: RwSignal<Found>) {
    if text.trim().is_empty() {
        return rows.set(Found::default());
    }
    spawn_local(async move {
        let mut found = Vec::new();
        for list in SEARCHED {
            let query = Query { list, words: text.clone(), ..Query::default() };
            if let Ok(page) = chat_http::rows(&query, "").await {
                found.extend(page.rows.into_iter().map(Arc::new));
            }
            // Somebody typed on: another search is under way.
            if typed.try_get_untracked().is_none_or(|now| now != text) {
                return;
            }
            let _ = rows.try_set(Found { words: text.clone(), rows: found.clone() });
        }
    });
}

fn go(hit: &Hit, (chat, ui): (Chat, Ui)) {
    ui.dialog.set(None);
    match hit {
        Hit::List(list) => chat.watch(Query { list: *list, ..Query::default() }),
        Hit::Dialog(_, dialog) => ui.dialog.set(Some(*dialog)),
        Hit::Chat(row) => ui.go(&row.conv),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_other_words_found_is_not_opened() {
        let found = Found { words: "mar".into(), rows: vec![Arc::new(Row::default())] };
        assert_eq!((found.by("mar").len(), found.by("marc").len(), found.by("").len()), (1, 0, 0));
    }
}
