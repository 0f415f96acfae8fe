//! Bad input at the session's socket: each its own code, logged and counted, and the others go on.
use std::rc::Rc;

use cobrowse_core::{
    command::{Action, Command, Navigation, Receipt},
    id::{CommandId, Epoch, GrantId, Incarnation, Seq, SessionId, TabId},
    session::{handshake::Handshake, visitor::VisitorEvent},
    wire::{
        Channel, Envelope, OLDEST_VERSION, PROTOCOL_VERSION, PageKind,
        message::{Ask, FromViewer, Hello, Refusal, ShareState, Tab, ToViewer},
    },
};
use futures_util::{SinkExt, StreamExt};
use relay::auth::ticket::{Bearer, Claims, PageKey};
use tokio::task::LocalSet;
use tokio_tungstenite::tungstenite::Message;

use crate::{
    peer::Visitor,
    story::{Share, anchor},
    world::{Agent, Browser, SHOP, Socket, World, asked, closed, first_visitor},
};

/// A visitor who waits, an agent, and the session that is open between them.
struct Asked {
    world: World,
    sophie: Agent,
    browser: Rc<Browser>,
    session: SessionId,
    ticket: String,
}

impl Asked {
    async fn new() -> Self {
        let world = World::new().await;
        let sophie = world.sophie().await;
        let mut desk = world.socket("/v1/desk", &world.server.url, Some(&sophie.cookie)).await;
        let browser = Rc::new(Browser::new());
        let mut page = browser.waits(&world, "/").await;
        sophie.opens_session(first_visitor(&mut desk).await).await;
        let (session, ticket) = asked(&mut page).await;
        Self { world, sophie, browser, session, ticket }
    }

    /// Says a hello on a fresh socket and gives the socket.
    async fn says(&self, origin: &str, hello: impl FnOnce([u8; 32]) -> Vec<u8>) -> Socket {
        let mut socket = self.world.socket("/v1/session", origin, None).await;
        let nonce = nonce(&mut socket).await;
        socket.send(Message::binary(hello(nonce))).await.expect("sent");
        socket
    }

    /// A visitor's hello that is right in everything.
    fn hello(&self, ticket: &str, nonce: [u8; 32]) -> Hello {
        let proof = self.browser.sign(&[&nonce, ticket.as_bytes()].concat());
        Hello {
            version: PROTOCOL_VERSION,
            ticket: ticket.to_owned(),
            proof: Some(proof),
            tab: Some(Tab {
                id: TabId::from_random(relay::auth::random().expect("randomness")),
                incarnation: Incarnation(1),
                epoch: Epoch(0),
                standing: None,
            }),
            resume: None,
        }
    }

    /// What a visitor's hello, changed by `change`, is refused with.
    async fn refuses(&self, origin: &str, change: impl FnOnce(&mut Hello)) -> Refusal {
        let socket = self.says(origin, |nonce| {
            let mut hello = self.hello(&self.ticket, nonce);
            change(&mut hello);
            Handshake::Hello(hello).encode().expect("short")
        });
        refusal(&mut socket.await).await
    }

    /// A ticket for this visitor that ended just now.
    fn expired(&self) -> String {
        let key = PageKey::from_spki(&self.browser.spki()).expect("a key");
        let tickets = &self.world.server.app.tickets;
        let visitor = tickets.visitor("demo", &key);
        let bearer = Bearer::Visitor { visitor, site: "demo".into(), key };
        let claims = Claims { session: self.session, bearer, expires_ms: relay::records::now_ms() };
        tickets.sign(&claims).expect("signed")
    }
}

async fn nonce(socket: &mut Socket) -> [u8; 32] {
    let Some(Ok(Message::Binary(bytes))) = socket.next().await else { panic!("the challenge comes first") };
    let Ok(Handshake::Challenge(challenge)) = Handshake::decode(&bytes) else {
        panic!("the challenge comes first")
    };
    challenge.nonce
}

/// The refusal that a socket is told, with the close code that belongs to it.
async fn refusal(socket: &mut Socket) -> Refusal {
    let bytes = match socket.next().await {
        Some(Ok(Message::Binary(bytes))) => bytes,
        other => panic!("{other:?} where a refusal was expected"),
    };
    let Ok(Handshake::Refused(refusal)) = Handshake::decode(&bytes) else { panic!("a refusal was expected") };
    let frame = closed(socket).await;
    assert_eq!((u16::from(frame.code), frame.reason.as_str()), (refusal.close_code(), refusal.code()));
    refusal
}

type Change = Box<dyn FnOnce(&mut Hello)>;

