//! Tickets live for minutes, shares for as long as people talk: newer ones come over the session's own links. Their clock is
//! set ahead; nobody waits.
use std::rc::Rc;

use cobrowse_core::{
    command::Mark,
    id::{Incarnation, TabId},
    session::{
        viewer::{Connection, ViewerEvent},
        visitor::VisitorEvent,
    },
    wire::{
        PageKind, TICKETS_SINCE,
        message::{Ask, FromViewer, Presence, Refusal, Tab, ToViewer},
    },
};
use relay::limits::TICKET_RENEWED;
use reqwest::{Client, Response, StatusCode};
use sha2::{Digest, Sha256};
use tokio::task::LocalSet;

use crate::{
    bad_input::Rogue,
    peer::{Viewer, Visitor},
    story::{Share, anchor},
    world::{Browser, SHOP, code},
};

const PIXEL: &[u8] = b"a picture that the page met late";

impl Share {
    /// Half of a ticket's life passes: what page and viewer have from then on.
    async fn brings_newer_tickets(&mut self) -> (String, String) {
        self.visitor.rest();
        self.viewer.rest();
        self.world.server.app.tickets.time_passes(TICKET_RENEWED);
        // The session looks at the clock with whatever comes in.
        self.viewer.does(|viewer, now| viewer.indicate(anchor(1), Mark::Click, now));
        (self.visitor.newer_ticket().await, self.viewer.newer_ticket().await)
    }

    /// The answer when the page gives a picture.
    async fn gives(&self, ticket: &str) -> Response {
        let request = Client::new().put(self.picture()).bearer_auth(ticket).header("origin", SHOP);
        request.header("content-type", "image/png").body(PIXEL).send().await.expect("answered")
    }

    /// The answer when the viewer wants it.
    async fn wants(&self, ticket: &str) -> Response {
        Client::new().get(self.picture()).bearer_auth(ticket).send().await.expect("answered")
    }

    fn picture(&self) -> String {
        let hash = relay::auth::hex(&Sha256::digest(PIXEL));
        self.world.http(&format!("/v1/sessions/{}/assets/{hash}", self.session))
    }

    /// What a page of this browser with this tab is told when it says hello with this ticket.
    async fn refuses(&self, browser: &Rc<Browser>, (ticket, tab): (&str, Tab)) -> Refusal {
        Visitor::comes_with(&self.world, browser, (ticket.to_owned(), tab)).refused().await
    }
}

impl Visitor {
    async fn newer_ticket(&mut self) -> String {
        self.sees(|event| match event {
            VisitorEvent::Ticket(ticket) => Some(ticket),
            _ => None,
        })
        .await
    }

    async fn refused(&mut self) -> Refusal {
        self.sees(|event| match event {
            VisitorEvent::Refused(refusal) => Some(refusal),
            _ => None,
        })
        .await
    }
}

impl Viewer {
    async fn newer_ticket(&mut self) -> String {
        self.sees(|event| match event {
            ViewerEvent::Ticket(ticket) => Some(ticket),
            _ => None,
        })
        .await
    }

    async fn refused(&mut self) -> Refusal {
        self.sees(|event| match event {
            ViewerEvent::Refused(refusal) => Some(refusal),
            _ => None,
        })
        .await
    }
}

#[tokio::test]
async fn a_share_that_outlives_its_tickets_goes_on_after_a_cut_and_shows_pictures() {
    LocalSet::new().run_until(outlives()).await;
}

