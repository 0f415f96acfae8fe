//! The demo shop: Atelier Nord, outdoor and household goods.
//!
//! An ordinary server-rendered shop with a session: pages in French and English, plain forms that
//! post and redirect, and a small client script. State lives in memory and goes with the process.

mod assets;
mod built;
mod catalogue;
mod lang;
mod pictures;
mod routes;
mod session;
mod views;
mod visit;

use std::sync::Arc;

use axum::{Router, extract::DefaultBodyLimit, middleware};

use crate::Script;
use session::Sessions;

pub use built::{BuildError, build_pages};

/// Largest posted form, in bytes.
const MAX_FORM: usize = 64 * 1024;

/// What all handlers share.
struct Shop {
    script: Script,
    sessions: Sessions,
    /// Whether the web fonts were built; without them the pages use the system's.
    fonts: bool,
}

/// The shop, with the React and Vue pages at `/react/` and `/vue/` when they are built.
pub fn app(script: Script) -> Router {
    let fonts = built::dir().join("fonts").is_dir();
    let shop = Arc::new(Shop { script, sessions: Sessions::default(), fonts });
    let pages = routes::pages()
        .layer(middleware::from_fn_with_state(Arc::clone(&shop), visit::attach))
        .layer(DefaultBodyLimit::max(MAX_FORM));
    Router::new()
        .merge(pages)
        .merge(assets::routes())
        .merge(pictures::routes())
        .merge(built::routes(&shop.script))
        .with_state(shop)
}
