//! How much one person may upload.
use std::{num::NonZeroU32, time::Duration};

use governor::{
    DefaultKeyedRateLimiter, NotUntil, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};

use super::{FileFault, upload::uploader};
use crate::{model::SiteId, rt::Limits, tables::attachment::Uploader, who::Who};

/// So many requests of a visitor at once, ...
const VISITOR_BURST: u32 = 300;
/// ... and one so often for ever.
const VISITOR_EVERY: Duration = Duration::from_millis(500);
/// Those of an agent, who answers many.
const AGENT_BURST: u32 = 600;
const AGENT_EVERY: Duration = Duration::from_millis(100);
/// What an agent may, KiB.
const AGENT_HOUR: u32 = 4 * 1024 * 1024;

/// One person of a site.
type Person = (SiteId, Uploader);
type Limiter = DefaultKeyedRateLimiter<Person>;

/// What is counted for one kind of people.
struct Shares {
    requests: Limiter,
    kibibytes: Limiter,
    hour: u32,
}

/// Counts for one server.
pub(super) struct Rates {
    visitors: Shares,
    agents: Shares,
    /// What the visitors of a site begin together, KiB: many people with one mind fill no disk.
    sites: DefaultKeyedRateLimiter<SiteId>,
    site_hour: u32,
}

impl Default for Rates {
    fn default() -> Self {
        Self::new(&Limits::default())
    }
}

impl Shares {
    fn new((every, burst): (Duration, u32), hour: u32) -> Self {
        let often = Quota::with_period(every).unwrap_or(Quota::per_second(NonZeroU32::MIN));
        Self {
            requests: RateLimiter::keyed(often.allow_burst(at_least_one(burst))),
            kibibytes: RateLimiter::keyed(Quota::per_hour(at_least_one(hour))),
            hour,
        }
    }
}

impl Rates {
    /// On these terms.
    pub fn new(limits: &Limits) -> Self {
        Self {
            visitors: Shares::new((VISITOR_EVERY, VISITOR_BURST), limits.upload_kib),
            agents: Shares::new((AGENT_EVERY, AGENT_BURST), AGENT_HOUR),
            sites: RateLimiter::keyed(Quota::per_hour(at_least_one(limits.site_upload_kib))),
            site_hour: limits.site_upload_kib,
        }
    }

    /// Whether another request that begins or continues an upload may come now.
    pub fn request(&self, who: &Who) -> Result<(), FileFault> {
        self.of(who).requests.check_key(&person(who)).map_err(|until| wait(&until))
    }

    /// Whether they may send so many bytes more. A file that is larger than a whole hour's is one an hour.
    pub fn bytes(&self, who: &Who, bytes: u64) -> Result<(), FileFault> {
        let shares = self.of(who);
        let kibibytes = u32::try_from(bytes.div_ceil(1024)).unwrap_or(u32::MAX);
        let kibibytes = kibibytes.min(shares.hour);
        // The outer error is of more than ever fits, and that was not asked for.
        let checked = shares.kibibytes.check_key_n(&person(who), at_least_one(kibibytes));
        checked.map_or(Ok(()), |checked| checked.map_err(|until| wait(&until)))?;
        if matches!(who, Who::Agent { .. }) {
            return Ok(());
        }
        let checked = self.sites.check_key_n(&who.site(), at_least_one(kibibytes.min(self.site_hour)));
        checked.map_or(Ok(()), |checked| checked.map_err(|until| wait(&until)))
    }

    /// Forgets who has been quiet.
    pub fn sweep(&self) {
        for shares in [&self.visitors, &self.agents] {
            shares.requests.retain_recent();
            shares.kibibytes.retain_recent();
        }
        self.sites.retain_recent();
    }

    const fn of(&self, who: &Who) -> &Shares {
        match who {
            Who::Visitor { .. } => &self.visitors,
            Who::Agent { .. } => &self.agents,
        }
    }
}

const fn person(who: &Who) -> Person {
    (who.site(), uploader(who))
}

fn at_least_one(n: u32) -> NonZeroU32 {
    NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN)
}

fn wait(until: &NotUntil<<DefaultClock as Clock>::Instant>) -> FileFault {
    let millis = until.wait_time_from(DefaultClock::default().now()).as_millis();
    FileFault::Rate(u32::try_from(millis).unwrap_or(u32::MAX).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::VisitorId;

    const LEA: Who = Who::Visitor { site: SiteId(1), visitor: VisitorId(1) };
    const TOM: Who = Who::Visitor { site: SiteId(1), visitor: VisitorId(2) };

    #[test]
    fn an_hour_has_forty_of_the_largest_files() {
        let rates = Rates::default();
        let taken = (0..60).filter(|_| rates.bytes(&LEA, 5 << 20).is_ok()).count();
        assert_eq!(taken, 40);
        let refused = rates.bytes(&LEA, 5 << 20).expect_err("too much");
        // Five MiB of two hundred are a fortieth of an hour.
        assert!(matches!(refused, FileFault::Rate(1..=90_000)), "{refused:?}");
        assert!(rates.bytes(&TOM, 1 << 40).is_ok(), "a site may allow very large ones");
        assert!(rates.bytes(&TOM, 1).is_err(), "but that was the hour's");
    }

    #[test]
    fn the_visitors_of_a_site_share_an_hour() {
        let rates = Rates::new(&Limits { upload_kib: 1024, site_upload_kib: 3 * 1024, ..Limits::default() });
        let visitor = |site, n| Who::Visitor { site: SiteId(site), visitor: VisitorId(n) };
        let taken = (0..10).filter(|n| rates.bytes(&visitor(1, *n), 1 << 20).is_ok()).count();
        assert_eq!(taken, 3);
        assert!(rates.bytes(&visitor(2, 1), 1 << 20).is_ok(), "another site's");
    }

    #[test]
    fn requests_of_one_visitor_are_counted_together() {
        let rates = Rates::default();
        let taken = (0..500).filter(|_| rates.request(&LEA).is_ok()).count();
        assert!((300..310).contains(&taken), "{taken}");
        assert!(rates.request(&TOM).is_ok());
    }
}
