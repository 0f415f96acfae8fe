//! What desks show: lists with their filters, details, panels, contacts.

use std::collections::BTreeMap;
use std::sync::Arc;

use chat::engine::{Ask, Fault, Start};
use chat::model::*;
use chat::views::{self, Colleague, Reader};
use chat::visits::{self, Browsing};
use chat::who::{Served, Viewer};
use chat_proto::desk::{List, Query, Rows};
use chat_proto::visitor::{PageView, Visit};

use crate::engines::on_each_engine;
use crate::site::*;

on_each_engine! {
    a_list_is_narrowed_sorted_and_paged,
    lists_hold_what_is_there_for_their_agent,
    a_row_says_what_a_list_shows,
    what_an_agent_may_do_follows_the_conversation,
    unread_is_what_the_visitor_wrote_after,
    the_panel_tells_where_a_visitor_came_from_and_went,
    whoever_has_no_name_has_figures,
    custom_data_is_what_the_site_declared,
    a_file_holds_everything_from_the_oldest_on,
    desks_know_who_and_what_there_is,
    words_are_found_in_names_and_in_threads,
}

pub async fn viewer(bench: &Bench, agent: AgentId) -> Viewer {
    let role = if agent == MAYA { Role::Manager } else { Role::Agent };
    let sites = vec![Served { id: SITE, key: "shop".into(), name: "Shop".into() }];
    views::viewer(&bench.engine, (agent, role), sites).await.expect("a viewer")
}

/// A visitor of this name begins.
pub async fn begins(bench: &Bench, n: u8, name: &str) -> (VisitorId, ConversationId) {
    let visitor = bench.visitor(n).await;
    let email = format!("{}@example.org", name.to_lowercase().replace(' ', "."));
    let form = Form([("name".to_owned(), name.to_owned()), ("email".to_owned(), email)].into());
    let started = bench.engine.start(Start { form, ..bench.start(visitor) }).await.expect("let in");
    (visitor, started.conversation)
}

/// The site asks for a name and an e-mail.
async fn asks_names(bench: &Bench) {
    let field = |key: &str| Field { key: key.into(), kind: FieldKind::Text, required: false };
    let form = FormFields(vec![field("name"), field("email")]);
    let settings = SiteSettings { form, ..settings(bench.queue) };
    bench.engine.put_site(SITE, chat::engine::SiteFacts { settings, hours: None }).await.expect("the site");
}

async fn all(bench: &Bench, viewer: &Viewer, query: &Query) -> (Vec<String>, Option<u64>) {
    let (mut names, mut total, mut after) = (Vec::new(), None, None::<String>);
    loop {
        let Rows { rows, next, total: n } =
            views::rows(&bench.engine, viewer, query, after.as_deref()).await.expect("read");
        total = total.or(n);
        names.extend(rows.into_iter().map(|it| it.name));
        match next {
            Some(next) => after = Some(next),
            None => return (names, total),
        }
    }
}

