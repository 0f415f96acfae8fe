//! What the simulated day of support and the visitors of a demo share.
#![forbid(unsafe_code)]

pub mod dice;
