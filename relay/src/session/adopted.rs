//! What a page brings back after a restart and the log does not say: the server was killed between a yes and its entry,
//! or the visitor said it while no server was there.
use cobrowse_core::id::AgentId;

/// What the visitor allows an agent, by the log of the session.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct ByLog {
    view: bool,
    control: bool,
}

impl ByLog {
    /// Of these events, in order.
    pub(super) fn of<'a>(agent: AgentId, events: impl Iterator<Item = &'a str>) -> Self {
        let about = format!(" agent={}", agent.0);
        let own = events.filter_map(|event| event.strip_suffix(&about));
        own.fold(Self::default(), |it, code| match code {
            "view_granted" | "attached" => Self { view: true, ..it },
            "control_granted" => Self { control: true, ..it },
            "control_revoked" | "control_released" | "control_expired" => Self { control: false, ..it },
            "agent_left" => Self::default(),
            _ => it,
        })
    }

    /// What the visitor must have said besides, where the agent sees their page now, and controls it or does not.
    pub(super) fn unsaid(self, agent: AgentId, controller: Option<AgentId>) -> Vec<String> {
        let view = (!self.view).then_some("view_granted");
        let control = match (self.control, controller == Some(agent)) {
            (false, true) => Some("control_granted"),
            (true, false) => Some("control_revoked"),
            (true, true) | (false, false) => None,
        };
        [view, control].into_iter().flatten().map(|code| format!("{code} agent={}", agent.0)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANNA: AgentId = AgentId(2);

    fn unsaid(events: &[&str], controller: Option<AgentId>) -> Vec<String> {
        ByLog::of(ANNA, events.iter().copied()).unsaid(ANNA, controller)
    }

    #[test]
    fn what_the_log_says_is_not_said_again() {
        let log = ["opened", "view_asked agent=2", "view_granted agent=2", "paused"];
        assert_eq!(unsaid(&log, None), Vec::<String>::new());
        let controlled = [&log[..], &["control_granted agent=2"]].concat();
        assert_eq!(unsaid(&controlled, Some(ANNA)), Vec::<String>::new());
    }

    #[test]
    fn what_the_log_does_not_say_was_said_all_the_same() {
        assert_eq!(unsaid(&["view_asked agent=2"], None), ["view_granted agent=2"]);
        let other = ["view_granted agent=21", "control_granted agent=21"];
        assert_eq!(unsaid(&other, Some(ANNA)), ["view_granted agent=2", "control_granted agent=2"]);
        let gone = ["view_granted agent=2", "control_granted agent=2", "agent_left agent=2"];
        assert_eq!(unsaid(&gone, None), ["view_granted agent=2"]);
        let taken_back = ["view_granted agent=2", "control_granted agent=2"];
        assert_eq!(unsaid(&taken_back, None), ["control_revoked agent=2"]);
        let lapsed = ["view_granted agent=2", "control_granted agent=2", "control_expired agent=2"];
        assert_eq!(unsaid(&lapsed, None), Vec::<String>::new());
    }
}
