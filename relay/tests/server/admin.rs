//! Who may administer what: every role on every route.
use accounts::{NewSite, Role, SitesOf};
use cobrowse_core::{
    session::{viewer::ViewerEvent, visitor::VisitorEvent},
    wire::{
        PageKind,
        desk::{Me, Problem, ToDesk},
        message::{EndReason, Refusal},
    },
};
use relay::admin::wire::{AgentRow, InvitationRow, OfferedRow, SiteRow};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::story::Share;
use crate::world::{Agent, Browser, SHOP, World, body, closed, code, first_visitor, text};

/// Sophie administers; Max manages and Ada helps on the site `demo`; Zoe helps on the site `blog` alone.
struct Team {
    world: World,
    sophie: Agent,
    max: Agent,
    ada: Agent,
    zoe: Agent,
}

impl Team {
    async fn new() -> Self {
        let world = World::new().await;
        let origins = vec!["https://blog.example".to_owned()];
        let blog = NewSite { key: "blog".into(), name: "Blog".into(), origins };
        let blog = world.server.app.accounts.put_site(blog).await.expect("put").id;
        let demo = world.server.app.accounts.site("demo").await.expect("read").expect("there").id;
        let only = |site| SitesOf::Some([site].into());
        Self {
            sophie: world.sophie().await,
            max: world.agent("max@example.com", "Max", (Role::Manager, only(demo))).await,
            ada: world.agent("ada@example.com", "Ada", (Role::Agent, only(demo))).await,
            zoe: world.agent("zoe@example.com", "Zoe", (Role::Agent, only(blog))).await,
            world,
        }
    }

    /// What nobody, Ada, Max and Sophie are answered, in this order: of each status, the last one's effect
    /// is the only one.
    async fn each_gets(&self, method: Method, path: &str, said: &Value, expected: [u16; 4]) {
        let nobody = reqwest::Client::new().request(method.clone(), self.world.http(path));
        let nobody = nobody.header("origin", &self.world.server.url).body(said.to_string());
        let mut answers = vec![nobody.send().await.expect("answered").status().as_u16()];
        for agent in [&self.ada, &self.max, &self.sophie] {
            answers.push(ask(agent, method.clone(), path, said).await.status().as_u16());
        }
        assert_eq!(answers, expected, "{method} {path}");
    }
}

async fn ask(agent: &Agent, method: Method, path: &str, said: &Value) -> Response {
    agent.request(method, path).body(said.to_string()).send().await.expect("answered")
}

async fn gets<T: serde::de::DeserializeOwned>(agent: &Agent, path: &str) -> T {
    body(ask(agent, Method::GET, path, &Value::Null).await).await
}

#[tokio::test]
async fn every_role_on_every_route() {
    let team = Team::new().await;
    let (ada, zoe) = (format!("/v1/agents/{}", team.ada.me.id.0), format!("/v1/agents/{}", team.zoe.me.id.0));
    let eve = |name: &str| {
        json!({ "email": format!("{name}@example.com"), "first_name": "Eve", "role": "agent",
        "sites": ["demo"], "password": "correct horse" })
    };
    let invite = json!({ "email": "ivy@example.com", "role": "agent", "sites": ["demo"] });
    let (get, post, patch) = (|| Method::GET, || Method::POST, || Method::PATCH);

    team.each_gets(get(), "/v1/agents", &Value::Null, [401, 403, 200, 200]).await;
    team.each_gets(post(), "/v1/agents", &eve("eve"), [401, 403, 403, 201]).await;
    team.each_gets(patch(), &ada, &json!({ "disabled": false }), [401, 403, 403, 200]).await;
    team.each_gets(patch(), &zoe, &json!({ "disabled": false }), [401, 403, 404, 200]).await;
    team.each_gets(patch(), "/v1/agents/99", &json!({}), [401, 403, 404, 404]).await;
    team.each_gets(patch(), "/v1/agents/x", &json!({}), [401, 403, 404, 404]).await;

    team.each_gets(get(), "/v1/invitations", &Value::Null, [401, 403, 200, 200]).await;
    team.each_gets(post(), "/v1/invitations", &invite, [401, 403, 403, 201]).await;
    let open: Vec<InvitationRow> = gets(&team.max, "/v1/invitations").await;
    let one = format!("/v1/invitations/{}", open[0].id);
    team.each_gets(Method::DELETE, &one, &Value::Null, [401, 403, 403, 204]).await;
    team.each_gets(Method::DELETE, &one, &Value::Null, [401, 403, 404, 404]).await;

    team.each_gets(get(), "/v1/sites", &Value::Null, [401, 200, 200, 200]).await;
    let shop = json!({ "key": "shop", "name": "Shop", "origins": ["https://shop.example"] });
    team.each_gets(post(), "/v1/sites", &shop, [401, 403, 403, 201]).await;
    team.each_gets(patch(), "/v1/sites/demo", &json!({ "name": "Demo" }), [401, 403, 403, 200]).await;
    team.each_gets(patch(), "/v1/sites/blog", &json!({ "name": "Blog" }), [401, 404, 404, 200]).await;
    team.each_gets(patch(), "/v1/sites/none", &json!({}), [401, 404, 404, 404]).await;
}

