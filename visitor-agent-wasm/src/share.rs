//! The share: the visitor's session in the middle, the bar, the lanes, the capture and the agent's hand around
//! it. The session decides; everything here only carries out.
mod clock;
pub mod elsewhere;
mod keep;
mod marks;
mod page;
mod sign;
mod upload;
mod watch;

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
};

use cobrowse_core::{
    command::Receipt,
    id::{AgentId, Moment},
    session::{
        Lane,
        visitor::{BarState, Question, VisitorConfig, VisitorEvent, VisitorSession},
    },
    wire::message::{AgentCard, Ask},
};
use js_sys::Function;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use web_sys::{CryptoKey, Document};

use crate::{
    bar::{Act, Bar, Card, Scene, Strip},
    inject::Injector,
    life::{self, Life},
    net::{NetEvent, OnNet, rtc::Rtc, socket::Socket},
    words::Language,
};

pub use self::keep::Kept;
use self::{clock::Timer, page::Page, watch::Watch};

/// How long the bar says that the share has ended, milliseconds.
const ENDED_MS: i32 = 4000;

/// What the loader hands over.
#[wasm_bindgen]
extern "C" {
    /// The configuration object of `start`.
    pub type Config;
    /// The server's origin.
    #[wasm_bindgen(method, getter)]
    fn server(this: &Config) -> String;
    /// The session, hexadecimal.
    #[wasm_bindgen(method, getter)]
    fn session(this: &Config) -> String;
    /// The ticket.
    #[wasm_bindgen(method, getter)]
    fn ticket(this: &Config) -> String;
    /// The tab, hexadecimal.
    #[wasm_bindgen(method, getter)]
    fn tab(this: &Config) -> String;
    /// What the last page of this tab kept, if it was sharing.
    #[wasm_bindgen(method, getter)]
    fn resume(this: &Config) -> Option<js_sys::Object>;
    /// The page's private key.
    #[wasm_bindgen(method, getter)]
    fn key(this: &Config) -> CryptoKey;
    /// The name in `sessionStorage`.
    #[wasm_bindgen(method, getter)]
    fn storage(this: &Config) -> String;
    /// Whether `resume` is of another tab: `tab` for one that the visitor brought here, `page` for one that is
    /// gone, so that nobody has chosen this page yet.
    #[wasm_bindgen(method, getter)]
    fn moved(this: &Config) -> Option<String>;
    /// Called with the first names of those who see this page, at each change.
    #[wasm_bindgen(method, getter)]
    fn seen(this: &Config) -> Function;
    /// Called when the share is over here.
    #[wasm_bindgen(method, getter)]
    fn ended(this: &Config) -> Function;
    /// Called with the error when the share has ended by one of ours.
    #[wasm_bindgen(method, getter)]
    fn fell(this: &Config) -> Function;
}

/// Everything that runs while a share runs.
pub struct Share {
    config: Config,
    life: Life,
    kept: RefCell<Kept>,
    session: RefCell<VisitorSession>,
    bar: Bar,
    injector: Injector,
    timer: Timer,
    socket: RefCell<Option<Socket>>,
    rtc: RefCell<Option<Rtc>>,
    page: RefCell<Option<Page>>,
    watch: RefCell<Option<Watch>>,
    question: RefCell<Option<Question>>,
    pumping: Cell<bool>,
    again: Cell<bool>,
    over: Cell<bool>,
    applying: Cell<bool>,
}

impl Share {
    /// Starts a share in this page: connects, and waits for what the agent asks.
    ///
    /// # Errors
    /// When the configuration is not the loader's, or the browser refuses the bar.
    pub fn start(config: Config) -> Result<Rc<Self>, JsValue> {
        let document = document()?;
        let kept = Kept::read(&config)?;
        let life = Life::new(&format!("{}/v1/visitor/", config.server()), &config.fell());
        life::falls_with_panics();
        kept.forgotten_with(&life, &config);
        let session = VisitorSession::new(
            VisitorConfig { ticket: kept.ticket.clone(), tab: kept.tab, random: Box::new(clock::random) },
            clock::now(),
        );
        let share = Rc::new_cyclic(|weak: &Weak<Self>| {
            let acting = weak.clone();
            let act: Rc<dyn Fn(Act)> = Rc::new(move |act| Self::with(&acting, |share| share.act(act)));
            let ticking = weak.clone();
            let bar = Bar::new(&document, Language::of_page(&document), act);
            Self {
                kept: RefCell::new(kept),
                session: RefCell::new(session),
                bar: bar.unwrap_or_else(|error| wasm_bindgen::throw_val(error)),
                life,
                injector: Injector::new(document.clone()),
                timer: Timer::new(move || Self::with(&ticking, |share| share.tick())),
                socket: RefCell::default(),
                rtc: RefCell::default(),
                page: RefCell::default(),
                watch: RefCell::default(),
                question: RefCell::default(),
                pumping: Cell::new(false),
                again: Cell::new(false),
                over: Cell::new(false),
                applying: Cell::new(false),
                config,
            }
        });
        share.life.holds("bar", share.bar.host(), "remove");
        *share.watch.borrow_mut() = Some(Watch::new(&share, &document)?);
        share.pump();
        Ok(share)
    }

