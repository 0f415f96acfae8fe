//! What fields hold that is hidden, by hash: the same value elsewhere in the page is a copy of it. Pages keep copies in
//! attributes (`data-value`), in texts that measure a field, in inputs that take a password's place.
//!
//! In attributes of the page's own, which nobody sees, each copy is hidden. A text, or what is read as one, is hidden when
//! it says what somebody typed, or a secret: what the page itself had put into a field, it says beside it, too.
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
/// Characters of the shortest secret that is known again when its field is gone.
const FEWEST_SEALED: usize = 6;
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

/// Whose value it is; each is one of those before it, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    /// The page's: it put it there.
    Put,
    /// Somebody's, who typed it.
    Typed,
    /// What a secret field holds now.
    Secret,
}

impl Sort {
    fn of(secret_typed: (bool, bool)) -> Self {
        match secret_typed {
            (true, _) => Self::Secret,
            (false, true) => Self::Typed,
            (false, false) => Self::Put,
        }
    }
}

/// Values, by their sort.
#[derive(Debug, Default)]
struct Values([Bag; 3]);

impl Values {
    fn is_empty(&self) -> bool {
        self.0[0].0.is_empty()
    }

    fn has(&self, hash: u64, sort: Sort) -> bool {
        self.0[sort as usize].has(hash)
    }

    fn add(&mut self, hash: u64, sort: Sort) {
        self.0[..=sort as usize].iter_mut().for_each(|bag| bag.add(hash));
    }

    fn take(&mut self, hash: u64, sort: Sort) {
        self.0[..=sort as usize].iter_mut().for_each(|bag| bag.take(hash));
    }

    fn clear(&mut self) {
        self.0.iter_mut().for_each(|bag| bag.0.clear());
    }
}

/// A node, and the name of its attribute or [`TEXT`].
type Place = (u32, u32);

/// A value that is long enough to be remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Print {
    hash: u64,
    /// Long enough to be nothing else than what it is.
    is_long: bool,
}

impl Print {
    /// Of a field's value or a text, as it is compared: what is around it does not count. `None` when it is too short.
    fn of(value: &str, whole: u64) -> Option<Self> {
        let trimmed = value.trim();
        trimmed.chars().nth(FEWEST - 1)?;
        let hash = if trimmed.len() == value.len() { whole } else { hash::bytes(trimmed.as_bytes()) };
        Some(Self { hash, is_long: trimmed.chars().nth(FEWEST_SEALED - 1).is_some() })
    }
}

/// A value that a place holds or held.
#[derive(Debug, Clone, Copy)]
struct Value {
    place: Place,
    print: Print,
    sort: Sort,
}

/// The values, and where they are held.
#[derive(Debug, Default)]
pub(crate) struct Held {
    /// Hidden values by place, those of one place from the oldest on.
    places: Vec<Value>,
    hidden: Values,
    /// The fields that somebody types into, in order.
    typed: Vec<u32>,
    /// The last values of secret fields that are gone. They are never forgotten: a password that is shown in another field
    /// is the same password.
    sealed: Bag,
    /// What inputs hold that are un-masked, by place.
    shown: Vec<(Place, u64)>,
    /// What fields held before this keyframe: copies may be in it.
    before: Values,
    /// What fields hold that come in later batches.
    ahead: Values,
    /// What fields hold that come in this batch.
    here: Values,
}

impl Held {
    /// The nodes of another epoch hold nothing.
    pub(crate) fn begin_epoch(&mut self) {
        for value in std::mem::take(&mut self.places) {
            self.seal(value);
        }
        if !self.hidden.is_empty() {
            self.before = std::mem::take(&mut self.hidden);
        }
        self.typed.clear();
        self.shown.clear();
        self.ahead.clear();
        self.here.clear();
    }

    /// All of the page has been sent.
    pub(crate) fn end_keyframe(&mut self) {
        self.before.clear();
    }

