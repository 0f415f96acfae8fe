//! Visitors whose network lets no WebSocket through: what sockets promise is promised to them.
use std::time::{Duration, Instant};

use chat::{model::VisitorId, rt::Limits, server::Options};
use chat_client::{Error, Visitor, name, secret};
use chat_proto::{
    Resume,
    limits::{MAX_FRAME, PAGE_BYTES},
    visitor::{FromVisitor, Stream},
};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::{
    engines::{Database, on_each_engine},
    once::{Dice, after_a_restart_all_is_there, every_message_is_there_once, talking},
    site::{Bench, PAGES, form, options, play, play_with},
};

on_each_engine! {
    every_message_is_there_once_by_requests,
    every_message_is_there_once_on_lines_that_change,
    an_answer_that_is_lost_is_given_again,
    a_chat_goes_on_where_its_socket_ended,
    what_is_written_meanwhile_comes_by_requests_and_once,
}

// shows: ERR-02
async fn every_message_is_there_once_by_requests(bench: Bench) {
    every_message_is_there_once(&bench, 12, |far, _| far.polls(true)).await;
}

async fn every_message_is_there_once_on_lines_that_change(bench: Bench) {
    every_message_is_there_once(&bench, 12, |far, n| {
        far.polls(n % 2 == 0);
        if n % 3 == 0 {
            far.cut();
        }
    })
    .await;
}

/// What a browser does, request by request.
struct Requests<'a> {
    bench: &'a Bench,
    http: reqwest::Client,
    token: String,
}

impl<'a> Requests<'a> {
    async fn of(bench: &'a Bench, visitor: &mut Visitor) -> Self {
        Self { bench, http: chat_client::browser(), token: visitor.token().await.expect("a token") }
    }

    async fn ask(&self, method: Method, query: &str, body: String) -> Response {
        let url = format!("{}/v1/stream?{query}", self.bench.place().server);
        let asked = self.http.request(method, url).header("origin", PAGES).bearer_auth(&self.token);
        asked.body(body).send().await.expect("an answer")
    }

    fn hello(&self, resume: Option<Resume>) -> String {
        let hello = FromVisitor::Hello { token: self.token.clone(), resume, page: None };
        serde_json::to_string(&hello).expect("JSON")
    }

    /// A new stream: what is behind the question mark for it.
    async fn stream(&self, resume: Option<Resume>) -> String {
        let begun = self.ask(Method::POST, "site=shop", self.hello(resume)).await;
        assert_eq!(begun.status(), StatusCode::OK);
        let Stream { stream } = begun.json().await.expect("a stream");
        assert!(chat_proto::is_name(&stream), "{stream}");
        format!("site=shop&stream={stream}")
    }

    async fn say(&self, stream: &str, frame: &FromVisitor) -> StatusCode {
        let body = serde_json::to_string(frame).expect("JSON");
        self.ask(Method::POST, stream, body).await.status()
    }

    /// What is told after this cursor; nothing where the stream has ended.
    async fn hear(&self, stream: &str, cursor: u64) -> Option<(u64, Vec<Value>)> {
        let told = self.ask(Method::GET, &format!("{stream}&cursor={cursor}&wait=25"), String::new()).await;
        if told.status() == StatusCode::NOT_FOUND {
            return None;
        }
        assert_eq!(told.status(), StatusCode::OK);
        let told: Value = told.json().await.expect("JSON");
        Some((told["cursor"].as_u64().expect("a number"), told["frames"].as_array().expect("frames").clone()))
    }

    /// Hears until a frame of this kind: it, and the cursor after it.
    async fn until(&self, stream: &str, mut cursor: u64, kind: &str) -> (Value, u64) {
        loop {
            let (next, frames) = self.hear(stream, cursor).await.unwrap_or_else(|| panic!("no {kind}"));
            cursor = next;
            if let Some(found) = frames.into_iter().find(|it| it["t"] == kind) {
                return (found, cursor);
            }
        }
    }

    /// Hears to the end: why it ended, if that was said.
    async fn end(&self, stream: &str) -> Option<String> {
        let (mut code, mut cursor) = (None, 0);
        while let Some((next, frames)) = self.hear(stream, cursor).await {
            let bye = frames.iter().find(|it| it["t"] == "bye");
            code = bye.map(|it| it["code"].as_str().expect("a code").to_owned()).or(code);
            cursor = next;
        }
        code
    }
}

fn send(conv: &str, text: &str) -> FromVisitor {
    let (cid, conv, text) = (name(), conv.to_owned(), text.to_owned());
    FromVisitor::Send { cid, conv, text, files: vec![], reply_to: None }
}

