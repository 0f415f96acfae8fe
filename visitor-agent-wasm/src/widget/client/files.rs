//! Files that the visitor chooses, and their way to the server.
use chat_proto::limits::{MAX_FILE_BYTES, MAX_FILES};

use super::{At, Band, Client, First, line::Link};
use crate::widget::{
    event::{Out, Place},
    outbox::{Item, Upload},
};

/// The first wait after a cut, milliseconds; each is twice the one before.
const AGAIN_MS: i64 = 500;
/// After so many cuts in a row it is the visitor who tries again: a minute, about.
const MAX_CUTS: u8 = 8;

impl Client {
    /// Largest file here, bytes.
    pub fn max_file_bytes(&self) -> u64 {
        let site = self.widget.as_ref().map(|it| it.max_file_bytes).filter(|bytes| 0 < *bytes);
        site.map_or(MAX_FILE_BYTES, |bytes| bytes.min(MAX_FILE_BYTES))
    }

    /// Takes files in for review; what cannot be sent is not taken, and said.
    pub(super) fn pick(&mut self, files: Vec<Upload>) {
        if self.ui.picked.len() + files.len() > MAX_FILES {
            self.ui.band = Some(Band::TooMany);
            self.out(Out::Forget(files, Place::Here));
            return;
        }
        self.ui.band = None;
        let mut kept = Vec::new();
        for file in files {
            match self.refuses(&file) {
                Some(band) => {
                    self.ui.band = Some(band);
                    self.out(Out::Forget(vec![file], Place::Here));
                }
                None => {
                    kept.push(file.local.clone());
                    self.ui.picked.push(file);
                }
            }
        }
        if !kept.is_empty() {
            self.out(Out::Keep(kept));
        }
        self.out(Out::Focus);
    }

    fn refuses(&self, file: &Upload) -> Option<Band> {
        let dot = file.name.bytes().rposition(|it| it == b'.');
        let ending = dot.map(|at| file.name[at + 1..].to_ascii_lowercase()).unwrap_or_default();
        let refused = self.widget.as_ref().is_some_and(|it| it.refused_files.contains(&ending));
        if self.max_file_bytes() < file.bytes {
            Some(Band::TooLarge(file.name.clone()))
        } else if file.bytes == 0 {
            Some(Band::EmptyFile(file.name.clone()))
        } else {
            refused.then(|| Band::Refused(file.name.clone()))
        }
    }

    pub(super) fn unpick(&mut self, local: &str) {
        let Some(at) = self.ui.picked.iter().position(|it| it.local == local) else { return };
        let file = self.ui.picked.remove(at);
        self.out(Out::Forget(vec![file], Place::Here));
    }

    /// Whatever else pages that are gone have left is not wanted any more.
    pub(super) fn sweeps(&mut self) {
        let files = self.outbox.items().iter().flat_map(|it| &it.files).chain(&self.ui.picked);
        let wanted = files.map(|it| it.local.clone()).collect();
        self.out(Out::Sweep(wanted));
    }

    /// Gives a message up, and what is on its way of it.
    pub(super) fn cancels(&mut self, cid: &str) {
        let Some(item) = self.outbox.take(cid) else { return };
        self.keep(&item.key(), None);
        self.gives_up(item.files);
    }

    pub(super) fn gives_up(&mut self, files: Vec<Upload>) {
        if !files.is_empty() {
            self.out(Out::Forget(files, Place::Everywhere));
        }
    }

    /// Begins what is not on its way yet.
    pub(super) fn uploads_begin(&mut self, at: &At) {
        if self.line.link != Link::Ready {
            return;
        }
        let (Some(token), Some(conv)) = (&self.token, &self.conv) else { return };
        let (token, conv) = (token.token.clone(), conv.conv.clone());
        for file in
            self.outbox.items_mut().iter_mut().filter(|it| it.failed.is_none()).flat_map(|it| &mut it.files)
        {
            if waits(file) && file.again <= at.now {
                file.begun = true;
                self.outs.push(Out::Upload(file.clone(), conv.clone(), token.clone()));
            }
        }
    }

    /// When uploads go on that were cut.
    pub(super) fn uploads_due(&self, first: &mut First) {
        for item in self.outbox.items().iter().filter(|it| it.failed.is_none()) {
            for file in item.files.iter().filter(|it| waits(it)) {
                first.of(Some(file.again));
            }
        }
    }

    /// Another tab brings them there.
    pub(super) fn uploads_stop(&mut self) {
        for file in self.outbox.items_mut().iter_mut().flat_map(|it| &mut it.files) {
            file.begun = false;
        }
    }

    fn file(&mut self, local: &str) -> Option<(&mut Item, usize)> {
        let cid = self.outbox.items().iter().find(|it| it.files.iter().any(|file| file.local == local))?;
        let cid = cid.cid().to_owned();
        let item = self.outbox.get_mut(&cid)?;
        let at = item.files.iter().position(|it| it.local == local)?;
        Some((item, at))
    }

    /// From here on it goes on at this place, also on the next page.
    pub(super) fn placed(&mut self, local: &str, name: String) {
        self.notes(local, |file| file.place = Some(name));
    }

    fn notes(&mut self, local: &str, note: impl FnOnce(&mut Upload)) {
        let Some((item, at)) = self.file(local) else { return };
        note(&mut item.files[at]);
        let item = item.clone();
        self.keep_json(&item.key(), &item);
    }

    pub(super) fn progress(&mut self, local: &str, percent: u8) {
        if let Some((item, at)) = self.file(local) {
            // All of it is there only when the server says so.
            item.files[at].percent = percent.min(99);
        }
    }

    pub(super) fn uploaded(&mut self, local: &str, name: String) {
        self.notes(local, |file| (file.done, file.percent) = (Some(name), 100));
    }

    /// What was cut goes on by itself; what was refused waits for the visitor.
    pub(super) fn upload_failed(&mut self, local: &str, code: String, now: &At) {
        let Some((item, at)) = self.file(local) else { return };
        let (cid, file) = (item.cid().to_owned(), &mut item.files[at]);
        file.begun = false;
        let is_cut = match code.as_str() {
            "" | "retry" | "rate" | "short" | "offset" | "cancelled" => true,
            // It waited for too long: from the start.
            "not_found" => file.place.take().is_some(),
            "unauthorized" => {
                self.forget_token();
                self.hang_up();
                return;
            }
            _ => false,
        };
        if !is_cut || MAX_CUTS <= file.cuts {
            return self.has_failed(&cid, code);
        }
        file.again = now.now + (AGAIN_MS << file.cuts.min(5));
        file.cuts += 1;
    }
}

fn waits(file: &Upload) -> bool {
    file.done.is_none() && !file.begun
}
