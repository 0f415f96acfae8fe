//! The desk's line to the chat service: frames of `chat.v1`, as JSON.
use chat_proto::{
    JSON,
    desk::{FromDesk, ToDesk},
};

use super::line::{self, Heard, Place};

/// What is heard.
#[derive(Debug)]
pub enum LineEvent {
    /// A connection stands: hello is to be said.
    Open,
    /// A frame.
    Frame(Box<ToDesk>),
    /// A frame that this page does not know: a newer server's. It says at least that the server is there.
    Unknown,
    /// The connection is cut; it will be tried again.
    Cut,
    /// Nobody is logged in any more; it will not be tried again.
    LoggedOut,
}

/// Keeps the line open until dropped.
pub struct Line(line::Line);

impl Line {
    /// Connects, and tells everything to `tell`.
    pub fn start(tell: impl Fn(LineEvent) + 'static) -> Self {
        let place = Place { path: "/rt?as=desk", protocol: Some(JSON) };
        Self(line::Line::start(place, move |heard| {
            tell(match heard {
                Heard::Open => LineEvent::Open,
                Heard::Text(text) => serde_json::from_str(&text)
                    .map_or(LineEvent::Unknown, |it| LineEvent::Frame(Box::new(it))),
                Heard::Cut => LineEvent::Cut,
                Heard::LoggedOut => LineEvent::LoggedOut,
            });
        }))
    }

    /// Sends a frame; what is sent into a cut is asked for again by whoever keeps it.
    pub fn send(&self, frame: &FromDesk) {
        if let Ok(text) = serde_json::to_string(frame) {
            self.0.send(&text);
        }
    }

    /// Tries at once: the network is back, or the line is silent.
    pub fn renew(&self) {
        self.0.renew();
    }

    /// Tries at once, unless a connection stands or is being made.
    pub fn hurry(&self) {
        self.0.hurry();
    }
}