    /// Ends the share, as the bar's button does.
    pub fn stop(self: &Rc<Self>) {
        self.session.borrow_mut().stop(clock::now());
        self.pump();
    }

    fn with(weak: &Weak<Self>, run: impl FnOnce(&Rc<Self>)) {
        if let Some(share) = weak.upgrade() {
            run(&share);
        }
    }

    /// Runs one thing on the session, then everything that follows from it.
    fn drive<T>(self: &Rc<Self>, run: impl FnOnce(&mut VisitorSession, Moment) -> T) -> T {
        let result = run(&mut self.session.borrow_mut(), clock::now());
        self.pump();
        result
    }

    fn tick(self: &Rc<Self>) {
        self.drive(|session, now| session.handle_timeout(now));
    }

    /// Drains the session. Called again from inside, it only notes that there is more to drain.
    fn pump(self: &Rc<Self>) {
        self.again.set(true);
        if self.pumping.replace(true) {
            return;
        }
        while self.again.replace(false) {
            while let Some(event) = self.next_event() {
                self.handle(event);
            }
            self.transmit();
        }
        self.pumping.set(false);
        self.timer.set(self.session.borrow().poll_timeout());
        if let Some(page) = self.page.borrow().as_ref() {
            page.ready(self.session.borrow().page_room());
        }
    }

    fn next_event(&self) -> Option<VisitorEvent> {
        self.session.borrow_mut().poll_event()
    }

    fn transmit(&self) {
        let now = clock::now();
        while let Some((lane, bytes)) = { self.session.borrow_mut().poll_transmit(now) } {
            match lane {
                Lane::WebSocket => self.socket.borrow().as_ref().map(|socket| socket.send(&bytes)),
                Lane::DataChannelReliable | Lane::DataChannelUnreliable => {
                    self.rtc.borrow().as_ref().map(|rtc| rtc.send(lane, &bytes))
                }
            };
        }
    }

    // long: one line per event of the session.
    fn handle(self: &Rc<Self>, event: VisitorEvent) {
        match event {
            VisitorEvent::NeedProof(bytes) => sign::prove(self, bytes),
            VisitorEvent::Reconnect => self.connect(),
            VisitorEvent::Ticket(ticket) => self.keep(|kept| kept.ticket = ticket),
            VisitorEvent::TabChanged => {
                let tab = self.session.borrow().tab();
                self.keep(|kept| kept.tab = tab);
            }
            VisitorEvent::OpenDataChannels => self.open_channels(),
            VisitorEvent::Answer(sdp) => {
                if let Some(rtc) = self.rtc.borrow().as_ref() {
                    rtc.answer(&sdp);
                }
            }
            VisitorEvent::BarChanged => self.show_bar(),
            VisitorEvent::StartCapture => self.start_capture(),
            VisitorEvent::StopCapture => drop(self.page.borrow_mut().take()),
            VisitorEvent::KeyframeWanted => self.on_page(Page::keyframe),
            VisitorEvent::Room => self.on_page(|page| page.ready(true)),
            VisitorEvent::Apply(agent, command) => self.apply(agent, command),
            VisitorEvent::Indicate(card, mark) | VisitorEvent::AgentPointer(card, mark) => {
                marks::show(self, &card, &mark.into_inner());
            }
            VisitorEvent::Refused(refusal) => warn(&format!("the server refused: {}", refusal.code())),
            VisitorEvent::Ended(_) => self.finish(),
        }
    }

