//! What each of the two sees of the other, and what visitors never see.
use std::time::Duration;

use chat_client::{Visitor, name};
use chat_proto::{
    desk::{Deed, FromDesk, List, Presence, Query, Say, ToDesk},
    visitor::{FromVisitor, Stage, ToVisitor},
};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::{
    engines::{Database, on_each_engine},
    once::talking,
    raw,
    site::{Bench, form, play},
};

on_each_engine! {
    typing_and_reading_are_seen,
    what_only_agents_may_read_never_reaches_a_visitor,
}

async fn typing_and_reading_are_seen(bench: Bench) {
    let (mut lea, mut anna, conv) = talking(&bench).await;
    lea.tell(&FromVisitor::Typing { conv: conv.clone(), on: true }).await.expect("told");
    let typed = anna.until("typing", |_, frame| match frame {
        ToDesk::Typing { agent, on, .. } => Some((*agent, *on)),
        _ => None,
    });
    assert_eq!(typed.await.expect("seen"), (None, true));
    anna.tell(&FromDesk::Typing { conv: conv.clone(), on: true }).await.expect("told");
    lea.until("typing", |it, _| it.typing.then_some(())).await.expect("seen");
    let seq = anna.write(&conv, "have you read it?").await.expect("stored");
    lea.reads("it", |it| it.seq == seq).await.expect("read");
    lea.tell(&FromVisitor::Read { conv: conv.clone(), seq }).await.expect("told");
    let read = anna.until("reading", |_, frame| match frame {
        ToDesk::Read { seq, .. } => Some(*seq),
        _ => None,
    });
    assert_eq!(read.await.expect("seen"), seq);
    let own = lea.write("yes").await.expect("stored").seq;
    anna.tell(&FromDesk::Read { conv: conv.clone(), seq: own }).await.expect("told");
    let read = lea.until("reading", |_, frame| match frame {
        ToVisitor::Read { seq, .. } => Some(*seq),
        _ => None,
    });
    assert_eq!(read.await.expect("seen"), own);
}

async fn what_only_agents_may_read_never_reaches_a_visitor(bench: Bench) {
    const CANARY: &str = "Canary";
    let mut ben = bench.agent("Ben").await;
    let (mut lea, mut anna, conv) = talking_with(&bench, &mut ben).await;
    let token = lea.token().await.expect("a token");
    lea.leave().await;
    let mut wire = raw::widget(&bench.place()).await;
    wire.say(&FromVisitor::Hello { token, resume: None, page: None }).await;
    let note = Say::Note { text: "Note-Canary".into() };
    anna.say(FromDesk::Send { cid: name(), conv: conv.clone(), say: note }).await.expect("noted");
    let transfer = Deed::TransferToAgent { agent: bench.ben.0, note: "Transfer-Canary".into(), force: true };
    anna.does(&conv, transfer).await.expect("asked");
    let (_, no) = ben.is_asked().await.expect("asked");
    ben.does(&conv, Deed::Accept { no }).await.expect("accepted");
    ben.open(&conv).await.expect("open");
    let block = Deed::Block { tags: vec![], reason: "Reason-Canary".into() };
    ben.does(&conv, block).await.expect("blocked");
    // Desks have all of it.
    ben.reads(&conv, |it| it.text == "Note-Canary").await.expect("a note");
    ben.reads(&conv, |it| it.text == "Transfer-Canary").await.expect("a record");
    loop {
        let frame = wire.until("conv").await;
        if frame["stage"] == "closed" {
            break;
        }
    }
    let all = wire.heard.join("\n");
    assert!(all.contains("transferred") && all.contains("Ben"), "{all}");
    for secret in
        [CANARY, "\"aseq\"", "\"agent\":1", "\"agent\":2", "\"note\"", "\"record\"", "blocked", "email"]
    {
        assert!(!all.contains(secret), "{secret}: {all}");
    }
}

/// A conversation of Anna's, while another agent is there who lets it pass.
async fn talking_with(
    bench: &Bench,
    other: &mut chat_client::Agent,
) -> (Visitor, chat_client::Agent, String) {
    other.be(Presence::Away).await.expect("away");
    let talking = talking(bench).await;
    other.be(Presence::Available).await.expect("back");
    talking
}

