//! Shares that belong to a conversation of another service on this server: begun from there, handed over and ended
//! with it, and told there. The relay knows a conversation by a name that only that service understands.
//!
//! What happens to such a share is read from the audit log, which is durable, and told in its order until the service
//! has it ([`Conversations::tell`]): a crash on either side tells it again, under the same name.
use std::{pin::Pin, time::Duration};

use accounts::AgentId as AccountId;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use cobrowse_core::{
    id::{AgentId, SessionId, VisitorId},
    wire::message::{AgentCard, Refusal},
};
use thiserror::Error;

use crate::{
    app::App,
    auth::{account, on_wire, ticket::PageKey},
    error::ApiError,
    records::{
        audit::Entry,
        shares::{Belongs, Untold},
    },
    session::SessionHandle,
};

/// How long to wait before something is tried again, and how often it is looked for what nobody told of.
const AGAIN: Duration = Duration::from_secs(2);
/// The longest signature that is looked at, characters.
const MAX_SIGNATURE: usize = 256;

/// Why a share does not begin, or is not known to have ended.
#[derive(Debug, Error)]
pub enum ShareError {
    /// The visitor's page is not there.
    #[error("the visitor is not there")]
    VisitorGone,
    /// There are too many.
    #[error("too many shares")]
    TooMany,
    /// The relay could not do it now.
    #[error("{0}")]
    Failed(String),
}

impl From<ApiError> for ShareError {
    fn from(error: ApiError) -> Self {
        if matches!(error, ApiError::VisitorGone) {
            Self::VisitorGone
        } else if matches!(error, ApiError::Refused(Refusal::RateLimited)) {
            Self::TooMany
        } else {
            Self::Failed(error.to_string())
        }
    }
}

impl From<store::Error> for ShareError {
    fn from(error: store::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<accounts::Error> for ShareError {
    fn from(error: accounts::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

/// What became of a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    /// The agent asked.
    Asked,
    /// The visitor said no, or nothing.
    Refused,
    /// The agent sees the page.
    Started,
    /// The agent may act in it.
    ControlStarted,
    /// The agent may not act in it any more.
    ControlEnded,
    /// It is over.
    Ended,
}

/// Something that happened, for the conversation's thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareEvent {
    /// Its own name, which nobody can know before it happens: told twice, it is one.
    pub name: [u8; 16],
    /// The conversation.
    pub conv: String,
    /// The session.
    pub session: SessionId,
    /// What.
    pub phase: Phase,
    /// With whom.
    pub agent: AccountId,
}

/// The event could not be kept now: it is told again.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the event was not kept: {0}")]
pub struct NotKept(pub String);

/// An answer that is under way.
pub type Keeping<'a> = Pin<Box<dyn Future<Output = Result<(), NotKept>> + Send + 'a>>;

/// An agent who is being looked for.
pub type Finding<'a> = Pin<Box<dyn Future<Output = Result<Option<AccountId>, NotKept>> + Send + 'a>>;

/// Where events go: a conversation's thread.
pub trait Thread: Send + Sync {
    /// Keeps an event, once however often it is told. One for a conversation that is not there is kept by
    /// forgetting it.
    fn append(&self, event: ShareEvent) -> Keeping<'_>;

    /// Whom the conversation is with now, if it is there and with anybody.
    fn agent_of<'a>(&'a self, conv: &'a str) -> Finding<'a>;
}

/// A share that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenShare {
    /// The session.
    pub session: SessionId,
    /// Its conversation.
    pub conv: String,
    /// Who has it.
    pub agent: AccountId,
}

/// The shares of conversations; cheap to clone.
#[derive(Clone)]
pub struct Conversations(App);

impl Conversations {
    pub(crate) const fn new(app: App) -> Self {
        Self(app)
    }

    /// The browser whose page key signed the message: key as base64url SPKI, signature as base64url `r ‖ s`.
    pub fn signer(&self, site: &str, key: &str, message: &[u8], signature: &str) -> Option<VisitorId> {
        let key = PageKey::from_spki(key)?;
        let proof = (signature.len() <= MAX_SIGNATURE).then(|| BASE64.decode(signature).ok()).flatten()?;
        key.has_signed(message, &proof).then(|| self.0.tickets.visitor(site, &key))
    }

