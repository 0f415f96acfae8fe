//! The data channels: one reliable and ordered for what is small and urgent, one unreliable for pointers.
use std::{cell::RefCell, rc::Rc};

use cobrowse_core::session::Lane;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    Event, MessageEvent, RtcConfiguration, RtcDataChannel, RtcDataChannelInit, RtcDataChannelType,
    RtcPeerConnection, RtcSdpType, RtcSessionDescription, RtcSessionDescriptionInit,
};

use super::{NetEvent, OnNet, socket::bytes_of};
use crate::listener::Listener;

/// A peer connection to the relay; closed when dropped.
pub struct Rtc {
    peer: RtcPeerConnection,
    reliable: RtcDataChannel,
    unreliable: RtcDataChannel,
    _listeners: Rc<RefCell<Vec<Listener>>>,
}

impl Rtc {
    /// Prepares both channels and makes the offer, which comes as [`NetEvent::Offer`]. The relay's candidate
    /// comes with its answer; ours it learns from the connectivity checks (RFC 8445 §2.5, ICE lite).
    ///
    /// # Errors
    /// Where the browser has no WebRTC, or the user's policy forbids it: then the WebSocket carries all.
    pub fn open(on: &OnNet) -> Result<Self, JsValue> {
        let peer = RtcPeerConnection::new_with_configuration(&RtcConfiguration::new())?;
        let reliable = peer.create_data_channel("r");
        let once = RtcDataChannelInit::new();
        once.set_ordered(false);
        once.set_max_retransmits(0);
        let unreliable = peer.create_data_channel_with_data_channel_dict("u", &once);
        let mut listeners = lane(&reliable, Lane::DataChannelReliable, on);
        listeners.extend(lane(&unreliable, Lane::DataChannelUnreliable, on));
        listeners.push(failures(&peer, on));
        spawn_local(offer(peer.clone(), OnNet::clone(on)));
        Ok(Self { peer, reliable, unreliable, _listeners: Rc::new(RefCell::new(listeners)) })
    }

    /// The connection itself.
    pub fn peer(&self) -> &RtcPeerConnection {
        &self.peer
    }

    /// Takes the relay's answer.
    pub fn answer(&self, sdp: &str) {
        let description = RtcSessionDescriptionInit::new(RtcSdpType::Answer);
        description.set_sdp(sdp);
        let done = self.peer.set_remote_description(&description);
        // A refused answer leaves the channels closed: the WebSocket goes on alone.
        spawn_local(async move {
            let _ = JsFuture::from(done).await;
        });
    }

    /// Sends one frame on the channel of its lane, if that is open.
    pub fn send(&self, lane: Lane, bytes: &[u8]) {
        let channel = match lane {
            Lane::DataChannelReliable => &self.reliable,
            Lane::DataChannelUnreliable => &self.unreliable,
            Lane::WebSocket => return,
        };
        // Fails when the channel is not open or its buffer is full; the session sends the frame again.
        let _ = channel.send_with_u8_array(bytes);
    }
}

impl Drop for Rtc {
    fn drop(&mut self) {
        self.peer.close();
    }
}

fn lane(channel: &RtcDataChannel, lane: Lane, on: &OnNet) -> Vec<Listener> {
    channel.set_binary_type(RtcDataChannelType::Arraybuffer);
    let (opened, received, closed) = (OnNet::clone(on), OnNet::clone(on), OnNet::clone(on));
    vec![
        Listener::capture(channel, "open", move |_: Event| opened(NetEvent::Up(lane))),
        Listener::capture(channel, "message", move |event: MessageEvent| {
            if let Some(bytes) = bytes_of(&event) {
                received(NetEvent::Frame(lane, bytes));
            }
        }),
        Listener::capture(channel, "close", move |_: Event| closed(NetEvent::Down(lane, 0))),
    ]
}

/// ICE takes long to give up; when it has, both channels are down.
fn failures(peer: &RtcPeerConnection, on: &OnNet) -> Listener {
    let (watched, on) = (peer.clone(), OnNet::clone(on));
    Listener::capture(peer, "iceconnectionstatechange", move |_: Event| {
        let state =
            js_sys::Reflect::get(&watched, &"iceConnectionState".into()).ok().and_then(|it| it.as_string());
        if state.as_deref() == Some("failed") {
            on(NetEvent::Down(Lane::DataChannelReliable, 0));
            on(NetEvent::Down(Lane::DataChannelUnreliable, 0));
        }
    })
}

async fn offer(peer: RtcPeerConnection, on: OnNet) {
    // Where the browser cannot make an offer, the WebSocket goes on alone.
    let Ok(offer) = JsFuture::from(peer.create_offer()).await else { return };
    let description: RtcSessionDescriptionInit = offer.unchecked_into();
    if JsFuture::from(peer.set_local_description(&description)).await.is_err() {
        return;
    }
    if let Some(local) = peer.local_description() {
        on(NetEvent::Offer(RtcSessionDescription::sdp(&local)));
    }
}
