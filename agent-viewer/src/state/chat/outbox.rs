//! What this agent wrote and the service has not confirmed yet: in order, and never twice.
use chat_proto::{Cid, ConversationName, Fault, Millis, desk::FromDesk, desk::Say, message::FileCard};
use serde::{Deserialize, Serialize};

/// Where a message stands on its way.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Standing {
    /// It goes, or waits for its turn.
    #[default]
    Sending,
    /// The service said no, with a stable code; the agent decides.
    Failed(String),
}

/// A message on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outgoing {
    /// Its name; the same at every try.
    pub cid: Cid,
    /// In which conversation.
    pub conv: ConversationName,
    /// What.
    pub say: Say,
    /// Its files, as they are shown.
    pub files: Vec<FileCard>,
    /// When it was written, by the server's clock.
    pub at: Millis,
    /// Where it stands.
    pub standing: Standing,
    /// Whether it was sent on the connection that stands.
    #[serde(skip)]
    in_flight: bool,
    /// Not before then.
    #[serde(skip)]
    after: Millis,
}

impl Outgoing {
    /// A new message.
    pub fn new(cid: Cid, conv: &str, say: Say, files: Vec<FileCard>, at: Millis) -> Self {
        let conv = conv.to_owned();
        Self { cid, conv, say, files, at, standing: Standing::Sending, in_flight: false, after: 0 }
    }
}

/// What becomes of a message that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// It is tried again by itself.
    Later,
    /// It stands in the thread as failed.
    Failed,
    /// It goes back to the composer: nobody can send it into this conversation now.
    Draft(Outgoing, String),
}

/// All messages on their way; first come, first served in each conversation.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Outbox(Vec<Outgoing>);

impl Outbox {
    /// Those of one conversation, in order.
    pub fn of(&self, conv: &str) -> impl Iterator<Item = &Outgoing> {
        self.0.iter().filter(move |it| it.conv == conv)
    }

    /// Takes a message to send.
    pub fn push(&mut self, message: Outgoing) {
        self.0.push(message);
    }

    /// What goes now: of each conversation the first that has not failed, unless it is on its way.
    pub fn ready(&mut self, now: Millis) -> Vec<FromDesk> {
        let (mut begun, mut frames) = (Vec::<ConversationName>::new(), Vec::new());
        for it in self.0.iter_mut().filter(|it| it.standing == Standing::Sending) {
            if begun.contains(&it.conv) {
                continue;
            }
            begun.push(it.conv.clone());
            if !it.in_flight && it.after <= now {
                it.in_flight = true;
                frames.push(FromDesk::Send {
                    cid: it.cid.clone(),
                    conv: it.conv.clone(),
                    say: it.say.clone(),
                });
            }
        }
        frames
    }

    /// Stored. Gives whether it was one of ours.
    pub fn take_ack(&mut self, cid: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|it| it.cid != cid);
        self.0.len() < before
    }

    /// Not stored. Gives what becomes of it, if it was one of ours.
    pub fn take_nack(&mut self, cid: &str, fault: &Fault, now: Millis) -> Option<Refused> {
        let at = self.0.iter().position(|it| it.cid == cid)?;
        let it = &mut self.0[at];
        it.in_flight = false;
        if let Some(wait) = fault.retry_ms {
            it.after = now + Millis::from(wait);
            return Some(Refused::Later);
        }
        if goes_back(&fault.code) {
            return Some(Refused::Draft(self.0.remove(at), fault.code.clone()));
        }
        it.standing = Standing::Failed(fault.code.clone());
        Some(Refused::Failed)
    }

    /// Sends a failed one again, under its name.
    pub fn resend(&mut self, cid: &str) {
        if let Some(it) = self.0.iter_mut().find(|it| it.cid == cid) {
            (it.standing, it.in_flight, it.after) = (Standing::Sending, false, 0);
        }
    }

    /// Gives up a failed one, and gives it back.
    pub fn withdraw(&mut self, cid: &str) -> Option<Outgoing> {
        let at = self.0.iter().position(|it| it.cid == cid && it.standing != Standing::Sending)?;
        Some(self.0.remove(at))
    }

    /// The connection is cut: whatever was on its way goes again, and is stored once by its name.
    pub fn cut(&mut self) {
        for it in &mut self.0 {
            it.in_flight = false;
        }
    }
}

