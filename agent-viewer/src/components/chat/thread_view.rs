//! The thread of the open conversation: what was said, from top to bottom. Can be mounted on any page.
use icondata_lu as lu;
use leptos::{ev, html::Div, prelude::*};

use super::message::Line;
use crate::{
    browser,
    chat::{Loaded, chat},
    components::icon::Icon,
    i18n::{Text, words},
    state::chat::{
        entries::{Entry, Sources, entries, is_read},
        filter::Filter,
        people,
        thread::Thread,
    },
};

/// Lines that are in the document at first, and that come with each step upwards.
const STEP: usize = 80;
/// So near to an end, CSS pixels, counts as being there.
const NEAR: i32 = 80;

/// Where the eye is.
#[derive(Clone, Copy)]
struct Eye {
    node: NodeRef<Div>,
    /// Whether it follows what comes.
    at_end: RwSignal<bool>,
    /// How many lines are in the document.
    limit: RwSignal<usize>,
    /// The first line and the whole height, as last seen.
    seen: StoredValue<(String, i32)>,
}

/// The thread.
#[component]
pub fn ThreadView(
    /// What of it is shown.
    filter: RwSignal<Filter>,
) -> impl IntoView {
    let (words, chat) = (words(), chat());
    let all = Memo::new(move |_| lines(filter.get()));
    let eye = Eye {
        node: NodeRef::new(),
        at_end: RwSignal::new(true),
        limit: RwSignal::new(STEP),
        seen: StoredValue::new((String::new(), 0)),
    };
    let shown = Memo::new(move |_| {
        let all = all.read();
        all[all.len().saturating_sub(eye.limit.get())..].to_vec()
    });
    Effect::new(move |_| {
        let first = shown.read().first().map(Entry::key).unwrap_or_default();
        request_animation_frame(move || eye.settle(first));
    });
    let open = Memo::new(move |_| chat.thread.read().as_ref().map(|thread| thread.conv().to_owned()));
    Effect::new(move |_| {
        open.with(|_| ());
        eye.at_end.set(true);
        eye.limit.set(STEP);
    });
    // A thread that gets lower or narrower still shows its end.
    let resized = window_event_listener(ev::resize, move |_| eye.stay());
    on_cleanup(move || resized.remove());
    Effect::new(move |_| {
        chat.composed.get();
        request_animation_frame(move || eye.stay());
    });
    let up = move || {
        if eye.limit.get_untracked() < all.read_untracked().len() {
            eye.limit.update(|limit| *limit += STEP);
        } else {
            chat.earlier();
        }
    };
    let ready =
        Memo::new(move |_| chat.thread.read().as_ref().is_some_and(|thread| thread.detail().is_some()));
    let whole = move || {
        let begun = chat.thread.read().as_ref().is_some_and(|thread| thread.earlier().is_none());
        let first = matches!(&*chat.visitor.read(), Loaded::Here(visitor) if visitor.past.is_empty());
        begun && (first || chat.past.read().is_whole()) && all.read().len() <= eye.limit.get()
    };
    view! {
        <div class="thread" node_ref=eye.node on:scroll=move |_| eye.scrolled(up)>
            <div class="thread-lines" role="log" aria-label=words.say(Text::ThreadLabel) aria-live="polite">
                <Show when=move || ready.get() fallback=|| view! { <ThreadSkeleton/> }>
                    <Show when=move || !whole()>
                        <button type="button" class="button quiet earlier" on:click=move |_| up()>
                            <Icon icon=lu::LuArrowUp/> {words.say(Text::Earlier)}
                        </button>
                    </Show>
                    <For each=move || shown.get() key=Entry::key children=|entry| view! { <Line entry/> }/>
                    <Foot all/>
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

impl Eye {
    fn scrolled(self, up: impl FnOnce()) {
        let Some(node) = self.node.get_untracked() else { return };
        let below = node.scroll_height() - node.scroll_top() - node.client_height();
        self.at_end.set(below < NEAR);
        if node.scroll_top() < NEAR && node.client_height() < node.scroll_height() {
            up();
        }
    }

    /// Where the end is looked at, it stays in sight.
    fn stay(self) {
        if self.at_end.try_get_untracked() == Some(true) {
            self.go_to_end();
        }
    }

    fn go_to_end(self) {
        if let Some(node) = self.node.try_get_untracked().flatten() {
            node.set_scroll_top(node.scroll_height());
            self.at_end.set(true);
        }
    }

    /// Lines came: at the end the eye follows them; what comes above moves nothing that is read.
    fn settle(self, first: String) {
        let Some(node) = self.node.try_get_untracked().flatten() else { return };
        let (before, height) = self.seen.try_get_value().unwrap_or_default();
        let now = node.scroll_height();
        if self.at_end.get_untracked() {
            node.set_scroll_top(now);
        } else if before != first && height < now {
            node.set_scroll_top(node.scroll_top() + now - height);
        }
        let _ = self.seen.try_set_value((first, node.scroll_height()));
    }
}

fn lines(filter: Filter) -> Vec<Entry> {
    let chat = chat();
    let (thread, past, visitor) = (chat.thread.read(), chat.past.read(), chat.visitor.read());
    let Some(thread) = thread.as_ref() else { return Vec::new() };
    let pages = match &*visitor {
        Loaded::Here(visitor) => visitor.pages.as_slice(),
        Loaded::Not | Loaded::Loading | Loaded::Failed => &[],
    };
    let outbox = chat.outbox.read();
    let outgoing = if matches!(filter, Filter::All | Filter::Agent) {
        outbox.of(thread.conv()).filter(|it| !thread.has(&it.cid)).cloned().collect()
    } else {
        Vec::new()
    };
    entries(&Sources { thread, past: &past.shown, pages, outgoing, filter, day: browser::day_of })
}

/// Who has read it, and who types.
#[component]
fn Foot(all: Memo<Vec<Entry>>) -> impl IntoView {
    let (words, chat) = (words(), chat());
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
