//! A file of the first release, whose tables were of another shape: nothing of it is lost.
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use accounts::{Accounts, AgentId, Role, SiteId, SitesOf, TABLES};
use argon2::{Argon2, password_hash::PasswordHasher};
use sha2::{Digest, Sha256};
use store::{SqliteOptions, Store};

use crate::engines::PASSWORD;

const FIRST_RELEASE: &str = include_str!("../first-release.sql");

/// The file, with a log-in of Ben's that stands.
fn first_release(token: [u8; 32]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let db = rusqlite::Connection::open(folder.path().join("tandem.db")).expect("opens");
    db.pragma_update(None, "journal_mode", "wal").expect("set");
    let hash = Argon2::default().hash_password(PASSWORD.as_bytes()).expect("hashed").to_string();
    let token: String = Sha256::digest(token).iter().map(|byte| format!("{byte:02x}")).collect();
    let later = SystemTime::now().duration_since(UNIX_EPOCH).expect("now") + Duration::from_secs(3600);
    let sql = FIRST_RELEASE.replace("HASH", &hash).replace("TOKEN", &token);
    db.execute_batch(&sql.replace("EXPIRES", &later.as_millis().to_string())).expect("made");
    folder
}

#[tokio::test]
async fn agents_sites_and_log_ins_of_the_first_release_are_taken_over() {
    let token = [7; 32];
    let folder = first_release(token);
    for opened in ["first", "again"] {
        let file = folder.path().join("tandem.db");
        let store = Store::sqlite(&SqliteOptions::new(file), &[TABLES]).expect(opened);
        let accounts = Accounts::new(store.clone());
        everything_is_there(&accounts, token).await;
        tokio::task::spawn_blocking(move || store.close()).await.expect("closed");
    }
}

async fn everything_is_there(accounts: &Accounts, token: [u8; 32]) {
    let agents = accounts.agents().await.expect("read");
    let shown: Vec<_> =
        agents.iter().map(|it| (it.id, it.email.as_str(), it.first_name.as_str(), it.role)).collect();
    assert_eq!(
        shown,
        [
            (AgentId(1), "sophie@demo.tandem", "Sophie", Role::Agent),
            (AgentId(3), "Ben@Example.com", "Ben", Role::Admin),
            (AgentId(4), "ÄNNE@example.com", "Änne", Role::Manager),
        ]
    );
    assert!(agents.iter().all(|agent| agent.sites == SitesOf::All && !agent.disabled), "{agents:?}");
    for (email, id) in [("BEN@example.com", 3), ("ÄNNE@EXAMPLE.com", 4)] {
        let agent = accounts.log_in(email, PASSWORD.into()).await.expect("the password stands");
        assert_eq!(agent.id, AgentId(id));
    }
    assert_eq!(accounts.login(token).await.expect("read").expect("the log-in stands").agent, AgentId(3));

    let sites = accounts.sites().await.expect("read");
    let shown: Vec<_> =
        sites.iter().map(|it| (it.id, it.key.as_str(), it.name.as_str(), it.origins.len())).collect();
    assert_eq!(shown, [(SiteId(2), "blog", "Blog", 1), (SiteId(1), "demo", "Demo shop", 2)]);
    let demo = accounts.site("demo").await.expect("read").expect("there");
    assert!(demo.allows("https://shop.example") && demo.allows("https://www.shop.example"));
}