    /// The page goes, or its part in the share: the record stays for who goes on. Data channels die with a page
    /// and would take the word along, so they go first. Nothing of ours is left, so that the page can be kept for
    /// the way back (HTML §7.4.6.2, `pagehide`).
    pub fn leave(self: &Rc<Self>) {
        if self.over.get() {
            return self.close();
        }
        drop(self.rtc.borrow_mut().take());
        self.drive(|session, now| {
            session.handle_lane(Lane::DataChannelReliable, false, now);
            session.handle_lane(Lane::DataChannelUnreliable, false, now);
            session.bye(now);
        });
        self.over.set(true);
        self.page.borrow_mut().take();
        self.close();
    }

    fn close(&self) {
        self.life.end();
        // What the loader does with it is its own affair.
        let _ = self.config.ended().call0(&JsValue::NULL);
    }

    fn open_channels(self: &Rc<Self>) {
        let rtc = Rtc::open(&self.on_net()).ok();
        if let Some(rtc) = &rtc {
            self.life.holds("channels", rtc.peer(), "close");
        }
        *self.rtc.borrow_mut() = rtc;
    }

    fn on_net(self: &Rc<Self>) -> OnNet {
        let weak = Rc::downgrade(self);
        Rc::new(move |event| Self::with(&weak, |share| share.net(event)))
    }

    fn net(self: &Rc<Self>, event: NetEvent) {
        match event {
            NetEvent::Up(Lane::WebSocket) => self.on_page(|page| page.line(true)),
            NetEvent::Down(Lane::WebSocket, _) => self.on_page(|page| page.line(false)),
            NetEvent::Up(_) | NetEvent::Down(..) | NetEvent::Frame(..) | NetEvent::Offer(_) => {}
        }
        self.drive(|session, now| match event {
            NetEvent::Up(lane) => session.handle_lane(lane, true, now),
            NetEvent::Down(lane, _) => session.handle_lane(lane, false, now),
            NetEvent::Offer(sdp) => session.offer(sdp, now),
            NetEvent::Frame(lane, bytes) => {
                if let Err(error) = session.handle_frame(lane, &bytes, now) {
                    warn(&format!("a frame was refused: {error}"));
                }
            }
        });
    }

    fn connect(self: &Rc<Self>) {
        let url = format!("{}/v1/session", self.config.server().replacen("http", "ws", 1));
        // The old one's listeners go first, so that its close is not taken for the new one's.
        drop(self.socket.borrow_mut().take());
        match Socket::open(&url, &self.on_net()) {
            Ok(socket) => {
                self.life.holds_socket(socket.socket());
                *self.socket.borrow_mut() = Some(socket);
            }
            Err(error) => {
                warn(&format!("the connection was refused by the browser: {error:?}"));
                self.session.borrow_mut().handle_lane(Lane::WebSocket, false, clock::now());
            }
        }
    }

    fn keep(&self, change: impl FnOnce(&mut Kept)) {
        let mut kept = self.kept.borrow_mut();
        change(&mut kept);
        if !self.over.get() {
            kept.write(&self.config);
            drop(kept);
            self.tell_loader();
        }
    }

    /// Who sees the page, and that the record has changed, for the other tabs. What the loader does with it is its
    /// own affair.
    fn tell_loader(&self) {
        let names = seen_by(&self.session.borrow().bar().state);
        let _ = self.config.seen().call1(&JsValue::NULL, &names);
    }

    fn start_capture(self: &Rc<Self>) {
        match Page::start(self) {
            Ok(page) => {
                if let Some(half) = page.half() {
                    self.life.holds("capture", half, "stop");
                }
                *self.page.borrow_mut() = Some(page);
            }
            Err(error) => {
                warn(&format!("the page cannot be captured: {error:?}"));
                self.stop();
            }
        }
    }

    fn on_page(&self, run: impl FnOnce(&Page)) {
        if let Some(page) = self.page.borrow().as_ref() {
            run(page);
        }
    }

    fn apply(
        self: &Rc<Self>,
        agent: AgentId,
        command: cobrowse_core::consent::Admitted<cobrowse_core::command::Command>,
    ) {
        let id = command.get().id;
        let receipt = match self.page.borrow().as_ref() {
            Some(_) if !self.bar.is_in_reach() => self.suspend(),
            Some(page) => {
                self.applying.set(true);
                let receipt = self.injector.apply(command, page);
                self.applying.set(false);
                receipt
            }
            None => Receipt::NoTarget,
        };
        self.session.borrow_mut().receipt(agent, id, receipt, clock::now());
    }

