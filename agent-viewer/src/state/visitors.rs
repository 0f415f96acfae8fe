//! The visitors who are connected now, kept in step with the server.
use std::sync::Arc;

use chat_proto::desk::figures;
use cobrowse_core::{
    id::VisitorId,
    wire::desk::{ToDesk, VisitorRow},
};

/// How the list stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Feed {
    /// Nothing was received yet.
    #[default]
    Loading,
    /// The server tells every change.
    Live,
    /// The connection is cut: the list is what was last known.
    Reconnecting,
}

/// The list and its connection.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Visitors {
    feed: Feed,
    rows: Vec<Arc<VisitorRow>>,
}

impl Visitors {
    /// How the list stands.
    pub fn feed(&self) -> Feed {
        self.feed
    }

    /// Everybody, in order of arrival.
    pub fn rows(&self) -> &[Arc<VisitorRow>] {
        &self.rows
    }

    /// One visitor, while connected.
    pub fn get(&self, id: VisitorId) -> Option<&Arc<VisitorRow>> {
        self.rows.iter().find(|row| row.id == id)
    }

    /// The server told something.
    pub fn handle_message(&mut self, message: ToDesk) {
        self.feed = Feed::Live;
        match message {
            ToDesk::Visitors { visitors, .. } => self.rows = visitors.into_iter().map(Arc::new).collect(),
            ToDesk::Visitor { visitor } => self.put(visitor),
            ToDesk::Gone { id } => self.rows.retain(|row| row.id != id),
        }
    }

    /// The connection was cut. What is known stays in sight.
    pub fn handle_cut(&mut self) {
        self.feed = Feed::Reconnecting;
    }

    /// Those whom every word of `query` describes, in order of arrival.
    pub fn search(&self, query: &str) -> Vec<Arc<VisitorRow>> {
        let query = query.to_lowercase();
        let words: Vec<_> = query.split_whitespace().collect();
        self.rows.iter().filter(|row| words.iter().all(|word| describes(word, row))).cloned().collect()
    }

    fn put(&mut self, visitor: VisitorRow) {
        match self.rows.iter_mut().find(|row| row.id == visitor.id) {
            Some(row) => *row = Arc::new(visitor),
            None => self.rows.push(Arc::new(visitor)),
        }
    }
}

fn describes(word: &str, row: &VisitorRow) -> bool {
    let has = |text: &str| text.to_lowercase().contains(word);
    has(&row.path)
        || has(&row.site)
        || has(&row.origin)
        || has(&row.browser)
        || has(&row.lang)
        || has(&tag(row.id))
}

/// Four figures that tell one unnamed visitor from another: those that their conversations have for them.
pub fn tag(id: VisitorId) -> String {
    figures(Some(*id.as_bytes()), 0)
}

/// The row's address, when it is one that a browser may be sent to (http and https only).
pub fn address(row: &VisitorRow) -> Option<String> {
    (web(&row.origin) && row.path.starts_with('/')).then(|| format!("{}{}", row.origin, row.path))
}

/// Whether an address is one that a browser may be sent to.
pub fn web(address: &str) -> bool {
    address.starts_with("https://") || address.starts_with("http://")
}

/// The visitor before (`-1`) or after (`1`) the selected one in what is shown; the first when none is.
pub fn neighbour(shown: &[Arc<VisitorRow>], selected: Option<VisitorId>, step: isize) -> Option<usize> {
    let last = shown.len().checked_sub(1)?;
    let at = selected.and_then(|id| shown.iter().position(|row| row.id == id));
    Some(at.map_or(0, |index| index.saturating_add_signed(step).min(last)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(number: u8, path: &str) -> VisitorRow {
        VisitorRow {
            id: VisitorId::from_random([number; 16]),
            site: "Shop".into(),
            origin: "https://shop.example".into(),
            path: path.into(),
            lang: "fr".into(),
            browser: "Firefox on Linux".into(),
            since_ms: 0,
            session: None,
        }
    }

    fn paths(rows: &[Arc<VisitorRow>]) -> Vec<&str> {
        rows.iter().map(|row| row.path.as_str()).collect()
    }

    fn two() -> Visitors {
        let mut visitors = Visitors::default();
        let rows = vec![row(1, "/basket"), row(2, "/help")];
        visitors.handle_message(ToDesk::Visitors { visitors: rows, now_ms: 0 });
        visitors
    }

    #[test]
    fn a_change_keeps_its_place_and_a_newcomer_goes_last() {
        let mut visitors = two();
        visitors.handle_message(ToDesk::Visitor { visitor: row(1, "/checkout") });
        visitors.handle_message(ToDesk::Visitor { visitor: row(3, "/") });
        assert_eq!(paths(visitors.rows()), ["/checkout", "/help", "/"]);
        visitors.handle_message(ToDesk::Gone { id: VisitorId::from_random([2; 16]) });
        assert_eq!(paths(visitors.rows()), ["/checkout", "/"]);
    }

    #[test]
    fn a_cut_keeps_what_is_known_and_a_new_list_replaces_it() {
        let mut visitors = two();
        visitors.handle_cut();
        assert_eq!((visitors.feed(), visitors.rows().len()), (Feed::Reconnecting, 2));
        visitors.handle_message(ToDesk::Visitors { visitors: vec![row(9, "/")], now_ms: 0 });
        assert_eq!((visitors.feed(), visitors.rows().len()), (Feed::Live, 1));
    }

    #[test]
    fn every_word_of_a_search_must_fit() {
        let visitors = two();
        assert_eq!(paths(&visitors.search("firefox HELP")), ["/help"]);
        assert_eq!(paths(&visitors.search("0257")), ["/basket"]);
        assert_eq!(paths(&visitors.search("chrome help")), Vec::<&str>::new());
        assert_eq!(paths(&visitors.search("  ")), ["/basket", "/help"]);
    }

    #[test]
    fn the_keys_move_within_what_is_shown() {
        let shown = two().search("");
        let second = Some(shown[1].id);
        assert_eq!(neighbour(&shown, None, 1), Some(0));
        assert_eq!(neighbour(&shown, second, -1), Some(0));
        assert_eq!(neighbour(&shown, second, 1), Some(1));
        assert_eq!(neighbour(&[], second, 1), None);
    }

    #[test]
    fn only_web_addresses_can_be_opened() {
        assert_eq!(address(&row(1, "/a")).as_deref(), Some("https://shop.example/a"));
        let hostile = VisitorRow { origin: "javascript:alert(1)//".into(), ..row(1, "/a") };
        assert_eq!(address(&hostile), None);
        assert_eq!(address(&row(1, "@evil.example/")), None);
    }
}
