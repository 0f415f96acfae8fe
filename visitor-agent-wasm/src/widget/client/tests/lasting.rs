//! What lasts: through late timers, tabs that freeze, uploads that are cut, a log-out.
use super::*;

#[test]
fn what_is_due_is_done_though_its_timer_comes_late_or_never() {
    let mut world = World::talking();
    // The machine slept: the first that it hears of is something else than its timer.
    world.now += 3_600_000;
    world.tells(Event::Visible(true));
    assert!(world.client.is_cut_off(), "the silence was passed over");
    world.settles();
    assert!(!world.client.is_cut_off());
}

/// A tab beside the one that leads, with its window open.
fn beside(kept: &Form, now: Millis) -> Client {
    let kept = kept.clone().into_iter().chain([("~open".to_owned(), "1".to_owned())]).collect();
    let begin = Begin { kept, online: true, visible: true, ..Begin::default() };
    Client::begin(begin, now).0
}

fn when(now: Millis) -> At {
    At { now, dice: "5".repeat(64) }
}

#[test]
fn a_tab_that_leads_and_does_not_answer_is_given_up_and_nothing_is_lost() {
    let mut world = World::talking();
    let mut other = beside(&world.kept, world.now);
    let peer = |client: &mut Client, peer: Peer, now| client.handle(Event::Peer(Box::new(peer)), &when(now));
    let (mut now, mut asked) = (world.now, 0);
    // It answers to the greeting.
    peer(&mut other, Peer::Up(true), now);
    for _ in 0..20 {
        now += 1_000;
        world.now = now;
        world.settles_for_a_moment();
        let outs = other.handle(Event::Due, &when(now));
        assert!(!outs.contains(&Out::Steal), "it was there");
        if outs.contains(&Out::Tell(Peer::Ask)) {
            asked += 1;
            let answers = peer(&mut world.client, Peer::Ask, now);
            assert!(answers.contains(&Out::Tell(Peer::Up(true))), "{answers:?}");
            peer(&mut other, Peer::Up(true), now);
        }
    }
    assert!((3..=5).contains(&asked), "asked {asked} times in 20 s");
    // It freezes, with something on its way.
    world.acts(Act::Send("from a frozen tab".into()));
    for (key, value) in world.kept.clone().into_iter().filter(|(key, _)| key.starts_with(outbox::PREFIX)) {
        other.handle(Event::Stored(key, Some(value)), &when(now));
    }
    let stolen = (0..20).find(|_| {
        now += 1_000;
        other.handle(Event::Due, &when(now)).contains(&Out::Steal)
    });
    assert!(stolen.is_some_and(|after| after < 10), "it was not given up: {stolen:?}");
    let outs = other.handle(Event::Leads, &when(now));
    assert!(other.is_leading() && outs.contains(&Out::Connect), "{outs:?}");
    assert_eq!(other.outbox().items().len(), 1);
    // It thaws.
    let outs = world.client.handle(Event::Follows, &when(now));
    assert!(outs.contains(&Out::Hangup) && !world.client.is_leading(), "{outs:?}");
    // Nobody looks: nobody asks.
    let mut hidden = beside(&world.kept, now);
    hidden.handle(Event::Visible(false), &when(now));
    let asks = |it: &Out| matches!(it, Out::Tell(Peer::Ask) | Out::Steal);
    assert!(!(1..30).any(|at| hidden.handle(Event::Due, &when(now + at * 1_000)).iter().any(asks)));
}

// What a socket's silence took is not taken from requests.
#[test]
fn another_way_to_the_server_has_its_own_time() {
    let world = World::talking();
    let (mut other, begun) = (beside(&world.kept, world.now), world.now);
    let mut after = |time, kind| {
        let outs = other.handle(Event::read(kind, "").expect("known"), &when(begun + time));
        [Out::Connect, Out::Hangup].map(|it| outs.contains(&it))
    };
    assert_eq!(after(0, "leads"), [true, false]);
    assert_eq!(after(6_000, "opens"), [false, false]);
    assert_eq!(after(15_999, "due"), [false, false], "requests are under way");
    assert_eq!(after(16_000, "due"), [false, true], "nothing came of them either");
}

