//! What desks and widgets cost the database, counted.
use std::{collections::BTreeSet, time::Duration};

use chat::{rt::Limits, server::Options};
use chat_client::{Agent, Visitor, name};
use chat_proto::{
    Fault, Resume,
    desk::{Deed, Presence},
    visitor::{FromVisitor, PageView},
};
use serde_json::Value;

use crate::{
    engines::Database,
    once::talking,
    raw,
    site::{Bench, form, options, play, play_with},
};

/// Reads that go on beside a test: deadlines, sweeps.
const BESIDE: u64 = 40;

#[test]
fn a_desks_request_reads_its_log_in_and_what_it_asks_for() {
    const REQUESTS: u64 = 100;
    play(Database::file(), async |bench| {
        let maya = bench.desk("Maya").await;
        let before = bench.store.asked();
        for _ in 0..REQUESTS {
            maya.get::<Value>("/v1/admin/sites/shop/tags").await.expect("told");
        }
        let after = bench.store.asked();
        let (reads, writes) = (after.reads - before.reads, after.writes - before.writes);
        println!("{reads} reads and {writes} writes for {REQUESTS} requests");
        assert!(reads <= 2 * REQUESTS + BESIDE, "{reads} reads for {REQUESTS} requests");
        assert!(writes <= BESIDE, "{writes} writes");
    });
}

#[test]
fn presence_is_told_to_every_desk_and_the_directory_is_read_once() {
    const DESKS: usize = 20;
    const TURNS: u64 = 10;
    // Nobody's log-in is looked up meanwhile.
    let options = Options { ping: Duration::from_secs(20), ..options() };
    play_with(Database::file(), options, async |bench| {
        let mut maya = bench.agent("Maya").await;
        let mut desks = Vec::new();
        for _ in 0..DESKS {
            let mut desk = maya.second_desk();
            desk.connect().await.expect("connects");
            desks.push(desk);
        }
        let before = bench.store.asked();
        for turn in 0..TURNS {
            use chat_proto::desk::Presence::{Available, Away};
            let to = if turn % 2 == 0 { Away } else { Available };
            maya.be(to).await.expect("told");
            for desk in &mut desks {
                let seen = desk.until("the presence", |it, _| {
                    (it.directory.sites.first()?.presence == to).then_some(())
                });
                seen.await.expect("told");
            }
        }
        let reads = bench.store.asked().reads - before.reads;
        println!("{reads} reads for {TURNS} turns before {} desks", DESKS + 1);
        // A turn is some reads of its own, not some for each desk.
        assert!(reads <= TURNS * 10 + BESIDE, "{reads} reads");
    });
}

#[test]
fn what_a_visitor_says_is_read_once_for_each_of_their_tabs() {
    const MESSAGES: u64 = 60;
    // Who is silent is there.
    let limits = Limits { message_burst: 100, ..Limits::default() };
    let options = Options { ping: Duration::from_secs(60), limits, ..options() };
    play_with(Database::file(), options, async |bench: Bench| {
        let mut lea = bench.visitor();
        lea.start(form(), "fr").await.expect("let in");
        let mut tab = Visitor::of(bench.place(), lea.secret().to_owned());
        tab.connect().await.expect("connects");
        let before = bench.store.asked();
        let mut last = 0;
        for n in 0..MESSAGES {
            last = lea.write(&format!("{n}")).await.expect("stored").seq;
        }
        tab.reads("the last", |it| it.seq == last).await.expect("told");
        let after = bench.store.asked();
        let (reads, writes) = (after.reads - before.reads, after.writes - before.writes);
        println!("{reads} reads and {writes} writes for {MESSAGES} messages before two tabs");
        // One for each tab, and another where the commit is told after the answer.
        assert!(reads <= 3 * MESSAGES + BESIDE, "{reads} reads");
    });
}

#[test]
fn what_goes_on_elsewhere_costs_a_desk_with_a_long_list_nothing() {
    const MESSAGES: u64 = 40;
    // Nobody's log-in is looked up meanwhile, and who is silent is there.
    let limits = Limits { message_burst: 100, ..Limits::default() };
    let options = Options { ping: Duration::from_secs(60), limits, ..options() };
    play_with(Database::file(), options, async |bench: Bench| {
        let (mut lea, mut anna, _) = talking(&bench).await;
        let (mut maya, (first, _there)) = (bench.desk("Maya").await, crate::bot::crowd(&bench).await);
        // Reads while Léa and Anna talk, until Maya has been told what there is to tell her.
        let reads = async |lea: &mut Visitor, maya: &mut Agent| {
            let before = bench.store.asked().reads;
            for n in 0..MESSAGES {
                lea.write(&format!("{n}")).await.expect("stored");
            }
            maya.be(Presence::Away).await.expect("told");
            bench.store.asked().reads - before
        };
        let without = reads(&mut lea, &mut maya).await;
        crate::bot::watches(&mut maya, &first).await;
        let with = reads(&mut lea, &mut maya).await;
        println!("{with} reads with a long list, {without} without");
        assert!(with <= without + BESIDE, "{with} reads with a long list, {without} without");
        anna.leave().await;
    });
}

