//! The sections of a batch around its new subtrees: what moves and goes, attributes, texts.
use super::{
    super::{GatherError, Kind, gather::read::Sections, hash, mirror::DOCUMENT, write::Base},
    values::{Pass, Said, learn},
};
use crate::{
    id::NodeId,
    redaction::{Class, Flags, Treatment},
    wire::limits::MAX_ATTRIBUTES,
};

/// Facts that change nothing of what is sent of the element already.
const IN_PLACE: u8 = Flags::LOCK | Flags::CHOSEN;

impl<'p> Pass<'p> {
    /// Writes the whole batch; tells whether there is anything in it.
    pub(crate) fn run(&mut self, sections: Sections<'_>) -> Result<bool, GatherError> {
        self.mark_stale(sections.attributes)?;
        self.learn_fields(&sections)?;
        self.detach(sections.moved)?;
        self.remove(sections.gone)?;
        self.groups(sections.groups)?;
        self.attributes(sections.attributes)?;
        self.texts(sections.texts)?;
        self.sweep(sections.moved);
        self.held.end_batch();
        Ok(self.changed)
    }

    /// Finds elements of which redaction thinks differently by what this batch says, before any of their
    /// contents is written by the old verdict.
    fn mark_stale(&mut self, records: &[u32]) -> Result<(), GatherError> {
        for record in records.chunks_exact(3) {
            let class = self.names.get(self.names.id(record[1])?).class;
            if class.is_telling() {
                let value = record[2].checked_sub(1).map(|at| self.strings.get(at)).transpose()?;
                self.relearn(record[0], class, value);
            }
        }
        Ok(())
    }

    fn relearn(&mut self, id: u32, class: Class, value: Option<&str>) {
        let Some(node) = self.mirror.get_mut(id).filter(|node| matches!(node.kind, Kind::Element(_))) else {
            return;
        };
        let bearer = node.note.bearer;
        let (role, flags) = match (class, value) {
            // What was secret once stays so: a password shown as text is the same password.
            (Class::Flags, Some(value)) => {
                let told = value.parse().unwrap_or(bearer.flags.0 | Flags::RULE_FAILED);
                (bearer.role, Flags(told | bearer.flags.0 & (Flags::SECRET | Flags::CHOSEN)))
            }
            // Without its type an input is one of text, and without its name a meta is any. Other facts that go tell
            // nothing: capture does.
            (Class::Type | Class::MetaName, value) => {
                learn(bearer.role, bearer.flags, class, value.unwrap_or_default())
            }
            (_, Some(value)) => learn(bearer.role, bearer.flags, class, value),
            (_, None) => return,
        };
        node.note.bearer.flags.0 = bearer.flags.0 & !IN_PLACE | flags.0 & IN_PLACE;
        if role != bearer.role || (flags.0 ^ bearer.flags.0) & !IN_PLACE != 0 {
            self.make_stale(id);
        }
    }

    /// Nodes that move leave their places first, so that no order of moves can meet itself.
    fn detach(&mut self, ids: &[u32]) -> Result<(), GatherError> {
        for &id in ids {
            let Some(node) = self.mirror.get(id) else { continue };
            if id == DOCUMENT || matches!(node.kind, Kind::Document | Kind::Shadow(_)) {
                return Err(GatherError::Bad("moved id"));
            }
            if !self.mirror.is_detached(id) {
                self.mirror.unlink(id);
                self.writer.listed(id);
                self.changed = true;
            }
        }
        self.writer.end_list();
        Ok(())
    }

    fn remove(&mut self, ids: &[u32]) -> Result<(), GatherError> {
        for &id in ids {
            if id == DOCUMENT {
                return Err(GatherError::Bad("gone id"));
            }
            self.end(id);
        }
        self.writer.end_list();
        Ok(())
    }

    /// Ends a node and all below it, if it is there.
    fn end(&mut self, id: u32) {
        if self.mirror.get(id).is_none() {
            return;
        }
        if !self.mirror.is_detached(id) {
            self.mirror.unlink(id);
        }
        self.writer.listed(id);
        self.changed = true;
        let (retired, held) = (&mut *self.retired, &mut *self.held);
        self.mirror.kill(id, |dead| {
            held.end(dead);
            retired.extend(NodeId::from_wire(dead));
        });
    }

    fn attributes(&mut self, records: &[u32]) -> Result<(), GatherError> {
        for record in records.chunks_exact(3) {
            self.attribute(record[0], self.names.id(record[1])?, record[2])?;
        }
        self.writer.end_list();
        Ok(())
    }

    fn attribute(&mut self, id: u32, name: u32, value: u32) -> Result<(), GatherError> {
        if self.names.get(name).class.is_telling() {
            // Once more: the node may be one of this batch's own, which was not there at first.
            let told = value.checked_sub(1).map(|at| self.strings.get(at)).transpose()?;
            self.relearn(id, self.names.get(name).class, told);
        }
        let Some(node) = self.mirror.get(id).filter(|node| !node.note.dying) else { return Ok(()) };
        let (note, is_crowded) = (node.note, MAX_ATTRIBUTES <= usize::from(node.attribute_count));
        let known = self.names.get(name);
        let (class, name_hash) = (known.class, known.hash);
        if matches!(node.kind, Kind::Text(_) | Kind::Doctype) || class == Class::Flags {
            return Ok(());
        }
        let said = match value.checked_sub(1) {
            None => None,
            Some(at) => {
                let treatment = self.treatment(&note, class, self.strings.get(at)?);
                self.decide(id, treatment, at)?
            }
        };
        let said = said.map(|said| self.settle(said)).transpose()?;
        let hash = said.as_ref().map(|(_, hash)| *hash);
        // A value that changes under its mask has the same hash as before and ends here.
        if is_crowded || !self.mirror.set_attribute(id, name_hash, hash) {
            return Ok(());
        }
        self.changed = true;
        self.writer.listed(id);
        self.say_name(name);
        self.say_record(said)
    }

    fn say_record(&mut self, said: Option<(Said<'p>, u64)>) -> Result<(), GatherError> {
        match said {
            None => self.writer.removed(),
            Some((said, hash)) => self.say(&said, hash, Base::Record)?,
        }
        Ok(())
    }

    fn texts(&mut self, records: &[u32]) -> Result<(), GatherError> {
        for record in records.chunks_exact(2) {
            self.changed_text(record[0], record[1])?;
        }
        self.writer.end_list();
        Ok(())
    }

    fn changed_text(&mut self, id: u32, value: u32) -> Result<(), GatherError> {
        let Some(node) = self.mirror.get(id).filter(|node| !node.note.dying) else { return Ok(()) };
        let (kind, inherited) = (node.kind, node.note.inherited);
        let Kind::Text(text) = kind else { return Ok(()) };
        let told = self.text_treatment(text, inherited);
        let treatment = if told == Treatment::Drop { Treatment::Empty } else { told };
        let Some(said) = self.decide(id, treatment, value)? else { return Ok(()) };
        let (said, hash) = self.settle(said)?;
        if self.mirror.relabel(id, hash::label(kind, hash)) {
            self.changed = true;
            self.writer.listed(id);
            self.say_text(&said, hash)?;
        }
        Ok(())
    }

    /// Ends what is stale, and what moved and found no place.
    fn sweep(&mut self, moved: &[u32]) {
        for index in 0..self.stale.len() {
            self.end(self.stale[index].to_wire());
        }
        for &id in moved {
            if self.mirror.is_detached(id) {
                self.end(id);
            }
        }
        self.writer.end_list();
    }
}
