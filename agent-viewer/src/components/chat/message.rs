//! One line of the thread, in the style of its kind.
use std::sync::Arc;

use chat_proto::{
    desk::Say,
    message::{From, Msg},
    visitor::PageView,
};
use icondata_lu as lu;
use leptos::prelude::*;

use super::{file_card::FileList, share_button::place_of};
use crate::{
    browser,
    chat::chat,
    components::icon::Icon,
    i18n::{Text, Words, words},
    pages::chats::ui,
    state::{
        chat::{
            entries::Entry,
            outbox::{KEPT, Outgoing, Standing},
            people,
            rich::{Piece, links},
        },
        visitors::web,
    },
};

/// The name of the visitor whose thread is shown; for its lines.
#[derive(Clone, Copy)]
pub struct Visited(pub Signal<String>);

/// The id of the line at which a conversation of before begins.
pub fn past_id(conv: &str) -> String {
    format!("past-{conv}")
}

/// A line of the thread.
#[component]
pub fn Line(entry: Entry) -> impl IntoView {
    match entry {
        Entry::Day(at, _) => view! { <Day at/> }.into_any(),
        Entry::Past(conv, at) => view! { <PastLine conv at/> }.into_any(),
        Entry::Present => {
            view! { <p class="line separator present"><span>{words().say(Text::ThisConversation)}</span></p> }
                .into_any()
        }
        Entry::Msg(msg, head, _) => message(msg, head),
        Entry::Page(page) => view! { <PageLine page/> }.into_any(),
        Entry::Outgoing(message) => view! { <Sending message/> }.into_any(),
    }
}

#[component]
fn Day(at: i64) -> impl IntoView {
    let words = words();
    view! { <p class="line separator day"><span>{move || browser::day(at, words.language().tag())}</span></p> }
}

#[component]
fn PastLine(conv: String, at: i64) -> impl IntoView {
    let words = words();
    let time = move || browser::short_time(at, words.language().tag());
    view! {
        <p class="line separator past" id=past_id(&conv) tabindex="-1">
            <span>{move || words.fill(Text::PastConversation, &[("time", &time())])}</span>
        </p>
    }
}

#[component]
fn PageLine(page: PageView) -> impl IntoView {
    let words = words();
    let title = if page.title.is_empty() { page.url.clone() } else { page.title.clone() };
    view! {
        <p class="line note-line navigation"><Icon icon=lu::LuGlobe/> <span title=page.url.clone()>{title}</span> <Time at=page.at words/></p>
    }
}

#[component]
fn Time(at: i64, words: Words) -> impl IntoView {
    let exact = move || browser::exact_time(at as f64, words.language().tag());
    view! { <time title=exact>{move || browser::hour(at, words.language().tag())}</time> }
}

fn message(msg: Arc<Msg>, head: bool) -> AnyView {
    match msg.kind.as_str() {
        "text" | "file" | "link" | "deal" | "choice" | "choice_question" | "form" => view! { <Bubble msg head/> }.into_any(),
        "note" => view! { <Note msg/> }.into_any(),
        "system" | "transfer" | "screen_share" | "record" => view! { <Notice msg/> }.into_any(),
        _ => view! {
            <p class="line note-line unsupported"><Icon icon=lu::LuCircleHelp/> <span>{words().say(Text::Unsupported)}</span></p>
        }
        .into_any(),
    }
}

/// What a person or the bot wrote: the visitor's at the left, agents' and the bot's at the right.
#[component]
fn Bubble(msg: Arc<Msg>, head: bool) -> impl IntoView {
    let (words, chat) = (words(), chat());
    let (side, kind) = (side(msg.from), kind_class(&msg));
    let author = StoredValue::new(msg.clone());
    let visited = use_context::<Visited>();
    let name = move || author.with_value(|msg| author_name(msg, visited, (words, chat)));
    let icon = match msg.from {
        From::Bot => Some(lu::LuBot),
        From::Visitor | From::Agent | From::System => None,
    };
    let at = msg.at;
    let exact = move || browser::exact_time(at as f64, words.language().tag());
    let class = format!("line msg {side} {kind}{}", if head { " head" } else { "" });
    view! {
        <div class=class data-seq=msg.seq data-from=side>
            {head.then(|| view! { <p class="author">{icon.map(|icon| view! { <Icon icon/> })} <b>{name}</b> <Time at=msg.at words/></p> })}
            <div class="bubble" title=exact>{body(&msg, words)}</div>
        </div>
    }
}

