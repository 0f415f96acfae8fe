//! Conversations at the desk: waiting, offered, answered, put aside, given on, ended.

use accounts::Role;
use anyhow::{Result, ensure};
use chat_client::Error;
use chat_proto::desk::Deed;
use tests::{
    agent::Agent,
    browser::Kind,
    desk::{Desk, at_desk, at_each_desk},
    wait::eval,
};
use thirtyfour::Key;

// shows: QUE-01, QUE-02, QUE-03, QUE-04, QUE-05, QUE-09, DSK-01, DSK-08, DSK-09, THR-01, THR-02, THR-04, CMP-01, MOB-02
#[tokio::test]
async fn a_request_is_offered_accepted_answered_and_closed() {
    at_each_desk("desk_request", Role::Agent, async |desk: &mut Desk| {
        let agent = &desk.agent;
        agent.opens_chats().await?;
        // Not connected: they are listed, and nobody is asked.
        let mut marie = desk.visitor("Marie Dupont").await?;
        let _anna = desk.visitor("Anna Blanc").await?;
        wait_in_turn(agent).await?;
        agent.finds("no offer", "!document.querySelector('.offer')").await?;
        agent.connects().await?;
        agent.reads_in(".offer", "Marie Dupont").await?;
        agent.finds("the ring", "parseInt(document.querySelector('.ring b').textContent) > 0").await?;
        let asked = "[...document.querySelectorAll('.chat-row .row-agent')].map(it => it.textContent).join()";
        agent.finds("whom both are offered to", &format!("({asked}) === 'Claire,Claire'")).await?;
        wait_in_turn(agent).await?;
        agent.clicks_at(&format!(".offer[data-conv='{}'] [data-do=accept]", marie.thread.conv)).await?;
        agent.reads_in(".thread .system", "Agent Claire accepted the request").await?;
        agent.shows_list("waiting").await?;
        agent.lists(&["Anna Blanc"]).await?;
        agent.reads_in(".filled", "marie.dupont@example.org").await?;
        agent.reads_in(".composer .answer-clock", "Answer within").await?;
        agent.replies("Bonjour Marie").await?;
        marie.reads("the reply", |it| it.text == "Bonjour Marie").await?;
        agent.finds("no clock any more", "!document.querySelector('.answer-clock')").await?;
        marie.write("Where is my parcel?").await?;
        agent.reads_in(".thread .msg.visitor .bubble", "Where is my parcel?").await?;
        ensure!(agent.thread().await? == ["agent: Bonjour Marie", "visitor: Where is my parcel?"]);
        visitor_left_agent_right(desk).await?;
        agent.shows_list("mine").await?;
        agent.reads_in(".chat-row", "Where is my parcel?").await?;
        agent.clicks_at(".conversation [data-do=close]").await?;
        agent.clicks_at(".modal button[type=submit]").await?;
        agent.reads_in(".toasts", "Chat closed").await?;
        agent.shows_list("history").await?;
        agent.reads_in(".chat-row .row-who", "Marie Dupont").await?;
        agent.finds("no composer", "!document.querySelector('#reply')").await.map(drop)
    })
    .await;
}

/// Who came first stands first, and how long each has waited is said, to the second.
async fn wait_in_turn(agent: &Agent) -> Result<()> {
    agent.lists(&["Marie Dupont", "Anna Blanc"]).await?;
    let waits = |name: &str| {
        format!(
            "(it => /^\\d+:\\d\\d$/.test(it) && it.split(':').reduce((sum, it) => sum * 60 + Number(it), 0) + 1)
             ([...document.querySelectorAll('.chat-row')].find(it => it.textContent.includes({name:?}))?.querySelector('.row-age').textContent)"
        )
    };
    let (first, second) = (waits("Marie Dupont"), waits("Anna Blanc"));
    agent.finds("the one who has waited for longer", &format!("{first} >= {second} && {second}")).await?;
    let so_far = eval(agent.window(), &second).await?;
    agent.finds("the time that goes on", &format!("{second} > {so_far}")).await.map(drop)
}

