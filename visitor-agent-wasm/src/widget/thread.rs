//! The messages of one conversation, in the order of their numbers and without a gap.
use chat_proto::message::{From, Msg};

/// What became of messages that came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// All are in their places.
    All,
    /// There are some missing between: those after this number are to be fetched.
    Gap(u64),
}

/// A thread; it holds each number from 1 to the last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Thread {
    msgs: Vec<Msg>,
}

impl Thread {
    /// The last number; 0 for none.
    pub fn last(&self) -> u64 {
        self.msgs.len() as u64
    }

    /// All messages.
    pub fn msgs(&self) -> &[Msg] {
        &self.msgs
    }

    /// Puts messages in. One that is there already is replaced: it was changed. One that does not follow waits.
    pub fn apply(&mut self, msgs: Vec<Msg>) -> Applied {
        for msg in msgs {
            let place = usize::try_from(msg.seq).unwrap_or(usize::MAX);
            match place.checked_sub(1) {
                // A record beside the thread is not for visitors.
                None => {}
                Some(at) if at < self.msgs.len() => self.msgs[at] = msg,
                Some(at) if at == self.msgs.len() => self.msgs.push(msg),
                Some(_) => return Applied::Gap(self.last()),
            }
        }
        Applied::All
    }

    /// Whether a message with this name is there.
    pub fn has(&self, cid: &str) -> bool {
        self.msgs.iter().rev().any(|msg| msg.from == From::Visitor && msg.cid == cid)
    }

    /// How many came from others after a number.
    pub fn unread(&self, after: u64) -> usize {
        let from = usize::try_from(after).unwrap_or(usize::MAX).min(self.msgs.len());
        self.msgs[from..].iter().filter(|msg| matches!(msg.from, From::Agent | From::Bot)).count()
    }

    /// The question that is still to be answered: its number.
    pub fn question(&self) -> Option<u64> {
        let last =
            self.msgs.iter().rev().find(|msg| matches!(msg.kind.as_str(), "choice_question" | "choice"))?;
        (last.kind == "choice_question").then_some(last.seq)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn msg(seq: u64) -> Msg {
        Msg { seq, cid: format!("{seq:032x}"), from: From::Agent, kind: "text".into(), ..Msg::default() }
    }

    #[test]
    fn a_gap_is_told_and_a_change_replaces() {
        let mut thread = Thread::default();
        assert_eq!(thread.apply(vec![msg(1), msg(2)]), Applied::All);
        assert_eq!(thread.apply(vec![msg(5)]), Applied::Gap(2));
        let changed = Msg { text: "changed".into(), ..msg(1) };
        assert_eq!(thread.apply(vec![changed.clone(), msg(3)]), Applied::All);
        assert_eq!((thread.last(), &thread.msgs()[0]), (3, &changed));
        assert_eq!((thread.unread(1), thread.unread(9)), (2, 0));
    }

    proptest! {
        // Whatever is lost, doubled or late on the way: by asking for gaps, the thread becomes whole and ordered.
        #[test]
        fn gaps_are_filled_by_asking(batches in prop::collection::vec((1u64..60, 1u64..20), 1..40)) {
            let mut thread = Thread::default();
            for (from, count) in batches {
                let mut batch: Vec<_> = (from..from + count).map(msg).collect();
                while let Applied::Gap(after) = thread.apply(batch.clone()) {
                    batch = (after + 1..from + count).map(msg).collect();
                }
                let seqs: Vec<_> = thread.msgs().iter().map(|it| it.seq).collect();
                prop_assert_eq!(seqs, (1..=thread.last()).collect::<Vec<_>>());
                prop_assert!(thread.last() + 1 >= from + count);
            }
        }
    }
}
