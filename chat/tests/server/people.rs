//! Who serves a site, the accounts say: what is taken there is taken everywhere, at once and for good.
use std::time::Duration;

use accounts::{AgentChange, NewAgent, Role, SitesOf};
use chat::server::Options;
use chat_client::{Agent, Error, name};
use chat_proto::{
    desk::{Deed, FromDesk, Presence, Say, ToDesk},
    visitor::Stage,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    engines::{Database, on_each_engine},
    once::talking,
    site::{Bench, form, options, play, play_with},
};

on_each_engine! {
    an_agent_who_is_removed_from_a_site_stays_away,
    a_site_that_is_taken_from_an_agent_is_gone_at_once,
    what_a_deactivated_agent_had_waits_at_once,
    who_cannot_be_taken_from_a_site_keeps_nobody_else_there,
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
    anna.be(Presence::Available).await.expect("is there");
}

/// What the site has set up for Anna, as its managers read it.
async fn set_up_for(bench: &Bench, maya: &Agent) -> Value {
    let all: Vec<Value> = maya.get("/v1/admin/sites/shop/agents").await.expect("read");
    all.into_iter().find(|it| it["id"] == bench.anna.0).expect("on the site")
}

async fn what_a_deactivated_agent_had_waits_at_once(bench: Bench) {
    let (mut lea, _anna, conv) = talking(&bench).await;
    let (mut ben, maya) = (bench.agent("Ben").await, bench.desk("Maya").await);
    let path = format!("/v1/admin/sites/shop/agents/{}", bench.anna.0);
    let can = json!({"id": bench.anna.0, "max_chats": 2, "languages": ["fr"]});
    assert_eq!(maya.ask(Method::PUT, &path, &can).await.expect("answered").0, 204);
    let before = set_up_for(&bench, &maya).await;
    let disabled = |is| AgentChange { disabled: Some(is), ..AgentChange::default() };
    bench.accounts.change_agent(account(&bench), disabled(true)).await.expect("changed");
    let (offered, no) = ben.is_asked().await.expect("asked");
    assert_eq!(offered, conv);
    ben.does(&conv, Deed::Accept { no }).await.expect("accepted");
    let answered =
        lea.until("Ben", |it, _| it.conversation.as_ref().is_some_and(|it| it.agent == "Ben").then_some(()));
    answered.await.expect("told");
    let gone = ben.until("her being gone", |it, _| {
        let anna = it.directory.agents.iter().find(|it| it.id == bench.anna.0)?;
        (anna.presence.is_empty() && anna.first_name == "Anna").then_some(())
    });
    gone.await.expect("told");
    // The account keeps its sites: whoever is let in again serves them, as was set up.
    bench.accounts.change_agent(account(&bench), disabled(false)).await.expect("changed");
    let mut anna = bench.desk("Anna").await;
    anna.be(Presence::Available).await.expect("is there");
    assert_eq!(before["max_chats"], 2, "{before}");
    assert_eq!(set_up_for(&bench, &maya).await, before);
}

async fn who_cannot_be_taken_from_a_site_keeps_nobody_else_there(bench: Bench) {
    let (_lea, mut anna, conv) = talking(&bench).await;
    let mut ben = bench.agent("Ben").await;
    // A site that nobody has set up, and that comes before the shop: what she has there cannot go anywhere.
    let odd = format!("INSERT INTO chat_agent SELECT -1, {0}, 'gone', 1, '[]', 0, 0, 0", bench.anna.0);
    let put: Result<u64, store::Error> =
        bench.store.write(store::Key(-1), move |tx| tx.execute(&odd, &[])).await;
    put.expect("put");
    let change = AgentChange { sites: Some(SitesOf::Some([].into())), ..AgentChange::default() };
    bench.accounts.change_agent(account(&bench), change).await.expect("changed");
    assert_eq!(ben.is_asked().await.expect("asked").0, conv);
    gone(&mut anna, &conv).await;
}

