//! Everything that was said with a visitor: one conversation after the other, the oldest first, as it can be read
//! downwards (FEATURES INF-08, INF-11, FIL-12).
use std::sync::Arc;

use chat_proto::{desk::Row, message::Msg};
use icondata_lu as lu;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::{
    conversation::chips,
    message::{Line, Visited},
    rating::Stars,
};
use crate::{
    browser,
    chat::{Loaded, chat, whole_thread},
    components::icon::Icon,
    i18n::{Text, words},
    net::chat_http,
    state::chat::{
        entries::{Entry, PastThread, Sources, entries},
        filter::Filter,
        people,
        thread::Thread,
    },
};

/// So many conversations are fetched at first, and with each step downwards.
const STEP: usize = 6;

/// How far the history is shown.
#[derive(Clone, Copy)]
struct Reading {
    visitor: i64,
    rows: RwSignal<Vec<Row>>,
    /// Where the list goes on: not asked yet, at a place, or nowhere.
    next: RwSignal<Next>,
    /// How many of the rows are shown.
    shown: RwSignal<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Next {
    First,
    After(String),
    Busy,
    End,
    Failed(Option<String>),
}

/// All conversations of a visitor. `pages` grows as the eye comes near the end.
#[component]
pub fn History(
    /// Which visitor.
    visitor: i64,
    /// What they are called.
    name: Signal<String>,
    /// How often more was asked for.
    pages: RwSignal<u32>,
) -> impl IntoView {
    let words = words();
    provide_context(Visited(name));
    let reading = Reading {
        visitor,
        rows: RwSignal::default(),
        next: RwSignal::new(Next::First),
        shown: RwSignal::new(STEP),
    };
    reading.fetch();
    Effect::new(move |before: Option<u32>| {
        let now = pages.get();
        if before.is_some_and(|before| before < now) {
            reading.more();
        }
        now
    });
    let shown = Memo::new(move |_| {
        let rows = reading.rows.read();
        rows[..rows.len().min(reading.shown.get())].to_vec()
    });
    let foot = move || {
        match reading.next.get() {
        Next::First | Next::Busy => view! { <p class="muted" aria-busy="true">{words.say(Text::Loading)}</p> }.into_any(),
        Next::Failed(_) => view! {
            <p class="muted" role="alert">{words.say(Text::PanelFailed)}</p>
            <button type="button" class="button" on:click=move |_| reading.again()>{words.say(Text::TryAgain)}</button>
        }
        .into_any(),
        Next::End if reading.rows.read().is_empty() => view! { <p class="muted">{words.say(Text::NoPast)}</p> }.into_any(),
        Next::After(_) | Next::End => {
            let more = move || reading.shown.get() < reading.rows.read().len() || matches!(*reading.next.read(), Next::After(_));
            view! { <Show when=more><button type="button" class="button" data-do="later" on:click=move |_| reading.more()>
                <Icon icon=lu::LuArrowDown/> {words.say(Text::LaterChats)}</button></Show> }.into_any()
        }
    }
    };
    view! {
        <section class="contact-history" data-part="history" aria-label=words.say(Text::AllChats)>
            <h2>{words.say(Text::AllChats)}</h2>
            <For each=move || shown.get() key=|row| row.conv.clone() children=|row| view! { <OneChat row/> }/>
            {foot}
        </section>
    }
}

impl Reading {
    /// Shows more of what is known, and asks for what comes then.
    fn more(self) {
        let known = self.rows.read_untracked().len();
        if self.shown.get_untracked() < known {
            self.shown.update(|shown| *shown += STEP);
        }
        if known <= self.shown.get_untracked() {
            self.fetch();
        }
    }

    fn again(self) {
        if let Next::Failed(after) = self.next.get_untracked() {
            self.next.set(after.map_or(Next::First, Next::After));
            self.fetch();
        }
    }

