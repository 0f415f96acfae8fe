//! Stories of the three together.
mod continuity;
mod control;
mod sharing;
mod transport;
