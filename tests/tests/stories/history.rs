//! Pages come and go: links, back, forward, out of the back/forward cache. The share goes on with each of them.
use anyhow::{Result, ensure};
use tests::{
    browser::Kind,
    story::{Stage, in_each_browser},
};

const PRODUCT: &str = "/product/fjord-enamel-kettle";

/// Marks the page's own life: a page that was kept still has the mark.
const MARK: &str =
    "window.kept = true, addEventListener('pageshow', event => { window.restored = event.persisted }), true";

async fn is_seen(stage: &Stage, state: &str, what: &str) -> Result<()> {
    stage.visitor.is_told(state).await?;
    stage.agent.sees(what).await?;
    // Not what was there before: what happens now arrives.
    stage.visitor.reads("document.body.dataset.now = location.pathname").await?;
    stage.agent.sees("page.body.dataset.now && page.querySelector('h1')").await.map(drop)
}

/// Goes through the history as the page's own buttons would: a driver that does it touches the page that is left, and
/// the browser then does not keep it.
async fn goes(stage: &Stage, by: i32) -> Result<()> {
    stage.visitor.reads(&format!("setTimeout(() => history.go({by}))")).await.map(drop)
}

/// Whether the page came out of the back/forward cache; else the browser says why not, where it does.
async fn is_restored(stage: &Stage, must: bool) -> Result<()> {
    let visitor = &stage.visitor;
    let there = "window.kept ? window.restored !== undefined : performance.getEntriesByType('navigation')[0]?.loadEventEnd";
    visitor.has(there).await?;
    let kept = visitor.reads("window.kept === true && window.restored === true").await?;
    let why = "JSON.stringify(performance.getEntriesByType('navigation')[0]?.notRestoredReasons ?? null)";
    ensure!(kept == true || !must, "the page was not kept: {}", visitor.reads(why).await?);
    Ok(())
}

async fn tells_the_story(stage: &Stage, state: &str) -> Result<()> {
    let visitor = &stage.visitor;
    // Firefox decides before it tells the page, and keeps none that holds a Web Lock or a connection: a shared page is
    // loaded anew there.
    let must = visitor.browser.kind == Kind::Chromium;
    ensure!(visitor.reads(MARK).await? == true, "marked");
    visitor.clicks("#list li.card a").await?;
    visitor.is_at(PRODUCT).await?;
    is_seen(stage, state, "page.querySelector('#buy')").await?;
    visitor.reads(MARK).await?;
    goes(stage, -1).await?;
    visitor.is_at("/products").await?;
    is_restored(stage, must).await?;
    is_seen(stage, state, "page.querySelector('#list li.card')").await?;
    goes(stage, 1).await?;
    visitor.is_at(PRODUCT).await?;
    is_restored(stage, must).await?;
    is_seen(stage, state, "page.querySelector('#buy')").await?;
    goes(stage, -1).await?;
    visitor.is_at("/products").await?;
    is_seen(stage, state, "page.querySelector('#list li.card')").await
}

#[tokio::test]
async fn a_share_goes_on_through_link_back_and_forward() {
    in_each_browser("through_history", async |stage: &mut Stage| {
        stage.visitor.opens("/products?lang=en").await?;
        stage.shares().await?;
        tells_the_story(stage, "Sophie sees this page").await?;
        // Control stands on each of the pages, too, and the agent goes back and forward by their own hand.
        stage.controls().await?;
        tells_the_story(stage, "Sophie is controlling this page").await?;
        let agent = &stage.agent;
        agent.presses("Forward").await?;
        stage.visitor.is_at(PRODUCT).await?;
        is_seen(stage, "Sophie is controlling this page", "page.querySelector('#buy')").await?;
        agent.presses("Back").await?;
        stage.visitor.is_at("/products").await?;
        is_seen(stage, "Sophie is controlling this page", "page.querySelector('#list')").await?;
        // A page that was left for good holds no share: what is stopped here stays stopped there.
        stage.visitor.presses("stop").await?;
        stage.visitor.sees_no_bar().await?;
        goes(stage, 1).await?;
        stage.visitor.is_at(PRODUCT).await?;
        stage.visitor.sees_no_bar().await?;
        agent.is_told("The visitor stopped it.").await
    })
    .await;
}

#[tokio::test]
async fn a_page_that_nobody_sees_is_kept_as_if_we_were_not_there() {
    in_each_browser("kept_unshared", async |stage: &mut Stage| {
        let (visitor, agent) = (&stage.visitor, &stage.agent);
        visitor.opens("/products?lang=en").await?;
        agent.logs_in().await?;
        // Its connection stands by now.
        agent.chooses_the_visitor().await?;
        for _ in 0..2 {
            visitor.reads(MARK).await?;
            // Firefox keeps no page in which its driver has clicked, be it without our script.
            visitor.reads("setTimeout(() => document.querySelector('#list li.card a').click())").await?;
            visitor.is_at(PRODUCT).await?;
            agent.is_told(PRODUCT).await?;
            goes(stage, -1).await?;
            visitor.is_at("/products").await?;
            is_restored(stage, true).await?;
            agent.is_told("/products").await?;
        }
        // A page that is not left after all is back soon, and can be asked.
        visitor.reads("dispatchEvent(new Event('beforeunload'))").await?;
        stage.agent.asks_for_a_view().await?;
        visitor.is_told("Sophie would like to see this page").await?;
        visitor.presses("allow").await?;
        is_seen(stage, "Sophie sees this page", "page.querySelector('#list li.card')").await
    })
    .await;
}
