//! Who serves a site, the accounts say: what is taken there is taken everywhere, at once and for good.
use accounts::{AgentChange, SitesOf};
use chat_client::{Agent, Error, name};
use chat_proto::{
    desk::{Deed, FromDesk, Say, ToDesk},
    visitor::Stage,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    engines::{Database, on_each_engine},
    once::talking,
    site::{Bench, form, play},
};

on_each_engine! {
    an_agent_who_is_removed_from_a_site_stays_away,
    a_site_that_is_taken_from_an_agent_is_gone_at_once,
    what_a_deactivated_agent_had_waits_at_once,
}

fn account(bench: &Bench) -> accounts::AgentId {
    accounts::AgentId(bench.anna.0)
}

/// Waits until the conversation is not on the agent's desk any more.
async fn gone(agent: &mut Agent, conv: &str) {
    let gone = agent.until("the end of it", |_, frame| match frame {
        ToDesk::Gone { conv: gone } if gone == conv => Some(()),
        _ => None,
    });
    gone.await.expect("told");
}

/// Nothing of the site is the agent's.
async fn is_away(bench: &Bench, agent: &mut Agent, conv: &str) {
    assert!(agent.directory.sites.is_empty(), "{:?}", agent.directory.sites);
    let say = Say::Text { text: "still here".into(), files: vec![], reply_to: None };
    let refused = agent.say(FromDesk::Send { cid: name(), conv: conv.to_owned(), say }).await;
    assert!(matches!(&refused, Err(Error::Refused(it)) if it.code == "not_found"), "{refused:?}");
    let status = async |path: String| agent.get::<Value>(&path).await.err().map(|it| it.to_string());
    let refused = status(format!("/v1/conversations/{conv}")).await.expect("refused");
    assert!(refused.contains("404"), "{refused}");
    let rows = format!("SELECT COUNT(*) FROM chat_agent WHERE agent_id = {}", bench.anna.0);
    assert_eq!(bench.number(&rows).await, 0);
    let members = format!("SELECT COUNT(*) FROM chat_member WHERE agent_id = {}", bench.anna.0);
    assert_eq!(bench.number(&members).await, 0);
}

async fn an_agent_who_is_removed_from_a_site_stays_away(bench: Bench) {
    let (mut lea, mut anna, conv) = talking(&bench).await;
    let maya = bench.desk("Maya").await;
    let path = format!("/v1/admin/sites/shop/agents/{}", bench.anna.0);
    let removed = maya.ask(Method::DELETE, &path, &Value::Null).await.expect("answered");
    assert_eq!(removed.0, 204, "{removed:?}");
    gone(&mut anna, &conv).await;
    is_away(&bench, &mut anna, &conv).await;
    let waits = lea.until("another agent", |it, _| {
        it.conversation.as_ref().is_some_and(|it| it.stage == Stage::Waiting).then_some(())
    });
    waits.await.expect("their visitor waits again");
    // Neither another desk nor another log-in nor a restart brings them back.
    let mut again = anna.second_desk();
    again.connect().await.expect("connects");
    is_away(&bench, &mut again, &conv).await;
    let mut anew = bench.desk("Anna").await;
    is_away(&bench, &mut anew, &conv).await;
    let account = bench.accounts.agent(account(&bench)).await.expect("read").expect("there");
    assert_eq!(account.sites, SitesOf::Some([].into()), "the account says so");
    let removed = maya.ask(Method::DELETE, &path, &Value::Null).await.expect("answered");
    assert_eq!(removed.0, 404, "{removed:?}");
}

