//! The capture check: the live page, read again, beside the mirror.
use super::{
    super::{
        GatherError, Kind, ShadowMode, TextKind,
        gather::{read::word_len, word},
        hash,
        names::PROPERTY_BIT,
    },
    values::Pass,
};
use crate::{
    id::NodeId,
    redaction::{MASK, Treatment},
};

/// Where the live page and the mirror differ.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Differences {
    /// Nodes that are in other places than in the mirror, each with the sibling that is before it there.
    pub places: Vec<(NodeId, Option<NodeId>)>,
    /// Nodes that are where they should be, and are or show something else.
    pub contents: Vec<NodeId>,
}

impl Differences {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty() && self.contents.is_empty()
    }
}

impl Pass<'_> {
    /// The nodes whose words do not say what the mirror holds.
    pub(crate) fn compare(&mut self, ops: &[u32]) -> Result<Differences, GatherError> {
        let (mut rest, mut different) = (ops, Differences::default());
        loop {
            match rest {
                [] | [0] => return Ok(different),
                [id, parent, prev, words @ ..] if *id != 0 => {
                    let first = *words.first().ok_or(GatherError::Short("a comparison"))?;
                    let (words, after) =
                        words.split_at_checked(word_len(first)?).ok_or(GatherError::Short("a comparison"))?;
                    let there = self.mirror.get(*id).map(|node| (node.parent, node.prev));
                    if there != Some((*parent, *prev)) {
                        let before = there.and_then(|(_, before)| NodeId::from_wire(before));
                        different.places.extend(NodeId::from_wire(*id).map(|id| (id, before)));
                    } else if !self.is_same(*id, words)? {
                        different.contents.extend(NodeId::from_wire(*id));
                    }
                    rest = after.strip_prefix(&[word::END]).unwrap_or(after);
                }
                _ => return Err(GatherError::Short("a comparison")),
            }
        }
    }

    fn is_same(&mut self, id: u32, words: &[u32]) -> Result<bool, GatherError> {
        match words[0] & 0xf {
            word::ELEM => self.is_same_element(id, words),
            word::SHADOW => {
                let kind = Kind::Shadow(ShadowMode((words[0] >> 4) as u8 & 3));
                Ok(self.has_label(id, hash::label(kind, 0)))
            }
            word::DOCUMENT => Ok(self.has_label(id, hash::label(Kind::Document, 0))),
            word::TEXT => self.is_same_text(id, TextKind::Text, words[0] >> 4),
            word::COMMENT => self.is_same_text(id, TextKind::Comment, words[0] >> 4),
            word::CDATA => self.is_same_text(id, TextKind::Cdata, words[0] >> 4),
            word::DOCTYPE => {
                let whole = [words[0] >> 4, words[1], words[2]];
                let whole = whole.iter().fold(0, |whole, at| hash::pair(whole, self.strings.hash(*at)));
                Ok(self.has_label(id, hash::label(Kind::Doctype, whole)))
            }
            _ => Err(GatherError::Bad("word")),
        }
    }

    fn has_label(&self, id: u32, label: u64) -> bool {
        self.mirror.get(id).is_some_and(|node| node.label == label)
    }

    fn is_same_text(&mut self, id: u32, kind: TextKind, at: u32) -> Result<bool, GatherError> {
        let Some(node) = self.mirror.get(id) else { return Ok(false) };
        let treatment = self.text_treatment(kind, node.note.inherited);
        if treatment == Treatment::Drop {
            return Ok(true);
        }
        let Some(said) = self.decide(id, treatment, at)? else { return Ok(true) };
        let (_, hash) = self.settle(said)?;
        let has = |hash| self.has_label(id, hash::label(Kind::Text(kind), hash));
        Ok(has(hash) || has(mask_hash()))
    }

    fn is_same_element(&mut self, id: u32, words: &[u32]) -> Result<bool, GatherError> {
        let element = self.element_words(words)?;
        let Some(node) = self.mirror.get(id) else { return Ok(false) };
        let (note, label) = (node.note, node.label);
        let kind = Kind::Element(element.namespace);
        let (role, flags) = self.role_and_flags(&element)?;
        let (bearer, inside) = note.inherited.element(flags, role);
        let told = hash::label(kind, self.names.get(element.tag).hash);
        // Secret sticks to a node: the words may not know any more.
        if label != told
            || (inside != note.inside && !note.bearer.is_secret())
            || bearer.role != note.bearer.role
        {
            return Ok(false);
        }
        self.decide_attributes(id, note.bearer, element.attributes)?;
        self.has_attributes(id)
    }

    /// Whether the node has the decided attributes, and no others but properties.
    fn has_attributes(&mut self, id: u32) -> Result<bool, GatherError> {
        let decided = std::mem::take(&mut self.decided);
        let mut told = Vec::with_capacity(decided.len());
        for (name, said) in &decided {
            told.push((self.names.get(*name).hash, self.settle(said.clone())?.1));
        }
        self.decided = decided;
        let held: Vec<_> = self.mirror.attributes(id).collect();
        let all_held = told
            .iter()
            .all(|(name, hash)| held.contains(&(*name, *hash)) || held.contains(&(*name, mask_hash())));
        let all_told = held
            .iter()
            .filter(|(name, _)| name & PROPERTY_BIT == 0)
            .all(|(name, _)| told.iter().any(|(known, _)| known == name));
        Ok(all_held && all_told)
    }
}

/// The hash of what stands for a copy of what a field held when it was sent: it may hold something else now.
pub(super) fn mask_hash() -> u64 {
    hash::bytes(MASK.as_bytes())
}
