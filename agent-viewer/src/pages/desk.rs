//! The visitors on the sites: who is connected, and what the agent can do for them.
use std::{sync::Arc, time::Duration};

use cobrowse_core::{
    id::VisitorId,
    wire::desk::{ToDesk, VisitorRow},
};
use leptos::{ev, prelude::*};
use leptos_router::hooks::use_query_map;

use crate::{
    app::{Account, Accounts},
    browser,
    components::{band::Band, detail::Detail, visitor_list::VisitorList},
    i18n::{Text, words},
    net::desk_socket::{DeskEvent, DeskSocket},
    state::{
        since::Since,
        visitors::{Feed, Visitors},
    },
};

/// How often the ages in the list are said again.
const TICK: Duration = Duration::from_secs(10);
/// The id of the search box.
pub const SEARCH: &str = "search";

/// What the desk's views share.
#[derive(Clone, Copy)]
pub struct Desk {
    visitors: RwSignal<Visitors>,
    /// What is typed into the search box.
    pub query: RwSignal<String>,
    /// Whose details are shown.
    pub selected: RwSignal<Option<VisitorId>>,
    /// Those that the search leaves, in order of arrival.
    pub shown: Memo<Vec<Arc<VisitorRow>>>,
    /// What went wrong last, for the one notice at the foot.
    pub failed: RwSignal<Option<Text>>,
    /// How far the server's clock is ahead of ours, milliseconds.
    ahead: StoredValue<f64>,
    now: RwSignal<f64>,
}

impl Desk {
    fn provide() -> Self {
        let (visitors, query) = (RwSignal::new(Visitors::default()), RwSignal::new(String::new()));
        let desk = Self {
            visitors,
            query,
            selected: RwSignal::new(None),
            shown: Memo::new(move |_| visitors.read().search(&query.read())),
            failed: RwSignal::new(None),
            ahead: StoredValue::new(0.0),
            now: RwSignal::new(browser::clock_ms()),
        };
        provide_context(desk);
        desk
    }

    /// How the list stands; tracked.
    pub fn feed(self) -> Feed {
        self.visitors.read().feed()
    }

    /// How many are connected; tracked.
    pub fn count(self) -> usize {
        self.visitors.read().rows().len()
    }

    /// The visitor whose details are shown, while connected; tracked.
    pub fn chosen(self) -> Option<Arc<VisitorRow>> {
        self.visitors.read().get(self.selected.get()?).cloned()
    }

    /// How long ago by the server's clock; tracked, said again as time goes on.
    pub fn age(self, since_ms: u64) -> Since {
        let millis = self.now.get() + self.ahead.get_value() - since_ms as f64;
        Since::of(Duration::from_secs_f64((millis / 1000.0).max(0.0)))
    }

    fn handle(self, event: DeskEvent, accounts: Accounts) {
        match event {
            DeskEvent::Message(message) => {
                if let ToDesk::Visitors { now_ms, .. } = &message {
                    self.ahead.set_value(*now_ms as f64 - browser::clock_ms());
                }
                self.now.set(browser::clock_ms());
                self.visitors.update(|visitors| visitors.handle_message(message));
            }
            DeskEvent::Cut => self.visitors.update(Visitors::handle_cut),
            DeskEvent::LoggedOut => accounts.set(Account::LoggedOut),
        }
    }
}

/// The page.
#[component]
pub fn DeskPage() -> impl IntoView {
    let (words, accounts) = (words(), expect_context::<Accounts>());
    let desk = Desk::provide();
    if let Some(place) = use_query_map().read_untracked().get("q") {
        desk.query.set(place);
    }
    let socket = StoredValue::new_local(Some(DeskSocket::start(move |event| desk.handle(event, accounts))));
    on_cleanup(move || {
        socket.try_update_value(Option::take);
    });
    let tick = set_interval_with_handle(
        move || {
            let _ = desk.now.try_set(browser::clock_ms());
        },
        TICK,
    );
    on_cleanup(move || {
        let _ = tick.map(|tick| tick.clear());
    });
    let keys = window_event_listener(ev::keydown, |event| handle_key(&event));
    on_cleanup(move || keys.remove());
    Effect::new(move |_| set_title(desk.count(), words.now(Text::Visitors)));
    let cut = Signal::derive(move || {
        (desk.feed() == Feed::Reconnecting).then(|| words.now(Text::DeskReconnecting).to_owned())
    });
    view! {
        <div class="desk-body" class:chosen=move || desk.selected.get().is_some()>
            <Band text=cut/>
            <VisitorList/>
            <Detail/>
        </div>
    }
}

fn set_title(count: usize, visitors: &str) {
    document().set_title(&format!("({count}) {visitors} · Tandem"));
}

/// `/` and Ctrl K or ⌘K go to the search.
fn handle_key(event: &ev::KeyboardEvent) {
    let find = (event.ctrl_key() || event.meta_key()) && event.key().eq_ignore_ascii_case("k");
    if find || (event.key() == "/" && !browser::is_typing()) {
        event.prevent_default();
        browser::focus(SEARCH);
    }
}
