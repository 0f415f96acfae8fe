//! An agent guides: points, takes control after a second yes, and loses it with one click of the visitor.
use anyhow::{Context, Result, ensure};
use tests::{
    story::{Stage, in_each_browser},
    wait::{eval, until},
};

/// A view that stands, on a page of the shop.
async fn a_view(stage: &Stage, path: &str) -> Result<()> {
    stage.visitor.opens(path).await?;
    stage.shares().await
}

#[tokio::test]
async fn the_agent_points_and_the_visitor_sees_who() {
    in_each_browser("the_agent_points_and_the_visitor_sees_who", async |stage: &mut Stage| {
        a_view(stage, "/products?lang=en").await?;
        stage.agent.takes("Indicate").await?;
        stage.agent.clicks("h1").await?;
        stage.visitor.is_pointed_at_by("Sophie").await
    })
    .await;
}

#[tokio::test]
async fn the_agent_guides_from_the_list_to_the_product_and_the_view_follows() {
    let story = async |stage: &mut Stage| {
        a_view(stage, "/products?lang=en").await?;
        let (visitor, agent) = (&stage.visitor, &stage.agent);
        agent.sees("page.querySelector('#filters input[name=q]')").await?;
        stage.controls().await?;
        agent.clicks("#filters input[name=q]").await?;
        agent.types("kettle").await?;
        until(
            visitor.window(),
            "the search to hold the text",
            "document.querySelector('[name=q]').value === 'kettle'",
        )
        .await?;
        until(
            visitor.window(),
            "the list to be filtered",
            "document.querySelectorAll('#list li.card').length === 1",
        )
        .await?;
        agent.sees("page.querySelectorAll('#list li.card').length === 1").await?;
        agent.clicks("#list li.card a").await?;
        until(visitor.window(), "the product page", "location.pathname === '/product/fjord-enamel-kettle'")
            .await?;
        agent.sees("page.querySelector('#buy')").await?;
        visitor.is_told("Sophie is controlling this page").await?;
        // The product's looks come by an imported sheet: the picture is taken when they are there.
        let looks = "(it => [it.fontSize, it.lineHeight].join(' '))";
        let here =
            eval(visitor.window(), &format!("{looks}(getComputedStyle(document.querySelector('h1')))"))
                .await?;
        agent
            .sees(&format!("{looks}(page.defaultView.getComputedStyle(page.querySelector('h1'))) === {here}"))
            .await?;
        stage.is_pictured().await?;
        visitor.presses("take-back").await?;
        visitor.is_told("Sophie sees this page").await?;
        ensure!(!visitor.bar_text().await.contains("controlling"), "control is back");
        Ok(())
    };
    in_each_browser("the_agent_guides_from_the_list_to_the_product_and_the_view_follows", story).await;
}

#[tokio::test]
async fn both_sides_reload_and_the_view_goes_on() {
    in_each_browser("both_sides_reload_and_the_view_goes_on", async |stage: &mut Stage| {
        a_view(stage, "/product/storm-lantern?lang=en").await?;
        stage.controls().await?;
        let (visitor, agent) = (&stage.visitor, &stage.agent);
        agent.sees("page.querySelector('#buy')").await?;
        agent.window().refresh().await?;
        controls_the_tabs(stage, 1).await.context("after the agent's reload")?;
        visitor.window().refresh().await?;
        visitor.is_told("Sophie is controlling this page").await?;
        visitor
            .window()
            .execute("document.querySelector('h1').textContent = 'After the reload'", Vec::new())
            .await?;
        agent.sees("page.querySelector('h1').textContent === 'After the reload'").await?;
        controls_the_tabs(stage, 2).await.context("after the visitor's reload")?;
        // Taken back while the agent's tab reloads: whichever is first, nobody is told that the agent controls.
        let reloads = async { agent.window().refresh().await.context("the reload") };
        tokio::try_join!(reloads, visitor.presses("take-back"))?;
        visitor.is_told("Sophie sees this page").await?;
        agent.sees("page.querySelector('h1').textContent === 'After the reload'").await?;
        agent.is_told("Viewing").await?;
        let said = eval(agent.window(), "document.body.innerText").await?;
        ensure!(!said.as_str().unwrap_or_default().contains("You control"), "the agent is told {said}");
        ensure!(!visitor.bar_text().await.contains("controlling"), "control is back");
        Ok(())
    })
    .await;
}

/// Both sides are told that the agent controls, and what the agent presses is done and seen.
async fn controls_the_tabs(stage: &Stage, tab: u32) -> Result<()> {
    let (visitor, agent) = (&stage.visitor, &stage.agent);
    let chosen = |page: &str| {
        format!("{page}.querySelectorAll('[role=tab]')[{tab}].getAttribute('aria-selected') === 'true'")
    };
    agent.sees("page.querySelector('#buy')").await?;
    agent.is_told("You control").await?;
    visitor.is_told("Sophie is controlling this page").await?;
    let button = format!("page.querySelectorAll('[role=tab]')[{tab}]");
    agent.brings(&button).await?;
    agent.clicks_on(&button).await?;
    visitor.has(&chosen("document")).await?;
    agent.sees(&chosen("page")).await.map(drop)
}

#[tokio::test]
async fn what_is_typed_and_secret_never_reaches_the_viewer() {
    in_each_browser("what_is_typed_and_secret_never_reaches_the_viewer", async |stage: &mut Stage| {
        a_view(stage, "/login?lang=en").await?;
        let (visitor, agent) = (&stage.visitor, &stage.agent);
        agent.sees("page.querySelector('input[name=password]')").await?;
        for (name, text) in [("email", "canary-typed@example.test"), ("password", "canary-password")] {
            let field = visitor.window().find(thirtyfour::By::Name(name)).await?;
            field.send_keys(text).await?;
        }
        // An unmasked change that comes after the typing: once it is there, the typing has been sent as well.
        visitor
            .window()
            .execute("document.querySelector('h1').textContent = 'canary-control'", Vec::new())
            .await?;
        agent.sees("page.querySelector('h1').textContent === 'canary-control'").await?;
        let values =
            agent.reads("JSON.stringify([...page.querySelectorAll('input')].map(it => it.value))").await?;
        let values = values.as_str().unwrap_or_default().to_owned();
        ensure!(!values.contains("canary"), "the viewer holds {values}");
        let html = agent.reads("page.documentElement.outerHTML").await?;
        ensure!(
            !html.as_str().unwrap_or_default().contains("canary-typed"),
            "the markup holds what was typed"
        );
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn nothing_moves_after_control_is_taken_back() {
    in_each_browser("nothing_moves_after_control_is_taken_back", async |stage: &mut Stage| {
        a_view(stage, "/products?lang=en").await?;
        stage.controls().await?;
        let (visitor, agent) = (&stage.visitor, &stage.agent);
        agent.clicks("#filters input[name=q]").await?;
        agent.types("wool").await?;
        until(visitor.window(), "the text", "document.querySelector('[name=q]').value === 'wool'").await?;
        visitor.presses("take-back").await?;
        visitor.is_told("Sophie sees this page").await?;
        agent.types(" blanket").await?;
        // A mark passes on the same ordered channel as commands: when it is here, they were refused.
        agent.takes("Indicate").await?;
        agent.clicks("#filters").await?;
        visitor.is_pointed_at_by("Sophie").await?;
        let value = eval(visitor.window(), "document.querySelector('[name=q]').value").await?;
        ensure!(value == "wool", "the field holds {value}");
        Ok(())
    })
    .await;
}
