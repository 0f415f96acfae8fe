//! What both ends keep to.

/// Longest frame, bytes.
pub const MAX_FRAME: usize = 64 * 1024;
/// Longest text of one message, characters.
pub const MAX_CHARS: usize = 10_000;
/// Most files of one message (FEATURES FIL-08).
pub const MAX_FILES: usize = 5;
/// Largest file, bytes: 5 MiB (FEATURES FIL-07). A site may allow less.
pub const MAX_FILE_BYTES: u64 = 5_242_880;
/// The server pings so often, milliseconds; who hears nothing for twice as long is cut off.
pub const PING_EVERY_MS: u32 = 5_000;
/// Somebody types for so long after they said so, milliseconds.
pub const TYPING_MS: u32 = 6_000;
/// Pages of a replay are about so long, bytes, and so is what one request is answered.
pub const PAGE_BYTES: usize = 32 * 1024;
