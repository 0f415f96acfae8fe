//! A trusted hand in any window, in the words of the WebDriver protocol (§15.7): each deed as one person's.
use anyhow::Result;
use serde_json::{Value, json};
use thirtyfour::WebDriver;

use crate::closed::{Wire, wire};

/// The held Control key (WebDriver §17.4.2).
pub const CONTROL: &str = "\u{e009}";

/// Presses the main button at a place again and again, for three seconds.
///
/// # Errors
/// When the browser is gone.
pub async fn is_busy(driver: &WebDriver, at: (i64, i64)) -> Result<()> {
    let press = [
        json!({ "type": "pointerDown", "button": 0 }),
        json!({ "type": "pointerUp", "button": 0 }),
        json!({ "type": "pause", "duration": 200 }),
    ];
    points(driver, at, press.into_iter().cycle().take(3 * 15).collect()).await
}

/// Moves the pointer to a place.
///
/// # Errors
/// When the browser is gone.
pub async fn moves(driver: &WebDriver, at: (i64, i64)) -> Result<()> {
    points(driver, at, Vec::new()).await
}

/// Presses a button at a place so many times, quickly enough for a double click.
///
/// # Errors
/// When the browser is gone.
pub async fn presses(driver: &WebDriver, at: (i64, i64), button: u8, times: usize) -> Result<()> {
    let press = ["pointerDown", "pointerUp"].map(|kind| json!({ "type": kind, "button": button }));
    points(driver, at, press.into_iter().cycle().take(2 * times).collect()).await
}

/// Scrolls with one finger, slowly, for four seconds.
///
/// # Errors
/// When the browser is gone, or has no fingers.
pub async fn scrolls(driver: &WebDriver, (x, y): (i64, i64)) -> Result<()> {
    let place = |y: i64| json!({ "type": "pointerMove", "duration": 0, "x": x, "y": y });
    let steps = (1..=40).flat_map(|step| [json!({ "type": "pause", "duration": 100 }), place(y - 8 * step)]);
    let begins = [place(y), json!({ "type": "pointerDown", "button": 0 })];
    let ends = [json!({ "type": "pointerUp", "button": 0 })];
    let actions: Vec<_> = begins.into_iter().chain(steps).chain(ends).collect();
    let parameters = json!({ "pointerType": "touch" });
    acts(driver, json!({ "type": "pointer", "id": "finger", "parameters": parameters, "actions": actions }))
        .await
}

/// Strikes a key while others are held.
///
/// # Errors
/// When the browser is gone.
pub async fn strikes(driver: &WebDriver, held: &str, key: &str) -> Result<()> {
    let keys = |kind: &str, keys: &str| -> Vec<Value> {
        keys.chars().map(|key| json!({ "type": kind, "value": key.to_string() })).collect()
    };
    let parts = [keys("keyDown", held), keys("keyDown", key), keys("keyUp", key), keys("keyUp", held)];
    acts(driver, json!({ "type": "key", "id": "keys", "actions": parts.concat() })).await
}

async fn points(driver: &WebDriver, (x, y): (i64, i64), then: Vec<Value>) -> Result<()> {
    let mut actions = vec![json!({ "type": "pointerMove", "duration": 0, "x": x, "y": y })];
    actions.extend(then);
    let parameters = json!({ "pointerType": "mouse" });
    acts(driver, json!({ "type": "pointer", "id": "mouse", "parameters": parameters, "actions": actions }))
        .await
}

async fn acts(driver: &WebDriver, source: Value) -> Result<()> {
    wire(driver, Wire::Post("actions".to_owned(), json!({ "actions": [source] }))).await.map(drop)
}
