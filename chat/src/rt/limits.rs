//! Who may ask how often (CHAT.md, "Liveness and limits").
use std::{net::IpAddr, num::NonZeroU32, time::Duration};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock};

use crate::model::{SiteId, VisitorId};

/// What a deployment allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// A visitor may write so often for ever, ...
    pub message_every: Duration,
    /// ... and so many messages at once before.
    pub message_burst: u32,
    /// A visitor may begin so many conversations in twelve hours.
    pub starts: u32,
    /// A network (an IPv4 /24, an IPv6 /64) may begin so many in twelve hours.
    pub network_starts: u32,
    /// A network may ask for so many tokens in a minute.
    pub network_tokens: u32,
    /// A visitor may have so many sockets.
    pub sockets: usize,
    /// A visitor may begin to upload so much in an hour, KiB.
    pub upload_kib: u32,
    /// All visitors of a site may together, KiB.
    pub site_upload_kib: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_every: Duration::from_secs(1),
            message_burst: 20,
            starts: 6,
            network_starts: 60,
            network_tokens: 600,
            sockets: 5,
            // Forty of the largest files that a site takes usually.
            upload_kib: 200 * 1024,
            site_upload_kib: 10 * 1024 * 1024,
        }
    }
}

/// Within which starts are counted.
const STARTS_WITHIN: Duration = Duration::from_secs(12 * 3600);
/// What is neither written nor answered may come so often: typing, reading, pages.
const SIGNS_EVERY: Duration = Duration::from_millis(200);
/// So many of those at once.
const SIGNS_BURST: u32 = 50;

/// One person of a site.
type Visiting = (SiteId, VisitorId);

/// Try again after so many milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RetryMs(pub u32);

/// Counts for one server.
pub(crate) struct Rates {
    messages: DefaultKeyedRateLimiter<Visiting>,
    signs: DefaultKeyedRateLimiter<Visiting>,
    starts: DefaultKeyedRateLimiter<Visiting>,
    network_starts: DefaultKeyedRateLimiter<(SiteId, IpAddr)>,
    network_tokens: DefaultKeyedRateLimiter<IpAddr>,
}

impl Rates {
    pub fn new(limits: &Limits) -> Self {
        Self {
            messages: RateLimiter::keyed(quota(limits.message_every, limits.message_burst)),
            signs: RateLimiter::keyed(quota(SIGNS_EVERY, SIGNS_BURST)),
            starts: RateLimiter::keyed(within(STARTS_WITHIN, limits.starts)),
            network_starts: RateLimiter::keyed(within(STARTS_WITHIN, limits.network_starts)),
            network_tokens: RateLimiter::keyed(within(Duration::from_secs(60), limits.network_tokens)),
        }
    }

    /// Whether this visitor may write now.
    pub fn message(&self, who: Visiting) -> Result<(), RetryMs> {
        check(&self.messages, &who)
    }

    /// Whether this visitor may give another sign.
    pub fn sign(&self, who: Visiting) -> Result<(), RetryMs> {
        check(&self.signs, &who)
    }

    /// Whether this visitor, of this network, may begin a conversation now.
    pub fn start(&self, who: Visiting, from: Option<IpAddr>) -> Result<(), RetryMs> {
        check(&self.starts, &who)?;
        from.map_or(Ok(()), |from| check(&self.network_starts, &(who.0, network(from))))
    }

    /// Whether this network may ask for another token.
    pub fn token(&self, from: Option<IpAddr>) -> Result<(), RetryMs> {
        from.map_or(Ok(()), |from| check(&self.network_tokens, &network(from)))
    }

    /// Forgets who has been quiet.
    pub fn sweep(&self) {
        self.messages.retain_recent();
        self.signs.retain_recent();
        self.starts.retain_recent();
        self.network_starts.retain_recent();
        self.network_tokens.retain_recent();
    }
}

fn quota(every: Duration, burst: u32) -> Quota {
    let every = every.max(Duration::from_micros(1));
    let quota = Quota::with_period(every).unwrap_or(Quota::per_second(NonZeroU32::MIN));
    quota.allow_burst(NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN))
}

fn within(span: Duration, times: u32) -> Quota {
    quota(span / times.max(1), times)
}

fn check<K: Clone + std::hash::Hash + Eq>(
    limiter: &DefaultKeyedRateLimiter<K>,
    key: &K,
) -> Result<(), RetryMs> {
    limiter.check_key(key).map_err(|until| {
        let wait = until.wait_time_from(limiter.clock().now()).as_millis();
        RetryMs(u32::try_from(wait).unwrap_or(u32::MAX).max(1))
    })
}

/// What one subscriber, or one office, holds.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4((v4.to_bits() & !0xff).into()),
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() & !u128::from(u64::MAX)).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEA: Visiting = (SiteId(1), VisitorId(1));

    #[test]
    fn who_writes_too_often_is_told_when_to_go_on() {
        let rates = Rates::new(&Limits::default());
        let first = (0..30).map(|_| rates.message(LEA)).take_while(Result::is_ok).count();
        assert_eq!(first, 20);
        let RetryMs(wait) = rates.message(LEA).expect_err("too often");
        assert!((1..=1_000).contains(&wait), "{wait}");
        assert_eq!(rates.message((SiteId(1), VisitorId(2))), Ok(()));
        assert_eq!(rates.message((SiteId(2), VisitorId(1))), Ok(()));
    }

    #[test]
    fn a_visitor_begins_six_times_and_a_network_sixty() {
        let rates = Rates::new(&Limits::default());
        let from = |n: u8| Some(IpAddr::from([192, 0, 2, n]));
        let begun = |visitor, n| {
            let tries = 0..10;
            tries.filter(|_| rates.start((SiteId(1), VisitorId(visitor)), from(n)).is_ok()).count()
        };
        assert_eq!(begun(1, 1), 6);
        let all: usize = (2_u8..30).map(|n| begun(i64::from(n), n)).sum();
        assert_eq!(all, 54);
        let RetryMs(wait) = rates.start((SiteId(1), VisitorId(99)), from(1)).expect_err("too often");
        assert!(wait <= 12 * 60_000, "{wait}");
    }
}
