//! The machine behind the widget.
//!
//! Everything that the visitor says goes through the [`Outbox`]; everything that the server says goes through the
//! [`Thread`]. One tab of a browser leads: it holds the socket. The others see the same outbox in the site's storage
//! and hear from the leader what the server says.
mod acts;
mod files;
mod frames;
mod identity;
mod line;
mod tabs;

use chat_proto::{
    Form, Millis,
    visitor::{Conversation, FromVisitor, PageView, Stage, Token, Widget},
};

use super::{
    backoff::Backoff,
    codec::{Codec, from_json, to_json},
    event::{Begin, Event, Out, Peer},
    json::{digits, hexadecimal},
    outbox::{self, Outbox, Upload},
    redacted,
    thread::Thread,
};
use crate::words::{Language, chat::Chat};

pub use self::{acts::is_about_empty, frames::is_over, line::Link};

/// A message that has not arrived for so long is said to be late, milliseconds.
pub const LATE_MS: Millis = 5_000;

/// The moment of an event.
#[derive(Debug, Clone)]
pub struct At {
    /// Milliseconds since 1970.
    pub now: Millis,
    /// 64 hexadecimal digits of 256 random bits, fresh for each event.
    pub dice: String,
}

impl At {
    fn name(&self) -> String {
        self.dice.get(..32).unwrap_or_default().to_owned()
    }

    fn number(&self) -> u32 {
        self.dice.get(..8).and_then(hexadecimal).unwrap_or_default()
    }
}

/// What the red band says, beside the state of the connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Band {
    /// A file is too large.
    TooLarge(String),
    /// Too many files.
    TooMany,
    /// A kind of file that is refused.
    Refused(String),
    /// A file of nothing.
    EmptyFile(String),
    /// The site's settings or a token could not be fetched.
    Unreachable,
    /// A request failed.
    Failed,
    /// A file could not be fetched.
    FileFailed,
    /// The visitor may not write.
    NotAvailable,
    /// Too many conversations.
    TooOften,
    /// The text is in the composer again.
    BackInComposer,
}

/// What the window shows beside the conversation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ui {
    /// Whether the window is open.
    pub open: bool,
    /// Whether the visitor is asked if they are sure.
    pub confirm: bool,
    /// Whether the offline form was asked for.
    pub offline: bool,
    /// What the band says.
    pub band: Option<Band>,
    /// What was filled in last.
    pub form: Form,
    /// What is wrong with it.
    pub faults: Form,
    /// Files that were chosen and not sent.
    pub picked: Vec<Upload>,
    /// Whether the conversation was rated.
    pub rated: bool,
    /// Whether the form that began the next conversation was sent here: the focus follows it.
    pub begun: bool,
}

/// The widget of one page.
#[derive(Debug)]
pub struct Client {
    language: Language,
    words: Vec<String>,
    phone: bool,
    online: bool,
    visible: bool,
    left: bool,
    /// With its whole query: told only as [`Self::page`] has it.
    page: PageView,
    custom: Option<Form>,
    secret: String,
    identity: Option<String>,
    /// Whom the server took the site's word for, hashed: the secret is theirs.
    named: Option<String>,
    token: Option<Token>,
    widget: Option<Widget>,
    config: Asked,
    conv: Option<Conversation>,
    /// The conversation that was forgotten last: what is on its way still brings it back only where it goes on.
    past: Option<String>,
    thread: Thread,
    agent_read: u64,
    my_read: u64,
    /// As [`Event::Sight`] has it.
    sight: u64,
    typing_until: Millis,
    typed: Option<Millis>,
    outbox: Outbox,
    line: line::Line,
    backoff: Backoff,
    ui: Ui,
    draft: String,
    unread: usize,
    live: bool,
    /// A conversation goes on that this page has not heard of yet: it began on another subdomain.
    expects: bool,
    outs: Vec<Out>,
    wake: Option<Millis>,
}

/// What was asked for over HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Asked {
    #[default]
    No,
    Waits,
    Failed,
}

