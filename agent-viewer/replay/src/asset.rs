//! Assets by number and by hash.
use std::{fmt, str::FromStr};

use cobrowse_core::wire::envelope::take_u32;

use crate::error::AssetError;

/// The SHA-256 of an asset's bytes. Written in lower-case hexadecimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AssetHash(pub [u8; 32]);

impl fmt::Display for AssetHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for AssetHash {
    type Err = AssetError;

    fn from_str(text: &str) -> Result<Self, AssetError> {
        let digits = text.as_bytes();
        let (pairs, []) = digits.as_chunks::<2>() else { return Err(AssetError::Short) };
        if pairs.len() != 32 {
            return Err(AssetError::Short);
        }
        let mut hash = [0; 32];
        for (byte, pair) in hash.iter_mut().zip(pairs) {
            *byte =
                nibble(pair[0]).zip(nibble(pair[1])).map(|(hi, lo)| hi << 4 | lo).ok_or(AssetError::Kind)?;
        }
        Ok(Self(hash))
    }
}

fn nibble(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// How far an asset is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssetState {
    /// The visitor's browser does not have the bytes yet.
    Pending,
    /// The bytes can be had by their hash.
    Ready(AssetHash),
    /// There will be no bytes.
    Failed,
}

/// What a number stands for: the value of the property `asset:N`, `state hash mime width height`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AssetMeaning<'a> {
    /// How far it is.
    pub state: AssetState,
    /// The media type. The bytes come with one of their own, and that one makes the blob.
    pub mime: &'a str,
    /// CSS pixels; 0 when not known.
    pub width: u32,
    /// CSS pixels; 0 when not known.
    pub height: u32,
}

impl<'a> AssetMeaning<'a> {
    /// Reads the property's value. What does not parse is an asset that failed: its place stays empty.
    pub fn parse(value: &'a str) -> Self {
        let mut words = value.split(' ');
        let state = words.next().unwrap_or_default();
        let hash = words.next().unwrap_or_default();
        let mime = words.next().unwrap_or_default();
        let mut sizes = words.map(|word| word.parse::<f32>().map_or(0, |size| size as u32));
        let state = match (state, hash.parse()) {
            ("ready", Ok(hash)) => AssetState::Ready(hash),
            ("pending", _) => AssetState::Pending,
            _ => AssetState::Failed,
        };
        Self { state, mime, width: sizes.next().unwrap_or(0), height: sizes.next().unwrap_or(0) }
    }
}

/// Splits an asset's frame: 32 bytes of hash, the kind's length (LEB128) and text, then the bytes.
pub fn split_frame(payload: &[u8]) -> Result<(AssetHash, &str, &[u8]), AssetError> {
    let (hash, rest) = payload.split_first_chunk::<32>().ok_or(AssetError::Short)?;
    let (length, rest) = take_u32(rest).map_err(|_| AssetError::Short)?;
    let length = usize::try_from(length).map_err(|_| AssetError::Short)?;
    let (mime, bytes) = rest.split_at_checked(length).ok_or(AssetError::Short)?;
    let mime = std::str::from_utf8(mime).map_err(|_| AssetError::Kind)?;
    Ok((AssetHash(*hash), mime, bytes))
}

/// The kind under which bytes become a blob: never one that a browser would open as a document.
pub fn harmless(mime: &str) -> &str {
    let essence = mime.split(';').next().unwrap_or_default().trim();
    let is_shown = ["image/", "font/", "audio/", "video/", "application/font-", "application/x-font-"]
        .iter()
        .any(|kind| essence.starts_with(kind));
    if is_shown || essence == "text/css" { essence } else { "application/octet-stream" }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    #[test]
    fn a_ready_asset_names_its_hash_and_size() {
        let value = format!("ready {HASH} image/png 70 30.5");
        let meaning = AssetMeaning::parse(&value);
        assert_eq!(meaning.state, AssetState::Ready(HASH.parse().expect("64 digits")));
        assert_eq!((meaning.width, meaning.height), (70, 30));
        assert_eq!(HASH.parse::<AssetHash>().expect("64 digits").to_string(), HASH);
    }

    #[test]
    fn what_does_not_parse_has_failed() {
        for value in ["", "ready", "ready xyz image/png 1 1", "ready é", "soon"] {
            assert_eq!(AssetMeaning::parse(value).state, AssetState::Failed, "{value}");
        }
        assert_eq!(AssetMeaning::parse("pending   70 30").state, AssetState::Pending);
    }

    #[test]
    fn a_size_is_never_wild() {
        let meaning = AssetMeaning::parse("pending - - -5 NaN");
        assert_eq!((meaning.width, meaning.height), (0, 0));
    }

    #[test]
    fn a_frame_is_split_or_refused() {
        let mut frame = [7; 32].to_vec();
        frame.extend_from_slice(b"\x09image/png\x01\x02");
        assert_eq!(split_frame(&frame), Ok((AssetHash([7; 32]), "image/png", &[1, 2][..])));
        for end in 0..42 {
            assert_eq!(split_frame(&frame[..end]), Err(AssetError::Short), "{end}");
        }
        let mut long = [7; 32].to_vec();
        long.extend_from_slice(&[0xff, 0xff, 0xff, 0xff, 0x0f]);
        assert_eq!(split_frame(&long), Err(AssetError::Short));
    }

    #[test]
    fn no_blob_is_a_document() {
        assert_eq!(harmless("image/svg+xml; charset=utf-8"), "image/svg+xml");
        for mime in ["text/html", "application/xhtml+xml", "text/xml", "", "application/pdf"] {
            assert_eq!(harmless(mime), "application/octet-stream", "{mime}");
        }
    }
}