async fn visitor_left_agent_right(desk: &Desk) -> Result<()> {
    let places = "(() => {
        const at = side => document.querySelector('.msg.' + side + ' .bubble');
        const [visitor, agent] = [at('visitor'), at('agent')];
        const colour = it => getComputedStyle(it).backgroundColor;
        return visitor.getBoundingClientRect().left < agent.getBoundingClientRect().left
            && visitor.getBoundingClientRect().right < agent.getBoundingClientRect().right
            && colour(visitor) !== colour(agent);
    })()";
    desk.agent.finds("the visitor at the left, the agent at the right", places).await.map(drop)
}

// shows: QUE-06, QUE-08
#[tokio::test]
async fn a_click_on_a_waiting_name_takes_it() {
    at_each_desk("desk_take", Role::Agent, async |desk: &mut Desk| {
        let agent = &desk.agent;
        agent.opens_chats().await?;
        let mut paul = desk.visitor("Paul Petit").await?;
        // Whoever is connected to no site takes nothing; the claim says so.
        agent.opens_row("Paul Petit").await?;
        agent.reads_in(".toasts", "Connect to the site first").await?;
        agent.reads_in(".instead", "Assign to me").await?;
        agent.finds("no composer", "!document.querySelector('#reply')").await?;
        // Away: nobody is asked, and a click on the name is enough.
        agent.is_there("away").await?;
        agent.shows_list("mine").await?;
        agent.shows_list("waiting").await?;
        agent.opens_row("Paul Petit").await?;
        agent.reads_in(".toasts", "Chat taken").await?;
        agent.finds("the composer", "document.querySelector('#reply')").await?;
        agent.replies("Hello Paul").await?;
        paul.reads("the reply", |it| it.text == "Hello Paul").await.map(drop)?;
        Ok(())
    })
    .await;
}

// shows: QUE-06
#[tokio::test]
async fn a_manager_looks_first_and_takes_by_a_button() {
    at_each_desk("desk_manager", Role::Manager, async |desk: &mut Desk| {
        let agent = &desk.agent;
        agent.opens_chats().await?;
        agent.is_there("away").await?;
        let mut lea = desk.visitor("Léa Roux").await?;
        agent.opens_row("Léa Roux").await?;
        agent.reads_in(".instead", "Assign to me").await?;
        let waits = "document.querySelector('.chat-row') && !document.querySelector('#reply')";
        agent.finds("it waits, and nothing can be written", waits).await?;
        agent.clicks_at("[data-do=claim]").await?;
        agent.reads_in(".toasts", "Chat taken").await?;
        agent.replies("Claire here").await?;
        lea.reads("the greeting", |it| it.text == "Claire here").await?;
        let mut bruno = desk.colleague().await?;
        let late = bruno.does(&lea.thread.conv, Deed::Take { force: true }).await;
        ensure!(
            matches!(&late, Err(Error::Refused(fault)) if fault.code == "taken" && fault.by.as_deref() == Some("Claire")),
            "who comes second is told {late:?}"
        );
        let mut max = desk.visitor("Max Noir").await?;
        let (conv, no) = bruno.is_asked().await?;
        bruno.does(&conv, Deed::Accept { no }).await?;
        bruno.write(&conv, "Bruno here").await?;
        max.reads("the greeting", |it| it.text == "Bruno here").await?;
        agent.shows_list("active").await?;
        agent.opens_row("Max Noir").await?;
        agent.reads_in(".thread .bubble", "Bruno here").await?;
        agent.finds("no composer", "!document.querySelector('#reply')").await?;
        agent.clicks_at("[data-do=claim]").await?;
        agent.finds("the composer", "document.querySelector('#reply')").await?;
        agent.reads_in(".conversation-who", "Claire").await?;
        let told = |it: &chat_client::Agent| it.toasts.iter().any(|it| it == "taken_over").then_some(());
        if told(&bruno).is_none() {
            bruno.until("the word that it was taken over", |it, _| told(it)).await?;
        }
        Ok(())
    })
    .await;
}

