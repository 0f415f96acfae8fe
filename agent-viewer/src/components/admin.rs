//! A site's settings, part by part: each with its form.

pub mod bot;
pub mod canned;
pub mod controls;
pub mod custom;
pub mod faults;
pub mod forms;
pub mod general;
pub mod hours;
pub mod install;
pub mod keys;
pub mod messages;
pub mod mock;
pub mod queues;
pub mod refusals;
pub mod setting;
pub mod several;
pub mod sites;
pub mod tags;
pub mod team;
pub mod texts;
pub mod unsaved;
