//! Several tabs of one browser, and the page that follows.
use chat_proto::message::Msg;

use super::{At, Client, parsed};
use crate::widget::{
    event::{Out, Peer, Place},
    outbox::{self, Upload},
    thread::Thread,
};

/// A longer thread is fetched again by the next page.
const KEPT_MSGS: usize = 200;

impl Client {
    pub(super) fn peer(&mut self, peer: Peer, at: &At) {
        if matches!(peer, Peer::Stand { .. } | Peer::Heard(_) | Peer::Up(_)) {
            self.leader_is_there(at);
        }
        match peer {
            Peer::Hi => {
                if self.is_leading() {
                    self.tell_how_it_stands();
                }
            }
            Peer::Ask if self.is_leading() => self.out(Out::Tell(Peer::Up(!self.line.lost))),
            Peer::Stand { conv, msgs, read, up } if !self.is_leading() => {
                match conv.filter(|conv| !self.is_past(conv)) {
                    Some(conv) => {
                        self.adopts(conv, at);
                        self.thread = Thread::default();
                        self.thread.apply(msgs);
                        self.agent_read = self.agent_read.max(read);
                    }
                    None if self.conv.is_some() => self.forget_conv(),
                    None => {}
                }
                self.line.lost = !up;
            }
            Peer::Heard(frame) if !self.is_leading() => self.hears(frame, at),
            Peer::Up(up) if !self.is_leading() => self.line.lost = !up,
            Peer::Say(frame) if self.is_leading() => self.say(frame),
            Peer::Logout(secret) => self.is_forgotten(secret),
            Peer::Identify(word) => self.is_called(word),
            Peer::Ask | Peer::Stand { .. } | Peer::Heard(_) | Peer::Up(_) | Peer::Say(_) => {}
        }
    }

    pub(super) fn tell_how_it_stands(&mut self) {
        let stand = Peer::Stand {
            conv: self.conv.clone(),
            msgs: self.thread.msgs().to_vec(),
            read: self.agent_read,
            up: !self.line.lost,
        };
        self.out(Out::Tell(stand));
    }

    pub(super) fn stored(&mut self, key: &str, value: Option<String>) {
        if key.starts_with(outbox::PREFIX) {
            let gone = if value.is_none() { self.files_of(key) } else { Vec::new() };
            self.outbox.stored(key, parsed(value.as_deref()));
            // The tab that leads knows what has arrived: this was given up in another one.
            if self.is_leading() {
                self.gives_up(gone);
            } else if !gone.is_empty() {
                self.out(Out::Forget(gone, Place::Here));
            }
        }
        match key {
            "secret" => match value {
                Some(secret) => self.has_secret(secret),
                // Taken away by hand, or for want of room: without one nobody is anybody.
                None => self.keep("secret", Some(self.secret.clone())),
            },
            key if key == self.token_key() => self.token_kept(value.as_deref()),
            "named" => self.named = value,
            "read" => self.my_read = parsed(value.as_deref()).unwrap_or(self.my_read).max(self.my_read),
            "form" => self.ui.form = parsed(value.as_deref()).unwrap_or_default(),
            // Another tab begins anew.
            "conv" if value.is_none() && !self.is_live() => self.forget_conv(),
            _ => {}
        }
    }

    fn files_of(&self, key: &str) -> Vec<Upload> {
        self.outbox.items().iter().find(|it| it.key() == key).map(|it| it.files.clone()).unwrap_or_default()
    }

    /// Says at once what is left to say, and leaves the line to the next page.
    pub(super) fn leave(&mut self) {
        self.left = true;
        let name = self.conv_name().unwrap_or_default().to_owned();
        if (1..=KEPT_MSGS).contains(&self.thread.msgs().len()) {
            let kept = (name, self.thread.msgs().to_vec());
            self.keep_json("~thread", &kept);
        }
        if !self.is_leading() {
            return;
        }
        let rest = self.outbox.rest();
        if let Some(token) = self.token.as_ref().filter(|_| !rest.is_empty()) {
            let token = token.token.clone();
            self.out(Out::Last(token, rest));
        }
        self.hang_up();
    }

    /// The thread as the page before had it, and how far the agent has read it: both are there before the server
    /// answers, which tells only what is read from now on.
    pub(super) fn restore(&mut self, thread: Option<&str>, seen: Option<&str>) {
        match parsed::<(String, Vec<Msg>)>(thread) {
            Some((name, msgs)) if self.conv_name() == Some(&name) => drop(self.thread.apply(msgs)),
            _ => {}
        }
        match parsed::<(String, u64)>(seen) {
            Some((name, seq)) if self.conv_name() == Some(&name) => self.agent_read = seq,
            _ => {}
        }
    }
}
