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

type Colleagues = Memo<Vec<(AgentCard, Presence)>>;

/// Who is chosen, and whether beyond their limit: that is said of one colleague, and not of the next.
#[derive(Clone, Copy)]
struct Choice {
    target: RwSignal<Option<Target>>,
    beyond: RwSignal<bool>,
}

impl Choice {
    fn choose(self, target: Target) {
        self.target.set(Some(target));
        self.beyond.set(false);
    }

    fn is(self, target: Target) -> bool {
        self.target.get() == Some(target)
    }
}

/// Whether it can still be chosen: who went, or lost the site, since they were chosen is asked no more.
fn is_there(target: Target, agents: &[(AgentCard, Presence)], queues: &[Card]) -> bool {
    match target {
        Target::Agent(id) => agents.iter().any(|(it, presence)| it.id == id && *presence != Presence::Gone),
        Target::Queue(id) => queues.iter().any(|it| it.id == id),
    }
}

/// Colleagues who are there first, then queues; and what they should know.
#[component]
pub fn TransferDialog() -> impl IntoView {
    let (words, chat, ui) = (words(), chat(), ui());
    let choice = Choice { target: RwSignal::new(None), beyond: RwSignal::new(false) };
    let note = NodeRef::<Textarea>::new();
    let site = Memo::new(move |_| row().map(|row| row.site).unwrap_or_default());
    let colleagues = Memo::new(move |_| people::colleagues(&chat.directory.read(), &site.read()));
    let queues = Memo::new(move |_| {
        people::site(&chat.directory.read(), &site.read()).map(|it| it.queues.clone()).unwrap_or_default()
    });
    let target = Memo::new(move |_| {
        choice.target.get().filter(|it| is_there(*it, &colleagues.read(), &queues.read()))
    });
    let beyond = choice.beyond;
    let full = Memo::new(move |_| match target.get() {
        Some(Target::Agent(id)) => {
            colleagues.read().iter().any(|(agent, _)| agent.id == id && people::is_full(agent))
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
                    <Show when=move || colleagues.read().is_empty()><p class="muted">{words.say(Text::NoColleague)}</p></Show>
                    <For each=move || colleagues.get() key=|(agent, _)| agent.id
                        children=move |(agent, _)| view! { <AgentLine id=agent.id colleagues choice/> }/>
                </fieldset>
                <fieldset class="targets">
                    <legend>{words.say(Text::ToQueue)}</legend>
                    <For each=move || queues.get() key=|queue| (queue.id, queue.name.clone())
                        children=move |queue| view! { <QueueLine queue choice/> }/>
                </fieldset>
                <label class="field"><span>{words.say(Text::TransferNote)}</span>
                    <textarea node_ref=note name="note" rows="2" maxlength="2000"></textarea></label>
                <Show when=move || full.get()>
                    <label class="check" data-beyond>
                        <input type="checkbox" name="beyond" prop:checked=beyond on:change=move |event| beyond.set(event_target_checked(&event))/>
                        <span>{words.say(Text::BeyondLimit)}</span>
                    </label>
                </Show>
                <Foot text=Text::Transfer disabled=Signal::derive(move || target.get().is_none() || (full.get() && !beyond.get()))/>
            </form>
        </Modal>
    }
}

#[component]
fn AgentLine(id: i64, colleagues: Colleagues, choice: Choice) -> impl IntoView {
    let (words, chat) = (words(), chat());
    let of = Memo::new(move |last: Option<&(AgentCard, Presence)>| {
        let all = colleagues.read();
        let now = all.iter().find(|(agent, _)| agent.id == id);
        now.or(last).cloned().unwrap_or_default()
    });
    let presence = move || of.read().1;
    let full = Memo::new(move |_| people::is_full(&of.read().0));
    let off = Memo::new(move |_| presence() == Presence::Gone || (full.get() && !chat.is_manager()));
    let there = move || {
        words.now(match presence() {
            Presence::Available => Text::PresenceAvailable,
            Presence::Away => Text::PresenceAway,
            Presence::Gone => Text::PresenceGone,
        })
    };
    let load = move || of.with(|(agent, _)| format!("{} / {}", agent.load.0, agent.load.1));
    let letters = Signal::derive(move || of.with(|(agent, _)| initials(&agent.first_name, &agent.last_name)));
    let name = move || of.with(|(agent, _)| format!("{} {}", agent.first_name, agent.last_name));
    let label = words.say(Text::LoadHelp);
    view! {
        <label class="target" class:off=off data-agent=id data-presence=move || key(presence())>
            <input type="radio" name="target" disabled=off prop:checked=move || choice.is(Target::Agent(id))
                on:change=move |_| choice.choose(Target::Agent(id))/>
            <Avatar letters hue=hue(&id.to_le_bytes())/>
            <span class="target-name">{name}</span>
            <span class="muted"><i class=move || format!("presence-dot {}", key(presence()))></i> {there}</span>
            <Show when=move || full.get()><span class="muted">{words.say(Text::AgentFull)}</span></Show>
            <span class="muted load" title=label>{load}</span>
        </label>
    }
}

#[component]
fn QueueLine(queue: Card, choice: Choice) -> impl IntoView {
    let id = queue.id;
    view! {
        <label class="target" data-queue=id>
            <input type="radio" name="target" prop:checked=move || choice.is(Target::Queue(id))
                on:change=move |_| choice.choose(Target::Queue(id))/>
            <span class="target-name">{queue.name}</span>
        </label>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // shows: TRF-01
    #[test]
    fn whoever_went_since_they_were_chosen_is_asked_no_more() {
        let agent = |id, presence| (AgentCard { id, ..AgentCard::default() }, presence);
        let agents = [agent(2, Presence::Available), agent(3, Presence::Gone)];
        let queues = [Card { id: 7, ..Card::default() }];
        let there = |target| is_there(target, &agents, &queues);
        assert!(there(Target::Agent(2)) && there(Target::Queue(7)));
        assert!(!there(Target::Agent(3)), "gone");
        assert!(!there(Target::Agent(4)), "not of this site any more");
        assert!(!there(Target::Queue(2)), "a colleague is no queue");
    }
}
