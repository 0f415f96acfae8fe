//! Ours against serde, which the other ends use.
use chat_proto::{
    message::Msg,
    visitor::{Conversation, FromVisitor, ToVisitor, Token, TokenRequest, Widget},
};
use serde::{Serialize, de::DeserializeOwned};

use super::*;
use crate::widget::outbox::Item;

const NAME: &str = "000102030405060708090a0b0c0d0e0f";

/// What serde writes is read as serde reads it; what is written here, serde reads as the same.
#[track_caller]
fn agrees<T: Codec + Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(text: &str) {
    let value: T = serde_json::from_str(text).expect(text);
    assert_eq!(from_json::<T>(text).as_ref(), Some(&value), "reading {text}");
    let theirs = serde_json::to_string(&value).expect("text");
    assert_eq!(from_json::<T>(&theirs).as_ref(), Some(&value), "reading {theirs}");
    let ours = to_json(&value);
    assert_eq!(serde_json::from_str::<T>(&ours).expect(&ours), value, "writing {ours}");
}

#[track_caller]
fn reads(text: &str) {
    let value: ToVisitor = serde_json::from_str(text).expect(text);
    assert_eq!(from_json::<ToVisitor>(text), Some(value), "{text}");
}

#[test]
fn what_visitors_say_is_written_as_the_service_reads_it() {
    for rest in [
        r#""t":"hello","token":"abc","resume":{"conv":"c","seq":3,"ver":9}"#,
        r#""t":"hello","token":"abc","page":{"key":"k","signature":"s"}"#,
        r#""t":"start","form":{"name":"Zoé","email":"z@example.test"},"lang":"fr","offline":true,"visit":{"id":"v","started":5,"referrer":"https://a.test/","campaign":{"utm_source":"x"},"pages":[{"url":"u","title":"t","at":4}]}"#,
        r#""t":"send","conv":"c","text":"a \"quote\"\n\u0001","files":["f","g"],"reply_to":4"#,
        r#""t":"choose","conv":"c","option":-3"#,
        r#""t":"submit","conv":"c","form":{}"#,
        r#""t":"close","conv":"c""#,
        r#""t":"rate","conv":"c","stars":5,"text":"merci""#,
        r#""t":"typing","conv":"c","on":true"#,
        r#""t":"read","conv":"c","seq":8"#,
        r#""t":"page","url":"https://a.test/b","title":"B","at":7"#,
        r#""t":"custom","data":{"plan":"gold"}"#,
        r#""t":"fetch","conv":"c","after":8"#,
    ] {
        let text = format!(r#"{{"cid":"{NAME}",{rest}}}"#);
        let value: FromVisitor = serde_json::from_str(&text).expect(&text);
        let ours = to_json(&value);
        assert_eq!(serde_json::from_str::<FromVisitor>(&ours).expect(&ours), value, "{ours}");
        // The first word is never stored or told to other tabs.
        if !rest.contains("hello") {
            assert_eq!(from_json::<FromVisitor>(&text), Some(value), "{text}");
        }
    }
}

#[test]
fn what_visitors_are_told_is_read_as_it_was_meant() {
    for text in [
        r#"{"t":"conv","conv":"c","stage":"offline_form","ver":7,"seq":3,"agent":"Sophie","agent_here":true,"ahead":0,"wait_s":40,"unattended":true,"rateable":true,"unavailable":true,"later":{"a":[1.5]}}"#,
        r#"{"t":"msgs","conv":"c","msgs":[]}"#,
        r#"{"t":"ack","cid":"x","conv":"c","at":3}"#,
        r#"{"t":"nack","cid":"x","fault":{"code":"form","fields":{"name":"empty"}}}"#,
        r#"{"t":"nack","cid":"x","fault":{"code":"rate","retry_ms":400}}"#,
        r#"{"t":"typing","conv":"c","on":false}"#,
        r#"{"t":"read","conv":"c","seq":4}"#,
        r#"{"t":"changed"}"#,
        r#"{"t":"ping"}"#,
    ] {
        reads(text);
    }
    agrees::<Conversation>(
        r#"{"conv":"c","stage":"offline_form","ver":7,"agent":"Sophie","ahead":0,"rateable":true}"#,
    );
    for text in [
        r#"{"t":"welcome","now":5,"ping_ms":5000,"conv":{"conv":"c","stage":"waiting"}}"#,
        r#"{"t":"welcome","now":5,"ping_ms":5000}"#,
        r#"{"t":"token","token":"abc","expires":9}"#,
        r#"{"t":"bye","code":"lagged"}"#,
    ] {
        reads(text);
    }
    assert_eq!(from_json::<ToVisitor>(r#"{"t":"hologram"}"#), None);
}

#[test]
fn each_kind_of_message_is_read_whole() {
    for text in [
        r#"{"seq":1,"cid":"x","from":"visitor","kind":"text","text":"Bonjour","at":5,"reply_to":3}"#,
        r#"{"seq":2,"from":"bot","kind":"choice_question","text":"?","meta":{"choices":[{"option":1,"label":"Un"},{"option":2,"label":"Deux"}]}}"#,
        r#"{"seq":3,"from":"visitor","kind":"choice","text":"Un","meta":{"option":1}}"#,
        r#"{"seq":4,"from":"agent","name":"Sophie","kind":"file","meta":{"files":[{"id":"f","name":"a.png","bytes":5,"kind":"image/png","size":[4,3]},{"id":"g","name":"b","bytes":1,"kind":"x"}]}}"#,
        r#"{"seq":5,"from":"system","kind":"screen_share","meta":{"code":"share_started","names":["Sophie"],"share":"s"}}"#,
        r#"{"seq":6,"from":"agent","kind":"deal","text":"-10 %","meta":{"url":"https://a.test/"}}"#,
        r#"{"seq":7,"from":"visitor","kind":"form","meta":{"form":{"name":"Zoé"}}}"#,
        r#"{"seq":8,"kind":"hologram","meta":{"depth":3}}"#,
    ] {
        agrees::<Msg>(text);
    }
}

#[test]
fn settings_and_tokens_are_read_whole() {
    agrees::<Widget>(
        r##"{"name":"Boutique","bot":"Léo","colour":"#112233","greeting":"Hi","form":[{"key":"name","label":"Nom","kind":"text","required":true}],
        "offline_form":[{"key":"email","kind":"email"}],"open":false,"closed":{"message":"Fermé","opens":7,"ways":[{"kind":"phone","label":"Tel","value":"+33 1"}]},
        "broken":["no_handover"],"max_file_bytes":100,"refused_files":["exe"],"presence":true,
        "query_keys":["size"]}"##,
    );
    agrees::<Widget>("{}");
    agrees::<Token>(r#"{"token":"abc","expires":1700000000000}"#);
    agrees::<TokenRequest>(r#"{"secret":"abc","identity":"e.y.J"}"#);
    agrees::<TokenRequest>(r#"{"secret":"abc"}"#);
}

#[test]
fn what_is_stored_is_read_again() {
    let text = r#"{"order":5,"say":{"t":"send","cid":"x","conv":"c","text":"t","files":[]},"files":[{"local":"l","name":"n","bytes":3,"kind":"k"}],"failed":"rate"}"#;
    let item: Item = from_json(text).expect("an item");
    assert_eq!((item.files[0].bytes, item.failed.as_deref()), (3, Some("rate")));
    assert_eq!(to_json(&item), text);
}
