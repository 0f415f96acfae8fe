//! Settings, live from the commit on.
use std::sync::Arc;

use store::{Key, Tx};

use super::{Engine, Inner, facts, fault::Fault, random};
use crate::{
    changes::Change,
    known::Unsure,
    model::{AgentId, Flow, FlowRef, QueueId, SiteId, VisitorId},
    router::{Event, Member, Profile},
    shown::Shown,
    tables::{
        people,
        site::{self, QueueFacts, Settings, SiteFacts},
    },
};

/// Tells the router once it is durable.
fn tell(inner: &Arc<Inner>, tx: &mut dyn Tx, site: SiteId, event: Event) {
    let inner = inner.clone();
    tx.after_commit(Box::new(move || {
        if inner.routing.tell(site, vec![event], inner.clock.now()) {
            inner.wake.notify_one();
        }
    }));
}

/// Tells widgets and desks once it is durable.
fn show(inner: &Arc<Inner>, tx: &mut dyn Tx, changes: impl IntoIterator<Item = Change>) {
    let (inner, changes): (_, Vec<_>) = (inner.clone(), changes.into_iter().collect());
    let unsure: Vec<_> = changes.iter().filter_map(|it| inner.changes.unsure(*it)).collect();
    tx.after_commit(Box::new(move || {
        changes.into_iter().for_each(|it| inner.changes.tell(it));
        unsure.into_iter().for_each(Unsure::end);
    }));
}

/// Stores a queue; tells the router of it once it is durable. Whoever puts it shows it after that.
fn put_queue(
    inner: &Arc<Inner>,
    tx: &mut dyn Tx,
    (site, queue): (SiteId, Option<QueueId>),
    (facts, version): (&QueueFacts, i64),
) -> Result<QueueId, Fault> {
    let id = site::put_queue(tx, (site, queue), facts, version)?.ok_or(Fault::NoQueue)?;
    tell(inner, tx, site, Event::Queue(id, facts.strategy));
    Ok(id)
}

/// Stores a queue and all who serve it. Widgets and desks ask the router who is there: it knows before they are told.
fn put_served_queue(
    inner: &Arc<Inner>,
    tx: &mut dyn Tx,
    (site, queue): (SiteId, Option<QueueId>),
    (facts, members, version): (&QueueFacts, &[(AgentId, Member)], i64),
) -> Result<QueueId, Fault> {
    let queue = put_queue(inner, tx, (site, queue), (facts, version))?;
    let before = people::members_of(tx, site)?;
    let before = before.into_iter().filter(|(of, ..)| *of == queue).map(|(_, agent, _)| agent);
    let gone = before.filter(|agent| members.iter().all(|(it, _)| it != agent)).map(|it| (it, None));
    let all: Vec<_> = gone.chain(members.iter().map(|(agent, it)| (*agent, Some(*it)))).collect();
    for (agent, member) in all {
        people::put_member(tx, (site, agent), (queue, member))?;
        tell(inner, tx, site, Event::Member(queue, agent, member));
    }
    show(inner, tx, [Change::Widget(site), Change::Directory(site)]);
    Ok(queue)
}

/// Which version of the settings this becomes.
pub(crate) fn version() -> Result<i64, Fault> {
    let [a, b, c, d, e, f, g, h, ..] = random()?;
    Ok(i64::from_be_bytes([a & 0x7f, b, c, d, e, f, g, h]))
}

impl Engine {
    /// What a site and its queues are now.
    ///
    /// # Errors
    /// [`Fault::NoSite`], or the store's.
    pub async fn settings(&self, site: SiteId) -> Result<Arc<Settings>, Fault> {
        let inner = self.inner.clone();
        self.inner.store.read(move |tx| facts::settings(&inner, tx, site)).await
    }

    /// What a site is from now on.
    ///
    /// # Errors
    /// The store's.
    pub async fn put_site(&self, site: SiteId, facts: SiteFacts) -> Result<(), Fault> {
        let (inner, version) = (self.inner.clone(), version()?);
        let write = move |tx: &mut dyn Tx| {
            show(&inner, tx, [Change::Widget(site), Change::Directory(site)]);
            Ok(site::put(tx, site, &facts, version)?)
        };
        self.inner.store.write(Key(site.0), write).await
    }

