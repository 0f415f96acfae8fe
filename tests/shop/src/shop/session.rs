//! Sessions in memory: basket, log-in, orders.

use std::{
    collections::{HashMap, VecDeque},
    fmt::Write as _,
    sync::{Mutex, PoisonError},
};

use super::catalogue::{self, Product};

/// Sessions kept; the oldest goes first.
const MAX_SESSIONS: usize = 10_000;
/// Different lines in one basket.
const MAX_LINES: usize = 50;
/// Pieces of one line.
pub(super) const MAX_PIECES: u32 = 20;
/// Orders kept per session.
const MAX_ORDERS: usize = 20;
/// From this amount on, in cents, delivery is free.
pub(super) const FREE_DELIVERY: u32 = 15_000;
const DELIVERY: u32 = 690;

/// One visitor's state.
#[derive(Clone, Debug, Default)]
pub(super) struct Session {
    pub(super) csrf: String,
    pub(super) email: Option<String>,
    pub(super) basket: Basket,
    pub(super) orders: VecDeque<Order>,
}

/// What somebody wants to buy.
#[derive(Clone, Debug, Default)]
pub(super) struct Basket {
    pub(super) lines: Vec<Line>,
}

/// One product in one size.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) product: &'static Product,
    pub(super) size: String,
    pub(super) pieces: u32,
}

/// A paid basket. The card's number is not kept, only its last four digits.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) number: String,
    pub(super) basket: Basket,
    pub(super) address: Address,
    pub(super) card_end: String,
}

/// Where an order goes.
#[derive(Clone, Debug, Default)]
pub(super) struct Address {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) street: String,
    pub(super) postcode: String,
    pub(super) city: String,
    pub(super) country: String,
}

impl Line {
    pub(super) fn total(&self) -> u32 {
        self.product.price * self.pieces
    }
}

impl Basket {
    pub(super) fn pieces(&self) -> u32 {
        self.lines.iter().map(|line| line.pieces).sum()
    }

    pub(super) fn goods(&self) -> u32 {
        self.lines.iter().map(Line::total).sum()
    }

    pub(super) fn delivery(&self) -> u32 {
        if self.goods() < FREE_DELIVERY { DELIVERY } else { 0 }
    }

    pub(super) fn total(&self) -> u32 {
        self.goods() + self.delivery()
    }

    /// Adds pieces; `None` when there is no such product or size, or the basket is full.
    pub(super) fn add(&mut self, slug: &str, size: &str, pieces: u32) -> Option<()> {
        let product = catalogue::find(slug)?;
        let known = if product.sizes.is_empty() { size.is_empty() } else { product.sizes.contains(&size) };
        if !known {
            return None;
        }
        let pieces = pieces.clamp(1, MAX_PIECES);
        if let Some(line) = self.line_mut(slug, size) {
            line.pieces = (line.pieces + pieces).min(MAX_PIECES);
            return Some(());
        }
        if MAX_LINES <= self.lines.len() {
            return None;
        }
        self.lines.push(Line { product, size: size.to_owned(), pieces });
        Some(())
    }

    /// Sets the pieces of a line; none removes it.
    pub(super) fn set(&mut self, slug: &str, size: &str, pieces: u32) {
        if let Some(line) = self.line_mut(slug, size) {
            line.pieces = pieces.min(MAX_PIECES);
        }
        self.lines.retain(|line| 0 < line.pieces);
    }

    fn line_mut(&mut self, slug: &str, size: &str) -> Option<&mut Line> {
        self.lines.iter_mut().find(|line| line.product.slug == slug && line.size == size)
    }
}

impl Session {
    /// Turns the basket into an order.
    pub(super) fn order(&mut self, address: Address, card_end: String) {
        let basket = std::mem::take(&mut self.basket);
        let number = format!("AN-{}", 41_207 + self.orders.len());
        self.orders.push_front(Order { number, basket, address, card_end });
        self.orders.truncate(MAX_ORDERS);
    }
}

/// All sessions by the value of their cookie.
#[derive(Debug, Default)]
pub(super) struct Sessions(Mutex<Store>);

#[derive(Debug, Default)]
struct Store {
    by_id: HashMap<String, Session>,
    oldest_first: VecDeque<String>,
}

impl Sessions {
    /// The session as it is now; `None` when there is none of that id.
    pub(super) fn read(&self, id: &str) -> Option<Session> {
        self.with_store(|store| store.by_id.get(id).cloned())
    }

    /// Changes a session; `None` when it is gone.
    pub(super) fn change<T>(&self, id: &str, change: impl FnOnce(&mut Session) -> T) -> Option<T> {
        self.with_store(|store| store.by_id.get_mut(id).map(change))
    }

    /// Starts a session and returns its id and itself.
    pub(super) fn start(&self) -> Result<(String, Session), getrandom::Error> {
        let (id, csrf) = (random_hex()?, random_hex()?);
        let session = Session { csrf, ..Session::default() };
        self.insert(id.clone(), session.clone());
        Ok((id, session))
    }

    /// Gives a session a new id, so that one that somebody planted before a log-in is worthless.
    pub(super) fn rotate(&self, id: &str) -> Result<String, getrandom::Error> {
        let fresh = random_hex()?;
        if let Some(session) = self.with_store(|store| store.by_id.remove(id)) {
            self.insert(fresh.clone(), session);
        }
        Ok(fresh)
    }

    fn insert(&self, id: String, session: Session) {
        self.with_store(|store| {
            store.oldest_first.push_back(id.clone());
            store.by_id.insert(id, session);
            while MAX_SESSIONS < store.oldest_first.len() {
                if let Some(oldest) = store.oldest_first.pop_front() {
                    store.by_id.remove(&oldest);
                }
            }
        });
    }

    fn with_store<T>(&self, work: impl FnOnce(&mut Store) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn random_hex() -> Result<String, getrandom::Error> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().fold(String::with_capacity(32), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_basket_refuses_what_is_not_sold() {
        let mut basket = Basket::default();
        assert!(basket.add("no-such-thing", "", 1).is_none());
        assert!(basket.add("skerry-rain-jacket", "XXXL", 1).is_none());
        assert!(basket.add("skerry-rain-jacket", "M", 2).is_some());
        assert!(basket.add("skerry-rain-jacket", "M", 1_000_000).is_some());
        assert_eq!(basket.pieces(), MAX_PIECES);
        basket.set("skerry-rain-jacket", "M", 0);
        assert!(basket.lines.is_empty());
    }

    #[test]
    fn a_rotated_session_answers_to_its_new_id_only() {
        let sessions = Sessions::default();
        let (old, _) = sessions.start().unwrap();
        sessions.change(&old, |session| session.email = Some("marie@example.org".into()));
        let new = sessions.rotate(&old).unwrap();
        assert!(sessions.read(&old).is_none());
        assert_eq!(sessions.read(&new).unwrap().email.as_deref(), Some("marie@example.org"));
    }
}
