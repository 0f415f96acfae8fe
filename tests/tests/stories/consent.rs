//! Whose yes counts: the visitor's own, seen and meant. And the end that is always at hand: Esc, twice.
use std::time::Instant;

use anyhow::{Result, bail, ensure};
use tests::{
    browser::Kind,
    closed::{self, Spot},
    story::{Stage, in_each_browser},
    visitor::{HOST, Visitor},
    wait::{PATIENCE, eval, until},
};
use thirtyfour::Key;

const ASKS: &str = "Sophie would like to see this page";
const SEES: &str = "Sophie sees this page";
/// For so long after it is painted a button answers nobody, milliseconds.
const GUARD: f64 = 500.0;

// shows: CON-03, CON-10
#[tokio::test]
async fn only_a_seen_and_meant_press_of_the_visitor_is_a_yes_and_two_of_esc_are_the_end() {
    in_each_browser("whose_yes", async |stage: &mut Stage| {
        let visitor = &stage.visitor;
        visitor.opens("/products?lang=en").await?;
        eval(visitor.window(), SEALED).await?;
        stage.agent.logs_in().await?;
        stage.agent.asks_for_a_view().await?;
        visitor.is_told(ASKS).await?;
        let spot = visitor.button("allow").await?;
        // Longer than the guard: what is refused from now on is refused for what it is.
        passes(visitor, 650).await?;
        no_style_of_the_page_changes_the_question(visitor, spot).await?;
        nothing_of_the_page_says_yes(visitor, spot).await?;
        no_covered_button_says_yes(visitor, spot).await?;
        visitor.is_told(SEES).await?;
        no_press_says_yes_before_it_can_be_meant(stage).await?;
        control_waits_while_no_press_could_end_it(stage).await?;
        the_bar_stays_in_the_window(stage).await?;
        ends_by_esc_twice(stage).await
    })
    .await;
}

/// Lets so many milliseconds of the page's own clock go by.
async fn passes(visitor: &Visitor, ms: u32) -> Result<()> {
    let end = eval(visitor.window(), &format!("performance.now() + {ms}")).await?;
    until(visitor.window(), "time to go by", &format!("performance.now() > {end}")).await.map(drop)
}

/// The question stands a while after whatever was tried.
async fn still_asks(visitor: &Visitor, after: &str) -> Result<()> {
    passes(visitor, 100).await?;
    let said = visitor.bar_text().await;
    ensure!(said.contains(ASKS) && !said.contains(SEES), "after {after} the visitor is told {said:?}");
    Ok(())
}

async fn presses_keys(visitor: &Visitor, keys: &[Key]) -> Result<()> {
    let keys: String = keys.iter().map(Key::value).collect();
    Ok(visitor.window().action_chain().send_keys(keys).perform().await?)
}

/// How the question looks, from our host inwards, and what the host has for the page to fill.
const LOOKS: &str = "[[root.host], [root.host, '::before'], [root.host, '::after'], ...[...root.querySelectorAll('.card, .card *')].map(it => [it])].map(of => {
    const { color, backgroundColor, opacity, visibility, display, direction, font, filter, clipPath, translate, content } = getComputedStyle(...of);
    if (of[1]) return [display, content].join(' ');
    return [color, backgroundColor, opacity, visibility, display, direction, font, filter, clipPath, translate].join(' ');
}).join()";

/// Says of all that is in the page that nobody sees it, in each way that could reach into a closed root: what is inherited,
/// custom properties and their types, fonts, and what stands on our host itself.
const HIDES: &str = r#"(() => {
    const names = ["bg", "line", "text", "muted", "view", "control", "rest", "press", "danger", "shadow", "ink", "tone"];
    const all = names.map((it) => `--${it}: transparent !important;`).join(" ");
    const sheet = document.head.appendChild(document.createElement("style"));
    sheet.id = "hides";
    sheet.textContent = `* { ${all} opacity: 0 !important; color: transparent !important; direction: rtl !important }
        [popover] { visibility: hidden !important; filter: opacity(0) !important; clip-path: inset(50%) !important;
            translate: 300vw !important; pointer-events: none !important; font-size: 0 !important; z-index: -1 !important }
        [popover]::before, [popover]::after { content: "Get 20% off" !important; display: block !important;
            position: fixed !important; inset: 0 !important; background: white !important; visibility: visible !important }
        ${names.map((it) => `@property --${it} { syntax: "<color>"; inherits: false; initial-value: transparent }`).join(" ")}`;
    for (const it of document.querySelectorAll("[popover]")) it.style.cssText = `${all} display: none !important; opacity: 0 !important`;
    return true;
})()"#;