    fn fetch(self) {
        let after = match self.next.get_untracked() {
            Next::First => None,
            Next::After(after) => Some(after),
            Next::Busy | Next::End | Next::Failed(_) => return,
        };
        self.next.set(Next::Busy);
        spawn_local(async move {
            let found = chat_http::history(self.visitor, after.as_deref()).await;
            let next = match found {
                Ok(page) => {
                    let _ = self.rows.try_update(|rows| rows.extend(page.rows));
                    page.next.map_or(Next::End, Next::After)
                }
                Err(_) => Next::Failed(after),
            };
            let _ = self.next.try_set(next);
        });
    }
}

/// One conversation: when, with whom and how it stands, and every message of it.
#[component]
fn OneChat(row: Row) -> impl IntoView {
    let words = words();
    let found = RwSignal::new(Loaded::<Vec<Arc<Msg>>>::Not);
    let conv = StoredValue::new(row.conv.clone());
    let load = move || {
        found.set(Loaded::Loading);
        spawn_local(async move {
            let all = whole_thread(&conv.get_value()).await;
            let _ = found.try_set(all.map_or(Loaded::Failed, Loaded::Here));
        });
    };
    load();
    let begun = Memo::new(move |_| match &*found.read() {
        Loaded::Here(msgs) => msgs.first().map(|msg| msg.at),
        Loaded::Not | Loaded::Loading | Loaded::Failed => None,
    });
    let at = row.at;
    let time = move || browser::short_time(begun.get().unwrap_or(at), words.language().tag());
    let facts = facts(&row);
    let (closed, stars) = (row.stage == "closed", row.rating);
    let (tagged, site) = (row.tags.clone(), row.site.clone());
    let tags = move || chips(&site, &tagged);
    view! {
        <article class="contact-chat" data-conv=row.conv.clone() data-stage=row.stage.clone()>
            <header>
                <h3><time>{time}</time></h3>
                <span class="muted">{facts}</span> {tags} {stars.map(|stars| view! { <Stars stars/> })}
                <a class="button quiet" data-do="open-chat" href=format!("/?chat={}", row.conv)>
                    <Icon icon=lu::LuMessageSquare/> {words.say(if closed { Text::OpenChat } else { Text::ContinueChat })}</a>
            </header>
            {move || match found.get() {
                Loaded::Not | Loaded::Loading => view! { <p class="muted" aria-busy="true">{words.say(Text::Loading)}</p> }.into_any(),
                Loaded::Failed => view! {
                    <p class="muted" role="alert">{words.say(Text::PanelFailed)}</p>
                    <button type="button" class="button quiet" on:click=move |_| load()>{words.say(Text::TryAgain)}</button>
                }.into_any(),
                Loaded::Here(msgs) => view! { <div class="contact-thread">{lines(conv.get_value(), msgs)}</div> }.into_any(),
            }}
        </article>
    }
}

/// Whose it was, where, and how it stands.
fn facts(row: &Row) -> impl Fn() -> String + Send + 'static + use<> {
    let (words, chat) = (words(), chat());
    let (site, queue, agent) = (row.site.clone(), row.queue, row.agent);
    let stage = super::conversation::stage_text(&row.stage);
    move || {
        let directory = chat.directory.read();
        let queue = people::queue(&directory, &site, queue).map(|it| it.name.clone()).unwrap_or_default();
        let agent = agent.map(|agent| people::first_name(&directory, agent).to_owned()).unwrap_or_default();
        let parts = [agent, queue, words.now(stage).to_owned()];
        parts.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" · ")
    }
}

/// The lines of a thread that is not the open one.
fn lines(conv: String, msgs: Vec<Arc<Msg>>) -> impl IntoView {
    let past = PastThread { conv, at: 0, msgs };
    let sources = Sources {
        thread: &Thread::default(),
        past: std::slice::from_ref(&past),
        pages: &[],
        outgoing: Vec::new(),
        filter: Filter::All,
        day: browser::day_of,
    };
    let talks = |entry: &Entry| !matches!(entry, Entry::Past(..) | Entry::Present);
    let all = entries(&sources).into_iter().filter(talks);
    all.map(|entry| view! { <Line entry/> }).collect_view()
}
