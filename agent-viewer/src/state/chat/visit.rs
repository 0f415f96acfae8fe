//! What is told of a visit: how long it lasts, and which of its pages were seen before the conversation.
use std::time::Duration;

use chat_proto::{Millis, desk::Visitor, visitor::PageView};

/// How long the visit lasts: until now while it goes on, else until its end.
pub fn lasts(visitor: &Visitor, now: Millis) -> Option<Duration> {
    let until = visitor.visit_ended.unwrap_or(now);
    let span = until.saturating_sub(visitor.visit_started?);
    Some(Duration::from_millis(u64::try_from(span).unwrap_or(0)))
}

/// The pages seen since a conversation began, and those before it; both the latest first. All are of before where it
/// is not known when it began.
pub fn around(pages: &[PageView], begun: Option<Millis>) -> (Vec<PageView>, Vec<PageView>) {
    let since = |page: &PageView| begun.is_some_and(|begun| begun <= page.at);
    pages.iter().cloned().partition(since)
}

/// What a campaign's link told, without what is said already.
pub fn campaign(visitor: &Visitor) -> String {
    let known = &visitor.provenance.1;
    let values = ["utm_campaign", "utm_source", "utm_medium", "utm_content", "utm_term"]
        .iter()
        .filter_map(|key| visitor.campaign.get(key))
        .filter(|value| !value.is_empty() && *value != known);
    values.cloned().collect::<Vec<_>>().join(" · ")
}

/// A value that is an amount: the number, and its currency (euro where none is told). Nothing for another value: what
/// is stored may be older than what it is declared to be now.
pub fn money(value: &str) -> Option<(f64, String)> {
    let (amount, currency) = value.split_once(' ').unwrap_or((value, "EUR"));
    let is_currency = currency.len() == 3 && currency.bytes().all(|it| it.is_ascii_alphabetic());
    let amount = amount.parse::<f64>().ok().filter(|it| it.is_finite() && is_currency)?;
    Some((amount, currency.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    // shows: INF-03
    #[test]
    fn a_visit_that_is_over_lasts_no_longer() {
        let visit = |ended| Visitor { visit_started: Some(1000), visit_ended: ended, ..Visitor::default() };
        assert_eq!(lasts(&visit(None), 61_000), Some(Duration::from_secs(60)));
        assert_eq!(lasts(&visit(Some(4000)), 61_000), Some(Duration::from_secs(3)));
        assert_eq!(lasts(&visit(Some(500)), 61_000), Some(Duration::ZERO), "two clocks");
        assert_eq!(lasts(&Visitor::default(), 61_000), None);
    }

    // shows: DSK-11
    #[test]
    fn pages_before_the_conversation_stand_apart() {
        let page = |at| PageView { at, ..PageView::default() };
        let times = |pages: Vec<PageView>| pages.into_iter().map(|page| page.at).collect::<Vec<_>>();
        let (since, before) = around(&[page(30), page(20), page(10)], Some(20));
        assert_eq!((times(since), times(before)), (vec![30, 20], vec![10]));
        assert_eq!(times(around(&[page(30)], None).1), [30]);
    }

    // shows: INF-02
    #[test]
    fn a_campaign_says_nothing_twice() {
        let pairs = [("utm_source", "newsletter"), ("utm_medium", "email"), ("utm_campaign", "soldes")];
        let visitor = Visitor {
            provenance: ("campaign".into(), "soldes".into()),
            campaign: pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
            ..Visitor::default()
        };
        assert_eq!(campaign(&visitor), "newsletter · email");
    }

    // shows: INF-12
    #[test]
    fn an_amount_has_a_currency() {
        assert_eq!(money("129.90"), Some((129.9, "EUR".into())));
        assert_eq!(money("-5 CHF"), Some((-5.0, "CHF".into())));
        for none in ["much", "129.90 euros", "129.90 €", "5 E1R", "inf", "NaN EUR"] {
            assert_eq!(money(none), None, "{none}");
        }
    }
}
