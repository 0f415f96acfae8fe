//! The widget's routes.
use accounts::Site;
use axum::{
    Extension, Json,
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use chat_proto::{
    Fault as Told, FormField,
    visitor::{ClosedNotice, FromVisitor, ToVisitor, Token, TokenRequest, Way, Widget},
};
use serde::{Deserialize, de::DeserializeOwned};
use utoipa::ToSchema;

use super::{Peer, Refused, browsing, texts, who};
use crate::{
    api::Params,
    engine::{Settings, SiteFacts},
    model::{Entry, FieldKind, FormFields, Lang, LocalText, QueueId, SiteId, UnixMillis},
    rt::{self, Speaker},
    server::Chat,
    views,
    who::Who,
};

/// Who reads.
#[derive(Deserialize)]
pub(super) struct Reader {
    #[serde(default)]
    lang: String,
}

/// A body, if it was not too long and came whole.
pub(super) type Sent = Result<Bytes, BytesRejection>;

fn body<T: DeserializeOwned>(sent: Sent) -> Result<T, Refused> {
    let bytes = sent.map_err(|rejection| Refused::new(rejection.status(), "too_long"))?;
    serde_json::from_slice(&bytes).map_err(|_| Refused::new(StatusCode::BAD_REQUEST, "malformed"))
}

/// What the widget shows before anything is said.
#[utoipa::path(get, path = "/v1/widget/{site}", tag = "widget",
    params(("site" = String, Path, description = "The site's key"), ("lang" = Option<String>, Query, description = "The page's language")),
    responses((status = 200, body = Widget),
        (status = 400, body = Told),
        (status = 403, body = Told, description = "Not from a page of the site"),
        (status = 404, body = Told),
        (status = 503, body = Told)))]
pub(super) async fn config(
    State(chat): State<Chat>,
    Extension(site): Extension<Site>,
    Params(reader): Params<Reader>,
) -> Result<Response, Refused> {
    let id = SiteId(site.id.0);
    let settings = chat.engine.settings(id).await?;
    let broken = views::site_faults(&chat.engine, id).await?;
    let reads = Reads { settings: &settings, lang: reader.lang.parse().ok() };
    let mut widget = reads.widget(chat.engine.now());
    widget.name = site.name;
    widget.broken = broken;
    if let Some(files) = &chat.files {
        let rules = files.rules(id).await?;
        widget.max_file_bytes = rules.max_bytes;
        widget.refused_files = rules.denied.into_iter().filter(|it| !it.contains('/')).collect();
    }
    Ok(([(header::CACHE_CONTROL, "no-cache")], Json(widget)).into_response())
}

/// Who the visitor is.
#[utoipa::path(post, path = "/v1/widget/{site}/token", tag = "widget",
    params(("site" = String, Path, description = "The site's key")),
    request_body(content = TokenRequest, content_type = "application/json"),
    responses((status = 200, body = Token),
        (status = 400, body = Told),
        (status = 401, body = Told, description = "`identity`: the site's word does not count"),
        (status = 403, body = Told, description = "Not from a page of the site"),
        (status = 404, body = Told),
        (status = 413, body = Told),
        (status = 429, body = Told),
        (status = 503, body = Told)))]
pub(super) async fn token(
    State(chat): State<Chat>,
    Extension(site): Extension<Site>,
    Peer(from): Peer,
    sent: Sent,
) -> Result<Json<Token>, Refused> {
    chat.rates.token(from)?;
    let asks: TokenRequest = body(sent)?;
    let visitor = chat.identify(&site, &asks).await?;
    Ok(Json(chat.tokens.issue((SiteId(site.id.0), visitor), chat.engine.now())))
}

/// The last words of a page that is left: one frame, or several in a list, which are done in their order.
#[utoipa::path(post, path = "/v1/widget/{site}/say", tag = "widget",
    params(("site" = String, Path, description = "The site's key")),
    request_body(content = SaidV1, content_type = "application/json"),
    responses((status = 200, body = AnsweredV1, description = "In the same order; not done where it says so"),
        (status = 400, body = Told),
        (status = 401, body = Told),
        (status = 403, body = Told, description = "Not from a page of the site"),
        (status = 404, body = Told),
        (status = 413, body = Told),
        (status = 503, body = Told)))]
pub(super) async fn say(
    State(chat): State<Chat>,
    Extension(site): Extension<Site>,
    headers: HeaderMap,
    Peer(from): Peer,
    sent: Sent,
) -> Result<Response, Refused> {
    let receipt = chat.engine.receive();
    let Who::Visitor { site, visitor } = who::visitor(&chat, &headers, Some(SiteId(site.id.0))).await? else {
        return Err(Refused::unknown());
    };
    let said: Said = body(sent)?;
    let by = Speaker::new((site, visitor), from, browsing(&headers));
    let malformed = || Refused::new(StatusCode::BAD_REQUEST, "malformed");
    let frames = match said {
        Said::One(frame) => {
            let answer = rt::say(&chat, &by, &frame, receipt).await;
            return answer.map(|it| Json(it).into_response()).ok_or_else(malformed);
        }
        Said::Several(frames) => frames,
    };
    drop(receipt);
    let mut answers = Vec::new();
    for frame in frames {
        let answer = rt::say(&chat, &by, &frame, chat.engine.receive()).await.ok_or_else(malformed)?;
        let waits = matches!(&answer, ToVisitor::Nack { fault, .. } if fault.retry_ms.is_some());
        answers.push(answer);
        // What comes after it must not come before: the next page says the rest.
        if waits {
            break;
        }
    }
    Ok(Json(answers).into_response())
}

