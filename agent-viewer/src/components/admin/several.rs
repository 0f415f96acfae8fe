//! Lists whose every line is a form: asked for again, they keep the forms that are there, and what is typed in them.
use std::future::Future;

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::setting::{loaded, whenever_set};
use crate::chat::Loaded;

/// What the server has of a list, in its order.
pub struct Several<T: Send + Sync + 'static> {
    all: RwSignal<Loaded<Vec<T>>>,
    again: Callback<()>,
}

impl<T: Send + Sync + 'static> Clone for Several<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Several<T> {}

impl<T: Clone + PartialEq + Send + Sync + 'static> Several<T> {
    /// Asks for it, now and whenever something of it was changed.
    pub fn new<F, E>(ask: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Vec<T>, E>> + 'static,
        E: 'static,
    {
        let (all, turns) = (RwSignal::new(Loaded::Not), StoredValue::new(0_u32));
        let again = Callback::new(move |()| {
            let turn = turns.try_update_value(|it| {
                *it = it.wrapping_add(1);
                *it
            });
            let answer = ask();
            spawn_local(async move {
                let answer = answer.await;
                // What was asked for later is newer, whichever comes first.
                if turn.is_some() && turns.try_get_value() == turn {
                    take(all, answer.ok());
                }
            });
        });
        let several = Self { all, again };
        several.again();
        several
    }

    /// Asks for it again whenever a setting of the site was changed, by whomever.
    pub fn following(self, site: String) -> Self {
        whenever_set(site, move || self.again());
        self
    }

    /// Asks for it anew.
    pub fn again(self) {
        // The view may be gone meanwhile.
        let _ = self.again.try_run(());
    }

    /// All of it; tracked.
    pub fn all(self) -> Vec<T> {
        match &*self.all.read() {
            Loaded::Here(all) => all.clone(),
            Loaded::Not | Loaded::Loading | Loaded::Failed => Vec::new(),
        }
    }

    /// One of it; tracked.
    pub fn find(self, is: impl Fn(&T) -> bool) -> Option<T> {
        match &*self.all.read() {
            Loaded::Here(all) => all.iter().find(|it| is(it)).cloned(),
            Loaded::Not | Loaded::Loading | Loaded::Failed => None,
        }
    }

    /// Tells a line whenever the server has it otherwise than before.
    pub fn follow(self, is: impl Fn(&T) -> bool + 'static, learn: impl Fn(T) + 'static) {
        Effect::new(move |before: Option<Option<T>>| {
            let now = self.find(&is);
            if let Some(it) = now.clone().filter(|_| before.is_some_and(|before| before != now)) {
                learn(it);
            }
            now
        });
    }

    /// Shows it once it is there; a skeleton or a word before. Made once: what changes later, its views follow.
    pub fn shown(self, show: impl Fn() -> AnyView + Send + 'static) -> impl Fn() -> AnyView + Send {
        let stage = Memo::new(move |_| match &*self.all.read() {
            Loaded::Here(_) => Loaded::Here(()),
            Loaded::Failed => Loaded::Failed,
            Loaded::Not | Loaded::Loading => Loaded::Not,
        });
        loaded(stage, move |()| show())
    }
}

/// What is typed after the server told something else: it stays where it is not what was there before.
pub fn after<T: PartialEq>(typed: T, before: &T, now: T) -> T {
    if typed == *before { now } else { typed }
}

/// What came is what there is; what did not come takes nothing away.
fn take<T: Send + Sync + 'static>(all: RwSignal<Loaded<Vec<T>>>, answer: Option<Vec<T>>) {
    let _ = all.try_maybe_update(|all| {
        let kept = answer.is_none() && matches!(all, Loaded::Here(_));
        if !kept {
            *all = answer.map_or(Loaded::Failed, Loaded::Here);
        }
        (!kept, ())
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_does_not_come_again_stays_as_it_was() {
        let owner = Owner::new();
        owner.with(|| {
            let all = RwSignal::new(Loaded::Not);
            take::<u8>(all, None);
            assert_eq!(all.get_untracked(), Loaded::Failed);
            take(all, Some(vec![1, 2]));
            take(all, None);
            assert_eq!(all.get_untracked(), Loaded::Here(vec![1, 2]));
            take(all, Some(vec![2]));
            assert_eq!(all.get_untracked(), Loaded::Here(vec![2]));
        });
    }

    #[test]
    fn what_is_typed_stays_when_the_server_tells_something_else() {
        assert_eq!(after("Shop", &"Shop", "Our shop"), "Our shop");
        assert_eq!(after("My shop", &"Shop", "Our shop"), "My shop");
    }
}
