//! Control that is taken back in the middle of a burst: what comes after it is refused, by the server's gate and, where
//! that is passed or missing, by the visitor's page alone.
#![cfg(target_os = "linux")]

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use cobrowse_core::{
    command::Receipt,
    wire::message::{Ask, ShareState},
};
use tests::{
    bare::{BareAgent, Gateless},
    browser::Kind,
    closed::Spot,
    lab::{Conditions, Way},
    lab_stage::{Alone, tell_alone},
    visitor::Visitor,
    wait::{eval, until},
};

/// Quicker than any hand.
const EVERY: Duration = Duration::from_millis(20);
/// As long as commands travel to the page: so many are past the server's gate when they are taken back.
const FAR: Duration = Duration::from_secs(2);
/// Control waits for so long after the visitor's last movement, whether it is taken back or not.
const HANDS_REST: Duration = Duration::from_secs(1);
/// So many commands arrive meanwhile: those say nothing.
const WHILE_HANDS_REST: usize = (HANDS_REST.as_millis() / EVERY.as_millis()) as usize;

macro_rules! in_browsers {
    ($($story:ident),+) => {$(
        mod $story {
            #[tokio::test]
            async fn chromium() {
                super::tell_alone(stringify!($story), super::Kind::Chromium, super::$story).await;
            }
            #[tokio::test]
            async fn firefox() {
                super::tell_alone(stringify!($story), super::Kind::Firefox, super::$story).await;
            }
        }
    )+};
}

in_browsers!(
    nothing_of_a_burst_is_applied_after_the_revoke,
    nothing_is_applied_after_the_revoke_where_no_gate_is_before_the_page
);

async fn nothing_of_a_burst_is_applied_after_the_revoke(stage: &Alone) -> Result<()> {
    let visitor = &stage.visitor;
    has_a_bell(visitor).await?;
    let mut agent = BareAgent::comes(stage, "bell").await?;
    agent.does(|agent, now| agent.asks(Ask::View, now));
    agent.during(allows(visitor, "would like to see this page")).await?;
    agent.until("the bell", |agent| agent.has_found_it().then_some(())).await?;
    agent.does(|agent, now| agent.asks(Ask::Control, now));
    agent.during(allows(visitor, "would like to control this page")).await?;
    let hand = agent.during(rests_on(visitor, "take-back")).await?;
    agent.until("control without the visitor's hand", |agent| controls(agent.state())).await?;

    let far = Conditions { delay: FAR, ..Conditions::default() };
    stage.lab.link.set_way(Way::ToPeople, far);
    let revoking = async {
        until(visitor.window(), "forty commands", "window.rung >= 40").await?;
        hand.presses(visitor).await?;
        visitor.is_told("Sophie sees this page").await
    };
    agent.repeating(EVERY, BareAgent::clicks, revoking).await?;
    agent.until("each command's receipt", |agent| (agent.receipts.len() == agent.sent).then_some(())).await?;

    let (applied, refused) = (agent.peer.count(Receipt::Applied), agent.peer.count(Receipt::NoGrant));
    ensure!(applied + refused == agent.peer.sent, "other receipts: {:?}", agent.peer.receipts.values());
    let at_the_gate = stage.counted("tandem_session_events_total{kind=\"command_dropped\"}") as usize;
    let at_the_page = refused - at_the_gate;
    ensure!(at_the_page >= WHILE_HANDS_REST + 20, "{at_the_page} of {refused} came to the page after it");
    is_silent_since(visitor, applied).await
}

async fn nothing_is_applied_after_the_revoke_where_no_gate_is_before_the_page(stage: &Alone) -> Result<()> {
    let visitor = &stage.visitor;
    has_a_bell(visitor).await?;
    let mut middle = Gateless::stands(stage, "bell").await?;
    middle.does(|middle, now| middle.asks(Ask::View, now));
    middle.during(allows(visitor, "would like to see this page")).await?;
    middle.until("the bell", |middle| (middle.views && middle.has_found_it()).then_some(())).await?;
    middle.does(|middle, now| middle.asks(Ask::Control, now));
    middle.during(allows(visitor, "would like to control this page")).await?;
    let hand = middle.during(rests_on(visitor, "take-back")).await?;
    middle.until("control", |middle| middle.grant.filter(|_| !middle.hands_on)).await?;
    // In the middle of so much text nobody could take it back: none of it is typed.
    middle.does(|middle, now| middle.types("x".repeat(60_000), now));
    let said = middle.until("its receipt", |middle| middle.receipts.values().next().copied()).await?;
    ensure!(said == Receipt::Refused, "60,000 letters at one go: {said:?}");

    let revoking = async {
        until(visitor.window(), "forty commands", "window.rung >= 40").await?;
        hand.presses(visitor).await
    };
    middle.repeating(EVERY, Gateless::clicks, revoking).await?;
    let rested = async {
        // waits: the visitor's hand rests, and the burst goes on.
        tokio::time::sleep(2 * HANDS_REST).await;
        Ok(())
    };
    middle.repeating(EVERY, Gateless::clicks, rested).await?;
    ensure!(middle.peer.revoked, "control was taken back");
    let before = middle.peer.sent();
    (0..40).for_each(|_| middle.does(Gateless::clicks));
    let all = before + 40;
    middle.until("each command's receipt", |middle| (middle.receipts.len() == all).then_some(())).await?;

    let (applied, refused) = (middle.peer.count(Receipt::Applied), middle.peer.count(Receipt::NoGrant));
    ensure!(applied + refused + 1 == all, "other receipts: {:?}", middle.peer.receipts.values());
    is_silent_since(visitor, applied).await
}

/// Opens a page where something counts each click that reaches it, and how many there were when the visitor pressed.
async fn has_a_bell(visitor: &Visitor) -> Result<()> {
    visitor.opens("/products?lang=en").await?;
    let bell = "const bell = document.createElement('button');
        bell.id = 'bell';
        bell.textContent = 'Bell';
        window.rung = 0;
        bell.addEventListener('click', () => { window.rung += 1; });
        window.addEventListener('click', (event) => {
          if (event.isTrusted) window.rungBefore = window.rung;
        }, true);
        document.querySelector('h1').after(bell);";
    visitor.window().execute(bell, Vec::new()).await?;
    Ok(())
}

async fn allows(visitor: &Visitor, question: &str) -> Result<()> {
    visitor.is_told(question).await?;
    visitor.presses("allow").await
}

fn controls(state: ShareState) -> Option<()> {
    matches!(state, ShareState::Controlling(shared, _) if !shared.hands_on).then_some(())
}

/// The visitor's pointer, over a button that it will press.
struct Hand(Spot);

impl Hand {
    async fn presses(&self, visitor: &Visitor) -> Result<()> {
        let Spot { x, y } = self.0;
        let pointer = visitor.window().action_chain().move_to(x, y).click();
        pointer.perform().await.context("pressing the button")
    }
}

async fn rests_on(visitor: &Visitor, act: &str) -> Result<Hand> {
    let Spot { x, y } = visitor.button(act).await?;
    visitor.window().action_chain().move_to(x, y).perform().await?;
    Ok(Hand(Spot { x, y }))
}

/// At least 20 were applied, all of them before the visitor pressed.
async fn is_silent_since(visitor: &Visitor, applied: usize) -> Result<()> {
    let rung = eval(visitor.window(), "[rungBefore, rung]").await?;
    ensure!(rung[0] == rung[1], "the bell rang after the revoke: {rung}");
    ensure!(rung[1] == applied && applied >= 20, "{applied} were applied, the bell rang {rung}");
    Ok(())
}
