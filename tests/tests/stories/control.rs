//! What the agent's keys and wheel do in a page where no browser does it for them, and what they are told where it
//! cannot be done.
use anyhow::{Context, Result, ensure};
use tests::{
    browser::Kind,
    hand::{self, CONTROL},
    story::{Stage, in_each_browser},
    visitor::Visitor,
    wait::{eval, until},
};

/// What the page is made of.
const PAGE: &str = include_str!("../../pages/control/page.js");
const LEFT: &str = "\u{e012}";

/// A page of fields and lists, and an agent who controls it.
async fn controls_the_page(stage: &Stage) -> Result<()> {
    stage.visitor.opens("/help?lang=en").await?;
    stage.visitor.window().execute(PAGE, Vec::new()).await?;
    stage.shares().await?;
    stage.controls().await?;
    stage.agent.sees("page.querySelector('#last')").await.map(drop)
}

/// The middle of an element in the visitor's window.
async fn middle(visitor: &Visitor, selector: &str) -> Result<(i64, i64)> {
    let middle = format!(
        "(it => [it.x + it.width / 2, it.y + it.height / 2].map(Math.floor))(document.querySelector({selector:?}).getBoundingClientRect())"
    );
    let found = eval(visitor.window(), &middle).await?;
    Ok((found[0].as_i64().context("a place")?, found[1].as_i64().context("a place")?))
}

// shows: CTL-02, CTL-03
#[tokio::test]
async fn keys_scroll_copy_and_undo_or_say_that_they_cannot() {
    in_each_browser("control_defaults", async |stage: &mut Stage| {
        controls_the_page(stage).await?;
        let (visitor, agent) = (&stage.visitor, &stage.agent);
        // A component's own list, not the document around it.
        agent.turns_the_wheel("page.querySelector('#part')", 100).await?;
        visitor.has("0 < document.querySelector('#part').shadowRoot.firstElementChild.scrollTop").await?;
        ensure!(eval(visitor.window(), "scrollY").await? == 0, "the document scrolled instead");

        agent.clicks("#away").await?;
        hand::strikes(agent.window(), "", "\u{e00f}").await?;
        visitor.has("200 < scrollY").await?;
        hand::strikes(agent.window(), "", "\u{e00e}").await?;
        visitor.has("scrollY === 0").await?;
        // Nothing is selected, so nothing is copied, and that is said.
        agent.sees("page.defaultView.scrollY === 0").await?;
        hand::strikes(agent.window(), CONTROL, "c").await?;
        agent.is_told("Nothing here takes this").await?;

        agent.clicks("#field").await?;
        agent.types("copied").await?;
        visitor.has("document.querySelector('#field').value === 'copied'").await?;
        hand::strikes(agent.window(), CONTROL, "z").await?;
        visitor.has("document.querySelector('#field').value !== 'copied'").await?;
        hand::strikes(agent.window(), CONTROL, "y").await?;
        visitor.has("document.querySelector('#field').value === 'copied'").await?;
        hand::strikes(agent.window(), CONTROL, "a").await?;
        visitor.has("document.querySelector('#field').selectionEnd === 6").await?;
        hand::strikes(agent.window(), CONTROL, "x").await?;
        visitor.has("document.querySelector('#field').value === ''").await?;
        fields_without_a_caret(stage).await
    })
    .await;
}

/// Where the browser lets no script move the caret, it is said.
async fn fields_without_a_caret(stage: &Stage) -> Result<()> {
    let (visitor, agent) = (&stage.visitor, &stage.agent);
    agent.clicks("#mail").await?;
    agent.types("ac").await?;
    visitor.has("document.querySelector('#mail').value === 'ac'").await?;
    hand::strikes(agent.window(), "", LEFT).await?;
    if agent.browser.kind == Kind::Firefox {
        return agent.is_told("The visitor’s browser does not allow this").await;
    }
    agent.types("b").await?;
    visitor.has("document.querySelector('#mail').value === 'abc'").await
}

// shows: CTL-09
#[tokio::test]
async fn who_clicks_while_the_visitor_acts_is_told_so_and_may_go_on_typing() {
    in_each_browser("control_hands", async |stage: &mut Stage| {
        controls_the_page(stage).await?;
        let (visitor, agent) = (&stage.visitor, &stage.agent);
        let away = middle(visitor, "#away").await?;
        let clicks = async {
            agent.is_told("The visitor is active").await?;
            agent.clicks("#field").await?;
            agent.is_told("The visitor is using the page: nothing was done").await
        };
        tokio::try_join!(hand::is_busy(visitor.window(), away), clicks)?;
        ensure!(
            eval(visitor.window(), "document.activeElement === document.body").await? == true,
            "it was done"
        );
        // The visitor rests: what is typed goes to where the agent pressed.
        until(
            agent.window(),
            "the visitor to rest",
            "!document.body.innerText.includes('The visitor is active')",
        )
        .await?;
        agent.types("later").await?;
        visitor.has("document.querySelector('#field').value === 'later'").await
    })
    .await;
}
