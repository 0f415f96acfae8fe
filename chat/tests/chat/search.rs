//! What is found: every word of every message, on both databases the same; and what is not.

use std::sync::Arc;
use std::time::Duration;

use chat::engine::{Ask, NoShares, Started, TABLES};
use chat::model::*;
use chat::router::Profile;
use chat::search::{By, Filter, Find, Hit, Results, Search, Visible, found_in, wanted};

use store::{Key, SqliteOptions, Store};

use crate::engines::{Database, on_each_engine};
use crate::site::*;

mod same;

on_each_engine! {
    forms_of_a_word_find_each_other,
    filters_hold_all_at_once,
    pages_go_on_where_they_stopped,
    conversations_come_once,
    agents_find_what_is_there_for_them,
    what_is_not_said_any_more_is_not_found,
    a_note_is_found_beside_the_thread,
    another_site_finds_nothing,
    what_was_left_by_a_kill_is_indexed,
    what_cannot_be_read_keeps_nobody_from_being_found,
    a_list_finds_its_rows,
}

pub fn find(words: &str) -> Find {
    let (sites, filter) = (vec![SITE], Filter::default());
    Find { sites, visible: Visible::All, words: words.to_owned(), filter, after: None, limit: 50 }
}

pub async fn visitor_says(bench: &Bench, (visitor, of): &(VisitorId, Started), text: &str) {
    let ask = Ask::Visitor(*visitor, writes(bench.cid(), text));
    bench.asks(of.conversation, ask).await.expect("stored");
}

pub async fn indexed(bench: &Bench) -> Search {
    let search = Search::new(bench.store.clone());
    search.catch_up().await.expect("indexed");
    search
}

async fn texts(search: &Search, find: Find) -> Vec<String> {
    search.find(find).await.expect("found").hits.into_iter().map(|it| it.snippet.text).collect()
}

/// What is marked in a snippet.
fn marked(hit: &Hit) -> Vec<String> {
    let part = |(from, to): &(u32, u32)| {
        hit.snippet.text.chars().skip(*from as usize).take((to - from) as usize).collect()
    };
    hit.snippet.at.iter().map(part).collect()
}

// shows: QUE-03
async fn forms_of_a_word_find_each_other(bench: Arc<Bench>) {
    let profile =
        Profile { languages: ["fr", "de"].map(|it| it.parse().expect("one")).into(), ..Profile::default() };
    bench.engine.put_agent(SITE, ANNA, profile).await.expect("an agent");
    let chat = bench.begins(1).await;
    for text in [
        "My deliveries were late",
        "L’été, mes COMMANDES livrées à Nancy",
        "注文した商品がまだ届きません",
        "สวัสดีครับ ผมยังไม่ได้รับของ",
        "Die Straße nach Köln, Bestellung AB-1234/77",
        "anna.schmidt@example.com",
    ] {
        visitor_says(&bench, &chat, text).await;
    }
    let search = indexed(&bench).await;
    for (words, marks) in [
        ("delivery", vec!["deliveries"]),
        ("deliver", vec!["deliveries"]),
        ("DELIVERIES my", vec!["My", "deliveries"]),
        ("ete", vec!["été"]),
        ("nancy comm", vec!["COMMANDES", "Nancy"]),
        ("商品", vec!["商品"]),
        ("届", vec!["届"]),
        ("注文 商", vec!["注文", "商"]),
        ("ได้", vec!["ได้"]),
        ("strasse koln", vec!["Straße", "Köln"]),
        ("ab-1234", vec!["AB", "1234"]),
        ("schmidt@example", vec!["schmidt", "example"]),
        ("k", vec!["Köln"]),
        ("be", vec!["Bestellung"]),
        ("strasse na", vec!["Straße", "nach"]),
    ] {
        let hits = search.find(find(words)).await.expect("found").hits;
        assert_eq!(hits.iter().map(marked).collect::<Vec<_>>(), [marks], "{words}");
    }
    for words in ["", " ", "…", "elivery", "deliver my", "comm nancy", "商文", "schmid example", "tsai", "kn"]
    {
        assert_eq!(texts(&search, find(words)).await, [""; 0], "{words}");
    }
}

