//! What is shown, as text.
use chat_proto::{
    Form, FormField,
    message::{From, Meta, Msg},
    visitor::{Conversation, Stage, ToVisitor, Widget},
};

use super::*;
use crate::{
    widget::{
        client::At,
        event::{Begin, Event},
    },
    words::Language,
};

fn showing(lang: &str, conv: Conversation, msgs: Vec<Msg>) -> String {
    with(lang, None, conv, msgs)
}

/// As [`showing`], on a site that is set up so.
fn with(lang: &str, widget: Option<Widget>, conv: Conversation, msgs: Vec<Msg>) -> String {
    let kept = Form::from([("~open".to_owned(), "1".to_owned())]);
    let language = Language::of_tag(lang);
    let words = Chat::ALL.iter().map(|it| it.text(language).to_owned()).collect();
    let begin = Begin { kept, lang: lang.into(), words, online: true, visible: true, ..Begin::default() };
    let (mut client, _) = Client::begin(begin, 0);
    let at = At { now: 1, dice: "0".repeat(64) };
    if let Some(widget) = widget {
        client.handle(Event::Config(Box::new(widget)), &at);
    }
    let name = conv.conv.clone();
    for frame in [ToVisitor::Conv(conv), ToVisitor::Msgs { conv: name, msgs }] {
        client.handle(Event::Frame(Box::new(frame)), &at);
    }
    let view = render(&client, 1);
    let read: serde_json::Value = serde_json::from_str(&view).expect("JSON");
    read.to_string()
}

fn system(kind: &str, code: &str, names: &[&str]) -> Msg {
    let names = names.iter().map(|it| (*it).to_owned()).collect();
    Msg { kind: kind.into(), meta: Meta { code: code.into(), names, ..Meta::default() }, ..Msg::default() }
}

fn active() -> Conversation {
    Conversation {
        conv: "c".into(),
        stage: Stage::Active,
        ver: 1,
        agent: "Sophie".into(),
        ..Conversation::default()
    }
}

fn numbered(msgs: Vec<Msg>) -> Vec<Msg> {
    msgs.into_iter().zip(1..).map(|(msg, seq)| Msg { seq, ..msg }).collect()
}

// shows: QUE-07 QUE-08 QUE-09
#[test]
fn the_words_of_takeover_and_acceptance_are_the_source_documents() {
    let msgs = numbered(vec![
        system("system", "taken_from_bot", &["Sophie"]),
        system("system", "accepted", &["Sophie"]),
    ]);
    let french = showing("fr-FR", active(), msgs);
    assert!(french.contains("\"L'agent a repris le chat\""), "{french}");
    assert!(french.contains("\"L'agent Sophie a accepté la demande\""), "{french}");
}

// shows: ERR-07
#[test]
fn a_kind_that_is_not_known_is_a_neutral_line() {
    let strange =
        Msg { from: From::Agent, kind: "hologram".into(), text: "<b>{\"raw\":1}".into(), ..Msg::default() };
    let view = showing("en", active(), numbered(vec![strange, system("system", "a_later_code", &[])]));
    assert_eq!(view.matches("This message cannot be shown here.").count(), 2, "{view}");
    assert!(!view.contains("raw") && !view.contains("a_later_code"));
}

// shows: THR-05
#[test]
fn the_rows_of_one_share_are_one_row_with_its_last_word() {
    let share = |code: &str| {
        let mut msg = system("screen_share", code, &["Sophie"]);
        msg.meta.share = "s".into();
        msg
    };
    let view = showing(
        "en",
        active(),
        numbered(vec![share("share_asked"), share("share_started"), share("share_ended")]),
    );
    assert!(view.contains("Screen sharing has ended"), "{view}");
    assert!(!view.contains("asked to see"), "{view}");
}

// shows: BOT-03 BOT-10
#[test]
fn only_the_question_that_stands_has_buttons() {
    let question = |label: &str, option| Msg {
        from: From::Bot,
        kind: "choice_question".into(),
        text: "What is it about?".into(),
        meta: Meta {
            choices: vec![chat_proto::message::Choice { option, label: label.into() }],
            ..Meta::default()
        },
        ..Msg::default()
    };
    let choice =
        Msg { from: From::Visitor, kind: "choice".into(), text: "Delivery".into(), ..Msg::default() };
    let bot = Conversation { stage: Stage::Bot, ..active() };
    let view =
        showing("en", bot.clone(), numbered(vec![question("Delivery", 1), choice, question("Refund", 2)]));
    assert!(view.contains("{\\\"choose\\\":2}") && !view.contains("{\\\"choose\\\":1}"), "{view}");
    let over = Conversation { stage: Stage::Waiting, ..bot };
    assert!(!showing("en", over, numbered(vec![question("Refund", 2)])).contains("choose"));
}

#[test]
fn nothing_that_is_written_becomes_markup_or_a_link_to_a_script() {
    let evil = Msg {
        from: From::Agent,
        kind: "deal".into(),
        text: "<img src=x onerror=alert(1)>".into(),
        meta: Meta { url: "javascript:alert(1)".into(), ..Meta::default() },
        ..Msg::default()
    };
    let view = showing("en", active(), numbered(vec![evil]));
    assert!(!view.contains("javascript:"), "{view}");
    assert!(view.contains("[\"b\",{},\"<img src=x onerror=alert(1)>\"]"), "text stays text: {view}");
}

fn field(key: &str, label: &str) -> FormField {
    FormField { key: key.into(), label: label.into(), ..FormField::default() }
}

