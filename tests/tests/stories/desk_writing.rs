//! What an agent writes with beside words of their own: canned replies, and files.

use accounts::Role;
use anyhow::{Result, ensure};
use tests::{
    agent::Agent,
    desk::{Desk, at_each_desk},
};
use thirtyfour::{By, Key};

// shows: CAN-01, CAN-02, CAN-03
#[tokio::test]
async fn a_canned_reply_is_made_found_by_its_shortcut_and_changed_before_it_goes() {
    at_each_desk("desk_canned", Role::Agent, async |desk: &mut Desk| {
        let agent = &desk.agent;
        agent.opens_chats().await?;
        agent.connects().await?;
        let mut marie = desk.visitor("Marie Dupont").await?;
        agent.clicks_at(".offer [data-do=accept]").await?;
        agent.clicks_at("[popovertarget=conversation-more]").await?;
        agent.clicks_at(".more-menu .menu-item:nth-last-of-type(2)").await?;
        for reply in REPLIES {
            is_made(agent, reply).await?;
        }
        agent.clicks_at("dialog .modal-top button").await?;
        agent.types_reply("/co").await?;
        are_suggested(agent, "/coffret,/colis,/late,/office").await?;
        agent.types("l").await?;
        agent.reads_in(".canned-menu [aria-selected=true]", "Parcel").await?;
        agent.presses_key(Key::Enter).await?;
        agent
            .finds("its text", "document.querySelector('#reply').value === 'Your parcel is on its way'")
            .await?;
        agent.replies(", Marie").await?;
        marie.reads("the reply", |it| it.text == "Your parcel is on its way, Marie").await?;
        // What was used comes before what fits as well, from the next time on.
        agent.types_reply("/co").await?;
        are_suggested(agent, "/colis,/coffret,/late,/office").await?;
        agent.window().refresh().await?;
        // What was being typed is kept.
        agent.finds("the composer", "document.querySelector('#reply')").await?;
        agent.window().find(By::Id("reply")).await?.send_keys(Key::Control + "a").await?;
        agent.types("/co").await?;
        are_suggested(agent, "/colis,/coffret,/late,/office").await
    })
    .await;
}

/// By shortcut, title and text. Each holds `co`: two at the beginning of the shortcut, one in the title, one in the text.
const REPLIES: [[&str; 3]; 4] = [
    ["office", "Opening", "Ring twice, the code is 12"],
    ["colis", "Parcel", "Your parcel is on its way"],
    ["late", "Courier delayed", "Sorry for the delay"],
    ["coffret", "Gift", "It is wrapped as a gift"],
];

async fn is_made(agent: &Agent, [short, title, body]: [&str; 3]) -> Result<()> {
    agent.clicks_at("[data-do=new-canned]").await?;
    for (name, text) in [("short", short), ("title", title), ("body", body)] {
        agent.types_in_dialog(name, text).await?;
    }
    agent.clicks_at(".modal button[type=submit]").await?;
    agent.reads_in(".canned-item", body).await
}

/// These replies, the first one first.
async fn are_suggested(agent: &Agent, expected: &str) -> Result<()> {
    let shorts =
        "[...document.querySelectorAll('.canned-menu [role=option] kbd')].map(it => it.textContent).join()";
    agent.finds("the replies in their order", &format!("({shorts}) === {expected:?}")).await.map(drop)
}

// shows: FIL-10, FIL-11, FIL-15, FIL-16, CMP-04
#[tokio::test]
async fn a_file_goes_with_a_reply_and_words_of_the_thread_are_found() {
    at_each_desk("desk_file", Role::Agent, async |desk: &mut Desk| {
        let agent = &desk.agent;
        agent.opens_chats().await?;
        agent.connects().await?;
        let mut marie = desk.visitor("Marie Dupont").await?;
        agent.clicks_at(".offer [data-do=accept]").await?;
        agent.finds("the composer", "document.querySelector('#files')").await?;
        let (keep, leave) = (desk.file("invoice.txt", "42 euros")?, desk.file("other.txt", "no")?);
        let field = agent.window().find(By::Id("files")).await?;
        field.send_keys(keep).await?;
        field.send_keys(leave).await?;
        agent.finds("both", "document.querySelectorAll('.attachment').length === 2").await?;
        agent.clicks_at(".attachment:last-child [data-do=remove-file]").await?;
        agent.replies("Your marvellous invoice").await?;
        let sent = marie.reads("the file", |it| it.kind == "file").await?;
        ensure!(
            sent.text == "Your marvellous invoice"
                && sent.meta.files.len() == 1
                && sent.meta.files[0].name == "invoice.txt"
        );
        agent.reads_in(".thread .msg.file .file-card", "invoice.txt").await?;
        agent.reads_in("[data-part=documents]", "invoice.txt").await?;
        agent.shows_list("mine").await?;
        agent.window().find(By::Id("search-chats")).await?.send_keys("marvellous").await?;
        agent.reads_in(".chat-row mark", "marvellous").await?;
        agent.window().find(By::Id("search-chats")).await?.send_keys("zzz").await?;
        agent.reads_in(".list .empty", "No chat matches").await
    })
    .await;
}
