//! What fields hold that is hidden, by hash: the same value elsewhere in the page is a copy of it. Pages keep copies in
//! attributes (`data-value`), in texts that measure a field, in inputs that take a password's place.
//!
//! In attributes, which nobody sees, each copy is hidden. A text is hidden when it says what somebody typed, or a secret:
//! what the page itself had put into a field, it says beside it, too.
use std::ops::{Range, RangeBounds};

use super::{
    super::{
        GatherError,
        gather::{
            read::{Sections, word_len},
            word,
        },
        hash,
    },
    values::Pass,
};
use crate::{
    id::NodeId,
    redaction::{self, Bearer, Class, Flags, Inside, Role, Treatment},
};

/// Characters of the shortest value that is remembered: shorter ones are said by too much else.
const FEWEST: usize = 3;
/// Values that are remembered at once. What a page types into more fields than that shows in its copies.
const MOST: usize = 4096;
/// Values that are remembered of one field, since it was empty: a copy may come late.
const MOST_OF_ONE: usize = 32;
/// Stands for the name where a text is what a field holds.
const TEXT: u32 = u32::MAX;

/// Hashes in order; one may be there several times.
#[derive(Debug, Default)]
struct Bag(Vec<u64>);

impl Bag {
    fn has(&self, hash: u64) -> bool {
        self.0.binary_search(&hash).is_ok()
    }

    fn add(&mut self, hash: u64) {
        if self.0.len() < MOST {
            self.0.insert(self.0.partition_point(|it| *it < hash), hash);
        }
    }

    fn take(&mut self, hash: u64) {
        if let Ok(at) = self.0.binary_search(&hash) {
            self.0.remove(at);
        }
    }
}

/// Values, and among them those that somebody typed.
#[derive(Debug, Default)]
struct Values {
    all: Bag,
    typed: Bag,
}

impl Values {
    fn is_empty(&self) -> bool {
        self.all.0.is_empty() && self.typed.0.is_empty()
    }

    fn has(&self, hash: u64, is_typed: bool) -> bool {
        if is_typed { self.typed.has(hash) } else { self.all.has(hash) }
    }

    fn add(&mut self, hash: u64, is_typed: bool) {
        self.all.add(hash);
        if is_typed {
            self.typed.add(hash);
        }
    }

    fn take(&mut self, hash: u64, is_typed: bool) {
        self.all.take(hash);
        if is_typed {
            self.typed.take(hash);
        }
    }

    fn clear(&mut self) {
        self.all.0.clear();
        self.typed.0.clear();
    }
}

/// A node, and the name of its attribute or [`TEXT`].
type Place = (u32, u32);

/// A value that a place holds.
#[derive(Debug, Clone, Copy)]
struct Value {
    place: Place,
    hash: u64,
    is_typed: bool,
}

/// The values, and where they are held.
#[derive(Debug, Default)]
pub(crate) struct Held {
    /// Hidden values by place, those of one place from the oldest on.
    places: Vec<Value>,
    hidden: Values,
    /// The fields that somebody types into, in order.
    typed: Vec<u32>,
    /// Secrets are never forgotten: a password that is shown in another field is the same password.
    secret: Bag,
    /// What inputs hold that are un-masked, by node.
    shown: Vec<(Place, u64)>,
    /// What fields hold that come in later batches.
    ahead: Values,
    /// What fields hold that come in this batch.
    here: Values,
}

impl Held {
    /// The nodes of another epoch hold nothing.
    pub(crate) fn begin_epoch(&mut self) {
        self.places.clear();
        self.hidden.clear();
        self.typed.clear();
        self.shown.clear();
        self.ahead.clear();
        self.here.clear();
    }

    /// A field's value, or a text, as it is compared: what is around it does not count. `None` when it is too short.
    fn hash(value: &str, whole: u64) -> Option<u64> {
        let trimmed = value.trim();
        trimmed.chars().nth(FEWEST - 1)?;
        Some(if trimmed.len() == value.len() { whole } else { hash::bytes(trimmed.as_bytes()) })
    }

    fn is_empty(&self) -> bool {
        self.secret.0.is_empty() && self.values().iter().all(|values| values.is_empty())
    }

    fn is_secret(&self, hash: u64) -> bool {
        self.secret.has(hash)
    }

    fn values(&self) -> [&Values; 3] {
        [&self.hidden, &self.ahead, &self.here]
    }

    /// Whether a field holds it that is hidden; if `is_typed`, one into which somebody typed it.
    fn is_hidden(&self, hash: u64, is_typed: bool) -> bool {
        self.is_secret(hash) || self.values().iter().any(|values| values.has(hash, is_typed))
    }

    /// Remembers a secret. Gives the inputs that show it.
    fn seal(&mut self, hash: u64) -> Vec<u32> {
        if self.is_secret(hash) {
            return Vec::new();
        }
        if self.secret.0.len() == MOST {
            self.secret.0.clear();
        }
        self.secret.add(hash);
        self.shown.iter().filter(|(_, shown)| *shown == hash).map(|((id, _), _)| *id).collect()
    }

