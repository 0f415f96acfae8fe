//! Tabs are closed and opened again, lines are cut, people leave: what both sides are told, and what the desk lists.
use anyhow::{Context, Result, ensure};
use relay::limits::TICKET_RENEWED;
use tests::{
    story::{Stage, in_each_browser},
    wait::until,
};
use thirtyfour::WebDriver;

/// What the next page of the tab, and each request for a picture, shows the server.
const TICKET: &str = "JSON.parse(sessionStorage.getItem('tandem.share')).ticket";
/// A picture that the page did not have before.
const LATE: &str = "document.querySelector('main').prepend(
    Object.assign(new Image(), { id: 'late', src: '/pictures/night-900.jpg', width: 90, height: 60 })), true";

/// Two more pictures, which are held on their way to the server until a cut comes between. One is the page's alone: nobody
/// else is given it, and the page's own first request is cut off, too.
const PICTURES: &str = "(() => {
    const sends = fetch;
    const drawn = (width) => Object.assign(document.createElement('canvas'), { width }).toDataURL();
    const [first, second] = [drawn(40), drawn(50)];
    let asked = 0;
    window.held = 0;
    window.fetch = (...all) => {
      if (all[1]?.method === 'PUT' && all[1].headers.get('content-type') === 'image/png')
        return new Promise((_, no) => (window.held += 1, addEventListener('cut', () => no(new TypeError('cut')))));
      if (!`${all[0]}`.endsWith('/alone.png')) return sends(...all);
      return ++asked === 1 ? Promise.reject(new TypeError('cut')) : sends(second);
    };
    addEventListener('cut', () => (window.fetch = sends));
    const shows = (id, src) => document.querySelector('#list').before(Object.assign(new Image(40, 30), { id, src }));
    shows('drawn', first);
    shows('alone', '/nowhere/alone.png');
    return true;
  })()";

/// Closes the tab that is looked at and goes to another, opened anew if there is none.
async fn closes_the_tab(driver: &WebDriver) -> Result<()> {
    let here = driver.window().await?;
    let other = match driver.windows().await?.into_iter().find(|tab| *tab != here) {
        Some(other) => other,
        None => driver.new_tab().await?,
    };
    driver.close_window().await?;
    driver.switch_to_window(other).await.context("the other tab")
}

/// A ticket's life passes, by the server's clock: what is used from then on came since.
async fn outlives_its_tickets(stage: &Stage) -> Result<()> {
    for _ in 0..2 {
        let last = stage.visitor.reads(TICKET).await?;
        stage.server.app.tickets.time_passes(TICKET_RENEWED);
        // The session looks at the clock with whatever comes in.
        stage.visitor.reads("document.body.toggleAttribute('data-later')").await?;
        stage.visitor.has(&format!("{TICKET} !== {last}")).await?;
    }
    Ok(())
}

#[tokio::test]
async fn both_sides_hear_of_a_lost_connection_and_go_on_when_it_is_back() {
    in_each_browser("a_lost_connection", async |stage: &mut Stage| {
        stage.visitor.opens("/products?lang=en").await?;
        stage.shares().await?;
        stage.agent.sees("page.querySelector('#list li.card')").await?;
        stage.visitor.reads(PICTURES).await?;
        stage.visitor.has("held === 2").await?;
        stage
            .without_server(async |stage: &Stage| {
                stage.visitor.is_told("Reconnecting…").await?;
                stage.visitor.reads("dispatchEvent(new Event('cut'))").await?;
                stage.agent.is_told("Reconnecting").await?;
                // What was seen stays in sight, and the page is the visitor's own as ever.
                stage.agent.sees("page.querySelector('#list li.card')").await?;
                stage.visitor.types("#filters input[name=q]", "kettle").await?;
                stage.visitor.has("document.querySelectorAll('#list li.card').length === 1").await
            })
            .await?;
        let (visitor, agent) = (&stage.visitor, &stage.agent);
        visitor.is_told("Sophie sees this page").await?;
        agent.is_told("Viewing").await?;
        agent.sees("page.querySelectorAll('#list li.card').length === 1").await?;
        // What was on its way when the line was cut.
        for picture in ["#drawn", "#alone"] {
            agent.sees(&format!("page.querySelector('{picture}')?.src.startsWith('blob:')")).await?;
        }
        outlives_its_tickets(stage).await?;
        visitor.reads(LATE).await?;
        agent.sees("page.querySelector('#late').naturalWidth").await?;
        visitor.opens("/help?lang=en").await?;
        visitor.is_told("Sophie sees this page").await?;
        agent.sees("page.querySelector('#sky')").await.map(drop)
    })
    .await;
}

