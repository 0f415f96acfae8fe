//! The page alone, with a relay that checks nothing: what holds here holds whoever speaks.
use std::time::Duration;

use super::*;
use crate::{
    command::{Action, Anchor, Command, Indicate, Mark},
    id::{Incarnation, NodeId, Seq, SessionId},
    session::handshake::Handshake,
    testing::{BEN, Rng, SOPHIE, TAB, card},
    wire::{
        Envelope,
        limits::MAX_MESSAGE,
        message::{Ask, Challenge, Hello, Resume, ToVisitor},
    },
};

/// A page, and the other end of its socket.
struct Page {
    session: VisitorSession,
    relay: Link,
    now: Moment,
    said: Vec<FromVisitor>,
    done: Vec<VisitorEvent>,
}

impl Page {
    fn new() -> Self {
        let mut rng = Rng::new(1);
        let tab = Tab { id: TAB, incarnation: Incarnation(1), epoch: Epoch(3), standing: None };
        let random = Box::new(move || rng.draw());
        let now = Moment::from_millis(1);
        let session = VisitorSession::new(VisitorConfig { ticket: "t".to_owned(), tab, random }, now);
        let mut page = Self { session, relay: Link::new(0), now, said: Vec::new(), done: Vec::new() };
        page.greet();
        page.welcome(11, false);
        page
    }

    fn controlled() -> Self {
        let mut page = Self::new();
        for ask in [Ask::View, Ask::Control] {
            page.hears(&ToVisitor::Asked(card(SOPHIE), ask));
            assert!(page.session.allow(SOPHIE, ask, page.now));
            page.exchange();
        }
        page
    }

    /// Its socket closes, and after a moment it opens another.
    fn is_cut(&mut self) {
        self.session.handle_lane(Lane::WebSocket, false, self.now);
        self.relay.handle_lane(Lane::WebSocket, false, self.now);
        self.now = self.now + Duration::from_secs(1);
        self.session.handle_timeout(self.now);
    }

    fn greet(&mut self) -> Hello {
        self.challenge();
        self.prove()
    }

    fn challenge(&mut self) {
        self.session.handle_lane(Lane::WebSocket, true, self.now);
        self.frame(&Handshake::Challenge(Challenge { nonce: [5; 32] }).encode().expect("short"));
    }

    fn prove(&mut self) -> Hello {
        self.session.provide_proof(vec![1; 64], self.now);
        let (_, bytes) = self.session.poll_transmit(self.now).expect("a hello");
        let Ok(Handshake::Hello(hello)) = Handshake::decode(&bytes) else { panic!("no hello") };
        hello
    }

    fn welcome(&mut self, link: u64, stands: bool) {
        let resume = Resume { link, page: Seq(0), control: Seq(0) };
        let welcome =
            Welcome { session: SessionId::from_random([1; 16]), resume, ticket: "t2".to_owned(), stands };
        self.frame(&Handshake::Welcome(welcome).encode().expect("short"));
        self.relay = Link::new(link);
        self.relay.handle_lane(Lane::WebSocket, true, self.now);
        self.exchange();
    }

    fn frame(&mut self, bytes: &[u8]) {
        self.session.handle_frame(Lane::WebSocket, bytes, self.now).expect("good bytes");
    }

    fn hears(&mut self, said: &ToVisitor) {
        let bytes = message::encode(said).expect("short");
        self.relay.send_control(bytes, Urgency::Normal, self.now).expect("room");
        self.exchange();
    }

    /// Both ends say what they have to say.
    fn exchange(&mut self) {
        for _ in 0..3 {
            while let Some((_, bytes)) = self.session.poll_transmit(self.now) {
                let envelope = Envelope::decode(&bytes, MAX_MESSAGE).expect("ours");
                self.relay.handle(Lane::WebSocket, envelope, self.now).expect("ours");
            }
            while let Some((_, bytes)) = self.relay.poll_transmit(self.now) {
                self.frame(&bytes);
            }
        }
        while let Some(frame) = self.relay.poll_control() {
            self.said.push(message::decode(&frame.payload).expect("ours"));
        }
    }

