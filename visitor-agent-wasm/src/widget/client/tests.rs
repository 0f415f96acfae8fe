//! The machine against a service in memory, over a line that is cut, between pages that are left.
use std::collections::VecDeque;

use chat_proto::{
    Fault, Form,
    message::{From, Msg},
    visitor::{Conversation, FromVisitor, Stage, ToVisitor, Token, Widget},
};
use proptest::prelude::*;

use super::*;
use crate::widget::{
    event::{Act, Begin, Place},
    outbox::cid_of,
};

const CONV: &str = "00000000000000000000000000000001";

/// What is on the service's side.
#[derive(Default)]
struct Service {
    msgs: Vec<Msg>,
    closed: bool,
    started: Option<String>,
    /// So many requests are answered with `rate` before one is taken.
    slow: u8,
}

impl Service {
    fn conversation(&self) -> Conversation {
        let stage = if self.closed { Stage::Closed } else { Stage::Active };
        let (conv, seq) = (CONV.to_owned(), self.msgs.len() as u64);
        Conversation {
            conv,
            stage,
            ver: 1 + seq * 2 + u64::from(self.closed),
            seq,
            ..Conversation::default()
        }
    }

    fn add(&mut self, from: From, cid: &str, text: &str) -> ToVisitor {
        let seq = self.msgs.len() as u64 + 1;
        let msg =
            Msg { seq, cid: cid.into(), from, kind: "text".into(), text: text.into(), ..Msg::default() };
        self.msgs.push(msg.clone());
        ToVisitor::Msgs { conv: CONV.into(), msgs: vec![msg] }
    }

    fn after(&self, seq: u64) -> ToVisitor {
        let msgs = self.msgs.iter().skip(usize::try_from(seq).expect("a number")).cloned().collect();
        ToVisitor::Msgs { conv: CONV.into(), msgs }
    }

    #[allow(clippy::wildcard_enum_match_arm, reason = "whatever else is said is done")]
    fn hears(&mut self, frame: &FromVisitor) -> Vec<ToVisitor> {
        let ack = |cid: &str, seq| ToVisitor::Ack { cid: cid.into(), conv: CONV.into(), seq, at: 0 };
        let nack = |cid: &str, code: &str, retry_ms| ToVisitor::Nack {
            cid: cid.into(),
            fault: Fault { code: code.into(), retry_ms, ..Fault::default() },
        };
        match frame {
            FromVisitor::Hello { resume, .. } => {
                let conv = self.started.as_ref().map(|_| self.conversation());
                let after = resume.as_ref().map_or(0, |it| it.seq);
                let welcome = ToVisitor::Welcome { now: 0, ping_ms: 5_000, conv };
                if self.started.is_some() { vec![welcome, self.after(after)] } else { vec![welcome] }
            }
            FromVisitor::Start { cid, .. } => {
                self.started.get_or_insert(cid.clone());
                vec![ToVisitor::Conv(self.conversation()), ack(cid, 0)]
            }
            FromVisitor::Fetch { after, .. } => vec![self.after(*after)],
            FromVisitor::Send { cid, text, .. } => {
                if let Some(had) = self.msgs.iter().find(|it| it.cid == *cid) {
                    return vec![ack(cid, had.seq)];
                }
                if self.slow > 0 {
                    self.slow -= 1;
                    return vec![nack(cid, "rate", Some(300))];
                }
                if self.closed {
                    return vec![nack(cid, "closed", None)];
                }
                if text.contains("refused") {
                    return vec![nack(cid, "too_long", None)];
                }
                let msgs = self.add(From::Visitor, cid, text);
                vec![msgs, ack(cid, self.msgs.len() as u64)]
            }
            FromVisitor::Close { cid, .. } => {
                self.closed = true;
                vec![ToVisitor::Conv(self.conversation()), ack(cid, 0)]
            }
            other => (!cid_of(other).is_empty()).then(|| ack(cid_of(other), 0)).into_iter().collect(),
        }
    }
}

/// A browser with one page, and the way between.
struct World {
    service: Service,
    client: Client,
    kept: Form,
    composed: String,
    up: VecDeque<FromVisitor>,
    down: VecDeque<ToVisitor>,
    connected: bool,
    reachable: bool,
    last_words_arrive: bool,
    todo: VecDeque<Event>,
    wake: Option<Millis>,
    now: Millis,
    dice: u128,
    outs: Vec<Out>,
}

