//! Canaries in every place of a page that holds a secret: none of them reaches the server, while its visitor types, is
//! seen and is controlled. All that the visitor's browser sends is read: requests, messages of both kinds, both lanes.
#![cfg(target_os = "linux")]

use anyhow::{Context, Result, ensure};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use tests::{
    browser::Kind,
    canary::{
        card_number,
        decode::{self, Said},
        stage::Stage,
    },
    failure,
    recorder::{Message, Request, header},
    wait::{PATIENCE, eval, until},
};
use thirtyfour::By;

/// What the visitor types, by the field's id. Those that begin with `+` may be seen.
const TYPED: [(&str, &str); 19] = [
    ("password", "typed password"),
    ("revealed", "typed password that was shown before"),
    ("shown", "typed password that is shown"),
    ("user", "typed user name"),
    ("email", "typed e-mail"),
    ("telephone", "typed telephone"),
    ("number", "typed card number"),
    ("expiry", "typed expiry"),
    ("cvc", "typed security code"),
    ("holder", "typed card holder"),
    ("code", "typed one-time code"),
    ("fresh", "typed new password"),
    ("unmasked-card", "typed card in an unmasked field"),
    ("unmasked-password", "typed password in an unmasked field"),
    ("called", "typed password that only its label calls so"),
    ("mirrored", "typed in a field that is copied"),
    ("area", "typed in an area"),
    ("unmasked", "+typed in an unmasked field"),
    ("passport", "+typed passport in an unmasked field"),
];

/// Where a hidden field and something else are scrolled to, in CSS pixels.
const HIDDEN_SCROLL: f32 = 137.0;
const SHOWN_SCROLL: f32 = 211.0;

/// What is typed after control was given.
const TYPED_LATE: [(&str, &str); 4] = [
    ("editor", "typed in an editor"),
    ("masked-field", "typed in a masked field"),
    ("unmasked-number", "card typed in an unmasked field"),
    ("preset", "typed after what was there"),
];

/// What scripts put into the page meanwhile, and how: `it` is the word.
const SCRIPTED: [(&str, &str); 27] = [
    ("value set in silence", "document.querySelector('#filled').value = it"),
    ("value set aloud", "{ const field = document.querySelector('#filled-loudly'); field.value = it;
        field.dispatchEvent(new Event('input', { bubbles: true })); field.dispatchEvent(new Event('change', { bubbles: true })); }"),
    ("card filled in", "{ const field = document.querySelector('#filled-card'); field.value = it;
        field.dispatchEvent(new Event('input', { bubbles: true })); }"),
    ("value set as an attribute", "document.querySelector('#attributed').setAttribute('value', it)"),
    ("default value", "document.querySelector('#preset').defaultValue = it"),
    ("hidden field set", "document.querySelector('#hidden').value = it"),
    ("masked text that changed", "document.querySelector('#masked-change').firstChild.data = it"),
    ("masked text that came", "document.querySelector('#masked').append(it)"),
    ("masked title that changed", "document.querySelector('#masked').title = it"),
    ("masked element that came", "{ const made = document.createElement('p'); made.textContent = it; made.title = it;
        document.querySelector('#masked').append(made); }"),
    ("blocked text that changed", "document.querySelector('#blocked-change').firstChild.data = it"),
    ("blocked value that changed", "document.querySelector('#blocked-field').value = it"),
    ("text masked later", "{ const later = document.querySelector('#later'); later.setAttribute('data-tandem-mask', ''); later.textContent = it; }"),
    ("text moved into what is masked", "{ const moving = document.querySelector('#moving'); document.querySelector('#masked').append(moving); moving.textContent = it; }"),
    ("address", "history.pushState({}, '', '?' + it)"),
    ("fragment", "location.hash = it"),
    ("handler set later", "document.querySelector('#open').setAttribute('onclick', `void '${it}'`)"),
    ("script that came", "{ const made = document.createElement('script'); made.type = 'text/plain'; made.textContent = it; document.body.append(made); }"),
    ("hidden field that came", "{ const made = document.createElement('input'); made.type = 'hidden'; made.value = it; document.querySelector('#form').append(made); }"),
    ("drawn on a masked canvas", "{ const brush = document.querySelector('#masked-canvas').getContext('2d'); brush.fillText(it, 0, 9); }"),
    ("text in a masked frame that changed", "document.querySelector('#masked-frame').contentDocument.querySelector('p').textContent = it"),
    ("password in another field", "for (const id of ['hiding', 'showing']) document.getElementById(id).value = it"),
    ("text in a document that is edited later", "{ const later = document.querySelector('#edited').contentDocument; later.designMode = 'on';
        later.body.textContent = it; }"),
    ("comment that changed", "document.querySelector('#host').previousSibling.previousSibling.data = it"),
    ("state in base64", "document.querySelector('#state').dataset.coded = btoa(JSON.stringify({ user: it }))"),
    ("state that is long", "document.querySelector('#state').dataset.plain = it + '-'.repeat(1024)"),
    ("range in words", "document.querySelector('#range').setAttribute('aria-valuetext', it)"),
];

