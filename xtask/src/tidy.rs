//! `cargo xtask tidy`: the rules that the compiler does not know.

mod lock;

use anyhow::Result;

pub use lock::bindgen_versions_match;

/// Checks every rule, and lists all that breaks one.
pub fn check() -> Result<()> {
    bindgen_versions_match()
}