    fn wait(&mut self, span: Duration) {
        self.now = self.now + span;
        self.relay.handle_timeout(self.now);
        self.session.handle_timeout(self.now);
        self.exchange();
    }

    fn poll(&mut self) {
        while let Some(event) = self.session.poll_event() {
            self.done.push(event);
        }
    }

    fn keeps(&self, ticket: &str) -> bool {
        self.done.iter().any(|event| matches!(event, VisitorEvent::Ticket(it) if it == ticket))
    }

    fn applied(&self) -> usize {
        self.done.iter().filter(|event| event.command().is_some()).count()
    }

    fn refusals(&self) -> usize {
        let refused = |said: &&FromVisitor| matches!(said, FromVisitor::Receipt(_, _, Receipt::NoGrant));
        self.said.iter().filter(refused).count()
    }

    fn grant(&self) -> GrantId {
        self.session.standing().and_then(|it| it.grant).expect("control stands")
    }

    fn command(&mut self, id: u32, grant: GrantId) {
        self.hears(&ToVisitor::Command(
            SOPHIE,
            Command { id: CommandId(id), grant, anchor: here(), action: Action::Hover },
        ));
    }
}

fn here() -> Anchor {
    Anchor { epoch: Epoch(3), node: NodeId::DOCUMENT, x: 0.0, y: 1.0 }
}

#[test]
fn after_the_revoke_nothing_is_applied_though_the_relay_passes_everything() {
    let mut page = Page::controlled();
    let grant = page.grant();
    (0..25).for_each(|id| page.command(id, grant));
    page.poll();
    assert_eq!((page.applied(), page.refusals()), (25, 0));
    page.session.take_back(page.now);
    (25..50).for_each(|id| page.command(id, grant));
    page.exchange();
    page.poll();
    assert_eq!((page.applied(), page.refusals()), (25, 25));
    assert!(page.said.contains(&FromVisitor::Revoked(grant)));
}

#[test]
fn commands_that_wait_to_be_taken_are_recalled() {
    for hold in [VisitorSession::take_back, VisitorSession::hands_on, VisitorSession::stop] {
        let mut page = Page::controlled();
        let grant = page.grant();
        (0..25).for_each(|id| page.command(id, grant));
        hold(&mut page.session, page.now);
        page.exchange();
        page.poll();
        assert_eq!((page.applied(), page.refusals()), (0, 25));
    }
}

#[test]
fn another_agent_cannot_use_the_grant_nor_the_view() {
    let mut page = Page::controlled();
    let (grant, view) = (page.grant(), page.session.standing().expect("a view stands").view.0);
    page.hears(&ToVisitor::Command(
        BEN,
        Command { id: CommandId(1), grant, anchor: here(), action: Action::Hover },
    ));
    let mark = Indicate { view, anchor: here(), mark: Mark::Click };
    page.hears(&ToVisitor::Indicate(BEN, mark));
    page.poll();
    assert_eq!((page.applied(), page.refusals()), (0, 1));
    assert!(!page.done.iter().any(|event| matches!(event, VisitorEvent::Indicate(..))));
    page.hears(&ToVisitor::Indicate(SOPHIE, mark));
    page.poll();
    assert!(page.done.iter().any(|event| matches!(event, VisitorEvent::Indicate(..))));
}

#[test]
fn a_yes_is_for_the_question_that_was_on_the_screen() {
    let mut page = Page::new();
    page.hears(&ToVisitor::Asked(card(BEN), Ask::View));
    assert!(!page.session.allow(SOPHIE, Ask::View, page.now), "Sophie did not ask");
    page.hears(&ToVisitor::Withdrawn(BEN, Ask::View));
    assert!(!page.session.allow(BEN, Ask::View, page.now), "too late");
    assert_eq!(page.session.bar().state, BarState::Hidden);
}

