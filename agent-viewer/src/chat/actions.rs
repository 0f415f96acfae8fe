//! What the agent does.
use chat_proto::{
    Cid,
    desk::{Deed, FromDesk, Presence, Row, Say},
    message::FileCard,
};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::{Chat, Loaded};
use crate::{
    browser,
    i18n::Text,
    net::{chat_http, http::HttpError},
    state::chat::{list::Feed, outbox::Outgoing, past::Past, people, thread::Thread},
};

/// How long a word stays at the top.
const LINGER: std::time::Duration = std::time::Duration::from_secs(4);
/// The same, where something went wrong.
const LINGER_BAD: std::time::Duration = std::time::Duration::from_secs(9);

impl Chat {
    /// Opens a conversation: what is known of it is shown, and the rest follows.
    pub fn open(self, conv: &str) {
        if self.thread.read_untracked().as_ref().is_some_and(|thread| thread.conv() == conv) {
            return;
        }
        self.leave();
        let known = self.listing.read_untracked().get(conv).map(|row| row.seq);
        let known = known.or_else(|| self.offers.read_untracked().of(conv).map(|card| card.row.seq));
        self.thread.set(Some(known.map_or_else(|| Thread::seek(conv), |seq| Thread::open(conv, seq))));
        match known {
            Some(_) => self.ask_for_thread(conv),
            None => self.look_up(conv.to_owned()),
        }
        self.load_visitor(conv.to_owned());
    }

    /// An address alone does not say how long the thread is, and all of a long one is too much.
    fn look_up(self, conv: String) {
        spawn_local(async move {
            let found = chat_http::detail(&conv).await;
            let is_open = |thread: &Option<Thread>| thread.as_ref().is_some_and(|it| it.conv() == conv);
            if !self.thread.try_read_untracked().is_some_and(|thread| is_open(&thread)) {
                return;
            }
            match found {
                Ok(detail) => {
                    let mut thread = Thread::open(&conv, detail.row.seq);
                    thread.take_detail(detail);
                    self.thread.set(Some(thread));
                }
                Err(HttpError::Refused(code)) if code == "not_found" => return self.missing.set(true),
                Err(_) => self.thread.set(Some(Thread::open(&conv, 0))),
            }
            self.ask_for_thread(&conv);
        });
    }

    fn ask_for_thread(self, conv: &str) {
        let thread = self.thread.read_untracked();
        let known = thread.as_ref().filter(|thread| thread.conv() == conv).and_then(Thread::resume);
        if let Some(resume) = known {
            self.send(&FromDesk::Open(resume));
        }
    }

    /// Shows no conversation.
    pub fn leave(self) {
        if let Some(thread) = self.thread.try_update(Option::take).flatten() {
            self.send(&FromDesk::Leave { conv: thread.conv().to_owned() });
        }
        self.missing.set(false);
        self.past.update(Past::leave);
        self.visitor.set(Loaded::Not);
        self.own_typing.set_value(Default::default());
    }

    /// A row was clicked on: who waits is taken, by those who only answer; managers look first.
    pub fn enter(self, row: &Row) {
        let waits = matches!(row.stage.as_str(), "queued" | "offered");
        if waits && !self.is_manager() {
            self.claim(&row.conv);
        }
    }

    /// Makes a conversation this agent's: by the offer, where there is one.
    pub fn claim(self, conv: &str) {
        self.claimed.set_value(true);
        let offer = self.offers.read_untracked().of(conv).map(|card| card.offer.no);
        let what = offer.map_or(Deed::Take { force: false }, |no| Deed::Accept { no });
        self.order(conv, what);
    }

    /// Whether the agent has just asked for a conversation: then they write next. Told once.
    pub fn take_claimed(self) -> bool {
        self.claimed.try_update_value(std::mem::take).unwrap_or_default()
    }

    /// Has something done with a conversation.
    pub fn order(self, conv: &str, what: Deed) {
        let cid = new_cid();
        let frame = FromDesk::Do { cid: cid.clone(), conv: conv.to_owned(), what };
        self.ask(cid, frame);
    }

    /// Is there for a site, or is not.
    pub fn be(self, site: &str, to: Presence) {
        if people::site(&self.directory.read_untracked(), site).is_some_and(|it| it.rested) {
            // Who chooses need not be told what the service chose.
            self.rest.update(|rest| rest.know(site));
        }
        let cid = new_cid();
        self.ask(cid.clone(), FromDesk::Presence { cid, site: site.to_owned(), to });
    }

