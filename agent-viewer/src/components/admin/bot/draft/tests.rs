//! What is drawn is what is meant.
use chat_proto::admin::Texts;

use super::*;

fn text(said: &str) -> Texts {
    [("en".to_owned(), said.to_owned())].into()
}

fn choice(label: &str, next: u32) -> Choice {
    Choice { label: text(label), next, ..answer() }
}

/// A greeting, a question with two answers; one leads to a queue, the other to the end.
fn bot() -> Bot {
    let at = |id, kind: &str, said: &str| Step { id, kind: kind.into(), text: text(said), ..Step::default() };
    let nodes = vec![
        Step { next: 2, ..at(1, "message", "Hello") },
        Step { choices: vec![choice("An order", 3), choice("Nothing", 4)], ..at(2, "question", "About?") },
        Step { queue: 7, offline_form: true, ..at(3, "handover", "One moment") },
        at(4, "end", "Bye"),
    ];
    Bot { version: 1, start: 1, nodes }
}

fn order(bot: &Bot) -> Vec<(u32, u32)> {
    rows(bot).into_iter().map(|it| (it.id, it.depth)).collect()
}

const FIRST: Way = Way { step: 2, answer: Some(0) };

// shows: BOT-07
#[test]
fn steps_are_read_where_one_comes_to_them() {
    let mut it = bot();
    assert_eq!(order(&it), [(1, 0), (2, 0), (3, 1), (4, 1)]);
    lead(&mut it, FIRST, Target::Step(4));
    assert_eq!(order(&it), [(1, 0), (2, 0), (4, 1), (3, 0)]);
    assert_eq!(rows(&it).last().map(|it| it.via), Some(Via::Lost), "nobody comes to the third any more");
    lead(&mut it, FIRST, Target::Step(1));
    assert_eq!(rows(&it).len(), 4, "a way back is drawn once");
}

// shows: BOT-07
#[test]
fn an_answer_leads_to_a_new_step_or_to_a_queue() {
    let mut it = bot();
    lead(&mut it, FIRST, Target::Queue(9));
    assert_eq!((leads_to(&it, FIRST), step(&it, 5).map(|it| it.queue)), (5, Some(9)));
    lead(&mut it, FIRST, Target::New("question"));
    assert_eq!(step(&it, 6).map(|it| it.choices.len()), Some(1));
    lead(&mut it, FIRST, Target::Nowhere);
    assert_eq!(leads_to(&it, FIRST), 0);
}

// shows: BOT-07
#[test]
fn what_is_taken_out_of_a_chain_leaves_no_hole() {
    let mut it = bot();
    insert_before(&mut it, 2);
    assert_eq!(order(&it), [(1, 0), (5, 0), (2, 0), (3, 1), (4, 1)]);
    remove(&mut it, 1);
    assert_eq!((it.start, order(&it).len()), (5, 4));
    insert_before(&mut it, 5);
    assert_eq!(it.start, 6, "the beginning is what is said first");
    remove(&mut it, 3);
    assert_eq!(leads_to(&it, FIRST), 0, "an answer whose step went leads nowhere");
}

// shows: BOT-07
#[test]
fn messages_change_places() {
    let mut it = bot();
    insert_before(&mut it, 2);
    swap_with_next(&mut it, 1);
    assert_eq!(order(&it)[..3], [(5, 0), (1, 0), (2, 0)]);
    assert_eq!((before(&it, 1), after(&it, 5), after(&it, 1)), (Some(5), Some(1), None));
    assert_eq!(before(&it, 2), None, "a question stays behind its message");
}

#[test]
fn a_step_becomes_another_kind_and_keeps_its_way() {
    let mut it = bot();
    turn_into(&mut it, 1, ("question", 7));
    assert_eq!(step(&it, 1).map(|it| (it.choices.len(), it.choices[0].next)), Some((1, 2)));
    turn_into(&mut it, 1, ("message", 7));
    assert_eq!(step(&it, 1).map(|it| (it.next, it.choices.len())), Some((2, 0)));
    turn_into(&mut it, 1, ("handover", 7));
    assert_eq!(step(&it, 1).map(|it| (it.queue, it.offline_form)), Some((7, true)));
}

// shows: BOT-07
#[test]
fn the_dialogue_can_be_tried_and_follows_what_is_changed() {
    let mut it = bot();
    assert_eq!(walk(&it, &[]), [Said::Bot(1), Said::Bot(2), Said::Asks(2)]);
    assert_eq!(walk(&it, &[0])[2..], [Said::Visitor(2, 0), Said::Bot(3), Said::Waits(3)]);
    assert_eq!(walk(&it, &[1])[2..], [Said::Visitor(2, 1), Said::Bot(4), Said::Over(4)]);
    assert_eq!(walk(&it, &[5]).last(), Some(&Said::Asks(2)), "an answer that is not there is not given");
    change(&mut it, 2, |it| it.choices[0].enabled = false);
    assert_eq!(walk(&it, &[0]).last(), Some(&Said::Asks(2)), "nor one that is not shown");
    lead(&mut it, Way { step: 1, answer: None }, Target::Step(1));
    assert_eq!(walk(&it, &[]).last(), Some(&Said::Stuck), "a circle does not hang the page");
    let again = [0; 30];
    let mut round = bot();
    lead(&mut round, FIRST, Target::Step(2));
    assert_eq!(walk(&round, &again).len(), 2 + 30 * 2 + 1, "a question may come again and again");
}

#[test]
fn what_is_missing_in_a_language_is_counted() {
    let mut it = bot();
    assert_eq!((missing(&it, "en"), missing(&it, "fr")), (0, 6));
    change(&mut it, 1, |it| _ = it.text.insert("fr".into(), "Bonjour".into()));
    assert_eq!((missing(&it, "fr"), languages(&it).len()), (5, 2));
    let texts = it.nodes[0].text.clone();
    assert_eq!(
        [pick(&texts, "fr", "en"), pick(&texts, "de", "en"), pick(&texts, "de", "it")],
        ["Bonjour", "Hello", "Hello"]
    );
}

#[test]
fn what_is_drawn_while_it_is_saved_stays_and_learns_its_numbers() {
    let sent = bot();
    let mut kept = Bot { version: 2, ..bot() };
    change(&mut kept, 2, |it| it.choices.iter_mut().zip(1..).for_each(|(it, option)| it.option = option));
    let mut now = sent.clone();
    stored(&mut now, &sent, &kept);
    assert_eq!(now, kept, "nothing was drawn meanwhile");
    now = sent.clone();
    change(&mut now, 1, |it| it.text = text("Good morning"));
    change(&mut now, 2, |it| it.choices.push(choice("A parcel", 3)));
    stored(&mut now, &sent, &kept);
    assert_eq!((now.version, step(&now, 1).map(|it| &it.text)), (2, Some(&text("Good morning"))));
    let numbers = step(&now, 2).map(|it| it.choices.iter().map(|it| it.option).collect::<Vec<_>>());
    assert_eq!(numbers, Some(vec![1, 2, 0]));
}
