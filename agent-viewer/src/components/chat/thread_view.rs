//! The thread of the open conversation: what was said, from top to bottom. Can be mounted on any page.
use chat_proto::{Cid, Millis, desk::Visitor};
use icondata_lu as lu;
use leptos::{html::Div, prelude::*};

use super::{
    conversation::{detail, row},
    eye::Eye,
    message::{Line, Visited},
    rating::Rating,
    who::name_of,
};
use crate::{
    browser::{self, Sizes},
    chat::{Chat, Loaded, chat},
    components::icon::Icon,
    i18n::{Text, words},
    pages::chats::ui,
    state::chat::{
        entries::{Entry, Sources, entries, is_read},
        filter::Filter,
        outbox::{Outbox, Outgoing},
        past::Past,
        people,
        thread::Thread,
    },
};

/// The thread.
#[component]
pub fn ThreadView(
    /// What of it is shown.
    filter: RwSignal<Filter>,
) -> impl IntoView {
    let (words, chat, ui) = (words(), chat(), ui());
    let watched = Watched::of(chat);
    let all = Memo::new(move |_| watched.lines(filter.get()));
    let name = Memo::new(move |_| row().map(|row| name_of(&row, words)).unwrap_or_default());
    provide_context(Visited(name.into()));
    let eye = Eye::on(all);
    let shown = Memo::new(move |_| eye.lines());
    Effect::new(move |_| {
        shown.track();
        eye.stir();
    });
    // What one sends is seen, wherever the eye was.
    Effect::new(move |before: Option<Vec<Cid>>| {
        let now: Vec<_> = watched.outgoing.read().iter().map(|it| it.cid.clone()).collect();
        if now.last().zip(before).is_some_and(|(last, before)| !before.contains(last)) {
            eye.go_to_end();
        }
        now
    });
    Effect::new(move |_| chat.look(eye.at_end.get() && eye.is_shown.get()));
    on_cleanup(move || chat.look(false));
    let open = Memo::new(move |_| chat.thread.read().as_ref().map(|thread| thread.conv().to_owned()));
    Effect::new(move |_| {
        open.with(|_| ());
        eye.go_to_end();
        ui.sought.set(None);
    });
    Effect::new(move |_| {
        all.track();
        if let Some(id) = ui.sought.get() {
            eye.reach(id, move || ui.sought.set(None));
        }
    });
    // A thread that gets lower, narrower or unfolded, or whose end grows, still shows its end.
    let lines = NodeRef::<Div>::new();
    let sizes = StoredValue::new_local(Sizes::watch(move || eye.resized()));
    Effect::new(move |_| {
        let (Some(thread), Some(lines)) = (eye.node.get(), lines.get()) else { return };
        sizes.with_value(|sizes| {
            sizes.iter().for_each(|it| [&thread, &lines].into_iter().for_each(|node| it.add(node)))
        });
    });
    Effect::new(move |_| {
        chat.composed.get();
        request_animation_frame(move || eye.stay());
    });
    let ready =
        Memo::new(move |_| chat.thread.read().as_ref().is_some_and(|thread| thread.detail().is_some()));
    let whole = move || {
        let begun = chat.thread.read().as_ref().is_some_and(|thread| thread.earlier().is_none());
        let first = matches!(&*chat.visitor.read(), Loaded::Here(visitor) if visitor.past.is_empty());
        begun && (first || chat.past.read().is_whole()) && eye.has_begin()
    };
    view! {
        <div class="thread" node_ref=eye.node on:scroll=move |_| eye.scrolled()>
            // What comes is said apart, once: earlier messages that are fetched are no news.
            <div class="thread-lines" node_ref=lines role="log" aria-label=words.say(Text::ThreadLabel) aria-live="off">
                <Show when=move || ready.get() fallback=|| view! { <ThreadSkeleton/> }>
                    <Show when=move || !whole()>
                        <button type="button" class="button quiet earlier" on:click=move |_| eye.up()>
                            <Icon icon=lu::LuArrowUp/> {words.say(Text::Earlier)}
                        </button>
                    </Show>
                    <For each=move || shown.get() key=Entry::key children=|entry| view! { <Line entry/> }/>
                    <Show when=move || eye.has_end()><Foot all/></Show>
                </Show>
            </div>
            <Show when=move || !eye.at_end.get()>
                <button type="button" class="button to-end" on:click=move |_| eye.go_to_end()>
                    <Icon icon=lu::LuArrowDown/> {words.say(Text::ToEnd)}
                </button>
            </Show>
        </div>
    }
}

/// What the lines follow, and nothing else: what is typed into the composer is none of it.
#[derive(Clone, Copy)]
struct Watched {
    thread: RwSignal<Option<Thread>>,
    past: RwSignal<Past>,
    visitor: RwSignal<Loaded<Visitor>>,
    /// What of the outbox belongs to the thread.
    outgoing: Memo<Vec<Outgoing>>,
    day: fn(Millis) -> Millis,
}

