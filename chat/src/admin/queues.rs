//! Queues, and who serves them.
use std::collections::BTreeSet;

use axum::{Json, extract::State, http::StatusCode};
use chat_proto::{
    Fault,
    admin::{Made, Member, Overflow, Queue},
};
use serde::Deserialize;
use store::Tx;

use super::{bot, name, seconds, told_seconds, week};
use crate::{
    api::{Api, ApiFault, Body, ForManager, Invalid, Params, Place},
    engine::{QueueFacts, Settings},
    model::{AgentId, Entry, QueueId, QueueSettings, SiteId},
    router::{self, Strategy},
    tables::{people, site},
};

/// Most queues of a site.
const MAX_QUEUES: usize = 200;

const STRATEGIES: [(&str, Strategy); 3] = [
    ("least_loaded", Strategy::LeastLoaded),
    ("round_robin", Strategy::RoundRobin),
    ("manual", Strategy::Manual),
];

type Members = Vec<(QueueId, AgentId, router::Member)>;

fn told(id: QueueId, it: &QueueFacts, members: &Members) -> Queue {
    let strategy = STRATEGIES.iter().find(|(_, strategy)| *strategy == it.strategy);
    let of = members.iter().filter(|(queue, ..)| *queue == id);
    let overflow = it.settings.overflow;
    Queue {
        id: id.0,
        name: it.name.clone(),
        strategy: strategy.map_or("", |(code, _)| code).to_owned(),
        sticky: it.settings.sticky,
        first_answer_s: told_seconds(it.settings.first_answer),
        accept_timeout_s: told_seconds(it.settings.accept_timeout),
        overflow: overflow.map(|(queue, after)| Overflow { queue: queue.0, after_s: told_seconds(after) }),
        hours: it.hours.as_ref().map(week::told),
        members: of
            .map(|(_, agent, it)| Member { agent: agent.0, priority: it.priority, cap: it.cap })
            .collect(),
    }
}

/// The queues of a site.
#[utoipa::path(get, path = "/v1/admin/sites/{key}/queues", tag = "admin",
    operation_id = "list_queues",
    params(("key" = String, Path, description = "The site")),
    responses((status = 200, body = Vec<Queue>), (status = 401, body = Fault), (status = 403, body = Fault),
        (status = 404, body = Fault)))]
pub(super) async fn list(State(api): State<Api>, of: ForManager) -> Result<Json<Vec<Queue>>, ApiFault> {
    let settings = api.engine.settings(of.site).await?;
    let members = api.engine.store().read(move |tx: &mut dyn Tx| people::members_of(tx, of.site)).await?;
    Ok(Json(settings.queues.iter().map(|(id, it)| told(*id, it, &members)).collect()))
}

type Asked = (QueueFacts, Vec<(AgentId, router::Member)>);

fn read(
    it: &Queue,
    own: Option<QueueId>,
    settings: &Settings,
    agents: &BTreeSet<AgentId>,
) -> Result<Asked, ApiFault> {
    let mut wrong = Invalid::default();
    let strategy = STRATEGIES.iter().find(|(code, _)| *code == it.strategy);
    wrong.check(strategy.is_some(), "strategy", "unknown");
    let overflow = it.overflow.as_ref().map(|it| {
        let queue = QueueId(it.queue);
        wrong.check(settings.queues.contains_key(&queue) && own != Some(queue), "overflow.queue", "unknown");
        (queue, seconds(&mut wrong, "overflow.after_s", it.after_s, 1..=86_400))
    });
    let facts = QueueFacts {
        name: name(&mut wrong, "name", &it.name),
        settings: QueueSettings {
            sticky: it.sticky,
            first_answer: seconds(&mut wrong, "first_answer_s", it.first_answer_s, 5..=3_600),
            accept_timeout: seconds(&mut wrong, "accept_timeout_s", it.accept_timeout_s, 10..=86_400),
            overflow,
        },
        strategy: strategy.map(|(_, it)| *it).unwrap_or_default(),
        hours: it.hours.as_ref().and_then(|it| week::read(&mut wrong, "hours", it)),
    };
    let members = members(&mut wrong, &it.members, agents);
    let same = |(id, other): (&QueueId, &QueueFacts)| own != Some(*id) && other.name == facts.name;
    wrong.check(!settings.queues.iter().any(same), "name", "taken");
    wrong.check(own.is_some() || settings.queues.len() < MAX_QUEUES, "name", "too_many");
    wrong.end((facts, members))
}

fn members(
    wrong: &mut Invalid,
    all: &[Member],
    agents: &BTreeSet<AgentId>,
) -> Vec<(AgentId, router::Member)> {
    let mut seen = BTreeSet::new();
    let mut made = Vec::new();
    for (n, it) in all.iter().enumerate() {
        let agent = AgentId(it.agent);
        wrong.check(agents.contains(&agent), format!("members.{n}.agent"), "unknown");
        wrong.check(seen.insert(agent), format!("members.{n}.agent"), "twice");
        wrong.check((-100..=100).contains(&it.priority), format!("members.{n}.priority"), "out_of_range");
        wrong.check(
            it.cap.is_none_or(|it| (1..=100).contains(&it)),
            format!("members.{n}.cap"),
            "out_of_range",
        );
        made.push((agent, router::Member { priority: it.priority, cap: it.cap }));
    }
    made
}

