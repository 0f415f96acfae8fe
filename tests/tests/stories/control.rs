//! What the agent's hand, keys and wheel do in a page where no browser does it for them, and what they are told where it
//! cannot be done.
use anyhow::{Context, Result, ensure};
use tests::{
    browser::Kind,
    hand::{self, CONTROL},
    story::{Stage, in_each_browser},
    visitor::Visitor,
    wait::{eval, until},
};
use thirtyfour::{By, Key, WebDriver};

/// What the page is made of.
const PAGE: &str = include_str!("../../pages/control/page.js");
/// Nothing that the visitor's hand does, or has just done, is said to the agent.
const RESTS: &str = "!/The visitor is (active|using)/.test(document.body.innerText)";
/// Two frames beside everything else: one in the document, and one in a component.
const FRAMES: &str = "(() => {
    const frame = (top, from) => Object.assign(document.createElement('iframe'), {
        style: `position:fixed;left:440px;top:${top}px;width:280px;height:200px;border:0`, ...from });
    document.body.append(frame(0, { id: 'coming', src: '/help/embed' }));
    window.deep = frame(240, { srcdoc: 'deep' });
    document.querySelector('#part').shadowRoot.append(deep);
    return true;
})()";
const LEFT: &str = "\u{e012}";
const TAB: &str = "\u{e004}";

/// A page of fields and lists, and an agent who controls it.
async fn controls_the_page(stage: &Stage) -> Result<()> {
    stage.visitor.opens("/help?lang=en").await?;
    stage.visitor.window().execute(PAGE, Vec::new()).await?;
    stage.shares().await?;
    stage.controls().await?;
    stage.agent.sees("page.querySelector('#last')").await.map(drop)
}

/// The middle of an element in the visitor's window.
async fn middle(visitor: &Visitor, selector: &str) -> Result<(i64, i64)> {
    let middle = format!(
        "(it => [it.x + it.width / 2, it.y + it.height / 2].map(Math.floor))(document.querySelector({selector:?}).getBoundingClientRect())"
    );
    let found = eval(visitor.window(), &middle).await?;
    Ok((found[0].as_i64().context("a place")?, found[1].as_i64().context("a place")?))
}

// shows: CTL-02, CTL-03
#[tokio::test]
async fn keys_scroll_copy_and_undo_or_say_that_they_cannot() {
    in_each_browser("control_defaults", async |stage: &mut Stage| {
        controls_the_page(stage).await?;
        let (visitor, agent) = (&stage.visitor, &stage.agent);
        // A component's own list, not the document around it.
        agent.turns_the_wheel("page.querySelector('#part')", 100).await?;
        visitor.has("0 < document.querySelector('#part').shadowRoot.firstElementChild.scrollTop").await?;
        ensure!(eval(visitor.window(), "scrollY").await? == 0, "the document scrolled instead");

        agent.clicks("#away").await?;
        hand::strikes(agent.window(), "", "\u{e00f}").await?;
        visitor.has("200 < scrollY").await?;
        hand::strikes(agent.window(), "", "\u{e00e}").await?;
        visitor.has("scrollY === 0").await?;
        // Nothing is selected, so nothing is copied, and that is said.
        agent.sees("page.defaultView.scrollY === 0").await?;
        hand::strikes(agent.window(), CONTROL, "c").await?;
        agent.is_told("Nothing here takes this").await?;

        agent.clicks("#field").await?;
        agent.types("copied").await?;
        visitor.has("document.querySelector('#field').value === 'copied'").await?;
        hand::strikes(agent.window(), CONTROL, "z").await?;
        visitor.has("document.querySelector('#field').value !== 'copied'").await?;
        hand::strikes(agent.window(), CONTROL, "y").await?;
        visitor.has("document.querySelector('#field').value === 'copied'").await?;
        hand::strikes(agent.window(), CONTROL, "a").await?;
        visitor.has("document.querySelector('#field').selectionEnd === 6").await?;
        hand::strikes(agent.window(), CONTROL, "x").await?;
        visitor.has("document.querySelector('#field').value === ''").await?;
        fields_without_a_caret(stage).await?;
        keys_stay_in_the_topmost_dialog(stage).await?;
        lists_wherever_they_are(stage).await
    })
    .await;
}

/// Where the browser lets no script move the caret, it is said.
async fn fields_without_a_caret(stage: &Stage) -> Result<()> {
    let (visitor, agent) = (&stage.visitor, &stage.agent);
    agent.clicks("#mail").await?;
    agent.types("ac").await?;
    visitor.has("document.querySelector('#mail').value === 'ac'").await?;
    hand::strikes(agent.window(), "", LEFT).await?;
    if agent.browser.kind == Kind::Firefox {
        return agent.is_told("The visitor’s browser does not allow this").await;
    }
    agent.types("b").await?;
    visitor.has("document.querySelector('#mail').value === 'abc'").await
}

