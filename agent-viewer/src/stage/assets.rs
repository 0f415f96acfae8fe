//! Images, fonts and imported sheets of the page: from our own server alone, by the hash of their bytes, as what the page
//! said they are.
use leptos::leptos_dom::helpers::set_timeout;
use replay::AssetHash;
use wasm_bindgen_futures::spawn_local;

use crate::{
    browser,
    net::http::{self, HttpError},
    sharing::Sharing,
    state::backoff::Backoff,
};

/// Tries before a place stays empty: the server may be restarting.
const TRIES: u32 = 5;

/// Fetches an asset and shows it wherever the page names it.
pub fn fetch(sharing: Sharing, hash: AssetHash, mime: &str) {
    try_fetch(sharing, (hash, mime.into()), Backoff::default());
}

fn try_fetch(sharing: Sharing, (hash, mime): (AssetHash, Box<str>), mut backoff: Backoff) {
    spawn_local(async move {
        let got = http::asset(sharing.session, (&hash.to_string(), &mime), &sharing.ticket()).await;
        let Some(player) = sharing.player() else { return };
        match got {
            Ok((kind, bytes)) => player.borrow_mut().asset(hash, &kind, &bytes),
            Err(HttpError::Unreachable) if backoff.failures() < TRIES => {
                let wait = backoff.fail(browser::chance());
                set_timeout(move || try_fetch(sharing, (hash, mime), backoff), wait);
            }
            Err(_) => player.borrow_mut().asset_failed(hash),
        }
    });
}
