//! Agents: who they are, what they may do, and on which sites.
use std::collections::{BTreeMap, BTreeSet};

use store::{Constraint, FromRow, Row, Tx, params};

use crate::{Accounts, Error, Invalid, SiteId, now_ms, password, site};

/// Longest name, characters.
const MAX_NAME: usize = 100;

/// Longest e-mail address, bytes (RFC 5321 §4.5.3.1.3, without its angle brackets).
const MAX_EMAIL: usize = 254;

/// Names one agent account. Never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AgentId(pub i64);

/// What an agent may do; a later one may do what those before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Helps visitors.
    Agent,
    /// Sees the work of agents.
    Manager,
    /// Sets the server up. Serves every site.
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

    /// Reads it back.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Agent, Self::Manager, Self::Admin].into_iter().find(|role| role.name() == name)
    }
}

/// Which sites somebody serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SitesOf {
    /// Every site, also those that are added later.
    All,
    /// These.
    Some(BTreeSet<SiteId>),
}

impl SitesOf {
    /// Whether the site is among them.
    pub fn has(&self, site: SiteId) -> bool {
        match self {
            Self::All => true,
            Self::Some(sites) => sites.contains(&site),
        }
    }

    /// Whether they have a site in common. Who serves none has none in common with anybody but those of all.
    pub fn meets(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::All, _) | (_, Self::All) => true,
            (Self::Some(own), Self::Some(other)) => !own.is_disjoint(other),
        }
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = SiteId> + '_ {
        let sites = match self {
            Self::All => None,
            Self::Some(sites) => Some(sites),
        };
        sites.into_iter().flatten().copied()
    }
}

/// One agent account. The password's hash never leaves this crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// The account.
    pub id: AgentId,
    /// The e-mail address, unique whatever its case.
    pub email: String,
    /// What visitors see.
    pub first_name: String,
    /// The rest of the name; may be empty.
    pub last_name: String,
    /// What the agent may do.
    pub role: Role,
    /// Where.
    pub sites: SitesOf,
    /// Cannot log in. What the agent did stays.
    pub disabled: bool,
}

/// An account as somebody asks for it.
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
    /// Where.
    pub sites: SitesOf,
    /// The password as it is typed.
    pub password: String,
}

/// What becomes different; `None` stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgentChange {
    /// What the agent may do.
    pub role: Option<Role>,
    /// Where.
    pub sites: Option<SitesOf>,
    /// Disabling ends the agent's log-ins.
    pub disabled: Option<bool>,
}

/// How an address is compared.
pub(crate) fn email_key(email: &str) -> String {
    email.to_lowercase()
}

pub(crate) fn check_email(email: &str) -> Result<String, Invalid> {
    let email = email.trim();
    let parts = email.rsplit_once('@').filter(|(name, host)| !name.is_empty() && !host.is_empty());
    let odd = |sign: char| sign.is_whitespace() || sign.is_control();
    if parts.is_none() || MAX_EMAIL < email.len() || email.contains(odd) {
        return Err(Invalid::Email(email.chars().take(MAX_NAME).collect()));
    }
    Ok(email.to_owned())
}

/// The text without blanks around it, if it has `least` to 100 characters and no control characters.
pub(crate) fn plain_text(text: &str, least: usize) -> Option<String> {
    let text = text.trim();
    let fits = (least..=MAX_NAME).contains(&text.chars().count()) && !text.contains(char::is_control);
    fits.then(|| text.to_owned())
}

pub(crate) fn check_names(first: &str, last: &str) -> Result<(String, String), Invalid> {
    let first = plain_text(first, 1).ok_or(Invalid::FirstName)?;
    Ok((first, plain_text(last, 0).ok_or(Invalid::LastName)?))
}

/// The columns of an agent but for its sites, from the table `account_agent`.
pub(crate) const COLUMNS: &str = "account_agent.id, account_agent.email, account_agent.first_name, \
    account_agent.last_name, account_agent.role, account_agent.all_sites, account_agent.disabled_ms";

/// A row of [`COLUMNS`].
pub(crate) struct Stored {
    agent: Agent,
    all_sites: bool,
}

impl FromRow for Stored {
    fn from_row(row: Row) -> Result<Self, store::Error> {
        let role: String = row.get(4)?;
        let agent = Agent {
            id: AgentId(row.get(0)?),
            email: row.get(1)?,
            first_name: row.get(2)?,
            last_name: row.get(3)?,
            role: read_role(&role)?,
            sites: SitesOf::All,
            disabled: row.get::<Option<i64>>(6)?.is_some(),
        };
        Ok(Self { agent, all_sites: row.get(5)? })
    }
}

pub(crate) fn read_role(name: &str) -> Result<Role, store::Error> {
    Role::from_name(name).ok_or_else(|| store::Error::Data(format!("{name} is no role")))
}

