//! One batch on its way to the wire, and how each of its strings gets there: through redaction.
use super::{
    super::{
        Assets, GatherError, Kind, Namespace,
        gather::{
            read::{Seen, Strings},
            word,
        },
        hash,
        mirror::{DOCUMENT, Mirror},
        names::Names,
        strings::{MAX_KEPT, entry_cost},
        write::{Base, Writer, left_out},
    },
    Note,
    compare::mask_hash,
    held::Held,
};
use crate::{
    id::NodeId,
    redaction::{self, Bearer, Class, Flags, Policy, Redacted, Role, Treatment},
    wire::limits::{MAX_ATTRIBUTES, MAX_VALUE},
};

/// Everything that one batch touches.
pub(crate) struct Pass<'p> {
    pub policy: &'p Policy,
    pub names: &'p mut Names,
    pub mirror: &'p mut Mirror<Note>,
    pub writer: &'p mut Writer,
    pub held: &'p mut Held,
    /// Nothing is recorded: what was sent is looked at again.
    pub compares: bool,
    pub retired: &'p mut Vec<NodeId>,
    pub stale: &'p mut Vec<NodeId>,
    pub strings: Strings<'p>,
    pub assets: &'p mut dyn Assets,
    /// The attributes of the element at hand that travel.
    pub decided: Vec<(u32, Said<'p>)>,
    /// Whether the frame says anything.
    pub changed: bool,
}

/// What is said for a value.
#[derive(Debug, Clone)]
pub(crate) enum Said<'p> {
    /// A string of the batch, as it is.
    Ref(u32),
    /// Something else.
    Other(Redacted<'p>),
}

/// An element's words, read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ElementWords<'a> {
    pub namespace: Namespace,
    pub flags: Flags,
    pub is_open: bool,
    /// The id of its tag's name.
    pub tag: u32,
    /// Name refs and value refs in turn.
    pub attributes: &'a [u32],
}

