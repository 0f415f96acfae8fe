//! The OpenAPI document of the server: made of the tables that the routes are made of, those of mounted services
//! among them. Sockets, pages, health and metrics stand outside.
use std::sync::Arc;

use axum::{Extension, Json};
use utoipa::openapi::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::app::App;

#[derive(utoipa::OpenApi)]
#[openapi(info(
    title = "Tandem",
    description = "Accounts, sites, conversations and shared pages. Desks are known by their cookie, visitors and \
                   viewers by a bearer token; what changes anything comes from the desk's own pages, or the site's."
))]
struct Described;

/// The table of routes that the document is made from; it has the document's own.
pub(crate) fn table() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(<Described as utoipa::OpenApi>::openapi()).routes(routes!(document))
}

/// This document.
#[utoipa::path(get, path = "/v1/openapi.json", tag = "document", responses((status = 200, body = serde_json::Value)))]
async fn document(Extension(document): Extension<Arc<OpenApi>>) -> Json<OpenApi> {
    Json((*document).clone())
}
