//! Settings, bots and hours through the engine: live from the commit on; and what goes with time.

use std::sync::Arc;

use chat::engine::{Answer, Ask, Fault, Rounds, SiteFacts};
use chat::hours::{DayPlan, Hours, Span, Zone};
use chat::model::*;

use crate::engines::on_each_engine;
use crate::site::*;

on_each_engine! {
    the_bot_leads_to_a_queue,
    out_of_hours_nothing_is_stored,
    a_setting_holds_from_the_next_command_on,
    what_visitors_fill_in_is_kept,
    a_blocked_visitor_does_not_begin,
    what_is_old_goes,
    a_served_engine_does_what_is_due,
}

const FLOW: FlowRef = FlowRef { id: FlowId(4), version: 2 };

fn local(text: &str) -> LocalText {
    LocalText([("en".parse().expect("a language"), text.to_owned())].into())
}

fn flow(queue: QueueId) -> Flow {
    let choice = Choice { option: OptionId(5), label: local("Sales"), enabled: true, next: NodeId(2) };
    let ask = Node::Question { text: local("What?"), choices: vec![choice] };
    let handover = Node::Handover { queue, welcome: local("Welcome"), offline_form: true };
    Flow { start: NodeId(1), nodes: [(NodeId(1), ask), (NodeId(2), handover)].into() }
}

// shows: BOT-01, BOT-02
async fn the_bot_leads_to_a_queue(bench: Arc<Bench>) {
    bench.engine.put_flow(SITE, FLOW, flow(bench.queue)).await.expect("a flow");
    let settings = SiteSettings { entry: Entry::Bot(FLOW), ..settings(bench.queue) };
    bench.engine.put_site(SITE, SiteFacts { settings, hours: None }).await.expect("the site");
    let (visitor, started) = bench.begins(1).await;
    assert_eq!(bench.stage(started.conversation).await, Stage::Bot);
    let choose = |option| FromVisitor::Choose { cid: bench.cid(), option };
    let wrong = bench.asks(started.conversation, Ask::Visitor(visitor, choose(OptionId(9)))).await;
    assert_eq!(wrong, Err(Fault::Refused(Refusal::UnknownOption)));
    let chosen = Ask::Visitor(visitor, choose(OptionId(5)));
    let first = bench.asks(started.conversation, chosen.clone()).await;
    assert!(matches!(first, Ok(Answer::Stored { .. })), "{first:?}");
    assert_eq!(bench.asks(started.conversation, chosen).await, first);
    assert_eq!(bench.stage(started.conversation).await, Stage::Queued);
    let kinds = bench.ask("SELECT kind FROM chat_message ORDER BY seq").await;
    let kinds: Vec<String> = kinds.iter().map(|it| it.get(0).expect("a kind")).collect();
    assert_eq!(kinds, ["system", "choice_question", "choice", "text"]);
    assert_eq!(bench.engine.position(SITE, started.conversation), Some(1));
}

// shows: HRS-01, HRS-04
async fn out_of_hours_nothing_is_stored(bench: Arc<Bench>) {
    // 1970 began on a Thursday; in Paris at one o'clock in the morning.
    let morning = DayPlan::new(vec![Span::new(9 * 60, 12 * 60).expect("a span")]).expect("a day");
    let paris = Zone::named("Europe/Paris").expect("a zone");
    let hours = Some(Hours::new(paris, std::array::from_fn(|_| morning.clone()), Vec::new()));
    bench.engine.put_site(SITE, SiteFacts { settings: settings(bench.queue), hours }).await.expect("a site");
    let visitor = bench.visitor(1).await;
    let refused = Err(Fault::Refused(Refusal::OutOfHours));
    let nine = 8 * 3_600_000;
    bench.clock.set(nine - 1);
    assert_eq!(bench.engine.start(bench.start(visitor)).await, refused);
    assert_eq!(bench.number("SELECT COUNT(*) FROM chat_conversation").await, 0);
    assert_eq!(bench.number("SELECT events FROM chat_site").await, 0);
    bench.clock.set(nine);
    assert!(bench.engine.start(bench.start(visitor)).await.is_ok());
}