    fn show(&mut self, place: Place, hash: Option<u64>) {
        self.shown.retain(|(known, _)| *known != place);
        if self.shown.len() < MOST {
            self.shown.extend(hash.map(|hash| (place, hash)));
        }
    }

    fn range(&self, from: Place, to: Place) -> Range<usize> {
        let start = self.places.partition_point(|value| value.place < from);
        start..self.places.partition_point(|value| value.place <= to)
    }

    fn forget(&mut self, range: impl RangeBounds<usize>) {
        for Value { hash, is_typed, .. } in self.places.drain(range) {
            self.hidden.take(hash, is_typed);
        }
    }

    /// What a place holds now; `None` when that is nothing, or too short.
    fn hide(&mut self, place: Place, hash: Option<u64>) {
        let mut range = self.range(place, place);
        let Some(hash) = hash else { return self.forget(range) };
        if let Some(known) = self.places[range.clone()].iter().position(|value| value.hash == hash) {
            return self.places[range.start + known..range.end].rotate_left(1);
        }
        if MOST_OF_ONE <= range.len() {
            self.forget(range.start..=range.start);
            range.end -= 1;
        }
        if self.places.len() < MOST {
            let is_typed = self.typed.binary_search(&place.0).is_ok();
            self.places.insert(range.end, Value { place, hash, is_typed });
            self.hidden.add(hash, is_typed);
        }
    }

    /// Somebody types into a field. What it held until then, the page had put there.
    fn types_into(&mut self, id: u32) {
        if let Err(at) = self.typed.binary_search(&id) {
            self.typed.insert(at, id);
        }
    }

    /// A node is gone, with what it held.
    pub(crate) fn end(&mut self, id: u32) {
        if let Ok(at) = self.typed.binary_search(&id) {
            self.typed.remove(at);
        }
        if !self.places.is_empty() {
            self.forget(self.range((id, 0), (id, TEXT)));
        }
        self.shown.retain(|((known, _), _)| *known != id);
    }

    /// The batch has been decided: its fields have their places.
    pub(crate) fn end_batch(&mut self) {
        self.here.clear();
    }
}

