//! Every bound of the server in one place, and the rate limits made of them.
use std::{net::IpAddr, num::NonZeroU32, time::Duration};

use cobrowse_core::session::CUT_BUDGET;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// Longest message of the two JSON sockets, bytes.
pub const MAX_JSON_MESSAGE: usize = 4 * 1024;
/// Longest message that any socket reads at all; what is told apart above its own bound is refused by name.
pub const MAX_SOCKET_READ: usize = 64 * 1024;
/// Longest body of a JSON request, bytes.
pub const MAX_JSON_BODY: usize = 16 * 1024;
/// Largest asset, bytes.
pub const MAX_ASSET: usize = 16 << 20;
/// Largest asset that is fetched for a page, bytes: it takes no larger one. The answer stands in memory until it is sent.
pub const MAX_FETCHED: usize = 8 << 20;
/// Most bytes of assets that are kept for one site; the least recently used go first.
pub const MAX_SITE_ASSETS: u64 = 512 << 20;
/// Most assets that come in at a time.
pub const UPLOADS: usize = 64;
/// Most of them from one session; its page sends four.
pub const UPLOADS_EACH: usize = 8;
/// How long an asset may take to come in.
pub const UPLOAD_WITHIN: Duration = Duration::from_secs(120);
/// Most guarded fetches at a time, until their answers are sent.
pub const FETCHES: usize = 24;
/// Most of them for one session; its page asks for four.
pub const FETCHES_EACH: usize = 6;
/// Socket buffers: 4 KiB ones make an idle socket cost 9 KB in place of 137.
pub const SOCKET_BUFFER: usize = 4 * 1024;
/// Bytes that may wait in one WebSocket's own write buffer before it counts as failed.
pub const MAX_SOCKET_BACKLOG: usize = 256 * 1024;
/// Most waiting pages at a time.
pub const MAX_PRESENCES: usize = 20_000;
/// Most sessions at a time.
pub const MAX_SESSIONS: usize = 5_000;
/// Most peers of one session: the visitor, viewers, and connections about to be fenced.
pub const MAX_PEERS: usize = 16;
/// Events that may wait for a session's actor.
pub const SESSION_INBOX: usize = 256;
/// Messages that may wait for one lane of one peer before the session stops sending to it.
pub const LANE_OUTBOX: usize = 16;
/// How long a new socket may take until its hello is there.
pub const HELLO_WITHIN: Duration = Duration::from_secs(10);
/// A row stays so long without its socket: the next page of the visit brings a new one.
pub const PRESENCE_GRACE: Duration = Duration::from_secs(4);
/// How often an idle JSON socket is pinged; two pings without an answer end it.
pub const PING_EVERY: Duration = Duration::from_secs(30);
/// Life of a ticket.
pub const TICKET_LIFE: Duration = Duration::from_secs(10 * 60);
/// How often a session sends its peers new tickets. Who is cut off just before may come back with the last one for as
/// long as they are waited for, and longer.
pub const TICKET_RENEWED: Duration = Duration::from_secs(5 * 60);
const _: () = assert!(TICKET_RENEWED.as_secs() + 2 * CUT_BUDGET.as_secs() <= TICKET_LIFE.as_secs());
/// How long a request of a shared page waits for the yes that was sent just before it.
pub const CONSENT_WITHIN: Duration = Duration::from_secs(2);
/// How often it is looked whether viewers still may view, where nobody told of a change.
pub const LOOK_AT_PEOPLE: Duration = Duration::from_secs(10);
/// Open requests and sockets get so long when the server stops.
pub const SHUTDOWN_GRACE: Duration = Duration::from_secs(5);

/// The rate limits of one server. Each `true` is a yes.
pub struct Rates {
    login: DefaultKeyedRateLimiter<IpAddr>,
    account: DefaultKeyedRateLimiter<(IpAddr, String)>,
    link: DefaultKeyedRateLimiter<IpAddr>,
    presence: DefaultKeyedRateLimiter<IpAddr>,
    hello: DefaultKeyedRateLimiter<IpAddr>,
    asset: DefaultKeyedRateLimiter<[u8; 16]>,
    fetch: DefaultKeyedRateLimiter<[u8; 16]>,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            login: RateLimiter::keyed(per_minute(60)),
            account: RateLimiter::keyed(per_minute(10)),
            link: RateLimiter::keyed(per_minute(60)),
            presence: RateLimiter::keyed(per_minute(600)),
            hello: RateLimiter::keyed(per_minute(600)),
            asset: RateLimiter::keyed(per_minute(3_000)),
            fetch: RateLimiter::keyed(per_minute(600)),
        }
    }
}

impl Rates {
    /// Whether this address may try to log in to this account now.
    pub fn login(&self, address: IpAddr, email: &str) -> bool {
        let address = network(address);
        self.login.check_key(&address).is_ok()
            && self.account.check_key(&(address, email.to_lowercase())).is_ok()
    }

    /// Whether this address may follow an invitation's link now.
    pub fn link(&self, address: IpAddr) -> bool {
        self.link.check_key(&network(address)).is_ok()
    }

    /// Whether this address may open another presence socket now.
    pub fn presence(&self, address: IpAddr) -> bool {
        self.presence.check_key(&network(address)).is_ok()
    }

    /// Whether this address may open another session socket now.
    pub fn hello(&self, address: IpAddr) -> bool {
        self.hello.check_key(&network(address)).is_ok()
    }

    /// Whether this session may ask for or give another asset now.
    pub fn asset(&self, session: [u8; 16]) -> bool {
        self.asset.check_key(&session).is_ok()
    }

    /// Whether this session may have another address fetched now.
    pub fn fetch(&self, session: [u8; 16]) -> bool {
        self.fetch.check_key(&session).is_ok()
    }

    /// Forgets who has been quiet. Called now and then: the keys are the peers' to choose.
    pub fn sweep(&self) {
        self.login.retain_recent();
        self.account.retain_recent();
        self.link.retain_recent();
        self.presence.retain_recent();
        self.hello.retain_recent();
        self.asset.retain_recent();
        self.fetch.retain_recent();
    }
}

/// How often one page may say that it moved.
pub fn page_moves() -> Quota {
    per_minute(120)
}

/// How often one peer may offer data channels.
pub fn offers() -> Quota {
    per_minute(12)
}

fn per_minute(times: u32) -> Quota {
    Quota::per_minute(NonZeroU32::new(times).unwrap_or(NonZeroU32::MIN))
}

/// What one subscriber holds: an IPv4 address, or an IPv6 /64.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        v4 @ IpAddr::V4(_) => v4,
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() & !u128::from(u64::MAX)).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_guarded_sooner_than_an_address() {
        let rates = Rates::default();
        let here = IpAddr::from([127, 0, 0, 1]);
        let tries = |email: &str| (0..20).filter(|_| rates.login(here, email)).count();
        assert_eq!(tries("a@example"), 10);
        assert_eq!(tries("A@example"), 0, "case makes no new account");
        assert_eq!(tries("b@example"), 10);
    }

    #[test]
    fn a_subscriber_of_ipv6_is_a_whole_network() {
        let one: IpAddr = "2001:db8::1".parse().expect("valid");
        let two: IpAddr = "2001:db8::ffff:2".parse().expect("valid");
        let other: IpAddr = "2001:db8:0:1::1".parse().expect("valid");
        assert_eq!(network(one), network(two));
        assert_ne!(network(one), network(other));
    }
}