impl World {
    fn new() -> Self {
        let (client, outs) = Client::begin(
            Begin { online: true, visible: true, secret: "a".repeat(64), ..Begin::default() },
            0,
        );
        let mut world = Self {
            service: Service::default(),
            client,
            kept: Form::new(),
            composed: String::new(),
            up: VecDeque::new(),
            down: VecDeque::new(),
            connected: false,
            reachable: true,
            last_words_arrive: true,
            todo: VecDeque::new(),
            wake: None,
            now: 1_000,
            dice: 7,
            outs: Vec::new(),
        };
        world.does(outs);
        world.tells(Event::Leads);
        world
    }

    /// In a conversation, with an empty way.
    fn talking() -> Self {
        let mut world = Self::new();
        world.acts(Act::Open);
        world.settles();
        world.acts(Act::Start { form: form(), visit: Default::default() });
        world.settles();
        assert_eq!(world.client.conv().map(|it| it.stage), Some(Stage::Active));
        world
    }

    fn at(&mut self) -> At {
        self.dice = self.dice.wrapping_mul(0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645).wrapping_add(11);
        At { now: self.now, dice: format!("{:032x}{:032x}", self.dice, self.dice.rotate_left(64)) }
    }

    fn acts(&mut self, act: Act) {
        self.tells(Event::Act(Box::new(act)));
    }

    fn tells(&mut self, event: Event) {
        let at = self.at();
        let outs = self.client.handle(event, &at);
        self.does(outs);
        while let Some(event) = self.todo.pop_front() {
            let at = self.at();
            let outs = self.client.handle(event, &at);
            self.does(outs);
        }
    }

    fn does(&mut self, outs: Vec<Out>) {
        for out in outs {
            self.outs.push(out.clone());
            match out {
                Out::Save(key, Some(value)) => drop(self.kept.insert(key, value)),
                Out::Save(key, None) => drop(self.kept.remove(&key)),
                Out::Config => self.todo.push_back(Event::Config(Box::new(widget()))),
                Out::Token(asked) if self.reachable => {
                    let token = Token { token: asked.secret.clone(), expires: self.now + 3_600_000 };
                    self.todo.push_back(Event::Token(asked, token));
                }
                Out::Token(asked) => self.todo.push_back(Event::TokenFailed(asked, 0)),
                Out::Connect => {
                    self.connected = self.reachable;
                    self.todo.push_back(if self.reachable { Event::Up(None) } else { Event::Down });
                }
                Out::Hangup => self.is_cut(),
                Out::Say(frame) if self.connected => self.up.push_back(frame),
                Out::Last(_, frames) if self.last_words_arrive => {
                    // Done in their order, up to the first that has to wait.
                    for frame in frames {
                        let answers = self.service.hears(&frame);
                        let waits = |it: &ToVisitor| matches!(it, ToVisitor::Nack { fault, .. } if fault.retry_ms.is_some());
                        if answers.iter().any(waits) {
                            break;
                        }
                    }
                }
                Out::Wake(at) => self.wake = Some(at),
                Out::Compose(text) => self.composed = text,
                Out::Say(_)
                | Out::Last(..)
                | Out::Tell(_)
                | Out::Relay
                | Out::Steal
                | Out::Upload(..)
                | Out::Keep(_)
                | Out::Sweep(_)
                | Out::Forget(..) => {}
                Out::Focus | Out::Show(_) | Out::Unread(_) | Out::Bearer(_) => {}
            }
        }
    }

    fn is_cut(&mut self) {
        self.connected = false;
        self.up.clear();
        self.down.clear();
    }

    /// One frame goes either way.
    fn step(&mut self) -> bool {
        if let Some(frame) = self.up.pop_front() {
            let answers = self.service.hears(&frame);
            self.down.extend(answers);
            return true;
        }
        let Some(frame) = self.down.pop_front() else { return false };
        self.tells(Event::Frame(Box::new(frame)));
        true
    }

    fn passes(&mut self, time: Millis) {
        self.now += time;
        if self.wake.take_if(|wake| *wake <= self.now).is_some() {
            self.tells(Event::Due);
        }
    }

