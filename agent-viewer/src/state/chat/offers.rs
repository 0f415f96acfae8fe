//! Conversations that this agent is asked to take, each until its time is over.
use std::sync::Arc;

use chat_proto::{
    Millis,
    desk::{Detail, Offer, Row},
    message::From,
};

/// A card that lingers so long after its time was told nothing of: the service says first what became of it.
const GRACE: Millis = 2000;

/// One card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// The conversation.
    pub row: Arc<Row>,
    /// Which offer it is, and until when.
    pub offer: Offer,
}

/// All of them, the first to end first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Offers(Vec<Card>);

impl Offers {
    /// The cards, the first to end first.
    pub fn cards(&self) -> &[Card] {
        &self.0
    }

    /// One conversation's.
    pub fn of(&self, conv: &str) -> Option<&Card> {
        self.0.iter().find(|card| card.row.conv == conv)
    }

    /// The agent is asked. Gives whether that is news.
    pub fn take(&mut self, row: Row, offer: Offer) -> bool {
        let known = self.of(&row.conv).map(|card| card.offer.no);
        if known.is_some_and(|no| offer.no < no) {
            return false;
        }
        self.0.retain(|card| card.row.conv != row.conv);
        let news = known != Some(offer.no);
        self.0.push(Card { row: Arc::new(row), offer });
        self.0.sort_by_key(|card| card.offer.due);
        news
    }

    /// A conversation changed. Gives whether a card shows that.
    pub fn take_row(&mut self, row: &Row) -> bool {
        let card = self.0.iter_mut().find(|card| card.row.conv == row.conv && card.row.ver <= row.ver);
        let Some(card) = card.filter(|card| *card.row != *row) else { return false };
        card.row = Arc::new(row.clone());
        true
    }

    /// That offer is over. Gives its card, if it was there.
    pub fn end(&mut self, conv: &str, no: u32) -> Option<Card> {
        let at = self.0.iter().position(|card| card.row.conv == conv && card.offer.no == no)?;
        Some(self.0.remove(at))
    }

    /// A new connection tells all of them again.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Drops what is long over.
    pub fn sweep(&mut self, now: Millis) {
        self.0.retain(|card| now < card.offer.due + GRACE);
    }
}

/// How much of a time it is told where nobody knows when it began.
const USUAL: Millis = 30_000;

/// A time that runs out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Since when it runs.
    pub from: Millis,
    /// Until when.
    pub due: Millis,
}

impl Span {
    /// The time to accept.
    pub const fn of_offer(offer: &Offer) -> Self {
        Self { from: offer.at, due: offer.due }
    }

    /// The time for the first answer of agent `me` in a conversation that is theirs, while it runs: not while somebody
    /// else is asked to go on.
    pub fn of_answer(detail: &Detail, me: i64) -> Option<Self> {
        let runs = detail.row.stage == "active" && detail.row.agent == Some(me) && detail.transfer.is_none();
        let due = detail.answer_due.filter(|_| runs)?;
        Some(Self { from: detail.answer_from.unwrap_or(due - USUAL), due })
    }
}

/// What the visitor wrote last, as far as a card knows it, and how many files where there are no words. What the bot or
/// an agent wrote is not the visitor's.
pub fn words_of(card: &Card) -> (&str, u64) {
    if card.row.preview_from == From::Visitor {
        (&card.row.preview, card.row.preview_files)
    } else {
        (&card.offer.words, 0)
    }
}

/// What is left of a time: whole seconds, rounded up, and the part of it from 1 to 0.
pub fn left(span: Span, now: Millis) -> (i64, f64) {
    let whole = (span.due - span.from).max(1);
    // Two clocks never agree to the millisecond: more than all of it is not left.
    let rest = (span.due - now).clamp(0, whole);
    ((rest + 999) / 1000, (rest as f64 / whole as f64).clamp(0.0, 1.0))
}

/// A time in the largest unit that its end can be awaited in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// Under ten minutes.
    Seconds(i64),
    /// Begun minutes, up to a hundred.
    Minutes(i64),
    /// Begun hours.
    Hours(i64),
}

