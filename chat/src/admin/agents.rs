//! What agents can on a site. Their accounts are elsewhere.
use axum::{Json, extract::State, http::StatusCode};
use chat_proto::{Fault, admin::Agent};
use store::Tx;

use super::queues::To;
use crate::{
    api::{Api, ApiFault, Body, ForManager, Invalid, Params, Place},
    model::{AgentId, Lang, SiteId},
    router::Profile,
    tables::people,
};

async fn told(api: &Api, site: SiteId, agent: Option<AgentId>) -> Result<Vec<people::Told>, ApiFault> {
    let all = api.engine.store().read(move |tx: &mut dyn Tx| people::told(tx, None)).await?;
    let wanted = |it: &people::Told| it.site == site && agent.is_none_or(|agent| it.agent == agent);
    Ok(all.into_iter().filter(wanted).collect())
}

/// The agents of a site.
#[utoipa::path(get, path = "/v1/admin/sites/{key}/agents", tag = "admin",
    operation_id = "list_agents",
    params(("key" = String, Path, description = "The site")),
    responses((status = 200, body = Vec<Agent>), (status = 401, body = Fault), (status = 403, body = Fault),
        (status = 404, body = Fault)))]
pub(super) async fn list(State(api): State<Api>, of: ForManager) -> Result<Json<Vec<Agent>>, ApiFault> {
    let site = of.site;
    let members = api.engine.store().read(move |tx: &mut dyn Tx| people::members_of(tx, site)).await?;
    let agent = |it: people::Told| Agent {
        id: it.agent.0,
        max_chats: it.profile.max_chats,
        languages: it.profile.languages.iter().map(Lang::to_string).collect(),
        queues: members
            .iter()
            .filter(|(_, agent, _)| *agent == it.agent)
            .map(|(queue, ..)| queue.0)
            .collect(),
    };
    Ok(Json(told(&api, site, None).await?.into_iter().map(agent).collect()))
}

/// Changes what an agent can. The queues that they serve are the queues' own settings.
#[utoipa::path(put, path = "/v1/admin/sites/{key}/agents/{id}", tag = "admin", request_body = Agent,
    operation_id = "change_agent",
    params(("key" = String, Path, description = "The site"), ("id" = i64, Path, description = "Which agent")),
    responses((status = 204), (status = 401, body = Fault), (status = 403, body = Fault), (status = 404, body = Fault),
        (status = 422, body = Fault)))]
pub(super) async fn change(
    State(api): State<Api>,
    of: ForManager,
    Place((_, id)): Place<(String, i64)>,
    Body(it): Body<Agent>,
) -> Result<StatusCode, ApiFault> {
    let known = told(&api, of.site, Some(AgentId(id))).await?.pop().ok_or(ApiFault::NotFound)?;
    let mut wrong = Invalid::default();
    wrong.check((1..=100).contains(&it.max_chats), "max_chats", "out_of_range");
    wrong.check(it.languages.len() <= 40, "languages", "too_many");
    let mut profile = Profile { max_chats: it.max_chats, languages: [].into(), ..known.profile };
    for (n, tag) in it.languages.iter().enumerate() {
        match tag.parse() {
            Ok(lang) => _ = profile.languages.insert(lang),
            Err(_) => wrong.check(false, format!("languages.{n}"), "unknown"),
        }
    }
    wrong.end(())?;
    api.engine.put_agent(of.site, known.agent, profile).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// An agent does not serve the site any more, and their account does not either; what they have waits in the queue
/// `to`, or in the site's own. Not an administrator, who serves every site: 409 `every_site`. A manager takes it from
/// agents to whom it was given by name, and from nobody else: 403 `forbidden`.
#[utoipa::path(delete, path = "/v1/admin/sites/{key}/agents/{id}", tag = "admin",
    operation_id = "delete_agent",
    params(("key" = String, Path, description = "The site"), ("id" = i64, Path, description = "Which agent"),
        ("to" = Option<i64>, Query, description = "The queue that takes what they have")),
    responses((status = 204), (status = 401, body = Fault), (status = 403, body = Fault), (status = 404, body = Fault),
        (status = 409, body = Fault), (status = 422, body = Fault)))]
pub(super) async fn delete(
    State(api): State<Api>,
    of: ForManager,
    Place((_, id)): Place<(String, i64)>,
    Params(to): Params<To>,
) -> Result<StatusCode, ApiFault> {
    let agent = AgentId(id);
    told(&api, of.site, Some(agent)).await?.pop().ok_or(ApiFault::NotFound)?;
    let settings = api.engine.settings(of.site).await?;
    let to = to.queue(&settings);
    let mut wrong = Invalid::default();
    wrong.check(settings.queues.contains_key(&to), "to", "unknown");
    wrong.end(())?;
    api.remove_agent((of.site, agent), of.viewer.actor(), to).await?;
    Ok(StatusCode::NO_CONTENT)
}
