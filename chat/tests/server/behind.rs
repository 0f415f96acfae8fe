//! Who is behind, or looks away, sees what is there in the end.
use chat::{
    engine::{Ask, Request},
    model::{Cid, Content, ConversationId, FromVisitor, VisitorId},
};
use chat_proto::{
    desk::{Deed, List, Query, ToDesk},
    visitor::FromVisitor as Said,
};

use crate::{
    engines::Database,
    site::{Bench, form, play},
};

/// More than wait for a listener.
const BURST: u32 = 1_100;

/// The only visitor writes more than waits for a listener.
async fn burst(bench: &Bench) {
    let conversation = ConversationId(bench.number("SELECT id FROM chat_conversation").await);
    let visitor = VisitorId(bench.number("SELECT visitor_id FROM chat_conversation").await);
    for n in 0..BURST {
        let cid = Cid::from_client((u128::MAX - u128::from(n)).to_be_bytes()).expect("not reserved");
        let content = Content::Text(format!("message {n}"));
        let ask = Ask::Visitor(visitor, FromVisitor::Send { cid, content, reply_to: None });
        let request = Request { site: bench.site, conversation, ask, rid: None };
        bench.chat.engine().command(request).await.expect("stored");
    }
}

#[test]
fn an_offer_made_in_a_burst_is_told_and_one_that_ended_in_it_is_not_shown_any_more() {
    play(Database::file(), async |mut bench| {
        let hear = bench.restart_deaf().await;
        let (mut anna, mut ben) = (bench.agent("Anna").await, bench.agent("Ben").await);
        let conv = bench.visitor().start(form(), "fr").await.expect("let in").conv;
        anna.does(&conv, Deed::Take { force: true }).await.expect("taken");
        let transfer = || Deed::TransferToAgent { agent: bench.ben.0, note: String::new(), force: true };
        anna.does(&conv, transfer()).await.expect("asked");
        // Told as the desk is opened.
        let mut desk = ben.second_desk();
        desk.connect().await.expect("connects");
        let first = desk.is_asked().await.expect("asked");
        anna.does(&conv, Deed::CancelTransfer).await.expect("cancelled");
        anna.does(&conv, transfer()).await.expect("asked again");
        burst(&bench).await;
        hear.send(()).expect("hears");
        let ended = desk.until("the end of the first", |_, frame| match frame {
            ToDesk::OfferEnded { conv, no, why } => Some((conv.clone(), *no, why.clone())),
            _ => None,
        });
        assert_eq!(ended.await.expect("told"), (first.0.clone(), first.1, "withdrawn".to_owned()));
        let second = desk.is_asked().await.expect("asked");
        assert!(second.0 == conv && first.1 < second.1, "{first:?}, then {second:?}");
        assert_eq!(ben.is_asked().await.expect("asked"), second, "who has heard of none");
    });
}

#[test]
fn numbers_are_told_whatever_list_is_shown() {
    play(Database::file(), async |bench| {
        let mut ben = bench.desk("Ben").await;
        ben.watch(Query { list: List::Mine, ..Query::default() }).await.expect("a list");
        let waiting = async |ben: &mut chat_client::Agent, expected: u32| {
            let counted = ben.until("the number of who wait", |_, frame| {
                matches!(frame, ToDesk::Counts { waiting, .. } if *waiting == expected).then_some(())
            });
            counted.await.expect("told");
        };
        waiting(&mut ben, 0).await;
        let mut lea = bench.visitor();
        let conv = lea.start(form(), "fr").await.expect("let in").conv;
        waiting(&mut ben, 1).await;
        lea.say(Said::Close { cid: chat_client::name(), conv }).await.expect("closed");
        waiting(&mut ben, 0).await;
    });
}