/// What is left, as it is counted down.
pub const fn counted(seconds: i64) -> Count {
    match seconds {
        ..600 => Count::Seconds(seconds),
        600..6_000 => Count::Minutes((seconds + 59) / 60),
        _ => Count::Hours((seconds + 3_599) / 3_600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(conv: &str) -> Row {
        Row { conv: conv.into(), ..Row::default() }
    }

    fn offer(no: u32, due: Millis) -> Offer {
        Offer { no, at: due - 30_000, due, ..Offer::default() }
    }

    #[test]
    fn the_first_to_end_stands_first_and_only_its_own_end_ends_it() {
        let mut offers = Offers::default();
        assert!(offers.take(row("a"), offer(1, 60_000)));
        assert!(offers.take(row("b"), offer(1, 50_000)));
        assert!(!offers.take(row("a"), offer(1, 60_000)), "told again after a cut");
        assert_eq!(offers.cards()[0].row.conv, "b");
        assert_eq!(offers.end("b", 0), None);
        assert!(offers.end("b", 1).is_some());
        assert!(offers.take(row("a"), offer(2, 90_000)));
        assert!(!offers.take(row("a"), offer(1, 60_000)) && offers.cards()[0].offer.no == 2);
    }

    #[test]
    fn first_words_that_come_later_stand_on_the_card() {
        let mut offers = Offers::default();
        offers.take(Row { ver: 2, ..row("a") }, offer(1, 60_000));
        let later = |ver| Row { ver, preview: "Hello".into(), ..row("a") };
        assert!(!offers.take_row(&later(1)) && offers.take_row(&later(3)) && !offers.take_row(&later(3)));
        assert_eq!(offers.cards()[0].row.preview, "Hello");
        assert!(!offers.take_row(&row("b")));
    }

    #[test]
    fn what_is_long_over_goes() {
        let mut offers = Offers::default();
        offers.take(row("a"), offer(1, 30_000));
        offers.sweep(31_999);
        assert_eq!(offers.cards().len(), 1);
        offers.sweep(32_000);
        assert_eq!(offers.cards().len(), 0);
    }

    // shows: QUE-11
    #[test]
    fn the_ring_runs_from_thirty_to_nothing() {
        let span = Span::of_offer(&offer(1, 30_000));
        assert_eq!(left(span, -500), (30, 1.0));
        assert_eq!(left(span, 0), (30, 1.0));
        assert_eq!(left(span, 15_000), (15, 0.5));
        assert_eq!(left(span, 29_001).0, 1);
        assert_eq!(left(span, 40_000), (0, 0.0));
    }

    // shows: QUE-11
    #[test]
    fn the_time_for_an_answer_runs_on_after_accepting_for_whoever_has_it() {
        let row = Row { stage: "active".into(), agent: Some(7), ..Row::default() };
        let detail = Detail { row, answer_due: Some(60_000), answer_from: Some(15_000), ..Detail::default() };
        let span = Span { from: 15_000, due: 60_000 };
        assert_eq!(Span::of_answer(&detail, 7), Some(span));
        assert_eq!(left(span, 37_500), (23, 0.5));
        assert_eq!(Span::of_answer(&detail, 8), None, "a colleague's");
        let of = |detail: Detail| Span::of_answer(&detail, 7);
        assert_eq!(of(Detail { answer_due: None, ..detail.clone() }), None, "answered");
        assert_eq!(of(Detail { transfer: Some(offer(2, 90_000)), ..detail.clone() }), None);
        let older = of(Detail { answer_from: None, ..detail.clone() });
        assert_eq!(older.map(|it| it.from), Some(30_000), "a service that does not say when it began");
        let queued = Row { stage: "queued".into(), ..detail.row.clone() };
        assert_eq!(of(Detail { row: queued, ..detail }), None);
    }

    // shows: QUE-11
    #[test]
    fn a_long_time_is_counted_in_figures_that_fit_a_ring() {
        let of = [0, 599, 600, 601, 3_600, 5_999, 6_000, 86_400].map(counted);
        let (seconds, minutes, hours) = (Count::Seconds, Count::Minutes, Count::Hours);
        let told = [0, 599].map(seconds).into_iter().chain([10, 11, 60, 100].map(minutes));
        assert_eq!(of.to_vec(), told.chain([2, 24].map(hours)).collect::<Vec<_>>());
    }

    #[test]
    fn a_card_shows_the_visitors_words_and_nobody_elses() {
        let row =
            |from, text: &str| Arc::new(Row { preview_from: from, preview: text.into(), ..Row::default() });
        let asked = Offer { words: "Where is my parcel?".into(), ..offer(1, 30_000) };
        let of = |row| words_of(&Card { row, offer: asked.clone() }).0.to_owned();
        assert_eq!(of(row(From::Visitor, "Hello?")), "Hello?", "what came later");
        for other in [From::Bot, From::Agent, From::System] {
            assert_eq!(of(row(other, "Please wait")), "Where is my parcel?");
        }
        let file = Row { preview_from: From::Visitor, preview_files: 2, ..Row::default() };
        assert_eq!(words_of(&Card { row: Arc::new(file), offer: asked }), ("", 2));
    }
}
