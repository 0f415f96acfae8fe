//! Conversations of before, above the open one: what is shown, and what can still be asked for.
use std::sync::Arc;

use chat_proto::{ConversationName, Millis, message::Msg};

use super::entries::PastThread;

/// Conversations of before.
#[derive(Debug, Clone, Default)]
pub struct Past {
    /// Which opening of a conversation they are of: what was asked in an earlier one is passed over.
    turn: u64,
    shown: Vec<PastThread>,
    /// Those that are not loaded yet, oldest first; `None` before it is asked.
    waiting: Option<Vec<(ConversationName, Millis)>>,
    /// Something is on its way.
    busy: bool,
}

impl Past {
    /// Those that are shown above the present one, oldest first.
    pub fn shown(&self) -> &[PastThread] {
        &self.shown
    }

    /// Whether there is nothing above what is shown.
    pub fn is_whole(&self) -> bool {
        self.waiting.as_ref().is_some_and(Vec::is_empty)
    }

    /// Another conversation is opened, or the same one again.
    pub fn leave(&mut self) {
        *self = Self { turn: self.turn + 1, ..Self::default() };
    }

    /// Which opening it is.
    pub fn turn(&self) -> u64 {
        self.turn
    }

    /// Something is asked for: in which opening. Nothing where something is on its way, or all is there.
    pub fn begin(&mut self) -> Option<u64> {
        if self.busy || self.is_whole() {
            return None;
        }
        self.busy = true;
        Some(self.turn)
    }

    /// What was asked for is answered.
    pub fn end(&mut self, turn: u64) {
        if turn == self.turn {
            self.busy = false;
        }
    }

    /// Whether it is known which there are.
    pub fn is_listed(&self) -> bool {
        self.waiting.is_some()
    }

    /// These there are, oldest first.
    pub fn list(&mut self, turn: u64, all: Vec<(ConversationName, Millis)>) {
        if turn == self.turn && self.waiting.is_none() {
            self.waiting = Some(all);
        }
    }

    /// The next one to load, and when it changed last.
    pub fn next(&self, turn: u64) -> Option<&(ConversationName, Millis)> {
        self.waiting.as_ref().filter(|_| turn == self.turn)?.last()
    }

    /// One is loaded.
    pub fn take(&mut self, turn: u64, conv: ConversationName, msgs: Vec<Arc<Msg>>) {
        // Asked for twice it is shown once.
        let Some((_, at)) = self.next(turn).filter(|(next, _)| *next == conv) else { return };
        let at = msgs.first().map_or(*at, |msg| msg.at);
        if let Some(waiting) = &mut self.waiting {
            waiting.pop();
        }
        self.shown.insert(0, PastThread { conv, at, msgs });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(past: &Past) -> Vec<&str> {
        past.shown().iter().map(|it| it.conv.as_str()).collect()
    }

    #[test]
    fn what_was_asked_above_another_conversation_is_passed_over() {
        let mut past = Past::default();
        let before = past.begin().expect("something to ask");
        past.leave();
        let now = past.begin().expect("another conversation asks for itself");
        past.list(before, vec![("of the other".into(), 1)]);
        assert!(!past.is_listed());
        past.end(before);
        assert_eq!(past.begin(), None, "its own is still on its way");
        past.list(now, vec![("old".into(), 1), ("new".into(), 2)]);
        past.take(before, "new".into(), vec![]);
        assert_eq!(names(&past), Vec::<&str>::new());
        past.take(now, "new".into(), vec![]);
        past.end(now);
        assert_eq!(names(&past), ["new"]);
    }

    #[test]
    fn each_is_shown_once_and_the_oldest_stands_first() {
        let mut past = Past::default();
        past.list(0, vec![("old".into(), 1), ("new".into(), 2)]);
        past.take(0, "new".into(), vec![]);
        past.take(0, "new".into(), vec![]);
        past.take(0, "old".into(), vec![]);
        assert_eq!((names(&past), past.is_whole()), (vec!["old", "new"], true));
    }
}