const fn side(from: From) -> &'static str {
    match from {
        From::Visitor => "visitor",
        From::Agent => "agent",
        From::Bot => "bot",
        From::System => "system",
    }
}

fn kind_class(msg: &Msg) -> &'static str {
    match msg.kind.as_str() {
        "file" if is_image(msg) => "image",
        "file" => "file",
        "link" => "link",
        "deal" => "deal",
        "choice" => "choice",
        "choice_question" => "question",
        "form" => "form",
        _ => "text",
    }
}

fn is_image(msg: &Msg) -> bool {
    !msg.meta.files.is_empty() && msg.meta.files.iter().all(|file| file.size.is_some())
}

fn author_name(msg: &Msg, visited: Option<Visited>, (words, chat): (Words, crate::chat::Chat)) -> String {
    match msg.from {
        From::Visitor => {
            let name = visited.map(|it| it.0.get()).unwrap_or_default();
            if name.trim().is_empty() { words.now(Text::TheVisitor).to_owned() } else { name }
        }
        From::Bot => {
            if msg.name.is_empty() {
                words.now(Text::TheBot).to_owned()
            } else {
                msg.name.clone()
            }
        }
        From::Agent if msg.agent == Some(chat.directory.read().me) => words.now(Text::You).to_owned(),
        From::Agent | From::System => msg.name.clone(),
    }
}

/// What stands in the bubble.
fn body(msg: &Msg, words: Words) -> AnyView {
    let text = (!msg.text.is_empty()).then(|| view! { <RichText text=msg.text.clone()/> });
    match msg.kind.as_str() {
        "file" => view! { {text} <FileList files=msg.meta.files.clone()/> }.into_any(),
        "link" => view! { <LinkCard url=msg.meta.url.clone() title=msg.text.clone()/> }.into_any(),
        "deal" => view! {
            <p class="card-label"><Icon icon=lu::LuGift/> {words.say(Text::DealLabel)}</p> {text}
            {web(&msg.meta.url).then(|| view! { <LinkCard url=msg.meta.url.clone() title=msg.meta.url.clone()/> })}
        }
        .into_any(),
        "choice" => view! { <p class="card-label"><Icon icon=lu::LuCheck/> {words.say(Text::ChoiceLabel)}</p> {text} }.into_any(),
        "choice_question" => {
            let choices = msg.meta.choices.iter().map(|it| view! { <li>{it.label.clone()}</li> }).collect_view();
            view! { {text} <ul class="choices">{choices}</ul> }.into_any()
        }
        "form" => view! {
            <p class="card-label"><Icon icon=lu::LuFileText/> {words.say(Text::FormLabel)}</p> {form(&msg.meta.form)} {text}
        }
        .into_any(),
        _ => text.into_any(),
    }
}

/// What was filled in, key by key.
pub fn form(form: &chat_proto::Form) -> impl IntoView + use<> {
    let words = words();
    let line = |(key, value): (&String, &String)| {
        let key = key.clone();
        let label = move || field_label(&key, words);
        view! { <dt>{label}</dt><dd>{value.clone()}</dd> }
    };
    let lines = form.iter().filter(|(_, value)| !value.is_empty()).map(line).collect_view();
    view! { <dl class="facts">{lines}</dl> }
}

/// What a usual field is called; another one by its key.
pub fn field_label(key: &str, words: Words) -> String {
    let text = match key {
        "name" => Text::FieldName,
        "email" => Text::FieldEmail,
        "phone" => Text::FieldPhone,
        "company" => Text::FieldCompany,
        "title" => Text::FieldTitle,
        "address" => Text::FieldAddress,
        "city" => Text::FieldCity,
        "country" => Text::FieldCountry,
        "website" | "site" => Text::FieldWebsite,
        "lang" | "language" => Text::PageLanguage,
        "message" => Text::FieldMessage,
        _ => return key.to_owned(),
    };
    words.now(text).to_owned()
}

