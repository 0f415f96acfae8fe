//! Files that are there: what they are, and their bytes.
use std::{collections::HashMap, fmt::Write as _, ops::Range};

use bytes::Bytes;
use chat_proto::message::{FileCard, From};
use futures_util::stream::BoxStream;
use object_store::{GetOptions, GetRange, ObjectStore as _, ObjectStoreExt as _, path::Path};
use serde::Serialize;
use store::Tx;

use super::{FileFault, Files, upload::uploader};
use crate::{
    model::{AttachmentId, Conversation, ConversationId, PublicId, Seq, SiteId, UnixMillis},
    tables::{
        attachment::{self, Attachment, State, Uploader},
        conversation,
    },
    who::Who,
};

/// Documents of one page.
const PAGE: i64 = 100;

/// The bytes of a file, as they come.
pub type ByteStream = BoxStream<'static, object_store::Result<Bytes>>;

/// A file that is ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    row: Box<Attachment>,
}

impl StoredFile {
    pub(super) fn new(row: Attachment) -> Self {
        Self { row: Box::new(row) }
    }

    /// What the engine calls it: for the content of a message.
    pub fn id(&self) -> AttachmentId {
        self.row.id
    }

    /// What the outside calls it.
    pub fn public(&self) -> PublicId {
        self.row.public
    }

    /// Its cleaned name.
    pub fn name(&self) -> &str {
        &self.row.name
    }

    /// Its length.
    pub fn bytes(&self) -> u64 {
        self.row.bytes
    }

    /// Its type, by its bytes.
    pub fn media(&self) -> &str {
        self.row.seen.as_ref().map_or("application/octet-stream", |it| it.media.as_str())
    }

    /// Its SHA-256 in hexadecimal digits.
    pub fn sha256(&self) -> String {
        let bytes = self.row.seen.as_ref().map(|it| it.sha256).unwrap_or_default();
        bytes.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    /// As a message shows it.
    pub fn card(&self) -> FileCard {
        let seen = self.row.seen.as_ref();
        FileCard {
            id: self.row.public.to_name(),
            name: self.row.name.clone(),
            bytes: self.row.bytes,
            kind: self.media().to_owned(),
            size: seen.filter(|it| it.thumb.is_some()).and_then(|it| it.size),
        }
    }
}

/// One row of a conversation's documents (FEATURES FIL-11).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Document {
    /// The file.
    #[serde(flatten)]
    pub file: FileCard,
    /// Which message has it.
    pub seq: u64,
    /// From whom.
    pub from: From,
    /// When its upload began.
    pub at: i64,
}

impl Document {
    fn new(row: Attachment) -> Self {
        let from = match row.by {
            Uploader::Visitor(_) => From::Visitor,
            Uploader::Agent(_) => From::Agent,
        };
        let (seq, at) = (row.seq.map_or(0, |it| it.0), row.created.0);
        Self { file: StoredFile::new(row).card(), seq, from, at }
    }
}

impl Files {
    /// A file that they may have: one of a message in a conversation that is there for them, or their own.
    ///
    /// # Errors
    /// [`FileFault::NotFound`], or the store's.
    pub async fn find(&self, who: &Who, id: PublicId) -> Result<StoredFile, FileFault> {
        let who = *who;
        let read = move |tx: &mut dyn Tx| {
            let Some(row) = attachment::find(tx, id)?.filter(|it| it.state == State::Ready) else {
                return Ok(None);
            };
            let of = conversation::load(tx, row.site, row.conversation)?;
            let is_there = row.seq.is_some() || row.by == uploader(&who);
            let sees = match of {
                Some(of) if is_there => who.sees(tx, &of)?,
                Some(_) | None => false,
            };
            Ok::<_, store::Error>(sees.then_some(row))
        };
        let row = self.inner.store.read(read).await?;
        row.map(StoredFile::new).ok_or(FileFault::NotFound)
    }

    /// Where a file can be fetched for a minute, by whoever has the link.
    ///
    /// # Errors
    /// As [`Files::find`].
    pub async fn link(&self, who: &Who, id: PublicId) -> Result<String, FileFault> {
        let file = self.find(who, id).await?;
        Ok(self.inner.key.url(file.public(), self.inner.clock.now()))
    }

    /// The file of such a link.
    ///
    /// # Errors
    /// [`FileFault::Link`] when it is not ours or over.
    pub async fn by_link(
        &self,
        id: PublicId,
        (until, signature): (UnixMillis, &str),
    ) -> Result<StoredFile, FileFault> {
        if !self.inner.key.admits(id, (until, signature), self.inner.clock.now()) {
            return Err(FileFault::Link);
        }
        let row = self.inner.store.read(move |tx| attachment::find(tx, id)).await?;
        let row = row.filter(|it| it.state == State::Ready).ok_or(FileFault::NotFound)?;
        Ok(StoredFile::new(row))
    }

