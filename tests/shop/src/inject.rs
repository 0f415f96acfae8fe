//! Puts the product's script tag into an HTML document, as an integrator would by hand.
//!
//! The document is tokenised (by `lol_html`), not searched: `</head>` in a comment, in a script
//! or in an attribute is text, and text is left alone. All other bytes pass unchanged.

use std::{borrow::Cow, cell::Cell, rc::Rc};

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, Request, Response, StatusCode, header},
    response::IntoResponse,
};
use http_body_util::{BodyExt, Limited};
use lol_html::{
    AsciiCompatibleEncoding, ElementContentHandlers, HtmlRewriter, Selector, Settings,
    errors::RewritingError, html_content::ContentType,
};

use crate::Script;

/// Largest HTML document that is rewritten, in bytes; a larger one is refused with 502.
pub const MAX_DOCUMENT: usize = 16 * 1024 * 1024;

/// Why a document could not get the tag.
#[derive(Debug, thiserror::Error)]
pub enum InjectError {
    /// UTF-16 and UTF-32 documents are not rewritten: an ASCII tag would not be one there.
    #[error("the document is not in an encoding that extends ASCII")]
    Encoding,
    /// The tokeniser gave up, for example over its memory limit.
    #[error("the document cannot be tokenised: {0}")]
    Rewriting(#[from] RewritingError),
}

/// Where the tag went, from best to last resort.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    HeadEnd,
    HeadStart,
    FirstElement,
}

/// The document with the script tag once: before `</head>`; else after `<head>`; else before the
/// first element (after the doctype, so that the page stays in standards mode); else at its start.
///
/// # Errors
/// [`InjectError`] when the bytes are UTF-16/32 or cannot be tokenised.
pub fn into_document(html: &[u8], script: &Script) -> Result<Vec<u8>, InjectError> {
    if html.starts_with(&[0xFE, 0xFF]) || html.starts_with(&[0xFF, 0xFE]) {
        return Err(InjectError::Encoding);
    }
    let tag = script.tag();
    for place in [Place::HeadEnd, Place::HeadStart, Place::FirstElement] {
        if let Some(done) = rewrite(html, &tag, place)? {
            return Ok(done);
        }
    }
    let bom: &[u8] = if html.starts_with(b"\xEF\xBB\xBF") { b"\xEF\xBB\xBF" } else { b"" };
    let rest = html.get(bom.len()..).unwrap_or_default();
    Ok([bom, tag.as_bytes(), rest].concat())
}

/// One pass for one place; `None` when the document has no such place.
fn rewrite(html: &[u8], tag: &str, place: Place) -> Result<Option<Vec<u8>>, InjectError> {
    let found = Rc::new(Cell::new(false));
    let selector = if place == Place::FirstElement { "*" } else { "head" };
    let selector: Selector = selector.parse().map_err(|_| InjectError::Encoding)?;
    let handler = handler(Rc::clone(&found), tag.to_owned(), place);
    let settings = Settings::new()
        .with_encoding(AsciiCompatibleEncoding::utf_8())
        .with_strict(false)
        .append_element_content_handler((Cow::Owned(selector), handler));
    let mut out = Vec::with_capacity(html.len() + tag.len());
    let mut rewriter = HtmlRewriter::new(settings, |chunk: &[u8]| out.extend_from_slice(chunk));
    rewriter.write(html)?;
    rewriter.end()?;
    Ok(found.get().then_some(out))
}

fn handler(found: Rc<Cell<bool>>, tag: String, place: Place) -> ElementContentHandlers<'static> {
    ElementContentHandlers::default().element(move |element: &mut lol_html::html_content::Element<'_, '_>| {
        if found.get() {
            return Ok(());
        }
        match place {
            Place::HeadEnd => {
                let (found, tag) = (Rc::clone(&found), tag.clone());
                if let Some(handlers) = element.end_tag_handlers() {
                    handlers.push(Box::new(move |end| {
                        if !found.get() && end.name() == "head" {
                            found.set(true);
                            end.before(&tag, ContentType::Html);
                        }
                        Ok(())
                    }));
                }
            }
            Place::HeadStart => {
                found.set(true);
                element.prepend(&tag, ContentType::Html);
            }
            Place::FirstElement => {
                found.set(true);
                element.before(&tag, ContentType::Html);
            }
        }
        Ok(())
    })
}

/// The response with the tag in it when it is a whole HTML document, else the response as it is
/// (streamed). An HTML document over [`MAX_DOCUMENT`] becomes a 502.
pub async fn into_response(response: Response<Body>, script: &Script) -> Response<Body> {
    if !is_whole_html(&response) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(html) = Limited::new(body, MAX_DOCUMENT).collect().await else {
        return (StatusCode::BAD_GATEWAY, "The document is too long, or broke off.\n").into_response();
    };
    let html = html.to_bytes();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.remove(header::TRANSFER_ENCODING);
    parts.headers.remove(header::ETAG);
    parts.headers.remove(header::LAST_MODIFIED);
    parts.headers.remove(header::ACCEPT_RANGES);
    let body = match into_document(&html, script) {
        _ if html.is_empty() => html,
        Ok(document) => Bytes::from(document),
        Err(error) => {
            tracing::warn!(%error, "document served without the script tag");
            html
        }
    };
    Response::from_parts(parts, Body::from(body))
}

/// Whether the tag can be put into it.
pub(crate) fn is_whole_html(response: &Response<Body>) -> bool {
    let headers = response.headers();
    let html = header_str(headers, header::CONTENT_TYPE)
        .is_some_and(|it| it.trim_start().to_ascii_lowercase().starts_with("text/html"));
    let status = response.status();
    if html && header_str(headers, header::CONTENT_ENCODING).is_some_and(|it| it != "identity") {
        tracing::warn!("the upstream compressed a document although asked not to: no script tag in it");
        return false;
    }
    html && status != StatusCode::PARTIAL_CONTENT && status != StatusCode::NOT_MODIFIED
}

fn header_str(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// Asks for the whole, fresh document: an answer "not modified" would be one with another tag,
/// and a part of a document cannot be rewritten. Other files keep their ranges (video).
pub fn ask_whole_document<B>(request: &mut Request<B>) {
    let navigation =
        header_str(request.headers(), header::ACCEPT).is_some_and(|accept| accept.contains("text/html"));
    if navigation {
        for name in [header::RANGE, header::IF_NONE_MATCH, header::IF_MODIFIED_SINCE, header::IF_RANGE] {
            request.headers_mut().remove(name);
        }
    }
}