#[tokio::test]
async fn every_bad_hello_has_its_own_code_and_is_counted() {
    let asked = Asked::new().await;
    let expired = asked.expired();
    let other = if asked.ticket.starts_with('A') { 'B' } else { 'A' };
    let forged = format!("{other}{}", &asked.ticket[1..]);
    let cases: Vec<(&str, Change, Refusal)> = vec![
        ("http://evil.localhost", Box::new(|_| ()), Refusal::WrongOrigin),
        (SHOP, Box::new(|hello| hello.version = 0), Refusal::VersionUnsupported),
        (SHOP, Box::new(|hello| hello.version = PROTOCOL_VERSION + 1), Refusal::VersionUnsupported),
        // A page that was opened before the server was renewed is served: what is refused is something else.
        (
            SHOP,
            Box::new(|hello| (hello.version, hello.proof) = (OLDEST_VERSION, None)),
            Refusal::ProofInvalid,
        ),
        (SHOP, Box::new(move |hello| hello.ticket = forged), Refusal::TicketInvalid),
        (SHOP, Box::new(move |hello| hello.ticket = expired), Refusal::TicketExpired),
        (SHOP, Box::new(|hello| hello.proof = None), Refusal::ProofInvalid),
        (SHOP, Box::new(|hello| hello.proof = Some(vec![7; 64])), Refusal::ProofInvalid),
        (SHOP, Box::new(|hello| hello.tab = None), Refusal::Malformed),
    ];
    for (origin, change, expected) in cases {
        let before = asked.world.refusals(expected.code()).await;
        assert_eq!(asked.refuses(origin, change).await, expected);
        assert_eq!(asked.world.refusals(expected.code()).await, before + 1, "{expected:?} is counted once");
    }
}

#[tokio::test]
async fn a_copied_ticket_is_useless_without_the_pages_key() {
    let asked = Asked::new().await;
    let thief = Browser::new();
    let ticket = asked.ticket.clone();
    let mut socket = asked
        .says(SHOP, |nonce| {
            let mut hello = asked.hello(&ticket, nonce);
            hello.proof = Some(thief.sign(&[&nonce, ticket.as_bytes()].concat()));
            Handshake::Hello(hello).encode().expect("short")
        })
        .await;
    assert_eq!(refusal(&mut socket).await, Refusal::ProofInvalid);
    // A proof that was seen once does not fit the next nonce.
    let mut socket =
        asked.says(SHOP, |_| Handshake::Hello(asked.hello(&ticket, [0; 32])).encode().expect("short")).await;
    assert_eq!(refusal(&mut socket).await, Refusal::ProofInvalid);
}

#[tokio::test]
async fn a_viewers_ticket_is_for_the_desks_pages() {
    let asked = Asked::new().await;
    let ticket = asked.sophie.ticket(asked.session).await;
    let hello = |version| {
        let hello = Hello { version, ticket: ticket.clone(), proof: None, tab: None, resume: None };
        Handshake::Hello(hello).encode().expect("short")
    };
    let mut socket = asked.says(SHOP, |_| hello(PROTOCOL_VERSION)).await;
    assert_eq!(refusal(&mut socket).await, Refusal::WrongOrigin);
    let mut socket = asked.says(&asked.world.server.url, |_| hello(9)).await;
    assert_eq!(refusal(&mut socket).await, Refusal::VersionUnsupported);
}

#[tokio::test]
async fn another_versions_hello_need_not_decode_to_be_told_so() {
    let asked = Asked::new().await;
    // Version 7, and then what only version 7 reads.
    let payload = vec![7, 0xff, b'x'];
    let envelope = |payload| {
        let (channel, seq, epoch) = (Channel::Control, Seq(0), Epoch(0));
        Envelope { channel, kind: 2, more: false, seq, epoch, payload }.encode()
    };
    let mut socket = asked.says(SHOP, |_| envelope(payload)).await;
    assert_eq!(refusal(&mut socket).await, Refusal::VersionUnsupported);
    for bytes in [vec![], vec![0xff; 40], envelope(vec![1]), envelope(vec![0x80])] {
        let mut socket = asked.says(SHOP, |_| bytes.clone()).await;
        assert_eq!(refusal(&mut socket).await, Refusal::Malformed, "{bytes:?}");
    }
}

#[tokio::test]
async fn texts_and_giant_messages_are_refused() {
    let asked = Asked::new().await;
    let mut socket = asked.world.socket("/v1/session", SHOP, None).await;
    nonce(&mut socket).await;
    socket.send(Message::text("hello")).await.expect("sent");
    assert_eq!(refusal(&mut socket).await, Refusal::Malformed);
    let mut socket = asked.says(SHOP, |_| vec![0; 1 << 20]).await;
    assert_eq!(refusal(&mut socket).await, Refusal::TooLarge);
}

