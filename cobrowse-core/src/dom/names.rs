//! The names of tags and attributes that the page's JavaScript has shipped.
use super::{
    GatherError, hash,
    strings::{Interned, Interner},
};
use crate::redaction::{Class, Role};

/// Bytes of distinct names that a page may use before its capture begins an epoch with a new table.
const MAX_NAMES: usize = 1 << 20;

/// One distinct name, with all that is looked up by it.
#[derive(Debug, Clone)]
pub(crate) struct Name {
    pub text: Box<str>,
    /// The lowest bit tells a property from an attribute.
    pub hash: u64,
    pub class: Class,
    /// As the tag of an HTML element.
    pub role: Role,
    /// Its entry in the epoch's dictionary plus one.
    pub wire: u32,
}

/// The table. Ids are stable while the table lives; refs are what JavaScript counts.
#[derive(Debug)]
pub(crate) struct Names {
    ids: Interner,
    names: Vec<Name>,
    refs: Vec<u32>,
}

/// The lowest bit of a name's hash: set for properties, so that the mirror can tell.
pub(crate) const PROPERTY_BIT: u64 = 1;

/// The hash under which a name's attributes are kept.
pub(crate) fn name_hash(text: &str) -> u64 {
    let property = text.strip_prefix(' ').is_some_and(|rest| !rest.contains(' '));
    hash::bytes(text.as_bytes()) & !PROPERTY_BIT | u64::from(property)
}

impl Names {
    pub(crate) fn new() -> Self {
        Self { ids: Interner::new(MAX_NAMES), names: Vec::new(), refs: Vec::new() }
    }

    /// The dictionary of another epoch holds none of them.
    pub(crate) fn begin_epoch(&mut self) {
        for name in &mut self.names {
            name.wire = 0;
        }
    }

    /// JavaScript counts from 0 again. Where no frame has used an id yet, the names go as well.
    pub(crate) fn reset(&mut self, unused: bool) {
        self.refs.clear();
        if unused {
            self.ids.clear();
            self.names.clear();
        }
    }

    pub(crate) fn ship(&mut self, text: &str) -> Result<(), GatherError> {
        let id = match self.ids.intern(text.as_bytes(), hash::bytes(text.as_bytes())) {
            Interned::Known(id) => id,
            Interned::New(id) => {
                let (hash, class, role) = (name_hash(text), Class::of(text), Role::of_html(text));
                self.names.push(Name { text: text.into(), hash, class, role, wire: 0 });
                id
            }
            Interned::Full => return Err(GatherError::TooLarge(MAX_NAMES)),
        };
        self.refs.push(id);
        Ok(())
    }

    /// The id behind a ref.
    pub(crate) fn id(&self, at: u32) -> Result<u32, GatherError> {
        self.refs.get(at as usize).copied().ok_or(GatherError::Bad("name ref"))
    }

    /// The name of an id that [`Self::id`] gave.
    pub(crate) fn get(&self, id: u32) -> &Name {
        &self.names[id as usize]
    }

    pub(crate) fn set_wire(&mut self, id: u32, entry: Option<u32>) {
        if let (Some(name), Some(entry)) = (self.names.get_mut(id as usize), entry) {
            name.wire = entry + 1;
        }
    }
}