#[tokio::test]
async fn the_agents_tab_comes_back_within_moments_and_its_closing_ends_the_share() {
    in_each_browser("the_agents_tab", async |stage: &mut Stage| {
        let (visitor, agent) = (&stage.visitor, &stage.agent);
        visitor.opens("/help?lang=en").await?;
        stage.shares().await?;
        agent.sees("page.querySelector('#sky')").await?;
        let view = agent.window().current_url().await?.to_string();
        // Closed and opened again at once: the view is painted from the relay, nobody is asked anew.
        closes_the_tab(agent.window()).await?;
        agent.window().goto(&view).await?;
        agent.sees("page.querySelector('#sky')").await?;
        visitor.is_told("Sophie sees this page").await?;
        agent.window().refresh().await?;
        agent.sees("page.querySelector('#sky')").await?;
        // Closed for good: the visitor is told, and soon nothing of ours is there.
        // It is told for some seconds, in which the desk need not have come.
        let leaves = async { agent.window().goto(agent.visitors()).await.context("the list") };
        tokio::try_join!(leaves, visitor.is_told("Sharing has ended"))?;
        visitor.sees_no_bar().await?;
        agent.window().goto(&view).await?;
        agent.is_told("There is no such share any more.").await
    })
    .await;
}

#[tokio::test]
async fn a_visitor_who_leaves_is_told_of_and_not_listed_and_comes_back_unshared() {
    in_each_browser("a_visitor_who_leaves", async |stage: &mut Stage| {
        let (visitor, agent) = (&stage.visitor, &stage.agent);
        visitor.opens("/help?lang=en").await?;
        stage.shares().await?;
        agent.sees("page.querySelector('#sky')").await?;
        visitor.reads("console.warn = text => localStorage.setItem('warned', text)").await?;
        closes_the_tab(visitor.window()).await?;
        visitor.opens("/help/embed").await?;
        let warned = visitor.reads("localStorage.getItem('warned')").await?;
        ensure!(warned.is_null(), "the page that was closed warned: {warned}");
        agent.is_told("The visitor left the site.").await?;
        // The desk forgets a visitor who is gone, also one whose share has just ended.
        agent.window().goto(agent.visitors()).await?;
        agent.is_told("Nobody is on your sites").await?;
        ensure!(visitor.window().windows().await?.len() == 1, "one tab is left");
        visitor.opens("/products?lang=en").await?;
        until(agent.window(), "the visitor in the list", "document.querySelector('[role=option]')").await?;
        ensure!(visitor.bar_text().await.is_empty(), "the new tab is not shared");
        agent.asks_for_a_view().await?;
        visitor.is_told("Sophie would like to see this page").await?;
        visitor.presses("allow").await?;
        agent.sees("page.querySelectorAll('#list li.card').length === 12").await?;
        // The agent ends it by their button.
        agent.presses("Stop").await?;
        visitor.is_told("Sharing has ended").await?;
        agent.is_told("You stopped it.").await?;
        // An agent who asks while the visitor still reads that is heard, too.
        agent.window().goto(agent.visitors()).await?;
        agent.asks_for_a_view().await?;
        visitor.is_told("Sophie would like to see this page").await?;
        visitor.presses("decline").await?;
        agent.is_told("The visitor prefers not to show the page.").await?;
        visitor.sees_no_bar().await
    })
    .await;
}

#[tokio::test]
async fn each_address_of_the_desk_opens_directly() {
    in_each_browser("each_address_of_the_desk", async |stage: &mut Stage| {
        let agent = &stage.agent;
        let window = agent.window();
        for path in ["/login", "/", "/view/00112233445566778899aabbccddeeff"] {
            window.goto(format!("{}{path}", agent.desk)).await?;
            until(window, &format!("the log-in at {path}"), "document.querySelector('input[name=email]')")
                .await?;
        }
        window.goto(format!("{}/nothing/here", agent.desk)).await?;
        agent.is_told("There is nothing here").await?;
        window.goto(format!("{}/login", agent.desk)).await?;
        agent.fills_in_the_login().await?;
        until(window, "the desk", "document.querySelector('#list-title') && location.pathname === '/'")
            .await?;
        window.goto(format!("{}/login", agent.desk)).await?;
        until(window, "the desk", "document.querySelector('#list-title') && location.pathname === '/'")
            .await?;
        window.goto(format!("{}/view/00112233445566778899aabbccddeeff", agent.desk)).await?;
        agent.is_told("There is no such share any more.").await
    })
    .await;
}
