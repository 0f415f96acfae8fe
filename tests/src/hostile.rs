//! Hostile people: a visitor whose page tries all it can in the browser of the agent who looks at it, and who would
//! notice; and an agent who sends whatever commands they like.
pub mod agent;
pub mod attacks;
pub mod catcher;
pub mod frames;
pub mod stage;
pub mod visitor;

/// Builds trees as they are told.
pub const NAIVE: &str = include_str!("hostile/naive.js");
