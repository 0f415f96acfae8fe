//! A link's sending half.
use super::{
    Ack, AckDue, Arc, CONTROL, CONTROL_WINDOW, Channel, Epoch, Lane, Link, LinkError, MAX_CONTROL_FRAMES,
    MAX_CONTROL_WAITING, MAX_FRAME, MAX_PAGE_WAITING, MAX_SIGNALS, Moment, PageKind, Resume, Road, Seq,
    Signal, Urgency, pointers,
};

impl Link {
    /// Sends a control message.
    ///
    /// # Errors
    /// [`LinkError::Overflow`] when the peer takes nothing.
    pub fn send_control(&mut self, payload: Vec<u8>, urgency: Urgency, now: Moment) -> Result<(), LinkError> {
        let bytes = self.control.waiting_bytes() + payload.len();
        if MAX_CONTROL_WAITING < bytes || MAX_CONTROL_FRAMES <= self.control.waiting_frames() {
            return Err(LinkError::Overflow(Channel::Control));
        }
        self.control.push(CONTROL, Epoch(0), payload.into(), Road::Small);
        if urgency == Urgency::BothLanes {
            self.repeat_last(now);
        }
        Ok(())
    }

    /// Cuts what waits now, so that the last message can go over the other lane too.
    fn repeat_last(&mut self, now: Moment) {
        while let Some((lane, message)) = self.poll_control_out(now) {
            let repeats = self.control.waiting_frames() == 0 && self.repeats.len() < MAX_SIGNALS;
            self.repeats.push_back((lane, message));
            if repeats
                && let Some(other) = self.lanes.other(lane)
                && let Some(again) = self.control.last_message()
            {
                self.repeats.push_back((other, again));
            }
        }
    }

    /// Sends a page frame. Frames that do not fit 16 KiB, keyframes and assets go over the WebSocket.
    ///
    /// # Errors
    /// [`LinkError::Overflow`] when too much waits: the frame is not sent.
    pub fn send_page(&mut self, kind: PageKind, epoch: Epoch, payload: Arc<[u8]>) -> Result<(), LinkError> {
        if MAX_FRAME < payload.len() {
            return Err(LinkError::FrameTooLong(Channel::Page));
        }
        if MAX_PAGE_WAITING < self.page.waiting_bytes() + payload.len() {
            return Err(LinkError::Overflow(Channel::Page));
        }
        let road = match kind {
            PageKind::Keyframe | PageKind::KeyframeEnd | PageKind::Asset => Road::Bulk,
            PageKind::Delta | PageKind::Check => Road::Small,
        };
        self.page.push(kind as u8, epoch, payload, road);
        Ok(())
    }

    /// Sends a pointer value; the newest of its kind and node wins.
    pub fn send_pointer(&mut self, kind: u8, epoch: Epoch, payload: Vec<u8>) {
        if payload.len() <= pointers::MAX_POINTER {
            self.pointers.set(kind, epoch, payload);
        }
    }

    /// Forgets pointer values that have not gone.
    pub fn clear_pointers(&mut self) {
        self.pointers.clear();
    }

    /// Page frames that follow must not overtake the control messages so far: a yes arrives before what it
    /// allows, whichever lanes they take.
    pub const fn page_follows_control(&mut self) {
        self.page_follows = self.control.frames_pushed();
    }

    const fn page_may_go(&self) -> bool {
        self.page_follows <= self.control.frames_consumed()
    }

    /// Whether another page frame should be made: nothing waits, and the window is open.
    pub fn page_room(&self) -> bool {
        self.is_up()
            && self.page_may_go()
            && self.page.waiting_frames() == 0
            && self.page.under_way() < self.pace.window()
    }

    /// Whole page frames that the peer has consumed since the link began.
    pub const fn page_frames_consumed(&self) -> u64 {
        self.page.frames_consumed()
    }

    /// Drops page frames that wait, and says how many. One that is half sent ends where it is: the other end
    /// drops it, and it is not counted here.
    pub fn abandon_pages(&mut self) -> usize {
        self.page.abandon()
    }