impl Client {
    /// Begins in a page, with what earlier pages stored.
    pub fn begin(begin: Begin, now: Millis) -> (Self, Vec<Out>) {
        let read = |key: &str| begin.kept.get(key).map(String::as_str);
        let mut client = Self {
            language: Language::of_tag(&begin.lang),
            words: begin.words,
            phone: begin.phone,
            online: begin.online,
            visible: begin.visible,
            left: false,
            secret: read("secret").unwrap_or(&begin.secret).to_owned(),
            identity: None,
            named: read("named").map(str::to_owned),
            token: None,
            widget: None,
            config: Asked::No,
            conv: parsed(read("conv")),
            past: None,
            thread: Thread::default(),
            agent_read: 0,
            my_read: parsed(read("read")).unwrap_or_default(),
            sight: 0,
            typing_until: 0,
            typed: None,
            outbox: Outbox::default(),
            line: line::Line::default(),
            backoff: Backoff::default(),
            ui: Ui {
                open: read("~open").is_some(),
                form: parsed(read("form")).unwrap_or_default(),
                ..Ui::default()
            },
            draft: read("draft").unwrap_or_default().to_owned(),
            unread: 0,
            live: read("live").is_some(),
            expects: read("live").is_some() && read("conv").is_none(),
            page: begin.page,
            custom: None,
            outs: Vec::new(),
            wake: None,
        };
        for (key, value) in begin.kept.iter().filter(|(key, _)| key.starts_with(outbox::PREFIX)) {
            client.outbox.stored(key, parsed(Some(value)));
        }
        client.token_kept(read(&client.token_key()));
        client.restore(read("~thread"), read("seen"));
        client.keep("secret", Some(client.secret.clone()));
        client.out(Out::Show(client.ui.open));
        client.ask_config();
        client.out(Out::Tell(Peer::Hi));
        client.leader_is_asked(now);
        client.settle(&At { now, dice: String::new() });
        let outs = std::mem::take(&mut client.outs);
        (client, outs)
    }

    /// Takes in what happens; gives what is to be done.
    pub fn handle(&mut self, event: Event, at: &At) -> Vec<Out> {
        match event {
            Event::Leads => self.leads(at),
            Event::Follows => self.follows(at),
            Event::Config(widget) => self.config_came(*widget),
            Event::ConfigFailed => {
                self.config = Asked::Failed;
                self.tells_page();
            }
            Event::Token(asked, token) => self.token_answered(&asked, token),
            Event::TokenFailed(asked, status) => self.token_failed(&asked, status, at),
            Event::Up(page) => self.up(page, at),
            Event::Down => self.down(at),
            Event::Opens => self.heard(at),
            Event::Frame(frame) => self.frame(*frame, at),
            Event::Peer(peer) => self.peer(*peer, at),
            Event::Stored(key, value) => self.stored(&key, value),
            Event::Online(online) => {
                self.online = online;
                self.at_once(at);
            }
            Event::Visible(visible) => {
                self.visible = visible;
                self.at_once(at);
            }
            Event::Phone(phone) => self.phone = phone,
            Event::Sight(seq) => self.sight = seq,
            // What is due is done below, whatever woke the page.
            Event::Due => self.wake = Some(at.now),
            Event::Leave => self.leave(),
            Event::Placed(local, name) => self.placed(&local, name),
            Event::Progress(local, percent) => self.progress(&local, percent),
            Event::Uploaded(local, name) => self.uploaded(&local, name),
            Event::UploadFailed(local, code) => self.upload_failed(&local, code, at),
            Event::Failed => self.ui.band = Some(Band::FileFailed),
            Event::Act(act) => self.act(*act, at),
        }
        if !self.left {
            // A timer may be late, or may not come at all: what it was for does not wait for it.
            if self.wake.is_some_and(|wake| wake <= at.now) {
                self.due(at);
            }
            self.settle(at);
        }
        std::mem::take(&mut self.outs)
    }

    /// Does whatever can be done now.
    fn settle(&mut self, at: &At) {
        self.leader_is_due(at);
        self.line_settles(at);
        self.uploads_begin(at);
        self.marks_read();
        let unread = if self.ui.open { 0 } else { self.thread.unread(self.my_read) };
        if self.unread != unread {
            self.unread = unread;
            self.out(Out::Unread(unread));
        }
        let live = self.is_live() || self.expects || !self.outbox.items().is_empty();
        if self.live != live {
            self.live = live;
            self.keep("live", live.then(|| "1".into()));
        }
        self.wakes(at);
    }

    /// Tells what this page has shown, while it is looked at.
    fn marks_read(&mut self) {
        let last = self.thread.last().min(self.sight);
        let Some(conv) = self.conv.as_ref().map(|it| it.conv.clone()) else { return };
        if self.my_read < last && self.ui.open && self.visible {
            self.my_read = last;
            self.keep("read", Some(digits(last)));
            self.say(FromVisitor::Read { conv, seq: last });
        }
    }