    /// Everything that is due and on its way is done.
    fn settles(&mut self) {
        for _ in 0..200 {
            while self.step() {}
            let still = self.client.outbox().items().iter().any(|it| it.failed.is_none());
            let lacks = self.client.thread().last() < self.service.msgs.len() as u64;
            if !still && !lacks && self.connected {
                return;
            }
            if self.connected {
                self.down.push_back(ToVisitor::Ping);
            }
            self.passes(1_000);
        }
    }

    /// What is on its way arrives.
    fn settles_for_a_moment(&mut self) {
        while self.step() {}
        self.down.push_back(ToVisitor::Ping);
        while self.step() {}
    }

    /// The page is left, and another one comes.
    fn changes_the_page(&mut self) {
        self.tells(Event::Leave);
        self.is_cut();
        self.todo.clear();
        self.wake = None;
        let (kept, online, visible) = (self.kept.clone(), true, true);
        let (client, outs) = Client::begin(Begin { kept, online, visible, ..Begin::default() }, self.now);
        self.client = client;
        self.does(outs);
        self.tells(Event::Leads);
    }
}

fn form() -> Form {
    [("name", "Zoé"), ("email", "zoe@example.test")].map(|(key, value)| (key.into(), value.into())).into()
}

fn widget() -> Widget {
    let field = |key: &str| chat_proto::FormField {
        key: key.into(),
        kind: key.into(),
        required: true,
        ..Default::default()
    };
    Widget { open: true, form: vec![field("name"), field("email")], ..Widget::default() }
}

/// What may happen on the way.
#[derive(Debug, Clone)]
enum Turn {
    Writes,
    Answers,
    Steps(u8),
    Cut,
    Unreachable(bool),
    Waits(u16),
    Slow(u8),
    Page(bool),
    Offline(bool),
}

fn turns() -> impl Strategy<Value = Vec<Turn>> {
    let turn = prop_oneof![
        4 => Just(Turn::Writes),
        2 => Just(Turn::Answers),
        4 => (1u8..6).prop_map(Turn::Steps),
        1 => Just(Turn::Cut),
        1 => any::<bool>().prop_map(Turn::Unreachable),
        3 => (1u16..12_000).prop_map(Turn::Waits),
        1 => (1u8..3).prop_map(Turn::Slow),
        1 => any::<bool>().prop_map(Turn::Page),
        1 => any::<bool>().prop_map(Turn::Offline),
    ];
    prop::collection::vec(turn, 1..60)
}

fn takes(world: &mut World, turn: &Turn, written: &mut Vec<String>) {
    match turn {
        Turn::Writes => {
            written.push(format!("message {}", written.len()));
            world.acts(Act::Send(written[written.len() - 1].clone()));
        }
        Turn::Answers => {
            let msgs = world.service.add(From::Agent, "", "an answer");
            if world.connected {
                world.down.push_back(msgs);
            }
        }
        Turn::Steps(count) => (0..*count).for_each(|_| {
            world.step();
        }),
        Turn::Cut => {
            if world.connected {
                world.is_cut();
                world.tells(Event::Down);
            }
        }
        Turn::Unreachable(is) => world.reachable = !is,
        Turn::Waits(time) => world.passes(Millis::from(*time)),
        Turn::Slow(count) => world.service.slow = *count,
        Turn::Page(words_arrive) => {
            world.last_words_arrive = *words_arrive;
            world.changes_the_page();
        }
        Turn::Offline(is) => world.tells(Event::Online(!is)),
    }
}

proptest! {
    // shows: ERR-04
    // Whatever is cut, refused for a while, left or lost: each message is there once, in the order it was written,
    // and the page shows the thread as the service has it.
    #[test]
    fn each_message_arrives_once_and_in_order(turns in turns()) {
        let mut world = World::talking();
        let mut written = Vec::new();
        for turn in &turns {
            takes(&mut world, turn, &mut written);
        }
        (world.reachable, world.service.slow) = (true, 0);
        world.tells(Event::Online(true));
        world.settles();
        let arrived: Vec<_> =
            world.service.msgs.iter().filter(|it| it.from == From::Visitor).map(|it| it.text.clone()).collect();
        prop_assert_eq!(arrived, written);
        prop_assert_eq!(world.client.thread().msgs(), &world.service.msgs[..]);
        prop_assert!(world.client.outbox().items().is_empty());
        prop_assert!(world.kept.keys().all(|key| !key.starts_with(outbox::PREFIX)), "{:?}", world.kept);
    }
}

