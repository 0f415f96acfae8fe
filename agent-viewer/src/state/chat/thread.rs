//! One conversation: its messages in order, and the records beside them.
use std::{collections::BTreeMap, sync::Arc};

use chat_proto::{
    ConversationName, Resume,
    desk::{Detail, FromDesk},
    message::Msg,
};

/// How many messages the thread shows at first; earlier ones come as the eye goes up.
pub const FIRST: u64 = 80;

/// A conversation that is open.
#[derive(Debug, Clone, Default)]
pub struct Thread {
    conv: ConversationName,
    detail: Option<Arc<Detail>>,
    /// Without gaps: the first has the number `base + 1`.
    msgs: Vec<Arc<Msg>>,
    base: u64,
    /// What came before its turn.
    early: BTreeMap<u64, Arc<Msg>>,
    records: BTreeMap<u64, Arc<Msg>>,
    visitor_read: u64,
    /// How long it is, is being asked.
    is_sought: bool,
}

impl Thread {
    /// A conversation of which nothing is known yet. It is not asked for before it is known how long it is: what came
    /// meanwhile would be lost with this one.
    pub fn seek(conv: &str) -> Self {
        Self { conv: conv.to_owned(), is_sought: true, ..Self::default() }
    }

    /// Opens a conversation whose last message has this number, as far as it is known.
    pub fn open(conv: &str, last: u64) -> Self {
        Self { conv: conv.to_owned(), base: last.saturating_sub(FIRST), ..Self::default() }
    }

    /// Which conversation.
    pub fn conv(&self) -> &str {
        &self.conv
    }

    /// What else is known of it.
    pub fn detail(&self) -> Option<&Arc<Detail>> {
        self.detail.as_ref()
    }

    /// Its messages, in order.
    pub fn msgs(&self) -> &[Arc<Msg>] {
        &self.msgs
    }

    /// The records beside them, in order.
    pub fn records(&self) -> impl Iterator<Item = &Arc<Msg>> {
        self.records.values()
    }

    /// Up to where the visitor has read.
    pub fn visitor_read(&self) -> u64 {
        self.visitor_read
    }

    /// The number of the last message that is applied.
    pub fn last(&self) -> u64 {
        self.base + self.msgs.len() as u64
    }

    /// The number before which messages are not loaded yet; `None` when the thread's beginning is there.
    pub fn earlier(&self) -> Option<u64> {
        (0 < self.base).then_some(self.base + 1)
    }

    /// Where the client stands; `None` where that is not known yet.
    pub fn resume(&self) -> Option<Resume> {
        (!self.is_sought).then(|| Resume {
            conv: self.conv.clone(),
            seq: self.last(),
            aseq: self.last_record(),
            ver: self.detail.as_ref().map_or(0, |detail| detail.row.ver),
        })
    }

    /// The conversation as it is now; passed over when a newer version is known.
    pub fn take_detail(&mut self, detail: Detail) {
        if self.detail.as_ref().is_some_and(|known| detail.row.ver < known.row.ver) {
            return;
        }
        self.visitor_read = self.visitor_read.max(detail.visitor_read);
        self.detail = Some(Arc::new(detail));
    }

    /// Messages and records. Gives what to ask for where some are missing.
    pub fn take(&mut self, msgs: Vec<Msg>) -> Option<FromDesk> {
        let mut missing = false;
        for msg in msgs {
            missing |= if msg.seq == 0 { self.take_record(msg) } else { self.take_message(msg) };
        }
        (missing || !self.early.is_empty()).then(|| FromDesk::Fetch {
            conv: self.conv.clone(),
            after: self.last(),
            aseq: self.last_record(),
        })
    }

    /// Messages from before the first one, oldest first.
    pub fn take_earlier(&mut self, msgs: Vec<Msg>) {
        let fits: Vec<_> = msgs.into_iter().filter(|msg| 0 < msg.seq && msg.seq <= self.base).collect();
        // They end right before the first that is there, or they answer another question.
        let (Some(first), Some(last)) = (fits.first(), fits.last()) else { return };
        let whole = last.seq == self.base && last.seq - first.seq + 1 == fits.len() as u64;
        if whole {
            self.base = first.seq - 1;
            self.msgs.splice(0..0, fits.into_iter().map(Arc::new));
        }
    }

    /// The visitor has read up to there.
    pub fn take_read(&mut self, seq: u64) {
        self.visitor_read = self.visitor_read.max(seq);
    }

    /// Whether a message of this name is in the thread.
    pub fn has(&self, cid: &str) -> bool {
        self.msgs.iter().rev().any(|msg| msg.cid == cid)
            || self.records.values().rev().any(|msg| msg.cid == cid)
    }

