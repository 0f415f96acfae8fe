//! Spans of time in few letters, for lists that are read at a glance.
use std::time::Duration;

/// How long something lasts, in the one unit that matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// Under a minute.
    Now,
    /// Whole minutes, 1 to 59.
    Minutes(u64),
    /// Whole hours, 1 to 23.
    Hours(u64),
    /// Whole days.
    Days(u64),
}

impl Since {
    /// Rounds down to the largest unit that fits.
    pub fn of(span: Duration) -> Self {
        let minutes = span.as_secs() / 60;
        match minutes {
            0 => Self::Now,
            1..60 => Self::Minutes(minutes),
            60..1440 => Self::Hours(minutes / 60),
            _ => Self::Days(minutes / 1440),
        }
    }
}

/// `m:ss`, for what people wait for; from an hour on `h:mm:ss`.
pub fn clock(span: Duration) -> String {
    let seconds = span.as_secs();
    match seconds / 3600 {
        0 => format!("{}:{:02}", seconds / 60, seconds % 60),
        hours => format!("{hours}:{:02}:{:02}", seconds / 60 % 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_unit_begins_where_the_last_one_ends() {
        let of = |seconds| Since::of(Duration::from_secs(seconds));
        assert_eq!(of(59), Since::Now);
        assert_eq!(of(60), Since::Minutes(1));
        assert_eq!(of(3599), Since::Minutes(59));
        assert_eq!(of(3600), Since::Hours(1));
        assert_eq!(of(86_399), Since::Hours(23));
        assert_eq!(of(86_400), Since::Days(1));
    }

    #[test]
    fn a_clock_has_two_figures_of_seconds() {
        assert_eq!(clock(Duration::from_secs(65)), "1:05");
        assert_eq!(clock(Duration::from_secs(3_665)), "1:01:05");
    }
}
