//! The bot as it is drawn: its steps in the order in which they are read, and what may be done to them. Pure.
use std::collections::BTreeSet;

use chat_proto::admin::{Bot, Choice, Step};

/// A way out of a step: of a message on, or of a question's answer by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Way {
    /// Out of which step.
    pub step: u32,
    /// By which answer; nothing where there is but one way.
    pub answer: Option<usize>,
}

/// How one comes to a step first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// The bot begins there.
    Start,
    /// By this way.
    Way(Way),
    /// Nobody ever comes there.
    Lost,
}

/// A step in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Which step.
    pub id: u32,
    /// How many answers lead to it.
    pub depth: u32,
    /// By which way.
    pub via: Via,
}

/// Where a way shall lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Nowhere yet.
    Nowhere,
    /// To a step that is there.
    Step(u32),
    /// To a new step that hands over to this queue.
    Queue(i64),
    /// To a new step of this kind.
    New(&'static str),
}

/// The step of a number.
pub fn step(bot: &Bot, id: u32) -> Option<&Step> {
    bot.nodes.iter().find(|it| it.id == id)
}

/// Changes a step.
pub fn change(bot: &mut Bot, id: u32, act: impl FnOnce(&mut Step)) {
    if let Some(it) = bot.nodes.iter_mut().find(|it| it.id == id) {
        act(it);
    }
}

fn ways(it: &Step) -> Vec<(Option<usize>, u32)> {
    match it.kind.as_str() {
        "message" => vec![(None, it.next)],
        "question" => it.choices.iter().enumerate().map(|(at, it)| (Some(at), it.next)).collect(),
        _ => Vec::new(),
    }
}

/// Where a way leads; 0 where nowhere.
pub fn leads_to(bot: &Bot, way: Way) -> u32 {
    let Some(it) = step(bot, way.step) else { return 0 };
    let next = match way.answer {
        None => Some(it.next),
        Some(at) => it.choices.get(at).map(|it| it.next),
    };
    next.filter(|next| step(bot, *next).is_some()).unwrap_or(0)
}

/// All steps as they are read: from the beginning, each where one first comes to it; then those that nobody reaches.
pub fn rows(bot: &Bot) -> Vec<Row> {
    let mut seen = BTreeSet::new();
    let mut rows = Vec::new();
    read(bot, (bot.start, 0, Via::Start), &mut seen, &mut rows);
    for it in &bot.nodes {
        read(bot, (it.id, 0, Via::Lost), &mut seen, &mut rows);
    }
    rows
}

fn read(bot: &Bot, first: (u32, u32, Via), seen: &mut BTreeSet<u32>, rows: &mut Vec<Row>) {
    let lost = first.2 == Via::Lost;
    let mut open = vec![first];
    while let Some((id, depth, via)) = open.pop() {
        let Some(it) = step(bot, id).filter(|it| seen.insert(it.id)) else { continue };
        rows.push(Row { id, depth, via });
        // What is pushed last is read first.
        for (answer, next) in ways(it).into_iter().rev() {
            let via = if lost { Via::Lost } else { Via::Way(Way { step: id, answer }) };
            open.push((next, depth + u32::from(answer.is_some()), via));
        }
    }
}

fn add(bot: &mut Bot, kind: &str) -> u32 {
    let id = bot.nodes.iter().map(|it| it.id).max().unwrap_or(0).saturating_add(1);
    let choices = if kind == "question" { vec![answer()] } else { Vec::new() };
    bot.nodes.push(Step { id, kind: kind.to_owned(), choices, offline_form: true, ..Step::default() });
    id
}

/// A new answer, which leads nowhere yet.
pub fn answer() -> Choice {
    Choice { enabled: true, ..Choice::default() }
}

/// Leads a way somewhere; makes the step when it is a new one.
pub fn lead(bot: &mut Bot, way: Way, target: Target) {
    let next = match target {
        Target::Nowhere => 0,
        Target::Step(id) => id,
        Target::New(kind) => add(bot, kind),
        Target::Queue(queue) => {
            let id = add(bot, "handover");
            change(bot, id, |it| it.queue = queue);
            id
        }
    };
    change(bot, way.step, |it| match way.answer {
        None => it.next = next,
        Some(at) => {
            if let Some(it) = it.choices.get_mut(at) {
                it.next = next;
            }
        }
    });
}

/// Makes a step another kind of step: texts stay, and the way on where there is one.
pub fn turn_into(bot: &mut Bot, id: u32, (kind, queue): (&str, i64)) {
    change(bot, id, |it| {
        let on = ways(it).first().map_or(0, |(_, next)| *next);
        it.kind = kind.to_owned();
        it.next = if kind == "message" { on } else { 0 };
        if kind == "question" && it.choices.is_empty() {
            it.choices.push(Choice { next: on, ..answer() });
        } else if kind != "question" {
            it.choices.clear();
        }
        it.queue = if kind == "handover" { queue } else { 0 };
        it.offline_form = kind == "handover";
    });
}

/// Every way to `from` leads to `to` from now on, the beginning too.
fn redirect(bot: &mut Bot, from: u32, to: u32) {
    if bot.start == from {
        bot.start = to;
    }
    for it in &mut bot.nodes {
        if it.kind == "message" && it.next == from {
            it.next = to;
        }
        it.choices.iter_mut().filter(|it| it.next == from).for_each(|it| it.next = to);
    }
}