// shows: DSK-02, DSK-03, DSK-04, DSK-07, THR-03
#[tokio::test]
async fn notes_links_offers_and_emoji_have_their_own_look_and_filters() {
    at_each_desk("desk_kinds", Role::Agent, async |desk: &mut Desk| {
        let agent = &desk.agent;
        agent.opens_chats().await?;
        agent.connects().await?;
        let mut marie = desk.visitor("Marie Dupont").await?;
        agent.clicks_at(".offer [data-do=accept]").await?;
        agent.replies("See https://shop.example/help, please").await?;
        agent.finds("a link", "document.querySelector('.msg.agent.text a[href=\"https://shop.example/help\"]')").await?;
        marie.write("Thank you").await?;
        agent.clicks_at("[data-do=link]").await?;
        agent.types_in_dialog("url", "https://shop.example/parcel").await?;
        agent.types_in_dialog("title", "Your parcel").await?;
        agent.clicks_at(".modal button[type=submit]").await?;
        let link = marie.reads("the link", |it| it.kind == "link").await?;
        ensure!(link.meta.url == "https://shop.example/parcel");
        agent.finds("the link's look", "document.querySelector('.msg.agent.link .link-card')").await?;
        agent.clicks_at(".composer [data-mode=note]").await?;
        agent.replies("chat canary: she is a good customer").await?;
        agent.finds("the note's look", "document.querySelector('.msg.note[data-aseq] .bubble')").await?;
        agent.clicks_at(".composer [data-mode=reply]").await?;
        agent.clicks_at("[data-do=emoji]").await?;
        agent.finds("the signs", "document.activeElement.classList.contains('emoji')").await?;
        agent.presses_key(Key::Right).await?;
        agent.presses_key(Key::Enter).await?;
        agent.finds("the sign in the reply", "document.querySelector('#reply').value === '😀'").await?;
        agent.presses_key(Key::Enter).await?;
        marie.reads("the sign", |it| it.text == "😀").await?;
        agent.clicks_at("[data-filter=visitor]").await?;
        agent.finds("the visitor alone", "[...document.querySelectorAll('.thread [data-from]')].every(it => it.dataset.from === 'visitor')").await?;
        agent.clicks_at("[data-filter=actions]").await?;
        agent.finds("actions alone", "document.querySelector('.msg.link') && !document.querySelector('.msg.text')").await?;
        agent.clicks_at("[data-filter=agent]").await?;
        agent.finds("the agent alone", "document.querySelector('.msg.text') && !document.querySelector('.msg.visitor')").await?;
        ensure!(marie.thread.msgs.iter().all(|it| !it.text.contains("canary")), "the visitor read a note");
        Ok(())
    })
    .await;
}

// shows: ERR-05, ERR-06, CMP-02
#[tokio::test]
async fn without_a_connection_the_desk_says_so_keeps_what_is_written_and_sends_it_once() {
    at_each_desk("desk_cut", Role::Agent, async |desk: &mut Desk| {
        desk.agent.opens_chats().await?;
        desk.agent.connects().await?;
        let mut marie = desk.visitor("Marie Dupont").await?;
        desk.agent.clicks_at(".offer [data-do=accept]").await?;
        desk.agent.replies("One").await?;
        marie.reads("the first", |it| it.text == "One").await?;
        desk.without_server(async |desk: &Desk| {
            desk.agent.reads_in(".band", "No internet connection").await?;
            puts_a_sign_at_the_caret(&desk.agent).await?;
            desk.agent.presses_key(Key::Enter).await?;
            desk.agent.replies("Three").await?;
            desk.agent
                .finds("both on their way", "document.querySelectorAll('.msg.sending').length === 2")
                .await
                .map(drop)
        })
        .await?;
        desk.agent
            .finds(
                "none on its way",
                "!document.querySelector('.msg.sending') && !document.querySelector('.band.shown')",
            )
            .await?;
        marie.cut();
        marie.connect().await?;
        marie.reads("the last", |it| it.text == "Three").await?;
        let said: Vec<_> =
            marie.thread.msgs.iter().filter(|it| !it.text.is_empty()).map(|it| it.text.as_str()).collect();
        ensure!(said == ["One", "Two 😀?!", "Three"], "the visitor reads {said:?}");
        Ok(())
    })
    .await;
}

