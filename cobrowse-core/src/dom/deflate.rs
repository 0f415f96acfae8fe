//! One raw deflate stream per epoch (RFC 1951), flushed after each frame, so that a delta speaks in terms of
//! what the keyframe said. Of the flush marker that ends each frame (00 00 ff ff) only the last byte travels
//! (RFC 7692 §7.2.1 leaves all four out): the byte before it begins with padding and is never ff, so a frame
//! that was cut short is seen as such.
use miniz_oxide::{
    DataFormat, MZError, MZFlush, MZStatus,
    deflate::core::{
        CompressorOxide, TDEFLFlush, TDEFLStatus, compress_to_output, create_comp_flags_from_zip_params,
    },
    inflate::stream::{InflateState, inflate},
};

use crate::wire::limits::MAX_INFLATED;

/// What a sync flush ends with.
const MARKER: [u8; 4] = [0, 0, 0xff, 0xff];
/// What of it travels.
const END: u8 = 0xff;
/// Best size for its time: level 9 gains 1 % and takes half as long again.
const LEVEL: i32 = 6;
/// Negative: no zlib header around the stream.
const RAW_WINDOW: i32 = -15;

/// The writing end.
pub(crate) struct Deflater(Box<CompressorOxide>);

impl Deflater {
    pub(crate) fn new() -> Self {
        let flags = create_comp_flags_from_zip_params(LEVEL, RAW_WINDOW, 0);
        Self(Box::new(CompressorOxide::new(flags)))
    }

    /// Appends what `parts` become in the stream; `false` when the stream broke.
    pub(crate) fn write(&mut self, parts: &[&[u8]], out: &mut Vec<u8>) -> bool {
        let whole = parts.iter().all(|part| self.feed(part, TDEFLFlush::None, out));
        let flushed = whole && self.feed(&[], TDEFLFlush::Sync, out);
        let marked = flushed && out.ends_with(&MARKER);
        if marked {
            out.truncate(out.len() - MARKER.len());
            out.push(END);
        }
        marked
    }

    fn feed(&mut self, part: &[u8], flush: TDEFLFlush, out: &mut Vec<u8>) -> bool {
        let (status, read) = compress_to_output(&mut self.0, part, flush, |bytes| {
            out.extend_from_slice(bytes);
            true
        });
        status == TDEFLStatus::Okay && read == part.len()
    }
}

/// Why bytes do not inflate.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum InflateFailed {
    /// They are no deflate stream.
    Broken,
    /// They become more than [`MAX_INFLATED`] bytes.
    TooLong,
}

/// The reading end.
pub(crate) struct Inflater {
    state: Box<InflateState>,
    chunk: Vec<u8>,
}

impl Inflater {
    pub(crate) fn new() -> Self {
        Self { state: InflateState::new_boxed(DataFormat::Raw), chunk: vec![0; 32 * 1024] }
    }

    /// Reads one frame into `out`.
    pub(crate) fn read(&mut self, payload: &[u8], out: &mut Vec<u8>) -> Result<(), InflateFailed> {
        let (&end, deflated) = payload.split_last().ok_or(InflateFailed::Broken)?;
        if end != END {
            return Err(InflateFailed::Broken);
        }
        self.feed(deflated, out)?;
        self.feed(&MARKER, out)
    }

    fn feed(&mut self, mut input: &[u8], out: &mut Vec<u8>) -> Result<(), InflateFailed> {
        loop {
            let result = inflate(&mut self.state, input, &mut self.chunk, MZFlush::None);
            input = input.get(result.bytes_consumed..).unwrap_or_default();
            out.extend_from_slice(self.chunk.get(..result.bytes_written).unwrap_or_default());
            if MAX_INFLATED < out.len() {
                return Err(InflateFailed::TooLong);
            }
            let drained = input.is_empty() && result.bytes_written < self.chunk.len();
            match result.status {
                Ok(MZStatus::Ok) if drained => return Ok(()),
                Ok(MZStatus::Ok) => {}
                Err(MZError::Buf) if drained => return Ok(()),
                // The end of the stream, too: an epoch's stream does not end.
                Ok(MZStatus::StreamEnd | MZStatus::NeedDict) | Err(_) => return Err(InflateFailed::Broken),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_share_what_was_said_before() {
        let (mut deflater, mut inflater) = (Deflater::new(), Inflater::new());
        let text = "a list of words that will be said twice, once per frame".repeat(3);
        let mut sizes = Vec::new();
        for _ in 0..2 {
            let (mut payload, mut back) = (Vec::new(), Vec::new());
            assert!(deflater.write(&[text.as_bytes(), b"!"], &mut payload));
            inflater.read(&payload, &mut back).expect("whole");
            assert_eq!(back, format!("{text}!").as_bytes());
            sizes.push(payload.len());
        }
        assert!(sizes[1] * 2 < sizes[0], "{sizes:?}");
    }

    #[test]
    fn a_bomb_is_refused_before_it_is_unpacked() {
        let mut payload = Vec::new();
        let zeros = vec![0; MAX_INFLATED + 1];
        assert!(Deflater::new().write(&[&zeros], &mut payload));
        assert_eq!(Inflater::new().read(&payload, &mut Vec::new()), Err(InflateFailed::TooLong));
    }
}