#[test]
fn what_is_taken_back_between_hello_and_welcome_is_told_to_the_new_link() {
    let mut page = Page::controlled();
    let grant = page.grant();
    page.is_cut();
    let hello = page.greet();
    assert_eq!(hello.tab.and_then(|tab| tab.standing).and_then(|it| it.grant), Some(grant));
    page.session.take_back(page.now);
    page.said.clear();
    page.welcome(12, true);
    assert!(page.said.contains(&FromVisitor::Revoked(grant)), "{:?}", page.said);
    assert!(matches!(page.session.bar().state, BarState::Viewing { .. }));
}

#[test]
fn the_newest_ticket_goes_with_the_next_hello() {
    let mut page = Page::new();
    page.hears(&ToVisitor::Ticket("t3".to_owned()));
    page.poll();
    assert!(page.keeps("t3"), "{:?}", page.done);
    page.is_cut();
    assert_eq!(page.greet().ticket, "t3");
    page.welcome(12, false);
    page.is_cut();
    assert_eq!(page.greet().ticket, "t2", "the welcome's");
}

#[test]
fn a_ticket_that_comes_while_the_page_signs_does_not_take_the_place_of_the_signed_one() {
    let mut page = Page::new();
    page.session.handle_lane(Lane::DataChannelReliable, true, page.now);
    page.relay.handle_lane(Lane::DataChannelReliable, true, page.now);
    page.is_cut();
    page.challenge();
    let newer = message::encode(&ToVisitor::Ticket("t3".to_owned())).expect("short");
    page.relay.send_control(newer, Urgency::Normal, page.now).expect("room");
    while let Some((lane, bytes)) = page.relay.poll_transmit(page.now) {
        page.session.handle_frame(lane, &bytes, page.now).expect("good bytes");
    }
    page.poll();
    assert!(page.keeps("t3"), "{:?}", page.done);
    let signed = |event: &VisitorEvent| matches!(event, VisitorEvent::NeedProof(it) if it.ends_with(b"t2"));
    assert!(page.done.iter().any(signed), "{:?}", page.done);
    assert_eq!(page.prove().ticket, "t2");
}

#[test]
fn capture_starts_with_the_yes_and_stops_before_anything_else_is_done() {
    let mut page = Page::controlled();
    page.poll();
    assert!(page.done.iter().any(|event| matches!(event, VisitorEvent::StartCapture)));
    page.wait(Duration::from_millis(50));
    assert!(page.session.page_room(), "as soon as the yes has arrived");
    page.session.stop(page.now);
    assert!(matches!(page.session.poll_event(), Some(VisitorEvent::StopCapture)));
    assert!(!page.session.page_room());
    assert_eq!(page.session.tab().standing, None);
    page.session.send_page(PageKind::Keyframe, Epoch(4), vec![1; 100], page.now);
    page.exchange();
    assert!(page.relay.poll_page().is_none(), "nothing leaves after the stop");
}

#[test]
fn nothing_of_the_page_leaves_before_the_yes() {
    let mut page = Page::new();
    page.hears(&ToVisitor::Asked(card(SOPHIE), Ask::View));
    page.session.send_page(PageKind::Keyframe, Epoch(4), vec![1; 100], page.now);
    page.session.send_pointer(PointerKind::Cursor, Epoch(4), vec![1], page.now);
    page.session.page_info(PageInfo { url: "u".to_owned(), title: "t".to_owned() }, page.now);
    page.exchange();
    assert!(page.relay.poll_page().is_none() && page.relay.poll_pointer().is_none());
    assert_eq!(page.said, []);
    assert!(page.session.allow(SOPHIE, Ask::View, page.now));
    page.exchange();
    assert!(matches!(page.said[..], [FromVisitor::ViewGranted(..), FromVisitor::Page(_)]), "{:?}", page.said);
}