/// Accounts are the administrators': a manager takes a site from those whom they lead, and from nobody else.
#[test]
fn a_manager_takes_no_site_from_who_leads_or_was_given_every_site() {
    play(Database::file(), async |bench| {
        let (maya, shop) = (bench.desk("Maya").await, SitesOf::Some([accounts::SiteId(bench.site.0)].into()));
        let mut others = Vec::new();
        for (name, role, sites) in [
            ("Mona", Role::Manager, shop),
            ("Eve", Role::Agent, SitesOf::All),
            ("Ada", Role::Admin, SitesOf::All),
        ] {
            let account = NewAgent {
                email: format!("{}@shop.example", name.to_lowercase()),
                first_name: name.into(),
                last_name: String::new(),
                role,
                sites,
                password: "correct horse battery".into(),
            };
            bench.accounts.put_agent(account).await.expect("an account");
            others.push(bench.desk(name).await);
        }
        let path = |it: &Agent| format!("/v1/admin/sites/shop/agents/{}", it.directory.me);
        for it in others.iter().chain([&maya]) {
            let refused = maya.ask(Method::DELETE, &path(it), &Value::Null).await.expect("answered");
            assert!(refused.0 == 403 && refused.1.contains("forbidden"), "{refused:?}");
            let account = bench.accounts.agent(accounts::AgentId(it.directory.me)).await.expect("read");
            assert!(account.expect("there").sites.has(accounts::SiteId(bench.site.0)));
        }
        assert_eq!(bench.number("SELECT COUNT(*) FROM chat_audit").await, 0, "nothing was done");
        // An administrator may, but for one like them.
        let [mona, eve, ada] = <[Agent; 3]>::try_from(others).expect("three");
        for (it, status) in [(&mona, 204), (&eve, 204), (&ada, 409)] {
            let done = ada.ask(Method::DELETE, &path(it), &Value::Null).await.expect("answered");
            assert_eq!(done.0, status, "{done:?}");
        }
        let noted = format!(
            "SELECT COUNT(*) FROM chat_audit WHERE action = 'remove_agent' AND agent_id = {}",
            ada.directory.me
        );
        assert_eq!(bench.number(&noted).await, 2);
    });
}

#[test]
fn what_changed_while_the_accounts_could_not_be_read_is_told_when_they_can() {
    // No desk looks its log-in up by itself.
    let options = Options { ping: Duration::from_secs(60), ..options() };
    play_with(Database::file(), options, async |bench| {
        let mut anna = bench.desk("Anna").await;
        let rename = async |from: &str, to: &str| {
            let sql = format!("ALTER TABLE {from} RENAME TO {to}");
            let done: Result<u64, store::Error> =
                bench.store.write(store::Key(0), move |tx| tx.execute(&sql, &[])).await;
            done.expect("renamed");
        };
        rename("account_agent", "elsewhere").await;
        let before = bench.store.asked().reads;
        bench.accounts.end_logins_of(account(&bench)).await.expect("ended");
        let read = async {
            while bench.store.asked().reads == before {
                tokio::task::yield_now().await
            }
        };
        tokio::time::timeout(chat_client::PATIENCE, read).await.expect("the accounts are read");
        rename("elsewhere", "account_agent").await;
        let ended = anna.until("the end", |_, _| None::<()>).await;
        assert!(matches!(&ended, Err(Error::Gone(code)) if code == "logged_out"), "{ended:?}");
    });
}

#[test]
fn what_a_commit_changed_that_went_through_after_all_is_told() {
    const CAN: &str = "UPDATE chat_agent SET max_chats = 17";
    play(Database::file(), async |bench| {
        let mut anna = bench.agent("Anna").await;
        bench.chat.engine().changes().tell(chat::changes::Change::Unsure(bench.site));
        // Answered after what was to be read anew.
        anna.be(Presence::Away).await.expect("told");
        let done: Result<u64, store::Error> =
            bench.store.write(store::Key(bench.site.0), |tx| tx.execute(CAN, &[])).await;
        done.expect("went through");
        let told =
            anna.until("it", |it, _| it.directory.agents.iter().any(|it| it.load.1 == 17).then_some(()));
        told.await.expect("told");
    });
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
