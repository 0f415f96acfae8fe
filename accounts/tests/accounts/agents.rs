//! Agents, and who may be changed how.
use accounts::{Accounts, AgentChange, AgentId, Error, Invalid, NewAgent, Role, SiteId, SitesOf};
use store::Store;

use crate::engines::{PASSWORD, new_agent, on_each_engine, only, put, put_site};

on_each_engine! {
    an_address_is_one_account_whatever_its_case,
    what_is_no_agent_is_refused,
    an_agent_serves_the_sites_it_was_given,
    the_last_administrator_stays,
    a_disabled_agent_is_out_at_once_and_may_come_back,
    a_new_password_ends_what_the_old_one_began,
    a_site_that_was_taken_is_gone_and_whoever_listens_hears_of_it,
}

async fn an_address_is_one_account_whatever_its_case(_: Store, accounts: Accounts) {
    let anna = put(&accounts, "Anna@Example.com", Role::Agent).await;
    let again = put(&accounts, " anna@example.COM", Role::Manager).await;
    assert_eq!((again.id, again.role), (anna.id, Role::Manager));
    assert_eq!(again.email, "Anna@Example.com", "as it was first written");
    let umlaut = put(&accounts, "Änne@example.com", Role::Agent).await;
    assert_eq!(put(&accounts, "änne@example.com", Role::Agent).await.id, umlaut.id);
    let ids: Vec<AgentId> = accounts.agents().await.expect("read").iter().map(|agent| agent.id).collect();
    assert_eq!(ids, [anna.id, umlaut.id]);
    assert_eq!(accounts.agent_by_email("ANNA@example.com").await.expect("read"), Some(again.clone()));
    assert_eq!(accounts.agent(anna.id).await.expect("read"), Some(again));
    assert_eq!(accounts.agent(AgentId(99)).await.expect("read"), None);
}

async fn what_is_no_agent_is_refused(_: Store, accounts: Accounts) {
    let good = || new_agent("anna@example.com", Role::Agent);
    let long = "n".repeat(101);
    for (bad, why) in [
        (NewAgent { email: "anna".into(), ..good() }, Invalid::Email("anna".into())),
        (NewAgent { email: "@a".into(), ..good() }, Invalid::Email("@a".into())),
        (NewAgent { email: "a b@c".into(), ..good() }, Invalid::Email("a b@c".into())),
        (NewAgent { email: "a\n@c".into(), ..good() }, Invalid::Email("a\n@c".into())),
        (NewAgent { first_name: " ".into(), ..good() }, Invalid::FirstName),
        (NewAgent { first_name: long.clone(), ..good() }, Invalid::FirstName),
        (NewAgent { first_name: "A\0na".into(), ..good() }, Invalid::FirstName),
        (NewAgent { last_name: long, ..good() }, Invalid::LastName),
        (NewAgent { password: "1234567".into(), ..good() }, Invalid::PasswordTooShort),
        (NewAgent { password: "x".repeat(1025), ..good() }, Invalid::PasswordTooLong),
        (NewAgent { sites: SitesOf::Some([SiteId(5)].into()), ..good() }, Invalid::Site(5)),
    ] {
        match accounts.put_agent(bad).await {
            Err(Error::Invalid(found)) => assert_eq!(found, why),
            other => panic!("{other:?} where {why} was expected"),
        }
    }
    assert_eq!(accounts.agents().await.expect("read"), [], "nothing was kept of them");
}

async fn an_agent_serves_the_sites_it_was_given(_: Store, accounts: Accounts) {
    let (shop, blog) = (put_site(&accounts, "shop").await, put_site(&accounts, "blog").await);
    let anna = put(&accounts, "anna@example.com", Role::Agent).await;
    let token = accounts.begin_login(anna.id).await.expect("begun");
    let claims = async || accounts.login(token).await.expect("read").expect("logged in");
    assert!(claims().await.may(shop.id) && claims().await.may(blog.id));

    let some = AgentChange { sites: Some(only(&[&shop])), ..AgentChange::default() };
    let changed = accounts.change_agent(anna.id, some).await.expect("changed");
    assert_eq!(changed.sites, only(&[&shop]));
    assert_eq!(accounts.agents().await.expect("read"), [changed]);
    assert!(claims().await.may(shop.id) && !claims().await.may(blog.id), "at once, in the same log-in");

    let unknown = AgentChange { sites: Some(SitesOf::Some([SiteId(77)].into())), ..AgentChange::default() };
    let refused = accounts.change_agent(anna.id, unknown).await;
    assert!(matches!(refused, Err(Error::Invalid(Invalid::Site(77)))), "{refused:?}");
    assert!(claims().await.may(shop.id), "all or nothing");

    let admin = AgentChange { role: Some(Role::Admin), ..AgentChange::default() };
    accounts.change_agent(anna.id, admin).await.expect("changed");
    assert_eq!((claims().await.role, claims().await.sites), (Role::Admin, SitesOf::All));
    let none = AgentChange { sites: Some(only(&[])), role: Some(Role::Agent), disabled: None };
    put(&accounts, "ben@example.com", Role::Admin).await;
    accounts.change_agent(anna.id, none).await.expect("changed");
    assert!(!claims().await.may(shop.id));
    let nobody = accounts.change_agent(AgentId(99), AgentChange::default()).await;
    assert!(matches!(nobody, Err(Error::NotFound)), "{nobody:?}");
}

