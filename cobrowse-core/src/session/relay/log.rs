//! The last keyframe and the deltas since: from here every viewer is fed, each at its own pace.
//!
//! Frames are numbered from the session's beginning; a keyframe drops what is before it, so whoever was
//! behind goes on with the keyframe. The frames are shared, so a viewer that lags costs a number.
use std::{collections::VecDeque, sync::Arc, time::Duration};

use crate::{
    id::{Epoch, Moment, Seq},
    session::link::Frame,
    wire::PageKind,
};

/// Most bytes. A visitor who sends more without a keyframe loses the log, and is asked for one.
pub(super) const MAX_BYTES: usize = 24 << 20;
/// Deltas are not worth a checkpoint below this.
const WORTH: usize = 256 * 1024;
/// A keyframe is asked for at most once in so long.
const CHECKPOINT_INTERVAL: Duration = Duration::from_secs(10);
/// Most frames whose consumption is not yet told to the visitor.
const MAX_UNTOLD: usize = 64 * 1024;
/// Bytes that a frame costs beside its payload, for the bound.
const FRAME_COST: usize = 64;

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) kind: PageKind,
    pub(super) epoch: Epoch,
    pub(super) payload: Arc<[u8]>,
    /// Bytes of the log before this frame, counted from the session's beginning.
    before: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// There is no keyframe, or frames after it are missing.
    Nothing,
    /// The keyframe's slices are arriving.
    Keyframe,
    Deltas,
}

#[derive(Debug)]
pub(super) struct Log {
    entries: VecDeque<Entry>,
    first: u64,
    written: u64,
    part: Part,
    epoch: Epoch,
    keyframe_bytes: usize,
    delta_bytes: usize,
    asked: Moment,
    diverged: Option<Epoch>,
    /// Frames of the visitor that nobody has consumed yet, and their last pieces on the visitor's link.
    untold: VecDeque<(u64, Seq)>,
}

impl Log {
    pub(super) const fn new(now: Moment) -> Self {
        Self {
            entries: VecDeque::new(),
            first: 0,
            written: 0,
            part: Part::Nothing,
            epoch: Epoch(0),
            keyframe_bytes: 0,
            delta_bytes: 0,
            asked: now,
            diverged: None,
            untold: VecDeque::new(),
        }
    }

    /// Takes a frame of the visitor.
    pub(super) fn push(&mut self, kind: PageKind, frame: Frame) {
        if kind == PageKind::Keyframe {
            self.begin(frame.epoch);
        }
        if self.part == Part::Nothing || frame.epoch != self.epoch {
            return self.note(frame.last);
        }
        self.append(kind, frame);
        if kind == PageKind::KeyframeEnd {
            self.part = Part::Deltas;
        }
        if MAX_BYTES < self.bytes() {
            self.clear();
        }
    }

    fn begin(&mut self, epoch: Epoch) {
        self.clear();
        self.part = Part::Keyframe;
        self.epoch = epoch;
        self.diverged = self.diverged.filter(|diverged| epoch <= *diverged);
    }

    fn append(&mut self, kind: PageKind, frame: Frame) {
        let bytes = frame.payload.len() + FRAME_COST;
        match self.part {
            Part::Nothing => {}
            Part::Keyframe => self.keyframe_bytes += bytes,
            Part::Deltas => self.delta_bytes += bytes,
        }
        let payload = frame.payload.into();
        self.entries.push_back(Entry { kind, epoch: frame.epoch, payload, before: self.written });
        self.written += bytes as u64;
        self.note(frame.last);
    }

    fn note(&mut self, last: Seq) {
        if self.untold.len() == MAX_UNTOLD {
            self.untold.pop_front();
        }
        self.untold.push_back((self.end(), last));
    }

    /// Drops everything: the next frame that counts is a keyframe.
    pub(super) fn clear(&mut self) {
        self.first = self.end();
        self.entries.clear();
        self.part = Part::Nothing;
        self.keyframe_bytes = 0;
        self.delta_bytes = 0;
    }

    /// A keyframe comes without being asked for.
    pub(super) const fn expect_keyframe(&mut self, now: Moment) {
        self.asked = now;
    }

    /// The visitor's numbers begin anew.
    pub(super) fn begin_link(&mut self, now: Moment) {
        self.untold.clear();
        self.expect_keyframe(now);
    }

    pub(super) fn get(&self, number: u64) -> Option<&Entry> {
        let index = usize::try_from(number.checked_sub(self.first)?).ok()?;
        self.entries.get(index)
    }

    /// The number of the first frame.
    pub(super) const fn first(&self) -> u64 {
        self.first
    }

    /// The number that the next frame will have.
    pub(super) fn end(&self) -> u64 {
        self.first + self.entries.len() as u64
    }

    pub(super) const fn bytes(&self) -> usize {
        self.keyframe_bytes + self.delta_bytes
    }

    /// Bytes from this frame to the end.
    pub(super) fn behind(&self, number: u64) -> u64 {
        self.get(number.max(self.first)).map_or(0, |entry| self.written - entry.before)
    }

    /// A viewer that is this far behind is better served by a keyframe.
    pub(super) fn lag_limit(&self) -> u64 {
        self.keyframe_bytes.max(WORTH) as u64
    }

    /// A viewer's page differs. False when a later keyframe has healed it already.
    pub(super) fn diverge(&mut self, epoch: Epoch) -> bool {
        let counts = epoch == self.epoch && self.diverged != Some(epoch);
        if counts {
            self.diverged = Some(epoch);
        }
        counts
    }

    /// What the visitor may be told is consumed, now that frames up to `number` are. What a keyframe dropped
    /// needs nobody.
    pub(super) fn consumed(&mut self, number: u64) -> Option<Seq> {
        let number = number.max(self.first);
        let mut last = None;
        while let Some((_, seq)) = self.untold.front().filter(|(end, _)| *end <= number) {
            last = Some(*seq);
            self.untold.pop_front();
        }
        last
    }

    fn wants_keyframe(&self, lag: Lag) -> bool {
        let long = self.part == Part::Deltas && self.keyframe_bytes.max(WORTH) < self.delta_bytes;
        long || lag == Lag::Somebody || self.part == Part::Nothing || self.diverged.is_some()
    }

    /// When a keyframe is to be asked for, if one is wanted.
    pub(super) fn keyframe_at(&self, lag: Lag) -> Option<Moment> {
        self.wants_keyframe(lag).then(|| self.asked + CHECKPOINT_INTERVAL)
    }

    /// Whether to ask now; notes that it was asked.
    pub(super) fn ask_keyframe(&mut self, lag: Lag, now: Moment) -> bool {
        let due = self.keyframe_at(lag).is_some_and(|at| at <= now);
        if due {
            self.asked = now;
        }
        due
    }
}

/// Whether a viewer fell behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lag {
    Nobody,
    Somebody,
}
