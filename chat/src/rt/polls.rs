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
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use super::{
    hub::Visiting,
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
/// So long somebody who says hello waits for what was left to end.
const PARTING: Duration = Duration::from_millis(500);

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

/// Those of this process.
#[derive(Default)]
pub(crate) struct Polls(Mutex<HashMap<PublicId, Arc<Polled>>>);

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
    /// Nobody serves it any more.
    over: CancellationToken,
}

struct Answers {
    told: mpsc::Receiver<Message>,
    /// What the next request has to say.
    cursor: u32,
    /// The answer to the request before.
    kept: Option<Answer>,
}

/// What a request is answered.
#[derive(Clone)]
pub(crate) struct Answer {
    /// What the next request says.
    pub cursor: u32,
    /// Frames, as JSON.
    pub frames: Vec<Utf8Bytes>,
}

impl Polls {
    fn lock(&self) -> MutexGuard<'_, HashMap<PublicId, Arc<Polled>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// This visitor's, of that name. Somebody else's is not there.
    pub fn find(&self, name: &str, who: Visiting) -> Result<Arc<Polled>, Gone> {
        let name = PublicId::from_name(name).ok_or(Gone)?;
        let found = self.lock().get(&name).cloned();
        found.filter(|it| it.who == who).ok_or(Gone)
    }

    /// This visitor's that no request waits on: of pages that were left between two of them, but for those whose next one
    /// is under way.
    fn unasked(&self, who: Visiting) -> Vec<Arc<Polled>> {
        let all = self.lock();
        let theirs = all.values().filter(|it| it.who == who);
        theirs.filter(|it| it.n_asking.load(Ordering::Relaxed) == 0).cloned().collect()
    }
}

/// Begins to serve a visitor who has posted their hello, under this name.
pub(crate) fn begin(chat: &Chat, name: PublicId, (who, guest): (Visiting, Guest), hello: Utf8Bytes) {
    let most = chat.options.limits.sockets;
    let unasked = if chat.hub.n_of(who) < most { Vec::new() } else { chat.polls.unasked(who) };
    let (line, Ends { say, told }) = line::piped();
    // There is room: nothing was said before.
    let _ = say.try_send(Message::Text(hello));
    let answers = Answers { told, cursor: 0, kept: None };
    let polled = Arc::new(Polled {
        who,
        say,
        says: Default::default(),
        answers: answers.into(),
        turn: watch::Sender::new(0),
        n_asking: AtomicUsize::new(0),
        over: CancellationToken::new(),
    });
    chat.polls.lock().insert(name, polled.clone());
    let chat = chat.clone();
    tokio::spawn(async move {
        // Those make room: a browser that says hello again and again is one browser.
        for it in unasked {
            it.hang_up();
            // One that is still at work keeps its place.
            let _ = timeout(PARTING, it.over.cancelled()).await;
        }
        visitor::serve(chat.clone(), line, Codec::Json, guest).await;
        chat.polls.lock().remove(&name);
        polled.over.cancel();
    });
}

impl Polled {
    /// Says something. One at a time: what is said keeps its order.
    pub async fn say(&self, frame: Utf8Bytes) -> Result<(), Unsaid> {
        let _alone = self.says.try_lock().map_err(|_| Unsaid::Busy)?;
        self.say.send(Message::Text(frame)).await.map_err(|_| Unsaid::Gone)
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

    /// As if it had been a socket that is closed. Without room it is ended for its silence.
    fn hang_up(&self) {
        let _ = self.say.try_send(Message::Close(None));
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
        while bytes < PAGE_BYTES
            && let Ok(Ok(next)) = timeout(TOGETHER, answers.text()).await
        {
            bytes += next.len();
            frames.push(next);
        }
        answers.cursor = cursor.wrapping_add(1) % CURSORS;
        let answer = Answer { cursor: answers.cursor, frames };
        answers.kept = Some(answer.clone());
        Ok(answer)
    }
}

impl Answers {
    /// The next frame. A socket's own pings are nothing to those who ask.
    async fn text(&mut self) -> Result<Utf8Bytes, Gone> {
        loop {
            match self.told.recv().await {
                Some(Message::Text(text)) => return Ok(text),
                Some(Message::Close(_)) | None => return Err(Gone),
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
        self.of.n_asking.fetch_sub(1, Ordering::Relaxed);
        // One whose place another has taken was lost on the way, and nobody has hung up.
        if !self.is_answered && *self.of.turn.borrow() == self.mine {
            self.of.hang_up();
        }
    }
}
