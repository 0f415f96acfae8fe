//! What lies before and beside the open conversation: earlier messages, conversations of before, the visitor.
use std::sync::Arc;

use chat_proto::{ConversationName, Millis, desk::Row};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::{Chat, Loaded};
use crate::{
    net::chat_http,
    state::chat::{canned::Asking, past::Past, thread::Thread},
};

impl Chat {
    /// The eye is at the top: earlier messages of this conversation, then the one before it, and so on.
    pub fn earlier(self) {
        let Some((conv, before)) = self.thread.try_read_untracked().and_then(|thread| {
            thread.as_ref().filter(|it| it.detail().is_some()).map(|it| (it.conv().to_owned(), it.earlier()))
        }) else {
            return;
        };
        let Some(turn) = self.past.try_update(Past::begin).flatten() else { return };
        spawn_local(async move {
            match before {
                Some(before) => self.load_earlier(&conv, before).await,
                None => self.load_past(&conv, turn).await,
            }
            let _ = self.past.try_update(|past| past.end(turn));
        });
    }

    /// Shows the conversations of before down to this one.
    pub fn reach_past(self, wanted: ConversationName) {
        let Some(conv) = self.open_conv() else { return };
        let turn = self.past.read_untracked().turn();
        spawn_local(async move {
            while let Some(before) = self.begins_at(&conv) {
                self.load_earlier(&conv, before).await;
                if self.begins_at(&conv) == Some(before) {
                    return;
                }
            }
            let lacks = |past: &Past| {
                let is_there = past.shown().iter().any(|it| it.conv == wanted);
                past.turn() == turn && !is_there && !past.is_whole()
            };
            while let Some(count) = self.look_at_past(|past| lacks(past).then(|| past.shown().len())) {
                self.load_past(&conv, turn).await;
                if self.look_at_past(|past| Some(past.shown().len())) == Some(count) {
                    return;
                }
            }
        });
    }

    /// Where what is loaded of a conversation begins, while it is open and there is more before.
    fn begins_at(self, conv: &str) -> Option<u64> {
        self.thread.try_read_untracked()?.as_ref().filter(|it| it.conv() == conv)?.earlier()
    }

    /// Nothing once the agent is logged out.
    fn look_at_past<T>(self, look: impl FnOnce(&Past) -> Option<T>) -> Option<T> {
        look(&*self.past.try_read_untracked()?)
    }

    fn open_conv(self) -> Option<ConversationName> {
        self.thread.try_read_untracked().and_then(|thread| thread.as_ref().map(|it| it.conv().to_owned()))
    }

    async fn load_earlier(self, conv: &str, before: u64) {
        if let Ok(msgs) = chat_http::messages_before(conv, before).await {
            self.with_open(conv, |thread| thread.take_earlier(msgs));
        }
    }

    async fn load_past(self, conv: &str, turn: u64) {
        if !self.past.try_read_untracked().is_some_and(|past| past.is_listed()) {
            let Some(id) = self.visitor_id() else { return };
            let Ok(all) = chat_http::conversations_of(id).await else { return };
            let Some(all) = self.before(conv, all) else { return };
            let _ = self.past.try_update(|past| past.list(turn, all));
        }
        let Some((of, _)) = self.look_at_past(|past| past.next(turn).cloned()) else { return };
        let Ok(msgs) = whole_thread(&of).await else { return };
        let _ = self.past.try_update(|past| past.take(turn, of, msgs));
    }

    /// Those of a visitor's conversations that come before the open one, oldest first.
    fn before(self, conv: &str, all: Vec<Row>) -> Option<Vec<(ConversationName, Millis)>> {
        let thread = self.thread.try_read_untracked()?;
        let begun = thread.as_ref().filter(|it| it.conv() == conv)?.msgs().first().map(|msg| msg.at);
        let is_before = |row: &Row| row.conv != conv && begun.is_none_or(|begun| row.at <= begun);
        let mut before: Vec<_> = all.into_iter().filter(is_before).map(|row| (row.conv, row.at)).collect();
        before.sort_by_key(|(_, at)| *at);
        Some(before)
    }

