//! The bot speaks until it asks, hands over or ends.
use super::{super::*, Draft, close, not_now, wait};

/// The flow begins.
pub(super) fn start(draft: &mut Draft<'_>, flow: FlowRef) -> Result<(), Refusal> {
    let start = draft.world.flow(flow).ok_or(Refusal::FlowBroken)?.start;
    run(draft, flow, start)
}

/// The visitor answers the question that was asked last.
pub(super) fn choose(draft: &mut Draft<'_>, cid: Cid, option: OptionId) -> Result<(), Refusal> {
    let State::Bot(place) = draft.next.state else { return Err(not_now(&draft.next.state)) };
    let world = draft.world;
    let flow = world.flow(place.flow).ok_or(Refusal::FlowBroken)?;
    let Some(Node::Question { choices, .. }) = flow.nodes.get(&place.node) else {
        return Err(Refusal::FlowBroken);
    };
    let choice = choices.iter().find(|it| it.enabled && it.option == option);
    let choice = choice.ok_or(Refusal::UnknownOption)?;
    let label = words(draft, &choice.label);
    draft.write(Author::Visitor, cid, Body::Choice { option, label }, Some(place.question));
    draft.next.option = Some(option);
    run(draft, place.flow, choice.next)
}

fn run(draft: &mut Draft<'_>, flow: FlowRef, from: NodeId) -> Result<(), Refusal> {
    let world = draft.world;
    let graph = world.flow(flow).ok_or(Refusal::FlowBroken)?;
    let (said, at, node) = graph.walk(from).ok_or(Refusal::FlowBroken)?;
    for text in said {
        say(draft, text);
    }
    match node {
        Node::Question { text, choices } => ask(draft, (flow, at), text, choices),
        Node::Handover { queue, welcome, offline_form } => {
            say(draft, welcome);
            draft.next.queue = *queue;
            let on_missed = if *offline_form { draft.on_missed() } else { OnMissed::Notice };
            wait::enter_anew(draft, wait::Wait::new(draft, on_missed));
        }
        Node::End { text } => {
            say(draft, text);
            close::close(draft, CloseReason::BotEnd);
        }
        // A walk ends where the bot stops.
        Node::Message { .. } => return Err(Refusal::FlowBroken),
    }
    Ok(())
}

fn ask(draft: &mut Draft<'_>, (flow, node): (FlowRef, NodeId), text: &LocalText, choices: &[Choice]) {
    let shown = choices.iter().filter(|it| it.enabled);
    let choices = shown.map(|it| (it.option, words(draft, &it.label))).collect();
    let text = words(draft, text);
    let question = draft.bot_says(Body::Question { text, choices });
    draft.next.state = State::Bot(BotPlace { flow, node, question });
}

fn say(draft: &mut Draft<'_>, text: &LocalText) {
    let words = words(draft, text);
    if !words.trim().is_empty() {
        draft.bot_says(Body::Content(Content::Text(words)));
    }
}

fn words(draft: &Draft<'_>, text: &LocalText) -> String {
    text.pick(draft.next.lang.as_ref(), &draft.world.site().lang).to_owned()
}
