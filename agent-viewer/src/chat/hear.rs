//! What the service tells, and what follows from it.
use chat_proto::{
    Fault,
    desk::{Deed, Directory, FromDesk, List, Presence, Query, ToDesk},
};
use leptos::prelude::*;

use super::{Chat, Counts, alarm, clock, steady};
use crate::{
    app::Account,
    browser,
    components::chat::who::name_of,
    i18n::Text,
    net::chat_socket::LineEvent,
    state::chat::{outbox::Refused, people, thread::Thread},
};

impl Chat {
    /// Something happened on the line.
    pub(super) fn hear(self, event: LineEvent) {
        match event {
            LineEvent::Open => {
                // A connection that was given up is not told as cut, and nothing of it is answered any more.
                self.lose();
                let resume = self.thread.read_untracked().iter().filter_map(Thread::resume).collect();
                self.send(&FromDesk::Hello { resume });
            }
            LineEvent::Frame(frame) => {
                self.live();
                self.take(*frame);
            }
            LineEvent::Unknown => self.live(),
            LineEvent::Cut => {
                let _ = self.pulse.try_update(|pulse| pulse.lose(steady()));
                self.lose();
            }
            LineEvent::LoggedOut => self.accounts.set(Account::LoggedOut),
        }
    }

    fn live(self) {
        let was = self.pulse.read_untracked().is_live();
        // Every frame counts, but views need to know only that it stands again.
        if was {
            self.pulse.update_untracked(|pulse| pulse.hear(steady()));
        } else {
            self.pulse.update(|pulse| pulse.hear(steady()));
        }
    }

    /// The connection is gone; what is known stays.
    pub(super) fn lose(self) {
        self.listing.update(crate::state::chat::list::Listing::cut);
        self.outbox.update_untracked(crate::state::chat::outbox::Outbox::cut);
    }

    // long: one line per frame that there is.
    fn take(self, frame: ToDesk) {
        match frame {
            ToDesk::Welcome { now, ping_ms, directory } => {
                self.ahead.set_value(now - clock());
                self.pulse.update_untracked(|pulse| pulse.set_ping(ping_ms));
                self.take_directory(directory);
                self.begin();
            }
            ToDesk::Directory(directory) => self.take_directory(directory),
            ToDesk::List(rows) => self.listing.update(|listing| listing.take_top(rows)),
            ToDesk::Row(row) => {
                self.offers.maybe_update(|offers| offers.take_row(&row));
                self.listing.update(|listing| listing.take_row(row));
            }
            ToDesk::Gone { conv } => self.listing.update(|listing| listing.take_gone(&conv)),
            ToDesk::Counts { waiting, mine, unread, inbox } => {
                self.counts.set(Counts { waiting, mine, unread, inbox });
            }
            ToDesk::Offered { row, offer } => {
                let name = untrack(|| name_of(&row, self.words));
                if self.offers.try_update(|offers| offers.take(row, offer)) == Some(true) {
                    alarm::offer(&name);
                }
            }
            ToDesk::OfferEnded { conv, no, why } => {
                let ended = self.offers.try_update(|offers| offers.end(&conv, no)).flatten();
                if let Some(card) = ended.filter(|_| why == "expired") {
                    self.toast(Text::OfferExpired, &untrack(|| name_of(&card.row, self.words)), true);
                }
            }
            ToDesk::Conv(detail) => {
                let (conv, stage) = (detail.row.conv.clone(), detail.row.stage.clone());
                let mut moved = false;
                self.with_thread(&conv, |thread| {
                    moved = thread.detail().is_some_and(|known| known.row.stage != stage);
                    thread.take_detail(detail);
                    None
                });
                if moved {
                    // A visit ends with its conversation, and what was said counts as an exchange.
                    self.refresh_visitor(&conv);
                }
            }
            ToDesk::Msgs { conv, msgs } => {
                let news = msgs.iter().any(|msg| msg.from == chat_proto::message::From::Visitor);
                self.with_thread(&conv, |thread| thread.take(msgs));
                self.forget_stored();
                self.typists.update(|typists| typists.take(&conv, None, false, 0));
                if news && browser::is_hidden() {
                    alarm::message();
                }
                self.read_what_is_seen();
            }
            ToDesk::Visitor { conv, .. } => self.refresh_visitor(&conv),
            ToDesk::Ack { cid, .. } => self.take_ack(&cid),
            ToDesk::Nack { cid, fault } => self.take_nack(&cid, &fault),
            ToDesk::Typing { conv, agent, on } => {
                let now = self.clock();
                self.typists.update(|typists| typists.take(&conv, agent, on, now));
            }
            ToDesk::Read { conv, seq } => self.with_thread(&conv, |thread| {
                thread.take_read(seq);
                None
            }),
            ToDesk::Toast { conv, code, names } => self.toast_code((&conv, &code), &names),
            ToDesk::Ping => {}
            ToDesk::Bye { code } if code == "logged_out" => self.accounts.set(Account::LoggedOut),
            // The socket closes now, and is opened again.
            ToDesk::Bye { .. } => {}
        }
    }

    /// A connection stands: everything that is shown and everything that is asked goes there.
    fn begin(self) {
        self.offers.update(crate::state::chat::offers::Offers::clear);
        let query = self.listing.read_untracked().query().clone();
        self.send(&FromDesk::Watch { query: Some(query) });
        for frame in self.deeds.read_untracked().again() {
            self.send(&frame);
        }
        self.flush();
    }

    fn with_thread(self, conv: &str, act: impl FnOnce(&mut Thread) -> Option<FromDesk>) {
        let mut act = Some(act);
        let mut missing = None;
        self.thread.maybe_update(|thread| {
            let Some(thread) = thread.as_mut().filter(|thread| thread.conv() == conv) else { return false };
            missing = act.take().and_then(|act| act(thread));
            true
        });
        if let Some(fetch) = missing {
            self.send(&fetch);
        }
    }