// shows: DSK-12, QUE-01, OFF-05
async fn a_list_is_narrowed_sorted_and_paged(bench: Arc<Bench>) {
    asks_names(&bench).await;
    bench.arrives(MAYA).await;
    let mut made = Vec::new();
    for n in 0..110_u8 {
        // Pairs begin at the same instant.
        bench.clock.set(i64::from(n / 2));
        made.push(begins(&bench, n, &format!("Visitor {:03}", 200 - u32::from(n))).await);
    }
    let maya = viewer(&bench, MAYA).await;
    let (waiting, total) = all(&bench, &maya, &Query::default()).await;
    let expected: Vec<_> = (0..110).map(|n| format!("Visitor {:03}", 200 - n)).collect();
    assert_eq!((waiting, total), (expected.clone(), Some(110)), "who waits longest first, each once");
    let by_name = Query { sort: "name".into(), ..Query::default() };
    assert_eq!(all(&bench, &maya, &by_name).await.0, expected.iter().rev().cloned().collect::<Vec<_>>());

    bench.agent(made[7].1, MAYA, FromAgent::Tag([TagId(3)].into())).await.expect("tagged");
    views::star(&bench.engine, (SITE, made[9].1), (MAYA, true)).await.expect("followed");
    bench.engine.online().came(SITE, made[7].0, UnixMillis(0));
    let one = |it: Query| {
        let (bench, maya) = (bench.clone(), maya.clone());
        async move { all(&bench, &maya, &it).await }
    };
    let is = |n: usize| (vec![expected[n].clone()], Some(1));
    assert_eq!(one(Query { tags: vec![3, 99], ..Query::default() }).await, is(7));
    assert_eq!(one(Query { online: Some(true), ..Query::default() }).await, is(7));
    assert_eq!(one(Query { online: Some(false), ..Query::default() }).await.1, Some(109));
    assert_eq!(one(Query { starred: true, ..Query::default() }).await, is(9));
    assert_eq!(one(Query { words: "VISITÖR 190".into(), ..Query::default() }).await, is(10), "folded");
    assert_eq!(one(Query { words: "visitor.189@example".into(), ..Query::default() }).await, is(11));
    assert_eq!(
        one(Query { words: "%".into(), ..Query::default() }).await.1,
        Some(0),
        "a sign, not a wildcard"
    );
    assert_eq!(
        one(Query { tags: vec![3], starred: true, ..Query::default() }).await.1,
        Some(0),
        "all at once"
    );
    assert_eq!(one(Query { queues: vec![bench.queue.0 + 1], ..Query::default() }).await.1, Some(0));
    assert_eq!(one(Query { queues: vec![bench.queue.0], ..Query::default() }).await.1, Some(110));
    assert_eq!(one(Query { sites: vec!["other".into()], ..Query::default() }).await.1, Some(0));
    assert_eq!(one(Query { sites: vec!["shop".into()], ..Query::default() }).await.1, Some(110));
    assert_eq!(one(Query { agents: vec![ANNA.0], ..Query::default() }).await.1, Some(0));
    views::star(&bench.engine, (SITE, made[9].1), (ANNA, false)).await.expect("not any more");
    assert_eq!(one(Query { starred: true, ..Query::default() }).await.1, Some(0));
    // What a list says of one conversation is what it would say of all.
    let tagged = Query { tags: vec![3], ..Query::default() };
    for (n, (_, id)) in made.iter().enumerate() {
        let listed = views::listed(&bench.engine, &maya, &tagged, *id).await.expect("read");
        assert_eq!(listed.is_some(), n == 7);
        assert_eq!(views::may_match(&maya, &tagged, &bench.load(*id).await), n == 7);
    }
}

// shows: QUE-02, QUE-03, SNZ-03
async fn lists_hold_what_is_there_for_their_agent(bench: Arc<Bench>) {
    for agent in [ANNA, BEN, MAYA] {
        bench.arrives(agent).await;
    }
    bench.engine.put_member((SITE, bench.queue), BEN, None).await.expect("not any more");
    let mut ids = Vec::new();
    for n in 0..5 {
        ids.push(bench.begins(n).await.1.conversation);
    }
    bench.agent(ids[0], ANNA, FromAgent::Take(Cap::Holds)).await.expect("taken");
    bench.agent(ids[1], MAYA, FromAgent::Take(Cap::Holds)).await.expect("taken");
    bench.agent(ids[1], MAYA, FromAgent::Snooze(SnoozeFor::Reply)).await.expect("put aside");
    bench.agent(ids[2], MAYA, FromAgent::Close([].into())).await.expect("closed");
    let (anna, ben, maya) =
        (viewer(&bench, ANNA).await, viewer(&bench, BEN).await, viewer(&bench, MAYA).await);
    let count = |viewer: &Viewer, list| {
        let (bench, viewer) = (bench.clone(), viewer.clone());
        async move { all(&bench, &viewer, &Query { list, ..Query::default() }).await.1.expect("known") }
    };
    let lists =
        [List::Waiting, List::Mine, List::Active, List::Paused, List::History, List::Bot, List::Inbox];
    for (viewer, expected) in [(&anna, [2, 1, 1, 1, 1, 0, 0]), (&maya, [2, 0, 1, 1, 1, 0, 0]), (&ben, [0; 7])]
    {
        for (list, n) in lists.into_iter().zip(expected) {
            assert_eq!(count(viewer, list).await, n, "{list:?} of {:?}", viewer.agent);
        }
    }
    let gone = views::row(&bench.engine, &ben, (SITE, ids[3])).await;
    assert!(matches!(gone, Err(Fault::NoConversation)), "{gone:?}");
    // Asked to go on, Ben sees what he is asked about, and only that.
    let to = TransferTo::Agent(BEN, Cap::Holds);
    bench.agent(ids[0], ANNA, FromAgent::Transfer { to, note: "".into() }).await.expect("asked");
    assert_eq!(count(&ben, List::Active).await, 1);
    let row = views::row(&bench.engine, &ben, (SITE, ids[0])).await.expect("there");
    let offer = row.offer.expect("an offer");
    assert_eq!((offer.agent, offer.from), (BEN.0, Some(ANNA.0)));
    // Of another site nothing is there.
    let sites = vec![Served { id: SiteId(2), key: "other".into(), name: "Other".into() }];
    let other = views::viewer(&bench.engine, (MAYA, Role::Admin), sites).await.expect("a viewer");
    for list in lists {
        assert_eq!(count(&other, list).await, 0);
    }
    let found = views::find(&bench.engine, &other, &bench.load(ids[0]).await.public.to_name()).await;
    assert!(matches!(found, Err(Fault::NoConversation)), "{found:?}");
}

