//! A reverse proxy for a site that already runs on this machine, with the script tag injected.
//!
//! For trying the product on one's own site: HTTP/1.1 to a loopback address, one request for one
//! request. WebSockets and other protocol upgrades are not passed on; they are answered 501. The site's
//! Content-Security-Policy stays what it is: a demo that weakened it would show what the site would not do. Where it
//! keeps the product from running, that is said once, with what its owner has to add.

use std::{
    net::IpAddr,
    str::FromStr,
    sync::{Arc, Once},
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, Uri, header},
    response::IntoResponse,
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use url::{Host, Url};

use crate::{Script, inject, policy};

/// The origin of a plain HTTP site on this machine.
#[derive(Clone, Debug)]
pub struct Upstream(Url);

/// Why an address cannot be proxied.
#[derive(Debug, thiserror::Error)]
pub enum UpstreamError {
    /// Not an address at all.
    #[error("not a URL: {0}")]
    Parse(#[from] url::ParseError),
    /// `https` and others.
    #[error("only http:// can be proxied")]
    Scheme,
    /// A proxy that reaches other machines would show their pages under our own origin.
    #[error("only a site on this machine (localhost, 127.0.0.1, [::1]) can be proxied")]
    Host,
}

impl FromStr for Upstream {
    type Err = UpstreamError;

    fn from_str(text: &str) -> Result<Self, UpstreamError> {
        let url = Url::parse(text)?;
        if url.scheme() != "http" {
            return Err(UpstreamError::Scheme);
        }
        let here = match url.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(ip)) => IpAddr::V4(ip).is_loopback(),
            Some(Host::Ipv6(ip)) => IpAddr::V6(ip).is_loopback(),
            None => false,
        };
        if here { Ok(Self(url)) } else { Err(UpstreamError::Host) }
    }
}

impl Upstream {
    fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// What to connect to. Names under `.localhost` are loopback by RFC 6761, but few resolvers
    /// outside browsers know it; the `Host` header keeps the name.
    fn address(&self) -> String {
        let port = self.0.port_or_known_default().unwrap_or(80);
        match self.0.host() {
            Some(Host::Ipv4(ip)) => format!("{ip}:{port}"),
            Some(Host::Ipv6(ip)) => format!("[{ip}]:{port}"),
            Some(Host::Domain(_)) | None => format!("localhost:{port}"),
        }
    }

    fn authority(&self) -> String {
        self.0[url::Position::BeforeHost..url::Position::AfterPort].to_owned()
    }
}

struct Proxy {
    upstream: Upstream,
    script: Script,
    client: Client<HttpConnector, Body>,
    tell: Box<dyn Fn(&str) + Send + Sync>,
    told: Once,
}

impl Proxy {
    /// Says once what the policy of a page blocks.
    fn look_at(&self, response: &Response<Body>) {
        let policies = response.headers().get_all(header::CONTENT_SECURITY_POLICY);
        let policies = policies.iter().filter_map(|it| it.to_str().ok());
        let missing = policy::missing(policies, &self.script.origin);
        if !inject::is_whole_html(response) || missing.is_empty() {
            return;
        }
        self.told.call_once(|| {
            let site = self.upstream.origin();
            (self.tell)(&format!(
                "The Content-Security-Policy of {site} keeps the product from running on its pages. Add to it: {}",
                missing.join("; ")
            ));
        });
    }
}

/// A router that answers every request from `upstream` (its origin: a path in it is ignored). What keeps the product
/// from running there is said on the console.
pub fn proxy(upstream: Upstream, script: Script) -> Router {
    proxy_telling(upstream, script, |words| tracing::warn!("{words}"))
}

/// The same, where somebody else is told what keeps the product from running.
pub fn proxy_telling(
    upstream: Upstream,
    script: Script,
    tell: impl Fn(&str) + Send + Sync + 'static,
) -> Router {
    let client = Client::builder(TokioExecutor::new()).build_http();
    let proxy = Proxy { upstream, script, client, tell: Box::new(tell), told: Once::new() };
    Router::new().fallback(pass).with_state(Arc::new(proxy))
}

