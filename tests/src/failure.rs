//! What a failed story leaves behind.
use std::path::PathBuf;

use thirtyfour::WebDriver;

use crate::story::Stage;

/// Writes pictures, pages and metrics into `target/failures/NAME`. What cannot be had is left out: the story's
/// own failure is what is reported.
pub async fn keep(name: &str, stage: &Stage) -> PathBuf {
    let metrics = stage.server.app.metrics.text();
    keep_parts(name, stage.visitor.window(), stage.agent.window(), &metrics).await
}

/// As [`keep`], for a stage of another kind.
pub async fn keep_parts(name: &str, visitor: &WebDriver, agent: &WebDriver, metrics: &str) -> PathBuf {
    let folder = keep_one(name, visitor, metrics).await;
    keep_browser(&folder, "agent", agent).await;
    folder
}

/// As [`keep_parts`], where only the visitor has a browser.
pub async fn keep_one(name: &str, visitor: &WebDriver, metrics: &str) -> PathBuf {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/failures")).join(name);
    let _ = std::fs::create_dir_all(&folder);
    keep_browser(&folder, "visitor", visitor).await;
    let _ = std::fs::write(folder.join("metrics.txt"), metrics);
    folder
}

async fn keep_browser(folder: &std::path::Path, who: &str, driver: &WebDriver) {
    let _ = driver.screenshot(&folder.join(format!("{who}.png"))).await;
    if let Ok(html) = driver.source().await {
        let _ = std::fs::write(folder.join(format!("{who}.html")), html);
    }
    // Firefox's driver has no log; its console is in its own output.
    if let Ok(log) = driver.get_log("browser").await {
        let _ = std::fs::write(folder.join(format!("{who}.console.txt")), format!("{log:#?}"));
    }
}
