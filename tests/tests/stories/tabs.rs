//! Several tabs of one visitor: one is seen, the others say so, and nothing is doubled.
use anyhow::{Context, Result, ensure};
use tests::{
    agent::Agent,
    story::{Stage, in_each_browser},
    visitor::Visitor,
};
use thirtyfour::WindowHandle;

const ELSEWHERE: &str = "Sophie sees another tab of yours";

async fn writes_a_title(visitor: &Visitor, text: &str) -> Result<()> {
    visitor.reads(&format!("document.querySelector('h1').textContent = {text:?}")).await.map(drop)
}

async fn sees_title(agent: &Agent, text: &str) -> Result<()> {
    agent.sees(&format!("page.querySelector('h1')?.textContent === {text:?}")).await.map(drop)
}

async fn here(visitor: &Visitor) -> Result<WindowHandle> {
    visitor.window().window().await.context("the tab")
}

async fn goes_to(visitor: &Visitor, tab: &WindowHandle) -> Result<()> {
    visitor.window().switch_to_window(tab.clone()).await.context("the tab")
}

#[tokio::test]
async fn a_duplicated_tab_steals_nothing_and_is_shown_when_the_visitor_says_so() {
    in_each_browser("a_duplicated_tab", async |stage: &mut Stage| {
        let (visitor, agent) = (&stage.visitor, &stage.agent);
        visitor.opens("/products?lang=en").await?;
        stage.shares().await?;
        sees_title(agent, "All products").await?;
        stage.controls().await?;
        let first = here(visitor).await?;
        visitor.duplicates_the_tab("/help").await?;
        let second = here(visitor).await?;
        visitor.is_told(ELSEWHERE).await?;
        ensure!(visitor.reads("sessionStorage.getItem('tandem.share')").await?.is_null(), "the copy stayed");
        // The first goes on, with what stood there.
        goes_to(visitor, &first).await?;
        visitor.is_told("Sophie is controlling this page").await?;
        writes_a_title(visitor, "Still the first").await?;
        sees_title(agent, "Still the first").await?;
        // It goes to another page, and the second does not take its chance.
        visitor.opens("/product/storm-lantern").await?;
        visitor.is_told("Sophie is controlling this page").await?;
        agent.sees("page.querySelector('#buy')").await?;
        goes_to(visitor, &second).await?;
        visitor.is_told(ELSEWHERE).await?;
        // By the visitor's hand alone it moves, and control stays behind.
        visitor.presses("here").await?;
        visitor.is_told("Sophie sees this page").await?;
        sees_title(agent, "How can we help?").await?;
        goes_to(visitor, &first).await?;
        visitor.is_told(ELSEWHERE).await?;
        goes_to(visitor, &second).await?;
        visitor.presses("stop").await?;
        visitor.sees_no_bar().await?;
        goes_to(visitor, &first).await?;
        visitor.sees_no_bar().await
    })
    .await;
}

#[tokio::test]
async fn when_the_shared_tab_is_closed_the_next_one_waits_for_the_visitors_word() {
    in_each_browser("the_shared_tab_is_closed", async |stage: &mut Stage| {
        let (visitor, agent) = (&stage.visitor, &stage.agent);
        visitor.opens("/products?lang=en").await?;
        stage.shares().await?;
        sees_title(agent, "All products").await?;
        let first = here(visitor).await?;
        visitor.duplicates_the_tab("/help").await?;
        let second = here(visitor).await?;
        visitor.is_told(ELSEWHERE).await?;
        goes_to(visitor, &first).await?;
        visitor.window().close_window().await?;
        goes_to(visitor, &second).await?;
        visitor.is_told("Paused. Sophie sees nothing").await?;
        agent.is_told("The visitor paused").await?;
        ensure!(
            agent.reads("page.querySelector('#sky')").await?.is_null(),
            "the page was seen before the word"
        );
        visitor.presses("resume").await?;
        visitor.is_told("Sophie sees this page").await?;
        sees_title(agent, "How can we help?").await
    })
    .await;
}
