//! Log-ins: a password gives a token, a token gives claims.
use std::time::Duration;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use store::params;

use crate::agent::{COLUMNS, Stored, end_logins, id_of};
use crate::{Accounts, Agent, AgentId, Error, Role, SiteId, SitesOf, hash, now_ms, password, random};

/// The name of the desk's cookie. Its value is a token in base64url without padding.
pub const COOKIE: &str = "tandem";

/// Life of a log-in.
pub const LOGIN_LIFE: Duration = Duration::from_secs(12 * 3600);

/// What somebody who is logged in may do, as it is at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// The account.
    pub agent: AgentId,
    /// What visitors see.
    pub first_name: String,
    /// The rest of the name.
    pub last_name: String,
    /// The e-mail address.
    pub email: String,
    /// What the agent may do.
    pub role: Role,
    /// Where. Administrators serve every site.
    pub sites: SitesOf,
}

impl Claims {
    /// Whether the agent serves this site.
    pub fn may(&self, site: SiteId) -> bool {
        self.sites.has(site)
    }
}

impl From<Agent> for Claims {
    fn from(agent: Agent) -> Self {
        Self {
            agent: agent.id,
            first_name: agent.first_name,
            last_name: agent.last_name,
            email: agent.email,
            role: agent.role,
            sites: agent.sites,
        }
    }
}

/// The log-in's token in the value of a `Cookie` header (RFC 6265 §4.2).
pub fn token_from_cookies(header: &str) -> Option<[u8; 32]> {
    let mut pairs = header.split(';').filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(name, _)| *name == COOKIE)?;
    token_from_text(value)
}

/// A token as [`text_of_token`] writes it.
pub fn token_from_text(text: &str) -> Option<[u8; 32]> {
    BASE64.decode(text).ok()?.try_into().ok()
}

/// A token as a cookie or an address has it.
pub fn text_of_token(token: &[u8; 32]) -> String {
    BASE64.encode(token)
}

impl Accounts {
    /// Whose log-in this token is, if its time is not over and the account is not disabled.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn login(&self, token: [u8; 32]) -> Result<Option<Claims>, Error> {
        self.read(move |tx| {
            let sql = format!(
                "SELECT {COLUMNS} FROM account_login
                 JOIN account_agent ON account_agent.id = account_login.agent_id
                 WHERE token = $1 AND $2 < expires_ms AND disabled_ms IS NULL"
            );
            let found: Option<Stored> = tx.optional(&sql, params![hash(&token), now_ms()])?;
            let agent = found.map(|stored| stored.complete(tx)).transpose()?;
            Ok(agent.map(Claims::from))
        })
        .await
    }

    /// The agent of this e-mail address and password.
    ///
    /// # Errors
    /// [`Error::LoginFailed`] for an unknown address and a disabled account, after as long, as for a wrong
    /// password.
    pub async fn log_in(&self, email: &str, password: String) -> Result<Agent, Error> {
        const STORED: &str = "SELECT password FROM account_agent WHERE id = $1 AND disabled_ms IS NULL";
        let email = email.to_owned();
        let found = self.read(move |tx| {
            let Some(id) = id_of(tx, &email)? else { return Ok(None) };
            let Some((stored,)) = tx.optional::<(String,)>(STORED, params![id.0])? else { return Ok(None) };
            Ok(Some((crate::agent::by_id(tx, id)?, stored)))
        });
        let (agent, stored) = found.await?.unzip();
        if password::is_right(password, stored).await? {
            agent.ok_or(Error::LoginFailed)
        } else {
            Err(Error::LoginFailed)
        }
    }

    /// Begins a log-in, and gives its token; only the token's hash is kept. Those whose time is over go.
    ///
    /// # Errors
    /// [`Error::LoginFailed`] when the account was disabled meanwhile, or when the database or the system's
    /// randomness fails.
    pub async fn begin_login(&self, AgentId(agent): AgentId) -> Result<[u8; 32], Error> {
        const ADD: &str = "INSERT INTO account_login (token, agent_id, created_ms, expires_ms)
            SELECT $1, id, $3, $4 FROM account_agent WHERE id = $2 AND disabled_ms IS NULL";
        let token = random::<32>()?;
        let life = i64::try_from(LOGIN_LIFE.as_millis()).unwrap_or(i64::MAX);
        let added = self.write(move |tx| {
            let now = now_ms();
            tx.execute("DELETE FROM account_login WHERE expires_ms <= $1", params![now])?;
            Ok(tx.execute(ADD, params![hash(&token), agent, now, now.saturating_add(life)])?)
        });
        if added.await? == 0 { Err(Error::LoginFailed) } else { Ok(token) }
    }

    /// Ends a log-in.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_login(&self, token: [u8; 32]) -> Result<(), Error> {
        let end = "DELETE FROM account_login WHERE token = $1";
        self.change(move |tx| Ok(tx.execute(end, params![hash(&token)]).map(|_| ())?)).await
    }

    /// Gives an agent a new password, if the old one is right, and ends the agent's log-ins.
    ///
    /// # Errors
    /// [`Error::LoginFailed`], [`Error::Invalid`], or when hashing or the database fails.
    pub async fn change_password(&self, id: AgentId, old: String, new: String) -> Result<(), Error> {
        const STORED: &str = "SELECT password FROM account_agent WHERE id = $1 AND disabled_ms IS NULL";
        let stored = self.read(move |tx| Ok(tx.optional::<(String,)>(STORED, params![id.0])?)).await?;
        let stored = stored.map(|(hash,)| hash);
        let hashed = password::hash_new(new).await?;
        if !password::is_right(old, stored.clone()).await? {
            return Err(Error::LoginFailed);
        }
        self.change(move |tx| {
            // Only what was looked at: two changes at once do not both succeed.
            const SET: &str = "UPDATE account_agent SET password = $2 WHERE id = $1 AND password = $3";
            if tx.execute(SET, params![id.0, &hashed, stored.clone()])? == 0 {
                return Err(Error::LoginFailed);
            }
            Ok(end_logins(tx, id)?)
        })
        .await
    }

    /// Ends every log-in of an agent.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_logins_of(&self, agent: AgentId) -> Result<(), Error> {
        self.change(move |tx| Ok(end_logins(tx, agent)?)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_among_other_cookies() {
        let token = [7; 32];
        let header = format!("a=b; tandem={}; tandem_other=x", text_of_token(&token));
        assert_eq!(token_from_cookies(&header), Some(token));
        for other in ["", "tandem", "tandem=", "tandem=AAAA", "nottandem=AAAA", "a=tandem"] {
            assert_eq!(token_from_cookies(other), None, "{other}");
        }
    }
}
