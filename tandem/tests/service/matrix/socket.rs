//! Every command and every sign of the sockets, by who gives it.
use std::time::Duration;

use chat_proto::{
    desk::{Deed, FromDesk, Say},
    visitor::FromVisitor,
};
use serde_json::{Value, json};

use super::{Differences, known, rows, same, stage::Stage};
use crate::{
    socket::Socket,
    world::{Actor, play},
};

/// Agents: who has the conversation (or is asked by `Member` to take it, or had it last), another one of its queue, one of
/// another queue, one of another site; a manager, an admin, a manager of another site. Behind the deed stands what
/// the conversation is like before it.
const DEEDS: &str = "
take queued               | ack        ack         not_found not_found  ack       ack       not_found
take active               | taken      taken       not_found not_found  ack       ack       not_found
accept asked              | ack        taken       not_found not_found offer_expired offer_expired not_found
decline asked             | ack        offer_expired not_found not_found offer_expired offer_expired not_found
transfer_to_agent active  | ack        not_owner   not_found not_found  ack       ack       not_found
transfer_to_queue active  | ack        not_owner   not_found not_found  ack       ack       not_found
cancel_transfer pending   | ack        not_owner   not_found not_found  ack       ack       not_found
snooze active             | ack        not_owner   not_found not_found  not_owner not_owner not_found
wake snoozed              | ack        not_owner   not_found not_found  ack       ack       not_found
tag active                | ack        not_owner   not_found not_found  ack       ack       not_found
star active               | ack        ack         not_found not_found  ack       ack       not_found
close active              | ack        not_owner   not_found not_found  ack       ack       not_found
block active              | ack        not_owner   not_found not_found  ack       ack       not_found
reopen closed             | ack        not_owner   not_found not_found  ack       ack       not_found
";

const SAYS: &str = "
text active               | ack        not_owner   not_found not_found  not_owner not_owner not_found
link active               | ack        not_owner   not_found not_found  not_owner not_owner not_found
deal active               | ack        not_owner   not_found not_found  not_owner not_owner not_found
note active               | ack        ack         not_found not_found  ack       ack       not_found
";

/// What else a desk says: `told` where it has the effect that it has for who may, `-` where it has none.
const DESK: &str = "
hello                     | -          -           -         -          -         -         -
watch                     | told       told        -         -          told      told      -
open                      | told       told        -         -          told      told      -
leave                     | -          -           -         -          -         -         -
fetch                     | told       told        -         -          told      told      -
typing                    | told       -           -         -          -         -         -
read                      | told       -           -         -          -         -         -
presence                  | ack        ack         ack       not_found  ack       ack       not_found
";

/// Visitors: whose conversation it is, another one of the site, one of another site.
const VISITOR: &str = "
hello                     | -          -           -
start                     | ack        ack         ack
send                      | ack        not_found   not_found
choose                    | not_now    not_found   not_found
submit                    | not_now    not_found   not_found
close                     | ack        not_found   not_found
rate                      | ack        not_found   not_found
typing                    | told       -           -
read                      | told       -           -
page                      | told       -           -
custom                    | told       -           -
fetch                     | told       -           -
";

pub const AGENTS: [Actor; 7] = [
    Actor::Owner,
    Actor::Member,
    Actor::OtherQueue,
    Actor::Elsewhere,
    Actor::Manager,
    Actor::Admin,
    Actor::ManagerElsewhere,
];

/// Every variant of a type is the first word of some row, and the other way round.
fn covers<T: serde::de::DeserializeOwned>(tag: &str, tables: &[&str], besides: &[&str]) {
    let mut known = known::variants::<T>(tag);
    known.retain(|it| !besides.contains(&it.as_str()));
    let mut there: Vec<String> = Vec::new();
    for line in tables.iter().flat_map(|it| it.lines()) {
        let name = line.split_whitespace().next().unwrap_or_default().to_owned();
        if !name.is_empty() && !there.contains(&name) {
            there.push(name);
        }
    }
    same("what is said", &known, &there);
}