async fn the_last_administrator_stays(_: Store, accounts: Accounts) {
    let anna = put(&accounts, "anna@example.com", Role::Admin).await;
    let ben = put(&accounts, "ben@example.com", Role::Admin).await;
    let disable = AgentChange { disabled: Some(true), ..AgentChange::default() };
    let demote = AgentChange { role: Some(Role::Manager), ..AgentChange::default() };
    accounts.change_agent(ben.id, disable.clone()).await.expect("one is left");
    for change in [disable, demote.clone()] {
        let refused = accounts.change_agent(anna.id, change).await;
        assert!(matches!(refused, Err(Error::LastAdmin)), "{refused:?}");
    }
    let enable = AgentChange { disabled: Some(false), ..AgentChange::default() };
    accounts.change_agent(ben.id, enable).await.expect("back");
    accounts.change_agent(anna.id, demote).await.expect("the other one is left");
}

async fn a_disabled_agent_is_out_at_once_and_may_come_back(_: Store, accounts: Accounts) {
    let anna = put(&accounts, "anna@example.com", Role::Agent).await;
    let token = accounts.begin_login(anna.id).await.expect("begun");
    let change = |disabled| AgentChange { disabled: Some(disabled), ..AgentChange::default() };
    assert!(accounts.change_agent(anna.id, change(true)).await.expect("disabled").disabled);
    assert_eq!(accounts.login(token).await.expect("read"), None);
    let refused = accounts.log_in("anna@example.com", PASSWORD.into()).await;
    assert!(matches!(refused, Err(Error::LoginFailed)), "{refused:?}");
    let refused = accounts.begin_login(anna.id).await;
    assert!(matches!(refused, Err(Error::LoginFailed)), "{refused:?}");

    assert!(!accounts.change_agent(anna.id, change(false)).await.expect("enabled").disabled);
    assert_eq!(accounts.login(token).await.expect("read"), None, "an ended log-in stays ended");
    accounts.log_in("anna@example.com", PASSWORD.into()).await.expect("back");
}

async fn a_new_password_ends_what_the_old_one_began(_: Store, accounts: Accounts) {
    let anna = put(&accounts, "anna@example.com", Role::Agent).await;
    let token = accounts.begin_login(anna.id).await.expect("begun");
    let change = async |old: &str, new: &str| accounts.change_password(anna.id, old.into(), new.into()).await;
    assert!(matches!(change("wrong horse", "another horse").await, Err(Error::LoginFailed)));
    assert!(matches!(change(PASSWORD, "short").await, Err(Error::Invalid(Invalid::PasswordTooShort))));
    assert!(accounts.login(token).await.expect("read").is_some(), "nothing happened yet");
    change(PASSWORD, "another horse").await.expect("changed");
    assert_eq!(accounts.login(token).await.expect("read"), None);
    assert!(accounts.log_in("anna@example.com", PASSWORD.into()).await.is_err());
    accounts.log_in("anna@example.com", "another horse".into()).await.expect("the new one");
}

async fn a_site_that_was_taken_is_gone_and_whoever_listens_hears_of_it(_: Store, accounts: Accounts) {
    let (shop, blog) = (put_site(&accounts, "shop").await, put_site(&accounts, "blog").await);
    let anna = put(&accounts, "anna@example.com", Role::Agent).await;
    assert_eq!(anna.sites, SitesOf::All);
    let mut changes = accounts.clone().changes();
    let left = accounts.leave_site(anna.id, shop.id).await.expect("left");
    assert_eq!(left.sites, SitesOf::Some([blog.id].into()));
    assert!(changes.has_changed().expect("listens"), "before the answer");
    changes.mark_unchanged();
    let again = accounts.leave_site(anna.id, shop.id).await.expect("left");
    assert_eq!(again.sites, left.sites, "twice is once");
    let wiki = put_site(&accounts, "wiki").await;
    let token = accounts.begin_login(anna.id).await.expect("begun");
    let claims = accounts.login(token).await.expect("read").expect("logged in");
    assert!(claims.may(blog.id) && !claims.may(shop.id) && !claims.may(wiki.id));
    let ada = put(&accounts, "ada@example.com", Role::Admin).await;
    let refused = accounts.leave_site(ada.id, shop.id).await;
    assert!(matches!(refused, Err(Error::EverySite)), "{refused:?}");
    let nobody = accounts.leave_site(AgentId(99), shop.id).await;
    assert!(matches!(nobody, Err(Error::NotFound)), "{nobody:?}");
    changes.mark_unchanged();
    accounts.end_login(token).await.expect("ended");
    assert!(changes.has_changed().expect("listens"), "a log-out takes every right");
}
