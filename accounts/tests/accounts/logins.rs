//! Log-ins: a password gives a token, a token gives claims.
use std::time::{Duration, Instant};

use accounts::{Accounts, Claims, Error, Role, SitesOf};
use store::{Error as StoreError, Key, Store, params};

use crate::engines::{PASSWORD, on_each_engine, put};

on_each_engine! {
    a_log_in_begins_gives_claims_and_ends,
    only_hashes_are_kept,
    a_log_in_has_its_time,
    an_unknown_address_takes_as_long_as_a_wrong_password,
}

async fn a_log_in_begins_gives_claims_and_ends(_: Store, accounts: Accounts) {
    let anna = put(&accounts, "anna@example.com", Role::Manager).await;
    let same = accounts.log_in("ANNA@example.com", PASSWORD.into()).await.expect("logged in");
    assert_eq!(same, anna);
    for (email, password) in [
        ("anna@example.com", "correct hors"),
        ("ben@example.com", PASSWORD),
        ("anna@example.com", ""),
        ("", ""),
        ("anna@example.com", &"x".repeat(5000)),
    ] {
        let refused = accounts.log_in(email, password.into()).await;
        assert!(matches!(refused, Err(Error::LoginFailed)), "{email}: {refused:?}");
    }
    let (one, other) = (
        accounts.begin_login(anna.id).await.expect("begun"),
        accounts.begin_login(anna.id).await.expect("begun"),
    );
    let claims = Claims {
        agent: anna.id,
        first_name: "Anna".into(),
        last_name: "Roth".into(),
        email: "anna@example.com".into(),
        role: Role::Manager,
        sites: SitesOf::All,
    };
    assert_eq!(accounts.login(one).await.expect("read"), Some(claims.clone()));
    assert_eq!(accounts.login([0; 32]).await.expect("read"), None);
    accounts.end_login(one).await.expect("ended");
    assert_eq!(accounts.login(one).await.expect("read"), None);
    assert_eq!(accounts.login(other).await.expect("read"), Some(claims), "the other one stands");
    accounts.end_logins_of(anna.id).await.expect("ended");
    assert_eq!(accounts.login(other).await.expect("read"), None);
}

async fn only_hashes_are_kept(store: Store, accounts: Accounts) {
    let anna = put(&accounts, "anna@example.com", Role::Agent).await;
    let token = accounts.begin_login(anna.id).await.expect("begun");
    let kept = store.read(|tx| {
        tx.one::<(Vec<u8>, String)>(
            "SELECT token, password FROM account_login JOIN account_agent ON account_agent.id = agent_id",
            &[],
        )
    });
    let (kept, password): (Vec<u8>, String) = kept.await.expect("read");
    assert_ne!(kept, token);
    assert!(password.starts_with("$argon2id$"), "{password}");
}

async fn a_log_in_has_its_time(store: Store, accounts: Accounts) {
    let anna = put(&accounts, "anna@example.com", Role::Agent).await;
    let token = accounts.begin_login(anna.id).await.expect("begun");
    let later = "UPDATE account_login SET expires_ms = expires_ms - $1";
    let twelve_hours = 12 * 3600 * 1000_i64;
    store
        .write(Key(0), move |tx| tx.execute(later, params![twelve_hours]))
        .await
        .expect("twelve hours go by");
    assert_eq!(accounts.login(token).await.expect("read"), None);
    accounts.begin_login(anna.id).await.expect("begun");
    let left = store.read(|tx| tx.one::<(i64,)>("SELECT COUNT(*) FROM account_login", &[])).await;
    let left: Result<(i64,), StoreError> = left;
    assert_eq!(left, Ok((1,)), "what is over is forgotten");
}

/// Timing is told by the quickest of each, who come in turn, so that both meet the same load; with no work at all for
/// unknown addresses the ratio is over a hundred.
async fn an_unknown_address_takes_as_long_as_a_wrong_password(_: Store, accounts: Accounts) {
    put(&accounts, "anna@example.com", Role::Agent).await;
    let takes = async |email: &str| {
        let begun = Instant::now();
        assert!(accounts.log_in(email, "not this one".into()).await.is_err());
        begun.elapsed()
    };
    let (mut wrong, mut unknown) = (Duration::MAX, Duration::MAX);
    for _ in 0..10 {
        wrong = wrong.min(takes("anna@example.com").await);
        unknown = unknown.min(takes("ben@example.com").await);
    }
    assert!(wrong < unknown * 4 && unknown < wrong * 4, "wrong {wrong:?}, unknown {unknown:?}");
}
