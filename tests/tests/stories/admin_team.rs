//! Administration of people, sites, the bot, queues and keys, from the desk to what comes of it.

use std::sync::{Arc, Mutex, PoisonError};

use accounts::{NewAgent, Role, SitesOf};
use anyhow::{Context, Result, ensure};
use axum::{Router, response::Html, routing::get};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use chat_proto::visitor::TokenRequest;
use hmac::{Hmac, KeyInit, Mac};
use relay::Running;
use serde_json::json;
use sha2::Sha256;
use tests::{
    agent::Agent,
    browser::{Browser, Kind},
    desk::{Desk, at_desk, at_each_desk},
    wait::eval,
    widget::{Root, Stage, in_each_browser},
};
use thirtyfour::prelude::*;
use tokio::net::TcpListener;

const PASSWORD: &str = "correct horse battery";

/// An account made on the server, with a browser of its own.
async fn somebody(server: &Running, kind: Kind, (first_name, role): (&str, Role)) -> Result<Agent> {
    let email = format!("{}@demo.tandem", first_name.to_lowercase());
    let account = NewAgent {
        email: email.clone(),
        first_name: first_name.into(),
        last_name: "Martin".into(),
        role,
        sites: SitesOf::All,
        password: PASSWORD.into(),
    };
    server.app.accounts.put_agent(account).await?;
    let browser = Browser::start(kind, "en").await?;
    Ok(Agent { browser, desk: server.url.clone(), email, password: PASSWORD.into() })
}

/// Opens a part of the administration.
async fn opens_part(agent: &Agent, part: &str) -> Result<()> {
    agent.window().goto(format!("{}/admin/{part}", agent.desk)).await?;
    agent.finds(part, &format!("document.querySelector('#{part}')")).await.map(drop)
}

/// Empties a field and types into it.
async fn fills(agent: &Agent, selector: &str, text: &str) -> Result<()> {
    agent.finds(selector, &format!("document.querySelector({selector:?})?.checkVisibility()")).await?;
    let field = agent.window().find(By::Css(selector)).await?;
    field.clear().await?;
    Ok(field.send_keys(text).await?)
}

/// Chooses an option of a select by its value.
async fn chooses(agent: &Agent, select: &str, value: &str) -> Result<()> {
    let option = format!("{select} option[value='{value}']");
    agent.finds(&option, &format!("document.querySelector({option:?})")).await?;
    Ok(agent.window().find(By::Css(&option)).await?.click().await?)
}

async fn text_of(agent: &Agent, selector: &str) -> Result<String> {
    let text = agent.finds(selector, &format!("document.querySelector({selector:?})?.textContent")).await?;
    text.as_str().map(str::to_owned).context("a text")
}

// shows: ADM-07
#[tokio::test]
async fn somebody_is_invited_and_comes() {
    at_each_desk("team_invite", Role::Admin, async |desk: &mut Desk| {
        let admin = &desk.agent;
        admin.opens_chats().await?;
        opens_part(admin, "team").await?;
        admin.clicks_at("[data-do=invite]").await?;
        fills(admin, ".modal [name=email]", "claire@demo.tandem").await?;
        admin.clicks_at(".modal button[type=submit]").await?;
        admin.reads_in(".modal .under-field", "This address has an account already").await?;
        fills(admin, ".modal [name=email]", "ivy@example.com").await?;
        admin.clicks_at(".modal [name=role][value=manager]").await?;
        admin.clicks_at(".modal button[type=submit]").await?;
        let link = text_of(admin, "[data-link]").await?;
        admin.clicks_at("[data-do=done]").await?;
        admin.reads_in("[data-invitation]", "ivy@example.com").await?;
        let kind = admin.browser.kind;
        let browser = Browser::start(kind, "en").await?;
        let ivy = Agent {
            browser,
            desk: desk.server.url.clone(),
            email: "ivy@example.com".into(),
            password: PASSWORD.into(),
        };
        accepts(&ivy, &link).await?;
        ivy.finds("a manager’s rail", "document.querySelector(\".rail [href='/admin']\")").await?;
        opens_part(&ivy, "team").await?;
        ivy.reads_in("#team", "Only admins invite people").await?;
        ivy.finds("nobody to invite", "!document.querySelector('[data-do=invite]')").await?;
        opens_part(admin, "team").await?;
        admin.reads_in(".team-list [data-agent]", "Ivy").await?;
        admin.reads_in("#team", "Nobody is invited at the moment").await?;
        logs_in_again(&ivy, &link).await?;
        ivy.browser.quit().await
    })
    .await;
}

