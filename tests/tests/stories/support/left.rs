//! A message that is left while nobody is there.
use anyhow::{Result, ensure};
use serde_json::{Value, json};
use tests::{
    story::{Stage, in_each_browser},
    widget::Root,
};

/// On no day of the week.
pub fn never() -> Value {
    json!({ "zone": "Europe/Paris", "days": [[], [], [], [], [], [], []], "exceptions": [] })
}

// shows: OFF-01, OFF-02, OFF-06
#[tokio::test]
async fn a_message_that_is_left_lies_unread_in_the_inbox_where_the_form_is_wanted() {
    in_each_browser("message_left", async |stage: &mut Stage| {
        let admin = stage.admin().await?;
        let field = |key: &str, kind: &str, label: &str| json!({ "key": key, "kind": kind, "required": true, "label": { "en": label } });
        let offline = json!([
            field("name", "text", "Your name"),
            field("email", "email", "Your e-mail"),
            field("order", "text", "Order number"),
            field("message", "long", "Your message"),
        ]);
        admin.sets("forms", json!({ "offline": offline })).await?;
        admin.sets("hours", json!({ "week": never(), "message": { "en": "We rest." } })).await?;
        stage.agent.opens_chats().await?;
        stage.visitor.opens("/products?lang=en").await?;
        leaves_a_message(stage).await?;
        lies_in_the_inbox(stage).await?;
        admin.sets("forms", json!({ "offline": null })).await?;
        is_told_alone(stage).await
    })
    .await;
}

async fn leaves_a_message(stage: &Stage) -> Result<()> {
    let widget = Root::of(&stage.visitor.browser);
    widget.opens().await?;
    widget.says("We rest.").await?;
    widget.clicks(".ways button").await?;
    widget.fills_in(&[("name", "Zoe Martin"), ("email", "zoe")]).await?;
    widget.clicks("form [type=submit]").await?;
    widget.says("Fields cannot be empty").await?;
    let marked = "[...root.querySelectorAll('[aria-invalid]')].map(it => it.name).join()";
    let marked = widget.until("what is wrong", marked).await?;
    ensure!(marked == "email,order,message", "marked are {marked}");
    widget.until("the focus on the first of them", "root.activeElement?.name === 'email'").await?;
    widget.fills_in(&[("order", "A-1077"), ("message", "Where is my kettle?")]).await?;
    widget.clicks("form [type=submit]").await?;
    widget.says("Please check this e-mail address").await?;
    widget.fills_in(&[("email", "@example.test")]).await?;
    stage.agent.finds("nothing yet", "!document.querySelector('.tab.more .unread-dot')").await?;
    widget.clicks("form [type=submit]").await?;
    widget.says("Your message has been received").await?;
    widget.until("no form any more", "!root.querySelector('form')").await.map(drop)
}

async fn lies_in_the_inbox(stage: &Stage) -> Result<()> {
    let agent = &stage.agent;
    agent.finds("the dot at the lists", "document.querySelector('.tab.more .unread-dot')").await?;
    agent.shows_list("inbox").await?;
    agent.finds("the row, unread", "document.querySelector('.chat-row.unread .unread-dot')").await?;
    agent.reads_in(".chat-row .row-who", "Zoe Martin").await?;
    agent.finds("it once", "document.querySelectorAll('.chat-row').length === 1").await?;
    agent.opens_row("Zoe Martin").await?;
    for text in ["A-1077", "Where is my kettle?", "zoe@example.test"] {
        agent.reads_in(".conversation", text).await?;
    }
    agent.finds("it is read now", "!document.querySelector('.chat-row.unread')").await?;
    agent.replies("It left on Friday").await?;
    Root::of(&stage.visitor.browser).says("It left on Friday").await
}

/// Without the form there are only words.
async fn is_told_alone(stage: &Stage) -> Result<()> {
    stage.visitor.opens("/help?lang=en").await?;
    let widget = Root::of(&stage.visitor.browser);
    widget.clicks("[data-act='\"anew\"']").await?;
    widget.says("We rest.").await?;
    widget
        .until("no form", "!root.querySelector('form') && !root.querySelector('.ways button')")
        .await
        .map(drop)
}
