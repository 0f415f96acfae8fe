//! The link's own frames on [`Channel::Link`](crate::wire::Channel::Link): unsequenced, a few LEB128 numbers.
use super::LinkError;
use crate::{
    id::{Epoch, Seq},
    wire::{
        Channel, Envelope,
        envelope::{put_u32, take_u32},
    },
};

/// What one side tells the other about the hop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signal {
    Ack(Ack),
    Ping(u32),
    Pong(u32),
}

/// Everything up to these numbers has arrived; page frames up to `consumed` have been taken by whoever they
/// are for, so that more may follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Ack {
    pub(super) page: Seq,
    pub(super) consumed: Seq,
    pub(super) control: Seq,
}

const ACK: u8 = 0;
const PING: u8 = 1;
const PONG: u8 = 2;

impl Signal {
    pub(super) fn encode(self) -> Vec<u8> {
        let (kind, numbers) = match self {
            Self::Ack(ack) => (ACK, vec![ack.page.0, ack.consumed.0, ack.control.0]),
            Self::Ping(nonce) => (PING, vec![nonce]),
            Self::Pong(nonce) => (PONG, vec![nonce]),
        };
        let mut payload = Vec::with_capacity(15);
        numbers.into_iter().for_each(|number| put_u32(&mut payload, number));
        Envelope { channel: Channel::Link, kind, more: false, seq: Seq(0), epoch: Epoch(0), payload }.encode()
    }

    pub(super) fn decode(kind: u8, payload: &[u8]) -> Result<Self, LinkError> {
        let (first, rest) = take_u32(payload)?;
        let (signal, rest) = match kind {
            ACK => {
                let (consumed, rest) = take_u32(rest)?;
                let (control, rest) = take_u32(rest)?;
                let ack = Ack { page: Seq(first), consumed: Seq(consumed), control: Seq(control) };
                (Self::Ack(ack), rest)
            }
            PING => (Self::Ping(first), rest),
            PONG => (Self::Pong(first), rest),
            unknown => return Err(LinkError::UnknownKind(Channel::Link, unknown)),
        };
        if rest.is_empty() { Ok(signal) } else { Err(LinkError::Trailing(rest.len())) }
    }
}
