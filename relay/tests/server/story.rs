//! The main job, end to end: log-in, presence, consent, the page, a late viewer, control, a cut.
use std::rc::Rc;

use cobrowse_core::{
    command::{Action, Anchor, Button, Mark, Receipt},
    consent::Admitted,
    id::{AgentId, Epoch, NodeId, SessionId},
    session::{
        viewer::{Connection, ViewerEvent},
        visitor::VisitorEvent,
    },
    wire::{
        PageKind,
        message::{AgentCard, Ask, EndReason, Presence, ShareState},
    },
};
use tokio::task::LocalSet;

use crate::{
    peer::{Viewer, Visitor},
    world::{Agent, Browser, Socket, World, asked, first_visitor},
};

/// A share that stands: the visitor said yes to Sophie.
pub struct Share {
    pub world: World,
    pub sophie: Agent,
    pub browser: Rc<Browser>,
    pub session: SessionId,
    /// The visitor's ticket.
    pub ticket: String,
    pub visitor: Visitor,
    pub viewer: Viewer,
    /// The waiting page, whose socket stays open beside the share.
    _waiting: Socket,
}

impl Share {
    pub async fn new() -> Self {
        Self::in_world(World::new().await).await
    }

    pub async fn in_world(world: World) -> Self {
        let sophie = world.sophie().await;
        let mut desk = world.socket("/v1/desk", &world.server.url, Some(&sophie.cookie)).await;
        let browser = Rc::new(Browser::new());
        let mut waiting = browser.waits(&world, "/").await;
        sophie.opens_session(first_visitor(&mut desk).await).await;
        let (session, ticket) = asked(&mut waiting).await;
        let mut viewer = Viewer::opens(&world, sophie.ticket(session).await);
        viewer.is_connected().await;
        viewer.does(|viewer, now| viewer.ask(Ask::View, now));
        let mut visitor = Visitor::comes(&world, &browser, ticket.clone());
        visitor.says_yes(Ask::View).await;
        visitor.sees(|event| matches!(event, VisitorEvent::StartCapture).then_some(())).await;
        Self { world, sophie, browser, session, ticket, visitor, viewer, _waiting: waiting }
    }

    /// A keyframe of one epoch, and what the viewer then has.
    pub async fn shows(&mut self, epoch: u32, payload: &[u8]) {
        self.visitor.sends(PageKind::Keyframe, epoch, payload);
        self.visitor.sends(PageKind::KeyframeEnd, epoch, &[0; 8]);
        assert_eq!(self.viewer.frame(PageKind::Keyframe).await, (Epoch(epoch), payload.to_vec()));
        self.viewer.frame(PageKind::KeyframeEnd).await;
    }

    /// A delta still goes from the visitor to the viewer.
    pub async fn goes_on(&mut self) {
        self.visitor.sends(PageKind::Delta, 1, b"goes on");
        assert_eq!(self.viewer.frame(PageKind::Delta).await.1, b"goes on");
    }

    pub async fn grants_control(&mut self) {
        self.viewer.does(|viewer, now| viewer.ask(Ask::Control, now));
        self.visitor.says_yes(Ask::Control).await;
        let controls = |event| matches!(event, ViewerEvent::State(ShareState::Controlling(..))).then_some(());
        self.viewer.sees(controls).await;
    }
}

impl Visitor {
    pub async fn says_yes(&mut self, ask: Ask) {
        assert_eq!(self.says_yes_to(ask).await, "Sophie");
    }

    /// Says yes to the next question of this kind, and tells whose it was.
    pub async fn says_yes_to(&mut self, ask: Ask) -> String {
        loop {
            self.sees(|event| matches!(event, VisitorEvent::BarChanged).then_some(())).await;
            let question = self.tells(|visitor| visitor.bar().question).await;
            if let Some(question) = question.filter(|question| question.ask == ask) {
                let agent = question.agent.id;
                self.does(move |visitor, now| assert!(visitor.allow(agent, ask, now), "the question stands"));
                return question.agent.name;
            }
        }
    }

    pub fn sends(&self, kind: PageKind, epoch: u32, payload: &[u8]) {
        let payload = payload.to_vec();
        self.does(move |visitor, now| visitor.send_page(kind, Epoch(epoch), payload, now));
    }