/// Says something before a step.
pub fn insert_before(bot: &mut Bot, id: u32) {
    let made = add(bot, "message");
    redirect(bot, id, made);
    change(bot, made, |it| it.next = id);
}

/// Takes a step out: who came to a message comes to what followed it.
pub fn remove(bot: &mut Bot, id: u32) {
    let Some(it) = step(bot, id) else { return };
    let next = if it.kind == "message" && it.next != id { it.next } else { 0 };
    bot.nodes.retain(|it| it.id != id);
    redirect(bot, id, next);
}

/// The message that leads to this message alone: the two may change places.
pub fn before(bot: &Bot, id: u32) -> Option<u32> {
    let is_message = |id| step(bot, id).is_some_and(|it| it.kind == "message");
    let found = bot.nodes.iter().find(|it| it.kind == "message" && it.next == id && it.id != id)?;
    is_message(id).then_some(found.id)
}

/// The message that this message leads to.
pub fn after(bot: &Bot, id: u32) -> Option<u32> {
    let it = step(bot, id).filter(|it| it.kind == "message" && it.next != id)?;
    step(bot, it.next).filter(|it| it.kind == "message").map(|it| it.id)
}

/// A message and the one after it change places.
pub fn swap_with_next(bot: &mut Bot, id: u32) {
    let Some(other) = after(bot, id) else { return };
    let on = step(bot, other).map_or(0, |it| it.next);
    redirect(bot, id, other);
    change(bot, id, |it| it.next = on);
    change(bot, other, |it| it.next = id);
}

/// What was `sent` is `stored`. What was drawn since then stays; it learns the version, and the numbers that its new
/// answers were given.
pub fn stored(now: &mut Bot, sent: &Bot, stored: &Bot) {
    if *now == *sent {
        return stored.clone_into(now);
    }
    now.version = stored.version;
    for it in &mut now.nodes {
        let of = |bot| step(bot, it.id).map(|it: &Step| it.choices.clone()).unwrap_or_default();
        let given = of(sent).into_iter().zip(of(stored));
        for (own, (sent, stored)) in it.choices.iter_mut().zip(given) {
            if own.option == 0 && sent.option == 0 {
                own.option = stored.option;
            }
        }
    }
}

/// Languages that anything is said in.
pub fn languages(bot: &Bot) -> BTreeSet<String> {
    let texts = bot.nodes.iter().flat_map(|it| {
        [&it.text].into_iter().chain(it.choices.iter().map(|it| &it.label)).flat_map(|it| it.iter())
    });
    texts.filter(|(_, text)| !text.trim().is_empty()).map(|(tag, _)| tag.clone()).collect()
}

/// How many texts are there in another language, and not in this one.
pub fn missing(bot: &Bot, lang: &str) -> usize {
    let lacks = |it: &&chat_proto::admin::Texts| {
        it.values().any(|text| !text.trim().is_empty())
            && it.get(lang).is_none_or(|text| text.trim().is_empty())
    };
    let labels = |it: &Step| it.choices.iter().map(|it| &it.label).filter(lacks).count();
    bot.nodes.iter().map(|it| usize::from(lacks(&&it.text)) + labels(it)).sum()
}

/// A text in a language, else in the site's, else in any.
pub fn pick(texts: &chat_proto::admin::Texts, lang: &str, site: &str) -> String {
    let there = |tag: &str| texts.get(tag).filter(|text| !text.trim().is_empty());
    let any = || texts.values().find(|text| !text.trim().is_empty());
    there(lang).or_else(|| there(site)).or_else(any).cloned().unwrap_or_default()
}

/// One line of the dialogue as it is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// The bot said what stands in this step.
    Bot(u32),
    /// The visitor chose this answer of this step.
    Visitor(u32, usize),
    /// The bot waits for an answer to this step.
    Asks(u32),
    /// The visitor waits in this step's queue.
    Waits(u32),
    /// It is over, with this step.
    Over(u32),
    /// It does not go on.
    Stuck,
}

/// The dialogue with these answers, as long as it holds.
pub fn walk(bot: &Bot, answers: &[usize]) -> Vec<Said> {
    let (mut said, mut at, mut answers) = (Vec::new(), bot.start, answers.iter());
    // A circle of messages does not end by itself; nor shall a long dialogue be cut short.
    let mut left = bot.nodes.len();
    loop {
        let Some(it) = step(bot, at).filter(|_| 0 < left) else {
            said.push(Said::Stuck);
            return said;
        };
        left -= 1;
        match it.kind.as_str() {
            "message" => (_, at) = (said.push(Said::Bot(at)), it.next),
            "question" => {
                said.push(Said::Bot(at));
                let chosen = answers
                    .next()
                    .and_then(|nth| Some((*nth, it.choices.get(*nth).filter(|it| it.enabled)?)));
                let Some((nth, choice)) = chosen else {
                    said.push(Said::Asks(at));
                    return said;
                };
                said.push(Said::Visitor(at, nth));
                (at, left) = (choice.next, bot.nodes.len());
            }
            kind => {
                said.push(Said::Bot(at));
                said.push(if kind == "handover" { Said::Waits(at) } else { Said::Over(at) });
                return said;
            }
        }
    }
}

#[cfg(test)]
mod tests;