// shows: QUE-01, DSK-09
async fn a_row_says_what_a_list_shows(bench: Arc<Bench>) {
    asks_names(&bench).await;
    bench.arrives(ANNA).await;
    bench.clock.set(5);
    let (visitor, id) = begins(&bench, 1, "Léa Roux").await;
    let text = format!("Where  is\nmy parcel? {}", "x".repeat(500));
    bench.asks(id, Ask::Visitor(visitor, writes(bench.cid(), &text))).await.expect("stored");
    let anna = viewer(&bench, ANNA).await;
    let row = views::row(&bench.engine, &anna, (SITE, id)).await.expect("there");
    assert_eq!((row.name.as_str(), row.email.as_str()), ("Léa Roux", "léa.roux@example.org"));
    assert_eq!((row.site.as_str(), row.stage.as_str(), row.queue), ("shop", "queued", bench.queue.0));
    assert!(row.preview.starts_with("Where is my parcel? xxx") && row.preview.chars().count() == 140);
    assert_eq!(row.preview_from, chat_proto::message::From::Visitor);
    assert_eq!((row.seq, row.read, row.since, row.agent, row.offer), (2, 0, Some(5), None, None));
    assert_eq!(row.conv, bench.load(id).await.public.to_name());
    bench.agent(id, ANNA, FromAgent::Take(Cap::Holds)).await.expect("taken");
    bench.agent(id, ANNA, says(bench.cid(), "On its way")).await.expect("stored");
    let row = views::row(&bench.engine, &anna, (SITE, id)).await.expect("there");
    assert_eq!((row.stage.as_str(), row.agent, row.since), ("active", Some(ANNA.0), None));
    assert_eq!((row.preview.as_str(), row.preview_from), ("On its way", chat_proto::message::From::Agent));
    bench.agent(id, ANNA, FromAgent::Snooze(SnoozeFor::Keep(UnixMillis(99)))).await.expect("put aside");
    let row = views::row(&bench.engine, &anna, (SITE, id)).await.expect("there");
    assert_eq!((row.stage.as_str(), row.until), ("snoozed", Some(99)));
}