async fn accepts(ivy: &Agent, link: &str) -> Result<()> {
    ivy.window().goto(format!("{}/invitation/AAAA", ivy.desk)).await?;
    ivy.reads_in("h1", "This link is no invitation").await?;
    ivy.window().goto(link).await?;
    ivy.reads_in("h1", "Claire invites you to the desk").await?;
    ivy.reads_in(".login-box", "As manager, for every site").await?;
    ivy.reads_in("#password-rule", "At least 8 characters").await?;
    fills(ivy, "[name=first_name]", "Ivy").await?;
    fills(ivy, "[name=password]", "short").await?;
    ivy.clicks_at("button[type=submit]").await?;
    ivy.reads_in(".under-field", "At least 8 characters").await?;
    fills(ivy, "[name=password]", PASSWORD).await?;
    ivy.clicks_at("button[type=submit]").await?;
    ivy.finds("the desk", "document.querySelector('.tabs')").await.map(drop)
}

async fn logs_in_again(ivy: &Agent, link: &str) -> Result<()> {
    ivy.clicks_at(".account").await?;
    ivy.clicks_at("#account .menu-item").await?;
    ivy.finds("the log-in", "document.querySelector('input[name=password]')").await?;
    ivy.window().goto(link).await?;
    ivy.reads_in("h1", "This invitation was accepted already").await?;
    ivy.clicks_at(".login-box [href='/login']").await?;
    ivy.fills_in_the_login().await?;
    ivy.finds("the desk", "document.querySelector('.tabs')").await.map(drop)
}

#[tokio::test]
async fn an_invitation_can_be_withdrawn() {
    at_each_desk("team_withdraw", Role::Admin, async |desk: &mut Desk| {
        let admin = &desk.agent;
        admin.opens_chats().await?;
        opens_part(admin, "team").await?;
        admin.clicks_at("[data-do=invite]").await?;
        fills(admin, ".modal [name=email]", "ivy@example.com").await?;
        admin.clicks_at(".modal button[type=submit]").await?;
        let link = text_of(admin, "[data-link]").await?;
        admin.clicks_at("[data-do=done]").await?;
        admin.clicks_at("[data-do=revoke]").await?;
        admin.reads_in(".modal", "will not work any more").await?;
        admin.clicks_at(".modal button[type=submit]").await?;
        admin.reads_in("#team", "Nobody is invited at the moment").await?;
        admin.window().goto(link).await?;
        admin.reads_in("h1", "This link is no invitation").await
    })
    .await;
}

#[tokio::test]
async fn who_is_deactivated_is_out_at_once_and_their_chats_wait_again() {
    at_each_desk("team_deactivate", Role::Admin, async |desk: &mut Desk| {
        let admin = &desk.agent;
        admin.opens_chats().await?;
        let dora = somebody(&desk.server, admin.browser.kind, ("Dora", Role::Agent)).await?;
        dora.opens_chats().await?;
        dora.connects().await?;
        let marie = desk.visitor("Marie Dupont").await?;
        dora.clicks_at(".offer [data-do=accept]").await?;
        dora.replies("Hello").await?;
        dora.reads_in(".thread .msg.agent .bubble", "Hello").await?;
        opens_part(admin, "team").await?;
        own_role_stays(admin).await?;
        admin.clicks_at(".team-line:has([title='Change Dora']) [data-do=edit]").await?;
        admin.clicks_at(".modal [data-do=deactivate]").await?;
        admin.reads_in(".modal", "Dora is logged out at once").await?;
        admin.clicks_at(".modal button[type=submit]").await?;
        // Without having asked for anything.
        dora.finds("the log-in", "document.querySelector('input[name=password]')").await?;
        admin.reads_in(".team-out", "Dora").await?;
        dora.fills_in_the_login().await?;
        dora.reads_in(".form-error", "do not match").await?;
        admin.clicks_at(".rail [href='/']").await?;
        admin.shows_list("waiting").await?;
        admin.reads_in(".chat-row .row-who", "Marie Dupont").await?;
        drop(marie);
        dora.browser.quit().await
    })
    .await;
}

