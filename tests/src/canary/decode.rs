//! What a visitor's messages say: envelopes put in order across both lanes, frames joined, pages inflated and rebuilt,
//! control messages read.
use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};
use cobrowse_core::{
    dom::{Applied, AttributeName, Namespace, PageKind, Replica, ShadowMode, Sink, TextKind},
    id::NodeId,
    session::handshake::{CONTROL, Handshake},
    wire::{
        Channel, Envelope,
        envelope::PointerKind,
        limits::MAX_FRAME,
        message::{self, FromVisitor},
    },
};
use miniz_oxide::{
    DataFormat, MZFlush,
    inflate::stream::{InflateState, inflate},
};

/// The kind that ends a frame which is given up.
const ABANDONED: u8 = 31;

/// Everything that one link's messages said.
#[derive(Debug, Default)]
pub struct Said {
    /// Payloads as they came, frames joined.
    pub payloads: Vec<u8>,
    /// Page frames, inflated.
    pub inflated: Vec<u8>,
    /// Every string that a viewer's page would be built of.
    pub built: String,
    /// Control messages, in words.
    pub messages: String,
    /// How far down something was scrolled, in CSS pixels, as it was told at once.
    pub scrolls: Vec<f32>,
    /// How many page frames there were.
    pub frames: usize,
    /// How often both ends' hashes were compared; they were equal each time.
    pub checks: usize,
}

/// Reads the messages of one link, of both lanes, in any order.
///
/// # Errors
/// When one of them is not understood: nothing may go by unread.
pub fn read(messages: &[Vec<u8>]) -> Result<Said> {
    let mut said = Said::default();
    let mut ordered: BTreeMap<Channel, BTreeMap<u32, Envelope>> = BTreeMap::new();
    for bytes in messages {
        let envelope = Envelope::decode(bytes, MAX_FRAME)?;
        said.payloads.extend_from_slice(&envelope.payload);
        match envelope.channel {
            Channel::Control if envelope.kind != CONTROL => {
                said.messages.push_str(&format!("{:?}\n", Handshake::of(&envelope)?));
            }
            Channel::Page | Channel::Control => {
                // A piece that was not acknowledged in time comes again on the other lane.
                ordered.entry(envelope.channel).or_default().entry(envelope.seq.0).or_insert(envelope);
            }
            Channel::Pointer if envelope.kind == PointerKind::Scroll as u8 => {
                let (_, _, y): (NodeId, f32, f32) = message::decode(&envelope.payload)?;
                said.scrolls.push(y);
            }
            Channel::Pointer | Channel::Link => {}
        }
    }
    let mut page = Page::new();
    for (channel, pieces) in ordered {
        ensure!(pieces.keys().copied().eq(1..=pieces.len() as u32), "pieces of {channel:?} are missing");
        for frame in joined(pieces.into_values())? {
            if channel == Channel::Control {
                said.messages.push_str(&words(&message::decode(&frame.payload)?));
            } else {
                page.take(&frame, &mut said)?;
            }
        }
    }
    said.built = page.strings.0;
    Ok(said)
}

/// A message in words. What tells of the page is kept out of the core's own `Debug`.
fn words(message: &FromVisitor) -> String {
    #[allow(clippy::wildcard_enum_match_arm, reason = "the others say all in their `Debug`")]
    match message {
        FromVisitor::Page(info) => format!("{message:?} {} {}\n", info.url, info.title),
        FromVisitor::Offer(sdp) => format!("{message:?} {sdp}\n"),
        message => format!("{message:?}\n"),
    }
}

/// Pieces that are continued joined into frames; those given up left out, the last one as far as it came.
fn joined(pieces: impl Iterator<Item = Envelope>) -> Result<Vec<Envelope>> {
    let mut frames: Vec<Envelope> = Vec::new();
    let mut open: Option<Envelope> = None;
    for piece in pieces {
        let more = piece.more;
        let whole = match open.take() {
            None => piece,
            Some(_) if piece.kind == ABANDONED => continue,
            Some(mut before) => {
                ensure!((before.kind, before.epoch) == (piece.kind, piece.epoch), "frames are mixed");
                before.payload.extend(piece.payload);
                before
            }
        };
        if more {
            open = Some(whole);
        } else if whole.kind != ABANDONED {
            frames.push(whole);
        }
    }
    Ok(frames)
}

