//! The bot: a versioned graph that an admin draws.
//!
//! A conversation keeps the version that it began with: a change is seen by the next one.
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{
    id::{FlowId, OptionId, QueueId},
    text::LocalText,
};

/// Names a node within its flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NodeId(pub u32);

/// One version of a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FlowRef {
    /// Which flow.
    pub id: FlowId,
    /// Which version.
    pub version: u32,
}

/// One choice of a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// What is stored of it; the same across versions.
    pub option: OptionId,
    /// What it says.
    pub label: LocalText,
    /// Whether it is shown.
    pub enabled: bool,
    /// Where it leads.
    pub next: NodeId,
}

/// One step of the bot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Node {
    /// Says something and goes on.
    Message {
        /// What.
        text: LocalText,
        /// Where to.
        next: NodeId,
    },
    /// Asks, and goes where the visitor chooses.
    Question {
        /// What.
        text: LocalText,
        /// The choices, in the admin's order.
        choices: Vec<Choice>,
    },
    /// Gives the visitor to people.
    Handover {
        /// Which ones.
        queue: QueueId,
        /// What the visitor reads before anybody writes.
        welcome: LocalText,
        /// Whether the offline form is shown when nobody comes, where the site has one.
        offline_form: bool,
    },
    /// Says something and ends.
    End {
        /// What.
        text: LocalText,
    },
}

/// A flow's graph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flow {
    /// Where it begins.
    pub start: NodeId,
    /// Its nodes.
    pub nodes: BTreeMap<NodeId, Node>,
}

/// Why a flow cannot be used. An admin sees it at the node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, thiserror::Error)]
pub enum FlowFault {
    /// The way leads to a node that is not there.
    #[error("a way leads nowhere")]
    LeadsNowhere(NodeId),
    /// A question has no choice that is shown.
    #[error("a question has no choice")]
    NoChoice(NodeId),
    /// Something to be said is empty.
    #[error("a text is empty")]
    NoText(NodeId),
    /// Messages go in a circle without a question.
    #[error("messages go in a circle")]
    Circle(NodeId),
    /// Nobody ever reaches the node.
    #[error("a step is never reached")]
    Unreachable(NodeId),
    /// The visitor can never reach a person.
    #[error("no way leads to a person")]
    NoHandover,
}

impl Flow {
    /// Everything that is wrong with it, in the order of its nodes; nothing when it can be used.
    pub fn faults(&self) -> Vec<FlowFault> {
        let reached = self.reached();
        let mut faults: Vec<_> =
            self.nodes.iter().flat_map(|(id, node)| self.node_faults(*id, node)).collect();
        if !self.nodes.contains_key(&self.start) {
            faults.push(FlowFault::LeadsNowhere(self.start));
        }
        let idle = self.nodes.keys().filter(|id| !reached.contains(id));
        faults.extend(idle.map(|id| FlowFault::Unreachable(*id)));
        let hands_over = |id: &NodeId| matches!(self.nodes.get(id), Some(Node::Handover { .. }));
        if !reached.iter().any(hands_over) {
            faults.push(FlowFault::NoHandover);
        }
        faults
    }

    /// The queues that it hands over to.
    pub fn queues(&self) -> impl Iterator<Item = QueueId> {
        self.nodes.values().filter_map(Node::queue)
    }

    /// The messages from `from` on, and the node that they lead to: one where the bot stops. `None` when it
    /// leads nowhere or in a circle.
    pub(super) fn walk(&self, from: NodeId) -> Option<(Vec<&LocalText>, NodeId, &Node)> {
        let mut said = Vec::new();
        let mut at = from;
        while let Node::Message { text, next } = self.nodes.get(&at)? {
            if self.nodes.len() <= said.len() {
                return None;
            }
            said.push(text);
            at = *next;
        }
        Some((said, at, self.nodes.get(&at)?))
    }

    fn node_faults(&self, id: NodeId, node: &Node) -> Vec<FlowFault> {
        let nowhere = node.ways().any(|next| !self.nodes.contains_key(&next));
        let circle = !nowhere && matches!(node, Node::Message { .. }) && self.goes_round(id);
        let checks = [
            (nowhere, FlowFault::LeadsNowhere(id)),
            (circle, FlowFault::Circle(id)),
            (node.lacks_choice(), FlowFault::NoChoice(id)),
            (node.lacks_text(), FlowFault::NoText(id)),
        ];
        checks.into_iter().filter_map(|(is_wrong, fault)| is_wrong.then_some(fault)).collect()
    }

    fn goes_round(&self, from: NodeId) -> bool {
        let mut seen = BTreeSet::new();
        let mut at = from;
        while let Some(Node::Message { next, .. }) = self.nodes.get(&at) {
            if !seen.insert(at) {
                return true;
            }
            at = *next;
        }
        false
    }

    fn reached(&self) -> BTreeSet<NodeId> {
        let mut reached = BTreeSet::new();
        let mut open = vec![self.start];
        while let Some(id) = open.pop() {
            if let Some(node) = self.nodes.get(&id)
                && reached.insert(id)
            {
                open.extend(node.ways());
            }
        }
        reached
    }
}

impl Node {
    const fn queue(&self) -> Option<QueueId> {
        match self {
            Self::Handover { queue, .. } => Some(*queue),
            Self::Message { .. } | Self::Question { .. } | Self::End { .. } => None,
        }
    }

    /// Where the visitor can come from here.
    fn ways(&self) -> impl Iterator<Item = NodeId> {
        let (next, choices) = match self {
            Self::Message { next, .. } => (Some(*next), [].as_slice()),
            Self::Question { choices, .. } => (None, choices.as_slice()),
            Self::Handover { .. } | Self::End { .. } => (None, [].as_slice()),
        };
        next.into_iter().chain(choices.iter().filter(|it| it.enabled).map(|it| it.next))
    }

    fn lacks_choice(&self) -> bool {
        matches!(self, Self::Question { choices, .. } if !choices.iter().any(|it| it.enabled))
    }

    fn lacks_text(&self) -> bool {
        match self {
            Self::Message { text, .. } => text.is_blank(),
            Self::Question { text, choices } => {
                text.is_blank() || choices.iter().any(|it| it.enabled && it.label.is_blank())
            }
            // A welcome and a last word may be left out.
            Self::Handover { .. } | Self::End { .. } => false,
        }
    }
}
