//! What is stored must be read by every later release: a change here needs a migration.
use expect_test::expect;

use super::{from_json, to_json};
use crate::model::*;

#[test]
fn bodies_are_stored_so() {
    let words = |text: &str| Words(text.to_owned());
    let bodies = [
        Body::Content(Content::Text("hi".into())),
        Body::Content(Content::Files { files: vec![AttachmentId(3)], text: String::new() }),
        Body::Content(Content::Deal { text: "50 %".into(), url: "https://example.org".into() }),
        Body::Question { text: "What?".into(), choices: vec![(OptionId(1), "Sales".into())] },
        Body::Choice { option: OptionId(1), label: "Sales".into() },
        Body::Form(Form([("name".to_owned(), "Léa".to_owned())].into())),
        Body::Notice(Notice::Transferred { from: AgentId(1), to: AgentId(2) }),
        Body::Notice(Notice::Share(ShareId([0; 16]), SharePhase::ControlStarted, AgentId(1))),
        Body::Notice(Notice::Ended(Ending::ByVisitor)),
        Body::Record(Record::Note(words("aside"))),
        Body::Record(Record::Paused { by: AgentId(1), until: Some(UnixMillis(5)) }),
    ];
    let texts: Vec<String> = bodies.iter().map(|it| to_json(it).expect("written")).collect();
    let back: Vec<Body> = texts.iter().map(|it| from_json(it).expect("read")).collect();
    assert_eq!(back, bodies);
    expect![[r#"
        {"content":{"text":"hi"}}
        {"content":{"files":{"files":[3],"text":""}}}
        {"content":{"deal":{"text":"50 %","url":"https://example.org"}}}
        {"question":{"text":"What?","choices":[[1,"Sales"]]}}
        {"choice":{"option":1,"label":"Sales"}}
        {"form":{"name":"Léa"}}
        {"notice":{"transferred":{"from":1,"to":2}}}
        {"notice":{"share":[[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],"control_started",1]}}
        {"notice":{"ended":"by_visitor"}}
        {"record":{"note":"aside"}}
        {"record":{"paused":{"by":1,"until":5}}}"#]]
    .assert_eq(&texts.join("\n"));
}

// shows: ERR-07
#[test]
fn a_body_of_a_later_release_is_read_as_one_that_is_not_known() {
    for text in [r#"{"hologram":{"layers":3}}"#, r#"{"content":{"hologram":[]}}"#, r#""later""#] {
        let body = super::body(text).expect("read");
        assert_eq!((body.kind(), body.files()), ("unknown", None), "{text}");
    }
    assert!(super::body("{").is_err(), "a broken row is no later release's");
}

#[test]
fn states_are_stored_so() {
    let waiting = Waiting {
        since: UnixMillis(1),
        boosted: true,
        sticky: Some(AgentId(2)),
        accept_due: Some(UnixMillis(3)),
        on_missed: OnMissed::Form,
        overflow_at: None,
    };
    let (no, agent, due) = (OfferNo(1), AgentId(2), UnixMillis(4));
    let offer = Offer { no, agent, round: Round(1), due, answer_due: due };
    let flow = FlowRef { id: FlowId(1), version: 2 };
    let transfer = Some(TransferOffer { no, to: agent, due });
    let states = [
        State::Bot(BotPlace { flow, node: NodeId(3), question: Seq(4) }),
        State::Queued(waiting),
        State::Offered(waiting, offer),
        State::Active(Active { agent, waited_since: due, answer_due: None, gone_due: None, transfer }),
        State::Snoozed(Snooze { agent, since: due, end: SnoozeEnd::Keep(due) }),
        State::OfflineForm,
        State::Offline,
        State::Closed(Closed { at: due, reason: CloseReason::Agent(agent) }),
    ];
    let texts: Vec<String> = states.iter().map(|it| to_json(it).expect("written")).collect();
    let back: Vec<State> = texts.iter().map(|it| from_json(it).expect("read")).collect();
    assert_eq!(back, states);
    expect![[r#"
        {"bot":{"flow":{"id":1,"version":2},"node":3,"question":4}}
        {"queued":{"since":1,"boosted":true,"sticky":2,"accept_due":3,"on_missed":"form","overflow_at":null}}
        {"offered":[{"since":1,"boosted":true,"sticky":2,"accept_due":3,"on_missed":"form","overflow_at":null},{"no":1,"agent":2,"round":1,"due":4,"answer_due":4}]}
        {"active":{"agent":2,"waited_since":4,"answer_due":null,"gone_due":null,"transfer":{"no":1,"to":2,"due":4}}}
        {"snoozed":{"agent":2,"since":4,"end":{"keep":4}}}
        "offline_form"
        "offline"
        {"closed":{"at":4,"reason":{"agent":2}}}"#]].assert_eq(&texts.join("\n"));
}
