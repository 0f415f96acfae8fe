//! What no client of ours sends. Each field of each body and frame is tried with texts that break what is careless
//! about them, and with values of other kinds: the answer is a refusal with a code, or the exact text comes back;
//! never a failure of the server, and nothing in it panics.
mod bodies;
mod fields;
mod frames;
mod let_in;

use std::sync::{
    Once,
    atomic::{AtomicUsize, Ordering},
};

use serde_json::{Value, json};

/// Texts that must be refused or come back as they are.
pub fn texts() -> Vec<String> {
    vec![
        "a\u{0}b".to_owned(),
        "a\u{1}\u{7}\u{1b}[31m\u{7f}\u{9f}b".to_owned(),
        "a\u{202e}b\u{2066}c\u{200f}d".to_owned(),
        "\u{feff}a\u{fffe}\u{10ffff}\u{e000}b".to_owned(),
        "<img src=x onerror=alert(1)><script>alert(2)</script>".to_owned(),
        "'; DROP TABLE chat_site; -- \" \\ % _ $1 ?1 {{7*7}} ${7*7}".to_owned(),
        "javascript:alert(1)".to_owned(),
        "👩‍👩‍👧‍👦 e\u{301}\u{301}\u{301} ﷽".to_owned(),
        "é".repeat(60_000),
    ]
}

/// Values that are no texts.
pub fn other_kinds() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(-1),
        json!(1e300),
        json!([]),
        json!({}),
        json!([["a"]]),
        json!({ "a": {} }),
    ]
}

static N_PANICS: AtomicUsize = AtomicUsize::new(0);

/// Counts the server's panics from now on, in whichever task or thread. Those of tests say themselves that they failed.
pub fn count_panics() -> usize {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let is_tests = info.location().is_some_and(|it| it.file().starts_with("tandem/tests/"));
            N_PANICS.fetch_add(usize::from(!is_tests), Ordering::SeqCst);
            usual(info);
        }));
    });
    N_PANICS.load(Ordering::SeqCst)
}
