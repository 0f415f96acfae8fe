//! Frames in, a painted page out.
use std::collections::HashSet;

use cobrowse_core::{
    command::Anchor,
    dom::{Applied, PageKind, Replica, policy},
    id::{Epoch, NodeId},
    wire::envelope::PointerKind,
};
use js_sys::{Float64Array, Promise};
use web_sys::{HtmlElement, HtmlIFrameElement};

use crate::{
    asset::{self, AssetHash},
    batch::Batch,
    error::{PointerError, ReplayError},
    pointer::{Cursor, Scroll},
    stage::Stage,
};

/// How the page's viewport gets into the container.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fit {
    /// Whole, and never above its own size.
    Contain,
    /// At this scale; the container scrolls when it is too small.
    Scale(f64),
}

/// A box in the container's coordinates, CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rect {
    /// From the container's left.
    pub x: f64,
    /// From the container's top.
    pub y: f64,
    /// How wide.
    pub width: f64,
    /// How high.
    pub height: f64,
}

/// Hears of an asset that is not here, and of its media type.
type Wanted = dyn FnMut(AssetHash, &str);

/// Shows one visitor's page in a container. Dropping it empties the container.
///
/// The callbacks are called from within [`Self::apply`] and [`Self::pointer`]: they note what they hear, and
/// do not call back.
pub struct Replayer {
    replica: Replica,
    stage: Stage,
    batch: Batch,
    /// What arrived or was asked for.
    assets: HashSet<AssetHash>,
    /// The epoch that was shown whole last.
    whole: Option<Epoch>,
    /// Whether a keyframe was asked for and has not begun.
    asked: bool,
    wanted: Box<Wanted>,
    diverged: Box<dyn FnMut(Option<Epoch>)>,
    pressed: Box<dyn FnMut(Anchor)>,
}

impl Replayer {
    /// Takes over a container, which should be empty. Input goes to [`Self::pane`].
    pub fn new(container: &HtmlElement) -> Self {
        Self {
            replica: Replica::new(),
            stage: Stage::new(container),
            batch: Batch::default(),
            assets: HashSet::new(),
            whole: None,
            asked: false,
            wanted: Box::new(|_, _| ()),
            diverged: Box::new(|_| ()),
            pressed: Box::new(|_| ()),
        }
    }

    /// Calls back once for each asset that the page shows and whose bytes are not here, with its media type. Unset where
    /// assets travel in the frames.
    pub fn on_wanted_assets(&mut self, wanted: impl FnMut(AssetHash, &str) + 'static) {
        self.wanted = Box::new(wanted);
    }

    /// Calls back when only a keyframe can mend the page: once until one begins. Carries the epoch that the
    /// page diverged in, when there is one.
    pub fn on_keyframe_wanted(&mut self, diverged: impl FnMut(Option<Epoch>) + 'static) {
        self.diverged = Box::new(diverged);
    }

    /// Calls back when the visitor presses a button or a finger.
    pub fn on_press(&mut self, pressed: impl FnMut(Anchor) + 'static) {
        self.pressed = Box::new(pressed);
    }

    /// Applies one frame of the page channel.
    ///
    /// # Errors
    /// [`ReplayError`] when the frame does not decode or does not fit. Nothing of it is shown, and a keyframe
    /// was asked for.
    pub fn apply(&mut self, kind: PageKind, epoch: Epoch, payload: &[u8]) -> Result<Applied, ReplayError> {
        if kind == PageKind::Asset {
            let (hash, mime, bytes) = asset::split_frame(payload)?;
            self.asset(hash, mime, bytes);
            return Ok(Applied::Changed);
        }
        self.batch.clear();
        match self.replica.apply(kind, epoch, payload, &mut self.batch) {
            Ok(applied) => {
                self.show(epoch, applied);
                Ok(applied)
            }
            Err(error) => {
                // What was built so far is of no use without the frames to come.
                self.stage.abandon();
                self.want_keyframe();
                Err(error.into())
            }
        }
    }

    fn show(&mut self, epoch: Epoch, applied: Applied) {
        if let Some(begin) = self.batch.begin.take() {
            self.asked = false;
            self.stage.begin(epoch.0, begin.doctype, &begin.mode);
        }
        if !self.batch.is_empty() {
            self.stage.apply(epoch.0, &self.batch.words, &self.batch.lengths, &self.batch.text);
        }
        let ready = std::mem::take(&mut self.batch.ready);
        for (hash, mime) in &ready {
            self.want_asset(*hash, mime);
        }
        self.batch.ready = ready;
        match applied {
            Applied::Changed | Applied::Check { equal: true } => self.stage.heard(),
            Applied::KeyframeEnd { equal: true } => {
                self.whole = Some(epoch);
                self.stage.finish();
            }
            Applied::KeyframeEnd { equal: false } => {
                self.stage.abandon();
                self.want_keyframe();
            }
            Applied::Check { equal: false } => self.want_keyframe(),
        }
    }

    fn want_keyframe(&mut self) {
        if !self.asked {
            self.asked = true;
            (self.diverged)(self.replica.epoch().or(self.whole));
        }
    }

    fn want_asset(&mut self, hash: AssetHash, mime: &str) {
        if self.assets.insert(hash) {
            (self.wanted)(hash, mime);
        }
    }

