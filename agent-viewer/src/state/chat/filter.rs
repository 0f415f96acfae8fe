//! What of a thread is shown (FEATURES DSK-02 to DSK-04).
use chat_proto::message::{From, Msg};

/// Which part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Filter {
    /// Everything.
    #[default]
    All,
    /// What the visitor wrote.
    Visitor,
    /// What agents wrote.
    Agent,
    /// What was done, and which pages were looked at.
    Actions,
}

impl Filter {
    /// All of them, in order.
    pub const ALL: [Self; 4] = [Self::All, Self::Visitor, Self::Agent, Self::Actions];

    /// Whether a message or record is shown.
    pub fn shows(self, msg: &Msg) -> bool {
        let action = matches!(
            msg.kind.as_str(),
            "link" | "deal" | "system" | "transfer" | "screen_share" | "record" | "choice"
        );
        match self {
            Self::All => true,
            Self::Visitor => msg.from == From::Visitor,
            Self::Agent => {
                msg.from == From::Agent
                    && !matches!(msg.kind.as_str(), "record" | "transfer" | "screen_share" | "system")
            }
            Self::Actions => action,
        }
    }

    /// Whether pages that the visitor looked at are shown in the thread.
    pub fn shows_pages(self) -> bool {
        self == Self::Actions
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // shows: DSK-02, DSK-03, DSK-04, DSK-07
    #[test]
    fn each_filter_shows_its_part() {
        let msg = |from, kind: &str| Msg { from, kind: kind.into(), ..Msg::default() };
        let shown = |filter: Filter| {
            let all = [
                msg(From::Visitor, "text"),
                msg(From::Visitor, "choice"),
                msg(From::Agent, "text"),
                msg(From::Agent, "link"),
                msg(From::Agent, "deal"),
                msg(From::System, "transfer"),
                msg(From::Bot, "text"),
            ];
            all.iter().map(|it| if filter.shows(it) { 'x' } else { '-' }).collect::<String>()
        };
        assert_eq!(shown(Filter::All), "xxxxxxx");
        assert_eq!(shown(Filter::Visitor), "xx-----");
        assert_eq!(shown(Filter::Agent), "--xxx--");
        assert_eq!(shown(Filter::Actions), "-x-xxx-");
    }
}