/// With one message whose only file is on its way.
fn sending_a_file() -> (World, String) {
    let mut world = World::talking();
    let file = Upload { local: "local".into(), name: "a.png".into(), bytes: 9, ..Upload::default() };
    world.acts(Act::Pick(vec![file]));
    assert!(world.outs.contains(&Out::Keep(vec!["local".into()])), "it outlives the page");
    world.outs.clear();
    world.acts(Act::Send(String::new()));
    let cid = world.client.outbox().items()[0].cid().to_owned();
    (world, cid)
}

fn uploads(world: &mut World) -> Vec<Option<String>> {
    let outs = std::mem::take(&mut world.outs).into_iter();
    outs.filter_map(|it| if let Out::Upload(file, ..) = it { Some(file.place) } else { None }).collect()
}

fn fails(world: &mut World, code: &str) {
    world.tells(Event::UploadFailed("local".into(), code.into()));
}

// shows: ERR-03 ERR-04
#[test]
fn an_upload_that_is_cut_goes_on_where_it_stood_also_on_the_next_page() {
    let (mut world, cid) = sending_a_file();
    assert_eq!(uploads(&mut world), [None]);
    world.tells(Event::Placed("local".into(), "there".into()));
    fails(&mut world, "");
    assert_eq!(uploads(&mut world), [], "not at once");
    world.passes(600);
    assert_eq!(uploads(&mut world), [Some("there".to_owned())]);
    world.changes_the_page();
    while world.step() {}
    assert_eq!(uploads(&mut world), [Some("there".to_owned())], "mid-upload");
    // The server has swept it away: from the start.
    fails(&mut world, "not_found");
    world.passes(600);
    assert_eq!(uploads(&mut world), [None]);
    world.tells(Event::Uploaded("local".into(), "done".into()));
    world.settles();
    assert!(world.client.outbox().items().is_empty(), "{cid} is there");
}

// shows: END-03
#[test]
fn the_end_arrives_though_the_page_is_left_while_a_file_is_on_its_way() {
    let (mut world, _) = sending_a_file();
    world.acts(Act::End);
    world.acts(Act::Confirm(true));
    while world.step() {}
    assert!(!world.service.closed, "the file comes before it, while there is somebody to bring it");
    world.tells(Event::Leave);
    assert!(world.service.closed);
}

// shows: ERR-03 ERR-04
#[test]
fn what_is_cut_again_and_again_waits_for_the_visitor() {
    let (mut world, cid) = sending_a_file();
    for _ in 0..=8 {
        fails(&mut world, "");
        for _ in 0..5 {
            world.passes(4_000);
            world.settles_for_a_moment();
        }
    }
    assert_eq!(world.client.outbox().items()[0].failed.as_deref(), Some(""));
    world.outs.clear();
    world.acts(Act::Resend(cid));
    assert_eq!(uploads(&mut world).len(), 1);
    fails(&mut world, "type_denied");
    assert_eq!(world.client.outbox().items()[0].failed.as_deref(), Some("type_denied"), "at once");
}

// shows: FIL-05
#[test]
fn a_message_that_is_given_up_is_forgotten_at_the_server_too() {
    let (mut world, cid) = sending_a_file();
    world.tells(Event::Placed("local".into(), "there".into()));
    world.outs.clear();
    world.acts(Act::Cancel(cid));
    let given_up = world.outs.iter().any(|it| {
        matches!(it, Out::Forget(files, Place::Everywhere) if files[0].place.as_deref() == Some("there"))
    });
    assert!(given_up, "{:?}", world.outs);
    assert!(world.client.outbox().items().is_empty());
}