async fn no_style_of_the_page_changes_the_question(visitor: &Visitor, Spot { x, y }: Spot) -> Result<()> {
    let (window, kind) = (visitor.window(), visitor.browser.kind);
    let before = closed::eval(window, kind, LOOKS).await?;
    eval(window, HIDES).await?;
    let after = closed::eval(window, kind, LOOKS).await?;
    ensure!(before == after, "the page changed how the question looks:\n{before}\n{after}");
    let found = format!("document.elementFromPoint({x}, {y}) === document.querySelector({HOST:?})");
    ensure!(eval(window, &found).await? == true, "the page moved the question");
    let shows = format!(
        "(document.querySelector('#hides').remove(), document.querySelector({HOST:?}).removeAttribute('style'), true)"
    );
    eval(window, &shows).await.map(drop)
}

/// Events that a script makes, as clicks and keys come, at `it`.
const MADE: &str = "(it, x, y) => {
    for (const detail of [0, 1])
      for (const kind of ['pointerdown', 'mousedown', 'pointerup', 'mouseup', 'click'])
        it.dispatchEvent(new MouseEvent(kind, { bubbles: true, cancelable: true, composed: true, view: window, detail, clientX: x, clientY: y }));
    for (const key of ['Enter', ' ', 'Escape', 'Escape'])
      for (const kind of ['keydown', 'keypress', 'keyup'])
        it.dispatchEvent(new KeyboardEvent(kind, { bubbles: true, cancelable: true, composed: true, key }));
    it.click?.();
}";

/// A script finds our host and no more of it; and not even one that held the button itself could press it.
async fn nothing_of_the_page_says_yes(visitor: &Visitor, Spot { x, y }: Spot) -> Result<()> {
    let (window, kind) = (visitor.window(), visitor.browser.kind);
    let found = format!(
        "((host) => [document.elementFromPoint({x}, {y}) === host, host.shadowRoot === null, host.childElementCount === 0,
            document.activeElement?.dataset.act === undefined].join())(document.querySelector({HOST:?}))"
    );
    let found = eval(window, &found).await?;
    ensure!(found == "true,true,true,true", "the page gets further in than the host: {found}");
    let at = format!("it => ({MADE})(it, {x}, {y})");
    let all = format!(
        "([document.querySelector({HOST:?}), document.elementFromPoint({x}, {y}), document.activeElement, document, window].forEach({at}), true)"
    );
    eval(window, &all).await?;
    still_asks(visitor, "what the page's script made").await?;
    let held = format!("(it => (it.focus(), ({at})(it), true))(root.querySelector('[data-act=allow]'))");
    closed::eval(window, kind, &held).await?;
    still_asks(visitor, "a script that held the button").await?;
    // Esc answers no question, the visitor's own neither.
    presses_keys(visitor, &[Key::Escape, Key::Escape]).await?;
    still_asks(visitor, "Esc").await
}

/// Lies over everything, and keeps from whoever would go above it that it came.
const COVER: &str = "(() => {
    addEventListener('toggle', it => it.stopImmediatePropagation(), true);
    const cover = Object.assign(document.createElement('div'), { id: 'cover', popover: 'manual' });
    cover.style.cssText = 'position: fixed; inset: 0; width: 100vw; height: 100vh; margin: 0; border: 0; background: white';
    document.body.append(cover);
    cover.showPopover();
    return true;
})()";

