//! One share in this tab: joins the link to the server, the page that is shown, and what the views read.
mod shown;

use std::{cell::RefCell, collections::VecDeque, rc::Rc, time::Duration};

use cobrowse_core::{
    command::{Action, Anchor, Mark, Receipt},
    id::{CommandId, Moment, SessionId},
    wire::{
        desk::VisitorRow,
        envelope::PointerKind,
        message::{Ask, Refusal, ShareState},
    },
};
use leptos::{ev, leptos_dom::helpers::set_timeout, prelude::*};
use replay::{Fit, Replayer};
use wasm_bindgen_futures::spawn_local;

use crate::{
    app::{Account, Accounts},
    browser,
    i18n::{Text, words},
    net::{
        http::{self, HttpError},
        share_link::{LinkEvent, Path, ShareLink},
    },
    stage::assets,
    state::{
        backoff::Backoff,
        share::{Heard, Over, Phase, Share, Tool, Wish},
    },
};

use shown::reason;
pub use shown::{Echo, Named, Picking, Remark, Zoom};

/// How long a remark beside the pointer stays.
const REMARK: Duration = Duration::from_millis(2600);
/// How often countdowns and ages are said again.
const TICK: Duration = Duration::from_millis(500);
/// Commands whose place is remembered until their receipt comes.
const PLACES: usize = 64;
/// The address's end that makes the tab ask by itself, once: a reload does not ask again.
const ASK: &str = "#ask";

/// The page's player, shared with what waits for assets.
pub type Player = Rc<RefCell<Replayer>>;

type OnReceipt = Rc<dyn Fn(CommandId) -> bool>;

/// Everything that the viewer's parts share.
#[derive(Clone, Copy)]
pub struct Sharing {
    /// Which session.
    pub session: SessionId,
    /// What is known of the share.
    pub share: RwSignal<Share>,
    /// Who is visited, once known.
    pub visitor: RwSignal<Option<VisitorRow>>,
    /// What they are called in the conversation beside, once that is known.
    pub named: RwSignal<Option<Named>>,
    /// Which way small things take.
    pub path: RwSignal<Path>,
    /// Whether the view scrolls with the visitor.
    pub follows: RwSignal<bool>,
    /// How large the page is shown.
    pub zoom: RwSignal<Zoom>,
    /// Whether anything of the page was painted.
    pub painted: RwSignal<bool>,
    /// What is said beside the pointer.
    pub remark: RwSignal<Option<Remark>>,
    /// What the agent has just shown the visitor.
    pub echo: RwSignal<Option<Echo>>,
    /// The select's list that is open.
    pub picking: RwSignal<Option<Picking>>,
    /// The time, for countdowns; moves twice a second.
    pub now: RwSignal<Moment>,
    live_at: StoredValue<Moment>,
    accounts: Accounts,
    asks_itself: StoredValue<bool>,
    ticket: StoredValue<String>,
    places: StoredValue<VecDeque<(CommandId, (f64, f64))>>,
    link: StoredValue<Option<Rc<ShareLink>>, LocalStorage>,
    player: StoredValue<Option<Player>, LocalStorage>,
    on_receipt: StoredValue<Option<OnReceipt>, LocalStorage>,
}

impl Sharing {
    /// Begins the share's life in this tab; it ends with the owner.
    pub fn provide(session: SessionId) -> Self {
        let sharing = Self {
            session,
            share: RwSignal::new(Share::default()),
            visitor: RwSignal::new(None),
            named: RwSignal::new(None),
            path: RwSignal::new(Path::default()),
            follows: RwSignal::new(true),
            zoom: RwSignal::new(Zoom::default()),
            painted: RwSignal::new(false),
            remark: RwSignal::new(None),
            echo: RwSignal::new(None),
            picking: RwSignal::new(None),
            now: RwSignal::new(browser::now()),
            live_at: StoredValue::new(browser::now()),
            accounts: expect_context(),
            asks_itself: StoredValue::new(browser::take_hash() == ASK),
            ticket: StoredValue::new(String::new()),
            places: StoredValue::new(VecDeque::new()),
            link: StoredValue::new_local(None),
            player: StoredValue::new_local(None),
            on_receipt: StoredValue::new_local(None),
        };
        provide_context(sharing);
        sharing.keep_time();
        sharing.leave_with_the_tab();
        sharing
    }

    fn keep_time(self) {
        let tick = set_interval_with_handle(
            move || {
                let _ = self.now.try_set(browser::now());
            },
            TICK,
        );
        on_cleanup(move || {
            let _ = tick.map(|tick| tick.clear());
        });
        on_cleanup(move || {
            self.link.try_update_value(Option::take);
            self.player.try_update_value(Option::take);
        });
    }

