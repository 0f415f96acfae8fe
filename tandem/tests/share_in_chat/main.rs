//! The share of a visitor's page inside a conversation: relay and chat in one server and each in its own, the visitor's
//! and the agent's machines of both as clients.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says why and ends")]
#![allow(clippy::wildcard_enum_match_arm, reason = "a story passes over what it does not wait for")]

/// Makes a test of each function for each way in which relay and chat run: `on_each_arrangement! { a_story }`.
macro_rules! on_each_arrangement {
    ($($test:ident),* $(,)?) => {
        mod together {
            $(#[test] fn $test() { super::$test(crate::world::How::Together); })*
        }
        mod apart {
            $(#[test] fn $test() { super::$test(crate::world::How::Apart); })*
        }
    };
}

mod away;
mod broken;
mod closed;
mod forged;
mod proof;
mod story;
mod world;

/// Runs a story on one thread, where its machines live.
fn play<F: Future<Output = ()>>(story: F) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime, story);
}
