//! The groups of a body: places, and streams of heads that become nodes.
use super::{
    super::{
        Kind, Namespace, ShadowMode, TextKind,
        columns::{head, unzigzag},
        hash,
        names::name_hash,
        policy,
    },
    Note, ReplayError,
    apply::{Apply, Text, text},
};
use crate::{
    id::NodeId,
    wire::limits::{MAX_ATTRIBUTES, MAX_DEPTH, MAX_IDS, MAX_NODES},
};

/// Where a stream is.
struct Cursor {
    parent: u32,
    prev: u32,
    /// The sibling before which the stream's own nodes go.
    before: Option<NodeId>,
    root: u32,
    depth: usize,
    open: Vec<u32>,
    last_known: u32,
}

impl Cursor {
    fn top(&self) -> u32 {
        self.open.last().copied().unwrap_or(self.parent)
    }

    fn child_depth(&self) -> usize {
        self.depth + self.open.len() + 1
    }
}

/// Tag and attribute names of an element, wherever they were said.
enum Names<'a> {
    Kept { start: usize, count: usize },
    Once(Vec<Text<'a>>),
}

impl<'a> Apply<'a> {
    pub(crate) fn groups(&mut self) -> Result<(), ReplayError> {
        let (mut last, mut last_known) = (0, 0);
        while let Some(parent) = self.listed(&mut last)? {
            let prev = match self.reader.head()?.checked_sub(1) {
                Some(difference) => unzigzag(parent, difference),
                None => 0,
            };
            let mut cursor = self.cursor(parent, prev)?;
            cursor.last_known = last_known;
            while self.node(&mut cursor)? {}
            last_known = cursor.last_known;
        }
        Ok(())
    }

    fn cursor(&self, parent: u32, prev: u32) -> Result<Cursor, ReplayError> {
        let node = self.mirror.get(parent).ok_or(ReplayError::Bad("parent"))?;
        let holds = matches!(node.kind, Kind::Element(_) | Kind::Document | Kind::Shadow(_));
        let next = match prev {
            0 => node.first,
            _ => {
                self.mirror
                    .get(prev)
                    .filter(|it| it.parent == parent)
                    .ok_or(ReplayError::Bad("sibling"))?
                    .next
            }
        };
        if !holds || (prev != 0 && node.content == prev) {
            return Err(ReplayError::Bad("parent"));
        }
        let (root, depth) = self.mirror.root(parent);
        let before = NodeId::from_wire(next);
        Ok(Cursor { parent, prev, before, root, depth, open: Vec::new(), last_known: 0 })
    }

    /// One head of the stream; `false` at the stream's end.
    fn node(&mut self, cursor: &mut Cursor) -> Result<bool, ReplayError> {
        match self.reader.head()? {
            head::END => return Ok(cursor.open.pop().is_some()),
            head::TEXT => self.text(TextKind::Text, cursor)?,
            head::COMMENT => self.text(TextKind::Comment, cursor)?,
            head::CDATA => self.text(TextKind::Cdata, cursor)?,
            head::DOCTYPE => self.doctype(cursor)?,
            head::KNOWN => self.known(cursor)?,
            head::SHADOW => {
                let mode = self.reader.head()?;
                let mode =
                    u8::try_from(mode).ok().filter(|mode| *mode < 4).ok_or(ReplayError::Bad("mode"))?;
                self.content(Kind::Shadow(ShadowMode(mode)), cursor)?;
            }
            head::DOCUMENT => self.content(Kind::Document, cursor)?,
            head::SKIP => self.skip()?,
            head::SHAPE => self.new_shape(cursor)?,
            shape => self.kept_shape(shape - head::ELEMENT, cursor)?,
        }
        Ok(true)
    }

    fn skip(&mut self) -> Result<(), ReplayError> {
        let count = self.reader.head()?;
        // Each id is a row of a table: a few bytes must not ask for much memory.
        if MAX_IDS as u32 - self.mirror.next_id().min(MAX_IDS as u32) < count {
            return Err(ReplayError::TooMany("ids"));
        }
        self.mirror.skip(count);
        Ok(())
    }

