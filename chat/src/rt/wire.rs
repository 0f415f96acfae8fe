//! Frames as bytes: MessagePack with named fields, or JSON, as the subprotocol says.
use axum::extract::ws::{Message, WebSocketUpgrade};
use serde::{Serialize, de::DeserializeOwned};

/// How deep a frame may nest. None comes near it.
const MAX_DEPTH: usize = 32;

/// How a socket's frames are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Codec {
    MsgPack,
    Json,
}

/// What a peer sent is no frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed;

impl Codec {
    /// Chooses the subprotocol: the first that both know, MessagePack before JSON. `None` when the peer offers
    /// neither.
    pub fn negotiate(upgrade: WebSocketUpgrade) -> Option<(Self, WebSocketUpgrade)> {
        let upgrade = upgrade.protocols([chat_proto::MSGPACK, chat_proto::JSON]);
        let chosen = upgrade.selected_protocol()?.to_str().ok()?.to_owned();
        let codec = if chosen == chat_proto::MSGPACK { Self::MsgPack } else { Self::Json };
        Some((codec, upgrade))
    }

    /// Reads a frame.
    pub fn decode<T: DeserializeOwned>(self, message: &Message) -> Result<T, Malformed> {
        match (self, message) {
            (Self::MsgPack, Message::Binary(bytes)) => from_msgpack(bytes),
            (Self::Json, Message::Text(text)) => serde_json::from_str(text).map_err(|_| Malformed),
            (Self::MsgPack | Self::Json, _) => Err(Malformed),
        }
    }

    /// Writes a frame. `None` never comes of the frames that there are.
    pub fn encode(self, frame: &impl Serialize) -> Option<Message> {
        let written = match self {
            Self::MsgPack => rmp_serde::to_vec_named(frame).map(Message::from).map_err(|it| it.to_string()),
            Self::Json => serde_json::to_string(frame).map(Message::from).map_err(|it| it.to_string()),
        };
        written.inspect_err(|error| tracing::error!(error, "a frame cannot be written")).ok()
    }
}

/// With the checks that the decoder does not make by itself.
fn from_msgpack<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Malformed> {
    let mut rest = bytes;
    let mut deserializer = rmp_serde::Deserializer::new(&mut rest);
    deserializer.set_max_depth(MAX_DEPTH);
    let frame = T::deserialize(&mut deserializer).map_err(|_| Malformed)?;
    if rest.is_empty() { Ok(frame) } else { Err(Malformed) }
}

#[cfg(test)]
mod tests {
    use chat_proto::visitor::FromVisitor;

    use super::*;

    fn typing() -> FromVisitor {
        FromVisitor::Typing { conv: "0f".repeat(16), on: true }
    }

    #[test]
    fn both_forms_go_there_and_back_and_not_into_each_other() {
        for codec in [Codec::MsgPack, Codec::Json] {
            let message = codec.encode(&typing()).expect("written");
            assert_eq!(codec.decode::<FromVisitor>(&message), Ok(typing()));
            let other = if codec == Codec::Json { Codec::MsgPack } else { Codec::Json };
            assert_eq!(other.decode::<FromVisitor>(&message), Err(Malformed));
        }
    }

    #[test]
    fn trailing_bytes_and_endless_nesting_are_no_frames() {
        let Some(Message::Binary(bytes)) = Codec::MsgPack.encode(&typing()) else { panic!("binary") };
        let long: Vec<u8> = bytes.iter().copied().chain([0xc0]).collect();
        assert_eq!(Codec::MsgPack.decode::<FromVisitor>(&long.into()), Err(Malformed));
        for (codec, nest) in
            [(Codec::MsgPack, vec![0x91; 60_000].into()), (Codec::Json, "[".repeat(60_000).into())]
        {
            assert_eq!(codec.decode::<FromVisitor>(&nest), Err(Malformed));
        }
    }
}