async fn pass(State(proxy): State<Arc<Proxy>>, request: Request) -> Response<Body> {
    if request.headers().contains_key(header::UPGRADE) {
        let words = "This proxy passes no WebSockets or other upgrades on.\n";
        return (StatusCode::NOT_IMPLEMENTED, words).into_response();
    }
    let own = own_origin(request.headers());
    let Some(request) = to_upstream(&proxy.upstream, request, &own) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    match proxy.client.request(request).await {
        Ok(response) => {
            let mut response = response.map(Body::new);
            from_upstream(&proxy.upstream, response.headers_mut());
            proxy.look_at(&response);
            inject::into_response(response, &proxy.script).await
        }
        Err(error) => {
            let words = format!("{} does not answer: {error}\n", proxy.upstream.origin());
            (StatusCode::BAD_GATEWAY, words).into_response()
        }
    }
}

/// Our own origin as the browser knows it.
fn own_origin(headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|it| it.to_str().ok()).unwrap_or_default();
    format!("http://{host}")
}

fn to_upstream(upstream: &Upstream, mut request: Request, own: &str) -> Option<Request> {
    inject::ask_whole_document(&mut request);
    let path = request.uri().path_and_query().map_or("/", |it| it.as_str());
    let uri: Uri = format!("http://{}{path}", upstream.address()).parse().ok()?;
    *request.uri_mut() = uri;
    let headers = request.headers_mut();
    drop_hop_by_hop(headers);
    headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    if let Some(host) = headers.insert(header::HOST, upstream.authority().parse().ok()?) {
        headers.insert("x-forwarded-host", host);
    }
    headers.insert("x-forwarded-proto", HeaderValue::from_static("http"));
    // Sites check these two against their own name to refuse forged posts.
    for name in [header::ORIGIN, header::REFERER] {
        rewrite(headers, &name, |it| swap_origin(it, own, &upstream.origin()));
    }
    Some(request)
}

fn from_upstream(upstream: &Upstream, headers: &mut HeaderMap) {
    drop_hop_by_hop(headers);
    for name in [header::LOCATION, header::CONTENT_LOCATION] {
        rewrite(headers, &name, |it| local(it, upstream));
    }
    let cookies: Vec<HeaderValue> = headers.get_all(header::SET_COOKIE).iter().map(host_only).collect();
    headers.remove(header::SET_COOKIE);
    for cookie in cookies {
        headers.append(header::SET_COOKIE, cookie);
    }
}

fn rewrite(headers: &mut HeaderMap, name: &HeaderName, change: impl Fn(&str) -> Option<String>) {
    let changed = headers.get(name).and_then(|it| it.to_str().ok()).and_then(change);
    if let Some(value) = changed.and_then(|it| HeaderValue::try_from(it).ok()) {
        headers.insert(name, value);
    }
}

/// `url` at origin `to` when it is at origin `from`.
fn swap_origin(url: &str, from: &str, to: &str) -> Option<String> {
    let rest = url.strip_prefix(from)?;
    (rest.is_empty() || rest.starts_with(['/', '?', '#'])).then(|| format!("{to}{rest}"))
}

/// A `Location` at the upstream's origin as a path at ours; `None` for other places.
fn local(location: &str, upstream: &Upstream) -> Option<String> {
    let absolute = if location.starts_with("//") { format!("http:{location}") } else { location.to_owned() };
    let url = Url::parse(&absolute).ok()?;
    (url.origin() == upstream.0.origin()).then(|| url[url::Position::BeforePath..].to_owned())
}

/// The cookie without its `Domain`, which names the upstream's host and not ours.
fn host_only(cookie: &HeaderValue) -> HeaderValue {
    let Ok(text) = cookie.to_str() else { return cookie.clone() };
    let kept: Vec<&str> =
        text.split(';').filter(|part| !part.trim().to_ascii_lowercase().starts_with("domain=")).collect();
    HeaderValue::try_from(kept.join(";")).unwrap_or_else(|_| cookie.clone())
}

/// Removes what belongs to one connection (RFC 9110 §7.6.1), named ones included.
fn drop_hop_by_hop(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|it| it.to_str().ok())
        .flat_map(|it| it.split(','))
        .filter_map(|it| it.trim().parse().ok())
        .collect();
    let fixed =
        ["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"];
    for name in fixed.into_iter().map(HeaderName::from_static).chain(named) {
        headers.remove(name);
    }
}