async fn own_role_stays(admin: &Agent) -> Result<()> {
    admin.clicks_at(".team-line:has([title='Change Claire']) [data-do=edit]").await?;
    admin.reads_in(".modal [data-fixed=role]", "You cannot take your own role away").await?;
    admin.finds("no way out", "!document.querySelector('.modal [data-do=deactivate]')").await?;
    admin.clicks_at("dialog .modal-top button").await?;
    admin.finds("no dialog", "!document.querySelector('dialog')").await.map(drop)
}

const FIRST: &str = "[data-kind=question] [data-answer='0']";
const SECOND: &str = "[data-kind=question] [data-answer='1']";

// shows: BOT-07, BOT-08, WID-13, ADM-01
#[tokio::test]
async fn a_bot_that_is_drawn_in_the_desk_is_met_by_the_next_visitor() {
    in_each_browser("bot_drawn", async |stage: &mut Stage| {
        let admin = somebody(&stage.server, stage.visitor.kind, ("Claire", Role::Manager)).await?;
        admin.opens_chats().await?;
        opens_part(&admin, "bot").await?;
        admin.clicks_at("[data-do=begin-bot]").await?;
        fills(&admin, &format!("{FIRST} [name=answer]"), "An order").await?;
        admin.clicks_at("[data-do=add-answer]").await?;
        refuses_what_is_not_complete(&admin).await?;
        fills(&admin, &format!("{SECOND} [name=answer]"), "Nothing").await?;
        chooses(&admin, &format!("{SECOND} [name=way]"), "new:end").await?;
        fills(&admin, "[data-kind=handover] [name=text]", "Somebody looks for your order").await?;
        tries(&admin).await?;
        admin.reads_in(".bot-verdict", "Complete").await?;
        admin.clicks_at(".bot-foot button[type=submit]").await?;
        admin.reads_in(".bot-foot", "chats that begin from now on").await?;
        stage.opens("/products?lang=en").await?;
        let widget = stage.widget();
        widget.starts().await?;
        widget.says("How can we help you?").await?;
        widget.says("An order").await?;
        // Whoever talks to a bot goes on with the one that they know.
        fills(&admin, &format!("{FIRST} [name=answer]"), "A parcel").await?;
        admin.clicks_at(".bot-foot button[type=submit]").await?;
        admin.reads_in(".bot-foot", "chats that begin from now on").await?;
        widget.clicks(".choice").await?;
        widget.says("Somebody looks for your order").await?;
        widget.clicks("header [data-act='\"end\"']").await?;
        widget.clicks("[data-act='{\"confirm\":true}']").await?;
        widget.says("You ended the chat").await?;
        widget.clicks("[data-act='\"anew\"']").await?;
        widget.clicks("[data-form=start] [type=submit]").await?;
        widget.says("A parcel").await?;
        admin.browser.quit().await
    })
    .await;
}

/// A bot that is not complete says so at its steps, and is not what visitors meet.
async fn refuses_what_is_not_complete(admin: &Agent) -> Result<()> {
    admin.reads_in("[data-kind=question] .bot-fault", "Choose where this leads").await?;
    admin.reads_in("[data-kind=question] .bot-fault", "A text is missing").await?;
    admin.clicks_at(".bot-foot button[type=submit]").await?;
    admin.reads_in(".bot-foot", "Nothing was changed").await?;
    // Nobody reaches an agent when the one answer that led to one ends the chat.
    chooses(admin, &format!("{FIRST} [name=way]"), "new:end").await?;
    admin.reads_in(".bot-foot .bot-fault", "No way leads to an agent").await?;
    admin.reads_in(".bot-lost .bot-fault", "Nobody ever gets here").await?;
    let lost = text_of(admin, ".bot-lost .bot-number").await?;
    let lost = admin.finds("its number", &format!("[...document.querySelectorAll('.bot-step')].find(it => it.querySelector('.bot-number').textContent === '{lost}').dataset.step")).await?;
    let there = format!("step:{}", lost.as_str().context("a number")?);
    chooses(admin, &format!("{FIRST} [name=way]"), &there).await?;
    admin.clicks_at(".bot-lost [data-do=remove-step]").await?;
    admin.finds("nothing lost", "!document.querySelector('.bot-lost')").await.map(drop)
}

