//! What the agent's hand has edited last. A document has one list of edits for all its fields in some browsers: undone
//! is only what this hand did last, so that no key of it reaches what the visitor has typed somewhere else.
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use web_sys::{Document, Element, Event};

use crate::listener::Listener;

/// The hand's edits since anybody else's.
pub(super) struct History {
    document: Document,
    run: Rc<RefCell<Option<Run>>>,
    acts: Rc<Cell<bool>>,
    _listening: Listener,
}

/// Edits in one field or editing host.
struct Run {
    host: Element,
    /// What can be undone: browsers join edits that follow each other without a step of the caret.
    steps: u32,
    undone: u32,
    apart: bool,
}

impl History {
    /// Of the page's own document: what happens in its frames is not heard here.
    pub(super) fn new(document: &Document) -> Self {
        let (run, acts) = (Rc::new(RefCell::new(None)), Rc::new(Cell::new(false)));
        let (of_hand, forgotten) = (Rc::clone(&acts), Rc::clone(&run));
        let listening = Listener::capture(document, "input", move |_: Event| {
            if !of_hand.get() {
                forgotten.borrow_mut().take();
            }
        });
        Self { document: document.clone(), run, acts, _listening: listening }
    }

    /// Edits, and remembers where. Whether it was done.
    pub(super) fn edits(&self, host: &Element, edit: impl FnOnce() -> bool) -> bool {
        let done = self.acting(edit);
        if done && host.owner_document().as_ref() == Some(&self.document) {
            let mut run = self.run.borrow_mut();
            let same = run.as_mut().filter(|run| run.host == *host);
            match same {
                Some(run) => {
                    run.steps += u32::from(run.apart || 0 < run.undone);
                    (run.undone, run.apart) = (0, false);
                }
                None => *run = Some(Run { host: host.clone(), steps: 1, undone: 0, apart: false }),
            }
        }
        done
    }

    /// The caret went elsewhere: the next edit is one of its own.
    pub(super) fn moved(&self) {
        self.run.borrow_mut().as_mut().into_iter().for_each(|run| run.apart = true);
    }

    /// Undoes what the hand did last in `host`. Whether there was anything, and it was undone.
    pub(super) fn undo(&self, host: &Element, undo: impl FnOnce() -> bool) -> bool {
        let stands = self.run.borrow().as_ref().is_some_and(|run| run.host == *host && 0 < run.steps);
        let done = stands && self.acting(undo);
        if done && let Some(run) = self.run.borrow_mut().as_mut() {
            run.steps -= 1;
            run.undone += 1;
        }
        done
    }

    /// Does again what was undone last in `host`. Whether there was anything, and it was done.
    pub(super) fn redo(&self, host: &Element, redo: impl FnOnce() -> bool) -> bool {
        let stands = self.run.borrow().as_ref().is_some_and(|run| run.host == *host && 0 < run.undone);
        let done = stands && self.acting(redo);
        if done && let Some(run) = self.run.borrow_mut().as_mut() {
            run.steps += 1;
            run.undone -= 1;
        }
        done
    }

    fn acting(&self, act: impl FnOnce() -> bool) -> bool {
        self.acts.set(true);
        let done = act();
        self.acts.set(false);
        done
    }
}