/// By keys alone, into the middle of what is written: what is typed next stands behind it.
async fn puts_a_sign_at_the_caret(agent: &Agent) -> Result<()> {
    agent.types_reply("Two !").await?;
    agent.presses_key(Key::Left).await?;
    let is_there = "document.activeElement.matches('[data-do=emoji]')";
    for _ in 0..6 {
        if eval(agent.window(), is_there).await? == true {
            break;
        }
        agent.presses_key(Key::Tab).await?;
    }
    agent.finds("the focus on the menu's button", is_there).await?;
    agent.presses_key(Key::Enter).await?;
    agent.finds("the signs", "document.activeElement.classList.contains('emoji')").await?;
    agent.presses_key(Key::Right).await?;
    agent.presses_key(Key::Enter).await?;
    agent.finds("the sign at the caret", "document.querySelector('#reply').value === 'Two 😀!'").await?;
    agent.types("?").await?;
    agent
        .finds("the caret behind it", "document.querySelector('#reply').value === 'Two 😀?!'")
        .await
        .map(drop)
}

// shows: TRF-01, TRF-03, THR-06, SNZ-01, SNZ-02, SNZ-03, SNZ-05, SNZ-06, OFF-05
#[tokio::test]
async fn a_conversation_is_put_aside_followed_and_given_to_a_colleague() {
    at_each_desk("desk_give", Role::Agent, async |desk: &mut Desk| {
        let agent = &desk.agent;
        agent.opens_chats().await?;
        agent.connects().await?;
        let mut marie = desk.visitor("Marie Dupont").await?;
        agent.clicks_at(".offer [data-do=accept]").await?;
        agent.replies("Hello").await?;
        marie.reads("the reply", |it| it.text == "Hello").await?;
        let mut bruno = desk.colleague().await?;
        agent.clicks_at("[data-do=star]").await?;
        agent.finds("followed", "document.querySelector('[data-do=star][aria-pressed=true]')").await?;
        agent.shows_list("mine").await?;
        agent.clicks_at("[data-do=snooze]").await?;
        agent.clicks_at(".modal [data-pause=custom]").await?;
        agent.clicks_at(".modal button[type=submit]").await?;
        agent.reads_in(".modal", "Choose a date and a time").await?;
        is_paused_until_tomorrow(agent).await?;
        agent.clicks_at("[data-do=wake]").await?;
        agent.reads_in(".chat-row", "Marie Dupont").await?;
        agent.clicks_at("[data-do=snooze]").await?;
        agent.clicks_at(".modal [data-pause=three-hours]").await?;
        agent.clicks_at(".modal button[type=submit]").await?;
        agent.reads_in(".toasts", "Chat paused").await?;
        agent.finds("not in the list", "!document.querySelector('.chat-row')").await?;
        agent.clicks_at("[data-do=wake]").await?;
        agent.reads_in(".chat-row", "Marie Dupont").await?;
        agent.clicks_at("[data-do=transfer]").await?;
        agent.clicks_at(".target[data-agent]").await?;
        agent.types_in_dialog("note", "she waits for a parcel").await?;
        // As a browser does that was quiet for long.
        bruno.connect().await?;
        agent.clicks_at(".modal button[type=submit]").await?;
        let (conv, no) = bruno.is_asked().await?;
        bruno.does(&conv, Deed::Accept { no }).await?;
        agent.reads_in(".thread .transfer", "Transferred from Claire to Bruno").await?;
        let own_style = "(() => {
            const look = it => { const style = getComputedStyle(it); return [style.color, style.backgroundColor, style.borderColor, style.borderRadius].join(); };
            const drawing = it => it.querySelector('svg').innerHTML;
            const [transfer, other] = ['transfer', 'system'].map(kind => document.querySelector('.thread .note-line.' + kind));
            return transfer && other && look(transfer) !== look(other) && drawing(transfer) !== drawing(other);
        })()";
        agent.finds("a style of its own", own_style).await?;
        bruno.connect().await?;
        bruno.open(&conv).await?;
        bruno.reads(&conv, |it| it.text == "she waits for a parcel").await?;
        Ok(())
    })
    .await;
}

