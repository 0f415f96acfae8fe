//! What agents and visitors see of it when nothing breaks.
use chat_proto::desk::{Deed, Shared};
use cobrowse_core::wire::message::Ask;

use crate::{
    play,
    world::{How, Talk, rows},
};

on_each_arrangement! {
    a_page_is_shared_in_a_conversation_and_all_of_it_stands_in_the_thread,
    a_no_stands_in_the_thread,
    the_end_is_told_of_whom_the_visitor_was_asked_about_and_of_nobody_else,
    the_end_of_the_conversation_ends_the_share,
    a_transfer_hands_the_share_over_and_the_next_agent_is_asked_for_by_name,
}

// shows: COB-01, COB-02, COB-04, COB-06, COB-07, COB-09, ENT-01, ENT-03, COB-08, CNT-10, THR-05
fn a_page_is_shared_in_a_conversation_and_all_of_it_stands_in_the_thread(how: How) {
    play(async {
        let mut talk = Talk::new(how).await;
        let (session, mut viewer, mut page) = talk.shares().await;
        let (again, body) = talk.presses(&talk.anna).await;
        assert!(again == 201 && body.contains(&session), "pressed again, it is the same share: {body}");
        viewer.asks(Ask::Control).expect("runs");
        page.says_yes(Ask::Control).await.expect("a question");
        viewer.controls().await.expect("controls it");
        page.does(|page, now| page.take_back(now)).expect("runs");
        viewer.sees().await.expect("sees it");
        talk.lea.reads("the revocation", |it| it.meta.code == "share_control_ended").await.expect("read");
        // The viewer's tab is closed; the conversation goes on.
        viewer.does(|viewer, now| viewer.bye(now)).expect("runs");
        page.ends().await.expect("over");
        let expected =
            ["share_asked", "share_started", "share_control_started", "share_control_ended", "share_ended"];
        assert_eq!(talk.rows_until("share_ended").await, expected);
        let conv = talk.conv.clone();
        let last = talk.anna.reads(&conv, |it| it.meta.code == "share_ended").await.expect("read");
        assert_eq!((last.meta.share.as_str(), last.meta.names[0].as_str()), (session.as_str(), "Anna"));
        assert_eq!(rows(&talk.anna.open[&conv].msgs), expected);
        talk.lea.write("Merci").await.expect("stored");
        talk.anna.reads(&conv, |it| it.text == "Merci").await.expect("read");
    });
}

// shows: CNT-10, THR-05
fn a_no_stands_in_the_thread(how: How) {
    play(async {
        let mut talk = Talk::new(how).await;
        let _kept = talk.is_refused().await;
        assert_eq!(talk.rows_until("share_refused").await, ["share_asked", "share_refused"]);
    });
}

// shows: CNT-10, THR-05
fn the_end_is_told_of_whom_the_visitor_was_asked_about_and_of_nobody_else(how: How) {
    play(async {
        let mut talk = Talk::new(how).await;
        let (_, body) = talk.presses(&talk.anna).await;
        let unasked: Shared = serde_json::from_str(&body).expect("a session");
        let mut viewer = talk.opens(&talk.anna, &unasked.session).await;
        let mut page = talk.comes().await;
        viewer.does(|viewer, now| viewer.end(now)).expect("runs");
        viewer.ends().await.expect("over");
        page.ends().await.expect("over");
        let (session, viewer) = talk.is_refused().await;
        assert_ne!(session, unasked.session);
        drop(viewer);
        let mut ben = talk.world.agent("Ben").await;
        let (conv, to) = (talk.conv.clone(), talk.world.id("Ben").await);
        let transfer = Deed::TransferToAgent { agent: to, note: String::new(), force: false };
        talk.anna.does(&conv, transfer).await.expect("asked");
        let (offered, no) = ben.is_asked().await.expect("offered");
        ben.does(&offered, Deed::Accept { no }).await.expect("accepted");
        assert_eq!(talk.rows_until("share_ended").await, ["share_asked", "share_refused", "share_ended"]);
        let ended = talk.lea.reads("the end", |it| it.meta.code == "share_ended").await.expect("read");
        assert_eq!((ended.meta.share, ended.meta.names), (session, vec!["Anna".to_owned()]));
    });
}

// shows: CNT-08
fn the_end_of_the_conversation_ends_the_share(how: How) {
    play(async {
        let mut talk = Talk::new(how).await;
        let (_, mut viewer, mut page) = talk.shares().await;
        let conv = talk.conv.clone();
        talk.anna.does(&conv, Deed::Close { tags: Vec::new() }).await.expect("closed");
        viewer.ends().await.expect("over");
        page.ends().await.expect("over");
        talk.lea.connect().await.expect("connects");
        assert_eq!(talk.rows_until("share_ended").await, ["share_asked", "share_started", "share_ended"]);
        assert_eq!(talk.presses(&talk.anna).await.0, 403, "it is nobody's any more");
    });
}

// shows: CNT-07
fn a_transfer_hands_the_share_over_and_the_next_agent_is_asked_for_by_name(how: How) {
    play(async {
        let mut talk = Talk::new(how).await;
        let (session, mut viewer, mut page) = talk.shares().await;
        viewer.asks(Ask::Control).expect("runs");
        page.says_yes(Ask::Control).await.expect("a question");
        viewer.controls().await.expect("controls it");
        let mut ben = talk.world.agent("Ben").await;
        let (conv, to) = (talk.conv.clone(), talk.world.id("Ben").await);
        let transfer = Deed::TransferToAgent { agent: to, note: String::new(), force: false };
        talk.anna.does(&conv, transfer).await.expect("asked");
        let (offered, no) = ben.is_asked().await.expect("offered");
        assert_eq!(talk.presses(&ben).await.0, 403, "until he has taken it, it is Anna's");
        ben.does(&offered, Deed::Accept { no }).await.expect("accepted");
        viewer.ends().await.expect("over");
        let mut next = talk.opens(&ben, &session).await;
        assert_eq!(page.says_yes(Ask::View).await.expect("a question"), "Ben");
        next.sees().await.expect("sees it");
        let rows = talk.rows_until("share_control_started").await;
        assert_eq!(rows[..3], ["share_asked", "share_started", "share_control_started"]);
        let started = talk.lea.reads("his beginning", |it| {
            it.meta.code == "share_started" && it.meta.names.first().is_some_and(|name| name == "Ben")
        });
        let started = started.await.expect("read");
        assert_eq!(started.meta.share, session, "one row, which is Ben's now");
        assert_eq!(talk.presses(&talk.anna).await.0, 403);
    });
}
