//! Two nodes on one PostgreSQL database: what one process orders by its key is ordered by rows here.
use accounts::{Accepted, Accounts, AgentChange, Error, NewInvitation, Role, SitesOf};

use crate::engines::{Database, PASSWORD, put};

/// Plays a story on two nodes, several times over: a race that is lost once in a while must still be seen.
fn play<F: Future<Output = ()>>(story: impl Fn(Accounts, Accounts, usize) -> F) {
    let database = Database::postgres();
    let (one, two) = (database.open(), database.open());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(async {
        for round in 0..8 {
            story(Accounts::new(one.clone()), Accounts::new(two.clone()), round).await;
        }
    });
    one.close();
    two.close();
}

#[test]
fn two_administrators_do_not_send_each_other_away() {
    play(async |one: Accounts, two: Accounts, _| {
        let anna = put(&one, "anna@example.com", Role::Admin).await;
        let ben = put(&one, "ben@example.com", Role::Admin).await;
        let demote = || AgentChange { role: Some(Role::Agent), ..AgentChange::default() };
        let (first, second) =
            tokio::join!(one.change_agent(ben.id, demote()), two.change_agent(anna.id, demote()));
        let refused = [first, second].into_iter().filter_map(Result::err).collect::<Vec<_>>();
        assert!(matches!(refused.as_slice(), [Error::LastAdmin]), "{refused:?}");
    });
}

#[test]
fn a_link_that_is_followed_on_two_nodes_makes_one_account() {
    play(async |one: Accounts, two: Accounts, round| {
        let anna = put(&one, "anna@example.com", Role::Admin).await;
        let email = format!("carla{round}@example.com");
        let new = NewInvitation { email, role: Role::Agent, sites: SitesOf::All, by: anna.id };
        let (_, token) = one.invite(new).await.expect("invited");
        let carla =
            || Accepted { first_name: "Carla".into(), last_name: String::new(), password: PASSWORD.into() };
        let (first, second) =
            tokio::join!(one.accept_invitation(token, carla()), two.accept_invitation(token, carla()));
        let refused = [first, second].into_iter().filter_map(Result::err).collect::<Vec<_>>();
        assert!(matches!(refused.as_slice(), [Error::NotFound]), "{refused:?}");
        assert_eq!(one.agents().await.expect("read").len(), 2 + round);
    });
}

#[test]
fn two_links_for_one_address_leave_one() {
    play(async |one: Accounts, two: Accounts, round| {
        let anna = put(&one, "anna@example.com", Role::Admin).await;
        let new = || NewInvitation {
            email: format!("carla{round}@example.com"),
            role: Role::Agent,
            sites: SitesOf::All,
            by: anna.id,
        };
        let (first, second) = tokio::join!(one.invite(new()), two.invite(new()));
        assert!(first.is_ok() || second.is_ok(), "{first:?} {second:?}");
        let open = one.invitations().await.expect("read");
        assert_eq!(open.iter().filter(|it| it.email == new().email).count(), 1);
    });
}
