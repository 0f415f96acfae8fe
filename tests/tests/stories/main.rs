//! Stories of users in real browsers, through the real server. One program for all: most of the time that a test program
//! takes to build goes into linking the whole product into it.
#![allow(clippy::expect_used, reason = "a story that cannot go on ends here, with the reason")]

mod admin_settings;
mod admin_team;
mod apps;
mod canaries;
mod chat_share;
mod chat_tabs;
mod consent;
mod continuity;
mod control;
mod desk;
mod desk_file;
mod desk_lists;
mod desk_writing;
mod differential;
mod faults;
mod guide;
mod history;
mod hostile;
mod hostile_agent;
mod hostile_text;
mod lab;
mod languages;
mod library;
mod navigations;
mod page;
mod purchase;
mod revoke;
mod screens;
mod share;
mod support;
mod tabs;
mod transport;
mod widget;
mod widget_lasting;
mod widget_more;