#[test]
fn an_offline_message_stands_as_it_was_filled_in() {
    let widget = Widget {
        offline_form: vec![field("name", "Nom"), field("email", ""), field("message", "Message")],
        ..Widget::default()
    };
    let form = [("email", "zoe@a.test"), ("gone", "B"), ("message", "https://a.test/x"), ("name", "Zoé")];
    let meta = Meta { form: form.map(|(key, it)| (key.into(), it.into())).into(), ..Meta::default() };
    let msg = Msg { from: From::Visitor, kind: "form".into(), meta, ..Msg::default() };
    let offline = Conversation { stage: Stage::Offline, ..active() };
    let view = with("fr", Some(widget), offline.clone(), numbered(vec![msg.clone()]));
    let places: Vec<_> =
        ["Nom", "Zoé", "Votre e-mail", "zoe@a.test", "Message\"", "\"href\":\"https://a.test/x\"", "\"B\""]
            .map(|it| view.find(it).unwrap_or_else(|| panic!("{it}: {view}")))
            .into();
    assert!(places.is_sorted(), "{places:?} {view}");
    assert!(
        showing("fr", offline, numbered(vec![msg])).contains("zoe@a.test"),
        "while the form is not known"
    );
}

#[test]
fn a_wait_promises_nobody() {
    for (ahead, words) in [(None, "Your request is in the queue."), (Some(0), "You are next.")] {
        let waits = Conversation { stage: Stage::Waiting, agent: String::new(), ahead, ..active() };
        let view = showing("en", waits, vec![]);
        assert!(view.contains(words) && !view.contains("will answer"), "{view}");
    }
}

// shows: QUE-14
#[test]
fn nobody_is_next_while_nobody_is_there() {
    for (lang, nobody, place, next) in [
        ("en", "Nobody is available right now. We keep your place.", "in the queue: 1", "You are next"),
        (
            "fr",
            "Personne n’est disponible pour le moment. Nous gardons votre place.",
            "d’attente : 1",
            "le prochain",
        ),
    ] {
        let (ahead, wait_s, agent) = (Some(0), Some(30), String::new());
        let waits = Conversation { stage: Stage::Waiting, agent, ahead, wait_s, ..active() };
        let view = |unattended| showing(lang, Conversation { unattended, ..waits.clone() }, vec![]);
        let (alone, attended) = (view(true), view(false));
        assert!(alone.contains(nobody) && alone.contains(place) && !alone.contains(next), "{alone}");
        assert!(!alone.contains("minute"), "no pace is one of nobody: {alone}");
        assert!(attended.contains(next) && !attended.contains(nobody), "{attended}");
        assert!(!attended.contains(place) && attended.contains("minute"), "{attended}");
    }
}

// shows: BLK-01
#[test]
fn who_may_not_begin_again_is_told_so_and_offered_nothing() {
    for (lang, words) in [("en", "The chat is not available."), ("fr", "Le chat n’est pas disponible.")] {
        for open in [true, false] {
            let over = Conversation { stage: Stage::Closed, unavailable: true, ..active() };
            let widget = Widget { open, offline_form: vec![field("name", "")], ..Widget::default() };
            let view = with(lang, Some(widget), over, vec![]);
            assert!(view.contains(words) && !view.contains("anew"), "{view}");
        }
    }
}

#[test]
fn the_end_offers_what_there_is() {
    let over = Conversation { stage: Stage::Closed, ..active() };
    let ending = |open, offline_form: Vec<FormField>, rateable| {
        let conv = Conversation { rateable, ..over.clone() };
        let view = with("en", Some(Widget { open, offline_form, ..Widget::default() }), conv, vec![]);
        let button = view.split("[\"button\"").find(|it| it.contains("anew")).unwrap_or_default().to_owned();
        (button.contains("\"class\":\"main\""), button)
    };
    let (heavy, open) = ending(true, vec![], false);
    assert!(heavy && open.contains("Start the chat"), "{open}");
    let (heavy, rates) = ending(true, vec![], true);
    assert!(!heavy && rates.contains("Start the chat"), "the rating comes first: {rates}");
    let (heavy, closed) = ending(false, vec![field("name", "")], false);
    assert!(!heavy && closed.contains("Leave us a message"), "{closed}");
    assert!(ending(false, vec![], false).1.contains("Other ways to reach us"));
}

#[test]
fn how_far_the_last_message_came_stands_beside_its_time() {
    let mine =
        |text: &str| Msg { from: From::Visitor, kind: "text".into(), text: text.into(), ..Msg::default() };
    let theirs = Msg { from: From::Agent, kind: "text".into(), text: "Yes?".into(), ..Msg::default() };
    let view = showing("en", active(), numbered(vec![mine("one"), theirs, mine("two"), mine("three")]));
    assert_eq!(view.matches("\"Sent\"").count(), 1, "{view}");
    assert!(view.find("three") < view.find("\"Sent\""), "{view}");
}

// As the desk writes them: the same file is as long on both sides.
#[test]
fn lengths_are_rounded_as_the_desk_does() {
    for (bytes, english, french) in [
        (12, "12 bytes", "12 octets"),
        (1_536, "1.5 KB", "1,5 Ko"),
        (204_800, "200 KB", "200 Ko"),
        (104_858, "102 KB", "102 Ko"),
        (4_900_000, "4.7 MB", "4,7 Mo"),
        (5_242_880, "5 MB", "5 Mo"),
    ] {
        for (lang, expected) in [("en", english), ("fr", french)] {
            let begin = Begin { lang: lang.into(), ..Begin::default() };
            let (client, _) = Client::begin(begin, 0);
            assert_eq!(View { client: &client, now: 0 }.bytes(bytes), expected);
        }
    }
}