// shows: PRS-01
#[test]
fn the_dot_shows_who_is_there() {
    play(Database::file(), async |bench| {
        let (mut lea, mut anna, conv) = talking(&bench).await;
        anna.watch(Query { list: List::Mine, ..Query::default() }).await.expect("a list");
        assert!(anna.rows[&conv].online);
        let mut tab = Visitor::of(bench.place(), lea.secret().to_owned());
        tab.connect().await.expect("another tab");
        lea.leave().await;
        tab.write("still here").await.expect("stored");
        anna.reads(&conv, |it| it.text == "still here").await.expect("read");
        let begun = Instant::now();
        tab.leave().await;
        let gone = async |anna: &mut chat_client::Agent, expected: bool| {
            // It may be told again: with the end of their visit, for one.
            let seen = anna.until("the dot", |_, frame| match frame {
                ToDesk::Visitor { online, .. } => (*online == expected).then_some(()),
                _ => None,
            });
            seen.await.expect("seen");
        };
        gone(&mut anna, false).await;
        assert!(Duration::from_millis(300) <= begun.elapsed(), "the grace");
        lea.connect().await.expect("comes back");
        gone(&mut anna, true).await;
        anna.until("the row", |it, _| it.rows[&conv].online.then_some(())).await.expect("told");
        // A cut is found without a word.
        let dark = crate::dark::Dark::before(bench.addr()).await;
        let mut far = Visitor::of(bench.place_at(dark.addr), lea.secret().to_owned());
        far.connect().await.expect("connects");
        lea.leave().await;
        dark.after(0);
        gone(&mut anna, false).await;
    });
}

// shows: PRS-01
#[test]
fn a_setting_that_changes_brings_nobody_back() {
    play(Database::file(), async |bench| {
        let (mut lea, mut anna, conv) = talking(&bench).await;
        lea.say(FromVisitor::Close { cid: name(), conv }).await.expect("closed");
        let ended = anna.until("the end", |_, frame| match frame {
            ToDesk::Conv(detail) => (detail.row.stage == "closed").then_some(detail.row.online),
            _ => None,
        });
        assert!(ended.await.expect("told"), "she is still there");
        lea.leave().await;
        let dot = |_: &chat_client::Agent, frame: &ToDesk| match frame {
            ToDesk::Visitor { online, .. } => Some(*online),
            _ => None,
        };
        assert!(!anna.until("the dot", dot).await.expect("seen"));
        let engine = bench.chat.engine();
        let site = engine.settings(bench.site).await.expect("settings").site.clone();
        engine.put_site(bench.site, site).await.expect("the site");
        let told = anna.until("the site", |_, frame| matches!(frame, ToDesk::Directory(_)).then_some(()));
        told.await.expect("told");
        assert!(!anna.until("the dot", dot).await.expect("seen"), "nobody has come");
    });
}

#[test]
fn an_agent_who_is_gone_is_missed_and_one_who_comes_back_is_there() {
    play(Database::file(), async |bench| {
        let (mut lea, mut anna, conv) = talking(&bench).await;
        let is_here = |here: bool| {
            move |it: &Visitor, frame: &ToVisitor| {
                let is_it = it.conversation.as_ref().is_some_and(|it| it.agent_here == here);
                (is_it && matches!(frame, ToVisitor::Conv(_))).then_some(())
            }
        };
        lea.until("Anna", is_here(true)).await.expect("told");
        anna.write(&conv, "hello").await.expect("stored");
        anna.cut();
        lea.until("nobody", is_here(false)).await.expect("told");
        assert_eq!(bench.number("SELECT COUNT(*) FROM chat_agent WHERE presence = 'available'").await, 0);
        anna.connect().await.expect("comes back");
        lea.until("Anna", is_here(true)).await.expect("told");
        assert_eq!(bench.number("SELECT COUNT(*) FROM chat_agent WHERE presence = 'available'").await, 1);
    });
}

#[test]
fn a_log_out_closes_the_desk() {
    play(Database::file(), async |bench| {
        let mut anna = bench.agent("Anna").await;
        bench.accounts.end_logins_of(accounts::AgentId(bench.anna.0)).await.expect("logged out");
        let ended = anna.until("the end", |_, _| None::<()>).await;
        assert!(matches!(&ended, Err(chat_client::Error::Gone(code)) if code == "logged_out"), "{ended:?}");
        assert!(anna.connect().await.is_err());
    });
}

