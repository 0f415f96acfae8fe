//! What the desk knows of a visitor who came with a real browser: today, and of before.
use anyhow::{Context, Result, ensure};
use serde_json::json;
use tests::{
    browser::Kind,
    story::{Stage, in_each_browser},
    wait::{eval, until},
    widget::Root,
};

// shows: INF-02, INF-05, INF-06, INF-08, INF-11, INF-12, DSK-11, FIL-12, FIL-17, QUE-07
#[tokio::test]
async fn the_desk_knows_a_visitor_of_today_and_of_before() {
    in_each_browser("visitor_known", async |stage: &mut Stage| {
        declares_custom_data(stage).await?;
        stage.agent.opens_chats().await?;
        stage.agent.sizes_page(1440, 900).await?;
        stage.agent.connects().await?;
        comes_by_a_search(stage).await?;
        let first = begins(stage).await?;
        is_described(stage).await?;
        tells_of_the_basket(stage).await?;
        sends_a_picture(stage).await?;
        is_found_in_the_history(stage).await?;
        comes_again(stage).await?;
        let second = conversation(stage).await?;
        has_a_file_that_begins_with_the_oldest(stage, [first, second]).await
    })
    .await;
}

async fn declares_custom_data(stage: &Stage) -> Result<()> {
    let custom = json!([
        { "key": "basket", "kind": "money", "label": { "en": "Basket", "fr": "Panier" } },
        { "key": "customer", "kind": "text", "label": { "en": "Customer number", "fr": "N° client" } },
    ]);
    stage.admin().await?.puts("custom", custom).await
}

/// A page that the engine's name is in the address of, with a link to the shop.
async fn comes_by_a_search(stage: &Stage) -> Result<()> {
    let window = stage.visitor.window();
    let engine = stage.shop.replacen("shop.localhost", "www.google.localhost", 1);
    window.goto(format!("{engine}/help/embed")).await?;
    let link = format!(
        "((it) => {{ it.href = '{}/products?lang=en'; it.id = 'hit'; it.textContent = 'Kettles'; document.body.replaceChildren(it); return true; }})(document.createElement('a'))",
        stage.shop
    );
    eval(window, &link).await?;
    stage.visitor.clicks("#hit").await?;
    stage.visitor.is_at("/products").await?;
    until(window, "the visit", "localStorage.getItem('tandem.chat:demo:visit')").await?;
    stage.visitor.opens("/help?lang=en").await
}

/// The visitor asks, and Sophie takes it.
async fn begins(stage: &Stage) -> Result<String> {
    let widget = Root::of(&stage.visitor.browser);
    widget.starts().await?;
    stage.agent.clicks_at(".offer [data-do=accept]").await?;
    let accepted = "[...root.querySelectorAll('.line')].some(it => it.textContent === 'Sophie has accepted the request')";
    widget.until("her first name alone", accepted).await?;
    widget.until("her name above", "root.querySelector('h2').textContent === 'Sophie'").await?;
    conversation(stage).await
}

async fn conversation(stage: &Stage) -> Result<String> {
    let open = "new URLSearchParams(location.search).get('chat')";
    let conv = stage.agent.finds("the conversation", open).await?;
    Ok(conv.as_str().context("its name")?.to_owned())
}

async fn fact(stage: &Stage, name: &str, text: &str) -> Result<()> {
    stage.agent.reads_in(&format!("[data-fact={name}]"), text).await
}

async fn is_described(stage: &Stage) -> Result<()> {
    fact(stage, "provenance", "Search engine").await?;
    fact(stage, "provenance", "Google").await?;
    fact(stage, "visits", "1").await?;
    fact(stage, "pages", "2").await?;
    let browser = match stage.agent.browser.kind {
        Kind::Chromium => "Chrome ",
        Kind::Firefox => "Firefox ",
    };
    fact(stage, "browser", browser).await?;
    fact(stage, "browser", "Linux").await
}

/// What the site's script tells is shown while the panel stands there; what nobody declared is not.
async fn tells_of_the_basket(stage: &Stage) -> Result<()> {
    let tell = "(Tandem.setCustomData({ basket: '129.90 EUR', customer: 'C-77', colour: 'red' }), true)";
    eval(stage.visitor.window(), tell).await?;
    stage.agent.reads_in("[data-custom=basket]", "129").await?;
    stage.agent.reads_in("[data-custom=customer]", "C-77").await?;
    stage.agent.reads_in("[data-part=custom]", "Basket").await?;
    let undeclared = "!document.querySelector('[data-part=custom]').textContent.includes('red')";
    stage.agent.finds("nothing undeclared", undeclared).await.map(drop)
}