// shows: DSK-12
async fn filters_hold_all_at_once(bench: Arc<Bench>) {
    bench.arrives(ANNA).await;
    let (first, second) = (bench.begins(1).await, bench.begins(2).await);
    bench.clock.set(1_000);
    visitor_says(&bench, &first, "word one").await;
    bench.clock.set(2_000);
    visitor_says(&bench, &second, "word two").await;
    bench.agent(first.1.conversation, ANNA, FromAgent::Take(Cap::Holds)).await.expect("taken");
    bench.clock.set(3_000);
    bench.agent(first.1.conversation, ANNA, says(bench.cid(), "word three")).await.expect("said");
    bench.agent(first.1.conversation, ANNA, FromAgent::Tag([TagId(5)].into())).await.expect("tagged");
    let search = indexed(&bench).await;
    let all = ["word three", "word two", "word one"];
    for (filter, found) in [
        (Filter::default(), &all[..]),
        (Filter { stages: vec![Stage::Active], ..Filter::default() }, &["word three", "word one"]),
        (Filter { stages: vec![Stage::Queued, Stage::Active], ..Filter::default() }, &all),
        (Filter { queues: vec![bench.queue], ..Filter::default() }, &all),
        (Filter { queues: vec![QueueId(999)], ..Filter::default() }, &[]),
        (Filter { agents: vec![ANNA], ..Filter::default() }, &["word three", "word one"]),
        (Filter { agents: vec![BEN], ..Filter::default() }, &[]),
        (Filter { tags: vec![TagId(5), TagId(6)], ..Filter::default() }, &["word three", "word one"]),
        (Filter { visitor: Some(second.0), ..Filter::default() }, &["word two"]),
        (Filter { by: Some(By::Visitor), ..Filter::default() }, &["word two", "word one"]),
        (Filter { by: Some(By::Agents), ..Filter::default() }, &["word three"]),
        (Filter { by: Some(By::Agent(BEN)), ..Filter::default() }, &[]),
        (Filter { from: Some(UnixMillis(2_000)), ..Filter::default() }, &["word three", "word two"]),
        (Filter { until: Some(UnixMillis(2_000)), ..Filter::default() }, &["word one"]),
        (
            Filter { agents: vec![ANNA], by: Some(By::Visitor), tags: vec![TagId(5)], ..Filter::default() },
            &["word one"],
        ),
    ] {
        let asked = Find { filter: filter.clone(), ..find("word") };
        assert_eq!(texts(&search, asked).await, found, "{filter:?}");
    }
}

async fn pages_go_on_where_they_stopped(bench: Arc<Bench>) {
    let chat = bench.begins(1).await;
    for n in 0..30 {
        // Pairs come at the same instant.
        bench.clock.set(n / 2);
        visitor_says(&bench, &chat, &format!("page {n}")).await;
    }
    let search = indexed(&bench).await;
    let newest_first: Vec<_> = (2..=31).rev().map(|n| Place::Thread(Seq(n))).collect();
    for filter in either_way(&bench) {
        let (mut after, mut seen) = (None, Vec::new());
        loop {
            let asked = Find { after, limit: 7, filter: filter.clone(), ..find("page") };
            let Results { hits, next } = search.find(asked).await.expect("found");
            seen.extend(hits.into_iter().map(|it| it.place));
            after = next;
            if next.is_none() {
                break;
            }
        }
        assert_eq!(seen, newest_first, "{filter:?}");
    }
}

/// The index is followed, and what a filter leaves: both hold everything of these stories.
fn either_way(bench: &Bench) -> [Filter; 2] {
    [Filter::default(), Filter { queues: vec![bench.queue], ..Filter::default() }]
}

async fn conversations_come_once(bench: Arc<Bench>) {
    let mut chats = Vec::new();
    for n in 0..6 {
        chats.push(bench.begins(n).await);
    }
    for round in 0..4 {
        for (n, chat) in chats.iter().enumerate() {
            bench.clock.set(round * 10 + i64::try_from(n).expect("few"));
            visitor_says(&bench, chat, &format!("again {round}")).await;
        }
    }
    let search = indexed(&bench).await;
    for filter in either_way(&bench) {
        let (mut after, mut seen) = (None, Vec::new());
        for _ in 0..4 {
            let asked = Find { after, limit: 2, filter: filter.clone(), ..find("again") };
            let it = search.conversations(asked).await.expect("found");
            seen.extend(it.hits.iter().map(|it| (it.conversation, it.snippet.text.clone())));
            after = it.next;
            if after.is_none() {
                break;
            }
        }
        let all = chats.iter().rev().map(|it| (it.1.conversation, "again 3".to_owned()));
        assert_eq!(seen, all.collect::<Vec<_>>(), "each by its newest: {filter:?}");
    }
}

