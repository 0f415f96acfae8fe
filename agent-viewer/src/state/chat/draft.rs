//! What an agent wrote into a conversation and has not sent: the reply and the note, each for itself.
use chat_proto::desk::Say;
use serde::{Deserialize, Serialize};

/// The texts of one composer, and which of them stands there. A note never becomes a reply by itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Writing {
    reply: String,
    note: String,
    /// Published, and waiting for its files.
    waiting: String,
    notes: bool,
}

impl Writing {
    /// Whether the note stands there, which is for agents only.
    pub fn is_note(&self) -> bool {
        self.notes
    }

    /// What stands there.
    pub fn text(&self) -> &str {
        if self.notes { &self.note } else { &self.reply }
    }

    /// Whether there is nothing to keep.
    pub fn is_empty(&self) -> bool {
        self.reply.is_empty() && self.note.is_empty() && self.waiting.is_empty()
    }

    /// Shows the note or the reply.
    pub fn turn(&mut self, notes: bool) {
        self.notes = notes;
    }

    /// Takes another text in place of the one that stands there.
    pub fn write(&mut self, text: String) {
        if self.notes {
            self.note = text;
        } else {
            self.reply = text;
        }
    }

    /// The reply is published, and goes once its files are stored: what is typed from now on is another one.
    pub fn publish_with_files(&mut self) {
        self.waiting = std::mem::take(&mut self.reply);
    }

    /// Its files are stored. Gives the text that goes with them.
    pub fn take_published(&mut self) -> String {
        std::mem::take(&mut self.waiting).trim_end().to_owned()
    }

    /// Its files are not stored: it stands before whatever was typed meanwhile.
    pub fn stop_waiting(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        put_before(&mut self.reply, &waiting);
    }

    /// What could not be sent comes back as what it was, before what stands there.
    pub fn give_back(&mut self, say: &Say) {
        let (text, notes) = match say {
            Say::Text { text, .. } => (text.clone(), false),
            Say::Note { text } => (text.clone(), true),
            Say::Deal { text, url } => (lines(text, url), false),
            Say::Link { url, title } => (lines(title, url), false),
        };
        put_before(if notes { &mut self.note } else { &mut self.reply }, &text);
        self.notes = notes;
    }
}

/// A quick note about a visitor that is being written or changed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NoteDraft {
    /// What stands there.
    pub text: String,
    /// Its colour's name.
    pub colour: String,
}

impl NoteDraft {
    /// Where it is kept: each agent's, of each visitor, of each note; 0 is a new one.
    pub fn place(owner: &str, visitor: i64, note: i64) -> String {
        format!("tandem-note-{owner}-{visitor}-{note}")
    }
}

/// What a link or an offer says, and its address, as one text.
fn lines(text: &str, url: &str) -> String {
    [text, url].into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join("\n")
}

fn put_before(standing: &mut String, text: &str) {
    if standing.is_empty() {
        text.clone_into(standing);
    } else if !text.is_empty() {
        *standing = format!("{text}\n{standing}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(notes: bool, text: &str) -> Writing {
        let mut writing = Writing::default();
        writing.turn(notes);
        writing.write(text.into());
        writing
    }

    fn reply(text: &str) -> Say {
        Say::Text { text: text.into(), files: vec![], reply_to: None }
    }

    #[test]
    fn a_note_that_is_kept_comes_back_as_a_note() {
        let kept = serde_json::to_string(&written(true, "he never pays")).expect("it can be written");
        let mut back: Writing = serde_json::from_str(&kept).expect("it can be read");
        assert_eq!((back.is_note(), back.text()), (true, "he never pays"));
        back.turn(false);
        assert_eq!(back.text(), "", "the reply is another text");
    }

    #[test]
    fn each_note_of_each_visitor_has_a_place_of_its_own() {
        let places = [("anna", 1, 0), ("anna", 1, 7), ("anna", 10, 7), ("ben", 1, 0)]
            .map(|(owner, visitor, note)| NoteDraft::place(owner, visitor, note));
        let mut different = places.to_vec();
        different.sort_unstable();
        different.dedup();
        assert_eq!(different.len(), places.len(), "{places:?}");
    }

    #[test]
    fn a_refused_note_comes_back_as_a_note_and_a_refused_reply_as_a_reply() {
        let mut writing = written(false, "hello");
        writing.give_back(&Say::Note { text: "inside".into() });
        assert_eq!((writing.is_note(), writing.text()), (true, "inside"));
        writing.give_back(&reply("first"));
        assert_eq!((writing.is_note(), writing.text()), (false, "first\nhello"));
    }

    #[test]
    fn a_link_and_an_offer_come_back_with_all_that_they_said() {
        let back = |say: Say| {
            let mut writing = Writing::default();
            writing.give_back(&say);
            writing.text().to_owned()
        };
        let url = || "https://shop.example/a".to_owned();
        assert_eq!(back(Say::Deal { text: "10 %".into(), url: url() }), "10 %\nhttps://shop.example/a");
        assert_eq!(back(Say::Deal { text: "10 %".into(), url: String::new() }), "10 %");
        assert_eq!(back(Say::Link { url: url(), title: "Terms".into() }), "Terms\nhttps://shop.example/a");
        assert_eq!(back(Say::Link { url: url(), title: String::new() }), url());
    }

    #[test]
    fn what_is_typed_while_files_go_is_another_message() {
        let mut writing = written(false, "with the file ");
        writing.publish_with_files();
        assert_eq!(writing.text(), "");
        writing.write("half a sen".into());
        writing.turn(true);
        writing.write("inside".into());
        assert_eq!(writing.take_published(), "with the file");
        assert_eq!(writing.text(), "inside");
        writing.turn(false);
        assert_eq!(writing.text(), "half a sen");
    }

    #[test]
    fn a_text_whose_files_failed_stands_there_again() {
        let mut writing = written(false, "with the file");
        writing.publish_with_files();
        assert!(!writing.is_empty(), "it is kept across a reload");
        writing.write("more".into());
        writing.stop_waiting();
        assert_eq!(writing.text(), "with the file\nmore");
        writing.stop_waiting();
        assert_eq!(writing.text(), "with the file\nmore", "once");
    }
}
