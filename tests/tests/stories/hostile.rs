//! A hostile visitor's page in the agent's browser: nothing runs, nobody is asked for anything.
//!
//! The set of attacks first goes into frames without a seal, and must hit there; then the same set goes through the
//! real server as raw frames of a visitor who obeys nothing; at last it is built inside the sealed frame behind the
//! back of the product's policy, to see the seal alone.
#![cfg(target_os = "linux")]

use anyhow::{Context, Result, ensure};
use cobrowse_core::id::Epoch;
use serde_json::Value;
use tests::{
    agent::PAGE,
    browser::Kind,
    hostile::{
        NAIVE,
        attacks::{self, Attack},
        catcher::DOMAIN,
        frames::Forger,
        stage::{Hits, SITE, Stage},
        visitor::{Visitor, Waiting},
    },
    wait::{eval, until},
};
use tokio::task::LocalSet;

/// A path, a title and an address that would act if anybody took them for markup or followed them.
const PATH: &str = "/\"><img src=x: onerror=top.postMessage(`path`,`*`)>";
const TITLE: &str = "</title><script>top.postMessage(`title`,`*`)</script>";
const ADDRESS: &str = "javascript:top.postMessage(`address`,`*`)";
/// A doctype whose name would be markup.
const DOCTYPE: &str =
    "html\"><script>top.postMessage(`doctype`,`*`)</script><meta http-equiv=refresh content=0>";

#[tokio::test]
async fn nothing_of_a_hostile_page_gets_out_in_chromium() -> Result<()> {
    LocalSet::new().run_until(tell(Kind::Chromium)).await
}

#[tokio::test]
async fn nothing_of_a_hostile_page_gets_out_in_firefox() -> Result<()> {
    LocalSet::new().run_until(tell(Kind::Firefox)).await
}

async fn tell(kind: Kind) -> Result<()> {
    let stage = Stage::set(kind).await?;
    the_control_is_hit(&stage).await?;
    let set = attacks::all('s', &stage.sealed);
    let plans = stage.plans(&set).await?;
    let visitor = a_view(&stage).await?;
    the_page_is_shown(&stage, &visitor, &plans).await?;
    got_out_is_nothing(&stage, "shown").await?;
    somebody_reaches_into_it(&stage).await?;
    got_out_is_nothing(&stage, "touched").await?;
    nothing_that_acts_was_rebuilt(&stage).await?;
    the_seal_alone_holds(&stage, &set, &plans).await?;
    stage.strike().await
}

/// Without the seal every category of attacks has an effect, or the test could not fail.
async fn the_control_is_hit(stage: &Stage) -> Result<()> {
    let set = attacks::all('c', &stage.control);
    let hits = stage.is_hit(&set).await?;
    let worked = set.iter().filter(|it| hits.has(&it.id)).count();
    eprintln!("without a seal: {worked} of {} attacks worked; {}", set.len(), hits.numbers());
    for (category, (all, hit)) in hits.by_category(&set) {
        eprintln!("  {category}: {hit} of {all}");
        ensure!(2 * hit >= all, "of {category} only {hit} of {all} worked");
    }
    for attack in set.iter().filter(|it| !hits.has(&it.id)) {
        eprintln!("  without effect: {} {}", attack.category, attack.html);
    }
    ensure!(hits.caught.questions.len() > 100 && hits.caught.requests.len() > 100 && hits.ran.len() > 100);
    Ok(())
}

/// The agent asks the hostile visitor, whose yes comes at once.
async fn a_view(stage: &Stage) -> Result<Visitor> {
    let waiting = Waiting::come(stage.port, SITE, PATH).await?;
    stage.agent.logs_in().await?;
    let asked = tokio::task::spawn_local(waiting.is_asked());
    stage.agent.asks_for_a_view().await?;
    let listen = "window.ran = []; addEventListener('message', ({ data }) => ran.push(data))";
    until(stage.agent.window(), "the viewer's page", "location.pathname.startsWith('/view/')").await?;
    stage.agent.window().execute(listen, Vec::new()).await?;
    asked.await?
}

async fn the_page_is_shown(stage: &Stage, visitor: &Visitor, plans: &[Value]) -> Result<()> {
    let trees: Vec<_> = plans.iter().map(wrapped).collect();
    let (assets, more) = assets(stage, visitor).await?;
    let properties: Vec<_> = assets.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut forger = Forger::new(Epoch(1));
    let frames = forger.page(DOCTYPE, &properties, &[trees, more].concat())?;
    visitor.is_at(ADDRESS, TITLE)?;
    visitor.sends(frames)?;
    stage.agent.sees("page.querySelector('#last')").await?;
    visitor.sends(vec![forger.later()?])?;
    stage.agent.sees("page.querySelector('#last.done')").await?;
    is_painted(stage).await?;
    // Firefox looks up the names of links two seconds after they came.
    let then = eval(stage.agent.window(), "performance.now() + 2500").await?;
    until(stage.agent.window(), "names to be looked up", &format!("performance.now() > {then}")).await?;
    Ok(())
}

