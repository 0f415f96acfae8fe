//! What desks show: rows of lists, a conversation's detail, the directory, the visitor's panel, contacts.
//!
//! Everything is read from the store in few statements, for a [`Viewer`]: what is not there for them is left
//! out of lists and is answered as [`Fault::NoConversation`]. A filter that the store evaluates and one that a
//! socket evaluates would differ sooner or later: [`may_match`] only spares questions, [`listed`] decides.
mod contact;
mod detail;
mod directory;
mod list;
mod mark;
mod may;
mod offered;
mod online;
mod panel;
mod row;

use std::{collections::BTreeSet, sync::Arc};

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

pub(crate) use contact::blocked;
pub use contact::{Contact, contact, contact_conversations, site_of};
pub use detail::{detail, find};
pub(crate) use directory::card;
pub use directory::{Colleague, directory, flow_fault_code, site_faults};
pub use list::{Tally, counts, listed, may_match, rows};
pub use mark::{Reader, read, star};
pub use may::may;
pub use offered::offered;
pub use online::Online;
pub use panel::visitor_panel;
pub use row::row;

use crate::{
    engine::{Engine, Fault},
    model::{AgentId, Role},
    who::{Served, Viewer},
};

/// An agent over all their sites, with the queues that they serve now. Made anew after
/// [`Change::Directory`](crate::changes::Change::Directory).
///
/// # Errors
/// The store's.
pub async fn viewer(
    engine: &Engine,
    (agent, role): (AgentId, Role),
    sites: Vec<Served>,
) -> Result<Viewer, Fault> {
    let mut queues = BTreeSet::new();
    for site in &sites {
        queues.extend(engine.known(site.id).await?.queues_of(agent));
    }
    Ok(Viewer { agent, role, sites: sites.into(), queues: Arc::new(queues) })
}

/// A text as it is searched and sorted by: in lower case, without accents, and without the sign that no database
/// takes in a text.
pub(crate) fn fold(text: &str) -> String {
    text.nfkd().filter(|it| !is_combining_mark(*it) && *it != '\0').flat_map(char::to_lowercase).collect()
}

/// A pattern of `LIKE … ESCAPE '\'` for texts that hold `word`.
pub(crate) fn like(word: &str) -> String {
    let mut pattern = String::with_capacity(word.len() + 2);
    pattern.push('%');
    for sign in word.chars() {
        if matches!(sign, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(sign);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    // shows: DSK-12
    #[test]
    fn names_are_found_without_accents_and_wildcards_are_text() {
        assert_eq!(fold("Éléonore\0 ZOÉ"), "eleonore zoe");
        assert_eq!(like("50%_a\\"), "%50\\%\\_a\\\\%");
    }
}