// shows: TRF-01, BLK-01, TAG-01
async fn what_an_agent_may_do_follows_the_conversation(bench: Arc<Bench>) {
    for agent in [ANNA, BEN, MAYA] {
        bench.arrives(agent).await;
    }
    let id = bench.begins(1).await.1.conversation;
    let may = |agent| {
        let bench = bench.clone();
        async move {
            let viewer = viewer(&bench, agent).await;
            let detail = views::detail(&bench.engine, &viewer, (SITE, id)).await.expect("there");
            detail.may.join(" ")
        }
    };
    assert_eq!(may(ANNA).await, "take note block");
    assert_eq!(may(MAYA).await, "take note transfer tag close block");
    bench.agent(id, ANNA, FromAgent::Take(Cap::Holds)).await.expect("taken");
    assert_eq!(may(ANNA).await, "send note transfer snooze tag close block share");
    assert_eq!(may(BEN).await, "note");
    assert_eq!(may(MAYA).await, "take note transfer tag close block");
    let to = TransferTo::Agent(BEN, Cap::Holds);
    bench.agent(id, ANNA, FromAgent::Transfer { to, note: "".into() }).await.expect("asked");
    assert_eq!(may(ANNA).await, "send note cancel_transfer tag close block share");
    assert_eq!(may(BEN).await, "accept decline send note");
    let ben = viewer(&bench, BEN).await;
    let detail = views::detail(&bench.engine, &ben, (SITE, id)).await.expect("there");
    assert_eq!(detail.transfer.map(|it| (it.agent, it.from)), Some((BEN.0, Some(ANNA.0))));
    bench.agent(id, ANNA, FromAgent::CancelTransfer).await.expect("kept");
    bench.agent(id, ANNA, FromAgent::Snooze(SnoozeFor::Reply)).await.expect("put aside");
    assert_eq!(may(ANNA).await, "note wake tag close block");
    bench.agent(id, ANNA, FromAgent::Wake).await.expect("taken up");
    bench.agent(id, ANNA, FromAgent::Close([TagId(1)].into())).await.expect("closed");
    assert_eq!(may(ANNA).await, "note tag block reopen");
    assert_eq!(may(BEN).await, "note block");
}

// shows: DSK-08, OFF-01
async fn unread_is_what_the_visitor_wrote_after(bench: Arc<Bench>) {
    bench.arrives(ANNA).await;
    let (visitor, started) = bench.begins(1).await;
    bench.begins(2).await;
    let id = started.conversation;
    bench.agent(id, ANNA, FromAgent::Take(Cap::Holds)).await.expect("taken");
    let anna = viewer(&bench, ANNA).await;
    let tally = || views::counts(&bench.engine, &anna);
    let counts = |it: views::Tally| (it.waiting, it.mine, it.unread, it.inbox);
    assert_eq!(counts(tally().await.expect("read")), (1, 1, 0, 0));
    bench.asks(id, Ask::Visitor(visitor, writes(bench.cid(), "hello?"))).await.expect("stored");
    assert_eq!(counts(tally().await.expect("read")), (1, 1, 1, 0));
    let seq = bench.load(id).await.last_seq;
    let of = (SITE, id);
    let mut changes = bench.engine.changes().subscribe();
    assert!(views::read(&bench.engine, of, (Reader::Agent(ANNA), seq)).await.expect("noted"));
    assert!(
        !views::read(&bench.engine, of, (Reader::Agent(ANNA), Seq(1))).await.expect("noted"),
        "never back"
    );
    assert_eq!(counts(tally().await.expect("read")), (1, 1, 0, 0));
    let told = changes.try_recv().expect("a change");
    let only = Some(ANNA);
    assert_eq!(told, chat::changes::Change::Row { site: SITE, conversation: id, only });
    assert!(changes.try_recv().is_err(), "what is no news is not told");
    assert!(views::read(&bench.engine, of, (Reader::Visitor, Seq(2))).await.expect("noted"));
    let detail = views::detail(&bench.engine, &anna, of).await.expect("there");
    assert_eq!((detail.visitor_read, detail.row.read), (2, seq.0));
    // Another agent has read nothing yet.
    let offline = Start { kind: Kind::Offline, ..bench.start(bench.visitor(3).await) };
    let left = bench.engine.start(offline).await.expect("left").conversation;
    let ben = viewer(&bench, BEN).await;
    let seq = bench.load(left).await.last_seq;
    views::read(&bench.engine, (SITE, left), (Reader::Agent(ANNA), seq)).await.expect("noted");
    assert_eq!(views::counts(&bench.engine, &ben).await.expect("read").inbox, 1);
    assert_eq!(tally().await.expect("read").inbox, 0);
}

pub fn page(path: &str, at: i64) -> PageView {
    PageView { url: format!("https://shop.example{path}"), title: path.to_owned(), at }
}

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0";

pub fn firefox() -> Browsing {
    Browsing { user_agent: FIREFOX.into(), country: String::new() }
}

