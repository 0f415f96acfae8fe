//! The recorder: gathered words in, frames out.
use super::{
    Assets, GatherBatch, GatherError, Kind, PageFrame, PageKind, gather::read, mirror::Mirror, names::Names,
    write::Writer,
};
use crate::{
    id::{Epoch, NodeId},
    redaction::{Bearer, Class, Flags, Inside, Mode, Policy, Role, Treatment, Verdict},
    wire::envelope::put_u32,
};

mod changes;
mod compare;
mod held;
mod stream;
mod values;

pub use compare::Differences;
use held::Held;
use values::Pass;

/// Redacts what capture gathered, keeps the mirror, and writes frames.
///
/// After every [`Self::record`], capture does three things, in this order:
/// 1. for each id of [`Self::stale`], takes the DOM node out of its table and remembers it: redaction now says
///    something else of its subtree (a mask was set or removed, or it moved into or out of one). On the wire the
///    subtree is gone already, so nothing of it shows by the old verdict;
/// 2. drops every id of [`Self::retired`] from its table: nodes that are gone, all below stale ones, and nodes
///    that took an id and do not travel (contents of scripts, of blocked elements, beyond the limits);
/// 3. treats the remembered DOM nodes as touched and unknown, so that the next batch walks them as new.
pub struct Recorder {
    policy: Policy,
    epoch: Epoch,
    stage: Stage,
    names: Names,
    mirror: Mirror<Note>,
    writer: Writer,
    held: Held,
    retired: Vec<NodeId>,
    stale: Vec<NodeId>,
}

/// How far the epoch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// None has begun, or a batch was refused.
    Idle,
    /// The next frame is the keyframe.
    Begun,
    /// Deltas follow.
    Running,
}

/// What the recorder notes about a node.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Note {
    /// What is hidden of its own values.
    bearer: Bearer,
    /// What it inherited where it is.
    inherited: Inside,
    /// What its children inherit.
    inside: Inside,
    /// Its subtree goes at the end of this frame: redaction changed its mind.
    dying: bool,
}

impl Note {
    /// A document or shadow root, or a node without attributes.
    fn plain(inside: Inside) -> Self {
        let (bearer, _) = inside.element(Flags::default(), Role::Root);
        Self { bearer, inherited: inside, inside, dying: false }
    }
}

impl Recorder {
    /// A recorder that has begun no epoch.
    pub fn new(policy: Policy) -> Self {
        Self {
            policy,
            epoch: Epoch(0),
            stage: Stage::Idle,
            names: Names::new(),
            mirror: Mirror::new(),
            writer: Writer::new(),
            held: Held::default(),
            retired: Vec::new(),
            stale: Vec::new(),
        }
    }

    /// Forgets the mirror and begins anew: the next frame is a keyframe, new nodes count from 2.
    /// Names shipped before stay known.
    pub fn begin_epoch(&mut self, epoch: Epoch) {
        self.epoch = epoch;
        self.stage = Stage::Begun;
        self.names.begin_epoch();
        self.mirror.reset();
        self.writer.begin_epoch();
        self.held.begin_epoch();
        if let Some(document) = self.mirror.get_mut(NodeId::DOCUMENT.to_wire()) {
            document.note = Note::plain(Inside::page(self.policy.mode));
        }
        self.retired.clear();
        self.stale.clear();
    }

    /// Records one batch. `None` when nothing that may be seen has changed; the first batch of an epoch always
    /// gives its keyframe.
    ///
    /// # Errors
    /// [`GatherError`] when the words make no sense. No batch is taken then before another
    /// [`Self::begin_epoch`].
    pub fn record(
        &mut self,
        batch: &GatherBatch<'_>,
        assets: &mut dyn Assets,
    ) -> Result<Option<PageFrame>, GatherError> {
        self.retired.clear();
        self.stale.clear();
        let recorded = self.try_record(batch, assets);
        if recorded.is_err() {
            self.stage = Stage::Idle;
            self.writer.discard();
        }
        recorded
    }

    fn try_record(
        &mut self,
        batch: &GatherBatch<'_>,
        assets: &mut dyn Assets,
    ) -> Result<Option<PageFrame>, GatherError> {
        let kind = match self.stage {
            Stage::Idle => return Err(GatherError::NoEpoch),
            Stage::Begun => PageKind::Keyframe,
            Stage::Running => PageKind::Delta,
        };
        let cut = self.ship_names(batch)?;
        let sections = read::Sections::read(batch.ops)?;
        let mut payload = Vec::new();
        put_u32(&mut payload, self.mirror.next_id());
        let changed = self.pass(&cut, assets).run(sections)?;
        if !changed && kind == PageKind::Delta {
            self.writer.discard();
            return Ok(None);
        }
        self.writer.finish(&mut payload).map_err(GatherError::TooLarge)?;
        self.stage = Stage::Running;
        Ok(Some(PageFrame { kind, epoch: self.epoch, payload }))
    }