#[tokio::test]
async fn managers_see_their_sites_people_and_agents_their_sites() {
    let team = Team::new().await;
    let names = |rows: Vec<AgentRow>| rows.into_iter().map(|row| row.first_name).collect::<Vec<_>>();
    assert_eq!(names(gets(&team.sophie, "/v1/agents").await), ["Sophie", "Max", "Ada", "Zoe"]);
    assert_eq!(names(gets(&team.max, "/v1/agents").await), ["Sophie", "Max", "Ada"]);
    let rows: Vec<AgentRow> = gets(&team.max, "/v1/agents").await;
    assert_eq!(
        (rows[0].sites.as_deref(), rows[2].sites.as_deref()),
        (None, Some(["demo".to_owned()].as_slice()))
    );

    for (email, sites) in [("one@example.com", json!(["demo"])), ("two@example.com", json!(["blog"]))] {
        let invite = json!({ "email": email, "role": "agent", "sites": sites });
        assert_eq!(ask(&team.sophie, Method::POST, "/v1/invitations", &invite).await.status(), 201);
    }
    let seen: Vec<InvitationRow> = gets(&team.max, "/v1/invitations").await;
    assert_eq!(seen.iter().map(|it| it.email.as_str()).collect::<Vec<_>>(), ["one@example.com"]);
    assert_eq!(seen[0].link, None, "the link is told once, to who invited");

    let keys = |rows: Vec<SiteRow>| rows.into_iter().map(|row| row.key).collect::<Vec<_>>();
    assert_eq!(keys(gets(&team.sophie, "/v1/sites").await), ["blog", "demo"]);
    assert_eq!(keys(gets(&team.zoe, "/v1/sites").await), ["blog"]);
}