    /// A new node of the mirror, within the bounds.
    fn push(&mut self, kind: Kind, label: u64, note: Note, cursor: &Cursor) -> Result<u32, ReplayError> {
        if MAX_NODES <= self.mirror.live() || self.mirror.is_full() {
            return Err(ReplayError::TooMany("nodes"));
        }
        if MAX_DEPTH < cursor.child_depth() {
            return Err(ReplayError::TooMany("levels"));
        }
        Ok(self.mirror.push(kind, label, note))
    }

    fn place(&mut self, id: u32, cursor: &mut Cursor) -> Result<(), ReplayError> {
        let parent = cursor.top();
        self.check_place(id, parent)?;
        let (parent_id, before) = match cursor.open.last() {
            Some(parent) => {
                self.mirror.append(id, *parent);
                (*parent, None)
            }
            None => {
                self.mirror.link(id, cursor.parent, cursor.prev);
                cursor.prev = id;
                (cursor.parent, cursor.before)
            }
        };
        self.sink.insert(Self::id(id)?, Self::id(parent_id)?, before);
        Ok(())
    }

    /// A document holds no text, a doctype goes nowhere else, and no text becomes a sheet by moving.
    fn check_place(&self, id: u32, parent: u32) -> Result<(), ReplayError> {
        let (node, parent) =
            self.mirror.get(id).zip(self.mirror.get(parent)).ok_or(ReplayError::Bad("place"))?;
        let is_sheet = node.note.is_sheet == parent.note.role.is_style();
        let fits = parent.kind.holds(node.kind) && (is_sheet || !matches!(node.kind, Kind::Text(_)));
        if fits { Ok(()) } else { Err(ReplayError::Bad("place")) }
    }

    fn text(&mut self, kind: TextKind, cursor: &mut Cursor) -> Result<(), ReplayError> {
        let data = self.string()?;
        let role = self.mirror.get(cursor.top()).map_or(policy::Role::Plain, |parent| parent.note.role);
        let hash = hash::bytes(text(self.dictionary, data)?.as_bytes());
        let note = Note { is_sheet: role.is_style(), ..Note::default() };
        let id = self.push(Kind::Text(kind), hash::label(Kind::Text(kind), hash), note, cursor)?;
        let data = text(self.dictionary, data)?;
        let role = if kind == TextKind::Comment { policy::Role::Plain } else { role };
        self.sink.text(Self::id(id)?, kind, &policy::text(role, data));
        self.place(id, cursor)
    }

    fn doctype(&mut self, cursor: &mut Cursor) -> Result<(), ReplayError> {
        let (name, public, system) = (self.string()?, self.string()?, self.string()?);
        let mut whole = 0;
        for part in [name, public, system] {
            whole = hash::pair(whole, hash::bytes(text(self.dictionary, part)?.as_bytes()));
        }
        let id = self.push(Kind::Doctype, hash::label(Kind::Doctype, whole), Note::default(), cursor)?;
        let dictionary = &*self.dictionary;
        let (name, public, system) =
            (text(dictionary, name)?, text(dictionary, public)?, text(dictionary, system)?);
        self.sink.doctype(Self::id(id)?, name, public, system);
        self.place(id, cursor)
    }

    fn known(&mut self, cursor: &mut Cursor) -> Result<(), ReplayError> {
        let id = unzigzag(cursor.last_known, self.reader.head()?);
        cursor.last_known = id;
        if !self.mirror.is_detached(id) || id == cursor.root {
            return Err(ReplayError::Bad("known id"));
        }
        let room = MAX_DEPTH.checked_sub(cursor.child_depth()).ok_or(ReplayError::TooMany("levels"))?;
        if room < self.mirror.height(id, room) {
            return Err(ReplayError::TooMany("levels"));
        }
        self.place(id, cursor)
    }

