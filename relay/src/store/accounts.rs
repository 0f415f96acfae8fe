//! Agents and their log-ins.
use cobrowse_core::id::AgentId;
use rusqlite::{Connection, OptionalExtension, Row, params};
use sha2::{Digest, Sha256};

use super::{Store, StoreError, now_ms, to_sql};

/// What an agent may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Helps visitors.
    Agent,
    /// Sees the work of agents.
    Manager,
    /// Sets the server up.
    Admin,
}

impl Role {
    /// The name in the database and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Manager => "manager",
            Self::Admin => "admin",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Agent, Self::Manager, Self::Admin].into_iter().find(|role| role.name() == name)
    }
}

/// One agent account. The password's hash never leaves this module's queries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// The account.
    pub id: AgentId,
    /// The e-mail address, unique whatever its case.
    pub email: String,
    /// What visitors see.
    pub first_name: String,
    /// The rest of the name.
    pub last_name: String,
    /// What the agent may do.
    pub role: Role,
}

/// A new account.
#[derive(Clone)]
pub struct NewAgent {
    /// The e-mail address.
    pub email: String,
    /// What visitors see.
    pub first_name: String,
    /// The rest of the name; may be empty.
    pub last_name: String,
    /// What the agent may do.
    pub role: Role,
    /// The password as an argon2id PHC string.
    pub password_hash: String,
}

const COLUMNS: &str = "agent.id, agent.email, agent.first_name, agent.last_name, agent.role";

fn agent(row: &Row<'_>) -> rusqlite::Result<Agent> {
    let role: String = row.get(4)?;
    let role = Role::from_name(&role).ok_or_else(|| rusqlite::Error::InvalidColumnName(role))?;
    Ok(Agent {
        id: AgentId(row.get(0)?),
        email: row.get(1)?,
        first_name: row.get(2)?,
        last_name: row.get(3)?,
        role,
    })
}

impl Store {
    /// Adds an account, or gives the account of this address these names and this password.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_agent(&self, new: NewAgent) -> Result<AgentId, StoreError> {
        self.write(move |db| put_agent(db, &new)).await
    }

    /// Every account, in order of creation.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn agents(&self) -> Result<Vec<Agent>, StoreError> {
        self.read(|db| {
            let mut query = db.prepare(&format!("SELECT {COLUMNS} FROM agent ORDER BY id"))?;
            let rows = query.query_map([], agent)?.collect::<Result<_, _>>()?;
            Ok(rows)
        })
        .await
    }

    /// The account of an e-mail address, with its password's hash.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn agent_by_email(&self, email: String) -> Result<Option<(Agent, String)>, StoreError> {
        self.read(move |db| {
            let sql = format!("SELECT {COLUMNS}, agent.password FROM agent WHERE email = ?1");
            let found = db.query_row(&sql, [email], |row| Ok((agent(row)?, row.get(5)?)));
            Ok(found.optional()?)
        })
        .await
    }

    /// One account.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn agent(&self, id: AgentId) -> Result<Option<Agent>, StoreError> {
        self.read(move |db| {
            let sql = format!("SELECT {COLUMNS} FROM agent WHERE id = ?1");
            Ok(db.query_row(&sql, [id.0], agent).optional()?)
        })
        .await
    }

    /// Remembers a log-in by the hash of its token, and forgets those whose time is over.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_login(
        &self,
        token: [u8; 32],
        agent: AgentId,
        expires_ms: u64,
    ) -> Result<(), StoreError> {
        self.write(move |db| {
            let now = to_sql(now_ms());
            db.execute("DELETE FROM login WHERE expires_ms <= ?1", [now])?;
            db.execute(
                "INSERT INTO login (token, agent, created_ms, expires_ms) VALUES (?1, ?2, ?3, ?4)",
                params![hash(&token), agent.0, now, to_sql(expires_ms)],
            )?;
            Ok(())
        })
        .await
    }

    /// Whose log-in this token is, if its time is not over.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn login(&self, token: [u8; 32]) -> Result<Option<Agent>, StoreError> {
        self.read(move |db| {
            let sql = format!(
                "SELECT {COLUMNS} FROM login JOIN agent ON agent.id = login.agent
                 WHERE login.token = ?1 AND login.expires_ms > ?2"
            );
            Ok(db.query_row(&sql, params![hash(&token), to_sql(now_ms())], agent).optional()?)
        })
        .await
    }

    /// Ends a log-in.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_login(&self, token: [u8; 32]) -> Result<(), StoreError> {
        self.write(move |db| {
            db.execute("DELETE FROM login WHERE token = ?1", [hash(&token)])?;
            Ok(())
        })
        .await
    }
}

fn put_agent(db: &mut Connection, new: &NewAgent) -> Result<AgentId, StoreError> {
    let sql = "INSERT INTO agent (email, first_name, last_name, role, password, created_ms)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)
               ON CONFLICT (email) DO UPDATE SET first_name = excluded.first_name,
                   last_name = excluded.last_name, role = excluded.role, password = excluded.password
               RETURNING id";
    let values = params![
        new.email,
        new.first_name,
        new.last_name,
        new.role.name(),
        new.password_hash,
        to_sql(now_ms())
    ];
    Ok(AgentId(db.query_row(sql, values, |row| row.get(0))?))
}

/// A stolen database must not log anybody in. The token is 256 random bits: no salt is needed.
fn hash(token: &[u8; 32]) -> Vec<u8> {
    Sha256::digest(token).to_vec()
}
