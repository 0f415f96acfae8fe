//! Files over HTTP. Who asks stands in the request's extensions ([`Who`]); all but the signed link need it.
//!
//! | route | |
//! |---|---|
//! | `POST /v1/uploads` | begins: `{conv, name, bytes, type}` → 201 `{id, url, offset}` |
//! | `PUT /v1/uploads/{id}` | the whole body → the file's card |
//! | `HEAD /v1/uploads/{id}` | `Upload-Offset`, `Upload-Length` |
//! | `PATCH /v1/uploads/{id}` | goes on at `Upload-Offset`, 64 KiB at least or all the rest → 204, or 200 and the card when it is whole |
//! | `DELETE /v1/uploads/{id}` | removes it |
//! | `GET /v1/files/{id}` | the bytes, or a range of them |
//! | `GET /v1/files/{id}/thumb` | the thumbnail |
//! | `GET /v1/files/{id}/link` | `{url}`: works for a minute, for whoever has it |
//! | `GET /v1/dl/{id}` | the file of such a link |
//! | `GET /v1/conversations/{id}/files` | the documents, the newest first; `?before=` goes on |
//!
//! What begins or continues an upload is counted for each person, and the bytes that they begin too: 429 says when to
//! go on. Bodies are counted here: no layer in front may buffer or limit them.
use axum::{
    Extension, Json, Router,
    body::{Body, HttpBody as _},
    extract::{Path, State, rejection::JsonRejection},
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{
            ACCEPT_RANGES, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_RANGE,
            LOCATION, RANGE,
        },
    },
    response::{IntoResponse, Response},
};
use chat_proto::{Fault as Told, message::FileCard};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Document, FileFault, Files, From, Purpose, StoredFile, Upload, Written, fault::UPLOAD_OFFSET, headers,
};
use crate::{
    api::Params,
    model::{PublicId, UnixMillis},
    who::{Device, Viewer, Who},
};

/// A part has as many bytes, unless it is the last.
const MIN_PART: u64 = 64 * 1024;
const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");

/// Who asks, if somebody said so.
type Asking = Option<Extension<Who>>;

/// All of them.
pub fn routes(files: Files) -> Router {
    Router::from(table()).with_state(files)
}

/// Their table.
pub(crate) fn table() -> OpenApiRouter<Files> {
    OpenApiRouter::new()
        .routes(routes!(begin))
        .routes(routes!(write_all, offset, write_on, cancel))
        .routes(routes!(show))
        .routes(routes!(thumb))
        .routes(routes!(link))
        .routes(routes!(save))
        .routes(routes!(documents))
}

fn known(who: Asking) -> Result<Who, FileFault> {
    who.map(|Extension(who)| who).ok_or(FileFault::Unknown)
}

/// A name that is none is nobody's.
fn named(name: &str) -> Result<PublicId, FileFault> {
    PublicId::from_name(name).ok_or(FileFault::NotFound)
}

/// `POST /v1/uploads`.
#[derive(Deserialize, ToSchema)]
struct BeginV1 {
    conv: String,
    name: String,
    bytes: u64,
    #[serde(default, rename = "type")]
    media: String,
}

/// Its answer.
#[derive(Serialize, ToSchema)]
struct BegunV1 {
    id: String,
    url: String,
    offset: u64,
}

/// Begins an upload, where such a file may be sent.
#[utoipa::path(post, path = "/v1/uploads", tag = "files",
    request_body(content = BeginV1, content_type = "application/json"),
    responses((status = 201, body = BegunV1),
        (status = 400, body = Told),
        (status = 401, body = Told),
        (status = 403, body = Told),
        (status = 404, body = Told),
        (status = 409, body = Told, description = "`closed`, `too_many_files`"),
        (status = 413, body = Told),
        (status = 415, body = Told),
        (status = 429, body = Told),
        (status = 503, body = Told)))]
