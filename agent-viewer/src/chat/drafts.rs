//! What this agent writes into each conversation, and the files beside it: both outlive the view that shows them.
use leptos::prelude::*;

use super::Chat;
use crate::{
    browser,
    components::chat::attachments::Attachments,
    state::chat::{
        draft::{NoteDraft, Writing},
        outbox::Outgoing,
        thread::Thread,
    },
};

impl Chat {
    /// What is written there and not sent; tracked.
    pub fn writing(self, conv: &str) -> Writing {
        let known = self.writings.read().get(conv).cloned();
        known.unwrap_or_else(|| self.kept(conv))
    }

    /// Changes what is written there, and keeps it.
    pub fn write(self, conv: &str, act: impl FnOnce(&mut Writing)) {
        let known = self.writings.read_untracked().get(conv).cloned();
        let mut writing = known.unwrap_or_else(|| self.kept(conv));
        act(&mut writing);
        let name = self.draft_of(conv);
        match serde_json::to_string(&writing) {
            Ok(text) if !writing.is_empty() => browser::remember(&name, &text),
            _ => browser::forget(&name),
        }
        self.writings.update(|all| drop(all.insert(conv.to_owned(), writing)));
    }

    /// The files beside it: they go on being sent while another conversation is open.
    pub fn files(self, conv: &str) -> Attachments {
        if let Some(files) = self.files.with_value(|all| all.get(conv).copied()) {
            return files;
        }
        let files = self.scope.with_value(|scope| scope.with(|| Attachments::new(conv)));
        self.files.update_value(|all| {
            all.insert(conv.to_owned(), files);
        });
        files
    }

    /// A conversation's composer is shown: another tab may have written there since.
    pub fn look_at_draft(self, conv: &str) {
        if !self.files(conv).is_busy() {
            let kept = self.kept(conv);
            self.writings.update(|all| drop(all.insert(conv.to_owned(), kept)));
        }
    }

    /// What cannot be sent now is kept as the conversation's draft, before what stands there.
    pub(super) fn give_back(self, message: &Outgoing) {
        self.write(&message.conv, |writing| writing.give_back(&message.say));
        self.files(&message.conv).give_back(message.files_to_keep());
    }

    /// What is written of a quick note about a visitor, and not saved.
    pub fn kept_note(self, visitor: i64, note: i64) -> Option<NoteDraft> {
        serde_json::from_str(&browser::recall(&self.note_place(visitor, note))?).ok()
    }

    /// Keeps it: over the view that shows it, and a reload.
    pub fn keep_note(self, visitor: i64, note: i64, draft: &NoteDraft) {
        let place = self.note_place(visitor, note);
        match serde_json::to_string(draft) {
            Ok(text) if note != 0 || !draft.text.is_empty() => browser::remember(&place, &text),
            _ => browser::forget(&place),
        }
    }

    /// It is saved, or given up.
    pub fn forget_note(self, visitor: i64, note: i64) {
        browser::forget(&self.note_place(visitor, note));
    }

    fn note_place(self, visitor: i64, note: i64) -> String {
        self.owner.with_value(|owner| NoteDraft::place(owner, visitor, note))
    }

    /// Whether this conversation is the one that is shown; not tracked.
    pub fn is_open(self, conv: &str) -> bool {
        self.thread.read_untracked().as_ref().map(Thread::conv) == Some(conv)
    }

    fn kept(self, conv: &str) -> Writing {
        let text = browser::recall(&self.draft_of(conv));
        let mut kept: Writing = text.and_then(|it| serde_json::from_str(&it).ok()).unwrap_or_default();
        // The files that it waited for went with the page of then.
        kept.stop_waiting();
        kept
    }

    fn draft_of(self, conv: &str) -> String {
        self.owner.with_value(|owner| format!("tandem-draft-{owner}-{conv}"))
    }
}
