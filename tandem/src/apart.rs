//! Relay and chat, each a process of its own, with one database and one secret between them.
//!
//! ```text
//!             ┌── relay ──────────────┐  signed calls   ┌── chat ──────────┐
//!  browsers ──▶ own routes            ◀───── shares ────│ conversations    │
//!             │ /rt, /v1/… ───────────┼────────────────▶│ routes, sockets  │
//!             │ audit log ────────────┼──── threads ───▶│                  │
//!             └──────────┬────────────┘                 └────────┬─────────┘
//!                        └────────── one database ──────────────┘
//! ```
//! What is a call of a trait within one process is a signed call over HTTP here ([`sign`], [`wire`]). The chat asks
//! before it stores what depends on it; the relay tells from its audit log until it has an answer. So nothing is lost
//! while one of them is away, and nothing is done that the other would not know of.
pub mod service;
pub mod sign;

mod answer;
mod call;
mod chat_end;
mod proxy;
mod relay_end;
mod wire;

use std::{fmt, str::FromStr};

use thiserror::Error;

pub use relay_end::mounts;

/// The way to the other process.
#[derive(Debug, Clone)]
pub struct Way {
    /// Where it listens.
    pub url: Url,
    /// What both know.
    pub key: sign::Key,
}

/// Where a process listens: `http://10.0.0.2:7411`, or https where something in front of it speaks TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url(reqwest::Url);

/// It is none.
#[derive(Debug, Error)]
#[error("an address like http://10.0.0.2:7411 is wanted: scheme, host and port, and nothing behind")]
pub struct NoUrl;

impl FromStr for Url {
    type Err = NoUrl;

    fn from_str(text: &str) -> Result<Self, NoUrl> {
        let url = reqwest::Url::parse(text).map_err(|_| NoUrl)?;
        let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let is_http = ["http", "https"].contains(&url.scheme()) && url.username().is_empty();
        if is_bare && is_http { Ok(Self(url)) } else { Err(NoUrl) }
    }
}

impl Url {
    /// Scheme, host and port.
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_is_an_origin() {
        for good in ["http://127.0.0.1:7411", "http://chat.internal:7411/", "https://chat.example"] {
            assert!(good.parse::<Url>().is_ok(), "{good}");
        }
        for bad in ["", "127.0.0.1:7411", "ftp://a", "http://a/b", "http://a/?c", "http://u:p@a"] {
            assert!(bad.parse::<Url>().is_err(), "{bad}");
        }
    }
}