/// By a date and a time of the agent's own clock; one that is over is refused.
async fn is_paused_until_tomorrow(agent: &Agent) -> Result<()> {
    // Typed it is in another order in each language. A browser that knows such fields would refuse it by itself.
    let put = |days: i32| {
        format!(
            "(it => {{
                const at = new Date(), two = it => String(it).padStart(2, '0');
                at.setDate(at.getDate() + {days});
                it.min = '';
                it.value = `${{at.getFullYear()}}-${{two(at.getMonth() + 1)}}-${{two(at.getDate())}}T09:05`;
                it.dispatchEvent(new Event('input', {{ bubbles: true }}));
                return it.value;
            }})(document.querySelector('.modal [name=until]'))"
        )
    };
    let limit = "document.querySelector('.modal [name=until]').min.length === 16";
    agent.finds("nothing before now in the field", limit).await?;
    eval(agent.window(), &put(-1)).await?;
    agent.clicks_at(".modal button[type=submit]").await?;
    agent.reads_in(".modal", "Choose a time that is ahead").await?;
    agent.finds("the conversation still there", "document.querySelector('.chat-row')").await?;
    eval(agent.window(), &put(1)).await?;
    agent.clicks_at(".modal button[type=submit]").await?;
    agent.reads_in(".toasts", "Chat paused").await?;
    agent.finds("not in the list", "!document.querySelector('.chat-row')").await?;
    agent.reads_in(".thread", "Claire paused until").await?;
    agent.reads_in(".thread", " 9:05").await
}

// shows: MOB-01, MOB-02, MOB-04
#[tokio::test]
async fn on_a_phone_all_of_it_can_be_done_too() {
    at_each_desk("desk_phone", Role::Agent, async |desk: &mut Desk| {
        let agent = &desk.agent;
        agent.opens_chats().await?;
        // Firefox makes no window narrower than 450: one pane is shown all the same.
        agent.is_narrow().await?;
        agent.clicks_at(".rail [title='Dark theme']").await?;
        agent.window().refresh().await?;
        let night = "getComputedStyle(document.body).backgroundColor === 'rgb(13, 15, 19)' && document.querySelector('.rail [title=\"Light theme\"]')";
        agent.finds("the night that was chosen", night).await?;
        agent.connects().await?;
        let mut marie = desk.visitor("Marie Dupont").await?;
        agent.clicks_at(".offer [data-do=accept]").await?;
        agent.finds("one pane", "!document.querySelector('.list').checkVisibility()").await?;
        agent.types_reply("Hello").await?;
        agent.clicks_at(".composer [data-do=send]").await?;
        marie.reads("the reply", |it| it.text == "Hello").await?;
        agent.clicks_at(".panel-switch").await?;
        agent.reads_in(".panel", "Past exchanges").await?;
        agent.clicks_at(".panel-close").await?;
        for deed in ["transfer", "snooze", "tag"] {
            agent.clicks_at(&format!(".conversation-tools [data-do={deed}]")).await?;
            agent.finds("its dialog", "document.querySelector('dialog[open]')").await?;
            agent.clicks_at("dialog .modal-top button").await?;
            agent.finds("no dialog", "!document.querySelector('dialog')").await?;
        }
        agent.clicks_at(".conversation-tools [data-do=close]").await?;
        agent.clicks_at(".modal button[type=submit]").await?;
        agent.clicks_at(".conversation .back").await?;
        agent.finds("the lists", "document.querySelector('.list').checkVisibility()").await.map(drop)
    })
    .await;
}

