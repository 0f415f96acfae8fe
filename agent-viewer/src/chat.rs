//! The conversations of this desk: the line to the service, what came of it, and what the agent does. One for the
//! whole application, whichever page is shown.
mod actions;
mod alarm;
mod drafts;
mod hear;
mod history;
mod keep;

use std::{collections::HashMap, time::Duration};

use chat_proto::{
    ConversationName, Millis,
    desk::{Canned, Directory, FromDesk, Query, Visitor},
};
use leptos::{ev, prelude::*};

pub use alarm::{ask as ask_alarm, permission as alarm_permission};
pub use history::whole_thread;

use crate::{
    app::Accounts,
    browser,
    components::chat::attachments::Attachments,
    i18n::{Words, words},
    net::chat_socket::Line,
    state::chat::{
        canned::Asking,
        deeds::Deeds,
        draft::Writing,
        list::Listing,
        offers::Offers,
        outbox::Outbox,
        past::Past,
        people,
        pulse::Pulse,
        rest::Rest,
        thread::Thread,
        toasts::Toasts,
        typing::{OwnTyping, Typists},
    },
};

/// How often clocks are said again.
const TICK: Duration = Duration::from_secs(1);

/// How many conversations want this agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Waiting for somebody.
    pub waiting: u32,
    /// This agent's.
    pub mine: u32,
    /// Of those, with something unread.
    pub unread: u32,
    /// Unread in the inbox.
    pub inbox: u32,
}

/// What is known of something that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Loaded<T> {
    /// Nobody asked.
    #[default]
    Not,
    /// On its way.
    Loading,
    /// Here it is.
    Here(T),
    /// It did not come; it can be asked for again.
    Failed,
}

/// Everything about conversations that views share.
#[derive(Clone, Copy)]
pub struct Chat {
    /// Who and what there is.
    pub directory: RwSignal<Directory>,
    /// The list that is shown.
    pub listing: RwSignal<Listing>,
    /// How many want this agent.
    pub counts: RwSignal<Counts>,
    /// The conversation that is open.
    pub thread: RwSignal<Option<Thread>>,
    /// There is no such conversation for this agent.
    pub missing: RwSignal<bool>,
    /// Conversations of before, above it.
    pub past: RwSignal<Past>,
    /// Its visitor.
    pub visitor: RwSignal<Loaded<Visitor>>,
    /// What is on its way.
    pub outbox: RwSignal<Outbox>,
    /// What this agent is asked to take.
    pub offers: RwSignal<Offers>,
    /// Where the service set this agent away, and they know it.
    pub rest: RwSignal<Rest>,
    /// Who types.
    pub typists: RwSignal<Typists>,
    /// What is said at the top.
    pub toasts: RwSignal<Toasts>,
    /// Canned replies.
    pub canned: RwSignal<Loaded<Vec<Canned>>>,
    /// Changes as the composer gets higher or lower.
    pub composed: RwSignal<i32>,
    /// The server's clock; said again every second.
    pub now: RwSignal<Millis>,
    deeds: RwSignal<Deeds>,
    pulse: RwSignal<Pulse>,
    own_typing: StoredValue<OwnTyping>,
    ahead: StoredValue<Millis>,
    line: StoredValue<Option<Line>, LocalStorage>,
    accounts: Accounts,
    words: Words,
    /// Whose is what is kept: the next agent at this machine neither sees nor sends it.
    owner: StoredValue<String>,
    writings: RwSignal<HashMap<ConversationName, Writing>>,
    files: StoredValue<HashMap<ConversationName, Attachments>>,
    kept: StoredValue<keep::Kept, LocalStorage>,
    claimed: StoredValue<bool>,
    /// Whether the end of the open thread is in sight.
    looks: StoredValue<bool>,
    /// How often a visitor was asked for.
    visitor_turn: StoredValue<u64>,
    /// When the canned replies can be asked for.
    canned_asking: StoredValue<Asking>,
    /// What is made for a view and outlives it.
    scope: StoredValue<Owner>,
}

