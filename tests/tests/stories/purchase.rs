//! The guided purchase: from the list to the thanks, both hands at work; and the page where everything is embedded.
use anyhow::{Context, Result, ensure};
use tests::story::{Stage, in_each_browser};

const CARD: &str = "4111 1111 1111 1111";

/// The product page: tabs, gallery, size, pieces, and into the basket.
async fn chooses_a_jacket(stage: &Stage) -> Result<()> {
    let (visitor, agent) = (&stage.visitor, &stage.agent);
    let card = "page.querySelector('#list li[data-slug=skerry-rain-jacket] a')";
    agent.sees(card).await?;
    agent.brings(card).await?;
    agent.clicks_on(card).await?;
    visitor.has("location.pathname === '/product/skerry-rain-jacket'").await?;
    agent.sees("page.querySelector('#gallery-main')?.complete").await?;

    let thumb = "page.querySelector('#gallery .thumbs li:nth-child(2) button')";
    agent.brings(thumb).await?;
    agent.clicks_on(thumb).await?;
    visitor
        .has("document.querySelector('#gallery-main').getAttribute('src').endsWith('outside.svg')")
        .await?;
    // It is that picture which the agent sees, not merely another one.
    let picture = format!("{thumb}.querySelector('img').src");
    agent.sees(&format!("page.querySelector('#gallery-main').src === {picture}")).await?;

    agent.brings("page.querySelector('#tab-care')").await?;
    agent.clicks("#tab-care").await?;
    visitor.has("!document.querySelector('#panel-care').hidden").await?;
    agent.sees("page.querySelector('#panel-care').getBoundingClientRect().height > 0").await?;

    agent.brings("page.querySelector('#buy select')").await?;
    agent.chooses("#buy select", "L").await?;
    visitor.has("document.querySelector('#buy select').value === 'L'").await?;
    agent.sees("page.querySelector('#buy select').selectedOptions[0].text === 'L'").await?;
    // A number cannot hold a mask: one is painted, so that it does not look empty.
    let painted = "it => it.value === '' && page.defaultView.getComputedStyle(it).backgroundImage !== 'none'";
    agent.sees(&format!("({painted})(page.querySelector('#buy input[name=pieces]'))")).await?;
    agent.clicks("#buy input[name=pieces]").await?;
    agent.presses_keys("ArrowUp").await?;
    visitor.has("document.querySelector('#buy input[name=pieces]').value === '2'").await?;
    agent.clicks("#buy button[type=submit]").await?;
    visitor.has("document.querySelector('#basket-count').textContent === '2'").await?;
    agent.sees("page.querySelector('#basket-count').textContent === '2'").await.map(drop)
}

async fn changes_the_basket(stage: &Stage) -> Result<()> {
    let (visitor, agent) = (&stage.visitor, &stage.agent);
    // The header stays where it is.
    agent.clicks(".basket-link").await?;
    visitor.has("location.pathname === '/basket'").await?;
    agent.sees("page.querySelector('.line select')").await?;
    // The form is sent by the page's own script, on the select's change.
    agent.chooses(".line select", "1").await?;
    visitor.has("document.querySelector('#basket-count').textContent === '1'").await?;
    agent.sees("page.querySelector('#basket-count')?.textContent === '1'").await?;
    agent.sees("page.querySelector('.line .muted')?.textContent === 'L'").await.map(drop)
}

/// The agent fills in what they may; the password is the visitor's own.
async fn logs_in_together(stage: &Stage) -> Result<()> {
    let (visitor, agent) = (&stage.visitor, &stage.agent);
    agent.clicks(".tools a[href='/login']").await?;
    visitor.has("location.pathname === '/login'").await?;
    agent.sees("page.querySelector('input[name=password]')").await?;
    agent.clicks("input[name=email]").await?;
    agent.types("marie@example.test").await?;
    visitor.has("document.querySelector('input[name=email]').value === 'marie@example.test'").await?;
    agent.clicks("input[name=password]").await?;
    agent.is_told("Hidden by the site: not usable from here").await?;
    visitor.types("input[name=password]", "canary-password").await?;
    visitor.has("document.querySelector('input[name=password]').value === 'canary-password'").await?;
    rests(stage).await?;
    agent.clicks("form.panel button.signal").await?;
    visitor.has("location.pathname === '/account'").await?;
    agent.sees("page.querySelector('.account-head')").await.map(drop)
}

