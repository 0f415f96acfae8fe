//! A page is shared from inside a conversation, in real browsers on both sides.
use std::path::Path;

use accounts::{NewAgent, Role, SitesOf};
use anyhow::{Context, Result, ensure};
use chat_client::Agent as Desk;
use chat_proto::desk::{Deed, Presence};
use serde_json::json;
use tests::{
    agent::Agent,
    story::{Stage, in_each_browser},
    wait::{eval, into_new_tab},
    widget::Root,
};
use thirtyfour::By;

const PASSWORD: &str = "correct horse battery";

// shows: COB-01, COB-02, COB-03, COB-04, COB-05, COB-06, COB-07, COB-09, ENT-01, ENT-02, CNT-07, CNT-08, CNT-10, THR-05
#[tokio::test]
async fn a_page_is_shared_in_a_conversation_handed_over_and_ended_with_it() {
    in_each_browser("chat_share", async |stage: &mut Stage| {
        let mut bruno = bruno(stage).await?;
        let conv = talks(stage).await?;
        stage.shares_from_the_conversation(async || Ok(())).await?;
        writes_beside_it(stage).await?;
        points(stage).await?;
        controls_and_gives_back(stage).await?;
        goes_to_bruno(stage, &mut bruno, &conv).await?;
        bruno.does(&conv, Deed::Close { tags: Vec::new() }).await?;
        stage.visitor.sees_no_bar().await?;
        Root::of(&stage.visitor.browser).says("Screen sharing has ended").await
    })
    .await;
}

// shows: COB-08, ENT-03, COB-10, MOB-03, DSK-05, DSK-06
#[tokio::test]
async fn the_tab_is_closed_and_the_talk_goes_on_at_the_desk() {
    in_each_browser("chat_share_closed", async |stage: &mut Stage| {
        let called = talks_without_a_name(stage).await?;
        let desk = stage.agent.window().window().await?;
        opens_the_page_without_the_basket(stage).await?;
        stage.agent.window().switch_to_window(desk.clone()).await?;
        stage.shares_from_the_conversation(async || Ok(())).await?;
        stage.agent.reads_in(".whereabouts strong", &called).await?;
        stage.agent.window().close_window().await?;
        stage.agent.window().switch_to_window(desk).await?;
        stage.visitor.sees_no_bar().await?;
        stage.agent.reads_in(".thread", "The share is over").await?;
        stage.agent.replies("Anything else?").await?;
        Root::of(&stage.visitor.browser).says("Anything else?").await?;
        // On a phone's screen the icon is there as well.
        stage.agent.is_narrow().await?;
        stage.shares_from_the_conversation(async || Ok(())).await?;
        stage.agent.clicks_at(".beside-top .fold").await?;
        stage.agent.reads_in(".beside-share.shown .thread", "Sophie sees the page").await?;
        let end =
            "(it => it.scrollHeight - it.scrollTop - it.clientHeight < 4)(document.querySelector('.thread'))";
        stage.agent.finds("the end of the thread, unfolded", end).await?;
        stage.agent.replies("Here again").await?;
        Root::of(&stage.visitor.browser).says("Here again").await
    })
    .await;
}

/// A colleague who needs no browser.
async fn bruno(stage: &Stage) -> Result<Desk> {
    let email = "bruno@demo.tandem";
    let agent = NewAgent {
        email: email.into(),
        first_name: "Bruno".into(),
        last_name: String::new(),
        role: Role::Agent,
        sites: SitesOf::All,
        password: PASSWORD.into(),
    };
    stage.server.app.accounts.put_agent(agent).await?;
    Ok(Desk::log_in(stage.place(), email, PASSWORD).await?)
}

/// The visitor asks in the widget, and Sophie takes it.
async fn talks(stage: &Stage) -> Result<String> {
    stage.agent.opens_chats().await?;
    stage.agent.connects().await?;
    stage.visitor.opens("/products?lang=en").await?;
    let widget = Root::of(&stage.visitor.browser);
    widget.opens().await?;
    widget.fills_in(&[("name", "Zoe Martin"), ("email", "zoe@example.test")]).await?;
    widget.clicks("form [type=submit]").await?;
    stage.agent.clicks_at(".offer [data-do=accept]").await?;
    widget.says("Sophie has accepted the request").await?;
    let conv =
        stage.agent.finds("the conversation", "new URLSearchParams(location.search).get('chat')").await?;
    Ok(conv.as_str().context("its name")?.to_owned())
}

/// On an address that is the visitor's alone, with something in their basket. The site asks for no name: one stands for it,
/// the same wherever the desk speaks of them. Gives that.
async fn talks_without_a_name(stage: &Stage) -> Result<String> {
    let (agent, visitor) = (&stage.agent, &stage.visitor);
    let email =
        json!({ "key": "email", "kind": "email", "required": true, "label": { "en": "Your e-mail" } });
    stage.admin().await?.sets("forms", json!({ "start": [email] })).await?;
    visitor.opens("/product/skerry-rain-jacket?lang=en").await?;
    visitor.clicks("#buy [type=submit]").await?;
    visitor.has("document.querySelector('#basket-count').textContent === '1'").await?;
    visitor.opens("/basket?lang=en&token=canary#canary").await?;
    agent.logs_in().await?;
    let called = "(it => /^Visitor \\d{4}$/.test(it) && it)(document.querySelector('#visitors .row-who')?.textContent)";
    let called = agent.finds("what stands for a name", called).await?;
    let called = called.as_str().context("a text")?.to_owned();
    agent.clicks_at(".rail [href='/']").await?;
    agent.connects().await?;
    let widget = Root::of(&visitor.browser);
    widget.opens().await?;
    widget.fills_in(&[("email", "zoe@example.test")]).await?;
    widget.clicks("form [type=submit]").await?;
    agent.reads_in(".offer strong", &called).await?;
    agent.reads_in(".chat-row .row-who", &called).await?;
    agent.clicks_at(".offer [data-do=accept]").await?;
    agent.reads_in(".conversation-who h2", &called).await?;
    agent.reads_in(".panel-who h2", &called).await?;
    widget.writes("Hello").await?;
    agent.reads_in(".thread .msg.visitor .author b", &called).await?;
    Ok(called)
}