#[tokio::test]
async fn a_session_that_ended_stays_ended() {
    let asked = Asked::new().await;
    asked
        .world
        .server
        .app
        .sessions
        .find(&asked.world.server.app, asked.session)
        .await
        .expect("runs")
        .end()
        .await;
    asked.world.until_ended(asked.session).await;
    assert_eq!(asked.refuses(SHOP, |_| ()).await, Refusal::SessionEnded);
    let answer =
        asked.sophie.request(reqwest::Method::POST, &format!("/v1/sessions/{}/ticket", asked.session));
    assert_eq!(
        crate::world::code(answer.send().await.expect("answered")).await,
        (410, "session_ended".into())
    );
}

/// A viewer that obeys nothing but the handshake.
pub struct Rogue {
    socket: Socket,
    seq: u32,
}

impl Rogue {
    async fn joins(share: &Share, ticket: String) -> Self {
        Self::speaks(PROTOCOL_VERSION, share, ticket).await
    }

    /// Of this version.
    pub async fn speaks(version: u16, share: &Share, ticket: String) -> Self {
        let mut socket = share.world.socket("/v1/session", &share.world.server.url, None).await;
        nonce(&mut socket).await;
        let hello = Hello { version, ticket, proof: None, tab: None, resume: None };
        socket.send(Message::binary(Handshake::Hello(hello).encode().expect("short"))).await.expect("sent");
        let Some(Ok(Message::Binary(bytes))) = socket.next().await else { panic!("welcome") };
        assert!(matches!(Handshake::decode(&bytes), Ok(Handshake::Welcome(_))));
        Self { socket, seq: 0 }
    }

    pub async fn says(&mut self, message: &FromViewer) {
        self.seq += 1;
        let (seq, payload) = (Seq(self.seq), cobrowse_core::wire::message::encode(message).expect("short"));
        let envelope =
            Envelope { channel: Channel::Control, kind: 0, more: false, seq, epoch: Epoch(0), payload };
        self.socket.send(Message::binary(envelope.encode())).await.expect("sent");
    }

    /// The first message of the server that `pick` takes.
    pub async fn hears<T>(&mut self, pick: impl Fn(ToViewer) -> Option<T>) -> T {
        loop {
            let bytes = match self.socket.next().await {
                Some(Ok(Message::Binary(bytes))) => bytes,
                other => panic!("{other:?} where a message was expected"),
            };
            let envelope = Envelope::decode(&bytes, 1 << 20).expect("an envelope");
            if envelope.channel == Channel::Control
                && let Ok(message) = cobrowse_core::wire::message::decode(&envelope.payload)
                && let Some(found) = pick(message)
            {
                return found;
            }
        }
    }

    /// The refusal and the close that end the socket.
    async fn is_refused(&mut self) -> Refusal {
        let mut last = None;
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Binary(bytes))) => last = Some(bytes),
                Some(Ok(Message::Close(frame))) => {
                    let bytes = last.expect("a refusal before the close");
                    let Ok(Handshake::Refused(refusal)) = Handshake::decode(&bytes) else {
                        panic!("a refusal")
                    };
                    assert_eq!(u16::from(frame.expect("a code").code), refusal.close_code());
                    return refusal;
                }
                Some(Ok(_)) => {}
                other => panic!("{other:?} before the close"),
            }
        }
    }
}

#[tokio::test]
async fn control_without_consent_reaches_nobody() {
    LocalSet::new().run_until(without_consent()).await;
}

async fn without_consent() {
    let mut share = Share::new().await;
    share.shows(1, b"keyframe").await;
    let ben = share.world.another_agent("ben@demo.tandem", "Ben").await;
    let mut rogue = Rogue::joins(&share, ben.ticket(share.session).await).await;
    let command = Command {
        id: CommandId(7),
        grant: GrantId::from_random([9; 8]),
        anchor: anchor(1),
        action: Action::Navigate(Navigation::Back),
    };
    rogue.says(&FromViewer::Command(command)).await;
    let receipt = rogue.hears(|message| match message {
        ToViewer::Receipt(id, receipt) => Some((id, receipt)),
        _ => None,
    });
    assert_eq!(receipt.await, (CommandId(7), Receipt::NoGrant));
    rogue.says(&FromViewer::Ask(Ask::Control)).await;
    let refused = rogue.hears(|message| match message {
        ToViewer::Refused(refusal) => Some(refusal),
        _ => None,
    });
    assert_eq!(refused.await, Refusal::ConsentRequired);
    assert_eq!(share.world.refusals("consent_required").await, 1);
    assert_eq!(share.world.metric("tandem_session_events_total{kind=\"command_dropped\"}").await, 1);
    share.goes_on().await;
    assert!(!share.visitor.rest().iter().any(|event| matches!(event, VisitorEvent::Apply(..))));
}

