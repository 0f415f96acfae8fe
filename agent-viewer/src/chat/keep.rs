//! What this tab wrote and the service has not confirmed, kept beyond the tab: each tab has a name that it holds while
//! it lives, and keeps its outbox under it. What a tab that is gone left is taken over by one that is there, and
//! offered to the agent again.
use std::time::Duration;

use leptos::prelude::*;

use super::Chat;
use crate::{
    browser,
    i18n::Text,
    net::tab_lock::{Held, TabLock, hold_within, try_hold},
    state::chat::{outbox::Outbox, rest::Rest, thread::Thread},
};

/// The tab's name, over its reloads.
const TAB: &str = "tandem-tab";
/// Of which sites the agent knows that the service set them away, over the tab's reloads.
const REST: &str = "tandem-rest-";
/// A page that is being loaded again has left its name after this; one that has not is another tab, with a copy of
/// this one's storage.
const RELOAD: Duration = Duration::from_millis(1500);
/// How often it is looked for what others left.
const LOOK: Duration = Duration::from_secs(4);

/// Where this tab keeps its outbox.
#[derive(Default)]
pub(super) struct Kept {
    /// The tab's own place, and its name while it holds one.
    own: Option<(String, Option<TabLock>)>,
    /// What stands there.
    text: String,
    /// Places that nobody held when last looked at: one that is being loaded again holds its own the next time.
    orphans: Vec<String>,
}

impl Chat {
    /// Takes up what this tab had left, and what others leave from now on.
    pub(super) fn keep_outbox(self) {
        let tab = browser::recall_in_tab(TAB).filter(|tab| chat_proto::is_name(tab));
        self.claim_place(tab.unwrap_or_else(super::actions::new_cid));
        let look = set_interval_with_handle(move || self.look_for_orphans(), LOOK);
        on_cleanup(move || drop(look.map(|look| look.clear())));
    }

    /// What an agent knows of they are not told again because the tab is loaded again.
    pub(super) fn keep_rest(self) {
        let place = self.owner.with_value(|owner| format!("{REST}{owner}"));
        self.rest.set(Rest::kept(&browser::recall_in_tab(&place).unwrap_or_default()));
        Effect::new(move |_| browser::remember_in_tab(&place, &self.rest.read().to_keep()));
    }

    fn claim_place(self, tab: String) {
        let place = self.place_of(&tab);
        hold_within(&place.clone(), RELOAD, move |held| match held {
            Held::Theirs => self.claim_place(super::actions::new_cid()),
            Held::Ours(lock) => self.take_place(&tab, (place, Some(lock))),
            Held::Unknown => self.take_place(&tab, (place, None)),
        });
    }

    fn take_place(self, tab: &str, own: (String, Option<TabLock>)) {
        if self.outbox.try_get_untracked().is_none() {
            return; // The view is gone.
        }
        browser::remember_in_tab(TAB, tab);
        let kept = read(&own.0);
        self.kept.update_value(|it| it.own = Some(own));
        let now = self.clock();
        if !kept.is_empty() {
            self.outbox.update(|outbox| outbox.take_kept(kept, now));
        }
        self.flush();
        self.look_for_orphans();
    }

    /// Writes the outbox down, where it differs from what is written.
    pub(super) fn keep(self) {
        let outbox = self.outbox.read_untracked();
        self.kept.update_value(|kept| {
            let Some((place, _)) = &kept.own else { return };
            let text = if outbox.is_empty() {
                String::new()
            } else {
                serde_json::to_string(&*outbox).unwrap_or_default()
            };
            if text == kept.text {
                return;
            }
            if text.is_empty() {
                browser::forget(place);
            } else {
                browser::remember(place, &text);
            }
            kept.text = text;
        });
    }

    fn look_for_orphans(self) {
        let own = self.kept.try_with_value(|kept| kept.own.as_ref().map(|(place, _)| place.clone()));
        let Some(own) = own.flatten() else { return };
        let others: Vec<_> =
            browser::remembered(&self.place_of("")).into_iter().filter(|place| *place != own).collect();
        self.kept.update_value(|kept| kept.orphans.retain(|place| others.contains(place)));
        for place in others {
            let name = place.clone();
            try_hold(&name, move |held| match held {
                Held::Ours(lock) => {
                    self.find_orphan(place);
                    drop(lock);
                }
                Held::Theirs => {
                    let _ = self.kept.try_update_value(|kept| kept.orphans.retain(|it| *it != place));
                }
                Held::Unknown => {}
            });
        }
    }

    /// Nobody holds that place; held by this tab meanwhile, so that two do not take it over.
    fn find_orphan(self, place: String) {
        let again = self.kept.try_update_value(|kept| {
            let again = kept.orphans.contains(&place);
            if again {
                kept.orphans.retain(|it| *it != place)
            } else {
                kept.orphans.push(place.clone())
            }
            again
        });
        if again != Some(true) {
            return;
        }
        let left = read(&place);
        let found = self.outbox.try_update(|outbox| outbox.adopt(left)).unwrap_or_default();
        self.keep();
        // Written down here first: what is lost in between is nothing.
        browser::forget(&place);
        if 0 < found {
            self.toast(Text::KeptUnsent, "", true);
        }
        self.forget_stored();
    }

    /// What had arrived all the same stands in its thread, and is not offered again.
    pub(super) fn forget_stored(self) {
        let thread = self.thread.read_untracked();
        let Some(thread) = thread.as_ref() else { return };
        let is_stored =
            |outbox: &Outbox| outbox.failed().any(|it| it.conv == thread.conv() && thread.has(&it.cid));
        if is_stored(&self.outbox.read_untracked()) {
            self.outbox.update(|outbox| {
                outbox.forget_stored(thread.conv(), |cid| Thread::has(thread, cid));
            });
        }
    }

    fn place_of(self, tab: &str) -> String {
        self.owner.with_value(|owner| format!("tandem-outbox-{owner}-{tab}"))
    }
}

fn read(place: &str) -> Outbox {
    browser::recall(place).and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}
