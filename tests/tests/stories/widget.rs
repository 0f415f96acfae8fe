//! The visitor's chat in real browsers: from the bubble to the rating.
use anyhow::{Context, Result, ensure};
use chat_client::Agent;
use chat_proto::{desk::Deed, message::From};
use tests::{
    browser::Kind,
    wait::eval,
    widget::{Screen, Stage, in_each_browser, tell},
};
use thirtyfour::Key;

const AT_THE_CORNER: &str = "(() => { const it = root.querySelector('.open').getBoundingClientRect();
    return [innerWidth - it.right, innerHeight - it.bottom, it.width].map(Math.round); })()";

async fn is_at_the_corner(stage: &Stage) -> Result<()> {
    let spot = stage.widget().eval(AT_THE_CORNER).await?;
    let [right, bottom, width] = [0, 1, 2].map(|at| spot[at].as_i64().unwrap_or(999));
    ensure!(
        (0..100).contains(&right) && (0..100).contains(&bottom) && width == 56,
        "the bubble is at {spot}"
    );
    Ok(())
}

// shows: WID-01 WID-02 WID-05 WID-06 WID-07 WID-08 WID-09 WID-11 WID-12 BOT-05 QUE-09 END-01 END-02 END-03 END-04
// shows: END-05 END-06 RAT-01
#[tokio::test]
async fn a_visitor_talks_to_an_agent_and_rates_the_talk() {
    in_each_browser("a_visitor_talks", async |stage: &mut Stage| {
        stage.an_agent_comes().await?;
        stage.opens("/products?lang=en").await?;
        let name = stage
            .widget()
            .until("the bubble", "root.querySelector('.open').getAttribute('aria-label')")
            .await?;
        ensure!(name == "Open the chat", "the bubble is called {name}");
        is_at_the_corner(stage).await?;
        reads(stage, "['de-DE', 'en-GB', 'en-US']").await?;
        refuses_empty_fields(stage).await?;
        stage.widget().fills_in(&[("name", "Zoe Martin"), ("email", "zoe@example.test")]).await?;
        stage.is_pictured("form").await?;
        stage.widget().clicks("form [type=submit]").await?;
        stage.widget().says("Waiting for an adviser").await?;
        stage.is_pictured("waiting").await?;
        let conv = stage.the_agent_accepts().await?;
        stage.widget().says("Sophie has accepted the request").await?;
        talks(stage, &conv).await?;
        ends(stage, &conv).await
    })
    .await;
}

/// The visitor's browser has these languages, the first one best.
async fn reads(stage: &Stage, languages: &str) -> Result<()> {
    let has = format!("void Object.defineProperty(navigator, 'languages', {{ value: {languages} }})");
    eval(&stage.visitor.driver, &has).await.map(drop)
}

/// Each time is written like this.
async fn has_times_like(stage: &Stage, pattern: &str) -> Result<()> {
    let all = format!(
        "(all => all.length && all.every(it => {pattern}.test(it.textContent)))([...root.querySelectorAll('time')])"
    );
    stage.widget().until(&format!("times like {pattern}"), &all).await.map(drop)
}

async fn refuses_empty_fields(stage: &Stage) -> Result<()> {
    let widget = stage.widget();
    widget.opens().await?;
    widget.clicks("form [type=submit]").await?;
    widget.says("Fields cannot be empty").await?;
    widget.fills_in(&[("name", "   "), ("email", "nobody")]).await?;
    widget.clicks("form [type=submit]").await?;
    widget.says("Please check this e-mail address").await?;
    stage.is_pictured("faults").await?;
    let marked = widget.eval("root.querySelectorAll('[aria-invalid]').length").await?;
    ensure!(marked == 2, "{marked} fields are marked");
    for field in ["name", "email"] {
        widget.eval(&format!("void (root.querySelector('[name={field}]').value = '')")).await?;
    }
    Ok(())
}

