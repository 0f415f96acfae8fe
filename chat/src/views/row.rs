//! One row of a list.
use chat_proto::{desk, message::From};
use store::{Error, Row, Tx, Value, params};

use super::Online;
use crate::{
    engine::{Engine, Fault},
    model::{Body, Content, Conversation, ConversationId, SiteId, State},
    tables::{
        self,
        conversation::{self, N_COLUMNS},
        from_column,
    },
    who::{Device, Viewer},
};

/// Characters of a preview.
const PREVIEW: usize = 140;

/// Statements that read rows: of what `page` gives as `id` and `key`, for the reader in `$1`.
pub(super) fn select(page: &str, order: &str) -> String {
    let columns = conversation::columns_of("c");
    format!(
        "SELECT {columns}, c.last_at, v.name, v.email, COALESCE(r.seq, 0),
            CASE WHEN s.conv_id IS NULL THEN 0 ELSE 1 END, o.no, o.agent_id, o.from_agent, o.at, o.due,
            (SELECT m.author || ' ' || m.body FROM chat_message m
                WHERE m.site_id = c.site_id AND m.conv_id = c.id AND m.kind IN
                    ('text', 'file', 'link', 'deal', 'choice', 'choice_question', 'form')
                ORDER BY m.seq DESC LIMIT 1), v.page
         FROM ({page}) p JOIN chat_conversation c ON c.id = p.id
         JOIN chat_visitor v ON v.id = c.visitor_id AND v.site_id = c.site_id
         LEFT JOIN chat_read r ON r.site_id = c.site_id AND r.conv_id = c.id AND r.reader = $1
         LEFT JOIN chat_star s ON s.site_id = c.site_id AND s.conv_id = c.id
         LEFT JOIN chat_offer o ON o.site_id = c.site_id AND o.conv_id = c.id AND o.outcome = 'open'
         {order}"
    )
}

/// A conversation and its row, as [`select`] gives them. The row has no site key yet.
pub(super) fn read(row: &Row, online: &Online) -> Result<(Conversation, desk::Row), Error> {
    let of = conversation::read(row)?;
    let at = |n: usize| N_COLUMNS + n;
    let Preview { from: preview_from, text: preview, files: preview_files } =
        preview(row.get::<Option<String>>(at(10))?)?;
    let name: String = row.get(at(1))?;
    let figures =
        if name.trim().is_empty() { desk::figures(row.get(at(11))?, of.visitor.0) } else { String::new() };
    let made = desk::Row {
        conv: of.public.to_name(),
        ver: of.ver.0,
        site: String::new(),
        stage: of.state.stage().code().to_owned(),
        name,
        figures,
        email: row.get(at(2))?,
        online: online.has(of.site, of.visitor),
        queue: of.queue.0,
        agent: of.owner().or(of.previous_agent).map(|it| it.0),
        offer: offer(row, at(5))?,
        preview,
        preview_from,
        preview_files,
        seq: of.last_seq.0,
        read: from_column(row.get(at(3))?),
        since: since(&of.state),
        at: row.get(at(0))?,
        until: until(&of.state),
        tags: of.tags.iter().map(|it| it.0).collect(),
        starred: row.get(at(4))?,
        rating: of.rating.as_ref().map(|it| it.stars),
        found: None,
    };
    Ok((of, made))
}

fn offer(row: &Row, first: usize) -> Result<Option<desk::Offer>, Error> {
    let Some(no) = row.get::<Option<i64>>(first)? else { return Ok(None) };
    Ok(Some(desk::Offer {
        no: u32::try_from(no).unwrap_or(0),
        agent: row.get(first + 1)?,
        from: row.get(first + 2)?,
        at: row.get(first + 3)?,
        due: row.get(first + 4)?,
        ..desk::Offer::default()
    }))
}

fn since(state: &State) -> Option<i64> {
    match state {
        State::Queued(waiting) | State::Offered(waiting, _) => Some(waiting.since.0),
        State::Bot(_)
        | State::Active(_)
        | State::Snoozed(_)
        | State::OfflineForm
        | State::Offline
        | State::Closed(_) => None,
    }
}

fn until(state: &State) -> Option<i64> {
    if let State::Snoozed(snooze) = state { snooze.end.at().map(|it| it.0) } else { None }
}

/// Who wrote last, how it begins, and how many files it has where it has no words.
#[derive(Debug, PartialEq, Eq)]
struct Preview {
    from: From,
    text: String,
    files: u64,
}

fn preview(last: Option<String>) -> Result<Preview, Error> {
    let Some(last) = last else { return Ok(Preview { from: From::System, text: String::new(), files: 0 }) };
    let (author, body) = last.split_once(' ').unwrap_or(("", ""));
    let from = match author {
        "visitor" => From::Visitor,
        "agent" => From::Agent,
        "bot" => From::Bot,
        _ => From::System,
    };
    let body = tables::body(body)?;
    let files = body.files().map_or(0, <[_]>::len);
    let text = shorten(&words(body));
    let files = if text.is_empty() { files as u64 } else { 0 };
    Ok(Preview { from, text, files })
}

/// The beginning of a text, on one line.
pub(super) fn shorten(text: &str) -> String {
    let mut short = String::new();
    for word in text.split_whitespace() {
        if !short.is_empty() {
            short.push(' ');
        }
        short.push_str(word);
        if PREVIEW < short.len() {
            break;
        }
    }
    short.chars().take(PREVIEW).collect()
}

/// What stands for a message in a list.
pub(super) fn words(body: Body) -> String {
    match body {
        Body::Content(Content::Text(text) | Content::Files { text, .. }) | Body::Question { text, .. } => {
            text
        }
        Body::Content(Content::Link { title, url }) => {
            if title.is_empty() {
                url
            } else {
                title
            }
        }
        Body::Content(Content::Deal { text, url }) => {
            if text.is_empty() {
                url
            } else {
                text
            }
        }
        Body::Choice { label, .. } => label,
        Body::Form(mut form) => form.0.remove("message").unwrap_or_default(),
        Body::Notice(_) | Body::Record(_) | Body::Unknown => String::new(),
    }
}

/// One conversation as [`select`] gives it, if it is there for them.
pub(super) fn one(
    tx: &mut dyn Tx,
    (viewer, online): (&Viewer, &Online),
    (site, conv): (SiteId, ConversationId),
) -> Result<Option<(Conversation, desk::Row)>, Error> {
    let Some(key) = viewer.key(site) else { return Ok(None) };
    let sql = select("SELECT id, 0 AS key FROM chat_conversation WHERE site_id = $2 AND id = $3", "");
    let values: &[Value] = params![viewer.agent.0, site.0, conv.0];
    let Some(found) = tx.query(&sql, values)?.into_iter().next() else { return Ok(None) };
    let (of, mut made) = read(&found, online)?;
    made.site = key.to_owned();
    let sees = viewer.on(site, Device::Desktop).sees(tx, &of)?;
    Ok(sees.then_some((of, made)))
}

/// A conversation's row, for one agent.
///
/// # Errors
/// [`Fault::NoConversation`], or the store's.
pub async fn row(
    engine: &Engine,
    viewer: &Viewer,
    (site, conv): (SiteId, ConversationId),
) -> Result<desk::Row, Fault> {
    let (viewer, online) = (viewer.clone(), engine.online().clone());
    let read = move |tx: &mut dyn Tx| one(tx, (&viewer, &online), (site, conv));
    let found = engine.store().read(read).await?;
    found.map(|(_, row)| row).ok_or(Fault::NoConversation)
}