async fn agents_find_what_is_there_for_them(bench: Arc<Bench>) {
    bench.arrives(ANNA).await;
    let chat = bench.begins(1).await;
    visitor_says(&bench, &chat, "secret plan").await;
    let search = indexed(&bench).await;
    let seen_by = async |agent: AgentId| {
        let asked = Find { visible: Visible::Agent(agent), ..find("secret") };
        texts(&search, asked).await.len()
    };
    assert_eq!(seen_by(ANNA).await, 1, "she serves its queue");
    assert_eq!(seen_by(AgentId(77)).await, 0);
    bench.engine.put_member((SITE, bench.queue), BEN, None).await.expect("not any more");
    assert_eq!(seen_by(BEN).await, 0);
    bench.arrives(BEN).await;
    bench.agent(chat.1.conversation, ANNA, FromAgent::Take(Cap::Holds)).await.expect("taken");
    let to = TransferTo::Agent(BEN, Cap::Holds);
    bench.agent(chat.1.conversation, ANNA, FromAgent::Transfer { to, note: "".into() }).await.expect("asked");
    assert_eq!(seen_by(BEN).await, 1, "he is asked to take it");
}

async fn what_is_not_said_any_more_is_not_found(bench: Arc<Bench>) {
    let chat = bench.begins(1).await;
    for text in ["my card is 4111", "my card is lost", "my card"] {
        visitor_says(&bench, &chat, text).await;
    }
    let search = indexed(&bench).await;
    assert_eq!(texts(&search, find("card")).await.len(), 3);
    // Changed and removed behind the index's back: at once, not when it is indexed anew.
    let changed = bench.store.write(store::Key(1), |tx| {
        tx.execute("UPDATE chat_message SET body = '{\"content\":{\"text\":\"•••\"}}' WHERE seq = 2", &[])?;
        tx.execute("DELETE FROM chat_message WHERE seq = 3", &[])?;
        for seq in [2, 3] {
            let sql = "INSERT INTO chat_unindexed (site_id, conv_id, stream, n, at)
                SELECT site_id, conv_id, 0, CAST($1 AS BIGINT), 0 FROM chat_message LIMIT 1";
            tx.execute(sql, store::params![seq])?;
        }
        Ok::<_, store::Error>(())
    });
    changed.await.expect("changed");
    assert_eq!(texts(&search, find("card")).await, ["my card"]);
    assert_eq!(search.catch_up().await, Ok(2));
    assert_eq!(texts(&search, find("card")).await, ["my card"]);
    assert_eq!(bench.number("SELECT COUNT(*) FROM chat_indexed").await, 1);
    assert_eq!(bench.number("SELECT COUNT(*) FROM chat_unindexed").await, 0);
}

async fn a_note_is_found_beside_the_thread(bench: Arc<Bench>) {
    bench.arrives(ANNA).await;
    let (_, chat) = bench.begins(1).await;
    let note = FromAgent::Note { cid: bench.cid(), text: "calls again tomorrow".into() };
    bench.agent(chat.conversation, ANNA, note).await.expect("noted");
    let search = indexed(&bench).await;
    let hits = search.find(find("tomorrow")).await.expect("found").hits;
    assert_eq!(hits.iter().map(|it| it.place).collect::<Vec<_>>(), [Place::AgentsOnly(AgentSeq(1))]);
    assert_eq!((hits[0].conversation, hits[0].public), (chat.conversation, chat.public));
}

async fn another_site_finds_nothing(bench: Arc<Bench>) {
    let chat = bench.begins(1).await;
    visitor_says(&bench, &chat, "only here").await;
    let search = indexed(&bench).await;
    for sites in [vec![], vec![SiteId(2)], vec![SiteId(11)]] {
        assert_eq!(texts(&search, Find { sites, ..find("here") }).await, [""; 0]);
    }
    let both = Find { sites: vec![SiteId(2), SITE], ..find("here") };
    assert_eq!(texts(&search, both).await, ["only here"]);
}

async fn what_was_left_by_a_kill_is_indexed(bench: Arc<Bench>) {
    let chat = bench.begins(1).await;
    for n in 0..150 {
        visitor_says(&bench, &chat, &format!("left {n}")).await;
    }
    assert_eq!(bench.number("SELECT COUNT(*) FROM chat_unindexed").await, 150);
    assert_eq!(Search::new(bench.store.clone()).catch_up().await, Ok(150));
    // While it runs, a message is found soon: how soon, the bench says.
    let search = Search::new(bench.store.clone());
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn({
        let (search, committed) = (search.clone(), bench.engine.subscribe());
        async move { search.serve(committed, async { drop(stopped.await) }).await }
    });
    visitor_says(&bench, &chat, "quickly").await;
    let found = async {
        while texts(&search, find("quickly")).await.is_empty() {
            // waits: nobody tells what is indexed.
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), found).await.expect("found");
    assert_eq!(bench.number("SELECT COUNT(*) FROM chat_indexed").await, 151, "it alone was read again");
    assert_eq!(bench.number("SELECT COUNT(*) FROM chat_unindexed").await, 0);
    drop(stop);
    serving.await.expect("ended");
}

