//! Drives one [`ViewerSession`] with the browser's sockets and timer.
//!
//! After anything went in, everything that comes out is carried out, and one timer is set: [`Link::pump`].
use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
    time::Duration,
};

use cobrowse_core::{
    command::{Action, Anchor, Mark, Receipt},
    id::{CommandId, Epoch, Moment},
    session::{
        Lane,
        viewer::{Connection, ViewerConfig, ViewerEvent, ViewerSession},
    },
    wire::{
        PageKind, PointerKind,
        message::{Ask, Refusal},
    },
};
use leptos::prelude::{TimeoutHandle, set_timeout_with_handle};

use super::{
    rtc::{Channels, RtcEvent},
    socket::{Socket, SocketEvent},
};
use crate::{
    browser,
    state::share::{Heard, Line, Over, is_final},
};

/// Bytes that may wait in the browser before the session is asked to hold back.
const FULL: u32 = 32 * 1024;

/// A line that is well says something at least every 5 s: the ping's interval.
const SILENCE: Duration = Duration::from_secs(7);
/// The same while the socket is away and the data channel alone could speak.
const SILENCE_ALONE: Duration = Duration::from_millis(2500);

/// Which way small things take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Path {
    /// The WebSocket alone.
    #[default]
    WebSocket,
    /// Data channels beside it.
    DataChannels,
}

/// What comes out of a share.
#[derive(Debug)]
pub enum LinkEvent {
    /// Something about the share.
    Heard(Heard),
    /// A frame of the page.
    Page(PageKind, Epoch, Vec<u8>),
    /// A cursor or scroll position.
    Pointer(PointerKind, Vec<u8>),
    /// What became of a command.
    Receipt(CommandId, Receipt),
    /// A newer ticket, also for assets.
    Ticket(String),
    /// The second lane opened or closed.
    Path(Path),
    /// The last message was refused; the share goes on.
    Refused(Refusal),
}

/// One share's connection. Dropping it closes everything.
pub struct ShareLink(Rc<Link>);

struct Link {
    session: RefCell<ViewerSession>,
    socket: RefCell<Option<Socket>>,
    channels: RefCell<Option<Channels>>,
    timer: RefCell<Option<TimeoutHandle>>,
    pumping: Cell<bool>,
    held_back: Cell<bool>,
    heard: Cell<Moment>,
    tell: Box<dyn Fn(LinkEvent)>,
}

impl ShareLink {
    /// Connects with `ticket`, and tells everything to `tell`.
    pub fn start(ticket: String, tell: impl Fn(LinkEvent) + 'static) -> Self {
        let config = ViewerConfig { ticket, random: Box::new(browser::random) };
        let link = Rc::new(Link {
            session: RefCell::new(ViewerSession::new(config, browser::now())),
            socket: RefCell::default(),
            channels: RefCell::default(),
            timer: RefCell::default(),
            pumping: Cell::new(false),
            held_back: Cell::new(false),
            heard: Cell::new(browser::now()),
            tell: Box::new(tell),
        });
        // From a task of its own: whoever starts the link first has to keep it.
        let weak = Rc::downgrade(&link);
        leptos::prelude::queue_microtask(move || with(&weak, |link| link.pump()));
        Self(link)
    }

    /// Asks the visitor.
    pub fn ask(&self, ask: Ask) {
        self.0.act(|session, now| session.ask(ask, now));
    }

    /// Does not ask any more.
    pub fn withdraw(&self, ask: Ask) {
        self.0.act(|session, now| session.withdraw(ask, now));
    }

    /// Gives control back.
    pub fn release(&self) {
        self.0.act(ViewerSession::release);
    }

    /// Sends a command; its receipt comes as [`LinkEvent::Receipt`].
    pub fn command(&self, anchor: Anchor, action: Action) -> CommandId {
        self.0.act(|session, now| session.command(anchor, action, now))
    }

    /// Shows the visitor a mark.
    pub fn indicate(&self, anchor: Anchor, mark: Mark) {
        self.0.act(|session, now| session.indicate(anchor, mark, now));
    }

    /// Moves the named pointer; the newest wins.
    pub fn point(&self, anchor: Anchor) {
        self.0.act(|session, now| session.pointer(anchor, now));
    }

