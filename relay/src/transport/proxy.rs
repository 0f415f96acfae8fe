//! Proxies in front of the server: who asked them is who asks, for limits and for whatever else is counted.
use std::{net::IpAddr, str::FromStr};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::HeaderMap,
    middleware::Next,
    response::Response,
};
use ipnet::IpNet;
use thiserror::Error;

use super::tcp::Caller;
use crate::app::App;

/// A proxy of the operator's, or a network of them: what it says in `X-Forwarded-For` is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proxy(IpNet);

/// Not an address, and not a network.
#[derive(Debug, Error)]
#[error("a proxy is an address (192.0.2.1) or a network (192.0.2.0/24)")]
pub struct NotAProxy;

impl FromStr for Proxy {
    type Err = NotAProxy;

    fn from_str(text: &str) -> Result<Self, NotAProxy> {
        let address = text.parse::<IpAddr>().map(|it| IpNet::from(it.to_canonical()));
        address.or_else(|_| text.parse()).map(Self).map_err(|_| NotAProxy)
    }
}

/// Puts who asked the first proxy in the place of who connected. Before anything else that wants to know it.
pub async fn look_behind(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let told = request.extensions().get::<ConnectInfo<Caller>>().and_then(|ConnectInfo(Caller(direct))| {
        let mut caller = *direct;
        caller.set_ip(behind(&app.proxies, direct.ip(), request.headers())?);
        Some(caller)
    });
    if let Some(caller) = told {
        request.extensions_mut().insert(ConnectInfo(Caller(caller)));
    }
    next.run(request).await
}

/// The last address of `X-Forwarded-For` that is no proxy's own: whoever asked the first proxy wrote those before it.
/// `None` where it was not a proxy that connected, or where it said nothing.
pub fn behind(proxies: &[Proxy], direct: IpAddr, headers: &HeaderMap) -> Option<IpAddr> {
    let is_proxy = |address: &IpAddr| proxies.iter().any(|Proxy(net)| net.contains(address));
    if !is_proxy(&direct.to_canonical()) {
        return None;
    }
    let lines: Vec<_> = headers.get_all("x-forwarded-for").iter().collect();
    // What is no text, or no address, was not written by a proxy: nothing before it is known.
    let all = lines.iter().rev().flat_map(|it| it.to_str().unwrap_or("?").rsplit(','));
    let mut known = all.map_while(|it| it.trim().parse::<IpAddr>().ok().map(|it| it.to_canonical()));
    known.find(|it| !is_proxy(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(direct: &str, lines: &[&str]) -> Option<String> {
        let proxies = ["10.0.0.0/30", "2001:db8::1"].map(|it| it.parse().expect("a proxy"));
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("x-forwarded-for", line.parse().expect("a value"));
        }
        behind(&proxies, direct.parse().expect("an address"), &headers).map(|it| it.to_string())
    }

    #[test]
    fn only_what_a_proxy_wrote_is_believed() {
        let is = |lines: &[&str], caller: Option<&str>| {
            assert_eq!(told("10.0.0.1", lines).as_deref(), caller, "{lines:?}");
        };
        is(&["192.0.2.7"], Some("192.0.2.7"));
        is(&["198.51.100.1, 192.0.2.7, 10.0.0.2"], Some("192.0.2.7"));
        is(&["198.51.100.1", "192.0.2.7,10.0.0.1"], Some("192.0.2.7"));
        is(&["::ffff:192.0.2.7"], Some("192.0.2.7"));
        is(&["2001:db8::7, 2001:db8::1"], Some("2001:db8::7"));
        is(&["192.0.2.7, me"], None);
        is(&["10.0.0.1"], None);
        is(&[], None);
        assert_eq!(told("::ffff:10.0.0.1", &["192.0.2.7"]).as_deref(), Some("192.0.2.7"));
        assert_eq!(told("10.0.0.4", &["192.0.2.7"]), None, "not a proxy of ours");
    }

    #[test]
    fn a_proxy_is_an_address_or_a_network() {
        for bad in ["", "proxy.example", "10.0.0.1:80", "10.0.0.0/33"] {
            assert!(bad.parse::<Proxy>().is_err(), "{bad}");
        }
    }
}
