//! Time zones, from the database that is built in.
use std::{fmt, sync::OnceLock};

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase},
};
use thiserror::Error;

use crate::model::UnixMillis;

/// A place's rules of time, by its name in the IANA database.
#[derive(Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

/// A date and a time as a clock on the wall shows them.
pub type LocalTime = DateTime;

/// The database has no zone of this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("no such time zone")]
pub struct UnknownZone;

impl Zone {
    /// The zone that knows no summer.
    pub const UTC: Self = Self(TimeZone::UTC);

    /// Finds a zone, such as `Europe/Paris`.
    ///
    /// # Errors
    /// [`UnknownZone`].
    pub fn named(name: &str) -> Result<Self, UnknownZone> {
        database().get(name).map(Self).map_err(|_| UnknownZone)
    }

    /// Its name in the database.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// The instant that a clock there shows as `local`: what somebody means who picks a date and a time. In a
    /// gap it is as much later as the clock jumps; of two it is the first.
    pub fn instant(&self, local: LocalTime) -> Option<UnixMillis> {
        let at = self.0.to_ambiguous_timestamp(local).compatible().ok()?;
        Some(UnixMillis(at.as_millisecond()))
    }

    /// What a clock there shows.
    pub fn local(&self, at: UnixMillis) -> LocalTime {
        self.0.to_datetime(timestamp(at))
    }

    pub(super) fn date(&self, at: UnixMillis) -> Date {
        self.local(at).date()
    }

    /// The first instant that a clock shows so many minutes of a day, or more.
    pub(super) fn first(&self, day: Date, minutes: u16) -> UnixMillis {
        self.edge(day, minutes, Edge::First)
    }

    /// The last instant that a clock shows so many minutes of a day. A day's end is the next one's beginning.
    pub(super) fn last(&self, day: Date, minutes: u16) -> UnixMillis {
        let edge = if minutes < 24 * 60 { Edge::Last } else { Edge::First };
        self.edge(day, minutes, edge)
    }

    fn edge(&self, day: Date, minutes: u16, edge: Edge) -> UnixMillis {
        let local = day.to_datetime(jiff::civil::Time::midnight());
        // Only at the end of the database's years does this not fit: never, for a chat.
        let local = local.checked_add(jiff::Span::new().minutes(minutes)).unwrap_or(local);
        let ambiguous = self.0.to_ambiguous_timestamp(local);
        let offset = match (ambiguous.offset(), edge) {
            (AmbiguousOffset::Unambiguous { offset }, _) => offset,
            (AmbiguousOffset::Fold { before, .. }, Edge::First) => before,
            (AmbiguousOffset::Fold { after, .. }, Edge::Last) => after,
            (AmbiguousOffset::Gap { after, .. }, _) => return self.gap_end(local, after),
        };
        let at = offset.to_timestamp(local).unwrap_or(Timestamp::MIN);
        UnixMillis(at.as_millisecond())
    }

    /// The instant at which the clock jumps over `local`. By the time after the jump, `local` is before it.
    fn gap_end(&self, local: DateTime, after: jiff::tz::Offset) -> UnixMillis {
        let within = after.to_timestamp(local).unwrap_or(Timestamp::MIN);
        let jump = self.0.following(within).next();
        UnixMillis(jump.map_or(within, |it| it.timestamp()).as_millisecond())
    }
}

/// Which of two instants.
#[derive(Clone, Copy)]
enum Edge {
    First,
    Last,
}

/// Shows its name.
impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({})", self.0.iana_name().unwrap_or("UTC"))
    }
}

/// The built-in one only: the same answers on every machine.
fn database() -> &'static TimeZoneDatabase {
    static DATABASE: OnceLock<TimeZoneDatabase> = OnceLock::new();
    DATABASE.get_or_init(TimeZoneDatabase::bundled)
}

fn timestamp(at: UnixMillis) -> Timestamp {
    let bound = if at.0 < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_millisecond(at.0).unwrap_or(bound)
}