// A log-out in one tab is one in all: what was asked for in the old name is not taken, and no tab asks in it again.
#[test]
fn after_the_log_out_no_tab_comes_as_who_was_there() {
    let mut world = World::talking();
    let old = world.client.asks_for_token();
    let mut other = beside(&world.kept, world.now);
    other.widget = Some(Widget { presence: true, ..widget() });
    let now = world.now;
    other.handle(Event::Leads, &when(now));
    world.outs.clear();
    world.acts(Act::Logout("b".repeat(64)));
    let told = world.outs.iter().find_map(|it| if let Out::Tell(it) = it { Some(it.clone()) } else { None });
    let told = told.expect("the others are told");
    // The token that the leader had asked for comes after the word of the log-out.
    let outs = other.handle(Event::Peer(Box::new(told)), &when(now));
    let asks: Vec<_> =
        outs.iter().filter_map(|it| if let Out::Token(it) = it { Some(it) } else { None }).collect();
    assert_eq!(asks.len(), 1, "presence is on: {outs:?}");
    assert!(asks[0].secret != old.secret && Some(&asks[0].secret) == world.kept.get("secret"));
    let stale = Token { token: "old".into(), expires: now + 3_600_000 };
    let outs = other.handle(Event::Token(old.clone(), stale.clone()), &when(now));
    assert!(!outs.contains(&Out::Connect) && other.token.is_none(), "{outs:?}");
    let stored = crate::widget::codec::to_json(&stale);
    other.handle(Event::Stored(["token:", &old.secret[..16]].concat(), Some(stored)), &when(now));
    assert!(other.token.is_none(), "another tab's late word");
    let fresh = Token { token: "new".into(), expires: now + 3_600_000 };
    let outs = other.handle(Event::Token(asks[0].clone(), fresh), &when(now));
    assert!(outs.contains(&Out::Connect), "{outs:?}");
}

// Storage and channel have no order between them: a tab may see the new secret before it hears why.
#[test]
fn who_has_logged_out_elsewhere_is_not_named_with_the_new_secret() {
    let world = World::talking();
    let (mut other, now) = (beside(&world.kept, world.now), world.now);
    other.handle(Event::Leads, &when(now));
    let acts = [Act::Identify("e30.of-zoe.tag".into()), Act::Custom(form())];
    let outs: Vec<_> =
        acts.into_iter().flat_map(|it| other.handle(Event::Act(Box::new(it)), &when(now))).collect();
    let tokens = |outs: &[Out]| -> Vec<_> {
        outs.iter().filter_map(|it| if let Out::Token(it) = it { Some(it.clone()) } else { None }).collect()
    };
    assert_eq!(tokens(&outs).last().map(|it| it.identity.is_some()), Some(true), "{outs:?}");
    let secret = "b".repeat(64);
    let stored = other.handle(Event::Stored("secret".into(), Some(secret.clone())), &when(now));
    assert!(other.custom.is_none(), "what the site said of her is told with it");
    let told = other.handle(Event::Peer(Box::new(Peer::Logout(secret.clone()))), &when(now));
    let asked = tokens(&[stored, told].concat());
    let is_new = |it: &chat_proto::visitor::TokenRequest| it.secret == secret && it.identity.is_none();
    assert!(!asked.is_empty() && asked.iter().all(is_new), "{asked:?}");
    assert_eq!((other.conv(), &other.secret), (None, &secret));
}

#[test]
fn what_is_not_theirs_any_more_is_shown_in_no_tab() {
    let mut world = World::talking();
    let mut other = beside(&world.kept, world.now);
    assert!(other.conv().is_some());
    world.outs.clear();
    world.tells(Event::Frame(Box::new(ToVisitor::Welcome { now: 0, ping_ms: 5_000, conv: None })));
    let told = std::mem::take(&mut world.outs).into_iter();
    for peer in told.filter_map(|it| if let Out::Tell(peer) = it { Some(peer) } else { None }) {
        other.handle(Event::Peer(Box::new(peer)), &when(world.now));
    }
    assert_eq!((world.client.conv(), other.conv()), (None, None));
}

#[test]
fn a_secret_that_is_taken_away_from_under_a_page_is_kept_again() {
    let mut world = World::talking();
    let secret = world.kept.remove("secret").expect("a secret");
    world.outs.clear();
    world.tells(Event::Stored("secret".into(), None));
    assert_eq!((world.kept.get("secret"), &world.client.secret), (Some(&secret), &secret));
    assert!(!world.outs.contains(&Out::Hangup), "{:?}", world.outs);
}
