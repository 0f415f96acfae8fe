//! What an agent may do with a conversation now.
use crate::model::{AgentActor, Conversation, State};

/// The deeds that the state machine would not refuse because of who asks or of where the conversation stands,
/// by their names in [`Detail::may`](chat_proto::desk::Detail::may). Whether a site reopens is its setting.
pub fn may(of: &Conversation, actor: AgentActor, reopening: bool) -> Vec<String> {
    let (mine, manages) = (of.owner() == Some(actor.id), actor.manages());
    let asked = of.asked().is_some_and(|(agent, _)| agent == actor.id);
    let last = of.previous_agent == Some(actor.id);
    let open = !matches!(of.state, State::Closed(_));
    let (active, snoozed, offline) = (
        matches!(of.state, State::Active(_)),
        matches!(of.state, State::Snoozed(_)),
        matches!(of.state, State::Offline),
    );
    let waits = matches!(of.state, State::Queued(_) | State::Offered(..));
    let asks_another = of.state.transfers();
    let ends = offline || manages || (mine && (active || snoozed));
    let deeds = [
        ("take", takes(of, actor) && !asked),
        ("accept", asked),
        ("decline", asked),
        ("send", (active && mine) || offline || asked),
        ("note", true),
        ("transfer", (active && (mine || manages) && !asks_another) || (manages && (waits || snoozed))),
        ("cancel_transfer", active && (mine || manages) && asks_another),
        ("snooze", active && mine && !asks_another),
        ("wake", snoozed && (mine || manages)),
        ("tag", mine || manages || offline || (of.owner().is_none() && last)),
        ("close", open && ends),
        ("block", of.owner().is_none() || mine || manages),
        ("reopen", !open && reopening && (last || manages)),
        ("share", active && mine),
    ];
    deeds.into_iter().filter_map(|(name, may)| may.then(|| name.to_owned())).collect()
}

fn takes(of: &Conversation, actor: AgentActor) -> bool {
    match &of.state {
        State::Bot(_) | State::Queued(_) | State::Offered(..) => true,
        State::Active(active) => active.agent != actor.id && actor.manages(),
        State::Snoozed(_) | State::OfflineForm | State::Offline | State::Closed(_) => false,
    }
}