/// A plan in an element that has the attack's number, as the control has it.
fn wrapped(plan: &Value) -> Value {
    let attributes = [["id", plan["id"].as_str().unwrap_or_default()]];
    serde_json::json!({ "ns": 0, "tag": "div", "attrs": attributes, "late": [], "kids": plan["plan"] })
}

/// A sheet and a drawing that act, as the visitor's own assets; and elements that show them.
async fn assets(stage: &Stage, visitor: &Visitor) -> Result<(Vec<(String, String)>, Vec<Value>)> {
    let host = |name: &str| format!("http://s{name}.{DOMAIN}:{}/x.png", stage.sealed.port);
    let sheet = format!(
        "@import '{0}'; @font-face {{ font-family: q; src: url({0}) }} body {{ font-family: q; background: url({0}) }}",
        host("sheet")
    );
    let drawing = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9' onload='top.postMessage(`drawing`,`*`)'>\
         <script>top.postMessage('drawing','*')</script><image href='{0}' width='9' height='9'/>\
         <style>@import '{0}';</style><foreignObject><iframe xmlns='http://www.w3.org/1999/xhtml' src='{0}'/>\
         </foreignObject></svg>",
        host("drawing")
    );
    let css = visitor.uploads("text/css", sheet.as_bytes()).await?;
    let svg = visitor.uploads("image/svg+xml", drawing.as_bytes()).await?;
    // What holds a viewer up for ever: a sheet within itself, twenty times over, and an import that a reader who goes back
    // takes in a million ways.
    let within = visitor.uploads("text/css", "@import 'asset:3';".repeat(20).as_bytes()).await?;
    let endless =
        format!("<style>@import{})){{</style><style>@import 'asset:3';</style>", " ".repeat(10_000));
    let named = vec![
        (" asset:1".to_owned(), format!("ready {css} text/css 0 0")),
        (" asset:2".to_owned(), format!("ready {svg} image/svg+xml 9 9")),
        (" asset:3".to_owned(), format!("ready {within} text/css 0 0")),
        (
            " css:1".to_owned(),
            format!("@import 'asset:1'; body {{ background: url({}) }}", host("constructed")),
        ),
        (" adopted".to_owned(), "1".to_owned()),
    ];
    let html = "<style>@import 'asset:1';</style><img x-prop-src='2'><iframe x-prop-src='2'></iframe>\
        <input type='image' x-prop-src='2'><audio x-prop-src='2'></audio><canvas x-prop-frame='2'></canvas>\
        <video x-prop-src='2'></video><p style='background:url(asset:2)'>x</p><svg><image x-prop-src='2'/></svg>\
        <object x-prop-src='2'></object><embed x-prop-src='2'><a x-prop-src='2'>x</a>";
    let attack = Attack { id: "assets".to_owned(), category: "assets", html: endless + html };
    let here = stage.agent.window().window().await?;
    let there = stage.agent.window().new_tab().await?;
    stage.agent.window().switch_to_window(there).await?;
    let plans = stage.plans(&[attack]).await?;
    stage.agent.window().close_window().await?;
    stage.agent.window().switch_to_window(here).await?;
    Ok((named, plans.iter().map(wrapped).collect()))
}

/// Waits for some paints: styles ask for their pictures when they are laid out.
async fn is_painted(stage: &Stage) -> Result<()> {
    let paints = "const done = arguments[0]; let left = 20;
        const next = () => (left-- ? requestAnimationFrame(next) : done(true)); next();";
    stage.agent.window().execute_async(paints, Vec::new()).await?;
    Ok(())
}

async fn got_out_is_nothing(stage: &Stage, when: &str) -> Result<()> {
    let hits = stage.got_out(when).await?;
    eprintln!("sealed, {when}: {}", hits.numbers());
    let Hits { caught, ran } = &hits;
    ensure!(ran.is_empty(), "scripts ran: {ran:?}");
    let quiet = caught.connections == 0 && caught.requests.is_empty() && caught.questions.is_empty();
    ensure!(quiet, "it got out: {caught:?}");
    let window = stage.agent.window();
    ensure!(window.get_alert_text().await.is_err(), "a dialog is open");
    let acting = "[...document.querySelectorAll('[href],[src]')].map(it => it.getAttribute('href') ?? it.getAttribute('src'))
        .filter(it => /^\\s*(javascript|vbscript):/i.test(it))";
    let acting = eval(window, acting).await?;
    ensure!(acting == Value::Array(Vec::new()), "the viewer's own page has an address that acts: {acting}");
    Ok(())
}

