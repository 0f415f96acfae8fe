//! The server stops and starts again with the same data: tickets, log-ins and sessions outlive it.
use cobrowse_core::{
    session::{viewer::ViewerEvent, visitor::VisitorEvent},
    wire::{PageKind, message::ShareState},
};
use tokio::task::LocalSet;

use crate::{lanes::until_over_channels, story::Share, world::World};

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
