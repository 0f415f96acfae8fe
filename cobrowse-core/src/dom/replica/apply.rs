//! The sections of a frame's body, applied one after another. Nothing in it is believed.
use super::{
    super::{
        AttributeName, Kind,
        columns::{Reader, code, unzigzag},
        hash,
        mirror::{DOCUMENT, Mirror},
        names::name_hash,
        policy,
        strings::{Dictionary, Shapes},
    },
    Note, ReplayError, Sink,
};
use crate::{id::NodeId, wire::limits::MAX_ATTRIBUTES};

/// One body being applied.
pub(crate) struct Apply<'a> {
    pub mirror: &'a mut Mirror<Note>,
    pub dictionary: &'a mut Dictionary,
    pub shapes: &'a mut Shapes,
    pub reader: Reader<'a>,
    pub sink: &'a mut dyn Sink,
}

/// A string as the body says it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Text<'a> {
    /// In the dictionary.
    Entry(u32),
    /// Said here once.
    Literal(&'a str),
}

impl<'a> Apply<'a> {
    pub(crate) fn run(mut self) -> Result<(), ReplayError> {
        self.detach()?;
        self.remove()?;
        self.groups()?;
        self.attributes()?;
        self.texts()?;
        self.remove()?;
        if self.mirror.detached() != 0 {
            return Err(ReplayError::Bad("move: it has no end"));
        }
        self.reader.finish()
    }

    /// The next id of a list, or `None` at its end.
    pub(crate) fn listed(&mut self, last: &mut u32) -> Result<Option<u32>, ReplayError> {
        let Some(difference) = self.reader.head()?.checked_sub(1) else { return Ok(None) };
        *last = unzigzag(*last, difference);
        if *last == 0 {
            return Err(ReplayError::Bad("id"));
        }
        Ok(Some(*last))
    }

    pub(crate) fn id(id: u32) -> Result<NodeId, ReplayError> {
        NodeId::from_wire(id).ok_or(ReplayError::Bad("id"))
    }

    fn detach(&mut self) -> Result<(), ReplayError> {
        let mut last = 0;
        while let Some(id) = self.listed(&mut last)? {
            let node = self.mirror.get(id).ok_or(ReplayError::Bad("moved id"))?;
            let moves = matches!(node.kind, Kind::Element(_) | Kind::Text(_) | Kind::Doctype);
            if !moves || self.mirror.is_detached(id) {
                return Err(ReplayError::Bad("moved id"));
            }
            self.mirror.unlink(id);
            self.sink.detach(Self::id(id)?);
        }
        Ok(())
    }

    fn remove(&mut self) -> Result<(), ReplayError> {
        let mut last = 0;
        while let Some(id) = self.listed(&mut last)? {
            if id == DOCUMENT || self.mirror.get(id).is_none() {
                return Err(ReplayError::Bad("gone id"));
            }
            if !self.mirror.is_detached(id) {
                self.mirror.unlink(id);
            }
            self.sink.remove(Self::id(id)?);
            let sink = &mut *self.sink;
            self.mirror.kill(id, |dead| {
                if let Some(dead) = NodeId::from_wire(dead) {
                    sink.forget(dead);
                }
            });
        }
        Ok(())
    }

    pub(crate) fn string(&mut self) -> Result<Text<'a>, ReplayError> {
        let code = self.reader.code()?;
        self.string_of(code)
    }

    fn string_of(&mut self, value: u32) -> Result<Text<'a>, ReplayError> {
        match value {
            code::LITERAL => Ok(Text::Literal(self.reader.literal()?)),
            code::KEPT => Ok(Text::Entry(self.dictionary.push(self.reader.literal()?)?)),
            entry => Ok(Text::Entry(entry - code::ENTRY)),
        }
    }

    fn attributes(&mut self) -> Result<(), ReplayError> {
        let mut last = 0;
        while let Some(id) = self.listed(&mut last)? {
            let name = self.string()?;
            let value = match self.reader.code()?.checked_sub(1) {
                Some(code) => Some(self.string_of(code)?),
                None => None,
            };
            self.attribute(id, name, value)?;
        }
        Ok(())
    }

    /// Sets or removes an attribute in the mirror, and in the sink as far as policy lets it.
    pub(crate) fn attribute(
        &mut self,
        id: u32,
        name: Text<'_>,
        value: Option<Text<'_>>,
    ) -> Result<(), ReplayError> {
        let node = self.mirror.get(id).ok_or(ReplayError::Bad("id"))?;
        if matches!(node.kind, Kind::Text(_) | Kind::Doctype) {
            return Err(ReplayError::Bad("bearer of an attribute"));
        }
        if MAX_ATTRIBUTES <= usize::from(node.attribute_count) && value.is_some() {
            return Err(ReplayError::TooMany("attributes"));
        }
        let role = node.note.role;
        let (name, value) = (text(self.dictionary, name)?, value.map(|value| text(self.dictionary, value)));
        let value = value.transpose()?;
        let count = node.attribute_count;
        self.mirror.set_attribute(id, name_hash(name), value.map(|value| hash::bytes(value.as_bytes())));
        let is_new = self.mirror.get(id).is_some_and(|node| count < node.attribute_count);
        let parsed = AttributeName::parse(name);
        match value.map(|value| policy::attribute_of(role, parsed, value)) {
            Some(policy::Keep::Set(value)) => self.sink.attribute(Self::id(id)?, parsed, Some(&value)),
            Some(policy::Keep::Drop) if is_new => {}
            // A value that may not be set must not leave an older one standing either.
            Some(policy::Keep::Drop) | None => self.sink.attribute(Self::id(id)?, parsed, None),
        }
        Ok(())
    }

    fn texts(&mut self) -> Result<(), ReplayError> {
        let mut last = 0;
        while let Some(id) = self.listed(&mut last)? {
            let data = self.string()?;
            let node = self.mirror.get(id).ok_or(ReplayError::Bad("id"))?;
            let kind = node.kind;
            if !matches!(kind, Kind::Text(_)) {
                return Err(ReplayError::Bad("text id"));
            }
            let role = self.mirror.get(node.parent).map_or(policy::Role::Plain, |parent| parent.note.role);
            let data = text(self.dictionary, data)?;
            self.mirror.relabel(id, hash::label(kind, hash::bytes(data.as_bytes())));
            self.sink.set_text(Self::id(id)?, &policy::text(role, data));
        }
        Ok(())
    }
}

/// What a string says.
pub(crate) fn text<'a>(dictionary: &'a Dictionary, text: Text<'a>) -> Result<&'a str, ReplayError> {
    match text {
        Text::Entry(entry) => dictionary.get(entry),
        Text::Literal(literal) => Ok(literal),
    }
}