/// The agent clicks and types where the attacks are; then every event is made inside the frame, past the pane that takes
/// all input.
async fn somebody_reaches_into_it(stage: &Stage) -> Result<()> {
    stage.agent.takes("Indicate").await?;
    let (x, y) = (640, 400);
    stage.agent.window().action_chain().move_to(x, y).click().perform().await?;
    let (tab, enter) = ("\u{e004}", "\u{e007}");
    stage.agent.types(&format!("{tab}{tab}{enter} ")).await?;
    let reach = format!(
        "const page = {PAGE}, done = arguments[0];
         const all = (root) => [...root.querySelectorAll('*')].flatMap((it) =>
           [it, ...(it.shadowRoot ? all(it.shadowRoot) : []), ...(it.contentDocument ? all(it.contentDocument) : [])]);
         const events = ['load', 'error', 'click', 'focus', 'mouseover', 'toggle', 'animationstart', 'input', 'pageshow'];
         const found = all(page);
         for (const it of found) for (const name of events) it.dispatchEvent(new Event(name, {{ bubbles: true, composed: true }}));
         for (const it of found) if (!it.matches('a, area')) it.click?.();
         // Firefox looks up the name of a link that gets the focus. Nobody can give it to one: the frame is inert.
         for (const it of found) if (!it.matches('a, area')) it.focus?.();
         requestAnimationFrame(() => requestAnimationFrame(() => done(found.length)));"
    );
    let found = stage.agent.window().execute_async(&reach, Vec::new()).await?;
    let found = found.json().as_u64().context("no number")?;
    eprintln!("elements rebuilt: {found}");
    ensure!(found > 1000, "only {found} elements were there to be touched");
    is_painted(stage).await
}

/// The second lock by itself: what the policy should have left out is not in the frame.
async fn nothing_that_acts_was_rebuilt(stage: &Stage) -> Result<()> {
    let look = "(() => {
        const all = (root) => [...root.querySelectorAll('*')].flatMap((it) =>
          [it, ...(it.shadowRoot ? all(it.shadowRoot) : []), ...(it.contentDocument ? all(it.contentDocument) : [])]);
        const fetching = /^(src|srcset|poster|data|action|formaction|ping|background|manifest|srcdoc|xlink:href|href)$/i;
        const roots = [page, ...all(page).flatMap((it) => [it.shadowRoot, it.contentDocument].filter(Boolean))];
        const said = roots.flatMap((root) => [...root.styleSheets, ...root.adoptedStyleSheets]).flatMap((it) => [...it.cssRules])
          .map((it) => it.cssText).filter((it) => it.includes('canary.test') && !it.startsWith('@namespace'));
        return said.concat(all(page).flatMap((it) => {
          const found = /^(script|base|object|embed|applet|frame|frameset|link|portal|noscript)$/i.test(it.localName) ? [it.localName] : [];
          for (const { name, value } of it.attributes) {
            if (/^on/i.test(name) || /(^|:)on\\w+$/i.test(name)) found.push(it.localName + ' ' + name);
            if (/http-equiv|autofocus/i.test(name)) found.push(it.localName + ' ' + name);
            const isLink = /^(a|area)$/i.test(it.localName) && /^(xlink:)?href$/i.test(name);
            if (/^\\s*(javascript|vbscript):/i.test(value.replace(/[\\x00-\\x20]/g, '')) && !/^(title|to|from|by|values)$/.test(name)) found.push(it.localName + ' ' + name + '=' + value);
            if (fetching.test(name) && !isLink && !/^(blob:|#|data:image\\/svg)/.test(value)) found.push(it.localName + ' ' + name + '=' + value);
            if (name === 'style' && value.replaceAll('blob:http', '').includes('http')) found.push(it.localName + ' style=' + value);
          }
          if (it.localName === 'style' && /url\\([\"']?http|@import\\s*[\"'u]/i.test(it.textContent)) found.push('style: ' + it.textContent);
          if (it.hasAttribute('src') && !/^(img|image|input)$/i.test(it.localName)) found.push(it.localName + ' with an address');
          return found;
        }));
      })()";
    let found = stage.agent.reads(look).await?;
    ensure!(found == Value::Array(Vec::new()), "rebuilt all the same: {found}");
    Ok(())
}

/// The first lock by itself: the same trees, built by somebody who believes them, inside the sealed frame.
async fn the_seal_alone_holds(stage: &Stage, set: &[Attack], plans: &[Value]) -> Result<()> {
    let build = format!(
        "const [plans, done] = arguments; {NAIVE}
         const body = {PAGE}.body, later = [];
         for (const {{ id, plan }} of plans) {{
           const around = body.appendChild(body.ownerDocument.createElement('div'));
           around.id = id;
           for (const each of plan) try {{ grow(around, each, later); }} catch {{}}
         }}
         setTimeout(() => {{ for (const run of later) try {{ run(); }} catch {{}}
           requestAnimationFrame(() => requestAnimationFrame(() => done(later.length))); }}, 100);"
    );
    stage.agent.window().execute_async(&build, vec![Value::Array(plans.to_vec())]).await?;
    is_painted(stage).await?;
    let hits = stage.got_out("alone").await?;
    eprintln!("the seal alone: {}", hits.numbers());
    for attack in set.iter().filter(|it| hits.has(&it.id)) {
        eprintln!("  out: {} {}", attack.category, attack.html);
    }
    ensure!(hits.ran.is_empty(), "scripts ran: {:?}", hits.ran);
    Ok(())
}