    fn is_empty(&self) -> bool {
        self.sealed.0.is_empty() && self.values().iter().all(|values| values.is_empty())
    }

    fn values(&self) -> [&Values; 4] {
        [&self.hidden, &self.before, &self.ahead, &self.here]
    }

    /// Whether a hidden field holds it, of at least this sort.
    fn has(&self, hash: u64, sort: Sort) -> bool {
        self.sealed.has(hash) || self.values().iter().any(|values| values.has(hash, sort))
    }

    /// What its field held last, if that was a secret.
    fn seal(&mut self, Value { print, sort, .. }: Value) {
        if sort == Sort::Secret && print.is_long && !self.sealed.has(print.hash) {
            if self.sealed.0.len() == MOST {
                self.sealed.0.clear();
            }
            self.sealed.add(print.hash);
        }
    }

    /// The un-masked inputs that hold it.
    fn showing(&self, hash: u64) -> Vec<u32> {
        self.shown.iter().filter(|(_, shown)| *shown == hash).map(|((id, _), _)| *id).collect()
    }

    fn show(&mut self, place: Place, print: Option<Print>) {
        let at = self.shown.partition_point(|(known, _)| *known < place);
        if self.shown.get(at).is_some_and(|(known, _)| *known == place) {
            self.shown.remove(at);
        }
        if let Some(print) = print.filter(|_| self.shown.len() < MOST) {
            self.shown.insert(at, (place, print.hash));
        }
    }

    fn range(&self, from: Place, to: Place) -> Range<usize> {
        let start = self.places.partition_point(|value| value.place < from);
        start..self.places.partition_point(|value| value.place <= to)
    }

    fn forget(&mut self, range: impl RangeBounds<usize>) {
        for Value { print, sort, .. } in self.places.drain(range) {
            self.hidden.take(print.hash, sort);
        }
    }

    /// What a place holds now; `None` when that is nothing, or too short. What was secret is now a stage of it, or of another.
    fn hide(&mut self, place: Place, print: Option<Print>, is_secret: bool) {
        let mut range = self.range(place, place);
        let Some(print) = print else { return self.forget(range) };
        let (hidden, held) = (&mut self.hidden, &mut self.places[range.clone()]);
        for value in held.iter_mut().filter(|value| value.sort == Sort::Secret) {
            hidden.0[Sort::Secret as usize].take(value.print.hash);
            value.sort = Sort::Typed;
        }
        if let Some(known) = held.iter().position(|value| value.print == print) {
            self.forget(range.start + known..=range.start + known);
            range.end -= 1;
        } else if MOST_OF_ONE <= range.len() {
            self.forget(range.start..=range.start);
            range.end -= 1;
        }
        if self.places.len() < MOST || is_secret {
            let is_typed = self.typed.binary_search(&place.0).is_ok();
            let sort = Sort::of((is_secret, is_typed));
            self.places.insert(range.end, Value { place, print, sort });
            self.hidden.add(print.hash, sort);
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
        let range = self.range((id, 0), (id, TEXT));
        for at in range.clone() {
            self.seal(self.places[at]);
        }
        self.forget(range);
        let first = self.shown.partition_point(|((known, _), _)| *known < id);
        let next = self.shown.partition_point(|((known, _), _)| *known <= id);
        self.shown.drain(first..next);
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
            if at.is_some() {
                self.held.types_into(id);
            }
            Ok(())
        } else {
            self.learn_ahead(at, is_typed)
        }
    }

    fn print(&self, at: u32) -> Result<Option<Print>, GatherError> {
        Ok(Print::of(self.strings.get(at)?, self.strings.hash(at)))
    }

