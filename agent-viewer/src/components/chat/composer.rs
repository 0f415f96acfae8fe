//! Where the agent writes.
use chat_proto::{desk::Say, limits::MAX_CHARS};
use icondata_lu as lu;
use leptos::{ev, html::Textarea, prelude::*};

use super::{
    answer_clock::AnswerClock,
    attachments::{AttachmentList, Attachments, PickFiles},
    canned_menu::{CannedMenu, Suggestions},
    conversation::detail,
    dialogs::Dialog,
    emoji_menu::EmojiMenu,
};
use crate::{
    browser,
    chat::{Chat, chat},
    components::icon::Icon,
    i18n::{Text, words},
    pages::chats::ui,
    state::chat::draft::Writing,
};

/// The id of the field.
pub const FIELD: &str = "reply";

/// What the composer's parts share.
#[derive(Clone, Copy)]
pub struct Draft {
    /// In which conversation.
    pub conv: StoredValue<String>,
    /// What is typed.
    pub text: Memo<String>,
    /// Whether it is for agents only.
    pub note: Memo<bool>,
    /// The files beside it.
    pub files: Attachments,
    /// The field itself.
    pub field: NodeRef<Textarea>,
    chat: Chat,
}

impl Draft {
    fn new(conv: &str) -> Self {
        let chat = chat();
        chat.look_at_draft(conv);
        let files = chat.files(conv);
        let conv = StoredValue::new(conv.to_owned());
        let writing = move || conv.with_value(|conv| chat.writing(conv));
        Self {
            conv,
            text: Memo::new(move |_| writing().text().to_owned()),
            note: Memo::new(move |_| writing().is_note()),
            files,
            field: NodeRef::new(),
            chat,
        }
    }

    /// Takes another text, and keeps it.
    pub fn set(self, text: String) {
        self.change(|writing| writing.write(text));
    }

    /// Writes for agents only, or for the visitor too: each has a text of its own.
    pub fn turn(self, note: bool) {
        self.change(|writing| writing.turn(note));
    }

    fn change(self, act: impl FnOnce(&mut Writing)) {
        self.conv.with_value(|conv| self.chat.write(conv, act));
    }

    /// Puts a text where the caret is.
    pub fn insert(self, text: &str) {
        let Some(field) = self.field.get_untracked() else { return };
        let begin = field.selection_start().ok().flatten().unwrap_or_default();
        if field.set_range_text(text).is_ok() {
            let _ = field.focus();
            // The browser leaves the caret before what was put in, or selects it.
            let end = text.encode_utf16().count().try_into().unwrap_or(u32::MAX);
            let end = begin.saturating_add(end);
            let _ = field.set_selection_range(end, end);
            self.set(field.value());
        }
    }

    /// The field is as high as its text, up to a third of the window.
    pub fn fit(self) {
        request_animation_frame(move || {
            if let Some(field) = self.field.try_get_untracked().flatten() {
                let style = web_sys::HtmlElement::style(&field);
                let _ = style.set_property("height", "auto");
                let height = field.scroll_height();
                let _ = style.set_property("height", &format!("{height}px"));
                if self.chat.composed.get_untracked() != height {
                    self.chat.composed.set(height);
                }
            }
        });
    }

    /// Sends what stands there; with files, once they are all stored.
    pub fn publish(self) {
        let text = self.text.get_untracked().trim_end().to_owned();
        if MAX_CHARS < text.chars().count() {
            return self.chat.toast(Text::FaultTooLong, "", true);
        }
        let note = self.note.get_untracked();
        if !note && !self.files.is_empty() {
            return self.publish_with_files();
        }
        if !text.trim().is_empty() {
            let files = Vec::new();
            let say = if note { Say::Note { text } } else { Say::Text { text, files, reply_to: None } };
            self.conv.with_value(|conv| self.chat.say(conv, say, Vec::new()));
            self.set(String::new());
            self.conv.with_value(|conv| self.chat.types(conv, false));
        }
    }

