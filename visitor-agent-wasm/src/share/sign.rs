//! The proof that this page was given its ticket.
use std::rc::Rc;

use js_sys::{Object, Reflect, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::{Share, warn};

/// Signs with the page's key (ECDSA P-256 with SHA-256, r‖s) and hands the proof to the session.
pub(super) fn prove(share: &Rc<Share>, bytes: Vec<u8>) {
    let share = Rc::clone(share);
    spawn_local(async move {
        match signature(&share, &bytes).await {
            Ok(proof) => share.drive(|session, now| session.provide_proof(proof, now)),
            Err(error) => warn(&format!("the page's key does not sign: {error:?}")),
        }
    });
}

async fn signature(share: &Share, bytes: &[u8]) -> Result<Vec<u8>, JsValue> {
    let window = web_sys::window().ok_or_else(|| JsValue::from_str("no window"))?;
    let algorithm = Object::new();
    Reflect::set(&algorithm, &"name".into(), &"ECDSA".into())?;
    Reflect::set(&algorithm, &"hash".into(), &"SHA-256".into())?;
    let signed =
        window.crypto()?.subtle().sign_with_object_and_u8_array(&algorithm, &share.config.key(), bytes)?;
    Ok(Uint8Array::new(&JsFuture::from(signed).await?).to_vec())
}
