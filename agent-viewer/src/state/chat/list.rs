//! One list of conversations: what the service sent of it, in its order.
use std::{cmp::Ordering, collections::HashSet, sync::Arc};

use chat_proto::{
    ConversationName,
    desk::{List, Query, Row, Rows},
};

/// How far the list is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Feed {
    /// Asked for.
    #[default]
    Loading,
    /// As the service has it.
    Live,
    /// As last seen; the connection is cut.
    Stale,
}

/// The list that is watched.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    query: Query,
    feed: Feed,
    rows: Vec<Arc<Row>>,
    next: Option<String>,
    total: Option<u64>,
    /// What left the list since a page was asked for: a page is older than what the socket told meanwhile.
    left: HashSet<ConversationName>,
    /// Rows that came while the list was not all loaded: whether they are new in it, or moved up from a page that is
    /// not loaded, is not known, and `total` has nothing of them.
    strangers: HashSet<ConversationName>,
}

impl Listing {
    /// What it shows.
    pub fn query(&self) -> &Query {
        &self.query
    }

    /// How far it is known.
    pub fn feed(&self) -> Feed {
        self.feed
    }

    /// The rows that are known, in order.
    pub fn rows(&self) -> &[Arc<Row>] {
        &self.rows
    }

    /// How many there are in all, where that is known.
    pub fn total(&self) -> Option<u64> {
        self.total
    }

    /// One row, while it is in the list.
    pub fn get(&self, conv: &str) -> Option<&Arc<Row>> {
        self.rows.iter().find(|row| row.conv == conv)
    }

    /// Another list, or another narrowing of it, is asked for.
    pub fn watch(&mut self, query: Query) {
        *self = Self { query, ..Self::default() };
    }

    /// The list from its top.
    pub fn take_top(&mut self, rows: Rows) {
        // A row that is known in a newer version than the list's stays as it is known.
        let fresh = rows.rows.into_iter().map(|row| match self.get(&row.conv) {
            Some(known) if row.ver < known.ver => known.clone(),
            _ => Arc::new(row),
        });
        self.rows = fresh.collect();
        (self.next, self.total, self.feed) = (rows.next, rows.total, Feed::Live);
        self.strangers.clear();
    }

    /// A page is asked for.
    pub fn ask_page(&mut self) -> Option<String> {
        self.left.clear();
        self.next.clone()
    }

    /// The page that goes on after `from`; passed over when the list is another one by now.
    pub fn take_page(&mut self, from: &str, page: Rows) {
        if self.next.as_deref() != Some(from) {
            return;
        }
        for row in page.rows {
            self.strangers.remove(&row.conv);
            if self.get(&row.conv).is_none() && !self.left.contains(&row.conv) {
                self.rows.push(Arc::new(row));
            }
        }
        self.next = page.next;
        if self.next.is_none() && self.total.is_some() {
            // All is loaded, what is new since it was counted too.
            self.total = u64::try_from(self.rows.len()).ok();
            self.strangers.clear();
        }
    }

    /// A row changed, or came. An older version never replaces a newer one.
    pub fn take_row(&mut self, row: Row) {
        if let Some(at) = self.rows.iter().position(|known| known.conv == row.conv) {
            if row.ver < self.rows[at].ver {
                return;
            }
            self.rows.remove(at);
        } else if self.next.is_some() {
            self.strangers.insert(row.conv.clone());
        } else if let Some(total) = &mut self.total {
            *total += 1;
        }
        self.left.remove(&row.conv);
        let place = self.rows.partition_point(|known| order(&self.query, known, &row) == Ordering::Less);
        // What sorts behind everything that is loaded comes with its page.
        if place < self.rows.len() || self.next.is_none() {
            self.rows.insert(place, Arc::new(row));
        }
    }

    /// A row is not in it any more.
    pub fn take_gone(&mut self, conv: &str) {
        let before = self.rows.len();
        self.rows.retain(|row| row.conv != conv);
        if self.rows.len() < before
            && !self.strangers.remove(conv)
            && let Some(total) = &mut self.total
        {
            *total = total.saturating_sub(1);
        }
        if self.next.is_some() {
            self.left.insert(conv.to_owned());
        }
    }

    /// The connection is cut: what is known stays in sight.
    pub fn cut(&mut self) {
        if self.feed == Feed::Live {
            self.feed = Feed::Stale;
        }
    }
}

