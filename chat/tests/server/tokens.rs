//! A token ends, and an open widget never notices.
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use chat::{
    engine::{Clock, SystemClock},
    model::UnixMillis,
    server::Options,
};
use chat_proto::visitor::{FromVisitor, ToVisitor};

use crate::{
    engines::Database,
    raw,
    site::{options, play_with},
};

/// The machine's clock, and what a test adds to it.
#[derive(Default)]
struct Ahead(AtomicI64);

impl Clock for Ahead {
    fn now(&self) -> UnixMillis {
        SystemClock.now()
            + Duration::from_millis(u64::try_from(self.0.load(Ordering::SeqCst)).expect("ahead"))
    }
}

const MINUTE: i64 = 60_000;

#[test]
fn an_open_socket_renews_its_token() {
    let clock = Arc::new(Ahead::default());
    let options = Options { clock: clock.clone(), ..options() };
    play_with(Database::file(), options, async |bench| {
        let first = bench.visitor().token().await.expect("a token");
        let mut socket = raw::widget(&bench.place()).await;
        socket.say(&FromVisitor::Hello { token: first.clone(), resume: None, page: None }).await;
        socket.until("welcome").await;
        clock.0.store(11 * MINUTE, Ordering::SeqCst);
        let renewed = socket.until("token").await;
        let Ok(ToVisitor::Token(renewed)) = serde_json::from_value(renewed) else { panic!("no token") };
        clock.0.store(16 * MINUTE, Ordering::SeqCst);
        let mut late = raw::widget(&bench.place()).await;
        late.say(&FromVisitor::Hello { token: first, resume: None, page: None }).await;
        assert_eq!(late.end().await.as_deref(), Some("token"));
        let mut again = raw::widget(&bench.place()).await;
        again.say(&FromVisitor::Hello { token: renewed.token, resume: None, page: None }).await;
        again.until("welcome").await;
    });
}
