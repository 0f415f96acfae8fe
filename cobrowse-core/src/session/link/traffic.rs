//! What went over which lane.
use crate::{session::Lane, wire::Channel};

/// Messages and bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// Messages; a big frame is several.
    pub messages: u64,
    /// Bytes.
    pub bytes: u64,
}

/// Counters of one link, by lane and channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traffic {
    sent: [[Count; 4]; 3],
    received: [[Count; 4]; 3],
    /// Messages that went over a second lane, because the first was silent or died.
    pub resent: u64,
    /// Messages that had arrived before.
    pub duplicates: u64,
}

impl Traffic {
    /// What this side sent; bytes with envelopes.
    pub const fn sent(&self, lane: Lane, channel: Channel) -> Count {
        self.sent[lane as usize][channel as usize]
    }

    /// What this side received; bytes without envelopes.
    pub const fn received(&self, lane: Lane, channel: Channel) -> Count {
        self.received[lane as usize][channel as usize]
    }

    /// Adds another link's counters, for example those of the link before.
    pub fn add(&mut self, other: &Self) {
        for (mine, theirs) in [(&mut self.sent, &other.sent), (&mut self.received, &other.received)] {
            for (mine, theirs) in mine.as_flattened_mut().iter_mut().zip(theirs.as_flattened()) {
                mine.messages += theirs.messages;
                mine.bytes += theirs.bytes;
            }
        }
        self.resent += other.resent;
        self.duplicates += other.duplicates;
    }

    pub(super) fn count_sent(&mut self, lane: Lane, channel: Channel, bytes: usize) {
        count(&mut self.sent[lane as usize][channel as usize], bytes);
    }

    pub(super) fn count_received(&mut self, lane: Lane, channel: Channel, bytes: usize) {
        count(&mut self.received[lane as usize][channel as usize], bytes);
    }
}

fn count(into: &mut Count, bytes: usize) {
    into.messages += 1;
    into.bytes += bytes as u64;
}
