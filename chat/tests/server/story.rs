//! The first story, whole: from the widget's first look to the next conversation.
use chat_proto::{
    desk::{Deed, List, Query},
    message::From,
    visitor::{FromVisitor, Stage},
};

use crate::{
    engines::on_each_engine,
    site::{Bench, form},
};

on_each_engine! {
    a_visitor_and_an_agent_talk,
}

// shows: WID-09, QUE-04, QUE-07, QUE-09, END-05, RAT-01
async fn a_visitor_and_an_agent_talk(bench: Bench) {
    let mut anna = bench.agent("Anna").await;
    anna.watch(Query { list: List::Waiting, ..Query::default() }).await.expect("a list");
    let mut lea = bench.visitor();
    let widget = lea.widget("fr").await.expect("what it shows");
    assert_eq!((widget.open, widget.form[0].label.as_str()), (true, "Nom"));
    let started = lea.start(form(), "fr").await.expect("let in");
    let (conv, no) = anna.is_asked().await.expect("asked");
    assert_eq!(conv, started.conv);
    anna.does(&conv, Deed::Accept { no }).await.expect("accepted");
    anna.open(&conv).await.expect("open");
    let accepted = lea.reads("the acceptance", |it| it.meta.code == "accepted").await.expect("told");
    assert_eq!(accepted.meta.names, ["Anna"]);
    let told = lea.until("the agent", |it, _| it.conversation.clone().filter(|it| it.agent == "Anna"));
    assert_eq!(told.await.expect("told").stage, Stage::Active);
    lea.write("Bonjour").await.expect("stored");
    anna.reads(&conv, |it| it.text == "Bonjour" && it.from == From::Visitor).await.expect("read");
    anna.write(&conv, "Bonjour Léa").await.expect("stored");
    let answer = lea.reads("the answer", |it| it.text == "Bonjour Léa").await.expect("read");
    assert_eq!((answer.from, answer.name.as_str(), answer.agent), (From::Agent, "Anna", None));
    lea.say(FromVisitor::Close { cid: chat_client::name(), conv: conv.clone() }).await.expect("closed");
    let closed = lea.conversation.clone().expect("known");
    assert_eq!((closed.stage, closed.rateable), (Stage::Closed, true));
    let rate =
        FromVisitor::Rate { cid: chat_client::name(), conv: conv.clone(), stars: 5, text: "merci".into() };
    lea.say(rate).await.expect("rated");
    anna.until("the toast", |it, _| it.toasts.contains(&"rated".to_owned()).then_some(()))
        .await
        .expect("told");
    let again = lea.start(form(), "fr").await.expect("let in again");
    assert_ne!(again.conv, conv);
    assert_eq!(lea.thread.codes(), ["started"]);
    assert_eq!(lea.thread.conv, again.conv);
}
