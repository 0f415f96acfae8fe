//! The shop's own style sheets and scripts, embedded in the binary.

use std::sync::Arc;

use axum::{
    Router,
    http::header,
    routing::{MethodRouter, get},
};

use super::Shop;

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

pub(super) fn routes() -> Router<Arc<Shop>> {
    Router::new()
        .route("/assets/shop.css", file(CSS, include_str!("../../assets/shop.css")))
        .route("/assets/parts.css", file(CSS, include_str!("../../assets/parts.css")))
        .route("/assets/pages.css", file(CSS, include_str!("../../assets/pages.css")))
        .route("/assets/fonts.css", file(CSS, include_str!("../../assets/fonts.css")))
        .route("/assets/embed.css", file(CSS, include_str!("../../assets/embed.css")))
        .route("/assets/shop.js", file(JS, include_str!("../../assets/shop.js")))
        .route("/assets/list.js", file(JS, include_str!("../../assets/list.js")))
        .route("/assets/product.js", file(JS, include_str!("../../assets/product.js")))
        .route("/assets/help.js", file(JS, include_str!("../../assets/help.js")))
        .route("/assets/strict.js", file(JS, include_str!("../../assets/strict.js")))
}

fn file(kind: &'static str, text: &'static str) -> MethodRouter<Arc<Shop>> {
    get(move || async move { ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")], text) })
}
