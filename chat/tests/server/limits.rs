//! What nobody may do too often, too long, or without saying who they are.
use std::time::Duration;

use chat::{rt::Limits, server::Options};
use chat_client::{Error, Visitor, name, secret};
use chat_proto::{
    desk::{FromDesk, List, Query},
    limits::MAX_FRAME,
    visitor::{FromVisitor, ToVisitor},
};
use futures_util::SinkExt;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::Message;

use crate::{
    engines::Database,
    once::talking,
    raw,
    site::{Bench, PAGES, form, options, play, play_with},
};

/// With these limits.
fn limited(limits: Limits) -> Options {
    Options { limits, ..options() }
}

#[test]
fn who_writes_too_often_is_told_when_to_go_on() {
    let limits = Limits { message_burst: 3, message_every: Duration::from_secs(3), ..Limits::default() };
    play_with(Database::file(), limited(limits), async |bench| {
        let (mut lea, _anna, conv) = talking(&bench).await;
        let send = |cid: &str| {
            let (cid, text) = (cid.to_owned(), "hello".to_owned());
            FromVisitor::Send { cid, conv: conv.clone(), text, files: vec![], reply_to: None }
        };
        for _ in 0..4 {
            lea.tell(&send(&name())).await.expect("told");
        }
        let wait = lea.until("a refusal", |_, frame| match frame {
            ToVisitor::Nack { fault, .. } if fault.code == "rate" => fault.retry_ms,
            _ => None,
        });
        let wait = wait.await.expect("refused");
        assert!((1..=3_000).contains(&wait), "{wait}");
        // As long as it said, and what is less than a millisecond; and then it works at once.
        lea.rest(Duration::from_millis(u64::from(wait) + 1)).await.expect("connected");
        let patient = name();
        lea.tell(&send(&patient)).await.expect("told");
        let stored = lea.until("an answer", |_, frame| match frame {
            ToVisitor::Ack { cid, .. } if *cid == patient => Some(true),
            ToVisitor::Nack { cid, .. } if *cid == patient => Some(false),
            _ => None,
        });
        assert!(stored.await.expect("answered"), "refused when it had waited");
    });
}

#[test]
fn a_visitor_begins_six_conversations_in_twelve_hours() {
    play(Database::file(), async |bench| {
        let mut lea = bench.visitor();
        for _ in 0..6 {
            let begun = lea.start(form(), "fr").await.expect("let in");
            lea.say(FromVisitor::Close { cid: name(), conv: begun.conv }).await.expect("closed");
        }
        let refused = seventh(&mut lea).await;
        assert!(refused > 3_000_000, "{refused}");
    });
}

/// What a seventh start is answered.
async fn seventh(lea: &mut Visitor) -> u32 {
    lea.tell(&start()).await.expect("told");
    let wait = lea.until("a refusal", |_, frame| match frame {
        ToVisitor::Nack { fault, .. } if fault.code == "rate" => fault.retry_ms,
        _ => None,
    });
    wait.await.expect("refused")
}

#[test]
fn a_network_has_its_own_limit() {
    let limits = Limits { network_starts: 3, network_tokens: 5, ..Limits::default() };
    let proxies = vec!["127.0.0.1".parse().expect("an address")];
    play_with(Database::file(), Options { proxies, ..limited(limits) }, async |bench| {
        let http = chat_client::browser();
        let post = async |from: &str, path: &str, token: &str, body: String| {
            let asked = http.post(format!("{}/v1/widget/shop/{path}", bench.place().server));
            let asked = asked.header("origin", PAGES).header("x-forwarded-for", from).bearer_auth(token);
            let answer = asked.body(body).send().await.expect("an answer");
            (answer.status().as_u16(), answer.text().await.expect("read"))
        };
        let (begun, mut answers) = (Instant::now(), Vec::new());
        for (n, from) in
            ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "198.51.100.1"].iter().enumerate()
        {
            let secret = format!("{{\"secret\":\"{}\"}}", secret());
            let (status, token) = post(from, "token", "", secret).await;
            assert_eq!(status, 200, "{n}");
            let token: chat_proto::visitor::Token = serde_json::from_str(&token).expect("a token");
            let start = serde_json::to_string(&start()).expect("JSON");
            let (_, answer) = post(from, "say", &token.token, start).await;
            answers.push(serde_json::from_str::<serde_json::Value>(&answer).expect("JSON")["t"].clone());
        }
        assert_eq!(answers, ["ack", "ack", "ack", "nack", "ack"]);
        let tokens = async |from| post(from, "token", "", format!("{{\"secret\":\"{}\"}}", secret())).await.0;
        assert_eq!(tokens("192.0.2.9").await, 200);
        let (mut given, mut status) = (5, tokens("192.0.2.9").await);
        while status == 200 {
            given += 1;
            status = tokens("192.0.2.9").await;
        }
        assert_eq!(status, 429);
        // One comes back each twelve seconds.
        assert!(given <= 5 + begun.elapsed().as_secs() / 12, "{given} in {:?}", begun.elapsed());
        // Nobody in front says whose request it is: nobody pays for the others.
        for _ in 0..10 {
            bench.visitor().token().await.expect("a token");
        }
    });
}

fn start() -> FromVisitor {
    let visit = chat_proto::visitor::Visit::default();
    FromVisitor::Start { cid: name(), form: form(), lang: "fr".into(), offline: false, visit }
}

#[test]
fn a_sixth_tab_waits() {
    play(Database::file(), async |bench| {
        let secret = secret();
        let mut tabs = Vec::new();
        for _ in 0..5 {
            let mut tab = Visitor::of(bench.place(), secret.clone());
            tab.connect().await.expect("connects");
            tabs.push(tab);
        }
        let sixth = Visitor::of(bench.place(), secret).connect().await;
        assert!(matches!(&sixth, Err(Error::Gone(code)) if code == "rate"), "{sixth:?}");
    });
}

