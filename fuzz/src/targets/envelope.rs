//! Envelopes and the control messages in them, from any bytes.
use cobrowse_core::wire::{
    envelope::{Channel, Envelope},
    limits::MAX_MESSAGE,
    message::{self, FromViewer, FromVisitor, Hello, ToViewer, ToVisitor},
};

/// What is read must be written back as it was, but for numbers in a longer form than needed.
pub fn decode(input: &[u8]) {
    let Ok(envelope) = Envelope::decode(input, MAX_MESSAGE) else { return };
    let again = envelope.encode();
    assert!(again.len() <= input.len(), "the header grew");
    assert_eq!(Envelope::decode(&again, MAX_MESSAGE).as_ref(), Ok(&envelope));
    if envelope.channel == Channel::Control {
        messages(&envelope.payload);
    }
}

fn messages(payload: &[u8]) {
    let _ = message::decode::<Hello>(payload);
    let _ = message::decode::<FromVisitor>(payload);
    let _ = message::decode::<ToVisitor>(payload);
    let _ = message::decode::<FromViewer>(payload);
    if let Ok(message) = message::decode::<ToViewer>(payload) {
        let bytes = message::encode(&message);
        assert!(bytes.is_ok_and(|bytes| message::decode::<ToViewer>(&bytes).is_ok()));
    }
}

/// One of each control message that is quickly made.
pub fn seeds() -> Vec<Vec<u8>> {
    let payloads = [
        message::encode(&FromVisitor::Stopped),
        message::encode(&FromVisitor::Diverged(1)),
        message::encode(&FromVisitor::Offer("v=0".to_owned())),
        message::encode(&FromViewer::Release),
        message::encode(&ToVisitor::KeyframeWanted),
        message::encode(&ToVisitor::Ticket("a.b".to_owned())),
        message::encode(&ToViewer::Ticket("a.b".to_owned())),
    ];
    let control = |payload: Vec<u8>| [&[1, 5, 9][..], &payload].concat();
    payloads.into_iter().flatten().map(control).chain([vec![0x0c, 0xac, 0x02, 0x02, 7, 8]]).collect()
}