    /// The text is the one that stands there now, whatever is typed until the files are stored.
    fn publish_with_files(self) {
        if self.files.holds_too_many() {
            return;
        }
        if self.files.is_busy() {
            return; // One after the other: what stands there now is the next message.
        }
        self.change(Writing::publish_with_files);
        self.conv.with_value(|conv| self.chat.types(conv, false));
        // This view may be gone by then.
        let (chat, conv) = (self.chat, self.conv.get_value());
        self.files.send_all(move |cards| {
            let Some(cards) = cards else {
                if !chat.is_open(&conv) {
                    chat.toast(Text::FaultFiles, "", true);
                }
                return chat.write(&conv, Writing::stop_waiting);
            };
            let mut text = String::new();
            chat.write(&conv, |writing| text = writing.take_published());
            let files = cards.iter().map(|card| card.id.clone()).collect();
            let say = Say::Text { text, files, reply_to: None };
            chat.say(&conv, say, cards);
        });
    }

    /// Sends the reply whose files failed again.
    pub fn try_again(self) {
        self.turn(false);
        self.publish();
    }
}

/// The composer of a conversation; where nothing may be written, what can be done instead.
#[component]
pub fn Composer(
    /// Which conversation.
    conv: String,
) -> impl IntoView {
    let (words, chat) = (words(), chat());
    let draft = Draft::new(&conv);
    provide_context(draft);
    Effect::new(move |_| {
        draft.text.track();
        draft.field.get().map(|_| draft.fit())
    });
    Effect::new(move |_| {
        // The browser checks the spelling and changes nothing by itself (FEATURES CMP-03).
        draft.field.get().map(|field| field.set_attribute("autocorrect", "off"))
    });
    let may_write = Memo::new(move |_| chat.may("send") || (draft.note.get() && chat.may("note")));
    let known =
        Memo::new(move |_| chat.thread.read().as_ref().is_some_and(|thread| thread.detail().is_some()));
    view! {
        <section class="composer" class:note=draft.note aria-label=words.say(Text::Composer)>
            <AnswerClock/>
            <Show when=move || known.get() && !chat.may("send") && !draft.note.get()>
                <InsteadOfWriting draft/>
            </Show>
            <Show when=move || may_write.get()>
                <Writing draft/>
            </Show>
        </section>
    }
}

#[component]
fn Writing(draft: Draft) -> impl IntoView {
    let (words, chat) = (words(), chat());
    let suggestions = Suggestions::provide(draft);
    let offline = Memo::new(move |_| detail().is_some_and(|detail| detail.row.stage == "offline"));
    let placeholder = move || {
        words.now(match (draft.note.get(), offline.get()) {
            (true, _) => Text::WriteNote,
            (false, true) => Text::WriteOffline,
            (false, false) => Text::WriteReply,
        })
    };
    // The browser checks the spelling in the visitor's language; a note's is the agent's own.
    let language = Memo::new(move |_| {
        let visitor = detail().map(|detail| detail.lang.clone()).filter(|lang| !lang.is_empty());
        visitor.filter(|_| !draft.note.get()).unwrap_or_else(|| words.language().tag().to_owned())
    });
    if chat.take_claimed() && !browser::is_narrow() {
        request_animation_frame(|| browser::focus(FIELD));
    }
    let typed = move |event| {
        let text = event_target_value(&event);
        draft.conv.with_value(|conv| {
            if !draft.note.get_untracked() {
                chat.types(conv, !text.is_empty());
            }
        });
        draft.set(text);
    };
    let publish = move || words.now(if draft.note.get() { Text::SaveNote } else { Text::Publish });
    let nothing = move || {
        let blank = draft.text.read().trim().is_empty();
        if draft.note.get() { blank } else { draft.files.is_sending() || blank && draft.files.is_empty() }
    };
    view! {
        <CannedMenu suggestions/>
        <AttachmentList/>
        <div class="composer-box" on:paste=move |event| paste(&event, draft) on:dragover=|event| event.prevent_default()
            on:drop=move |event| take_dropped(&event, draft)>
            <textarea id=FIELD node_ref=draft.field rows="1" spellcheck="true" lang=language autocomplete="off"
                placeholder=placeholder aria-label=placeholder aria-autocomplete="list" aria-controls=move || suggestions.controls()
                aria-activedescendant=move || suggestions.active() prop:value=draft.text on:input=typed
                on:keydown=move |event| press(&event, draft, suggestions)></textarea>
            <div class="composer-tools">
                <NoteSwitch draft/>
                <EmojiMenu/>
                <Show when=move || !draft.note.get()><PickFiles/> <Extras/></Show>
                <span class="composer-rest"></span>
                <button type="button" class="button primary" data-do="send" aria-label=publish title=publish disabled=nothing on:click=move |_| draft.publish()>
                    <Icon icon=lu::LuSendHorizontal/>
                    <span>{publish}</span>
                </button>
            </div>
        </div>
    }
}