    /// What is shown differs from the visitor's page.
    pub fn diverged(&self, epoch: Epoch) {
        self.0.act(|session, now| session.diverged(epoch, now));
    }

    /// Ends the share.
    pub fn end(&self) {
        self.0.act(ViewerSession::end);
    }

    /// When anything was heard last.
    pub fn heard_at(&self) -> Moment {
        self.0.heard.get()
    }

    /// Whether nothing was heard for longer than a line that is well keeps silent.
    pub fn is_silent(&self) -> bool {
        let limit = if self.0.socket.borrow().is_some() { SILENCE } else { SILENCE_ALONE };
        limit < browser::now().since(self.heard_at())
    }

    /// The tab is being left; a reload may follow. What is on a data channel dies with the tab, what is on
    /// the socket is still written: so the word goes there.
    pub fn bye(&self) {
        for lane in [Lane::DataChannelReliable, Lane::DataChannelUnreliable] {
            self.0.act(|session, now| session.handle_lane(lane, false, now));
        }
        self.0.channels.replace(None);
        self.0.act(ViewerSession::bye);
        if let Some(socket) = &*self.0.socket.borrow() {
            socket.close();
        }
    }
}

impl Drop for ShareLink {
    fn drop(&mut self) {
        self.0.socket.replace(None);
        self.0.channels.replace(None);
        self.0.cancel_timer();
    }
}

impl Link {
    fn act<T>(self: &Rc<Self>, act: impl FnOnce(&mut ViewerSession, Moment) -> T) -> T {
        let done = act(&mut self.session.borrow_mut(), browser::now());
        self.pump();
        done
    }

    /// Carries out what the session wants. What a handler puts in meanwhile is taken by the same round.
    fn pump(self: &Rc<Self>) {
        if self.pumping.replace(true) {
            return;
        }
        while self.handle_events() | self.transmit() {}
        self.set_timer();
        self.pumping.set(false);
    }

    fn handle_events(self: &Rc<Self>) -> bool {
        let mut any = false;
        loop {
            let event = self.session.borrow_mut().poll_event();
            let Some(event) = event else { return any };
            any = true;
            self.handle_event(event);
        }
    }

    fn handle_event(self: &Rc<Self>, event: ViewerEvent) {
        let event = match event {
            ViewerEvent::Reconnect => return self.reconnect(),
            ViewerEvent::OpenDataChannels => return self.open_channels(),
            ViewerEvent::Answer(sdp) => return self.answer(&sdp),
            ViewerEvent::Ticket(ticket) => LinkEvent::Ticket(ticket),
            ViewerEvent::Connection(Connection::Connected) => LinkEvent::Heard(Heard::Line(Line::Open)),
            ViewerEvent::Connection(Connection::Connecting) => LinkEvent::Heard(Heard::Line(Line::Lost)),
            ViewerEvent::State(state) => LinkEvent::Heard(Heard::State(state)),
            ViewerEvent::Page(kind, epoch, bytes) => LinkEvent::Page(kind, epoch, bytes),
            ViewerEvent::Pointer(kind, _, bytes) => LinkEvent::Pointer(kind, bytes),
            ViewerEvent::Receipt(id, receipt) => LinkEvent::Receipt(id, receipt),
            ViewerEvent::Declined(ask, wait) => LinkEvent::Heard(Heard::Declined(ask, wait)),
            ViewerEvent::Lapsed(ask) => LinkEvent::Heard(Heard::Lapsed(ask)),
            ViewerEvent::Presence(presence) => LinkEvent::Heard(Heard::Presence(presence)),
            ViewerEvent::PageInfo(page) => LinkEvent::Heard(Heard::Page(page)),
            ViewerEvent::Viewers(viewers) => LinkEvent::Heard(Heard::Viewers(viewers)),
            ViewerEvent::Refused(refusal) if is_final(refusal) => {
                LinkEvent::Heard(Heard::Over(Over::Refused(refusal)))
            }
            ViewerEvent::Refused(refusal) => LinkEvent::Refused(refusal),
            ViewerEvent::Ended(reason) => LinkEvent::Heard(Heard::Over(Over::Ended(reason))),
        };
        (self.tell)(event);
    }

