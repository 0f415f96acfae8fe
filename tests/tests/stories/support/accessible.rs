//! What people with a screen reader, a keyboard alone or weak eyes need, by axe-core: every page of the desk, the
//! viewer, and our two closed roots in the visitor's page; by day and by night, on a desktop and on a phone. Each look is
//! shown to find what is wrong, by planting it.
use std::{cell::RefCell, ops::Deref, time::Instant};

use anyhow::{Result, ensure};
use serde_json::json;
use tests::{
    axe::{Part, faults, faults_inside},
    browser::Kind,
    closed,
    story::{Stage, tell},
    visitor,
    wait::{PATIENCE, eval, until},
    widget::{HOST, Root},
};
use thirtyfour::{Key, WebDriver};

use super::left::never;

/// The widget's parts, and the bar, by what stands in their roots.
const WIDGET: (&str, &str) = (HOST, ".window");
const BAR: (&str, &str) = (visitor::HOST, ".scene");

// shows: MOB-04
#[tokio::test]
async fn nothing_serious_keeps_anybody_out() {
    tell("accessible", Kind::Chromium, async |stage: &mut Stage| {
        stage.agent.sizes_page(1440, 900).await?;
        let look = Look { stage, found: RefCell::default() };
        let seen = all_is_looked_at(&look).await;
        let found = look.found.into_inner();
        ensure!(
            found.is_empty(),
            "{} fault(s), looked at to the end: {seen:?}\n{}",
            found.len(),
            found.join("\n")
        );
        seen
    })
    .await;
}

async fn all_is_looked_at(stage: &Look<'_>) -> Result<()> {
    desk_is_usable(stage).await?;
    conversation_is_usable(stage).await?;
    dialogs_are_usable(stage).await?;
    places_are_usable(stage).await?;
    share_is_usable(stage).await?;
    ending_is_usable(stage).await
}

/// The stage, and what was found on it.
struct Look<'a> {
    stage: &'a Stage,
    found: RefCell<Vec<String>>,
}

impl Look<'_> {
    fn faults(&self, found: Vec<String>) {
        self.found.borrow_mut().extend(found);
    }
}

impl Deref for Look<'_> {
    type Target = Stage;
    fn deref(&self) -> &Stage {
        self.stage
    }
}

/// A page of the agent's, or the dialog that lies over it; in all of its looks.
async fn page(stage: &Look<'_>, name: &str) -> Result<()> {
    let window = stage.agent.window();
    in_each_look(window, async |look: &str| page_as_it_is(stage, &format!("{name}, {look}")).await).await
}

async fn page_as_it_is(stage: &Look<'_>, name: &str) -> Result<()> {
    stage.agent.is_at_rest().await?;
    let plant = "document.querySelector('dialog[open]') ?? document.body";
    let part = Part { name, element: "document", plant };
    stage.faults(faults(stage.agent.window(), part).await?);
    Ok(())
}

/// By day and by night, on the desktop and on a phone; afterwards it is as before.
async fn in_each_look(window: &WebDriver, look: impl AsyncFn(&str) -> Result<()>) -> Result<()> {
    for (phone, place) in [(false, "desktop"), (true, "phone")] {
        fits_phone(window, phone).await?;
        for scheme in ["light", "dark"] {
            has_scheme(window, scheme).await?;
            look(&format!("{scheme}, {place}")).await?;
        }
    }
    fits_phone(window, false).await?;
    has_scheme(window, "light").await
}

/// The page has a phone's size, or that of its window.
async fn fits_phone(window: &WebDriver, phone: bool) -> Result<()> {
    let (deed, metrics, is_so) = if phone {
        let metrics = json!({ "width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": false });
        ("setDeviceMetricsOverride", metrics, "innerWidth === 390")
    } else {
        ("clearDeviceMetricsOverride", json!({}), "innerWidth !== 390")
    };
    window.cdp().send_raw(&format!("Emulation.{deed}"), metrics).await?;
    until(window, "the page's size", is_so).await.map(drop)
}

async fn has_scheme(window: &WebDriver, scheme: &str) -> Result<()> {
    let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
    Ok(window.cdp().send_raw("Emulation.setEmulatedMedia", features).await.map(drop)?)
}

/// What stands in a closed root of the visitor's page, in all of its looks.
async fn root(stage: &Look<'_>, name: &str, (host, plant): (&str, &str)) -> Result<()> {
    let browser = &stage.visitor.browser;
    in_each_look(&browser.driver, async |look: &str| {
        is_at_rest(stage, host).await?;
        let name = format!("{name}, {look}");
        stage.faults(faults_inside((&browser.driver, browser.kind), (&*name, host), plant).await?);
        Ok(())
    })
    .await
}