/// A picture stands as itself on both sides, and its place is kept before it is there.
async fn sends_a_picture(stage: &Stage) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let picture = folder.path().join("kettle.png");
    std::fs::write(&picture, stage.visitor.window().screenshot_as_png().await?)?;
    let widget = Root::of(&stage.visitor.browser);
    widget.chooses_files(&[&picture]).await?;
    widget.until("the picture in the tray", "root.querySelector('.tray .file')").await?;
    widget.clicks("[data-send]").await?;
    let kept = "(() => { const it = root.querySelector('.me[data-seq] .picture canvas');
        return it && it.getBoundingClientRect().width > 40 && it.getBoundingClientRect().height > 20; })()";
    widget.until("the picture in the widget", kept).await?;
    let kept = "(() => { const it = document.querySelector('.msg.visitor.image .picture img');
        const box = it?.getBoundingClientRect();
        return it && it.complete && it.naturalWidth && Math.abs(box.width - it.width) < 2
            && Number(it.getAttribute('width')) > 40 && Number(it.getAttribute('height')) > 20; })()";
    stage.agent.finds("the picture at the desk", kept).await?;
    stage.agent.replies("A fine kettle").await?;
    widget.says("A fine kettle").await
}

/// After its end the conversation still says which pages were looked at before it, and what was sent.
async fn is_found_in_the_history(stage: &Stage) -> Result<()> {
    let agent = &stage.agent;
    agent.clicks_at(".conversation [data-do=close]").await?;
    agent.clicks_at(".modal button[type=submit]").await?;
    agent.reads_in(".toasts", "Chat closed").await?;
    agent.shows_list("history").await?;
    agent.opens_row("Zoe Martin").await?;
    agent.finds("no composer", "!document.querySelector('#reply')").await?;
    let pages = "[...document.querySelectorAll('[data-part=pages] li a')].map(it => new URL(it.href).pathname).join()";
    agent.finds("the pages, the latest first", &format!("({pages}) === '/help,/products'")).await?;
    agent.reads_in("[data-part=documents]", "kettle.png").await?;
    let catch = "(HTMLAnchorElement.prototype.click = function () { window.saved = this.href; }, true)";
    eval(agent.window(), catch).await?;
    agent.clicks_at("[data-part=documents] .files button").await?;
    agent.finds("where it is saved from", "window.saved").await?;
    let fetched = "fetch(window.saved).then(it => it.blob()).then(it => arguments[0](it.size), it => arguments[0](String(it)))";
    let size = agent.window().execute_async(fetched, Vec::new()).await?.json().as_u64();
    ensure!(size.is_some_and(|it| 1_000 < it), "the picture that is saved has {size:?} bytes");
    Ok(())
}

/// More than half an hour later: the visit of before was so much earlier, as browser and server remember it.
async fn comes_again(stage: &mut Stage) -> Result<()> {
    const EARLIER: i64 = 31 * 60_000;
    stage.without_server(async |stage: &Stage| stage.visits_were_earlier(EARLIER).await).await?;
    // A desk that comes back late is not there any more: nobody would be asked.
    stage.agent.connects().await?;
    let key = "'tandem.chat:demo:visit'";
    let earlier = format!(
        "((it) => {{ it.seen -= {EARLIER}; localStorage.setItem({key}, JSON.stringify(it)); return true; }})(JSON.parse(localStorage.getItem({key})))"
    );
    eval(stage.visitor.window(), &earlier).await?;
    stage.visitor.opens("/basket?lang=en").await?;
    let widget = Root::of(&stage.visitor.browser);
    widget.says("This chat is over").await?;
    widget.clicks("[data-act='\"anew\"']").await?;
    widget.until("the form", "root.querySelector('[name=name]')?.value === 'Zoe Martin'").await?;
    widget.clicks("form [type=submit]").await?;
    stage.agent.clicks_at(".offer [data-do=accept]").await?;
    fact(stage, "visits", "2").await?;
    fact(stage, "provenance", "Direct").await?;
    stage.agent.reads_in("[data-part=past] summary", "1").await
}

async fn has_a_file_that_begins_with_the_oldest(stage: &Stage, expected: [String; 2]) -> Result<()> {
    let agent = &stage.agent;
    agent.clicks_at("[data-do=customer-file]").await?;
    agent.finds("the file", "location.pathname.startsWith('/contacts/')").await?;
    agent.reads_in("h1", "Zoe Martin").await?;
    let all = "[...document.querySelectorAll('[data-conv]')].map(it => it.dataset.conv).join()";
    let all = agent
        .finds(
            "both conversations",
            &format!("document.querySelectorAll('[data-conv]').length === 2 && ({all})"),
        )
        .await?;
    ensure!(all == expected.join(","), "{all} are listed, not {expected:?}");
    Ok(())
}