#[tokio::test]
async fn another_sites_page_cannot_administer_and_nonsense_is_refused() {
    let team = Team::new().await;
    let zoe = format!("/v1/agents/{}", team.zoe.me.id.0);
    for (method, path) in [
        (Method::POST, "/v1/agents"),
        (Method::PATCH, zoe.as_str()),
        (Method::POST, "/v1/invitations"),
        (Method::DELETE, "/v1/invitations/1"),
        (Method::POST, "/v1/invitations/of/AAAA"),
        (Method::POST, "/v1/sites"),
        (Method::PATCH, "/v1/sites/demo"),
        (Method::POST, "/v1/me/password"),
    ] {
        let request = reqwest::Client::new().request(method.clone(), team.world.http(path));
        let answer = request.header("cookie", &team.sophie.cookie).header("origin", SHOP).send().await;
        assert_eq!(code(answer.expect("answered")).await, (403, "wrong_origin".into()), "{method} {path}");
    }
    for (method, path, said) in [
        (Method::POST, "/v1/agents", json!({})),
        (
            Method::POST,
            "/v1/agents",
            json!({ "email": "x", "first_name": "X", "role": "agent", "password": "12345678" }),
        ),
        (Method::PATCH, &zoe, json!({ "role": "owner" })),
        (Method::PATCH, &zoe, json!({ "sites": ["nowhere"] })),
        (Method::PATCH, &zoe, json!({ "rule": "admin" })),
        (Method::PATCH, &zoe, json!({ "disabled": null, "role": 3 })),
        (Method::POST, "/v1/invitations", json!({ "email": "nobody", "role": "agent" })),
        (Method::POST, "/v1/sites", json!({ "key": "A/B", "name": "X", "origins": [] })),
        (Method::PATCH, "/v1/sites/demo", json!({ "origins": ["nonsense"] })),
    ] {
        let answer = ask(&team.sophie, method.clone(), path, &said).await;
        assert_eq!(code(answer).await, (400, "bad_request".into()), "{method} {path} {said}");
    }
    let taken =
        json!({ "email": "ADA@example.com", "first_name": "A", "role": "agent", "password": "12345678" });
    let answer = ask(&team.sophie, Method::POST, "/v1/agents", &taken).await;
    let problem: Problem = body(answer).await;
    assert_eq!((problem.code.as_str(), problem.fields["email"].as_str()), ("email_taken", "taken"));
    let said = json!({ "key": "a", "name": "A", "origins": ["nonsense"] });
    let problem: Problem = body(ask(&team.sophie, Method::POST, "/v1/sites", &said).await).await;
    assert_eq!((problem.code.as_str(), problem.fields["origins"].as_str()), ("bad_request", "no_origin"));
    let taken = json!({ "key": "demo", "name": "X", "origins": [] });
    let answer = ask(&team.sophie, Method::POST, "/v1/sites", &taken).await;
    assert_eq!(code(answer).await, (409, "key_taken".into()));
    let last = format!("/v1/agents/{}", team.sophie.me.id.0);
    for change in [json!({ "role": "manager" }), json!({ "disabled": true })] {
        let answer = ask(&team.sophie, Method::PATCH, &last, &change).await;
        assert_eq!(code(answer).await, (409, "last_admin".into()));
    }
}

#[tokio::test]
async fn an_invitation_goes_by_its_link() {
    let team = Team::new().await;
    let invite = json!({ "email": "ivy@example.com", "role": "manager", "sites": ["blog"] });
    let made: InvitationRow = body(ask(&team.sophie, Method::POST, "/v1/invitations", &invite).await).await;
    let link = made.link.expect("told once");
    let token = link.strip_prefix(&format!("{}/invitation/", team.world.server.url)).expect("at the desk");
    let path = format!("/v1/invitations/of/{token}");

    let client = reqwest::Client::new();
    let shown = client.get(team.world.http(&path)).send().await.expect("answered");
    let offered: OfferedRow = body(shown).await;
    let expected = OfferedRow {
        email: "ivy@example.com".into(),
        inviter: "Sophie".into(),
        role: "manager".into(),
        sites: Some(vec!["Blog".into()]),
    };
    assert_eq!(offered, expected);
    let accept = async |path: &str, password: &str| {
        let said = json!({ "first_name": "Ivy", "last_name": "Lee", "password": password });
        let request = client.post(team.world.http(path)).header("origin", &team.world.server.url);
        request.body(said.to_string()).send().await.expect("answered")
    };
    assert_eq!(code(accept(&path, "short").await).await, (400, "bad_request".into()));
    let accepted = accept(&path, "correct horse").await;
    assert_eq!(accepted.status(), StatusCode::CREATED);
    let cookie = accepted.headers()["set-cookie"].to_str().expect("text").to_owned();
    assert!(cookie.starts_with("tandem=") && cookie.contains("HttpOnly"), "{cookie}");
    let me: Me = body(accepted).await;
    assert_eq!((me.first_name.as_str(), me.role.as_str()), ("Ivy", "manager"));
    let again =
        client.get(team.world.http("/v1/me")).header("cookie", cookie.split(';').next().expect("a value"));
    assert_eq!(body::<Me>(again.send().await.expect("answered")).await, me, "it logs in");

    let used = client.get(team.world.http(&path)).send().await.expect("answered");
    assert_eq!(code(used).await, (410, "invitation_used".into()));
    assert_eq!(code(accept(&path, "correct horse").await).await, (410, "invitation_used".into()));
    for nothing in [path.as_str(), "/v1/invitations/of/AAAA", "/v1/invitations/of/%F0%9F"] {
        let shown = client.get(team.world.http(nothing)).send().await.expect("answered");
        assert!([400, 404, 410].contains(&shown.status().as_u16()), "{nothing}");
        assert!(accept(nothing, "correct horse").await.status().is_client_error(), "{nothing}");
    }
}