/// Waits until what glides in, or changes its colours, has arrived.
async fn is_at_rest(stage: &Look<'_>, host: &str) -> Result<()> {
    // What pulses for ever is not waited for.
    let at_rest = "root.getAnimations().every(it => it.playState !== 'running' || 1000 <= it.effect.getComputedTiming().endTime)";
    let (browser, begun) = (&stage.visitor.browser, Instant::now());
    if host == HOST {
        return Root::of(browser).until("the widget at rest", at_rest).await.map(drop);
    }
    while closed::eval(&browser.driver, browser.kind, at_rest).await? != true {
        ensure!(begun.elapsed() < PATIENCE, "the bar never rests");
    }
    Ok(())
}

/// Whether it is night at the desk.
const NIGHT: &str =
    "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).every(it => it < 60)";
/// What changes it to day, and to night.
const TO_DAY: &str = ".rail [title='Light theme']";
const TO_NIGHT: &str = ".rail [title='Dark theme']";

/// Night comes with the phone's own; what is chosen against that stays, on later pages too.
async fn night_is_as_the_phone_has_it_or_as_it_was_chosen(stage: &Look<'_>) -> Result<()> {
    let (agent, window) = (&stage.agent, stage.agent.window());
    let is = async |night: bool| {
        let other = if night { TO_DAY } else { TO_NIGHT };
        let there = format!("({NIGHT}) === {night} && document.querySelector({other:?})?.checkVisibility()");
        agent.finds(if night { "night" } else { "day" }, &there).await
    };
    fits_phone(window, true).await?;
    is(false).await?;
    has_scheme(window, "dark").await?;
    is(true).await?;
    agent.clicks_at(TO_DAY).await?;
    is(false).await?;
    window.refresh().await?;
    is(false).await?;
    agent.clicks_at(TO_NIGHT).await?;
    has_scheme(window, "light").await?;
    window.refresh().await?;
    is(true).await?;
    agent.reads_in(".list", "Nobody is waiting").await?;
    page_as_it_is(stage, "no chats, in the night that was chosen, phone").await?;
    // As the phone has it from here on.
    eval(window, "(localStorage.removeItem('tandem-theme'), true)").await?;
    window.refresh().await?;
    is(false).await?;
    fits_phone(window, false).await
}

async fn desk_is_usable(stage: &Look<'_>) -> Result<()> {
    let agent = &stage.agent;
    agent.window().goto(&agent.desk).await?;
    agent.finds("the log-in", "document.querySelector('input[name=password]')").await?;
    page(stage, "the log-in").await?;
    agent.opens_chats().await?;
    agent.reads_in(".list", "Nobody is waiting").await?;
    page(stage, "no chats").await?;
    night_is_as_the_phone_has_it_or_as_it_was_chosen(stage).await?;
    agent.clicks_at(".presence").await?;
    page(stage, "the menu of presence").await?;
    agent.presses_key(Key::Escape).await?;
    agent.connects().await
}

async fn conversation_is_usable(stage: &Look<'_>) -> Result<()> {
    let (agent, widget) = (&stage.agent, Root::of(&stage.visitor.browser));
    stage.visitor.opens("/products?lang=en").await?;
    widget.opens().await?;
    widget.clicks("form [type=submit]").await?;
    widget.says("Fields cannot be empty").await?;
    root(stage, "the form with its faults", WIDGET).await?;
    widget.fills_in(&[("name", "Zoe Martin"), ("email", "zoe@example.test")]).await?;
    widget.clicks("form [type=submit]").await?;
    agent.reads_in(".offer", "Zoe Martin").await?;
    page(stage, "an offer").await?;
    root(stage, "waiting", WIDGET).await?;
    agent.clicks_at(".offer [data-do=accept]").await?;
    widget.says("Sophie has accepted the request").await?;
    agent.replies("Have a look at https://shop.example/help").await?;
    widget.writes("Where is my kettle?").await?;
    agent.reads_in(".thread .bubble", "Where is my kettle?").await?;
    agent.clicks_at(".composer [data-mode=note]").await?;
    agent.replies("A good customer").await?;
    agent.finds("the note", "document.querySelector('.msg.note[data-aseq]')").await?;
    agent.clicks_at(".composer [data-mode=reply]").await?;
    agent.shows_list("mine").await?;
    agent.reads_in(".chat-row", "Zoe Martin").await?;
    page(stage, "a conversation").await?;
    root(stage, "the talk", WIDGET).await
}

