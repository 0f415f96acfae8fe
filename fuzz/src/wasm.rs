//! What a WebAssembly interpreter calls: no bindings, numbers only. A panic traps.
use std::sync::atomic::{AtomicU32, Ordering};

use crate::{Mutations, targets::TARGETS};

/// How many inputs were begun.
static REACHED: AtomicU32 = AtomicU32::new(0);

/// Runs each target's corpus and `cases` mutations of it, and tells how many inputs that were.
#[unsafe(no_mangle)]
pub extern "C" fn smoke(seed: u64, cases: u32) -> u32 {
    for target in TARGETS {
        for input in target.corpus().into_iter().chain(Mutations::new(target, seed).take(cases as usize)) {
            REACHED.fetch_add(1, Ordering::Relaxed);
            (target.run)(&input);
        }
    }
    REACHED.load(Ordering::Relaxed)
}

/// How many inputs were begun: after a trap, the last of them did it.
#[unsafe(no_mangle)]
pub extern "C" fn reached() -> u32 {
    REACHED.load(Ordering::Relaxed)
}
