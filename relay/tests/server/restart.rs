//! The server stops and starts again with the same data: tickets, log-ins and sessions outlive it.
use cobrowse_core::{
    session::{viewer::ViewerEvent, visitor::VisitorEvent},
    wire::{PageKind, message::ShareState},
};
use store::Key;
use tokio::{task::LocalSet, time::timeout};

use crate::{lanes::until_over_channels, peer::PATIENCE, story::Share, world::World};

#[tokio::test]
async fn a_share_outlives_a_restart_of_the_server() {
    LocalSet::new().run_until(restart()).await;
}

async fn restart() {
    restart_of(Share::new().await).await;
}

async fn restart_of(mut share: Share) {
    share.shows(1, b"keyframe").await;
    share.world = share.world.restarted().await;
    // What the new process does not have it asks of the page, which still holds the yes.
    share.visitor.sees(|event| matches!(event, VisitorEvent::KeyframeWanted).then_some(())).await;
    share.visitor.sends(PageKind::Keyframe, 2, b"after the restart");
    share.visitor.sends(PageKind::KeyframeEnd, 2, &[0; 8]);
    assert_eq!(share.viewer.frame(PageKind::Keyframe).await.1, b"after the restart");
    let state = share.viewer.tells(|viewer| viewer.state()).await;
    assert!(matches!(state, ShareState::Viewing(_)), "{state:?}");
    let me = share.sophie.request(reqwest::Method::GET, "/v1/me").send().await.expect("answered");
    assert_eq!(me.status(), reqwest::StatusCode::OK, "the log-in as well");
    assert!(!share.viewer.rest().iter().any(|event| matches!(event, ViewerEvent::Ended(_))));
}

#[tokio::test]
async fn a_share_whose_end_waits_in_the_journal_does_not_come_back() {
    LocalSet::new().run_until(ended_beside_the_database()).await;
}

async fn ended_beside_the_database() {
    let mut share = Share::new().await;
    share.shows(1, b"keyframe").await;
    share.world.server.app.audit.flush().await;
    run(&share, "CREATE TRIGGER full BEFORE INSERT ON relay_audit BEGIN SELECT RAISE(ABORT, 'full'); END")
        .await;
    share.visitor.does(|visitor, now| visitor.stop(now));
    share.world.until_ended(share.session).await;
    // As where the crash comes before that.
    run(&share, "UPDATE relay_session SET ended_ms = NULL, end_reason = NULL").await;
    share.world = share.world.restarted().await;
    let app = &share.world.server.app;
    assert!(!app.records.has_ended_by_the_log(share.session).await.expect("read"));
    let refused = app.sessions.find(app, share.session).await.err().map(|error| error.code());
    assert_eq!(refused, Some("session_ended"));
    // The database takes it again, and says it from now on.
    let mut written = app.audit.written();
    assert!(app.audit.holds_end_of(share.session));
    run(&share, "DROP TRIGGER full").await;
    timeout(PATIENCE, written.changed()).await.expect("written").expect("the log lives");
    assert!(app.records.has_ended_by_the_log(share.session).await.expect("read"));
    assert!(!app.audit.holds_end_of(share.session));
}

async fn run(share: &Share, sql: &'static str) {
    let ran = share.world.server.store().write(Key(0), move |tx| tx.execute(sql, &[])).await;
    ran.map_err(|error: store::Error| error).expect(sql);
}

#[tokio::test]
async fn a_share_on_postgres_outlives_a_restart_as_well() {
    LocalSet::new()
        .run_until(async { restart_of(Share::in_world(World::on_postgres().await).await).await })
        .await;
}

#[tokio::test]
async fn data_channels_open_again_after_a_restart() {
    LocalSet::new().run_until(channels_again()).await;
}

async fn channels_again() {
    let mut share = Share::in_world(World::with_udp().await).await;
    share.shows(1, b"keyframe").await;
    until_over_channels(&mut share, 1, 5).await;
    share.world = share.world.restarted().await;
    share.visitor.sees(|event| matches!(event, VisitorEvent::KeyframeWanted).then_some(())).await;
    share.shows(2, b"after the restart").await;
    until_over_channels(&mut share, 2, 5).await;
}
