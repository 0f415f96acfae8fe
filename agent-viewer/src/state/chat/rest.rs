//! Sites for which the service set this agent away: told until they are available again, or say that they know.
use std::collections::BTreeSet;

use chat_proto::desk::Directory;
use serde::{Deserialize, Serialize};

/// The sites of which the agent knows it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rest {
    known: BTreeSet<String>,
}

impl Rest {
    /// What a tab kept over its reload; nothing of what it cannot have kept.
    pub fn kept(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    /// What a tab keeps.
    pub fn to_keep(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// How things stand now: what is over may begin anew, and is told then.
    pub fn take(&mut self, directory: &Directory) {
        self.known.retain(|key| directory.sites.iter().any(|site| site.rested && site.key == *key));
    }

    /// They know it of this site, or chose themselves what they are there.
    pub fn know(&mut self, site: &str) {
        self.known.insert(site.to_owned());
    }

    /// The sites of which they are told, by key and name.
    pub fn told(&self, directory: &Directory) -> Vec<(String, String)> {
        let told = directory.sites.iter().filter(|site| site.rested && !self.known.contains(&site.key));
        told.map(|site| (site.key.clone(), site.name.clone())).collect()
    }
}

#[cfg(test)]
mod tests {
    use chat_proto::desk::SiteCard;

    use super::*;

    fn directory(rested: &[&str]) -> Directory {
        let site = |key: &str| SiteCard {
            key: key.into(),
            name: key.to_uppercase(),
            rested: rested.contains(&key),
            ..SiteCard::default()
        };
        Directory { sites: ["a", "b"].map(site).into(), ..Directory::default() }
    }

    // shows: QUE-11
    #[test]
    fn who_was_set_away_is_told_until_they_know_and_again_the_next_time() {
        let mut rest = Rest::default();
        let names = |rest: &Rest, rested: &[&str]| {
            rest.told(&directory(rested)).into_iter().map(|(_, name)| name).collect::<Vec<_>>()
        };
        assert!(names(&rest, &[]).is_empty());
        assert_eq!(names(&rest, &["a", "b"]), ["A", "B"]);
        rest.know("a");
        rest.take(&directory(&["a", "b"]));
        assert_eq!(names(&rest, &["a", "b"]), ["B"]);
        let mut rest = Rest::kept(&rest.to_keep());
        rest.take(&directory(&["a", "b"]));
        assert_eq!(names(&rest, &["a", "b"]), ["B"], "the tab was loaded again");
        assert_eq!(Rest::kept("{"), Rest::default());
        rest.take(&directory(&[]));
        assert_eq!(names(&rest, &["a"]), ["A"], "another time");
    }
}
