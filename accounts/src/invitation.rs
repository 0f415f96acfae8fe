//! Invitations: an administrator says who may come and as what; the link makes the account, once.
use std::collections::BTreeSet;
use std::time::Duration;

use store::{Tx, params};

use crate::agent::{check_email, check_names, email_key, id_of, insert, read_role, taken};
use crate::{
    Accounts, Agent, AgentId, Error, NewAgent, Role, SiteId, SitesOf, hash, now_ms, password, random, site,
};

/// How long an invitation can be accepted.
pub const INVITATION_LIFE: Duration = Duration::from_secs(7 * 24 * 3600);

/// Names one invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InvitationId(pub i64);

/// Whom to invite, and as what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewInvitation {
    /// The e-mail address that the account will have.
    pub email: String,
    /// What the agent will be allowed to do.
    pub role: Role,
    /// Where.
    pub sites: SitesOf,
    /// The administrator who invites.
    pub by: AgentId,
}

/// An invitation that nobody has accepted yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Its name.
    pub id: InvitationId,
    /// The e-mail address that the account will have.
    pub email: String,
    /// What the agent will be allowed to do.
    pub role: Role,
    /// Where.
    pub sites: SitesOf,
    /// Who invites.
    pub by: AgentId,
    /// When it ends, milliseconds since 1970.
    pub expires_ms: i64,
}

/// What the link's bearer is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    /// The e-mail address that the account will have.
    pub email: String,
    /// The first name of who invites.
    pub inviter: String,
    /// What the agent will be allowed to do.
    pub role: Role,
    /// Where.
    pub sites: SitesOf,
}

/// Why a link is nothing any more. One that was taken back is not told from one that never was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// The account was made.
    Used,
    /// Its time is over.
    Expired,
}

/// What the link's bearer says.
#[derive(Clone)]
pub struct Accepted {
    /// What visitors will see.
    pub first_name: String,
    /// The rest of the name; may be empty.
    pub last_name: String,
    /// The password as it is typed.
    pub password: String,
}

/// The columns of an invitation but for its sites.
const COLUMNS: &str = "account_invitation.id, account_invitation.email, account_invitation.role, \
    account_invitation.all_sites, account_invitation.invited_by, account_invitation.expires_ms";

/// Those that can be accepted at `$1`, by whoever has the link: the inviter must still be one who may invite.
const OPEN: &str = "account_invitation
    JOIN account_agent ON account_agent.id = account_invitation.invited_by
    WHERE account_invitation.accepted_ms IS NULL AND $1 < account_invitation.expires_ms
    AND account_agent.role = 'admin' AND account_agent.disabled_ms IS NULL";

impl Accounts {
    /// Invites somebody, and gives the token for the link; only its hash is kept. An earlier invitation of
    /// the same address that was not accepted ends.
    ///
    /// # Errors
    /// [`Error::EmailTaken`] when there is an account of this address, [`Error::NotFound`] when the inviter
    /// is no administrator, [`Error::Invalid`], or when the database or the system's randomness fails.
    pub async fn invite(&self, new: NewInvitation) -> Result<(Invitation, [u8; 32]), Error> {
        let new = NewInvitation { email: check_email(&new.email)?, ..new };
        let token = random::<32>()?;
        let invited = self.write(move |tx| invite(tx, &new, &token));
        Ok((taken(invited.await)?, token))
    }

    /// The invitations that can be accepted, in order of creation.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn invitations(&self) -> Result<Vec<Invitation>, Error> {
        self.read(|tx| {
            let sql = format!("SELECT {COLUMNS} FROM {OPEN} ORDER BY account_invitation.id");
            let rows: Vec<Columns> = tx.rows(&sql, params![now_ms()])?;
            rows.into_iter().map(|row| read(tx, row)).collect()
        })
        .await
    }

    /// What the bearer of a link is shown; `None` for a link that is nothing (any more).
    ///
    /// # Errors
    /// When the database fails.
    pub async fn invitation(&self, token: [u8; 32]) -> Result<Option<Offered>, Error> {
        self.read(move |tx| {
            let sql = format!("SELECT {COLUMNS} FROM {OPEN} AND account_invitation.token = $2");
            let found: Option<Columns> = tx.optional(&sql, params![now_ms(), hash(&token)])?;
            let Some(invitation) = found.map(|row| read(tx, row)).transpose()? else { return Ok(None) };
            let inviter = "SELECT first_name FROM account_agent WHERE id = $1";
            let (inviter,): (String,) = tx.one(inviter, params![invitation.by.0])?;
            let Invitation { email, role, sites, .. } = invitation;
            Ok(Some(Offered { email, inviter, role, sites }))
        })
        .await
    }

    /// Why the link is nothing any more, where that is known.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn closed_invitation(&self, token: [u8; 32]) -> Result<Option<Closed>, Error> {
        const FIND: &str = "SELECT accepted_ms, expires_ms FROM account_invitation WHERE token = $1";
        self.read(move |tx| {
            let found: Option<(Option<i64>, i64)> = tx.optional(FIND, params![hash(&token)])?;
            Ok(match found {
                Some((Some(_), _)) => Some(Closed::Used),
                Some((None, expires)) if expires <= now_ms() => Some(Closed::Expired),
                Some(_) | None => None,
            })
        })
        .await
    }

    /// Makes the account of an invitation, which is then used up.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a link that is nothing (any more), [`Error::EmailTaken`] when the address got an
    /// account another way, [`Error::Invalid`], or when hashing or the database fails.
    pub async fn accept_invitation(&self, token: [u8; 32], accepted: Accepted) -> Result<Agent, Error> {
        let (first_name, last_name) = check_names(&accepted.first_name, &accepted.last_name)?;
        // Hashing is dear: first whether there is anything to do it for.
        self.invitation(token).await?.ok_or(Error::NotFound)?;
        let hashed = password::hash_new(accepted.password).await?;
        let made = self.change(move |tx| accept(tx, &token, (&first_name, &last_name), &hashed));
        taken(made.await)
    }

    /// Takes an invitation back.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none, or it was accepted; or when the database fails.
    pub async fn revoke_invitation(&self, InvitationId(id): InvitationId) -> Result<(), Error> {
        let revoke = "DELETE FROM account_invitation WHERE id = $1 AND accepted_ms IS NULL";
        let revoked = self.write(move |tx| Ok(tx.execute(revoke, params![id])?)).await?;
        if revoked == 0 { Err(Error::NotFound) } else { Ok(()) }
    }
}

