//! Waiting for what must come, by asking the browser at each of its frames until it says yes.
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use thirtyfour::WebDriver;

/// Long enough for a loaded machine of two cores; what never comes fails the story, what comes goes on at once.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Waits inside the page until `condition` (a JavaScript expression, checked at each animation frame or 50 ms)
/// is truthy, and returns its value. Survives navigations in the meantime.
///
/// # Errors
/// When it does not come true in time; the message says what was awaited and what it was at last.
pub async fn until(driver: &WebDriver, what: &str, condition: &str) -> Result<Value> {
    let script = format!(
        "const done = arguments[arguments.length - 1], end = performance.now() + 2000;
         const look = () => {{
           let it; try {{ it = ({condition}); }} catch (error) {{ it = null; }}
           if (it || performance.now() > end) return done(it ?? null);
           const later = setTimeout(look, 50);
           if (!document.hidden) requestAnimationFrame(() => {{ clearTimeout(later); look(); }});
         }};
         look();"
    );
    let begun = Instant::now();
    let mut last = Value::Null;
    while begun.elapsed() < PATIENCE {
        // A page that is being left answers with an error: the next one is asked again.
        match driver.execute_async(&script, Vec::new()).await {
            Ok(answer) => last = answer.json().clone(),
            Err(error) => last = Value::String(format!("{error}")),
        }
        let fell_over = matches!(&last, Value::String(text) if text.contains("error"));
        if !fell_over && truthy(&last) {
            return Ok(last);
        }
    }
    bail!("waited {PATIENCE:?} for {what}; at last it was {last}")
}

/// Does what opens a tab, and goes there.
///
/// # Errors
/// When it cannot be done, or no tab opens.
pub async fn into_new_tab(driver: &WebDriver, open: impl Future<Output = Result<()>>) -> Result<()> {
    let before = driver.windows().await?;
    open.await?;
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        let now = driver.windows().await?;
        if let Some(tab) = now.into_iter().find(|tab| !before.contains(tab)) {
            return Ok(driver.switch_to_window(tab).await?);
        }
    }
    bail!("no tab opened")
}

fn truthy(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Bool(false)) && value != 0 && value != ""
}

/// Evaluates an expression in the page.
///
/// # Errors
/// When the page throws.
pub async fn eval(driver: &WebDriver, expression: &str) -> Result<Value> {
    let answer = driver.execute(format!("return ({expression});"), Vec::new()).await;
    Ok(answer.with_context(|| format!("evaluating {expression}"))?.json().clone())
}
