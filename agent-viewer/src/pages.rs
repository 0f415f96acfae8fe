//! One page per file.

pub mod desk;
pub mod login;
pub mod missing;
pub mod viewer;
