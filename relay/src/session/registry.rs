//! The running sessions, and how they begin.
use std::{
    collections::{BTreeSet, HashMap},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
};

use cobrowse_core::{
    id::{AgentId, SessionId, VisitorId},
    wire::{desk::ToPage, message::Refusal},
};
use tokio::sync::{OwnedMutexGuard, mpsc, watch};

use super::{
    Facts, Marks, SessionHandle,
    actor::{Ends, Origin, SessionActor},
};
use crate::{
    app::App,
    auth::{self, ticket::Bearer},
    error::ApiError,
    limits::{MAX_SESSIONS, SESSION_INBOX},
    presence::directory::Found,
    records::{audit::Entry, sessions::SessionRecord, shares::Belongs},
};

/// Every running session of this process.
#[derive(Default)]
pub struct Registry {
    running: Mutex<HashMap<SessionId, SessionHandle>>,
    opening: Mutex<HashMap<VisitorId, Weak<tokio::sync::Mutex<()>>>>,
}

/// The turn to open a session with a visitor: between the look for an open one and the new one nobody else opens one.
pub(crate) struct Turn {
    visitor: VisitorId,
    _held: OwnedMutexGuard<()>,
}

impl Registry {
    /// Opens a session with a visitor who is there, or gives the one that is open, and asks the page to come. One
    /// process alone runs sessions, so that however many ask at once, there is one.
    ///
    /// # Errors
    /// [`ApiError::VisitorGone`] when the visitor is not there, [`Refusal::RateLimited`] when there are too many
    /// sessions.
    pub async fn open(&self, app: &App, visitor: VisitorId, agent: AgentId) -> Result<SessionId, ApiError> {
        let turn = self.turn(visitor).await;
        self.open_of(app, &turn, (agent, None)).await
    }

    /// Waits for the turn to open a session with a visitor.
    pub(crate) async fn turn(&self, visitor: VisitorId) -> Turn {
        let lock = {
            let mut opening = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
            opening.retain(|_, it| it.strong_count() > 0);
            let known = opening.get(&visitor).and_then(Weak::upgrade);
            known.unwrap_or_else(|| {
                let lock = Arc::default();
                opening.insert(visitor, Arc::downgrade(&lock));
                lock
            })
        };
        Turn { visitor, _held: lock.lock_owned().await }
    }