async fn agents(api: &Api, site: SiteId) -> Result<BTreeSet<AgentId>, ApiFault> {
    let all = api.engine.store().read(move |tx: &mut dyn Tx| people::reached(tx, &[site])).await?;
    Ok(all.into_iter().map(|it| it.agent).collect())
}

async fn put(api: &Api, site: SiteId, id: Option<QueueId>, it: &Queue) -> Result<QueueId, ApiFault> {
    let settings = api.engine.settings(site).await?;
    if id.is_some_and(|id| !settings.queues.contains_key(&id)) {
        return Err(ApiFault::NotFound);
    }
    let served = read(it, id, &settings, &agents(api, site).await?)?;
    Ok(api.engine.put_served_queue((site, id), served).await?)
}

/// Makes a queue.
#[utoipa::path(post, path = "/v1/admin/sites/{key}/queues", tag = "admin", request_body = Queue,
    operation_id = "add_queue",
    params(("key" = String, Path, description = "The site")),
    responses((status = 201, body = Made), (status = 401, body = Fault), (status = 403, body = Fault),
        (status = 404, body = Fault), (status = 422, body = Fault)))]
pub(super) async fn add(
    State(api): State<Api>,
    of: ForManager,
    Body(it): Body<Queue>,
) -> Result<(StatusCode, Json<Made>), ApiFault> {
    let id = put(&api, of.site, None, &it).await?.0;
    Ok((StatusCode::CREATED, Json(Made { id })))
}

/// Changes a queue.
#[utoipa::path(put, path = "/v1/admin/sites/{key}/queues/{id}", tag = "admin", request_body = Queue,
    operation_id = "change_queue",
    params(("key" = String, Path, description = "The site"), ("id" = i64, Path, description = "Which queue")),
    responses((status = 204), (status = 401, body = Fault), (status = 403, body = Fault), (status = 404, body = Fault),
        (status = 422, body = Fault)))]
pub(super) async fn change(
    State(api): State<Api>,
    of: ForManager,
    Place((_, id)): Place<(String, i64)>,
    Body(it): Body<Queue>,
) -> Result<StatusCode, ApiFault> {
    put(&api, of.site, Some(QueueId(id)), &it).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Where what is there goes.
#[derive(Deserialize)]
pub(super) struct To {
    pub to: Option<i64>,
}

impl To {
    /// The queue that takes it; without one, the site's own.
    pub fn queue(&self, settings: &Settings) -> QueueId {
        self.to.map_or(settings.site.settings.default_queue, QueueId)
    }
}

/// Removes a queue; those who wait in it go to the queue `to`, or to the site's own. Not one that the site or its bot
/// sends visitors to, nor one that others overflow to: 409 `in_use`.
#[utoipa::path(delete, path = "/v1/admin/sites/{key}/queues/{id}", tag = "admin",
    operation_id = "delete_queue",
    params(("key" = String, Path, description = "The site"), ("id" = i64, Path, description = "Which queue"),
        ("to" = Option<i64>, Query, description = "The queue that takes those who wait")),
    responses((status = 204), (status = 401, body = Fault), (status = 403, body = Fault), (status = 404, body = Fault),
        (status = 409, body = Fault), (status = 422, body = Fault)))]
pub(super) async fn delete(
    State(api): State<Api>,
    of: ForManager,
    Place((_, id)): Place<(String, i64)>,
    Params(to): Params<To>,
) -> Result<StatusCode, ApiFault> {
    let (site, id) = (of.site, QueueId(id));
    let settings = api.engine.settings(site).await?;
    if !settings.queues.contains_key(&id) {
        return Err(ApiFault::NotFound);
    }
    if is_used(&api, site, &settings, id).await? {
        return Err(ApiFault::Conflict("in_use"));
    }
    let to = to.queue(&settings);
    let mut wrong = Invalid::default();
    wrong.check(to != id && settings.queues.contains_key(&to), "to", "unknown");
    wrong.end(())?;
    api.engine.remove_queue(site, id, to).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn is_used(api: &Api, site: SiteId, settings: &Settings, id: QueueId) -> Result<bool, ApiFault> {
    let facts = &settings.site.settings;
    let overflows = settings.queues.values().filter_map(|it| it.settings.overflow).any(|(to, _)| to == id);
    if facts.default_queue == id || facts.entry == Entry::Queue(id) || overflows {
        return Ok(true);
    }
    let read = move |tx: &mut dyn Tx| {
        let Some(at) = bot::last(tx, site)? else { return Ok(false) };
        Ok::<_, ApiFault>(
            site::flow(tx, site, at)?.is_some_and(|flow| flow.queues().any(|queue| queue == id)),
        )
    };
    api.engine.store().read(read).await
}