impl Watched {
    fn of(chat: Chat) -> Self {
        let outgoing = outgoing(chat.thread, chat.outbox);
        Self { thread: chat.thread, past: chat.past, visitor: chat.visitor, outgoing, day: browser::day_of }
    }

    fn lines(self, filter: Filter) -> Vec<Entry> {
        let (thread, past, visitor) = (self.thread.read(), self.past.read(), self.visitor.read());
        let Some(thread) = thread.as_ref() else { return Vec::new() };
        let pages = match &*visitor {
            Loaded::Here(visitor) => visitor.pages.as_slice(),
            Loaded::Not | Loaded::Loading | Loaded::Failed => &[],
        };
        let shown = matches!(filter, Filter::All | Filter::Agent);
        let outgoing = if shown { self.outgoing.get() } else { Vec::new() };
        entries(&Sources { thread, past: past.shown(), pages, outgoing, filter, day: self.day })
    }
}

/// What of the outbox belongs to the thread and does not stand in it yet.
fn outgoing(thread: RwSignal<Option<Thread>>, outbox: RwSignal<Outbox>) -> Memo<Vec<Outgoing>> {
    Memo::new(move |_| {
        let (thread, outbox) = (thread.read(), outbox.read());
        let Some(thread) = thread.as_ref() else { return Vec::new() };
        outbox.of(thread.conv()).filter(|it| !thread.has(&it.cid)).cloned().collect()
    })
}

/// Who has read it, and who types.
#[component]
fn Foot(all: Memo<Vec<Entry>>) -> impl IntoView {
    let (words, chat) = (words(), chat());
    let rating = Memo::new(move |_| detail().and_then(|detail| detail.rating.clone()));
    let seen = Memo::new(move |_| {
        let thread = chat.thread.read();
        is_read(&all.read(), thread.as_ref()?.visitor_read())
    });
    let typing = Memo::new(move |_| {
        let thread = chat.thread.read();
        let conv = thread.as_ref().map(Thread::conv).unwrap_or_default();
        let (typists, now) = (chat.typists.read(), chat.now.get());
        let who = typists.of(conv, now).next()?;
        Some(match who {
            None => words.now(Text::VisitorTypes).to_owned(),
            Some(agent) => {
                let name = people::first_name(&chat.directory.read(), agent).to_owned();
                words.fill(Text::AgentTypes, &[("name", &name)])
            }
        })
    });
    view! {
        {move || rating.get().map(|(stars, text)| view! { <Rating stars text/> })}
        <p class="seen">{move || seen.get().map(|seen| words.now(if seen { Text::Seen } else { Text::Delivered }))}</p>
        <p class="typing" class:on=move || typing.read().is_some()>
            <span class="typing-dots" aria-hidden="true"><i></i><i></i><i></i></span> {typing}
        </p>
    }
}

#[component]
fn ThreadSkeleton() -> impl IntoView {
    view! {
        <div class="thread-bones" aria-busy="true" aria-label=words().say(Text::Loading)>
            <i></i><i class="right"></i><i></i><i class="right"></i>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use chat_proto::{desk::Say, message::Msg};

    use super::*;

    fn message(cid: &str, conv: &str) -> Outgoing {
        let say = Say::Text { text: "words".into(), files: vec![], reply_to: None };
        Outgoing::new(cid.into(), conv, say, vec![], 0)
    }

    #[test]
    fn the_lines_are_made_anew_for_what_stands_in_them_and_for_nothing_else() {
        let owner = Owner::new();
        owner.set();
        let (thread, outbox) = (RwSignal::new(Some(Thread::open("c", 0))), RwSignal::new(Outbox::default()));
        let watched = Watched {
            thread,
            past: RwSignal::default(),
            visitor: RwSignal::new(Loaded::Not),
            outgoing: outgoing(thread, outbox),
            day: |_| 0,
        };
        let made = Arc::new(AtomicUsize::new(0));
        let counted = made.clone();
        let lines = Memo::new(move |_| {
            counted.fetch_add(1, Ordering::Relaxed);
            watched.lines(Filter::All)
        });
        let after = |step: &dyn Fn()| {
            step();
            (lines.read_untracked().len(), made.load(Ordering::Relaxed))
        };
        assert_eq!(after(&|| ()), (0, 1));
        let msg = || Msg { seq: 1, kind: "text".into(), cid: "1".into(), ..Msg::default() };
        assert_eq!(after(&|| thread.update(|it| drop(it.as_mut().map(|it| it.take(vec![msg()]))))), (2, 2));
        assert_eq!(after(&|| outbox.update(|it| it.push(message("2", "other")))), (2, 2), "another thread's");
        assert_eq!(after(&|| outbox.update(|it| drop(it.ready(0)))), (2, 2), "it goes: nothing to see");
        assert_eq!(after(&|| outbox.update(|it| it.push(message("3", "c")))), (3, 3));
        assert_eq!(after(&|| outbox.update(|it| assert!(it.take_ack("3")))), (2, 4));
    }
}