impl Stored {
    /// With its sites, asked for when there are any to ask for.
    pub(crate) fn complete(self, tx: &mut dyn Tx) -> Result<Agent, store::Error> {
        let Self { mut agent, all_sites } = self;
        if !all_sites && agent.role != Role::Admin {
            let own = "SELECT site_id FROM account_agent_site WHERE agent_id = $1";
            let sites = tx.rows::<(i64,)>(own, params![agent.id.0])?;
            agent.sites = SitesOf::Some(sites.into_iter().map(|(id,)| SiteId(id)).collect());
        }
        Ok(agent)
    }
}

impl Accounts {
    /// Adds an account, or gives the account of this address these names, this role, these sites and this
    /// password: what the operator's command does. Log-ins stand.
    ///
    /// # Errors
    /// [`Error::Invalid`], or when hashing or the database fails.
    pub async fn put_agent(&self, new: NewAgent) -> Result<Agent, Error> {
        let new = check(new)?;
        let hashed = password::hash_new(new.password.clone()).await?;
        let put = self.change(move |tx| match id_of(tx, &new.email)? {
            Some(id) => {
                update(tx, id, &new, &hashed)?;
                by_id(tx, id)
            }
            None => insert(tx, &new, &hashed),
        });
        taken(put.await)
    }

    /// Adds an account whose address is new.
    ///
    /// # Errors
    /// [`Error::EmailTaken`], [`Error::Invalid`], or when hashing or the database fails.
    pub async fn add_agent(&self, new: NewAgent) -> Result<Agent, Error> {
        let new = check(new)?;
        let hashed = password::hash_new(new.password.clone()).await?;
        let added = self.change(move |tx| match id_of(tx, &new.email)? {
            Some(_) => Err(Error::EmailTaken),
            None => insert(tx, &new, &hashed),
        });
        taken(added.await)
    }

    /// Every account, in order of creation.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn agents(&self) -> Result<Vec<Agent>, Error> {
        self.read(|tx| Ok(all(tx)?)).await
    }

    /// One account, also a disabled one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn agent(&self, id: AgentId) -> Result<Option<Agent>, Error> {
        self.read(move |tx| match by_id(tx, id) {
            Ok(agent) => Ok(Some(agent)),
            Err(Error::NotFound) => Ok(None),
            Err(error) => Err(error),
        })
        .await
    }

    /// The account of an e-mail address.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn agent_by_email(&self, email: &str) -> Result<Option<Agent>, Error> {
        let email = email.to_owned();
        self.read(move |tx| id_of(tx, &email)?.map(|id| by_id(tx, id)).transpose()).await
    }

    /// Changes what an agent may do and where, or disables or enables the account, all or nothing.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::LastAdmin`] when nobody could set the server up any more;
    /// [`Invalid::Site`]; or when the database fails.
    pub async fn change_agent(&self, id: AgentId, change: AgentChange) -> Result<Agent, Error> {
        self.change(move |tx| change_agent(tx, id, &change)).await
    }

    /// Takes one site from an agent. Who served every site serves all the others from then on, and none that is
    /// added later.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::EverySite`] for an administrator; or when the database fails.
    pub async fn leave_site(&self, id: AgentId, site: SiteId) -> Result<Agent, Error> {
        self.change(move |tx| leave_site(tx, id, site)).await
    }
}

fn check(new: NewAgent) -> Result<NewAgent, Invalid> {
    let email = check_email(&new.email)?;
    let (first_name, last_name) = check_names(&new.first_name, &new.last_name)?;
    Ok(NewAgent { email, first_name, last_name, ..new })
}

/// Another node may have been quicker.
pub(crate) fn taken<T>(result: Result<T, Error>) -> Result<T, Error> {
    match result {
        Err(Error::Store(error)) if error.constraint() == Some(Constraint::Unique) => Err(Error::EmailTaken),
        other => other,
    }
}

/// The account of an address. One that was taken over from the first release is kept with its ASCII letters
/// alone in lower case.
pub(crate) fn id_of(tx: &mut dyn Tx, email: &str) -> Result<Option<AgentId>, store::Error> {
    let email = email.trim();
    // No address has this sign, and no database takes it in a text.
    if email.contains('\0') {
        return Ok(None);
    }
    let sql = "SELECT id FROM account_agent WHERE email_key = $1 OR email_key = $2 ORDER BY id";
    let found = tx.optional::<(i64,)>(sql, params![email_key(email), email.to_ascii_lowercase()])?;
    Ok(found.map(|(id,)| AgentId(id)))
}

pub(crate) fn by_id(tx: &mut dyn Tx, id: AgentId) -> Result<Agent, Error> {
    let sql = format!("SELECT {COLUMNS} FROM account_agent WHERE id = $1");
    let stored: Stored = tx.optional(&sql, params![id.0])?.ok_or(Error::NotFound)?;
    Ok(stored.complete(tx)?)
}

