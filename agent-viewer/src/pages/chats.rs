//! The conversations: the desk's main page.
use std::sync::Arc;

use leptos::{ev, prelude::*};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

use crate::{
    browser,
    chat::{Chat, chat},
    components::chat::{
        announcer::Announcer,
        composer::FIELD,
        conversation::Conversation,
        dialogs::{Dialog, Dialogs},
        keys_help::has_letter_keys,
        list_pane::ListPane,
        panel::VisitorPanel,
    },
    i18n::{Text, words},
    state::chat::page_keys::{self, Held, Place, Press},
};

/// The id of the search box.
pub const SEARCH: &str = "search-chats";

/// What the views of one conversation share, beside the conversation itself.
#[derive(Clone, Copy)]
pub struct Ui {
    /// Which conversation is open.
    pub open: Signal<Option<String>>,
    /// Whether the visitor's panel is shown.
    pub panel: RwSignal<bool>,
    /// Which dialog is open.
    pub dialog: RwSignal<Option<Dialog>>,
    show: Callback<Option<String>>,
    beside: bool,
    /// The line of the thread that is gone to as soon as it is known, by its id.
    pub sought: RwSignal<Option<Arc<str>>>,
}

impl Ui {
    /// Makes it beside a share: one conversation, and no way to another.
    pub fn provide_beside(conv: String) -> Self {
        let ui = Self {
            open: Signal::stored(Some(conv)),
            panel: RwSignal::new(false),
            dialog: RwSignal::new(None),
            show: Callback::new(|_| ()),
            beside: true,
            sought: RwSignal::default(),
        };
        provide_context(ui);
        ui
    }

    /// Makes it where threads are read and none is open.
    pub fn provide_apart() -> Self {
        Self::provide(Signal::stored(None), Callback::new(|_| ()))
    }

    /// Whether the conversation is shown beside a share.
    pub const fn is_viewer(self) -> bool {
        self.beside
    }

    /// Makes it. `show` brings another conversation, or none.
    pub fn provide(open: Signal<Option<String>>, show: Callback<Option<String>>) -> Self {
        let ui = Self {
            open,
            panel: RwSignal::new(!browser::has_drawer()),
            dialog: RwSignal::new(None),
            show,
            beside: false,
            sought: RwSignal::default(),
        };
        provide_context(ui);
        ui
    }

    /// Opens a conversation.
    pub fn go(self, conv: &str) {
        self.to_thread();
        self.show.run(Some(conv.to_owned()));
    }

    /// Back to the list.
    pub fn go_back(self) {
        self.to_thread();
        self.show.run(None);
    }

    /// Shows the thread, where the panel lies over it.
    pub fn to_thread(self) {
        if browser::has_drawer() {
            self.panel.set(false);
        }
    }
}

/// What the views of one conversation share.
///
/// # Panics
/// Outside of the pages that show conversations.
pub fn ui() -> Ui {
    expect_context()
}

/// The page.
#[component]
pub fn ChatsPage() -> impl IntoView {
    let (words, chat) = (words(), chat());
    let ui = by_address();
    Effect::new(move |_| match ui.open.get() {
        Some(conv) => chat.open(&conv),
        None => chat.leave(),
    });
    on_cleanup(move || chat.leave());
    let keys = window_event_listener(ev::keydown, move |event| press(&event, (chat, ui)));
    on_cleanup(move || keys.remove());
    let drawer = StoredValue::new(browser::has_drawer());
    let resized = window_event_listener(ev::resize, move |_| {
        // Where there is room the panel stands beside the thread, else it lies over it and is asked for.
        let now = browser::has_drawer();
        if drawer.get_value() != now {
            drawer.set_value(now);
            ui.panel.set(!now);
        }
    });
    on_cleanup(move || resized.remove());
    let calls = Memo::new(move |_| chat.offers.read().cards().len() + chat.counts.read().unread as usize);
    Effect::new(move |_| {
        let name = words.now(Text::Chats);
        let title = match calls.get() {
            0 => format!("{name} · Tandem"),
            count => format!("({count}) {name} · Tandem"),
        };
        document().set_title(&title);
    });
    view! {
        <div class="chats" class:chosen=move || ui.open.read().is_some() class:with-panel=ui.panel>
            <ListPane/>
            <Conversation/>
            <Show when=move || ui.panel.get() && ui.open.read().is_some()><VisitorPanel/></Show>
        </div>
        <Dialogs/>
        <Announcer/>
    }
}

/// The address says which conversation is open: a reload comes back to it.
fn by_address() -> Ui {
    let (query, navigate) = (use_query_map(), StoredValue::new_local(use_navigate()));
    let open = Memo::new(move |_| query.read().get("chat").filter(|conv| chat_proto::is_name(conv)));
    let show = move |conv: Option<String>| {
        let place = conv.map_or_else(|| "/".to_owned(), |conv| format!("/?chat={conv}"));
        navigate.with_value(|navigate| {
            navigate(&place, NavigateOptions { scroll: false, ..NavigateOptions::default() })
        });
    };
    Ui::provide(open.into(), Callback::new(show))
}

fn press(event: &ev::KeyboardEvent, (chat, ui): (Chat, Ui)) {
    let held = match (event.ctrl_key() || event.meta_key(), event.alt_key()) {
        (true, _) => Held::Command,
        (false, true) => Held::Alt,
        (false, false) => Held::Nothing,
    };
    let place = if ui.dialog.read_untracked().is_some() || browser::has_dialog() {
        Place::Dialog
    } else if browser::is_choosing() {
        Place::Picker
    } else if browser::is_typing() {
        Place::Field
    } else {
        Place::Page
    };
    let Some(press) = page_keys::press(&event.key(), held, place) else { return };
    match press {
        Press::Find => ui.dialog.set(Some(Dialog::Finder)),
        Press::Step(by) => step(by, (chat, ui)),
        Press::Swallow => {}
        Press::Letter if has_letter_keys() && press_letter(&event.key(), ui) => {}
        Press::Letter => return,
    }
    event.prevent_default();
}

/// Whether a letter was a shortcut.
fn press_letter(key: &str, ui: Ui) -> bool {
    match key {
        "/" | "r" => {
            browser::focus(if ui.open.read_untracked().is_some() { FIELD } else { SEARCH });
            if key == "/" {
                browser::type_into(FIELD, "/");
            }
        }
        "n" => browser::click_on(".composer [data-mode=note], .composer [data-do=note]"),
        "i" => ui.panel.update(|open| *open = !*open),
        "?" => ui.dialog.set(Some(Dialog::Keys)),
        _ => return false,
    }
    true
}

/// The next or the one before in the list.
fn step(step: isize, (chat, ui): (Chat, Ui)) {
    let listing = chat.listing.read_untracked();
    let rows = listing.rows();
    let Some(last) = rows.len().checked_sub(1) else { return };
    let at = ui.open.get_untracked().and_then(|conv| rows.iter().position(|row| row.conv == conv));
    let to = at.map_or(0, |at| at.saturating_add_signed(step).min(last));
    let conv = rows[to].conv.clone();
    drop(listing);
    ui.go(&conv);
}
