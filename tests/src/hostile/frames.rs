//! Page frames as a forger writes them: any tree, past no redaction, in the format of `docs/wire.md`.
use anyhow::{Context, Result};
use cobrowse_core::{
    dom::{AttributeName, Namespace, PageFrame, Replica, ShadowMode, Sink, TextKind},
    id::{Epoch, NodeId},
    wire::{PageKind, envelope::put_u32},
};
use serde_json::Value;

const END: u32 = 0;
const TEXT: u32 = 1;
const COMMENT: u32 = 2;
const DOCTYPE: u32 = 3;
const SHADOW: u32 = 6;
const DOCUMENT: u32 = 7;
const SHAPE: u32 = 9;
/// Said once: neither strings nor shapes are kept.
const LITERAL: u32 = 0;
const OPENS: u32 = 1;

/// Writes one epoch.
pub struct Forger {
    epoch: Epoch,
    next_id: u32,
    replica: Replica,
    body: Body,
    late: Vec<Late>,
}

/// What a later frame sets.
enum Late {
    Attribute(u32, String, String),
    Text(u32, String),
}

/// The three columns of a body.
#[derive(Default)]
struct Body {
    heads: Vec<u8>,
    codes: Vec<u8>,
    bytes: Vec<u8>,
}

impl Body {
    fn head(&mut self, value: u32) {
        put_u32(&mut self.heads, value);
    }

    fn code(&mut self, value: u32) {
        put_u32(&mut self.codes, value);
    }

    fn string(&mut self, text: &str) {
        self.code(LITERAL);
        self.literal(text);
    }

    fn literal(&mut self, text: &str) {
        self.code(u32::try_from(text.len()).expect("short"));
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// An id of a list, which says its difference from the one before.
    fn listed(&mut self, last: &mut u32, id: u32) {
        self.head(1 + zigzag(*last, id));
        *last = id;
    }

    fn take(&mut self) -> Vec<u8> {
        let Self { heads, codes, bytes } = std::mem::take(self);
        let mut whole = Vec::new();
        put_u32(&mut whole, u32::try_from(heads.len()).expect("short"));
        put_u32(&mut whole, u32::try_from(codes.len()).expect("short"));
        [whole, heads, codes, bytes].concat()
    }
}

fn zigzag(from: u32, to: u32) -> u32 {
    let difference = to.wrapping_sub(from).cast_signed();
    ((difference << 1) ^ (difference >> 31)).cast_unsigned()
}

/// Stored blocks of raw deflate (RFC 1951 §3.2.4) up to a sync flush, of whose marker the last byte travels.
fn deflated(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for chunk in body.chunks(usize::from(u16::MAX)) {
        let length = u16::try_from(chunk.len()).expect("a chunk");
        out.push(0);
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend_from_slice(chunk);
    }
    out.extend([0, 0xff]);
    out
}

impl Forger {
    /// A forger of this epoch.
    pub fn new(epoch: Epoch) -> Self {
        Self { epoch, next_id: 2, replica: Replica::new(), body: Body::default(), late: Vec::new() }
    }

    /// A whole page: a doctype and `plans` in the body, as the trees of `naive.js`. All of it stands three times: in
    /// the document, in a shadow root and in a nested document.
    ///
    /// # Errors
    /// When a plan is no tree.
    pub fn page(
        &mut self,
        doctype: &str,
        properties: &[(&str, &str)],
        plans: &[Value],
    ) -> Result<Vec<PageFrame>> {
        // Nothing is moved and nothing is gone; one group, first under the document.
        self.body.head(0);
        self.body.head(0);
        self.body.listed(&mut 0, 1);
        self.body.head(0);
        self.id();
        self.body.head(DOCTYPE);
        for part in [doctype, "", ""] {
            self.body.string(part);
        }
        self.opened("html", &[], |it| {
            it.opened("head", &[], |_| Ok(()))?;
            it.opened("body", &[], |it| {
                it.all(plans)?;
                it.opened("div", &[], |it| it.inside(SHADOW, |it| it.all(plans)))?;
                it.opened("iframe", &[], |it| {
                    it.inside(DOCUMENT, |it| {
                        it.opened("html", &[], |it| it.opened("body", &[], |it| it.all(plans)))
                    })
                })?;
                it.opened("p", &[("id", "last")], |_| Ok(()))
            })
        })?;
        self.body.head(END);
        self.body.head(0);
        self.said(properties);
        self.body.head(0);
        self.body.head(0);
        Ok(vec![self.frame(PageKind::Keyframe)?, self.end()])
    }

    /// What the plans want set later, and a mark that it is done: the last element gets the class `done`.
    ///
    /// # Errors
    /// When the product's own decoder refuses the frame.
    pub fn later(&mut self) -> Result<PageFrame> {
        let last = self.next_id - 1;
        // Nothing moved, gone or new.
        (0..3).for_each(|_| self.body.head(0));
        let mut at = 0;
        for late in &self.late {
            if let Late::Attribute(id, name, value) = late {
                self.body.listed(&mut at, *id);
                self.body.string(name);
                self.body.code(1 + LITERAL);
                self.body.literal(value);
            }
        }
        self.body.listed(&mut at, last);
        self.body.string("class");
        self.body.code(1 + LITERAL);
        self.body.literal("done");
        self.body.head(0);
        let mut at = 0;
        for late in &self.late {
            if let Late::Text(id, data) = late {
                self.body.listed(&mut at, *id);
                self.body.string(data);
            }
        }
        self.body.head(0);
        self.body.head(0);
        self.frame(PageKind::Delta)
    }