// shows: WID-11
#[test]
fn what_is_sent_is_stored_before_the_composer_is_empty() {
    let mut world = World::talking();
    world.outs.clear();
    world.acts(Act::Send("  hello \n".into()));
    let stored = world
        .outs
        .iter()
        .position(|it| matches!(it, Out::Save(key, Some(_)) if key.starts_with(outbox::PREFIX)));
    let cleared = world.outs.iter().position(|it| *it == Out::Compose(String::new()));
    assert!(stored.expect("it is stored") < cleared.expect("it is cleared"));
    world.acts(Act::Send(" \n ".into()));
    world.settles();
    assert_eq!(world.service.msgs.iter().map(|it| it.text.as_str()).collect::<Vec<_>>(), ["hello"]);
}

// shows: WID-07 WID-08
#[test]
fn nothing_is_asked_of_the_service_before_the_form_is_whole_and_two_clicks_are_one() {
    let mut world = World::new();
    world.acts(Act::Open);
    world.settles();
    for (name, email) in [("", ""), ("  ", "zoe@example.test"), ("Zoé", ""), ("Zoé", "zoe@nowhere")] {
        let form: Form = [("name", name), ("email", email)].map(|(key, it)| (key.into(), it.into())).into();
        world.acts(Act::Start { form, visit: Default::default() });
        assert!(!world.client.ui().faults.is_empty(), "{name:?} {email:?}");
        assert!(world.client.outbox().items().is_empty());
    }
    for _ in 0..2 {
        world.acts(Act::Start { form: form(), visit: Default::default() });
    }
    assert_eq!(world.client.outbox().items().len(), 1);
    world.settles();
    assert!(world.client.conv().is_some());
}

// shows: ERR-03 ERR-04
#[test]
fn what_is_refused_for_good_is_marked_and_the_queue_goes_on() {
    let mut world = World::talking();
    for text in ["one", "refused", "two"] {
        world.acts(Act::Send(text.into()));
    }
    world.settles();
    let texts: Vec<_> = world.service.msgs.iter().map(|it| it.text.clone()).collect();
    assert_eq!(texts, ["one", "two"]);
    let failed = world.client.outbox().items()[0].clone();
    assert_eq!(failed.failed.as_deref(), Some("too_long"));
    world.changes_the_page();
    assert_eq!(world.client.outbox().items()[0].failed, failed.failed, "it is still there on the next page");
    world.acts(Act::Resend(failed.cid().to_owned()));
    assert_eq!(world.client.outbox().items()[0].cid(), failed.cid());
    world.acts(Act::Cancel(failed.cid().to_owned()));
    assert!(world.client.outbox().items().is_empty());
}

#[test]
fn what_is_written_into_a_closed_conversation_is_in_the_composer_again() {
    let mut world = World::talking();
    world.service.closed = true;
    world.acts(Act::Draft("and".into()));
    world.acts(Act::Send("too late".into()));
    world.acts(Act::Draft("more".into()));
    world.settles();
    assert_eq!(world.composed, "too late\nmore");
    assert_eq!(world.kept.get("draft").map(String::as_str), Some("too late\nmore"));
    assert_eq!(world.client.ui().band, Some(Band::BackInComposer));
    assert!(world.client.outbox().items().is_empty());
}

// shows: END-01 END-02 END-03 END-04 END-06
#[test]
fn the_end_is_confirmed_and_the_next_one_is_prefilled() {
    let mut world = World::talking();
    world.acts(Act::End);
    assert!(world.client.ui().confirm);
    world.acts(Act::Confirm(false));
    world.settles();
    assert!(!world.service.closed);
    world.acts(Act::End);
    world.acts(Act::Confirm(true));
    world.settles();
    assert!(world.service.closed);
    world.acts(Act::Anew);
    assert_eq!(world.client.conv(), None);
    assert_eq!(world.client.ui().form, form());
    assert_eq!(world.client.thread().last(), 0);
}

