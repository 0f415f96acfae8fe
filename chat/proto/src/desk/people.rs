//! Who desks speak with: the panel beside a conversation, a visitor's file, notes, who is blocked; and what is
//! said often.
use serde::{Deserialize, Serialize};

use crate::{ConversationName, Form, Millis, visitor::PageView};

/// What stands for the name of a visitor who has none, wherever a desk speaks of them: four figures of the relay's name
/// of their browser; of their own number where no browser has proved to be theirs.
pub fn figures(browser: Option<[u8; 16]>, visitor: i64) -> String {
    let of = browser.map_or(visitor, |[first, second, ..]| i64::from(u16::from_be_bytes([first, second])));
    format!("{:04}", of.rem_euclid(10_000))
}

/// The visitor's panel: `GET /v1/conversations/{conv}/visitor` (FEATURES B8).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Visitor {
    /// Which visitor, for `GET /v1/contacts/{id}`.
    pub id: i64,
    /// Everything that was filled in or corrected: `name`, `email`, `phone`, …
    pub profile: Form,
    /// What the site's script tells, with the labels that the admin gave.
    pub custom: Vec<CustomValue>,
    /// Whether they are there.
    pub online: bool,
    /// The page that they are on.
    pub page: Option<PageView>,
    /// How they came: `direct`, `search`, `social`, `referral`, `campaign`; and from where.
    pub provenance: (String, String),
    /// The address that they came from, without what follows its path; empty where there is none.
    pub referrer: String,
    /// The campaign's keys of the first page (`utm_*`).
    pub campaign: Form,
    /// When this visit began.
    pub visit_started: Option<Millis>,
    /// When it ended, as far as is known; nothing while it goes on.
    pub visit_ended: Option<Millis>,
    /// The first page of the visit that is kept.
    pub first_page: Option<PageView>,
    /// Pages of this visit, the latest first.
    pub pages: Vec<PageView>,
    /// How many pages of this visit.
    pub page_count: u64,
    /// How many visits.
    pub visits: u64,
    /// Country, browser, system; empty where it is not known.
    pub country: String,
    /// For example `Firefox 153`.
    pub browser: String,
    /// For example `Windows`.
    pub system: String,
    /// How many other conversations, all closed, an agent wrote in.
    pub exchanges: u64,
    /// The latest three conversations before this one, newest first.
    pub past: Vec<Past>,
    /// Whether they are blocked.
    pub blocked: bool,
    /// What agents noted about them, the latest first (FEATURES CRM-04).
    pub notes: Vec<Sticky>,
}

/// A value that a site's script gave.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct CustomValue {
    /// Its key.
    pub key: String,
    /// What the admin calls it.
    pub label: String,
    /// `text`, `number`, `money`, `date`, `url`.
    pub kind: String,
    /// What it is.
    pub value: String,
}

/// A conversation of before.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Past {
    /// Which.
    pub conv: ConversationName,
    /// When it began.
    pub at: Millis,
    /// Its first words.
    pub preview: String,
    /// Whose it was.
    pub agent: Option<i64>,
    /// How many stars the visitor gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rating: Option<u8>,
}

/// A reply that is written once and used often: `GET /v1/canned` gives a list of those of the agent's sites, their own
/// and the shared ones; `POST /v1/canned` makes one, `PUT` and `DELETE /v1/canned/{id}` change it (FEATURES CAN-03),
/// `POST /v1/canned/{id}/used` counts a use.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Canned {
    /// Its number; 0 before it has one.
    pub id: i64,
    /// Of which site: its key.
    pub site: String,
    /// Whose; nobody's for one that all share.
    pub agent: Option<i64>,
    /// What is typed after `/` to get it.
    pub short: String,
    /// What it is about.
    pub title: String,
    /// What it says.
    pub body: String,
    /// In which language, for example `fr`; empty for any.
    pub lang: String,
    /// How often it was used.
    pub uses: u64,
}

/// A visitor's file: `GET /v1/contacts/{id}`; `PUT` takes its profile alone, a [`Form`] (FEATURES INF-08, CRM-03).
/// `GET /v1/contacts/{id}/conversations?after=` gives [`Rows`], the oldest first (FEATURES INF-11).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Contact {
    /// Which visitor.
    pub id: i64,
    /// On which site: its key.
    pub site: String,
    /// Everything that was filled in or corrected.
    pub profile: Form,
    /// What stands for the name where there is none: [`figures`].
    pub figures: String,
    /// What the site's script told.
    pub custom: Vec<CustomValue>,
    /// When they first came.
    pub created: Millis,
    /// How many visits.
    pub visits: u64,
    /// How many conversations, those of now included.
    pub conversations: u64,
    /// How many closed conversations an agent wrote in.
    pub exchanges: u64,
    /// Whether they are there.
    pub online: bool,
    /// When, by whom and why they were blocked.
    pub blocked: Option<Blocked>,
    /// What agents noted about them, the latest first (FEATURES CRM-04).
    pub notes: Vec<Sticky>,
}

/// A blocked visitor: `GET /v1/blocked` gives a list of them for managers, `DELETE /v1/contacts/{id}/block` lets one
/// come again (FEATURES BLK-02).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Blocked {
    /// Which visitor.
    pub id: i64,
    /// On which site: its key.
    pub site: String,
    /// Their name, or nothing.
    pub name: String,
    /// What stands for the name where there is none: [`figures`].
    pub figures: String,
    /// Their e-mail, or nothing.
    pub email: String,
    /// When.
    pub at: Millis,
    /// By whom.
    pub agent: i64,
    /// Why; may be empty.
    pub reason: String,
}

/// A note about a visitor, for agents only: `POST /v1/contacts/{id}/notes`, `PUT` and `DELETE
/// /v1/contacts/{id}/notes/{note}`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Sticky {
    /// Its number; 0 before it has one.
    pub id: i64,
    /// Who wrote it.
    pub agent: i64,
    /// What it says.
    pub text: String,
    /// Its colour: `yellow`, `blue`, `green`, `pink`.
    pub colour: String,
    /// When.
    pub at: Millis,
    /// When it was last changed.
    pub edited: Option<Millis>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_four_and_of_the_browser_where_it_is_known() {
        let mut browser = [0xff; 16];
        assert_eq!(figures(Some(browser), 7), "5535");
        browser[2] = 0;
        assert_eq!(figures(Some(browser), 8), "5535");
        assert_eq!([figures(None, 7), figures(None, 123_456), figures(None, -1)], ["0007", "3456", "9999"]);
    }
}
