//! Visitors who say something every second, and when it is acknowledged and heard.
use std::{
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use chat_client::Error;
use chat_proto::{
    Form,
    visitor::{FromVisitor, ToVisitor, Visit},
};
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{MissedTickBehavior, interval_at, sleep_until},
};

use super::socket::{Kind, Socket, Target, hear, tell, until};

/// As often as the product lets a visitor write for ever.
const EVERY: Duration = Duration::from_secs(1);
/// What is not there after so long is lost.
const LATE: Duration = Duration::from_secs(5);
/// What a message begins with; then the time at which it was sent.
const MARK: &str = "load ";

/// Microseconds since the program began: sent within what is said, so that whoever hears it knows how old it is.
fn now() -> u64 {
    static BEGAN: OnceLock<Instant> = OnceLock::new();
    let since = BEGAN.get_or_init(Instant::now).elapsed().as_micros();
    u64::try_from(since).unwrap_or(u64::MAX)
}

/// A visitor with two tabs.
pub struct Talker {
    kind: Kind,
    /// Where in the second they speak: not all at once.
    phase: Duration,
    conv: String,
    speaks: Socket,
    listens: Socket,
}

/// What came of it; times in microseconds.
#[derive(Debug, Default)]
pub struct Heard {
    pub sent: usize,
    pub acked: Vec<u64>,
    pub told: Vec<u64>,
}

impl Talker {
    pub async fn begin(target: Arc<Target>, n: u32) -> Result<Self, Error> {
        let who = target.visitor(format!("talk-{n}")).await?;
        let mut speaks = target.tab(&who).await?;
        let mut conv = String::new();
        if target.kind == Kind::Chat {
            let form: Form = [("name", "Léa"), ("email", "lea@example.org")]
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .into();
            let cid = chat_client::name();
            let lang = "fr".to_owned();
            let start = FromVisitor::Start { cid, form, lang, offline: false, visit: Visit::default() };
            tell(&mut speaks, serde_json::to_string(&start)?).await?;
            let answer = until(&mut speaks, |it| match it {
                ToVisitor::Ack { conv, .. } => Some(Ok(conv)),
                ToVisitor::Nack { fault, .. } => Some(Err(Error::Refused(fault))),
                _ => None,
            });
            conv = answer.await??;
        }
        let listens = target.tab(&who).await?;
        let phase = Duration::from_millis(u64::from(n) * 617 % 1_000);
        Ok(Self { kind: target.kind, phase, conv, speaks, listens })
    }

    /// What is said now.
    fn line(&self) -> Result<String, Error> {
        let text = format!("{MARK}{:024x}", now());
        if self.kind == Kind::Echo {
            return Ok(text);
        }
        let (cid, conv) = (chat_client::name(), self.conv.clone());
        let cid = format!("{}{}", &cid[..8], &text[MARK.len()..]);
        let send = FromVisitor::Send { cid, conv, text, files: Vec::new(), reply_to: None };
        Ok(serde_json::to_string(&send)?)
    }

    /// Speaks for so long; what is late is waited for.
    async fn talk(mut self, time: Duration) -> Result<(Heard, Self), Error> {
        let start = tokio::time::Instant::now() + self.phase;
        let mut turns = interval_at(start, EVERY);
        turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (stop, mut heard) = (start + time, Heard::default());
        while heard.told.len() < heard.sent || heard.acked.len() < heard.sent || !is_past(stop) {
            tokio::select! {
                _ = turns.tick(), if !is_past(stop) => {
                    let line = self.line()?;
                    tell(&mut self.speaks, line).await?;
                    heard.sent += 1;
                }
                text = hear(&mut self.speaks) => {
                    heard.acked.extend(text?.and_then(|it| acked(self.kind, &it)));
                }
                text = hear(&mut self.listens) => {
                    heard.told.extend(text?.into_iter().flat_map(|it| told(self.kind, &it)));
                }
                () = sleep_until(stop), if !is_past(stop) => {}
                () = sleep_until(stop + LATE) => break,
            }
        }
        Ok((heard, self))
    }
}

impl Talker {
    /// Stays there, without a word, until it is over.
    async fn stay(mut self, mut over: watch::Receiver<bool>) -> Result<Self, Error> {
        loop {
            tokio::select! {
                text = hear(&mut self.speaks) => drop(text?),
                text = hear(&mut self.listens) => drop(text?),
                // An error is an end too.
                _ = over.wait_for(|it| *it) => return Ok(self),
            }
        }
    }
}

/// Keeps them there while something is done.
pub async fn stay<T>(
    talkers: Vec<Talker>,
    meanwhile: impl Future<Output = T>,
) -> Result<(T, Vec<Talker>), Error> {
    let (tell, over) = watch::channel(false);
    let mut tasks = JoinSet::new();
    for talker in talkers {
        tasks.spawn(talker.stay(over.clone()));
    }
    let done = meanwhile.await;
    tell.send_replace(true);
    let talkers = tasks.join_all().await.into_iter().collect::<Result<_, _>>()?;
    Ok((done, talkers))
}

fn is_past(at: tokio::time::Instant) -> bool {
    at <= tokio::time::Instant::now()
}

/// How long ago it was sent.
fn age(mark: &str) -> Option<u64> {
    let sent = u64::from_str_radix(mark.get(mark.len().checked_sub(24)?..)?, 16).ok()?;
    now().checked_sub(sent)
}

/// How old what is acknowledged is; the bare server acknowledges by saying it again.
fn acked(kind: Kind, text: &str) -> Option<u64> {
    match kind {
        Kind::Echo => age(text),
        Kind::Chat => match serde_json::from_str(text) {
            Ok(ToVisitor::Ack { cid, .. }) => age(&cid),
            _ => None,
        },
    }
}

/// How old what is heard is.
fn told(kind: Kind, text: &str) -> Vec<u64> {
    match kind {
        Kind::Echo => age(text).into_iter().collect(),
        Kind::Chat => match serde_json::from_str(text) {
            Ok(ToVisitor::Msgs { msgs, .. }) => {
                msgs.iter().filter_map(|it| it.text.strip_prefix(MARK)).filter_map(age).collect()
            }
            _ => Vec::new(),
        },
    }
}

/// All of them for so long, and what came of it together.
pub async fn everybody(talkers: Vec<Talker>, time: Duration) -> Result<(Heard, Vec<Talker>), Error> {
    let mut tasks = JoinSet::new();
    for talker in talkers {
        tasks.spawn(talker.talk(time));
    }
    let (mut all, mut talkers) = (Heard::default(), Vec::new());
    for done in tasks.join_all().await {
        let (heard, talker) = done?;
        all.sent += heard.sent;
        all.acked.extend(heard.acked);
        all.told.extend(heard.told);
        talkers.push(talker);
    }
    Ok((all, talkers))
}