#[component]
fn LinkCard(url: String, title: String) -> impl IntoView {
    let safe = web(&url);
    let shown = if title.is_empty() { url.clone() } else { title };
    view! {
        <Show when=move || safe fallback={let shown = shown.clone(); move || shown.clone()}>
            <a class="link-card" href=url.clone() target="_blank" rel="noopener noreferrer">
                <Icon icon=lu::LuExternalLink/> <span>{shown.clone()}</span>
            </a>
        </Show>
    }
}

/// A text with its addresses as links; nothing else of it means anything.
#[component]
fn RichText(text: String) -> impl IntoView {
    let piece = |piece: Piece| match piece {
        Piece::Text(text) | Piece::Mark(text) => text.into_any(),
        Piece::Link(url) => {
            view! { <a href=url.clone() target="_blank" rel="noopener noreferrer">{url.clone()}</a> }
                .into_any()
        }
    };
    view! { <p class="rich">{links(&text).into_iter().map(piece).collect_view()}</p> }
}

/// For agents only.
#[component]
fn Note(msg: Arc<Msg>) -> impl IntoView {
    let words = words();
    view! {
        <div class="line msg agent note" data-aseq=msg.aseq data-from="agent">
            <p class="author"><Icon icon=lu::LuStickyNote/> <b>{msg.name.clone()}</b> <span>{words.say(Text::NoteLabel)}</span> <Time at=msg.at words/></p>
            <div class="bubble"><RichText text=msg.text.clone()/></div>
        </div>
    }
}

/// What happened: a code in the agent's language.
#[component]
fn Notice(msg: Arc<Msg>) -> impl IntoView {
    let (words, chat) = (words(), chat());
    let icon = match (msg.kind.as_str(), msg.meta.code.as_str()) {
        ("transfer", _) | (_, "transfer_asked" | "transfer_ended" | "sent_to_queue") => lu::LuArrowRightLeft,
        ("screen_share", _) => lu::LuScreenShare,
        (_, "paused") => lu::LuPause,
        (_, "blocked") => lu::LuBan,
        (_, "accepted" | "taken_from_bot") => lu::LuUserCheck,
        (_, "ended" | "ended_by_visitor" | "ended_idle") => lu::LuCheck,
        _ => lu::LuInfo,
    };
    let class = format!("line note-line {} {}", msg.kind, msg.meta.code);
    let shown = msg.clone();
    let said = move || notice(&shown, words, chat);
    let quoted = msg.text.clone();
    let quote = move || words.fill(Text::Quoted, &[("text", &quoted)]);
    let note = (!msg.text.is_empty()).then(|| view! { <span class="notice-text">{quote}</span> });
    view! {
        <p class=class data-seq=msg.seq data-code=msg.meta.code.clone()>
            <Icon icon/> <span>{said}</span> {note} {share_link(&msg)} <Time at=msg.at words/>
        </p>
    }
}

/// The way to a share that goes on, for the agent who may ask for it.
fn share_link(msg: &Msg) -> Option<impl IntoView + use<>> {
    let goes_on = matches!(
        msg.meta.code.as_str(),
        "share_asked" | "share_started" | "share_control_started" | "share_control_ended"
    );
    let (words, chat, ui) = (words(), chat(), ui());
    let (share, viewer) = (msg.meta.share.clone(), ui.is_viewer());
    let place = move || place_of(&share, &ui.open.get().unwrap_or_default());
    (goes_on && !viewer && !msg.meta.share.is_empty()).then(|| {
        view! {
            <Show when=move || chat.may("share")>
                <a class="share-link" href=place.clone() target="_blank">{words.say(Text::BackToShare)}</a>
            </Show>
        }
    })
}

