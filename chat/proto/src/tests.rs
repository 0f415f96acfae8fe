//! Golden frames, and what neighbouring releases need.
mod golden;
mod samples;

use expect_test::expect;

use crate::{
    desk::{Deed, FromDesk, List, Query},
    is_name,
    message::Msg,
    visitor::{FromVisitor, Stage, ToVisitor},
};

const NAME: &str = "000102030405060708090a0b0c0d0e0f";

fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("it can be written")
}

#[test]
fn frames_look_like_this() {
    let send = FromVisitor::Send {
        cid: NAME.into(),
        conv: NAME.into(),
        text: "Bonjour".into(),
        files: vec![],
        reply_to: None,
    };
    expect![[r#"{"t":"send","cid":"000102030405060708090a0b0c0d0e0f","conv":"000102030405060708090a0b0c0d0e0f","text":"Bonjour"}"#]]
        .assert_eq(&json(&send));
    let ack = ToVisitor::Ack { cid: NAME.into(), conv: NAME.into(), seq: 3, at: 1_700_000_000_000 };
    expect![[r#"{"t":"ack","cid":"000102030405060708090a0b0c0d0e0f","conv":"000102030405060708090a0b0c0d0e0f","seq":3,"at":1700000000000}"#]]
        .assert_eq(&json(&ack));
    let take = FromDesk::Do { cid: NAME.into(), conv: NAME.into(), what: Deed::Take { force: false } };
    expect![[r#"{"t":"do","cid":"000102030405060708090a0b0c0d0e0f","conv":"000102030405060708090a0b0c0d0e0f","what":{"kind":"take","force":false}}"#]]
        .assert_eq(&json(&take));
}

#[test]
fn missing_fields_have_defaults_and_unknown_ones_are_passed_over() {
    let text = r#"{"t":"conv","conv":"x","stage":"active","later":{"a":[1]}}"#;
    let ToVisitor::Conv(conversation) = serde_json::from_str(text).expect("a conversation") else {
        panic!("another frame");
    };
    assert_eq!((conversation.stage, conversation.ver, conversation.ahead), (Stage::Active, 0, None));
    let msg: Msg =
        serde_json::from_str(r#"{"seq":1,"kind":"hologram","meta":{"depth":3}}"#).expect("a message");
    assert_eq!((msg.seq, msg.kind.as_str()), (1, "hologram"));
}

// shows: ERR-07
#[test]
fn both_forms_carry_the_same() {
    let frame = ToVisitor::Msgs {
        conv: NAME.into(),
        msgs: vec![Msg { seq: 1, kind: "hologram".into(), ..Msg::default() }],
    };
    let bytes = rmp_serde::to_vec_named(&frame).expect("it can be written");
    assert_eq!(rmp_serde::from_slice::<ToVisitor>(&bytes).expect("a frame"), frame);
    assert_eq!(serde_json::from_str::<ToVisitor>(&json(&frame)).expect("a frame"), frame);
}

#[test]
fn a_name_is_32_digits() {
    assert!(is_name(NAME));
    for text in ["", "0", "000102030405060708090A0B0C0D0E0F", "zz0102030405060708090a0b0c0d0e0f"] {
        assert!(!is_name(text), "{text}");
    }
}

#[test]
fn a_list_is_watched_and_left() {
    for query in [Some(Query { list: List::Mine, words: "colis".into(), ..Query::default() }), None] {
        let frame = FromDesk::Watch { query };
        let text = json(&frame);
        assert_eq!(serde_json::from_str::<FromDesk>(&text).expect(&text), frame);
        let bytes = rmp_serde::to_vec_named(&frame).expect("it can be written");
        assert_eq!(rmp_serde::from_slice::<FromDesk>(&bytes).expect("a frame"), frame);
    }
}
