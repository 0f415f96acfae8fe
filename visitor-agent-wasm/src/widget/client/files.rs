//! Files that the visitor chooses, and their way to the server.
use chat_proto::limits::{MAX_FILE_BYTES, MAX_FILES};

use super::{Band, Client, line::Link};
use crate::widget::{
    event::Out,
    outbox::{Item, Upload},
};

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
            self.out(Out::Forget(files.into_iter().map(|it| it.local).collect()));
            return;
        }
        self.ui.band = None;
        for file in files {
            match self.refuses(&file) {
                Some(band) => {
                    self.ui.band = Some(band);
                    self.out(Out::Forget(vec![file.local]));
                }
                None => self.ui.picked.push(file),
            }
        }
        self.out(Out::Focus(".composer textarea"));
    }

    fn refuses(&self, file: &Upload) -> Option<Band> {
        let ending = file.name.rsplit_once('.').map(|(_, it)| it.to_ascii_lowercase()).unwrap_or_default();
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
        self.ui.picked.retain(|it| it.local != local);
        self.out(Out::Forget(vec![local.to_owned()]));
    }

    /// Begins what is not on its way yet.
    pub(super) fn uploads_begin(&mut self) {
        if self.line.link != Link::Ready {
            return;
        }
        let (Some(token), Some(conv)) = (&self.token, &self.conv) else { return };
        let (token, conv) = (token.token.clone(), conv.conv.clone());
        let waits = |it: &&Item| it.failed.is_none() && !it.is_ready();
        let cids: Vec<_> = self.outbox.items().iter().filter(waits).map(|it| it.cid().to_owned()).collect();
        for cid in cids {
            let files = self.outbox.get_mut(&cid).into_iter().flat_map(|it| &mut it.files);
            for file in files.filter(|it| it.done.is_none() && !it.begun) {
                file.begun = true;
                self.outs.push(Out::Upload(file.clone(), conv.clone(), token.clone()));
            }
        }
    }

    fn file(&mut self, local: &str) -> Option<(&mut Item, usize)> {
        let cid = self.outbox.items().iter().find(|it| it.files.iter().any(|file| file.local == local))?;
        let cid = cid.cid().to_owned();
        let item = self.outbox.get_mut(&cid)?;
        let at = item.files.iter().position(|it| it.local == local)?;
        Some((item, at))
    }

    pub(super) fn progress(&mut self, local: &str, percent: u8) {
        if let Some((item, at)) = self.file(local) {
            // All of it is there only when the server says so.
            item.files[at].percent = percent.min(99);
        }
    }

    pub(super) fn uploaded(&mut self, local: &str, name: String) {
        let Some((item, at)) = self.file(local) else { return };
        item.files[at].done = Some(name);
        item.files[at].percent = 100;
        let item = item.clone();
        self.keep_json(&item.key(), &item);
    }

    pub(super) fn upload_failed(&mut self, local: &str, code: String) {
        let Some((item, at)) = self.file(local) else { return };
        item.files[at].begun = false;
        let cid = item.cid().to_owned();
        self.has_failed(&cid, if code.is_empty() { "retry".into() } else { code });
    }
}