/// What opens a dialog or a menu, one after the other, and what closes it.
const OPENED: [(&[&str], &str); 10] = [
    (&[".conversation [data-do=transfer]"], "transfer"),
    (&[".conversation [data-do=snooze]"], "pause"),
    (&[".conversation [data-do=tag]"], "tags"),
    (&[".conversation [data-do=close]"], "close"),
    (&[".composer [data-do=link]"], "a link"),
    (&[".composer [data-do=deal]"], "an offer to the visitor"),
    (&["[data-do=edit-profile]"], "the profile"),
    (&["[popovertarget=conversation-more]", ".more-menu [data-do=block]"], "block"),
    (&["[popovertarget=conversation-more]"], "more"),
    (&["[data-do=emoji]"], "emoji"),
];

async fn dialogs_are_usable(stage: &Look<'_>) -> Result<()> {
    let agent = &stage.agent;
    for (clicks, name) in OPENED {
        for selector in clicks {
            agent.clicks_at(selector).await?;
        }
        let open = "document.querySelector('dialog[open], [popover]:popover-open, .emoji-menu')";
        agent.finds(name, open).await?;
        page(stage, name).await?;
        agent.presses_key(Key::Escape).await?;
        agent
            .finds("nothing over the page", "!document.querySelector('dialog[open], [popover]:popover-open')")
            .await?;
    }
    Ok(())
}

/// Everything that the rail leads to, and each part of the administration.
async fn places_are_usable(stage: &Look<'_>) -> Result<()> {
    let agent = &stage.agent;
    let chat = agent.window().current_url().await?;
    for place in ["/contacts", "/visitors", "/admin"] {
        agent.clicks_at(&format!(".rail [href='{place}']")).await?;
        agent
            .finds(
                place,
                "document.querySelector('main h1, main h2') && !document.querySelector('[aria-busy=true]')",
            )
            .await?;
        page(stage, place).await?;
    }
    let parts = "[...new Set([...document.querySelectorAll('a[href^=\"/admin/\"]')].map(it => it.pathname))]";
    let parts: Vec<String> = serde_json::from_value(eval(agent.window(), parts).await?)?;
    for part in parts {
        agent.clicks_at(&format!("a[href^='{part}']")).await?;
        agent
            .finds(
                &part,
                "document.querySelector('main h1, main h2') && !document.querySelector('[aria-busy=true]')",
            )
            .await?;
        page(stage, &part).await?;
    }
    agent.window().goto(chat.as_str()).await?;
    agent.finds("the conversation", "document.querySelector('#reply')").await.map(drop)
}

async fn share_is_usable(stage: &Look<'_>) -> Result<()> {
    let desk = stage.agent.window().window().await?;
    let asks = async || {
        root(stage, "the question", BAR).await?;
        page(stage, "the viewer, while it asks").await
    };
    stage.shares_from_the_conversation(asks).await?;
    page(stage, "the viewer").await?;
    root(stage, "the bar", BAR).await?;
    stage.controls().await?;
    page(stage, "the viewer in control").await?;
    root(stage, "the bar of who is controlled", BAR).await?;
    stage.visitor.presses("stop").await?;
    stage.agent.window().close_window().await?;
    Ok(stage.agent.window().switch_to_window(desk).await?)
}

async fn ending_is_usable(stage: &Look<'_>) -> Result<()> {
    let widget = Root::of(&stage.visitor.browser);
    stage.visitor.sees_no_bar().await?;
    if widget.eval("!root.querySelector('.window')").await? == true {
        widget.opens().await?;
    }
    widget.clicks("header [data-act='\"end\"']").await?;
    widget.until("the question", "root.querySelector('[role=alertdialog]')").await?;
    root(stage, "the question whether to end", WIDGET).await?;
    widget.clicks("[data-act='{\"confirm\":true}']").await?;
    widget.says("You ended the chat").await?;
    root(stage, "the rating", WIDGET).await?;
    let admin = stage.admin().await?;
    admin.sets("hours", json!({ "week": never(), "message": { "en": "We rest." } })).await?;
    stage.visitor.opens("/help?lang=en").await?;
    widget.clicks("[data-act='\"anew\"']").await?;
    widget.says("We rest.").await?;
    root(stage, "the notice of closed hours", WIDGET).await
}
