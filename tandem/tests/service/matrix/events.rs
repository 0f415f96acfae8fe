//! Every kind of frame that the server sends, by who hears it of a conversation.
use std::collections::BTreeSet;

use chat_proto::{desk::ToDesk, visitor::ToVisitor};
use serde_json::{Value, json};

use super::{Differences, known, rows, same, socket::AGENTS, stage::Stage};
use crate::{
    socket::Socket,
    world::{Actor, play},
};

/// Who hears a frame of this kind that names the conversation while Anna serves it, hands it to Ben who is asked and
/// declines, and ends it; everybody watches the list of active ones and has tried to open it. `welcome` and
/// `directory` name the site. Nobody is told of what is not there but who asks for it by its name (`gone`).
const TO_DESK: &str = "
welcome                   | y  y  y  -  y  y  -
directory                 | y  y  y  -  y  y  -
list                      | -  -  -  -  -  -  -
row                       | y  y  -  -  y  y  -
gone                      | y  y  y  y  y  y  y
counts                    | -  -  -  -  -  -  -
offered                   | -  y  -  -  -  -  -
offer_ended               | -  y  -  -  -  -  -
conv                      | y  y  -  -  y  y  -
msgs                      | y  y  -  -  y  y  -
visitor                   | y  y  -  -  y  y  -
ack                       | -  -  -  -  -  -  -
nack                      | -  -  -  -  -  -  -
typing                    | y  y  -  -  y  y  -
read                      | y  y  -  -  y  y  -
toast                     | y  -  -  -  -  -  -
ping                      | -  -  -  -  -  -  -
bye                       | -  -  -  -  -  -  -
";

/// The conversation's visitor, another one of the site, one of another site.
const TO_VISITOR: &str = "
welcome                   | y  -  -
conv                      | y  -  -
msgs                      | y  -  -
ack                       | y  -  -
nack                      | -  -  -
typing                    | y  -  -
read                      | y  -  -
token                     | -  -  -
changed                   | -  -  -
ping                      | -  -  -
bye                       | -  -  -
";

// shows: TRF-04
#[test]
fn whoever_may_not_see_a_conversation_hears_nothing_of_it() {
    play(async {
        let mut stage = Stage::new().await;
        for (table, known) in
            [(TO_DESK, known::variants::<ToDesk>("t")), (TO_VISITOR, known::variants::<ToVisitor>("t"))]
        {
            let n_cells = if table == TO_DESK { AGENTS.len() } else { 3 };
            let there: Vec<_> = rows(table, n_cells).into_iter().map(|(name, _)| name).collect();
            same("events", &known, &there);
        }
        let (conv, own) = stage.with_visitor().await;
        let mut visitors = [own, stage.stranger("shop").await, stage.stranger("blog").await];
        happens(&mut stage, &conv, &mut visitors).await;
        let mut differences = Differences::default();
        for (kind, cells) in rows(TO_DESK, AGENTS.len()) {
            for (actor, expected) in AGENTS.into_iter().zip(&cells) {
                let hears = hears(&stage.desk(actor).heard, &kind, &conv);
                differences.check(&kind, actor, (expected, hears));
            }
        }
        for (kind, cells) in rows(TO_VISITOR, 3) {
            for (at, actor) in [Actor::Own, Actor::Other, Actor::Elsewhere].into_iter().enumerate() {
                differences.check(&kind, actor, (&cells[at], hears(&visitors[at].heard, &kind, &conv)));
            }
        }
        differences.end();
    });
}

fn hears(heard: &[Value], kind: &str, conv: &str) -> &'static str {
    let names = |it: &Value| match kind {
        "welcome" | "directory" => it.to_string().contains("\"shop\"") || it.to_string().contains(conv),
        // Answers to what was asked about another thing name no conversation.
        _ => it.to_string().contains(conv),
    };
    if heard.iter().any(|it| it["t"] == kind && names(it)) { "y" } else { "-" }
}