/// The last words of a page.
#[derive(Deserialize)]
#[serde(untagged)]
enum Said {
    One(FromVisitor),
    Several(Vec<FromVisitor>),
}

/// What is sent and answered, for the document.
#[derive(ToSchema)]
#[allow(dead_code, reason = "it is described, and never made")]
#[serde(untagged)]
enum SaidV1 {
    One(FromVisitor),
    Several(Vec<FromVisitor>),
}

/// The same of the answers.
#[derive(ToSchema)]
#[allow(dead_code, reason = "as above")]
#[serde(untagged)]
enum AnsweredV1 {
    One(ToVisitor),
    Several(Vec<ToVisitor>),
}

/// A site's settings, as a reader of one language gets them.
struct Reads<'a> {
    settings: &'a Settings,
    lang: Option<Lang>,
}

impl Reads<'_> {
    fn facts(&self) -> &SiteFacts {
        &self.settings.site
    }

    fn text(&self, text: &LocalText) -> String {
        text.pick(self.lang.as_ref(), &self.facts().settings.lang).to_owned()
    }

    /// All but the name, what is broken, and the rules about files.
    fn widget(&self, now: UnixMillis) -> Widget {
        let (shown, settings) = (&self.settings.shown, &self.facts().settings);
        let open = self.is_open(now);
        Widget {
            name: String::new(),
            bot: match settings.entry {
                Entry::Bot(_) if shown.bot.is_empty() => "Bot".to_owned(),
                Entry::Bot(_) => shown.bot.clone(),
                Entry::Queue(_) => String::new(),
            },
            colour: shown.colour.clone(),
            greeting: self.text(&shown.greeting),
            form: self.fields(&settings.form),
            offline_form: settings.offline_form.as_ref().map(|it| self.fields(it)).unwrap_or_default(),
            open,
            closed: (!open).then(|| self.closed(now)),
            broken: Vec::new(),
            max_file_bytes: 0,
            refused_files: Vec::new(),
            presence: shown.presence,
            query_keys: shown.query_keys.clone(),
        }
    }

    fn fields(&self, form: &FormFields) -> Vec<FormField> {
        let field = |it: &crate::model::Field| FormField {
            key: it.key.clone(),
            label: self.label(&it.key),
            kind: kind(it.kind).to_owned(),
            required: it.required,
        };
        form.0.iter().map(field).collect()
    }

    /// The admin's words, else the usual ones, else the key itself.
    fn label(&self, key: &str) -> String {
        let own = self.settings.shown.labels.get(key).map(|it| self.text(it)).filter(|it| !it.is_empty());
        let lang = self.lang.as_ref().unwrap_or(&self.facts().settings.lang).to_string();
        own.or_else(|| texts::label(key, &lang).map(str::to_owned)).unwrap_or_else(|| key.to_owned())
    }

    /// The queue that a conversation begins in, where there is no bot before.
    fn entry(&self) -> Option<QueueId> {
        match self.facts().settings.entry {
            Entry::Bot(_) => None,
            Entry::Queue(queue) => Some(queue),
        }
    }

    fn hours(&self) -> impl Iterator<Item = &crate::hours::Hours> {
        let queue = self.entry().and_then(|it| self.settings.queues.get(&it)?.hours.as_ref());
        self.facts().hours.as_ref().into_iter().chain(queue)
    }

    fn is_open(&self, now: UnixMillis) -> bool {
        self.hours().all(|it| it.is_open(now))
    }

    /// The first instant at which all are open: each is moved to the others' openings until they agree.
    fn opens(&self, now: UnixMillis) -> Option<UnixMillis> {
        const TURNS: usize = 64;
        let mut at = now;
        for _ in 0..TURNS {
            let mut next = at;
            for hours in self.hours() {
                next = next.max(hours.next_opening(next)?);
            }
            if next == at {
                return Some(at);
            }
            at = next;
        }
        None
    }

    fn closed(&self, now: UnixMillis) -> ClosedNotice {
        let shown = &self.settings.shown;
        let way = |it: &crate::shown::Way| Way {
            kind: it.kind.code().to_owned(),
            label: self.text(&it.label),
            value: it.value.clone(),
        };
        ClosedNotice {
            message: self.text(&shown.closed),
            opens: self.opens(now).map(|it| it.0),
            ways: shown.ways.iter().map(way).collect(),
        }
    }
}

/// How a field is shown.
const fn kind(it: FieldKind) -> &'static str {
    match it {
        FieldKind::Text => "text",
        FieldKind::Long => "long",
        FieldKind::Email => "email",
        FieldKind::Phone => "phone",
    }
}
