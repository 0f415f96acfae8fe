//! Both engines find the same entries.

use store::fulltext::{FullText, Sought};
use store::{Error, Migrations, Step, Store, params};

use crate::engines::{Database, Engine, SHARED};

const WORDS: FullText = FullText { table: "words" };
const TABLES: Migrations = Migrations { component: "words", steps: &[Step::both("words", TEXT)] };
const TEXT: &str = "CREATE TABLE entry (id {int} PRIMARY KEY) {strict}; {fulltext words};";

/// Entries by id, each word as the caller has folded it.
const ENTRIES: [&[&str]; 8] = [
    &["la", "commande", "command", "est", "partie"],
    &["command", "line", "a-b", "3.5", "x_y"],
    &["été", "日本", "日本語", "😀"],
    &["o'brien", "c++", "c#", "100%", "a:b", "a|b", "(x)", "*", "!"],
    &["commandant"],
    &[],
    &["and", "or", "not", "near", "null", "AND"],
    &["back\\slash", "quo\"te"],
];

fn open(engine: &Engine) -> Store {
    let store = engine.open(&[TABLES]).expect("opens");
    for (id, words) in (0_i64..).zip(ENTRIES) {
        crate::conformance::write(&store, move |tx| {
            tx.execute("INSERT INTO entry (id) VALUES ($1)", params![id])?;
            WORDS.put(tx, id, words)
        })
        .expect("put");
    }
    store
}

/// Of the last word a beginning is enough.
fn find(store: &Store, wanted: &[&[&str]]) -> Vec<i64> {
    let sought = |is_last| if is_last { Sought::Beginning } else { Sought::Word };
    let any = |(i, any): (usize, &&[&str])| {
        let sought = sought(i + 1 == wanted.len());
        any.iter().map(|it| sought((*it).to_owned())).collect()
    };
    found(store, wanted.iter().enumerate().map(any).collect())
}

fn found(store: &Store, wanted: Vec<Vec<Sought>>) -> Vec<i64> {
    let found = store.read_blocking(move |tx| {
        let Some(query) = WORDS.query(tx.dialect(), &wanted) else { return Ok(Vec::new()) };
        let sql = format!("SELECT id FROM entry WHERE id IN {} ORDER BY id", WORDS.ids(tx.dialect(), 1));
        tx.rows::<(i64,)>(&sql, &[query])
    });
    found.expect("found").into_iter().map(|(id,)| id).collect()
}

/// More entries of one word than are sorted as they come.
fn fill(store: &Store) {
    const SQLITE: &str =
        "WITH RECURSIVE n (id) AS (SELECT 100 UNION ALL SELECT id + 1 FROM n WHERE id < 10200)
        INSERT INTO words (rowid, folded_words) SELECT id, 'common' FROM n";
    const POSTGRES: &str = "INSERT INTO words (id, folded_words)
        SELECT id, '''common'''::tsvector FROM generate_series(100, 10200) id";
    crate::conformance::write(store, |tx| {
        let sql = if tx.dialect() == store::Dialect::Sqlite { SQLITE } else { POSTGRES };
        tx.execute(sql, &[])
    })
    .expect("filled");
}

/// Two entries at a time, the highest first.
fn pages(store: &Store, word: &str, from: i64, below: i64) -> Vec<Vec<i64>> {
    let wanted = vec![vec![Sought::Beginning(word.to_owned())]];
    let found = store.read_blocking(move |tx| {
        let (dialect, mut below, mut pages) = (tx.dialect(), below, Vec::new());
        let sql = format!("SELECT id FROM {} p ORDER BY id DESC", WORDS.page(dialect, [1, 2, 3, 4]));
        let query = WORDS.query(dialect, &wanted).expect("a word");
        loop {
            let page: Vec<(i64,)> = tx.rows(&sql, params![query.clone(), from, below, 2])?;
            let page: Vec<i64> = page.into_iter().map(|(id,)| id).collect();
            let Some(last) = page.last() else { return Ok::<_, Error>(pages) };
            below = *last;
            pages.push(page);
        }
    });
    found.expect("found")
}

#[test]
fn every_word_of_an_entry_finds_it_on_both() {
    let engines = [
        Engine::File(tempfile::tempdir().expect("a folder")),
        Engine::Memory,
        Engine::Postgres(Database::new(SHARED)),
    ];
    for engine in &engines {
        let store = open(engine);
        for (id, words) in (0_i64..).zip(ENTRIES) {
            for word in words {
                assert!(find(&store, &[&[word]]).contains(&id), "{word}");
            }
        }
        assert_eq!(find(&store, &[&["comman"]]), [0, 1, 4], "a beginning is enough");
        assert_eq!(find(&store, &[&["comman"], &["line"]]), [0_i64; 0], "of the last word only");
        assert_eq!(found(&store, vec![vec![Sought::Word("comman".to_owned())]]), [0_i64; 0], "not always");
        assert_eq!(found(&store, vec![vec![Sought::Word("command".to_owned())]]), [0, 1]);
        assert_eq!(find(&store, &[&["command"], &["l"]]), [0, 1]);
        assert_eq!(find(&store, &[&["nothing", "commande"], &["est"]]), [0], "one alternative is enough");
        assert_eq!(find(&store, &[&["日"]]), [2]);
        assert_eq!(find(&store, &[&["a"]]), [1, 3, 6]);
        assert_eq!(find(&store, &[&["'"], &["\""]]), [0_i64; 0], "nothing is left to look for");
        assert_eq!(pages(&store, "a", 0, i64::MAX), [vec![6, 3], vec![1]]);
        assert_eq!(pages(&store, "a", 2, 6), [vec![3]]);
        assert_eq!(pages(&store, "zzz", 0, i64::MAX), [[0_i64; 0]; 0]);
        crate::conformance::write(&store, |tx| {
            WORDS.put(tx, 1, &["other"])?;
            WORDS.remove(tx, 4)?;
            Ok::<_, Error>(())
        })
        .expect("changed");
        assert_eq!(find(&store, &[&["command"]]), [0]);
        assert_eq!(find(&store, &[&["other"]]), [1]);
        fill(&store);
        let some = pages(&store, "common", 10_195, 10_200);
        assert_eq!(some, [vec![10_199, 10_198], vec![10_197, 10_196], vec![10_195]]);
        assert_eq!(pages(&store, "common", 0, 101), [[100]]);
        assert_eq!(pages(&store, "other", 0, i64::MAX), [[1]]);
        store.close();
    }
}
