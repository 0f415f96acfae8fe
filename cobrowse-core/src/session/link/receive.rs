//! A link's receiving half.
use super::{
    ABANDONED, ACK_BYTES, ACK_DELAY, Ack, AckDue, Arrival, Channel, Envelope, EnvelopeError, Frame, Lane,
    Link, LinkError, MAX_CONTROL_FRAMES, MAX_MESSAGE, MAX_READY, MAX_SIGNALS, Moment, Seq, Signal, pointers,
};

impl Link {
    /// A message came over `lane`; `bytes` long before it was read.
    ///
    /// # Errors
    /// [`LinkError`]: the link is over.
    pub fn handle(&mut self, lane: Lane, envelope: Envelope, now: Moment) -> Result<(), LinkError> {
        if MAX_MESSAGE < envelope.payload.len() {
            return Err(EnvelopeError::TooLong(envelope.payload.len()).into());
        }
        self.lanes.heard(lane);
        self.traffic.count_received(lane, envelope.channel, envelope.payload.len());
        match envelope.channel {
            Channel::Page | Channel::Control => self.handle_piece(lane, envelope, now),
            Channel::Pointer => self.handle_pointer(envelope),
            Channel::Link => {
                let signal = Signal::decode(envelope.kind, &envelope.payload)?;
                self.handle_signal(lane, signal, now)
            }
        }
    }

    fn handle_piece(&mut self, lane: Lane, envelope: Envelope, now: Moment) -> Result<(), LinkError> {
        let bytes = envelope.payload.len();
        let inbound = match envelope.channel {
            Channel::Page => &mut self.page_in,
            Channel::Control | Channel::Pointer | Channel::Link => &mut self.control_in,
        };
        let mut frames = Vec::new();
        let arrival = inbound.take(envelope, &mut frames)?;
        self.traffic.duplicates += u64::from(arrival == Arrival::Duplicate);
        for frame in frames {
            self.ready(frame)?;
        }
        self.owe_ack(lane, arrival, bytes, now);
        Ok(())
    }

    fn ready(&mut self, frame: Frame) -> Result<(), LinkError> {
        self.ready_bytes += frame.payload.len();
        if MAX_READY < self.ready_bytes || MAX_CONTROL_FRAMES < self.controls.len() {
            return Err(LinkError::Flooded);
        }
        match frame.channel {
            Channel::Page => {
                self.whole = frame.last;
                self.pages.push_back(frame);
            }
            Channel::Control | Channel::Pointer | Channel::Link => self.controls.push_back(frame),
        }
        Ok(())
    }

    /// Answers over the lane that spoke last: the other may be dead.
    fn owe_ack(&mut self, lane: Lane, arrival: Arrival, bytes: usize, now: Moment) {
        self.ack_lane = lane;
        self.unacked += bytes;
        let soon = arrival != Arrival::InOrder || ACK_BYTES <= self.unacked;
        self.ack = match self.ack {
            _ if soon => AckDue::Now,
            AckDue::Nothing => AckDue::At(now + ACK_DELAY),
            due @ (AckDue::At(_) | AckDue::Now) => due,
        };
    }

    fn handle_pointer(&mut self, envelope: Envelope) -> Result<(), LinkError> {
        if pointers::MAX_POINTER < envelope.payload.len() {
            return Err(LinkError::PointerTooLong(envelope.payload.len()));
        }
        if self.pointers_in.passes(&envelope) {
            // Nobody took them: the newest are as good.
            if self.moves.len() == MAX_CONTROL_FRAMES {
                self.moves.pop_front();
            }
            self.moves.push_back(envelope);
        }
        Ok(())
    }

    fn handle_signal(&mut self, lane: Lane, signal: Signal, now: Moment) -> Result<(), LinkError> {
        match signal {
            Signal::Ack(ack) => self.handle_ack(ack, now)?,
            Signal::Ping(nonce) => {
                if self.signals.len() < MAX_SIGNALS {
                    self.signals.push_back((lane, Signal::Pong(nonce)));
                }
                // An acknowledgement may have been lost with its lane, and a window may wait for it.
                (self.ack, self.ack_lane) = (AckDue::Now, lane);
            }
            Signal::Pong(nonce) => {
                let took = self.lanes.pong(lane, nonce, now);
                took.into_iter().for_each(|took| self.pace.round_trip(took));
            }
        }
        Ok(())
    }

    fn handle_ack(&mut self, ack: Ack, now: Moment) -> Result<(), LinkError> {
        self.page.received(ack.page, &mut self.pace, now)?;
        if let Some((bytes, departure)) = self.page.consumed(ack.consumed)? {
            self.pace.acknowledged(bytes, departure, now);
        }
        self.control.received(ack.control, &mut self.pace, now)?;
        self.control.consumed(ack.control).map(|_| ())
    }

    /// The next control frame.
    pub fn poll_control(&mut self) -> Option<Frame> {
        let frame = self.controls.pop_front()?;
        self.ready_bytes -= frame.payload.len();
        Some(frame)
    }

    /// The next page frame. It counts as consumed when [`Self::consume_page`] says so.
    pub fn poll_page(&mut self) -> Option<Frame> {
        while let Some(frame) = self.pages.pop_front() {
            self.ready_bytes -= frame.payload.len();
            if frame.kind != ABANDONED {
                return Some(frame);
            }
            // Nobody will take it, and it must not hold up the window.
            self.consumed = self.consumed.max(frame.last);
            self.ack = AckDue::Now;
        }
        None
    }

    /// The next pointer value.
    pub fn poll_pointer(&mut self) -> Option<Envelope> {
        self.moves.pop_front()
    }

    /// A lane whose peer does not answer any more; it counts as closed.
    pub fn poll_lost(&mut self) -> Option<Lane> {
        self.lost.pop_front()
    }

    /// Page frames up to this piece make room for more.
    pub fn consume_page(&mut self, up_to: Seq, now: Moment) {
        if self.consumed < up_to && up_to <= self.page_in.last() {
            self.consumed = up_to;
            self.owe_ack(self.ack_lane, Arrival::InOrder, 0, now);
        }
    }
}