/// The pointer does not get to a covered button; keys do, and it does not answer until it is seen again.
async fn no_covered_button_says_yes(visitor: &Visitor, Spot { x, y }: Spot) -> Result<()> {
    let (window, kind) = (visitor.window(), visitor.browser.kind);
    let focus = "(it => (it.focus(), root.activeElement === it))(root.querySelector('[data-act=allow]'))";
    eval(window, COVER).await?;
    passes(visitor, 650).await?;
    let on_top = eval(window, &format!("document.elementFromPoint({x}, {y}).id")).await?;
    ensure!(on_top == "cover", "the page's cover is not on top, {on_top} is");
    window.action_chain().move_to(x, y).click().perform().await?;
    still_asks(visitor, "a press on what covers the button").await?;
    ensure!(closed::eval(window, kind, focus).await? == true, "the button takes no focus");
    presses_keys(visitor, &[Key::Enter]).await?;
    still_asks(visitor, "Enter on a covered button").await?;
    if kind == Kind::Chromium {
        // What no hit test finds; the other browser does not tell of it (ARCHITECTURE.md).
        eval(window, "(document.querySelector('#cover').style.pointerEvents = 'none', true)").await?;
        let through = format!("document.elementFromPoint({x}, {y}) === document.querySelector({HOST:?})");
        ensure!(eval(window, &through).await? == true, "the cover lets no pointer through");
        window.action_chain().move_to(x, y).click().perform().await?;
        still_asks(visitor, "a press through what covers the button").await?;
    }
    eval(window, "(document.querySelector('#cover').remove(), true)").await?;
    // It has to be seen for a while again.
    passes(visitor, 650).await?;
    ensure!(closed::eval(window, kind, focus).await? == true, "the button takes no focus");
    presses_keys(visitor, &[Key::Enter]).await
}

/// Notes when our card is first at a spot, and when the trusted pointer pressed there: on the card, or on what is
/// behind it, which does nothing of it.
fn notes(Spot { x, y }: Spot) -> String {
    format!(
        "(() => {{
            const host = () => document.querySelector({HOST:?});
            const look = () => {{
                if (host() && document.elementFromPoint({x}, {y}) === host()) window.seen ??= performance.now();
                requestAnimationFrame(look);
            }};
            look();
            addEventListener('click', (event) => {{
                const ours = event.target === host();
                if (event.isTrusted) window.pressed.push([event.timeStamp, ours]);
                if (!ours) {{ event.preventDefault(); event.stopImmediatePropagation(); }}
            }}, true);
            return true;
        }})()"
    )
}

/// A visitor who presses and presses while the question comes up under the pointer: no press counts that cannot have
/// been meant for it.
async fn no_press_says_yes_before_it_can_be_meant(stage: &Stage) -> Result<()> {
    let visitor = &stage.visitor;
    stage.agent.takes("Control").await?;
    visitor.is_told("Sophie would like to control this page").await?;
    let spot = visitor.button("allow").await?;
    visitor.presses("allow").await?;
    visitor.is_told("Sophie is controlling this page").await?;
    eval(visitor.window(), "(window.seen = null, window.pressed = [], true)").await?;
    eval(visitor.window(), &notes(spot)).await?;
    for _ in 0..5 {
        visitor.presses("take-back").await?;
        visitor.is_told(SEES).await?;
        if presses_too_early(stage, spot).await? {
            return Ok(());
        }
    }
    bail!("five times nobody pressed while the question was new")
}

/// Whether a press came before the question had stood for long enough; none of those counted.
async fn presses_too_early(stage: &Stage, spot: Spot) -> Result<bool> {
    let visitor = &stage.visitor;
    eval(visitor.window(), "(window.seen = null, window.pressed = [], true)").await?;
    let presses = async {
        let begun = Instant::now();
        let over = "pressed.some(it => it[1]) && !pressed.at(-1)[1]";
        while eval(visitor.window(), over).await? != true {
            ensure!(begun.elapsed() < PATIENCE, "the question never came, or stands for ever");
            visitor.hammers(spot).await?;
        }
        Ok(())
    };
    tokio::try_join!(stage.agent.takes("Control"), presses)?;
    visitor.is_told("Sophie is controlling this page").await?;
    let times = "[seen, ...pressed.filter(it => it[1]).map(it => it[0])]";
    let times: Vec<f64> = serde_json::from_value(eval(visitor.window(), times).await?)?;
    let [seen, before @ .., yes] = &*times else { bail!("nobody pressed on the question: {times:?}") };
    ensure!(yes - seen >= GUARD, "a press {} ms after the question came was a yes", yes - seen);
    Ok(before.iter().any(|it| it - seen < GUARD))
}