    /// Applies the next command, as an injector that finds its element.
    pub async fn applies(&mut self) -> (AgentId, Action) {
        let (agent, command) = self
            .sees(|event| match event {
                VisitorEvent::Apply(agent, command) => Some((agent, Admitted::into_inner(command))),
                _ => None,
            })
            .await;
        let id = command.id;
        self.does(move |visitor, now| visitor.receipt(agent, id, Receipt::Applied, now));
        (agent, command.action)
    }
}

impl Viewer {
    pub async fn frame(&mut self, wanted: PageKind) -> (Epoch, Vec<u8>) {
        self.sees(|event| match event {
            ViewerEvent::Page(kind, epoch, payload) if kind == wanted => Some((epoch, payload)),
            _ => None,
        })
        .await
    }

    pub async fn receipt(&mut self) -> Receipt {
        self.sees(|event| match event {
            ViewerEvent::Receipt(_, receipt) => Some(receipt),
            _ => None,
        })
        .await
    }

    pub async fn ended(&mut self) -> EndReason {
        self.sees(|event| match event {
            ViewerEvent::Ended(reason) => Some(reason),
            _ => None,
        })
        .await
    }

    pub async fn is_connected(&mut self) {
        self.sees(|event| matches!(event, ViewerEvent::Connection(Connection::Connected)).then_some(()))
            .await;
    }

    pub async fn presence(&mut self, wanted: Presence) {
        self.sees(|event| (matches!(event, ViewerEvent::Presence(it) if it == wanted)).then_some(())).await;
    }

    pub fn clicks(&self, epoch: u32) {
        let action = Action::Click { button: Button::Main, count: 1, modifiers: Default::default() };
        self.does(move |viewer, now| {
            viewer.command(anchor(epoch), action, now);
        });
    }
}

pub fn anchor(epoch: u32) -> Anchor {
    Anchor { epoch: Epoch(epoch), node: NodeId::DOCUMENT, x: 0.5, y: 0.5 }
}

#[tokio::test]
async fn an_agent_sees_points_and_controls_until_the_visitor_takes_it_back() {
    LocalSet::new().run_until(main_job()).await;
}

async fn main_job() {
    let mut share = Share::new().await;
    share.shows(1, b"keyframe").await;
    share.visitor.sends(PageKind::Delta, 1, b"first delta");
    assert_eq!(share.viewer.frame(PageKind::Delta).await.1, b"first delta");

    share.viewer.does(|viewer, now| viewer.indicate(anchor(1), Mark::Click, now));
    let pointed = share.visitor.sees(|event| match event {
        VisitorEvent::Indicate(AgentCard { name, .. }, mark) => Some((name, mark.get().mark)),
        _ => None,
    });
    assert_eq!(pointed.await, ("Sophie".to_owned(), Mark::Click));

    share.viewer.clicks(1);
    assert_eq!(share.viewer.receipt().await, Receipt::NoGrant, "seeing is not controlling");
    share.grants_control().await;
    share.viewer.clicks(1);
    assert_eq!(share.visitor.applies().await.0, share.sophie.me.id);
    assert_eq!(share.viewer.receipt().await, Receipt::Applied);

    share.visitor.does(|visitor, now| visitor.take_back(now));
    share
        .viewer
        .sees(|event| matches!(event, ViewerEvent::State(ShareState::Viewing(_))).then_some(()))
        .await;
    share.viewer.clicks(1);
    assert_eq!(share.viewer.receipt().await, Receipt::NoGrant);
    assert!(!share.visitor.rest().iter().any(|event| matches!(event, VisitorEvent::Apply(..))));

    share.visitor.does(|visitor, now| visitor.stop(now));
    assert_eq!(share.viewer.ended().await, EndReason::VisitorStopped);
    check_audit(&share).await;
}