// shows: INF-01, INF-02, INF-03, INF-04, INF-06, INF-07, INF-09, DSK-05, DSK-10, DSK-11
async fn the_panel_tells_where_a_visitor_came_from_and_went(bench: Arc<Bench>) {
    bench.arrives(ANNA).await;
    bench.clock.set(10_000);
    let visitor = bench.visitor(1).await;
    let visit = Visit {
        id: "0123456789abcdef0123456789abcdef".into(),
        started: 1_000,
        referrer: "https://www.google.com/search?q=red+shoes&secret=1".into(),
        campaign: BTreeMap::new().into(),
        pages: vec![page("/?token=secret#x", 1_000), page("/shoes", 4_000), page("/later", 99_000_000)],
    };
    visits::record(&bench.engine, (SITE, visitor), &visit, &firefox()).await.expect("kept");
    // Sent again, as after a lost answer, it is the same.
    visits::record(&bench.engine, (SITE, visitor), &visit, &firefox()).await.expect("kept");
    let anna = viewer(&bench, ANNA).await;
    let mut ids = Vec::new();
    for n in 0..5 {
        bench.clock.set(20_000 + n);
        let id = bench.engine.start(bench.start(visitor)).await.expect("let in").conversation;
        bench
            .asks(id, Ask::Visitor(visitor, writes(bench.cid(), &format!("question {n}"))))
            .await
            .expect("stored");
        bench.agent(id, ANNA, FromAgent::Take(Cap::Holds)).await.expect("taken");
        if n != 1 {
            bench.agent(id, ANNA, says(bench.cid(), "answer")).await.expect("stored");
        }
        if n != 4 {
            bench.agent(id, ANNA, FromAgent::Close([].into())).await.expect("closed");
        }
        ids.push(id);
    }
    let panel = views::visitor_panel(&bench.engine, &anna, (SITE, ids[4])).await.expect("there");
    assert_eq!(panel.provenance, ("search".to_owned(), "Google: red shoes".to_owned()));
    assert_eq!(
        (panel.browser.as_str(), panel.system.as_str(), panel.country.as_str()),
        ("Firefox 153", "Linux", "")
    );
    let pages: Vec<_> = panel.pages.iter().map(|it| (it.url.as_str(), it.at)).collect();
    let expected = [
        ("https://shop.example/later", 10_000),
        ("https://shop.example/shoes", 4_000),
        ("https://shop.example/", 1_000),
    ];
    assert_eq!(pages, expected, "the latest first, nothing but paths, none in the future");
    assert_eq!((panel.page_count, panel.visits, panel.visit_started), (3, 1, Some(1_000)));
    assert_eq!(panel.page.map(|it| it.url), Some("https://shop.example/later".to_owned()));
    assert_eq!(panel.exchanges, 3, "closed, with an agent's words");
    let past: Vec<_> = panel.past.iter().map(|it| (it.preview.as_str(), it.at)).collect();
    assert_eq!(past, [("question 3", 20_003), ("question 2", 20_002), ("question 1", 20_001)]);
    let stored = bench.ask("SELECT url, title FROM chat_page").await;
    assert!(stored.iter().all(|it| !it.get::<String>(0).expect("text").contains("secret")));
    let referrer = bench.ask("SELECT referrer FROM chat_visit").await;
    assert_eq!(referrer[0].get::<String>(0).expect("text"), "https://www.google.com/search");
    // Another visit does not change what a closed conversation shows.
    bench.clock.set(20_000 + 3_600_000);
    visits::record_page(&bench.engine, (SITE, visitor), &page("/new", 0), &firefox()).await.expect("kept");
    let panel = views::visitor_panel(&bench.engine, &anna, (SITE, ids[0])).await.expect("there");
    assert_eq!((panel.page_count, panel.visits), (3, 2));
    let panel = views::visitor_panel(&bench.engine, &anna, (SITE, ids[4])).await.expect("there");
    assert_eq!((panel.page_count, panel.provenance.0.as_str()), (1, "direct"));
}

