//! Fetches for a visitor's page what the page may not read itself, and guards the server's own network.
//!
//! # Threats, and what stands against each (SSRF)
//! - *A URL that names an inside address*: literal addresses are checked, and names are resolved by a resolver
//!   that gives public addresses only; the connection uses exactly what it gave, so a name cannot change its
//!   meaning between check and use. Redirects pass the same two checks.
//! - *Credentials*: no cookies, no `Authorization`, no `Referer`, no proxy of the environment.
//! - *Endless or huge answers*: bounds in time and in bytes; nothing but images, fonts, sheets and plain bytes.
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use reqwest::{
    Client, Response, Url,
    dns::{Addrs, Name, Resolve, Resolving},
    header::CONTENT_TYPE,
    redirect::{Attempt, Policy},
};
use url::Host;

use super::disk::Kind;
use crate::{config::FetchScope, error::ApiError, limits::MAX_FETCHED};

/// Most redirects that are followed.
const MAX_REDIRECTS: usize = 5;
/// Until the connection stands.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// Until the last byte is there.
const DONE_WITHIN: Duration = Duration::from_secs(20);

/// The guarded client.
pub struct Fetcher {
    client: Client,
    scope: FetchScope,
}

impl Fetcher {
    /// With a resolver that keeps to the scope.
    ///
    /// # Errors
    /// When the system's certificates cannot be used.
    pub fn new(scope: FetchScope) -> Result<Self, reqwest::Error> {
        // Fails when another part of the program chose a provider already, which then serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .dns_resolver(Arc::new(Guard(scope)))
            .redirect(Policy::custom(move |attempt| follow(attempt, scope)))
            .connect_timeout(CONNECT_WITHIN)
            .timeout(DONE_WITHIN)
            .referer(false)
            .no_proxy()
            .user_agent(concat!("Tandem/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { client, scope })
    }

    /// What is at this address.
    ///
    /// # Errors
    /// [`ApiError::FetchFailed`] for every way in which there is nothing to give, [`ApiError::MediaType`] for
    /// what is not kept.
    pub async fn fetch(&self, url: &str) -> Result<(Kind, Vec<u8>), ApiError> {
        let url = Url::parse(url).map_err(|_| ApiError::FetchFailed("The URL does not parse."))?;
        if !may_reach(&url, self.scope) {
            return Err(ApiError::FetchFailed("Only public http and https addresses are fetched."));
        }
        let answer = self.client.get(url).send().await.map_err(failed)?;
        if !answer.status().is_success() {
            return Err(ApiError::FetchFailed("The other server did not answer with success."));
        }
        let kind = answer.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let kind = Kind::of(kind.unwrap_or("application/octet-stream")).ok_or(ApiError::MediaType)?;
        Ok((kind, bounded(answer).await?))
    }
}

async fn bounded(mut answer: Response) -> Result<Vec<u8>, ApiError> {
    let large = ApiError::FetchFailed("The other server's answer is too large.");
    let told = answer.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or_default();
    if MAX_FETCHED < told {
        return Err(large);
    }
    // What grows by doubling takes up to twice its length.
    let mut bytes = Vec::with_capacity(told);
    while let Some(chunk) = answer.chunk().await.map_err(failed)? {
        if MAX_FETCHED < bytes.len() + chunk.len() {
            return Err(large);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// One answer for all of it: what differs would tell about the server's network.
fn failed(error: reqwest::Error) -> ApiError {
    // An address can be a secret: signed ones are.
    let error = error.without_url();
    tracing::debug!(%error, "guarded fetch failed");
    ApiError::FetchFailed("The address could not be fetched.")
}

fn follow(attempt: Attempt<'_>, scope: FetchScope) -> reqwest::redirect::Action {
    if MAX_REDIRECTS < attempt.previous().len() || !may_reach(attempt.url(), scope) {
        return attempt.stop();
    }
    attempt.follow()
}

/// Whether a URL is http or https, without a password, and not a literal address out of scope.
fn may_reach(url: &Url, scope: FetchScope) -> bool {
    let plain = url.username().is_empty() && url.password().is_none();
    let literal = match url.host() {
        Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
        Some(Host::Domain(_)) => None,
        None => return false,
    };
    matches!(url.scheme(), "http" | "https")
        && plain
        && literal.is_none_or(|address| in_scope(address, scope))
}

/// Resolves names to addresses in scope, or to nothing.
struct Guard(FetchScope);

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let scope = self.0;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found.filter(|address| in_scope(address.ip(), scope)).collect();
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

fn in_scope(address: IpAddr, scope: FetchScope) -> bool {
    match scope {
        FetchScope::Private => true,
        FetchScope::Public => match address {
            IpAddr::V4(v4) => is_public_v4(v4),
            IpAddr::V6(v6) => is_public_v6(v6),
        },
    }
}

/// What the IANA special-purpose registry (RFC 6890) calls globally reachable.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || matches!(
            (a, b, c),
            (0 | 240..=255, ..) | (100, 64..=127, _) | (192, 0, 0) | (192, 88, 99) | (198, 18..=19, _)
        );
    !special
}

/// Global unicast (2000::/3) without its special parts. Addresses that carry an IPv4 one inside reach what
/// that one reaches.
fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(v4) = address.to_ipv4_mapped() {
        return is_public_v4(v4);
    }
    let [a, b, c, ..] = address.segments();
    if a == 0x2002 {
        return is_public_v4(Ipv4Addr::from(u32::from(b) << 16 | u32::from(c)));
    }
    // Teredo and the other protocol assignments, then documentation (RFC 3849, RFC 9637).
    let special = matches!((a, b), (0x2001, 0..0x0200 | 0x0db8) | (0x3fff, _));
    a & 0xe000 == 0x2000 && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_inside_are_out_of_reach() {
        for inside in [
            "http://127.0.0.1/",
            "http://10.1.2.3/",
            "http://192.168.0.1/",
            "http://172.16.0.1/",
            "http://169.254.169.254/latest/meta-data",
            "http://100.64.0.1/",
            "http://0.0.0.0/",
            "http://[::1]/",
            "http://[fe80::1]/",
            "http://[fd00::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[2002:7f00:1::]/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://[64:ff9b::7f00:1]/",
            "http://user:pass@8.8.8.8/",
            "ftp://8.8.8.8/",
            "file:///etc/passwd",
            "data:text/css,a",
            "http://255.255.255.255/",
        ] {
            let url = Url::parse(inside).expect("parses");
            assert!(!may_reach(&url, FetchScope::Public), "{inside}");
        }
        for outside in ["http://8.8.8.8/", "https://[2606:4700::1111]/", "https://example.com/a.png"] {
            assert!(may_reach(&Url::parse(outside).expect("parses"), FetchScope::Public), "{outside}");
        }
    }

    #[tokio::test]
    async fn a_name_of_the_inside_resolves_to_nothing() {
        let fetcher = Fetcher::new(FetchScope::Public).expect("a client");
        let answer = fetcher.fetch("http://localhost:1/a.png").await;
        assert!(matches!(answer, Err(ApiError::FetchFailed("The address could not be fetched."))));
        let found =
            Guard(FetchScope::Public).resolve("localhost".parse().expect("a name")).await.expect("resolves");
        assert_eq!(found.count(), 0);
    }
}
