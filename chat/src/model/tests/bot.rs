//! The bot's part.
use super::{super::*, stage::*};

fn words(transition: &Transition) -> Vec<String> {
    let bodies = transition.effects.iter().filter_map(Effect::message).map(|it| (it.author, &it.body));
    let said = bodies.filter_map(|(author, body)| match body {
        Body::Content(Content::Text(text)) | Body::Question { text, .. } => Some((author, text.clone())),
        Body::Choice { label, .. } => Some((author, label.clone())),
        Body::Content(_) | Body::Form(_) | Body::Notice(_) | Body::Record(_) | Body::Unknown => None,
    });
    said.map(|(author, text)| format!("{author:?}: {text}")).collect()
}

// shows: BOT-01, BOT-03, BOT-04
#[test]
fn the_bot_speaks_the_visitors_language_and_the_sites_where_it_must() {
    let mut site = Site::new();
    site.settings.entry = Entry::Bot(FLOW);
    let english = Story::begin_with(site.clone(), Begin { lang: Some(lang("en")), ..start() });
    assert_eq!(words(&english.last), ["Bot: Hello", "Bot: What?"]);
    let german = Story::begin_with(site, Begin { lang: Some(lang("de")), ..start() });
    assert_eq!(words(&german.last), ["Bot: Bonjour", "Bot: Quoi ?"]);
    let chosen = german.visitor(1_000, FromVisitor::Choose { cid: cid(1), option: TO_SALES });
    assert_eq!(words(&chosen.last), ["Visitor: Ventes", "Bot: Bienvenue aux ventes"]);
    assert_eq!((chosen.conversation.queue, chosen.stage()), (SALES, Stage::Queued));
    assert_eq!(chosen.conversation.option, Some(TO_SALES));
}

// shows: BOT-10
#[test]
fn a_choice_answers_its_question() {
    let story = Story::with_bot().visitor(1_000, FromVisitor::Choose { cid: cid(1), option: TO_SALES });
    let mut messages = story.last.effects.iter().filter_map(Effect::message);
    let answer = messages.find(|it| it.author == Author::Visitor).and_then(|it| it.reply_to);
    assert_eq!(answer, Some(Seq(3)));
}

// shows: BOT-02, BOT-07
#[test]
fn only_what_is_shown_can_be_chosen_and_only_once() {
    let choose = |option| FromVisitor::Choose { cid: cid(1), option };
    let story = Story::with_bot();
    assert_eq!(story.refuses_visitor(1_000, choose(HIDDEN)), Some(Refusal::UnknownOption));
    assert_eq!(story.refuses_visitor(1_000, choose(OptionId(99))), Some(Refusal::UnknownOption));
    let story = story.visitor(1_000, choose(TO_SALES));
    assert_eq!(story.refuses_visitor(1_000, choose(TO_HELP)), Some(Refusal::NotNow(Stage::Queued)));
}

// shows: BOT-07, WID-13
#[test]
fn a_conversation_keeps_the_version_that_it_began_with() {
    let story = Story::with_bot().when(|site| {
        site.settings.entry = Entry::Bot(FlowRef { version: 2, ..FLOW });
    });
    let story = story.visitor(1_000, FromVisitor::Choose { cid: cid(1), option: TO_HELP });
    assert_eq!((story.stage(), story.conversation.queue), (Stage::Queued, HELP));
    assert_eq!(begin(start(), at(0), &story.site, &mut Counting(0)), Err(Refusal::FlowBroken));
}

// shows: BOT-09, BOT-12
#[test]
fn after_an_agent_took_over_the_bot_is_silent() {
    let story = Story::with_bot().agent(1_000, ANNA, FromAgent::Take(Cap::Holds));
    assert_eq!(story.notices(), ["taken_from_bot", "accepted"]);
    let choose = FromVisitor::Choose { cid: cid(1), option: TO_SALES };
    assert_eq!(story.refuses_visitor(2_000, choose), Some(Refusal::NotNow(Stage::Active)));
    let story = story.visitor(2_000, writes(2, "Hello?"));
    assert_eq!(words(&story.last), ["Visitor: Hello?"]);
}

// shows: HRS-01, HRS-03
#[test]
fn a_choice_into_a_closed_queue_shows_the_notice_and_what_else_there_is() {
    let closed = |site: &mut Site| site.closed.extend([Some(SALES), Some(HELP)]);
    let choose = |option| FromVisitor::Choose { cid: cid(1), option };
    let with_form = Story::with_bot().when(closed).visitor(1_000, choose(TO_SALES));
    assert_eq!((with_form.stage(), with_form.notices()), (Stage::OfflineForm, vec!["out_of_hours"]));
    let without = Story::with_bot().when(closed).visitor(1_000, choose(TO_HELP));
    assert_eq!((without.stage(), without.notices()), (Stage::Closed, vec!["out_of_hours", "ended"]));
}

// shows: HRS-01
#[test]
fn a_flow_that_begins_in_a_closed_queue_stores_nothing() {
    let mut site = Site::new();
    site.settings.entry = Entry::Bot(FLOW);
    site.flow.start = NodeId(3);
    site.closed.insert(Some(SALES));
    assert_eq!(begin(start(), at(0), &site, &mut Counting(0)), Err(Refusal::OutOfHours));
}

// shows: WID-06, WID-07
#[test]
fn an_empty_field_begins_nothing() {
    let empty = Begin { form: form(&[("name", " "), ("email", "lea@example.org")]), ..start() };
    let fault = FieldFault { key: "name".into(), problem: FieldProblem::Empty };
    let refusal = begin(empty, at(0), &Site::new(), &mut Counting(0));
    assert_eq!(refusal, Err(Refusal::Form(vec![fault])));
}

// shows: BOT-02
#[test]
fn the_bots_end_ends_it() {
    let story = Story::with_bot().visitor(1_000, FromVisitor::Choose { cid: cid(1), option: NOTHING });
    assert_eq!(words(&story.last), ["Visitor: Rien", "Bot: Au revoir"]);
    assert_eq!((story.stage(), story.notices()), (Stage::Closed, vec!["ended"]));
    assert!(!story.has(&Effect::AskRating), "nobody was there to be rated");
}
