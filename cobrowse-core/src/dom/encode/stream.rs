//! New subtrees: a stream of gathered words becomes a stream of heads, and nodes of the mirror.
use super::{
    super::{
        GatherError, Kind, Namespace, ShadowMode, TextKind,
        columns::head,
        gather::{read::word_len, word},
        hash,
        mirror::DOCUMENT,
        write::Base,
    },
    Note,
    values::{ElementWords, Pass, Said},
};
use crate::{
    id::NodeId,
    redaction::{Flags, Inside, Role, Treatment},
    wire::limits::{MAX_DEPTH, MAX_NODES},
};

/// Where the stream is.
struct Cursor {
    /// The node under which the stream's own nodes go, and the last one there.
    parent: u32,
    prev: u32,
    inside: Inside,
    /// The topmost node above the parent: it cannot go under itself.
    root: u32,
    /// How deep the parent is.
    depth: usize,
    /// Open nodes that travel, and what their children inherit.
    open: Vec<(u32, Inside)>,
    /// How many nodes are open, travelling or not.
    levels: usize,
    /// Nodes do not travel until so few are open again.
    skipping: Option<usize>,
}

impl Cursor {
    fn top(&self) -> (u32, Inside) {
        self.open.last().copied().unwrap_or((self.parent, self.inside))
    }

    fn child_depth(&self) -> usize {
        self.depth + self.open.len() + 1
    }

    /// Everything up to this node's end does not travel.
    fn skip_contents(&mut self, is_open: bool) {
        if is_open {
            self.skipping.get_or_insert(self.levels);
            self.levels += 1;
        }
    }
}

impl<'p> Pass<'p> {
    /// All groups: each a place and a stream.
    pub(crate) fn groups(&mut self, ops: &[u32]) -> Result<(), GatherError> {
        let mut rest = ops;
        while let [parent, prev, stream @ ..] = rest {
            let mut cursor = self.cursor(*parent, *prev)?;
            self.changed = true;
            // Ids of nodes whose parent is not there are used up all the same; that needs some place.
            let place = if self.holds_nodes(*parent) { (*parent, *prev) } else { (DOCUMENT, 0) };
            self.writer.group(place.0, place.1);
            rest = self.stream(stream, &mut cursor)?;
        }
        self.writer.end_list();
        Ok(())
    }

    fn holds_nodes(&self, id: u32) -> bool {
        let kind = self.mirror.get(id).map(|node| node.kind);
        matches!(kind, Some(Kind::Element(_) | Kind::Document | Kind::Shadow(_)))
    }

    fn cursor(&self, parent: u32, prev: u32) -> Result<Cursor, GatherError> {
        let node = self.mirror.get(parent);
        let skips = node.is_none_or(|node| node.note.dying || node.note.inside.is_nowhere());
        let skips = skips || !self.holds_nodes(parent);
        let prev_parent = self.mirror.get(prev).map_or(0, |node| node.parent);
        if node.is_some() && prev != 0 && (prev_parent != parent || node.is_some_and(|it| it.content == prev))
        {
            return Err(GatherError::Bad("previous sibling"));
        }
        let (root, depth) = node.map_or((0, 0), |_| self.mirror.root(parent));
        let inside = node.map_or_else(Inside::default, |node| node.note.inside);
        let skipping = skips.then_some(usize::MAX);
        Ok(Cursor { parent, prev, inside, root, depth, open: Vec::new(), levels: 0, skipping })
    }

