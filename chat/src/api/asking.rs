//! Who asks, and for what: as arguments of handlers, so that none forgets to look.
use std::collections::HashMap;

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Path, Query, Request, rejection::JsonRejection},
    http::request::Parts,
};
use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;

use super::ApiFault;
use crate::{
    model::{Role, SiteId},
    who::Viewer,
};

/// Somebody who is logged in.
pub(crate) struct ForDesk(pub Viewer);

impl<S: Sync> FromRequestParts<S> for ForDesk {
    type Rejection = ApiFault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiFault> {
        parts.extensions.get::<Viewer>().cloned().map(Self).ok_or(ApiFault::Unknown)
    }
}

/// A manager or an admin of the site in the path.
pub(crate) struct ForManager {
    pub viewer: Viewer,
    pub site: SiteId,
    pub key: String,
}

/// An admin of the site in the path.
pub(crate) struct ForAdmin(pub ForManager);

async fn at_least<S: Send + Sync>(parts: &mut Parts, state: &S, role: Role) -> Result<ForManager, ApiFault> {
    let ForDesk(viewer) = ForDesk::from_request_parts(parts, state).await?;
    let params = Path::<HashMap<String, String>>::from_request_parts(parts, state).await;
    let key = params.ok().and_then(|Path(mut it)| it.remove("key")).unwrap_or_default();
    let site = viewer.site(&key).ok_or(ApiFault::NotFound)?.id;
    if viewer.role < role {
        return Err(ApiFault::Forbidden);
    }
    Ok(ForManager { viewer, site, key })
}

impl<S: Send + Sync> FromRequestParts<S> for ForManager {
    type Rejection = ApiFault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiFault> {
        at_least(parts, state, Role::Manager).await
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ForAdmin {
    type Rejection = ApiFault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiFault> {
        at_least(parts, state, Role::Admin).await.map(Self)
    }
}

/// What stands in the path. What is none of its kind is the name of nothing.
pub(crate) struct Place<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Place<T> {
    type Rejection = ApiFault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiFault> {
        let found = Path::<T>::from_request_parts(parts, state).await;
        found.map(|Path(it)| Self(it)).map_err(|_| ApiFault::NotFound)
    }
}

/// What stands behind the path.
pub(crate) struct Params<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = ApiFault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiFault> {
        Query::try_from_uri(&parts.uri).map(|Query(it)| Self(it)).map_err(|_| ApiFault::Malformed(None))
    }
}

/// A body of JSON. What is missing has its default; what is no JSON of its kind is told so.
pub(crate) struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = ApiFault;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiFault> {
        match Json::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(rejection) => Err(ApiFault::Malformed(place(&rejection))),
        }
    }
}

/// Where in a body something stands that is not of its kind: `members.2.agent`.
fn place(rejection: &JsonRejection) -> Option<String> {
    let JsonRejection::JsonDataError(error) = rejection else { return None };
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        if let Some(found) = error.downcast_ref::<serde_path_to_error::Error<serde_json::Error>>() {
            let steps = found.path().iter().filter_map(|step| match step {
                Segment::Seq { index } => Some(index.to_string()),
                Segment::Map { key } => Some(key.clone()),
                Segment::Enum { .. } | Segment::Unknown => None,
            });
            return Some(steps.collect::<Vec<_>>().join(".")).filter(|it| !it.is_empty());
        }
        source = error.source();
    }
    None
}