    /// Bytes of page frames that wait for a lane or the window.
    pub const fn page_waiting(&self) -> usize {
        self.page.waiting_bytes()
    }

    /// Bytes of page frames that the peer has not consumed.
    pub const fn page_under_way(&self) -> u64 {
        self.page.under_way()
    }

    /// Whether every control message has arrived.
    pub fn control_settled(&self) -> bool {
        self.control.is_settled()
    }

    /// The next message for a lane.
    pub fn poll_transmit(&mut self, now: Moment) -> Option<(Lane, Vec<u8>)> {
        let message = self
            .poll_signal(now)
            .map(|(lane, signal)| (lane, Channel::Link, signal.encode()))
            .or_else(|| self.poll_repeat().map(|(lane, bytes)| (lane, Channel::Control, bytes)))
            .or_else(|| self.poll_control_out(now).map(|(lane, bytes)| (lane, Channel::Control, bytes)))
            .or_else(|| self.poll_pointer_out(now).map(|(lane, bytes)| (lane, Channel::Pointer, bytes)))
            .or_else(|| self.poll_page_out(now).map(|(lane, bytes)| (lane, Channel::Page, bytes)));
        let (lane, channel, bytes) = message?;
        self.traffic.count_sent(lane, channel, bytes.len());
        Some((lane, bytes))
    }

    fn poll_signal(&mut self, now: Moment) -> Option<(Lane, Signal)> {
        if let Some(index) = self.signals.iter().position(|(lane, _)| self.lanes.open_lane(*lane).is_some()) {
            return self.signals.remove(index);
        }
        let due = match self.ack {
            AckDue::Nothing => false,
            AckDue::At(at) => at <= now,
            AckDue::Now => true,
        };
        let lane = self.lanes.open_lane(self.ack_lane).or_else(|| self.lanes.choose(Road::Small));
        let lane = lane.filter(|_| due)?;
        self.ack = AckDue::Nothing;
        self.unacked = 0;
        let Resume { page, control, .. } = self.received();
        Some((lane, Signal::Ack(Ack { page, consumed: self.consumed_pieces(), control })))
    }

    /// Pieces of a frame that is not whole cannot be taken by anybody: they count as soon as all before them
    /// does, or a frame longer than the window would never arrive.
    fn consumed_pieces(&self) -> Seq {
        if self.whole <= self.consumed { self.page_in.last() } else { self.consumed }
    }

    fn poll_repeat(&mut self) -> Option<(Lane, Vec<u8>)> {
        let index = self.repeats.iter().position(|(lane, _)| self.lanes.open_lane(*lane).is_some())?;
        self.repeats.remove(index)
    }

    fn poll_control_out(&mut self, now: Moment) -> Option<(Lane, Vec<u8>)> {
        let lanes = &self.lanes;
        let websocket = lanes.open_lane(Lane::WebSocket);
        self.control.poll(|road| lanes.choose(road), websocket, CONTROL_WINDOW, self.pace.depart(now))
    }

    fn poll_page_out(&mut self, now: Moment) -> Option<(Lane, Vec<u8>)> {
        if !self.page_may_go() {
            return None;
        }
        let lanes = &self.lanes;
        let websocket = lanes.open_lane(Lane::WebSocket);
        self.page.poll(|road| lanes.choose(road), websocket, self.pace.window(), self.pace.depart(now))
    }

    fn poll_pointer_out(&mut self, now: Moment) -> Option<(Lane, Vec<u8>)> {
        let reliable = self.lanes.choose(Road::Small).map(|lane| (lane, pointers::Sent::Reliably));
        let quick = self.lanes.unreliable().map(|lane| (lane, pointers::Sent::Unreliably)).or(reliable);
        let fresh = quick.and_then(|way| Some((way, self.pointers.fresh()?)));
        let next = fresh.or_else(|| Some((reliable?, self.pointers.rested()?)));
        let ((lane, how), (index, envelope)) = next?;
        let bytes = envelope.encode();
        self.pointers.went(index, how, now);
        Some((lane, bytes))
    }
}
