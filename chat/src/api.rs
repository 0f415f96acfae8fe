//! What desks ask over HTTP, and administration; and the document that describes it.
//!
//! Each handler stands in one table with its description: [`document`] is made from the same table as the routes,
//! so that there is none without the other. Who asks stands in the request's extensions, a [`Viewer`]; without one
//! the answer is 401. What is not there for them is 404, what only managers may is 403.
mod asking;
mod canned;
mod contacts;
mod conversations;
mod fault;
mod share;

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderValue, header},
    middleware::map_response,
    response::Response,
};
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) use asking::{Body, ForAdmin, ForDesk, ForManager, Params, Place};
pub(crate) use fault::{ApiFault, Invalid};

#[allow(unused_imports, reason = "the module's text names it")]
use crate::who::Viewer;
use crate::{
    admin,
    engine::Engine,
    model::{AgentActor, AgentId, QueueId, SiteId},
    server::{CannotRemove, Names, People},
};

/// Longest body, bytes: a bot of many steps in many languages.
const MAX_BODY: usize = 1024 * 1024;

/// What all handlers share.
#[derive(Clone)]
pub struct Api {
    /// Conversations.
    pub engine: Engine,
    /// Where the server is reached, as an origin: `https://chat.example`.
    pub public: Arc<str>,
    /// What agents are called.
    names: Names,
    /// Who serves the sites; nothing where that is nobody's to say.
    people: Option<People>,
}

impl Api {
    /// Over these conversations, for a server that is reached at this origin.
    pub fn new(engine: Engine, public: &str) -> Self {
        Self { engine, public: public.into(), names: Names::default(), people: None }
    }

    /// With what agents are called.
    #[must_use]
    pub(crate) fn with_names(self, names: Names) -> Self {
        Self { names, ..self }
    }

    /// With who serves the sites.
    #[must_use]
    pub(crate) fn with_people(self, people: People) -> Self {
        Self { people: Some(people), ..self }
    }

    /// Takes an agent away from a site; what they have waits in `to`.
    pub(crate) async fn remove_agent(
        &self,
        (site, agent): (SiteId, AgentId),
        by: AgentActor,
        to: QueueId,
    ) -> Result<(), ApiFault> {
        let Some(people) = &self.people else {
            return Ok(self.engine.remove_agent(site, agent, to).await?);
        };
        people.remove((site, agent), by, to).await.map_err(|why| match why {
            CannotRemove::NotTheirs => ApiFault::Forbidden,
            CannotRemove::EverySite => ApiFault::Conflict("every_site"),
            CannotRemove::Fault(fault) => fault.into(),
        })
    }
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tandem",
        description = "Conversations for desks, and the administration of sites. Desks are known by their cookie."
    ),
    components(schemas(chat_proto::desk::List))
)]
struct Described;

/// The table of all routes.
fn table() -> OpenApiRouter<Api> {
    OpenApiRouter::with_openapi(Described::openapi())
        .routes(routes!(conversations::list))
        .routes(routes!(conversations::counts))
        .routes(routes!(conversations::detail))
        .routes(routes!(conversations::messages))
        .routes(routes!(conversations::visitor))
        .routes(routes!(share::share))
        .routes(routes!(contacts::show, contacts::change))
        .routes(routes!(contacts::history))
        .routes(routes!(contacts::add_note))
        .routes(routes!(contacts::change_note, contacts::delete_note))
        .routes(routes!(contacts::unblock))
        .routes(routes!(contacts::blocked))
        .routes(routes!(canned::list, canned::add))
        .routes(routes!(canned::change, canned::delete))
        .routes(routes!(canned::used))
        .merge(admin::table())
}

/// The description of all routes, as OpenAPI has it.
pub fn document() -> utoipa::openapi::OpenApi {
    whole(table().into_openapi())
}

/// With what each route may answer for the same reasons: what was sent cannot be read, or comes from a page that is
/// not the desk's. They look like the answer to who is not logged in, which all have.
fn whole(mut document: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
    for item in document.paths.paths.values_mut() {
        let reads = item.get.as_mut().into_iter().map(|it| (it, false));
        let all = [&mut item.post, &mut item.put, &mut item.delete, &mut item.patch];
        let writes = all.into_iter().filter_map(Option::as_mut).map(|it| (it, true));
        for (operation, writes) in reads.chain(writes) {
            let answers = &mut operation.responses.responses;
            let Some(like) = answers.get("401").cloned() else { continue };
            let has_parameters = operation.parameters.is_some() || operation.request_body.is_some();
            for (status, may) in [("400", has_parameters), ("403", writes)] {
                if may {
                    answers.entry(status.to_owned()).or_insert_with(|| like.clone());
                }
            }
        }
    }
    document
}

/// All routes.
pub fn router(api: Api) -> Router {
    Router::from(table()).with_state(api).layer(DefaultBodyLimit::max(MAX_BODY)).layer(map_response(private))
}

/// Nothing of what desks are told is kept by browsers, or by what stands between.
async fn private(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
