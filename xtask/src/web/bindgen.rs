//! wasm-bindgen, as a library of the release that Cargo.lock names.

use std::path::Path;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use super::Profile;

/// Writes `NAME.js`, `NAME_bg.wasm`, the snippets, and `NAME.d.ts` when `types` are wanted.
pub fn generate(wasm: &Path, into: &Path, name: &str, profile: Profile, types: bool) -> Result<()> {
    let release = profile == Profile::Release;
    let mut bindgen = Bindgen::new();
    bindgen.input_path(wasm).web(true)?.out_name(name).typescript(types);
    // So that `init()` finds the module that lies beside it.
    bindgen.omit_default_module_path(false);
    bindgen.debug(!release).remove_name_section(release).remove_producers_section(release);
    bindgen.generate(into).with_context(|| format!("wasm-bindgen of {}", wasm.display()))
}
