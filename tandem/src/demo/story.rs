//! What the demo's history is told in: who, when, and what was said.

/// A conversation of the past.
#[derive(Debug)]
pub(super) struct Story {
    /// Days ago, hour and minute (UTC) at which it began.
    pub when: (i64, i64, i64),
    /// Who came.
    pub who: &'static Visitor,
    /// What they had looked at: path and title, the oldest first.
    pub pages: &'static [(&'static str, &'static str)],
    /// What they chose of the bot; nothing where an agent was quicker than they.
    pub topic: Option<Topic>,
    /// Who took it.
    pub agent: Cast,
    /// What was said, in this order.
    pub said: &'static [Line],
    /// How it ended.
    pub end: End,
    /// What the agent called it.
    pub tags: &'static [&'static str],
    /// Stars, and words that may be empty.
    pub rating: Option<(u8, &'static str)>,
}

/// A message that was left while nobody was there.
#[derive(Debug)]
pub(super) struct Letter {
    /// Days ago, hour and minute (UTC).
    pub when: (i64, i64, i64),
    /// Who wrote.
    pub who: &'static Visitor,
    /// What they had looked at.
    pub pages: &'static [(&'static str, &'static str)],
    /// What.
    pub message: &'static str,
}

/// One thing that happened in a conversation.
#[derive(Debug, Clone, Copy)]
pub(super) enum Line {
    /// The visitor writes.
    V(&'static str),
    /// The agent who has it writes.
    A(&'static str),
    /// They note something for colleagues.
    Note(&'static str),
    /// They give it to a colleague, who takes it.
    GiveTo(Cast, &'static str),
    /// They give it to a queue, of which this agent takes it.
    Queue(Topic, &'static str, Cast),
    /// They put it aside for so many minutes; the visitor writes before.
    Pause(i64),
    /// The visitor goes to another page.
    Page(&'static str, &'static str),
}

/// Who ended it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The agent.
    Agent,
    /// The visitor.
    Visitor,
}

/// What the bot asks about: the queues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Topic {
    /// Something to buy.
    Sales,
    /// Something that was bought.
    Help,
}

/// The agents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cast {
    /// The admin.
    Sophie,
    /// Serves both queues.
    Karim,
    /// Serves both queues.
    Lea,
}

/// Somebody who came to the shop.
#[derive(Debug)]
pub(super) struct Visitor {
    /// Tells them apart.
    pub no: u8,
    /// Their name.
    pub name: &'static str,
    /// Their address.
    pub email: &'static str,
    /// Their language.
    pub lang: &'static str,
    /// Where their browser is.
    pub country: &'static str,
    /// What their browser says of itself.
    pub browser: &'static str,
    /// The page that sent them here, and the campaign that did.
    pub from: (&'static str, &'static str),
    /// What the shop tells of them: customer number and basket, or nothing.
    pub customer: (&'static str, &'static str),
}