    /// Opens a share of a conversation, and asks the visitor's page to come; gives the one that is open already.
    ///
    /// # Errors
    /// [`ShareError`].
    pub async fn open(
        &self,
        conv: &str,
        (site, visitor): (&str, VisitorId),
        agent: AccountId,
    ) -> Result<SessionId, ShareError> {
        let app = &self.0;
        // Until it is this conversation's: another one of the same visitor's would take it over unseen.
        let turn = app.sessions.turn(visitor).await;
        let found = app.directory.find(visitor).ok_or(ShareError::VisitorGone)?;
        if found.site != site {
            return Err(ShareError::VisitorGone);
        }
        let agent = on_wire(agent)?;
        let open = app.records.shares(None).await?;
        let before = open.into_iter().find(|it| Some(it.session) == found.session);
        if let Some(other) = before.as_ref().filter(|it| it.conv != conv) {
            self.dismiss(other.session).await?;
        }
        let session = app.sessions.open_of(app, &turn, (agent, Some(conv))).await?;
        let running = app.sessions.find(app, session).await?;
        if before.is_none_or(|it| it.session != session) && running.views(agent).await {
            // It began outside of the conversation.
            let (actor, event) = (format!("agent:{}", agent.0), format!("attached agent={}", agent.0));
            app.audit.log(Entry { session: Some(session), actor, event }).await;
        }
        Ok(session)
    }

    /// Ends the shares of a conversation: when this returns, nobody sees or does anything in them.
    ///
    /// # Errors
    /// [`ShareError`]: it is not known.
    pub async fn end(&self, conv: &str) -> Result<(), ShareError> {
        for share in self.0.records.shares(Some(conv.to_owned())).await? {
            self.dismiss(share.session).await?;
        }
        Ok(())
    }

    /// Gives the shares of a conversation to another agent: the first one's part is over when this returns, and the
    /// visitor is asked about the second.
    ///
    /// # Errors
    /// [`ShareError`]: it is not known.
    pub async fn hand_over(&self, conv: &str, from: AccountId, to: AccountId) -> Result<(), ShareError> {
        let app = &self.0;
        for share in app.records.shares(Some(conv.to_owned())).await? {
            let Some(next) = app.accounts.agent(to).await?.filter(|it| !it.disabled) else {
                self.dismiss(share.session).await?;
                continue;
            };
            // What stands cannot be taken away from a session that cannot be reached: its page would bring it back.
            let Some(running) = self.running(share.session).await? else { continue };
            let card = AgentCard { id: on_wire(to)?, name: next.first_name };
            let (session, conv) = (share.session, share.conv);
            app.records.attach(Belongs { session, conv, agent: card.id }).await?;
            running.hand_over(on_wire(from)?, card).await;
        }
        Ok(())
    }

    /// The shares that are open.
    ///
    /// # Errors
    /// [`ShareError`].
    pub async fn open_shares(&self) -> Result<Vec<OpenShare>, ShareError> {
        let all = self.0.records.shares(None).await?;
        let share = |it: Belongs| OpenShare { session: it.session, conv: it.conv, agent: account(it.agent) };
        Ok(all.into_iter().map(share).collect())
    }

    /// Sends away who views a share and is not its agent: who came before it was a conversation's, or while it was
    /// handed over.
    ///
    /// # Errors
    /// [`ShareError`].
    pub async fn keep_to_agent(&self, share: &OpenShare) -> Result<(), ShareError> {
        self.0.sessions.keep_only(share.session, on_wire(share.agent)?).await;
        Ok(())
    }

