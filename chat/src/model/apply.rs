//! The one entry: what a command does to a conversation.
mod begin;
mod bot;
mod close;
mod draft;
mod offers;
mod pause;
mod system;
mod take;
mod talk;
mod timers;
mod transfer;
mod wait;

use self::draft::Draft;
use super::{
    actor::AgentActor,
    command::{Begin, Command, FromAgent, FromSystem, FromVisitor},
    conversation::Conversation,
    effect::Effect,
    id::Random,
    refusal::Refusal,
    settings::World,
    state::State,
    time::UnixMillis,
};

/// What a command did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition {
    /// The conversation after it; its `ver` is one more than before.
    pub next: Conversation,
    /// What is to be done besides, in this order.
    pub effects: Vec<Effect>,
}

/// Begins a conversation at `at`, or puts an offline message into the inbox.
///
/// # Errors
/// A [`Refusal`]: the visitor is blocked, a field is wrong, or it is outside opening hours. Nothing is stored.
pub fn begin(
    begin: Begin,
    at: UnixMillis,
    world: &dyn World,
    random: &mut dyn Random,
) -> Result<Transition, Refusal> {
    begin::begin(begin, at, world, random)
}

/// What `command`, received at `at`, does to the conversation. Deadlines up to `at` pass first.
///
/// # Errors
/// A [`Refusal`]: nothing happens. Deadlines that are due stay due, and their sweep comes.
pub fn apply(
    conversation: &Conversation,
    command: &Command,
    at: UnixMillis,
    world: &dyn World,
) -> Result<Transition, Refusal> {
    let mut draft = Draft::new(conversation.clone(), at, world);
    if let Command::System(FromSystem::Shift(down)) = command {
        system::shift(&mut draft, *down)?;
        return Ok(draft.finish(conversation));
    }
    let fired = timers::settle(&mut draft, at)?;
    match command {
        Command::System(FromSystem::Timeout) if fired => {}
        Command::Visitor(it) => visitor(&mut draft, it)?,
        Command::Agent(actor, it) => agent(&mut draft, *actor, it)?,
        Command::System(it) => system::handle(&mut draft, it)?,
    }
    Ok(draft.finish(conversation))
}

fn visitor(draft: &mut Draft<'_>, command: &FromVisitor) -> Result<(), Refusal> {
    match command {
        FromVisitor::Send { cid, content, reply_to } => talk::from_visitor(draft, *cid, content, *reply_to),
        FromVisitor::Choose { cid, option } => bot::choose(draft, *cid, *option),
        FromVisitor::Submit { cid, form } => begin::submit(draft, *cid, form),
        FromVisitor::Close => close::by_visitor(draft),
        FromVisitor::Rate(rating) => close::rate(draft, rating),
        FromVisitor::Reply { cid, content } => talk::by_link(draft, *cid, content),
    }
}

fn agent(draft: &mut Draft<'_>, actor: AgentActor, command: &FromAgent) -> Result<(), Refusal> {
    match command {
        FromAgent::Take(cap) => take::take(draft, actor, *cap),
        FromAgent::Accept(no) => take::accept(draft, actor.id, *no),
        FromAgent::Decline(no) => offers::decline(draft, actor.id, *no),
        FromAgent::Send { cid, content, reply_to } => {
            talk::from_agent(draft, actor.id, *cid, content, *reply_to)
        }
        FromAgent::Note { cid, text } => talk::note(draft, actor.id, *cid, text),
        FromAgent::Transfer { to, note } => transfer::ask(draft, actor, *to, note),
        FromAgent::CancelTransfer => transfer::cancel(draft, actor),
        FromAgent::Snooze(span) => pause::snooze(draft, actor.id, *span),
        FromAgent::Wake => pause::wake(draft, actor),
        FromAgent::Tag(tags) => close::tag(draft, actor, tags),
        FromAgent::Close(tags) => close::by_agent(draft, actor, tags),
        FromAgent::Block { tags, reason } => close::block(draft, actor, tags, reason),
        FromAgent::Reopen => close::reopen(draft, actor),
    }
}

/// What to answer when a command has no place in a state.
fn not_now(state: &State) -> Refusal {
    match state {
        State::Closed(_) => Refusal::Closed,
        State::Bot(_)
        | State::Queued(_)
        | State::Offered(..)
        | State::Active(_)
        | State::Snoozed(_)
        | State::OfflineForm
        | State::Offline => Refusal::NotNow(state.stage()),
    }
}
