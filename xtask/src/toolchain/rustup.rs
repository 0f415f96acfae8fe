//! `rustup target add`, when it may be asked.

use std::env;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::TARGET;
use crate::run::say;

/// Adds the browser target to the toolchain in use.
///
/// # Errors
/// When it is switched off, not there, or cannot reach its server.
pub fn add_target() -> Result<()> {
    if env::var_os("TANDEM_WASM_TOOLCHAIN").is_some_and(|value| value == "system") {
        bail!("rustup: not asked (TANDEM_WASM_TOOLCHAIN=system)");
    }
    say("rustup target add ...");
    let output = Command::new("rustup")
        .args(["target", "add", TARGET])
        .env("RUSTUP_MAX_RETRIES", "1")
        .stdout(Stdio::null())
        .output()
        .context("rustup: not on PATH")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("rustup target add: {}", said.lines().rfind(|line| line.contains("error")).unwrap_or("failed"));
    }
    Ok(())
}