    /// What a site's widgets show from now on.
    ///
    /// # Errors
    /// [`Fault::NoSite`], or the store's.
    pub async fn put_shown(&self, site: SiteId, shown: Shown) -> Result<(), Fault> {
        let (inner, version) = (self.inner.clone(), version()?);
        let write = move |tx: &mut dyn Tx| {
            show(&inner, tx, [Change::Widget(site)]);
            if site::put_shown(tx, site, &shown, version)? { Ok(()) } else { Err(Fault::NoSite) }
        };
        self.inner.store.write(Key(site.0), write).await
    }

    /// What a queue is from now on: a new one, or one that is there.
    ///
    /// # Errors
    /// [`Fault::NoQueue`], or the store's.
    pub async fn put_queue(
        &self,
        site: SiteId,
        queue: Option<QueueId>,
        facts: QueueFacts,
    ) -> Result<QueueId, Fault> {
        let (inner, version) = (self.inner.clone(), version()?);
        let write = move |tx: &mut dyn Tx| {
            let id = put_queue(&inner, tx, (site, queue), (&facts, version))?;
            show(&inner, tx, [Change::Widget(site), Change::Directory(site)]);
            Ok(id)
        };
        self.inner.store.write(Key(site.0), write).await
    }

    /// One version of a bot's flow; it does not change any more.
    ///
    /// # Errors
    /// The store's: a version that is there already breaks a rule.
    pub async fn put_flow(&self, site: SiteId, at: FlowRef, flow: Flow) -> Result<(), Fault> {
        let write = move |tx: &mut dyn Tx| Ok(site::put_flow(tx, site, at, &flow)?);
        self.inner.store.write(Key(site.0), write).await
    }

    /// What an agent can from now on. A new one is not there yet.
    ///
    /// # Errors
    /// The store's.
    pub async fn put_agent(&self, site: SiteId, agent: AgentId, profile: Profile) -> Result<(), Fault> {
        let (inner, version) = (self.inner.clone(), version()?);
        let write = move |tx: &mut dyn Tx| {
            people::put_agent(tx, (site, agent), &profile)?;
            site::touch(tx, site, version)?;
            tell(&inner, tx, site, Event::Agent(agent, Some(profile.clone())));
            show(&inner, tx, [Change::Directory(site)]);
            Ok(())
        };
        self.inner.store.write(Key(site.0), write).await
    }

    /// Who serves a queue from now on; `None` for not any more.
    ///
    /// # Errors
    /// The store's.
    pub async fn put_member(
        &self,
        (site, queue): (SiteId, QueueId),
        agent: AgentId,
        member: Option<Member>,
    ) -> Result<(), Fault> {
        let inner = self.inner.clone();
        let write = move |tx: &mut dyn Tx| {
            people::put_member(tx, (site, agent), (queue, member))?;
            tell(&inner, tx, site, Event::Member(queue, agent, member));
            show(&inner, tx, [Change::Directory(site)]);
            Ok(())
        };
        self.inner.store.write(Key(site.0), write).await
    }

    /// The visitor of a device secret, by the secret's hash; made if there is none.
    ///
    /// # Errors
    /// The store's.
    pub async fn visitor(&self, site: SiteId, key_hash: [u8; 32]) -> Result<VisitorId, Fault> {
        let at = self.inner.clock.now();
        let write = move |tx: &mut dyn Tx| Ok(people::visitor_of_key(tx, (site, key_hash), at)?);
        self.inner.store.write(Key(site.0), write).await
    }

