//! What the routes of this module take and give, as JSON.
use accounts::{Agent, Invitation, Site, SitesOf};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

/// An agent, as administrators and managers see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AgentRow {
    /// The account.
    pub id: i64,
    /// The e-mail address.
    pub email: String,
    /// What visitors see.
    pub first_name: String,
    /// The rest of the name; may be empty.
    pub last_name: String,
    /// `agent`, `manager` or `admin`.
    pub role: String,
    /// The keys of the sites, sorted; `null` is every site, also later ones.
    pub sites: Option<Vec<String>>,
    /// Cannot log in.
    pub disabled: bool,
}

/// `POST /v1/agents`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddAgent {
    /// The e-mail address.
    pub email: String,
    /// What visitors see.
    pub first_name: String,
    /// The rest of the name.
    #[serde(default)]
    pub last_name: String,
    /// `agent`, `manager` or `admin`.
    pub role: String,
    /// The keys of the sites; absent or `null` is every site.
    #[serde(default)]
    pub sites: Option<Vec<String>>,
    /// At least 8 characters.
    pub password: String,
}

/// `PATCH /v1/agents/{id}`: what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeAgent {
    /// `agent`, `manager` or `admin`.
    #[serde(default)]
    pub role: Option<String>,
    /// The keys of the sites; `null` is every site.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Vec<String>>)]
    pub sites: Option<Option<Vec<String>>>,
    /// Disabling ends the agent's log-ins.
    #[serde(default)]
    pub disabled: Option<bool>,
}

/// `null` is a value here, and not the same as no field.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// An invitation that nobody has accepted yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InvitationRow {
    /// Its name.
    pub id: i64,
    /// The e-mail address that the account will have.
    pub email: String,
    /// `agent`, `manager` or `admin`.
    pub role: String,
    /// The keys of the sites, sorted; `null` is every site.
    pub sites: Option<Vec<String>>,
    /// The account of who invites.
    pub by: i64,
    /// When it ends, milliseconds since 1970.
    pub expires_ms: i64,
    /// The link to send, told once: when the invitation is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// `POST /v1/invitations`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Invite {
    /// The e-mail address that the account will have.
    pub email: String,
    /// `agent`, `manager` or `admin`.
    pub role: String,
    /// The keys of the sites; absent or `null` is every site.
    #[serde(default)]
    pub sites: Option<Vec<String>>,
}

/// `GET /v1/invitations/of/{token}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OfferedRow {
    /// The e-mail address that the account will have.
    pub email: String,
    /// The first name of who invites.
    pub inviter: String,
    /// `agent`, `manager` or `admin`.
    pub role: String,
    /// The names of the sites, sorted by key; `null` is every site.
    pub sites: Option<Vec<String>>,
}

/// `POST /v1/invitations/of/{token}`; the answer is the same as a log-in's.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Accept {
    /// What visitors will see.
    pub first_name: String,
    /// The rest of the name.
    #[serde(default)]
    pub last_name: String,
    /// At least 8 characters.
    pub password: String,
}

/// A site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SiteRow {
    /// What the script tag says.
    pub key: String,
    /// What agents see.
    pub name: String,
    /// The origins of its pages.
    pub origins: Vec<String>,
}

/// `PATCH /v1/sites/{key}`: what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeSite {
    /// What agents see.
    #[serde(default)]
    pub name: Option<String>,
    /// All origins.
    #[serde(default)]
    pub origins: Option<Vec<String>>,
}

/// `POST /v1/me/password`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    /// The password until now.
    pub old: String,
    /// At least 8 characters.
    pub new: String,
}

/// The keys of the sites that somebody serves.
fn keys(sites: &SitesOf, known: &[Site]) -> Option<Vec<String>> {
    match sites {
        SitesOf::All => None,
        SitesOf::Some(ids) => {
            Some(known.iter().filter(|site| ids.contains(&site.id)).map(|site| site.key.clone()).collect())
        }
    }
}

impl AgentRow {
    /// With the keys of `known` sites, which are sorted.
    pub fn new(agent: Agent, known: &[Site]) -> Self {
        Self {
            id: agent.id.0,
            email: agent.email,
            first_name: agent.first_name,
            last_name: agent.last_name,
            role: agent.role.name().to_owned(),
            sites: keys(&agent.sites, known),
            disabled: agent.disabled,
        }
    }
}

impl InvitationRow {
    /// With the keys of `known` sites, which are sorted.
    pub fn new(invitation: Invitation, known: &[Site], link: Option<String>) -> Self {
        Self {
            id: invitation.id.0,
            email: invitation.email,
            role: invitation.role.name().to_owned(),
            sites: keys(&invitation.sites, known),
            by: invitation.by.0,
            expires_ms: invitation.expires_ms,
            link,
        }
    }
}

impl From<Site> for SiteRow {
    fn from(Site { key, name, origins, .. }: Site) -> Self {
        Self { key, name, origins }
    }
}