/// In a tab that knows nothing of this one, at the address without what is the visitor's alone.
async fn opens_the_page_without_the_basket(stage: &Stage) -> Result<()> {
    let agent = &stage.agent;
    agent.clicks_at("[popovertarget=conversation-more]").await?;
    agent.reads_in("[data-do=open_page]", "basket and log-in are not carried over").await?;
    into_new_tab(agent.window(), agent.clicks_at("[data-do=open_page]")).await?;
    agent.finds("the shop", "document.querySelector('#basket-count')").await?;
    let opened = "[location.href, document.querySelector('#basket-count').textContent, document.referrer, String(window.opener)]";
    let opened: [String; 4] = serde_json::from_value(eval(agent.window(), opened).await?)?;
    let page = format!("{}/basket", stage.shop);
    ensure!(
        opened == [page.as_str(), "0", "", "null"],
        "address, basket, referrer and opener are {opened:?}"
    );
    stage.visitor.has("document.querySelector('#basket-count').textContent === '1'").await?;
    Ok(agent.window().close_window().await?)
}

async fn writes_beside_it(stage: &Stage) -> Result<()> {
    let (agent, widget) = (&stage.agent, Root::of(&stage.visitor.browser));
    agent.reads_in(".beside-share .thread", "Sophie sees the page").await?;
    agent.replies("I see what you see").await?;
    widget.says("I see what you see").await?;
    widget.says("Sophie sees this page").await?;
    sends_a_picture(agent).await
}

/// It is seen beside the share, whole, though the tab asks for no pictures by itself.
async fn sends_a_picture(agent: &Agent) -> Result<()> {
    let picture = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/screens/chat.png").canonicalize()?;
    let field = agent.window().find(By::Id("files")).await?;
    field.send_keys(picture.to_str().context("a path of text")?).await?;
    agent.finds("the picture, chosen", "document.querySelector('.attachment')").await?;
    agent.clicks_at(".composer [data-do=send]").await?;
    let whole = "(it => it && it.complete && 0 < it.naturalWidth && it.getBoundingClientRect().right
        <= it.closest('.bubble').getBoundingClientRect().right)(document.querySelector('.beside-share .picture img'))";
    agent.finds("the picture, inside its bubble", whole).await.map(drop)
}

async fn points(stage: &Stage) -> Result<()> {
    stage.agent.takes("Indicate").await?;
    stage.agent.clicks("h1").await?;
    stage.visitor.is_pointed_at_by("Sophie").await?;
    // It is noted, once.
    stage.agent.clicks("h1").await?;
    let path = stage.agent.finds("the share's name", "location.pathname").await?;
    let session = path.as_str().and_then(|it| it.rsplit('/').next()).context("a session")?.parse()?;
    let audit = &stage.server.app.audit;
    audit.flush().await;
    let noted = audit.of(session).await?;
    let pointed = noted.iter().filter(|(_, event)| event.starts_with("pointed agent=")).count();
    ensure!(pointed == 1, "the log has {noted:?}");
    Ok(())
}

async fn controls_and_gives_back(stage: &Stage) -> Result<()> {
    stage.controls().await?;
    stage.agent.reads_in(".beside-share .thread", "Sophie controls the page").await?;
    stage.visitor.presses("take-back").await?;
    stage.agent.reads_in(".beside-share .thread", "The visitor has control again").await?;
    Root::of(&stage.visitor.browser).says("You have control again").await
}

/// Sophie gives the conversation to Bruno: her view is over, and the visitor is asked about him.
async fn goes_to_bruno(stage: &Stage, bruno: &mut Desk, conv: &str) -> Result<()> {
    let mut sophie = Desk::log_in(stage.place(), &stage.agent.email, &stage.agent.password).await?;
    bruno.connect().await?;
    bruno.be(Presence::Available).await?;
    let found = stage.server.app.accounts.agent_by_email("bruno@demo.tandem").await?;
    let to = found.context("Bruno has an account")?.id.0;
    let transfer = Deed::TransferToAgent { agent: to, note: String::new(), force: false };
    sophie.does(conv, transfer).await?;
    let (offered, no) = bruno.is_asked().await?;
    ensure!(offered == conv, "another conversation was offered");
    bruno.does(conv, Deed::Accept { no }).await?;
    stage.visitor.is_told("Bruno would like to see this page").await?;
    stage
        .agent
        .finds("the end of Sophie's view", "document.querySelector('.toolbar .stop:disabled')")
        .await?;
    stage.visitor.presses("allow").await?;
    stage.visitor.is_told("Bruno sees this page").await
}
