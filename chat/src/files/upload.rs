//! Files on their way up.
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use object_store::{ObjectStoreExt as _, buffered::BufWriter};
use store::{Key, Tx};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::{
    FileFault, Files, Rules,
    active::Turn,
    image::{self, Picture, Thumb},
    name,
    open::{self, StoredFile},
    parts::Part,
    rules::{self, MAX_WAITING},
    sniff::{self, Sniffed},
};
use crate::{
    model::PublicId,
    tables::{
        attachment::{self, Attachment, Seen, State, Uploader},
        conversation, from_json,
    },
    who::{Device, Viewer, Who},
};

/// Images that are larger are not looked at: no site's pictures are.
const MAX_LOOKED_AT: u64 = 64 * 1024 * 1024;

/// What somebody wants to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Into which conversation.
    pub conversation: PublicId,
    /// What it is called there.
    pub name: String,
    /// What it is said to be.
    pub media: String,
    /// How long it is.
    pub bytes: u64,
}

/// An upload that may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Begun {
    /// Its name, which will be the file's.
    pub id: PublicId,
    /// How long it will be.
    pub bytes: u64,
}

/// Where a body begins in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// At its start, whatever came before.
    Start,
    /// Where the upload stands.
    Offset(u64),
}

/// What became of an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// So many bytes are there.
    Part(u64),
    /// All of it.
    Ready(StoredFile),
}

/// How an upload's body ended.
enum Body {
    Ended,
    /// The connection broke: what came in stays.
    Cut,
    TooLong,
    Cancelled,
}

impl Files {
    /// An agent of several sites, on the one of this conversation.
    ///
    /// # Errors
    /// [`FileFault::NotFound`], or the store's.
    pub(super) async fn on_site_of(
        &self,
        (viewer, device): (&Viewer, Device),
        conv: PublicId,
    ) -> Result<Who, FileFault> {
        let sites = viewer.sites.clone();
        let read = move |tx: &mut dyn Tx| {
            for site in sites.iter() {
                if conversation::by_public(tx, site.id, conv)?.is_some() {
                    return Ok(Some(site.id));
                }
            }
            Ok::<_, FileFault>(None)
        };
        let found = self.inner.store.read(read).await?.ok_or(FileFault::NotFound)?;
        Ok(viewer.on(found, device))
    }

    /// Says whether a file may be sent, before it is.
    ///
    /// # Errors
    /// Why not.
    pub async fn begin(&self, who: &Who, upload: Upload) -> Result<Begun, FileFault> {
        let mut id = [0; 16];
        getrandom::fill(&mut id).map_err(|error| FileFault::Random(error.to_string()))?;
        let (id, who, at) = (PublicId::from_bytes(id), *who, self.inner.clock.now());
        let (bytes, name) = (upload.bytes, name::clean(&upload.name));
        let write = move |tx: &mut dyn Tx| {
            let of = conversation::by_public(tx, who.site(), upload.conversation)?;
            let of = of.ok_or(FileFault::NotFound)?;
            if !who.sees(tx, &of)? {
                return Err(FileFault::NotFound);
            }
            let rules = rules_in(tx, &who)?;
            rules::check_stage(of.state.stage())?;
            rules.check_length(bytes)?;
            rules.check_declared(&who, &name, &upload.media)?;
            let by = uploader(&who);
            if MAX_WAITING <= attachment::waiting(tx, &of, by)? {
                return Err(FileFault::TooMany);
            }
            let declared: String = upload.media.chars().filter(char::is_ascii_graphic).take(100).collect();
            let new = attachment::New { public: id, by, name: &name, declared: &declared, bytes, at };
            Ok(attachment::insert(tx, &of, &new)?)
        };
        self.inner.store.write(Key(who.site().0), write).await?;
        Ok(Begun { id, bytes })
    }

    /// How much of an upload is there, of how much.
    ///
    /// # Errors
    /// [`FileFault::NotFound`] for what is not theirs, and the store's.
    pub async fn offset(&self, who: &Who, id: PublicId) -> Result<(u64, u64), FileFault> {
        let of = self.own(who, id).await?;
        let at = if of.state == State::Part { self.inner.parts.length(id).await? } else { of.bytes };
        Ok((at.min(of.bytes), of.bytes))
    }