async fn whoever_has_no_name_has_figures(bench: Arc<Bench>) {
    asks_names(&bench).await;
    bench.arrives(ANNA).await;
    let (visitor, _) = bench.begins(1).await;
    begins(&bench, 2, "Léa").await;
    let anna = viewer(&bench, ANNA).await;
    let figures = async || {
        let rows = views::rows(&bench.engine, &anna, &Query::default(), None).await.expect("read").rows;
        let contact = views::contact(&bench.engine, &anna, visitor).await.expect("there");
        let figures: Vec<_> = rows.into_iter().map(|it| it.figures).collect();
        (figures, contact.figures)
    };
    let own = format!("{:04}", visitor.0);
    assert_eq!(figures().await, (vec![own.clone(), String::new()], own));
    let proved = move |tx: &mut dyn store::Tx| {
        let page: [u8; 16] = [0x01; 16];
        tx.execute("UPDATE chat_visitor SET page = $1 WHERE id = $2", store::params![page, visitor.0])
    };
    bench.store.write(store::Key(1), proved).await.expect("kept");
    assert_eq!(figures().await, (vec!["0257".into(), String::new()], "0257".into()));
}

// shows: INF-12, INF-13
async fn custom_data_is_what_the_site_declared(bench: Arc<Bench>) {
    bench.arrives(ANNA).await;
    let (visitor, started) = bench.begins(1).await;
    bench
        .store
        .write(store::Key(1), |tx| {
            for (pos, key, kind) in [(1, "basket", "money"), (2, "client", "text"), (3, "since", "date")] {
                let sql =
                    "INSERT INTO chat_custom (site_id, key, label, kind, pos) VALUES (1, $1, $2, $3, $4)";
                let label = format!("{{\"en\":\"The {key}\"}}");
                tx.execute(sql, store::params![key, label, kind, pos])?;
            }
            Ok::<_, store::Error>(())
        })
        .await
        .expect("declared");
    let data = |values: &[(&str, &str)]| {
        values.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    };
    let told = data(&[("basket", "12.50 EUR"), ("client", "c-77"), ("since", "long ago"), ("other", "x")]);
    let mut changes = bench.engine.changes().subscribe();
    visits::record_custom(&bench.engine, (SITE, visitor), told).await.expect("kept");
    assert_eq!(changes.try_recv().expect("told"), chat::changes::Change::Visitor(SITE, visitor));
    visits::record_custom(&bench.engine, (SITE, visitor), data(&[("basket", "20 EUR")])).await.expect("kept");
    let anna = viewer(&bench, ANNA).await;
    let panel =
        views::visitor_panel(&bench.engine, &anna, (SITE, started.conversation)).await.expect("there");
    let shown: Vec<_> =
        panel.custom.iter().map(|it| (it.label.as_str(), it.kind.as_str(), it.value.as_str())).collect();
    assert_eq!(shown, [("The basket", "money", "20 EUR"), ("The client", "text", "c-77")]);
}

// shows: INF-08, INF-11, THR-09
async fn a_file_holds_everything_from_the_oldest_on(bench: Arc<Bench>) {
    asks_names(&bench).await;
    bench.arrives(ANNA).await;
    let mut ids = Vec::new();
    for n in 0..60 {
        bench.clock.set(n / 2);
        let (_, id) = begins(&bench, 1, "Léa").await;
        bench.agent(id, ANNA, FromAgent::Take(Cap::Holds)).await.expect("taken");
        bench.agent(id, ANNA, FromAgent::Close([].into())).await.expect("closed");
        ids.push(bench.load(id).await.public.to_name());
    }
    let visitor = bench.visitor(1).await;
    let anna = viewer(&bench, ANNA).await;
    let first = views::contact_conversations(&bench.engine, &anna, visitor, None).await.expect("there");
    let next = first.next.expect("there are more");
    let rest = views::contact_conversations(&bench.engine, &anna, visitor, Some(&next)).await.expect("there");
    assert_eq!(rest.next, None);
    let found: Vec<_> = first.rows.into_iter().chain(rest.rows).map(|it| it.conv).collect();
    assert_eq!(found, ids);
    let file = views::contact(&bench.engine, &anna, visitor).await.expect("there");
    assert_eq!((file.conversations, file.exchanges, file.site.as_str()), (60, 0, "shop"));
    assert_eq!(file.profile.get("name").map(String::as_str), Some("Léa"));
    // Who served none of them, and serves no queue, knows nobody.
    bench.engine.put_member((SITE, bench.queue), BEN, None).await.expect("not any more");
    let ben = viewer(&bench, BEN).await;
    let none = views::contact(&bench.engine, &ben, visitor).await;
    assert!(matches!(none, Err(Fault::NoVisitor)), "{none:?}");
}

