//! Whether what the agent sees looks as it does where the visitor is.
use anyhow::{Context, Result, bail, ensure};

use crate::story::Stage;

/// Compares what the two browsers computed for the elements that a selector finds, once all that moves has come
/// to rest.
///
/// # Errors
/// When it finds nothing, or they look different: how.
pub async fn looks_equal(stage: &Stage, selector: &str) -> Result<()> {
    let looks = "(document) => JSON.stringify([...document.querySelectorAll(SELECTOR)].slice(0, 8).flatMap(it =>
        [null, '::after'].map(part => (look => ['color', 'backgroundColor', 'fontFamily', 'fontSize', 'fontWeight',
            'lineHeight', 'letterSpacing', 'borderTopColor', 'borderTopWidth', 'borderTopLeftRadius', 'paddingLeft',
            'marginTop', 'display', 'width', 'opacity', 'textDecorationLine', 'gridTemplateColumns'].map(name => look[name]))
          (document.defaultView.getComputedStyle(it, part)))))"
        .replace("SELECTOR", &format!("{selector:?}"));
    // Transitions end, and layouts settle; then they are the same.
    stage.visitor.has("document.getAnimations().every(it => it.playState !== 'running')").await?;
    let here = stage.visitor.reads(&format!("({looks})(document)")).await?;
    let here = here.as_str().context("the looks")?.to_owned();
    ensure!(here.len() > 100, "{selector} finds nothing");
    let there = stage.agent.sees(&format!("({looks})(page) === {here:?}")).await;
    if there.is_err() {
        let there = stage.agent.reads(&format!("({looks})(page)")).await?;
        bail!(
            "{selector} looks different.\nvisitor: {here}\nviewer:  {}",
            there.as_str().unwrap_or_default()
        );
    }
    Ok(())
}