async fn begin(
    State(files): State<Files>,
    who: Asking,
    agent: (Option<Extension<Viewer>>, Option<Extension<Device>>),
    body: Result<Json<BeginV1>, JsonRejection>,
) -> Result<Response, FileFault> {
    let agent = agent.0.zip(agent.1);
    if who.is_none() && agent.is_none() {
        return Err(FileFault::Unknown);
    }
    let Json(it) = body.map_err(|_| FileFault::Bad("an upload is {conv, name, bytes, type}"))?;
    let who = match (who, agent) {
        (None, Some((Extension(viewer), Extension(device)))) => {
            files.on_site_of((&viewer, device), named(&it.conv)?).await?
        }
        (who, _) => known(who)?,
    };
    files.inner.rates.request(&who)?;
    let upload = Upload { conversation: named(&it.conv)?, name: it.name, media: it.media, bytes: it.bytes };
    let begun = files.begin(&who, upload).await?;
    if let Err(too_much) = files.inner.rates.bytes(&who, begun.bytes) {
        files.cancel(&who, begun.id).await?;
        return Err(too_much);
    }
    let id = begun.id.to_name();
    let url = format!("/v1/uploads/{id}");
    let place = HeaderValue::try_from(&url).map_err(|_| FileFault::Bad("no address"))?;
    Ok((StatusCode::CREATED, [(LOCATION, place)], Json(BegunV1 { id, url, offset: 0 })).into_response())
}

/// The whole file.
#[utoipa::path(put, path = "/v1/uploads/{id}", tag = "files",
    params(("id" = String, Path, description = "The upload's name, which is the file's")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = FileCard),
        (status = 400, body = Told, description = "`short`: it goes on at `Upload-Offset`"),
        (status = 401, body = Told),
        (status = 403, body = Told),
        (status = 404, body = Told),
        (status = 409, body = Told),
        (status = 413, body = Told),
        (status = 415, body = Told),
        (status = 429, body = Told),
        (status = 503, body = Told)))]
async fn write_all(
    State(files): State<Files>,
    who: Asking,
    Path(id): Path<String>,
    (headers, body): (HeaderMap, Body),
) -> Result<Response, FileFault> {
    let (who, id) = (known(who)?, named(&id)?);
    files.inner.rates.request(&who)?;
    let (_, bytes) = files.offset(&who, id).await?;
    check_length(&headers, bytes)?;
    match files.write(&who, (id, From::Start), body.into_data_stream()).await? {
        Written::Ready(file) => Ok(card(&file)),
        Written::Part(at) => Err(FileFault::Short(at)),
    }
}

/// A part of it, from where the upload stands.
#[utoipa::path(patch, path = "/v1/uploads/{id}", tag = "files",
    params(("id" = String, Path, description = "The upload's name, which is the file's"), ("Upload-Offset" = u64, Header, description = "Where the part begins")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = FileCard),
        (status = 204, description = "There is more to come"),
        (status = 400, body = Told),
        (status = 401, body = Told),
        (status = 403, body = Told),
        (status = 404, body = Told),
        (status = 409, body = Told, description = "`offset`: it stands at `Upload-Offset`"),
        (status = 413, body = Told),
        (status = 415, body = Told),
        (status = 429, body = Told),
        (status = 503, body = Told)))]
async fn write_on(
    State(files): State<Files>,
    who: Asking,
    Path(id): Path<String>,
    (headers, body): (HeaderMap, Body),
) -> Result<Response, FileFault> {
    let (who, id) = (known(who)?, named(&id)?);
    let at: u64 = number(&headers, &UPLOAD_OFFSET).ok_or(FileFault::Bad("Upload-Offset is missing"))?;
    files.inner.rates.request(&who)?;
    let (stands, bytes) = files.offset(&who, id).await?;
    check_length(&headers, bytes.saturating_sub(at))?;
    if at == stands {
        check_part(&body, bytes.saturating_sub(at))?;
    }
    match files.write(&who, (id, From::Offset(at)), body.into_data_stream()).await? {
        Written::Ready(file) => Ok(card(&file)),
        Written::Part(at) => Ok((StatusCode::NO_CONTENT, [(UPLOAD_OFFSET, at)].map(text)).into_response()),
    }
}

fn text((name, value): (HeaderName, u64)) -> (HeaderName, String) {
    (name, value.to_string())
}

fn card(file: &StoredFile) -> Response {
    ([(UPLOAD_OFFSET, file.bytes())].map(text), Json(file.card())).into_response()
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}

/// What says that it is too long is not read. What lies is counted.
fn check_length(headers: &HeaderMap, max: u64) -> Result<(), FileFault> {
    match number(headers, &CONTENT_LENGTH) {
        Some(length) if max < length => Err(FileFault::TooLarge { max }),
        Some(_) | None => Ok(()),
    }
}

