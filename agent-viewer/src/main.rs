//! The agents' web application: the desk, and the tab in which a shared page is watched.
//!
//! Reading order: `state` holds pure reducers, tested on the host; `net` talks to the server; `stage`
//! shows the visitor's page and turns the agent's hand into commands; `pages` and `components` are views.
mod app;
mod browser;
mod chat;
mod components;
mod i18n;
mod net;
mod pages;
mod sharing;
mod stage;
mod state;
mod theme;

fn main() {
    leptos::mount::mount_to_body(app::App);
}
