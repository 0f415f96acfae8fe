//! A site's settings, part by part: each with its form.

pub mod general;
pub mod install;
pub mod queues;
pub mod setting;
pub mod tags;
