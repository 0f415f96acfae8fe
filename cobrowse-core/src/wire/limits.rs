//! The bounds that a peer's bytes must keep. The encoder keeps them too, so that a huge value cannot end a
//! share.

/// Longest message on a data channel, and longest piece of a frame on the WebSocket, bytes.
pub const MAX_MESSAGE: usize = 16 * 1024;
/// Longest frame after its pieces are joined and before it is inflated, bytes.
pub const MAX_FRAME: usize = 8 << 20;
/// Longest frame after it is inflated, bytes.
pub const MAX_INFLATED: usize = 8 << 20;
/// Longest control message, bytes.
pub const MAX_CONTROL: usize = 64 * 1024;
/// Longest text of one `Type` command, bytes. It is typed key by key at one go, and until it is, the visitor's page hears
/// of nothing else: nobody can take control back in the middle of it.
pub const MAX_TYPED: usize = 256;
/// Most nodes a mirror holds.
pub const MAX_NODES: usize = 500_000;
/// Most ids that one epoch gives out, to nodes that are gone as well.
pub const MAX_IDS: usize = 1 << 21;
/// Deepest tree a frame may carry.
pub const MAX_DEPTH: usize = 512;
/// Most attributes and properties of one node; further ones are left out.
pub const MAX_ATTRIBUTES: usize = 1024;
/// Longest single value, bytes; what is longer becomes an asset or is cut.
pub const MAX_VALUE: usize = 1 << 20;
/// Bytes that an epoch's string dictionary may hold.
pub const MAX_DICTIONARY: usize = 2 << 20;
/// Bytes that an epoch's shape table may hold.
pub const MAX_SHAPES: usize = 1 << 20;
