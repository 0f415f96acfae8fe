//! The way to a PostgreSQL server that is not on this machine.

use std::path::Path;

use store::{Error, PostgresOptions, Store};

use crate::engines::{Database, SHARED, TABLES, variable};

#[test]
fn a_connection_is_encrypted_where_the_server_can() {
    let database = Database::new(SHARED);
    let store = Store::postgres(&database.options(), &[TABLES]).expect("opens");
    let sql = "SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    let how = store.read_blocking(move |tx| tx.one::<(bool, String)>(sql, &[]));
    assert_eq!(how, Ok((true, "TLSv1.3".to_owned())));
    store.close();
}

#[test]
fn a_server_that_nobody_vouches_for_is_not_spoken_to() {
    let database = Database::new(SHARED);
    let strange = PostgresOptions::new(&format!("{}?sslmode=require", database.url())).expect("an address");
    let refused = Store::postgres(&strange, &[TABLES]).err();
    assert!(matches!(&refused, Some(Error::Open(why)) if why.contains("certificate")), "{refused:?}");
}

#[test]
fn a_file_without_certificates_is_no_ground_for_trust() {
    let options = || PostgresOptions::new("postgres://a:b@localhost/c").expect("an address");
    let folder = tempfile::tempdir().expect("a folder");
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "nothing here").expect("written");
    assert!(matches!(options().trust(&empty).err(), Some(Error::Open(_))));
    assert!(matches!(options().trust(&folder.path().join("none.pem")).err(), Some(Error::Open(_))));
    assert!(options().trust(Path::new(&variable("TANDEM_POSTGRES_CA"))).is_ok());
}

#[test]
fn a_wrong_password_is_told_without_the_right_one() {
    let database = Database::new(SHARED);
    let wrong = database.url().replacen("tandem:", "tandem:wrong", 1);
    let options = PostgresOptions::new(&format!("{wrong}?sslmode=disable")).expect("an address");
    let refused = Store::postgres(&options, &[TABLES]).err().expect("refused").to_string();
    assert!(refused.contains("28P01") && !refused.contains("wrong"), "{refused}");
}
