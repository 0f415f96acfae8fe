//! The second lane of a share: data channels to the relay. When it does not open, nothing is missing.
use std::rc::Rc;

use cobrowse_core::session::Lane;
use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    MessageEvent, RtcDataChannel, RtcDataChannelInit, RtcDataChannelState, RtcDataChannelType,
    RtcIceConnectionState, RtcPeerConnection, RtcSdpType, RtcSessionDescriptionInit,
};

/// What happened on the second lane.
#[derive(Debug)]
pub enum RtcEvent {
    /// The offer to be answered by the relay.
    Offer(String),
    /// A channel opened or closed.
    Lane(Lane, bool),
    /// A message arrived.
    Frame(Lane, Vec<u8>),
}

type Tell = Rc<dyn Fn(RtcEvent)>;

/// A peer connection with its two channels. Dropping it closes all three.
pub struct Channels {
    peer: RtcPeerConnection,
    reliable: Channel,
    unreliable: Channel,
    _ice: Closure<dyn FnMut()>,
}

impl Channels {
    /// Makes the channels and the offer. Our own candidates are not told: the relay learns them from the
    /// connectivity checks (RFC 8445 §2.5).
    ///
    /// # Errors
    /// Where the browser has no WebRTC or a policy forbids it.
    pub fn open(tell: impl Fn(RtcEvent) + 'static) -> Result<Self, JsValue> {
        let tell: Tell = Rc::new(tell);
        let peer = RtcPeerConnection::new()?;
        let newest = RtcDataChannelInit::new();
        newest.set_ordered(false);
        newest.set_max_retransmits(0);
        let reliable = Channel::new(peer.create_data_channel("r"), Lane::DataChannelReliable, &tell);
        let unreliable = peer.create_data_channel_with_data_channel_dict("u", &newest);
        let unreliable = Channel::new(unreliable, Lane::DataChannelUnreliable, &tell);
        let ice = watch(&peer, &tell);
        spawn_local(offer(peer.clone(), tell));
        Ok(Self { peer, reliable, unreliable, _ice: ice })
    }

    /// Takes the relay's answer. A bad one leaves the channels closed.
    pub fn answer(&self, sdp: &str) {
        let answer = RtcSessionDescriptionInit::new(RtcSdpType::Answer);
        answer.set_sdp(sdp);
        let set = self.peer.set_remote_description(&answer);
        spawn_local(async move { drop(JsFuture::from(set).await) });
    }

    /// Sends one frame; on a channel that is not open it is lost, and the session sends it again elsewhere.
    pub fn send(&self, lane: Lane, bytes: &[u8]) {
        match lane {
            Lane::WebSocket => {}
            Lane::DataChannelReliable => self.reliable.send(bytes),
            Lane::DataChannelUnreliable => self.unreliable.send(bytes),
        }
    }
}

impl Drop for Channels {
    fn drop(&mut self) {
        self.peer.set_oniceconnectionstatechange(None);
        self.peer.close();
    }
}

struct Channel {
    channel: RtcDataChannel,
    _message: Closure<dyn FnMut(MessageEvent)>,
    _state: Closure<dyn FnMut()>,
}

impl Channel {
    fn new(channel: RtcDataChannel, lane: Lane, tell: &Tell) -> Self {
        channel.set_binary_type(RtcDataChannelType::Arraybuffer);
        let (watched, tell_state, tell_frame) = (channel.clone(), Rc::clone(tell), Rc::clone(tell));
        let state = Closure::<dyn FnMut()>::new(move || {
            tell_state(RtcEvent::Lane(lane, watched.ready_state() == RtcDataChannelState::Open));
        });
        let message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(buffer) = event.data().dyn_ref::<ArrayBuffer>() {
                tell_frame(RtcEvent::Frame(lane, Uint8Array::new(buffer).to_vec()));
            }
        });
        channel.set_onopen(Some(state.as_ref().unchecked_ref()));
        channel.set_onclose(Some(state.as_ref().unchecked_ref()));
        channel.set_onmessage(Some(message.as_ref().unchecked_ref()));
        Self { channel, _message: message, _state: state }
    }

    fn send(&self, bytes: &[u8]) {
        let _ = self.channel.send_with_u8_array(bytes);
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.channel.set_onopen(None);
        self.channel.set_onclose(None);
        self.channel.set_onmessage(None);
    }
}

/// A path that died without a word: the channels would stay "open" for long.
fn watch(peer: &RtcPeerConnection, tell: &Tell) -> Closure<dyn FnMut()> {
    let (watched, tell) = (peer.clone(), Rc::clone(tell));
    let ice = Closure::<dyn FnMut()>::new(move || {
        if watched.ice_connection_state() == RtcIceConnectionState::Failed {
            tell(RtcEvent::Lane(Lane::DataChannelReliable, false));
            tell(RtcEvent::Lane(Lane::DataChannelUnreliable, false));
        }
    });
    peer.set_oniceconnectionstatechange(Some(ice.as_ref().unchecked_ref()));
    ice
}

async fn offer(peer: RtcPeerConnection, tell: Tell) {
    let Ok(offer) = JsFuture::from(peer.create_offer()).await else { return };
    let offer: RtcSessionDescriptionInit = offer.unchecked_into();
    if JsFuture::from(peer.set_local_description(&offer)).await.is_err() {
        return;
    }
    if let Some(local) = peer.local_description() {
        tell(RtcEvent::Offer(local.sdp()));
    }
}
