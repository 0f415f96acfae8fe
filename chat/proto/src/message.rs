//! Messages as their readers get them.
use serde::{Deserialize, Serialize};

use crate::{Cid, FileName, Form, Millis, is_zero};

/// Who wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum From {
    /// The visitor.
    Visitor,
    /// An agent: [`Msg::name`] says which.
    Agent,
    /// The site's bot.
    Bot,
    /// The service itself; and whoever a later release lets write.
    #[default]
    #[serde(other)]
    System,
}

/// One message of the thread, or one record beside it.
///
/// `kind` is one of: `text`, `file`, `link`, `deal`, `choice_question`, `choice`, `form`, `system`, `transfer`,
/// `screen_share`; for desks also `note` and `record`. What else each kind carries stands in [`Meta`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Msg {
    /// Its number in the thread, from 1 and without gaps; 0 for a record.
    #[serde(skip_serializing_if = "is_zero")]
    pub seq: u64,
    /// Its number beside the thread; 0 for a message.
    #[serde(skip_serializing_if = "is_zero")]
    pub aseq: u64,
    /// Its client's name.
    pub cid: Cid,
    /// Who wrote it.
    pub from: From,
    /// The agent's first name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The agent; desks only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<i64>,
    /// What it is.
    pub kind: String,
    /// What it says, as text. For `system`, `transfer`, `screen_share` and `record` nothing: [`Meta::code`] does.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// When it was received.
    pub at: Millis,
    /// The number of what it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<u64>,
    /// What else its kind carries.
    #[serde(skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
}

/// What a message carries beside its text, by its kind.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Meta {
    /// `system`, `transfer`, `screen_share`, `record`: the stable code that each reader finds their words by.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub code: String,
    /// The first names that those words show, in their order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// `choice_question`: what may be answered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
    /// `choice`: the option that was chosen; its label is the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub option: Option<i64>,
    /// `file`: what was sent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileCard>,
    /// `link`, `deal`: where it leads; http or https.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub url: String,
    /// `form`: what was filled in.
    #[serde(skip_serializing_if = "Form::is_empty")]
    pub form: Form,
    /// `screen_share`: which share. The rows of one share are one row, which shows the last code.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub share: String,
    /// `record`: until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Millis>,
}

impl Meta {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// One answer to a question of the bot.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Choice {
    /// What is sent for it.
    pub option: i64,
    /// What it says.
    pub label: String,
}

/// A file as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct FileCard {
    /// What it is fetched by.
    pub id: FileName,
    /// Its name, cleaned.
    pub name: String,
    /// Its length, bytes.
    pub bytes: u64,
    /// Its type as the server found it, for example `image/png`.
    pub kind: String,
    /// Width and height of an image that has a thumbnail, pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<(u32, u32)>,
}
