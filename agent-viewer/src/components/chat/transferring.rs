//! To whom a conversation goes (FEATURES B11).
use chat_proto::desk::{AgentCard, Card, Deed, Presence};
use leptos::{ev::SubmitEvent, html::Textarea, prelude::*};

use super::{conversation::row, modal::Modal, presence_menu::key, sending::Foot};
use crate::{
    chat::chat,
    components::avatar::Avatar,
    i18n::{Text, words},
    pages::chats::ui,
    state::{
        chat::people,
        colour::{hue, initials},
    },
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    Agent(i64),
    Queue(i64),
}

/// Colleagues who are there first, then queues; and what they should know.
#[component]
pub fn TransferDialog() -> impl IntoView {
    let (words, chat, ui) = (words(), chat(), ui());
    let target = RwSignal::new(None::<Target>);
    let note = NodeRef::<Textarea>::new();
    let site = Memo::new(move |_| row().map(|row| row.site).unwrap_or_default());
    let colleagues = move || people::colleagues(&chat.directory.read(), &site.read());
    let queues = move || {
        people::site(&chat.directory.read(), &site.read()).map(|it| it.queues.clone()).unwrap_or_default()
    };
    let beyond = RwSignal::new(false);
    let full = Memo::new(move |_| match target.get() {
        Some(Target::Agent(id)) => {
            colleagues().iter().any(|(agent, _)| agent.id == id && people::is_full(agent))
        }
        Some(Target::Queue(_)) | None => false,
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let note = note.get_untracked().map(|field| field.value().trim().to_owned()).unwrap_or_default();
        let what = match target.get_untracked() {
            Some(Target::Agent(agent)) => Deed::TransferToAgent { agent, note, force: full.get_untracked() },
            Some(Target::Queue(queue)) => Deed::TransferToQueue { queue, note },
            None => return,
        };
        if let Some(conv) = ui.open.get_untracked() {
            chat.order(&conv, what);
        }
        ui.dialog.set(None);
    };
    view! {
        <Modal title=Text::Transfer close=move || ui.dialog.set(None)>
            <form class="form" on:submit=submit>
                <fieldset class="targets">
                    <legend>{words.say(Text::ToAgent)}</legend>
                    {move || {
                        let all = colleagues();
                        let none = all.is_empty().then(|| view! { <p class="muted">{words.say(Text::NoColleague)}</p> });
                        view! { {none} {all.into_iter().map(|(agent, presence)| view! { <AgentLine agent presence target/> }).collect_view()} }
                    }}
                </fieldset>
                <fieldset class="targets">
                    <legend>{words.say(Text::ToQueue)}</legend>
                    {move || queues().into_iter().map(|queue| view! { <QueueLine queue target/> }).collect_view()}
                </fieldset>
                <label class="field"><span>{words.say(Text::TransferNote)}</span>
                    <textarea node_ref=note name="note" rows="2" maxlength="2000"></textarea></label>
                <Show when=move || full.get()>
                    <label class="check" data-beyond>
                        <input type="checkbox" name="beyond" prop:checked=beyond on:change=move |event| beyond.set(event_target_checked(&event))/>
                        <span>{words.say(Text::BeyondLimit)}</span>
                    </label>
                </Show>
                <Foot text=Text::Transfer disabled=Signal::derive(move || target.read().is_none() || (full.get() && !beyond.get()))/>
            </form>
        </Modal>
    }
}

#[component]
fn AgentLine(agent: AgentCard, presence: Presence, target: RwSignal<Option<Target>>) -> impl IntoView {
    let (words, chat) = (words(), chat());
    let id = agent.id;
    let full = people::is_full(&agent);
    let off = move || presence == Presence::Gone || (full && !chat.is_manager());
    let there = match presence {
        Presence::Available => Text::PresenceAvailable,
        Presence::Away => Text::PresenceAway,
        Presence::Gone => Text::PresenceGone,
    };
    let load = format!("{} / {}", agent.load.0, agent.load.1);
    let label = words.say(Text::LoadHelp);
    let full = full.then(|| view! { <span class="muted">{words.say(Text::AgentFull)}</span> });
    view! {
        <label class="target" class:off=off data-agent=id data-presence=key(presence)>
            <input type="radio" name="target" disabled=off on:change=move |_| target.set(Some(Target::Agent(id)))/>
            <Avatar letters=initials(&agent.first_name, &agent.last_name) hue=hue(&id.to_le_bytes())/>
            <span class="target-name">{format!("{} {}", agent.first_name, agent.last_name)}</span>
            <span class="muted"><i class=format!("presence-dot {}", key(presence))></i> {words.say(there)}</span>
            {full}
            <span class="muted load" title=label>{load}</span>
        </label>
    }
}

#[component]
fn QueueLine(queue: Card, target: RwSignal<Option<Target>>) -> impl IntoView {
    let id = queue.id;
    view! {
        <label class="target" data-queue=id>
            <input type="radio" name="target" on:change=move |_| target.set(Some(Target::Queue(id)))/>
            <span class="target-name">{queue.name}</span>
        </label>
    }
}
