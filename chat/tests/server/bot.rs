//! The bot before the agent.
use chat::{
    engine::SiteFacts,
    model::{Choice, Entry, Flow, FlowId, FlowRef, LocalText, Node, NodeId, OptionId},
};
use chat_client::{Agent, Visitor, name};
use chat_proto::{
    desk::{Deed, FromDesk, List, Presence, Query, ToDesk},
    message::From,
    visitor::{FromVisitor, Stage},
};

use crate::{
    engines::{Database, on_each_engine},
    site::{Bench, SHOP, form, play},
};

on_each_engine! {
    the_bot_asks_and_hands_over,
}

fn text(en: &str, fr: &str) -> LocalText {
    let lang = |it: &str| it.parse().expect("a language");
    LocalText([(lang("en"), en.to_owned()), (lang("fr"), fr.to_owned())].into())
}

pub async fn with_bot(bench: &Bench) {
    let engine = bench.chat.engine();
    // The site is set up when somebody first asks.
    bench.visitor().widget("en").await.expect("set up");
    let settings = engine.settings(bench.site).await.expect("settings");
    let queue = settings.site.settings.default_queue;
    let choice = |option, en: &str, fr: &str, next| Choice {
        option: OptionId(option),
        label: text(en, fr),
        enabled: true,
        next: NodeId(next),
    };
    let nodes = [
        (NodeId(1), Node::Message { text: text("Hello", "Bonjour"), next: NodeId(2) }),
        (
            NodeId(2),
            Node::Question {
                text: text("What is it about?", "C'est à quel sujet ?"),
                choices: vec![choice(1, "An order", "Une commande", 3), choice(2, "Nothing", "Rien", 4)],
            },
        ),
        (NodeId(3), Node::Handover { queue, welcome: text("One moment", "Un instant"), offline_form: true }),
        (NodeId(4), Node::End { text: text("Bye", "Au revoir") }),
    ];
    let flow = Flow { start: NodeId(1), nodes: nodes.into() };
    let at = FlowRef { id: FlowId(1), version: 1 };
    engine.put_flow(bench.site, at, flow).await.expect("a flow");
    let mut facts = settings.site.settings.clone();
    facts.entry = Entry::Bot(at);
    engine.put_site(bench.site, SiteFacts { settings: facts, hours: None }).await.expect("the site");
}

// shows: BOT-01, BOT-02, QUE-08
async fn the_bot_asks_and_hands_over(bench: Bench) {
    with_bot(&bench).await;
    let mut anna = bench.agent("Anna").await;
    anna.watch(Query { list: List::Bot, ..Query::default() }).await.expect("a list");
    let mut lea = bench.visitor();
    assert_eq!(lea.widget("fr").await.expect("what it shows").bot, "Bot");
    let begun = lea.start(form(), "fr").await.expect("let in");
    assert_eq!(lea.conversation.as_ref().expect("known").stage, Stage::Bot);
    let question = lea.reads("the question", |it| it.kind == "choice_question").await.expect("asked");
    assert_eq!((question.from, question.text.as_str()), (From::Bot, "C'est à quel sujet ?"));
    assert_eq!(question.meta.choices[0].label, "Une commande");
    let rows = anna.until("the row", |it, _| it.rows.contains_key(&begun.conv).then_some(()));
    rows.await.expect("listed");
    let choose = FromVisitor::Choose { cid: name(), conv: begun.conv.clone(), option: 1 };
    lea.say(choose).await.expect("chosen");
    assert_eq!(lea.thread.words().last(), Some(&(From::Bot, "Un instant")));
    anna.until("it left", |it, _| it.rows.is_empty().then_some(())).await.expect("told");
    let (conv, no) = match anna.offers.iter().next() {
        Some((conv, offer)) => (conv.clone(), offer.no),
        None => anna.is_asked().await.expect("asked"),
    };
    anna.does(&conv, Deed::Accept { no }).await.expect("accepted");
    anna.write(&conv, "Bonjour !").await.expect("stored");
    lea.reads("the answer", |it| it.text == "Bonjour !").await.expect("read");
    // A second visitor, whom Anna takes from the bot herself.
    let mut max = bench.visitor();
    let begun = max.start(form(), "en").await.expect("let in");
    anna.does(&begun.conv, Deed::Take { force: false }).await.expect("taken");
    let told = max.reads("the take-over", |it| it.meta.code == "taken_from_bot").await.expect("told");
    assert_eq!(told.meta.names, ["Anna"]);
}

/// One more than the first page of a list has.
const MANY: usize = 51;

/// So many are with the bot that whoever came first stands on the second page of their list. Gives their conversation,
/// and what keeps them all there.
pub async fn crowd(bench: &Bench) -> (String, Vec<Visitor>) {
    with_bot(bench).await;
    let (mut first, mut there) = (String::new(), Vec::new());
    for _ in 0..MANY {
        let mut visitor = bench.visitor();
        let conv = visitor.start(form(), "fr").await.expect("let in").conv;
        if first.is_empty() {
            first = conv;
        }
        there.push(visitor);
    }
    (first, there)
}

/// The agent watches the bot's list, whose first page ends before that conversation.
pub async fn watches(agent: &mut Agent, first: &String) {
    agent.watch(Query { list: List::Bot, ..Query::default() }).await.expect("a list");
    assert_eq!((agent.rows.len(), agent.rows.contains_key(first)), (MANY - 1, false));
}

/// What left the list until Anna's own presence was answered: all of what was told before.
async fn left(anna: &mut Agent) -> Vec<String> {
    let mut left = Vec::new();
    let (cid, to) = (name(), Presence::Away);
    anna.tell(&FromDesk::Presence { cid: cid.clone(), site: SHOP.into(), to }).await.expect("told");
    let all = anna.until("the answer", |_, frame| match frame {
        ToDesk::Gone { conv } => {
            left.push(conv.clone());
            None
        }
        ToDesk::Ack { cid: of, .. } => (*of == cid).then_some(()),
        _ => None,
    });
    all.await.expect("answered");
    left
}

// shows: QUE-08
#[test]
fn what_leaves_a_page_that_the_desk_asked_for_itself_is_told_once() {
    play(Database::file(), async |bench| {
        let (mut anna, mut ben) = (bench.desk("Anna").await, bench.agent("Ben").await);
        let (first, mut there) = crowd(&bench).await;
        watches(&mut anna, &first).await;
        ben.does(&first, Deed::Take { force: false }).await.expect("taken");
        assert_eq!(left(&mut anna).await, std::slice::from_ref(&first));
        there[0].write("what goes on elsewhere").await.expect("stored");
        ben.write(&first, "does").await.expect("stored");
        assert_eq!(left(&mut anna).await, [""; 0]);
    });
}