/// A canned reply, a link, an offer.
#[component]
fn Extras() -> impl IntoView {
    let (words, ui) = (words(), ui());
    let draft = expect_context::<Draft>();
    let slash = move |_| {
        if draft.text.read_untracked().is_empty() {
            draft.set("/".to_owned());
        }
        browser::focus(FIELD);
    };
    let tool = |name: &'static str, text: Text, icon: icondata_core::Icon, dialog: Dialog| {
        view! {
            <button type="button" class="button quiet square" data-do=name title=words.say(text) aria-label=words.say(text)
                on:click=move |_| ui.dialog.set(Some(dialog))>
                <Icon icon/>
            </button>
        }
    };
    view! {
        <button type="button" class="button quiet square" data-do="canned" title=words.say(Text::CannedReplies)
            aria-label=words.say(Text::CannedReplies) aria-keyshortcuts="/" on:click=slash>
            <Icon icon=lu::LuZap/>
        </button>
        {tool("link", Text::SendLink, lu::LuLink, Dialog::Link)}
        {tool("deal", Text::SendDeal, lu::LuGift, Dialog::Deal)}
    }
}

/// Reply or note: said by words and by the ground's colour.
#[component]
fn NoteSwitch(draft: Draft) -> impl IntoView {
    let (words, chat) = (words(), chat());
    let one = move |note: bool, text: Text| {
        view! {
            <button type="button" class="segment" data-mode=if note { "note" } else { "reply" } aria-label=words.say(text)
                aria-pressed=move || (draft.note.get() == note).to_string() disabled=move || draft.files.is_sending()
                on:click=move |_| { draft.turn(note); browser::focus(FIELD); }>
                <Icon icon=if note { lu::LuStickyNote } else { lu::LuReply } size=16/>
                <span class="segment-word">{words.say(text)}</span>
            </button>
        }
    };
    view! {
        <div class="segments" role="group" aria-label=words.say(Text::WhoReads)>
            <Show when=move || chat.may("send")>{one(false, Text::Reply)}</Show>
            {one(true, Text::NoteLabel)}
        </div>
    }
}

/// What can be done where nothing may be written: take it, reopen it, or leave a note.
#[component]
fn InsteadOfWriting(draft: Draft) -> impl IntoView {
    let (words, chat) = (words(), chat());
    let claim = move |_| draft.conv.with_value(|conv| chat.claim(conv));
    let takes = Memo::new(move |_| chat.may("take") || chat.may("accept"));
    let why = move || words.now(if takes.get() { Text::NotYours } else { Text::CannotWrite });
    view! {
        <div class="instead">
            <p>{why}</p>
            <Show when=move || takes.get()>
                <button type="button" class="button primary" data-do="claim" on:click=claim>
                    <Icon icon=lu::LuUserCheck/> {words.say(Text::AssignToMe)}
                </button>
            </Show>
            <Show when=move || chat.may("note")>
                <button type="button" class="button quiet" data-do="note" on:click=move |_| draft.turn(true)>
                    <Icon icon=lu::LuStickyNote/> {words.say(Text::AddNote)}
                </button>
            </Show>
        </div>
    }
}

/// Enter publishes, Shift with Enter makes a line; while a reply is being picked the keys are its list's.
fn press(event: &ev::KeyboardEvent, draft: Draft, suggestions: Suggestions) {
    if browser::is_composing(event) || suggestions.press(event) {
        return;
    }
    match event.key().as_str() {
        "Enter" if !event.shift_key() && !event.alt_key() => {
            event.prevent_default();
            draft.publish();
        }
        "Escape" => {
            if let Some(field) = draft.field.get_untracked() {
                let _ = field.blur();
            }
        }
        _ => {}
    }
}

fn paste(event: &ev::ClipboardEvent, draft: Draft) {
    let files = event.clipboard_data().and_then(|data| data.files());
    if let Some(files) = files.filter(|files| 0 < files.length()) {
        event.prevent_default();
        draft.files.add(&files);
    }
}

fn take_dropped(event: &ev::DragEvent, draft: Draft) {
    event.prevent_default();
    if let Some(files) = event.data_transfer().and_then(|data| data.files()) {
        draft.files.add(&files);
    }
}