/// The visitor's own hand suspends control; a second after it rests the agent may go on.
async fn rests(stage: &Stage) -> Result<()> {
    stage.agent.is_told("You control").await
}

async fn fills_in_the_checkout(stage: &Stage) -> Result<()> {
    let (visitor, agent) = (&stage.visitor, &stage.agent);
    agent.goes_to("/checkout").await?;
    visitor.has("location.pathname === '/checkout'").await?;
    for (name, text) in
        [("name", "Marie Dupont"), ("street", "Havnegata 7"), ("postcode", "8300"), ("city", "Svolvær")]
    {
        let field = format!("page.querySelector('#checkout input[name={name}]')");
        agent.sees(&field).await?;
        agent.brings(&field).await?;
        agent.clicks_on(&field).await?;
        agent.types(text).await?;
        visitor.has(&format!("document.querySelector('[name={name}]').value === {text:?}")).await?;
    }
    agent.brings("page.querySelector('[name=country]')").await?;
    agent.chooses("[name=country]", "Norway").await?;
    visitor.has("document.querySelector('[name=country]').value === 'Norway'").await?;
    agent.brings("page.querySelector('[name=gift]')").await?;
    agent.clicks("[name=gift]").await?;
    visitor.has("document.querySelector('[name=gift]').checked").await?;
    agent.sees("page.querySelector('[name=gift]').checked").await.map(drop)
}

/// The card is hidden from the agent, and closed to their hand.
async fn keeps_the_card(stage: &Stage) -> Result<()> {
    let (visitor, agent) = (&stage.visitor, &stage.agent);
    agent.brings("page.querySelector('[name=card]')").await?;
    agent.clicks("[name=card]").await?;
    agent.is_told("Hidden by the site: not usable from here").await?;
    agent.types("5555").await?;
    // Commands are answered in order: once this one is done, that one was refused.
    agent.brings("page.querySelector('[name=gift]')").await?;
    agent.clicks("[name=gift]").await?;
    visitor.has("!document.querySelector('[name=gift]').checked").await?;
    let card = visitor.reads("document.querySelector('[name=card]').value").await?;
    ensure!(card == "", "the agent wrote into the card's number: {card}");
    for (name, text) in [("holder", "MARIE DUPONT"), ("card", CARD), ("expiry", "12/29"), ("code", "737")] {
        visitor.types(&format!("[name={name}]"), text).await?;
    }
    visitor.reads("document.querySelector('h1').textContent = 'canary-control'").await?;
    agent.sees("page.querySelector('h1').textContent === 'canary-control'").await?;
    let seen =
        "page.documentElement.outerHTML + [...page.querySelectorAll('input')].map(it => it.value).join()";
    let seen = agent.reads(seen).await?;
    let seen = seen.as_str().context("the viewer's page")?;
    for secret in [CARD, "4111", "12/29", "737", "canary-password", "Marie Dupont", "Havnegata"] {
        ensure!(!seen.contains(secret), "the viewer holds {secret}");
    }
    Ok(())
}

/// Control is taken back, and everything else holds.
async fn pays(stage: &Stage) -> Result<()> {
    let (visitor, agent) = (&stage.visitor, &stage.agent);
    visitor.presses("take-back").await?;
    visitor.is_told("Sophie sees this page").await?;
    agent.is_told("Viewing").await?;
    // The tool is out of the agent's hand: what they press does nothing to the page.
    agent.clicks("[name=gift]").await?;
    agent.types("x").await?;
    agent.takes("Indicate").await?;
    agent.clicks("[name=gift]").await?;
    visitor.is_pointed_at_by("Sophie").await?;
    ensure!(visitor.reads("document.querySelector('[name=gift]').checked").await? == false, "it was pressed");
    visitor.clicks("#checkout button.signal").await?;
    visitor.has("location.pathname === '/checkout/done'").await?;
    agent.sees("page.querySelector('.done h1')?.textContent.startsWith('Thank you')").await?;
    let address = agent.reads("page.querySelector('.order address').textContent").await?;
    ensure!(!address.to_string().contains("Havnegata"), "the address is marked to be hidden: {address}");
    visitor.presses("stop").await?;
    visitor.sees_no_bar().await?;
    agent.is_told("The visitor stopped it.").await
}

