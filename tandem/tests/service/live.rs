//! Each setting of the administration, and who sees it changed without a restart: widgets that are open, the next
//! conversation, desks that are open. The table is docs/settings.md; every cell is tried over real sockets, and a
//! setting that the server's document has and the table has not fails.
mod ground;
mod row;
mod rows;
mod table;

use std::collections::BTreeSet;

use tokio::task::LocalSet;

use self::{ground::Ground, row::Row};
use crate::{
    databases::Database,
    world::{Actor, World, play},
};

#[test]
fn every_setting_has_a_row_and_every_row_is_tried_as_the_table_says() {
    let (lines, rows) = (table::lines(), rows::rows());
    let in_table: Vec<_> = lines.iter().map(|it| it.setting.clone()).collect();
    let tried: Vec<_> = rows.iter().map(|it| it.setting.to_owned()).collect();
    let sorted = |all: &[String]| {
        let set: BTreeSet<_> = all.iter().cloned().collect();
        assert_eq!(set.len(), all.len(), "a row stands twice");
        set.into_iter().collect::<Vec<_>>()
    };
    play(async {
        let document = World::new().await.told(Actor::Admin, "/v1/openapi.json").await;
        let there: Vec<_> = table::settings(&document).into_iter().collect();
        crate::matrix::same("settings", &there, &sorted(&in_table));
    });
    crate::matrix::same("rows", &sorted(&in_table), &sorted(&tried));
    for line in &lines {
        let row = rows.iter().find(|it| it.setting == line.setting).expect("there");
        for (cell, word) in line.cells.iter().zip(row.whens()) {
            let says = cell.strip_prefix(word);
            let fits = says.is_some_and(|it| word == "at once" && it.is_empty() || 3 < it.len());
            assert!(fits, "{}: {cell:?} is tried as {word:?}", line.setting);
        }
    }
}

// shows: ADM-01, ADM-02, ADM-03, ADM-04, ADM-05, ADM-06, HRS-05, OFF-06, QUE-12, TAG-02, WID-10, WID-13
#[test]
fn each_setting_is_live_on_sqlite() {
    play(each_is_live(|| Database::Sqlite));
}

// shows: ADM-01, ADM-02, ADM-03, ADM-04, ADM-05, ADM-06, HRS-05, OFF-06, QUE-12, TAG-02, WID-10, WID-13
#[test]
fn each_setting_is_live_on_postgres() {
    play(each_is_live(Database::postgres));
}

/// Tries every row; those that fail are told all at once.
async fn each_is_live(database: impl Fn() -> Database) {
    let mut failed = Vec::new();
    let mut ground = Ground::new(database()).await;
    for row in rows::rows() {
        let setting = row.setting;
        match played(row, ground).await {
            Some(after) => ground = after,
            None => {
                failed.push(setting);
                ground = Ground::new(database()).await;
            }
        }
    }
    assert!(failed.is_empty(), "{} rows are not live as the table says: {failed:?}", failed.len());
}

/// The ground after a row; nothing where it failed.
async fn played(row: Row, mut ground: Ground) -> Option<Ground> {
    let (local, setting) = (LocalSet::new(), row.setting);
    let story = local.spawn_local(async move {
        row.play(&mut ground).await;
        ground
    });
    let told = local.run_until(story).await;
    told.inspect_err(|error| eprintln!("{setting}: {error}")).ok()
}
