//! Frames as a forger makes them: any body, in a well-formed stream.
use crate::dom::{
    PageFrame,
    columns::number,
    deflate::{Deflater, Inflater},
};

/// One epoch's streams, both ends. A forged body begins with the first new id (LEB128), like a payload.
pub struct Forge {
    deflater: Deflater,
    inflater: Inflater,
}

impl Default for Forge {
    fn default() -> Self {
        Self::new()
    }
}

impl Forge {
    /// At the beginning of an epoch.
    pub fn new() -> Self {
        Self { deflater: Deflater::new(), inflater: Inflater::new() }
    }

    /// The payload that says `body`.
    pub fn frame(&mut self, body: &[u8]) -> Vec<u8> {
        let rest = number(body, "first id").map_or(body, |(_, rest)| rest);
        let mut payload = body[..body.len() - rest.len()].to_vec();
        self.deflater.write(&[rest], &mut payload);
        payload
    }

    /// What a recorded frame says; its payload when it is no stream.
    pub fn body_of(&mut self, frame: &PageFrame) -> Vec<u8> {
        let Ok((_, deflated)) = number(&frame.payload, "first id") else { return frame.payload.clone() };
        let mut body = frame.payload[..frame.payload.len() - deflated.len()].to_vec();
        match self.inflater.read(deflated, &mut body) {
            Ok(()) => body,
            Err(_) => frame.payload.clone(),
        }
    }
}
