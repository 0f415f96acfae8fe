//! What a site begins with.
use std::{collections::BTreeSet, time::Duration};

use store::{Key, Tx};

use super::{Engine, fault::Fault, settings::version};
use crate::{
    changes::Change,
    model::{
        AgentId, Entry, Field, FieldKind, FormFields, Lang, OfferStopsOn, QueueId, QueueSettings, SiteId,
        SiteSettings,
    },
    router::{Event, Member, Profile, Strategy},
    tables::{
        people,
        site::{self, QueueFacts, SiteFacts},
    },
};

/// Conversations at once, until an admin says otherwise.
const MAX_CHATS: u32 = 4;

/// A site that works at once: one queue without a bot.
#[derive(Debug, Clone, PartialEq)]
pub struct FirstSetUp {
    /// The queue.
    pub queue: QueueFacts,
    /// What a visitor fills in.
    pub form: FormFields,
    /// What a visitor fills in when nobody is there.
    pub offline_form: FormFields,
    /// Who serves the queue.
    pub agents: Vec<AgentId>,
}

impl FirstSetUp {
    /// Name and e-mail; a message to the inbox when nobody is there.
    pub fn usual(agents: Vec<AgentId>) -> Self {
        let field = |key: &str, kind, required| Field { key: key.to_owned(), kind, required };
        let (name, email) = (field("name", FieldKind::Text, true), field("email", FieldKind::Email, true));
        let message = field("message", FieldKind::Long, true);
        let settings = QueueSettings::default();
        Self {
            queue: QueueFacts {
                name: "Support".into(),
                settings,
                strategy: Strategy::LeastLoaded,
                hours: None,
            },
            form: FormFields(vec![name.clone(), email.clone()]),
            offline_form: FormFields(vec![name, email, message]),
            agents,
        }
    }

    fn site(&self, queue: QueueId, lang: Lang) -> SiteFacts {
        let settings = SiteSettings {
            lang,
            entry: Entry::Queue(queue),
            default_queue: queue,
            form: self.form.clone(),
            offline_form: Some(self.offline_form.clone()),
            tag_required: false,
            reopening: false,
            offer_stops_on: OfferStopsOn::Answer,
            agent_gone: Duration::from_secs(120),
            idle_close: Some(Duration::from_secs(600)),
        };
        SiteFacts { settings, hours: None }
    }
}

fn profile() -> Profile {
    Profile { languages: BTreeSet::new(), max_chats: MAX_CHATS, ..Profile::default() }
}

const MEMBER: Member = Member { priority: 0, cap: None };

impl Engine {
    /// Sets a site up, once. False when it is set up already.
    ///
    /// # Errors
    /// The store's.
    pub async fn set_up(&self, site: SiteId, first: FirstSetUp) -> Result<bool, Fault> {
        let (inner, version) = (self.inner.clone(), version()?);
        let lang: Lang = "en".parse().map_err(|_| Fault::NoSite)?;
        let write = move |tx: &mut dyn Tx| {
            if !site::claim(tx, site, version)? {
                return Ok(false);
            }
            let queue = site::put_queue(tx, (site, None), &first.queue, version)?.ok_or(Fault::NoQueue)?;
            site::put(tx, site, &first.site(queue, lang.clone()), version)?;
            let mut events = vec![Event::Queue(queue, first.queue.strategy)];
            for agent in &first.agents {
                events.extend(enlist(tx, (site, queue), *agent)?);
            }
            let inner = inner.clone();
            let unsure = inner.changes.unsure_at(site);
            tx.after_commit(Box::new(move || {
                inner.routing.tell(site, events, inner.clock.now());
                inner.changes.tell(Change::Widget(site));
                inner.changes.tell(Change::Directory(site));
                unsure.end();
            }));
            Ok(true)
        };
        self.inner.store.write(Key(site.0), write).await
    }

    /// An agent whom the site does not know yet serves its default queue from now on.
    ///
    /// # Errors
    /// The store's.
    pub async fn add_agent(&self, site: SiteId, agent: AgentId) -> Result<(), Fault> {
        let of = (site, agent);
        if !self.inner.store.read(move |tx| people::told(tx, Some(of))).await?.is_empty() {
            return Ok(());
        }
        let queue = self.settings(site).await?.site.settings.default_queue;
        let inner = self.inner.clone();
        let write = move |tx: &mut dyn Tx| {
            if !people::told(tx, Some(of))?.is_empty() {
                return Ok(());
            }
            let events = enlist(tx, (site, queue), agent)?;
            let inner = inner.clone();
            let unsure = inner.changes.unsure_at(site);
            tx.after_commit(Box::new(move || {
                inner.routing.tell(site, events.to_vec(), inner.clock.now());
                inner.changes.tell(Change::Directory(site));
                unsure.end();
            }));
            Ok::<_, Fault>(())
        };
        self.inner.store.write(Key(site.0), write).await
    }
}

fn enlist(
    tx: &mut dyn Tx,
    (site, queue): (SiteId, QueueId),
    agent: AgentId,
) -> Result<[Event; 2], store::Error> {
    people::put_agent(tx, (site, agent), &profile())?;
    people::put_member(tx, (site, agent), (queue, Some(MEMBER)))?;
    Ok([Event::Agent(agent, Some(profile())), Event::Member(queue, agent, Some(MEMBER))])
}