    fn with_open(self, conv: &str, act: impl FnOnce(&mut Thread)) {
        let _ = self.thread.try_update(|thread| {
            if let Some(thread) = thread.as_mut().filter(|it| it.conv() == conv) {
                act(thread);
            }
        });
    }

    fn visitor_id(self) -> Option<i64> {
        match &*self.visitor.try_read_untracked()? {
            Loaded::Here(visitor) => Some(visitor.id),
            Loaded::Not | Loaded::Loading | Loaded::Failed => None,
        }
    }

    /// Asks for the visitor of the open conversation.
    pub fn load_visitor(self, conv: ConversationName) {
        if !matches!(*self.visitor.read_untracked(), Loaded::Here(_)) {
            self.visitor.set(Loaded::Loading);
        }
        let turn = self.visitor_turn.try_update_value(|turn| {
            *turn += 1;
            *turn
        });
        spawn_local(async move {
            let found = chat_http::visitor(&conv).await;
            // Of two answers that overtake each other the one that was asked for last is right.
            let is_last = self.visitor_turn.try_get_value() == turn;
            if !is_last || self.open_conv().as_deref() != Some(&conv) {
                return;
            }
            let _ = self.visitor.try_update(|visitor| match found {
                Ok(found) => *visitor = Loaded::Here(found),
                // What was known stays in sight.
                Err(_) if matches!(visitor, Loaded::Here(_)) => {}
                Err(_) => *visitor = Loaded::Failed,
            });
        });
    }

    /// The visitor of a conversation came, went, or looked at another page.
    pub(super) fn refresh_visitor(self, conv: &str) {
        if self.open_conv().as_deref() == Some(conv) {
            self.load_visitor(conv.to_owned());
        }
    }

    /// Asks for the canned replies, once.
    pub fn load_canned(self) {
        if matches!(*self.canned.read_untracked(), Loaded::Here(_) | Loaded::Loading) {
            return;
        }
        self.reload_canned();
    }

    /// Asks for the canned replies again.
    pub fn reload_canned(self) {
        if !matches!(*self.canned.read_untracked(), Loaded::Here(_)) {
            self.canned.set(Loaded::Loading);
        }
        let Some(turn) = self.canned_asking.try_update_value(Asking::begin).flatten() else { return };
        spawn_local(async move {
            let found = chat_http::canned().await;
            if self.canned_asking.try_with_value(|it| it.is_last(turn)) == Some(true) {
                let _ = self.canned.try_set(found.map_or(Loaded::Failed, Loaded::Here));
            }
        });
    }

    /// A canned reply is used: it counts here at once, and there as soon as the service knows.
    pub fn use_canned(self, id: i64) {
        self.canned.update(|canned| {
            if let Loaded::Here(all) = canned {
                all.iter_mut().filter(|it| it.id == id).for_each(|it| it.uses += 1);
            }
        });
        self.canned_asking.update_value(Asking::count);
        spawn_local(async move {
            chat_http::count_canned(id).await;
            if self.canned_asking.try_update_value(Asking::counted) == Some(true) {
                self.reload_canned();
            }
        });
    }
}

/// All messages of a conversation, oldest first.
///
/// # Errors
/// [`HttpError`](crate::net::http::HttpError); they can be asked for again.
pub async fn whole_thread(
    conv: &str,
) -> Result<Vec<Arc<chat_proto::message::Msg>>, crate::net::http::HttpError> {
    let mut all = Vec::new();
    let mut before = u64::MAX >> 1;
    loop {
        let page = chat_http::messages_before(conv, before).await?;
        let page: Vec<_> = page.into_iter().filter(|msg| 0 < msg.seq && msg.seq < before).collect();
        let Some(first) = page.first().map(|msg| msg.seq) else { return Ok(all) };
        all.splice(0..0, page.into_iter().map(Arc::new));
        if first <= 1 {
            return Ok(all);
        }
        before = first;
    }
}