    fn ask(self, cid: Cid, frame: FromDesk) {
        self.send(&frame);
        self.deeds.update(|deeds| deeds.push(cid, frame));
    }

    pub(super) fn ask_again(self, cid: &str) {
        let Some(deeds) = self.deeds.try_read_untracked() else { return };
        let of = |frame: &FromDesk| matches!(frame, FromDesk::Do { cid: it, .. } | FromDesk::Presence { cid: it, .. } if it == cid);
        if let Some(frame) = deeds.again().into_iter().find(of) {
            self.send(&frame);
        }
    }

    /// Writes into a conversation.
    pub fn say(self, conv: &str, say: Say, files: Vec<FileCard>) {
        let message = Outgoing::new(new_cid(), conv, say, files, self.clock()).to(self.who_is(conv));
        self.outbox.update(|outbox| outbox.push(message));
        self.flush();
    }

    /// The visitor's name of a conversation and what stands for it, as far as they are known.
    fn who_is(self, conv: &str) -> (String, String) {
        let thread = self.thread.read_untracked();
        let open = thread.as_ref().filter(|thread| thread.conv() == conv).and_then(Thread::detail);
        let listing = self.listing.read_untracked();
        let row = open.map(|detail| &detail.row).or_else(|| listing.get(conv).map(|row| &**row));
        row.map(|row| (row.name.clone(), row.figures.clone())).unwrap_or_default()
    }

    /// Sends a failed message again.
    pub fn resend(self, cid: &str) {
        self.outbox.update(|outbox| outbox.resend(cid));
        self.flush();
    }

    /// Takes a failed message back into the composer.
    pub fn withdraw(self, cid: &str) {
        if let Some(message) = self.outbox.try_update(|outbox| outbox.withdraw(cid)).flatten() {
            self.give_back(&message);
        }
        self.flush();
    }

    /// A key was pressed in the composer.
    pub fn types(self, conv: &str, text: bool) {
        let now = self.clock();
        let told = self.own_typing.try_update_value(|own| own.press(text, now)).flatten();
        if let Some(on) = told {
            self.send(&FromDesk::Typing { conv: conv.to_owned(), on });
        }
    }

    /// The end of the open thread came into sight, or went out of it.
    pub fn look(self, at_end: bool) {
        self.looks.try_update_value(|looks| *looks = at_end);
        self.read_what_is_seen();
    }

    /// What stands in front of somebody who looks is read.
    pub fn read_what_is_seen(self) {
        if self.looks.try_get_value() != Some(true) {
            return;
        }
        let Some(thread) = self.thread.try_read_untracked() else { return };
        let Some(thread) = thread.as_ref().filter(|_| !browser::is_hidden()) else { return };
        let read = thread.detail().map_or(0, |detail| detail.row.read);
        if read < thread.last() && thread.detail().is_some() {
            self.send(&FromDesk::Read { conv: thread.conv().to_owned(), seq: thread.last() });
        }
    }

    /// Says something at the top for a while.
    pub fn toast(self, text: Text, name: &str, bad: bool) {
        let id = browser::random();
        self.toasts.update(|toasts| toasts.push((id, text), name, bad));
        let linger = if bad { LINGER_BAD } else { LINGER };
        set_timeout(
            move || {
                let _ = self.toasts.try_update(|toasts| toasts.end(id));
            },
            linger,
        );
    }

    /// Asks for the list's next page, unless it is all there.
    pub fn more(self) {
        // What left since the page that is on its way was asked for is still to be known when it comes.
        if PAGING.get() {
            return;
        }
        let from = {
            let Some(mut listing) = self.listing.try_write() else { return };
            listing.untrack();
            if listing.feed() == Feed::Loading { None } else { listing.ask_page() }
        };
        let Some(from) = from else { return };
        PAGING.set(true);
        let query = self.listing.read_untracked().query().clone();
        spawn_local(async move {
            let page = chat_http::rows(&query, &from).await;
            PAGING.set(false);
            if let Ok(page) = page {
                let _ = self.listing.try_update(|listing| {
                    if *listing.query() == query {
                        listing.take_page(&from, page);
                    }
                });
            }
        });
    }
}

thread_local! {
    /// One page at a time.
    static PAGING: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// A new name: 128 random bits.
pub(super) fn new_cid() -> Cid {
    format!("{:016x}{:016x}", browser::random(), browser::random())
}