/// Who did what, in order, in a chain that is whole.
async fn check_audit(share: &Share) {
    let app = &share.world.server.app;
    share.world.until_ended(share.session).await;
    let log = app.audit.of(share.session).await.expect("read");
    let log: Vec<_> = log.iter().map(|(actor, event)| format!("{actor} {event}")).collect();
    expect_test::expect![[r#"
        agent:1 opened
        agent:1 view_asked agent=1
        visitor view_granted agent=1
        agent:1 pointed agent=1
        agent:1 control_asked agent=1
        visitor control_granted agent=1
        visitor control_revoked agent=1
        visitor ended reason=visitor_stopped"#]]
    .assert_eq(&log.join("\n"));
    let verdict = relay::records::audit::verify(share.world.server.store()).await.expect("read");
    assert!(matches!(verdict, relay::records::audit::Verdict::Whole { entries: 8, .. }), "{verdict:?}");
}

#[tokio::test]
async fn a_viewer_that_comes_late_paints_from_the_relay() {
    LocalSet::new().run_until(late_viewer()).await;
}

async fn late_viewer() {
    let mut share = Share::new().await;
    share.shows(1, &vec![7; 100_000]).await;
    share.visitor.sends(PageKind::Delta, 1, b"delta");
    share.viewer.frame(PageKind::Delta).await;
    let wanted = share.world.metric("tandem_keyframes_wanted_total").await;
    // A reload: the same agent, another tab, and the yes still stands.
    let mut again = Viewer::opens(&share.world, share.sophie.ticket(share.session).await);
    assert_eq!(again.frame(PageKind::Keyframe).await.1.len(), 100_000);
    assert_eq!(again.frame(PageKind::Delta).await.1, b"delta");
    assert_eq!(share.world.metric("tandem_keyframes_wanted_total").await, wanted, "the visitor is not asked");
}

#[tokio::test]
async fn another_agent_sees_nothing_before_a_yes_of_its_own() {
    LocalSet::new().run_until(another_agent()).await;
}

async fn another_agent() {
    let mut share = Share::new().await;
    share.shows(1, b"keyframe").await;
    let ben = share.world.another_agent("ben@demo.tandem", "Ben").await;
    let mut other = Viewer::opens(&share.world, ben.ticket(share.session).await);
    other.presence(Presence::Here).await;
    other.clicks(1);
    assert_eq!(other.receipt().await, Receipt::NoGrant);
    share.visitor.sends(PageKind::Delta, 1, b"for Sophie");
    share.viewer.frame(PageKind::Delta).await;
    assert!(!other.rest().iter().any(|event| matches!(event, ViewerEvent::Page(..))));
}

#[tokio::test]
async fn a_cut_loses_nothing_and_asks_for_nothing() {
    LocalSet::new().run_until(cut()).await;
}

async fn cut() {
    let mut share = Share::new().await;
    share.shows(1, b"keyframe").await;
    let wanted = share.world.metric("tandem_keyframes_wanted_total").await;
    share.visitor.is_cut();
    share.viewer.presence(Presence::Reconnecting).await;
    for number in 0..20_u8 {
        share.visitor.sends(PageKind::Delta, 1, &[number]);
    }
    share.visitor.is_mended();
    for number in 0..20_u8 {
        assert_eq!(share.viewer.frame(PageKind::Delta).await.1, [number], "in order, none lost, none twice");
    }
    share.viewer.is_cut();
    share.visitor.sends(PageKind::Delta, 1, b"while the viewer is away");
    share.viewer.is_mended();
    assert_eq!(share.viewer.frame(PageKind::Delta).await.1, b"while the viewer is away");
    assert_eq!(share.world.metric("tandem_keyframes_wanted_total").await, wanted);
}

#[tokio::test]
async fn what_differs_is_counted_once_on_either_side() {
    LocalSet::new().run_until(differences()).await;
}

async fn differences() {
    let mut share = Share::new().await;
    share.shows(1, b"keyframe").await;
    let counted = async |share: &Share, kind: &str| {
        share.world.metric(&format!("tandem_divergence_total{{kind=\"{kind}\"}}")).await
    };
    share.visitor.does(|visitor, now| visitor.diverged(1, now));
    // The same page, by two of the agent's looks at it; and one that nobody has any more.
    for epoch in [1, 1, 0] {
        share.viewer.does(move |viewer, now| viewer.diverged(Epoch(epoch), now));
    }
    // Said in order: when this has come through, so has all before.
    share.viewer.does(|viewer, now| viewer.indicate(anchor(1), Mark::Click, now));
    share.visitor.sees(|event| matches!(event, VisitorEvent::Indicate(..)).then_some(())).await;
    share.visitor.does(|visitor, now| visitor.diverged(2, now));
    share.visitor.does(|visitor, now| visitor.stop(now));
    assert_eq!(share.viewer.ended().await, EndReason::VisitorStopped);
    assert_eq!((counted(&share, "wire").await, counted(&share, "capture").await), (1, 3));
}
