//! Who is on the sites now. In memory alone: it is true only while the sockets are open.
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use cobrowse_core::{
    id::{SessionId, VisitorId},
    wire::desk::{ToDesk, ToPage, VisitorRow},
};
use tokio::sync::{broadcast, mpsc};

use crate::{
    auth::ticket::PageKey,
    limits::{MAX_PRESENCES, PRESENCE_GRACE},
    records::now_ms,
};

/// Changes that a desk may lag behind before it is told everything anew.
const CHANGES: usize = 256;
/// Messages that may wait for one page.
const PAGE_OUTBOX: usize = 4;

/// The directory; cheap to clone.
#[derive(Clone)]
pub struct Directory {
    visits: Arc<Mutex<Visits>>,
    changes: broadcast::Sender<ToDesk>,
}

#[derive(Default)]
struct Visits {
    by_id: HashMap<VisitorId, Visit>,
    /// Numbers sockets and arrivals.
    counter: u64,
}

struct Visit {
    arrival: u64,
    row: VisitorRow,
    site: String,
    key: PageKey,
    sockets: Vec<(u64, mpsc::Sender<ToPage>)>,
    /// Raised by every coming and going, so that an old grace period ends nothing new.
    changes: u64,
}

/// What a page told about itself.
#[derive(Debug, Clone)]
pub struct Here {
    /// The browser.
    pub id: VisitorId,
    /// The site's key.
    pub site: String,
    /// The page's key.
    pub key: PageKey,
    /// The row as far as the page can fill it.
    pub row: VisitorRow,
}

/// A visitor with whom a session can be opened.
#[derive(Debug, Clone)]
pub struct Found {
    /// The site's key.
    pub site: String,
    /// The page's key.
    pub key: PageKey,
    /// The session that is open already.
    pub session: Option<SessionId>,
}

/// One socket of a visitor. Dropping it is the leaving.
pub struct Attendance {
    directory: Directory,
    id: VisitorId,
    socket: u64,
    /// What the page is to be told.
    pub orders: mpsc::Receiver<ToPage>,
}

impl Default for Directory {
    fn default() -> Self {
        Self { visits: Arc::default(), changes: broadcast::channel(CHANGES).0 }
    }
}

impl Directory {
    /// A page came; `None` when there are too many.
    pub fn arrive(&self, here: Here) -> Option<Attendance> {
        let mut visits = self.lock();
        if MAX_PRESENCES <= visits.by_id.len() && !visits.by_id.contains_key(&here.id) {
            return None;
        }
        visits.counter += 1;
        let socket = visits.counter;
        let (orders, inbox) = mpsc::channel(PAGE_OUTBOX);
        let id = here.id;
        let visit = visits.by_id.entry(id).or_insert_with(|| Visit::new(socket, &here));
        visit.sockets.push((socket, orders));
        visit.changes += 1;
        self.renew(visit, here.row);
        Some(Attendance { directory: self.clone(), id, socket, orders: inbox })
    }

    /// The page went to another path.
    pub fn update(&self, here: Here) {
        if let Some(visit) = self.lock().by_id.get_mut(&here.id) {
            self.renew(visit, here.row);
        }
    }

    fn renew(&self, visit: &mut Visit, row: VisitorRow) {
        let row = VisitorRow { since_ms: visit.row.since_ms, session: visit.row.session, ..row };
        visit.row = row;
        self.tell(ToDesk::Visitor { visitor: visit.row.clone() });
    }

    /// The session that is open with a visitor, or `None` when it ended.
    pub fn set_session(&self, id: VisitorId, session: Option<SessionId>) {
        let mut visits = self.lock();
        let Some(visit) = visits.by_id.get_mut(&id) else { return };
        if visit.row.session == session {
            return;
        }
        visit.row.session = session;
        visit.changes += 1;
        self.tell(ToDesk::Visitor { visitor: visit.row.clone() });
        if visit.is_empty() {
            self.expire_later(id, visit.changes);
        }
    }

    /// Forgets the session of a visitor if it is this one.
    pub fn end_session(&self, id: VisitorId, session: SessionId) {
        if self.row(id).is_some_and(|row| row.session == Some(session)) {
            self.set_session(id, None);
        }
    }

    /// Tells every page of a visitor; how many were told.
    pub fn order(&self, id: VisitorId, order: &ToPage) -> usize {
        let visits = self.lock();
        let Some(visit) = visits.by_id.get(&id) else { return 0 };
        visit.sockets.iter().filter(|(_, socket)| socket.try_send(order.clone()).is_ok()).count()
    }

    /// One visitor's row.
    pub fn row(&self, id: VisitorId) -> Option<VisitorRow> {
        self.lock().by_id.get(&id).map(|visit| visit.row.clone())
    }

    /// What opening a session needs to know.
    pub fn find(&self, id: VisitorId) -> Option<Found> {
        let visits = self.lock();
        let visit = visits.by_id.get(&id)?;
        Some(Found { site: visit.site.clone(), key: visit.key.clone(), session: visit.row.session })
    }

    /// Everybody, in order of arrival, as a desk's first message.
    pub fn everybody(&self) -> ToDesk {
        let visits = self.lock();
        let mut list: Vec<_> = visits.by_id.values().collect();
        list.sort_by_key(|visit| visit.arrival);
        let visitors = list.into_iter().map(|visit| visit.row.clone()).collect();
        ToDesk::Visitors { visitors, now_ms: now_ms() }
    }

    /// What changes from now on. Subscribe before [`Self::everybody`], or a change between is lost.
    pub fn subscribe(&self) -> broadcast::Receiver<ToDesk> {
        self.changes.subscribe()
    }

    fn leave(&self, id: VisitorId, socket: u64) {
        let mut visits = self.lock();
        let Some(visit) = visits.by_id.get_mut(&id) else { return };
        visit.sockets.retain(|(number, _)| *number != socket);
        visit.changes += 1;
        if visit.is_empty() {
            self.expire_later(id, visit.changes);
        }
    }

    /// Nobody is told of a leaving that is only a change of pages.
    fn expire_later(&self, id: VisitorId, changes: u64) {
        let directory = self.clone();
        let expire = async move {
            tokio::time::sleep(PRESENCE_GRACE).await;
            directory.expire(id, changes);
        };
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(expire);
        }
    }

    fn expire(&self, id: VisitorId, changes: u64) {
        let mut visits = self.lock();
        if visits.by_id.get(&id).is_some_and(|visit| visit.changes == changes && visit.is_empty()) {
            visits.by_id.remove(&id);
            self.tell(ToDesk::Gone { id });
        }
    }

    fn tell(&self, change: ToDesk) {
        // Fails only when no desk listens.
        let _ = self.changes.send(change);
    }

    /// Nothing here leaves the visits half changed, so a panic elsewhere does not make them wrong.
    fn lock(&self) -> MutexGuard<'_, Visits> {
        self.visits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Visit {
    fn new(arrival: u64, here: &Here) -> Self {
        let row = VisitorRow { since_ms: now_ms(), session: None, ..here.row.clone() };
        let (site, key) = (here.site.clone(), here.key.clone());
        Self { arrival, row, site, key, sockets: Vec::new(), changes: 0 }
    }

    /// A shared page may close its presence socket: the session stands for it.
    fn is_empty(&self) -> bool {
        self.sockets.is_empty() && self.row.session.is_none()
    }
}

impl Drop for Attendance {
    fn drop(&mut self) {
        self.directory.leave(self.id, self.socket);
    }
}
