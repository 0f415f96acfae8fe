//! Stories of support, told by the ids that they show: who the visitor is, what a bot said before, files, phones,
//! messages that are left, settings that change meanwhile, large numbers, and a day of all of it.

mod accessible;
mod day;
mod files;
mod known;
mod large;
mod left;
mod phone;
mod settings;
mod taken;
