//! Invitations: once, in time, by who may.
use accounts::{
    Accepted, Accounts, AgentChange, Closed, Error, Invalid, InvitationId, NewInvitation, Offered, Role,
    SitesOf,
};
use store::{Key, Store, params};

use crate::engines::{PASSWORD, on_each_engine, only, put, put_site};

on_each_engine! {
    an_invitation_makes_an_account_once,
    an_invitation_ends,
    who_may_not_invite_does_not_and_an_address_has_one_way_in,
    an_invitation_falls_with_its_inviter,
    two_at_once_make_one_account,
}

fn carla() -> Accepted {
    Accepted { first_name: "Carla".into(), last_name: "Neri".into(), password: PASSWORD.into() }
}

async fn an_invitation_makes_an_account_once(_: Store, accounts: Accounts) {
    let shop = put_site(&accounts, "shop").await;
    put_site(&accounts, "blog").await;
    let anna = put(&accounts, "anna@example.com", Role::Admin).await;
    let new = NewInvitation {
        email: "Carla@example.com".into(),
        role: Role::Manager,
        sites: only(&[&shop]),
        by: anna.id,
    };
    let (invitation, token) = accounts.invite(new).await.expect("invited");
    assert_eq!(accounts.invitations().await.expect("read"), [invitation]);
    let offered = Offered {
        email: "Carla@example.com".into(),
        inviter: "Anna".into(),
        role: Role::Manager,
        sites: only(&[&shop]),
    };
    assert_eq!(accounts.invitation(token).await.expect("read"), Some(offered));
    assert_eq!(accounts.invitation([1; 32]).await.expect("read"), None);

    let short = Accepted { password: "short".into(), ..carla() };
    let refused = accounts.accept_invitation(token, short).await;
    assert!(matches!(refused, Err(Error::Invalid(Invalid::PasswordTooShort))), "{refused:?}");
    let made = accounts.accept_invitation(token, carla()).await.expect("the link still stands");
    assert_eq!((made.email.as_str(), made.first_name.as_str()), ("Carla@example.com", "Carla"));
    assert_eq!((made.role, &made.sites), (Role::Manager, &only(&[&shop])));
    assert_eq!(accounts.log_in("carla@example.com", PASSWORD.into()).await.expect("logged in"), made);

    let again = accounts.accept_invitation(token, carla()).await;
    assert!(matches!(again, Err(Error::NotFound)), "{again:?}");
    assert_eq!(accounts.invitation(token).await.expect("read"), None);
    assert_eq!(accounts.closed_invitation(token).await.expect("read"), Some(Closed::Used));
    assert_eq!(accounts.closed_invitation([1; 32]).await.expect("read"), None);
    assert_eq!(accounts.invitations().await.expect("read"), []);
}

async fn an_invitation_ends(store: Store, accounts: Accounts) {
    let anna = put(&accounts, "anna@example.com", Role::Admin).await;
    let invite = async |email: &str| {
        let (email, by) = (email.to_owned(), anna.id);
        let new = NewInvitation { email, role: Role::Agent, sites: SitesOf::All, by };
        accounts.invite(new).await.expect("invited")
    };
    let (taken_back, token) = invite("carla@example.com").await;
    accounts.revoke_invitation(taken_back.id).await.expect("taken back");
    assert!(matches!(accounts.accept_invitation(token, carla()).await, Err(Error::NotFound)));
    for nothing in [taken_back.id, InvitationId(99)] {
        assert!(matches!(accounts.revoke_invitation(nothing).await, Err(Error::NotFound)));
    }

    let (_, first) = invite("dana@example.com").await;
    let (second, token) = invite("DANA@example.com").await;
    assert_eq!(accounts.invitation(first).await.expect("read"), None, "the newer one replaces it");
    assert_eq!(accounts.invitations().await.expect("read"), [second]);

    let week = 7 * 24 * 3600 * 1000_i64;
    let later = "UPDATE account_invitation SET expires_ms = expires_ms - $1";
    store.write(Key(0), move |tx| tx.execute(later, params![week])).await.expect("a week goes by");
    assert!(matches!(accounts.accept_invitation(token, carla()).await, Err(Error::NotFound)));
    assert_eq!(accounts.invitations().await.expect("read"), []);
    assert_eq!(accounts.closed_invitation(token).await.expect("read"), Some(Closed::Expired));
    assert_eq!(accounts.closed_invitation(first).await.expect("read"), None, "replaced, not expired");
}

async fn who_may_not_invite_does_not_and_an_address_has_one_way_in(_: Store, accounts: Accounts) {
    let anna = put(&accounts, "anna@example.com", Role::Admin).await;
    let ben = put(&accounts, "ben@example.com", Role::Manager).await;
    let new =
        |email: &str, by| NewInvitation { email: email.into(), role: Role::Admin, sites: SitesOf::All, by };
    let refused = accounts.invite(new("carla@example.com", ben.id)).await;
    assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
    let refused = accounts.invite(new("BEN@example.com", anna.id)).await;
    assert!(matches!(refused, Err(Error::EmailTaken)), "{refused:?}");
    let refused = accounts.invite(new("nobody", anna.id)).await;
    assert!(matches!(refused, Err(Error::Invalid(Invalid::Email(_)))), "{refused:?}");

    let (_, token) = accounts.invite(new("carla@example.com", anna.id)).await.expect("invited");
    put(&accounts, "carla@example.com", Role::Agent).await;
    let refused = accounts.accept_invitation(token, carla()).await;
    assert!(matches!(refused, Err(Error::EmailTaken)), "{refused:?}");
    let role = accounts.agent_by_email("carla@example.com").await.expect("read").expect("there").role;
    assert_eq!(role, Role::Agent, "nothing was taken over");
}

async fn an_invitation_falls_with_its_inviter(_: Store, accounts: Accounts) {
    put(&accounts, "anna@example.com", Role::Admin).await;
    let ben = put(&accounts, "ben@example.com", Role::Admin).await;
    let new = NewInvitation {
        email: "carla@example.com".into(),
        role: Role::Admin,
        sites: SitesOf::All,
        by: ben.id,
    };
    let (_, token) = accounts.invite(new).await.expect("invited");
    let demote = AgentChange { role: Some(Role::Agent), ..AgentChange::default() };
    accounts.change_agent(ben.id, demote).await.expect("demoted");
    assert_eq!(accounts.invitation(token).await.expect("read"), None);
    assert!(matches!(accounts.accept_invitation(token, carla()).await, Err(Error::NotFound)));
}

async fn two_at_once_make_one_account(store: Store, accounts: Accounts) {
    let anna = put(&accounts, "anna@example.com", Role::Admin).await;
    let new = NewInvitation {
        email: "carla@example.com".into(),
        role: Role::Agent,
        sites: SitesOf::All,
        by: anna.id,
    };
    let (_, token) = accounts.invite(new).await.expect("invited");
    let other = Accounts::new(store);
    let (one, two) =
        tokio::join!(accounts.accept_invitation(token, carla()), other.accept_invitation(token, carla()));
    assert_eq!(usize::from(one.is_ok()) + usize::from(two.is_ok()), 1, "{one:?} {two:?}");
    let refused = one.err().or(two.err()).expect("one of them");
    assert!(matches!(refused, Error::NotFound), "{refused:?}");
    assert_eq!(accounts.agents().await.expect("read").len(), 2);
}
