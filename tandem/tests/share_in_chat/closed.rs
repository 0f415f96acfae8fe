//! A share is open to the agent who has the conversation, and to nobody else of the site.
use chat_client::Agent;
use chat_proto::desk::{Deed, Shared};
use cobrowse_core::wire::{
    desk::{Opened, Ticket, ToDesk},
    message::{Ask, Refusal},
};
use relay_client::{Opening, Told, Viewer};
use reqwest::Method;
use serde_json::Value;

use crate::{
    play,
    world::{How, Talk},
};

on_each_arrangement! {
    nobody_else_gets_a_ticket_and_an_old_one_opens_nothing,
    who_looked_on_before_is_sent_away_when_it_is_a_conversations,
}

async fn ticket(agent: &Agent, session: &str) -> (u16, String) {
    let path = format!("/v1/sessions/{session}/ticket");
    agent.ask(Method::POST, &path, &Value::Null).await.expect("answered")
}

async fn refused(viewer: &mut Viewer) {
    let refused = |it: &Told| *it == Told::Refused(Refusal::TicketInvalid);
    viewer.hears("that it is closed", refused).await.expect("refused");
}

// shows: COB-01, CNT-07
fn nobody_else_gets_a_ticket_and_an_old_one_opens_nothing(how: How) {
    play(async {
        let mut talk = Talk::new(how).await;
        let (session, mut viewer, mut page) = talk.shares().await;
        let (ada, mut ben) = (talk.world.agent("Ada").await, talk.world.agent("Ben").await);
        assert_eq!(ticket(&ada, &session).await.0, 404, "an administrator neither");
        assert_eq!(ticket(&ben, &session).await.0, 404);
        let (status, old) = ticket(&talk.anna, &session).await;
        assert_eq!(status, 200, "{old}");
        let (conv, to) = (talk.conv.clone(), talk.world.id("Ben").await);
        let transfer = Deed::TransferToAgent { agent: to, note: String::new(), force: false };
        talk.anna.does(&conv, transfer).await.expect("asked");
        let (offered, no) = ben.is_asked().await.expect("offered");
        ben.does(&offered, Deed::Accept { no }).await.expect("accepted");
        viewer.ends().await.expect("over");
        assert_eq!(ticket(&talk.anna, &session).await.0, 404, "it is Ben's");
        let old: Ticket = serde_json::from_str(&old).expect("a ticket");
        refused(&mut Viewer::opens(Opening { at: talk.world.desk(), ticket: old.ticket })).await;
        let mut next = talk.opens(&ben, &session).await;
        assert_eq!(page.says_yes(Ask::View).await.expect("a question"), "Ben");
        next.sees().await.expect("sees it");
    });
}

// shows: COB-01
fn who_looked_on_before_is_sent_away_when_it_is_a_conversations(how: How) {
    play(async {
        let mut talk = Talk::new(how).await;
        let ben = talk.world.agent("Ben").await;
        let everybody = talk.world.server.app.directory.everybody();
        let ToDesk::Visitors { visitors, .. } = everybody else { panic!("all") };
        let here = visitors[0].id;
        let opened = ben.ask(Method::POST, &format!("/v1/visitors/{here}/sessions"), &Value::Null).await;
        let (status, body) = opened.expect("answered");
        assert_eq!(status, 201, "{body}");
        let Opened { session } = serde_json::from_str(&body).expect("a session");
        let mut other = talk.opens(&ben, &session.to_string()).await;
        let mut page = talk.comes().await;
        other.asks(Ask::View).expect("runs");
        assert_eq!(page.says_yes(Ask::View).await.expect("a question"), "Ben");
        other.sees().await.expect("sees it");
        let (status, body) = talk.presses(&talk.anna).await;
        assert_eq!(status, 201, "{body}");
        let Shared { session } = serde_json::from_str(&body).expect("a session");
        let mut viewer = talk.opens(&talk.anna, &session).await;
        viewer.asks(Ask::View).expect("runs");
        assert_eq!(page.says_yes(Ask::View).await.expect("a question"), "Anna");
        viewer.sees().await.expect("sees it");
        refused(&mut other).await;
    });
}
