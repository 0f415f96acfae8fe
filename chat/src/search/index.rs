//! Puts messages into the index.
use std::collections::HashMap;

use store::{Error, Key, Store, Tx, params};

use super::{
    terms::{self, INDEX},
    text,
    words::Tongue,
};
use crate::{
    engine::Fault,
    model::{AttachmentId, Body, ConversationId, Lang, SiteId},
    tables::{
        attachment, conversation, message,
        search::{self, Entry},
        site,
    },
};

/// Messages of one transaction: others wait no longer than for some tens of them.
const BATCH: i64 = 64;

/// Orders the batches of this process; other nodes' rows are taken by one of both.
const KEY: Key = Key(-1);

/// Whether each message can be undone by itself: for a server, that is as much to do as half of the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Care {
    Trusting,
    Savepoints,
}

/// Indexes what is due, a batch of it. Says how many messages.
pub(super) async fn batch(store: &Store) -> Result<usize, Fault> {
    if !store.read(search::is_due).await? {
        return Ok(0);
    }
    match store.write(KEY, |tx| index(tx, Care::Trusting)).await {
        Err(Error::Data(_)) => Ok(store.write(KEY, |tx| index(tx, Care::Savepoints)).await?),
        done => Ok(done?),
    }
}

fn index(tx: &mut dyn Tx, care: Care) -> Result<usize, Error> {
    let (entries, mut languages) = (search::take(tx, BATCH)?, Languages::default());
    for entry in &entries {
        if care == Care::Trusting {
            index_one(tx, *entry, &mut languages)?;
            continue;
        }
        match tx.attempt(|tx| index_one(tx, *entry, &mut languages)) {
            // One that cannot be read keeps nobody else from being found.
            Err(Error::Data(reason)) => tracing::error!(?entry, reason, "a message cannot be indexed"),
            done => done?,
        }
    }
    Ok(entries.len())
}

fn index_one(tx: &mut dyn Tx, it: Entry, languages: &mut Languages) -> Result<(), Error> {
    if let Some(id) = search::number(tx, it)? {
        INDEX.remove(tx, id)?;
        search::remove(tx, id)?;
    }
    // One that is not there any more, or says nothing, is not found.
    let Some(message) = message::one(tx, (it.site, it.conversation), it.place)? else { return Ok(()) };
    let Some(text) = searched(tx, it.site, &message.body)? else { return Ok(()) };
    let tongues = languages.of(tx, it.site, it.conversation)?;
    let words = terms::of_text(tx.dialect(), (it.site, &tongues), &text);
    if words.is_empty() {
        return Ok(());
    }
    let id = search::add(tx, it, message.author)?;
    INDEX.put(tx, id, &words)
}

/// Everything of a message that is searched.
pub(super) fn searched(tx: &mut dyn Tx, site: SiteId, body: &Body) -> Result<Option<String>, Error> {
    let Some(mut text) = text::of_body(body) else { return Ok(None) };
    for name in names(tx, site, body.files().unwrap_or_default())? {
        text.push('\n');
        text.push_str(&name);
    }
    Ok(Some(text))
}

fn names(tx: &mut dyn Tx, site: SiteId, files: &[AttachmentId]) -> Result<Vec<String>, Error> {
    let mut names = Vec::new();
    for id in files {
        names.extend(attachment::load(tx, site, *id)?.map(|it| it.name));
    }
    Ok(names)
}

/// Which languages texts are stemmed in, looked up once for each batch.
#[derive(Default)]
struct Languages {
    sites: HashMap<SiteId, Option<Lang>>,
    conversations: HashMap<ConversationId, Option<Lang>>,
}

impl Languages {
    fn of(&mut self, tx: &mut dyn Tx, site: SiteId, of: ConversationId) -> Result<Vec<Tongue>, Error> {
        if let std::collections::hash_map::Entry::Vacant(free) = self.sites.entry(site) {
            free.insert(site::load(tx, site)?.map(|it| it.site.settings.lang));
        }
        if let std::collections::hash_map::Entry::Vacant(free) = self.conversations.entry(of) {
            free.insert(conversation::load(tx, site, of)?.and_then(|it| it.lang));
        }
        let known = [self.sites.get(&site), self.conversations.get(&of)];
        Ok(Tongue::all(known.into_iter().flatten().flatten()))
    }
}

/// The languages that somebody on these sites may ask in: the sites' own, and those that their agents speak.
pub(super) fn asked_in(tx: &mut dyn Tx, sites: &[SiteId]) -> Result<Vec<Tongue>, Error> {
    const SPOKEN: &str = "SELECT DISTINCT languages FROM chat_agent WHERE site_id = $1";
    let mut langs: Vec<Lang> = Vec::new();
    for id in sites {
        langs.extend(site::load(tx, *id)?.map(|it| it.site.settings.lang));
        let spoken: Vec<(String,)> = tx.rows(SPOKEN, params![id.0])?;
        for (text,) in spoken {
            langs.extend(crate::tables::from_json::<Vec<Lang>>(&text)?);
        }
    }
    Ok(Tongue::all(&langs))
}