async fn a_setting_holds_from_the_next_command_on(bench: Arc<Bench>) {
    bench.arrives(ANNA).await;
    let (_, started) = bench.begins(1).await;
    bench.agent(started.conversation, ANNA, FromAgent::Take(Cap::Holds)).await.expect("taken");
    let tagged = SiteSettings { tag_required: true, ..settings(bench.queue) };
    bench.engine.put_site(SITE, SiteFacts { settings: tagged, hours: None }).await.expect("the site");
    let close = |tags: &[i64]| FromAgent::Close(tags.iter().copied().map(TagId).collect());
    let refused = bench.agent(started.conversation, ANNA, close(&[])).await;
    assert_eq!(refused, Err(Fault::Refused(Refusal::TagRequired)));
    bench.agent(started.conversation, ANNA, close(&[3, 5])).await.expect("closed");
    let tags = bench.ask("SELECT tag_id, agent_id FROM chat_tagged ORDER BY tag_id").await;
    let tags: Vec<_> = tags.iter().map(|it| it.values().to_vec()).collect();
    assert_eq!(tags, [store::params![3, 1], store::params![5, 1]]);
}

// shows: WID-07
async fn what_visitors_fill_in_is_kept(bench: Arc<Bench>) {
    let field = |key: &str| Field { key: key.into(), kind: FieldKind::Text, required: false };
    let form = FormFields(vec![field("name"), field("company")]);
    let settings = SiteSettings { form, ..settings(bench.queue) };
    bench.engine.put_site(SITE, SiteFacts { settings, hours: None }).await.expect("the site");
    let visitor = bench.visitor(1).await;
    for (key, value) in [("name", "Léa"), ("company", "ACME \u{0}")] {
        let form = Form([(key.to_owned(), value.to_owned())].into());
        let start = chat::engine::Start { form, ..bench.start(visitor) };
        let started = bench.engine.start(start).await.expect("let in");
        bench.asks(started.conversation, Ask::Visitor(visitor, FromVisitor::Close)).await.expect("closed");
    }
    let form: String = bench.ask("SELECT form FROM chat_visitor").await[0].get(0).expect("a form");
    assert_eq!(form, r#"{"company":"ACME \u0000","name":"Léa"}"#);
}

// shows: BLK-01
async fn a_blocked_visitor_does_not_begin(bench: Arc<Bench>) {
    bench.arrives(ANNA).await;
    let (visitor, started) = bench.begins(1).await;
    bench.agent(started.conversation, ANNA, FromAgent::Take(Cap::Holds)).await.expect("taken");
    let block = FromAgent::Block { tags: [].into(), reason: "abuse".into() };
    bench.agent(started.conversation, ANNA, block).await.expect("blocked");
    let refused = bench.engine.start(bench.start(visitor)).await;
    assert_eq!(refused, Err(Fault::Refused(Refusal::Blocked)));
    let blocked = bench.ask("SELECT blocked_by FROM chat_visitor").await;
    assert_eq!(blocked[0].get(0), Ok(1_i64));
}

async fn what_is_old_goes(bench: Arc<Bench>) {
    const HOUR: i64 = 3_600_000;
    bench.arrives(ANNA).await;
    let (_, started) = bench.begins(1).await;
    bench.agent(started.conversation, ANNA, FromAgent::Take(Cap::Holds)).await.expect("taken");
    bench.agent(started.conversation, ANNA, says(bench.cid(), "hello")).await.expect("stored");
    let kept = async || {
        let results = bench.number("SELECT COUNT(*) FROM chat_result").await;
        (results, bench.number("SELECT COUNT(*) FROM chat_event").await)
    };
    let mut rounds = Rounds::default();
    for (at, expected) in [(0, (1, 4)), (24 * HOUR, (1, 4)), (25 * HOUR, (0, 4)), (73 * HOUR, (0, 0))] {
        bench.clock.set(at);
        bench.engine.round(&mut rounds).await.expect("turns");
        assert_eq!(kept().await, expected, "at {at}");
        assert_eq!(bench.number("SELECT at FROM chat_heartbeat").await, at);
    }
    assert_eq!(bench.number("SELECT COUNT(*) FROM chat_message").await, 3, "threads stay");
}

// shows: QUE-11
async fn a_served_engine_does_what_is_due(bench: Arc<Bench>) {
    bench.route(chat::router::Strategy::LeastLoaded).await;
    bench.arrives(ANNA).await;
    let mut heard = bench.engine.subscribe();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = {
        let engine = bench.engine.clone();
        tokio::spawn(async move { engine.serve(async { _ = stopped.await }).await })
    };
    let (_, started) = bench.begins(1).await;
    assert_eq!(heard.recv().await.expect("told").transition.next.state.stage(), Stage::Queued);
    let offered = heard.recv().await.expect("told");
    assert_eq!(offered.transition.next.asked(), Some((ANNA, OfferNo(1))));
    bench.clock.set(30_000);
    let lapsed = heard.recv().await.expect("told");
    assert_eq!(lapsed.transition.next.id, started.conversation);
    assert_eq!(lapsed.transition.next.state.stage(), Stage::Queued);
    stop.send(()).expect("it serves");
    serving.await.expect("ended");
}
