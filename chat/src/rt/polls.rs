//! Widgets whose network lets no WebSocket through: frames are posted, and asked for by requests that wait for them.
//!
//! ```text
//!   POST ──frame──▶ Line::Polled ──▶ visitor::serve, as any socket ──frames──▶ Answers ──▶ GET, a few at a time
//! ```
//! A poll lives in this process as a socket does, and its client begins anew where it is gone. What was answered last
//! is kept until the next request says that it has come: an answer that is lost is given again.
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::extract::ws::{Message, Utf8Bytes};
use chat_proto::limits::PAGE_BYTES;
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, timeout, timeout_at},
};
use tokio_util::sync::CancellationToken;

use super::{
    hub::Visiting,
    limits::RetryMs,
    line::{self, Ends},
    visitor::{self, Guest},
    wire::Codec,
};
use crate::{model::PublicId, server::Chat};

/// Answers are counted up to this, and then from 0 again: browsers ask for each address once whether they may ask
/// across origins, and more than the last answer is never in doubt.
const CURSORS: u32 = 8;
/// What is told within so long goes into one answer.
const TOGETHER: Duration = Duration::from_millis(5);
/// So long somebody who says hello waits for what was left to end, milliseconds.
const PARTING_MS: u32 = 500;
/// For each line that a visitor may have, so many may be there: those that are let in, and those that are about to end.
const AT_ONCE: usize = 2;
/// Whoever is there asks again within so long of an answer: only where nobody did may a newcomer take the place.
const BETWEEN: Duration = Duration::from_secs(1);

/// There is no such poll: the client says hello anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gone;

/// Why something could not be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unsaid {
    /// There is no such poll.
    Gone,
    /// Something else is being said.
    Busy,
}

/// Those of this process, by whose they are and by name.
#[derive(Default)]
pub(crate) struct Polls(Mutex<HashMap<Visiting, HashMap<PublicId, Arc<Polled>>>>);

/// One of them.
pub(crate) struct Polled {
    who: Visiting,
    say: mpsc::Sender<Message>,
    says: tokio::sync::Mutex<()>,
    answers: tokio::sync::Mutex<Answers>,
    /// Which request waits: a later one takes the place of one whose client may be gone.
    turn: watch::Sender<u64>,
    /// How many do.
    n_asking: AtomicUsize,
    /// When its client was heard, or answered, last.
    last: Mutex<Instant>,
    hung_up: CancellationToken,
    /// Nobody serves it any more.
    over: CancellationToken,
}

struct Answers {
    told: mpsc::Receiver<Message>,
    hung_up: CancellationToken,
    /// What the next request has to say.
    cursor: u32,
    /// The answer to the request before.
    kept: Option<Answer>,
    /// What did not go into it any more.
    next: Option<Utf8Bytes>,
}

/// What a request is answered: [`PAGE_BYTES`] at most, or one frame, which may be longer.
#[derive(Clone)]
pub(crate) struct Answer {
    /// What the next request says.
    pub cursor: u32,
    /// Frames, as JSON.
    pub frames: Vec<Utf8Bytes>,
}

impl Polls {
    fn lock(&self) -> MutexGuard<'_, HashMap<Visiting, HashMap<PublicId, Arc<Polled>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// This visitor's, of that name. Somebody else's is not there.
    pub fn find(&self, name: &str, who: Visiting) -> Result<Arc<Polled>, Gone> {
        let name = PublicId::from_name(name).ok_or(Gone)?;
        self.lock().get(&who).and_then(|it| it.get(&name)).cloned().ok_or(Gone)
    }

    /// Takes another one in, of a visitor who has fewer than `most`. Those of theirs that no request waits on are told: of
    /// pages that were left between two of them, but for those whose next one is under way.
    fn enter(&self, name: PublicId, it: &Arc<Polled>, most: usize) -> Result<Vec<Arc<Polled>>, RetryMs> {
        let mut all = self.lock();
        let theirs = all.entry(it.who).or_default();
        if most <= theirs.len() {
            return Err(RetryMs(PARTING_MS));
        }
        let unasked = theirs.values().filter(|it| it.n_asking.load(Ordering::Relaxed) == 0);
        let unasked = unasked.cloned().collect();
        theirs.insert(name, it.clone());
        Ok(unasked)
    }

    fn leave(&self, name: PublicId, who: Visiting) {
        let mut all = self.lock();
        if let Some(theirs) = all.get_mut(&who) {
            theirs.remove(&name);
            if theirs.is_empty() {
                all.remove(&who);
            }
        }
    }
}

