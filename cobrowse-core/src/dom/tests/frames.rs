//! The bytes of frames: frozen, and refused when they are not what a recorder writes.
use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::{
    super::{
        GatherError, NoAssets, PageFrame, PageKind, Recorder, ReplayError, Replica,
        columns::number,
        deflate::{Deflater, Inflater},
        gather::word,
        testing::{BatchBuilder, Capture, Page, Random, TreeSink},
    },
    POLICY, Viewer,
};
use crate::{
    id::Epoch,
    wire::{
        envelope::put_u32,
        limits::{MAX_ATTRIBUTES, MAX_DEPTH, MAX_VALUE},
    },
};

/// A keyframe with one node of each kind, a delta with each section, the end and a check.
fn sample() -> Vec<PageFrame> {
    let mut recorder = Recorder::new(POLICY);
    recorder.begin_epoch(Epoch(7));
    let mut builder = BatchBuilder::default();
    builder.words(&[0, 0, 1, 0]);
    builder.text(word::DOCTYPE, "html");
    let empty = builder.string("");
    builder.words(&[empty, empty]);
    builder.element(word::OPEN, "p", &[("class".to_owned(), "a".to_owned())]);
    builder.text(word::TEXT, "Hello");
    builder.text(word::COMMENT, "c");
    builder.words(&[word::END]);
    builder.element(word::OPEN, "p", &[("class".to_owned(), "b".to_owned())]);
    builder.words(&[word::SHADOW | 1 << 4]);
    builder.text(word::TEXT, "in");
    builder.words(&[word::END, word::END]);
    builder.element(word::OPEN, "script", &[]);
    builder.text(word::TEXT, "code");
    builder.words(&[word::END]);
    builder.element(1 << 4, "svg", &[(" u x:y".to_owned(), "Hello".to_owned())]);
    builder.words(&[word::END, 0, 0, 0]);
    let mut frames = vec![record(&mut recorder, &mut builder)];
    frames.push(recorder.end_keyframe());
    builder.words(&[1, 6, 1, 5, 3, 4, word::KNOWN | 6 << 4, word::END, 0]);
    let (class, value) = (builder.name("class"), builder.string("c"));
    builder.words(&[3, class, value + 1, 6, class, 0, 0]);
    let text = builder.string("Bye");
    builder.words(&[4, text, 0]);
    frames.push(record(&mut recorder, &mut builder));
    frames.push(recorder.check());
    frames
}

fn record(recorder: &mut Recorder, builder: &mut BatchBuilder) -> PageFrame {
    let batch = builder.build();
    recorder.record(&batch.as_gather(), &mut NoAssets).expect("well formed").expect("something")
}

