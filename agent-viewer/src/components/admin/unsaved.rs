//! What was typed and not saved is not lost without a word: whoever leaves it is asked.
use leptos::{ev, prelude::*};
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;

use crate::{
    app::{Account, Accounts},
    browser,
    chat::chat,
    components::chat::modal::Modal,
    i18n::{Text, words},
    net::http,
    stage::listener::Listener,
};

/// Goes to a page of ours.
type Go = Box<dyn Fn(&str)>;

/// Where somebody wants to go who leaves a page.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Way {
    /// To another page of ours.
    To(String),
    /// Out: they log out.
    Out,
}

/// Which forms hold something that is not saved, and where somebody wants to go meanwhile.
#[derive(Clone, Copy)]
pub struct Unsaved {
    forms: RwSignal<usize>,
    leaving: RwSignal<Option<Way>>,
    /// Whoever typed it logs out, and does not want it: nothing of it stays behind the log-in.
    given_up: StoredValue<bool>,
    /// The address of what is shown, which the browser's own may be ahead of.
    here: StoredValue<String>,
    go: StoredValue<Option<Go>, LocalStorage>,
    /// To where everybody begins, in place of what is shown.
    home: StoredValue<Option<Box<dyn Fn()>>, LocalStorage>,
}

impl Unsaved {
    /// Makes it for the application, and watches links, the way back, and the tab's end. Before the router: at the
    /// window, who listens first hears first, whatever phase they ask for.
    pub fn provide() -> Self {
        let it = Self::new();
        provide_context(it);
        let ends = window_event_listener(ev::beforeunload, move |event| {
            if it.is_any() {
                event.prevent_default();
            }
        });
        let clicks = Listener::before("click", move |event: &ev::MouseEvent| it.hold_link(event));
        let back = Listener::before("popstate", move |event: &web_sys::Event| it.hold_back(event));
        let listeners = StoredValue::new_local((clicks, back));
        on_cleanup(move || {
            ends.remove();
            listeners.dispose();
        });
        it
    }

    fn new() -> Self {
        Self {
            forms: RwSignal::new(0),
            leaving: RwSignal::new(None),
            given_up: StoredValue::new(false),
            here: StoredValue::default(),
            go: StoredValue::new_local(None),
            home: StoredValue::new_local(None),
        }
    }

    /// The page that has forms, inside the router: tells where it is and how to leave it.
    pub fn at_page() -> Self {
        connect_again();
        let (it, navigate, place) = (expect_context::<Self>(), use_navigate(), use_location());
        let go: Go = Box::new(move |to| navigate(to, NavigateOptions::default()));
        it.go.set_value(Some(go));
        Effect::new(move |_| {
            let (path, search) = (place.pathname.get(), place.search.get());
            it.here.set_value(if search.is_empty() { path } else { format!("{path}?{search}") });
        });
        it
    }

    /// Who logs out leaves the address of what they looked at, too: the next one at this machine begins anew. Inside the
    /// router.
    pub fn goes_home(self) {
        let navigate = use_navigate();
        let home = move || navigate("/", NavigateOptions { replace: true, ..NavigateOptions::default() });
        self.home.set_value(Some(Box::new(home)));
    }

    /// Whether anything is not saved; not tracked.
    pub fn is_any(self) -> bool {
        self.forms.try_get_untracked().is_some_and(|forms| 0 < forms)
    }

    /// Whether the page outlives a log-out: something in it is not saved, and it was not the agent who logged out
    /// here; not tracked.
    pub fn keeps_page(self) -> bool {
        self.is_any() && self.given_up.try_get_value() == Some(false)
    }

    /// Goes to another page of ours, once nothing is lost by it.
    pub fn leave(self, to: String) {
        if !self.asks(Way::To(to.clone())) {
            self.go(&to);
        }
    }

    /// Logs the agent out, once nothing is lost by it.
    pub fn log_out(self, accounts: Accounts) {
        if !self.asks(Way::Out) {
            self.end(accounts);
        }
    }

    /// Asks whoever would lose something by it.
    fn asks(self, way: Way) -> bool {
        let asks = self.is_any();
        if asks {
            self.leaving.set(Some(way));
        }
        asks
    }

    /// Logs out, whatever is typed. The service may tell of it before it answers.
    fn end(self, accounts: Accounts) {
        self.given_up.set_value(true);
        spawn_local(async move {
            if http::log_out().await.is_ok() {
                self.forms.set(0);
                accounts.set(Account::LoggedOut);
                self.home.with_value(|home| {
                    if let Some(home) = home {
                        home();
                    }
                });
            }
            self.given_up.set_value(false);
        });
    }

