//! Hostile texts in every field that a text can be written into: desk, widget and viewer show the exact text; nothing
//! becomes an element, asks anybody for anything, or says anything.

mod fields;
mod pass;

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use tests::{
    browser::Kind,
    plain::{Style, Trap},
    story::{Stage, tell},
};

use pass::Pass;

/// One desk and one widget, for all texts one after the other.
async fn shows_texts_as_texts(stage: &Stage) -> Result<()> {
    let trap = Trap::set().await?;
    stage.agent.opens_chats().await?;
    stage.agent.connects().await?;
    let mut seen = BTreeSet::new();
    for style in Style::ALL {
        let mut pass = Pass::new(stage, (style, trap.bait())).await?;
        pass.plays().await.with_context(|| format!("{style:?}, seen so far: {:?}", pass.seen))?;
        if !pass.refused.is_empty() {
            eprintln!("{style:?} is refused in {:?}", pass.refused);
        }
        seen.extend(pass.seen);
    }
    let unseen: Vec<_> = fields::shown().difference(&seen).copied().collect();
    ensure!(unseen.is_empty(), "nobody looked for {unseen:?}");
    ensure!(trap.caught() == 0, "{} connections were opened", trap.caught());
    Ok(())
}

// shows: THR-02
#[tokio::test]
async fn hostile_texts_are_texts_in_chromium() {
    tell("hostile_text", Kind::Chromium, async |stage: &mut Stage| shows_texts_as_texts(stage).await).await;
}

// shows: THR-02
#[tokio::test]
async fn hostile_texts_are_texts_in_firefox() {
    tell("hostile_text", Kind::Firefox, async |stage: &mut Stage| shows_texts_as_texts(stage).await).await;
}