#[tokio::test]
async fn an_agent_sees_only_visitors_of_their_sites() {
    let team = Team::new().await;
    let url = team.world.server.url.clone();
    let mut demo = team.world.socket("/v1/desk", &url, Some(&team.ada.cookie)).await;
    let mut blog = team.world.socket("/v1/desk", &url, Some(&team.zoe.cookie)).await;
    for desk in [&mut demo, &mut blog] {
        let ToDesk::Visitors { visitors, .. } = text(desk).await else { panic!("the list comes first") };
        assert_eq!(visitors, []);
    }
    let page = Browser::new().waits(&team.world, "/").await;
    let visitor = first_visitor(&mut demo).await;
    let path = format!("/v1/visitors/{visitor}/sessions");
    let refused = ask(&team.zoe, Method::POST, &path, &Value::Null).await;
    assert_eq!(code(refused).await, (404, "visitor_gone".into()));
    let session = team.ada.opens_session(visitor).await;
    let ticket = format!("/v1/sessions/{session}/ticket");
    let refused = ask(&team.zoe, Method::POST, &ticket, &Value::Null).await;
    assert_eq!(code(refused).await, (404, "not_found".into()));

    // The first that Zoe's desk hears is that Zoe serves the site: nothing of the visitor came before.
    let zoe = format!("/v1/agents/{}", team.zoe.me.id.0);
    let both = json!({ "sites": ["blog", "demo"] });
    assert_eq!(ask(&team.sophie, Method::PATCH, &zoe, &both).await.status(), 200);
    let ToDesk::Visitors { visitors, .. } = text(&mut blog).await else { panic!("nothing before the list") };
    assert_eq!(visitors.iter().map(|row| row.id).collect::<Vec<_>>(), [visitor]);
    drop(page);
}

#[tokio::test]
async fn a_disabled_agents_desk_closes_at_once() {
    let team = Team::new().await;
    let url = team.world.server.url.clone();
    let mut desk = team.world.socket("/v1/desk", &url, Some(&team.ada.cookie)).await;
    let ToDesk::Visitors { .. } = text(&mut desk).await else { panic!("the list comes first") };
    let ada = format!("/v1/agents/{}", team.ada.me.id.0);
    let row: AgentRow =
        body(ask(&team.sophie, Method::PATCH, &ada, &json!({ "disabled": true })).await).await;
    assert!(row.disabled);
    let frame = closed(&mut desk).await;
    assert_eq!((u16::from(frame.code), frame.reason.as_str()), (1008, "login_required"));
    assert_eq!(ask(&team.ada, Method::GET, "/v1/sites", &Value::Null).await.status(), 401);
}