/// Ends as many of these as it takes, those first that are about to end, and then those that nobody has asked on for
/// longest: a browser that says hello again and again is one browser. A page that is there asks again meanwhile, and keeps
/// its place; so does one that is still at work.
async fn make_room(mut unasked: Vec<Arc<Polled>>, is_crowded: impl Fn() -> bool) {
    unasked.sort_by_key(|it| (!it.hung_up.is_cancelled(), it.last()));
    for it in unasked {
        if !is_crowded() {
            return;
        }
        let left = timeout_at(it.last() + BETWEEN, it.hung_up.cancelled()).await;
        if left.is_err() && it.n_asking.load(Ordering::Relaxed) == 0 && BETWEEN <= it.last().elapsed() {
            it.hung_up.cancel();
        }
        if it.hung_up.is_cancelled() {
            let _ = timeout(Duration::from_millis(PARTING_MS.into()), it.over.cancelled()).await;
        }
    }
}

/// Begins to serve a visitor who has posted their hello, under this name.
///
/// # Errors
/// When they have begun too many: what they said is not taken.
pub(crate) fn begin(
    chat: &Chat,
    name: PublicId,
    (who, guest): (Visiting, Guest),
    hello: Utf8Bytes,
) -> Result<(), RetryMs> {
    let (line, ends) = line::piped();
    // There is room: nothing was said before.
    let _ = ends.say.try_send(Message::Text(hello));
    let polled = Arc::new(Polled::new(who, ends));
    let most = chat.options.limits.sockets;
    let unasked = chat.polls.enter(name, &polled, AT_ONCE * most)?;
    let chat = chat.clone();
    tokio::spawn(async move {
        make_room(unasked, || most <= chat.hub.n_of(who)).await;
        visitor::serve(chat.clone(), line, Codec::Json, guest).await;
        chat.polls.leave(name, who);
        polled.over.cancel();
    });
    Ok(())
}

impl Polled {
    fn new(who: Visiting, Ends { say, told, hung_up }: Ends) -> Self {
        let answers = Answers { told, hung_up: hung_up.clone(), cursor: 0, kept: None, next: None };
        Self {
            who,
            say,
            says: Default::default(),
            answers: answers.into(),
            turn: watch::Sender::new(0),
            n_asking: AtomicUsize::new(0),
            last: Instant::now().into(),
            hung_up,
            over: CancellationToken::new(),
        }
    }

    /// Its client is there.
    fn hear(&self) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn last(&self) -> Instant {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says something. One at a time: what is said keeps its order.
    pub async fn say(&self, frame: Utf8Bytes) -> Result<(), Unsaid> {
        let _alone = self.says.try_lock().map_err(|_| Unsaid::Busy)?;
        self.hear();
        tokio::select! {
            biased;
            () = self.hung_up.cancelled() => Err(Unsaid::Gone),
            said = self.say.send(Message::Text(frame)) => said.map_err(|_| Unsaid::Gone),
        }
    }

    /// Waits for something to tell, as long as nobody asks anew. Where the client hangs up meanwhile it is gone, as when
    /// it closes a socket.
    pub async fn ask(self: Arc<Self>, cursor: u32, wait: Duration) -> Result<Answer, Gone> {
        let mut mine = 0;
        self.turn.send_modify(|turn| {
            *turn += 1;
            mine = *turn;
        });
        self.n_asking.fetch_add(1, Ordering::Relaxed);
        let asking = Asking { mine, of: self.clone(), is_answered: false };
        // A request that is dropped must not take with it what was on its way.
        let answer = tokio::spawn(async move { self.answer(mine, cursor, wait).await }).await;
        asking.ends();
        answer.unwrap_or(Err(Gone))
    }

    async fn answer(&self, mine: u64, cursor: u32, wait: Duration) -> Result<Answer, Gone> {
        let mut answers = self.answers.lock().await;
        // Whoever asks is there. No room means that they have said something besides.
        let _ = self.say.try_send(Message::Pong(Default::default()));
        if cursor != answers.cursor {
            let is_lost = cursor.wrapping_add(1) % CURSORS == answers.cursor;
            return answers.kept.clone().filter(|_| is_lost).ok_or(Gone);
        }
        answers.kept = None;
        let (nothing, mut turn) = (Answer { cursor, frames: Vec::new() }, self.turn.subscribe());
        let first = tokio::select! {
            biased;
            first = answers.text() => first?,
            () = tokio::time::sleep(wait) => return Ok(nothing),
            _ = turn.wait_for(|it| *it != mine) => return Ok(nothing),
        };
        let (mut bytes, mut frames) = (first.len(), vec![first]);
        while let Ok(Ok(next)) = timeout(TOGETHER, answers.text()).await {
            bytes += next.len();
            if PAGE_BYTES < bytes {
                answers.next = Some(next);
                break;
            }
            frames.push(next);
        }
        answers.cursor = cursor.wrapping_add(1) % CURSORS;
        let answer = Answer { cursor: answers.cursor, frames };
        answers.kept = Some(answer.clone());
        Ok(answer)
    }
}

impl Answers {
    /// The next frame. A socket's own pings are nothing to those who ask; its end is theirs.
    async fn text(&mut self) -> Result<Utf8Bytes, Gone> {
        if let Some(next) = self.next.take() {
            return Ok(next);
        }
        loop {
            match self.told.recv().await {
                Some(Message::Text(text)) => return Ok(text),
                Some(Message::Close(_)) | None => {
                    self.hung_up.cancel();
                    return Err(Gone);
                }
                Some(Message::Binary(_) | Message::Ping(_) | Message::Pong(_)) => {}
            }
        }
    }
}

/// A request that waits.
struct Asking {
    mine: u64,
    of: Arc<Polled>,
    is_answered: bool,
}

impl Asking {
    fn ends(mut self) {
        self.is_answered = true;
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        // Before nobody asks: until now somebody did.
        self.of.hear();
        self.of.n_asking.fetch_sub(1, Ordering::Relaxed);
        // One whose place another has taken was lost on the way, and nobody has hung up.
        if !self.is_answered && *self.of.turn.borrow() == self.mine {
            // As if it had been a socket that is closed.
            self.of.hung_up.cancel();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            outbox::{Code, Outbox},
            presence,
            socket::{self, Heard, Out, Pulse, Stop, Tell, Work},
        },
        *,
    };
    use crate::{
        engine::testing,
        model::{SiteId, VisitorId},
        server::Options,
    };

