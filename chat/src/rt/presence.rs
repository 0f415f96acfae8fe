//! Who is there: told to the engine, which decides by it, and to desks, which show it.
//!
//! A visitor whose last socket closed is gone after the grace; so is an agent. An agent who comes back soon is
//! what they said they were; the engine remembers what each was last.
use std::{collections::BTreeMap, sync::Arc, time::Duration};

use store::{Tx, params};

use super::hub::{Desk, Visiting, Widget};
use crate::{
    engine::{Ask, Fault, Request},
    model::{AgentId, Conversation, ConversationId, FromSystem, Presence, SiteId, Stage},
    server::{Chat, Options},
    tables::{conversation, people},
    visits,
};

/// A visitor has another socket.
pub(crate) async fn visitor_came(chat: &Chat, who: Visiting) {
    let _turn = chat.hub.visitor_turn(who).await;
    if chat.engine.online().came(who.0, who.1, chat.engine.now()) {
        show(chat, who, true).await;
    }
    tell(chat, who, FromSystem::VisitorBack).await;
}

/// How long somebody whose last line has ended may come back without having been gone. That a socket is closed is heard at
/// once; that nobody asks any more is known by two pings of silence only. What was left between two requests is to be
/// gone as soon as what is closed, within 15 s (PRS-01): the silence is a part of its grace.
pub(crate) fn grace(options: &Options, was_asked_no_more: bool) -> Duration {
    if was_asked_no_more { options.grace * 2 / 5 } else { options.grace }
}

/// A visitor's line has ended, and may be followed by another for so long.
pub(crate) fn widget_left(chat: &Chat, who: Visiting, widget: &Arc<Widget>, grace: Duration) {
    let Some((ticket, until)) = chat.hub.widget_leaves(who, widget, grace) else { return };
    let (chat, at) = (chat.clone(), chat.engine.now());
    tokio::spawn(async move {
        tokio::time::sleep_until(until).await;
        let turn = chat.hub.visitor_turn(who).await;
        if !chat.hub.visitor_is_gone(who, ticket) {
            return;
        }
        chat.engine.online().left(who.0, who.1);
        show(&chat, who, false).await;
        tell(&chat, who, FromSystem::VisitorGone).await;
        // Nobody who comes waits for this.
        drop(turn);
        if let Err(fault) = visits::record_leaving(&chat.engine, who, at).await {
            tracing::warn!(%fault, "a visitor's leaving is not kept");
        }
    });
}

/// What the panel says of a visitor has changed, or their name in the rows.
pub(crate) fn visitor_changed(chat: &Chat, who: Visiting) {
    if !chat.hub.has_desks(who.0) {
        return;
    }
    let chat = chat.clone();
    tokio::spawn(async move {
        let online = chat.engine.online().has(who.0, who.1);
        show(&chat, who, online).await;
    });
}

/// Desks see the dot change, and ask for the panel anew.
async fn show(chat: &Chat, who: Visiting, online: bool) {
    let shown = chat.engine.store().read(move |tx| all_of(tx, who)).await;
    let shown = shown.inspect_err(|fault| tracing::warn!(%fault, "a visitor's coming or going is not shown"));
    for it in shown.unwrap_or_default() {
        let (conv, public) = ((it.site, it.id), it.public);
        chat.hub.open_desks(conv, |_, dirty| _ = dirty.visitors.insert(public, online));
        chat.hub.listing_desks(conv, &it);
    }
}