// shows: INF-12
#[test]
fn the_panel_is_asked_for_anew_where_it_has_changed() {
    play(Database::file(), async |bench| {
        let (mut lea, mut anna, conv) = talking(&bench).await;
        let page = chat_proto::visitor::PageView {
            url: "https://shop.example/basket?id=1#top".into(),
            title: "Basket".into(),
            at: 0,
        };
        lea.tell(&FromVisitor::Page(page)).await.expect("told");
        let seen = anna.until("the page", |_, frame| match frame {
            ToDesk::Visitor { conv, online } => Some((conv.clone(), *online)),
            _ => None,
        });
        assert_eq!(seen.await.expect("seen"), (conv.clone(), true));
        let panel: chat_proto::desk::Visitor =
            anna.get(&format!("/v1/conversations/{conv}/visitor")).await.expect("the panel");
        assert_eq!(panel.page.expect("known").url, "https://shop.example/basket");
    });
}

// shows: QUE-14
#[test]
fn who_waits_sees_how_many_are_before_them() {
    play(Database::file(), async |bench| {
        let mut first = bench.visitor();
        let begun = first.start(form(), "fr").await.expect("let in");
        let mut second = bench.visitor();
        second.start(form(), "fr").await.expect("let in");
        let ahead = |it: &Visitor| it.conversation.as_ref().and_then(|it| it.ahead);
        assert_eq!((ahead(&first), ahead(&second)), (Some(0), Some(1)));
        let unattended = first.conversation.as_ref().map(|it| it.unattended);
        assert_eq!(unattended, Some(true), "nobody is there");
        first.say(FromVisitor::Close { cid: name(), conv: begun.conv }).await.expect("closed");
        second.until("the front", |it, _| (ahead(it) == Some(0)).then_some(())).await.expect("told");
    });
}

#[test]
fn the_binary_form_says_the_same() {
    play(Database::file(), async |bench| {
        use futures_util::{SinkExt, StreamExt};
        use tokio_tungstenite::tungstenite::Message;
        let place = bench.place();
        let headers =
            [("origin", place.pages.as_str()), ("sec-websocket-protocol", "chat.v1.json, chat.v1.mp")];
        let mut wire = raw::open(&place, "as=visitor&site=shop", &headers).await.expect("let in");
        let token = bench.visitor().token().await.expect("a token");
        let hello = FromVisitor::Hello { token, resume: None, page: None };
        let bytes = rmp_serde::to_vec_named(&hello).expect("MessagePack");
        wire.socket.send(Message::binary(bytes)).await.expect("sent");
        let Some(Ok(Message::Binary(bytes))) = wire.socket.next().await else { panic!("binary") };
        let welcome: ToVisitor = rmp_serde::from_slice(&bytes).expect("a frame");
        assert!(matches!(welcome, ToVisitor::Welcome { conv: None, ping_ms: 4_000, .. }), "{welcome:?}");
    });
}

#[test]
fn who_comes_back_while_their_going_is_stored_is_there() {
    const GOING: &str = "SELECT COUNT(*) FROM chat_timer WHERE kind = 'visitor_gone'";
    play(Database::file(), async |bench| {
        let (mut lea, mut anna, _) = talking(&bench).await;
        let token = lea.token().await.expect("a token");
        let (go_on, waits) = std::sync::mpsc::channel::<()>();
        let (holds, held) = tokio::sync::oneshot::channel::<()>();
        let (store, mut holds) = (bench.store.clone(), Some(holds));
        let key = store::Key(bench.site.0);
        let holding = tokio::spawn(async move {
            let hold = move |_: &mut dyn store::Tx| {
                let _ = holds.take().map(|it| it.send(()));
                let _ = waits.recv();
                Ok::<_, store::Error>(())
            };
            store.write(key, hold).await
        });
        held.await.expect("nobody writes from now on");
        lea.cut();
        let seen = anna.until("the dot", |_, frame| match frame {
            ToDesk::Visitor { online, .. } => (!online).then_some(()),
            _ => None,
        });
        seen.await.expect("gone");
        let mut wire = raw::widget(&bench.place()).await;
        wire.say(&FromVisitor::Hello { token, resume: None, page: None }).await;
        // Welcomed before their going is stored, or not before it is.
        let early = tokio::time::timeout(Duration::from_millis(300), wire.until("welcome")).await;
        go_on.send(()).expect("goes on");
        holding.await.expect("ends").expect("written");
        if early.is_err() {
            wire.until("welcome").await;
        }
        // Behind what waited to be written.
        bench.store.write(key, |_| Ok::<_, store::Error>(())).await.expect("written");
        assert_eq!(bench.number(GOING).await, 0);
    });
}