    /// The same, for a conversation: it belongs to that before the page is asked, and before anybody can see anything,
    /// so that a crash at any moment leaves no share of which nobody knows whose it is.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub(crate) async fn open_of(
        &self,
        app: &App,
        turn: &Turn,
        (agent, conv): (AgentId, Option<&str>),
    ) -> Result<SessionId, ApiError> {
        let visitor = turn.visitor;
        let found = app.directory.find(visitor).ok_or(ApiError::VisitorGone)?;
        let session = match self.open_with(app, &found, visitor).await? {
            Some(session) => {
                if let Some(conv) = conv {
                    app.records.attach(Belongs { session, conv: conv.to_owned(), agent }).await?;
                }
                session
            }
            None => {
                let id = auth::random().map_err(|error| ApiError::Internal(error.to_string()))?;
                let id = SessionId::from_random(id);
                let record =
                    SessionRecord { id, site: found.site, visitor, opened_by: agent, ended_ms: None };
                app.records.add_session_of(record.clone(), conv.map(str::to_owned)).await?;
                self.begin(app, record, Origin::Opened)?;
                let (actor, event) = (format!("agent:{}", agent.0), "opened".to_owned());
                app.audit.log(Entry { session: Some(id), actor, event }).await;
                id
            }
        };
        app.directory.set_session(visitor, Some(session));
        self.ask_again(app, visitor).await;
        Ok(session)
    }

    /// The session that is open with a visitor. One that cannot be begun again now still is open: there is no second
    /// one beside it.
    async fn open_with(
        &self,
        app: &App,
        found: &Found,
        visitor: VisitorId,
    ) -> Result<Option<SessionId>, ApiError> {
        let known = match found.session {
            Some(session) => Some(session),
            None => app.records.open_session(found.site.clone(), visitor).await?,
        };
        let Some(session) = known else { return Ok(None) };
        match self.find(app, session).await {
            Ok(_) => Ok(Some(session)),
            Err(ApiError::Refused(Refusal::SessionEnded)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The running session of this name; one from before a restart is begun again.
    ///
    /// # Errors
    /// [`Refusal::SessionEnded`] when there is none.
    pub async fn find(&self, app: &App, id: SessionId) -> Result<SessionHandle, ApiError> {
        if let Some(handle) = self.lock().get(&id).filter(|handle| handle.is_running()) {
            return if handle.has_ended() { Err(Refusal::SessionEnded.into()) } else { Ok(handle.clone()) };
        }
        match app.records.session(id).await? {
            // It ended, and the crash came before that was stored.
            Some(record) if record.ended_ms.is_none() && has_ended_by_the_log(app, id).await? => {
                app.records.end_session(id, "server").await?;
                Err(Refusal::SessionEnded.into())
            }
            Some(record) if record.ended_ms.is_none() => self.begin(app, record, Origin::BeforeRestart),
            Some(_) | None => Err(Refusal::SessionEnded.into()),
        }
    }

    /// Whether a session runs and is not over.
    pub fn is_open(&self, id: SessionId) -> bool {
        self.lock().get(&id).is_some_and(|handle| !handle.has_ended())
    }

    /// Asks a visitor's page to come into its open session, unless it was there already. Called for each new
    /// page of a visitor: the last one may have been left before it could come.
    pub async fn ask_again(&self, app: &App, visitor: VisitorId) {
        let Some(handle) = self.of(visitor) else { return };
        app.directory.set_session(visitor, Some(handle.facts.id));
        if handle.marks.visitor_came.load(Ordering::Relaxed) {
            return;
        }
        let Some(found) = app.directory.find(visitor) else { return };
        let session = handle.facts.id;
        match app.tickets.issue(session, Bearer::Visitor { visitor, site: found.site, key: found.key }) {
            Ok(ticket) => {
                let told = app.directory.order(visitor, &ToPage::Ask { session, ticket });
                tracing::info!(?session, told, "page asked to come");
            }
            Err(error) => tracing::error!(%error, "ticket not issued"),
        }
    }

    /// A visitor's page was asked to come into its session and cannot.
    pub async fn cannot_come(&self, visitor: VisitorId, session: SessionId) {
        if let Some(handle) = self.of(visitor).filter(|handle| handle.facts.id == session) {
            handle.cannot_come().await;
        }
    }

    /// Sends away viewers whose agents may not view their session's site (any more).
    pub async fn look_through(&self, app: &App) {
        let running: Vec<_> = self.lock().values().cloned().collect();
        if running.is_empty() {
            return;
        }
        let agents = match app.accounts.agents().await {
            Ok(agents) => agents,
            Err(error) => return tracing::error!(%error, "viewers were not looked through"),
        };
        for handle in running {
            // What cannot be read now is looked at again soon.
            let Ok(Some(site)) = app.accounts.site(&handle.facts.site).await else { continue };
            let may = agents.iter().filter(|agent| !agent.disabled && agent.sites.has(site.id));
            handle.keep_only(may.filter_map(|agent| auth::on_wire(agent.id).ok()).collect()).await;
        }
    }

    /// Sends away who views this session and is not this agent.
    pub(crate) async fn keep_only(&self, session: SessionId, agent: AgentId) {
        let running = self.lock().get(&session).cloned();
        if let Some(handle) = running {
            handle.keep_only(BTreeSet::from([agent])).await;
        }
    }

    fn of(&self, visitor: VisitorId) -> Option<SessionHandle> {
        let is_with = |handle: &&SessionHandle| handle.facts.visitor == visitor && !handle.has_ended();
        self.lock().values().find(is_with).cloned()
    }

    fn begin(&self, app: &App, record: SessionRecord, origin: Origin) -> Result<SessionHandle, ApiError> {
        let mut running = self.lock();
        // Two peers may have found it missing at once.
        if let Some(handle) = running.get(&record.id).filter(|handle| handle.is_running()) {
            return Ok(handle.clone());
        }
        if MAX_SESSIONS <= running.len() {
            return Err(Refusal::RateLimited.into());
        }
        let (inbox, events) = mpsc::channel(SESSION_INBOX);
        let (told, shared) = watch::channel(false);
        let facts = Arc::new(Facts { id: record.id, site: record.site, visitor: record.visitor });
        let visitor_came = AtomicBool::new(origin == Origin::BeforeRestart);
        let marks = Arc::new(Marks { visitor_came, ended: AtomicBool::new(false) });
        let handle = SessionHandle { facts, inbox, marks, shared };
        running.insert(record.id, handle.clone());
        drop(running);
        let ends = Ends { inbox: events, shared: told };
        app.shutdown.spawn(SessionActor::new(app.clone(), handle.clone(), ends, origin).run());
        Ok(handle)
    }

    pub(super) fn forget(&self, id: SessionId) {
        self.lock().remove(&id);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, SessionHandle>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The log knows it where it is written, and before that where it waits.
async fn has_ended_by_the_log(app: &App, id: SessionId) -> Result<bool, store::Error> {
    Ok(app.audit.holds_end_of(id) || app.records.has_ended_by_the_log(id).await?)
}
