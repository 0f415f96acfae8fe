//! Each row of the table of states, by its number in the design: from, event, to, effects.
mod agents;
mod ends;
mod waiting;

use expect_test::Expect;

use super::{super::*, show::show, stage::*};

/// What the command does to the conversation of the story.
#[track_caller]
fn check(story: Story, millis: i64, command: Command, expected: Expect) {
    let before = story.conversation.clone();
    let after = story.does(millis, command);
    expected.assert_eq(&show(Some(&before), &after.last));
    assert_eq!(after.conversation.ver, before.ver.next());
}

#[track_caller]
fn check_visitor(story: Story, millis: i64, command: FromVisitor, expected: Expect) {
    check(story, millis, Command::Visitor(command), expected);
}

#[track_caller]
fn check_agent(story: Story, millis: i64, (who, command): (AgentId, FromAgent), expected: Expect) {
    check(story, millis, Command::Agent(actor(who), command), expected);
}

#[track_caller]
fn check_system(story: Story, millis: i64, command: FromSystem, expected: Expect) {
    check(story, millis, Command::System(command), expected);
}

#[track_caller]
fn check_begin(site: Site, begins: Begin, expected: Expect) {
    let transition = begin(begins, at(0), &site, &mut Counting(0)).expect("let in");
    expected.assert_eq(&show(None, &transition));
    assert_eq!(transition.next.ver, Ver(1));
}