/// A list in a shadow root and one in a frame are chosen from as any other.
async fn lists_wherever_they_are(stage: &Stage) -> Result<()> {
    let (visitor, agent) = (&stage.visitor, &stage.agent);
    for place in ["querySelector('#part').shadowRoot", "querySelector('#frame').contentDocument"] {
        let list = format!("{place}.querySelector('select')");
        agent.chooses_from(&format!("page.{list}"), "two").await?;
        visitor.has(&format!("document.{list}.value === 'two'")).await?;
    }
    Ok(())
}

/// Tab goes to the dialog that was opened last, be it the first of the document, or in a component.
async fn keys_stay_in_the_topmost_dialog(stage: &Stage) -> Result<()> {
    let (visitor, agent) = (&stage.visitor, &stage.agent);
    let dialogs = [
        "querySelector('#late')",
        "querySelector('#early')",
        "querySelector('#part').shadowRoot.querySelector('dialog')",
    ];
    for dialog in dialogs {
        // Nothing has the focus, so that nothing but the order in which they were opened says where it belongs.
        let opens =
            format!("document.{dialog}.showModal(); document.{dialog}.getRootNode().activeElement.blur()");
        visitor.window().execute(opens, Vec::new()).await?;
        agent.sees(&format!("page.{dialog}.matches(':modal')")).await?;
    }
    for dialog in dialogs.iter().rev() {
        hand::strikes(agent.window(), "", TAB).await?;
        visitor.has(&format!("document.{dialog}.matches(':focus-within')")).await?;
        visitor.window().execute(format!("document.{dialog}.close()"), Vec::new()).await?;
        agent.sees(&format!("!page.{dialog}.open")).await?;
    }
    Ok(())
}

// shows: CTL-01, CTL-09, CON-09
#[tokio::test]
async fn who_clicks_while_the_visitor_acts_is_told_so_and_both_hands_are_heard_alike() {
    in_each_browser("control_hands", async |stage: &mut Stage| {
        controls_the_page(stage).await?;
        let (visitor, agent) = (&stage.visitor, &stage.agent);
        the_busy_hand_is_alone(stage, middle(visitor, "#away").await?).await?;
        ensure!(
            eval(visitor.window(), "document.activeElement === document.body").await? == true,
            "it was done"
        );
        // The visitor rests: what is typed goes to where the agent pressed.
        agent.types("later").await?;
        visitor.has("document.querySelector('#field').value === 'later'").await?;
        hears_the_same_of_both_hands(stage).await?;
        the_visitors_hand_is_heard_in_frames(stage).await?;
        a_finger_that_scrolls_does_not_rest(stage).await?;
        ends_by_esc_twice_in_a_frame(stage).await
    })
    .await;
}

/// The visitor presses somewhere, again and again: meanwhile nothing of the agent's is done, and that is said.
async fn the_busy_hand_is_alone(stage: &Stage, at: (i64, i64)) -> Result<()> {
    let (visitor, agent) = (&stage.visitor, &stage.agent);
    let clicks = async {
        agent.is_told("The visitor is active").await?;
        agent.clicks("#field").await?;
        agent.is_told("The visitor is using the page: nothing was done").await
    };
    tokio::try_join!(hand::is_busy(visitor.window(), at), clicks)?;
    until(agent.window(), "the visitor to rest", RESTS).await.map(drop)
}

/// What the visitor does in a frame of this site is done on the page: in one that came and went on to another document, and
/// in one of a component's own.
async fn the_visitors_hand_is_heard_in_frames(stage: &Stage) -> Result<()> {
    let visitor = &stage.visitor;
    eval(visitor.window(), FRAMES).await?;
    let there = "document.querySelector('#coming').contentDocument";
    visitor.has(&format!("{there}?.querySelector('#postcode') && {there}.readyState === 'complete'")).await?;
    eval(visitor.window(), &format!("({there}.defaultView.location = '/help/embed?postcode=35000', true)"))
        .await?;
    visitor.has(&format!("{there}?.querySelector('.answer') && {there}.readyState === 'complete'")).await?;
    visitor.has("deep.contentDocument?.body?.textContent === 'deep'").await?;
    for top in [0, 240] {
        until(stage.agent.window(), "the visitor to rest", RESTS).await?;
        // At the frame's edge nothing is pressed but its document.
        the_busy_hand_is_alone(stage, (443, top + 100)).await?;
        ensure!(
            eval(visitor.window(), "document.activeElement.id !== 'field'").await? == true,
            "it was done"
        );
    }
    Ok(())
}

