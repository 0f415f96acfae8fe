//! Something of ours breaks: the share ends for both to see, and the visitor's page goes on as if we were not there.
use anyhow::{Result, ensure};
use axum::{Router, http::header, response::IntoResponse, routing::get};
use tests::{
    browser::{Browser, Kind},
    story::{Stage, in_each_browser, web},
    visitor::Visitor,
    wait::until,
};

/// What a page's own error reporting would hear.
const LISTEN: &str = "window.heard = [], addEventListener('error', event => heard.push('' + event.message)),
    addEventListener('unhandledrejection', event => heard.push('' + event.reason)), true";

/// Knows every observer that is made from now on.
const OVERHEAR: &str = "window.observers = [], window.MutationObserver = class extends MutationObserver {
    constructor(run) { super(run); observers.push(this); } }, true";
/// A change of which no observer hears: its record is taken away before anybody is told.
const MISSED: &str =
    "(document.querySelector('#list').title = 'missed', observers.forEach(it => it.takeRecords()), true)";
/// What was missed in visitors' pages, as the server counts it.
const COUNTED: &str = "tandem_divergence_total{kind=\"capture\"}";

async fn heard_nothing(visitor: &Visitor) -> Result<()> {
    let heard = visitor.reads("JSON.stringify(heard)").await?;
    ensure!(heard == "[]", "the page heard of it: {heard}");
    Ok(())
}

#[tokio::test]
async fn an_error_inside_the_share_ends_it_for_both_and_the_page_goes_on() {
    in_each_browser("an_error_inside_the_share", async |stage: &mut Stage| {
        let (visitor, agent) = (&stage.visitor, &stage.agent);
        visitor.opens("/products?lang=en").await?;
        visitor.reads(LISTEN).await?;
        visitor.reads(OVERHEAR).await?;
        stage.shares().await?;
        agent.sees("page.querySelectorAll('#list li.card').length === 12").await?;
        // What capture missed it finds by itself, mends, and has counted.
        let before = stage.counted(COUNTED);
        visitor.reads(MISSED).await?;
        agent.sees("page.querySelector('#list').title === 'missed'").await?;
        // A grant needs a random number; a page that breaks the source of them brings our code down in the middle of a
        // call, with everything borrowed that it had borrowed: what a panic leaves behind.
        agent.takes("Control").await?;
        visitor.is_told("Sophie would like to control this page").await?;
        visitor.reads("window.random = crypto.getRandomValues, crypto.getRandomValues = () => { throw new Error('broken') }, true").await?;
        visitor.presses("allow").await?;
        visitor.sees_no_bar().await?;
        agent.is_told("Sharing failed in the visitor’s browser").await?;
        ensure!(visitor.reads("sessionStorage.getItem('tandem.share')").await?.is_null(), "the record stayed");
        // The page works, nothing of ours is left in it, and it has heard of nothing.
        visitor.types("#filters input[name=q]", "kettle").await?;
        visitor.has("document.querySelectorAll('#list li.card').length === 1").await?;
        ensure!(visitor.reads("/native code/.test(Element.prototype.attachShadow)").await? == true, "a hook stayed");
        heard_nothing(visitor).await?;
        // The agent may ask again, and then all is as ever, in the same page.
        visitor.reads("crypto.getRandomValues = random, true").await?;
        agent.window().goto(agent.visitors()).await?;
        agent.asks_for_a_view().await?;
        visitor.is_told("Sophie would like to see this page").await?;
        visitor.presses("allow").await?;
        visitor.is_told("Sophie sees this page").await?;
        agent.sees("page.querySelectorAll('#list li.card').length === 1").await?;
        let n = stage.counted(COUNTED) - before;
        ensure!(n == 1, "counted {n} times");
        heard_nothing(visitor).await
    })
    .await;
}

