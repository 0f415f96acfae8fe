//! What the widget tells itself: acts of the page's script, orders to it, what tabs tell each other, what is stored.
use super::{Codec, Json, Members, quote, structs};
use crate::widget::{
    event::{Act, Begin, Out, Peer, Place},
    outbox::{Item, Upload},
};

structs! {
    Begin { kept lang words phone online visible secret page }
    Upload { local name bytes kind place done }
}

impl Codec for Item {
    fn read(json: &Json) -> Option<Self> {
        Some(Self {
            order: json.field("order"),
            say: Codec::read(json.get("say")?)?,
            files: json.field("files"),
            failed: json.field("failed"),
        })
    }
    fn write(&self, out: &mut String) {
        let mut it = Members::of(out);
        it.put("order", &self.order);
        it.put("say", &self.say);
        it.put("files", &self.files);
        it.put("failed", &self.failed);
        it.end();
    }
}

impl Act {
    /// Reads what the script or a button says.
    pub fn read(json: &Json) -> Option<Self> {
        let Some((name, value)) = json.pair() else { return Self::plain(json.text()) };
        Some(match name {
            "start" => Self::Start { form: value.field("form"), visit: value.field("visit") },
            "submit" => Self::Submit { form: value.field("form"), visit: value.field("visit") },
            "send" => Self::Send(Codec::read(value)?),
            "draft" => Self::Draft(Codec::read(value)?),
            "choose" => Self::Choose(Codec::read(value)?),
            "confirm" => Self::Confirm(Codec::read(value)?),
            "rate" => {
                let (stars, text) = Codec::read(value)?;
                Self::Rate(stars, text)
            }
            "offline" => Self::Offline(Codec::read(value)?),
            "pick" => Self::Pick(Codec::read(value)?),
            "drop" => Self::Drop(Codec::read(value)?),
            "cancel" => Self::Cancel(Codec::read(value)?),
            "resend" => Self::Resend(Codec::read(value)?),
            "mend" => Self::Mend(Codec::read(value)?),
            "logout" => Self::Logout(Codec::read(value)?),
            "identify" => Self::Identify(Codec::read(value)?),
            "custom" => Self::Custom(Codec::read(value)?),
            "page" => Self::Page(Codec::read(value)?),
            _ => return None,
        })
    }

    fn plain(name: &str) -> Option<Self> {
        Some(match name {
            "open" => Self::Open,
            "fold" => Self::Fold,
            "end" => Self::End,
            "anew" => Self::Anew,
            "retry" => Self::Retry,
            "dismiss" => Self::Dismiss,
            _ => return None,
        })
    }
}

impl Codec for Peer {
    fn read(json: &Json) -> Option<Self> {
        let Some((name, value)) = json.pair() else {
            return match json.text() {
                "hi" => Some(Self::Hi),
                "ask" => Some(Self::Ask),
                _ => None,
            };
        };
        Some(match name {
            "stand" => Self::Stand {
                conv: value.field("conv"),
                msgs: value.field("msgs"),
                read: value.field("read"),
                up: value.field("up"),
            },
            "heard" => Self::Heard(Codec::read(value)?),
            "say" => Self::Say(Codec::read(value)?),
            "up" => Self::Up(Codec::read(value)?),
            "logout" => Self::Logout(Codec::read(value)?),
            "identify" => Self::Identify(Codec::read(value)?),
            _ => return None,
        })
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Hi => return quote(out, "hi"),
            Self::Ask => return quote(out, "ask"),
            Self::Stand { .. }
            | Self::Heard(_)
            | Self::Say(_)
            | Self::Up(_)
            | Self::Logout(_)
            | Self::Identify(_) => {}
        }
        let mut it = Members::of(out);
        match self {
            // What was heard is relayed as it came.
            Self::Hi | Self::Ask | Self::Heard(_) => {}
            Self::Stand { conv, msgs, read, up } => {
                let mut stand = Members::of(it.name("stand"));
                stand.put("conv", conv);
                stand.put("msgs", msgs);
                stand.put("read", read);
                stand.put("up", up);
                stand.end();
            }
            Self::Say(frame) => it.put("say", frame),
            Self::Up(up) => it.put("up", up),
            Self::Logout(secret) => it.put("logout", secret),
            Self::Identify(word) => it.put("identify", word),
        }
        it.end();
    }
}

impl Out {
    /// Writes an order: `["kind", value, …]`. What other scripts send as they get it is text in there.
    pub fn write(&self, out: &mut String) {
        out.push('[');
        match self {
            Self::Save(key, value) => put(out, "save", &[key, value]),
            Self::Config => put(out, "config", &[]),
            Self::Token(request) => put(out, "token", &[&super::to_json(request)]),
            Self::Connect => put(out, "connect", &[]),
            Self::Hangup => put(out, "hangup", &[]),
            Self::Say(frame) => put(out, "say", &[&super::to_json(frame)]),
            Self::Last(token, frames) => {
                let mut all = String::new();
                for frame in frames {
                    all.push(if all.is_empty() { '[' } else { ',' });
                    frame.write(&mut all);
                }
                all.push(']');
                put(out, "last", &[token, &all]);
            }
            Self::Relay => put(out, "relay", &[]),
            Self::Tell(peer) => put(out, "tell", &[&super::to_json(peer)]),
            Self::Wake(at) => put(out, "wake", &[at]),
            Self::Steal => put(out, "steal", &[]),
            Self::Upload(file, conv, token) => put(out, "upload", &[file, conv, token]),
            Self::Keep(files) => put(out, "keep", &[files]),
            Self::Sweep(files) => put(out, "sweep", &[files]),
            Self::Forget(files, place) => put(out, "forget", &[files, &(*place == Place::Everywhere)]),
            Self::Compose(text) => put(out, "compose", &[text]),
            Self::Focus => put(out, "focus", &[]),
            Self::Show(open) => put(out, "show", &[open]),
            Self::Unread(count) => put(out, "unread", &[count]),
            Self::Bearer(token) => put(out, "bearer", &[token]),
        }
        out.push(']');
    }
}

/// A value that can be written without knowing which.
trait Written {
    fn put(&self, out: &mut String);
}

impl<T: Codec> Written for T {
    fn put(&self, out: &mut String) {
        self.write(out);
    }
}

fn put(out: &mut String, kind: &str, values: &[&dyn Written]) {
    quote(out, kind);
    for value in values {
        out.push(',');
        value.put(out);
    }
}
