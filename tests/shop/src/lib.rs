//! The pages that the product is tried on: a demo shop, folders of somebody's own pages, and a
//! proxy to a site that already runs here.
//!
//! Nothing in the pages knows the product beyond its script tag and the three attributes with
//! which any site marks what to mask, show or block.

mod folder;
mod inject;
mod policy;
mod proxy;
mod shop;

pub use folder::pages;
pub use inject::{InjectError, MAX_DOCUMENT, into_document};
pub use proxy::{Upstream, UpstreamError, proxy, proxy_telling};
pub use shop::{BuildError, app, build_pages};

/// Where the pages load the product's script from, and the key of the site.
#[derive(Clone, Debug)]
pub struct Script {
    /// The server's origin, for example `http://desk.localhost:7401`; no slash at its end.
    pub origin: String,
    /// The key of the site that these pages are.
    pub site_key: String,
}

impl Script {
    /// The script tag, as an integrator would paste it.
    pub fn tag(&self) -> String {
        let origin = escape(self.origin.trim_end_matches('/'));
        let key = escape(&self.site_key);
        format!(
            r#"<script async src="{origin}/v1/loader.js" data-site="{key}" referrerpolicy="no-referrer"></script>"#
        )
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}
