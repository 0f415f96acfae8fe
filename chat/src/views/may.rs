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
    deeds.into_iter().filter(|(_, may)| *may).map(|(name, _)| name.to_owned()).collect()
}

fn takes(of: &Conversation, actor: AgentActor) -> bool {
    match &of.state {
        State::Bot(_) | State::Queued(_) | State::Offered(..) => true,
        State::Active(active) => active.agent != actor.id && actor.manages(),
        State::Snoozed(_) | State::OfflineForm | State::Offline | State::Closed(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;
    use crate::model::{tests::stage::*, *};

    /// What stands behind each deed, in a form that fails only for who asks and where the conversation stands.
    fn commands(of: &Conversation) -> Vec<(&'static str, Vec<FromAgent>)> {
        let no = of.asked().map_or(OfferNo(0), |(_, no)| no);
        // One that it has already changes nothing.
        let fresh = of.tags.iter().map(|it| it.0).max().unwrap_or(0) + 1;
        let to = |to| FromAgent::Transfer { to, note: "".into() };
        vec![
            ("take", vec![FromAgent::Take(Cap::Ignored)]),
            ("accept", vec![FromAgent::Accept(no)]),
            ("decline", vec![FromAgent::Decline(no)]),
            ("send", vec![says(90, "words")]),
            ("note", vec![FromAgent::Note { cid: cid(91), text: "aside".into() }]),
            ("transfer", vec![to(TransferTo::Agent(CLEO, Cap::Ignored)), to(TransferTo::Queue(HELP))]),
            ("cancel_transfer", vec![FromAgent::CancelTransfer]),
            ("snooze", vec![FromAgent::Snooze(SnoozeFor::Reply)]),
            ("wake", vec![FromAgent::Wake]),
            ("tag", vec![FromAgent::Tag(tags(&[fresh]))]),
            ("close", vec![FromAgent::Close(tags(&[99]))]),
            ("block", vec![FromAgent::Block { tags: tags(&[99]), reason: "".into() }]),
            ("reopen", vec![FromAgent::Reopen]),
        ]
    }

    fn agrees(story: &Story) -> Result<(), TestCaseError> {
        let of = &story.conversation;
        for agent in [ANNA, BEN, MAYA] {
            let told = may(of, actor(agent), story.site.settings.reopening);
            for (name, commands) in commands(of) {
                let does = |it: &FromAgent| story.refuses_agent(story.now.0, agent, it.clone()).is_none();
                // A transfer that waits can still be cut short by one to a queue.
                let expected = commands.iter().any(does) && !(name == "transfer" && of.state.transfers());
                // What they were offered they accept; taking it is the same.
                let expected = expected && !(name == "take" && of.asked().is_some_and(|it| it.0 == agent));
                let found = told.iter().any(|it| it == name);
                prop_assert_eq!(found, expected, "{} by {:?} while {:?}", name, agent, of.state);
            }
        }
        Ok(())
    }

    /// Does one of the deeds, or something that visitors and the service do; what is refused changes nothing.
    fn step(mut story: Story, (who, what, wait): (u8, u8, i64)) -> Story {
        let at = story.now.0 + wait;
        let agent = [ANNA, BEN, CLEO, MAYA][usize::from(who) % 4];
        let mut all: Vec<Command> = vec![
            Command::Visitor(writes(what.max(1), "words")),
            Command::Visitor(FromVisitor::Submit { cid: cid(60), form: message() }),
            Command::System(FromSystem::Timeout),
            Command::System(FromSystem::Offer { agent, round: story.conversation.round }),
            Command::System(FromSystem::Reroute(HELP)),
        ];
        let deeds = commands(&story.conversation).into_iter().flat_map(|(_, it)| it);
        all.extend(deeds.map(|it| Command::Agent(actor(agent), it)));
        let command = &all[usize::from(what) % all.len()];
        if let Ok(done) = apply(&story.conversation, command, UnixMillis(at), &story.site) {
            story.conversation = done.next.clone();
            story.now = UnixMillis(at);
        }
        story
    }

    proptest! {
        // shows: QUE-08, TRF-01, SNZ-01, TAG-02, BLK-01
        #[test]
        fn what_is_told_is_what_would_be_done(
            bot in any::<bool>(),
            reopening in any::<bool>(),
            steps in vec((any::<u8>(), any::<u8>(), 0..40_000_i64), 0..25),
        ) {
            let begun = if bot { Story::with_bot() } else { Story::queued() };
            let mut story = begun.when(|site| site.settings.reopening = reopening);
            agrees(&story)?;
            for it in steps {
                story = step(story, it);
                agrees(&story)?;
            }
        }
    }
}