    /// One stream; gives what stands after its end.
    fn stream<'a>(&mut self, ops: &'a [u32], cursor: &mut Cursor) -> Result<&'a [u32], GatherError> {
        let mut rest = ops;
        loop {
            let first = *rest.first().ok_or(GatherError::Short("a stream"))?;
            let (words, after) =
                rest.split_at_checked(word_len(first)?).ok_or(GatherError::Short("a stream"))?;
            rest = after;
            match first & 0xf {
                word::END if cursor.levels == 0 => {
                    self.writer.end();
                    return Ok(rest);
                }
                word::END => self.close(cursor),
                word::KNOWN => self.known(first >> 4, cursor)?,
                kind => self.new_node(kind, words, cursor)?,
            }
        }
    }

    fn close(&mut self, cursor: &mut Cursor) {
        cursor.levels -= 1;
        match cursor.skipping {
            Some(level) if level == cursor.levels => cursor.skipping = None,
            Some(_) => {}
            None => {
                cursor.open.pop();
                self.writer.end();
            }
        }
    }

    /// A node that has an id goes here, unless it cannot: then it stays detached and goes at the end.
    fn known(&mut self, id: u32, cursor: &mut Cursor) -> Result<(), GatherError> {
        let Some(node) = self.mirror.get(id) else {
            // Retired before; capture did not know yet. It comes as new.
            self.add_stale(id);
            return Ok(());
        };
        let (kind, inherited, dying) = (node.kind, node.note.inherited, node.note.dying);
        if !self.mirror.is_detached(id) {
            return Err(GatherError::Bad("known id"));
        }
        if id == cursor.root {
            return Err(GatherError::Bad("parent: it is inside its child"));
        }
        let room = MAX_DEPTH.checked_sub(cursor.child_depth());
        let held = self.mirror.get(cursor.top().0).is_some_and(|holder| holder.kind.holds(kind));
        let fits = held && room.is_some_and(|room| self.mirror.height(id, room) <= room);
        if cursor.skipping.is_some() || !fits {
            return Ok(());
        }
        let (_, inside) = cursor.top();
        match (dying, inherited == inside) {
            (false, true) => {
                self.writer.known(id);
                self.place(id, cursor);
            }
            (false, false) => self.make_stale(id),
            // It left a subtree that goes, in the same batch: nobody would walk it again with that.
            (true, _) => self.add_stale(id),
        }
        Ok(())
    }

    fn place(&mut self, id: u32, cursor: &mut Cursor) {
        match cursor.open.last() {
            Some((parent, _)) => self.mirror.append(id, *parent),
            None => {
                self.mirror.link(id, cursor.parent, cursor.prev);
                cursor.prev = id;
            }
        }
    }

    fn new_node(&mut self, kind: u32, words: &[u32], cursor: &mut Cursor) -> Result<(), GatherError> {
        if self.mirror.is_full() {
            return Err(GatherError::TooLarge(self.mirror.next_id() as usize));
        }
        let full = MAX_NODES <= self.mirror.live() || MAX_DEPTH < cursor.child_depth();
        if cursor.skipping.is_some() || full || !self.fits(kind, cursor) {
            self.skip(words[0], cursor);
            return Ok(());
        }
        match kind {
            word::ELEM => self.element(self.element_words(words)?, cursor),
            word::SHADOW => self.content(Kind::Shadow(ShadowMode((words[0] >> 4) as u8 & 3)), cursor),
            word::DOCUMENT => self.content(Kind::Document, cursor),
            word::DOCTYPE => self.doctype(words, cursor),
            word::TEXT => self.text(TextKind::Text, words[0], cursor),
            word::COMMENT => self.text(TextKind::Comment, words[0], cursor),
            _ => self.text(TextKind::Cdata, words[0], cursor),
        }
    }

    /// Whether the open node can hold a new one of this kind. What cannot be in a page does not travel.
    fn fits(&self, kind: u32, cursor: &Cursor) -> bool {
        let Some(holder) = self.mirror.get(cursor.top().0) else { return false };
        let child = match kind {
            // A plugin's or a frameset's document has no place in a replay.
            word::DOCUMENT => return holder.note.bearer.role == Role::Frame,
            word::SHADOW => return matches!(holder.kind, Kind::Element(_)),
            word::ELEM => Kind::Element(Namespace::Html),
            word::DOCTYPE => Kind::Doctype,
            word::COMMENT => Kind::Text(TextKind::Comment),
            _ => Kind::Text(TextKind::Text),
        };
        holder.kind.holds(child)
    }

    /// A node that takes an id and does not travel, nor does what is in it.
    fn skip(&mut self, first: u32, cursor: &mut Cursor) {
        self.retired.extend(NodeId::from_wire(self.mirror.next_id()));
        self.mirror.skip(1);
        self.writer.skip();
        let is_open = match first & 0xf {
            word::ELEM => first & word::OPEN != 0,
            word::SHADOW | word::DOCUMENT => true,
            _ => false,
        };
        cursor.skip_contents(is_open);
    }

    fn text(&mut self, kind: TextKind, first: u32, cursor: &mut Cursor) -> Result<(), GatherError> {
        let (_, inside) = cursor.top();
        let treatment = self.text_treatment(kind, inside);
        let id = self.mirror.next_id();
        let Some(said) = self.decide(id, treatment, first >> 4)? else {
            self.skip(first, cursor);
            return Ok(());
        };
        let (said, hash) = self.settle(said)?;
        self.writer.text_head(match kind {
            TextKind::Text => head::TEXT,
            TextKind::Comment => head::COMMENT,
            TextKind::Cdata => head::CDATA,
        });
        self.say_text(&said, hash)?;
        let kind = Kind::Text(kind);
        self.mirror.push(kind, hash::label(kind, hash), Note::plain(inside));
        self.learn_text(id, inside, first >> 4)?;
        self.place(id, cursor);
        Ok(())
    }

    pub(crate) fn text_treatment(&self, kind: TextKind, inside: Inside) -> Treatment {
        match kind {
            TextKind::Text | TextKind::Cdata => inside.text(self.policy.mode),
            TextKind::Comment => inside.comment(),
        }
    }

    fn doctype(&mut self, words: &[u32], cursor: &mut Cursor) -> Result<(), GatherError> {
        let refs = [words[0] >> 4, words[1], words[2]];
        let id = self.mirror.next_id();
        let mut whole = 0;
        self.writer.text_head(head::DOCTYPE);
        for at in refs {
            let said = self.decide(id, Treatment::AsIs, at)?.ok_or(GatherError::Bad("doctype"))?;
            let (said, hash) = self.settle(said)?;
            self.say(&said, hash, Base::Value)?;
            whole = hash::pair(whole, hash);
        }
        let (_, inside) = cursor.top();
        self.mirror.push(Kind::Doctype, hash::label(Kind::Doctype, whole), Note::plain(inside));
        self.place(id, cursor);
        Ok(())
    }

    /// A shadow root or content document goes into its host's slot.
    fn content(&mut self, kind: Kind, cursor: &mut Cursor) -> Result<(), GatherError> {
        let (host, inside) = cursor.top();
        if self.mirror.get(host).is_none_or(|host| host.content != 0) {
            return Err(GatherError::Bad("host"));
        }
        if let Kind::Shadow(mode) = kind {
            self.writer.shadow(mode.0);
        } else {
            self.writer.document();
        }
        let inside = inside.root();
        let id = self.mirror.push(kind, hash::label(kind, 0), Note::plain(inside));
        self.mirror.link_content(id, host);
        cursor.levels += 1;
        cursor.open.push((id, inside));
        Ok(())
    }

    fn element(&mut self, element: ElementWords<'_>, cursor: &mut Cursor) -> Result<(), GatherError> {
        let (_, inherited) = cursor.top();
        let (role, flags) = self.role_and_flags(&element)?;
        let (mut bearer, mut inside) = inherited.element(flags, role);
        if self.shows_secret(bearer, element.attributes)? {
            (bearer, inside) = inherited.element(Flags(flags.0 | Flags::SECRET), role);
        }
        let id = self.mirror.next_id();
        self.decide_attributes(id, bearer, element.attributes)?;
        let opens = element.is_open && !inside.is_nowhere();
        self.shape(&element, opens);
        let kind = Kind::Element(element.namespace);
        let label = hash::label(kind, self.names.get(element.tag).hash);
        self.mirror.push(kind, label, Note { bearer, inherited, inside, dying: false });
        if bearer.is_typed_into() {
            self.learn_element(id, element.attributes)?;
        }
        self.say_attributes(id)?;
        self.place(id, cursor);
        match (element.is_open, opens) {
            (true, true) => {
                cursor.levels += 1;
                cursor.open.push((id, inside));
            }
            (is_open, _) => cursor.skip_contents(is_open),
        }
        Ok(())
    }

    /// The element's head, and its names when this shape is new.
    fn shape(&mut self, element: &ElementWords<'_>, opens: bool) {
        let (names, decided) = (&*self.names, &self.decided);
        let ids = || std::iter::once(element.tag).chain(decided.iter().map(|(name, _)| *name));
        let is_new =
            self.writer.shape(element.namespace as u32, ids(), opens, || Self::missing_names(names, ids()));
        if is_new {
            self.say_name(element.tag);
            self.writer.count(self.decided.len());
            for index in 0..self.decided.len() {
                self.say_name(self.decided[index].0);
            }
        }
    }

    fn say_attributes(&mut self, id: u32) -> Result<(), GatherError> {
        let decided: Vec<(u32, Said<'p>)> = std::mem::take(&mut self.decided);
        for (name, said) in &decided {
            let (said, hash) = self.settle(said.clone())?;
            self.say(&said, hash, Base::Value)?;
            self.mirror.set_attribute(id, self.names.get(*name).hash, Some(hash));
        }
        self.decided = decided;
        Ok(())
    }
}