// shows: QUE-14
#[test]
fn a_queue_that_goes_on_tells_who_waits_their_place_without_a_query_for_each() {
    const CROWD: usize = 30;
    const TAKEN: usize = 4;
    play(Database::file(), async |bench| {
        let mut maya = bench.desk("Maya").await;
        let mut crowd: Vec<Visitor> = Vec::new();
        for _ in 0..CROWD {
            let mut visitor = bench.visitor();
            visitor.start(form(), "fr").await.expect("let in");
            crowd.push(visitor);
        }
        // Those who are taken from the front have waited.
        tokio::time::sleep(Duration::from_millis(20)).await; // waits: until the clock has moved on
        maya.be(Presence::Away).await.expect("connected");
        let before = bench.store.asked();
        for taken in crowd.iter().take(TAKEN) {
            let conv = taken.conversation.as_ref().expect("one").conv.clone();
            maya.does(&conv, Deed::Take { force: true }).await.expect("taken");
        }
        let last = crowd.last_mut().expect("somebody");
        let ahead = u32::try_from(CROWD - TAKEN - 1).expect("few");
        let told = last.until("their place", |it, _| {
            let conversation = it.conversation.as_ref()?;
            (conversation.ahead == Some(ahead)).then(|| conversation.clone())
        });
        let told = told.await.expect("told");
        let reads = bench.store.asked().reads - before.reads;
        println!("{reads} reads for {TAKEN} of {CROWD} who are taken");
        assert!(reads <= 2 * CROWD as u64 + BESIDE, "{reads} reads");
        assert!(told.wait_s.is_some() && told.unattended, "an estimate, and that nobody is there: {told:?}");
        for (presence, unattended) in [(Presence::Available, false), (Presence::Away, true)] {
            maya.be(presence).await.expect("connected");
            let is_told =
                |it: &Visitor| it.conversation.as_ref().is_some_and(|it| it.unattended == unattended);
            last.until("who is there", |it, _| is_told(it).then_some(())).await.expect("told");
        }
    });
}

#[test]
fn a_widget_that_asks_for_many_full_pages_gets_them_all() {
    const PAGES: u64 = 12;
    let limits = Limits { message_burst: 100, ..Limits::default() };
    play_with(Database::file(), Options { limits, ..options() }, async |bench: Bench| {
        let (mut lea, _anna, conv) = talking(&bench).await;
        // Each is as long as a message may be: three fill a page.
        for n in 0..3 * PAGES {
            lea.write(&format!("{n}").repeat(10_000 / format!("{n}").len())).await.expect("stored");
        }
        let token = lea.token().await.expect("a token");
        let last = lea.thread.msgs.last().map_or(0, |it| it.seq);
        let mut socket = raw::widget(&bench.place()).await;
        let resume = Some(Resume { conv: conv.clone(), seq: last, ..Resume::default() });
        socket.say(&FromVisitor::Hello { token, resume, page: None }).await;
        socket.until("welcome").await;
        let mut asked: BTreeSet<u64> = (0..PAGES).map(|page| 3 * page).collect();
        for after in &asked {
            socket.say(&FromVisitor::Fetch { conv: conv.clone(), after: *after }).await;
        }
        while !asked.is_empty() {
            let page = socket.until("msgs").await;
            let begins = page["msgs"][0]["seq"].as_u64().expect("a number");
            asked.remove(&(begins - 1));
        }
        socket.say(&FromVisitor::Close { cid: name(), conv: name() }).await;
        socket.until("nack").await;
    });
}

#[test]
fn pages_are_kept_in_a_conversation_or_where_the_site_wants_them() {
    play(Database::file(), async |bench: Bench| {
        let mut lea = bench.visitor();
        lea.connect().await.expect("connects");
        let page = |n: u8| {
            let url = format!("https://shop.example/{n}");
            FromVisitor::Page(PageView { url, ..PageView::default() })
        };
        let pages = "SELECT COUNT(*) FROM chat_page";
        lea.tell(&page(1)).await.expect("told");
        // What is answered comes after it.
        let refused = lea.say(FromVisitor::Close { cid: name(), conv: name() }).await;
        assert!(matches!(refused, Err(chat_client::Error::Refused(Fault { .. }))), "{refused:?}");
        assert_eq!(bench.number(pages).await, 0, "nobody may know");
        let conv = lea.start(form(), "fr").await.expect("let in").conv;
        lea.tell(&page(2)).await.expect("told");
        lea.say(FromVisitor::Close { cid: name(), conv }).await.expect("closed");
        assert_eq!(bench.number(pages).await, 1, "in a conversation");
        lea.tell(&page(3)).await.expect("told");
        let refused = lea.say(FromVisitor::Close { cid: name(), conv: name() }).await;
        assert!(refused.is_err(), "{refused:?}");
        assert_eq!(bench.number(pages).await, 1, "and not after it");
        let maya = bench.desk("Maya").await;
        let path = "/v1/admin/sites/shop/general";
        let mut general: Value = maya.get(path).await.expect("told");
        general["presence"] = true.into();
        let changed = maya.ask(reqwest::Method::PUT, path, &general).await.expect("answered");
        assert_eq!(changed.0, 204, "{changed:?}");
        lea.tell(&page(4)).await.expect("told");
        let refused = lea.say(FromVisitor::Close { cid: name(), conv: name() }).await;
        assert!(refused.is_err(), "{refused:?}");
        assert_eq!(bench.number(pages).await, 2, "where the site wants them");
    });
}
