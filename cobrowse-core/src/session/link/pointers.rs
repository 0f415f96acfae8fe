//! Values of which only the newest counts: out, one slot per value; in, a filter against older ones.
use std::{collections::BTreeMap, time::Duration};

use crate::{
    command::Indicate,
    id::{AgentId, Epoch, Moment, NodeId, Seq},
    wire::{Channel, Envelope, PointerKind, message},
};

/// Most values at once, and most that the filter remembers.
const MAX_VALUES: usize = 64;
/// Longest payload, bytes.
pub(super) const MAX_POINTER: usize = 4 * 1024;
/// A value that went unreliably goes once reliably after so much rest.
const REST: Duration = Duration::from_millis(200);

/// Which value: the kind, and the node of a scroll position or the agent of a pointer.
type Key = (u8, u32);

fn key_of(kind: u8, payload: &[u8]) -> Key {
    let scrolled = || message::decode::<(NodeId, f32, f32)>(payload).map(|(node, ..)| node.to_wire());
    // As the relay passes it on. From the viewer itself it is another shape, and there is one agent.
    let pointing = || message::decode::<(AgentId, Indicate)>(payload).map(|(agent, _)| agent.0);
    let value = match PointerKind::from_wire(kind) {
        Some(PointerKind::Scroll) => scrolled().ok(),
        Some(PointerKind::Agent) => pointing().ok(),
        Some(PointerKind::Cursor) | None => None,
    };
    (kind, value.unwrap_or(0))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    Fresh,
    /// Went unreliably; goes reliably when nothing newer comes.
    Rests(Moment),
    Rested,
}

/// How reliable the lane was that a value went over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sent {
    Reliably,
    Unreliably,
}

#[derive(Debug, Default)]
pub(super) struct Outgoing {
    values: Vec<(Key, Envelope, Slot)>,
    last: Seq,
}

impl Outgoing {
    pub(super) fn set(&mut self, kind: u8, epoch: Epoch, payload: Vec<u8>) {
        let key = key_of(kind, &payload);
        self.values.retain(|(other, ..)| *other != key);
        if self.values.len() == MAX_VALUES {
            self.values.remove(0);
        }
        self.last = self.last.next();
        let envelope =
            Envelope { channel: Channel::Pointer, kind, more: false, seq: self.last, epoch, payload };
        self.values.push((key, envelope, Slot::Fresh));
    }

    pub(super) fn clear(&mut self) {
        self.values.clear();
    }

    /// A value that has not gone yet.
    pub(super) fn fresh(&self) -> Option<(usize, &Envelope)> {
        self.find(|slot| slot == Slot::Fresh)
    }

    /// A value that rested.
    pub(super) fn rested(&self) -> Option<(usize, &Envelope)> {
        self.find(|slot| slot == Slot::Rested)
    }

    pub(super) fn handle_timeout(&mut self, now: Moment) {
        for (.., slot) in &mut self.values {
            if matches!(slot, Slot::Rests(until) if *until <= now) {
                *slot = Slot::Rested;
            }
        }
    }

    fn find(&self, wanted: impl Fn(Slot) -> bool) -> Option<(usize, &Envelope)> {
        let index = self.values.iter().position(|(.., slot)| wanted(*slot))?;
        Some((index, &self.values.get(index)?.1))
    }

    pub(super) fn went(&mut self, index: usize, how: Sent, now: Moment) {
        match how {
            Sent::Reliably => _ = self.values.remove(index),
            Sent::Unreliably => self.values[index].2 = Slot::Rests(now + REST),
        }
    }

    pub(super) fn poll_timeout(&self) -> Option<Moment> {
        let rests = self.values.iter().filter_map(|(.., slot)| match slot {
            Slot::Rests(until) => Some(*until),
            Slot::Fresh | Slot::Rested => None,
        });
        rests.min()
    }
}

/// Lets a value pass when none newer has passed.
#[derive(Debug, Default)]
pub(super) struct Incoming {
    newest: BTreeMap<Key, Seq>,
}

impl Incoming {
    pub(super) fn passes(&mut self, envelope: &Envelope) -> bool {
        let key = key_of(envelope.kind, &envelope.payload);
        if self.newest.get(&key).is_some_and(|newest| envelope.seq <= *newest) {
            return false;
        }
        if self.newest.len() == MAX_VALUES && !self.newest.contains_key(&key) {
            let oldest = self.newest.iter().min_by_key(|(_, seq)| **seq).map(|(key, _)| *key);
            oldest.map(|key| self.newest.remove(&key));
        }
        self.newest.insert(key, envelope.seq);
        true
    }
}
