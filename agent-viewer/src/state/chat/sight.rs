//! Which lines of a thread are in the document: those near the eye, however many there are (FEATURES DSK-13).
use std::ops::Range;

use super::entries::Entry;

/// Most lines that are in the document.
const MOST: usize = 60;
/// So many come at one end, and go at the other, with each step.
const STEP: usize = 25;

/// A stretch of the thread.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sight {
    /// Its last line; `None` for the thread's end, whatever comes.
    last: Option<String>,
}

impl Sight {
    /// The lines that are in the document.
    pub fn range(&self, all: &[Entry]) -> Range<usize> {
        let at = self.last.as_deref().and_then(|last| all.iter().rposition(|it| it.place() == last));
        let end = at.map_or(all.len(), |at| at + 1);
        // At the very beginning there are as many as elsewhere.
        let end = end.max(MOST.min(all.len()));
        end.saturating_sub(MOST)..end
    }

    /// Whether the thread's end is among them.
    pub fn has_end(&self, all: &[Entry]) -> bool {
        self.range(all).end == all.len()
    }

    /// What comes moves nothing from now on.
    pub fn stays(&self, all: &[Entry]) -> Self {
        Self::until(self.range(all).end, all)
    }

    /// Further up, if there is more.
    pub fn up(&self, all: &[Entry]) -> Option<Self> {
        let range = self.range(all);
        (0 < range.start).then(|| Self::until(range.end - STEP.min(range.start), all))
    }

    /// Further down, if there is more; at the thread's end it is followed again.
    pub fn down(&self, all: &[Entry]) -> Option<Self> {
        let end = self.range(all).end;
        (end < all.len())
            .then(|| if end + STEP < all.len() { Self::until(end + STEP, all) } else { Self::default() })
    }

    /// Where a line is in the middle.
    pub fn around(at: usize, all: &[Entry]) -> Self {
        Self::until((at + MOST / 2).min(all.len()), all)
    }

    fn until(end: usize, all: &[Entry]) -> Self {
        Self { last: end.checked_sub(1).and_then(|at| all.get(at)).map(Entry::place) }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chat_proto::message::Msg;

    use super::*;

    fn thread(seqs: Range<u64>) -> Vec<Entry> {
        seqs.map(|seq| Entry::Msg(Arc::new(Msg { seq, ..Msg::default() }), true, None)).collect()
    }

    // shows: DSK-13
    #[test]
    fn never_more_than_sixty_lines_on_the_whole_way_up_and_down() {
        let all = thread(1..5_001);
        let (mut sight, mut seen) = (Sight::default(), vec![false; all.len()]);
        loop {
            let range = sight.range(&all);
            assert_eq!(range.len(), MOST);
            range.for_each(|at| seen[at] = true);
            match sight.up(&all) {
                Some(next) => sight = next,
                None => break,
            }
        }
        assert!(seen.iter().all(|it| *it), "a line was never there");
        assert_eq!(sight.range(&all), 0..MOST);
        while let Some(next) = sight.down(&all) {
            assert!(next.range(&all).start <= sight.range(&all).end, "a line is left out");
            sight = next;
        }
        assert_eq!(sight, Sight::default(), "the end is followed again");
    }

    #[test]
    fn what_comes_moves_nothing_that_is_read() {
        let (before, after) = (thread(100..300), thread(1..400));
        let read = Sight::default().stays(&before);
        assert_eq!(before[read.range(&before)], after[read.range(&after)]);
        assert!(read.has_end(&before) && !read.has_end(&after));
        assert_eq!(Sight::default().range(&after), 339..399, "the end is followed");
        let short = thread(1..20);
        assert_eq!((read.range(&short), Sight::default().up(&short)), (0..19, None));
    }

    #[test]
    fn a_line_is_brought_into_the_middle() {
        let all = thread(1..1_001);
        for at in [0, 29, 500, 999] {
            assert!(Sight::around(at, &all).range(&all).contains(&at), "{at}");
        }
        assert_eq!(Sight::around(500, &all).range(&all), 470..530);
    }
}