    fn ship_names<'a>(&mut self, batch: &GatherBatch<'a>) -> Result<read::Cut<'a>, GatherError> {
        let cut = read::Cut::read(batch)?;
        if cut.reset {
            self.names.reset(self.stage == Stage::Begun);
        }
        let mut start = 0;
        for &end in &cut.ends[..cut.names] {
            self.names.ship(&cut.text[start as usize..end as usize])?;
            start = end;
        }
        Ok(cut)
    }

    fn pass<'p>(&'p mut self, cut: &'p read::Cut<'_>, assets: &'p mut dyn Assets) -> Pass<'p> {
        let start = cut.names.checked_sub(1).map_or(0, |last| cut.ends[last]);
        Pass {
            policy: &self.policy,
            names: &mut self.names,
            mirror: &mut self.mirror,
            writer: &mut self.writer,
            held: &mut self.held,
            compares: false,
            retired: &mut self.retired,
            stale: &mut self.stale,
            strings: read::Strings::new(&cut.text, start, &cut.ends[cut.names..]),
            assets,
            decided: Vec::new(),
            changed: false,
        }
    }

    /// The frame that says: the page has been walked whole, and this is its hash.
    pub fn end_keyframe(&mut self) -> PageFrame {
        self.held.end_keyframe();
        self.told_hash(PageKind::KeyframeEnd)
    }

    /// The frame that tells the hash that holds here.
    pub fn check(&self) -> PageFrame {
        self.told_hash(PageKind::Check)
    }

    fn told_hash(&self, kind: PageKind) -> PageFrame {
        PageFrame { kind, epoch: self.epoch, payload: self.hash().to_le_bytes().to_vec() }
    }

    /// Ids that the last [`Self::record`] ended: see the type's description.
    pub fn retired(&self) -> &[NodeId] {
        &self.retired
    }

    /// Nodes whose subtrees redaction now sees differently: see the type's description.
    pub fn stale(&self) -> &[NodeId] {
        &self.stale
    }

    /// The hash of the mirror.
    pub fn hash(&self) -> u64 {
        self.mirror.hash()
    }

    /// How many nodes the mirror holds.
    pub fn live(&self) -> usize {
        self.mirror.live()
    }

    /// The id that the next new node gets.
    pub fn next_id(&self) -> u32 {
        self.mirror.next_id()
    }

    /// What redaction says of a node; of an unknown one, everything is hidden.
    pub fn verdict(&self, id: NodeId) -> Verdict {
        let Some(node) = self.mirror.get(id.to_wire()) else {
            return Verdict { masked: true, blocked: true, locked: true, secret: true };
        };
        let mut verdict = Verdict { secret: node.note.bearer.is_secret(), ..Verdict::default() };
        verdict.masked = verdict.secret;
        let (mut above, mut settled) = (Some(node), false);
        while let Some(node) = above {
            let flags =
                if matches!(node.kind, Kind::Element(_)) { node.note.bearer.flags } else { Flags::default() };
            verdict.blocked |= flags.any(Flags::BLOCK);
            verdict.locked |= flags.any(Flags::LOCK);
            verdict.masked |= !settled && flags.any(Flags::MASK | Flags::BLOCK | Flags::RULE_FAILED);
            settled |= flags.any(Flags::MASK | Flags::BLOCK | Flags::UNMASK);
            above = self.mirror.get(node.parent);
        }
        verdict.masked |= !settled && self.policy.mode == Mode::MaskAll;
        verdict
    }

    /// Whether it may be told where a node is scrolled to: of a hidden field that says how long its text is.
    pub fn tells_scroll(&self, id: NodeId) -> bool {
        let node = self.mirror.get(id.to_wire());
        node.is_some_and(|node| {
            node.note.bearer.attribute(Class::Scroll, self.policy.mode) != Treatment::Drop
        })
    }

    /// Compares nodes as they are in the live page with the mirror, and tells those that differ in where they
    /// are, what they are, or in what an agent would see of them.
    ///
    /// Here `ops` is `(id, parent id, previous sibling's id or 0, the node's words)* 0`: its words are those of a
    /// stream, without children; an [`END`](super::gather::word::END) may follow them. Properties are compared
    /// where the words name them.
    ///
    /// # Errors
    /// [`GatherError`] when the words make no sense; the recorder itself is not harmed.
    pub fn compare(
        &mut self,
        batch: &GatherBatch<'_>,
        assets: &mut dyn Assets,
    ) -> Result<Differences, GatherError> {
        if self.stage != Stage::Running {
            return Err(GatherError::NoEpoch);
        }
        let cut = self.ship_names(batch)?;
        let mut pass = self.pass(&cut, assets);
        pass.compares = true;
        pass.compare(batch.ops)
    }
}
