//! Who asks: a visitor by their bearer token, an agent by the desk's cookie. Routes behind this find [`Who`] in
//! the request's extensions, agents' also [`Viewer`](crate::who::Viewer); without them they answer 401.
use axum::{
    extract::{Query, RawPathParams, Request, State},
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::Response,
};
use serde::Deserialize;

use super::{Origin, Refused, cookie};
use crate::{
    engine::Fault,
    model::{PublicId, SiteId},
    server::{Chat, accounts_fault},
    tables::{attachment, conversation, identity},
    who::{Device, Viewer, Who},
};

/// An agent of several sites says which one is meant, where the path does not.
#[derive(Deserialize, Default)]
struct OnSite {
    #[serde(default)]
    site: String,
}

/// The token that a visitor's browser shows.
pub(super) fn bearer(headers: &HeaderMap) -> Result<&str, Refused> {
    let shown = headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok());
    shown.and_then(|it| it.strip_prefix("Bearer ")).ok_or(Refused::unknown())
}

/// The visitor of a bearer token.
pub(super) async fn visitor(chat: &Chat, headers: &HeaderMap, site: Option<SiteId>) -> Result<Who, Refused> {
    let token = bearer(headers)?;
    let ((of, visitor), _) = chat.tokens.check_any(token, chat.engine.now()).ok_or(Refused::unknown())?;
    if site.is_some_and(|site| site != of) {
        return Err(Refused::unknown());
    }
    let known = chat.engine.store().read(move |tx| identity::is_known(tx, (of, visitor))).await;
    let known = known.map_err(Fault::Store)?;
    if known { Ok(Who::Visitor { site: of, visitor }) } else { Err(Refused::unknown()) }
}

/// The middleware.
pub(super) async fn asks(
    State(chat): State<Chat>,
    params: RawPathParams,
    mut request: Request,
    next: Next,
) -> Result<Response, Refused> {
    let headers = request.headers();
    if headers.contains_key(header::AUTHORIZATION) {
        let who = visitor(&chat, headers, None).await?;
        request.extensions_mut().insert(who);
    } else if let Some(token) = cookie(headers) {
        let reads = matches!(*request.method(), Method::GET | Method::HEAD);
        if !reads {
            Origin::of(headers).is_desk(&chat)?;
        }
        let claims = chat.accounts.login(token).await.map_err(accounts_fault)?;
        if let Some(claims) = claims {
            let viewer = chat.viewer(&claims).await?;
            let device = device(headers);
            if let Some(site) = site_of(&chat, &viewer, &params, request.uri()).await? {
                request.extensions_mut().insert(viewer.on(site, device));
            }
            request.extensions_mut().insert(device);
            request.extensions_mut().insert(viewer);
        }
    }
    Ok(next.run(request).await)
}

/// What an agent asks from, as the browser says: a hint that only narrows what phones may send.
fn device(headers: &HeaderMap) -> Device {
    let agent = headers.get(header::USER_AGENT).and_then(|it| it.to_str().ok()).unwrap_or_default();
    if agent.contains("Mobi") { Device::Mobile } else { Device::Desktop }
}

/// Which of an agent's sites a request is about: the one that it names, that of the file or conversation in its
/// path, or the only one.
async fn site_of(
    chat: &Chat,
    viewer: &Viewer,
    params: &RawPathParams,
    uri: &axum::http::Uri,
) -> Result<Option<SiteId>, Fault> {
    let named = Query::<OnSite>::try_from_uri(uri).map(|it| it.0).unwrap_or_default();
    if !named.site.is_empty() {
        return Ok(viewer.site(&named.site).map(|it| it.id));
    }
    let name = params.iter().find_map(|(_, value)| PublicId::from_name(value));
    let found = match name {
        Some(name) => about(chat, viewer, name).await?,
        None => None,
    };
    let only = if let [only] = &*viewer.sites { Some(only.id) } else { None };
    Ok(found.or(only))
}

async fn about(chat: &Chat, viewer: &Viewer, name: PublicId) -> Result<Option<SiteId>, Fault> {
    let sites = viewer.sites.clone();
    let read = move |tx: &mut dyn store::Tx| {
        if let Some(file) = attachment::find(tx, name)? {
            return Ok(Some(file.site));
        }
        for site in sites.iter() {
            if conversation::by_public(tx, site.id, name)?.is_some() {
                return Ok(Some(site.id));
            }
        }
        Ok::<_, Fault>(None)
    };
    let found = chat.engine.store().read(read).await?;
    Ok(found.filter(|site| viewer.key(*site).is_some()))
}