async fn tries(admin: &Agent) -> Result<()> {
    admin.reads_in(".bot-talk .bot-says", "How can we help you?").await?;
    admin.clicks_at(".bot-talk [data-choice='0']").await?;
    admin.reads_in(".bot-talk .bot-chosen", "An order").await?;
    admin.reads_in(".bot-talk .bot-says", "Somebody looks for your order").await?;
    admin.reads_in(".bot-talk .bot-event", "The visitor waits in").await?;
    admin.clicks_at("[data-do=try-again]").await?;
    admin.clicks_at(".bot-talk [data-choice='1']").await?;
    admin.reads_in(".bot-talk .bot-event", "The chat ends here").await
}

#[tokio::test]
async fn a_queue_is_made_and_deleted_and_who_waited_there_waits_elsewhere() {
    at_each_desk("queue_deleted", Role::Manager, async |desk: &mut Desk| {
        let agent = &desk.agent;
        agent.opens_chats().await?;
        opens_part(agent, "queues").await?;
        agent.clicks_at("[data-queue='0'] summary").await?;
        fills(agent, "[data-queue='0'] [name=name]", "Returns").await?;
        agent.clicks_at("[data-queue='0'] button[type=submit]").await?;
        agent.reads_in(".queue summary", "Nobody serves this queue").await?;
        agent.clicks_at(".rail [href='/']").await?;
        agent.connects().await?;
        let marie = desk.visitor("Marie Dupont").await?;
        agent.clicks_at(".offer [data-do=accept]").await?;
        agent.replies("I give you to my colleagues").await?;
        agent.is_there("away").await?;
        agent.clicks_at("[data-do=transfer]").await?;
        agent.clicks_at(".target[data-queue]:last-of-type").await?;
        agent.clicks_at(".modal button[type=submit]").await?;
        agent.shows_list("waiting").await?;
        agent.reads_in(".conversation header", "Returns").await?;
        opens_part(agent, "queues").await?;
        is_still_used(agent).await?;
        agent.clicks_at("[data-queue]:nth-of-type(2) summary").await?;
        agent.clicks_at("[data-queue]:nth-of-type(2) [data-do=delete-queue]").await?;
        agent.reads_in(".modal", "“Returns”").await?;
        agent.clicks_at(".modal button[type=submit]").await?;
        agent.finds("one queue", "document.querySelectorAll('.queue').length === 2").await?;
        agent.clicks_at(".rail [href='/']").await?;
        agent.shows_list("waiting").await?;
        agent.opens_row("Marie Dupont").await?;
        agent.reads_in(".conversation header", "Support").await?;
        drop(marie);
        Ok(())
    })
    .await;
}

/// The queue that visitors come to by themselves cannot go; the dialog says why.
async fn is_still_used(agent: &Agent) -> Result<()> {
    agent.clicks_at("[data-queue]:nth-of-type(1) summary").await?;
    agent.clicks_at("[data-queue]:nth-of-type(1) [data-do=delete-queue]").await?;
    agent.clicks_at(".modal button[type=submit]").await?;
    agent.reads_in(".modal .outcome", "Visitors are still sent here").await?;
    agent.clicks_at("dialog .modal-top button").await?;
    agent.finds("no dialog", "!document.querySelector('dialog')").await.map(drop)
}

/// What a site's server signs.
fn signed(kid: &str, secret: &str) -> Result<String> {
    let byte = |at: usize| Ok(u8::from_str_radix(secret.get(at..at + 2).context("two digits")?, 16)?);
    let key = (0..secret.len()).step_by(2).map(byte).collect::<Result<Vec<_>>>()?;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs();
    let claims = json!({ "aud": "demo", "sub": "customer-4711", "exp": now + 600 });
    let header = json!({ "alg": "HS256", "kid": kid });
    let text = format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(claims.to_string()));
    let mut mac = Hmac::<Sha256>::new_from_slice(&key)?;
    mac.update(text.as_bytes());
    Ok(format!("{text}.{}", BASE64.encode(mac.finalize().into_bytes())))
}

