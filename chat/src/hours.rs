//! When somebody is there: a week, exceptions to it, and a time zone.
//!
//! Everything is decided on instants, so that the weeks in which clocks change need no rule of their own: a
//! span of a day begins at the first instant that its clock time names and ends at the last one. What begins
//! in a gap begins when the gap is over.
mod stored;
#[cfg(test)]
mod tests;
mod zone;

use std::ops::RangeInclusive;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use zone::{LocalTime, UnknownZone, Zone};

use crate::model::UnixMillis;

/// How far ahead an opening is looked for: over a year, so that a yearly one is found.
const LOOK_AHEAD_DAYS: usize = 400;
/// Most spans of one day.
const MAX_SPANS: usize = 12;

/// A part of a day by the clock on the wall, in minutes since midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    from: u16,
    to: u16,
}

impl Span {
    /// The whole day.
    pub const DAY: Self = Self { from: 0, to: 24 * 60 };

    /// From one minute of the day to another, which is not in it; 1440 is the day's end.
    ///
    /// # Errors
    /// [`HoursError::BadSpan`] where it has no length or leaves the day.
    pub const fn new(from: u16, to: u16) -> Result<Self, HoursError> {
        if from < to && to <= Self::DAY.to { Ok(Self { from, to }) } else { Err(HoursError::BadSpan) }
    }

    /// Its first minute, and the first one after it.
    pub const fn minutes(self) -> (u16, u16) {
        (self.from, self.to)
    }
}

/// The spans of one day, in order and apart from each other; none when it is closed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DayPlan(Vec<Span>);

impl DayPlan {
    /// A day with these spans, in any order.
    ///
    /// # Errors
    /// [`HoursError::Overlap`] where two share a minute, [`HoursError::TooMany`].
    pub fn new(mut spans: Vec<Span>) -> Result<Self, HoursError> {
        spans.sort_unstable_by_key(|span| span.from);
        if MAX_SPANS < spans.len() {
            return Err(HoursError::TooMany);
        }
        let overlaps = spans.windows(2).any(|pair| pair[1].from < pair[0].to);
        if overlaps { Err(HoursError::Overlap) } else { Ok(Self(spans)) }
    }

    /// The spans in order.
    pub fn spans(&self) -> &[Span] {
        &self.0
    }
}

/// Days that are not like their weekday.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// The first and the last day.
    pub days: RangeInclusive<Date>,
    /// What holds on each of them.
    pub plan: DayPlan,
}

/// Opening hours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "stored::Stored", into = "stored::Stored")]
pub struct Hours {
    zone: Zone,
    /// From Monday.
    week: [DayPlan; 7],
    exceptions: Vec<Exception>,
}

/// Why hours make no sense. An admin sees it at the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum HoursError {
    /// A span ends before it begins, or after its day.
    #[error("a span has no length or leaves its day")]
    BadSpan,
    /// Two spans of a day share a minute.
    #[error("two spans of a day overlap")]
    Overlap,
    /// More spans than any day needs.
    #[error("too many spans in a day")]
    TooMany,
}

/// Two instants, the second not in it.
type Instants = (UnixMillis, UnixMillis);

impl Hours {
    /// Hours that hold in `zone`. Of several exceptions to a day the last one holds.
    pub const fn new(zone: Zone, week: [DayPlan; 7], exceptions: Vec<Exception>) -> Self {
        Self { zone, week, exceptions }
    }

    /// Always open.
    pub fn always() -> Self {
        Self::new(Zone::UTC, std::array::from_fn(|_| DayPlan(vec![Span::DAY])), Vec::new())
    }

    /// The place whose clocks count.
    pub const fn zone(&self) -> &Zone {
        &self.zone
    }

    /// The days from Monday.
    pub const fn week(&self) -> &[DayPlan; 7] {
        &self.week
    }

    /// The days that are not like their weekday.
    pub fn exceptions(&self) -> &[Exception] {
        &self.exceptions
    }

    /// Whether somebody is there.
    pub fn is_open(&self, at: UnixMillis) -> bool {
        let today = self.zone.date(at);
        self.instants(today).iter().any(|(from, to)| *from <= at && at < *to)
    }

    /// The first instant from `at` on when it is open: `at` itself while it is. `None` when there is none
    /// within a year.
    pub fn next_opening(&self, at: UnixMillis) -> Option<UnixMillis> {
        self.spans_from(at).next().map(|(from, _)| from.max(at))
    }

    /// When it closes, while it is open at `at`. `None` while it is closed, and when it stays open for a year.
    pub fn closing(&self, at: UnixMillis) -> Option<UnixMillis> {
        let mut spans = self.spans_from(at);
        let (_, mut end) = spans.next().filter(|(from, _)| *from <= at)?;
        for (from, to) in spans {
            if end < from {
                return Some(end);
            }
            end = to;
        }
        // Nothing follows within a year: it closes, unless the year's last day is what ended here.
        (end < at + std::time::Duration::from_secs(86_400 * (LOOK_AHEAD_DAYS as u64 - 2))).then_some(end)
    }

    /// The spans that end after `at`, in order.
    fn spans_from(&self, at: UnixMillis) -> impl Iterator<Item = Instants> {
        let today = self.zone.date(at);
        let days = today.series(jiff::Span::new().days(1)).take(LOOK_AHEAD_DAYS);
        days.flat_map(|day| self.instants(day)).filter(move |(_, to)| at < *to)
    }

    fn instants(&self, day: Date) -> Vec<Instants> {
        let spans = self.plan(day).0.iter();
        let instants = spans.map(|span| (self.zone.first(day, span.from), self.zone.last(day, span.to)));
        // A span that lies in a gap whole is not there on that day.
        instants.filter(|(from, to)| from < to).collect()
    }

    fn plan(&self, day: Date) -> &DayPlan {
        let exception = self.exceptions.iter().rev().find(|it| it.days.contains(&day));
        let weekday = usize::from(day.weekday().to_monday_zero_offset().unsigned_abs());
        exception.map_or(&self.week[weekday % 7], |it| &it.plan)
    }
}