    /// Goes there whatever is typed: it was saved, or is not wanted.
    pub fn go(self, to: &str) {
        self.go.with_value(|go| {
            if let Some(go) = go {
                go(to);
            }
        });
    }

    fn hold_link(self, event: &ev::MouseEvent) {
        let plain = event.button() == 0 && !(event.meta_key() || event.ctrl_key() || event.shift_key());
        let element = event.target().and_then(|it| it.dyn_into::<web_sys::Element>().ok());
        let link = element.and_then(|it| it.closest("a[href]").ok().flatten());
        let link = link.and_then(|it| it.dyn_into::<web_sys::HtmlAnchorElement>().ok());
        let Some(link) = link.filter(|it| plain && self.is_any() && it.target().is_empty()) else { return };
        let to = format!("{}{}", link.pathname(), link.search());
        if link.origin() == browser::origin() && to != self.here.get_value() {
            event.prevent_default();
            event.stop_immediate_propagation();
            self.leaving.set(Some(Way::To(to)));
        }
    }

    /// The address is another one already: it is put back, and the page never hears of it.
    fn hold_back(self, event: &web_sys::Event) {
        let (to, here) = (browser::place(), self.here.get_value());
        if self.is_any() && to != here {
            event.stop_immediate_propagation();
            browser::push_place(&here);
            self.leaving.set(Some(Way::To(to)));
        }
    }
}

/// The page outlives a log-out: who comes back has a line again.
fn connect_again() {
    let (accounts, chat) = (expect_context::<Accounts>(), chat());
    let is_in = Memo::new(move |_| matches!(accounts.now(), Account::In(_)));
    Effect::new(move |before: Option<bool>| {
        let now = is_in.get();
        if now && before == Some(false) {
            chat.renew();
        }
        now
    });
}

/// A form tells whether it holds something that is not saved; it is forgotten with its view.
pub fn watch_unsaved(changed: Signal<bool>) {
    let Some(unsaved) = use_context::<Unsaved>() else { return };
    let counted = StoredValue::new(false);
    let count = move |is: bool| {
        if counted.try_get_value() != Some(is) {
            counted.try_set_value(is);
            let _ = unsaved
                .forms
                .try_update(|forms| *forms = if is { *forms + 1 } else { forms.saturating_sub(1) });
        }
    };
    Effect::new(move |_| count(changed.get()));
    on_cleanup(move || {
        if counted.try_get_value() == Some(true) {
            let _ = unsaved.forms.try_update(|forms| *forms = forms.saturating_sub(1));
        }
    });
}

/// The question whether what is not saved may be lost.
#[component]
pub fn LeaveQuestion() -> impl IntoView {
    let (words, unsaved) = (words(), expect_context::<Unsaved>());
    let accounts = expect_context::<Accounts>();
    let stay = move |()| unsaved.leaving.set(None);
    let leave = move |_| {
        let way = unsaved.leaving.get_untracked();
        unsaved.leaving.set(None);
        match way {
            Some(Way::To(to)) => {
                unsaved.forms.set(0);
                unsaved.go(&to);
            }
            Some(Way::Out) => unsaved.end(accounts),
            None => {}
        }
    };
    let is_asked = Memo::new(move |_| unsaved.leaving.read().is_some());
    view! {
        <Show when=move || is_asked.get()>
            <Modal title=Text::UnsavedTitle close=stay>
                <p>{words.say(Text::UnsavedHelp)}</p>
                <footer class="modal-foot">
                    <button type="button" class="button danger" data-do="leave" on:click=leave>{words.say(Text::LeaveUnsaved)}</button>
                    <button type="button" class="button primary" data-do="stay" autofocus on:click=move |_| stay(())>{words.say(Text::StayHere)}</button>
                </footer>
            </Modal>
        </Show>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_logs_out_is_asked_first_and_leaves_nothing_behind_the_log_in() {
        let owner = Owner::new();
        owner.with(|| {
            let it = Unsaved::new();
            assert!(!it.asks(Way::Out) && !it.keeps_page(), "nothing to lose");
            it.forms.set(1);
            assert!(it.asks(Way::Out));
            assert_eq!(it.leaving.get_untracked(), Some(Way::Out));
            assert!(it.keeps_page(), "who is asked has not left");
            it.given_up.set_value(true);
            assert!(it.is_any() && !it.keeps_page(), "who logs out leaves nothing");
        });
    }
}
