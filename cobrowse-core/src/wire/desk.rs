//! The JSON of the two small sockets (a waiting page's presence, the desk) and of the HTTP API.
//!
//! Named fields and string tags, so that older pages and newer servers understand each other.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::message::Refusal;
use crate::id::{AgentId, SessionId, VisitorId};

/// From a waiting page (the loader) to the server, on `GET /v1/presence?site=KEY`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FromPage {
    /// Where the visitor is. Origin and path alone: no query, no title, no content.
    Here {
        /// The page's key: an ECDSA P-256 public key, SPKI DER in base64url without padding.
        key: String,
        /// The path, beginning with `/`.
        path: String,
        /// The page's language, a BCP 47 tag.
        lang: String,
    },
    /// The page was asked to come into this session and cannot: our module does not run there.
    Failed {
        /// The session of [`ToPage::Ask`].
        session: SessionId,
    },
}

/// From the server to a waiting page.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToPage {
    /// An agent wants to ask something: load the share module and connect with this ticket.
    Ask {
        /// The session.
        session: SessionId,
        /// The visitor's ticket for `GET /v1/session`.
        ticket: String,
    },
    /// The hello was refused; the page should not try again with the same.
    Refused {
        /// [`Refusal::code`].
        code: String,
    },
}

impl ToPage {
    /// A refusal by its code.
    pub fn refused(refusal: Refusal) -> Self {
        Self::Refused { code: refusal.code().to_owned() }
    }
}

/// One connected visitor, as the desk lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VisitorRow {
    /// The browser.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: VisitorId,
    /// The site's name.
    pub site: String,
    /// The page's origin, for example `https://shop.example`.
    pub origin: String,
    /// The path.
    pub path: String,
    /// The page's language, a BCP 47 tag.
    pub lang: String,
    /// The browser and system, short, for example `Firefox on Linux`.
    pub browser: String,
    /// When the visit began, milliseconds since 1970.
    pub since_ms: u64,
    /// The session that is open with this visitor, if one is.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub session: Option<SessionId>,
}

/// From the server to the desk, on `GET /v1/desk`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToDesk {
    /// Everybody who is there; sent first.
    Visitors {
        /// In order of arrival.
        visitors: Vec<VisitorRow>,
        /// The server's clock, milliseconds since 1970.
        now_ms: u64,
    },
    /// One visitor came or changed.
    Visitor {
        /// The row, whole.
        visitor: VisitorRow,
    },
    /// One visitor left.
    Gone {
        /// Who.
        id: VisitorId,
    },
}

/// `POST /v1/login`; answers [`Me`] and sets the cookie.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Login {
    /// The agent's e-mail address.
    pub email: String,
    /// The password.
    pub password: String,
}

/// `GET /v1/me`: who is logged in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    /// The account.
    #[cfg_attr(feature = "openapi", schema(value_type = u32))]
    pub id: AgentId,
    /// The first name that visitors see.
    pub first_name: String,
    /// The last name.
    pub last_name: String,
    /// The e-mail address.
    pub email: String,
    /// `agent`, `manager` or `admin`.
    pub role: String,
}

/// `POST /v1/visitors/{id}/sessions` answers 201 with this; the viewer opens `/view/{session}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Opened {
    /// The session, new or already open with this visitor.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub session: SessionId,
}

/// `POST /v1/sessions/{session}/ticket` answers with this.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ticket {
    /// The viewer's ticket for `GET /v1/session` and the assets.
    pub ticket: String,
    /// Who is visited, when the visitor is connected.
    pub visitor: Option<VisitorRow>,
}

/// The body of every error answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// A stable code, for example `ticket_expired` or `login_failed`.
    pub code: String,
    /// What was wrong and what is accepted, for people.
    pub message: String,
    /// The fields of the body that are wrong, with what is wrong: `unknown`, `taken`, `too_short`, `too_long`, …
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
}
