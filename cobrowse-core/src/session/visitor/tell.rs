//! What the shell is told: the difference to what it was told last.
use super::{Bar, BarState, Life, Moment, Stream, Tab, VisitorEvent, VisitorSession};

/// What the shell knows: an event follows when it is different.
pub(super) struct Told {
    bar: Bar,
    /// `None` at first: a new page's incarnation is to be kept before anything else happens.
    tab: Option<Tab>,
    life: Life,
    capture: Capture,
    room: Room,
}

/// Whether capture was told to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Capture {
    Stopped,
    Started,
}

/// Whether another frame was called for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Room {
    Full,
    Free,
}

impl Told {
    pub(super) const fn nothing() -> Self {
        let bar = Bar { state: BarState::Hidden, question: None };
        Self { bar, tab: None, life: Life::Live, capture: Capture::Stopped, room: Room::Full }
    }
}

impl VisitorSession {
    /// Events for what changed. The one place that makes them, so that nothing is told that is not so.
    pub(super) fn tell(&mut self, now: Moment) {
        let shared = self.life == Life::Live && self.consent.is_shared();
        let capture = if shared { Capture::Started } else { Capture::Stopped };
        if capture != std::mem::replace(&mut self.told.capture, capture) {
            self.tell_capture(capture, now);
        }
        let bar = self.bar();
        if bar != self.told.bar {
            self.told.bar = bar;
            self.events.push_back(VisitorEvent::BarChanged);
        }
        let tab = Some(self.tab());
        if tab != self.told.tab {
            self.told.tab = tab;
            self.events.push_back(VisitorEvent::TabChanged);
        }
        self.tell_room();
        if let Life::Over(reason) = self.life
            && self.told.life != self.life
        {
            self.events.push_back(VisitorEvent::Ended(reason));
        }
        self.told.life = self.life;
    }

    fn tell_capture(&mut self, capture: Capture, now: Moment) {
        match capture {
            Capture::Started => {
                // Its first frame is a keyframe.
                self.stream = Stream::KeyframeAsked;
                self.events.push_back(VisitorEvent::StartCapture);
                self.send_info(now);
            }
            Capture::Stopped => {
                self.stream = Stream::Broken;
                // A start that nobody has taken must not follow the stop.
                self.events.retain(|event| {
                    !matches!(event, VisitorEvent::StartCapture | VisitorEvent::KeyframeWanted)
                });
                self.events.push_front(VisitorEvent::StopCapture);
            }
        }
    }

    fn tell_room(&mut self) {
        let room = if self.page_room() { Room::Free } else { Room::Full };
        let before = std::mem::replace(&mut self.told.room, room);
        if room == Room::Free && self.stream == Stream::Broken {
            self.stream = Stream::KeyframeAsked;
            self.events.push_back(VisitorEvent::KeyframeWanted);
        }
        if (before, room) == (Room::Full, Room::Free) {
            self.events.push_back(VisitorEvent::Room);
        }
    }
}
