//! What a reader has of a conversation.
use chat_proto::{Resume, message::Msg};

use crate::Error;

/// The messages of a conversation, in order and without gaps; beside them the records that desks see.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Thread {
    /// Which conversation; empty while there is none.
    pub conv: String,
    /// The last version that was told.
    pub ver: u64,
    /// What stands in it.
    pub msgs: Vec<Msg>,
    /// What stands beside it.
    pub records: Vec<Msg>,
}

impl Thread {
    /// An empty one.
    pub fn new(conv: &str) -> Self {
        Self { conv: conv.to_owned(), ..Self::default() }
    }

    /// Where a new connection goes on.
    pub fn resume(&self) -> Resume {
        let (seq, aseq) = (self.last(), self.records.last().map_or(0, |it| it.aseq));
        Resume { conv: self.conv.clone(), seq, aseq, ver: self.ver }
    }

    /// The last number.
    pub fn last(&self) -> u64 {
        self.msgs.last().map_or(0, |it| it.seq)
    }

    /// Takes messages in.
    ///
    /// # Errors
    /// [`Error::Order`] when one is missing, comes twice, or comes too late.
    pub fn take(&mut self, msgs: Vec<Msg>) -> Result<(), Error> {
        for msg in msgs {
            let (had, got) = match (msg.seq, msg.aseq) {
                (0, aseq) => (self.records.last().map_or(0, |it| it.aseq), aseq),
                (seq, _) => (self.last(), seq),
            };
            if got != had + 1 {
                return Err(Error::Order { conv: self.conv.clone(), had, got });
            }
            if msg.seq == 0 { self.records.push(msg) } else { self.msgs.push(msg) }
        }
        Ok(())
    }

    /// What people and the bot wrote: who, and what.
    pub fn words(&self) -> Vec<(chat_proto::message::From, &str)> {
        self.msgs.iter().filter(|it| !it.text.is_empty()).map(|it| (it.from, it.text.as_str())).collect()
    }

    /// The codes of what the service said.
    pub fn codes(&self) -> Vec<&str> {
        self.msgs.iter().filter(|it| !it.meta.code.is_empty()).map(|it| it.meta.code.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn msg(seq: u64, aseq: u64) -> Msg {
        Msg { seq, aseq, ..Msg::default() }
    }

    #[test]
    fn what_is_missing_or_comes_twice_is_found() {
        let mut thread = Thread::new("c");
        thread.take(vec![msg(1, 0), msg(0, 1), msg(2, 0)]).expect("in order");
        assert_eq!((thread.last(), thread.resume().aseq), (2, 1));
        for (seq, aseq) in [(2, 0), (4, 0), (0, 1), (0, 3)] {
            let result = thread.clone().take(vec![msg(seq, aseq)]);
            assert!(matches!(result, Err(Error::Order { .. })), "{seq} {aseq}");
        }
    }
}