    /// Some of its bytes.
    ///
    /// # Errors
    /// The object store's.
    pub async fn read(&self, file: &StoredFile, range: Range<u64>) -> Result<ByteStream, FileFault> {
        let options = GetOptions { range: Some(GetRange::Bounded(range)), ..GetOptions::default() };
        Ok(self.inner.objects.get_opts(&path(&file.row), options).await?.into_stream())
    }

    /// Its thumbnail, and what type that is.
    ///
    /// # Errors
    /// [`FileFault::NotFound`] where it has none, or the object store's.
    pub async fn thumb(&self, file: &StoredFile) -> Result<(String, Bytes), FileFault> {
        let media = file.row.seen.as_ref().and_then(|it| it.thumb.clone()).ok_or(FileFault::NotFound)?;
        Ok((media, self.inner.objects.get(&thumb_path(&file.row)).await?.bytes().await?))
    }

    /// What the engine calls files that somebody names in a message. Whether they can be its files, the engine
    /// says.
    ///
    /// # Errors
    /// [`FileFault::NotFound`] when there is no such file of theirs in this conversation, or the store's.
    pub async fn resolve(
        &self,
        who: &Who,
        of: ConversationId,
        names: &[PublicId],
    ) -> Result<Vec<AttachmentId>, FileFault> {
        let (who, names) = (*who, names.to_vec());
        let read = move |tx: &mut dyn Tx| {
            let mut ids = Vec::with_capacity(names.len().min(crate::model::MAX_FILES));
            for name in &names {
                let found = attachment::find(tx, *name)?;
                let is_own = |it: &Attachment| {
                    it.site == who.site() && it.conversation == of && it.by == uploader(&who)
                };
                ids.push(found.filter(is_own).ok_or(FileFault::NotFound)?.id);
            }
            Ok::<_, FileFault>(ids)
        };
        self.inner.store.read(read).await
    }

    /// How messages show these files. One that is gone has no card.
    ///
    /// # Errors
    /// The store's.
    pub async fn cards(
        &self,
        site: SiteId,
        ids: &[AttachmentId],
    ) -> Result<HashMap<AttachmentId, FileCard>, FileFault> {
        let ids = ids.to_vec();
        let read = move |tx: &mut dyn Tx| {
            let mut cards = HashMap::new();
            for id in &ids {
                let row = attachment::load(tx, site, *id)?.filter(|it| it.state == State::Ready);
                cards.extend(row.map(|row| (*id, StoredFile::new(row).card())));
            }
            Ok::<_, FileFault>(cards)
        };
        self.inner.store.read(read).await
    }

    /// The files of a conversation's messages, from both sides, the newest first; those before file `before`.
    ///
    /// # Errors
    /// [`FileFault::NotFound`] for a conversation that is not there for them, or the store's.
    pub async fn documents(
        &self,
        who: &Who,
        conversation: PublicId,
        before: Option<PublicId>,
    ) -> Result<Vec<Document>, FileFault> {
        let who = *who;
        let read = move |tx: &mut dyn Tx| {
            let of = conversation::by_public(tx, who.site(), conversation)?.ok_or(FileFault::NotFound)?;
            if !who.sees(tx, &of)? {
                return Err(FileFault::NotFound);
            }
            let before = before.map(|it| place(tx, &of, it)).transpose()?;
            Ok(attachment::list(tx, &of, before, PAGE)?)
        };
        let rows: Vec<Attachment> = self.inner.store.read(read).await?;
        Ok(rows.into_iter().map(Document::new).collect())
    }
}

/// Where a file stands in the list of its conversation.
fn place(tx: &mut dyn Tx, of: &Conversation, id: PublicId) -> Result<(Seq, AttachmentId), FileFault> {
    let found = attachment::find(tx, id)?.filter(|it| it.site == of.site && it.conversation == of.id);
    found.and_then(|it| Some((it.seq?, it.id))).ok_or(FileFault::NotFound)
}

/// Where its bytes are: by names that are ours.
pub(super) fn path(of: &Attachment) -> Path {
    Path::from(format!("{}/{}", of.site.0, of.public.to_name()))
}

pub(super) fn thumb_path(of: &Attachment) -> Path {
    Path::from(format!("{}/{}.thumb", of.site.0, of.public.to_name()))
}
