//! What an agent knows of a visitor, and what the desk keeps: the panel, the file of a visitor, unsent texts, the keyboard.

use std::time::Duration;

use accounts::Role;
use anyhow::{Context, Result, ensure};
use chat_client::Visitor;
use chat_proto::{
    desk::{Deed, Presence},
    visitor::FromVisitor,
};
use tests::{
    agent::Agent,
    browser::Kind,
    desk::{Desk, at_desk, at_each_desk},
    wait::eval,
};
use thirtyfour::{By, Key};

/// Whoever was not listened to for long may have lost their connection meanwhile.
async fn is_back(marie: &mut Visitor) -> Result<()> {
    marie.cut();
    Ok(marie.connect().await?)
}

/// A closed conversation that was rated, and a page before it.
async fn has_been_served(desk: &Desk, marie: &mut Visitor) -> Result<()> {
    let agent = &desk.agent;
    agent.clicks_at(".offer [data-do=accept]").await?;
    agent.replies("Your parcel is at the post office (see https://post.example/find).").await?;
    is_back(marie).await?;
    marie.reads("the reply", |it| it.text.starts_with("Your parcel")).await?;
    marie.write("Thank you").await?;
    agent.reads_in(".thread .bubble", "Thank you").await?;
    agent.clicks_at(".conversation [data-do=close]").await?;
    agent.clicks_at(".modal button[type=submit]").await?;
    agent.reads_in(".toasts", "Chat closed").await?;
    is_back(marie).await?;
    let rate = FromVisitor::Rate {
        cid: chat_client::name(),
        conv: marie.thread.conv.clone(),
        stars: 4,
        text: "Quick and kind".into(),
    };
    marie.say(rate).await?;
    agent.reads_in(".thread [data-rating='4']", "Quick and kind").await
}

// shows: INF-08, INF-11, RAT-01, CRM-04, FIL-12, DSK-11
#[tokio::test]
async fn the_file_of_a_visitor_holds_all_that_was_said_and_noted() {
    at_each_desk("desk_contact", Role::Agent, async |desk: &mut Desk| {
        let agent = &desk.agent;
        agent.opens_chats().await?;
        agent.sizes_page(1440, 900).await?;
        agent.connects().await?;
        let mut marie = desk.visitor("Marie Dupont").await?;
        desk.looks_at(&mut marie, "/parcels", "Parcels").await?;
        has_been_served(desk, &mut marie).await?;
        agent.reads_in("[data-part=pages]", "Parcels").await?;
        agent
            .finds(
                "the stars in the panel",
                "document.querySelector('[data-part=rating] [data-rating=\"4\"]')",
            )
            .await?;
        let email = "document.body.innerText.split('marie.dupont@example.org').length - 1 === 1";
        agent.finds("the e-mail once", email).await?;
        agent.shows_list("history").await?;
        agent.finds("the stars in the row", "document.querySelector('.chat-row [data-stars=\"4\"]')").await?;
        notes_are_kept(desk).await?;
        is_back(&mut marie).await?;
        desk.starts(&mut marie).await?;
        agent.clicks_at(".offer [data-do=accept]").await?;
        agent.replies("Here again").await?;
        agent.clicks_at("[data-do=customer-file]").await?;
        agent.reads_in(".contact-chat:nth-of-type(1) .bubble", "Your parcel is at the post office").await?;
        agent.reads_in(".contact-chat:nth-of-type(2) .bubble", "Here again").await?;
        agent.finds("the stars", "document.querySelector('.contact-chat [data-stars=\"4\"]')").await?;
        agent
            .finds(
                "the link without its bracket",
                "document.querySelector('.contact-chat a[href=\"https://post.example/find\"]')",
            )
            .await?;
        agent.reads_in(".contact-sheet .sticky.blue", "Prefers the telephone").await
    })
    .await;
}

