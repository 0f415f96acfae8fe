//! What is kept for one site, which sessions refer to it, and what goes when it is too much.
//!
//! First goes what no session refers to, the least recently used first. Where all that is there is referred to, the session
//! that refers to the most bytes lets go of what it has not used for longest: whoever floods a site loses their own.
use std::collections::{BTreeMap, HashMap};

use cobrowse_core::id::SessionId;

use super::disk::Kept;

/// Steps in bytes that an asset counts in: a block of the disk. So the tiniest ones are bounded in number, too.
pub(super) const BLOCK: u64 = 4096;

/// The assets of one site.
#[derive(Debug, Default)]
pub(super) struct Site {
    assets: HashMap<Kept, Asset>,
    /// What no session refers to, by its last use.
    idle: BTreeMap<u64, Kept>,
    sessions: HashMap<SessionId, Held>,
    bytes: u64,
    uses: u64,
}

#[derive(Debug)]
struct Asset {
    bytes: u64,
    /// The number of its last use; no two are the same.
    used: u64,
    holders: usize,
}

/// What one session refers to.
#[derive(Debug, Default)]
struct Held {
    assets: HashMap<Kept, u64>,
    /// The same by its last use there.
    order: BTreeMap<u64, Kept>,
    bytes: u64,
}

impl Site {
    pub(super) fn has(&self, asset: Kept) -> bool {
        self.assets.contains_key(&asset)
    }

    /// Adds an asset, to which nobody refers.
    pub(super) fn add(&mut self, asset: Kept, bytes: u64) {
        if self.has(asset) {
            return;
        }
        let (used, bytes) = (self.next(), bytes.max(1).next_multiple_of(BLOCK));
        self.assets.insert(asset, Asset { bytes, used, holders: 0 });
        self.idle.insert(used, asset);
        self.bytes += bytes;
    }

    /// A session refers to an asset, from now on or anew.
    pub(super) fn hold(&mut self, asset: Kept, session: SessionId) {
        let now = self.next();
        let Some(known) = self.assets.get_mut(&asset) else { return };
        let held = self.sessions.entry(session).or_default();
        match held.assets.insert(asset, now) {
            Some(before) => {
                held.order.remove(&before);
            }
            None => {
                held.bytes += known.bytes;
                known.holders += 1;
            }
        }
        held.order.insert(now, asset);
        self.idle.remove(&known.used);
        known.used = now;
    }

    /// Sessions that are over refer to nothing.
    pub(super) fn release(&mut self, lives: impl Fn(SessionId) -> bool) {
        let over: Vec<_> = self.sessions.keys().copied().filter(|session| !lives(*session)).collect();
        for held in over.iter().filter_map(|session| self.sessions.remove(session)).collect::<Vec<_>>() {
            held.order.into_values().for_each(|asset| self.let_go(asset));
        }
    }

    /// Forgets what has to go, and tells it. What came last stays, however large.
    pub(super) fn trim(&mut self, limit: u64) -> Vec<Kept> {
        let mut gone = Vec::new();
        while limit < self.bytes && 1 < self.assets.len() {
            match self.idle.pop_first() {
                Some((_, asset)) => {
                    self.forget(asset);
                    gone.push(asset);
                }
                None if self.lessen() => {}
                None => break,
            }
        }
        gone
    }

    /// An asset is not there any more.
    pub(super) fn forget(&mut self, asset: Kept) {
        let Some(known) = self.assets.remove(&asset) else { return };
        self.bytes -= known.bytes;
        self.idle.remove(&known.used);
        if known.holders == 0 {
            return;
        }
        for held in self.sessions.values_mut() {
            if let Some(used) = held.assets.remove(&asset) {
                held.order.remove(&used);
                held.bytes -= known.bytes;
            }
        }
    }

    /// The session that refers to the most lets go of one asset; `false` when none refers to anything.
    fn lessen(&mut self) -> bool {
        let Some(most) = self.sessions.values_mut().max_by_key(|held| held.bytes) else { return false };
        let Some((_, asset)) = most.order.pop_first() else { return false };
        most.assets.remove(&asset);
        most.bytes -= self.assets.get(&asset).map_or(0, |known| known.bytes);
        self.let_go(asset);
        true
    }

    fn let_go(&mut self, asset: Kept) {
        let Some(known) = self.assets.get_mut(&asset) else { return };
        known.holders -= 1;
        if known.holders == 0 {
            self.idle.insert(known.used, asset);
        }
    }

    fn next(&mut self) -> u64 {
        self.uses += 1;
        self.uses
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::disk::{Hash, Kind},
        *,
    };

    fn asset(name: u64) -> Kept {
        Kept { hash: Hash::of(&name.to_le_bytes()), kind: Kind::of("image/png").expect("kept") }
    }

    fn session(name: u8) -> SessionId {
        SessionId::from_random([name; 16])
    }

    /// One block each, and for each session the assets from and to a number.
    fn site(held: &[(u8, std::ops::Range<u64>)]) -> Site {
        let mut site = Site::default();
        for (by, range) in held {
            for name in range.clone() {
                site.add(asset(name), 1);
                site.hold(asset(name), session(*by));
            }
        }
        site
    }

    #[test]
    fn who_floods_a_site_loses_their_own() {
        let mut site = site(&[(1, 0..3), (2, 100..200)]);
        let gone = site.trim(10 * BLOCK);
        assert_eq!(gone, (100..193).map(asset).collect::<Vec<_>>(), "the flood's, the oldest first");
        assert!((0..3).all(|name| site.has(asset(name))), "what another live share shows");
        assert_eq!(site.bytes, 10 * BLOCK);
        // What two refer to stays for the one who has little.
        site.hold(asset(0), session(2));
        assert_eq!(site.trim(5 * BLOCK), (193..198).map(asset).collect::<Vec<_>>());
        assert!((0..3).all(|name| site.has(asset(name))));
    }

    #[test]
    fn what_nobody_refers_to_goes_first_and_what_was_used_last_goes_last() {
        let mut site = site(&[(1, 0..3), (2, 3..5)]);
        site.hold(asset(0), session(1));
        site.release(|it| it == session(2));
        assert_eq!(site.trim(3 * BLOCK), [asset(1), asset(2)], "of a share that is over");
        assert_eq!(site.trim(2 * BLOCK), [asset(0)]);
        assert_eq!(site.trim(1), [asset(3)], "the last one stays");
        assert_eq!(site.sessions.len(), 1);
    }

    #[test]
    fn what_has_vanished_is_held_by_nobody() {
        let mut site = site(&[(1, 0..2)]);
        site.forget(asset(0));
        assert_eq!((site.bytes, site.sessions[&session(1)].bytes), (BLOCK, BLOCK));
        site.add(asset(0), 1);
        site.hold(asset(0), session(1));
        site.release(|_| false);
        assert_eq!((site.bytes, site.idle.len()), (2 * BLOCK, 2));
    }
}