impl Chat {
    /// Makes it, connects, and ends with the view that made it.
    pub fn provide(accounts: Accounts) -> Self {
        let now = clock();
        let owner = accounts.owner();
        let chat = Self {
            directory: RwSignal::default(),
            listing: RwSignal::default(),
            counts: RwSignal::default(),
            thread: RwSignal::default(),
            missing: RwSignal::new(false),
            past: RwSignal::default(),
            visitor: RwSignal::default(),
            outbox: RwSignal::default(),
            offers: RwSignal::default(),
            rest: RwSignal::default(),
            typists: RwSignal::default(),
            toasts: RwSignal::default(),
            canned: RwSignal::default(),
            composed: RwSignal::new(0),
            now: RwSignal::new(now),
            deeds: RwSignal::default(),
            pulse: RwSignal::new(Pulse::new(steady())),
            own_typing: StoredValue::default(),
            ahead: StoredValue::new(0),
            line: StoredValue::new_local(None),
            accounts,
            words: words(),
            owner: StoredValue::new(owner),
            writings: RwSignal::default(),
            files: StoredValue::default(),
            kept: StoredValue::new_local(keep::Kept::default()),
            claimed: StoredValue::new(false),
            looks: StoredValue::new(false),
            visitor_turn: StoredValue::new(0),
            canned_asking: StoredValue::default(),
            scope: StoredValue::new(Owner::new()),
        };
        provide_context(chat);
        chat.line.set_value(Some(Line::start(move |event| chat.hear(event))));
        on_cleanup(move || {
            chat.line.try_update_value(Option::take);
        });
        chat.watch_the_browser();
        chat.keep_outbox();
        chat.keep_rest();
        chat
    }

    /// Whether the agent is told that there is none; tracked.
    pub fn is_cut(self) -> bool {
        self.now.track();
        self.pulse.read().is_told(steady())
    }

    /// Whether this agent may do what managers do; tracked.
    pub fn is_manager(self) -> bool {
        people::is_manager(&self.directory.read())
    }

    /// Whether the open conversation lets this agent do that now; tracked.
    pub fn may(self, deed: &str) -> bool {
        let thread = self.thread.read();
        let detail = thread.as_ref().and_then(Thread::detail);
        detail.is_some_and(|detail| detail.may.iter().any(|it| it == deed))
    }

    /// The server's clock now; not tracked.
    pub fn clock(self) -> Millis {
        clock() + self.ahead.get_value()
    }

    /// Shows a list.
    pub fn watch(self, query: Query) {
        if *self.listing.read_untracked().query() == query && self.is_watching() {
            return;
        }
        self.listing.update(|listing| listing.watch(query.clone()));
        self.send(&FromDesk::Watch { query: Some(query) });
    }

    /// Connects anew: what this agent may see has become more.
    pub fn renew(self) {
        self.with_line(Line::renew);
    }

    fn is_watching(self) -> bool {
        self.listing.read_untracked().feed() != crate::state::chat::list::Feed::Loading
    }

    fn send(self, frame: &FromDesk) {
        self.line.with_value(|line| {
            if let Some(line) = line {
                line.send(frame);
            }
        });
    }

    /// Sends what may go now, and keeps the rest beyond the tab. Views are told only where something changes.
    fn flush(self) {
        let now = self.clock();
        if self.pulse.read_untracked().is_live() && self.outbox.read_untracked().is_due(now) {
            for frame in self.outbox.try_update(|outbox| outbox.ready(now)).unwrap_or_default() {
                self.send(&frame);
            }
        }
        self.keep();
    }

    fn watch_the_browser(self) {
        let tick = set_interval_with_handle(move || self.tick(), TICK);
        let offline = window_event_listener(ev::offline, move |_| {
            self.pulse.update(|pulse| pulse.go_offline(steady()));
        });
        let online = window_event_listener(ev::online, move |_| self.with_line(Line::renew));
        let shown = window_event_listener(ev::visibilitychange, move |_| {
            self.with_line(Line::hurry);
            self.read_what_is_seen();
        });
        on_cleanup(move || {
            let _ = tick.map(|tick| tick.clear());
            offline.remove();
            online.remove();
            shown.remove();
        });
    }

    fn with_line(self, act: impl FnOnce(&Line)) {
        self.line.with_value(|line| {
            if let Some(line) = line {
                act(line);
            }
        });
    }

    fn tick(self) {
        let now = self.clock();
        if self.now.try_set(now).is_some() {
            return; // The view is gone.
        }
        self.typists.maybe_update(|typists| typists.sweep(now));
        if !self.offers.read_untracked().cards().is_empty() {
            self.offers.update(|offers| offers.sweep(now));
        }
        if self.pulse.read_untracked().is_silent(steady()) {
            self.pulse.update(|pulse| pulse.lose(steady()));
            self.lose();
            self.with_line(Line::renew);
        }
        self.flush();
    }
}

/// This machine's clock, milliseconds since 1970.
fn clock() -> Millis {
    browser::clock_ms() as Millis
}

/// A clock of this machine that nobody sets.
fn steady() -> Millis {
    Millis::try_from(browser::now().0.as_millis()).unwrap_or(Millis::MAX)
}

/// The conversations of the application.
///
/// # Panics
/// Outside of the pages for agents who are logged in.
pub fn chat() -> Chat {
    expect_context()
}
