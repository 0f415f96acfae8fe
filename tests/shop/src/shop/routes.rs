//! The shop's pages and forms.

mod forms;

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, RawQuery, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};

use super::{
    Shop,
    catalogue::{self, Filter},
    views,
    visit::Visit,
};

pub(super) fn pages() -> Router<Arc<Shop>> {
    Router::new()
        .route("/", get(home))
        .route("/products", get(products))
        .route("/product/{slug}", get(product))
        .route("/basket", get(async |visit: Visit| views::basket::page(&visit)))
        .route("/basket/add", post(forms::add))
        .route("/basket/set", post(forms::set))
        .route("/login", get(login).post(forms::login))
        .route("/logout", post(forms::logout))
        .route("/account", get(account))
        .route("/checkout", get(checkout).post(forms::checkout))
        .route("/checkout/done", get(done))
        .route("/help", get(help))
        .route("/help/message", post(forms::message))
        .route("/help/embed", get(embed))
        .route("/newsletter", post(forms::newsletter))
        .route("/api/stock/{slug}", get(stock))
        .route("/strict", get(strict).post(forms::gift_card))
        .fallback(async |visit: Visit| (StatusCode::NOT_FOUND, views::lost(&visit)))
}

async fn home(visit: Visit, RawQuery(query): RawQuery) -> Response {
    let subscribed = param(query.as_deref(), "letter") == "1";
    views::home::page(&visit, subscribed).into_response()
}

async fn products(visit: Visit, RawQuery(query): RawQuery) -> Response {
    let filter = Filter::from_query(query.as_deref().unwrap_or_default());
    views::list::page(&visit, &filter).into_response()
}

async fn product(visit: Visit, Path(slug): Path<String>) -> Response {
    match catalogue::find(&slug) {
        Some(product) => views::product::page(&visit, product).into_response(),
        None => (StatusCode::NOT_FOUND, views::lost(&visit)).into_response(),
    }
}

async fn login(visit: Visit, RawQuery(query): RawQuery) -> Response {
    let next = local_path(&param(query.as_deref(), "next")).to_owned();
    views::account::login(&visit, &next, None).into_response()
}

async fn account(visit: Visit) -> Response {
    match &visit.session.email {
        Some(email) => views::account::page(&visit, email).into_response(),
        None => Redirect::to("/login?next=/account").into_response(),
    }
}

async fn checkout(visit: Visit) -> Response {
    if visit.session.basket.lines.is_empty() {
        return Redirect::to("/basket").into_response();
    }
    views::checkout::page(&visit, &views::checkout::Draft::of(&visit)).into_response()
}

async fn done(visit: Visit) -> Response {
    match visit.session.orders.front() {
        Some(order) => views::checkout::done(&visit, order).into_response(),
        None => Redirect::to("/").into_response(),
    }
}

async fn help(visit: Visit, RawQuery(query): RawQuery) -> Response {
    let sent = param(query.as_deref(), "sent") == "1";
    views::help::page(&visit, sent).into_response()
}

async fn embed(visit: Visit, RawQuery(query): RawQuery) -> Response {
    views::help::embed(&visit, &param(query.as_deref(), "postcode")).into_response()
}

async fn stock(visit: Visit, Path(slug): Path<String>) -> Response {
    let Some(product) = catalogue::find(&slug) else { return StatusCode::NOT_FOUND.into_response() };
    let words = match (product.stock, visit.lang.pick(true, false)) {
        (0..10, true) => format!("Only {} left", product.stock),
        (0..10, false) => format!("Plus que {} en stock", product.stock),
        (_, true) => format!("{} in stock", product.stock),
        (_, false) => format!("{} en stock", product.stock),
    };
    let low = product.stock < 10;
    Json(serde_json::json!({ "stock": product.stock, "low": low, "words": words })).into_response()
}

async fn strict(State(shop): State<Arc<Shop>>, visit: Visit) -> Response {
    under_strict_policy(&shop, views::strict::page(&visit, None))
}

/// The answer under the policy of a site that takes its security seriously.
fn under_strict_policy(shop: &Shop, page: impl IntoResponse) -> Response {
    let mut response = page.into_response();
    match HeaderValue::try_from(strict_policy(&shop.script.origin)) {
        Ok(policy) => {
            response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
            response
        }
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, "The script's origin is not one.\n").into_response(),
    }
}

/// What our documentation asks a strict site to allow, and nothing more.
fn strict_policy(origin: &str) -> String {
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    [
        &format!("script-src 'self' {origin} 'wasm-unsafe-eval'"),
        &format!("connect-src 'self' {origin} ws://{host} wss://{host}"),
        "style-src 'self'",
        "img-src 'self' data:",
        "default-src 'none'",
        "form-action 'self'",
        "base-uri 'none'",
    ]
    .join("; ")
}

/// A parameter of the query; empty when it is missing.
fn param(query: Option<&str>, name: &str) -> String {
    let mut pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// A path of this site; `/account` for anything that would lead away from it.
fn local_path(next: &str) -> &str {
    let local = next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\r', '\n', '\t']);
    if local { next } else { "/account" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn next_stays_on_the_site() {
        assert_eq!(local_path("/checkout"), "/checkout");
        for away in ["//evil.example", "https://evil.example", "/\\evil.example", "", "/\t/evil.example"] {
            assert_eq!(local_path(away), "/account", "{away:?}");
        }
    }
}
