//! When a conversation comes back that is put aside.
use chat_proto::Millis;

const HOUR: Millis = 3_600_000;

/// For how long (FEATURES SNZ-01, SNZ-02).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pause {
    /// Three hours.
    #[default]
    ThreeHours,
    /// A day.
    Day,
    /// Until the visitor writes.
    UntilReply,
    /// Until a moment that the agent chooses, by their own clock; nothing while none is chosen.
    Until(Option<Millis>),
}

/// A chosen moment that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadTime {
    /// None is chosen.
    Missing,
    /// It is not ahead.
    Past,
}

impl Pause {
    /// The moment, or nothing for "until the visitor writes".
    ///
    /// # Errors
    /// [`BadTime`] when the agent's own moment is none to wait for.
    pub fn until(self, now: Millis) -> Result<Option<Millis>, BadTime> {
        match self {
            Self::ThreeHours => Ok(Some(now + 3 * HOUR)),
            Self::Day => Ok(Some(now + 24 * HOUR)),
            Self::UntilReply => Ok(None),
            Self::Until(None) => Err(BadTime::Missing),
            Self::Until(Some(at)) if at <= now => Err(BadTime::Past),
            Self::Until(Some(at)) => Ok(Some(at)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // shows: SNZ-02, SNZ-05
    #[test]
    fn three_hours_a_day_or_a_moment_ahead() {
        assert_eq!(Pause::ThreeHours.until(0), Ok(Some(10_800_000)));
        assert_eq!(Pause::Day.until(0), Ok(Some(86_400_000)));
        assert_eq!(Pause::UntilReply.until(0), Ok(None));
        assert_eq!(Pause::Until(Some(5)).until(5), Err(BadTime::Past));
        assert_eq!(Pause::Until(Some(6)).until(5), Ok(Some(6)));
        assert_eq!(Pause::Until(None).until(5), Err(BadTime::Missing));
    }
}
