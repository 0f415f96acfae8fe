//! What the visitor said and the server has not acknowledged. Each item is stored under a key of its own before
//! anything else happens to it, so that several tabs may add and one may take out without reading together.
use chat_proto::{Cid, FileName, Millis, visitor::FromVisitor};

use super::json::digits;

/// What the keys of items begin with; then its place in the order and its name follow.
pub const PREFIX: &str = "out:";

/// One thing that was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its place in the order: milliseconds when it was said, made greater than the last one's.
    pub order: Millis,
    /// What.
    pub say: FromVisitor,
    /// Files that must be there before.
    pub files: Vec<Upload>,
    /// Refused for good, with this code; waits for the visitor.
    pub failed: Option<String>,
}

/// A file on its way.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Upload {
    /// The browser's own name of it.
    pub local: String,
    /// Its name.
    pub name: String,
    /// Its length, bytes.
    pub bytes: u64,
    /// Its type, as the browser says.
    pub kind: String,
    /// The server's name of what is on its way, once it takes it: it goes on there after a cut.
    pub place: Option<FileName>,
    /// The server's name, once it is there.
    pub done: Option<FileName>,
    /// How much of it is there, percent.
    pub percent: u8,
    /// Whether it is on its way in this page.
    pub begun: bool,
    /// How often it was cut since the connection was found.
    pub cuts: u8,
    /// It does not go on before.
    pub again: Millis,
}

impl Item {
    /// Its name.
    pub fn cid(&self) -> &str {
        cid_of(&self.say)
    }

    /// The key that it is stored under.
    pub fn key(&self) -> String {
        let order = digits(self.order);
        // So many digits that texts are in the order of their numbers.
        let zeros = &"00000000000000"[order.len().min(14)..];
        [PREFIX, zeros, &order, ":", self.cid()].concat()
    }

    /// What is sent: with the server's names of its files, and of its conversation.
    pub fn frame(&self) -> FromVisitor {
        let mut say = self.say.clone();
        if let FromVisitor::Send { files, .. } = &mut say {
            *files = self.files.iter().filter_map(|it| it.done.clone()).collect();
        }
        say
    }

    /// Its files may go on at once, as if nothing had been cut.
    pub fn files_go_on(&mut self) {
        for file in &mut self.files {
            (file.cuts, file.again) = (0, 0);
        }
    }

    /// Whether it may be sent now.
    pub fn is_ready(&self) -> bool {
        self.failed.is_none() && self.files.iter().all(|it| it.done.is_some())
    }
}

/// The name of what is said; empty for what has none.
pub fn cid_of(say: &FromVisitor) -> &str {
    match say {
        FromVisitor::Start { cid, .. }
        | FromVisitor::Send { cid, .. }
        | FromVisitor::Choose { cid, .. }
        | FromVisitor::Submit { cid, .. }
        | FromVisitor::Close { cid, .. }
        | FromVisitor::Rate { cid, .. } => cid,
        FromVisitor::Hello { .. }
        | FromVisitor::Typing { .. }
        | FromVisitor::Read { .. }
        | FromVisitor::Page(_)
        | FromVisitor::Custom { .. }
        | FromVisitor::Fetch { .. } => "",
    }
}

/// All items, in their order. One is on its way at a time: what comes after it must not come before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outbox {
    items: Vec<Item>,
    /// What is on its way, and since when.
    sent: Option<(Cid, Millis)>,
    /// Nothing is sent before.
    held_until: Millis,
}

impl Outbox {
    /// All items.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// All items, to be changed.
    pub fn items_mut(&mut self) -> &mut [Item] {
        &mut self.items
    }

    /// The item of a name.
    pub fn get_mut(&mut self, cid: &str) -> Option<&mut Item> {
        self.items.iter_mut().find(|it| it.cid() == cid)
    }

    /// Adds what is said now, behind all others.
    pub fn push(&mut self, say: FromVisitor, files: Vec<Upload>, now: Millis) -> &Item {
        let order = self.items.last().map_or(now, |last| now.max(last.order + 1));
        self.items.push(Item { order, say, files, failed: None });
        &self.items[self.items.len() - 1]
    }

    /// Takes in what another tab or an earlier page stored; `None` for what is gone. What this page knows of the
    /// way of its files stays.
    pub fn stored(&mut self, key: &str, item: Option<Item>) {
        let at = self.items.iter().position(|it| it.key() == key);
        match (at, item) {
            (Some(at), Some(mut item)) => {
                for (new, old) in item.files.iter_mut().zip(&self.items[at].files) {
                    (new.begun, new.percent) = (old.begun, old.percent);
                    (new.cuts, new.again) = (old.cuts, old.again);
                }
                self.items[at] = item;
            }
            (Some(at), None) => {
                let gone = self.items.remove(at);
                self.is_over(gone.cid());
            }
            (None, Some(item)) if item.key() == key => {
                let at = self.items.partition_point(|it| it.key() < item.key());
                self.items.insert(at, item);
            }
            (None, _) => {}
        }
    }