async fn what_cannot_be_read_keeps_nobody_from_being_found(bench: Arc<Bench>) {
    let chat = bench.begins(1).await;
    for text in ["before it", "broken it", "after it"] {
        visitor_says(&bench, &chat, text).await;
    }
    let search = indexed(&bench).await;
    let broken = bench.store.write(store::Key(1), |tx| {
        tx.execute("UPDATE chat_message SET body = 'no json' WHERE seq = 3", &[])?;
        let again = "INSERT INTO chat_unindexed (site_id, conv_id, stream, n, at)
            SELECT site_id, conv_id, 0, seq, at FROM chat_message";
        tx.execute(again, &[])
    });
    broken.await.expect("changed");
    assert_eq!(texts(&search, find("it")).await, ["after it", "before it"]);
    assert_eq!(search.catch_up().await, Ok(4));
    assert_eq!(texts(&search, find("it")).await, ["after it", "before it"]);
}

// shows: DSK-12
async fn a_list_finds_its_rows(bench: Arc<Bench>) {
    let (first, second) = (bench.begins(1).await, bench.begins(2).await);
    visitor_says(&bench, &first, "blue shoes").await;
    visitor_says(&bench, &second, "red shoes").await;
    visitor_says(&bench, &second, "blue hats").await;
    indexed(&bench).await;
    let both = [first.1.conversation, second.1.conversation];
    for (words, conversations) in [
        ("shoe", vec![both[0], both[1]]),
        ("blue sh", vec![both[0]]),
        ("hats", vec![both[1]]),
        ("green", vec![]),
    ] {
        let read = move |tx: &mut dyn store::Tx| {
            let wanted = wanted(tx, &[SITE], words)?.expect("words");
            let sql = format!(
                "SELECT c.id FROM chat_conversation c WHERE c.id IN {} ORDER BY c.id",
                wanted.conversations(tx.dialect(), 1)
            );
            let rows: Vec<(i64,)> = tx.rows(&sql, &[wanted.value(tx.dialect())])?;
            Ok::<_, store::Error>((rows, found_in(tx, &wanted, &both)?))
        };
        let (rows, found) = bench.store.read(read).await.expect("read");
        assert_eq!(rows.iter().map(|it| ConversationId(it.0)).collect::<Vec<_>>(), conversations, "{words}");
        let mut keys: Vec<_> = found.keys().copied().collect();
        keys.sort();
        assert_eq!(keys, conversations, "{words}");
    }
}

/// Makes the index what it was before it had beginnings of words.
async fn before_beginnings(store: &Store) {
    const OLDER: [&str; 3] = [
        "DELETE FROM chat_words WHERE rowid IN (SELECT id FROM chat_indexed)",
        "INSERT INTO chat_words (rowid, folded_words) SELECT id, '1.older 1=en.older; 1.words' FROM chat_indexed",
        "DELETE FROM schema_step WHERE component = 'chat' AND name = 'beginnings of words'",
    ];
    let made = store.write(Key(1), |tx| OLDER.iter().try_for_each(|it| tx.execute(it, &[]).map(drop)));
    made.await.expect("made");
}

#[test]
fn what_an_older_release_has_indexed_is_indexed_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let open = || Store::sqlite(&SqliteOptions::new(folder.path().join("a.db")), &[TABLES]).expect("opens");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let store = open();
    runtime.block_on(async {
        let bench = Bench::new(store.clone(), Database::file(), Arc::new(NoShares)).await;
        bench.clock.set(1_700_000_000_000);
        let chat = bench.begins(1).await;
        visitor_says(&bench, &chat, "older words").await;
        let search = indexed(&bench).await;
        before_beginnings(&store).await;
        assert_eq!(texts(&search, find("w")).await, [""; 0], "no beginnings stand there");
        assert_eq!(texts(&search, find("word")).await, ["older words"]);
    });
    store.close();
    let store = open();
    runtime.block_on(async {
        let search = Search::new(store.clone());
        assert_eq!(search.catch_up().await, Ok(1));
        for words in ["w", "ol", "older w", "wor", "words"] {
            assert_eq!(texts(&search, find(words)).await, ["older words"], "{words}");
        }
    });
    store.close();
}
