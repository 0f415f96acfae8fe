//! What draws an agent's attention: a sound, and a notification of the desktop when the desk is not looked at.
use leptos::prelude::window;
use wasm_bindgen::JsValue;
use web_sys::{AudioContext, Notification, NotificationOptions, NotificationPermission};

use crate::{
    browser,
    i18n::{Language, Text},
};

/// A conversation is offered.
pub fn offer(name: &str) {
    let _ = chime(&[(0.0, 660.0), (0.16, 880.0)]);
    if browser::is_hidden() {
        notify(name);
    }
}

/// A visitor wrote, and nobody looks.
pub fn message() {
    let _ = chime(&[(0.0, 740.0)]);
}

/// Whether this browser has notifications, and what the agent said to them.
pub fn permission() -> NotificationPermission {
    let has = js_sys::Reflect::has(&window(), &JsValue::from_str("Notification")).unwrap_or(false);
    if has { Notification::permission() } else { NotificationPermission::Denied }
}

/// Asks for notifications; only a click may.
pub async fn ask() -> NotificationPermission {
    if let Ok(asked) = Notification::request_permission() {
        let _ = wasm_bindgen_futures::JsFuture::from(asked).await;
    }
    permission()
}

fn notify(name: &str) {
    if permission() != NotificationPermission::Granted {
        return;
    }
    let language = browser::root_attribute("lang").unwrap_or_default();
    let options = NotificationOptions::new();
    options.set_body(name);
    options.set_tag("tandem-offer");
    // Phones have no such constructor: there nothing is said.
    let _ =
        Notification::new_with_options(Text::OfferNotice.in_language(Language::of_tag(&language)), &options);
}

/// A few short notes. A page that nobody clicked on yet is silent: the browser's rule.
fn chime(notes: &[(f64, f32)]) -> Result<(), JsValue> {
    const LENGTH: f64 = 0.14;
    let context = AudioContext::new()?;
    let start = context.current_time();
    for (after, pitch) in notes {
        let (tone, volume) = (context.create_oscillator()?, context.create_gain()?);
        tone.frequency().set_value(*pitch);
        volume.gain().set_value_at_time(0.12, start + after)?;
        volume.gain().exponential_ramp_to_value_at_time(0.001, start + after + LENGTH)?;
        tone.connect_with_audio_node(&volume)?.connect_with_audio_node(&context.destination())?;
        tone.start_with_when(start + after)?;
        tone.stop_with_when(start + after + LENGTH)?;
    }
    let close = wasm_bindgen::closure::Closure::once_into_js(move || drop(context.close()));
    window().set_timeout_with_callback_and_timeout_and_arguments_0(
        wasm_bindgen::JsCast::unchecked_ref(&close),
        1000,
    )?;
    Ok(())
}