    /// Takes the bytes of an asset, which are shown wherever the page names them.
    pub fn asset(&mut self, hash: AssetHash, mime: &str, bytes: &[u8]) {
        self.assets.insert(hash);
        let kind = asset::harmless(mime);
        if kind == "text/css" {
            // Bytes can be forged as frames can.
            let sheet = policy::sheet(&String::from_utf8_lossy(bytes));
            return self.stage.asset(&hash.to_string(), kind, sheet.as_bytes());
        }
        self.stage.asset(&hash.to_string(), kind, bytes);
    }

    /// Says that the bytes of an asset could not be had: it is asked for again when the page names it again.
    pub fn asset_failed(&mut self, hash: AssetHash) {
        self.assets.remove(&hash);
        self.stage.asset_failed(&hash.to_string());
    }

    /// Applies one frame of the pointer channel.
    ///
    /// # Errors
    /// [`PointerError`] when it does not decode; the page and the cursor stay as they are.
    pub fn pointer(&mut self, kind: PointerKind, payload: &[u8]) -> Result<(), PointerError> {
        match kind {
            PointerKind::Cursor => self.cursor(Cursor::decode(payload)?),
            PointerKind::Scroll => {
                let Scroll { node, x, y } = Scroll::decode(payload)?;
                self.stage.scroll(node.to_wire(), x, y);
            }
            PointerKind::Agent => return Err(PointerError::Direction),
        }
        Ok(())
    }

    fn cursor(&mut self, Cursor { anchor, page, buttons }: Cursor) {
        let part = [anchor.x, anchor.y];
        if self.stage.point(anchor.epoch.0, anchor.node.to_wire(), &part, &page, buttons) {
            (self.pressed)(anchor);
        }
    }

    /// The name beside the visitor's cursor; none when empty.
    pub fn set_name(&self, name: &str) {
        self.stage.label(name);
    }

    /// Takes the visitor's cursor away, for example while they are gone.
    pub fn hide_pointer(&self) {
        self.stage.hide_pointer();
    }

    /// How the page's viewport gets into the container; [`Fit::Contain`] at first.
    pub fn set_fit(&self, fit: Fit) {
        self.stage.scale(match fit {
            Fit::Contain => 0.0,
            Fit::Scale(scale) => scale,
        });
    }

    /// The scale that the page is shown at.
    pub fn scale(&self) -> f64 {
        self.stage.factor()
    }

    /// Whether the document scrolls with the visitor's; it does at first.
    pub fn follow(&self, follows: bool) {
        self.stage.follow(follows);
    }

    /// Scrolls what is at a place of the container, for this viewer only. Makes sense while not following.
    pub fn look(&self, at: (f64, f64), by: (f64, f64)) {
        self.stage.look(at.0, at.1, by.0, by.1);
    }

    /// Scrolls the page itself by CSS pixels, for this viewer only.
    pub fn scroll_by(&self, dx: f64, dy: f64) {
        self.stage.scroll_by(dx, dy);
    }

    /// What is at a place of the container: the innermost element that the page has a number for.
    pub fn hit(&self, x: f64, y: f64) -> Option<Anchor> {
        let found = self.stage.hit(x, y)?;
        let [epoch, node, x, y] = four(&found)?;
        Some(Anchor {
            epoch: Epoch(epoch as u32),
            node: NodeId::from_wire(node as u32)?,
            x: x as f32,
            y: y as f32,
        })
    }

    /// The element that has the visitor's focus, at its middle: where typing goes.
    pub fn focused(&self) -> Option<Anchor> {
        let [epoch, node, ..] = four(&self.stage.focused()?)?;
        Some(Anchor { epoch: Epoch(epoch as u32), node: NodeId::from_wire(node as u32)?, x: 0.5, y: 0.5 })
    }

    /// Where a node is, when it has a box.
    pub fn rect(&self, node: NodeId) -> Option<Rect> {
        let [x, y, width, height] = four(&self.stage.rect(node.to_wire())?)?;
        Some(Rect { x, y, width, height })
    }

    /// Resolves when all that was applied is painted, assets too.
    pub fn settled(&self) -> Promise {
        self.stage.settled()
    }

    /// The sealed frame that is shown; `None` before the first keyframe.
    pub fn frame(&self) -> Option<HtmlIFrameElement> {
        self.stage.frame()
    }

    /// The pane over the frame that takes all input: listeners go here.
    pub fn pane(&self) -> HtmlElement {
        self.stage.pane()
    }

    /// The epoch and state hash of the mirror, for comparison with the visitor's.
    pub fn state(&self) -> (Option<Epoch>, u64) {
        (self.replica.epoch(), self.replica.hash())
    }

    /// How many changes the browser would not make; 0 unless somebody forges frames.
    pub fn refused(&self) -> u32 {
        self.stage.refused()
    }

    /// Milliseconds since a frame told how the page is; infinite before the first.
    pub fn age(&self) -> f64 {
        self.stage.age()
    }
}

impl Drop for Replayer {
    fn drop(&mut self) {
        self.stage.close();
    }
}

fn four(numbers: &Float64Array) -> Option<[f64; 4]> {
    numbers.to_vec().try_into().ok()
}
