//! Gathered words: the page's JavaScript may err, and the recorder must not panic in the visitor's page.
use cobrowse_core::{
    dom::{
        GatherBatch, NoAssets, Recorder, Replica,
        testing::{Batch, Capture, Page, Random, TreeSink},
    },
    id::Epoch,
    redaction::{Mode, Policy},
};

use super::input::{Input, push_piece};

/// A byte of mode, then batches: lengths as shorts, text, words as bytes with an escape for long ones.
pub fn record(input: &[u8]) {
    let mut input = Input(input);
    let mode = if input.byte().is_some_and(|byte| byte & 1 == 1) { Mode::MaskAll } else { Mode::Default };
    let mut recorder = Recorder::new(Policy { mode, key: [5; 16] });
    recorder.begin_epoch(Epoch(1));
    let (mut replica, mut sink) = (Replica::new(), TreeSink::new());
    while let (Some(lens), Some(text), Some(ops)) = (input.piece(), input.piece(), input.piece()) {
        let (lens, ops) = (words(lens), words(ops));
        let batch = GatherBatch { ops: &ops, lens: &lens, text };
        let _ = recorder.compare(&batch, &mut NoAssets);
        let Ok(frame) = recorder.record(&batch, &mut NoAssets) else { return };
        for frame in frame.into_iter().chain([recorder.check()]) {
            let applied = replica.apply(frame.kind, frame.epoch, &frame.payload, &mut sink);
            assert!(applied.is_ok(), "what was recorded is refused: {applied:?}");
        }
        assert_eq!(recorder.hash(), replica.hash());
    }
}

/// Two bytes a word; the high half is shifted up far enough to reach counts and flags when its top bit is set.
fn words(bytes: &[u8]) -> Vec<u32> {
    let word = |pair: &[u8]| {
        let raw = u32::from(pair[0]) | u32::from(pair.get(1).copied().unwrap_or(0)) << 8;
        if raw & 0x8000 == 0 { raw } else { (raw & 0xff) | (raw >> 8 & 0x7f) << 15 }
    };
    bytes.chunks(2).map(word).collect()
}

fn bytes(words: &[u32]) -> Vec<u8> {
    let pack = |word: &u32| {
        let raw = if *word < 0x8000 { *word } else { 0x8000 | (word >> 15 & 0x7f) << 8 | (word & 0xff) };
        (raw as u16).to_le_bytes()
    };
    words.iter().flat_map(pack).collect()
}

/// The batches of random pages.
pub fn seeds() -> Vec<Vec<u8>> {
    (0..8).map(seed).collect()
}

fn seed(number: u8) -> Vec<u8> {
    let mut random = Random::new(u64::from(number));
    let mut page = Page::random(&mut random, 8);
    let mut capture = Capture::new(Policy { mode: Mode::Default, key: [5; 16] });
    let mut out = vec![number];
    push(&mut out, &capture.keyframe_batch(&page));
    (0..4).for_each(|_| page.edit(&mut random));
    push(&mut out, &capture.batch(&mut page));
    out
}

fn push(out: &mut Vec<u8>, batch: &Batch) {
    push_piece(out, &bytes(&batch.lens));
    push_piece(out, batch.text.as_bytes());
    push_piece(out, &bytes(&batch.ops));
}
