//! What goes away, and what becomes of its conversations.
use store::{Key, Tx, params};

use super::{
    Engine,
    ask::{Ask, Request},
    fault::Fault,
    settings::version,
};
use crate::{
    changes::Change,
    model::{AgentId, ConversationId, FromSystem, Presence, QueueId, SiteId},
    router::{Event, Strategy},
    tables::{people, site},
};

impl Engine {
    /// Removes a queue. Those who wait in it wait in `to` from now on, in their order; what agents have stays
    /// with them, and goes to the site's own queue should it wait again.
    ///
    /// # Errors
    /// [`Fault::NoQueue`] when either is not there; or the store's.
    pub async fn remove_queue(&self, site: SiteId, queue: QueueId, to: QueueId) -> Result<(), Fault> {
        const WAITING: &str = "SELECT id FROM chat_conversation WHERE site_id = $1 AND queue_id = $2
            AND stage IN ('queued', 'offered') ORDER BY since, id";
        let settings = self.settings(site).await?;
        if to == queue || !settings.queues.contains_key(&to) {
            return Err(Fault::NoQueue);
        }
        let (inner, version) = (self.inner.clone(), version()?);
        let write = move |tx: &mut dyn Tx| {
            let members = people::members_of(tx, site)?;
            if !site::remove_queue(tx, (site, queue), version)? {
                return Err(Fault::NoQueue);
            }
            let gone = members.into_iter().filter(|(of, ..)| *of == queue);
            // Asks nobody any more: whoever waits is moved next.
            let mut events = vec![Event::Queue(queue, Strategy::Manual)];
            events.extend(gone.map(|(_, agent, _)| Event::Member(queue, agent, None)));
            let inner = inner.clone();
            let unsure = inner.changes.unsure_at(site);
            tx.after_commit(Box::new(move || {
                inner.routing.tell(site, events, inner.clock.now());
                inner.changes.tell(Change::Widget(site));
                inner.changes.tell(Change::Directory(site));
                unsure.end();
            }));
            Ok(())
        };
        self.inner.store.write(Key(site.0), write).await?;
        self.move_all(site, (WAITING, queue.0), to).await
    }

    /// An agent is not there, and has nothing: what they have or were asked to take waits in `to`. What was set up for
    /// them stays.
    ///
    /// # Errors
    /// [`Fault::NoQueue`], [`Fault::NoAgent`], or the store's.
    pub async fn release_agent(&self, site: SiteId, agent: AgentId, to: QueueId) -> Result<(), Fault> {
        const THEIRS: &str = "SELECT id FROM chat_conversation WHERE site_id = $1 AND agent_id = $2
            AND stage IN ('active', 'snoozed')
            UNION SELECT c.id FROM chat_conversation c JOIN chat_offer o ON o.site_id = c.site_id
                AND o.conv_id = c.id WHERE c.site_id = $1 AND o.agent_id = $2 AND o.outcome = 'open'
                AND c.stage = 'offered' ORDER BY 1";
        if !self.settings(site).await?.queues.contains_key(&to) {
            return Err(Fault::NoQueue);
        }
        // First nobody gives them anything more.
        self.set_presence(site, agent, Presence::Gone).await?;
        self.move_all(site, (THEIRS, agent.0), to).await
    }

    /// An agent does not serve a site any more. What they have or were asked to take waits in `to`.
    ///
    /// # Errors
    /// [`Fault::NoQueue`], [`Fault::NoAgent`], or the store's.
    pub async fn remove_agent(&self, site: SiteId, agent: AgentId, to: QueueId) -> Result<(), Fault> {
        self.release_agent(site, agent, to).await?;
        let (inner, version) = (self.inner.clone(), version()?);
        let write = move |tx: &mut dyn Tx| {
            if !people::remove_agent(tx, (site, agent))? {
                return Err(Fault::NoAgent);
            }
            site::touch(tx, site, version)?;
            let inner = inner.clone();
            let unsure = inner.changes.unsure_at(site);
            tx.after_commit(Box::new(move || {
                inner.routing.tell(site, vec![Event::Agent(agent, None)], inner.clock.now());
                inner.changes.tell(Change::Directory(site));
                unsure.end();
            }));
            Ok(())
        };
        self.inner.store.write(Key(site.0), write).await
    }

    async fn move_all(&self, site: SiteId, (sql, of): (&'static str, i64), to: QueueId) -> Result<(), Fault> {
        let read = move |tx: &mut dyn Tx| tx.rows::<(i64,)>(sql, params![site.0, of]);
        for (id,) in self.inner.store.read(read).await? {
            let ask = Ask::System(FromSystem::Reroute(to));
            let request = Request { site, conversation: ConversationId(id), ask, rid: None };
            match self.command(request).await {
                // Somewhere else meanwhile.
                Ok(_) | Err(Fault::Refused(_) | Fault::NoConversation) => {}
                Err(fault) => return Err(fault),
            }
        }
        Ok(())
    }
}