#[test]
fn who_says_nothing_is_ended() {
    let hello = Duration::from_secs(1);
    play_with(Database::file(), Options { hello, ..options() }, async |bench| {
        let begun = Instant::now();
        assert_eq!(raw::widget(&bench.place()).await.end().await.as_deref(), Some("hello"));
        assert!(hello <= begun.elapsed(), "there is time for a hello");
    });
}

#[test]
fn who_says_nonsense_is_ended() {
    play(Database::file(), async |bench| {
        let place = bench.place();
        let long = format!("{{\"t\":\"{}\"}}", "x".repeat(MAX_FRAME));
        for text in ["{}", "[]", "hello", "{\"t\":\"fly\"}", "{\"t\":\"typing\",\"conv\":\"a\",\"on\":true}"]
        {
            let mut socket = raw::widget(&place).await;
            socket.socket.send(Message::text(text)).await.expect("sent");
            assert_eq!(socket.end().await.as_deref(), Some("malformed"), "{text}");
        }
        // After hello too, by a frame that is too long or of the other form.
        for message in [Message::text(long), Message::binary(vec![0x80])] {
            let mut lea = bench.visitor();
            let token = lea.token().await.expect("a token");
            let mut socket = raw::widget(&place).await;
            socket.say(&FromVisitor::Hello { token, resume: None, page: None }).await;
            socket.until("welcome").await;
            // The server may have ended it before everything was sent.
            let _ = socket.socket.send(message).await;
            assert!(matches!(socket.end().await.as_deref(), Some("malformed") | None));
        }
    });
}

// shows: ERR-02
#[test]
fn who_does_not_read_is_ended_and_comes_back() {
    play(Database::file(), async |bench| {
        let (mut lea, mut anna, conv) = talking(&bench).await;
        lea.leave().await;
        let token = lea.token().await.expect("a token");
        let mut lagging = raw::narrow_widget(&bench.place()).await;
        lagging.say(&FromVisitor::Hello { token, resume: None, page: None }).await;
        lagging.until("welcome").await;
        // Every one is answered, and no answer is read.
        let frame = FromVisitor::Close { cid: name(), conv: name() };
        let frame = serde_json::to_string(&frame).expect("JSON");
        let flood = async { while lagging.socket.feed(Message::text(frame.clone())).await.is_ok() {} };
        // Until the server has ended it: its last word waits behind answers that nobody reads.
        timeout(raw::LONG, flood).await.expect("ended");
        anna.write(&conv, "are you there").await.expect("stored");
        assert!(matches!(lagging.end().await.as_deref(), Some("lagged") | None));
        lea.connect().await.expect("comes back");
        lea.reads("it", |it| it.text == "are you there").await.expect("nothing is lost");
    });
}

#[test]
fn an_agent_with_no_list_hears_nothing_of_a_hundred_conversations() {
    play(Database::file(), async |bench: Bench| {
        let mut anna = bench.desk("Anna").await;
        anna.watch(Query { list: List::Bot, ..Query::default() }).await.expect("a list");
        let mut maya = bench.desk("Maya").await;
        maya.watch(Query { list: List::Waiting, ..Query::default() }).await.expect("a list");
        let mut ben = idle(&bench).await;
        let conversations = crowd(&bench, 100).await;
        maya.until("the crowd", |it, _| (50 <= it.rows.len()).then_some(())).await.expect("listed");
        // What Ben is answered comes after whatever he was told before.
        ben.say(&FromDesk::Leave { conv: conversations[0].clone() }).await;
        let deed = chat_proto::desk::Deed::Wake;
        ben.say(&FromDesk::Do { cid: name(), conv: name(), what: deed }).await;
        ben.until("nack").await;
        assert_eq!(ben.heard.len(), 2, "welcome and the answer: {:?}", ben.heard);
        assert!(anna.rows.is_empty());
    });
}

/// Ben's desk, without a list.
pub async fn idle(bench: &Bench) -> raw::Raw {
    let ben = bench.accounts.agent_by_email("ben@shop.example").await.expect("read").expect("Ben");
    let token = bench.accounts.begin_login(ben.id).await.expect("a log-in");
    let cookie = format!("{}={}", accounts::COOKIE, accounts::login::text_of_token(&token));
    let place = bench.place();
    let headers = [
        ("origin", place.desk.as_str()),
        ("cookie", cookie.as_str()),
        ("sec-websocket-protocol", chat_proto::JSON),
    ];
    let mut socket = raw::open(&place, "as=desk", &headers).await.expect("let in");
    socket.say(&FromDesk::Hello { resume: vec![] }).await;
    socket.until("welcome").await;
    socket
}

/// Visitors who begin and write, beneath the sockets.
async fn crowd(bench: &Bench, n: u8) -> Vec<String> {
    use chat::{engine::*, model};
    let engine = bench.chat.engine();
    let mut all = Vec::new();
    for i in 0..n {
        let visitor = engine.visitor(bench.site, [i; 32]).await.expect("a visitor");
        let cid = || model::Cid::from_client([i + 1; 16]).expect("a name");
        let form = model::Form(form().into());
        let start =
            Start { site: bench.site, visitor, kind: model::Kind::Chat, cid: cid(), form, lang: None };
        let started = engine.start(start).await.expect("let in");
        let content = model::Content::Text("hello".into());
        let ask = Ask::Visitor(visitor, model::FromVisitor::Send { cid: cid(), content, reply_to: None });
        let request = Request { site: bench.site, conversation: started.conversation, ask, rid: None };
        engine.command(request).await.expect("stored");
        all.push(started.public.to_name());
    }
    all
}
