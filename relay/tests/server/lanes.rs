//! The second lane: data channels take over what is small and urgent, and losing them loses nothing.
use cobrowse_core::{
    session::Lane,
    wire::{Channel, PageKind, PointerKind},
};
use sha2::{Digest, Sha256};
use tokio::task::LocalSet;

use crate::{
    peer::{Machine, PATIENCE, Peer, Udp},
    story::Share,
    world::World,
};

const RELIABLE: &str = "tandem_frames_total{direction=\"in\",lane=\"reliable\",channel=\"page\"}";

impl<M: Machine> Peer<M> {
    /// Messages that this peer sent on a lane.
    async fn sent(&self, lane: Lane, channel: Channel) -> u64 {
        self.tells(move |machine| machine.counted().sent(lane, channel).messages).await
    }

    async fn received(&self, lane: Lane, channel: Channel) -> u64 {
        self.tells(move |machine| machine.counted().received(lane, channel).messages).await
    }
}

/// Sends deltas, each after the last one was seen, until `enough` went over the reliable channel both ways.
pub async fn until_over_channels(share: &mut Share, epoch: u32, enough: u64) {
    let deltas = async {
        for number in 0_u32.. {
            share.visitor.sends(PageKind::Delta, epoch, &number.to_le_bytes());
            assert_eq!(share.viewer.frame(PageKind::Delta).await.1, number.to_le_bytes());
            let up = share.visitor.sent(Lane::DataChannelReliable, Channel::Page).await;
            let down = share.viewer.received(Lane::DataChannelReliable, Channel::Page).await;
            if enough <= up && enough <= down {
                return;
            }
        }
    };
    tokio::time::timeout(PATIENCE, deltas).await.expect("the deltas go over data channels");
}

#[tokio::test]
async fn small_deltas_and_pointers_go_over_data_channels_as_soon_as_they_open() {
    LocalSet::new().run_until(over_channels()).await;
}

async fn over_channels() {
    let mut share = Share::in_world(World::with_udp().await).await;
    share.shows(1, b"keyframe").await;
    until_over_channels(&mut share, 1, 20).await;
    assert!(20 <= share.world.metric(RELIABLE).await);

    let pointer =
        |event| matches!(event, cobrowse_core::session::viewer::ViewerEvent::Pointer(..)).then_some(());
    share.visitor.does(|visitor, now| {
        visitor.send_pointer(PointerKind::Cursor, cobrowse_core::id::Epoch(1), vec![1, 2, 3], now);
    });
    share.viewer.sees(pointer).await;
    assert_eq!(share.visitor.sent(Lane::DataChannelUnreliable, Channel::Pointer).await, 1);

    // What is big keeps to the WebSocket.
    let before = share.visitor.sent(Lane::WebSocket, Channel::Page).await;
    share.shows(2, &vec![9; 300_000]).await;
    assert!(before + 18 <= share.visitor.sent(Lane::WebSocket, Channel::Page).await);
}

#[tokio::test]
async fn udp_that_dies_in_the_middle_loses_nothing_and_doubles_nothing() {
    LocalSet::new().run_until(udp_dies()).await;
}

async fn udp_dies() {
    let mut share = Share::in_world(World::with_udp().await).await;
    share.shows(1, b"keyframe").await;
    until_over_channels(&mut share, 1, 5).await;
    for number in 0..100_u32 {
        share.visitor.sends(PageKind::Delta, 1, &[b"burst".as_slice(), &number.to_le_bytes()].concat());
        if number == 50 {
            share.visitor.udp(Udp::Blocked);
            share.viewer.udp(Udp::Blocked);
        }
    }
    for number in 0..100_u32 {
        let expected = [b"burst".as_slice(), &number.to_le_bytes()].concat();
        assert_eq!(share.viewer.frame(PageKind::Delta).await.1, expected, "in order, none lost, none twice");
    }
    let keyframes = share.world.metric("tandem_keyframes_wanted_total").await;
    share.grants_control().await;
    share.viewer.clicks(1);
    share.visitor.applies().await;
    assert_eq!(share.viewer.receipt().await, cobrowse_core::command::Receipt::Applied);
    assert_eq!(share.world.metric("tandem_keyframes_wanted_total").await, keyframes);
}

#[tokio::test]
async fn udp_that_is_blocked_from_the_start_changes_nothing() {
    LocalSet::new().run_until(udp_blocked()).await;
}

async fn udp_blocked() {
    let mut share = Share::in_world(World::with_udp().await).await;
    share.visitor.udp(Udp::Blocked);
    share.viewer.udp(Udp::Blocked);
    share.shows(1, b"keyframe").await;
    for number in 0..100_u8 {
        share.visitor.sends(PageKind::Delta, 1, &[number]);
        assert_eq!(share.viewer.frame(PageKind::Delta).await.1, [number]);
    }
    share.grants_control().await;
}

#[tokio::test]
async fn a_server_without_udp_leaves_offers_unanswered_and_goes_on() {
    LocalSet::new().run_until(without_udp()).await;
}

async fn without_udp() {
    let mut share = Share::new().await;
    share.shows(1, b"keyframe").await;
    share.visitor.sends(PageKind::Delta, 1, b"delta");
    assert_eq!(share.viewer.frame(PageKind::Delta).await.1, b"delta");
    assert_eq!(share.visitor.sent(Lane::DataChannelReliable, Channel::Page).await, 0);
}

#[tokio::test]
async fn noise_on_the_udp_port_harms_nobody() {
    LocalSet::new().run_until(noise()).await;
}

async fn noise() {
    let mut share = Share::in_world(World::with_udp().await).await;
    share.shows(1, b"keyframe").await;
    until_over_channels(&mut share, 1, 5).await;
    let port = share.world.server.app.lanes.as_ref().expect("the second lane").announced()[0];
    let stranger = tokio::net::UdpSocket::bind("127.0.0.1:0").await.expect("bound");
    // A binding request for a name that nobody has.
    let request = [&[0, 1, 0, 8], &[0x21, 0x12, 0xa4, 0x42][..], &[7; 12], &[0, 6, 0, 3], b"x:y\0"].concat();
    for number in 0..300_u32 {
        let noise = Sha256::digest(number.to_le_bytes());
        stranger.send_to(&noise[..usize::try_from(number % 32).expect("small")], port).await.expect("sent");
        stranger.send_to(&request, port).await.expect("sent");
    }
    for _ in 0..20 {
        share.goes_on().await;
    }
    let dropped = "tandem_datagrams_dropped_total{kind=\"unknown_name\"}";
    let counted = async {
        while share.world.metric(dropped).await < 300 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, counted).await.expect("each is counted");
    assert!(share.visitor.sent(Lane::DataChannelReliable, Channel::Page).await >= 5);
}