    /// The value of a node that is there. An input that shows what a secret one holds is secret, too.
    fn learn_value(&mut self, id: u32, name: u32, at: Option<u32>) -> Result<(), GatherError> {
        let Some(bearer) = self.mirror.get(id).map(|node| node.note.bearer) else { return Ok(()) };
        if !bearer.is_typed_into() {
            return Ok(());
        }
        let print = at.map_or(Ok(None), |at| self.print(at))?;
        if bearer.hides_value() {
            self.held.hide((id, name), print, bearer.is_secret());
            if let Some(print) = print.filter(|_| bearer.is_secret()) {
                self.is_no_longer_shown(print);
            }
        } else if bearer.role == Role::Input {
            if print.is_some_and(|print| self.held.has(print.hash, Sort::Secret)) {
                self.make_stale(id);
            } else {
                self.held.show((id, name), print);
            }
        }
        Ok(())
    }

    /// Inputs that show a secret are secret, too.
    fn is_no_longer_shown(&mut self, Print { hash, .. }: Print) {
        for id in self.held.showing(hash) {
            self.make_stale(id);
        }
    }

    /// What capture says of fields that come later; nothing, when all of them have come.
    fn learn_ahead(&mut self, at: Option<u32>, is_typed: bool) -> Result<(), GatherError> {
        match at {
            None => self.held.ahead.clear(),
            Some(at) => {
                if let Some(Print { hash, .. }) = self.print(at)? {
                    self.held.ahead.add(hash, if is_typed { Sort::Typed } else { Sort::Put });
                }
            }
        }
        Ok(())
    }

    /// A text that may be typed.
    pub(crate) fn learn_text(&mut self, id: u32, inside: Inside, at: u32) -> Result<(), GatherError> {
        if inside.hides_typed() {
            let print = self.print(at)?;
            self.held.hide((id, TEXT), print, inside.is_secret());
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
        if !shows || self.held.is_empty() {
            return Ok(false);
        }
        for pair in attributes.chunks_exact(2) {
            let is_value = self.names.get(self.names.id(pair[0])?).class == Class::Value;
            if is_value && self.print(pair[1])?.is_some_and(|it| self.held.has(it.hash, Sort::Secret)) {
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
                let is_editor = self.mirror.get(first).is_some_and(|node| node.note.inside.hides_typed());
                editor = if is_editor { 0 } else { usize::MAX };
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
                word::TEXT if editor < open => self.learn_here(first >> 4, Sort::Put)?,
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
            let sort = Sort::of((is_secret, self.says_typed(element.attributes)?));
            for pair in element.attributes.chunks_exact(2) {
                if self.names.get(self.names.id(pair[0])?).class == Class::Value {
                    self.learn_here(pair[1], sort)?;
                }
            }
        }
        let is_open = words[0] & word::OPEN != 0;
        Ok(is_open && !matches!(role, Role::Input | Role::Button | Role::Hidden | Role::Choice))
    }

    fn learn_here(&mut self, at: u32, sort: Sort) -> Result<(), GatherError> {
        let Some(print) = self.print(at)? else { return Ok(()) };
        self.held.here.add(print.hash, sort);
        if sort == Sort::Secret {
            self.is_no_longer_shown(print);
        }
        Ok(())
    }

    /// What happens to a string that may be a copy. What is compared was decided when it was sent.
    pub(crate) fn unless_copy(&self, treatment: Treatment, at: u32, value: &str) -> Treatment {
        const SORTS: [(Treatment, Sort); 3] = [
            (Treatment::Data, Sort::Put),
            (Treatment::Show, Sort::Typed),
            (Treatment::Unmasked, Sort::Secret),
        ];
        let Some((_, sort)) = SORTS.into_iter().find(|(told, _)| *told == treatment) else {
            return treatment;
        };
        if self.compares || self.held.is_empty() {
            return treatment;
        }
        let Some(print) = Print::of(value, self.strings.hash(at)) else { return treatment };
        // What scripts keep does not travel anyway, and an attribute that says `open` or `button` is the page's own,
        // whatever is typed.
        let is_own = treatment == Treatment::Data
            && (redaction::is_state(value) || redaction::is_of_known_words(value));
        if !is_own && self.held.has(print.hash, sort) { Treatment::Mask } else { treatment }
    }
}
