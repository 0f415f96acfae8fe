//! One reliable channel, arriving: put in order across both lanes, duplicates dropped, pieces joined.
use std::collections::BTreeMap;

use super::{Frame, LinkError, outbound::ABANDONED};
use crate::{
    id::{Epoch, Seq},
    wire::{
        Channel, Envelope,
        limits::{MAX_CONTROL, MAX_FRAME},
    },
};

/// How many bytes may wait for an earlier piece. Twice what a peer that keeps its window has under way.
const MAX_EARLY: usize = 2 * super::pace::MAX_WINDOW as usize;
/// How far ahead a piece may be; pieces can be tiny.
const MAX_AHEAD: u32 = 32 * 1024;

/// What a piece was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arrival {
    InOrder,
    Early,
    Duplicate,
}

#[derive(Debug)]
pub(super) struct Inbound {
    channel: Channel,
    max_frame: usize,
    last: Seq,
    early: BTreeMap<Seq, Envelope>,
    early_bytes: usize,
    partial: Option<Partial>,
}

#[derive(Debug)]
struct Partial {
    kind: u8,
    epoch: Epoch,
    payload: Vec<u8>,
}

impl Inbound {
    pub(super) const fn new(channel: Channel) -> Self {
        let max_frame = match channel {
            Channel::Page => MAX_FRAME,
            Channel::Control | Channel::Pointer | Channel::Link => MAX_CONTROL,
        };
        Self { channel, max_frame, last: Seq(0), early: BTreeMap::new(), early_bytes: 0, partial: None }
    }

    /// The last piece received in order.
    pub(super) const fn last(&self) -> Seq {
        self.last
    }

    /// Takes a piece; whole frames go to `frames`.
    pub(super) fn take(&mut self, piece: Envelope, frames: &mut Vec<Frame>) -> Result<Arrival, LinkError> {
        if piece.seq <= self.last || self.early.contains_key(&piece.seq) {
            return Ok(Arrival::Duplicate);
        }
        if Some(piece.seq) != self.last.0.checked_add(1).map(Seq) {
            self.keep(piece)?;
            return Ok(Arrival::Early);
        }
        self.join(piece, frames)?;
        while let Some(next) = self.last.0.checked_add(1).and_then(|next| self.early.remove(&Seq(next))) {
            self.early_bytes -= next.payload.len();
            self.join(next, frames)?;
        }
        Ok(Arrival::InOrder)
    }

    fn keep(&mut self, piece: Envelope) -> Result<(), LinkError> {
        let bytes = self.early_bytes + piece.payload.len();
        if MAX_AHEAD < piece.seq.0 - self.last.0 || MAX_EARLY < bytes {
            return Err(LinkError::TooFarAhead { channel: self.channel, seq: piece.seq, last: self.last });
        }
        self.early_bytes = bytes;
        self.early.insert(piece.seq, piece);
        Ok(())
    }

    fn join(&mut self, piece: Envelope, frames: &mut Vec<Frame>) -> Result<(), LinkError> {
        self.last = piece.seq;
        let (kind, epoch, more) = (piece.kind, piece.epoch, piece.more);
        let payload = match self.partial.take() {
            None => piece.payload,
            Some(_) if kind == ABANDONED => Vec::new(),
            Some(partial) if partial.kind == kind && partial.epoch == epoch => {
                let mut payload = partial.payload;
                payload.extend_from_slice(&piece.payload);
                payload
            }
            Some(_) => return Err(LinkError::Mixed(self.channel)),
        };
        if self.max_frame < payload.len() {
            return Err(LinkError::FrameTooLong(self.channel));
        }
        if more {
            self.partial = Some(Partial { kind, epoch, payload });
        } else {
            frames.push(Frame { channel: self.channel, kind, epoch, payload, last: piece.seq });
        }
        Ok(())
    }
}