    /// Asks to come back when something is due, unless that is asked for already.
    fn wakes(&mut self, at: &At) {
        let mut first = First { now: at.now, due: None };
        for it in self.outbox.items() {
            first.of(Some(it.order + LATE_MS));
        }
        first.of(Some(self.typing_until));
        first.of(self.typed.map(|it| it + TYPED_MS));
        self.uploads_due(&mut first);
        self.line_due(&mut first);
        if let Some(due) = first.due.filter(|due| self.wake != Some(*due)) {
            self.wake = Some(due);
            self.out(Out::Wake(due));
        }
    }

    fn due(&mut self, at: &At) {
        self.wake = None;
        if self.typed.is_some_and(|typed| typed + TYPED_MS <= at.now) {
            self.stops_typing();
        }
        self.line_is_due(at);
    }

    /// Whether the conversation goes on, or may.
    fn is_live(&self) -> bool {
        self.conv.as_ref().is_some_and(|it| it.stage != Stage::Closed)
    }

    fn conv_name(&self) -> Option<&str> {
        self.conv.as_ref().map(|it| it.conv.as_str())
    }

    fn out(&mut self, out: Out) {
        self.outs.push(out);
    }

    fn keep(&mut self, key: &str, value: Option<String>) {
        self.out(Out::Save(key.into(), value));
    }

    fn keep_json(&mut self, key: &str, value: &impl Codec) {
        self.keep(key, Some(to_json(value)));
    }

    fn config_came(&mut self, widget: Widget) {
        self.config = Asked::No;
        let before = self.widget.is_some().then(|| self.page());
        self.widget = Some(widget);
        if before != Some(self.page()) {
            self.tells_page();
        }
    }

    /// The page, as far as it may be told.
    fn page(&self) -> PageView {
        redacted::page(&self.page, self.widget.as_ref().map_or(&[], |it| &it.query_keys))
    }

    fn ask_config(&mut self) {
        if self.config != Asked::Waits {
            self.config = Asked::Waits;
            self.out(Out::Config);
        }
    }
}

/// The first of the times that are still to come.
struct First {
    now: Millis,
    due: Option<Millis>,
}

impl First {
    #[inline(never)]
    fn of(&mut self, due: Option<Millis>) {
        let sooner = due.filter(|due| self.now < *due && self.due.is_none_or(|first| *due < first));
        self.due = sooner.or(self.due);
    }
}

/// The visitor types no more after so long, milliseconds.
const TYPED_MS: Millis = 3_000;

/// What the view reads.
impl Client {
    /// The page's language.
    pub fn language(&self) -> Language {
        self.language
    }
    /// A text, in the page's language.
    pub fn text(&self, words: Chat) -> &str {
        self.words.get(words as usize).map_or("", String::as_str)
    }
    /// Whether the window fills the screen.
    pub fn is_phone(&self) -> bool {
        self.phone
    }
    /// How the site set the widget up, once that is known.
    pub fn widget(&self) -> Option<&Widget> {
        self.widget.as_ref()
    }
    /// Whether that cannot be known.
    pub fn config_failed(&self) -> bool {
        self.config == Asked::Failed
    }
    /// The conversation.
    pub fn conv(&self) -> Option<&Conversation> {
        self.conv.as_ref()
    }
    /// Its thread.
    pub fn thread(&self) -> &Thread {
        &self.thread
    }
    /// What is not acknowledged.
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }
    /// What else is shown.
    pub fn ui(&self) -> &Ui {
        &self.ui
    }
    /// What is in the composer as the page begins.
    pub fn draft(&self) -> &str {
        &self.draft
    }
    /// What the agent has read.
    pub fn agent_read(&self) -> u64 {
        self.agent_read
    }
    /// Whether somebody types.
    pub fn is_typing(&self, now: Millis) -> bool {
        now < self.typing_until
    }
    /// Whether a conversation goes on that is not here yet.
    pub fn expects(&self) -> bool {
        self.expects
    }
    /// Whether there is a network.
    pub fn is_online(&self) -> bool {
        self.online
    }
}

fn parsed<T: Codec>(text: Option<&str>) -> Option<T> {
    // What an older release stored and this one cannot read is as good as not stored.
    from_json(text?)
}

#[cfg(test)]
mod tests;