    /// What could not be taken back by one press is not done: control waits, as it does under the visitor's own hand.
    fn suspend(&self) -> Receipt {
        self.session.borrow_mut().hands_on(clock::now());
        Receipt::NoGrant
    }

    /// The visitor's own trusted hand on the bar.
    fn act(self: &Rc<Self>, act: Act) {
        let question = self.question.borrow().clone();
        self.drive(|session, now| match act {
            Act::Allow => answer(question, |it| session.allow(it.agent.id, it.ask, now)),
            Act::Decline => answer(question, |it| session.decline(it.agent.id, it.ask, now)),
            Act::TakeBack => session.take_back(now),
            Act::Stop => session.stop(now),
            Act::Pause => session.pause(true, now),
            Act::Resume => session.pause(false, now),
            // Nothing that this bar offers.
            Act::Here => {}
        });
    }

    fn show_bar(&self) {
        let bar = self.session.borrow().bar();
        self.question.borrow_mut().clone_from(&bar.question);
        self.tell_loader();
        let scene = Scene { card: bar.question.map(card), strip: strip(bar.state) };
        if let Err(error) = self.bar.show(scene) {
            warn(&format!("the bar cannot be shown: {error:?}"));
        }
    }

    /// The session is over: nothing of it stays in the tab, and the bar says so for a moment.
    fn finish(self: &Rc<Self>) {
        if self.over.replace(true) {
            return;
        }
        Kept::erase(&self.config);
        self.show_bar();
        self.page.borrow_mut().take();
        self.rtc.borrow_mut().take();
        let share = Rc::clone(self);
        clock::later(ENDED_MS, move || share.close());
    }

    /// The page's language has changed.
    fn speak(&self, language: Language) {
        if let Err(error) = self.bar.speak(language) {
            warn(&format!("the bar cannot be shown: {error:?}"));
        }
    }
}

fn answer(question: Option<Question>, say: impl FnOnce(Question) -> bool) {
    // A question that was withdrawn under the finger answers itself: the bar has changed already.
    let _stood = question.is_some_and(say);
}

fn card(question: Question) -> Card {
    match question.ask {
        Ask::View => Card::View(question.agent.name),
        Ask::Control => Card::Control(question.agent.name),
    }
}

fn strip(state: BarState) -> Option<Strip> {
    use cobrowse_core::consent::Flow;
    Some(match state {
        BarState::Hidden => return None,
        BarState::Viewing { agents, flow: Flow::Paused }
        | BarState::Controlling { agents, flow: Flow::Paused, .. } => Strip::Paused(names(agents)),
        BarState::Viewing { agents, flow: Flow::Running } => Strip::Viewing(names(agents)),
        BarState::Controlling { agent, flow: Flow::Running, .. } => Strip::Controlling(agent.name),
        BarState::Reconnecting { .. } => Strip::Reconnecting,
        BarState::Ended { .. } => Strip::Ended,
    })
}

/// The first names of those who see the page as long as the share stands, also while the line is cut.
fn seen_by(state: &BarState) -> js_sys::Array {
    let agents = match state {
        BarState::Hidden | BarState::Ended { .. } => [].as_slice(),
        BarState::Viewing { agents, .. }
        | BarState::Controlling { agents, .. }
        | BarState::Reconnecting { agents } => agents,
    };
    agents.iter().map(|agent| JsValue::from_str(&agent.name)).collect()
}

fn names(agents: Vec<AgentCard>) -> Vec<String> {
    agents.into_iter().map(|agent| agent.name).collect()
}

fn document() -> Result<Document, JsValue> {
    web_sys::window().and_then(|window| window.document()).ok_or_else(|| JsValue::from_str("no document"))
}

/// For the site's developers; never holds content.
fn warn(text: &str) {
    let console = js_sys::Reflect::get(&js_sys::global(), &"console".into());
    let warn = console.as_ref().ok().and_then(|console| js_sys::Reflect::get(console, &"warn".into()).ok());
    if let Some(warn) = warn.and_then(|it| it.dyn_into::<Function>().ok()) {
        // A page may have broken its console; that is no reason to fail.
        let _ = warn.call1(&JsValue::NULL, &format!("Tandem: {text}").into());
    }
}
