//! What an admin is told about a flow.
use super::*;

const HELLO: NodeId = NodeId(1);
const ASK: NodeId = NodeId(2);
const SALES: NodeId = NodeId(3);
const BYE: NodeId = NodeId(4);

fn text(text: &str) -> LocalText {
    LocalText([("fr".parse().expect("a language"), text.to_owned())].into())
}

fn message(words: &str, next: NodeId) -> Node {
    Node::Message { text: text(words), next }
}

fn choice(option: i64, next: NodeId) -> Choice {
    Choice { option: OptionId(option), label: text("label"), enabled: true, next }
}

fn handover() -> Node {
    Node::Handover { queue: QueueId(1), welcome: text("Welcome"), offline_form: true }
}

/// Hello, then a question: sales, or the end.
fn flow() -> Flow {
    let question =
        Node::Question { text: text("What for?"), choices: vec![choice(1, SALES), choice(2, BYE)] };
    let nodes = [
        (HELLO, message("Hello", ASK)),
        (ASK, question),
        (SALES, handover()),
        (BYE, Node::End { text: text("Bye") }),
    ];
    Flow { start: HELLO, nodes: nodes.into() }
}

#[track_caller]
fn check(change: impl FnOnce(&mut Flow), expected: &[FlowFault]) {
    let mut flow = flow();
    change(&mut flow);
    assert_eq!(flow.faults(), expected);
}

fn set_choices(flow: &mut Flow, choices: Vec<Choice>) {
    flow.nodes.insert(ASK, Node::Question { text: text("What for?"), choices });
}

// shows: BOT-07, BOT-08
#[test]
fn a_whole_flow_has_no_fault_and_each_gap_is_named() {
    check(|_| {}, &[]);
    check(|flow| _ = flow.nodes.insert(HELLO, message(" ", ASK)), &[FlowFault::NoText(HELLO)]);
    check(
        |flow| flow.start = NodeId(9),
        &[
            FlowFault::LeadsNowhere(NodeId(9)),
            FlowFault::Unreachable(HELLO),
            FlowFault::Unreachable(ASK),
            FlowFault::Unreachable(SALES),
            FlowFault::Unreachable(BYE),
            FlowFault::NoHandover,
        ],
    );
    check(
        |flow| set_choices(flow, vec![choice(1, SALES), choice(2, BYE), choice(3, NodeId(9))]),
        &[FlowFault::LeadsNowhere(ASK)],
    );
}

// shows: BOT-08, BOT-11
#[test]
fn a_flow_that_reaches_nobody_is_no_flow() {
    check(
        |flow| set_choices(flow, vec![choice(2, BYE)]),
        &[FlowFault::Unreachable(SALES), FlowFault::NoHandover],
    );
    let hidden = vec![Choice { enabled: false, ..choice(1, SALES) }];
    check(
        |flow| set_choices(flow, hidden),
        &[
            FlowFault::NoChoice(ASK),
            FlowFault::Unreachable(SALES),
            FlowFault::Unreachable(BYE),
            FlowFault::NoHandover,
        ],
    );
}

// shows: BOT-08
#[test]
fn messages_in_a_circle_are_found_and_not_walked() {
    let mut flow = flow();
    flow.nodes.insert(SALES, message("round", BYE));
    flow.nodes.insert(BYE, message("and round", SALES));
    let expected = [FlowFault::Circle(SALES), FlowFault::Circle(BYE), FlowFault::NoHandover];
    assert_eq!(flow.faults(), expected);
    assert_eq!(flow.walk(SALES), None);
    assert_eq!(flow.walk(HELLO).map(|(said, at, _)| (said.len(), at)), Some((1, ASK)));
}