async fn outlives() {
    let mut share = Share::new().await;
    share.shows(1, b"keyframe").await;
    let (first, viewers_first) = (share.ticket.clone(), share.sophie.ticket(share.session).await);
    let wanted = share.world.metric("tandem_keyframes_wanted_total").await;
    share.brings_newer_tickets().await;
    let (visitors, viewers) = share.brings_newer_tickets().await;

    // What they began with is over, by its own name.
    let tab = share.visitor.tells(|visitor| visitor.tab()).await;
    assert_eq!(share.refuses(&share.browser, (&first, tab)).await, Refusal::TicketExpired);
    let mut late = Viewer::opens(&share.world, viewers_first.clone());
    assert_eq!(late.refused().await, Refusal::TicketExpired);
    let expired = (401, "ticket_expired".to_owned());
    assert_eq!(code(share.gives(&first).await).await, expired);
    assert_eq!(code(share.wants(&viewers_first).await).await, expired);

    // What they have now is good for pictures,
    assert_eq!(share.gives(&visitors).await.status(), StatusCode::CREATED);
    assert_eq!(share.wants(&viewers).await.status(), StatusCode::OK);
    // and for coming back.
    share.visitor.is_cut();
    share.viewer.presence(Presence::Reconnecting).await;
    share.visitor.sends(PageKind::Delta, 1, b"while the page is away");
    share.visitor.is_mended();
    assert_eq!(share.viewer.frame(PageKind::Delta).await.1, b"while the page is away");
    share.viewer.is_cut();
    share
        .viewer
        .sees(|event| matches!(event, ViewerEvent::Connection(Connection::Connecting)).then_some(()))
        .await;
    share.visitor.sends(PageKind::Delta, 1, b"while the viewer is away");
    share.viewer.is_mended();
    assert_eq!(share.viewer.frame(PageKind::Delta).await.1, b"while the viewer is away");
    share.goes_on().await;
    assert_eq!(share.world.metric("tandem_session_events_total{kind=\"resumed\"}").await, 2);
    assert_eq!(share.world.metric("tandem_keyframes_wanted_total").await, wanted);
}

#[tokio::test]
async fn a_newer_ticket_opens_no_more_than_the_one_before() {
    LocalSet::new().run_until(opens_no_more()).await;
}

async fn opens_no_more() {
    let mut share = Share::new().await;
    share.shows(1, b"keyframe").await;
    let ben = share.world.another_agent("ben@demo.tandem", "Ben").await;
    let mut bens = Viewer::opens(&share.world, ben.ticket(share.session).await);
    bens.presence(Presence::Here).await;
    bens.rest();
    let (visitors, viewers) = share.brings_newer_tickets().await;
    let bens_ticket = bens.newer_ticket().await;

    // It is the page's whose key signs, and one tab's at a time.
    let id = TabId::from_random(relay::auth::random().expect("randomness"));
    let tab = share.visitor.tells(|visitor| visitor.tab()).await;
    let other = Tab { id, incarnation: Incarnation(1), ..tab };
    assert_eq!(share.refuses(&Rc::new(Browser::new()), (&visitors, tab)).await, Refusal::ProofInvalid);
    assert_eq!(share.refuses(&share.browser, (&visitors, other)).await, Refusal::TicketInUse);
    assert_eq!(code(share.wants(&visitors).await).await, (401, "ticket_invalid".into()));
    assert_eq!(code(share.gives(&viewers).await).await, (401, "ticket_invalid".into()));
    assert_eq!(code(share.wants(&bens_ticket).await).await, (403, "consent_required".into()));

    // Of an agent who was sent away it is nobody's.
    let gone = accounts::AgentChange { disabled: Some(true), ..accounts::AgentChange::default() };
    let account = accounts::AgentId(ben.me.id.0.into());
    share.world.server.app.accounts.change_agent(account, gone).await.expect("changed");
    assert_eq!(Viewer::opens(&share.world, bens_ticket).refused().await, Refusal::TicketInvalid);
    share.goes_on().await;

    // And what has ended has ended.
    share.visitor.does(|visitor, now| visitor.stop(now));
    share.world.until_ended(share.session).await;
    assert_eq!(share.refuses(&share.browser, (&visitors, tab)).await, Refusal::SessionEnded);
    assert_eq!(Viewer::opens(&share.world, viewers).refused().await, Refusal::SessionEnded);
    assert_eq!(code(share.gives(&visitors).await).await, (410, "session_ended".into()));
}

#[tokio::test]
async fn a_viewer_of_before_is_sent_no_ticket_that_it_could_not_read() {
    LocalSet::new().run_until(of_before()).await;
}

async fn of_before() {
    let mut share = Share::new().await;
    share.shows(1, b"keyframe").await;
    let ben = share.world.another_agent("ben@demo.tandem", "Ben").await;
    let mut old = Rogue::speaks(TICKETS_SINCE - 1, &share, ben.ticket(share.session).await).await;
    share.brings_newer_tickets().await;
    // Said in order: a ticket would come before the answer.
    old.says(&FromViewer::Ask(Ask::Control)).await;
    let answer = old.hears(|message| match message {
        ToViewer::Ticket(_) => Some(None),
        ToViewer::Refused(refusal) => Some(Some(refusal)),
        _ => None,
    });
    assert_eq!(answer.await, Some(Refusal::ConsentRequired));
}
