//! Files beside a reply: chosen, looked over, sent with their progress, given up.
use chat_proto::{
    limits::{MAX_FILE_BYTES, MAX_FILES},
    message::FileCard,
};
use icondata_lu as lu;
use leptos::{html::Input, prelude::*};
use web_sys::{File, FileList};

use super::{composer::Draft, file_card::size_of};
use crate::{
    browser,
    components::icon::Icon,
    i18n::{Text, words},
    net::upload::{Upload, UploadEvent},
};

/// How far one file is.
#[derive(Debug, Clone, PartialEq)]
enum Stage {
    /// Chosen; can be taken out.
    Chosen,
    /// On its way, from 0 to 1.
    Sending(f64),
    /// Stored.
    Stored(FileCard),
    /// Stored with a message that came back: for the next one.
    Back(FileCard),
    /// It failed, with the service's code or nothing.
    Failed(String),
}

impl Stage {
    /// What is stored of it.
    const fn card(&self) -> Option<&FileCard> {
        match self {
            Self::Stored(card) | Self::Back(card) => Some(card),
            Self::Chosen | Self::Sending(_) | Self::Failed(_) => None,
        }
    }

    /// A message is published with it: what is stored needs no sending.
    fn publish(&mut self) {
        if let Self::Back(card) = self {
            *self = Self::Stored(std::mem::take(card));
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
struct Attachment {
    id: u64,
    name: String,
    bytes: u64,
    stage: Stage,
}

/// The files of one composer.
#[derive(Clone, Copy)]
pub struct Attachments {
    conv: StoredValue<String>,
    items: RwSignal<Vec<Attachment>>,
    alert: RwSignal<Option<Text>>,
    sending: RwSignal<bool>,
    /// The browser's own objects, which cannot leave this thread.
    hands: StoredValue<Vec<Hand>, LocalStorage>,
    done: StoredValue<Option<Done>, LocalStorage>,
}

/// Told the cards, or that a file failed.
type Done = Box<dyn FnOnce(Option<Vec<FileCard>>)>;

struct Hand {
    id: u64,
    file: File,
    upload: Option<Upload>,
}

impl Attachments {
    /// None yet. They live as long as whatever makes them.
    pub fn new(conv: &str) -> Self {
        Self {
            conv: StoredValue::new(conv.to_owned()),
            items: RwSignal::default(),
            alert: RwSignal::default(),
            sending: RwSignal::new(false),
            hands: StoredValue::new_local(Vec::new()),
            done: StoredValue::new_local(None),
        }
    }

    /// Whether there are none; tracked.
    pub fn is_empty(self) -> bool {
        self.items.read().is_empty()
    }

    /// Whether a message waits for them; tracked.
    pub fn is_sending(self) -> bool {
        self.sending.get()
    }

    /// The same; not tracked.
    pub fn is_busy(self) -> bool {
        self.sending.get_untracked()
    }

    /// Takes chosen files, as far as they may be sent.
    pub fn add(self, files: &FileList) {
        self.alert.set(None);
        for file in (0..files.length()).filter_map(|index| files.get(index)) {
            let count = self.items.read_untracked().len();
            match refuse(&file, count, browser::is_narrow()) {
                Some(why) => self.alert.set(Some(why)),
                None => self.push(file),
            }
        }
    }

    fn push(self, file: File) {
        let id = browser::random();
        let item = Attachment { id, name: file.name(), bytes: file.size() as u64, stage: Stage::Chosen };
        self.items.update(|items| items.push(item));
        self.hands.update_value(|hands| hands.push(Hand { id, file, upload: None }));
    }

    /// The files of a message that came back: they are stored already.
    pub fn give_back(self, cards: Vec<FileCard>) {
        let item = |card: FileCard| {
            let (id, name, bytes) = (browser::random(), card.name.clone(), card.bytes);
            Attachment { id, name, bytes, stage: Stage::Back(card) }
        };
        let _ = self.items.try_update(|items| {
            // Stored twice it is one file.
            let is_new = |card: &FileCard| items.iter().all(|it| it.stage.card() != Some(card));
            let new: Vec<_> = cards.into_iter().filter(is_new).map(item).collect();
            items.extend(new);
        });
        if !self.is_busy() {
            self.holds_too_many();
        }
    }

    /// Says so where there are more than a message takes: nothing of it goes before some are taken out.
    pub fn holds_too_many(self) -> bool {
        let holds = self.items.try_read_untracked().is_some_and(|items| MAX_FILES < items.len());
        if holds {
            let _ = self.alert.try_set(Some(Text::TooManyFiles));
        }
        holds
    }

    fn remove(self, id: u64) {
        // Dropping the upload gives it up.
        self.hands.update_value(|hands| hands.retain(|hand| hand.id != id));
        self.items.update(|items| items.retain(|item| item.id != id));
        let is_about_count = self.alert.get_untracked() == Some(Text::TooManyFiles);
        if is_about_count && !self.holds_too_many() {
            self.alert.set(None);
        }
        self.finish();
    }

    /// What is stored belongs to a message now.
    fn let_go(self) {
        let stored = |item: &Attachment| matches!(item.stage, Stage::Stored(_));
        self.items.update(|items| items.retain(|item| !stored(item)));
        let left: Vec<_> = self.items.read_untracked().iter().map(|item| item.id).collect();
        self.hands.update_value(|hands| hands.retain(|hand| left.contains(&hand.id)));
        self.alert.set(None);
    }

    /// Sends all, and tells their cards once every one is stored, or that one failed or none is left. One that is
    /// taken out or chosen meanwhile is not waited for.
    pub fn send_all(self, done: impl FnOnce(Option<Vec<FileCard>>) + 'static) {
        self.sending.set(true);
        self.done.set_value(Some(Box::new(done)));
        self.items.update(|items| items.iter_mut().for_each(|item| item.stage.publish()));
        let waiting: Vec<_> = self
            .items
            .read_untracked()
            .iter()
            .filter(|item| matches!(item.stage, Stage::Chosen | Stage::Failed(_)))
            .map(|item| item.id)
            .collect();
        for id in waiting {
            self.set_stage(id, Stage::Sending(0.0));
            let conv = self.conv.get_value();
            self.hands.update_value(|hands| {
                if let Some(hand) = hands.iter_mut().find(|hand| hand.id == id) {
                    hand.upload =
                        Some(Upload::start(&conv, hand.file.clone(), move |event| self.hear(id, event)));
                }
            });
        }
        // All may be stored already, by an earlier try.
        self.finish();
    }

    fn hear(self, id: u64, event: UploadEvent) {
        let stage = match event {
            UploadEvent::Progress(part) => Stage::Sending(part),
            UploadEvent::Done(card) => Stage::Stored(card),
            UploadEvent::Failed(code) => Stage::Failed(code),
        };
        self.set_stage(id, stage);
        self.finish();
    }

    fn set_stage(self, id: u64, stage: Stage) {
        let _ = self.items.try_update(|items| {
            if let Some(item) = items.iter_mut().find(|item| item.id == id) {
                item.stage = stage;
            }
        });
    }

    fn finish(self) {
        let Some(items) = self.items.try_get_untracked() else { return };
        let cards = match outcome(items.iter().map(|item| &item.stage)) {
            Outcome::Waits => return,
            Outcome::Stops => None,
            Outcome::Goes(cards) => Some(cards),
        };
        if let Some(done) = self.done.try_update_value(Option::take).flatten() {
            self.sending.set(false);
            if cards.is_some() {
                self.let_go();
            }
            done(cards);
        }
    }
}

/// What becomes of a message with files.
#[derive(Debug, PartialEq)]
enum Outcome {
    Waits,
    Stops,
    Goes(Vec<FileCard>),
}

fn outcome<'a>(stages: impl Iterator<Item = &'a Stage>) -> Outcome {
    let (mut cards, mut waits) = (Vec::new(), false);
    for stage in stages {
        match stage {
            Stage::Failed(_) => return Outcome::Stops,
            Stage::Sending(_) => waits = true,
            Stage::Stored(card) => cards.push(card.clone()),
            // Chosen, or come back, since the message was published: for the next one.
            Stage::Chosen | Stage::Back(_) => {}
        }
    }
    match cards {
        _ if waits => Outcome::Waits,
        cards if cards.is_empty() => Outcome::Stops,
        cards => Outcome::Goes(cards),
    }
}

/// Why a file is not taken; phones send pictures and PDF documents (FEATURES FIL-14).
fn refuse(file: &File, count: usize, narrow: bool) -> Option<Text> {
    let media = file.type_();
    if MAX_FILES <= count {
        Some(Text::TooManyFiles)
    } else if (MAX_FILE_BYTES as f64) < file.size() {
        Some(Text::FileTooLarge)
    } else if narrow && media != "application/pdf" && !media.starts_with("image/") {
        Some(Text::OnlyPdf)
    } else {
        None
    }
}

/// Why the service did not store a file, in words.
fn reason(code: &str) -> Text {
    match code {
        "type_denied" => Text::FileKindRefused,
        "too_large" => Text::FileTooLarge,
        "rate" => Text::FaultRate,
        _ => Text::FaultFiles,
    }
}

/// The button that chooses files.
#[component]
pub fn PickFiles() -> impl IntoView {
    let words = words();
    let draft = expect_context::<Draft>();
    let input = NodeRef::<Input>::new();
    let chosen = move |_| {
        if let Some(input) = input.get_untracked() {
            if let Some(files) = input.files() {
                draft.files.add(&files);
            }
            // The same file can be chosen again.
            input.set_value("");
        }
    };
    let open = move |_| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let accept = browser::is_narrow().then_some("image/*,application/pdf");
    view! {
        <input node_ref=input id="files" type="file" multiple hidden accept=accept on:change=chosen/>
        <button type="button" class="button quiet square" data-do="attach" title=words.say(Text::Attach)
            aria-label=words.say(Text::Attach) on:click=open>
            <Icon icon=lu::LuPaperclip/>
        </button>
    }
}

/// The files that go with the reply.
#[component]
pub fn AttachmentList() -> impl IntoView {
    let (words, files) = (words(), expect_context::<Draft>().files);
    let items = move || files.items.get();
    let name = |item: &Attachment| (item.id, std::mem::discriminant(&item.stage));
    view! {
        <p class="composer-alert" role="alert">
            {move || files.alert.get().map(|text| view! { <Icon icon=lu::LuCircleAlert/> {words.say(text)} })}
        </p>
        <ul class="attachments">
            <For each=items key=name children=move |item| view! { <AttachmentLine item/> }/>
        </ul>
    }
}

#[component]
fn AttachmentLine(item: Attachment) -> impl IntoView {
    let (words, draft) = (words(), expect_context::<Draft>());
    let (files, id, bytes) = (draft.files, item.id, item.bytes);
    let stage = Memo::new(move |_| {
        let items = files.items.read();
        items.iter().find(|item| item.id == id).map(|item| item.stage.clone())
    });
    let part = move || match stage.get() {
        Some(Stage::Sending(part)) => Some(part),
        _ => None,
    };
    let failed = match &item.stage {
        Stage::Failed(code) => Some(words.say(reason(code))),
        Stage::Chosen | Stage::Sending(_) | Stage::Stored(_) | Stage::Back(_) => None,
    };
    let label = words.say(if matches!(item.stage, Stage::Sending(_)) {
        Text::CancelUpload
    } else {
        Text::RemoveFile
    });
    view! {
        <li class="attachment" class:failed=failed.is_some()>
            <Icon icon=lu::LuFileText/>
            <span class="file-name">{item.name.clone()}</span>
            <span class="file-size">{move || size_of(bytes, words.language())}</span>
            {move || part().map(|part| view! {
                // As an attribute: a property that is taken away again is no number.
                <progress max="1" value=part.to_string() aria-label=words.say(Text::Uploading)></progress>
                <span class="file-size">{move || words.fill(Text::Percent, &[("n", &format!("{:.0}", part * 100.0))])}</span>
            })}
            {failed.map(|why| view! {
                <span class="failed-word">{why}</span>
                <button type="button" class="button quiet" on:click=move |_| draft.try_again()>{words.say(Text::TryAgain)}</button>
            })}
            <button type="button" class="button quiet square" data-do="remove-file" title=label aria-label=label on:click=move |_| files.remove(id)>
                <Icon icon=lu::LuX/>
            </button>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(id: &str) -> Stage {
        Stage::Stored(FileCard { id: id.into(), ..FileCard::default() })
    }

    fn ids(stages: &[Stage]) -> Result<Vec<String>, Outcome> {
        match outcome(stages.iter()) {
            Outcome::Goes(cards) => Ok(cards.into_iter().map(|card| card.id).collect()),
            other @ (Outcome::Waits | Outcome::Stops) => Err(other),
        }
    }

    #[test]
    fn a_message_goes_once_all_its_files_are_stored() {
        assert_eq!(ids(&[stored("a"), Stage::Sending(0.5)]), Err(Outcome::Waits));
        assert_eq!(ids(&[stored("a"), Stage::Failed(String::new())]), Err(Outcome::Stops));
        assert_eq!(ids(&[stored("a")]), Ok(vec!["a".into()]), "the failed one was taken out");
        assert_eq!(ids(&[]), Err(Outcome::Stops), "all were taken out");
        assert_eq!(ids(&[stored("a"), Stage::Chosen]), Ok(vec!["a".into()]), "the next message's");
    }

    #[test]
    fn more_files_than_a_message_takes_are_held_until_some_are_taken_out() {
        Owner::new().with(|| {
            let files = Attachments::new("a");
            let back = |id| Attachment {
                id,
                name: String::new(),
                bytes: 1,
                stage: Stage::Back(FileCard { id: id.to_string(), ..FileCard::default() }),
            };
            let most = u64::try_from(MAX_FILES).unwrap_or(0);
            files.items.set((0..most).map(back).collect());
            assert!(!files.holds_too_many());
            files.items.update(|items| items.push(back(most)));
            assert!(files.holds_too_many());
            assert_eq!(files.alert.get_untracked(), Some(Text::TooManyFiles));
            files.remove(0);
            assert!(!files.holds_too_many());
            assert_eq!(files.alert.get_untracked(), None);
        });
    }

    #[test]
    fn files_that_came_back_go_with_the_next_message() {
        let mut back = Stage::Back(FileCard { id: "b".into(), ..FileCard::default() });
        assert_eq!(ids(&[stored("a"), back.clone()]), Ok(vec!["a".into()]), "not with the one on its way");
        back.publish();
        assert_eq!(ids(&[back]), Ok(vec!["b".into()]));
    }
}
