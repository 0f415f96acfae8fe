//! What every WebSocket of the server has in common: small buffers, bounds, and a goodbye that arrives.
use std::time::Duration;

use axum::extract::ws::{Message, WebSocketUpgrade};
use cobrowse_core::wire::message::Refusal;
use futures_util::{Stream, StreamExt};

use crate::limits::{MAX_SOCKET_BACKLOG, MAX_SOCKET_READ, SOCKET_BUFFER};

/// A socket that does not close its side, or cannot take its last messages, is cut after this.
pub const FAREWELL_WITHIN: Duration = Duration::from_secs(2);
/// After a message that was not read to its end nothing more is read. A socket dropped with unread bytes is
/// reset, and what was written before is lost to a peer that has not read it: it gets this long to.
const LINGER: Duration = Duration::from_millis(500);

/// The bounds of a socket. Nothing is compressed: page frames are already, and JSON is short.
pub fn bounded(upgrade: WebSocketUpgrade) -> WebSocketUpgrade {
    upgrade
        .read_buffer_size(SOCKET_BUFFER)
        .write_buffer_size(SOCKET_BUFFER)
        .max_write_buffer_size(MAX_SOCKET_BACKLOG)
        .max_message_size(MAX_SOCKET_READ)
        .max_frame_size(MAX_SOCKET_READ)
}

/// Waits for the peer to close its side, so that our close frame is not lost in a reset.
pub async fn drain<S>(stream: &mut S, refusal: Option<Refusal>)
where
    S: Stream<Item = Result<Message, axum::Error>> + Unpin,
{
    let rest = async { while let Some(Ok(_)) = stream.next().await {} };
    // A peer that does not close its side is cut.
    let _ = tokio::time::timeout(FAREWELL_WITHIN, rest).await;
    if refusal == Some(Refusal::TooLarge) {
        tokio::time::sleep(LINGER).await;
    }
}

/// Whether a socket failed because a message was longer than its limit.
pub fn is_too_large(error: &axum::Error) -> bool {
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref());
    matches!(cause, Some(tungstenite::Error::Capacity(_)))
}