// shows: ERR-02
async fn an_answer_that_is_lost_is_given_again(bench: Bench) {
    let (mut lea, mut anna, conv) = talking(&bench).await;
    lea.leave().await;
    let asks = Requests::of(&bench, &mut lea).await;
    let stream = asks.stream(None).await;
    let (_, mut cursor) = asks.until(&stream, 0, "welcome").await;
    let (said, mut acks) = (send(&conv, "once"), Vec::new());
    // More often than cursors go round; what is said again is answered again, and stands there once.
    for n in 0..16 {
        assert_eq!(asks.say(&stream, &said).await, StatusCode::OK);
        loop {
            let (next, first) = asks.hear(&stream, cursor).await.expect("there");
            let (again, second) = asks.hear(&stream, cursor).await.expect("still there");
            assert_eq!((next, &first), (again, &second), "{n}: the same again");
            cursor = next;
            acks.extend(first.iter().filter(|it| it["t"] == "ack").cloned());
            if acks.len() == n + 1 {
                break;
            }
        }
    }
    assert!(acks.iter().all(|it| *it == acks[0] && it["seq"].as_u64() > Some(0)), "{acks:?}");
    anna.reads(&conv, |it| it.text == "once").await.expect("read");
    assert_eq!(bench.number("SELECT COUNT(*) FROM chat_message WHERE author = 'visitor'").await, 1);
    // What nobody was answered last cannot be asked for.
    assert_eq!(asks.hear(&stream, (cursor + 4) % 8).await, None);
}

async fn a_chat_goes_on_where_its_socket_ended(bench: Bench) {
    let (mut lea, mut anna, conv) = talking(&bench).await;
    for (n, is_polled) in [false, true, false, true, true].into_iter().enumerate() {
        lea.polls(is_polled);
        lea.connect().await.expect("connects");
        lea.write(&format!("to you {n}")).await.expect("stored");
        anna.write(&conv, &format!("to her {n}")).await.expect("stored");
        if n % 2 == 0 {
            lea.cut()
        } else {
            lea.leave().await
        }
        // Nobody hears it now.
        anna.write(&conv, &format!("meanwhile {n}")).await.expect("stored");
    }
    lea.connect().await.expect("connects");
    lea.reads("all", |it| it.text == "meanwhile 4").await.expect("nothing is lost");
    // The client fails where something is missing, comes twice or not in order.
    let words: Vec<_> = lea.thread.words().into_iter().map(|(_, text)| text.to_owned()).collect();
    let expected: Vec<_> =
        (0..5).flat_map(|n| ["to you", "to her", "meanwhile"].map(|it| format!("{it} {n}"))).collect();
    assert_eq!(words, expected);
    assert_eq!(lea.conversation.as_ref().expect("known").agent, "Anna");
}

async fn what_is_written_meanwhile_comes_by_requests_and_once(bench: Bench) {
    const MESSAGES: u64 = 60;
    let (mut lea, mut anna, conv) = talking(&bench).await;
    lea.polls(true);
    let writing = tokio::spawn(async move {
        for n in 0..MESSAGES {
            // Some pages of them: more than one answer holds.
            anna.write(&conv, &format!("{n} {}", "long ".repeat(400))).await.expect("stored");
        }
    });
    let mut dice = Dice(11);
    let n_read =
        |lea: &Visitor| lea.thread.msgs.iter().filter(|it| it.text.ends_with("long ")).count() as u64;
    while n_read(&lea) < MESSAGES {
        lea.connect().await.expect("connects");
        for _ in 0..dice.below(12) {
            if n_read(&lea) < MESSAGES {
                lea.until("anything", |_, _| Some(())).await.expect("in order");
            }
        }
        lea.cut();
    }
    writing.await.expect("wrote");
}

