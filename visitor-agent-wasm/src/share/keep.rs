//! What a page leaves in `sessionStorage` for the next page of its tab.
//!
//! It is a claim and no proof: the page's other scripts can write it too. A share goes on only where the relay's
//! own record says the same, for a ticket that the page's key has signed for.
use cobrowse_core::{
    id::{Epoch, Incarnation, TabId},
    wire::message::{self, Standing, Tab},
};
use js_sys::{JSON, Object, Reflect};
use wasm_bindgen::JsValue;
use web_sys::Storage;

use super::Config;
use crate::life::Life;

/// The record.
pub struct Kept {
    pub(super) ticket: String,
    pub(super) tab: Tab,
}

impl Kept {
    /// What the last page of the tab kept, as this page's beginning; else a new tab.
    ///
    /// # Errors
    /// When the tab's id is none.
    pub(super) fn read(config: &Config) -> Result<Self, JsValue> {
        let id: TabId = config.tab().parse().map_err(|error| JsValue::from_str(&format!("tab: {error}")))?;
        let fresh = Tab { id, incarnation: Incarnation(1), epoch: Epoch(0), standing: None };
        let kept = config.resume().and_then(|record| read_tab(&record)).filter(|tab| tab.id == id);
        let tab = kept.map_or(fresh, |tab| Tab {
            incarnation: Incarnation(tab.incarnation.0.saturating_add(1)),
            standing: tab.standing.map(|standing| moved(standing, config.moved().as_deref())),
            ..tab
        });
        Ok(Self { ticket: config.ticket(), tab })
    }

    /// When the share has failed, the next page starts unshared.
    pub(super) fn forgotten_with(&self, life: &Life, config: &Config) {
        if let Some(storage) = storage() {
            life.on_failure("record", &storage, "removeItem", &config.storage());
        }
    }

    /// Writes the record for the next page.
    pub(super) fn write(&self, config: &Config) {
        let Some(storage) = storage() else { return };
        let Ok(bytes) = message::encode(&self.tab) else { return };
        let record = Object::new();
        let fields = [
            ("session", config.session()),
            ("ticket", self.ticket.clone()),
            ("tab", self.tab.id.to_string()),
            ("state", bytes.iter().map(|byte| format!("{byte:02x}")).collect()),
        ];
        for (name, value) in fields {
            // Setting a field of a plain object never fails.
            let _ = Reflect::set(&record, &name.into(), &value.into());
        }
        let text = JSON::stringify(&record).ok().and_then(|it| it.as_string());
        if let Some(text) = text {
            // A full storage costs the next page its share, and nothing else.
            let _ = storage.set_item(&config.storage(), &text);
        }
    }

    /// Removes the record: the next page starts unshared.
    pub(super) fn erase(config: &Config) {
        if let Some(storage) = storage() {
            // Fails only where storage is forbidden, and then nothing was kept.
            let _ = storage.remove_item(&config.storage());
        }
    }
}

/// What of the consent goes along to another tab: never control, and the view itself waits for the visitor's hand
/// where they did not bring it.
fn moved(standing: Standing, how: Option<&str>) -> Standing {
    match how {
        None => standing,
        Some("tab") => Standing { grant: None, ..standing },
        Some(_) => Standing { grant: None, paused: true, ..standing },
    }
}

fn storage() -> Option<Storage> {
    web_sys::window()?.session_storage().ok().flatten()
}

fn read_tab(record: &Object) -> Option<Tab> {
    let text = Reflect::get(record, &"state".into()).ok()?.as_string()?;
    let digits = text
        .as_bytes()
        .chunks(2)
        .map(|pair| std::str::from_utf8(pair).ok().and_then(|it| u8::from_str_radix(it, 16).ok()));
    message::decode(&digits.collect::<Option<Vec<u8>>>()?).ok()
}
