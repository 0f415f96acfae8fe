//! Who may come in, and which sites there are: accounts over HTTP, for admins; managers look on.
use serde::{Deserialize, Serialize};
use serde_json::json;

use cobrowse_core::wire::desk::Me;

use super::told::{Wrong, ask, done, get};

/// An agent's account.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Agent {
    /// Which.
    pub id: i64,
    /// The e-mail address.
    pub email: String,
    /// What visitors see.
    pub first_name: String,
    /// The rest of the name; may be empty.
    pub last_name: String,
    /// `agent`, `manager` or `admin`.
    pub role: String,
    /// The keys of the sites; nothing is every site, also later ones.
    pub sites: Option<Vec<String>>,
    /// Cannot log in.
    pub disabled: bool,
}

/// What of an account becomes different; what is nothing stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Change {
    /// `agent`, `manager` or `admin`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// The keys of the sites; `Some(None)` is every site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sites: Option<Option<Vec<String>>>,
    /// Whether it cannot log in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
}

/// An invitation that nobody has accepted yet.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Invitation {
    /// Which.
    pub id: i64,
    /// The e-mail address that the account will have.
    pub email: String,
    /// `agent`, `manager` or `admin`.
    pub role: String,
    /// The keys of the sites; nothing is every site.
    pub sites: Option<Vec<String>>,
    /// When it ends, milliseconds since 1970.
    pub expires_ms: i64,
    /// The link to send; told once.
    #[serde(default)]
    pub link: Option<String>,
}

/// Whom to invite, and to what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Invite {
    /// The e-mail address that the account will have.
    pub email: String,
    /// `agent`, `manager` or `admin`.
    pub role: String,
    /// The keys of the sites; nothing is every site.
    pub sites: Option<Vec<String>>,
}

/// What the bearer of a link is invited to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Offered {
    /// The e-mail address that the account will have.
    pub email: String,
    /// The first name of who invites.
    pub inviter: String,
    /// `agent`, `manager` or `admin`.
    pub role: String,
    /// The names of the sites; nothing is every site.
    pub sites: Option<Vec<String>>,
}

/// What the bearer of a link says.
#[derive(Clone, Serialize)]
pub struct Accept {
    /// What visitors will see.
    pub first_name: String,
    /// The rest of the name.
    pub last_name: String,
    /// The password as it is typed.
    pub password: String,
}

/// A site.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Site {
    /// What the script tag says.
    pub key: String,
    /// What agents see.
    pub name: String,
    /// The origins of its pages.
    pub origins: Vec<String>,
}

/// Everybody who has a site in common with who asks.
///
/// # Errors
/// [`Wrong`].
pub async fn agents() -> Result<Vec<Agent>, Wrong> {
    get("/v1/agents").await
}

/// Changes an account.
///
/// # Errors
/// [`Wrong`]; `last_admin` where nobody would be left in charge.
pub async fn change_agent(id: i64, change: &Change) -> Result<(), Wrong> {
    done("PATCH", &format!("/v1/agents/{id}"), Some(change)).await.map(drop)
}

/// The invitations that can be accepted.
///
/// # Errors
/// [`Wrong`].
pub async fn invitations() -> Result<Vec<Invitation>, Wrong> {
    get("/v1/invitations").await
}

/// Invites, and tells the link once.
///
/// # Errors
/// [`Wrong`]; `email_taken` where there is an account.
pub async fn invite(it: &Invite) -> Result<Invitation, Wrong> {
    ask("POST", "/v1/invitations", Some(it)).await
}

/// Takes an invitation back.
///
/// # Errors
/// [`Wrong`].
pub async fn revoke(id: i64) -> Result<(), Wrong> {
    done("DELETE", &format!("/v1/invitations/{id}"), None::<&()>).await.map(drop)
}

/// What a link is good for.
///
/// # Errors
/// [`Wrong`]: `invitation_used`, `invitation_expired`, or `not_found`.
pub async fn offered(token: &str) -> Result<Offered, Wrong> {
    get(&of_link(token)).await
}

/// Makes the account; its first log-in begins here.
///
/// # Errors
/// As [`offered`], or [`Wrong`] with fields.
pub async fn accept(token: &str, it: &Accept) -> Result<Me, Wrong> {
    ask("POST", &of_link(token), Some(it)).await
}

fn of_link(token: &str) -> String {
    let token: String = token.chars().filter(|it| it.is_ascii_alphanumeric() || "-_".contains(*it)).collect();
    format!("/v1/invitations/of/{token}")
}

/// The sites that who asks serves.
///
/// # Errors
/// [`Wrong`].
pub async fn sites() -> Result<Vec<Site>, Wrong> {
    get("/v1/sites").await
}

/// Adds a site.
///
/// # Errors
/// [`Wrong`]; `key_taken` where there is one of this key.
pub async fn add_site(it: &Site) -> Result<(), Wrong> {
    done("POST", "/v1/sites", Some(it)).await.map(drop)
}

/// Gives a site this name and these origins.
///
/// # Errors
/// [`Wrong`].
pub async fn change_site(it: &Site) -> Result<(), Wrong> {
    let change = json!({ "name": it.name, "origins": it.origins });
    done("PATCH", &format!("/v1/sites/{}", it.key), Some(&change)).await.map(drop)
}