/// What the server says to a page that knows who its visitor is.
async fn asked_with(stage: &Stage, identity: String) -> Result<u16> {
    let place = stage.place();
    let asks = TokenRequest { secret: chat_client::secret(), identity: Some(identity) };
    let path = format!("{}/v1/widget/{}/token", place.server, place.site);
    let answer = chat_client::browser().post(path).header("origin", &place.pages).json(&asks).send().await?;
    Ok(answer.status().as_u16())
}

#[tokio::test]
async fn a_key_is_made_and_what_it_signs_counts_until_it_is_deleted() {
    in_each_browser("key_made", async |stage: &mut Stage| {
        let admin = somebody(&stage.server, stage.visitor.kind, ("Claire", Role::Admin)).await?;
        admin.opens_chats().await?;
        opens_part(&admin, "keys").await?;
        admin.reads_in("#keys", "There is no key").await?;
        admin.clicks_at("[data-do=make-key]").await?;
        let secret = text_of(&admin, "[data-secret]").await?;
        let kid = text_of(&admin, "[data-kid] code").await?;
        let word = signed(&kid, &secret)?;
        ensure!(asked_with(stage, word.clone()).await? == 200, "the word of the site does not count");
        ensure!(asked_with(stage, signed(&kid, &"00".repeat(32))?).await? == 401, "anybody may sign");
        opens_part(&admin, "keys").await?;
        admin.reads_in("[data-kid]", &kid).await?;
        admin.finds("no secret", "!document.querySelector('[data-secret]')").await?;
        admin.clicks_at("[data-do=delete-key]").await?;
        admin.reads_in(".modal", "will not count any more").await?;
        admin.clicks_at(".modal button[type=submit]").await?;
        admin.reads_in("#keys", "There is no key").await?;
        ensure!(asked_with(stage, word).await? == 401, "a deleted key still counts");
        admin.browser.quit().await
    })
    .await;
}

/// A page of nobody's shop, as it is written at the moment.
async fn bare_page(html: Arc<Mutex<String>>) -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let origin = format!("http://bare.localhost:{}", listener.local_addr()?.port());
    let page = get(move || {
        let html = html.lock().unwrap_or_else(PoisonError::into_inner).clone();
        async move { Html(html) }
    });
    // Ends with the test.
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/", page)).await });
    Ok(origin)
}

const BARE: &str = "<!doctype html><html lang=en><head><meta charset=utf-8><title>Bare</title></head><body><h1>Bare</h1></body></html>";

// shows: WID-03, WID-04
#[tokio::test]
async fn a_site_is_added_and_the_code_that_is_shown_brings_the_chat_to_a_bare_page() {
    in_each_browser("site_added", async |stage: &mut Stage| {
        let html = Arc::new(Mutex::new(BARE.to_owned()));
        let origin = bare_page(Arc::clone(&html)).await?;
        let admin = somebody(&stage.server, stage.visitor.kind, ("Claire", Role::Admin)).await?;
        admin.opens_chats().await?;
        opens_part(&admin, "sites").await?;
        admin.clicks_at(".site-new summary").await?;
        fills(&admin, ".site-new [name=name]", "Bare pages").await?;
        fills(&admin, ".site-new [name=origin]", "not an address").await?;
        admin.clicks_at(".site-new [data-do=add-origin]").await?;
        admin.reads_in(".site-new .under-field", "https://shop.example").await?;
        fills(&admin, ".site-new [name=origin]", &format!("{origin}/a/page?x=1")).await?;
        admin.clicks_at(".site-new [data-do=add-origin]").await?;
        admin.reads_in(".site-new .origin", &origin).await?;
        admin.clicks_at(".site-new button[type=submit]").await?;
        admin.reads_in("[data-key=bare-pages] summary", "Bare pages").await?;
        admin
            .finds("the site to choose", "document.querySelector('select[name=site] [value=bare-pages]')")
            .await?;
        chooses(&admin, "select[name=site]", "bare-pages").await?;
        admin.clicks_at("[data-part=install]").await?;
        admin.reads_in("#install .snippet code", "data-site=\"bare-pages\"").await?;
        let code = text_of(&admin, "#install .snippet code").await?;
        *html.lock().unwrap_or_else(PoisonError::into_inner) =
            BARE.replace("</head>", &format!("{code}</head>"));
        stage.visitor.driver.goto(&origin).await?;
        let widget = Root::of(&stage.visitor);
        widget.starts().await?;
        widget.says("Waiting for an adviser").await?;
        let title = eval(&stage.visitor.driver, "document.title").await?;
        ensure!(title == "Bare", "the page is {title}");
        admin.browser.quit().await
    })
    .await;
}