impl Pass<'_> {
    /// Learns what this batch says of fields, before anything of it is decided: copies may stand before them.
    pub(crate) fn learn_fields(&mut self, sections: &Sections<'_>) -> Result<(), GatherError> {
        // Who types is told beside what, in any order.
        for class in [Class::Typed, Class::Held, Class::Value] {
            for record in sections.attributes.chunks_exact(3) {
                let name = self.names.id(record[1])?;
                if self.names.get(name).class == class {
                    self.learn_record(record[0], (name, class), record[2].checked_sub(1))?;
                }
            }
        }
        for record in sections.texts.chunks_exact(2) {
            if let Some(inside) = self.mirror.get(record[0]).map(|node| node.note.inherited) {
                self.learn_text(record[0], inside, record[1])?;
            }
        }
        self.learn_new(sections.groups)
    }

    fn learn_record(
        &mut self,
        id: u32,
        (name, class): (u32, Class),
        at: Option<u32>,
    ) -> Result<(), GatherError> {
        let is_typed = class == Class::Typed;
        if class == Class::Value {
            self.learn_value(id, name, at)
        } else if is_typed && id != NodeId::DOCUMENT.to_wire() {
            self.held.types_into(id);
            Ok(())
        } else {
            self.learn_ahead(at, is_typed)
        }
    }

    fn held_hash(&self, at: u32) -> Result<Option<u64>, GatherError> {
        Ok(Held::hash(self.strings.get(at)?, self.strings.hash(at)))
    }

    /// The value of a node that is there. An input that shows what a secret one holds is secret, too.
    fn learn_value(&mut self, id: u32, name: u32, at: Option<u32>) -> Result<(), GatherError> {
        let Some(bearer) = self.mirror.get(id).map(|node| node.note.bearer) else { return Ok(()) };
        if !bearer.is_typed_into() {
            return Ok(());
        }
        let hash = at.map_or(Ok(None), |at| self.held_hash(at))?;
        match hash {
            Some(hash) if bearer.is_secret() => self.seal(hash),
            _ if bearer.hides_value() => self.held.hide((id, name), hash),
            _ if bearer.role != Role::Input => {}
            Some(hash) if self.held.is_secret(hash) => self.make_stale(id),
            hash => self.held.show((id, name), hash),
        }
        Ok(())
    }

    fn seal(&mut self, hash: u64) {
        for id in self.held.seal(hash) {
            self.make_stale(id);
        }
    }

    /// What capture says of fields that come later; nothing, when all of them have come.
    fn learn_ahead(&mut self, at: Option<u32>, is_typed: bool) -> Result<(), GatherError> {
        match at {
            None => self.held.ahead.clear(),
            Some(at) => {
                if let Some(hash) = self.held_hash(at)? {
                    self.held.ahead.add(hash, is_typed);
                }
            }
        }
        Ok(())
    }

    /// A text that may be typed.
    pub(crate) fn learn_text(&mut self, id: u32, inside: Inside, at: u32) -> Result<(), GatherError> {
        if inside.hides_typed() {
            match self.held_hash(at)? {
                Some(hash) if inside.is_secret() => self.seal(hash),
                hash => self.held.hide((id, TEXT), hash),
            }
        }
        Ok(())
    }

    /// The values of a new element that has its place in the mirror.
    pub(crate) fn learn_element(&mut self, id: u32, attributes: &[u32]) -> Result<(), GatherError> {
        if self.says_typed(attributes)? {
            self.held.types_into(id);
        }
        for pair in attributes.chunks_exact(2) {
            let name = self.names.id(pair[0])?;
            if self.names.get(name).class == Class::Value {
                self.learn_value(id, name, Some(pair[1]))?;
            }
        }
        Ok(())
    }

    fn says_typed(&self, attributes: &[u32]) -> Result<bool, GatherError> {
        for pair in attributes.chunks_exact(2) {
            if self.names.get(self.names.id(pair[0])?).class == Class::Typed {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether a new input that is un-masked holds a secret: then it is one.
    pub(crate) fn shows_secret(&self, bearer: Bearer, attributes: &[u32]) -> Result<bool, GatherError> {
        let shows = bearer.role == Role::Input && bearer.is_typed_into() && !bearer.hides_value();
        if !shows || self.held.secret.0.is_empty() {
            return Ok(false);
        }
        for pair in attributes.chunks_exact(2) {
            let is_value = self.names.get(self.names.id(pair[0])?).class == Class::Value;
            if is_value && self.held_hash(pair[1])?.is_some_and(|hash| self.held.is_secret(hash)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What the new fields among `groups` hold.
    fn learn_new(&mut self, groups: &[u32]) -> Result<(), GatherError> {
        let (mut rest, mut open) = (groups, 0_usize);
        // How many nodes are open around the outermost editor.
        let mut editor = usize::MAX;
        while let Some(&first) = rest.first() {
            if open == 0 {
                (rest, open) = (rest.get(2..).unwrap_or_default(), 1);
                continue;
            }
            let (words, after) =
                rest.split_at_checked(word_len(first)?).ok_or(GatherError::Short("a stream"))?;
            rest = after;
            match first & 0xf {
                word::END => {
                    open -= 1;
                    editor = if open <= editor { usize::MAX } else { editor };
                }
                word::ELEM => {
                    editor = if self.learn_new_element(words)? { editor.min(open) } else { editor };
                    open += usize::from(first & word::OPEN != 0);
                }
                word::SHADOW | word::DOCUMENT => open += 1,
                word::TEXT if editor < open => self.learn_here(first >> 4, (false, false))?,
                _ => {}
            }
        }
        Ok(())
    }

    /// Whether texts in it are typed. Fields alone are looked at.
    fn learn_new_element(&mut self, words: &[u32]) -> Result<bool, GatherError> {
        if words[0] >> word::FLAGS_SHIFT & u32::from(Flags::FIELD) == 0 {
            return Ok(false);
        }
        let element = self.element_words(words)?;
        let (role, flags) = self.role_and_flags(&element)?;
        let is_secret = flags.any(Flags::SECRET);
        if flags.any(Flags::UNMASK) && !is_secret {
            return Ok(false);
        }
        let (bearer, _) = Inside::default().element(flags, role);
        if bearer.is_typed_into() {
            let is_typed = self.says_typed(element.attributes)?;
            for pair in element.attributes.chunks_exact(2) {
                if self.names.get(self.names.id(pair[0])?).class == Class::Value {
                    self.learn_here(pair[1], (is_secret, is_typed))?;
                }
            }
        }
        let is_open = words[0] & word::OPEN != 0;
        Ok(is_open && !matches!(role, Role::Input | Role::Button | Role::Hidden | Role::Choice))
    }

    fn learn_here(&mut self, at: u32, (is_secret, is_typed): (bool, bool)) -> Result<(), GatherError> {
        match self.held_hash(at)? {
            Some(hash) if is_secret => self.seal(hash),
            Some(hash) => self.held.here.add(hash, is_typed),
            None => {}
        }
        Ok(())
    }

    /// What happens to a string that may be a copy. What is compared was decided when it was sent.
    pub(crate) fn unless_copy(&self, treatment: Treatment, at: u32, value: &str) -> Treatment {
        let is_told =
            matches!(treatment, Treatment::Text | Treatment::Show | Treatment::Unmasked | Treatment::Data);
        if !is_told || self.compares || self.held.is_empty() {
            return treatment;
        }
        let Some(hash) = Held::hash(value, self.strings.hash(at)) else { return treatment };
        let is_copy = if treatment == Treatment::Unmasked {
            self.held.is_secret(hash)
        } else {
            self.held.is_hidden(hash, treatment == Treatment::Text)
        };
        // An attribute that says `open` or `button` is the page's own, whatever is typed.
        let is_own = treatment == Treatment::Data && redaction::is_of_known_words(value);
        if is_copy && !is_own { Treatment::Mask } else { treatment }
    }
}
