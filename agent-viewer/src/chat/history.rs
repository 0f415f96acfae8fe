//! What lies before and beside the open conversation: earlier messages, conversations of before, the visitor.
use std::sync::Arc;

use chat_proto::{ConversationName, Millis, desk::Row};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::{Chat, Loaded};
use crate::{
    net::chat_http,
    state::chat::{entries::PastThread, thread::Thread},
};

/// Conversations of before.
#[derive(Debug, Clone, Default)]
pub struct Past {
    /// Those that are shown above the present one, oldest first.
    pub shown: Vec<PastThread>,
    /// Those that are not loaded yet, oldest first; `None` before it is asked.
    waiting: Option<Vec<(ConversationName, Millis)>>,
    /// Something is on its way.
    busy: bool,
}

impl Past {
    /// Whether there is nothing above what is shown.
    pub fn is_whole(&self) -> bool {
        self.waiting.as_ref().is_some_and(Vec::is_empty)
    }
}

impl Chat {
    /// The eye is at the top: earlier messages of this conversation, then the one before it, and so on.
    pub fn earlier(self) {
        let Some((conv, before)) = self.thread.try_read_untracked().and_then(|thread| {
            thread.as_ref().filter(|it| it.detail().is_some()).map(|it| (it.conv().to_owned(), it.earlier()))
        }) else {
            return;
        };
        if self.past.read_untracked().busy || self.past.read_untracked().is_whole() {
            return;
        }
        self.past.update(|past| past.busy = true);
        spawn_local(async move {
            match before {
                Some(before) => self.load_earlier(&conv, before).await,
                None => self.load_past(&conv).await,
            }
            let _ = self.past.try_update(|past| past.busy = false);
        });
    }

    /// Shows the conversations of before down to this one.
    pub fn reach_past(self, wanted: ConversationName) {
        let Some(conv) = self.open_conv() else { return };
        spawn_local(async move {
            while let Some(before) =
                self.thread.try_read_untracked().and_then(|thread| thread.as_ref().and_then(Thread::earlier))
            {
                let known = before;
                self.load_earlier(&conv, before).await;
                if self.thread.try_read_untracked().and_then(|it| it.as_ref().and_then(Thread::earlier))
                    == Some(known)
                {
                    return;
                }
            }
            let shown = move |past: &Past| past.shown.iter().any(|it| it.conv == wanted);
            while self.past.try_read_untracked().is_some_and(|past| !shown(&past) && !past.is_whole()) {
                let count = self.past.read_untracked().shown.len();
                self.load_past(&conv).await;
                if self.past.try_read_untracked().is_none_or(|past| past.shown.len() == count) {
                    return;
                }
            }
        });
    }

    fn open_conv(self) -> Option<ConversationName> {
        self.thread.try_read_untracked().and_then(|thread| thread.as_ref().map(|it| it.conv().to_owned()))
    }

    async fn load_earlier(self, conv: &str, before: u64) {
        if let Ok(msgs) = chat_http::messages_before(conv, before).await {
            self.with_open(conv, |thread| thread.take_earlier(msgs));
        }
    }

    async fn load_past(self, conv: &str) {
        if self.past.read_untracked().waiting.is_none() {
            let Some(id) = self.visitor_id() else { return };
            let Ok(all) = chat_http::conversations_of(id).await else { return };
            let mut before: Vec<Row> = all.into_iter().filter(|row| row.conv != conv).collect();
            before.sort_by_key(|row| row.at);
            let begun =
                self.thread.read_untracked().as_ref().and_then(|it| it.msgs().first().map(|msg| msg.at));
            let before = before.into_iter().filter(|row| begun.is_none_or(|begun| row.at <= begun));
            let waiting = before.map(|row| (row.conv, row.at)).collect();
            self.past.update(|past| past.waiting = Some(waiting));
        }
        let Some((of, at)) = self.past.read_untracked().waiting.as_ref().and_then(|it| it.last().cloned())
        else {
            return;
        };
        let Ok(msgs) = whole_thread(&of).await else { return };
        if self.open_conv().as_deref() != Some(conv) {
            return;
        }
        let at = msgs.first().map_or(at, |msg| msg.at);
        self.past.update(|past| {
            if let Some(waiting) = &mut past.waiting {
                waiting.pop();
            }
            past.shown.insert(0, PastThread { conv: of, at, msgs });
        });
    }

    fn with_open(self, conv: &str, act: impl FnOnce(&mut Thread)) {
        let _ = self.thread.try_update(|thread| {
            if let Some(thread) = thread.as_mut().filter(|it| it.conv() == conv) {
                act(thread);
            }
        });
    }

    fn visitor_id(self) -> Option<i64> {
        match &*self.visitor.read_untracked() {
            Loaded::Here(visitor) => Some(visitor.id),
            Loaded::Not | Loaded::Loading | Loaded::Failed => None,
        }
    }

    /// Asks for the visitor of the open conversation.
    pub fn load_visitor(self, conv: ConversationName) {
        if !matches!(*self.visitor.read_untracked(), Loaded::Here(_)) {
            self.visitor.set(Loaded::Loading);
        }
        spawn_local(async move {
            let found = chat_http::visitor(&conv).await;
            if self.open_conv().as_deref() != Some(&conv) {
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
        spawn_local(async move {
            let found = chat_http::canned().await;
            let _ = self.canned.try_set(found.map_or(Loaded::Failed, Loaded::Here));
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