    fn content(&mut self, kind: Kind, cursor: &mut Cursor) -> Result<(), ReplayError> {
        let host = cursor.top();
        let node = self.mirror.get(host).ok_or(ReplayError::Bad("host"))?;
        let fits = matches!(node.kind, Kind::Element(_)) && (kind != Kind::Document || node.note.is_iframe);
        if !fits || node.content != 0 {
            return Err(ReplayError::Bad("host"));
        }
        let id = self.push(kind, hash::label(kind, 0), Note::default(), cursor)?;
        self.mirror.link_content(id, host);
        let (id, host) = (Self::id(id)?, Self::id(host)?);
        if let Kind::Shadow(mode) = kind {
            self.sink.shadow(id, host, mode);
        } else {
            self.sink.document(id, host);
        }
        cursor.open.push(id.to_wire());
        Ok(())
    }

    fn kept_shape(&mut self, value: u32, cursor: &mut Cursor) -> Result<(), ReplayError> {
        let shape = self.shapes.get(value >> 1)?;
        let names = Names::Kept { start: shape.start, count: shape.count };
        let namespace = Namespace::from_bits(shape.namespace);
        self.element(namespace, Text::Entry(shape.tag), names, cursor, value & 1 != 0)
    }

    fn new_shape(&mut self, cursor: &mut Cursor) -> Result<(), ReplayError> {
        let flags = self.reader.head()?;
        let namespace = Namespace::from_bits(flags >> 2);
        let tag = self.string()?;
        let count = self.reader.code()? as usize;
        if MAX_ATTRIBUTES < count {
            return Err(ReplayError::TooMany("attributes"));
        }
        let names = (0..count).map(|_| self.string()).collect::<Result<Vec<_>, _>>()?;
        if flags & 2 != 0 {
            self.keep_shape(flags >> 2, tag, &names)?;
        }
        self.element(namespace, tag, Names::Once(names), cursor, flags & 1 != 0)
    }

    fn keep_shape(&mut self, namespace: u32, tag: Text<'_>, names: &[Text<'_>]) -> Result<(), ReplayError> {
        let entry = |text: &Text<'_>| match text {
            Text::Entry(entry) => Ok(*entry),
            Text::Literal(_) => Err(ReplayError::Bad("shape")),
        };
        let entries = names.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
        self.shapes.push(namespace, entry(&tag)?, &entries)
    }

    fn element(
        &mut self,
        namespace: Namespace,
        tag: Text<'a>,
        names: Names<'a>,
        cursor: &mut Cursor,
        opens: bool,
    ) -> Result<(), ReplayError> {
        let kind = Kind::Element(namespace);
        let source = text(self.dictionary, tag)?;
        let label = hash::label(kind, name_hash(source));
        let is_iframe = policy::is_frame(namespace, source);
        let note = Note { role: policy::Role::of(namespace, source), is_iframe, is_sheet: false };
        let id = self.push(kind, label, note, cursor)?;
        let source = text(self.dictionary, tag)?;
        match policy::element(namespace, source) {
            policy::Rebuild::As(tag) => self.sink.element(Self::id(id)?, namespace, tag),
            policy::Rebuild::Placeholder => {
                self.sink.element(Self::id(id)?, Namespace::Html, policy::PLACEHOLDER);
            }
        }
        self.new_attributes(id, &names)?;
        self.place(id, cursor)?;
        if opens {
            cursor.open.push(id);
        }
        Ok(())
    }

    fn new_attributes(&mut self, id: u32, names: &Names<'a>) -> Result<(), ReplayError> {
        let count = match names {
            Names::Kept { count, .. } => *count,
            Names::Once(names) => names.len(),
        };
        for index in 0..count {
            let name = match names {
                Names::Kept { start, .. } => Text::Entry(self.shapes.name(*start, index)?),
                Names::Once(names) => names[index],
            };
            let value = self.string()?;
            self.attribute(id, name, Some(value))?;
        }
        Ok(())
    }
}