// shows: QUE-17
#[test]
fn every_command_of_a_desk_knows_who_may() {
    covers::<Deed>("kind", &[DEEDS], &[]);
    covers::<Say>("kind", &[SAYS], &[]);
    play(async {
        let mut stage = Stage::new().await;
        let mut differences = Differences::default();
        for (table, is_deed) in [(DEEDS, true), (SAYS, false)] {
            for (row, cells) in rows(table, AGENTS.len()) {
                let (name, before) = row.split_once(' ').expect("a state");
                for (actor, expected) in AGENTS.into_iter().zip(&cells) {
                    let conv = stage.conversation(before).await;
                    let frame = if is_deed { stage.deed(name, &conv).await } else { stage.say(name, &conv) };
                    let got = stage.desk(actor).asks(frame).await;
                    differences.check(&row, actor, (expected, &got));
                    stage.clear(&conv).await;
                }
            }
        }
        differences.end();
    });
}

#[test]
fn every_sign_of_a_desk_reaches_who_it_may() {
    covers::<FromDesk>("t", &[DESK], &["send", "do"]);
    play(async {
        let mut stage = Stage::new().await;
        let mut differences = Differences::default();
        for (row, cells) in rows(DESK, AGENTS.len()) {
            for (actor, expected) in AGENTS.into_iter().zip(&cells) {
                let (conv, mut visitor) = stage.with_visitor().await;
                let told = (&mut visitor, expected.as_str());
                let got = desk_sign(&mut stage, (actor, &row), (&conv, told)).await;
                differences.check(&row, actor, (expected, &got));
                stage.clear(&conv).await;
            }
        }
        differences.end();
    });
}

/// What becomes of a desk's sign.
async fn desk_sign(
    stage: &mut Stage,
    (actor, row): (Actor, &str),
    (conv, (visitor, expected)): (&str, (&mut Socket, &str)),
) -> String {
    let about = |it: &Value| it.to_string().contains(conv);
    let desk = stage.desk(actor);
    if row == "fetch" {
        desk.tell(json!({ "t": "open", "conv": conv })).await;
        barrier(desk).await;
    }
    let from = desk.heard.len();
    let frame = match row {
        "hello" => json!({ "t": "hello" }),
        "watch" => json!({ "t": "watch", "query": { "list": "active" } }),
        "open" | "leave" => json!({ "t": row, "conv": conv }),
        "fetch" => json!({ "t": "fetch", "conv": conv, "after": 0 }),
        "typing" => json!({ "t": "typing", "conv": conv, "on": true }),
        "read" => json!({ "t": "read", "conv": conv, "seq": 1 }),
        "presence" => json!({ "t": "presence", "site": "shop", "to": "available" }),
        _ => panic!("{row}"),
    };
    if row == "presence" {
        return desk.asks(frame).await;
    }
    desk.tell(frame).await;
    barrier(desk).await;
    let kind = match row {
        "watch" => "list",
        "open" => "conv",
        "fetch" => "msgs",
        other => other,
    };
    let is_for_visitors = ["typing", "read"].contains(&row);
    let is_it = |it: &Value| it["t"] == kind && about(it);
    let hears = |all: &[Value]| all.iter().any(is_it);
    let told = if is_for_visitors {
        visitor_barrier(visitor, conv).await;
        if expected == "told" && !hears(&visitor.heard) {
            visitor.until("the sign", is_it).await;
        }
        hears(&visitor.heard)
    } else {
        hears(&desk.heard[from..])
    };
    if told { "told".to_owned() } else { "-".to_owned() }
}

/// What was said before has been heard when this is over: a desk's frames are done in order.
pub async fn barrier(desk: &mut Socket) {
    let nobodys = json!({ "t": "presence", "site": "nobody's", "to": "away" });
    assert_eq!(desk.asks(nobodys).await, "not_found");
}

pub async fn visitor_barrier(visitor: &mut Socket, conv: &str) {
    let choose = json!({ "t": "choose", "conv": conv, "option": 1 });
    assert!(["not_now", "not_found", "closed"].contains(&visitor.asks(choose).await.as_str()));
}