#[tokio::test]
async fn no_secret_reaches_the_server_from_chromium() -> Result<()> {
    tell(Kind::Chromium).await
}

#[tokio::test]
async fn no_secret_reaches_the_server_from_firefox() -> Result<()> {
    tell(Kind::Firefox).await
}

async fn tell(kind: Kind) -> Result<()> {
    let mut stage = Stage::set(kind).await?;
    if let Err(error) = story(&mut stage).await {
        let (visitor, agent) = (stage.visitor.window(), stage.agent.window());
        let metrics = stage.server.app.metrics.text();
        let folder =
            failure::keep_parts(&format!("canaries-{}", kind.name()), visitor, agent, &metrics).await;
        return Err(error.context(format!("see {}", folder.display())));
    }
    stage.strike().await
}

async fn story(stage: &mut Stage) -> Result<()> {
    let path = stage.canaries.fill("/page/{{+path}}?{{first address}}#{{first fragment}}");
    stage.visitor.opens(&path).await?;
    // Some of it is there before anybody asks.
    types(stage, &TYPED[..6]).await?;
    a_view(stage).await?;
    types(stage, &TYPED[6..]).await?;
    types_inside(stage).await?;
    stage.agent.takes("Control").await?;
    stage.visitor.is_told("Sophie would like to control this page").await?;
    stage.visitor.presses("allow").await?;
    stage.visitor.is_told("Sophie is controlling this page").await?;
    the_agent_types(stage).await?;
    types(stage, &TYPED_LATE).await?;
    chooses_a_file(stage).await?;
    scripts_run(stage).await?;
    is_all_there(stage).await?;
    scrolls(stage).await?;
    has_arrived(stage).await?;
    stage.visitor.presses("stop").await?;
    stage.visitor.sees_no_bar().await?;
    // That word is the last: once it is told, everything before it has arrived, and nothing follows.
    stage.agent.is_told("The visitor stopped it.").await?;
    let sent = eval(stage.visitor.window(), "window.sent").await?;
    let requests = stage.recorder.requests()?;
    let said = read(&requests, &sent)?;
    is_complete(stage, &requests, &said)?;
    nothing_leaked(stage, &requests, &sent, &said)
}

async fn a_view(stage: &Stage) -> Result<()> {
    stage.agent.logs_in().await?;
    stage.agent.asks_for_a_view().await?;
    stage.visitor.is_told("Sophie would like to see this page").await?;
    stage.visitor.presses("allow").await?;
    stage.visitor.is_told("Sophie sees this page").await?;
    stage.agent.sees("page.querySelector('#host')?.shadowRoot?.querySelector('#inner')").await?;
    // Small things take the data channels from now on.
    let begun = std::time::Instant::now();
    while eval(stage.visitor.window(), "window.sent.length").await? == 0 {
        ensure!(begun.elapsed() < PATIENCE, "no data channel is used");
        eval(stage.visitor.window(), "document.body.toggleAttribute('data-tried')").await?;
    }
    Ok(())
}

async fn types(stage: &mut Stage, fields: &[(&str, &str)]) -> Result<()> {
    for (id, place) in fields {
        if place.starts_with("card") {
            stage.canaries.keep(place, &card_number());
        }
        let word = stage.canaries.at(place);
        stage
            .visitor
            .window()
            .find(By::Id(*id))
            .await?
            .send_keys(&word)
            .await
            .with_context(|| format!("typing into {id}"))?;
    }
    let show = "document.querySelector('#shown').type = 'text'";
    eval(stage.visitor.window(), show).await?;
    Ok(())
}

/// Types where the keys of a browser's driver do not find the way by an id: into roots and frames.
async fn types_inside(stage: &mut Stage) -> Result<()> {
    let fields = [
        ("document.querySelector('#host').shadowRoot.querySelector('#inner')", "typed in a root"),
        (
            "document.querySelector('#host').shadowRoot.querySelector('#inner-password')",
            "typed password in a root",
        ),
        ("document.querySelector('#frame').contentDocument.querySelector('#framed')", "typed in a frame"),
        (
            "document.querySelector('#frame').contentDocument.querySelector('#framed-password')",
            "typed password in a frame",
        ),
        (
            "document.querySelector('#frame').contentDocument.querySelector('#framed-card')",
            "typed card in a frame",
        ),
        (
            "document.querySelector('#frame').contentDocument.querySelector('#inner-host').shadowRoot.querySelector('#deep')",
            "typed in a root in a frame",
        ),
    ];
    for (field, place) in fields {
        let word = stage.canaries.at(place);
        let window = stage.visitor.window();
        let focus =
            format!("{field}.scrollIntoView(), {field}.ownerDocument.defaultView.focus(), {field}.focus()");
        eval(window, &format!("void ({focus})")).await?;
        window.action_chain().send_keys(&word).perform().await?;
        until(window, place, &format!("{field}.value === '{word}'")).await?;
    }
    Ok(())
}

