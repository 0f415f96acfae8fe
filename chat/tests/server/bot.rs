//! The bot before the agent.
use chat::{
    engine::SiteFacts,
    model::{Choice, Entry, Flow, FlowId, FlowRef, LocalText, Node, NodeId, OptionId},
};
use chat_client::name;
use chat_proto::{
    desk::{Deed, List, Query, ToDesk},
    message::From,
    visitor::{FromVisitor, Stage},
};

use crate::{
    engines::{Database, on_each_engine},
    site::{Bench, form, play},
};

on_each_engine! {
    the_bot_asks_and_hands_over,
}

fn text(en: &str, fr: &str) -> LocalText {
    let lang = |it: &str| it.parse().expect("a language");
    LocalText([(lang("en"), en.to_owned()), (lang("fr"), fr.to_owned())].into())
}

async fn with_bot(bench: &Bench) {
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

// shows: QUE-08
#[test]
fn what_leaves_a_page_that_the_desk_asked_for_itself_is_told() {
    /// One more than the first page of a list has.
    const MANY: usize = 51;
    play(Database::file(), async |bench| {
        with_bot(&bench).await;
        let (mut anna, mut ben) = (bench.desk("Anna").await, bench.agent("Ben").await);
        let mut there = Vec::new();
        for _ in 0..MANY {
            let mut visitor = bench.visitor();
            let conv = visitor.start(form(), "fr").await.expect("let in").conv;
            there.push((visitor, conv));
        }
        // The latest stands first: whoever came first stands on the second page.
        let (_, first) = &there[0];
        anna.watch(Query { list: List::Bot, ..Query::default() }).await.expect("a list");
        assert_eq!((anna.rows.len(), anna.rows.contains_key(first)), (MANY - 1, false));
        ben.does(first, Deed::Take { force: false }).await.expect("taken");
        let left = anna.until("it left", |_, frame| match frame {
            ToDesk::Gone { conv } => Some(conv.clone()),
            _ => None,
        });
        assert_eq!(&left.await.expect("told"), first);
    });
}
