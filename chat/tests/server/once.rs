//! Whatever happens to sockets: every message once, in order, for both.
use std::time::Duration;

use chat_client::{Agent, Visitor, name};
use chat_proto::{
    desk::{Deed, FromDesk, Say},
    visitor::FromVisitor,
};
use tokio::time::timeout;

use crate::{
    dark::Dark,
    engines::on_each_engine,
    site::{Bench, form},
};

on_each_engine! {
    every_message_is_there_once_whatever_happens_to_sockets,
    replay_and_live_are_one,
    a_restart_loses_nothing,
    the_same_request_has_the_same_answer,
}

/// How long somebody waits for an answer before they try anew; then twice as long each time.
const IMPATIENT: Duration = Duration::from_millis(700);

/// A visitor and an agent, in a conversation.
pub async fn talking(bench: &Bench) -> (Visitor, Agent, String) {
    let mut anna = bench.agent("Anna").await;
    let mut lea = bench.visitor();
    lea.start(form(), "fr").await.expect("let in");
    let (conv, no) = anna.is_asked().await.expect("asked");
    anna.does(&conv, Deed::Accept { no }).await.expect("accepted");
    anna.open(&conv).await.expect("open");
    (lea, anna, conv)
}

/// Numbers that look random, the same in every run.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

// shows: ERR-02
async fn every_message_is_there_once_whatever_happens_to_sockets(bench: Bench) {
    every_message_is_there_once(&bench, 25, |_, _| {}).await;
}

/// A visitor writes through a way that goes dark again and again; before each message her line may become another one.
pub async fn every_message_is_there_once(bench: &Bench, messages: u64, next: impl Fn(&mut Visitor, u64)) {
    let (lea, mut anna, conv) = talking(bench).await;
    let dark = Dark::before(bench.addr()).await;
    let mut far = Visitor::of(bench.place_at(dark.addr), lea.secret().to_owned());
    next(&mut far, 0);
    far.connect().await.expect("connects");
    let mut dice = Dice(7);
    for n in 0..messages {
        next(&mut far, n);
        let frame = FromVisitor::Send {
            cid: name(),
            conv: conv.clone(),
            text: format!("message {n}"),
            files: vec![],
            reply_to: None,
        };
        // Some bytes of the message, or of its acknowledgement, or all.
        dark.after(i64::try_from(dice.below(700)).expect("small"));
        let mut patience = IMPATIENT;
        while !matches!(timeout(patience, far.say(frame.clone())).await, Ok(Ok(_))) {
            far.cut();
            dark.heal();
            patience *= 2;
        }
    }
    // What came meanwhile lies with her line.
    let last = format!("message {}", messages - 1);
    anna.reads(&conv, |it| it.text == last).await.expect("read");
    let said = |msgs: &[chat_proto::message::Msg]| {
        msgs.iter().filter(|it| it.text.starts_with("message")).map(|it| it.text.clone()).collect::<Vec<_>>()
    };
    let expected: Vec<_> = (0..messages).map(|n| format!("message {n}")).collect();
    assert_eq!(said(&anna.open[&conv].msgs), expected);
    assert_eq!(said(&far.thread.msgs), expected);
}

async fn replay_and_live_are_one(bench: Bench) {
    const MESSAGES: u64 = 120;
    let (mut lea, mut anna, conv) = talking(&bench).await;
    let writing = {
        let conv = conv.clone();
        tokio::spawn(async move {
            for n in 0..MESSAGES {
                let text = format!("{n} {}", "long ".repeat(200));
                anna.write(&conv, &text).await.expect("stored");
            }
            anna
        })
    };
    let mut dice = Dice(11);
    let last = |lea: &Visitor| lea.thread.msgs.iter().filter(|it| it.text.ends_with("long ")).count() as u64;
    while last(&lea) < MESSAGES {
        // The client checks that nothing is missing and nothing comes twice.
        lea.connect().await.expect("connects");
        for _ in 0..dice.below(12) {
            if MESSAGES <= last(&lea) {
                break;
            }
            lea.until("anything", |_, _| Some(())).await.expect("in order");
        }
        if dice.below(2) == 0 { lea.cut() } else { lea.leave().await }
    }
    let anna = writing.await.expect("wrote");
    assert_eq!(anna.open[&conv].msgs, {
        let mut same = lea.thread.msgs.clone();
        // Desks know which agent wrote.
        same.iter_mut().zip(&anna.open[&conv].msgs).for_each(|(it, theirs)| it.agent = theirs.agent);
        same
    });
}

async fn a_restart_loses_nothing(bench: Bench) {
    after_a_restart_all_is_there(bench, false).await;
}

/// The visitor's frames go over a socket, or by requests.
pub async fn after_a_restart_all_is_there(mut bench: Bench, by_requests: bool) {
    let (mut lea, mut anna, conv) = talking(&bench).await;
    lea.polls(by_requests);
    lea.connect().await.expect("connects");
    lea.write("before").await.expect("stored");
    bench.restart().await;
    // Both find the connection gone, come back, and go on under the same names.
    anna.write(&conv, "after").await.expect("stored");
    lea.write("and after").await.expect("stored");
    lea.reads("both", |it| it.text == "and after").await.expect("read");
    let words: Vec<_> = lea.thread.words().into_iter().map(|(_, text)| text.to_owned()).collect();
    assert_eq!(words, ["before", "after", "and after"]);
    assert_eq!(lea.conversation.expect("known").agent, "Anna");
}

async fn the_same_request_has_the_same_answer(bench: Bench) {
    let (mut lea, mut anna, conv) = talking(&bench).await;
    let say = Say::Note { text: "aside".into() };
    let note = FromDesk::Send { cid: name(), conv: conv.clone(), say };
    let close = FromDesk::Do { cid: name(), conv: conv.clone(), what: Deed::Close { tags: vec![] } };
    for frame in [note, close] {
        let first = answer(&mut anna, &frame).await;
        assert_eq!(answer(&mut anna, &frame).await, first);
        anna.cut();
        anna.connect().await.expect("connects");
        assert_eq!(answer(&mut anna, &frame).await, first);
    }
    lea.until("the end", |it, _| it.thread.codes().contains(&"ended").then_some(())).await.expect("told");
    assert_eq!(bench.number("SELECT COUNT(*) FROM chat_record").await, 1);
    // A start under the same name is the same start.
    let cid = name();
    let start = || FromVisitor::Start {
        cid: cid.clone(),
        form: form(),
        lang: "fr".into(),
        offline: false,
        visit: chat_proto::visitor::Visit::default(),
    };
    let begun = lea.say(start()).await.expect("let in");
    for _ in 0..10 {
        lea.cut();
        assert_eq!(lea.say(start()).await.expect("the same"), begun);
    }
    assert_eq!(bench.number("SELECT COUNT(*) FROM chat_conversation").await, 2);
}

/// The whole acknowledgement.
async fn answer(agent: &mut Agent, frame: &FromDesk) -> String {
    use chat_proto::desk::ToDesk;
    agent.tell(frame).await.expect("told");
    let ack = agent.until("an answer", |_, frame| match frame {
        ToDesk::Ack { .. } | ToDesk::Nack { .. } => Some(format!("{frame:?}")),
        _ => None,
    });
    ack.await.expect("answered")
}