impl<'p> Pass<'p> {
    pub(crate) fn element_words<'a>(&self, words: &'a [u32]) -> Result<ElementWords<'a>, GatherError> {
        let [first, tag, attributes @ ..] = words else { return Err(GatherError::Short("an element")) };
        Ok(ElementWords {
            namespace: Namespace::from_bits(first >> 4),
            flags: Flags((first >> word::FLAGS_SHIFT) as u8),
            is_open: first & word::OPEN != 0,
            tag: self.names.id(*tag)?,
            attributes,
        })
    }

    /// What redaction must know of an element: JavaScript's flags and what its own attributes tell. Both only
    /// add.
    pub(crate) fn role_and_flags(&self, element: &ElementWords<'_>) -> Result<(Role, Flags), GatherError> {
        let tag = self.names.get(element.tag);
        let mut role = match element.namespace {
            Namespace::Html => tag.role,
            Namespace::Svg => Role::of_svg(&tag.text),
            Namespace::MathMl | Namespace::Other => Role::Other,
        };
        let mut flags = element.flags;
        for pair in element.attributes.chunks_exact(2) {
            let class = self.names.get(self.names.id(pair[0])?).class;
            if class.is_telling() {
                (role, flags) = learn(role, flags, class, self.strings.get(pair[1])?);
            }
        }
        Ok((role, flags))
    }

    /// Decides what of an element's attributes travels.
    pub(crate) fn decide_attributes(
        &mut self,
        id: u32,
        bearer: Bearer,
        attributes: &[u32],
    ) -> Result<(), GatherError> {
        self.decided.clear();
        for pair in attributes.chunks_exact(2) {
            let name = self.names.id(pair[0])?;
            let treatment = bearer.attribute(self.names.get(name).class, self.policy.mode);
            if let Some(said) = self.decide(id, treatment, pair[1])? {
                self.decided.push((name, said));
            }
        }
        self.decided.truncate(MAX_ATTRIBUTES);
        Ok(())
    }

    /// Decides what is said for a string of the batch on the node `id`.
    pub(crate) fn decide(
        &mut self,
        id: u32,
        treatment: Treatment,
        at: u32,
    ) -> Result<Option<Said<'p>>, GatherError> {
        let value = self.strings.get(at)?;
        let whole = value.len() <= MAX_VALUE;
        if treatment == Treatment::Drop {
            return Ok(None);
        }
        let treatment = self.unless_copy(treatment, at, value);
        let shows = matches!(treatment, Treatment::Show | Treatment::Unmasked | Treatment::Markup)
            || (treatment == Treatment::Data && !redaction::is_state(value));
        let unchanged = treatment == Treatment::AsIs
            || (shows && self.is_clean(at, value)?)
            || (treatment == Treatment::Urls && !crate::css::may_hold_urls(value));
        if unchanged && whole {
            return Ok(Some(Said::Ref(at)));
        }
        let assets = &mut *self.assets;
        let node = NodeId::from_wire(id).ok_or(GatherError::Bad("id"))?;
        let mut number = |url: &str, kind| assets.number(node, url, kind);
        let said = redaction::redact(treatment, value, self.policy, &mut number);
        Ok(said.map(|said| Said::Other(redaction::cut(said, MAX_VALUE))))
    }

    /// Looks at each distinct string of a batch once.
    fn is_clean(&mut self, at: u32, value: &str) -> Result<bool, GatherError> {
        let seen = self.strings.seen(at)?;
        if *seen == Seen::Not {
            *seen = if redaction::has_sensitive(value) { Seen::Sensitive } else { Seen::Clean };
        }
        Ok(*seen == Seen::Clean)
    }

    /// The decision that the frame has room for, and the hash of its text.
    pub(crate) fn settle(&self, said: Said<'p>) -> Result<(Said<'p>, u64), GatherError> {
        let (len, hash) = match &said {
            Said::Ref(at) => (self.strings.get(*at)?.len(), self.strings.hash(*at)),
            Said::Other(text) => (text.as_str().len(), hash::bytes(text.as_str().as_bytes())),
        };
        if self.writer.is_full(len) {
            let left_out = left_out();
            let hash = hash::bytes(left_out.as_str().as_bytes());
            return Ok((Said::Other(left_out), hash));
        }
        Ok((said, hash))
    }

    /// Writes an attribute's value that was settled.
    pub(crate) fn say(&mut self, said: &Said<'p>, hash: u64, base: Base) -> Result<(), GatherError> {
        match said {
            Said::Ref(at) => match self.strings.wire(*at) {
                Some(entry) => self.writer.entry(entry, base),
                None => {
                    let entry = self.writer.string(&redaction::clean(self.strings.get(*at)?), hash, base);
                    self.strings.set_wire(*at, entry);
                }
            },
            Said::Other(text) => {
                self.writer.string(text, hash, base);
            }
        }
        Ok(())
    }

    /// Writes a text's data that were settled.
    pub(crate) fn say_text(&mut self, said: &Said<'p>, hash: u64) -> Result<(), GatherError> {
        match said {
            Said::Ref(at) => match self.strings.wire(*at) {
                Some(entry) => self.writer.entry(entry, Base::Value),
                None => {
                    let entry = self.writer.text(&redaction::clean(self.strings.get(*at)?), hash);
                    self.strings.set_wire(*at, entry);
                }
            },
            Said::Other(text) => {
                self.writer.text(text, hash);
            }
        }
        Ok(())
    }

    /// Writes the name of an attribute or a tag.
    pub(crate) fn say_name(&mut self, id: u32) {
        let name = self.names.get(id);
        if let Some(entry) = name.wire.checked_sub(1) {
            return self.writer.entry(entry, Base::Value);
        }
        let hash = hash::bytes(name.text.as_bytes());
        let entry = self.writer.string(&redaction::name(&name.text), hash, Base::Value);
        self.names.set_wire(id, entry);
    }

    /// What the names of a new shape would cost the dictionary; more than it can have when one is too long.
    pub(crate) fn missing_names(names: &Names, ids: impl Iterator<Item = u32>) -> usize {
        ids.map(|id| names.get(id))
            .filter(|name| name.wire == 0)
            .map(|name| if name.text.len() <= MAX_KEPT { entry_cost(name.text.len()) } else { usize::MAX })
            .fold(0, usize::saturating_add)
    }

    /// What happens to an attribute record: a selection on a document speaks of other nodes.
    pub(crate) fn treatment(&self, note: &Note, class: Class, value: &str) -> Treatment {
        let treatment = note.bearer.attribute(class, self.policy.mode);
        if class == Class::Selection && note.bearer.role == Role::Root && self.selects_hidden(value) {
            return Treatment::Drop;
        }
        treatment
    }

    /// Whether one end of a selection, `node offset node offset`, counts the characters of a hidden text.
    fn selects_hidden(&self, value: &str) -> bool {
        value.split(' ').step_by(2).any(|id| {
            let node = id.parse().ok().and_then(|id: u32| self.mirror.get(id));
            node.is_none_or(|node| {
                let is_text = matches!(node.kind, Kind::Text(_));
                let text = node.note.inherited.text(self.policy.mode);
                let hidden = !matches!(text, Treatment::Show | Treatment::Unmasked)
                    || node.label == hash::label(node.kind, mask_hash());
                (is_text && hidden) || (node.note.bearer.is_field() && node.note.bearer.hides_value())
            })
        })
    }

    /// Asks capture to walk a node again.
    pub(crate) fn add_stale(&mut self, id: u32) {
        if let Some(id) = NodeId::from_wire(id).filter(|id| !self.stale.contains(id)) {
            self.stale.push(id);
        }
    }

    /// Notes that a node and all below it go at the end of this frame, because redaction changed its mind.
    pub(crate) fn make_stale(&mut self, id: u32) {
        let already = id == DOCUMENT || self.mirror.get(id).is_none_or(|node| node.note.dying);
        if already {
            return;
        }
        self.add_stale(id);
        let mut current = Some(id);
        while let Some(below) = current {
            if let Some(node) = self.mirror.get_mut(below) {
                node.note.dying = true;
            }
            current = self.mirror.following(below, id);
        }
    }
}