#[test]
fn every_word_of_a_visitor_is_about_their_own() {
    covers::<FromVisitor>("t", &[VISITOR], &[]);
    play(async {
        let mut stage = Stage::new().await;
        let mut differences = Differences::default();
        for (row, cells) in rows(VISITOR, 3) {
            for (actor, expected) in [Actor::Own, Actor::Other, Actor::Elsewhere].into_iter().zip(&cells) {
                let got = visitor_word(&mut stage, (actor, expected), &row).await;
                differences.check(&row, actor, (expected, &got));
            }
        }
        differences.end();
    });
}

async fn visitor_word(stage: &mut Stage, (actor, expected): (Actor, &str), row: &str) -> String {
    let (conv, own) = stage.with_visitor().await;
    let mut speaker = match actor {
        Actor::Own => own,
        Actor::Other => stage.stranger("shop").await,
        _ => stage.stranger("blog").await,
    };
    let anna = stage.desk(Actor::Owner);
    anna.tell(json!({ "t": "open", "conv": conv })).await;
    anna.until("the conversation", |it| it["t"] == "conv" && it["row"]["conv"] == conv.as_str()).await;
    barrier(anna).await;
    let from = anna.heard.len();
    if row == "rate" {
        let close = json!({ "t": "do", "conv": conv, "what": { "kind": "close" } });
        assert_eq!(anna.asks(close).await, "ack");
    }
    let got = word_of(&mut speaker, row, &conv).await;
    let told = heard_by(stage.desk(Actor::Owner), (from, row, &conv), expected).await;
    stage.desk(Actor::Owner).tell(json!({ "t": "leave", "conv": conv })).await;
    stage.clear(&conv).await;
    match got {
        Some(answer) => answer,
        None if row == "fetch" => {
            let told = speaker.heard.iter().any(|it| it["t"] == "msgs" && it["conv"] == conv.as_str());
            if told { "told".to_owned() } else { "-".to_owned() }
        }
        None if told => "told".to_owned(),
        None => "-".to_owned(),
    }
}

/// Whether Anna hears of it: by a frame of the kind, or by what the panel shows.
async fn heard_by(anna: &mut Socket, (from, row, conv): (usize, &str, &str), expected: &str) -> bool {
    barrier(anna).await;
    let kind = match row {
        "typing" => "typing",
        "read" => "read",
        "page" | "custom" => "visitor",
        _ => return false,
    };
    let is_told = |it: &Value| it["t"] == kind && it["conv"] == conv;
    // Desks are told when it is known whose conversations it concerns.
    if anna.heard[from..].iter().any(is_told) {
        return true;
    }
    if expected == "told" {
        anna.until("what is told", is_told).await;
    } else {
        let late = anna.rest(Duration::from_millis(300)).await;
        anna.heard.extend(late);
    }
    anna.heard[from..].iter().any(is_told)
}

/// Says it, and gives the answer where there is one.
async fn word_of(speaker: &mut Socket, row: &str, conv: &str) -> Option<String> {
    let name = chat_client::name();
    let frame = match row {
        "hello" => json!({ "t": "hello", "token": "a" }),
        "start" => json!({ "t": "start", "form": crate::world::form(), "lang": "fr" }),
        "send" => json!({ "t": "send", "conv": conv, "text": "Hello" }),
        "choose" => json!({ "t": "choose", "conv": conv, "option": 1 }),
        "submit" => json!({ "t": "submit", "conv": conv, "form": crate::world::form() }),
        "close" => json!({ "t": "close", "conv": conv }),
        "rate" => json!({ "t": "rate", "conv": conv, "stars": 1 }),
        "typing" => json!({ "t": "typing", "conv": conv, "on": true }),
        "read" => json!({ "t": "read", "conv": conv, "seq": 1 }),
        "page" => {
            json!({ "t": "page", "url": format!("https://shop.example/{name}"), "title": "Page", "at": 1 })
        }
        "custom" => json!({ "t": "custom", "data": { "basket": name } }),
        "fetch" => json!({ "t": "fetch", "conv": conv, "after": 0 }),
        _ => panic!("{row}"),
    };
    if ["start", "send", "choose", "submit", "close", "rate"].contains(&row) {
        return Some(speaker.asks(frame).await);
    }
    speaker.heard.clear();
    speaker.tell(frame).await;
    visitor_barrier(speaker, conv).await;
    None
}