    /// Takes out an item that is done with.
    pub fn take(&mut self, cid: &str) -> Option<Item> {
        self.is_over(cid);
        let at = self.items.iter().position(|it| it.cid() == cid)?;
        Some(self.items.remove(at))
    }

    /// What to send now, if anything is ready and nothing is on its way.
    pub fn next(&mut self, now: Millis) -> Option<FromVisitor> {
        if self.sent.is_some() || now < self.held_until {
            return None;
        }
        let item = self.ready().next()?;
        let (cid, frame) = (item.cid().to_owned(), item.frame());
        self.sent = Some((cid, now));
        Some(frame)
    }

    /// What is on its way, and since when.
    pub fn on_its_way(&self) -> Option<&(Cid, Millis)> {
        self.sent.as_ref()
    }

    /// The connection is gone, and with it perhaps what was on its way: it is sent again, under its name.
    pub fn lost(&mut self) {
        self.sent = None;
    }

    /// The server asks to wait.
    pub fn hold(&mut self, until: Millis) {
        self.sent = None;
        self.held_until = until;
    }

    /// When it may go on, if it was asked to wait.
    pub fn held_until(&self, now: Millis) -> Option<Millis> {
        (now < self.held_until && self.ready().next().is_some()).then_some(self.held_until)
    }

    /// Everything that can be said at once as the page is left, in its order. The end too: it is not known whether a page
    /// follows that brings the files it waits for, and an agent would go on waiting for somebody who has left.
    pub fn rest(&self) -> Vec<FromVisitor> {
        self.items.iter().filter(|it| it.is_ready()).map(Item::frame).collect()
    }

    /// What may be sent while the page is there. The end waits for the files of what was said before it: after it
    /// nothing is taken.
    fn ready(&self) -> impl Iterator<Item = &Item> {
        let mut waits = false;
        self.items.iter().filter(move |it| {
            let is_ready = it.is_ready() && !(waits && matches!(it.say, FromVisitor::Close { .. }));
            waits |= !is_ready && it.failed.is_none();
            is_ready
        })
    }

    fn is_over(&mut self, cid: &str) {
        if self.sent.as_ref().is_some_and(|(sent, _)| sent == cid) {
            self.sent = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::widget::codec::{from_json, to_json};

    fn send(cid: &str) -> FromVisitor {
        FromVisitor::Send {
            cid: cid.into(),
            conv: "c".into(),
            text: cid.into(),
            files: vec![],
            reply_to: None,
        }
    }

    #[test]
    fn items_keep_their_order_through_the_store_whenever_they_were_written() {
        let mut outbox = Outbox::default();
        let stored: Vec<_> =
            ["a", "b", "c"].map(|cid| outbox.push(send(cid), vec![], 7).clone()).into_iter().collect();
        let mut read = Outbox::default();
        for item in stored.iter().rev() {
            read.stored(&item.key(), from_json(&to_json(item)));
        }
        assert_eq!(read, outbox);
        assert_eq!(read.next(8), Some(send("a")));
        assert_eq!(read.next(8), None, "one at a time");
        read.stored(&stored[0].key(), None);
        assert_eq!(read.next(8), Some(send("b")), "another tab was told that the first is done");
    }

    #[test]
    fn what_waits_for_its_file_does_not_hold_up_the_rest() {
        let mut outbox = Outbox::default();
        let file = Upload { local: "f".into(), ..Upload::default() };
        outbox.push(send("with"), vec![file], 1);
        outbox.push(send("text"), vec![], 2);
        assert_eq!(outbox.next(3), Some(send("text")));
        outbox.take("text");
        assert_eq!(outbox.next(3), None);
        outbox.get_mut("with").expect("it").files[0].done = Some("there".into());
        let Some(FromVisitor::Send { files, .. }) = outbox.next(3) else { panic!("nothing is sent") };
        assert_eq!(files, ["there"]);
    }

    #[test]
    fn the_end_does_not_overtake_a_file_that_is_on_its_way() {
        let mut outbox = Outbox::default();
        let file = Upload { local: "f".into(), ..Upload::default() };
        outbox.push(send("with"), vec![file], 1);
        let close = FromVisitor::Close { cid: "end".into(), conv: "c".into() };
        outbox.push(close.clone(), vec![], 2);
        assert_eq!(outbox.next(3), None);
        assert_eq!(
            outbox.rest(),
            std::slice::from_ref(&close),
            "as the page is left, nobody waits for the file any more"
        );
        let mut refused = outbox.clone();
        refused.get_mut("with").expect("it").failed = Some("type_denied".into());
        assert_eq!(refused.next(3), Some(close), "what was refused holds nothing up");
        outbox.get_mut("with").expect("it").files[0].done = Some("there".into());
        assert_eq!(outbox.rest().iter().map(cid_of).collect::<Vec<_>>(), ["with", "end"]);
        assert_eq!(outbox.next(3).as_ref().map(cid_of), Some("with"));
    }
}