    /// Tells a thread what happens to shares, and what it has not been told yet, until the server stops.
    pub async fn tell(&self, thread: &dyn Thread) {
        let mut written = self.0.audit.written();
        let mut at = None;
        loop {
            written.mark_unchanged();
            let told = self.tell_all(thread, &mut at).await;
            if let Err(error) = &told {
                tracing::warn!(%error, "conversations will be told again of their shares");
            }
            tokio::select! {
                Ok(()) = written.changed(), if told.is_ok() => {}
                () = tokio::time::sleep(AGAIN) => {}
                () = self.0.shutdown.wanted() => return,
            }
        }
    }

    async fn tell_all(&self, thread: &dyn Thread, at: &mut Option<i64>) -> Result<(), ShareError> {
        let records = &self.0.records;
        loop {
            let from = match *at {
                Some(at) => at,
                None => records.told().await?,
            };
            let (untold, until) = records.untold(from).await?;
            let count = untold.len();
            for event in untold.into_iter().filter_map(event_of) {
                thread.append(event).await.map_err(|error| ShareError::Failed(error.to_string()))?;
            }
            records.tell((from, until), count).await?;
            *at = Some(until);
            if count == 0 {
                return Ok(());
            }
        }
    }

    async fn dismiss(&self, session: SessionId) -> Result<(), ShareError> {
        if let Some(running) = self.running(session).await? {
            running.dismiss().await;
        }
        Ok(())
    }

    /// A session, unless it has ended.
    async fn running(&self, session: SessionId) -> Result<Option<SessionHandle>, ShareError> {
        match self.0.sessions.find(&self.0, session).await {
            Ok(running) => Ok(Some(running)),
            Err(ApiError::Refused(Refusal::SessionEnded)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// What an entry of the log is for a conversation, if anything. The end of a share is that of whoever asked last, also
/// where the conversation is somebody else's by now; one that nobody asked for is over without a word.
fn event_of(it: Untold) -> Option<ShareEvent> {
    let code = it.event.split(' ').next()?;
    let phase = match code {
        "view_asked" => Phase::Asked,
        "view_declined" | "view_lapsed" => Phase::Refused,
        "view_granted" | "attached" => Phase::Started,
        "control_granted" => Phase::ControlStarted,
        "control_revoked" | "control_released" | "control_expired" => Phase::ControlEnded,
        "view_withdrawn" | "ended" => Phase::Ended,
        _ => return None,
    };
    let agent = match code {
        "ended" => named(it.before.as_deref()?)?,
        _ => named(&it.event).unwrap_or(it.of.agent),
    };
    let name = it.hash.first_chunk().copied()?;
    Some(ShareEvent { name, conv: it.of.conv, session: it.of.session, phase, agent: account(agent) })
}

/// The agent whom an entry of the log is about.
fn named(event: &str) -> Option<AgentId> {
    let (_, agent) = event.split_once(" agent=")?;
    agent.parse().ok().map(AgentId)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(event: &str) -> Option<(Phase, i64)> {
        told_after(None, event)
    }

    fn told_after(before: Option<&str>, event: &str) -> Option<(Phase, i64)> {
        let of = Belongs { session: SessionId::from_random([1; 16]), conv: "c".into(), agent: AgentId(3) };
        let untold =
            Untold { entry: 1, hash: vec![9; 32], of, event: event.into(), before: before.map(Into::into) };
        event_of(untold).map(|it| (it.phase, it.agent.0))
    }

    // shows: CNT-10
    #[test]
    fn what_the_log_says_is_what_the_thread_is_told() {
        assert_eq!(told("view_asked agent=7"), Some((Phase::Asked, 7)));
        assert_eq!(told("view_lapsed agent=7"), Some((Phase::Refused, 7)));
        assert_eq!(told("control_revoked agent=7"), Some((Phase::ControlEnded, 7)));
        let ended = |before| told_after(Some(before), "ended reason=agent_left");
        assert_eq!(
            ended("control_granted agent=7"),
            Some((Phase::Ended, 7)),
            "though it is another's by now"
        );
        assert_eq!(told("ended reason=agent_left"), None, "nobody was asked");
        assert_eq!(told("carried agent=7"), None, "a page more is no news");
        assert_eq!(told("opened"), None);
    }
}
