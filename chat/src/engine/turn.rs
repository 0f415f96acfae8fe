//! What is due: deadlines, what the router decided, and a sign of life.
use std::{collections::HashSet, future::Future, time::Duration};

use store::{Key, Tx};

use super::{
    Engine,
    ask::{Ask, Request},
    fault::Fault,
    routing::{self, AfterRefusal, Decided, What},
    transact::KEPT,
};
use crate::{
    model::{AgentId, ConversationId, FromSystem, Presence, Refusal, SiteId, UnixMillis},
    router::{Decision, Event},
    tables::{conversation, event, people, result, timer},
};

/// The sign of life: how exactly the time is known that nobody was there.
const HEARTBEAT: Duration = Duration::from_secs(5);
/// The safety sweep: no wait is longer.
const SWEEP: Duration = Duration::from_secs(1);
/// So long a desk can resume by events; after that it takes the lists anew.
const EVENTS_KEPT: Duration = Duration::from_secs(72 * 3600);
/// How often what is too old goes.
const CLEANING: Duration = Duration::from_secs(3600);

/// Deadlines that cannot pass in this turn.
#[derive(Default)]
struct Stuck {
    conversations: HashSet<ConversationId>,
    /// Why the first of them could not, where that may be different in the next turn.
    fault: Option<Fault>,
}

/// When the engine did last what is done now and then.
#[derive(Debug, Default)]
pub struct Rounds {
    beat: Option<UnixMillis>,
    cleaned: Option<UnixMillis>,
}

impl Engine {
    /// Does everything that is due, and says when the next deadline is.
    ///
    /// # Errors
    /// The store's, or the relay's. What was due stays due: turn again.
    pub async fn turn(&self) -> Result<Option<UnixMillis>, Fault> {
        let mut stuck = Stuck::default();
        self.inner.routing.begin_turn();
        loop {
            self.end_grace().await?;
            self.decide().await?;
            if !self.sweep(&mut stuck).await? && !self.inner.routing.has_decisions() {
                break;
            }
        }
        if let Some(fault) = stuck.fault {
            return Err(fault);
        }
        let now = self.inner.clock.now();
        let next = self.inner.store.read(move |tx| timer::next(tx, now)).await?;
        Ok(next.into_iter().chain(self.inner.routing.grace()).min())
    }