    /// Changes what a site is, in one step: nothing that somebody else changes at the same time is lost.
    ///
    /// # Errors
    /// What `change` says, [`Fault::NoSite`], or the store's.
    pub(crate) async fn change_site<E: From<Fault> + From<store::Error> + Send + 'static>(
        &self,
        site: SiteId,
        mut change: impl FnMut(&mut dyn Tx, &mut Settings) -> Result<(), E> + Send + 'static,
    ) -> Result<(), E> {
        let (inner, version) = (self.inner.clone(), version()?);
        let write = move |tx: &mut dyn Tx| {
            let mut settings = site::load(tx, site)?.ok_or(Fault::NoSite)?;
            change(tx, &mut settings)?;
            site::put(tx, site, &settings.site, version)?;
            site::put_shown(tx, site, &settings.shown, version)?;
            show(&inner, tx, [Change::Widget(site), Change::Directory(site)]);
            Ok(())
        };
        self.inner.store.write(Key(site.0), write).await
    }

    /// What a queue is from now on, and all who serve it, in one step.
    ///
    /// # Errors
    /// [`Fault::NoQueue`], or the store's.
    pub(crate) async fn put_served_queue(
        &self,
        (site, queue): (SiteId, Option<QueueId>),
        (facts, members): (QueueFacts, Vec<(AgentId, Member)>),
    ) -> Result<QueueId, Fault> {
        let (inner, version) = (self.inner.clone(), version()?);
        let write =
            move |tx: &mut dyn Tx| put_served_queue(&inner, tx, (site, queue), (&facts, &members, version));
        self.inner.store.write(Key(site.0), write).await
    }
}

#[cfg(test)]
mod tests {
    use store::{Dialect, Error, Hook, Row, SavepointEnd, Value};

    use super::{super::testing, *};
    use crate::{
        model::QueueSettings,
        router::{Reach, Strategy},
    };

    /// Keeps back what follows the commit.
    struct Held<'a, 't> {
        tx: &'a mut (dyn Tx + 't),
        hooks: &'a mut Vec<Hook>,
    }

    impl Tx for Held<'_, '_> {
        fn dialect(&self) -> Dialect {
            self.tx.dialect()
        }

        fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, Error> {
            self.tx.execute(sql, params)
        }

        fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, Error> {
            self.tx.query(sql, params)
        }

        fn after_commit(&mut self, hook: Hook) {
            self.hooks.push(hook);
        }

        fn savepoint(&mut self) -> Result<(), Error> {
            self.tx.savepoint()
        }

        fn end_savepoint(&mut self, end: SavepointEnd) -> Result<(), Error> {
            self.tx.end_savepoint(end)
        }
    }

    // shows: QUE-14
    #[tokio::test]
    async fn whoever_hears_of_a_queue_finds_that_somebody_is_there() {
        const SHOP: SiteId = SiteId(1);
        const ANNA: AgentId = AgentId(1);
        let (_folder, engine) = testing::engine().await;
        let (inner, now) = (engine.inner.clone(), engine.now());
        let is_there = vec![Event::Agent(ANNA, Some(Profile::default())), Event::Reach(ANNA, Reach::Ready)];
        inner.routing.tell(SHOP, is_there, now);
        let (settings, strategy) = (QueueSettings::default(), Strategy::Manual);
        let facts = QueueFacts { name: "Sales".to_owned(), settings, strategy, hours: None };
        let members = [(ANNA, Member { priority: 0, cap: None })];
        let write = move |tx: &mut dyn Tx| {
            let mut hooks = Vec::new();
            let mut held = Held { tx, hooks: &mut hooks };
            let queue = put_served_queue(&inner, &mut held, (SHOP, None), (&facts, &members, 1))?;
            Ok::<_, Fault>((queue, hooks))
        };
        let (queue, hooks) = engine.inner.store.write(Key(SHOP.0), write).await.expect("stored");
        let (mut changes, mut told) = (engine.changes().subscribe(), Vec::new());
        for hook in hooks {
            hook();
            while let Ok(change) = changes.try_recv() {
                told.push((change, engine.is_attended(SHOP, queue)));
            }
        }
        assert_eq!(told, [(Change::Widget(SHOP), true), (Change::Directory(SHOP), true)]);
    }
}
