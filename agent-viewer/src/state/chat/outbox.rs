//! What this agent wrote and the service has not confirmed yet: in order, and never twice.
use chat_proto::{Cid, ConversationName, Fault, Millis, desk::FromDesk, desk::Say, message::FileCard};
use serde::{Deserialize, Serialize};

/// The code of what was written in a tab that was closed before it went: whether it still goes is the agent's word.
pub const KEPT: &str = "kept";
/// What is older than this when its tab comes back is not sent unasked.
const STALE: Millis = 5 * 60_000;

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
    /// With whom, as it was written.
    #[serde(default)]
    pub who: String,
    /// What stands for their name where they have none.
    #[serde(default)]
    pub figures: String,
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
        let (conv, who, figures, standing) =
            (conv.to_owned(), String::new(), String::new(), Standing::Sending);
        Self { cid, conv, who, figures, say, files, at, standing, in_flight: false, after: 0 }
    }

    /// Its files that another message can take: those that the service has.
    pub fn files_to_keep(&self) -> Vec<FileCard> {
        let gone = matches!(&self.standing, Standing::Failed(code) if code == "files_missing");
        if gone { Vec::new() } else { self.files.clone() }
    }

    /// With somebody: their name, and what stands for one.
    #[must_use]
    pub fn to(self, (who, figures): (String, String)) -> Self {
        Self { who, figures, ..self }
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
    Draft(Box<Outgoing>, String),
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

    /// Those that wait for the agent's word, in order.
    pub fn failed(&self) -> impl Iterator<Item = &Outgoing> {
        self.0.iter().filter(|it| it.standing != Standing::Sending)
    }

    /// Whether there is nothing on its way.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What this tab kept over a reload, before what was written since. What lies too long is not sent unasked.
    pub fn take_kept(&mut self, mut kept: Self, now: Millis) {
        for it in kept.0.iter_mut().filter(|it| it.standing == Standing::Sending && it.at + STALE < now) {
            it.standing = Standing::Failed(KEPT.to_owned());
        }
        kept.0.retain(|it| self.0.iter().all(|own| own.cid != it.cid));
        kept.0.append(&mut self.0);
        self.0 = kept.0;
    }

    /// What a closed tab left: it waits for the agent's word, under its name. Gives how many there are.
    pub fn adopt(&mut self, left: Self) -> usize {
        let new = |it: &Outgoing| self.0.iter().all(|own| own.cid != it.cid);
        let mut left: Vec<_> = left.0.into_iter().filter(new).collect();
        for it in left.iter_mut().filter(|it| it.standing == Standing::Sending) {
            it.standing = Standing::Failed(KEPT.to_owned());
        }
        let count = left.len();
        self.0.append(&mut left);
        count
    }

    /// Forgets what stands in a conversation's thread already. Gives whether there was any.
    pub fn forget_stored(&mut self, conv: &str, is_stored: impl Fn(&str) -> bool) -> bool {
        let before = self.0.len();
        self.0.retain(|it| it.conv != conv || it.standing == Standing::Sending || !is_stored(&it.cid));
        self.0.len() < before
    }

    /// Whether something can go now.
    pub fn is_due(&self, now: Millis) -> bool {
        let mut begun = Vec::<&str>::new();
        self.0.iter().filter(|it| it.standing == Standing::Sending).any(|it| {
            let first = !begun.contains(&it.conv.as_str());
            begun.push(&it.conv);
            first && !it.in_flight && it.after <= now
        })
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
            return Some(Refused::Draft(Box::new(self.0.remove(at)), fault.code.clone()));
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
    fn what_comes_back_has_its_files_unless_the_service_lost_them() {
        let files = vec![FileCard { id: "f".into(), ..FileCard::default() }];
        let refused = |code: &str| {
            let mut outbox = Outbox::default();
            outbox.push(Outgoing::new("0".into(), "a", text("see"), files.clone(), 0));
            outbox.ready(0);
            match outbox.take_nack("0", &fault(code, None), 0) {
                Some(Refused::Draft(message, _)) => *message,
                Some(Refused::Failed) => outbox.withdraw("0").expect("failed"),
                other => panic!("{other:?}"),
            }
        };
        for code in ["closed", "too_long"] {
            assert_eq!(refused(code).files_to_keep(), files, "{code}");
        }
        assert!(refused("files_missing").files_to_keep().is_empty());
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
    fn it_is_kept_across_a_reload_and_stands_before_what_is_written_since() {
        let mut outbox = outbox(&[("a", "1")]);
        outbox.ready(0);
        let kept = serde_json::to_string(&outbox).expect("it can be written");
        let mut back = Outbox::default();
        back.push(Outgoing::new("9".into(), "a", text("2"), vec![], 5));
        back.take_kept(serde_json::from_str(&kept).expect("it can be read"), STALE);
        assert_eq!(sent(&back.ready(0)), ["0"]);
        back.take_ack("0");
        assert_eq!(sent(&back.ready(0)), ["9"]);
    }

    #[test]
    fn what_is_found_again_after_long_is_offered_and_not_sent() {
        let mut back = Outbox::default();
        back.take_kept(outbox(&[("a", "1")]), STALE + 1);
        assert!(!back.is_due(STALE + 1) && back.ready(STALE + 1).is_empty());
        assert_eq!(back.failed().map(|it| &*it.cid).collect::<Vec<_>>(), ["0"]);
    }

    #[test]
    fn what_a_closed_tab_left_is_offered_once_and_goes_under_its_name() {
        let mut own = outbox(&[("a", "1")]);
        let left = || {
            let mut left = outbox(&[("a", "1"), ("b", "2")]);
            left.ready(0);
            left
        };
        assert_eq!(
            (own.adopt(left()), own.adopt(left())),
            (1, 0),
            "what is there already is not taken twice"
        );
        assert_eq!(sent(&own.ready(0)), ["0"], "only what was written here goes by itself");
        own.resend("1");
        assert!(own.is_due(0));
        assert_eq!(sent(&own.ready(0)), ["1"]);
        assert!(!own.is_due(0));
    }

    #[test]
    fn what_had_arrived_before_its_tab_was_closed_is_not_offered() {
        let mut own = Outbox::default();
        own.adopt(outbox(&[("a", "1"), ("a", "2")]));
        assert!(own.forget_stored("a", |cid| cid == "0") && !own.forget_stored("b", |_| true));
        assert_eq!(own.failed().map(|it| &*it.cid).collect::<Vec<_>>(), ["1"]);
    }
}