#[test]
fn an_agent_whose_site_was_taken_is_not_there_for_it() {
    const THERE: &str = "SELECT COUNT(*) FROM chat_agent WHERE presence = 'available'";
    play(Database::file(), async |bench| {
        let (mut lea, mut anna, _) = talking(&bench).await;
        assert_eq!(bench.number(THERE).await, 1);
        let change = accounts::AgentChange {
            sites: Some(accounts::SitesOf::Some([].into())),
            ..accounts::AgentChange::default()
        };
        bench.accounts.change_agent(accounts::AgentId(bench.anna.0), change).await.expect("changed");
        let told = anna.until("no site", |it, _| it.directory.sites.is_empty().then_some(()));
        told.await.expect("told");
        lea.until("nobody", |it, _| it.conversation.as_ref().is_some_and(|it| !it.agent_here).then_some(()))
            .await
            .expect("told");
        // Stored by who follows the accounts, whoever is told first.
        let stored = async { while bench.number(THERE).await != 0 {} };
        tokio::time::timeout(chat_client::PATIENCE, stored).await.expect("gone");
    });
}

/// Who waits in another queue than the one that they began in is told by how quickly that one goes on.
#[test]
fn an_estimate_is_that_of_the_queue_where_a_visitor_waits_now() {
    play(Database::file(), async |bench| {
        let mut maya = bench.desk("Maya").await;
        let path = "/v1/admin/sites/shop/queues";
        let members = json!([{"agent": maya.directory.me, "priority": 0}]);
        let returns = json!({"name": "Returns", "strategy": "manual", "first_answer_s": 30,
            "accept_timeout_s": 60, "members": members});
        let made = maya.ask(Method::POST, path, &returns).await.expect("answered");
        assert!(made.0 < 300, "{made:?}");
        let queues: Vec<Value> = maya.get(path).await.expect("told");
        let returns = queues.iter().find(|it| it["name"] == "Returns").expect("there");
        let queue = returns["id"].as_i64().expect("a number");
        let mut crowd: Vec<Visitor> = Vec::new();
        for _ in 0..6 {
            let mut visitor = bench.visitor();
            visitor.start(form(), "fr").await.expect("let in");
            crowd.push(visitor);
        }
        let conv = |it: &Visitor| it.conversation.as_ref().expect("one").conv.clone();
        // Those who are taken have waited.
        tokio::time::sleep(Duration::from_millis(20)).await; // waits: until the clock has moved on
        maya.be(Presence::Away).await.expect("connected");
        for it in &crowd {
            maya.does(&conv(it), Deed::Take { force: true }).await.expect("taken");
        }
        // Where they began others were answered; where they are now nobody was.
        let [.., tom, zoe] = &mut crowd[..] else { panic!("six") };
        let stage = zoe.until("an agent", |it, _| {
            it.conversation.as_ref().is_some_and(|it| it.stage == Stage::Active).then_some(())
        });
        stage.await.expect("told");
        for it in [&*tom, &*zoe] {
            let give = Deed::TransferToQueue { queue, note: String::new() };
            maya.does(&conv(it), give).await.expect("given");
        }
        let ahead = async |zoe: &mut Visitor, n: u32| {
            let told = zoe.until("their place", |it, _| {
                let conversation = it.conversation.as_ref()?;
                (conversation.ahead == Some(n)).then(|| conversation.clone())
            });
            told.await.expect("told")
        };
        assert_eq!(ahead(zoe, 1).await.wait_s, None);
        tom.say(FromVisitor::Close { cid: name(), conv: conv(tom) }).await.expect("closed");
        assert_eq!(ahead(zoe, 0).await.wait_s, None, "of another queue nothing is known");
    });
}