fn all(tx: &mut dyn Tx) -> Result<Vec<Agent>, store::Error> {
    let sql = format!("SELECT {COLUMNS} FROM account_agent ORDER BY id");
    let stored: Vec<Stored> = tx.rows(&sql, &[])?;
    let mut sites: BTreeMap<i64, BTreeSet<SiteId>> = BTreeMap::new();
    for (agent, site) in tx.rows::<(i64, i64)>("SELECT agent_id, site_id FROM account_agent_site", &[])? {
        sites.entry(agent).or_default().insert(SiteId(site));
    }
    let agent = |Stored { mut agent, all_sites }| {
        if !all_sites && agent.role != Role::Admin {
            agent.sites = SitesOf::Some(sites.remove(&agent.id.0).unwrap_or_default());
        }
        agent
    };
    Ok(stored.into_iter().map(agent).collect())
}

/// Adds an account whose values were checked.
pub(crate) fn insert(tx: &mut dyn Tx, new: &NewAgent, hashed: &str) -> Result<Agent, Error> {
    const INSERT: &str = "INSERT INTO account_agent
        (email, email_key, first_name, last_name, role, password, all_sites, created_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id";
    let values = params![
        &new.email,
        email_key(&new.email),
        &new.first_name,
        &new.last_name,
        new.role.name(),
        hashed,
        new.sites == SitesOf::All,
        now_ms(),
    ];
    let (id,): (i64,) = tx.one(INSERT, values)?;
    put_sites(tx, AgentId(id), &new.sites)?;
    by_id(tx, AgentId(id))
}

fn update(tx: &mut dyn Tx, AgentId(id): AgentId, new: &NewAgent, hashed: &str) -> Result<(), Error> {
    const UPDATE: &str = "UPDATE account_agent
        SET first_name = $2, last_name = $3, role = $4, password = $5 WHERE id = $1";
    tx.execute(UPDATE, params![id, &new.first_name, &new.last_name, new.role.name(), hashed])?;
    put_sites(tx, AgentId(id), &new.sites)
}

fn put_sites(tx: &mut dyn Tx, AgentId(id): AgentId, sites: &SitesOf) -> Result<(), Error> {
    const PUT: &str = "INSERT INTO account_agent_site (agent_id, site_id) VALUES ($1, $2)";
    site::check_known(tx, sites.ids())?;
    let all = "UPDATE account_agent SET all_sites = $2 WHERE id = $1";
    tx.execute(all, params![id, *sites == SitesOf::All])?;
    tx.execute("DELETE FROM account_agent_site WHERE agent_id = $1", params![id])?;
    for SiteId(site) in sites.ids() {
        tx.execute(PUT, params![id, site])?;
    }
    Ok(())
}

fn change_agent(tx: &mut dyn Tx, id: AgentId, change: &AgentChange) -> Result<Agent, Error> {
    // Held, so that two nodes do not each let the other's last administrator go.
    const ADMINS: &str = "SELECT id FROM account_agent WHERE role = 'admin' AND disabled_ms IS NULL
        ORDER BY id FOR UPDATE";
    const SET: &str = "UPDATE account_agent SET role = $2, disabled_ms = CASE WHEN $3 = 1
        THEN COALESCE(disabled_ms, $4) ELSE NULL END WHERE id = $1";
    let admins = tx.rows::<(i64,)>(ADMINS, &[])?;
    let now = by_id(tx, id)?;
    let role = change.role.unwrap_or(now.role);
    let disabled = change.disabled.unwrap_or(now.disabled);
    if (role != Role::Admin || disabled) && admins == [(id.0,)] {
        return Err(Error::LastAdmin);
    }
    tx.execute(SET, params![id.0, role.name(), disabled, now_ms()])?;
    if let Some(sites) = &change.sites {
        put_sites(tx, id, sites)?;
    }
    if disabled {
        end_logins(tx, id)?;
    }
    by_id(tx, id)
}

fn leave_site(tx: &mut dyn Tx, id: AgentId, site: SiteId) -> Result<Agent, Error> {
    // Held: another node may be giving them one.
    const HOLD: &str = "SELECT role FROM account_agent WHERE id = $1 FOR UPDATE";
    const EVERY: &str = "SELECT id FROM account_site ORDER BY id";
    tx.optional::<(String,)>(HOLD, params![id.0])?.ok_or(Error::NotFound)?;
    let agent = by_id(tx, id)?;
    let mut sites = match agent.sites {
        _ if agent.role == Role::Admin => return Err(Error::EverySite),
        SitesOf::All => tx.rows::<(i64,)>(EVERY, &[])?.into_iter().map(|(id,)| SiteId(id)).collect(),
        SitesOf::Some(sites) => sites,
    };
    sites.remove(&site);
    put_sites(tx, id, &SitesOf::Some(sites))?;
    by_id(tx, id)
}

pub(crate) fn end_logins(tx: &mut dyn Tx, AgentId(id): AgentId) -> Result<(), store::Error> {
    tx.execute("DELETE FROM account_login WHERE agent_id = $1", params![id]).map(|_| ())
}
