//! Every sequence of events, as far as it leads to new states: two agents, a clock, and the model beside.
use std::collections::{HashSet, VecDeque};

use super::*;
use crate::testing::consent::{AGENTS, World, steps};

/// States are visited once; this many steps from the beginning reach all kinds of them.
const DEPTH: usize = 12;

/// Two worlds with this in common go on alike: times count from now, numbers by whether they stand.
fn key(world: &World) -> String {
    let ago = |at: Moment| at.since(world.now);
    let seats = world.consent.seats.iter().map(|(agent, seat)| {
        let name = match seat {
            Seat::ViewAsked { .. } => "view asked",
            Seat::Viewing { .. } => "viewing",
            Seat::ControlAsked { .. } => "control asked",
            Seat::Controlling { .. } => "controlling",
        };
        (*agent, name, seat.until().map(ago))
    });
    let hands = match world.consent.hands {
        HandState::Until(at) => Some(ago(at)),
        HandState::Resting | HandState::Announced => None,
    };
    let waits = AGENTS.map(|agent| world.consent.refusals.standing(agent, world.now));
    format!("{:?} {:?} {hands:?} {waits:?}", seats.collect::<Vec<_>>(), world.consent.flow)
}

#[test]
fn no_sequence_of_events_lets_anything_pass_that_the_visitor_did_not_allow() {
    let steps = steps();
    let begin = World::new();
    let mut seen = HashSet::from([key(&begin)]);
    let mut queue = VecDeque::from([begin]);
    let mut explored = 0_u32;
    while let Some(world) = queue.pop_front() {
        for step in &steps {
            let mut next = world.clone();
            next.step(*step);
            explored += 1;
            if next.story.len() < DEPTH && seen.insert(key(&next)) {
                queue.push_back(next);
            }
        }
    }
    println!("{} states by {explored} steps", seen.len());
    assert!(10_000 < seen.len(), "{} states by {explored} steps: the search is not deep enough", seen.len());
}