    /// Turns whenever something is due, until `stop`. What fails is logged and tried again.
    pub async fn serve(&self, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        let mut rounds = Rounds::default();
        loop {
            let next = match self.round(&mut rounds).await {
                Ok(next) => next,
                Err(fault) => {
                    tracing::warn!(%fault, "what is due could not be done yet");
                    None
                }
            };
            let now = self.inner.clock.now();
            let wait = next.map_or(SWEEP, |at| at.since(now).min(SWEEP));
            tokio::select! {
                () = &mut stop => return,
                () = self.inner.wake.notified() => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// One turn, with the sign of life and the cleaning when their time has come.
    ///
    /// # Errors
    /// As [`Engine::turn`].
    pub async fn round(&self, rounds: &mut Rounds) -> Result<Option<UnixMillis>, Fault> {
        let now = self.inner.clock.now();
        let is_over = |last: Option<UnixMillis>, span| last.is_none_or(|last| span <= now.since(last));
        if is_over(rounds.beat, HEARTBEAT) {
            let beat = move |tx: &mut dyn Tx| Ok::<_, Fault>(timer::beat(tx, now)?);
            self.inner.store.write(Key(0), beat).await?;
            rounds.beat = Some(now);
        }
        if is_over(rounds.cleaned, CLEANING) {
            self.inner.store.write(Key(0), move |tx| clean(tx, now)).await?;
            rounds.cleaned = Some(now);
        }
        self.turn().await
    }

    /// Lets due deadlines pass, each after what was received before it. False when there was none.
    /// One that cannot pass holds up nobody else's.
    async fn sweep(&self, stuck: &mut Stuck) -> Result<bool, Fault> {
        let (now, beside) = (self.inner.clock.now(), stuck.conversations.len());
        let mut due = self.inner.store.read(move |tx| timer::due(tx, now, beside)).await?;
        due.retain(|(_, conversation, _)| !stuck.conversations.contains(conversation));
        for (site, conversation, at) in &due {
            self.inner.intake.drained(*at).await;
            let ask = Ask::System(FromSystem::Timeout);
            let request = Request { site: *site, conversation: *conversation, ask, rid: None };
            match self.command(request).await {
                Ok(_) => {}
                Err(Fault::Refused(Refusal::Nothing) | Fault::NoConversation) => {
                    // Moved by a command that was waited for.
                    stuck.conversations.insert(*conversation);
                }
                Err(fault) if fault.is_of_all() => return Err(fault),
                Err(fault) => {
                    tracing::error!(%fault, ?conversation, "a deadline cannot pass");
                    stuck.conversations.insert(*conversation);
                    if !matches!(fault, Fault::Refused(_)) {
                        stuck.fault.get_or_insert(fault);
                    }
                }
            }
        }
        Ok(!due.is_empty())
    }

    /// Carries out what the routers decided.
    async fn decide(&self) -> Result<(), Fault> {
        while let Some(decided) = self.inner.routing.next() {
            let Decided { site, what, at } = decided;
            let done = match what {
                What::HadTurn(agent) => self.had_turn((site, agent), at).await,
                What::Carry(Decision::SetAway(agent)) => self.set_away(site, agent).await,
                What::Carry(Decision::Offer { conversation, agent, round }) => {
                    let ask = Ask::System(FromSystem::Offer { agent, round });
                    self.offer(Request { site, conversation, ask, rid: None }, (agent, at)).await
                }
            };
            if let Err(fault) = done {
                self.inner.routing.again(decided);
                return Err(fault);
            }
        }
        Ok(())
    }

    async fn had_turn(&self, of: (SiteId, AgentId), at: UnixMillis) -> Result<(), Fault> {
        self.inner.store.write(Key(of.0.0), move |tx| Ok(people::asked(tx, of, at)?)).await
    }

    async fn offer(&self, request: Request, asked: (AgentId, UnixMillis)) -> Result<(), Fault> {
        let conversation = (request.site, request.conversation);
        match self.execute_decided(self.receive(), request.clone(), Some(asked.1)).await {
            Ok(_) => return Ok(()),
            Err(Fault::Refused(why)) => {
                tracing::debug!(conversation = ?conversation.1, agent = ?asked.0, %why, "what the router decided was refused");
            }
            Err(fault) => return Err(fault),
        }
        // Its wait may be over at this very instant.
        let timeout = Request { ask: Ask::System(FromSystem::Timeout), ..request };
        match self.command(timeout).await {
            Ok(_) | Err(Fault::Refused(_)) => self.tell_how_it_is(conversation, asked).await,
            Err(fault) => Err(fault),
        }
    }

    /// Of the agent first, then of the conversation, in the order of commits. Who was refused has had their turn.
    async fn tell_how_it_is(
        &self,
        (site, conversation): (SiteId, ConversationId),
        (agent, asked_at): (AgentId, UnixMillis),
    ) -> Result<(), Fault> {
        let (inner, now) = (self.inner.clone(), self.inner.clock.now());
        let write = move |tx: &mut dyn Tx| {
            people::asked(tx, (site, agent), asked_at)?;
            let told = people::told(tx, Some((site, agent)))?;
            let gone = || vec![Event::Agent(agent, None)];
            let mut events = told.first().map_or_else(gone, routing::about);
            let found = conversation::load(tx, site, conversation)?;
            let inner = inner.clone();
            // What is remembered is remembered once, however often the store runs this.
            tx.after_commit(Box::new(move || {
                if let Some(it) = found {
                    match inner.routing.refused(conversation, (agent, it.ver)) {
                        AfterRefusal::Tell => events.push(Event::Conversation(it.id, (&it).into())),
                        AfterRefusal::Wait => {
                            tracing::error!(?conversation, ?agent, "refused twice: the router waits");
                        }
                    }
                }
                inner.routing.tell(site, events, now);
            }));
            Ok::<(), Fault>(())
        };
        self.inner.store.write(Key(site.0), write).await
    }

    /// Who has not come back in time after a start is gone; then agents are asked again.
    async fn end_grace(&self) -> Result<(), Fault> {
        let now = self.inner.clock.now();
        if self.inner.routing.grace().is_none_or(|until| now < until) {
            return Ok(());
        }
        let all = self.inner.store.read(|tx| people::told(tx, None)).await?;
        let agents = all.iter().map(|it| (it.site, it.agent)).collect();
        for (site, agent) in self.inner.routing.unseen(agents) {
            self.set_presence(site, agent, Presence::Gone).await?;
        }
        self.inner.routing.open();
        Ok(())
    }
}

fn clean(tx: &mut dyn Tx, now: UnixMillis) -> Result<(), Fault> {
    result::forget(tx, now - KEPT)?;
    Ok(event::forget(tx, now - EVENTS_KEPT)?)
}
