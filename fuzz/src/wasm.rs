//! What a WebAssembly interpreter calls: no bindings, numbers only. A panic traps.
use std::cell::RefCell;

use crate::{Mutations, Target, targets::TARGETS};

thread_local! {
    /// The target that was begun, and its mutations from here on.
    static BEGUN: RefCell<Option<(&'static Target, Mutations)>> = const { RefCell::new(None) };
}

/// How many targets there are.
#[unsafe(no_mangle)]
pub extern "C" fn targets() -> u32 {
    u32::try_from(TARGETS.len()).unwrap_or(u32::MAX)
}

/// Begins the target of this number, from 0, with its corpus, and tells how many inputs that was.
#[unsafe(no_mangle)]
pub extern "C" fn begin(target: u32, seed: u64) -> u32 {
    let Some(target) = TARGETS.get(target as usize) else { return 0 };
    BEGUN.set(Some((target, Mutations::new(target, seed))));
    let corpus = target.corpus();
    corpus.iter().for_each(|input| (target.run)(input));
    u32::try_from(corpus.len()).unwrap_or(u32::MAX)
}

/// Runs the next mutation of the target that was begun.
#[unsafe(no_mangle)]
pub extern "C" fn step() {
    BEGUN.with_borrow_mut(|begun| {
        if let Some((target, mutations)) = begun
            && let Some(input) = mutations.next()
        {
            (target.run)(&input);
        }
    });
}