async fn a_site_that_is_taken_from_an_agent_is_gone_at_once(bench: Bench) {
    let (mut lea, mut anna, conv) = talking(&bench).await;
    let mut ben = bench.agent("Ben").await;
    let change = AgentChange { sites: Some(SitesOf::Some([].into())), ..AgentChange::default() };
    bench.accounts.change_agent(account(&bench), change).await.expect("changed");
    // The very next frame is refused: nothing waits for the desk to hear of it.
    let say = Say::Text { text: "too late".into(), files: vec![], reply_to: None };
    let refused = anna.say(FromDesk::Send { cid: name(), conv: conv.clone(), say }).await;
    assert!(matches!(&refused, Err(Error::Refused(it)) if it.code == "not_found"), "{refused:?}");
    // What she had is Ben's to take.
    let (offered, no) = ben.is_asked().await.expect("asked");
    assert_eq!(offered, conv);
    ben.does(&conv, Deed::Accept { no }).await.expect("accepted");
    let answered =
        lea.until("Ben", |it, _| it.conversation.as_ref().is_some_and(|it| it.agent == "Ben").then_some(()));
    answered.await.expect("told");
    anna.until("no site", |it, _| it.directory.sites.is_empty().then_some(())).await.expect("told");
    is_away(&bench, &mut anna, &conv).await;
    // And back: whoever is given the site again serves it again.
    let change = AgentChange {
        sites: Some(SitesOf::Some([accounts::SiteId(bench.site.0)].into())),
        ..AgentChange::default()
    };
    bench.accounts.change_agent(account(&bench), change).await.expect("changed");
    anna.until("the site", |it, _| (it.directory.sites.len() == 1).then_some(())).await.expect("told");
    anna.be(chat_proto::desk::Presence::Available).await.expect("is there");
}

async fn what_a_deactivated_agent_had_waits_at_once(bench: Bench) {
    let (mut lea, _anna, conv) = talking(&bench).await;
    let mut ben = bench.agent("Ben").await;
    let disabled = |is| AgentChange { disabled: Some(is), ..AgentChange::default() };
    bench.accounts.change_agent(account(&bench), disabled(true)).await.expect("changed");
    let (offered, no) = ben.is_asked().await.expect("asked");
    assert_eq!(offered, conv);
    ben.does(&conv, Deed::Accept { no }).await.expect("accepted");
    let answered =
        lea.until("Ben", |it, _| it.conversation.as_ref().is_some_and(|it| it.agent == "Ben").then_some(()));
    answered.await.expect("told");
    // The account keeps its sites: whoever is let in again serves them.
    bench.accounts.change_agent(account(&bench), disabled(false)).await.expect("changed");
    let mut anna = bench.desk("Anna").await;
    anna.be(chat_proto::desk::Presence::Available).await.expect("is there");
}

#[test]
fn a_log_out_ends_the_desk_at_once() {
    play(Database::file(), async |bench| {
        let (_lea, mut anna, conv) = talking(&bench).await;
        bench.accounts.end_logins_of(account(&bench)).await.expect("ended");
        let refused = anna.does(&conv, Deed::Star { on: true }).await;
        // The socket ends with the reason; the client that comes back is not let in.
        assert!(!matches!(refused, Ok(())), "{refused:?}");
        assert_eq!(bench.number("SELECT COUNT(*) FROM chat_star").await, 0);
    });
}

#[test]
fn only_managers_go_beyond_how_many_somebody_takes() {
    play(Database::file(), async |bench| {
        let (mut anna, mut maya) = (bench.agent("Anna").await, bench.agent("Maya").await);
        for agent in [&anna, &maya] {
            let path = format!("/v1/admin/sites/shop/agents/{}", agent.directory.me);
            let all = json!({"id": agent.directory.me, "max_chats": 1});
            let changed = maya.ask(Method::PUT, &path, &all).await.expect("answered");
            assert_eq!(changed.0, 204, "{changed:?}");
        }
        let (mut lea, mut tom) = (bench.visitor(), bench.visitor());
        let first = lea.start(form(), "fr").await.expect("let in").conv;
        anna.does(&first, Deed::Take { force: false }).await.expect("taken");
        let second = tom.start(form(), "fr").await.expect("let in").conv;
        let refused = anna.does(&second, Deed::Take { force: true }).await;
        assert!(matches!(&refused, Err(Error::Refused(it)) if it.code == "agent_full"), "{refused:?}");
        maya.does(&second, Deed::Take { force: false }).await.expect("taken");
        maya.does(&first, Deed::Take { force: true }).await.expect("a manager's second");
        let (mut zoe, give) = (bench.visitor(), |force| Deed::TransferToAgent {
            agent: bench.anna.0,
            note: String::new(),
            force,
        });
        let third = zoe.start(form(), "fr").await.expect("let in").conv;
        anna.does(&third, Deed::Take { force: false }).await.expect("taken");
        let refused = maya.does(&second, give(false)).await;
        assert!(matches!(&refused, Err(Error::Refused(it)) if it.code == "agent_full"), "{refused:?}");
        maya.does(&second, give(true)).await.expect("given");
    });
}