/// What the agent types comes to the visitor's page, and does not come back.
async fn the_agent_types(stage: &mut Stage) -> Result<()> {
    let word = stage.canaries.at("typed by the agent");
    stage
        .visitor
        .window()
        .execute("document.querySelector('#search').scrollIntoView({ block: 'center' })", Vec::new())
        .await?;
    let wanted = format!("document.querySelector('#search').value === '{word}'");
    stage.agent.sees("(it => it.top > 0 && it.bottom < page.defaultView.innerHeight)(page.querySelector('#search').getBoundingClientRect())").await?;
    stage.agent.clicks("#search").await?;
    stage.agent.types(&word).await?;
    until(stage.visitor.window(), "what the agent types", &wanted).await?;
    Ok(())
}

async fn chooses_a_file(stage: &mut Stage) -> Result<()> {
    let name = stage.canaries.at("name of a file");
    let file = stage.folder().join(format!("{name}.txt"));
    std::fs::write(&file, stage.canaries.at("bytes of a file"))?;
    let path = file.to_str().context("a path in UTF-8")?;
    Ok(stage.visitor.window().find(By::Id("file")).await?.send_keys(path).await?)
}

async fn scripts_run(stage: &mut Stage) -> Result<()> {
    let title = stage.canaries.at("+title that changed");
    let card = card_number();
    stage.canaries.keep("card in the page's title", &card);
    let words: Vec<_> = SCRIPTED.iter().map(|(place, _)| json!(stage.canaries.at(place))).collect();
    let steps: Vec<_> = SCRIPTED
        .iter()
        .enumerate()
        .map(|(at, (_, step))| format!("((it) => {{ {step} }})(words[{at}]);"))
        .collect();
    let script = format!("const [words, title] = arguments; {} document.title = title;", steps.concat());
    stage
        .visitor
        .window()
        .execute(script, vec![Value::Array(words), json!(format!("{title} {card}"))])
        .await?;
    Ok(())
}

/// How far down a hidden field is scrolled tells how long its text is; elsewhere it shows.
async fn scrolls(stage: &Stage) -> Result<()> {
    let script = "const [id, y, done] = arguments, it = document.getElementById(id);
        it.value = 'line\\n'.repeat(99);
        it.addEventListener('scroll', () => requestAnimationFrame(() => requestAnimationFrame(done)), { once: true });
        it.scrollTop = y;";
    for (id, y) in [("long", HIDDEN_SCROLL), ("scroller", SHOWN_SCROLL)] {
        stage.visitor.window().execute_async(script, vec![json!(id), json!(y)]).await?;
    }
    stage
        .agent
        .sees(&format!("Math.round(page.querySelector('#scroller').scrollTop) === {SHOWN_SCROLL}"))
        .await
        .map(drop)
}

/// The visitor's own page has what was typed: what is not there cannot leak.
async fn is_all_there(stage: &mut Stage) -> Result<()> {
    let values = "[...document.querySelectorAll('input, textarea')].map(it => it.value).join('\\n')
        + document.querySelector('#editor').textContent";
    let values = eval(stage.visitor.window(), values).await?;
    for (id, place) in TYPED.iter().chain(&TYPED_LATE) {
        let word = stage.canaries.at(place);
        let is_there = values.as_str().is_some_and(|it| it.contains(&word));
        ensure!(is_there, "{id} does not hold what was typed");
    }
    Ok(())
}

/// A change that may be seen and comes after all others: once the agent has it, so has the server what was before.
async fn has_arrived(stage: &mut Stage) -> Result<()> {
    let word = stage.canaries.at("+text that changed");
    let change = format!("void (document.querySelector('#title').textContent = '{word}')");
    eval(stage.visitor.window(), &change).await?;
    stage.agent.sees(&format!("page.querySelector('#title').textContent === '{word}'")).await?;
    stage.agent.sees("page.querySelector('#picture').naturalWidth").await?;
    Ok(())
}