/// A code in words; one that is not known is a neutral line.
fn notice(msg: &Msg, words: Words, chat: crate::chat::Chat) -> String {
    let Some(text) = notice_text(&msg.meta.code) else { return words.now(Text::Unsupported).to_owned() };
    let directory = chat.directory.read();
    let names = &msg.meta.names;
    let own = msg.agent.map(|agent| people::first_name(&directory, agent)).unwrap_or_default();
    let first = names.first().map_or(if msg.name.is_empty() { own } else { &msg.name }, String::as_str);
    let second = names.get(1).map_or("", String::as_str);
    let until = msg.meta.until.map(|at| browser::short_time(at, words.language().tag()));
    match (msg.meta.code.as_str(), until) {
        ("paused", Some(time)) => words.fill(Text::NoticePausedUntil, &[("name", first), ("time", &time)]),
        _ => words.fill(text, &[("name", first), ("to", second)]),
    }
}

fn notice_text(code: &str) -> Option<Text> {
    Some(match code {
        "started" => Text::NoticeStarted,
        "taken_from_bot" => Text::NoticeTakenFromBot,
        "accepted" => Text::NoticeAccepted,
        "agent_unavailable" => Text::NoticeAgentUnavailable,
        "transferred" => Text::NoticeTransferred,
        "transferred_to_queue" => Text::NoticeToQueue,
        "out_of_hours" => Text::NoticeOutOfHours,
        "nobody_available" => Text::NoticeNobody,
        "message_received" => Text::NoticeReceived,
        "share_asked" => Text::ShareAsked,
        "share_refused" => Text::ShareRefused,
        "share_started" => Text::ShareStarted,
        "share_control_started" => Text::ShareControl,
        "share_control_ended" => Text::ShareControlEnded,
        "share_ended" => Text::ShareEnded,
        "ended_by_visitor" => Text::NoticeEndedByVisitor,
        "ended_idle" => Text::NoticeEndedIdle,
        "ended" => Text::NoticeEnded,
        "reopened" => Text::NoticeReopened,
        "transfer_asked" => Text::NoticeTransferAsked,
        "transfer_ended" => Text::NoticeTransferEnded,
        "sent_to_queue" => Text::NoticeSentToQueue,
        "paused" => Text::NoticePaused,
        "woken" => Text::NoticeWoken,
        "blocked" => Text::NoticeBlocked,
        _ => return None,
    })
}

/// What is on its way, or did not arrive.
#[component]
fn Sending(message: Outgoing) -> impl IntoView {
    let (words, chat) = (words(), chat());
    let failed = message.standing != Standing::Sending;
    let note = matches!(message.say, Say::Note { .. });
    let class = format!(
        "line msg agent {} {}",
        if failed { "error" } else { "sending" },
        if note { "note" } else { "text" }
    );
    let text = match &message.say {
        Say::Text { text, .. } | Say::Note { text } | Say::Deal { text, .. } => text.clone(),
        Say::Link { url, title } => {
            if title.is_empty() {
                url.clone()
            } else {
                title.clone()
            }
        }
    };
    let why = words.say(match &message.standing {
        Standing::Failed(code) => failure(code),
        Standing::Sending => Text::Sending,
    });
    let (again, back) = (message.cid.clone(), message.cid.clone());
    let foot = if failed {
        view! {
            <p class="failed" role="alert">
                <Icon icon=lu::LuCircleAlert/> <span>{why}</span>
                <button type="button" class="button quiet" data-do="resend" on:click=move |_| chat.resend(&again)>
                    <Icon icon=lu::LuRotateCcw/> {words.say(Text::Resend)}
                </button>
                <button type="button" class="button quiet" data-do="withdraw" on:click=move |_| chat.withdraw(&back)>{words.say(Text::EditAgain)}</button>
            </p>
        }
        .into_any()
    } else {
        view! { <p class="standing">{why}</p> }.into_any()
    };
    view! {
        <div class=class data-cid=message.cid.clone() data-from="agent">
            <div class="bubble">
                {(!text.is_empty()).then(|| view! { <RichText text/> })}
                {(!message.files.is_empty()).then(|| view! { <FileList files=message.files.clone()/> })}
            </div>
            {foot}
        </div>
    }
}

fn failure(code: &str) -> Text {
    match code {
        KEPT => Text::KeptNotSent,
        "too_long" => Text::FaultTooLong,
        "too_many_files" => Text::TooManyFiles,
        "files_missing" => Text::FaultFiles,
        _ => Text::NotSent,
    }
}
