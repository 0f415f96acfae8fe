//! What people write.
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{id::AttachmentId, refusal::Refusal};

/// Most characters of one message.
pub const MAX_CHARS: usize = 10_000;
/// Most files of one message.
pub const MAX_FILES: usize = 5;

/// What an agent writes for other agents. Not shown in a log.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Words(pub String);

impl From<&str> for Words {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// Shows the length only.
impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

/// What a visitor or an agent sends.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// A text.
    Text(String),
    /// Uploaded files, with a text that may be empty.
    Files {
        /// At least one, at most [`MAX_FILES`].
        files: Vec<AttachmentId>,
        /// What is said about them.
        text: String,
    },
    /// A link to click.
    Link {
        /// Where it leads; the edge has checked that it is http or https.
        url: String,
        /// What it says.
        title: String,
    },
    /// A commercial offer. Not called offer: that is what agents get.
    Deal {
        /// What is offered.
        text: String,
        /// Where to get it.
        url: String,
    },
}

impl Content {
    /// The name of its kind on the wire and in the store.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Files { .. } => "file",
            Self::Link { .. } => "link",
            Self::Deal { .. } => "deal",
        }
    }

    /// Refuses what is empty, too long, or too many.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        let (text, other) = match self {
            Self::Text(text) => (text, ""),
            Self::Files { files, text } => return check_files(files).and_then(|()| check_length(text)),
            Self::Link { url, title } => (title, url.as_str()),
            Self::Deal { text, url } => (text, url.as_str()),
        };
        if text.trim().is_empty() && other.trim().is_empty() {
            return Err(Refusal::Empty);
        }
        check_length(text).and_then(|()| check_length(other))
    }
}

fn check_files(files: &[AttachmentId]) -> Result<(), Refusal> {
    match files.len() {
        0 => Err(Refusal::Empty),
        n if MAX_FILES < n => Err(Refusal::TooManyFiles),
        _ => Ok(()),
    }
}

pub(super) fn check_length(text: &str) -> Result<(), Refusal> {
    // Bytes first: counting the characters of what is far too long is work for nothing.
    let fits = text.len() <= MAX_CHARS || (text.len() <= 4 * MAX_CHARS && text.chars().count() <= MAX_CHARS);
    if fits { Ok(()) } else { Err(Refusal::TooLong) }
}

/// Shows the kind and the length only: what people write has no place in a log.
impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = match self {
            Self::Text(text) | Self::Files { text, .. } | Self::Deal { text, .. } => text.len(),
            Self::Link { title, .. } => title.len(),
        };
        write!(f, "{}({length} bytes)", self.kind())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // shows: WID-11
    #[test]
    fn what_is_empty_or_too_long_is_no_message() {
        let text = |text: &str| Content::Text(text.to_owned()).check();
        assert_eq!(text(" \n\t"), Err(Refusal::Empty));
        assert_eq!(text(&"é".repeat(MAX_CHARS)), Ok(()));
        assert_eq!(text(&"é".repeat(MAX_CHARS + 1)), Err(Refusal::TooLong));
        assert_eq!(text(&"a".repeat(4 * MAX_CHARS + 1)), Err(Refusal::TooLong));
    }

    // shows: FIL-08
    #[test]
    fn five_files_go_and_six_do_not() {
        let files =
            |n: i64| Content::Files { files: (0..n).map(AttachmentId).collect(), text: String::new() };
        assert_eq!(files(0).check(), Err(Refusal::Empty));
        assert_eq!(files(5).check(), Ok(()));
        assert_eq!(files(6).check(), Err(Refusal::TooManyFiles));
    }

    #[test]
    fn what_people_write_is_not_in_a_log() {
        assert_eq!(format!("{:?}", Content::Text("my card is 4111".into())), "text(15 bytes)");
        assert_eq!(format!("{:?}", Words::from("rude")), "4 bytes");
    }
}