/// A finger says so as long as it moves.
async fn a_finger_that_scrolls_does_not_rest(stage: &Stage) -> Result<()> {
    let (visitor, agent) = (&stage.visitor, &stage.agent);
    // Firefox has no fingers where there is no screen for them.
    if visitor.browser.kind == Kind::Firefox {
        return Ok(());
    }
    eval(visitor.window(), "(scrollTo(0, 0), true)").await?;
    let longer = "(window.since = document.body.innerText.includes('The visitor is active')
            ? window.since ?? performance.now() : undefined,
        2500 < performance.now() - window.since)";
    let said = until(agent.window(), "the visitor to be active for as long as the finger moves", longer);
    let corner = eval(visitor.window(), "[innerWidth - 30, innerHeight - 100]").await?;
    let corner = (corner[0].as_i64().context("a place")?, corner[1].as_i64().context("a place")?);
    tokio::try_join!(hand::scrolls(visitor.window(), corner), said)?;
    visitor.has("100 < scrollY").await
}

/// Esc is the end wherever the focus is.
async fn ends_by_esc_twice_in_a_frame(stage: &Stage) -> Result<()> {
    let (visitor, agent) = (&stage.visitor, &stage.agent);
    let frame = visitor.window().find(By::Css("#coming")).await?;
    frame.enter_frame().await?;
    let field = visitor.window().find(By::Css("#postcode")).await?;
    field.send_keys([Key::Escape.value(); 2].iter().collect::<String>()).await?;
    visitor.window().enter_default_frame().await?;
    visitor.sees_no_bar().await?;
    agent.is_told("The visitor stopped it.").await
}

/// What is done at the middle of an element: which, with which button, how often, and what is heard last. No button comes
/// twice in a row: it would be counted as one press more.
const PRESSES: [(&str, u8, usize, &str); 5] = [
    ("inner", 0, 1, "click"),
    ("inner", 1, 1, "auxclick"),
    ("inner", 2, 1, "auxclick"),
    ("inner", 0, 2, "dblclick"),
    ("own", 1, 1, "auxclick"),
];

/// The page hears of the agent's hand what it hears of a trusted one: the same events in the same order, and of each the
/// same but that a script made it.
async fn hears_the_same_of_both_hands(stage: &Stage) -> Result<()> {
    let (visitor, agent) = (&stage.visitor, &stage.agent);
    let on_view = async |id: &str| agent.spot(&format!("page.querySelector('#{id}')")).await;
    let agents = acts(visitor, agent.window(), on_view).await.context("the agent's hand")?;
    let on_page = async |id: &str| middle(visitor, &format!("#{id}")).await;
    let visitors = acts(visitor, visitor.window(), on_page).await.context("the visitor's hand")?;
    let pairs = agents.iter().zip(&visitors).filter(|(agents, visitors)| agents != visitors);
    let differ: Vec<String> = pairs
        .map(|(agents, visitors)| {
            format!("the agent's:\n{}\nthe visitor's:\n{}", agents.join("\n"), visitors.join("\n"))
        })
        .collect();
    ensure!(differ.is_empty(), "{}", differ.join("\n\n"));
    Ok(())
}

/// A hand goes through the page and presses: what is heard of each deed.
async fn acts(
    visitor: &Visitor,
    hand: &WebDriver,
    spot: impl AsyncFn(&str) -> Result<(i64, i64)>,
) -> Result<Vec<Vec<String>>> {
    let goes = async |id: &str| {
        hand::moves(hand, spot(id).await?).await?;
        hears(visitor, "mousemove", id).await
    };
    // From wherever it was.
    goes("editor").await?;
    let mut all = Vec::new();
    let mut at = "editor";
    for (id, button, times, last) in PRESSES {
        if id != at {
            all.push(goes(id).await?);
            at = id;
        }
        hand::presses(hand, spot(id).await?, button, times).await?;
        all.push(hears(visitor, last, id).await?);
    }
    for id in ["part", "editor"] {
        all.push(goes(id).await?);
    }
    Ok(all)
}

/// Takes what the page heard until this event at this element. How often a hand moves at its place is its own affair.
async fn hears(visitor: &Visitor, last: &str, id: &str) -> Result<Vec<String>> {
    let take = format!(
        "(() => {{
            const at = heard.findIndex(it => it.startsWith('{last} {id} '));
            const moves = it => /^(pointer|mouse)move /.test(it);
            const kept = it => !moves(it) || ('{last}' === 'mousemove' && it.includes('move {id} '));
            return 0 <= at && heard.splice(0, at + 1).filter(kept);
        }})()"
    );
    let heard = until(visitor.window(), &format!("{last} at {id}"), &take).await?;
    let heard = heard.as_array().context("a list")?;
    Ok(heard.iter().filter_map(|it| it.as_str().map(str::to_owned)).collect())
}
