//! Pages that were not made for us: a strict policy, a modal dialog, an application that owns its fields.
use anyhow::ensure;
use tests::{
    browser::Kind,
    looks::looks_equal,
    story::{Stage, in_each_browser, tell},
    wait::{eval, until},
};

/// Notes what the page's policy stops.
const LISTEN: &str = "window.seen = []; document.addEventListener('securitypolicyviolation',
    event => seen.push(event.effectiveDirective + ' ' + event.blockedURI + ' ' + event.sourceFile))";

#[tokio::test]
async fn a_strict_policy_is_kept_over_a_whole_share() {
    in_each_browser("a_strict_policy_is_kept_over_a_whole_share", async |stage: &mut Stage| {
        let (visitor, agent) = (&stage.visitor, &stage.agent);
        visitor.opens("/strict?lang=en").await?;
        visitor.window().execute(LISTEN, Vec::new()).await?;
        stage.shares().await?;
        agent.sees("page.querySelector('h1')").await?;
        looks_equal(stage, "h1, .lead, .gift-card, form, #gift-number, main button, summary").await?;

        agent.takes("Indicate").await?;
        agent.clicks("h1").await?;
        visitor.is_pointed_at_by("Sophie").await?;
        stage.controls().await?;
        agent.clicks("#gift-number").await?;
        agent.types("nord2026").await?;
        visitor.has("document.querySelector('#gift-shown').textContent === 'NORD 2026 ••••'").await?;
        agent.brings("page.querySelector('main summary')").await?;
        agent.clicks("main summary").await?;
        visitor.has("document.querySelector('main details').open").await?;
        agent.sees("page.querySelector('main details').open").await?;
        looks_equal(stage, "h1, .lead, .gift-card, form, main details, main details p").await?;
        visitor.presses("take-back").await?;
        visitor.is_told("Sophie sees this page").await?;
        visitor.presses("stop").await?;
        visitor.sees_no_bar().await?;
        let seen = eval(visitor.window(), "JSON.stringify(seen)").await?;
        ensure!(seen == "[]", "the policy was broken: {seen}");
        // It does hold, and it is heard.
        let breaks = "document.head.append(Object.assign(document.createElement('style'), { textContent: 'p { color: red }' }))";
        visitor.window().execute(breaks, Vec::new()).await?;
        visitor.has("seen.length === 1 && seen[0].startsWith('style-src')").await
    })
    .await;
}

#[tokio::test]
async fn the_bar_is_usable_inside_a_pages_modal_dialog() {
    in_each_browser("the_bar_is_usable_inside_a_pages_modal_dialog", async |stage: &mut Stage| {
        let (visitor, agent) = (&stage.visitor, &stage.agent);
        visitor.opens("/help?lang=en").await?;
        stage.shares().await?;
        visitor.window().execute("document.querySelector('[data-opens=write]').click()", Vec::new()).await?;
        until(visitor.window(), "the dialog", "document.querySelector('dialog#write:modal')").await?;
        agent.sees("page.querySelector('dialog#write')?.matches(':modal')").await?;
        visitor.presses("stop").await?;
        visitor.sees_no_bar().await
    })
    .await;
}

/// In a shadow tree, and one that stands earlier in the document than the page's own.
const DIALOGS: &str = "
    const host = document.createElement('div'), root = host.attachShadow({ mode: 'open' });
    root.innerHTML = '<dialog><p>In here</p><button>Yes</button></dialog>';
    document.body.append(host);
    window.inner = root.querySelector('dialog');
    window.first = document.createElement('dialog');
    first.innerHTML = '<button>Before</button>';
    document.body.prepend(first);
    window.write = document.querySelector('dialog#write');";

#[tokio::test]
async fn the_bar_is_usable_above_whichever_dialog_was_opened_last() {
    in_each_browser("the_bar_is_usable_above_any_dialog", async |stage: &mut Stage| {
        let visitor = &stage.visitor;
        let does = async |script: &str| visitor.window().execute(script, Vec::new()).await.map(drop);
        visitor.opens("/help?lang=en").await?;
        does(DIALOGS).await?;
        stage.shares().await?;
        does("inner.showModal()").await?;
        visitor.presses("pause").await?;
        visitor.presses("resume").await?;
        does("inner.close()").await?;
        visitor.presses("pause").await?;
        // The later of the two in the document is the one below.
        does("write.showModal(); first.showModal()").await?;
        visitor.presses("resume").await?;
        does("first.close()").await?;
        visitor.presses("pause").await?;
        does("inner.showModal(); inner.getRootNode().host.remove()").await?;
        visitor.presses("resume").await?;
        // An application throws a dialog away as it is.
        does("write.remove()").await?;
        visitor.presses("stop").await?;
        visitor.sees_no_bar().await
    })
    .await;
}