#[tokio::test]
async fn agent_and_visitor_buy_a_jacket_together() {
    in_each_browser("agent_and_visitor_buy_a_jacket_together", async |stage: &mut Stage| {
        stage.visitor.opens("/products?lang=en").await?;
        stage.shares().await?;
        stage.controls().await?;
        chooses_a_jacket(stage).await.context("the product")?;
        changes_the_basket(stage).await.context("the basket")?;
        logs_in_together(stage).await.context("the log-in")?;
        fills_in_the_checkout(stage).await.context("the checkout")?;
        keeps_the_card(stage).await.context("the card")?;
        pays(stage).await.context("the end")
    })
    .await;
}

const FRAME: &str = "page.querySelector('.help-grid iframe').contentDocument";
const BADGE: &str = "page.querySelector('stock-badge').shadowRoot";

async fn calculates_in_the_frame(stage: &Stage) -> Result<()> {
    let (visitor, agent) = (&stage.visitor, &stage.agent);
    let field = format!("{FRAME}?.querySelector('#postcode')");
    agent.sees(&field).await?;
    agent.brings(&field).await?;
    agent.clicks_on(&field).await?;
    agent.types("8300").await?;
    let typed = "document.querySelector('iframe').contentDocument.querySelector('#postcode').value";
    if visitor.has(&format!("{typed} === '8300'")).await.is_err() {
        anyhow::bail!("the field holds {}", visitor.reads(typed).await?);
    }
    agent.clicks_on(&format!("{FRAME}.querySelector('form button')")).await?;
    // The frame went to another document; the agent sees that one.
    agent.sees(&format!("{FRAME}?.querySelector('.answer b')?.textContent === '8300'")).await?;
    agent.turns_the_wheel(&format!("{FRAME}.querySelector('.answer')"), 120).await?;
    let scrolled = "document.querySelector('iframe').contentDocument.scrollingElement.scrollTop > 0";
    visitor.has(scrolled).await?;
    agent.sees(&format!("{FRAME}.scrollingElement.scrollTop > 0")).await.map(drop)
}

async fn counts_in_the_component(stage: &Stage) -> Result<()> {
    let (visitor, agent) = (&stage.visitor, &stage.agent);
    agent.sees(&format!("{BADGE}?.querySelector('span').textContent.length > 3")).await?;
    visitor
        .reads("document.querySelector('stock-badge').shadowRoot.querySelector('span').textContent = 'stale'")
        .await?;
    agent.sees(&format!("{BADGE}.querySelector('span').textContent === 'stale'")).await?;
    let button = format!("{BADGE}.querySelector('button')");
    agent.brings(&button).await?;
    agent.clicks_on(&button).await?;
    agent.sees(&format!("/stock|left/.test({BADGE}.querySelector('span').textContent)")).await.map(drop)
}

async fn writes_in_the_dialog(stage: &Stage) -> Result<()> {
    let (visitor, agent) = (&stage.visitor, &stage.agent);
    agent.brings("page.querySelector('[data-opens=write]')").await?;
    agent.clicks("[popovertarget=hours]").await?;
    agent.sees("page.querySelector('#hours').matches(':popover-open')").await?;
    agent.clicks("[data-opens=write]").await?;
    visitor.has("document.querySelector('dialog#write:modal')").await?;
    agent.sees("page.querySelector('dialog#write')?.matches(':modal')").await?;
    agent.clicks("#write input[name=email]").await?;
    agent.types("marie@example.test").await?;
    agent.clicks_on("page.querySelectorAll('#write input[type=radio]')[1].parentElement").await?;
    visitor.has("document.querySelector('#write input[value=order]').checked").await?;
    agent.clicks("#write textarea").await?;
    agent.types("Where is it?").await?;
    agent.presses_keys("Enter").await?;
    agent.types("Thanks").await?;
    visitor.has("document.querySelector('#write textarea').value === 'Where is it?\\nThanks'").await?;
    agent.clicks("#write button.signal").await?;
    visitor.has("location.search === '?sent=1'").await?;
    agent.sees("page.querySelector('.sent')").await?;
    visitor.is_told("Sophie is controlling this page").await
}

#[tokio::test]
async fn the_agent_helps_in_a_frame_a_component_and_a_dialog() {
    in_each_browser("the_agent_helps_in_a_frame_a_component_and_a_dialog", async |stage: &mut Stage| {
        stage.visitor.opens("/help?lang=en").await?;
        stage.shares().await?;
        stage.controls().await?;
        calculates_in_the_frame(stage).await.context("the frame")?;
        counts_in_the_component(stage).await.context("the component")?;
        writes_in_the_dialog(stage).await.context("the dialog")
    })
    .await;
}