fn invite(tx: &mut dyn Tx, new: &NewInvitation, token: &[u8; 32]) -> Result<Invitation, Error> {
    const INSERT: &str = "INSERT INTO account_invitation
        (token, email, email_key, role, all_sites, invited_by, created_ms, expires_ms)
        SELECT $1, $2, $3, $4, $5, id, $7, $8 FROM account_agent
        WHERE id = $6 AND role = 'admin' AND disabled_ms IS NULL RETURNING id";
    const PUT_SITE: &str = "INSERT INTO account_invitation_site (invitation_id, site_id) VALUES ($1, $2)";
    if id_of(tx, &new.email)?.is_some() {
        return Err(Error::EmailTaken);
    }
    site::check_known(tx, new.sites.ids())?;
    let key = email_key(&new.email);
    let earlier = "DELETE FROM account_invitation WHERE email_key = $1 AND accepted_ms IS NULL";
    tx.execute(earlier, params![&key])?;
    let now = now_ms();
    let expires_ms = now.saturating_add(i64::try_from(INVITATION_LIFE.as_millis()).unwrap_or(i64::MAX));
    let all = new.sites == SitesOf::All;
    let values = params![hash(token), &new.email, key, new.role.name(), all, new.by.0, now, expires_ms];
    let (id,): (i64,) = tx.optional(INSERT, values)?.ok_or(Error::NotFound)?;
    for SiteId(site) in new.sites.ids() {
        tx.execute(PUT_SITE, params![id, site])?;
    }
    let NewInvitation { email, role, sites, by } = new.clone();
    Ok(Invitation { id: InvitationId(id), email, role, sites, by, expires_ms })
}

type Columns = (i64, String, String, bool, i64, i64);

fn read(tx: &mut dyn Tx, (id, email, role, all, by, expires_ms): Columns) -> Result<Invitation, Error> {
    let sql = "SELECT site_id FROM account_invitation_site WHERE invitation_id = $1";
    let sites = if all {
        SitesOf::All
    } else {
        let ids: BTreeSet<_> =
            tx.rows::<(i64,)>(sql, params![id])?.into_iter().map(|(id,)| SiteId(id)).collect();
        SitesOf::Some(ids)
    };
    let (id, by) = (InvitationId(id), AgentId(by));
    Ok(Invitation { id, email, role: read_role(&role)?, sites, by, expires_ms })
}

fn accept(
    tx: &mut dyn Tx,
    token: &[u8; 32],
    (first_name, last_name): (&str, &str),
    hashed: &str,
) -> Result<Agent, Error> {
    // Held: on two nodes at once, the second waits here and finds it used.
    const USE: &str = "UPDATE account_invitation SET accepted_ms = $2
        WHERE id = $1 AND accepted_ms IS NULL";
    let find = format!("SELECT {COLUMNS} FROM {OPEN} AND account_invitation.token = $2");
    let now = now_ms();
    let found: Columns = tx.optional(&find, params![now, hash(token)])?.ok_or(Error::NotFound)?;
    let invitation = read(tx, found)?;
    if tx.execute(USE, params![invitation.id.0, now])? == 0 {
        return Err(Error::NotFound);
    }
    if id_of(tx, &invitation.email)?.is_some() {
        return Err(Error::EmailTaken);
    }
    let new = NewAgent {
        email: invitation.email,
        first_name: first_name.to_owned(),
        last_name: last_name.to_owned(),
        role: invitation.role,
        sites: invitation.sites,
        password: String::new(),
    };
    let agent = insert(tx, &new, hashed)?;
    let whose = "UPDATE account_invitation SET agent_id = $2 WHERE id = $1";
    tx.execute(whose, params![invitation.id.0, agent.id.0])?;
    Ok(agent)
}