/// The conversations of a visitor that desks may show.
fn all_of(tx: &mut dyn Tx, who: Visiting) -> Result<Vec<Conversation>, Fault> {
    const IDS: &str = "SELECT id FROM chat_conversation WHERE site_id = $1 AND visitor_id = $2
        ORDER BY created DESC, id DESC LIMIT 20";
    let ids: Vec<(i64,)> = tx.rows(IDS, params![who.0.0, who.1.0])?;
    let loaded = ids.into_iter().map(|(id,)| conversation::load(tx, who.0, ConversationId(id)));
    Ok(loaded.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

/// The engine hears of the visitor's live conversation, where it is news.
async fn tell(chat: &Chat, who: Visiting, told: FromSystem) {
    let found = chat.engine.store().read(move |tx| Ok::<_, Fault>(conversation::live_of(tx, who)?)).await;
    let Ok(Some(live)) = found else { return };
    if live.visitor_gone_due.is_some() == (told == FromSystem::VisitorGone) {
        return;
    }
    system(chat, &live, told).await;
}

async fn system(chat: &Chat, of: &Conversation, told: FromSystem) {
    let ask = Ask::System(told);
    let request = Request { site: of.site, conversation: of.id, ask, rid: None };
    match chat.engine.command(request).await {
        // Known already, or nothing that matters in its state.
        Ok(_) | Err(Fault::Refused(_) | Fault::NoConversation) => {}
        Err(fault) => tracing::warn!(%fault, "presence could not be told"),
    }
}

/// After a start: whoever was there before and has not come back within the time is gone.
pub(crate) async fn who_never_came_back(chat: &Chat) {
    // As long as the engine waits for agents.
    tokio::time::sleep(chat.options.grace + chat.options.hello).await;
    let read = |tx: &mut dyn Tx| Ok::<_, Fault>(conversation::routed(tx)?);
    let Ok(all) = chat.engine.store().read(read).await else { return };
    let active = all.into_iter().filter(|it| it.state.stage() == Stage::Active);
    for it in active.filter(|it| it.visitor_gone_due.is_none()) {
        if !chat.engine.online().has(it.site, it.visitor) {
            system(chat, &it, FromSystem::VisitorGone).await;
        }
    }
}

/// What an agent is on each of their sites.
async fn stored(chat: &Chat, desk: &Desk) -> Result<BTreeMap<SiteId, Presence>, Fault> {
    let (agent, sites) = (desk.agent, desk.viewer().sites);
    let read = move |tx: &mut dyn Tx| {
        let mut all = BTreeMap::new();
        for site in sites.iter() {
            if let Some(it) = people::told(tx, Some((site.id, agent)))?.first() {
                all.insert(site.id, it.presence);
            }
        }
        Ok(all)
    };
    chat.engine.store().read(read).await
}

/// An agent has another desk. Where they were there when the last one went, or the service did, they are again.
pub(crate) async fn desk_came(chat: &Chat, desk: &Desk) -> Result<(), Fault> {
    let _turn = chat.hub.agent_turn(desk.agent).await;
    leave_lost(chat, desk).await?;
    let mut wanted = stored(chat, desk).await?;
    wanted.retain(|_, presence| *presence != Presence::Gone);
    wanted.extend(chat.wanted.take(desk.agent, chat.engine.now(), chat.options.keeps_presence));
    for (site, presence) in wanted {
        if desk.viewer().key(site).is_some() {
            chat.engine.set_presence(site, desk.agent, presence).await?;
        }
    }
    Ok(())
}

async fn leave_lost(chat: &Chat, desk: &Desk) -> Result<(), Fault> {
    const THERE: &str = "SELECT site_id FROM chat_agent WHERE agent_id = $1 AND presence <> 'gone'";
    let (agent, viewer) = (desk.agent, desk.viewer());
    let read = move |tx: &mut dyn Tx| Ok::<_, Fault>(tx.rows::<(i64,)>(THERE, params![agent.0])?);
    let there = chat.engine.store().read(read).await?.into_iter().map(|(id,)| SiteId(id));
    for site in there.filter(|it| viewer.key(*it).is_none()) {
        gone(chat, site, agent).await?;
    }
    Ok(())
}

async fn gone(chat: &Chat, site: SiteId, agent: AgentId) -> Result<(), Fault> {
    match set(chat, site, agent, Presence::Gone).await {
        // Taken from the site altogether, meanwhile.
        Err(Fault::NoAgent) => Ok(()),
        done => done,
    }
}

/// A desk's socket has closed.
pub(crate) fn desk_left(chat: &Chat, desk: Arc<Desk>) {
    let Some((ticket, until)) = chat.hub.desk_leaves(&desk, chat.options.grace) else { return };
    let chat = chat.clone();
    tokio::spawn(async move {
        tokio::time::sleep_until(until).await;
        let _turn = chat.hub.agent_turn(desk.agent).await;
        if chat.hub.agent_is_gone(desk.agent, ticket)
            && let Err(fault) = agent_gone(&chat, &desk).await
        {
            tracing::warn!(%fault, "an agent's going could not be told");
        }
    });
}

async fn agent_gone(chat: &Chat, desk: &Desk) -> Result<(), Fault> {
    let mut was = stored(chat, desk).await?;
    was.retain(|_, presence| *presence != Presence::Gone);
    chat.wanted.keep(desk.agent, was.clone(), chat.engine.now());
    for site in was.into_keys() {
        gone(chat, site, desk.agent).await?;
    }
    Ok(())
}

/// An agent is there for a site, or is not.
pub(crate) async fn set(chat: &Chat, site: SiteId, agent: AgentId, to: Presence) -> Result<(), Fault> {
    chat.engine.set_presence(site, agent, to).await
}