    fn last_record(&self) -> u64 {
        // Without gaps from 1, like messages.
        (1..).take_while(|aseq| self.records.contains_key(aseq)).last().unwrap_or(0)
    }

    /// Whether records are missing before it.
    fn take_record(&mut self, msg: Msg) -> bool {
        let aseq = msg.aseq;
        if aseq == 0 {
            return false;
        }
        self.records.insert(aseq, Arc::new(msg));
        self.last_record() < aseq
    }

    /// Whether messages are missing before it.
    fn take_message(&mut self, msg: Msg) -> bool {
        let (seq, last) = (msg.seq, self.last());
        if seq <= last {
            if let Some(at) = seq.checked_sub(self.base + 1).and_then(|at| usize::try_from(at).ok()) {
                self.msgs[at] = Arc::new(msg);
            }
            return false;
        }
        self.early.insert(seq, Arc::new(msg));
        while let Some(msg) = self.early.remove(&(self.last() + 1)) {
            self.msgs.push(msg);
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use chat_proto::desk::Row;
    use proptest::prelude::*;

    use super::*;

    fn msg(seq: u64) -> Msg {
        Msg { seq, text: format!("m{seq}"), ..Msg::default() }
    }

    fn record(aseq: u64) -> Msg {
        Msg { aseq, kind: "note".into(), ..Msg::default() }
    }

    fn seqs(thread: &Thread) -> Vec<u64> {
        thread.msgs().iter().map(|msg| msg.seq).collect()
    }

    #[test]
    fn what_comes_before_its_turn_waits_and_what_is_missing_is_asked_for() {
        let mut thread = Thread::open("c", 0);
        assert_eq!(thread.take(vec![msg(1)]), None);
        let asked = thread.take(vec![msg(4), msg(3)]);
        assert_eq!(asked, Some(FromDesk::Fetch { conv: "c".into(), after: 1, aseq: 0 }));
        assert_eq!(seqs(&thread), [1]);
        assert_eq!(thread.take(vec![msg(2)]), None);
        assert_eq!(seqs(&thread), [1, 2, 3, 4]);
    }

    #[test]
    fn what_is_looked_for_is_not_asked_for_yet() {
        assert_eq!(Thread::seek("c").resume(), None);
        assert_eq!(Thread::open("c", 200).resume().map(|it| it.seq), Some(120));
    }

    #[test]
    fn records_have_numbers_of_their_own() {
        let mut thread = Thread::open("c", 0);
        assert_eq!(thread.take(vec![msg(1), record(1)]), None);
        assert_eq!(
            thread.take(vec![record(3)]),
            Some(FromDesk::Fetch { conv: "c".into(), after: 1, aseq: 1 })
        );
        assert_eq!(thread.take(vec![record(2)]), None);
        assert_eq!(thread.resume().expect("known").aseq, 3);
    }

    #[test]
    fn a_long_thread_opens_at_its_end_and_goes_on_upwards() {
        let mut thread = Thread::open("c", 200);
        assert_eq!(thread.resume().expect("known").seq, 120);
        thread.take((121..=200).map(msg).collect());
        assert_eq!(thread.earlier(), Some(121));
        thread.take_earlier((101..=119).map(msg).collect());
        assert_eq!(thread.earlier(), Some(121), "with a hole it is no answer");
        thread.take_earlier((101..=120).map(msg).collect());
        assert_eq!((thread.earlier(), thread.last(), thread.msgs().len()), (Some(101), 200, 100));
        thread.take_earlier((1..=100).map(msg).collect());
        assert_eq!(thread.earlier(), None);
    }

    #[test]
    fn versions_never_go_back() {
        let mut thread = Thread::open("c", 0);
        let detail = |ver, read| Detail {
            row: Row { ver, ..Row::default() },
            visitor_read: read,
            ..Detail::default()
        };
        thread.take_detail(detail(3, 5));
        thread.take_detail(detail(2, 9));
        assert_eq!((thread.resume().expect("known").ver, thread.visitor_read()), (3, 5));
        thread.take_read(4);
        assert_eq!(thread.visitor_read(), 5);
    }

    proptest! {
        #[test]
        fn in_whatever_order_they_come_they_stand_in_theirs(order in Just((1..=20_u64).collect::<Vec<_>>()).prop_shuffle(), again in 1..=20_u64) {
            let mut thread = Thread::open("c", 0);
            for seq in order {
                thread.take(vec![msg(seq), msg(again.min(seq))]);
            }
            prop_assert_eq!(seqs(&thread), (1..=20).collect::<Vec<_>>());
            prop_assert_eq!(thread.take(vec![]), None);
        }
    }
}