    fn transmit(self: &Rc<Self>) -> bool {
        self.tell_room();
        let mut any = false;
        loop {
            let sent = self.session.borrow_mut().poll_transmit(browser::now());
            let Some((lane, bytes)) = sent else { return any };
            any = true;
            self.send(lane, &bytes);
            self.tell_room();
        }
    }

    fn send(&self, lane: Lane, bytes: &[u8]) {
        match lane {
            Lane::WebSocket => {
                if let Some(socket) = &*self.socket.borrow() {
                    socket.send(bytes);
                }
            }
            Lane::DataChannelReliable | Lane::DataChannelUnreliable => {
                if let Some(channels) = &*self.channels.borrow() {
                    channels.send(lane, bytes);
                }
            }
        }
    }

    /// Tells the session when the browser's buffer fills and when it has emptied.
    fn tell_room(&self) {
        let full = self.socket.borrow().as_ref().is_some_and(|socket| FULL < socket.buffered());
        if self.held_back.replace(full) != full {
            self.session.borrow_mut().set_writable(Lane::WebSocket, !full, browser::now());
        }
    }

    fn reconnect(self: &Rc<Self>) {
        let weak = Rc::downgrade(self);
        let handle = move |event| with(&weak, |link| link.handle_socket(event));
        let socket = Socket::open(&browser::socket_address("/v1/session"), handle).ok();
        let failed = socket.is_none();
        self.socket.replace(socket);
        if failed {
            self.session.borrow_mut().handle_lane(Lane::WebSocket, false, browser::now());
        }
    }

    fn handle_socket(self: &Rc<Self>, event: SocketEvent) {
        match event {
            SocketEvent::Open => self.act(|session, now| session.handle_lane(Lane::WebSocket, true, now)),
            SocketEvent::Bytes(bytes) => self.handle_frame(Lane::WebSocket, &bytes),
            SocketEvent::Text(_) => {}
            SocketEvent::Closed => {
                self.socket.replace(None);
                self.act(|session, now| session.handle_lane(Lane::WebSocket, false, now));
            }
        }
    }

    /// Bytes that break the protocol are the session's to answer.
    fn handle_frame(self: &Rc<Self>, lane: Lane, bytes: &[u8]) {
        self.heard.set(browser::now());
        let _ = self.act(|session, now| session.handle_frame(lane, bytes, now));
    }

    fn open_channels(self: &Rc<Self>) {
        let weak = Rc::downgrade(self);
        let handle = move |event| with(&weak, |link| link.handle_rtc(event));
        self.channels.replace(Channels::open(handle).ok());
    }

    fn answer(&self, sdp: &str) {
        if let Some(channels) = &*self.channels.borrow() {
            channels.answer(sdp);
        }
    }

    fn handle_rtc(self: &Rc<Self>, event: RtcEvent) {
        match event {
            RtcEvent::Offer(sdp) => self.act(|session, now| session.offer(sdp, now)),
            RtcEvent::Frame(lane, bytes) => self.handle_frame(lane, &bytes),
            RtcEvent::Lane(lane, up) => {
                if lane == Lane::DataChannelReliable {
                    (self.tell)(LinkEvent::Path(if up { Path::DataChannels } else { Path::WebSocket }));
                }
                self.act(|session, now| session.handle_lane(lane, up, now));
            }
        }
    }

    fn set_timer(self: &Rc<Self>) {
        self.cancel_timer();
        let Some(at) = self.session.borrow().poll_timeout() else { return };
        let weak = Rc::downgrade(self);
        let due = move || with(&weak, |link| link.act(ViewerSession::handle_timeout));
        // Browsers cut timers to whole milliseconds: one more, or it would fire just before its time.
        let wait = at.since(browser::now()) + Duration::from_millis(1);
        self.timer.replace(set_timeout_with_handle(due, wait).ok());
    }

    fn cancel_timer(&self) {
        if let Some(timer) = self.timer.take() {
            timer.clear();
        }
    }
}

fn with(link: &Weak<Link>, act: impl FnOnce(&Rc<Link>)) {
    if let Some(link) = link.upgrade() {
        act(&link);
    }
}
