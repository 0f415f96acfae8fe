//! Which pages may ask: those of the site, and the desk's own. Across origins nothing goes with credentials.
use accounts::Site;
use axum::{
    extract::{Query, RawPathParams, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::Refused;
use crate::server::{Chat, accounts_fault};

const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE");
const HEADERS: HeaderValue = HeaderValue::from_static("authorization, content-type, range, upload-offset");
const EXPOSED: HeaderValue =
    HeaderValue::from_static("upload-offset, upload-length, location, content-range, retry-after");
/// Browsers ask again after two hours at the latest.
const MAX_AGE: HeaderValue = HeaderValue::from_static("7200");

/// A site behind the path.
#[derive(Deserialize)]
struct OfSite {
    site: String,
}

/// The origin of the page that asks, as its browser says.
pub(crate) struct Origin<'a>(Option<&'a str>);

impl<'a> Origin<'a> {
    /// Of this request.
    pub fn of(headers: &'a HeaderMap) -> Self {
        Self(headers.get(header::ORIGIN).and_then(|it| it.to_str().ok()))
    }

    /// The origin, where it is a page of the site. One without an origin is not: browsers send it with every WebSocket
    /// and with every request to elsewhere.
    pub fn is_of(&self, site: &Site) -> Result<&'a str, Refused> {
        self.0.filter(|it| site.allows(it)).ok_or_else(wrong)
    }

    /// Whether it is a page of the desk.
    pub fn is_desk(&self, chat: &Chat) -> Result<(), Refused> {
        if self.0 == Some(chat.options.origin.as_str()) { Ok(()) } else { Err(wrong()) }
    }
}

fn wrong() -> Refused {
    Refused::new(StatusCode::FORBIDDEN, "origin")
}

/// For the widget's routes: only the site's own pages ask. Handlers find the [`Site`] in the extensions.
pub(super) async fn site_pages(
    State(chat): State<Chat>,
    params: RawPathParams,
    mut request: Request,
    next: Next,
) -> Result<Response, Refused> {
    let site = chat.site(&key_of(&params, request.uri())).await?.ok_or(Refused::not_found())?;
    let headers = request.headers();
    // A page of the server's own origin sends none with GET.
    let is_same = headers.get(header::ORIGIN).is_none() && request.method() == Method::GET;
    if !is_same {
        Origin::of(headers).is_of(&site)?;
    }
    let origin = headers.get(header::ORIGIN).cloned();
    if request.method() == Method::OPTIONS {
        return Ok(allowed(StatusCode::NO_CONTENT.into_response(), origin));
    }
    request.extensions_mut().insert(site);
    Ok(allowed(next.run(request).await, origin))
}

/// Which site a request is about: the one in its path, else the one behind it.
fn key_of(params: &RawPathParams, uri: &Uri) -> String {
    let of_path = params.iter().find(|(name, _)| *name == "site").map(|(_, value)| value.to_owned());
    let of_query = || Query::<OfSite>::try_from_uri(uri).map(|it| it.0.site).unwrap_or_default();
    of_path.unwrap_or_else(of_query)
}

/// For routes that pages of any site use: the handler knows whose token it is.
pub(super) async fn any_page(
    State(chat): State<Chat>,
    request: Request,
    next: Next,
) -> Result<Response, Refused> {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let text = origin.as_ref().and_then(|it| it.to_str().ok());
    let known = match text {
        None => false,
        Some(text) => chat.accounts.knows_origin(text).await.map_err(accounts_fault)?,
    };
    let origin = origin.filter(|_| known);
    if request.method() == Method::OPTIONS {
        return if known {
            Ok(allowed(StatusCode::NO_CONTENT.into_response(), origin))
        } else {
            Err(wrong())
        };
    }
    Ok(allowed(next.run(request).await, origin))
}

fn allowed(mut response: Response, origin: Option<HeaderValue>) -> Response {
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    let Some(origin) = origin else { return response };
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, origin),
        (header::ACCESS_CONTROL_ALLOW_METHODS, METHODS),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, HEADERS),
        (header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED),
        (header::ACCESS_CONTROL_MAX_AGE, MAX_AGE),
    ] {
        headers.insert(name, value);
    }
    response
}