fn body(frames: &[PageFrame], index: usize) -> Vec<u8> {
    let (mut inflater, mut body) = (Inflater::new(), Vec::new());
    for frame in
        frames[..=index].iter().filter(|frame| matches!(frame.kind, PageKind::Keyframe | PageKind::Delta))
    {
        body.clear();
        inflater.read(number(&frame.payload, "first id").expect("an id").1, &mut body).expect("inflates");
    }
    body
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .chunks(24)
        .map(|row| row.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ") + "\n")
        .collect()
}

#[track_caller]
fn check(bytes: &[u8], expected: Expect) {
    expected.assert_eq(&hex(bytes));
}

#[test]
fn the_bytes_of_version_one() {
    let frames = sample();
    check(
        &body(&frames, 0),
        expect![[r#"
            1b 1c 00 00 03 00 03 09 03 01 02 00 0b 06 01 01 00 00 09 02 08 01 09 06
            00 00 00 00 00 01 04 01 00 03 01 01 01 01 05 01 01 01 05 03 01 01 01 02
            01 06 00 01 03 01 01 06 07 68 74 6d 6c 70 63 6c 61 73 73 61 48 65 6c 6c
            6f 62 69 6e 73 63 72 69 70 74 73 76 67 20 75 20 78 3a 79
        "#]],
    );
    check(
        &body(&frames, 2),
        expect![[r#"
            10 07 0d 00 0b 00 07 03 04 0c 00 00 07 07 00 09 00 00 05 02 01 05 00 01
            03 63 42 79 65
        "#]],
    );
    check(
        &frames[0].payload,
        expect![[r#"
            02 14 c6 61 0e 40 20 00 86 e1 ef 2b a2 39 02 3f 9c c3 09 5c 83 66 b4 85
            a6 18 b7 57 ef f6 6e 4f db 01 12 52 4b 0a 34 8a 04 b4 a8 a9 15 72 2c 08
            c9 54 99 cf 12 54 60 82 aa b6 b8 3b 6f dc 14 c2 34 2e ce 9d b3 3d 82 b9
            ac 8f e1 59 fb bb 7f 87 ef 07 ff
        "#]],
    );
    check(
        &frames[1].payload,
        expect![[r#"
            81 01 41 20 cc 06 87 3a
        "#]],
    );
    check(
        &frames[2].payload,
        expect![[r#"
            0c 12 60 e7 65 e0 66 60 67 66 e1 61 60 60 67 67 e0 64 60 60 65 62 64 05
            6a 4f 76 aa 4c 05 00 ff
        "#]],
    );
    check(
        &frames[3].payload,
        expect![[r#"
        8d 6e 0f e2 24 92 e2 4d
    "#]],
    );
    let mut viewer = Viewer::new();
    viewer.apply(&frames);
    expect![[r##"
        #document
          Doctype "html" "" ""
          p class="c"
            Text "Bye"
            p
              #shadow 1
                Text "in"
          template
          svg:svg {u}x:y="Hello"
    "##]]
    .assert_eq(&viewer.sink.outline());
}

#[test]
fn every_prefix_of_every_frame_is_refused() {
    let frames = sample();
    for (index, frame) in frames.iter().enumerate() {
        for end in 0..frame.payload.len() {
            let mut viewer = Viewer::new();
            viewer.apply(&frames[..index]);
            let cut = viewer.replica.apply(frame.kind, frame.epoch, &frame.payload[..end], &mut viewer.sink);
            assert!(cut.is_err(), "{:?} cut at {end}", frame.kind);
            let after = viewer.replica.apply(PageKind::Check, frame.epoch, &[0; 8], &mut viewer.sink);
            assert_eq!(after, Err(ReplayError::Poisoned));
        }
    }
}

#[test]
fn a_frame_that_does_not_follow_is_refused_and_a_keyframe_heals() {
    let frames = sample();
    let mut viewer = Viewer::new();
    let mut apply = |frame: &PageFrame, epoch| {
        viewer.replica.apply(frame.kind, epoch, &frame.payload, &mut viewer.sink).err()
    };
    assert_eq!(apply(&frames[2], Epoch(7)), Some(ReplayError::Poisoned), "no keyframe yet");
    assert_eq!(apply(&frames[0], Epoch(7)), None);
    assert_eq!(apply(&frames[2], Epoch(8)), Some(ReplayError::Sequence), "of another epoch");
    assert_eq!(apply(&frames[0], Epoch(7)), None);
    assert_eq!(apply(&frames[2], Epoch(7)), None);
    assert!(apply(&frames[2], Epoch(7)).is_some(), "twice");
    assert_eq!(apply(&frames[0], Epoch(9)), None);
}

/// A frame as nobody records it: one body, in a stream of its own.
fn forged(body: &[u8]) -> Vec<u8> {
    let mut payload = Vec::new();
    put_u32(&mut payload, 2);
    assert!(Deflater::new().write(&[body], &mut payload));
    payload
}

/// A keyframe of these columns.
fn apply_heads(heads: &[u8], codes: &[u8], bytes: &[u8]) -> Result<super::Applied, ReplayError> {
    let mut body = vec![heads.len() as u8, codes.len() as u8];
    body.extend([heads, codes, bytes].concat());
    Replica::new().apply(PageKind::Keyframe, Epoch(1), &forged(&body), &mut TreeSink::new())
}

#[test]
fn forged_structure_is_refused() {
    // Sections: moved, gone, groups, attributes, texts, dropped. A group: parent 1 is `3` (zigzag 2, plus 1).
    assert_eq!(apply_heads(&[0, 0, 0, 0, 0, 0], &[], b""), Ok(super::Applied::Changed));
    assert_eq!(apply_heads(&[3, 0, 0, 0, 0, 0, 0], &[], b""), Err(ReplayError::Bad("moved id")));
    assert_eq!(apply_heads(&[0, 3, 0, 0, 0, 0, 0], &[], b""), Err(ReplayError::Bad("gone id")));
    assert_eq!(apply_heads(&[0, 0, 5, 0, 0, 0, 0], &[], b""), Err(ReplayError::Bad("parent")));
    assert_eq!(apply_heads(&[0, 0, 3, 3, 0, 0, 0, 0], &[], b""), Err(ReplayError::Bad("sibling")));
    assert_eq!(apply_heads(&[0, 0, 3, 0, 1, 0, 0, 0, 0, 0], &[0, 1], b"a"), Err(ReplayError::Bad("place")));
    assert_eq!(apply_heads(&[0, 0, 3, 0, 6, 0, 0, 0, 0, 0, 0], &[], b""), Err(ReplayError::Bad("host")));
    assert_eq!(apply_heads(&[0, 0, 3, 0, 4, 2, 0, 0, 0, 0, 0], &[], b""), Err(ReplayError::Bad("known id")));
    assert_eq!(apply_heads(&[0, 0, 3, 0, 10, 0, 0, 0, 0, 0], &[], b""), Err(ReplayError::Bad("shape")));
    assert_eq!(
        apply_heads(&[0, 0, 3, 0, 8, 0xff, 0xff, 0xff, 0xff, 0xf, 0, 0, 0, 0, 0], &[], b""),
        Err(ReplayError::TooMany("ids"))
    );
    assert_eq!(apply_heads(&[0; 7], &[], b""), Err(ReplayError::Length("heads")));
    assert_eq!(apply_heads(&[0; 6], &[0], b""), Err(ReplayError::Length("codes")));
    assert_eq!(apply_heads(&[0; 6], &[], b"a"), Err(ReplayError::Length("bytes")));
    assert_eq!(apply_heads(&[0; 6], &[], b"\xff"), Err(ReplayError::Bad("string")));
}

#[test]
fn the_encoder_keeps_the_bounds() {
    let mut recorder = Recorder::new(POLICY);
    recorder.begin_epoch(Epoch(1));
    let mut builder = BatchBuilder::default();
    builder.words(&[0, 0, 1, 0]);
    let many: Vec<_> = (0..MAX_ATTRIBUTES + 10).map(|n| (format!("a{n}"), String::new())).collect();
    builder.element(0, "p", &many);
    builder.element(0, "p", &[("title".to_owned(), "é".repeat(MAX_VALUE))]);
    for _ in 0..MAX_DEPTH + 10 {
        builder.element(word::OPEN, "p", &[]);
    }
    builder.text(word::TEXT, "deep");
    builder.words(&vec![word::END; MAX_DEPTH + 10]);
    builder.words(&[word::END, 0, 0, 0]);
    let frame = record(&mut recorder, &mut builder);
    let mut viewer = Viewer::new();
    viewer.apply(&[frame, recorder.check()]);
    assert_eq!(recorder.live(), 1 + 2 + MAX_DEPTH);
    assert_eq!(recorder.retired().len(), 11, "ten elements and the text");
}

#[test]
fn a_batch_of_huge_values_fits_a_frame() {
    let mut recorder = Recorder::new(POLICY);
    recorder.begin_epoch(Epoch(1));
    let mut builder = BatchBuilder::default();
    builder.words(&[0, 0, 1, 0]);
    builder.element(word::OPEN, "p", &[]);
    let mut random = Random::new(1);
    for _ in 0..9 {
        let noise: String = (0..MAX_VALUE / 16).map(|_| format!("{:016x}", random.bits())).collect();
        builder.text(word::TEXT, &noise);
    }
    builder.words(&[word::END, word::END, 0, 0, 0]);
    let frame = record(&mut recorder, &mut builder);
    let mut viewer = Viewer::new();
    viewer.apply(&[frame, recorder.check()]);
    assert_eq!(viewer.sink.outline().matches("Text \"…\"").count(), 3, "six fit");
}

#[test]
fn words_that_make_no_sense_end_the_epoch() {
    for ops in [
        &[][..],
        &[0, 0, 9, 0, 15, 0, 0, 0, 0],
        &[0, 0, 1, 9, word::END, 0, 0, 0],
        &[0, 0, 1, 0, word::KNOWN | 1 << 4, word::END, 0, 0, 0],
        &[0, 0, 1, 0, word::ELEM, 9, word::END, 0, 0, 0],
        &[0, 0, 1, 0, word::COMMENT | 9 << 4, word::END, 0, 0, 0],
        &[0, 1, 1, 0, 0, 0],
    ] {
        let mut recorder = Recorder::new(POLICY);
        recorder.begin_epoch(Epoch(1));
        let batch = super::super::GatherBatch { ops, lens: &[0], text: b"" };
        assert!(recorder.record(&batch, &mut NoAssets).is_err(), "{ops:?}");
        let empty = super::super::GatherBatch { ops: &[0, 0, 0, 0, 0], lens: &[0], text: b"" };
        assert_eq!(recorder.record(&empty, &mut NoAssets), Err(GatherError::NoEpoch));
        recorder.begin_epoch(Epoch(2));
        assert!(recorder.record(&empty, &mut NoAssets).is_ok());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn altered_frames_are_applied_or_refused(seed: u64, flips in 1_usize..6) {
        let mut random = Random::new(seed);
        let mut page = Page::random(&mut random, 30);
        let mut capture = Capture::new(POLICY);
        let frames = capture.keyframe(&mut page, Epoch(1)).expect("keyframe");
        let mut body = body(&frames, 0);
        for _ in 0..flips {
            let at = random.below(body.len());
            body[at] = random.bits() as u8;
        }
        let _ = Replica::new().apply(PageKind::Keyframe, Epoch(1), &forged(&body), &mut TreeSink::new());
    }
}