/// Whether a refusal is about who may write there now, and not about what was written.
fn goes_back(code: &str) -> bool {
    matches!(code, "offer_expired" | "closed" | "taken" | "not_owner" | "not_now" | "not_found")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Say {
        Say::Text { text: text.into(), files: vec![], reply_to: None }
    }

    fn outbox(texts: &[(&str, &str)]) -> Outbox {
        let message = |(number, (conv, it)): (usize, &(&str, &str))| {
            Outgoing::new(number.to_string(), conv, text(it), vec![], 0)
        };
        Outbox(texts.iter().enumerate().map(message).collect())
    }

    fn sent(frames: &[FromDesk]) -> Vec<&str> {
        frames
            .iter()
            .filter_map(|it| if let FromDesk::Send { cid, .. } = it { Some(cid.as_str()) } else { None })
            .collect()
    }

    fn fault(code: &str, retry_ms: Option<u32>) -> Fault {
        Fault { code: code.into(), retry_ms, ..Fault::default() }
    }

    #[test]
    fn each_conversation_has_one_on_its_way() {
        let mut outbox = outbox(&[("a", "1"), ("a", "2"), ("b", "3")]);
        assert_eq!(sent(&outbox.ready(0)), ["0", "2"]);
        assert_eq!(sent(&outbox.ready(0)), Vec::<&str>::new());
        assert!(outbox.take_ack("0"));
        assert_eq!(sent(&outbox.ready(0)), ["1"]);
        assert!(!outbox.take_ack("0"), "a second word is no news");
    }

    // shows: ERR-05
    #[test]
    fn what_failed_stays_and_goes_again_under_its_name_while_the_others_go_on() {
        let mut outbox = outbox(&[("a", "1"), ("a", "2")]);
        outbox.ready(0);
        assert_eq!(outbox.take_nack("0", &fault("too_long", None), 0), Some(Refused::Failed));
        assert_eq!(sent(&outbox.ready(0)), ["1"]);
        outbox.take_ack("1");
        outbox.resend("0");
        assert_eq!(sent(&outbox.ready(0)), ["0"]);
    }

    #[test]
    fn too_fast_is_tried_again_when_its_time_has_come_and_in_order() {
        let mut outbox = outbox(&[("a", "1"), ("a", "2")]);
        outbox.ready(0);
        assert_eq!(outbox.take_nack("0", &fault("rate", Some(500)), 1000), Some(Refused::Later));
        assert!(outbox.ready(1499).is_empty());
        assert_eq!(sent(&outbox.ready(1500)), ["0"]);
    }

    // shows: QUE-11
    #[test]
    fn what_came_too_late_goes_back_to_the_composer() {
        let mut outbox = outbox(&[("a", "1")]);
        outbox.ready(0);
        let Some(Refused::Draft(message, code)) = outbox.take_nack("0", &fault("offer_expired", None), 0)
        else {
            panic!("it is kept");
        };
        assert_eq!((message.say, code.as_str(), outbox), (text("1"), "offer_expired", Outbox::default()));
    }

    #[test]
    fn after_a_cut_all_go_again_under_their_names() {
        let mut outbox = outbox(&[("a", "1"), ("b", "2")]);
        assert_eq!(sent(&outbox.ready(0)), ["0", "1"]);
        outbox.cut();
        assert_eq!(sent(&outbox.ready(0)), ["0", "1"]);
    }

    #[test]
    fn only_what_failed_can_be_withdrawn() {
        let mut outbox = outbox(&[("a", "1")]);
        assert_eq!(outbox.withdraw("0"), None);
        outbox.take_nack("0", &fault("too_long", None), 0);
        assert_eq!(outbox.withdraw("0").map(|it| it.say), Some(text("1")));
    }

    #[test]
    fn it_is_kept_across_a_reload() {
        let mut outbox = outbox(&[("a", "1")]);
        outbox.ready(0);
        let kept = serde_json::to_string(&outbox).expect("it can be written");
        let mut back: Outbox = serde_json::from_str(&kept).expect("it can be read");
        assert_eq!(sent(&back.ready(0)), ["0"]);
    }
}