/// What one attribute adds to what is known of its element.
#[allow(clippy::wildcard_enum_match_arm, reason = "the other classes tell nothing")]
pub(crate) fn learn(role: Role, flags: Flags, class: Class, value: &str) -> (Role, Flags) {
    let with = |bits| Flags(flags.0 | bits);
    let is = |kinds: &[&str]| kinds.iter().any(|kind| value.trim().eq_ignore_ascii_case(kind));
    match class {
        Class::TandemMask => (role, with(Flags::MASK)),
        Class::TandemBlock => (role, with(Flags::BLOCK)),
        Class::TandemLock => (role, with(Flags::LOCK)),
        Class::Type if matches!(role, Role::Input | Role::Button | Role::Hidden) => match () {
            () if is(&["password"]) => (Role::Input, with(Flags::SECRET)),
            () if is(&["hidden"]) => (Role::Hidden, with(Flags::SECRET)),
            () if is(&["submit", "button", "reset", "image"]) => (Role::Button, flags),
            () if is(&["checkbox", "radio", "range", "color"]) => (Role::Input, with(Flags::CHOSEN)),
            () => (Role::Input, Flags(flags.0 & !Flags::CHOSEN)),
        },
        Class::Autocomplete if is_secret_purpose(value) => (role, with(Flags::SECRET)),
        Class::MetaName if matches!(role, Role::Meta | Role::Drawing) => {
            let draws = is(&["viewport", "color-scheme", "theme-color"]);
            (if draws { Role::Drawing } else { Role::Meta }, flags)
        }
        _ => (role, flags),
    }
}

/// The autofill tokens (HTML §4.10.18.7) of what an agent must never see.
fn is_secret_purpose(value: &str) -> bool {
    value.split_ascii_whitespace().map(str::to_ascii_lowercase).any(|token| {
        token.starts_with("cc-") || matches!(&*token, "one-time-code" | "current-password" | "new-password")
    })
}
