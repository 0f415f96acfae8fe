//! Conversations that this agent is asked to take, each until its time is over.
use std::sync::Arc;

use chat_proto::{
    Millis,
    desk::{Offer, Row},
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

/// What is left of an offer's time: whole seconds, rounded up, and the part of it from 1 to 0.
pub fn left(offer: &Offer, now: Millis) -> (i64, f64) {
    let whole = (offer.due - offer.at).max(1);
    // Two clocks never agree to the millisecond: more than all of it is not left.
    let rest = (offer.due - now).clamp(0, whole);
    ((rest + 999) / 1000, (rest as f64 / whole as f64).clamp(0.0, 1.0))
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
        let offer = offer(1, 30_000);
        assert_eq!(left(&offer, -500), (30, 1.0));
        assert_eq!(left(&offer, 0), (30, 1.0));
        assert_eq!(left(&offer, 15_000), (15, 0.5));
        assert_eq!(left(&offer, 29_001).0, 1);
        assert_eq!(left(&offer, 40_000), (0, 0.0));
    }
}