#[tokio::test]
async fn ones_own_password_is_changed_and_other_log_ins_end() {
    let team = Team::new().await;
    let said = json!({ "old": "wrong horse", "new": "another horse" });
    let refused = ask(&team.ada, Method::POST, "/v1/me/password", &said).await;
    assert_eq!(code(refused).await, (401, "login_failed".into()));
    let said = json!({ "old": "correct horse", "new": "another horse" });
    let changed = ask(&team.ada, Method::POST, "/v1/me/password", &said).await;
    assert_eq!(changed.status(), StatusCode::OK);
    let cookie = changed.headers()["set-cookie"].to_str().expect("text").to_owned();
    assert_eq!(ask(&team.ada, Method::GET, "/v1/sites", &Value::Null).await.status(), 401, "the old one");
    let me = reqwest::Client::new().get(team.world.http("/v1/me")).header("cookie", cookie);
    assert_eq!(body::<Me>(me.send().await.expect("answered")).await, team.ada.me);
}

#[tokio::test]
async fn what_administrators_do_stands_in_the_log_without_names() {
    let team = Team::new().await;
    let ada = format!("/v1/agents/{}", team.ada.me.id.0);
    let change = json!({ "role": "manager", "sites": null });
    assert_eq!(ask(&team.sophie, Method::PATCH, &ada, &change).await.status(), 200);
    team.world.server.app.audit.flush().await;
    let rows = team
        .world
        .server
        .store()
        .read(|tx| tx.rows::<(String, String)>("SELECT actor, event FROM relay_audit ORDER BY id", &[]));
    let rows: Result<_, store::Error> = rows.await;
    let expected = "agent_changed agent=3 role=manager sites=all disabled=false";
    assert_eq!(rows.expect("read"), [("agent:1".to_owned(), expected.to_owned())]);
}

#[tokio::test]
async fn a_viewer_whose_agent_is_sent_away_sees_no_more() {
    tokio::task::LocalSet::new().run_until(sent_away()).await;
}

async fn sent_away() {
    let mut share = Share::new().await;
    share.shows(1, b"keyframe").await;
    let tom = share.world.agent("tom@example.com", "Tom", (Role::Admin, SitesOf::All)).await;
    let sophie = format!("/v1/agents/{}", share.sophie.me.id.0);
    let disable = json!({ "disabled": true });
    assert_eq!(ask(&tom, Method::PATCH, &sophie, &disable).await.status(), 200);
    // The viewer's machine comes again with its ticket, and is refused by name.
    let refused = |event| match event {
        ViewerEvent::Refused(refusal) => Some(refusal),
        _ => None,
    };
    assert_eq!(share.viewer.sees(refused).await, Refusal::TicketInvalid);
    share.visitor.sends(PageKind::Delta, 1, b"not for Sophie");
    // Nobody is left who views: the share ends by itself, and the visitor is told.
    let ended = |event| match event {
        VisitorEvent::Ended(reason) => Some(reason),
        _ => None,
    };
    assert_eq!(share.visitor.sees(ended).await, EndReason::AgentLeft);
    let rest = share.viewer.rest();
    assert!(!rest.iter().any(|event| matches!(event, ViewerEvent::Page(..))), "{rest:?}");
}

#[tokio::test]
async fn a_viewer_loses_the_page_whoever_took_the_right_away() {
    let local = tokio::task::LocalSet::new();
    local.run_until(lost_by(|server| server.app.accounts.clone())).await;
}

#[tokio::test]
async fn a_viewer_loses_the_page_when_another_process_took_the_right_away() {
    let local = tokio::task::LocalSet::new();
    local.run_until(lost_by(|server| accounts::Accounts::new(server.store().clone()))).await;
}

/// Through the accounts themselves, as other services change them.
async fn lost_by(of: impl Fn(&relay::Running) -> accounts::Accounts) {
    let mut share = Share::new().await;
    share.shows(1, b"keyframe").await;
    share.world.agent("tom@example.com", "Tom", (Role::Admin, SitesOf::All)).await;
    let gone = accounts::AgentChange { disabled: Some(true), ..accounts::AgentChange::default() };
    let sophie = accounts::AgentId(share.sophie.me.id.0.into());
    of(&share.world.server).change_agent(sophie, gone).await.expect("changed");
    let ended = |event| match event {
        VisitorEvent::Ended(reason) => Some(reason),
        _ => None,
    };
    assert_eq!(share.visitor.sees(ended).await, EndReason::AgentLeft);
}
