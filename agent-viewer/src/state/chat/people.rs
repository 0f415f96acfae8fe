//! Who is who: the directory's names, by number.
use chat_proto::desk::{AgentCard, Card, Directory, Presence, SiteCard};

/// An agent's first name, or nothing.
pub fn first_name(directory: &Directory, agent: i64) -> &str {
    directory.agents.iter().find(|it| it.id == agent).map_or("", |it| &it.first_name)
}

/// A site by its key.
pub fn site<'a>(directory: &'a Directory, key: &str) -> Option<&'a SiteCard> {
    directory.sites.iter().find(|it| it.key == key)
}

/// A queue of a site.
pub fn queue<'a>(directory: &'a Directory, key: &str, id: i64) -> Option<&'a Card> {
    site(directory, key)?.queues.iter().find(|it| it.id == id)
}

/// A tag of a site.
pub fn tag<'a>(directory: &'a Directory, key: &str, id: i64) -> Option<&'a Card> {
    site(directory, key)?.tags.iter().find(|it| it.id == id)
}

/// Where this agent stands over all sites: the most that they are anywhere.
pub fn presence(directory: &Directory) -> Presence {
    let of = |it: &SiteCard| it.presence;
    let sites = || directory.sites.iter().map(of);
    if sites().any(|it| it == Presence::Available) {
        Presence::Available
    } else if sites().any(|it| it == Presence::Away) {
        Presence::Away
    } else {
        Presence::Gone
    }
}

/// Whom a conversation of this site can be given to: who is there first, then by name; without oneself.
pub fn colleagues(directory: &Directory, key: &str) -> Vec<(AgentCard, Presence)> {
    let of = |it: &AgentCard| it.presence.get(key).copied();
    let mut found: Vec<_> = directory
        .agents
        .iter()
        .filter(|it| it.id != directory.me)
        .filter_map(|it| Some((it.clone(), of(it)?)))
        .collect();
    found.sort_by_key(|(it, presence)| (rank(*presence), it.first_name.to_lowercase(), it.id));
    found
}

/// Who answers on a site, by number: who may not log in any more has a name, and no site.
pub fn serving<'a>(directory: &'a Directory, key: &'a str) -> impl Iterator<Item = &'a AgentCard> {
    directory.agents.iter().filter(move |it| it.presence.contains_key(key))
}

/// Whether an agent has as many conversations as they may have; of one without a bound that is never known.
pub const fn is_full(agent: &AgentCard) -> bool {
    0 < agent.load.1 && agent.load.1 <= agent.load.0
}

/// Whether this agent may do what managers do.
pub fn is_manager(directory: &Directory) -> bool {
    matches!(directory.role.as_str(), "manager" | "admin")
}

const fn rank(presence: Presence) -> u8 {
    match presence {
        Presence::Available => 0,
        Presence::Away => 1,
        Presence::Gone => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agent(id: i64, first_name: &str, presence: Option<Presence>) -> AgentCard {
        let presence = presence.map(|it| ("shop".to_owned(), it)).into_iter().collect();
        AgentCard { id, first_name: first_name.into(), presence, ..AgentCard::default() }
    }

    // shows: TRF-01
    #[test]
    fn colleagues_of_the_site_who_are_there_stand_first() {
        let agents = vec![
            agent(1, "Moi", Some(Presence::Available)),
            agent(2, "Zoé", Some(Presence::Available)),
            agent(3, "Anne", Some(Presence::Gone)),
            agent(4, "Ailleurs", None),
            agent(5, "Bob", Some(Presence::Away)),
        ];
        let directory = Directory { me: 1, agents, ..Directory::default() };
        let names: Vec<_> = colleagues(&directory, "shop").into_iter().map(|(it, _)| it.first_name).collect();
        assert_eq!(names, ["Zoé", "Bob", "Anne"]);
        let serving: Vec<_> = serving(&directory, "shop").map(|it| it.id).collect();
        assert_eq!((serving, first_name(&directory, 4)), (vec![1, 2, 3, 5], "Ailleurs"));
    }

    #[test]
    fn whoever_has_no_slot_left_is_full() {
        let of = |load| is_full(&AgentCard { load, ..AgentCard::default() });
        assert_eq!([of((0, 0)), of((2, 3)), of((3, 3)), of((4, 3))], [false, false, true, true]);
    }

    // shows: QUE-04
    #[test]
    fn one_site_is_enough_to_be_there() {
        let site = |presence| SiteCard { presence, ..SiteCard::default() };
        let of = |sites: &[Presence]| {
            presence(&Directory { sites: sites.iter().copied().map(site).collect(), ..Directory::default() })
        };
        assert_eq!(of(&[]), Presence::Gone);
        assert_eq!(of(&[Presence::Gone, Presence::Away]), Presence::Away);
        assert_eq!(of(&[Presence::Away, Presence::Available]), Presence::Available);
    }
}