/// What says that it is neither the rest nor worth a request is not read. What does not say how long it is counts as
/// a request, like all.
fn check_part(body: &Body, rest: u64) -> Result<(), FileFault> {
    match body.size_hint().exact() {
        Some(length) if length < rest.min(MIN_PART) => Err(FileFault::TooSmall { min: MIN_PART }),
        Some(_) | None => Ok(()),
    }
}

/// Where the upload stands: `Upload-Offset` of `Upload-Length`.
#[utoipa::path(head, path = "/v1/uploads/{id}", tag = "files",
    params(("id" = String, Path, description = "The upload's name, which is the file's")),
    responses((status = 200),
        (status = 401),
        (status = 404),
        (status = 503)))]
async fn offset(
    State(files): State<Files>,
    who: Asking,
    Path(id): Path<String>,
) -> Result<Response, FileFault> {
    let (at, bytes) = files.offset(&known(who)?, named(&id)?).await?;
    let sizes = [(UPLOAD_OFFSET, at), (UPLOAD_LENGTH, bytes)].map(text);
    Ok((sizes, [(CACHE_CONTROL, "no-store")]).into_response())
}

/// Removes it, where no message has it.
#[utoipa::path(delete, path = "/v1/uploads/{id}", tag = "files",
    params(("id" = String, Path, description = "The upload's name, which is the file's")),
    responses((status = 204),
        (status = 401, body = Told),
        (status = 403, body = Told),
        (status = 404, body = Told),
        (status = 409, body = Told, description = "`sent`"),
        (status = 503, body = Told)))]
async fn cancel(
    State(files): State<Files>,
    who: Asking,
    Path(id): Path<String>,
) -> Result<StatusCode, FileFault> {
    files.cancel(&known(who)?, named(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The file, or a range of it.
#[utoipa::path(get, path = "/v1/files/{id}", tag = "files",
    operation_id = "show_file",
    params(("id" = String, Path, description = "The file's name")),
    responses((status = 200, body = Vec<u8>, content_type = "*/*"),
        (status = 206, body = Vec<u8>, content_type = "*/*"),
        (status = 416, description = "None of the bytes that were asked for are there"),
        (status = 401, body = Told),
        (status = 404, body = Told),
        (status = 503, body = Told)))]
async fn show(
    State(files): State<Files>,
    who: Asking,
    Path(id): Path<String>,
    asked: HeaderMap,
) -> Result<Response, FileFault> {
    let file = files.find(&known(who)?, named(&id)?).await?;
    serve(&files, &file, Purpose::Show, &asked).await
}

/// A link's query.
#[derive(Deserialize)]
struct Signed {
    #[serde(default)]
    exp: i64,
    #[serde(default)]
    sig: String,
}

/// The file of a signed link.
#[utoipa::path(get, path = "/v1/dl/{id}", tag = "files",
    params(("id" = String, Path, description = "The file's name"), ("exp" = Option<i64>, Query, description = "Until when it is good"), ("sig" = Option<String>, Query, description = "Its signature")),
    responses((status = 200, body = Vec<u8>, content_type = "*/*"),
        (status = 206, body = Vec<u8>, content_type = "*/*"),
        (status = 416, description = "None of the bytes that were asked for are there"),
        (status = 400, body = Told),
        (status = 403, body = Told, description = "`link_expired`"),
        (status = 404, body = Told),
        (status = 503, body = Told)))]
async fn save(
    State(files): State<Files>,
    Path(id): Path<String>,
    Params(it): Params<Signed>,
    asked: HeaderMap,
) -> Result<Response, FileFault> {
    let file = files.by_link(named(&id)?, (UnixMillis(it.exp), &it.sig)).await?;
    serve(&files, &file, Purpose::Save, &asked).await
}

