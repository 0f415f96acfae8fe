//! Page frames: any bytes, and valid ones altered inside their deflate stream.
use std::sync::OnceLock;

use cobrowse_core::{
    dom::{
        Applied, PageFrame, PageKind, Replica,
        testing::{Capture, Forge, Page, Random, TreeSink},
    },
    id::Epoch,
    redaction::{Mode, Policy},
};

use super::input::{Input, push_piece};

const POLICY: Policy = Policy { mode: Mode::Default, key: [9; 16] };

/// A viewer whose tree panics when it is told what no browser could do.
struct Viewer {
    replica: Replica,
    sink: TreeSink,
}

impl Viewer {
    fn new() -> Self {
        Self { replica: Replica::new(), sink: TreeSink::new() }
    }

    /// Whether the frame was applied. Either way, what is there is consistent.
    fn apply(&mut self, kind: PageKind, epoch: Epoch, payload: &[u8]) -> bool {
        let applied = self.replica.apply(kind, epoch, payload, &mut self.sink);
        if applied.is_ok() {
            assert_eq!(self.replica.live(), self.sink.len());
            assert_eq!(self.replica.epoch(), Some(epoch));
        } else {
            assert_eq!(self.replica.epoch(), None);
        }
        applied.is_ok()
    }
}

fn kind(byte: u8) -> PageKind {
    match byte % 5 {
        0 => PageKind::Keyframe,
        1 => PageKind::Delta,
        2 => PageKind::KeyframeEnd,
        3 => PageKind::Check,
        _ => PageKind::Asset,
    }
}

/// Frames: a byte of kind (64 and above: the payload is a body, deflated here), a byte of epoch, a piece.
pub fn decode(input: &[u8]) {
    let (mut input, mut viewer, mut forge) = (Input(input), Viewer::new(), Forge::new());
    while let (Some(first), Some(epoch), Some(piece)) = (input.byte(), input.byte(), input.piece()) {
        let (kind, epoch) = (kind(first), Epoch(u32::from(epoch & 1)));
        if kind == PageKind::Keyframe {
            forge = Forge::new();
        }
        let made = if first < 64 { piece.to_vec() } else { forge.frame(piece) };
        viewer.apply(kind, epoch, &made);
    }
}

/// Frames of small pages, once as they travel and once as bodies.
pub fn decode_seeds() -> Vec<Vec<u8>> {
    let mut seeds = vec![Vec::new(), Vec::new()];
    let mut forge = Forge::new();
    for frame in frames(1) {
        let kind = frame.kind as u8;
        let body = Forge::body_of(&mut forge, &frame);
        for (seed, first, piece) in [(0, kind, &frame.payload), (1, kind + 65, &body)] {
            seeds[seed].extend([first, 1]);
            push_piece(&mut seeds[seed], piece);
        }
    }
    seeds
}

/// The frames of one of sixteen pages, recorded once.
fn recorded(seed: u8) -> &'static [PageFrame] {
    static RECORDED: [OnceLock<Vec<PageFrame>>; 16] = [const { OnceLock::new() }; 16];
    let page = usize::from(seed) % RECORDED.len();
    RECORDED[page].get_or_init(|| frames(page as u64))
}

/// A keyframe and two deltas of a random page.
fn frames(seed: u64) -> Vec<PageFrame> {
    let mut random = Random::new(seed);
    let mut page = Page::random(&mut random, 24);
    let mut capture = Capture::new(POLICY);
    let mut frames = capture.keyframe(&mut page, Epoch(1)).unwrap_or_default();
    for _ in 0..2 {
        (0..10).for_each(|_| page.edit(&mut random));
        frames.extend(capture.flush(&mut page).unwrap_or_default());
        frames.push(capture.recorder.check());
    }
    frames
}

/// A byte of seed, then where and how the bodies of that seed's deltas are altered: (place, byte)*.
pub fn apply(input: &[u8]) {
    let mut input = Input(input);
    let frames = recorded(input.byte().unwrap_or(0));
    let (mut viewer, mut reading, mut writing) = (Viewer::new(), Forge::new(), Forge::new());
    let mut altered = false;
    for frame in frames {
        if matches!(frame.kind, PageKind::KeyframeEnd | PageKind::Check) {
            // An altered body may say the same, or other things that hash otherwise; an unaltered one may not.
            let applied = viewer.replica.apply(frame.kind, frame.epoch, &frame.payload, &mut viewer.sink);
            let equal = [Applied::KeyframeEnd { equal: true }, Applied::Check { equal: true }];
            assert!(altered || applied.is_ok_and(|applied| equal.contains(&applied)), "{applied:?}");
            continue;
        }
        let mut body = reading.body_of(frame);
        if frame.kind == PageKind::Delta {
            altered |= alter(&mut body, &mut input);
        }
        let applied = viewer.apply(frame.kind, frame.epoch, &writing.frame(&body));
        assert!(applied || altered, "a recorded frame was refused");
    }
}

/// Alters up to eight bytes.
fn alter(body: &mut [u8], input: &mut Input<'_>) -> bool {
    let before = body.to_vec();
    for _ in 0..8 {
        let (Some(place), Some(byte)) = (input.short(), input.byte()) else { break };
        // The first bytes of the body are its number and lengths: altered less often, they end everything.
        let place = usize::from(place) % body.len().max(1);
        if let Some(old) = body.get_mut(place) {
            *old = byte;
        }
    }
    body != before
}

/// Every seed without alteration, and some with one.
pub fn apply_seeds() -> Vec<Vec<u8>> {
    (0..16).map(|seed| vec![seed]).chain((0..16).map(|seed| vec![seed, seed + 4, 0, seed])).collect()
}