#[test]
fn a_stream_is_its_visitors_and_for_pages_of_the_site() {
    play(Database::file(), async |bench| {
        let (mut lea, _anna, conv) = talking(&bench).await;
        let (mut eve, http) = (bench.visitor(), chat_client::browser());
        let asks = Requests::of(&bench, &mut lea).await;
        let eves = Requests::of(&bench, &mut eve).await;
        let stream = asks.stream(None).await;
        assert_eq!(eves.hear(&stream, 0).await, None, "somebody else's is not there");
        assert_eq!(eves.say(&stream, &send(&conv, "hi")).await, StatusCode::NOT_FOUND);
        let status = async |method: Method, query: &str, headers: &[(&str, &str)], body: String| {
            let asked =
                http.request(method, format!("{}/v1/stream?{query}", bench.place().server)).body(body);
            let asked = headers.iter().fold(asked, |asked, (name, value)| asked.header(*name, *value));
            asked.send().await.expect("an answer").status().as_u16()
        };
        let bearer = format!("Bearer {}", asks.token);
        let (hers, page) = (("authorization", bearer.as_str()), ("origin", PAGES));
        let begins = async |query: &str, headers: &[(&str, &str)]| {
            status(Method::POST, query, headers, asks.hello(None)).await
        };
        assert_eq!(begins("site=shop", &[hers, page]).await, 200);
        assert_eq!(begins("site=shop", &[hers]).await, 403);
        assert_eq!(begins("site=shop", &[hers, ("origin", "https://evil.example")]).await, 403);
        assert_eq!(begins("site=shop", &[hers, ("origin", "null")]).await, 403);
        assert_eq!(begins("site=shop", &[page]).await, 401);
        assert_eq!(begins("site=shop", &[page, ("authorization", "Bearer AAAA")]).await, 401);
        assert_eq!(begins("site=nobody", &[hers, page]).await, 404);
        assert_eq!(begins("", &[hers, page]).await, 404);
        let hears =
            async |headers: &[(&str, &str)]| status(Method::GET, &stream, headers, String::new()).await;
        assert_eq!(hears(&[page]).await, 401);
        assert_eq!(hears(&[hers, ("origin", "https://evil.example")]).await, 403);
        let options = status(Method::OPTIONS, &stream, &[page], String::new()).await;
        assert_eq!(options, 204, "the browser asks whether it may");
        // The hello of one with the token of another opens nothing.
        let mixed = eves.ask(Method::POST, "site=shop", asks.hello(None)).await;
        assert_eq!(mixed.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(mixed.json::<Value>().await.expect("JSON")["code"], "token");
        assert_eq!(hears(&[hers, page]).await, 200, "hers is still there");
        // What is of others is not there by requests either.
        let theirs = eves.stream(None).await;
        assert_eq!(eves.say(&theirs, &send(&conv, "hi")).await, StatusCode::OK);
        let (nack, _) = eves.until(&theirs, 0, "nack").await;
        assert_eq!(nack["fault"]["code"], "not_found");
    });
}

#[test]
fn limits_are_those_of_sockets() {
    let limits = Limits { message_burst: 3, message_every: Duration::from_secs(30), ..Limits::default() };
    play_with(Database::file(), Options { limits, ..options() }, async |bench| {
        let (mut lea, _anna, conv) = talking(&bench).await;
        lea.leave().await;
        let asks = Requests::of(&bench, &mut lea).await;
        let stream = asks.stream(None).await;
        for _ in 0..4 {
            assert_eq!(asks.say(&stream, &send(&conv, "hello")).await, StatusCode::OK);
        }
        let (nack, _) = asks.until(&stream, 0, "nack").await;
        assert_eq!(nack["fault"]["code"], "rate");
        let long = send(&conv, &"x".repeat(MAX_FRAME));
        assert_eq!(asks.say(&stream, &long).await, StatusCode::PAYLOAD_TOO_LARGE);
        for text in ["{}", "hello", r#"{"t":"typing","conv":"a","on":true}"#] {
            let first = asks.ask(Method::POST, "site=shop", text.to_owned()).await;
            assert_eq!(first.status(), StatusCode::BAD_REQUEST, "hello is first: {text}");
        }
        let wrong = asks.stream(None).await;
        let nonsense = asks.ask(Method::POST, &wrong, r#"{"t":"fly"}"#.to_owned()).await;
        assert_eq!(nonsense.status(), StatusCode::BAD_REQUEST);
        assert_eq!(asks.end(&wrong).await.as_deref(), Some("malformed"));
    });
}

#[test]
fn a_sixth_stream_waits_and_is_told_so() {
    play(Database::file(), async |bench| {
        let (secret, mut tabs) = (secret(), Vec::new());
        for n in 0..5 {
            let mut tab = Visitor::of(bench.place(), secret.clone());
            tab.polls(n % 2 == 0);
            tab.connect().await.expect("connects");
            tabs.push(tab);
        }
        let mut sixth = Visitor::of(bench.place(), secret);
        sixth.polls(true);
        let refused = sixth.connect().await;
        assert!(matches!(&refused, Err(Error::Gone(code)) if code == "rate"), "{refused:?}");
        // One that is closed makes room at once.
        tabs.swap_remove(0).leave().await;
        sixth.say(FromVisitor::Close { cid: name(), conv: name() }).await.expect_err("let in, and refused");
        assert!(sixth.is_connected());
    });
}

#[test]
fn who_says_much_and_asks_for_nothing_is_ended() {
    play(Database::file(), async |bench| {
        let (mut lea, mut anna, conv) = talking(&bench).await;
        lea.leave().await;
        let asks = Requests::of(&bench, &mut lea).await;
        let stream = asks.stream(None).await;
        // Every one is answered, and no answer is asked for: some hundreds wait, and no more.
        let frame = FromVisitor::Close { cid: name(), conv: name() };
        let mut n_said = 0;
        while asks.say(&stream, &frame).await == StatusCode::OK {
            n_said += 1;
            assert!(n_said < 2_000, "what waits is bounded");
        }
        anna.write(&conv, "are you there").await.expect("stored");
        lea.polls(true);
        lea.connect().await.expect("comes back");
        lea.reads("it", |it| it.text == "are you there").await.expect("nothing is lost");
    });
}

// shows: PRS-01
#[test]
fn who_asks_no_more_is_gone_and_who_hangs_up_at_once() {
    let grace = Duration::from_secs(10);
    let options = Options { ping: Duration::from_secs(1), grace, ..options() };
    play_with(Database::file(), options, async |bench| {
        let mut lea = bench.visitor();
        lea.polls(true);
        lea.start(form(), "fr").await.expect("let in");
        assert_eq!(bench.chat.visitor_sockets(), 1);
        // A page that only looks on is there, however long.
        lea.rest(Duration::from_secs(4)).await.expect("connected");
        let left = Instant::now();
        lea.leave().await;
        is_left(&bench).await;
        assert!(
            left.elapsed() < Duration::from_secs(1),
            "without waiting for its silence: {:?}",
            left.elapsed()
        );
        let asks = Requests::of(&bench, &mut lea).await;
        let stream = asks.stream(None).await;
        asks.until(&stream, 0, "welcome").await;
        let silent = Instant::now();
        is_left(&bench).await;
        assert!(
            Duration::from_secs(1) < silent.elapsed(),
            "two pings are waited for: {:?}",
            silent.elapsed()
        );
        assert_eq!(asks.hear(&stream, 1).await, None);
        // She was on one line after the other, and the silence of the last was a part of the grace.
        let visitor = VisitorId(bench.number("SELECT id FROM chat_visitor").await);
        let is_there = || bench.chat.engine().online().has(bench.site, visitor);
        assert!(is_there());
        while is_there() {
            tokio::time::sleep(Duration::from_millis(10)).await; // waits: for the grace
        }
        assert!(silent.elapsed() < Duration::from_secs(1) + grace, "gone after {:?}", silent.elapsed());
    });
}

async fn is_left(bench: &Bench) {
    while bench.chat.visitor_sockets() > 0 {
        tokio::time::sleep(Duration::from_millis(10)).await; // waits: nobody is told when a socket has left
    }
}

#[test]
fn a_request_takes_the_place_of_the_one_before() {
    play(Database::file(), async |bench| {
        let (mut lea, mut anna, conv) = talking(&bench).await;
        let asks = Requests::of(&bench, &mut lea).await;
        let stream = asks.stream(Some(lea.thread.resume())).await;
        let (_, mut cursor) = asks.until(&stream, 0, "welcome").await;
        // What is still to be told at the beginning.
        loop {
            let (next, frames) = asks.hear(&stream, cursor).await.expect("there");
            cursor = next;
            if frames.iter().all(|it| it["t"] == "ping") {
                break;
            }
        }
        let first = asks.hear(&stream, cursor);
        let second = async {
            anna.write(&conv, "for one of them").await.expect("stored");
            asks.hear(&stream, cursor).await
        };
        let (first, second) = tokio::join!(first, second);
        let texts = [first, second].map(|it| json!(it.expect("there").1).to_string());
        assert!(texts[1].contains("for one of them"), "the last who asks is told: {texts:?}");
    });
}

#[test]
fn an_answer_holds_a_page_at_most_and_leaves_nothing_out() {
    const MESSAGES: usize = 40;
    play(Database::file(), async |bench| {
        let (mut lea, mut anna, conv) = talking(&bench).await;
        lea.leave().await;
        let text = |n: usize| format!("{n} {}", "long ".repeat(400));
        for n in 0..MESSAGES {
            anna.write(&conv, &text(n)).await.expect("stored");
        }
        let asks = Requests::of(&bench, &mut lea).await;
        let stream = asks.stream(None).await;
        let (mut cursor, mut texts) = (0, Vec::new());
        while texts.len() < MESSAGES {
            let (next, frames) = asks.hear(&stream, cursor).await.expect("there");
            let bytes: usize = frames.iter().map(|it| it.to_string().len()).sum();
            assert!(frames.len() == 1 || bytes <= PAGE_BYTES, "{} frames of {bytes} bytes", frames.len());
            let msgs = frames.iter().filter_map(|it| it["msgs"].as_array()).flatten();
            let read = msgs.filter_map(|it| it["text"].as_str()).filter(|it| it.ends_with("long "));
            texts.extend(read.map(str::to_owned));
            cursor = next;
        }
        assert_eq!(texts, (0..MESSAGES).map(text).collect::<Vec<_>>());
    });
}

#[test]
fn a_restart_loses_nothing_by_requests() {
    play(Database::file(), async |bench| after_a_restart_all_is_there(bench, true).await);
}