// shows: THR-09, INF-01, INF-03, INF-04, INF-07, INF-09, INF-10, DSK-10
#[tokio::test]
async fn the_panel_tells_of_the_visit_and_leads_to_the_conversation_of_before() {
    at_each_desk("desk_panel", Role::Agent, async |desk: &mut Desk| {
        let agent = &desk.agent;
        agent.opens_chats().await?;
        agent.sizes_page(1440, 900).await?;
        let mut marie = desk.somebody();
        let (mut before, came) = was_served_thrice(desk, &mut marie).await?;
        agent.connects().await?;
        desk.starts(&mut marie).await?;
        before.push(marie.thread.conv.clone());
        agent.clicks_at(".offer [data-do=accept]").await?;
        agent.replies("The first time").await?;
        marie.reads("the reply", |it| it.text == "The first time").await?;
        let lasted = visit_goes_on(agent, came).await?;
        agent.clicks_at(".conversation [data-do=close]").await?;
        agent.clicks_at(".modal button[type=submit]").await?;
        agent.reads_in(".toasts", "Chat closed").await?;
        visit_stands_still(agent, came, lasted).await?;
        is_back(&mut marie).await?;
        desk.starts(&mut marie).await?;
        agent.clicks_at(".offer [data-do=accept]").await?;
        agent.replies("The second time").await?;
        marie.reads("the reply", |it| it.text == "The second time").await?;
        // What is no page of the web is none of them.
        desk.tells_of(&mut marie, "javascript:document.title='taken'", "Your gift").await?;
        desk.looks_at(&mut marie, "/basket", "Your basket").await?;
        agent.reads_in("[data-part=pages]", "Your basket").await?;
        let links = "[...document.querySelectorAll('[data-part=pages] li')].every(it => it.querySelector('a')?.protocol === 'http:')";
        agent.finds("pages alone", &format!("{links} && !document.body.innerText.includes('Your gift')")).await?;
        agent.reads_in("[data-part=past] summary", "4").await?;
        let latest: Vec<_> = before.iter().rev().take(3).cloned().collect();
        let past = "[...document.querySelectorAll('.past-line')].map(it => it.dataset.past).join()";
        agent.finds("the three latest, the newest first", &format!("({past}) === {:?}", latest.join(","))).await?;
        let dated = "[...document.querySelectorAll('.past-line time')].every(it => /\\d.*\\d\\d:\\d\\d/.test(it.textContent))";
        agent.finds("date and time of each", dated).await?;
        agent.clicks_at("[popovertarget=conversation-more]").await?;
        agent.reads_in("[data-do=open_page]", "basket and log-in are not carried over").await?;
        agent
            .finds("the page can be opened", "!document.querySelector('[data-do=open_page]').disabled")
            .await?;
        agent.presses_key(Key::Escape).await?;
        agent.clicks_at(".past-line").await?;
        agent.finds("the focus in the thread", "document.activeElement.classList.contains('past')").await?;
        agent.reads_in(".thread .bubble", "The first time").await?;
        agent.clicks_at("[data-filter=actions]").await?;
        agent.reads_in(".thread .navigation", "Your basket").await
    })
    .await;
}

/// The panel's figure, in seconds.
const LASTS: &str = "(document.querySelector('[data-fact=duration]')?.textContent ?? '').split(':').reduce((sum, it) => sum * 60 + Number(it), 0)";

/// It is counted from when they came, which is before the conversation, and while it is looked at. Gives what it says.
async fn visit_goes_on(agent: &Agent, came: i64) -> Result<i64> {
    let so_far = format!("Math.abs((Date.now() - {came}) / 1000 - {LASTS}) < 3 && {LASTS}");
    let begins = agent.finds("the time since they came", &so_far).await?;
    let lasts = agent.finds("the time that goes on", &format!("{LASTS} >= {begins} + 2 && {LASTS}")).await?;
    lasts.as_i64().context("a number")
}

/// It ends with the conversation, and goes back by nothing.
async fn visit_stands_still(agent: &Agent, came: i64, lasted: i64) -> Result<()> {
    agent.finds("the time that is over", &format!("(Date.now() - {came}) / 1000 - {LASTS} > 3")).await?;
    let lasts = eval(agent.window(), LASTS).await?;
    ensure!(lasts.as_i64().is_some_and(|it| lasted <= it), "{lasted} seconds were {lasts} in the end");
    Ok(())
}