#[tokio::test]
async fn malformed_and_oversized_frames_end_their_sender_alone() {
    LocalSet::new().run_until(malformed()).await;
}

async fn malformed() {
    let mut share = Share::new().await;
    share.shows(1, b"keyframe").await;
    let ben = share.world.another_agent("ben@demo.tandem", "Ben").await;
    let control = |seq: u32, payload: Vec<u8>| {
        let (channel, seq, epoch) = (Channel::Control, Seq(seq), Epoch(0));
        Message::binary(Envelope { channel, kind: 0, more: false, seq, epoch, payload }.encode())
    };
    for (message, expected) in [
        (Message::binary(vec![]), Refusal::Malformed),
        (Message::binary(vec![0xff; 30]), Refusal::Malformed),
        (control(1, vec![0xc1; 9]), Refusal::Malformed),
        (control(1, vec![0x91; 9_000]), Refusal::Malformed),
        (Message::binary(vec![1; 40_000]), Refusal::TooLarge),
        (Message::binary(vec![1; 400_000]), Refusal::TooLarge),
        (Message::text("{}"), Refusal::Malformed),
    ] {
        let before = share.world.refusals(expected.code()).await;
        let mut rogue = Rogue::joins(&share, ben.ticket(share.session).await).await;
        rogue.socket.send(message).await.expect("sent");
        assert_eq!(rogue.is_refused().await, expected);
        assert_eq!(share.world.refusals(expected.code()).await, before + 1, "counted once");
        share.goes_on().await;
    }
}

#[tokio::test]
async fn a_second_tab_with_the_same_ticket_is_told_so_and_the_first_goes_on() {
    LocalSet::new().run_until(second_tab()).await;
}

async fn second_tab() {
    let mut share = Share::new().await;
    share.shows(1, b"keyframe").await;
    let mut second = Visitor::comes(&share.world, &share.browser, share.ticket.clone());
    let refused = second.sees(|event| match event {
        VisitorEvent::Refused(refusal) => Some(refusal),
        _ => None,
    });
    assert_eq!(refused.await, Refusal::TicketInUse);
    assert_eq!(share.world.refusals("ticket_in_use").await, 1);
    share.goes_on().await;
}

#[tokio::test]
async fn a_newer_page_of_the_tab_fences_the_older_one() {
    LocalSet::new().run_until(fenced()).await;
}

async fn fenced() {
    let mut share = Share::new().await;
    share.shows(1, b"keyframe").await;
    let mut tab = share.visitor.tells(|visitor| visitor.tab()).await;
    tab.incarnation = Incarnation(tab.incarnation.0 + 1);
    let mut next = Visitor::comes_with(&share.world, &share.browser, (share.ticket.clone(), tab));
    let refused = share.visitor.sees(|event| match event {
        VisitorEvent::Refused(refusal) => Some(refusal),
        _ => None,
    });
    assert_eq!(refused.await, Refusal::Fenced);
    next.sees(|event| matches!(event, VisitorEvent::StartCapture).then_some(())).await;
    next.sends(PageKind::Keyframe, 2, b"the next page");
    assert_eq!(share.viewer.frame(PageKind::Keyframe).await, (Epoch(2), b"the next page".to_vec()));
}

#[tokio::test]
async fn a_viewer_that_reads_nothing_costs_the_others_nothing() {
    LocalSet::new().run_until(stalled()).await;
}

async fn stalled() {
    let mut share = Share::new().await;
    share.shows(1, b"keyframe").await;
    let ben = share.world.another_agent("ben@demo.tandem", "Ben").await;
    let mut rogue = Rogue::joins(&share, ben.ticket(share.session).await).await;
    rogue.says(&FromViewer::Ask(Ask::View)).await;
    assert_eq!(share.visitor.says_yes_to(Ask::View).await, "Ben");
    let viewing = |message| matches!(message, ToViewer::State(ShareState::Viewing(_))).then_some(());
    rogue.hears(viewing).await;
    // From here on nobody reads Ben's socket.
    for number in 0..40_u8 {
        share.visitor.sends(PageKind::Delta, 1, &vec![number; 100_000]);
        assert_eq!(share.viewer.frame(PageKind::Delta).await.1, vec![number; 100_000]);
    }
    drop(rogue);
    share.goes_on().await;
}
