//! What a handler knows of a request: the session, the language, the path; and posted forms,
//! which must carry the session's token.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, FromRequestParts, Request, State},
    http::{HeaderMap, HeaderValue, Response, StatusCode, header, request::Parts},
    middleware::Next,
    response::IntoResponse,
};

use super::{Shop, lang::Lang, session::Session};

const SESSION_COOKIE: &str = "nord_session";
const LANG_COOKIE: &str = "nord_lang";

/// One request of one visitor, with the session as it was when the request came.
#[derive(Clone, Debug)]
pub(super) struct Visit {
    pub(super) id: String,
    pub(super) session: Session,
    pub(super) lang: Lang,
    pub(super) path: String,
    /// The script tag and the fonts: the same for all visits.
    pub(super) tag: String,
    pub(super) fonts: bool,
}

/// Finds or starts the session of a page request, and sets the cookies that are new.
pub(super) async fn attach(
    State(shop): State<Arc<Shop>>,
    mut request: Request,
    next: Next,
) -> Response<Body> {
    let id = cookie(request.headers(), SESSION_COOKIE);
    let known = id.and_then(|id| shop.sessions.read(&id).map(|session| (id, session)));
    let is_new = known.is_none();
    let Ok((id, session)) = known.map_or_else(|| shop.sessions.start(), Ok) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let asked = query_lang(request.uri().query());
    let lang = asked
        .or_else(|| Lang::from_code(&cookie(request.headers(), LANG_COOKIE)?))
        .unwrap_or_else(|| Lang::wished(request.headers()));
    let path = request.uri().path().to_owned();
    let (tag, fonts) = (shop.script.tag(), shop.fonts);
    request.extensions_mut().insert(Visit { id: id.clone(), session, lang, path, tag, fonts });
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if is_new && !headers.contains_key(header::SET_COOKIE) {
        headers.append(header::SET_COOKIE, session_cookie(&id));
    }
    if let Some(lang) = asked {
        let value = format!("{LANG_COOKIE}={}; Path=/; SameSite=Lax; Max-Age=31536000", lang.code());
        headers.extend(HeaderValue::try_from(value).ok().map(|value| (header::SET_COOKIE, value)));
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response
}

/// The cookie that carries a session.
pub(super) fn session_cookie(id: &str) -> HeaderValue {
    let value = format!("{SESSION_COOKIE}={id}; Path=/; HttpOnly; SameSite=Lax");
    HeaderValue::try_from(value).unwrap_or(HeaderValue::from_static(""))
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let all = headers.get_all(header::COOKIE).into_iter().filter_map(|it| it.to_str().ok());
    all.flat_map(|it| it.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then(|| value.to_owned()))
}

fn query_lang(query: Option<&str>) -> Option<Lang> {
    let pairs = form_urlencoded::parse(query?.as_bytes());
    pairs.filter(|(key, _)| key == "lang").find_map(|(_, value)| Lang::from_code(&value))
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        parts.extensions.get::<Self>().cloned().ok_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

/// A posted form whose token is the session's: a page of another site does not know it.
#[derive(Debug)]
pub(super) struct Posted(Vec<(String, String)>);

impl Posted {
    /// The trimmed value of a field; empty when it is missing.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.trim())
    }

    pub(super) fn number(&self, name: &str) -> u32 {
        self.get(name).parse().unwrap_or(0)
    }
}

impl<S: Send + Sync> FromRequest<S> for Posted {
    type Rejection = Response<Body>;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response<Body>> {
        let (mut parts, body) = request.into_parts();
        let visit =
            Visit::from_request_parts(&mut parts, state).await.map_err(IntoResponse::into_response)?;
        let header_token =
            parts.headers.get("x-csrf-token").and_then(|it| it.to_str().ok()).map(str::to_owned);
        let bytes = Bytes::from_request(Request::from_parts(parts, body), state)
            .await
            .map_err(IntoResponse::into_response)?;
        let form = Self(form_urlencoded::parse(&bytes).into_owned().collect());
        let token = header_token.as_deref().unwrap_or_else(|| form.get("csrf"));
        if token == visit.session.csrf {
            Ok(form)
        } else {
            Err((
                StatusCode::FORBIDDEN,
                "This form is out of date. Go back, reload the page and try again.\n",
            )
                .into_response())
        }
    }
}