/// By Bruno, who is gone then: which conversations those were, and when the visitor had come.
async fn was_served_thrice(desk: &Desk, marie: &mut Visitor) -> Result<(Vec<String>, i64)> {
    let mut bruno = desk.colleague().await?;
    marie.connect().await?;
    let (mut all, mut came) = (Vec::new(), None);
    for _ in 0..3 {
        match came {
            None => came = Some(desk.starts_late(marie, Duration::from_secs(125)).await?),
            Some(_) => desk.starts(marie).await?,
        }
        let (conv, no) = bruno.is_asked().await?;
        bruno.does(&conv, Deed::Accept { no }).await?;
        bruno.write(&conv, "Bruno here").await?;
        bruno.does(&conv, Deed::Close { tags: Vec::new() }).await?;
        marie.reads("the end", |it| it.meta.code == "ended").await?;
        all.push(conv);
    }
    bruno.be(Presence::Gone).await?;
    Ok((all, came.context("they came")?))
}

/// Where a note is written.
const NOTE: &str = ".panel [data-form=note] textarea";

async fn writes_note(agent: &Agent, text: &str) -> Result<()> {
    agent.finds("the field of the note", &format!("document.querySelector({NOTE:?})")).await?;
    Ok(agent.window().find(By::Css(NOTE)).await?.send_keys(text).await?)
}

async fn notes_are_kept(desk: &Desk) -> Result<()> {
    let agent = &desk.agent;
    agent.clicks_at(".panel [data-do=new-note]").await?;
    writes_note(agent, "Prefers the phone").await?;
    agent.clicks_at(".panel [data-form=note] [value=blue]").await?;
    agent.clicks_at(".panel [data-form=note] [type=submit]").await?;
    agent.reads_in(".panel .sticky.blue", "Prefers the phone").await?;
    agent.clicks_at(".panel [data-do=edit-note]").await?;
    agent.finds("the field", &format!("document.querySelector({NOTE:?})")).await?;
    agent.window().find(By::Css(NOTE)).await?.clear().await?;
    writes_note(agent, "Prefers the telephone").await?;
    agent.clicks_at(".panel [data-form=note] [type=submit]").await?;
    agent.reads_in(".panel .sticky.blue", "Prefers the telephone").await?;
    agent.clicks_at(".panel [data-do=new-note]").await?;
    writes_note(agent, "Gone soon").await?;
    agent.window().refresh().await?;
    let written = "document.querySelector('.panel [data-form=note] textarea')?.value === 'Gone soon'";
    agent.finds("what was being written", written).await?;
    agent.clicks_at(".panel [data-form=note] [type=submit]").await?;
    agent.reads_in(".panel .sticky.yellow", "Gone soon").await?;
    agent.clicks_at(".panel .sticky.yellow [data-do=delete-note]").await?;
    agent.finds("one note", "document.querySelectorAll('.panel article.sticky').length === 1").await.map(drop)
}

