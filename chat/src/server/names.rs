//! What agents are called. Asked for with every message: kept, and read anew whenever an agent's desk comes, so
//! that whoever acts is in it, and now and then.
use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use accounts::Accounts;

use crate::{model::AgentId, views::Colleague};

/// The agents of the server by name; cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Names {
    known: Arc<RwLock<Known>>,
}

#[derive(Default)]
struct Known {
    all: Arc<[Colleague]>,
    first: HashMap<AgentId, String>,
}

impl Names {
    /// What visitors call an agent; nothing for one whom nobody knows any more.
    pub fn first(&self, agent: AgentId) -> String {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.first.get(&agent).cloned().unwrap_or_default()
    }

    /// Everybody.
    pub fn all(&self) -> Arc<[Colleague]> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).all.clone()
    }

    /// Reads them anew: whether somebody is called otherwise, or new. What cannot be read stays as it was.
    pub async fn refresh(&self, accounts: &Accounts) -> bool {
        match accounts.agents().await {
            Ok(agents) => self.keep(&agents),
            Err(error) => {
                tracing::warn!(%error, "the agents' names cannot be read");
                false
            }
        }
    }

    /// The agents are these by now: whether somebody is called otherwise, or new.
    pub fn keep(&self, agents: &[accounts::Agent]) -> bool {
        let colleague = |it: &accounts::Agent| Colleague {
            id: AgentId(it.id.0),
            first_name: it.first_name.clone(),
            last_name: it.last_name.clone(),
            disabled: it.disabled,
        };
        let all: Arc<[Colleague]> = agents.iter().map(colleague).collect();
        let first = all.iter().map(|it| (it.id, it.first_name.clone())).collect();
        let known = Known { all, first };
        let mut kept = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let is_news = kept.all != known.all;
        *kept = known;
        is_news
    }
}