async fn serve(
    files: &Files,
    file: &StoredFile,
    purpose: Purpose,
    asked: &HeaderMap,
) -> Result<Response, FileFault> {
    let (bytes, tag) = (file.bytes(), format!("\"{}\"", file.sha256()));
    let mut head = headers(file.name(), file.media(), purpose);
    let (status, range) = match wanted(asked, bytes, &tag) {
        Wanted::All => (StatusCode::OK, 0..bytes),
        Wanted::Some(first, last) => {
            insert(&mut head, CONTENT_RANGE, &format!("bytes {first}-{last}/{bytes}"));
            (StatusCode::PARTIAL_CONTENT, first..last + 1)
        }
        Wanted::Nothing => {
            let range = [(CONTENT_RANGE, format!("bytes */{bytes}"))];
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, range).into_response());
        }
    };
    head.insert(CONTENT_LENGTH, (range.end - range.start).into());
    head.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    insert(&mut head, ETAG, &tag);
    let body = Body::from_stream(files.read(file, range).await?);
    Ok((status, head, body).into_response())
}

fn insert(head: &mut HeaderMap, name: HeaderName, value: &str) {
    // Ours are of digits only.
    if let Ok(value) = HeaderValue::from_str(value) {
        head.insert(name, value);
    }
}

/// Which bytes are asked for.
enum Wanted {
    All,
    Some(u64, u64),
    /// None that there are.
    Nothing,
}

/// One range is given; several, and what cannot be read, get the whole, as the standard allows.
fn wanted(asked: &HeaderMap, bytes: u64, tag: &str) -> Wanted {
    let of_another = asked.get(IF_RANGE).is_some_and(|it| it.as_bytes() != tag.as_bytes());
    let Some(range) = asked.get(RANGE).and_then(|it| it.to_str().ok()).filter(|_| !of_another) else {
        return Wanted::All;
    };
    let Ok(parsed) = http_range_header::parse_range_header(range) else { return Wanted::All };
    match parsed.validate(bytes).as_deref() {
        Ok([one]) => Wanted::Some(*one.start(), *one.end()),
        Ok(_) => Wanted::All,
        Err(_) => Wanted::Nothing,
    }
}

/// An image's thumbnail.
#[utoipa::path(get, path = "/v1/files/{id}/thumb", tag = "files",
    params(("id" = String, Path, description = "The file's name")),
    responses((status = 200, body = Vec<u8>, content_type = "image/*"),
        (status = 401, body = Told),
        (status = 404, body = Told),
        (status = 503, body = Told)))]
async fn thumb(
    State(files): State<Files>,
    who: Asking,
    Path(id): Path<String>,
) -> Result<Response, FileFault> {
    let file = files.find(&known(who)?, named(&id)?).await?;
    let (media, bytes) = files.thumb(&file).await?;
    Ok((headers(file.name(), &media, Purpose::Show), bytes).into_response())
}

/// `GET /v1/files/{id}/link`.
#[derive(Serialize, ToSchema)]
struct LinkV1 {
    url: String,
}

/// A link that works for a minute, for whoever has it.
#[utoipa::path(get, path = "/v1/files/{id}/link", tag = "files",
    params(("id" = String, Path, description = "The file's name")),
    responses((status = 200, body = LinkV1),
        (status = 401, body = Told),
        (status = 404, body = Told),
        (status = 503, body = Told)))]
async fn link(
    State(files): State<Files>,
    who: Asking,
    Path(id): Path<String>,
) -> Result<Response, FileFault> {
    let url = files.link(&known(who)?, named(&id)?).await?;
    Ok(([(CACHE_CONTROL, "no-store")], Json(LinkV1 { url })).into_response())
}

/// Where the list of documents goes on.
#[derive(Deserialize)]
struct Before {
    before: Option<String>,
}

/// The files of a conversation, the newest first.
#[utoipa::path(get, path = "/v1/conversations/{id}/files", tag = "files",
    params(("id" = String, Path, description = "The conversation's name"), ("before" = Option<String>, Query, description = "The page that comes after this file")),
    responses((status = 200, body = Vec<Document>),
        (status = 400, body = Told),
        (status = 401, body = Told),
        (status = 404, body = Told),
        (status = 503, body = Told)))]
async fn documents(
    State(files): State<Files>,
    who: Asking,
    Path(id): Path<String>,
    Params(it): Params<Before>,
) -> Result<Response, FileFault> {
    let before = it.before.as_deref().map(named).transpose()?;
    let documents: Vec<Document> = files.documents(&known(who)?, named(&id)?, before).await?;
    Ok(([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")], Json(documents)).into_response())
}