    fn take_ack(self, cid: &str) {
        if self.outbox.try_update(|outbox| outbox.take_ack(cid)) == Some(true) {
            return self.flush();
        }
        let Some(asked) = self.deeds.try_update(|deeds| deeds.take_answer(cid)).flatten() else { return };
        let FromDesk::Do { what, .. } = asked else { return };
        if matches!(what, Deed::Take { .. } | Deed::Accept { .. }) {
            // What was taken stands among one's own now.
            self.watch(Query { list: List::Mine, ..Query::default() });
        }
        if let Some(text) = done(&what) {
            self.toast(text, "", false);
        }
    }

    fn take_nack(self, cid: &str, fault: &Fault) {
        let now = self.clock();
        match self.outbox.try_update(|outbox| outbox.take_nack(cid, fault, now)).flatten() {
            Some(Refused::Later) => return,
            Some(Refused::Failed) => return self.flush(),
            Some(Refused::Draft(message, code)) => {
                self.give_back(&message);
                self.toast(explain(&code), fault.by.as_deref().unwrap_or_default(), true);
                return self.flush();
            }
            None => {}
        }
        if let Some(wait) = fault.retry_ms {
            let cid = cid.to_owned();
            return set_timeout(move || self.ask_again(&cid), std::time::Duration::from_millis(wait.into()));
        }
        if self.deeds.try_update(|deeds| deeds.take_answer(cid)).flatten().is_some() {
            self.toast(explain_deed(&fault.code), fault.by.as_deref().unwrap_or_default(), true);
        }
    }

    fn take_directory(self, directory: Directory) {
        self.rest.update(|rest| rest.take(&directory));
        self.directory.set(directory);
    }

    fn toast_code(self, (conv, code): (&str, &str), names: &[String]) {
        let about = || untrack(|| self.visitor_of(conv));
        let name = match code {
            "lost" | "not_answered" => &about(),
            _ => names.first().map_or("", String::as_str),
        };
        let (text, bad) = match code {
            "claimed" => (Text::Claimed, false),
            "lost" => (Text::ConversationLost, true),
            "not_answered" => (Text::NotAnswered, true),
            "taken_over" => (Text::TakenOver, true),
            "transfer_failed" => (Text::TransferFailed, true),
            "woken" => (Text::WokenUp, false),
            "inbox" => (Text::InboxNews, false),
            "rated" => (Text::RatedNews, false),
            _ => return,
        };
        self.toast(text, name, bad);
    }

    /// What a conversation's visitor is called, as far as it is known here.
    fn visitor_of(self, conv: &str) -> String {
        let thread = self.thread.read_untracked();
        let open = thread.as_ref().filter(|thread| thread.conv() == conv).and_then(Thread::detail);
        let listing = self.listing.read_untracked();
        let row = open.map(|detail| &detail.row).or_else(|| listing.get(conv).map(|row| &**row));
        row.map_or_else(|| self.words.now(Text::TheVisitor).to_owned(), |row| name_of(row, self.words))
    }

    /// Whether this agent is there for a site; tracked.
    pub fn presence(self) -> Presence {
        people::presence(&self.directory.read())
    }
}

/// What a deed says when it is done; nothing where the page itself shows it.
fn done(what: &Deed) -> Option<Text> {
    Some(match what {
        Deed::Snooze { .. } => Text::SnoozedDone,
        Deed::TransferToAgent { .. } => Text::TransferAsked,
        Deed::TransferToQueue { .. } => Text::TransferQueued,
        Deed::Close { .. } => Text::ClosedDone,
        Deed::Block { .. } => Text::BlockedDone,
        Deed::Take { .. }
        | Deed::Accept { .. }
        | Deed::Decline { .. }
        | Deed::CancelTransfer
        | Deed::Wake
        | Deed::Tag { .. }
        | Deed::Star { .. }
        | Deed::Reopen => return None,
    })
}

/// Why a deed was not done, in words: no text is kept of it.
fn explain_deed(code: &str) -> Text {
    match code {
        "offer_expired" => Text::DeedExpired,
        "closed" => Text::DeedClosed,
        "not_owner" | "not_now" => Text::DeedNotOwner,
        _ => explain(code),
    }
}

/// Why a message was not stored, in words; its text is kept.
fn explain(code: &str) -> Text {
    match code {
        "offer_expired" => Text::FaultOfferExpired,
        "closed" => Text::FaultClosed,
        "taken" => Text::FaultTaken,
        "not_owner" | "not_now" => Text::FaultNotOwner,
        "not_connected" => Text::FaultNotConnected,
        "agent_full" => Text::FaultFull,
        "agent_unavailable" | "unknown_agent" => Text::FaultAgentAway,
        "queue_closed" | "unknown_queue" => Text::FaultQueueClosed,
        "transfer_pending" => Text::FaultTransferPending,
        "time_past" => Text::TimePast,
        "tag_required" => Text::TagRequired,
        "reopening_off" | "other_open" => Text::FaultReopen,
        "too_long" => Text::FaultTooLong,
        "forbidden" => Text::FaultForbidden,
        "rate" => Text::FaultRate,
        _ => Text::FaultOther,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Language;

    #[test]
    fn only_a_message_is_kept_as_a_draft() {
        for code in ["offer_expired", "closed", "not_owner", "not_now"] {
            let says = |text: Text| text.in_language(Language::English).contains("draft");
            assert!(says(explain(code)) && !says(explain_deed(code)), "{code}");
        }
        assert_eq!(explain_deed("taken"), Text::FaultTaken);
    }
}
