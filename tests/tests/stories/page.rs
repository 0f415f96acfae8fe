//! Pages that were not made for us: a strict policy, a modal dialog, an application that owns its fields.
use anyhow::ensure;
use tests::{
    story::{Stage, in_each_browser},
    wait::{eval, until},
};

#[tokio::test]
async fn a_strict_policy_is_kept_over_a_whole_share() {
    in_each_browser("a_strict_policy_is_kept_over_a_whole_share", async |stage: &mut Stage| {
        let (visitor, agent) = (&stage.visitor, &stage.agent);
        visitor.opens("/strict?lang=en").await?;
        let listen = "window.seen = []; document.addEventListener('securitypolicyviolation',
            event => seen.push(event.effectiveDirective + ' ' + event.blockedURI + ' ' + event.sourceFile))";
        visitor.window().execute(listen, Vec::new()).await?;
        stage.shares().await?;
        agent.sees("page.querySelector('h1')").await?;
        let style = "(it => [it.color, it.fontSize, it.fontWeight].join(' '))(getComputedStyle(document.querySelector('h1')))";
        let source = eval(visitor.window(), style).await?;
        let there = format!(
            "(it => [it.color, it.fontSize, it.fontWeight].join(' '))(page.defaultView.getComputedStyle(page.querySelector('h1'))) === {source}"
        );
        agent.sees(&there).await?;
        visitor.presses("stop").await?;
        visitor.sees_no_bar().await?;
        let seen = eval(visitor.window(), "JSON.stringify(seen)").await?;
        ensure!(seen == "[]", "the policy was broken: {seen}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_bar_is_usable_inside_a_pages_modal_dialog() {
    in_each_browser("the_bar_is_usable_inside_a_pages_modal_dialog", async |stage: &mut Stage| {
        let (visitor, agent) = (&stage.visitor, &stage.agent);
        visitor.opens("/help?lang=en").await?;
        stage.shares().await?;
        visitor.window().execute("document.querySelector('[data-opens=write]').click()", Vec::new()).await?;
        until(visitor.window(), "the dialog", "document.querySelector('dialog#write:modal')").await?;
        agent.sees("page.querySelector('dialog#write')?.matches(':modal')").await?;
        visitor.presses("stop").await?;
        visitor.sees_no_bar().await
    })
    .await;
}

#[tokio::test]
async fn a_field_that_react_controls_changes_its_state() {
    in_each_browser("a_field_that_react_controls_changes_its_state", async |stage: &mut Stage| {
        let (visitor, agent) = (&stage.visitor, &stage.agent);
        visitor.opens("/react/").await?;
        until(visitor.window(), "the application", "document.querySelectorAll('tr[data-id]').length === 12")
            .await?;
        stage.shares().await?;
        stage.controls().await?;
        agent.sees("page.querySelectorAll('tr[data-id]').length === 12").await?;
        agent.clicks("[name=text]").await?;
        agent.types("zzzz").await?;
        // No row has such a text: only the application's own state, not the field's value, empties the table.
        until(visitor.window(), "the state", "document.querySelectorAll('tr[data-id]').length === 0").await?;
        agent.sees("page.querySelectorAll('tr[data-id]').length === 0").await?;
        Ok(())
    })
    .await;
}
