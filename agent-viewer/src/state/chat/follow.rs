//! Whether a thread follows what comes: until somebody scrolls away from its end, and again as soon as they are back.
//! A browser scrolls by itself, too, where lines go or the pane grows, and tells of it as it tells of a hand.

/// So near to an end, CSS pixels, counts as being there.
pub const NEAR: i32 = 80;

/// How a thread stands in its pane, in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stand {
    /// What of the thread lies above the pane.
    pub top: i32,
    /// How high the pane is.
    pub pane: i32,
    /// How high all of the thread is.
    pub whole: i32,
}

impl Stand {
    /// What of the thread lies below the pane.
    pub const fn below(self) -> i32 {
        self.whole - self.top - self.pane
    }

    const fn is_as_large_as(self, other: Self) -> bool {
        self.pane == other.pane && self.whole == other.whole
    }
}

/// What the eye does at a thread's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Follow {
    /// It follows, and lines come or go in this moment: how all stands is not known yet.
    #[default]
    Moving,
    /// It follows; so the thread stood when it was last brought there, or scrolled.
    Resting(Stand),
    /// It is elsewhere, and reads.
    Away,
}

impl Follow {
    /// Whether what comes is followed.
    pub fn is_on(self) -> bool {
        self != Self::Away
    }

    /// Lines come or go: what is scrolled until all is brought to rest is scrolled by nobody.
    pub fn stir(&mut self) {
        if self.is_on() {
            *self = Self::Moving;
        }
    }

    /// The thread was brought to its end.
    pub fn rest(&mut self, stand: Stand) {
        if self.is_on() {
            *self = Self::Resting(stand);
        }
    }

    /// The thread was scrolled; `has_end` where its last line is in the document. Only who goes up from the end, while
    /// nothing else changes, leaves it.
    pub fn scrolled(&mut self, now: Stand, has_end: bool) {
        *self = match *self {
            Self::Moving => Self::Moving,
            _ if now.below() < NEAR && has_end => Self::Resting(now),
            Self::Resting(last) if !now.is_as_large_as(last) || last.top <= now.top => Self::Resting(last),
            Self::Resting(_) | Self::Away => Self::Away,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const END: Stand = Stand { top: 600, pane: 400, whole: 1000 };

    fn at_end() -> Follow {
        let mut follow = Follow::default();
        follow.rest(END);
        follow
    }

    fn after(mut follow: Follow, now: Stand) -> bool {
        follow.scrolled(now, true);
        follow.is_on()
    }

    // shows: DSK-13
    #[test]
    fn a_hand_leaves_the_end_and_comes_back() {
        let mut follow = at_end();
        for (top, is_on) in [(560, true), (521, true), (520, false), (100, false), (560, true)] {
            follow.scrolled(Stand { top, ..END }, true);
            assert_eq!(follow.is_on(), is_on, "{top}");
        }
        follow.scrolled(Stand { top: 0, ..END }, true);
        follow.scrolled(END, false);
        assert!(!follow.is_on(), "the end of what is in the document is not the thread's");
    }

    #[test]
    fn what_the_browser_scrolls_by_itself_leaves_nothing() {
        // What was written is sent: the composer gets lower, its message higher than the bound of what is near.
        let sent = Stand { top: 600, pane: 444, whole: 1130 };
        assert!(after(at_end(), sent), "another size");
        assert!(after(at_end(), Stand { top: 556, pane: 444, ..sent }), "clamped, and grown since");
        assert!(after(at_end(), Stand { whole: 1130, ..END }), "the end moved before this was told");
        // The line that was on its way goes, and comes back as a message, before the browser tells of the first.
        let mut follow = at_end();
        follow.stir();
        assert!(after(follow, Stand { top: 500, ..END }));
        follow.rest(END);
        assert!(!after(follow, Stand { top: 500, ..END }), "at rest it is a hand's");
    }

    #[test]
    fn who_reads_elsewhere_is_not_brought_back_by_what_comes() {
        let mut follow = at_end();
        follow.scrolled(Stand { top: 0, ..END }, true);
        follow.stir();
        follow.rest(END);
        assert!(!follow.is_on());
        assert!(!after(follow, Stand { top: 10, ..END }));
    }
}