#[tokio::test]
async fn the_bar_is_usable_above_what_fills_the_screen() {
    in_each_browser("the_bar_is_usable_above_what_fills_the_screen", async |stage: &mut Stage| {
        let visitor = &stage.visitor;
        visitor.opens("/help?lang=en").await?;
        let film =
            "const film = document.createElement('div'); film.id = 'film'; film.textContent = 'Film';
            film.style = 'position: fixed; inset: 0 auto auto 0; z-index: 9; background: black; color: white';
            film.addEventListener('click', () => document.fullscreenElement ?? film.requestFullscreen()); document.body.append(film);";
        visitor.window().execute(film, Vec::new()).await?;
        stage.shares().await?;
        visitor.clicks("#film").await?;
        until(visitor.window(), "the film on the whole screen", "document.fullscreenElement?.id === 'film'")
            .await?;
        visitor.presses("pause").await?;
        visitor.button("resume").await?;
        visitor.window().execute("document.exitFullscreen()", Vec::new()).await?;
        until(visitor.window(), "the page again", "!document.fullscreenElement").await?;
        visitor.presses("resume").await?;
        visitor.presses("stop").await?;
        visitor.sees_no_bar().await
    })
    .await;
}

#[tokio::test]
async fn a_page_that_an_application_makes_itself_is_told_to_the_agents() {
    in_each_browser("own_navigations_are_told", async |stage: &mut Stage| {
        let (visitor, agent) = (&stage.visitor, &stage.agent);
        visitor.opens("/help?lang=en").await?;
        agent.logs_in().await?;
        let is_at = async |path: &str| {
            let listed = format!("document.querySelector('[role=option]')?.textContent.includes({path:?})");
            until(agent.window(), "the path in the list", &listed).await
        };
        is_at("/help").await?;
        // A browser without the interface tells it as the visitor comes back to the page.
        let moves = "history.pushState(null, '', '/made/here?not=this'); window.navigation ?? dispatchEvent(new Event('focus'))";
        visitor.window().execute(moves, Vec::new()).await?;
        is_at("/made/here").await?;
        Ok(())
    })
    .await;
}

/// Puts another loader into the page, whose server refuses it with `code`. Of what it means to do later, `waits` are
/// the times, and `again` is the last.
const REFUSED: &str = "
    const loader = document.querySelector('script[data-site]').src, later = setTimeout, Real = WebSocket;
    delete window.Tandem;
    Object.assign(window, { waits: [], refusals: 0, code: 'internal' });
    window.setTimeout = (run, wait) => (wait > 5000 ? (window.again = run, waits.push(wait)) : later(run, wait));
    window.WebSocket = class {
        constructor(url) {
            // The page's own loader may be about to open its line.
            if (!url.includes('another')) return new Real(url);
            later(() => {
                this.readyState = 1;
                this.onopen();
                this.onmessage({ data: JSON.stringify({ type: 'refused', code }) });
                this.onclose();
                refusals++;
            });
        }
        send() {}
        close() {}
    };
    const tag = document.createElement('script');
    tag.dataset.site = 'another';
    tag.src = loader;
    document.body.append(tag);";

#[tokio::test]
async fn a_refusal_that_may_pass_is_not_for_ever() {
    // Firefox's socket is not the page's own.
    tell("a_refusal_that_may_pass", Kind::Chromium, async |stage: &mut Stage| {
        let (visitor, window) = (&stage.visitor, stage.visitor.window());
        visitor.opens("/help?lang=en").await?;
        window.execute(REFUSED, Vec::new()).await?;
        let patient = "refusals === 1 && waits.length === 1 && 14000 < waits[0] && waits[0] < 46000";
        until(window, "another try, not at once", patient).await?;
        window.execute("window.code = 'rate_limited'; again()", Vec::new()).await?;
        until(window, "the next one", "refusals === 2 && waits.length === 2").await?;
        window.execute("window.code = 'wrong_origin'; again()", Vec::new()).await?;
        until(window, "the last one", "refusals === 3").await?;
        let waits = eval(window, "waits.length").await?;
        ensure!(waits == 2, "what is for good was tried again: {waits}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_field_that_react_controls_changes_its_state() {
    in_each_browser("a_field_that_react_controls_changes_its_state", async |stage: &mut Stage| {
        let (visitor, agent) = (&stage.visitor, &stage.agent);
        visitor.opens("/react/").await?;
        until(visitor.window(), "the application", "document.querySelectorAll('tr[data-id]').length === 12")
            .await?;
        stage.shares().await?;
        stage.controls().await?;
        agent.sees("page.querySelectorAll('tr[data-id]').length === 12").await?;
        agent.clicks("[name=text]").await?;
        agent.types("zzzz").await?;
        // No row has such a text: only the application's own state, not the field's value, empties the table.
        until(visitor.window(), "the state", "document.querySelectorAll('tr[data-id]').length === 0").await?;
        agent.sees("page.querySelectorAll('tr[data-id]').length === 0").await?;
        Ok(())
    })
    .await;
}
