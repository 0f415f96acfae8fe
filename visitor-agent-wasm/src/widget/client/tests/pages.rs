//! From page to page: what is told of them, and what is still known on the next.
use super::*;

const TITLE: &str = "of zoe@example.test";

fn shown(url: &str) -> PageView {
    PageView { url: url.into(), title: TITLE.into(), at: 1 }
}

/// In a conversation, on a page with a query, before the site's settings are there.
fn on_a_page() -> Client {
    let page = shown("https://shop.example/a?token=x&size=42#top");
    let begin = Begin { online: true, visible: true, page, ..Begin::default() };
    let (mut client, _) = Client::begin(begin, 0);
    client.line.link = Link::Ready;
    client.line.lead = true;
    client.conv = Some(Conversation { conv: CONV.into(), stage: Stage::Active, ..Conversation::default() });
    client.tells_page();
    client
}

fn pages(outs: Vec<Out>) -> Vec<(String, String)> {
    let told = outs
        .into_iter()
        .filter_map(|it| if let Out::Say(FromVisitor::Page(it)) = it { Some(it) } else { None });
    told.map(|it| (it.url, it.title)).collect()
}

fn hears(client: &mut Client, event: Event) -> Vec<(String, String)> {
    pages(client.handle(event, &At { now: 1, dice: "0".repeat(64) }))
}

fn told(url: &str) -> Vec<(String, String)> {
    vec![(url.to_owned(), "of ••••••".to_owned())]
}

// shows: INF-01
#[test]
fn of_an_address_the_keys_are_told_that_the_site_wants_and_the_page_once() {
    let mut client = on_a_page();
    assert!(client.outs.is_empty(), "nobody knows yet what may be told: {:?}", client.outs);
    let settings = |keys: &[&str]| {
        let query_keys = keys.iter().map(|it| (*it).to_owned()).collect();
        Event::Config(Box::new(Widget { query_keys, ..widget() }))
    };
    assert_eq!(hears(&mut client, settings(&["size"])), told("https://shop.example/a?size=42"));
    assert_eq!(hears(&mut client, settings(&["size"])), [], "told already");
    assert_eq!(hears(&mut client, settings(&[])), told("https://shop.example/a"));
    let next = Event::Act(Box::new(Act::Page(shown("https://shop.example/b?size=7"))));
    assert_eq!(hears(&mut client, next), told("https://shop.example/b"));
    assert_eq!(hears(&mut client, settings(&["size"])), told("https://shop.example/b?size=7"));
    // As a visit, it is the same page.
    let visit = chat_proto::visitor::Visit {
        pages: vec![shown("https://shop.example/a"), shown("https://shop.example/b")],
        ..Default::default()
    };
    client.conv = None;
    client.line.link = Link::Idle;
    let start = Act::Start { form: form(), visit };
    client.handle(Event::Act(Box::new(start)), &At { now: 2, dice: "1".repeat(64) });
    let FromVisitor::Start { visit, .. } = &client.outbox().items()[0].say else { panic!("no start") };
    let urls: Vec<_> = visit.pages.iter().map(|it| it.url.as_str()).collect();
    assert_eq!(urls, ["https://shop.example/a", "https://shop.example/b?size=7"]);
}

#[test]
fn where_the_settings_cannot_be_had_a_page_is_told_without_its_query() {
    let mut client = on_a_page();
    assert_eq!(hears(&mut client, Event::ConfigFailed), told("https://shop.example/a"));
}

#[test]
fn what_the_agent_has_read_is_read_on_the_next_page_too() {
    let mut world = World::talking();
    world.acts(Act::Send("Hello".into()));
    world.settles();
    let read = ToVisitor::Read { conv: CONV.into(), seq: 1 };
    world.tells(Event::Frame(Box::new(read)));
    world.changes_the_page();
    assert_eq!(world.client.agent_read(), 1);
    // Another tab that leads may not have heard of it.
    let stand = Peer::Stand { conv: world.client.conv().cloned(), msgs: vec![], read: 0, up: true };
    world.client.handle(Event::Follows, &At { now: world.now, dice: "1".repeat(64) });
    world.tells(Event::Peer(Box::new(stand)));
    assert_eq!(world.client.agent_read(), 1);
    // In another conversation nothing is read yet.
    let other = Conversation { conv: "2".repeat(32), stage: Stage::Active, ..Conversation::default() };
    world.kept.insert("conv".into(), crate::widget::codec::to_json(&other));
    world.changes_the_page();
    assert_eq!(world.client.agent_read(), 0);
}

// shows: BLK-01
#[test]
fn the_last_conversation_comes_back_and_stays_until_another_one_may_follow() {
    let mut world = World::talking();
    world.acts(Act::Confirm(true));
    world.settles();
    world.acts(Act::Anew);
    let last = |unavailable| Conversation { unavailable, ..world.service.conversation() };
    let (barred, free) = (last(true), last(false));
    let tells = |world: &mut World, conv: &Conversation| {
        world.tells(Event::Frame(Box::new(ToVisitor::Conv(conv.clone()))));
        world.client.conv().map(|it| it.unavailable)
    };
    assert_eq!(tells(&mut world, &free), None, "it is over, and another one was to begin");
    assert_eq!(tells(&mut world, &barred), Some(true));
    world.changes_the_page();
    assert_eq!(world.client.conv().map(|it| it.unavailable), Some(true), "before the server has answered");
    let welcome = ToVisitor::Welcome { now: 0, ping_ms: 5_000, conv: Some(barred.clone()) };
    world.acts(Act::Open);
    world.tells(Event::Frame(Box::new(welcome)));
    assert_eq!(world.client.conv(), Some(&barred));
    assert_eq!(tells(&mut world, &free), Some(false));
    world.acts(Act::Anew);
    assert_eq!(world.client.conv(), None);
}

// shows: COB-06
#[test]
fn on_a_phone_the_page_is_there_to_be_seen_as_it_is_shared_and_as_it_is_controlled() {
    let mut world = World::talking();
    world.client.phone = true;
    let notice = |code: &str| {
        let meta = chat_proto::message::Meta { code: code.into(), ..Default::default() };
        Msg { from: From::System, kind: "screen_share".into(), meta, ..Msg::default() }
    };
    for (code, stays) in [
        ("share_asked", true),
        ("share_started", false),
        ("share_control_started", false),
        ("share_control_ended", true),
    ] {
        world.acts(Act::Open);
        let seq = world.client.thread().last() + 1;
        let msgs = vec![Msg { seq, ..notice(code) }];
        world.tells(Event::Frame(Box::new(ToVisitor::Msgs { conv: CONV.into(), msgs })));
        assert_eq!(world.client.ui().open, stays, "{code}");
    }
}