/// The order of two rows: who waits longest first, the latest first, or by name.
fn order(query: &Query, a: &Row, b: &Row) -> Ordering {
    let by_wait = || a.since.unwrap_or(a.at).cmp(&b.since.unwrap_or(b.at));
    let by_last = || b.at.cmp(&a.at);
    let first = match (query.sort.as_str(), query.list) {
        ("name", _) => a.name.to_lowercase().cmp(&b.name.to_lowercase()),
        ("wait", _) | ("", List::Waiting) => by_wait(),
        _ => by_last(),
    };
    first.then_with(|| a.conv.cmp(&b.conv))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn row(conv: &str, ver: u64, at: i64) -> Row {
        Row { conv: conv.into(), ver, at, since: Some(at), name: conv.into(), ..Row::default() }
    }

    fn listing(list: List, rows: Vec<Row>, next: Option<&str>) -> Listing {
        let mut listing = Listing::default();
        listing.watch(Query { list, ..Query::default() });
        listing.take_top(Rows { rows, next: next.map(Into::into), total: None });
        listing
    }

    fn names(listing: &Listing) -> Vec<&str> {
        listing.rows().iter().map(|row| row.conv.as_str()).collect()
    }

    // shows: QUE-01
    #[test]
    fn who_waits_longest_stands_first() {
        let mut list = listing(List::Waiting, vec![row("a", 1, 10), row("c", 1, 30)], None);
        list.take_row(row("b", 1, 20));
        assert_eq!(names(&list), ["a", "b", "c"]);
    }

    // shows: QUE-02, QUE-03
    #[test]
    fn in_the_other_lists_the_latest_stands_first() {
        let mut list = listing(List::Mine, vec![row("c", 1, 30), row("a", 1, 10)], None);
        list.take_row(row("a", 2, 40));
        assert_eq!(names(&list), ["a", "c"]);
    }

    #[test]
    fn an_older_version_never_replaces_a_newer_one() {
        let mut list = listing(List::Mine, vec![row("a", 5, 10)], None);
        list.take_row(Row { preview: "old".into(), ..row("a", 4, 99) });
        assert_eq!((list.rows()[0].ver, list.rows()[0].preview.as_str()), (5, ""));
        list.take_top(Rows { rows: vec![row("a", 4, 10)], ..Rows::default() });
        assert_eq!(list.rows()[0].ver, 5);
        list.take_row(Row { online: true, ..row("a", 5, 10) });
        assert!(list.rows()[0].online, "what is no transition has the same version");
    }

    #[test]
    fn a_page_brings_neither_what_is_there_nor_what_left_meanwhile() {
        let mut list = listing(List::History, vec![row("c", 1, 30)], Some("x"));
        assert_eq!(list.ask_page().as_deref(), Some("x"));
        list.take_gone("b");
        let page = vec![row("c", 1, 30), row("b", 1, 20), row("a", 1, 10)];
        list.take_page("x", Rows { rows: page, ..Rows::default() });
        assert_eq!((names(&list), list.next.as_deref()), (vec!["c", "a"], None));
        list.take_page("x", Rows { rows: vec![row("z", 1, 1)], ..Rows::default() });
        assert_eq!(names(&list), ["c", "a"], "the answer to an older question");
    }

    #[test]
    fn what_belongs_on_a_page_that_is_not_loaded_waits_for_it() {
        let mut list = listing(List::History, vec![row("c", 1, 30)], Some("x"));
        list.take_row(row("a", 1, 10));
        assert_eq!(names(&list), ["c"]);
    }

    #[test]
    fn what_changes_beyond_the_loaded_rows_is_no_news() {
        let mut list = Listing::default();
        list.take_top(Rows { rows: vec![row("c", 1, 30)], next: Some("x".into()), total: Some(2) });
        for ver in 2..5 {
            list.take_row(row("a", ver, 10));
        }
        assert_eq!(list.total(), Some(2));
        list.take_row(row("a", 5, 40));
        list.take_gone("a");
        assert_eq!((names(&list), list.total()), (vec!["c"], Some(2)), "until it is read anew");
        list.take_gone("c");
        assert_eq!(list.total(), Some(1));
        list.take_top(Rows { rows: vec![row("c", 1, 30)], next: Some("x".into()), total: Some(2) });
        list.take_row(row("b", 6, 40));
        list.take_page("x", Rows { rows: vec![row("b", 6, 40)], next: Some("y".into()), total: None });
        list.take_gone("b");
        assert_eq!(
            (names(&list), list.total()),
            (vec!["c"], Some(1)),
            "what its page brings was counted with it"
        );
        list.take_row(row("a", 1, 50));
        list.take_page("y", Rows { rows: vec![row("a", 1, 50)], ..Rows::default() });
        assert_eq!((names(&list), list.total()), (vec!["c", "a"], Some(2)), "all is loaded");
        list.take_gone("a");
        assert_eq!(list.total(), Some(1));
        list.take_top(Rows { rows: vec![row("c", 1, 30)], next: None, total: Some(1) });
        list.take_row(row("b", 1, 10));
        assert_eq!(list.total(), Some(2), "where all is loaded, whatever is not known is new");
    }

    #[test]
    fn a_cut_keeps_what_is_known() {
        let mut list = listing(List::Mine, vec![row("a", 1, 10)], None);
        list.cut();
        assert_eq!((list.feed(), list.rows().len()), (Feed::Stale, 1));
        list.watch(Query::default());
        list.cut();
        assert_eq!(list.feed(), Feed::Loading);
    }

    proptest! {
        #[test]
        fn no_row_stands_twice_and_all_stand_in_order(steps in proptest::collection::vec((0_u8..6, 0_u64..4, 0_i64..50), 0..60)) {
            let mut list = listing(List::Waiting, vec![], None);
            for (conv, ver, at) in steps {
                if ver == 0 { list.take_gone(&conv.to_string()) } else { list.take_row(row(&conv.to_string(), ver, at)) }
                let mut seen = names(&list);
                seen.sort_unstable();
                seen.dedup();
                prop_assert_eq!(seen.len(), list.rows().len());
                prop_assert!(list.rows().is_sorted_by(|a, b| order(list.query(), a, b) != Ordering::Greater));
            }
        }
    }
}