async fn talks(stage: &mut Stage, conv: &str) -> Result<()> {
    let widget = stage.widget();
    widget
        .until("the agent's name in the header", "root.querySelector('h2').textContent === 'Sophie'")
        .await?;
    widget.clicks("[data-compose]").await?;
    widget.types("Hello,").await?;
    widget.breaks_the_line().await?;
    widget.types("where is my kettle?").await?;
    widget.types(Key::Enter).await?;
    widget.has_sent("Hello,\nwhere is my kettle?").await?;
    widget.types(Key::Enter).await?;
    let agent = stage.agent.as_mut().context("an agent")?;
    let said = agent.reads(conv, |msg| msg.from == From::Visitor && msg.kind == "text").await?;
    ensure!(said.text == "Hello,\nwhere is my kettle?", "the agent reads {said:?}");
    agent.write(conv, "It is on its way: https://example.test/parcel?id=7.").await?;
    let widget = stage.widget();
    widget.says("It is on its way").await?;
    widget
        .until(
            "the link",
            "root.querySelector('.them a[rel~=noopener]')?.href === 'https://example.test/parcel?id=7'",
        )
        .await?;
    has_times_like(stage, r"/(^| )\d\d:\d\d$/").await?;
    let mine = widget.eval("root.querySelectorAll('.me[data-seq]').length").await?;
    ensure!(mine == 1, "an empty message was sent: {mine} are there");
    stage.is_pictured("talk").await
}

async fn ends(stage: &mut Stage, conv: &str) -> Result<()> {
    let widget = stage.widget();
    widget.clicks("header [data-act='\"end\"']").await?;
    widget
        .until("the question", "root.querySelector('[role=alertdialog]')?.contains(root.activeElement)")
        .await?;
    stage.is_pictured("confirm").await?;
    for _ in 0..3 {
        widget.types(Key::Tab).await?;
        widget
            .until(
                "the focus to stay",
                "root.querySelector('[role=alertdialog]').contains(root.activeElement)",
            )
            .await?;
    }
    widget.clicks("[data-act='{\"confirm\":false}']").await?;
    widget.until("no question", "!root.querySelector('.veil') && root.querySelector('.composer')").await?;
    widget.clicks("header [data-act='\"end\"']").await?;
    widget.clicks("[data-act='{\"confirm\":true}']").await?;
    widget.says("You ended the chat").await?;
    let agent = stage.agent.as_mut().context("an agent")?;
    agent.reads(conv, |msg| msg.meta.code == "ended_by_visitor").await?;
    rates(stage, conv).await
}

async fn rates(stage: &mut Stage, conv: &str) -> Result<()> {
    let widget = stage.widget();
    let stars =
        "[...root.querySelectorAll('.rating [name=stars]')].map(it => it.getAttribute('aria-label')).join()";
    let stars = widget.until("the stars", stars).await?;
    ensure!(stars == "1 out of 5,2 out of 5,3 out of 5,4 out of 5,5 out of 5", "the stars are {stars}");
    widget.clicks(".rating [type=submit]").await?;
    widget.until("a star to be asked for", "root.activeElement?.name === 'stars'").await?;
    // What is chosen last counts.
    widget.clicks(".star:nth-of-type(2)").await?;
    widget.clicks(".star:nth-of-type(4)").await?;
    widget.clicks(".rating textarea").await?;
    widget.types("Quick and kind").await?;
    stage.is_pictured("rating").await?;
    widget.clicks(".rating [type=submit]").await?;
    widget.says("Thank you for your answer").await?;
    let agent = stage.agent.as_mut().context("an agent")?;
    let rated = |it: &Agent| it.details.get(conv)?.rating.clone();
    let told = match rated(agent) {
        Some(told) => told,
        None => agent.until("the rating", |it, _| rated(it)).await?,
    };
    ensure!(told == (4, "Quick and kind".to_owned()), "the agent is told {told:?}");
    // Once: not again on the page that follows.
    stage.opens("/help?lang=en").await?;
    let widget = stage.widget();
    widget
        .until(
            "the end, with nothing to rate",
            "root.querySelector('.ending') && !root.querySelector('.rating')",
        )
        .await?;
    widget.clicks("[data-act='\"anew\"']").await?;
    widget.until("the form again", "root.querySelector('[name=name]')?.value === 'Zoe Martin'").await?;
    let email = widget.eval("root.querySelector('[name=email]').value").await?;
    ensure!(email == "zoe@example.test", "the e-mail is {email}");
    widget.clicks("form [type=submit]").await?;
    widget.says("Waiting for an adviser").await?;
    let before = widget.eval("root.querySelectorAll('.me').length").await?;
    ensure!(before == 0, "the new thread is not empty");
    let next = stage.the_agent_accepts().await?;
    ensure!(next != conv, "a new conversation has a name of its own");
    let agent = stage.agent.as_mut().context("an agent")?;
    agent.does(&next, Deed::Close { tags: vec![] }).await?;
    stage.widget().says("This chat is over").await
}