    /// The share goes on over a reload of this tab, and ends when the tab does not come back.
    fn leave_with_the_tab(self) {
        let leaves = window_event_listener(ev::pagehide, move |_| self.with_link(|link| link.bye()));
        // Out of the back/forward cache: the sockets are dead, everything begins again.
        let returns = window_event_listener(ev::pageshow, |event| {
            if event.persisted() {
                let _ = window().location().reload();
            }
        });
        on_cleanup(move || (leaves.remove(), returns.remove()).0);
    }

    // Connecting

    /// Gets a ticket and connects. Tries again while the server is away.
    pub fn connect(self) {
        spawn_local(async move { self.connect_after(Backoff::default()).await });
    }

    async fn connect_after(self, mut backoff: Backoff) {
        match http::ticket(self.session).await {
            Ok(ticket) => {
                self.visitor.set(ticket.visitor);
                self.ticket.set_value(ticket.ticket.clone());
                let link = ShareLink::start(ticket.ticket, move |event| self.handle(event));
                self.link.set_value(Some(Rc::new(link)));
            }
            Err(HttpError::LoggedOut) => self.accounts.set(Account::LoggedOut),
            Err(HttpError::Refused(code)) => self.hear(Heard::Over(Over::Refused(refusal(&code)))),
            Err(HttpError::Unreachable | HttpError::Garbled) => {
                let wait = backoff.fail(browser::chance());
                let again = move || spawn_local(async move { self.connect_after(backoff).await });
                set_timeout(again, wait);
            }
        }
    }

    fn handle(self, event: LinkEvent) {
        match event {
            LinkEvent::Heard(heard) => self.hear(heard),
            LinkEvent::Page(kind, epoch, payload) => {
                let Some(player) = self.player() else { return };
                // A frame that does not fit asks for a keyframe itself, through the player's callback.
                let applied = player.borrow_mut().apply(kind, epoch, &payload);
                if applied.is_ok() && !self.painted.get_untracked() && player.borrow().frame().is_some() {
                    self.painted.set(true);
                }
            }
            LinkEvent::Pointer(kind, payload) => {
                if kind == PointerKind::Cursor && !self.share.read_untracked().is_visitors_cursor() {
                    return self.with_player(Replayer::hide_pointer);
                }
                // A position that does not decode is a position missed.
                let _ = self.player().map(|player| player.borrow_mut().pointer(kind, &payload));
            }
            LinkEvent::Receipt(id, receipt) => self.handle_receipt(id, receipt),
            LinkEvent::Ticket(ticket) => self.ticket.set_value(ticket),
            LinkEvent::Path(path) => self.path.set(path),
            LinkEvent::Refused(Refusal::ConsentRequired | Refusal::RateLimited) => {
                self.say(Text::NotAllowed, None)
            }
            LinkEvent::Refused(_) => {}
        }
    }

    fn hear(self, heard: Heard) {
        let now = browser::now();
        let state = if let Heard::State(state) = &heard { Some(*state) } else { None };
        let gone = matches!(heard, Heard::Presence(presence) if presence != cobrowse_core::wire::message::Presence::Here);
        self.share.update(|share| share.handle(heard, now));
        if gone {
            self.with_player(Replayer::hide_pointer);
        }
        match state {
            Some(ShareState::NotShared) => {
                self.painted.set(false);
                if self.asks_itself.get_value() {
                    self.ask(Ask::View);
                }
            }
            Some(
                ShareState::ViewAsked
                | ShareState::Viewing(_)
                | ShareState::ControlAsked(_)
                | ShareState::Controlling(..),
            ) => {
                self.asks_itself.set_value(false);
            }
            None => {}
        }
    }

    fn handle_receipt(self, id: CommandId, receipt: Receipt) {
        let mut at = None;
        self.places.update_value(|places| {
            if let Some(index) = places.iter().position(|(known, _)| *known == id) {
                at = places.remove(index).map(|(_, place)| place);
            }
        });
        let is_quiet = self.on_receipt.get_value().is_some_and(|on_receipt| on_receipt(id));
        if let Some(text) = reason(receipt, self.share.read_untracked().phase()).filter(|_| !is_quiet) {
            self.say(text, at);
        }
    }

    // What the agent wants

    /// Asks the visitor.
    pub fn ask(self, ask: Ask) {
        self.asks_itself.set_value(false);
        self.with_link(|link| link.ask(ask));
    }

    /// Does not ask any more.
    pub fn withdraw(self, ask: Ask) {
        self.with_link(|link| link.withdraw(ask));
    }

