//! The main job: an agent sees a visitor's page, after a yes and not before.
use anyhow::Result;
use tests::story::{Stage, in_each_browser};

#[tokio::test]
async fn an_agent_sees_the_page_after_the_visitors_yes() {
    in_each_browser("an_agent_sees_the_page_after_the_visitors_yes", story).await;
}

async fn story(stage: &mut Stage) -> Result<()> {
    let (visitor, agent) = (&stage.visitor, &stage.agent);
    visitor.opens("/products?lang=en").await?;
    agent.logs_in().await?;
    agent.asks_for_a_view().await?;
    visitor.is_told("Sophie would like to see this page").await?;
    visitor.presses("allow").await?;
    agent.sees("page.querySelectorAll('#list li.card').length >= 10").await?;
    visitor.is_told("Sophie sees this page").await?;
    visitor.presses("stop").await?;
    visitor.sees_no_bar().await?;
    Ok(())
}