/// A page as a viewer rebuilds it, and its frames as they inflate, whatever a viewer's policy leaves of them.
struct Page {
    replica: Replica,
    strings: Strings,
    stream: Box<InflateState>,
}

impl Page {
    fn new() -> Self {
        Self {
            replica: Replica::new(),
            strings: Strings::default(),
            stream: InflateState::new_boxed(DataFormat::Raw),
        }
    }

    fn take(&mut self, frame: &Envelope, said: &mut Said) -> Result<()> {
        let kind = match frame.kind {
            0 => PageKind::Keyframe,
            1 => PageKind::Delta,
            2 => PageKind::KeyframeEnd,
            3 => PageKind::Check,
            kind => bail!("a page frame of kind {kind}"),
        };
        said.frames += 1;
        if kind == PageKind::Keyframe {
            self.stream = InflateState::new_boxed(DataFormat::Raw);
        }
        if matches!(kind, PageKind::Keyframe | PageKind::Delta) {
            said.inflated.extend(self.inflate(&frame.payload)?);
        }
        match self.replica.apply(kind, frame.epoch, &frame.payload, &mut self.strings)? {
            Applied::Changed => {}
            Applied::KeyframeEnd { equal } | Applied::Check { equal } => {
                ensure!(equal, "what was read is not what was sent");
                said.checks += 1;
            }
        }
        Ok(())
    }

    fn inflate(&mut self, payload: &[u8]) -> Result<Vec<u8>> {
        let first_id = payload.iter().position(|byte| byte & 0x80 == 0).context("no first id")? + 1;
        let deflated = &payload[first_id..payload.len() - 1];
        // The last byte stands for the marker of a sync flush.
        let input = [deflated, &[0, 0, 0xff, 0xff]].concat();
        let (mut out, mut rest, mut chunk) = (Vec::new(), &input[..], vec![0; 64 * 1024]);
        loop {
            let step = inflate(&mut self.stream, rest, &mut chunk, MZFlush::None);
            out.extend_from_slice(&chunk[..step.bytes_written]);
            rest = &rest[step.bytes_consumed..];
            if step.bytes_written < chunk.len() && rest.is_empty() {
                return Ok(out);
            }
            ensure!(
                step.bytes_written + step.bytes_consumed > 0,
                "a frame does not inflate: {:?}",
                step.status
            );
        }
    }
}

/// Keeps every string that it is told.
#[derive(Default)]
struct Strings(String);

impl Strings {
    fn say(&mut self, text: &str) {
        self.0.push_str(text);
        self.0.push('\n');
    }
}

impl Sink for Strings {
    fn reset(&mut self) {}

    fn element(&mut self, _: NodeId, _: Namespace, tag: &str) {
        self.say(tag);
    }

    fn text(&mut self, _: NodeId, _: TextKind, data: &str) {
        self.say(data);
    }

    fn doctype(&mut self, _: NodeId, name: &str, public: &str, system: &str) {
        [name, public, system].iter().for_each(|part| self.say(part));
    }

    fn shadow(&mut self, _: NodeId, _: NodeId, _: ShadowMode) {}
    fn document(&mut self, _: NodeId, _: NodeId) {}
    fn insert(&mut self, _: NodeId, _: NodeId, _: Option<NodeId>) {}
    fn detach(&mut self, _: NodeId) {}
    fn remove(&mut self, _: NodeId) {}

    fn attribute(&mut self, _: NodeId, name: AttributeName<'_>, value: Option<&str>) {
        self.say(&format!("{name:?}"));
        value.iter().for_each(|value| self.say(value));
    }

    fn set_text(&mut self, _: NodeId, data: &str) {
        self.say(data);
    }
}