/// The pages that are looked at: width, height, name.
const SIZES: [(u32, u32, &str); 3] = [(1440, 900, "wide"), (1024, 768, "middle"), (390, 844, "phone")];

#[tokio::test]
async fn the_administration_of_people_is_pictured() {
    at_desk("team_pictures", (Kind::Chromium, "fr", Role::Admin), async |desk: &mut Desk| {
        let admin = &desk.agent;
        admin.opens_chats().await?;
        opens_part(admin, "team").await?;
        admin.clicks_at("[data-do=invite]").await?;
        admin.finds("the dialog", "document.querySelector('dialog[open]')").await?;
        admin.is_pictured("admin-invite").await?;
        fills(admin, ".modal [name=email]", "ivy@example.com").await?;
        admin.clicks_at(".modal button[type=submit]").await?;
        let link = text_of(admin, "[data-link]").await?;
        admin.is_pictured("admin-link").await?;
        admin.clicks_at("[data-do=done]").await?;
        admin.clicks_at("[title='Modifier Bruno']").await?;
        admin.finds("what he can", "document.querySelector('.team-can')").await?;
        admin.is_pictured("admin-person").await?;
        admin.clicks_at(".modal [data-do=deactivate]").await?;
        admin.finds("the question", "document.querySelector('.modal .button.danger[type=submit]')").await?;
        admin.is_pictured("admin-deactivate").await?;
        for theme in ["light", "dark"] {
            for part in ["team", "sites", "keys", "bot", "queues", "tags"] {
                admin.sizes_page(1440, 900).await?;
                opens_part(admin, part).await?;
                admin.finds("what it shows", "!document.querySelector('.skeleton')").await?;
                is_filled(admin, part).await?;
                for (width, height, name) in SIZES {
                    admin.sizes_page(width, height).await?;
                    admin.is_pictured(&format!("admin-{part}-{name}-{theme}")).await?;
                }
            }
            admin.sizes_page(1440, 900).await?;
            admin.window().goto(&link).await?;
            admin.finds("the invitation", "document.querySelector('[name=first_name]')").await?;
            for (width, height, name) in SIZES {
                admin.sizes_page(width, height).await?;
                admin.is_pictured(&format!("admin-invitation-{name}-{theme}")).await?;
            }
            admin.clicks_at("button[title*=hème]").await?;
        }
        Ok(())
    })
    .await;
}

async fn is_filled(admin: &Agent, part: &str) -> Result<()> {
    match part {
        "bot" => {
            admin.finds("the bot", "document.querySelector('[data-do=begin-bot], .bot-step')").await?;
            if eval(admin.window(), "!!document.querySelector('[data-do=begin-bot]')").await? == true {
                admin.clicks_at("[data-do=begin-bot]").await?;
                admin.clicks_at("[data-do=add-answer]").await?;
                fills(admin, &format!("{SECOND} [name=answer]"), "Où est mon colis ?").await?;
                chooses(admin, &format!("{SECOND} [name=way]"), "new:message").await?;
                admin.clicks_at(".bot-talk [data-choice='0']").await?;
                admin.reads_in(".bot-fault", "Il manque un texte").await?;
            }
            Ok(())
        }
        "keys" if eval(admin.window(), "!document.querySelector('[data-kid]')").await? == true => {
            admin.clicks_at("[data-do=make-key]").await?;
            admin.finds("the secret", "document.querySelector('[data-secret]')").await.map(drop)
        }
        "sites" => admin.finds("a site", "document.querySelector('.site-fold')").await.map(drop),
        _ => Ok(()),
    }
}