// shows: ERR-05
#[tokio::test]
async fn what_a_closed_tab_had_not_sent_is_offered_again_and_goes_once() {
    at_each_desk("desk_kept", Role::Agent, async |desk: &mut Desk| {
        desk.agent.opens_chats().await?;
        desk.agent.connects().await?;
        let mut marie = desk.visitor("Marie Dupont").await?;
        desk.agent.clicks_at(".offer [data-do=accept]").await?;
        desk.agent.replies("One").await?;
        is_back(&mut marie).await?;
        marie.reads("the first", |it| it.text == "One").await?;
        desk.without_server(async |desk: &Desk| {
            desk.agent.reads_in(".band", "No internet connection").await?;
            desk.agent.replies("Two").await?;
            desk.agent.finds("on its way", "document.querySelector('.msg.sending')").await?;
            let window = desk.agent.window();
            let other = window.new_tab().await?;
            window.close_window().await?;
            Ok(window.switch_to_window(other).await?)
        })
        .await?;
        let agent = &desk.agent;
        agent.window().goto(&agent.desk).await?;
        agent.reads_in(".unsent [data-unsent]", "Two").await?;
        agent.clicks_at(".unsent [data-unsent]").await?;
        agent.reads_in(".msg.error .failed", "Not sent").await?;
        agent.clicks_at(".msg.error [data-do=resend]").await?;
        agent.finds("nothing unsent", "!document.querySelector('.msg.error, .msg.sending, .unsent')").await?;
        is_back(&mut marie).await?;
        marie.reads("the second", |it| it.text == "Two").await?;
        agent.window().refresh().await?;
        agent.reads_in(".thread .bubble", "Two").await?;
        let said: Vec<_> =
            marie.thread.msgs.iter().filter(|it| !it.text.is_empty()).map(|it| &*it.text).collect();
        ensure!(said == ["One", "Two"], "the visitor reads {said:?}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_keyboard_never_loses_its_place_and_single_keys_can_be_switched_off() {
    at_each_desk("desk_keys", Role::Agent, async |desk: &mut Desk| {
        let agent = &desk.agent;
        agent.opens_chats().await?;
        agent.connects().await?;
        let mut marie = desk.visitor("Marie Dupont").await?;
        agent.clicks_at(".offer [data-do=accept]").await?;
        let focus = |place: &str| format!("document.activeElement.matches({place:?})");
        agent.finds("the focus in the composer", &focus("#reply")).await?;
        is_back(&mut marie).await?;
        marie.write("Hello").await?;
        agent.reads_in("[data-live=message]", "Marie Dupont: Hello").await?;
        typing_moves_nothing(desk).await?;
        agent.presses_key(Key::Escape).await?;
        agent.types("?").await?;
        agent.clicks_at("dialog [name=letter-keys]").await?;
        agent.presses_key(Key::Escape).await?;
        agent.finds("no dialog", "!document.querySelector('dialog')").await?;
        agent.finds("the focus somewhere", "document.activeElement !== document.body").await?;
        agent.clicks_at(".conversation [data-do=snooze]").await?;
        agent.finds("the dialog", "document.querySelector('dialog[open]')").await?;
        agent.presses_key(Key::Escape).await?;
        agent.finds("the focus where it was", &focus("[data-do=snooze]")).await?;
        agent.types("i").await?;
        agent.finds("the panel is there still", "document.querySelector('.panel')").await?;
        agent.clicks_at(".conversation [data-do=close]").await?;
        agent.clicks_at(".modal button[type=submit]").await?;
        agent.reads_in(".toasts", "Chat closed").await?;
        agent.finds("the focus in the conversation", &focus(".conversation *")).await.map(drop)
    })
    .await;
}

/// The thread is not drawn anew for what is typed, and the Enter of an input method sends nothing.
async fn typing_moves_nothing(desk: &Desk) -> Result<()> {
    let agent = &desk.agent;
    let watch = "window.moves = 0; new MutationObserver(all => window.moves += all.length)
        .observe(document.querySelector('.thread-lines'), { childList: true, subtree: true, characterData: true });";
    agent.window().execute(watch, Vec::new()).await?;
    agent.types_reply("Good morning, Marie").await?;
    agent.finds("nothing moved", "window.moves === 0").await?;
    let composed = "document.querySelector('#reply').dispatchEvent(
        new KeyboardEvent('keydown', { key: 'Enter', keyCode: 229, bubbles: true, cancelable: true }));";
    agent.window().execute(composed, Vec::new()).await?;
    agent
        .finds("it stands there", "document.querySelector('#reply').value === 'Good morning, Marie'")
        .await?;
    agent.finds("nothing is sent", "!document.querySelector('.msg.sending')").await.map(drop)
}

// shows: TRF-01
#[tokio::test]
async fn whoever_is_not_connected_cannot_be_given_a_conversation() {
    at_each_desk("desk_grey", Role::Agent, async |desk: &mut Desk| {
        let agent = &desk.agent;
        agent.opens_chats().await?;
        agent.connects().await?;
        let bruno = desk.colleague().await?;
        drop(bruno);
        let marie = desk.visitor("Marie Dupont").await?;
        agent.clicks_at(".offer [data-do=accept]").await?;
        agent.clicks_at(".conversation [data-do=transfer]").await?;
        let grey = "document.querySelector('.target.off[data-presence=gone] input')?.disabled";
        agent.finds("a grey line", grey).await?;
        drop(marie);
        Ok(())
    })
    .await;
}

// shows: MOB-01
#[tokio::test]
async fn the_file_of_a_visitor_is_pictured() {
    at_desk("desk_file_pictures", (Kind::Chromium, "fr", Role::Manager), async |desk: &mut Desk| {
        let agent = &desk.agent;
        agent.opens_chats().await?;
        agent.sizes_page(1440, 900).await?;
        agent.connects().await?;
        let mut marie = desk.visitor("Marie Dupont").await?;
        desk.looks_at(&mut marie, "/livraison", "Livraison et retours").await?;
        agent.clicks_at(".offer [data-do=accept]").await?;
        agent.replies("Bonjour Marie, que puis-je faire pour vous ?").await?;
        marie.write("Bonjour, où est mon colis ?").await?;
        agent.reads_in(".thread .bubble", "où est mon colis").await?;
        agent.replies("Il est arrivé au point relais (voir https://poste.example/relais).").await?;
        desk.looks_at(&mut marie, "/compte", "Votre compte").await?;
        agent.reads_in("[data-part=pages]", "Votre compte").await?;
        agent.clicks_at(".panel [data-do=new-note]").await?;
        writes_note(agent, "Préfère le téléphone, le matin.").await?;
        agent.is_pictured("file-note-form").await?;
        agent.clicks_at(".panel [data-form=note] [type=submit]").await?;
        agent.reads_in(".panel .sticky", "Préfère").await?;
        agent.clicks_at(".conversation [data-do=close]").await?;
        agent.clicks_at(".modal button[type=submit]").await?;
        agent.reads_in(".toasts", "Discussion fermée").await?;
        is_back(&mut marie).await?;
        let (cid, conv) = (chat_client::name(), marie.thread.conv.clone());
        marie
            .say(FromVisitor::Rate { cid, conv, stars: 4, text: "Rapide et aimable, merci.".into() })
            .await?;
        agent.reads_in(".thread [data-rating]", "aimable").await?;
        agent.shows_list("history").await?;
        agent.finds("the stars in the row", "document.querySelector('.chat-row [data-stars]')").await?;
        for theme in ["light", "dark"] {
            for (width, height, name) in [(1440, 900, "wide"), (390, 844, "phone")] {
                agent.sizes_page(width, height).await?;
                agent.is_pictured(&format!("file-closed-{name}-{theme}")).await?;
            }
            agent.sizes_page(1440, 900).await?;
            agent.clicks_at(".rail button[title*=heme], .rail button[title*=hème]").await?;
        }
        agent.shows_list("waiting").await?;
        let mut paul = desk.visitor("Paul Petit").await?;
        paul.write("Bonjour, je voudrais échanger des chaussures contre la taille au-dessus.").await?;
        agent.reads_in(".offer [data-offer=words]", "échanger des chaussures").await?;
        agent.is_pictured("file-offer").await?;
        agent.clicks_at(".offer [data-do=decline]").await?;
        is_back(&mut marie).await?;
        desk.starts(&mut marie).await?;
        agent.clicks_at(".offer [data-do=accept]").await?;
        agent.clicks_at(".conversation [data-do=transfer]").await?;
        agent.finds("the dialog", "document.querySelector('dialog[open]')").await?;
        agent.is_pictured("file-transfer").await?;
        agent.presses_key(Key::Escape).await?;
        agent.types("?").await?;
        agent.finds("the keys", "document.querySelector('dialog[open] [name=letter-keys]')").await?;
        agent.is_pictured("file-keys").await?;
        agent.presses_key(Key::Escape).await?;
        agent.sizes_page(390, 844).await?;
        agent.is_pictured("file-again-phone").await?;
        agent.clicks_at("[data-do=past]").await?;
        agent.reads_in(".contact-chat .bubble", "où est mon colis").await?;
        agent.is_pictured("file-contact-phone").await?;
        for theme in ["light", "dark"] {
            agent.sizes_page(1440, 900).await?;
            agent.is_pictured(&format!("file-contact-{theme}")).await?;
            agent.clicks_at(".rail button[title*=heme], .rail button[title*=hème]").await?;
        }
        Ok(())
    })
    .await;
}