// shows: TRF-01, QUE-04, ADM-07
async fn desks_know_who_and_what_there_is(bench: Arc<Bench>) {
    bench.arrives(ANNA).await;
    let names = [(ANNA, "Anna"), (BEN, "Ben"), (AgentId(77), "Zoé")];
    let name = |(id, first): (AgentId, &str)| Colleague {
        id,
        first_name: first.to_owned(),
        last_name: "Martin".to_owned(),
        disabled: false,
    };
    let anna = viewer(&bench, ANNA).await;
    let directory = views::directory(&bench.engine, &anna, &names.map(name)).await.expect("read");
    assert_eq!((directory.me, directory.role.as_str()), (ANNA.0, "agent"));
    let agents: Vec<_> = directory.agents.iter().map(|it| (it.id, it.first_name.as_str(), it.load)).collect();
    assert_eq!(
        agents,
        [(ANNA.0, "Anna", (0, 2)), (BEN.0, "Ben", (0, 2))],
        "those of the site who have a name"
    );
    let site = &directory.sites[0];
    assert_eq!((site.key.as_str(), site.name.as_str()), ("shop", "Shop"));
    assert_eq!(site.presence, chat_proto::desk::Presence::Available);
    assert_eq!(site.queues.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["Sales"]);
    assert_eq!(site.faults, Vec::<String>::new());
    let flow = FlowRef { id: FlowId(1), version: 1 };
    let entry = Entry::Bot(flow);
    let settings = SiteSettings { entry, ..settings(bench.queue) };
    bench.engine.put_site(SITE, chat::engine::SiteFacts { settings, hours: None }).await.expect("the site");
    assert_eq!(views::site_faults(&bench.engine, SITE).await.expect("read"), ["no_flow"]);
    let end = Node::End { text: LocalText::default() };
    let nodes = [(NodeId(1), end)].into();
    bench.engine.put_flow(SITE, flow, Flow { start: NodeId(1), nodes }).await.expect("stored");
    assert_eq!(views::site_faults(&bench.engine, SITE).await.expect("read"), ["no_handover"]);
}

// shows: DSK-12, QUE-03
async fn words_are_found_in_names_and_in_threads(bench: Arc<Bench>) {
    asks_names(&bench).await;
    bench.arrives(MAYA).await;
    let search = chat::search::Search::new(bench.store.clone());
    let mut ids = Vec::new();
    for (n, name, text) in
        [(1, "Léa Martin", "my parcel is late"), (2, "Paul", "hello Martin"), (3, "Zoé", "hello")]
    {
        let (visitor, id) = begins(&bench, n, name).await;
        bench.asks(id, Ask::Visitor(visitor, writes(bench.cid(), text))).await.expect("stored");
        ids.push(id);
    }
    search.catch_up().await.expect("indexed");
    let maya = viewer(&bench, MAYA).await;
    let find = |words: &str| {
        let (bench, maya, words) = (bench.clone(), maya.clone(), words.to_owned());
        async move {
            let query = Query { words, ..Query::default() };
            let it = views::rows(&bench.engine, &maya, &query, None).await.expect("read");
            assert_eq!(it.total, Some(it.rows.len() as u64));
            it.rows.into_iter().map(|it| (it.name, it.found.map(|it| (it.seq, it.text)))).collect::<Vec<_>>()
        }
    };
    let in_text = |seq, text: &str| Some((seq, text.to_owned()));
    let martin = find("martin").await;
    let expected = [("Léa Martin".to_owned(), None), ("Paul".to_owned(), in_text(2, "hello Martin"))];
    assert_eq!(martin, expected, "in the name of one, in the thread of the other");
    let parcel = find("parcels late").await;
    assert_eq!(
        parcel,
        [("Léa Martin".to_owned(), in_text(2, "my parcel is late"))],
        "as it is said, not as typed"
    );
    assert_eq!(find("hello parcel").await, [], "in one message");
    let query = Query { words: "hello".into(), ..Query::default() };
    for (n, id) in ids.iter().enumerate() {
        let row = views::listed(&bench.engine, &maya, &query, *id).await.expect("read");
        assert_eq!(row.is_some(), n != 0);
    }
}