/// A dialog into which nothing of ours can follow; and a note of what a hand does that is not the visitor's.
const SEALED: &str = "(() => {
    const root = document.body.appendChild(document.createElement('div')).attachShadow({ mode: 'closed' });
    window.sealed = root.appendChild(document.createElement('dialog'));
    sealed.textContent = 'For the visitor alone';
    addEventListener('mousedown', (event) => event.isTrusted || (window.hit = true), true);
    return true;
})()";
/// Nothing that the visitor's hand does, or has just done, is said to the agent.
const RESTS: &str = "!/The visitor is (active|using)/.test(document.body.innerText)";

/// Under such a dialog the bar has no use: what the agent does waits until it is closed.
async fn control_waits_while_no_press_could_end_it(stage: &Stage) -> Result<()> {
    let (visitor, agent) = (&stage.visitor, &stage.agent);
    rests(stage).await?;
    eval(visitor.window(), "(window.hit = false, sealed.showModal(), true)").await?;
    agent.clicks("h1").await?;
    agent.is_told("The visitor is using the page: nothing was done").await?;
    ensure!(eval(visitor.window(), "hit").await? == false, "it was done");
    presses_keys(visitor, &[Key::Escape]).await?;
    visitor.has("!sealed.open").await?;
    rests(stage).await?;
    agent.clicks("h1").await?;
    visitor.has("hit").await
}

/// What the visitor has just done is told and over.
async fn rests(stage: &Stage) -> Result<()> {
    passes(&stage.visitor, 1_100).await?;
    until(stage.agent.window(), "the visitor to rest", RESTS).await.map(drop)
}

/// Wherever the visitor drags the bar, the button that takes control back stays in the window: the agent goes on.
async fn the_bar_stays_in_the_window(stage: &Stage) -> Result<()> {
    let (visitor, agent) = (&stage.visitor, &stage.agent);
    let (window, kind) = (visitor.window(), visitor.browser.kind);
    let words = "(({ left, top, width, height }) => [left + width / 2, top + height / 2].map(Math.round))(root.querySelector('.words').getBoundingClientRect())";
    let (x, y): (i64, i64) = serde_json::from_value(closed::eval(window, kind, words).await?)?;
    let edge = eval(window, "innerWidth - 3").await?.as_i64().unwrap_or_default();
    let drag = window.action_chain().move_to(x, y).click_and_hold();
    // The first step is on the bar, as a hand's is.
    drag.move_to(x + 3, y).move_to(edge, y - 60).release().perform().await?;
    let moved = "(({ right, top }) => [innerWidth - right, top])(root.querySelector('.strip').getBoundingClientRect())";
    let (right, top): (f64, f64) = serde_json::from_value(closed::eval(window, kind, moved).await?)?;
    ensure!(
        right.abs() <= 1.0 && top < y as f64 - 60.0,
        "the bar is dragged to {right} from the right, {top}"
    );
    eval(window, "(window.hit = false, true)").await?;
    rests(stage).await?;
    agent.clicks("h1").await?;
    visitor.has("hit").await
}

async fn ends_by_esc_twice(stage: &Stage) -> Result<()> {
    let visitor = &stage.visitor;
    let made = format!("(({MADE})(document, 1, 1), ({MADE})(document, 1, 1), true)");
    eval(visitor.window(), &made).await?;
    for _ in 0..2 {
        presses_keys(visitor, &[Key::Escape]).await?;
        // Two that are so far apart are two wishes.
        passes(visitor, 1_100).await?;
    }
    let said = visitor.bar_text().await;
    ensure!(said.contains("Sophie is controlling this page"), "one Esc, or a script's, was enough: {said:?}");
    presses_keys(visitor, &[Key::Escape, Key::Escape]).await?;
    visitor.sees_no_bar().await?;
    stage.agent.is_told("The visitor stopped it.").await
}
