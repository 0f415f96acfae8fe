//! What is between relay and chat is theirs alone: a call that somebody else makes, or makes again, does nothing.
use std::net::SocketAddr;

use reqwest::Client;
use serde_json::json;
use tandem::apart::sign::{Call, End, HEADER, Key};

use crate::{
    play,
    world::{How, Talk},
};

const SHARES: &str = "/link/shares/end";
const THREAD: &str = "/link/thread/append";

/// One call, as it goes over the wire.
#[derive(Clone)]
struct Sent {
    to: SocketAddr,
    path: &'static str,
    body: String,
    header: String,
}

impl Sent {
    /// Signed by this key, now.
    fn signed(key: &Key, (to, addr): (End, SocketAddr), path: &'static str, body: &str) -> Self {
        let nonce = relay::auth::random().expect("randomness");
        let call = Call { to, path, body: body.as_bytes() };
        let header = key.sign(&call, (relay::records::now_ms(), &nonce));
        Self { to: addr, path, body: body.to_owned(), header }
    }

    async fn answered(&self) -> u16 {
        let asked = Client::new().post(format!("http://{}{}", self.to, self.path));
        let asked = asked.header("content-type", "application/json").header(HEADER, &self.header);
        asked.body(self.body.clone()).send().await.expect("answered").status().as_u16()
    }
}

// shows: COB-01, CNT-08
#[test]
fn nobody_else_ends_a_share_and_no_call_counts_twice() {
    play(async {
        let mut talk = Talk::new(How::Apart).await;
        let (_, mut viewer, mut page) = talk.shares().await;
        let (relay, key) = (talk.world.server.addr, Key::in_folder(talk.world.folder()).expect("the key"));
        let other: Key = "0b".repeat(32).parse().expect("a key");
        let body = json!({ "site": 1, "conversation": 1, "from": 1 }).to_string();
        let good = Sent::signed(&key, (End::Relay, relay), SHARES, &body);
        let by_other = Sent::signed(&other, (End::Relay, relay), SHARES, &body);
        let to_chat = Sent::signed(&key, (End::Chat, relay), SHARES, &body);
        let changed = Sent { body: body.replace("\"from\":1", "\"from\":2"), ..good.clone() };
        let unsigned = Sent { header: String::new(), ..good.clone() };
        for (what, sent) in [("key", by_other), ("end", to_chat), ("body", changed), ("header", unsigned)] {
            assert_eq!(sent.answered().await, 401, "another {what}");
        }
        // It is still there: the visitor can be asked for control.
        viewer.asks(cobrowse_core::wire::message::Ask::Control).expect("runs");
        page.says_yes(cobrowse_core::wire::message::Ask::Control).await.expect("a question");
        viewer.controls().await.expect("controls it");
        assert_eq!(good.answered().await, 200);
        viewer.ends().await.expect("over");
        page.ends().await.expect("over");
        assert_eq!(good.answered().await, 401, "again");
    });
}

// shows: CNT-10
#[test]
fn nobody_else_writes_into_a_thread() {
    play(async {
        let mut talk = Talk::new(How::Apart).await;
        let chat = talk.world.chat.as_ref().expect("apart").running.addr;
        let (relay, key) = (talk.world.server.addr, Key::in_folder(talk.world.folder()).expect("the key"));
        let body = json!({ "name": vec![7; 16], "conv": "1/1", "session": vec![8; 16], "phase": "asked", "agent": 2 });
        let body = body.to_string();
        let good = Sent::signed(&key, (End::Chat, chat), THREAD, &body);
        let unsigned = Sent { header: String::new(), ..good.clone() };
        assert_eq!(unsigned.answered().await, 401);
        let from_outside = Sent { to: relay, ..good.clone() };
        assert_eq!(from_outside.answered().await, 404, "the relay lets nobody through to it");
        assert_eq!(good.answered().await, 200);
        assert_eq!(good.answered().await, 401, "again");
        let anew = Sent::signed(&key, (End::Chat, chat), THREAD, &body);
        assert_eq!(anew.answered().await, 200, "the relay asks again where it heard no answer");
        assert_eq!(talk.rows_until("share_asked").await, ["share_asked"], "and it stands there once");
    });
}
