//! A stage whose site has two subdomains, and a visitor who may do more in a minute than people do.
use anyhow::Result;
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{
        StatusCode,
        header::{CONTENT_LENGTH, CONTENT_TYPE},
    },
    middleware,
    response::{IntoResponse, Response},
};
use relay::config::Demo;
use shop::Script;
use tokio::net::TcpListener;

use super::{SITE, Stage, config, serve_with};
use crate::{
    browser::{Browser, Kind},
    story::Folder,
};

/// What both subdomains are of.
pub const DOMAIN: &str = "shop.localhost";
/// Longest page of the shop, bytes.
const MAX_PAGE: usize = 1 << 20;

impl Stage {
    /// As [`Stage::set`], with the shop at `shop.localhost` and at `help.shop.localhost`, and the snippet naming what
    /// both are of.
    ///
    /// # Errors
    /// As there.
    pub async fn set_on_subdomains(kind: Kind) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let shop = format!("http://{DOMAIN}:{}", listener.local_addr()?.port());
        let data = Folder::new()?;
        let mut config = config(&data, &shop)?;
        config.demo = Some(Demo { origins: vec![shop.clone(), on_the_other(&shop)] });
        let (server, (chat, accounts)) = serve_with(config, |mut usual| {
            usual.limits.message_burst = 1_000_000;
            usual
        })
        .await?;
        let script = Script { origin: server.url.clone(), site_key: SITE.to_owned() };
        let app = named(shop::app(script));
        let shop_task = tokio::spawn(async move {
            // Ends with the test, by being aborted.
            let _ = axum::serve(listener, app).await;
        });
        let visitor = Browser::start(kind, "en").await?;
        let stage = Self { server, chat, accounts, shop, visitor, agent: None, line: None, shop_task, data };
        stage.admin().await?.nobody_hurries().await?;
        Ok(stage)
    }

    /// The shop's address on its other subdomain.
    pub fn other_shop(&self) -> String {
        on_the_other(&self.shop)
    }
}

fn on_the_other(shop: &str) -> String {
    shop.replacen("//", "//help.", 1)
}

/// The pages with the domain in their script tag.
fn named(pages: Router) -> Router {
    pages.layer(middleware::map_response(async |answer: Response| {
        let is_page =
            answer.headers().get(CONTENT_TYPE).is_some_and(|it| it.as_bytes().starts_with(b"text/html"));
        if !is_page {
            return answer;
        }
        let (mut head, body) = answer.into_parts();
        let Ok(page) = to_bytes(body, MAX_PAGE).await else {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        let page = String::from_utf8_lossy(&page);
        let page = page.replace("data-site=", &format!("data-domain=\"{DOMAIN}\" data-site="));
        head.headers.remove(CONTENT_LENGTH);
        Response::from_parts(head, Body::from(page))
    }))
}
