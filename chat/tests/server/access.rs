//! Who may do what: other people's conversations are not there.
use accounts::{NewAgent, NewSite, Role, SitesOf};
use chat_client::{Agent, Error, Place, Visitor, name, secret};
use chat_proto::{
    Resume,
    desk::{Deed, FromDesk, Presence, Say, ToDesk},
    visitor::{FromVisitor, ToVisitor},
};
use reqwest::StatusCode;

use crate::{
    engines::Database,
    once::talking,
    raw,
    site::{Bench, PAGES, form, play},
};

/// Another site, and an agent who serves only that one.
async fn blog(bench: &Bench) -> Place {
    let site =
        NewSite { key: "blog".into(), name: "Blog".into(), origins: vec!["https://blog.example".into()] };
    let site = bench.accounts.put_site(site).await.expect("a site");
    let carl = NewAgent {
        email: "carl@blog.example".into(),
        first_name: "Carl".into(),
        last_name: String::new(),
        role: Role::Manager,
        sites: SitesOf::Some([site.id].into()),
        password: "correct horse battery".into(),
    };
    bench.accounts.put_agent(carl).await.expect("an agent");
    Place { site: "blog".into(), pages: "https://blog.example".into(), ..bench.place() }
}

#[test]
fn a_socket_is_for_pages_of_the_site_and_for_the_desk() {
    play(Database::file(), async |bench| {
        let place = bench.place();
        let json = ("sec-websocket-protocol", chat_proto::JSON);
        let visitor = "as=visitor&site=shop";
        let status = async |query: &str, headers: &[(&'static str, &str)]| {
            raw::open(&place, query, headers).await.err().unwrap_or(101)
        };
        assert_eq!(status(visitor, &[("origin", PAGES), json]).await, 101);
        assert_eq!(status(visitor, &[("origin", PAGES), ("sec-websocket-protocol", "chat.v9")]).await, 400);
        assert_eq!(status(visitor, &[("origin", "https://evil.example"), json]).await, 403);
        assert_eq!(status(visitor, &[("origin", "https://shop.example.evil.example"), json]).await, 403);
        assert_eq!(status(visitor, &[("origin", "null"), json]).await, 403);
        assert_eq!(status(visitor, &[json]).await, 403);
        assert_eq!(status("as=visitor&site=nobody", &[("origin", PAGES), json]).await, 404);
        assert_eq!(status("as=admin", &[("origin", PAGES), json]).await, 400);
        assert_eq!(status("as=desk", &[("origin", &place.desk), json]).await, 401);
        assert_eq!(status("as=desk", &[("origin", PAGES), json]).await, 403);
        assert_eq!(status("as=desk", &[("origin", &place.desk), ("cookie", "tandem=AAAA"), json]).await, 401);
    });
}

#[test]
fn a_page_asks_across_origins_where_it_is_the_sites() {
    play(Database::file(), async |bench| {
        let http = chat_client::browser();
        let url = format!("{}/v1/widget/shop", bench.place().server);
        let ask = async |origin: Option<&str>, method: reqwest::Method| {
            let mut asked = http.request(method, &url);
            if let Some(origin) = origin {
                asked = asked.header("origin", origin);
            }
            asked.send().await.expect("an answer")
        };
        let good = ask(Some(PAGES), reqwest::Method::GET).await;
        assert_eq!(good.status(), StatusCode::OK);
        assert_eq!(good.headers()["access-control-allow-origin"], PAGES);
        assert!(!good.headers().contains_key("access-control-allow-credentials"));
        let preflight = ask(Some(PAGES), reqwest::Method::OPTIONS).await;
        assert_eq!(preflight.status(), StatusCode::NO_CONTENT);
        for method in [reqwest::Method::GET, reqwest::Method::OPTIONS] {
            let evil = ask(Some("https://evil.example"), method).await;
            assert_eq!(evil.status(), StatusCode::FORBIDDEN);
            assert!(!evil.headers().contains_key("access-control-allow-origin"));
        }
        let nobody = format!("{}/v1/widget/nobody", bench.place().server);
        let nobody = http.get(nobody).header("origin", PAGES).send().await.expect("an answer");
        assert_eq!(nobody.status(), StatusCode::NOT_FOUND);
    });
}

#[test]
fn a_token_is_for_its_site_and_its_visitor() {
    play(Database::file(), async |bench| {
        let blog = blog(&bench).await;
        let shop = bench.visitor().token().await.expect("a token");
        for (place, token) in [(&blog, shop.as_str()), (&bench.place(), "AAAA"), (&bench.place(), "")] {
            let mut socket = raw::widget(place).await;
            socket.say(&FromVisitor::Hello { token: token.to_owned(), resume: None, page: None }).await;
            assert_eq!(socket.end().await.as_deref(), Some("token"));
        }
        let http = chat_client::browser();
        let say = async |place: &Place, token: &str| {
            let asked = http.post(format!("{}/v1/widget/{}/say", place.server, place.site));
            let asked = asked.header("origin", &place.pages).bearer_auth(token);
            asked.body("{}").send().await.expect("an answer").status()
        };
        assert_eq!(say(&bench.place(), &shop).await, StatusCode::BAD_REQUEST);
        assert_eq!(say(&blog, &shop).await, StatusCode::UNAUTHORIZED);
        assert_eq!(say(&bench.place(), "AAAA").await, StatusCode::UNAUTHORIZED);
    });
}

#[test]
fn other_peoples_conversations_are_not_there_for_visitors() {
    play(Database::file(), async |bench| {
        let blog = blog(&bench).await;
        let (_lea, mut anna, conv) = talking(&bench).await;
        for place in [bench.place(), blog] {
            let mut other = Visitor::of(place, secret());
            other.connect().await.expect("connects");
            for frame in commands(&conv) {
                let refused = other.say(frame).await;
                assert!(matches!(&refused, Err(Error::Refused(it)) if it.code == "not_found"), "{refused:?}");
            }
            // What nobody answers does nothing, and tells nothing.
            for frame in signs(&conv) {
                other.tell(&frame).await.expect("told");
            }
            assert!(other.write("sync").await.is_err());
            assert!(other.thread.msgs.is_empty());
        }
        anna.write(&conv, "still ours").await.expect("stored");
        assert_eq!(bench.number("SELECT COUNT(*) FROM chat_message WHERE author = 'visitor'").await, 0);
        assert_eq!(bench.number("SELECT COUNT(*) FROM chat_read WHERE reader = 0").await, 0);
    });
}

fn commands(conv: &str) -> [FromVisitor; 5] {
    let (cid, conv) = (name, || conv.to_owned());
    [
        FromVisitor::Send { cid: cid(), conv: conv(), text: "hi".into(), files: vec![], reply_to: None },
        FromVisitor::Choose { cid: cid(), conv: conv(), option: 1 },
        FromVisitor::Submit { cid: cid(), conv: conv(), form: form() },
        FromVisitor::Close { cid: cid(), conv: conv() },
        FromVisitor::Rate { cid: cid(), conv: conv(), stars: 1, text: String::new() },
    ]
}

fn signs(conv: &str) -> [FromVisitor; 3] {
    let conv = || conv.to_owned();
    [
        FromVisitor::Typing { conv: conv(), on: true },
        FromVisitor::Read { conv: conv(), seq: 1 },
        FromVisitor::Fetch { conv: conv(), after: 0 },
    ]
}

#[test]
fn other_sites_conversations_are_not_there_for_agents() {
    play(Database::file(), async |bench| {
        let place = blog(&bench).await;
        let (mut lea, mut anna, conv) = talking(&bench).await;
        let mut carl =
            Agent::log_in(place, "carl@blog.example", "correct horse battery").await.expect("logs in");
        carl.connect().await.expect("connects");
        let say = |say| FromDesk::Send { cid: name(), conv: conv.clone(), say };
        let deed = |what| FromDesk::Do { cid: name(), conv: conv.clone(), what };
        let frames = [
            say(Say::Text { text: "hi".into(), files: vec![], reply_to: None }),
            say(Say::Note { text: "hi".into() }),
            deed(Deed::Take { force: true }),
            deed(Deed::Accept { no: 1 }),
            deed(Deed::Star { on: true }),
            deed(Deed::Close { tags: vec![] }),
            deed(Deed::Block { tags: vec![], reason: String::new() }),
            FromDesk::Presence { cid: name(), site: "shop".into(), to: Presence::Available },
        ];
        for frame in frames {
            let refused = carl.say(frame.clone()).await;
            assert!(
                matches!(&refused, Err(Error::Refused(it)) if it.code == "not_found"),
                "{frame:?}: {refused:?}"
            );
        }
        carl.tell(&FromDesk::Open(Resume { conv: conv.clone(), ..Resume::default() })).await.expect("told");
        carl.until("not there", |_, frame| matches!(frame, ToDesk::Gone { .. }).then_some(()))
            .await
            .expect("told");
        carl.tell(&FromDesk::Typing { conv: conv.clone(), on: true }).await.expect("told");
        carl.tell(&FromDesk::Read { conv: conv.clone(), seq: 1 }).await.expect("told");
        anna.write(&conv, "hello").await.expect("stored");
        lea.reads("it", |it| it.text == "hello").await.expect("read");
        assert!(!lea.typing && carl.open.is_empty() && carl.rows.is_empty());
        let colleagues: Vec<_> = carl.directory.agents.iter().map(|it| it.first_name.as_str()).collect();
        assert_eq!(colleagues, ["Carl"]);
    });
}

#[test]
fn the_last_words_of_a_page_are_the_same_words() {
    play(Database::file(), async |bench| {
        let (mut lea, mut anna, conv) = talking(&bench).await;
        let token = lea.token().await.expect("a token");
        let send = FromVisitor::Send {
            cid: name(),
            conv: conv.clone(),
            text: "bye".into(),
            files: vec![],
            reply_to: None,
        };
        let http = chat_client::browser();
        let mut answers = Vec::new();
        for _ in 0..2 {
            let asked = http.post(format!("{}/v1/widget/shop/say", bench.place().server));
            let asked = asked.header("origin", PAGES).bearer_auth(&token).json(&send);
            let answer: ToVisitor = asked.send().await.expect("an answer").json().await.expect("a frame");
            answers.push(answer);
        }
        assert!(matches!(&answers[0], ToVisitor::Ack { seq, .. } if 0 < *seq), "{answers:?}");
        assert_eq!(answers[0], answers[1]);
        lea.say(send).await.expect("the same, over the socket");
        anna.reads(&conv, |it| it.text == "bye").await.expect("read");
        assert_eq!(bench.number("SELECT COUNT(*) FROM chat_message WHERE author = 'visitor'").await, 1);
    });
}