    /// Neither does nor tells anything, and is there.
    struct Idle;

    impl Work for Idle {
        type Frame = String;

        async fn work(&mut self, _: Heard<String>) -> Result<(), Code> {
            Ok(())
        }
    }

    impl Tell for Idle {
        type Dirty = ();

        async fn tell(&mut self, (): (), _: &mut Out<'_>) -> Result<(), Stop> {
            Ok(())
        }

        fn ping(&self) -> Option<Message> {
            Codec::Json.encode(&"ping")
        }

        async fn beat(&mut self) -> Result<(), Code> {
            Ok(())
        }

        fn bye(&self, _: Code) -> Option<Message> {
            None
        }
    }

    // shows: PRS-01
    #[tokio::test]
    async fn a_page_that_is_left_between_two_requests_is_gone_within_15_s() {
        let (_folder, engine) = testing::engine().await;
        tokio::time::pause();
        let (options, (line, ends)) = (Options::new(""), line::piped());
        let (polled, outbox) =
            (Arc::new(Polled::new((SiteId(1), VisitorId(1)), ends)), Outbox::<()>::new(Codec::Json));
        let serves = async {
            let pulse = Pulse { every: options.ping };
            let stop = socket::serve(&engine, line, &outbox, pulse, (Idle, Idle)).await;
            Instant::now() + presence::grace(&options, matches!(stop, Stop::Silent))
        };
        let asks = async {
            let ask = |cursor| polled.clone().ask(cursor, Duration::from_secs(25));
            let (begun, mut cursor) = (Instant::now(), 0);
            // It is there for as long as it asks again.
            while begun.elapsed() < Duration::from_secs(60) {
                cursor = ask(cursor).await.expect("there").cursor;
            }
            // It asks, is answered at once, and left before it asks again.
            outbox.push(&"news");
            ask(cursor).await.expect("there");
            Instant::now()
        };
        let (gone, left) = tokio::join!(serves, asks);
        assert!(gone - left <= Duration::from_secs(15), "red after {:?}", gone - left);
        assert!(options.grace <= gone - left, "no sooner than what is closed: {:?}", gone - left);
    }

    #[test]
    fn whoever_begins_again_and_again_takes_up_a_bounded_room() {
        let (polls, mut lines) = (Polls::default(), Vec::new());
        let name = |n: u8| PublicId::from_bytes([n; 16]);
        let mut enters = |n: u8, visitor: i64| {
            let (line, ends) = line::piped();
            lines.push(line);
            polls.enter(name(n), &Arc::new(Polled::new((SiteId(1), VisitorId(visitor)), ends)), 3)
        };
        for n in 0..3 {
            assert_eq!(enters(n, 1).map(|unasked| unasked.len()), Ok(usize::from(n)));
        }
        assert_eq!(enters(3, 1).map(drop), Err(RetryMs(PARTING_MS)));
        assert_eq!(enters(4, 2).map(|unasked| unasked.len()), Ok(0), "another visitor's are their own");
        polls.leave(name(1), (SiteId(1), VisitorId(1)));
        assert_eq!(enters(5, 1).map(|unasked| unasked.len()), Ok(2));
        for (n, visitor) in [(0, 1), (2, 1), (5, 1), (4, 2)] {
            polls.leave(name(n), (SiteId(1), VisitorId(visitor)));
        }
        assert!(polls.lock().is_empty(), "nothing is left of those that are gone");
    }
}
