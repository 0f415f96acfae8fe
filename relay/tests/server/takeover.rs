//! A data folder of the first release: sessions and log come along, and the old program keeps off.
use cobrowse_core::id::{AgentId, SessionId, VisitorId};
use relay::records::{
    Records,
    audit::{Audit, Entry, Verdict, verify},
    sessions::SessionRecord,
};
use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};

use crate::databases::Opened;

const FIRST_RELEASE: &str = include_str!("../../../accounts/tests/first-release.sql");

const ONE: SessionId = SessionId::from_random([1; 16]);
const TWO: SessionId = SessionId::from_random([2; 16]);

/// As the first release wrote its log, by its own words.
fn log(db: &Connection) -> String {
    let mut head = vec![0; 32];
    for (id, event) in [(1_i64, "opened"), (2, "view_asked agent=1"), (3, "ended reason=stopped")] {
        let at_ms = 1000 + id;
        let mut hash = Sha256::new();
        hash.update(&head);
        hash.update(id.to_be_bytes());
        hash.update(at_ms.to_be_bytes());
        for field in [TWO.as_bytes().as_slice(), b"agent:3", event.as_bytes()] {
            hash.update(u32::try_from(field.len()).expect("short").to_be_bytes());
            hash.update(field);
        }
        head = hash.finalize().to_vec();
        let sql =
            "INSERT INTO audit (id, at_ms, session, actor, event, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        db.execute(sql, params![id, at_ms, TWO.as_bytes(), "agent:3", event, &head]).expect("logged");
    }
    head.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn sessions_and_log_of_the_first_release_are_taken_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let db = Connection::open(folder.path().join("tandem.db")).expect("opens");
    db.pragma_update(None, "foreign_keys", true).expect("set");
    let token = "07".repeat(32);
    db.execute_batch(&FIRST_RELEASE.replace("TOKEN", &token).replace("EXPIRES", "9000")).expect("made");
    let head = log(&db);
    drop(db);

    let opened = Opened::open(folder, None);
    let records = Records::new(opened.store.clone());
    let visitor = VisitorId::from_random([10; 16]);
    let one = SessionRecord { id: ONE, site: "demo".into(), visitor, opened_by: AgentId(1), ended_ms: None };
    assert_eq!(records.session(ONE).await.expect("read"), Some(one.clone()));
    let two = SessionRecord { id: TWO, opened_by: AgentId(3), ended_ms: Some(4500), ..one };
    assert_eq!(records.session(TWO).await.expect("read"), Some(two));
    assert_eq!(records.open_session("demo".into(), visitor).await.expect("read"), Some(ONE));

    assert_eq!(verify(&opened.store).await.expect("read"), Verdict::Whole { entries: 3, head });
    let audit = Audit::start(opened.store.clone());
    audit.log(Entry { session: Some(TWO), actor: "server".into(), event: "taken over".into() }).await;
    audit.flush().await;
    assert_eq!(audit.of(TWO).await.expect("read").len(), 4, "the chain goes on");
    let verdict = verify(&opened.store).await.expect("read");
    assert!(matches!(verdict, Verdict::Whole { entries: 4, .. }), "{verdict:?}");
    what_is_left(&opened);
}

/// The old tables are gone, and the old program says that the file is of a newer release.
fn what_is_left(opened: &Opened) {
    let db = Connection::open(opened.folder.path().join("tandem.db")).expect("opens");
    let version: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0)).expect("read");
    assert_eq!(version, 2, "it knows versions up to 1");
    let old = "SELECT COUNT(*) FROM sqlite_schema
        WHERE name IN ('agent', 'login', 'site', 'site_origin', 'session', 'audit')";
    let left: i64 = db.query_row(old, [], |row| row.get(0)).expect("read");
    assert_eq!(left, 0);
    let broken: Option<String> =
        db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).map(Some).expect("checked");
    assert_eq!(broken.as_deref(), Some("ok"));
}

#[tokio::test]
async fn nothing_is_dropped_where_the_accounts_were_not_taken_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("tandem.db");
    let db = Connection::open(&file).expect("opens");
    let sql = FIRST_RELEASE.replace("TOKEN", &"07".repeat(32)).replace("EXPIRES", "9000");
    db.execute_batch(&sql).expect("made");
    let alone = store::Store::sqlite(&store::SqliteOptions::new(&file), &[relay::records::TABLES]);
    assert!(alone.is_err(), "the relay's tables need the accounts'");
    let agents: i64 = db.query_row("SELECT COUNT(*) FROM agent", [], |row| row.get(0)).expect("read");
    assert_eq!(agents, 3);
}