// shows: BLK-01, BLK-02, QUE-17
#[tokio::test]
async fn a_blocked_visitor_cannot_begin_again_until_a_manager_allows_it() {
    at_each_desk("desk_block", Role::Manager, async |desk: &mut Desk| {
        let agent = &desk.agent;
        agent.opens_chats().await?;
        agent.connects().await?;
        let mut troll = desk.visitor("Rude Person").await?;
        agent.clicks_at(".offer [data-do=accept]").await?;
        agent.clicks_at("[popovertarget=conversation-more]").await?;
        agent.clicks_at(".more-menu [data-do=block]").await?;
        agent.types_in_dialog("reason", "insults").await?;
        agent.clicks_at(".modal button[type=submit]").await?;
        agent.reads_in(".toasts", "Visitor blocked").await?;
        ensure!(desk.starts(&mut troll).await.is_err(), "a blocked visitor began again");
        agent.clicks_at("[popovertarget=conversation-more]").await?;
        agent.reads_in(".more-menu [data-do=unblock]", "Unblock").await?;
        agent.presses_key(Key::Escape).await?;
        agent.clicks_at(".rail [href='/contacts']").await?;
        agent.reads_in(".sheet-line", "insults").await?;
        agent.clicks_at("[data-do=unblock]").await?;
        agent.reads_in(".sheet", "Nobody is blocked").await?;
        desk.starts(&mut troll).await
    })
    .await;
}

/// The pages that are looked at: width, height, name.
const SIZES: [(u32, u32, &str); 3] = [(1440, 900, "wide"), (1024, 768, "middle"), (390, 844, "phone")];

// shows: MOB-01, MOB-02
#[tokio::test]
async fn the_desk_is_pictured() {
    at_desk("desk_pictures", (Kind::Chromium, "fr", Role::Agent), async |desk: &mut Desk| {
        let agent = &desk.agent;
        agent.opens_chats().await?;
        agent.connects().await?;
        let mut marie = desk.visitor("Marie Dupont").await?;
        agent.clicks_at(".offer [data-do=accept]").await?;
        agent.replies("Bonjour Marie, que puis-je faire pour vous ?").await?;
        marie.reads("the reply", |it| it.text.starts_with("Bonjour")).await?;
        marie.write("Bonjour, où est mon colis ? La page https://shop.example/suivi ne dit rien.").await?;
        marie.write("La commande date de lundi.").await?;
        agent.replies("Je regarde tout de suite.").await?;
        agent.clicks_at(".composer [data-mode=note]").await?;
        agent.replies("Cliente fidèle, troisième commande ce mois-ci").await?;
        agent.clicks_at(".composer [data-mode=reply]").await?;
        agent.finds("the note", "document.querySelector('.msg.note[data-aseq]')").await?;
        for theme in ["light", "dark"] {
            for (width, height, name) in SIZES {
                desk.agent.sizes_page(width, height).await?;
                agent.is_pictured(&format!("chat-{name}-{theme}")).await?;
            }
            agent.sizes_page(1440, 900).await?;
            for (deed, name) in [("transfer", "transfer"), ("snooze", "snooze"), ("close", "close")] {
                agent.clicks_at(&format!("[data-do={deed}]")).await?;
                agent.finds("the dialog", "document.querySelector('dialog[open]')").await?;
                agent.is_pictured(&format!("chat-{name}-{theme}")).await?;
                agent.clicks_at("dialog .modal-top button").await?;
                agent.finds("no dialog", "!document.querySelector('dialog')").await?;
            }
            agent.clicks_at(".rail button[title*=heme], .rail button[title*=hème]").await?;
        }
        agent.clicks_at("[data-do=emoji]").await?;
        agent.is_pictured("chat-emoji").await?;
        agent.presses_key(Key::Escape).await?;
        let offered = desk.visitor("Paul Petit").await?;
        agent.reads_in(".offer", "Paul Petit").await?;
        agent.is_pictured("chat-offer").await?;
        agent.sizes_page(390, 844).await?;
        agent.is_pictured("chat-offer-phone").await?;
        agent.clicks_at(".conversation .back").await?;
        agent.is_pictured("chat-list-phone").await?;
        drop(offered);
        Ok(())
    })
    .await;
}