// shows: WID-02 WID-11
#[tokio::test]
async fn it_fills_a_phones_screen() {
    for kind in [Kind::Chromium, Kind::Firefox] {
        tell("it_fills_a_phone", kind, Screen::Phone, async |stage: &mut Stage| {
            stage.an_agent_comes().await?;
            stage.opens("/products?lang=fr").await?;
            stage.widget().until("the bubble", "root.querySelector('.open')").await?;
            is_at_the_corner(stage).await?;
            reads(stage, "['en-GB', 'fr-CA']").await?;
            stage.widget().starts().await?;
            let conv = stage.the_agent_accepts().await?;
            stage.widget().says("L'agent Sophie a accepté la demande").await?;
            stage.widget().writes("Bonjour").await?;
            stage.widget().has_sent("Bonjour").await?;
            has_times_like(stage, r"/(^|\s)\d\d\sh\s\d\d$/").await?;
            stage.is_pictured("phone").await?;
            let whole = "(() => { const it = root.querySelector('.window').getBoundingClientRect();
                return it.x === 0 && it.y === 0 && Math.round(it.width) === document.documentElement.clientWidth && Math.round(it.height) === innerHeight; })()";
            ensure!(stage.widget().eval(whole).await? == true, "the window is not the whole screen");
            let wide = eval(&stage.visitor.driver, "document.documentElement.scrollWidth <= innerWidth").await?;
            ensure!(wide == true, "the page is wider than the screen");
            goes_to_what_is_sent(stage, &conv).await?;
            stands_below_the_bar(stage).await
        })
        .await;
    }
}

/// Whoever has scrolled up and says something sees it.
async fn goes_to_what_is_sent(stage: &mut Stage, conv: &str) -> Result<()> {
    let agent = stage.agent.as_mut().context("an agent")?;
    agent.write(conv, &["Une ligne"; 60].join("\n")).await?;
    let widget = stage.widget();
    widget.says("Une ligne").await?;
    widget.eval("void (root.querySelector('[data-scroll]').scrollTop = 0)").await?;
    widget.writes("Merci").await?;
    widget.has_sent("Merci").await?;
    let seen = "[...root.querySelectorAll('.me .bubble')].at(-1).getBoundingClientRect().bottom
        <= root.querySelector('.composer').getBoundingClientRect().top";
    widget.until("what was sent, in sight", seen).await.map(drop)
}

/// The header leaves room for the bar of a share, which tells how much it takes, as long as it is there.
async fn stands_below_the_bar(stage: &Stage) -> Result<()> {
    let tells = "dispatchEvent(new Event('tandem-bar'))";
    let comes =
        "window.bar = document.createElement('div'); bar.dataset.tandemBar = 52; document.body.append(bar);";
    eval(&stage.visitor.driver, &format!("(() => {{ {comes} {tells}; }})()")).await?;
    let below =
        "[...root.querySelectorAll('header button')].every(it => 60 <= it.getBoundingClientRect().top)";
    stage.widget().until("the header's buttons below the bar", below).await?;
    eval(&stage.visitor.driver, &format!("(() => {{ bar.remove(); {tells}; }})()")).await?;
    stage.widget().until("the header at the top again", &format!("!({below})")).await.map(drop)
}
