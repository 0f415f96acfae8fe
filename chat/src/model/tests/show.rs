//! A transition in a few lines.
use std::fmt::Write;

use super::super::*;

/// The states, then each effect in its order.
pub fn show(from: Option<&Conversation>, transition: &Transition) -> String {
    let from = from.map_or("-", |it| it.state.stage().code());
    let mut text = format!("{from} -> {}\n", transition.next.state.stage().code());
    for effect in &transition.effects {
        let _ = writeln!(text, "{}", line(effect));
    }
    text
}

fn line(effect: &Effect) -> String {
    match effect {
        Effect::Append(message) => append(message),
        Effect::SetTimer(kind, at) => format!("timer {} at {}", kind.code(), at.0),
        Effect::ClearTimer(kind) => format!("timer {} off", kind.code()),
        Effect::Hold(agent, Cap::Holds) => format!("load +1 of {}", agent.0),
        Effect::Hold(agent, Cap::Ignored) => format!("load +1 of {} beyond the cap", agent.0),
        Effect::Free(agent) => format!("load -1 of {}", agent.0),
        Effect::OfferMade { no, agent, purpose, due } => {
            format!("offer {} to {} for {purpose:?} until {}", no.0, agent.0, due.0)
        }
        Effect::OfferEnded { no, agent, outcome } => {
            format!("offer {} to {} {}", no.0, agent.0, outcome.code())
        }
        Effect::Desk(event) => format!("desk {event:?}"),
        Effect::AnswerMissed(_)
        | Effect::EndShare(_)
        | Effect::HandOverShare { .. }
        | Effect::Participant(_)
        | Effect::Tag(..)
        | Effect::TagAutomatically(_)
        | Effect::BlockVisitor(_)
        | Effect::UpdateVisitor(_)
        | Effect::AskRating
        | Effect::Mail(_) => format!("{effect:?}"),
    }
}

fn append(message: &Message) -> String {
    let place = match message.place {
        Place::Thread(seq) => format!("thread {}", seq.0),
        Place::AgentsOnly(seq) => format!("aside {}", seq.0),
    };
    let author = match message.author {
        Author::Visitor => "visitor".to_owned(),
        Author::Agent(agent) => format!("agent {}", agent.0),
        Author::Bot => "bot".to_owned(),
        Author::System => "system".to_owned(),
    };
    let words = match &message.body {
        Body::Content(Content::Text(text)) => text.clone(),
        Body::Content(_) => String::new(),
        Body::Question { text, choices } => {
            let labels: Vec<_> = choices.iter().map(|(_, label)| label.as_str()).collect();
            format!("{text} {}", labels.join(" / "))
        }
        Body::Choice { label, .. } => label.clone(),
        Body::Form(form) => format!("{form:?}"),
        Body::Notice(notice) => notice.code().to_owned(),
        Body::Record(record) => record.code().to_owned(),
        Body::Unknown => String::new(),
    };
    format!("{place} {author} {}: {words}", message.body.kind())
}