    /// Takes a body, or a part of it. What comes in is counted, never believed. An upload that is whole already
    /// is answered again.
    ///
    /// # Errors
    /// [`FileFault::TooLarge`] as soon as more comes than was said; [`FileFault::Offset`] where the upload stands
    /// elsewhere; [`FileFault::Cancelled`]; what the file's bytes are refused for.
    pub async fn write<E>(
        &self,
        who: &Who,
        (id, from): (PublicId, From),
        body: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<Written, FileFault> {
        self.own(who, id).await?;
        let turn = self.inner.active.enter(id).await;
        // Whoever had the turn before may have finished or removed it.
        let of = self.own(who, id).await?;
        if of.state == State::Ready {
            return again(of, from);
        }
        let mut part = self.resume(&of, from).await?;
        // From now on it is not given up for what was before.
        self.touch(&of).await?;
        let ended = receive(&mut part, of.bytes, &turn, body).await?;
        let at = part.length();
        match ended {
            Body::TooLong => {
                let max = of.bytes;
                self.remove(of).await?;
                Err(FileFault::TooLarge { max })
            }
            Body::Ended if at == of.bytes => self.finish(*who, of, (part, turn)).await,
            Body::Ended | Body::Cut => {
                part.pause().await?;
                self.touch(&of).await?;
                Ok(Written::Part(at))
            }
            Body::Cancelled => {
                part.pause().await?;
                Err(FileFault::Cancelled)
            }
        }
    }

    async fn touch(&self, of: &Attachment) -> Result<(), FileFault> {
        let (id, now) = (of.id, self.inner.clock.now());
        let touch = move |tx: &mut dyn Tx| attachment::touch(tx, id, now);
        Ok(self.inner.store.write(Key(of.site.0), touch).await?)
    }

    async fn resume(&self, of: &Attachment, from: From) -> Result<Part, FileFault> {
        let keep = match from {
            From::Start => 0,
            From::Offset(at) => {
                let stands = self.inner.parts.length(of.public).await?.min(of.bytes);
                if at != stands {
                    return Err(FileFault::Offset(stands));
                }
                at
            }
        };
        Ok(self.inner.parts.resume(of.public, keep).await?)
    }

    /// Removes an upload, or a file that is in no message. Its bytes are gone when this answers.
    ///
    /// # Errors
    /// [`FileFault::Sent`] when a message has it, [`FileFault::NotFound`] for what is not theirs.
    pub async fn cancel(&self, who: &Who, id: PublicId) -> Result<(), FileFault> {
        self.own(who, id).await?;
        let _turn = self.inner.active.enter(id).await;
        let of = self.own(who, id).await?;
        self.remove(of).await
    }

    /// Whoever calls has the turn.
    pub(super) async fn remove(&self, of: Attachment) -> Result<(), FileFault> {
        let (id, key) = (of.id, Key(of.site.0));
        let given_up = self.inner.store.write(key, move |tx| attachment::give_up(tx, id)).await?;
        if !given_up {
            return Err(FileFault::Sent);
        }
        self.remove_bytes(of).await
    }

    /// Of one that is given up.
    pub(super) async fn remove_bytes(&self, of: Attachment) -> Result<(), FileFault> {
        let (id, key) = (of.id, Key(of.site.0));
        self.inner.parts.remove(of.public).await?;
        for path in [open::path(&of), open::thumb_path(&of)] {
            match self.inner.objects.delete(&path).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(self.inner.store.write(key, move |tx| attachment::delete(tx, id)).await?)
    }

    /// What they have uploaded, or are uploading.
    async fn own(&self, who: &Who, id: PublicId) -> Result<Attachment, FileFault> {
        let found = self.inner.store.read(move |tx| attachment::find(tx, id)).await?;
        let is_own =
            |it: &Attachment| it.site == who.site() && it.by == uploader(who) && it.state != State::Gone;
        found.filter(is_own).ok_or(FileFault::NotFound)
    }

    /// On a task of its own: a connection that breaks now does not leave it half done.
    async fn finish(&self, who: Who, of: Attachment, it: (Part, Turn)) -> Result<Written, FileFault> {
        let files = self.clone();
        let finished = tokio::spawn(async move { files.finish_now(who, of, it).await });
        finished.await.unwrap_or_else(|error| Err(std::io::Error::other(error).into()))
    }

    async fn finish_now(
        &self,
        who: Who,
        of: Attachment,
        (part, _turn): (Part, Turn),
    ) -> Result<Written, FileFault> {
        let sha256 = part.finish().await?;
        let (sniffed, picture) = match self.look(&who, &of).await {
            Ok(looked) => looked,
            Err(refused @ (FileFault::Denied | FileFault::OnlyPdfAndImages)) => {
                self.remove(of).await?;
                return Err(refused);
            }
            Err(fault) => return Err(fault),
        };
        let thumb = picture.as_ref().and_then(|it| it.thumb.as_ref());
        self.keep(&of, thumb).await?;
        // What says that it is an image, and cannot be shown as one, is served like any other file.
        let is_shown = picture.is_some() || !sniffed.is_raster();
        let media = if is_shown { sniffed.media } else { "application/octet-stream" }.to_owned();
        let thumb = thumb.map(|it| it.media.to_owned());
        let seen = Seen { media, sha256, size: picture.as_ref().map(|it| it.size), thumb };
        let (id, now, noted) = (of.id, self.inner.clock.now(), seen.clone());
        let ready = move |tx: &mut dyn Tx| attachment::ready(tx, id, &noted, now);
        if !self.inner.store.write(Key(of.site.0), ready).await? {
            self.remove(of).await?;
            return Err(FileFault::Cancelled);
        }
        self.inner.parts.remove(of.public).await?;
        Ok(Written::Ready(StoredFile::new(Attachment { state: State::Ready, seen: Some(seen), ..of })))
    }

    async fn look(&self, who: &Who, of: &Attachment) -> Result<(Sniffed, Option<Picture>), FileFault> {
        let path = self.inner.parts.path(of.public);
        let file = tokio::fs::File::open(&path).await?;
        let mut head = Vec::with_capacity(sniff::HEAD);
        file.take(sniff::HEAD as u64).read_to_end(&mut head).await?;
        let sniffed = sniff::sniff(&head);
        let asked = *who;
        let rules = self.inner.store.read(move |tx| rules_in(tx, &asked)).await?;
        rules.check_sniffed(who, &sniffed)?;
        if !sniffed.is_raster() || MAX_LOOKED_AT < of.bytes {
            return Ok((sniffed, None));
        }
        let permit = Arc::clone(&self.inner.decoders).acquire_owned().await.map_err(std::io::Error::other)?;
        let look = move || {
            let _permit = permit;
            std::fs::read(&path).map(|bytes| image::look(sniffed.media, &bytes))
        };
        let picture = tokio::task::spawn_blocking(look).await.map_err(std::io::Error::other)??;
        Ok((sniffed, picture))
    }

    /// Makes it durable.
    async fn keep(&self, of: &Attachment, thumb: Option<&Thumb>) -> Result<(), FileFault> {
        let mut file = tokio::fs::File::open(self.inner.parts.path(of.public)).await?;
        let mut object = BufWriter::new(Arc::clone(&self.inner.objects), open::path(of));
        if let Err(error) = tokio::io::copy(&mut file, &mut object).await {
            // What came before the failure is not left in the object store.
            object.abort().await?;
            return Err(error.into());
        }
        object.shutdown().await?;
        if let Some(thumb) = thumb {
            self.inner.objects.put(&open::thumb_path(of), thumb.bytes.clone().into()).await?;
        }
        Ok(())
    }
}

fn rules_in(tx: &mut dyn Tx, who: &Who) -> Result<Rules, FileFault> {
    let text = attachment::rules(tx, who.site())?;
    Ok(text.map(|text| from_json(&text)).transpose()?.unwrap_or_default())
}

pub(super) const fn uploader(who: &Who) -> Uploader {
    match who {
        Who::Visitor { visitor, .. } => Uploader::Visitor(*visitor),
        Who::Agent { actor, .. } => Uploader::Agent(actor.id),
    }
}

/// Its answer was lost: it is given again.
fn again(of: Attachment, from: From) -> Result<Written, FileFault> {
    match from {
        From::Offset(at) if at != of.bytes => Err(FileFault::Offset(of.bytes)),
        From::Start | From::Offset(_) => Ok(Written::Ready(StoredFile::new(of))),
    }
}

/// Appends what comes, until there is no more, or too much, or somebody else wants the upload.
async fn receive<E>(
    part: &mut Part,
    max: u64,
    turn: &Turn,
    mut body: impl Stream<Item = Result<Bytes, E>> + Unpin,
) -> Result<Body, FileFault> {
    loop {
        let next = tokio::select! {
            biased;
            () = turn.ended.cancelled() => return Ok(Body::Cancelled),
            next = body.next() => next,
        };
        match next {
            None => return Ok(Body::Ended),
            Some(Err(_)) => return Ok(Body::Cut),
            Some(Ok(bytes)) if max < part.length() + bytes.len() as u64 => return Ok(Body::TooLong),
            Some(Ok(bytes)) => part.append(&bytes).await?,
        }
    }
}
