//! Whose the browser's secret is, as the site says it on each page.
use super::*;

/// What a site says of somebody; only the server looks at the rest.
fn word_of(sub: &str, serial: u8) -> String {
    word(&format!("{{\"sub\":\"{sub}\",\"exp\":{serial}}}"), serial)
}

fn word(claims: &str, serial: u8) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for three in claims.as_bytes().chunks(3) {
        let bits = (0..3).fold(0, |bits, at| bits << 8 | usize::from(*three.get(at).unwrap_or(&0)));
        (0..=three.len()).for_each(|at| text.push(char::from(DIGITS[bits >> (18 - 6 * at) & 63])));
    }
    format!("e30.{text}.tag{serial}")
}

fn asks(world: &mut World) -> Vec<chat_proto::visitor::TokenRequest> {
    let outs = std::mem::take(&mut world.outs).into_iter();
    outs.filter_map(|it| if let Out::Token(asked) = it { Some(asked) } else { None }).collect()
}

/// In a conversation as somebody whom the site has named.
fn known() -> World {
    known_by(word_of("zoé", 1))
}

fn known_by(word: String) -> World {
    let mut world = World::talking();
    world.acts(Act::Identify(word));
    world.settles();
    world.outs.clear();
    world
}

// A site may call its visitors by their e-mail addresses, and its subdomains share it in a cookie.
#[test]
fn whom_the_site_has_named_stands_nowhere_in_the_browser() {
    let mut world = known();
    let named = world.kept["named"].clone();
    assert!((1..=20).contains(&named.len()) && named.bytes().all(|it| it.is_ascii_digit()), "{named}");
    world.acts(Act::Logout("b".repeat(64)));
    world.acts(Act::Identify(word_of("zoé", 2)));
    world.acts(Act::Open);
    world.settles();
    assert_ne!(world.kept["named"], named, "another browser's says nothing about this one");
    assert!(world.kept.values().all(|it| !it.contains("zoé")), "{:?}", world.kept);
}

/// The server does not answer; what was asked meanwhile is refused.
fn is_refused(world: &mut World, word: &str, status: u16) {
    world.reachable = false;
    world.acts(Act::Identify(word.into()));
    let asked = world.client.asks_for_token();
    assert_eq!(asked.identity.as_deref(), Some(word));
    world.tells(Event::TokenFailed(asked, status));
    world.reachable = true;
    world.outs.clear();
    for _ in 0..40 {
        world.passes(1_000);
    }
}

#[test]
fn who_is_not_believed_is_not_taken_for_who_was_there() {
    let mut world = known();
    let secret = world.kept["secret"].clone();
    is_refused(&mut world, &word_of("ben", 2), 401);
    world.acts(Act::Open);
    let asked = asks(&mut world);
    assert!(
        !asked.is_empty() && asked.iter().all(|it| it.identity.is_none() && it.secret != secret),
        "{asked:?}"
    );
    assert_eq!((world.kept.get("conv"), world.kept.get("named")), (None, None));
    assert_eq!(world.client.conv(), None, "the conversation of who was there is shown");
    assert_ne!(world.kept["secret"], secret);
}

#[test]
fn nobody_loses_a_conversation_of_their_own_by_a_word_that_is_too_old() {
    for (mut world, sub) in [(known(), "zoé"), (World::talking(), "ben")] {
        let secret = world.kept["secret"].clone();
        // The same word is not asked for before its token ends.
        world.client.token = None;
        is_refused(&mut world, &word_of(sub, 9), 401);
        assert!(asks(&mut world).iter().all(|it| it.identity.is_none() && it.secret == secret), "{sub}");
        assert!(world.client.conv().is_some(), "{sub}");
    }
}

// What else a site puts into its word is its own affair.
#[test]
fn whoever_the_server_takes_a_word_for_is_known_by_the_next_one_too() {
    for rest in ["1e21", "18446744073709551615", "-1.5E-7", "-99999999999999999999"] {
        let word_at = |serial| word(&format!("{{\"rest\":{rest},\"sub\":\"zoé\",\"exp\":{serial}}}"), serial);
        let mut world = known_by(word_at(1));
        world.client.token = None;
        is_refused(&mut world, &word_at(2), 401);
        assert!(world.client.conv().is_some(), "{rest}");
        is_refused(&mut world, &word_of("ben", 2), 401);
        assert!(world.client.conv().is_none(), "{rest}: somebody else");
    }
}

#[test]
fn a_word_that_cannot_be_read_names_whoever_it_named_before_and_nobody_else() {
    let word_at = |serial| word(&format!("{}{}", "[".repeat(60), serial), serial);
    let mut world = known_by(word_at(1));
    world.client.token = None;
    world.client.identity = None;
    is_refused(&mut world, &word_at(1), 401);
    assert!(world.client.conv().is_some(), "it is too old by now");
    is_refused(&mut world, &word_at(2), 401);
    assert!(world.client.conv().is_none(), "nobody knows whose it is");
}

#[test]
fn where_it_is_asked_too_often_it_is_asked_again_in_the_same_name() {
    for status in [429, 500, 503] {
        let mut world = known();
        let word = word_of("ben", 2);
        is_refused(&mut world, &word, status);
        let asked = asks(&mut world);
        assert!(!asked.is_empty(), "{status}");
        assert!(asked.iter().all(|it| it.identity.as_ref() == Some(&word)), "{status}: {asked:?}");
    }
}

#[test]
fn a_site_that_says_it_on_each_page_asks_for_no_token_each_time() {
    let mut world = known();
    for serial in 2..6 {
        world.changes_the_page();
        world.acts(Act::Identify(word_of("zoé", serial)));
        world.settles();
    }
    assert_eq!(asks(&mut world), []);
    assert!(world.client.conv().is_some());
    world.acts(Act::Identify(word_of("ben", 6)));
    assert_eq!(asks(&mut world).len(), 1, "somebody else");
}
