//! What stands in the index, and what is looked for there.
use std::{collections::BTreeSet, ops::Range};

use store::{
    Dialect, Value,
    fulltext::{FullText, Sought},
};

use super::words::{Aim, Tongue, Word, words};
use crate::model::SiteId;

/// The index.
pub(super) const INDEX: FullText = FullText { table: "chat_words" };

/// Longest text that is looked for, bytes, and most words of it that count.
const MAX_BYTES: usize = 1_000;
const MAX_WORDS: usize = 16;

/// A word in the index. The site comes first, so that its words lie together and apart from others'.
fn plain(site: SiteId, folded: &str) -> String {
    format!("{}.{folded}", site.0)
}

/// A stem in the index. It has an end: as a beginning it is the beginning of itself only.
fn stem(site: SiteId, tongue: Tongue, stem: &str) -> String {
    format!("{}={}.{stem};", site.0, tongue.code)
}

/// The first signs of words, as a word of their own in the index; it has an end as well. Nearly every message has a word
/// that begins with `e`: whoever types that much must not wait until all of those are put together.
fn beginning(site: SiteId, signs: &str) -> String {
    format!("{}^{signs};", site.0)
}

/// Beginnings of so many signs and fewer stand in the index.
const SHORT: usize = 2;

/// Whether beginnings stand in the index. PostgreSQL finds the newest of what is common without.
fn has_beginnings(dialect: Dialect) -> bool {
    dialect == Dialect::Sqlite
}

/// The beginnings of a word that stand in the index.
fn beginnings(site: SiteId, folded: &str) -> impl Iterator<Item = String> {
    let ends = folded.char_indices().map(|(at, sign)| at + sign.len_utf8());
    ends.take(SHORT).map(move |end| beginning(site, &folded[..end]))
}

/// Everything that a text is found by.
pub(super) fn of_text(dialect: Dialect, (site, tongues): (SiteId, &[Tongue]), text: &str) -> Vec<String> {
    let mut all = BTreeSet::new();
    for word in words(text, Aim::Index) {
        all.insert(plain(site, &word.folded));
        if has_beginnings(dialect) && !word.is_dense() {
            all.extend(beginnings(site, &word.folded));
        }
        let stems = tongues.iter().filter_map(|it| Some(stem(site, *it, &it.stem(&word)?)));
        all.extend(stems);
    }
    all.into_iter().collect()
}

/// One word that is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    folded: String,
    /// Signs and pairs of them: these are there by themselves, not as beginnings.
    is_dense: bool,
    /// Its stems, by language.
    stems: Vec<(&'static str, String)>,
}

impl Term {
    fn new(word: &Word, tongues: &[Tongue]) -> Self {
        let stems = tongues.iter().filter_map(|it| Some((it.code, it.stem(word)?))).collect();
        Self { folded: word.folded.clone(), is_dense: word.is_dense(), stems }
    }

    /// What finds the word itself, of the last one all that begin so.
    fn sought(&self, dialect: Dialect, site: SiteId, is_last: bool) -> Vec<Sought> {
        let whole = plain(site, &self.folded);
        if !is_last || self.is_dense {
            return vec![Sought::Word(whole)];
        }
        if has_beginnings(dialect) && self.folded.chars().count() <= SHORT {
            // A sign by itself has no beginning there.
            return vec![Sought::Word(beginning(site, &self.folded)), Sought::Word(whole)];
        }
        vec![Sought::Beginning(whole)]
    }

    fn matches(&self, other: &Self, is_last: bool) -> bool {
        let begins = is_last && !other.is_dense && other.folded.starts_with(&self.folded);
        begins || self.folded == other.folded || self.stems.iter().any(|it| other.stems.contains(it))
    }
}

/// Words that are looked for: all of them, the last one by its beginning.
#[derive(Clone)]
pub struct Wanted {
    sites: Vec<SiteId>,
    tongues: Vec<Tongue>,
    terms: Vec<Term>,
}

impl Wanted {
    /// What somebody typed, to be looked for on these sites; `None` when there is no word in it.
    pub(super) fn new(sites: &[SiteId], tongues: Vec<Tongue>, text: &str) -> Option<Self> {
        let text = &text[..text.floor_char_boundary(MAX_BYTES)];
        let words = words(text, Aim::Query);
        let terms: Vec<_> = words.iter().take(MAX_WORDS).map(|it| Term::new(it, &tongues)).collect();
        (!terms.is_empty() && !sites.is_empty()).then(|| Self { sites: sites.to_vec(), tongues, terms })
    }

    /// The parameter for [`Wanted::conversations`].
    pub fn value(&self, dialect: Dialect) -> Value {
        let alternatives = |(i, term): (usize, &Term)| {
            let of_site = |site: &SiteId| {
                let stems = self.tongues.iter().filter_map(|it| {
                    let (_, found) = term.stems.iter().find(|(code, _)| *code == it.code)?;
                    Some(Sought::Word(stem(*site, *it, found)))
                });
                let mut all = term.sought(dialect, *site, i + 1 == self.terms.len());
                all.extend(stems);
                all
            };
            self.sites.iter().flat_map(of_site).collect::<Vec<_>>()
        };
        let all: Vec<Vec<Sought>> = self.terms.iter().enumerate().map(alternatives).collect();
        // There is a word: the index has nothing to leave out of it.
        INDEX.query(dialect, &all).unwrap_or(Value::Null)
    }

    /// A subquery of the conversations with a message that has all the words, to be put behind `c.id IN`; `$n` is
    /// [`Wanted::value`]. For lists with conditions of their own.
    pub fn conversations(&self, dialect: Dialect, n: usize) -> String {
        format!("(SELECT d.conv_id FROM chat_indexed d WHERE d.id IN {})", INDEX.ids(dialect, n))
    }

    /// Where the words stand in a text; `None` when one of them does not.
    pub(super) fn places(&self, text: &str) -> Option<Vec<Range<usize>>> {
        let (mut found, mut missing) = (Vec::new(), vec![true; self.terms.len()]);
        for word in words(text, Aim::Index) {
            let it = Term::new(&word, &self.tongues);
            for (i, term) in self.terms.iter().enumerate() {
                if term.matches(&it, i + 1 == self.terms.len()) {
                    missing[i] = false;
                    found.push(word.at.clone());
                }
            }
        }
        (!missing.contains(&true)).then(|| join(found))
    }
}

/// Places in order, those that overlap or touch as one.
fn join(mut places: Vec<Range<usize>>) -> Vec<Range<usize>> {
    places.sort_by_key(|it| (it.start, it.end));
    let mut joined: Vec<Range<usize>> = Vec::new();
    for place in places {
        match joined.last_mut() {
            Some(last) if place.start <= last.end => last.end = last.end.max(place.end),
            Some(_) | None => joined.push(place),
        }
    }
    joined
}