// shows: END-06
#[test]
fn what_was_over_comes_back_only_where_it_goes_on() {
    let mut world = World::talking();
    world.acts(Act::End);
    world.acts(Act::Confirm(true));
    world.settles();
    let late = world.service.conversation();
    assert_eq!(late.stage, Stage::Closed);
    world.acts(Act::Anew);
    world.tells(Event::Frame(Box::new(ToVisitor::Conv(late.clone()))));
    assert_eq!(world.client.conv(), None, "another tab still told of it");
    world.tells(Event::Frame(Box::new(ToVisitor::Conv(Conversation { stage: Stage::Active, ..late }))));
    assert!(world.client.conv().is_some(), "an agent has opened it again");
}

// shows: ERR-01
#[test]
fn a_line_that_is_silent_counts_as_lost_and_is_opened_again() {
    let mut world = World::talking();
    world.passes(12_000);
    world.reachable = false;
    world.passes(13_000);
    assert!(world.client.is_cut_off());
    world.reachable = true;
    world.settles();
    assert!(!world.client.is_cut_off());
}

#[test]
fn only_what_has_been_in_sight_is_read() {
    let mut world = World::talking();
    let read = |world: &World| world.kept.get("read").cloned();
    let said = |world: &World| {
        let read = |it: &Out| matches!(it, Out::Say(FromVisitor::Read { .. }));
        world.outs.iter().filter(|it| read(it)).count()
    };
    let comes = |world: &mut World| {
        let msgs = world.service.add(From::Agent, "", "an answer");
        world.down.push_back(msgs);
        world.settles_for_a_moment();
    };
    comes(&mut world);
    assert_eq!((read(&world), said(&world)), (None, 0), "it is below what the visitor looks at");
    world.tells(Event::Sight(1));
    assert_eq!((read(&world).as_deref(), said(&world)), (Some("1"), 1));
    comes(&mut world);
    comes(&mut world);
    world.tells(Event::Sight(2));
    world.tells(Event::Sight(1));
    assert_eq!((read(&world).as_deref(), said(&world)), (Some("2"), 2));
    world.tells(Event::Visible(false));
    world.tells(Event::Sight(3));
    assert_eq!(said(&world), 2, "nobody looks at the page");
    world.tells(Event::Visible(true));
    assert_eq!((read(&world).as_deref(), said(&world)), (Some("3"), 3));
    world.acts(Act::Fold);
    comes(&mut world);
    world.tells(Event::Sight(4));
    assert_eq!((said(&world), world.client.unread), (3, 1), "the window is folded");
}

// shows: FIL-07 FIL-08
#[test]
fn what_cannot_be_sent_is_said_before_it_is_brought() {
    let file =
        |name: &str, bytes| Upload { local: name.into(), name: name.into(), bytes, ..Upload::default() };
    let mut world = World::talking();
    world.acts(Act::Pick(vec![file("whole", 5_242_880)]));
    assert_eq!((world.client.ui().picked.len(), &world.client.ui().band), (1, &None));
    world.acts(Act::Pick(vec![file("large", 5_242_881)]));
    assert_eq!(world.client.ui().band, Some(Band::TooLarge("large".into())));
    world.acts(Act::Pick((0..5).map(|at| file(&at.to_string(), 9)).collect()));
    assert_eq!((world.client.ui().picked.len(), &world.client.ui().band), (1, &Some(Band::TooMany)));
    world.acts(Act::Pick((0..4).map(|at| file(&at.to_string(), 9)).collect()));
    assert_eq!((world.client.ui().picked.len(), &world.client.ui().band), (5, &None));
    world.acts(Act::Drop("whole".into()));
    assert_eq!(world.client.ui().picked.len(), 4);
}

#[test]
fn nothing_of_the_visitor_stays_after_the_log_out() {
    let mut world = World::talking();
    world.acts(Act::Send("one".into()));
    let secret = world.kept.get("secret").cloned();
    world.acts(Act::Logout("b".repeat(64)));
    assert_ne!(world.kept.get("secret").cloned(), secret);
    let left: Vec<_> = world.kept.keys().filter(|it| *it != "secret" && *it != "~open").collect();
    assert!(left.is_empty(), "{left:?}");
}

mod identity;
mod lasting;
mod pages;
