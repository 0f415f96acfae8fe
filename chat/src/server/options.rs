//! How a deployment runs the service.
use std::{net::IpAddr, path::PathBuf, sync::Arc, time::Duration};

use crate::{
    engine::{Clock, NoShares, Shares, SystemClock},
    rt::Limits,
};

/// See the module.
#[derive(Clone)]
pub struct Options {
    /// The origin of the desk's own pages, as browsers send it.
    pub origin: String,
    /// The folder of visitors' and agents' files; without one there are none.
    pub files: Option<PathBuf>,
    /// Who may ask how often.
    pub limits: Limits,
    /// The addresses of proxies whose `X-Forwarded-For` is believed, where no server in front has put the visitor's
    /// address in the place of the proxy's, as the relay does.
    pub proxies: Vec<IpAddr>,
    /// Sockets are pinged so often; who is silent for twice as long is cut off.
    pub ping: Duration,
    /// So long somebody whose last socket closed may come back without having been gone.
    pub grace: Duration,
    /// Within so long an agent who comes back is what they were before.
    pub keeps_presence: Duration,
    /// So long a new socket may take to say hello.
    pub hello: Duration,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// The way to shares of visitors' pages.
    pub shares: Arc<dyn Shares>,
}

impl Options {
    /// The usual ones, for a desk at this origin.
    pub fn new(origin: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            files: None,
            limits: Limits::default(),
            proxies: Vec::new(),
            ping: Duration::from_millis(chat_proto::limits::PING_EVERY_MS.into()),
            grace: Duration::from_secs(10),
            keeps_presence: Duration::from_secs(120),
            hello: Duration::from_secs(5),
            clock: Arc::new(SystemClock),
            shares: Arc::new(NoShares),
        }
    }
}