/// A page under conditions where our parts cannot run, each with the script tag and an own script that must.
async fn broken_pages(server: &str, loader: String) -> Result<(String, tokio::task::JoinHandle<()>)> {
    let tag = format!("<script async src='{server}/v1/loader.js' data-site='demo'></script>");
    let page = |head: &str, tag: &str| {
        format!("<!doctype html><meta charset=utf-8>{head}<h1>Page</h1><script src='/own.js'></script>{tag}")
    };
    let html = |body: String, policy: Option<String>| {
        let mut answer = ([(header::CONTENT_TYPE, "text/html")], body).into_response();
        if let Some(policy) = policy.and_then(|it| it.parse().ok()) {
            answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        answer
    };
    let hear = "window.heard = []; for (const kind of ['error', 'unhandledrejection']) addEventListener(kind,
        event => heard.push(kind + ' ' + (event.reason ?? event.message))); window.own = true;";
    let without = |name: &str| {
        page(
            &format!(
                "<script>delete window.{name}; Object.defineProperty(window, '{name}', {{ value: undefined }})</script>"
            ),
            &tag,
        )
    };
    let blocked =
        format!("script-src 'self' 'unsafe-inline' {server}; connect-src 'none'; sandbox allow-scripts");
    let elsewhere = tag.replace(server, "");
    let router = Router::new()
        .route("/own.js", get(move || async move { ([(header::CONTENT_TYPE, "text/javascript")], hear) }))
        .route(
            "/wasm",
            get({
                let it = without("WebAssembly");
                move || async move { html(it, None) }
            }),
        )
        .route(
            "/socket",
            get({
                let it = without("WebSocket");
                move || async move { html(it, None) }
            }),
        )
        .route(
            "/storage",
            get({
                let it = without("indexedDB");
                move || async move { html(it, None) }
            }),
        )
        .route(
            "/policy",
            get({
                let it = page("", &tag);
                move || async move { html(it, Some(blocked)) }
            }),
        )
        .route(
            "/away",
            get({
                let it = page("", &elsewhere);
                move || async move { html(it, None) }
            }),
        )
        // The loader from a place that has nothing else of ours.
        .route(
            "/v1/loader.js",
            get(move || async move { ([(header::CONTENT_TYPE, "text/javascript")], loader) }),
        );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://shop.localhost:{}", listener.local_addr()?.port());
    let serving = tokio::spawn(async move {
        // Ends with the test, by being aborted.
        let _ = axum::serve(listener, router).await;
    });
    Ok((address, serving))
}

/// No agent is needed: what is seen is that the page's own script ran, and heard nothing.
async fn opens_broken_pages(kind: Kind) -> Result<()> {
    let loader = std::fs::read_to_string(web()?.join("visitor/loader.js"))?;
    let nobody = "http://desk.localhost:9";
    let (address, serving) = broken_pages(nobody, loader.clone()).await?;
    let browser = Browser::start(kind, "en").await?;
    // From the page's own origin the loader comes, and finds neither presence nor module; under each condition.
    for path in ["/wasm", "/socket", "/storage", "/policy", "/away"] {
        browser.driver.goto(format!("{address}{path}")).await?;
        until(&browser.driver, "the page's own script", "window.own").await?;
        // The loader, run as the tag runs it, wherever it was to come from.
        let run = "const tag = document.createElement('script'); tag.src = '/v1/loader.js'; tag.dataset.site = 'demo';
             const done = arguments[0]; tag.onload = tag.onerror = () => setTimeout(() => done(heard.join()), 700);
             document.body.append(tag);";
        let heard = browser.driver.execute_async(run, Vec::new()).await?.json().clone();
        ensure!(heard == "", "{path} in {}: the page heard {heard}", kind.name());
    }
    browser.quit().await?;
    serving.abort();
    Ok(())
}

#[tokio::test]
async fn a_page_where_our_parts_cannot_run_hears_nothing_of_it() {
    for kind in [Kind::Chromium, Kind::Firefox] {
        if let Err(error) = opens_broken_pages(kind).await {
            panic!("{error:#}");
        }
    }
}

#[tokio::test]
async fn a_share_whose_module_is_missing_leaves_the_page_alone() {
    in_each_browser("a_share_whose_module_is_missing", async |stage: &mut Stage| {
        let (visitor, agent) = (&stage.visitor, &stage.agent);
        visitor.opens("/products?lang=en").await?;
        // The page forbids from now on what it allowed before: no script of another origin comes in.
        visitor
            .reads(
                "(window.heard = [], addEventListener('unhandledrejection', event => heard.push('' + event.reason)),
                  document.head.append(Object.assign(document.createElement('meta'),
                    { httpEquiv: 'Content-Security-Policy', content: \"script-src 'self'\" })), true)",
            )
            .await?;
        agent.logs_in().await?;
        agent.asks_for_a_view().await?;
        agent.is_told("Sharing failed in the visitor’s browser").await?;
        visitor.sees_no_bar().await?;
        visitor.types("#filters input[name=q]", "kettle").await?;
        visitor.has("document.querySelectorAll('#list li.card').length === 1").await?;
        heard_nothing(visitor).await
    })
    .await;
}