    fn said(&mut self, properties: &[(&str, &str)]) {
        let mut last = 0;
        for (name, value) in properties {
            self.body.listed(&mut last, 1);
            self.body.string(name);
            self.body.code(1 + LITERAL);
            self.body.literal(value);
        }
        self.body.head(0);
    }

    fn id(&mut self) -> u32 {
        self.next_id += 1;
        self.next_id - 1
    }

    fn all(&mut self, plans: &[Value]) -> Result<()> {
        plans.iter().try_for_each(|plan| self.node(plan))
    }

    fn inside(&mut self, kind: u32, fill: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        self.id();
        self.body.head(kind);
        if kind == SHADOW {
            self.body.head(0);
        }
        fill(self)?;
        self.body.head(END);
        Ok(())
    }

    fn opened(
        &mut self,
        tag: &str,
        attributes: &[(&str, &str)],
        fill: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        self.element(0, tag, attributes);
        fill(self)?;
        self.body.head(END);
        Ok(())
    }

    fn element(&mut self, namespace: u32, tag: &str, attributes: &[(&str, &str)]) -> u32 {
        self.body.head(SHAPE);
        self.body.head(namespace << 2 | OPENS);
        self.body.string(tag);
        self.body.code(u32::try_from(attributes.len()).expect("few"));
        attributes.iter().for_each(|(name, _)| self.body.string(name));
        attributes.iter().for_each(|(_, value)| self.body.string(value));
        self.id()
    }

    fn text(&mut self, kind: u32, data: &str) -> u32 {
        self.body.head(kind);
        self.body.string(data);
        self.id()
    }

    fn node(&mut self, plan: &Value) -> Result<()> {
        for (name, kind) in [("text", TEXT), ("comment", COMMENT)] {
            if let Some(data) = plan[name].as_str() {
                self.text(kind, data);
                return Ok(());
            }
        }
        let tag = plan["tag"].as_str().context("a node without a tag")?;
        let namespace = plan["ns"].as_u64().and_then(|it| u32::try_from(it).ok()).unwrap_or(0);
        let id = self.element(namespace, tag, &pairs(&plan["attrs"]));
        if let Some(comment) = plan["comments"].as_str() {
            self.text(COMMENT, comment);
        }
        for (name, kind) in [("root", SHADOW), ("frame", DOCUMENT)] {
            match plan[name].as_array() {
                Some(kids) if kind == SHADOW => self.inside(kind, |it| it.all(kids))?,
                Some(kids) => self.inside(kind, |it| it.opened("html", &[], |it| it.all(kids)))?,
                None => {}
            }
        }
        if let Some(data) = plan["lateText"].as_str() {
            let text = self.text(TEXT, "");
            self.late.push(Late::Text(text, data.to_owned()));
        }
        self.all(plan["kids"].as_array().map_or(&[], Vec::as_slice))?;
        self.body.head(END);
        let late = pairs(&plan["late"]);
        self.late
            .extend(late.iter().map(|(name, value)| Late::Attribute(id, (*name).into(), (*value).into())));
        Ok(())
    }

    /// The body so far as a frame, which the product's own decoder must take: a frame that it refuses attacks nobody.
    fn frame(&mut self, kind: PageKind) -> Result<PageFrame> {
        let mut payload = Vec::new();
        let first = if kind == PageKind::Keyframe { 2 } else { self.next_id };
        put_u32(&mut payload, first);
        payload.extend(deflated(&self.body.take()));
        self.replica.apply(kind, self.epoch, &payload, &mut Nobody).context("forging a frame")?;
        Ok(PageFrame { kind, epoch: self.epoch, payload })
    }

    /// Says that the page is whole, with the hash that a viewer will have.
    fn end(&self) -> PageFrame {
        let payload = self.replica.hash().to_le_bytes().to_vec();
        PageFrame { kind: PageKind::KeyframeEnd, epoch: self.epoch, payload }
    }
}

fn pairs(list: &Value) -> Vec<(&str, &str)> {
    let list = list.as_array().map_or(&[][..], Vec::as_slice);
    list.iter().filter_map(|pair| Some((pair[0].as_str()?, pair[1].as_str()?))).collect()
}

/// Nothing is built: the decoder alone is asked.
struct Nobody;

impl Sink for Nobody {
    fn reset(&mut self) {}
    fn element(&mut self, _: NodeId, _: Namespace, _: &str) {}
    fn text(&mut self, _: NodeId, _: TextKind, _: &str) {}
    fn doctype(&mut self, _: NodeId, _: &str, _: &str, _: &str) {}
    fn shadow(&mut self, _: NodeId, _: NodeId, _: ShadowMode) {}
    fn document(&mut self, _: NodeId, _: NodeId) {}
    fn insert(&mut self, _: NodeId, _: NodeId, _: Option<NodeId>) {}
    fn detach(&mut self, _: NodeId) {}
    fn remove(&mut self, _: NodeId) {}
    fn forget(&mut self, _: NodeId) {}
    fn attribute(&mut self, _: NodeId, _: AttributeName<'_>, _: Option<&str>) {}
    fn set_text(&mut self, _: NodeId, _: &str) {}
}