/// Reads the session: what its WebSocket and its data channels said.
fn read(requests: &[Request], sent: &Value) -> Result<Said> {
    let sessions: Vec<_> = requests.iter().filter(|it| it.head.starts_with("GET /v1/session ")).collect();
    ensure!(sessions.len() == 1, "{} sockets of a session", sessions.len());
    let mut messages = Vec::new();
    for message in &sessions[0].messages {
        match message {
            Message::Binary(bytes) => messages.push(bytes.clone()),
            Message::Text(text) => {
                anyhow::bail!("a text on the session's socket: {}", String::from_utf8_lossy(text))
            }
            Message::Control(_) => {}
        }
    }
    let channels = sent.as_array().context("nothing was kept")?;
    ensure!(!channels.is_empty(), "nothing went by data channel");
    for text in channels.iter().filter_map(Value::as_str) {
        messages.push(BASE64_STANDARD.decode(text)?);
    }
    decode::read(&messages)
}

/// Every way in was used and read: a word that may be seen was found in each.
fn is_complete(stage: &Stage, requests: &[Request], said: &Said) -> Result<()> {
    let bodies: Vec<u8> = requests.iter().flat_map(|it| it.body.clone()).collect();
    let texts: Vec<u8> = requests
        .iter()
        .flat_map(|it| &it.messages)
        .filter_map(|it| if let Message::Text(text) = it { Some(text.clone()) } else { None })
        .flatten()
        .collect();
    let page = [said.inflated.as_slice(), said.built.as_bytes()].concat();
    for (place, word) in stage.canaries.open() {
        let found = match place {
            "+path" => {
                tests::canary::is_in(word, &texts) && tests::canary::is_in(word, said.messages.as_bytes())
            }
            "+title that changed" => tests::canary::is_in(word, said.messages.as_bytes()),
            "+bytes of a picture" => tests::canary::is_in(word, &bodies),
            _ => {
                tests::canary::is_in(word, &said.inflated)
                    && tests::canary::is_in(word, said.built.as_bytes())
            }
        };
        ensure!(found, "{place} may be seen, and was not found");
    }
    let put = requests.iter().filter(|it| it.head.starts_with("PUT ")).count();
    eprintln!(
        "{} requests, {} with a body, {} assets; {} page frames of {} bytes, {} hashes equal",
        requests.len(),
        requests.iter().filter(|it| !it.body.is_empty()).count(),
        put,
        said.frames,
        page.len(),
        said.checks
    );
    ensure!(said.checks > 0, "no hash was compared");
    ensure!(said.scrolls.contains(&SHOWN_SCROLL), "no scrolling was told: {:?}", said.scrolls);
    ensure!(!said.scrolls.contains(&HIDDEN_SCROLL), "a hidden field's scrolling was told");
    Ok(())
}

fn nothing_leaked(stage: &Stage, requests: &[Request], sent: &Value, said: &Said) -> Result<()> {
    let mut leaks = Vec::new();
    let mut search = |what: &str, bytes: &[u8]| {
        leaks.extend(stage.canaries.leaked(bytes).into_iter().map(|place| format!("{place}: in {what}")));
    };
    for connection in stage.recorder.connections() {
        search("the raw bytes of a connection", &connection);
    }
    for request in requests {
        let line = request.head.lines().next().unwrap_or_default();
        search(
            &format!("the head of {line}, whose referrer is {:?}", header(&request.head, "referer")),
            request.head.as_bytes(),
        );
        search(&format!("the body of {line}"), &request.body);
        for message in &request.messages {
            let (Message::Text(bytes) | Message::Binary(bytes) | Message::Control(bytes)) = message;
            search(&format!("a message of {line}"), bytes);
        }
    }
    search("what went by data channel", sent.to_string().as_bytes());
    search("the joined payloads", &said.payloads);
    search("the inflated pages", &said.inflated);
    search("the page as it was rebuilt", said.built.as_bytes());
    search("the control messages", said.messages.as_bytes());
    search("the metrics", stage.server.app.metrics.text().as_bytes());
    let written = stage.written()?;
    let picture = stage.canaries.open().find(|(place, _)| *place == "+bytes of a picture");
    let (_, picture) = picture.context("no picture that may be seen")?;
    ensure!(
        written.iter().any(|(_, bytes)| tests::canary::is_in(picture, bytes)),
        "the picture is in no file"
    );
    ensure!(written.iter().any(|(name, bytes)| name == "the log" && !bytes.is_empty()), "nothing was logged");
    for (name, bytes) in &written {
        search(name, bytes);
    }
    leaks.sort();
    leaks.dedup();
    eprintln!("{} secret places, {} leaks", stage.canaries.secret_count(), leaks.len());
    ensure!(leaks.is_empty(), "it leaked:\n{}", leaks.join("\n"));
    Ok(())
}
