//! Who and what there is: what every desk knows.
use std::collections::BTreeMap;

use chat_proto::desk;
use store::{Error, Tx};

use crate::{
    engine::{Engine, Fault, Settings},
    model::{AgentId, Entry, Flow, FlowFault, Presence, Role, SiteId},
    router::MISSED_UNTIL_AWAY,
    tables::{library, people, site},
    who::Viewer,
};

/// An agent, as far as colleagues know them: from the accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Colleague {
    /// Who.
    pub id: AgentId,
    /// What visitors see.
    pub first_name: String,
    /// The rest of the name.
    pub last_name: String,
    /// May not log in: called by their name where they were, and there for nothing any more.
    pub disabled: bool,
}

/// The directory of an agent's desk. `colleagues` are all agents of the server: those who serve one of the
/// viewer's sites are in it.
///
/// # Errors
/// The store's.
pub async fn directory(
    engine: &Engine,
    viewer: &Viewer,
    colleagues: &[Colleague],
) -> Result<desk::Directory, Fault> {
    let mut sites = Vec::new();
    let mut known = Vec::new();
    for served in viewer.sites.iter() {
        let site = engine.known(served.id).await?;
        let own = site.agents.iter().find(|it| it.agent == viewer.agent);
        sites.push(desk::SiteCard {
            key: served.key.clone(),
            name: served.name.clone(),
            presence: own.map_or(desk::Presence::Gone, |it| presence(it.presence)),
            rested: own.is_some_and(was_set_away),
            ..site.card.clone()
        });
        known.push(site);
    }
    let reached = known.iter().flat_map(|it| &it.agents);
    Ok(desk::Directory {
        me: viewer.agent.0,
        role: role_code(viewer.role).to_owned(),
        sites,
        agents: agents(viewer, colleagues, reached),
    })
}

/// Whether it was the router that set them away. Whoever misses so many offers is set away by it, and by nobody else
/// before.
fn was_set_away(it: &people::Reached) -> bool {
    it.presence == Presence::Away && MISSED_UNTIL_AWAY <= it.missed
}

/// The name of a role on the wire.
pub(crate) const fn role_code(role: Role) -> &'static str {
    match role {
        Role::Agent => "agent",
        Role::Manager => "manager",
        Role::Admin => "admin",
    }
}

const fn presence(it: Presence) -> desk::Presence {
    match it {
        Presence::Available => desk::Presence::Available,
        Presence::Away => desk::Presence::Away,
        Presence::Gone => desk::Presence::Gone,
    }
}

fn agents<'a>(
    viewer: &Viewer,
    colleagues: &[Colleague],
    reached: impl Iterator<Item = &'a people::Reached>,
) -> Vec<desk::AgentCard> {
    let mut cards: BTreeMap<AgentId, desk::AgentCard> = BTreeMap::new();
    for it in reached {
        let Some(who) = colleagues.iter().find(|who| who.id == it.agent) else { continue };
        let card = cards.entry(it.agent).or_insert_with(|| desk::AgentCard {
            id: who.id.0,
            first_name: who.first_name.clone(),
            last_name: who.last_name.clone(),
            ..desk::AgentCard::default()
        });
        if let Some(key) = viewer.key(it.site).filter(|_| !who.disabled) {
            card.presence.insert(key.to_owned(), presence(it.presence));
        }
        card.load = (card.load.0.saturating_add(it.load), card.load.1.max(it.max_chats));
    }
    cards.into_values().collect()
}

/// A site without its name and key; empty when nobody has set it up.
pub(crate) fn card(tx: &mut dyn Tx, id: SiteId) -> Result<desk::SiteCard, Error> {
    let Some(settings) = site::load(tx, id)? else {
        return Ok(desk::SiteCard { faults: vec!["not_set_up".to_owned()], ..desk::SiteCard::default() });
    };
    let queues = settings.queues.iter();
    let queue = |(id, it): (&crate::model::QueueId, &crate::engine::QueueFacts)| desk::Card {
        id: id.0,
        name: it.name.clone(),
        colour: String::new(),
    };
    Ok(desk::SiteCard {
        tag_required: settings.site.settings.tag_required,
        queues: queues.map(queue).collect(),
        tags: library::tags(tx, id)?.into_iter().filter(|it| !it.archived).map(library::Tag::card).collect(),
        faults: faults(tx, id, &settings)?,
        settings: settings.version,
        ..desk::SiteCard::default()
    })
}

/// Why a site's widget cannot be used: the bot's fault codes, and `no_queue` where visitors would wait in a
/// queue that is not there.
///
/// # Errors
/// The store's.
pub async fn site_faults(engine: &Engine, site: SiteId) -> Result<Vec<String>, Fault> {
    let settings = engine.settings(site).await?;
    Ok(engine.store().read(move |tx| faults(tx, site, &settings)).await?)
}

fn faults(tx: &mut dyn Tx, id: SiteId, settings: &Settings) -> Result<Vec<String>, Error> {
    let facts = &settings.site.settings;
    let mut found: Vec<&str> = match facts.entry {
        Entry::Queue(queue) if settings.queues.contains_key(&queue) => Vec::new(),
        Entry::Queue(_) => vec!["no_queue"],
        Entry::Bot(flow) => match site::flow(tx, id, flow)? {
            None => vec!["no_flow"],
            Some(flow) => flow_faults(&flow, settings),
        },
    };
    if !settings.queues.contains_key(&facts.default_queue) {
        found.push("no_queue");
    }
    found.sort_unstable();
    found.dedup();
    Ok(found.into_iter().map(str::to_owned).collect())
}

fn flow_faults(flow: &Flow, settings: &Settings) -> Vec<&'static str> {
    let mut found: Vec<_> = flow.faults().into_iter().map(flow_fault_code).collect();
    let known = |queue| settings.queues.contains_key(&queue);
    if flow.queues().any(|queue| !known(queue)) {
        found.push("no_queue");
    }
    found
}

/// The stable code of what is wrong with a bot.
pub const fn flow_fault_code(fault: FlowFault) -> &'static str {
    match fault {
        FlowFault::LeadsNowhere(_) => "leads_nowhere",
        FlowFault::NoChoice(_) => "no_choice",
        FlowFault::NoText(_) => "no_text",
        FlowFault::Circle(_) => "circle",
        FlowFault::Unreachable(_) => "unreachable",
        FlowFault::NoHandover => "no_handover",
    }
}
