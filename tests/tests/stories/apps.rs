//! Applications that were not made for us, as their authors' tools built them: the agent's hand changes their *state*,
//! and what their scripts style is seen as it is.
use anyhow::{Context, Result, ensure};
use tests::{
    looks::looks_equal,
    story::{Stage, in_each_browser},
};

async fn opens_the_application(stage: &Stage, path: &str, ready: &str) -> Result<()> {
    stage.visitor.opens(path).await?;
    stage.visitor.has(ready).await?;
    stage.shares().await?;
    stage.controls().await?;
    stage.agent.sees(&ready.replace("document", "page")).await.map(drop)
}

const ROWS: &str = "[...document.querySelectorAll('tr[data-id]')]";

#[tokio::test]
async fn the_agents_hand_changes_the_state_of_a_react_application() {
    in_each_browser("a_react_application", async |stage: &mut Stage| {
        let (visitor, agent) = (&stage.visitor, &stage.agent);
        opens_the_application(stage, "/react/", "document.querySelectorAll('tr[data-id]').length === 12").await?;
        looks_equal(stage, "h1, button, input, select, tr[data-id] div").await.context("at first")?;
        // Select, checkbox and text: the title is said from the state alone.
        agent.chooses("[role=search] [name=place]", "Bodø").await?;
        visitor.has("document.title === 'Stock ledger (20)'").await?;
        agent.sees("[...page.querySelectorAll('tr[data-id]')].every(it => it.cells[2].textContent === 'Bodø')").await?;
        agent.clicks("[role=search] [name=low]").await?;
        visitor.has("document.querySelector('[name=low]').checked && document.title !== 'Stock ledger (20)'").await?;
        let rows = visitor.reads(&format!("{ROWS}.length")).await?;
        agent.sees(&format!("page.querySelectorAll('tr[data-id]').length === {rows}")).await?;
        agent.presses_in_page("Clear").await?;
        visitor.has("document.title === 'Stock ledger (60)'").await?;
        agent.clicks("[name=text]").await?;
        agent.types("kettle, fog").await?;
        visitor.has("document.title === 'Stock ledger (1)'").await?;
        agent.presses_keys("Backspace").await?;
        visitor.has("document.querySelector('[name=text]').value === 'kettle, fo'").await?;
        // A rule that is inserted now, while everybody looks.
        agent.clicks("tr[data-id] input[type=checkbox]").await?;
        visitor.has("getComputedStyle(document.querySelector('tr[data-id]').cells[1]).textDecorationLine === 'line-through'").await?;
        // What is under the agent's hand is shown to them as under it; the visitor's own browser hovers nothing.
        agent.points_at("h1").await?;
        looks_equal(stage, "tr[data-id], tr[data-id] td, tr[data-id] div").await.context("a new rule")?;
        agent.presses_in_page("Night").await?;
        visitor.has("document.querySelector('button[aria-pressed=true]')").await?;
        agent.points_at("h1").await?;
        looks_equal(stage, "body, h1, button, input, select, section").await.context("the night")?;
        // A form: three fields and the Enter key.
        agent.presses_in_page("Clear").await?;
        agent.clicks("form:not([role]) [name=name]").await?;
        agent.types("Ladle, oak").await?;
        agent.chooses("form:not([role]) [name=place]", "Bornholm").await?;
        agent.clicks("form:not([role]) [name=name]").await?;
        agent.presses_keys("Enter").await?;
        visitor.has("document.title === 'Stock ledger (61)'").await?;
        visitor.has("document.querySelector('form:not([role]) [name=name]').value === ''").await?;
        agent.clicks("[name=text]").await?;
        agent.types("ladle").await?;
        visitor.has(&format!("{ROWS}.length === 1 && {ROWS}[0].cells[2].textContent === 'Bornholm'")).await?;
        agent.sees("page.querySelector('tr[data-id]').cells[1].textContent === 'Ladle, oak'").await?;
        visitor.is_told("Sophie is controlling this page").await
    })
    .await;
}

#[tokio::test]
async fn the_agents_hand_changes_the_state_of_a_vue_application() {
    in_each_browser("a_vue_application", async |stage: &mut Stage| {
        let (visitor, agent) = (&stage.visitor, &stage.agent);
        opens_the_application(stage, "/vue/", "document.querySelector('.price')?.textContent === '€45'")
            .await?;
        looks_equal(stage, "h1, button, select, form, aside, .price").await?;
        agent.chooses("[name=thing]", "Lantern").await?;
        visitor.has("document.querySelector('.price').textContent === '€41'").await?;
        agent.sees("page.querySelector('.price').textContent === '€41'").await?;
        agent.clicks_on("page.querySelectorAll('fieldset input')[1]").await?;
        visitor.has("document.querySelector('.price').textContent === '€47'").await?;
        agent.clicks("[name=age]").await?;
        agent.presses_keys("ArrowUp").await?;
        visitor.has("document.querySelector('output').textContent === '5 years'").await?;
        agent.sees("page.querySelector('output').textContent === '5 years'").await?;

        agent.presses_in_page("Next").await?;
        agent.sees("page.querySelector('[name=fresh]')").await?;
        agent.clicks("[name=fresh]").await?;
        agent.types("Glass is gone").await?;
        agent.presses_keys("Enter").await?;
        visitor
            .has("[...document.querySelectorAll('aside li')].some(it => it.textContent === 'Glass is gone')")
            .await?;
        agent
            .sees("[...page.querySelectorAll('aside li')].some(it => it.textContent === 'Glass is gone')")
            .await?;
        agent.clicks("[name=urgent]").await?;
        visitor.has("document.querySelector('.price').textContent === '€71'").await?;

        agent.presses_in_page("Next").await?;
        agent.sees("page.querySelector('input[name=email]')").await?;
        agent.clicks("input[name=name]").await?;
        agent.types("Marie").await?;
        agent.presses_keys("Tab").await?;
        agent.types("marie@example.test").await?;
        visitor.has("document.querySelector('input[name=email]').value === 'marie@example.test'").await?;
        agent.clicks_on("page.querySelectorAll('fieldset input')[1]").await?;
        visitor.has("document.querySelector('input[value=hand]').checked").await?;
        agent.presses_in_page("Review").await?;
        agent.sees("page.querySelector('[role=dialog] p')?.textContent.includes('lantern')").await?;
        let said = visitor.reads("document.querySelector('[role=dialog] p').textContent").await?;
        ensure!(
            said == "Marie, we will write to marie@example.test about your lantern.",
            "the state: {said}"
        );
        looks_equal(stage, ".veil, .box, .box button").await.context("the dialog")?;
        agent.presses_in_page("Send").await?;
        visitor.has("document.querySelector('.sent')").await?;
        agent.sees("page.querySelector('.sent')").await.map(drop)
    })
    .await;
}