    /// Takes a tool; control is asked for first.
    pub fn choose(self, tool: Tool) {
        let mut wish = None;
        self.share.update(|share| wish = share.choose(tool));
        let Some(link) = self.link() else { return };
        match wish {
            Some(Wish::AskControl) => link.ask(Ask::Control),
            Some(Wish::WithdrawControl) => link.withdraw(Ask::Control),
            Some(Wish::Release) => link.release(),
            None => {}
        }
    }

    /// Ends the share.
    pub fn stop(self) {
        self.with_link(|link| link.end());
    }

    /// Sends a command; why it was not done is said at `at`, in pixels of the stage.
    pub fn command(self, anchor: Anchor, action: Action, at: (f64, f64)) -> Option<CommandId> {
        let link = self.link()?;
        let id = link.command(anchor, action);
        self.places.update_value(|places| {
            places.push_back((id, at));
            if PLACES < places.len() {
                places.pop_front();
            }
        });
        Some(id)
    }

    /// Shows the visitor a mark.
    pub fn indicate(self, anchor: Anchor, mark: Mark) {
        self.with_link(|link| link.indicate(anchor, mark));
    }

    /// Moves the named pointer.
    pub fn point(self, anchor: Anchor) {
        self.with_link(|link| link.point(anchor));
    }

    /// Calls back with each receipt's number; `true` keeps it from being said.
    pub fn on_receipt(self, told: impl Fn(CommandId) -> bool + 'static) {
        self.on_receipt.set_value(Some(Rc::new(told)));
    }

    /// Says something beside the pointer for a moment; in the middle of the stage without a place.
    pub fn say(self, text: Text, at: Option<(f64, f64)>) {
        let remark = Remark { text, at: at.unwrap_or((f64::NAN, f64::NAN)) };
        self.remark.set(Some(remark));
        let still = move || self.remark.try_get_untracked().flatten().is_some_and(|now| now.text == text);
        set_timeout(
            move || {
                if still() {
                    self.remark.set(None)
                }
            },
            REMARK,
        );
    }

    // What is shown

    /// Puts the page's player into its place.
    pub fn show_in(self, container: &web_sys::HtmlElement) -> Player {
        let mut player = Replayer::new(container);
        player.on_keyframe_wanted(move |epoch| {
            if let Some((link, epoch)) = self.link().zip(epoch) {
                link.diverged(epoch);
            }
        });
        player.on_wanted_assets(move |hash, mime| assets::fetch(self, hash, mime));
        let player = Rc::new(RefCell::new(player));
        self.player.set_value(Some(Rc::clone(&player)));
        let words = words();
        Effect::new(move |_| {
            // Who has no name is called what they are, anew in each language.
            words.language();
            if let Some(named) = &*self.named.read() {
                self.with_player(|player| player.set_name(&named.name));
            }
        });
        let follows = self.follows;
        Effect::new(move |_| {
            let follows = follows.get();
            self.with_player(|player| player.follow(follows));
        });
        Effect::new(move |_| {
            let fit = match self.zoom.get() {
                Zoom::Fit => Fit::Contain,
                Zoom::Actual => Fit::Scale(1.0),
            };
            self.with_player(|player| player.set_fit(fit));
        });
        player
    }

    /// The page's player, while the stage stands.
    pub fn player(self) -> Option<Player> {
        self.player.try_get_value().flatten()
    }

    /// The ticket that stands now, for assets.
    pub fn ticket(self) -> String {
        self.ticket.try_get_value().unwrap_or_default()
    }

    /// What to show; tracked.
    pub fn phase(self) -> Phase {
        self.share.read().phase()
    }

    /// Seconds since the view was live, while it is not; tracked, twice a second.
    pub fn behind(self) -> Option<u64> {
        let now = self.now.get();
        let cut = matches!(self.phase(), Phase::Reconnecting | Phase::Paused);
        let link = self.link()?;
        if cut || link.is_silent() {
            return Some(now.since(self.live_at.get_value()).as_secs());
        }
        self.live_at.set_value(link.heard_at());
        None
    }

    fn with_link(self, act: impl FnOnce(&ShareLink)) {
        if let Some(link) = self.link() {
            act(&link);
        }
    }

    /// Acts on the page's player, while the stage stands.
    pub fn with_player(self, act: impl FnOnce(&Replayer)) {
        if let Some(player) = self.player() {
            act(&player.borrow());
        }
    }

    fn link(self) -> Option<Rc<ShareLink>> {
        self.link.try_get_value().flatten()
    }
}

/// The refusal that a code of the HTTP interface names.
fn refusal(code: &str) -> Refusal {
    const KNOWN: [Refusal; 3] = [Refusal::SessionEnded, Refusal::ConsentRequired, Refusal::TicketInUse];
    KNOWN.into_iter().find(|refusal| refusal.code() == code).unwrap_or(Refusal::Internal)
}