/// Everything that is told of a conversation, once.
async fn happens(stage: &mut Stage, conv: &str, visitors: &mut [Socket; 3]) {
    for actor in AGENTS {
        let desk = stage.desk_anew(actor).await;
        desk.tell(json!({ "t": "watch", "query": { "list": "active" } })).await;
        desk.until("the list", |it| it["t"] == "list").await;
        // Who may see it has it in the list already; what is looked for is what comes from now on.
        desk.heard.retain(|it| it["t"] != "list");
        desk.tell(json!({ "t": "open", "conv": conv })).await;
        desk.until("an answer", |it| ["conv", "gone"].iter().any(|kind| it["t"] == *kind)).await;
    }
    let own = &mut visitors[0];
    let about = |mut frame: Value| {
        frame["conv"] = conv.into();
        frame
    };
    assert_eq!(own.asks(about(json!({ "t": "send", "text": "Hello" }))).await, "ack");
    for sign in [json!({ "t": "typing", "on": true }), json!({ "t": "read", "seq": 2 })] {
        own.tell(about(sign)).await;
    }
    own.tell(json!({ "t": "page", "url": "https://shop.example/a", "title": "A", "at": 1 })).await;
    let ben = stage.ben;
    let anna = stage.desk(Actor::Owner);
    for sign in [json!({ "t": "typing", "on": true }), json!({ "t": "read", "seq": 3 })] {
        anna.tell(about(sign)).await;
    }
    let say = json!({ "kind": "note", "text": "For us" });
    assert_eq!(anna.asks(about(json!({ "t": "send", "say": say }))).await, "ack");
    let transfer = json!({ "kind": "transfer_to_agent", "agent": ben });
    assert_eq!(anna.asks(about(json!({ "t": "do", "what": transfer }))).await, "ack");
    let offered = stage.desk(Actor::Member).until("the offer", |it| it["t"] == "offered").await;
    let decline = json!({ "kind": "decline", "no": offered["offer"]["no"] });
    assert_eq!(stage.desk(Actor::Member).asks(about(json!({ "t": "do", "what": decline }))).await, "ack");
    stage.desk(Actor::Owner).until("the toast", |it| it["t"] == "toast").await;
    for actor in [Actor::Owner, Actor::Member, Actor::Manager, Actor::Admin] {
        let desk = stage.desk(actor);
        if !desk.heard.iter().any(|it| it["t"] == "visitor") {
            desk.until("the page", |it| it["t"] == "visitor").await;
        }
    }
    assert_eq!(own.asks(about(json!({ "t": "close" }))).await, "ack");
    settled(stage, conv, visitors).await;
}

/// Who may see it has seen its end; the others have heard whatever came before an answer to them.
async fn settled(stage: &mut Stage, conv: &str, visitors: &mut [Socket; 3]) {
    // Somebody comes and goes, so that the directory is told anew.
    let away = json!({ "t": "presence", "site": "shop", "to": "away" });
    assert_eq!(stage.desk(Actor::Owner).asks(away).await, "ack");
    let told: BTreeSet<Actor> =
        [Actor::Owner, Actor::Member, Actor::Manager, Actor::Admin].into_iter().collect();
    for actor in AGENTS {
        let desk = stage.desk(actor);
        if told.contains(&actor) {
            let is_gone = |it: &Value| it["t"] == "gone" && it["conv"] == conv;
            if !desk.heard.iter().any(is_gone) {
                desk.until("the end", is_gone).await;
            }
        }
        if ![Actor::Elsewhere, Actor::ManagerElsewhere].contains(&actor)
            && !desk.heard.iter().any(|it| it["t"] == "directory")
        {
            desk.until("the directory", |it| it["t"] == "directory").await;
        }
        super::socket::barrier(desk).await;
    }
    for visitor in visitors {
        super::socket::visitor_barrier(visitor, conv).await;
    }
}
