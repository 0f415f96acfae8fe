//! Accounts, invitations and sites: the administrators' own.
use chat_client::{Error, Place, Visitor};
use reqwest::Method;
use serde_json::{Value, json};

use super::queues::{anna_is_asked, both, members};
use crate::{
    live::{
        ground::{Ground, LANG, old_pages, origins},
        row::{Row, at_next, at_once, done, knows, row},
    },
    world::{PASSWORD, email, form},
};

const SHOP: &str = "sites/shop";
const BEN: &str = "team/Ben";
const NEWS: &str = "https://news.example";

pub fn rows() -> Vec<Row> {
    accounts().into_iter().chain(invitations()).chain(sites()).collect()
}

fn accounts() -> [Row; 4] {
    let ben_would_be_asked = |it: Row| {
        it.given("queues/Support", |ids| members(ids, json!({})))
            .ready(|it| Box::pin(both(it)))
            .chat(|it| Box::pin(anna_is_asked(it)))
    };
    [
        row("team.role", BEN, |_| json!({ "role": "manager" })).desk(at_once(|it| Box::pin(ben_leads(it)))),
        ben_would_be_asked(row("team.sites", BEN, |_| json!({ "sites": ["blog"] })))
            .desk(at_once(|it| Box::pin(ben_serves_the_blog(it)))),
        ben_would_be_asked(row("team.disabled", BEN, |_| json!({ "disabled": true })))
            .desk(at_once(|it| Box::pin(ben_is_logged_out(it)))),
        done("team: added", |it| Box::pin(add_dan(it))).desk(at_next(|it| Box::pin(dan_comes(it)))),
    ]
}

async fn ben_leads(it: &mut Ground) {
    knows(&mut it.ben, |it| it.role == "manager").await;
}

async fn ben_serves_the_blog(it: &mut Ground) {
    knows(&mut it.ben, |it| it.sites.iter().map(|it| it.key.as_str()).eq(["blog"])).await;
}

async fn ben_is_logged_out(it: &mut Ground) {
    let ended = it.ben.until("the end", |_, _| None::<()>).await;
    assert!(matches!(&ended, Err(Error::Gone(code)) if code == "logged_out"), "{ended:?}");
}

async fn add_dan(it: &mut Ground) {
    let (email, password) = (email("Dan"), PASSWORD);
    let mut dan = json!({ "first_name": "Dan", "role": "agent", "sites": ["shop"] });
    (dan["email"], dan["password"]) = (email.into(), password.into());
    it.does("team", Method::POST, "/v1/agents", dan).await;
}

async fn dan_comes(it: &mut Ground) {
    let _dan = it.desk("Dan").await;
    knows(&mut it.anna, |it| it.agents.iter().any(|it| it.first_name == "Dan")).await;
}

fn invitations() -> [Row; 4] {
    let invited = |setting: &'static str| done(setting, |it| Box::pin(invite(it)));
    [
        invited("invitations.email")
            .desk(at_next(|it| Box::pin(lists(it, |it| it["email"] == "eve@example.org")))),
        invited("invitations.role").desk(at_next(|it| Box::pin(lists(it, |it| it["role"] == "manager")))),
        invited("invitations.sites")
            .desk(at_next(|it| Box::pin(lists(it, |it| it["sites"] == json!(["blog"]))))),
        done("invitations: deleted", |it| Box::pin(revoke(it)))
            .ready(|it| Box::pin(invite_for_now(it)))
            .desk(at_next(|it| Box::pin(nobody_is_invited(it)))),
    ]
}

async fn invite_for_now(it: &mut Ground) {
    let eve = json!({ "email": "eve@example.org", "role": "manager", "sites": ["blog"] });
    it.made = it.does("invitations", Method::POST, "/v1/invitations", eve).await;
}

async fn invite(it: &mut Ground) {
    invite_for_now(it).await;
    it.undo_by_removing("invitations", format!("/v1/invitations/{}", it.made["id"]));
}

async fn revoke(it: &mut Ground) {
    let path = format!("/v1/invitations/{}", it.made["id"]);
    it.does("invitations", Method::DELETE, &path, Value::Null).await;
}

async fn invited(it: &Ground) -> Vec<Value> {
    it.ada.get("/v1/invitations").await.expect("told")
}

async fn lists(it: &mut Ground, is: fn(&Value) -> bool) {
    assert!(invited(it).await.iter().any(is));
}

async fn nobody_is_invited(it: &mut Ground) {
    assert!(invited(it).await.is_empty());
}

fn sites() -> [Row; 3] {
    [
        row("sites.name", SHOP, |_| json!({ "name": "The shop" }))
            .shown(|it| it.name == "The shop")
            .known(|it| it.sites[0].name == "The shop"),
        row("sites.origins", SHOP, |_| origins(&[]))
            .given(SHOP, |_| origins(&["https://old.example"]))
            .ready(|it| Box::pin(is_on_an_old_page(it)))
            .widget(at_once(|it| Box::pin(is_cut_off(it))))
            .chat(|it| Box::pin(is_not_let_in(it)))
            .desk(at_next(|it| Box::pin(has_no_old_pages(it)))),
        done("sites.key", |it| Box::pin(add_news(it)))
            .ready(|it| Box::pin(ada_has_a_desk(it)))
            .chat(|it| Box::pin(news_is_open(it)))
            .desk(at_once(|it| Box::pin(ada_serves_the_news(it)))),
    ]
}

async fn is_on_an_old_page(it: &mut Ground) {
    let mut visitor = Visitor::new(old_pages(&it.world));
    visitor.connect().await.expect("let in");
    it.kept = Some(visitor);
}

async fn is_cut_off(it: &mut Ground) {
    let mut visitor = it.kept.take().expect("somebody");
    let ended = visitor.until("the end", |_, _| None::<()>).await;
    assert!(matches!(&ended, Err(Error::Gone(code)) if code == "retry"), "{ended:?}");
    assert!(visitor.connect().await.is_err(), "let in again");
}

async fn is_not_let_in(it: &mut Ground) {
    let refused = Visitor::new(old_pages(&it.world)).start(form(), LANG).await;
    assert!(matches!(&refused, Err(Error::Status { status: 403, .. })), "{refused:?}");
}

async fn has_no_old_pages(it: &mut Ground) {
    let all: Vec<Value> = it.ada.get("/v1/sites").await.expect("told");
    assert!(all.iter().all(|it| !it["origins"].to_string().contains("old")), "{all:?}");
}

/// Administrators serve every site.
async fn ada_has_a_desk(it: &mut Ground) {
    it.ada.connect().await.expect("connects");
}

async fn add_news(it: &mut Ground) {
    let news = json!({ "key": "news", "name": "News", "origins": [NEWS] });
    let (status, answer) = it.ada.ask(Method::POST, "/v1/sites", &news).await.expect("an answer");
    assert_eq!(status, 201, "{answer}");
}

async fn ada_serves_the_news(it: &mut Ground) {
    knows(&mut it.ada, |it| it.sites.iter().any(|it| it.key == "news")).await;
    it.ada.leave().await;
}

async fn news_is_open(it: &mut Ground) {
    let news = Place { site: "news".into(), pages: NEWS.into(), ..it.world.place() };
    let mut visitor = Visitor::new(news);
    visitor.start(form(), LANG).await.expect("let in");
    visitor.leave().await;
}
