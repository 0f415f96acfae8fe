//! What all settings share: they are asked for, shown, changed, and saved or refused field by field.
use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
};

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::{refusals::explain, unsaved::watch_unsaved};
use crate::{
    browser,
    chat::{Loaded, chat},
    components::chat::list_pane::Skeleton,
    i18n::{Text, words},
    net::told::Wrong,
};

/// What is wrong with fields, by their paths into what is saved.
type Faults = BTreeMap<String, String>;

/// A part of the page with its heading.
#[component]
pub fn Part(
    /// The heading.
    title: Text,
    /// What it is for.
    help: Text,
    /// Names it for tests and links.
    name: &'static str,
    children: Children,
) -> impl IntoView {
    let words = words();
    view! {
        <section class="setting" id=name>
            <header><h2>{words.say(title)}</h2><p class="muted">{words.say(help)}</p></header>
            <div class="setting-body">{children()}</div>
        </section>
    }
}

/// Asks for something, and keeps what came.
pub fn load<T: Send + Sync + 'static, E>(
    into: RwSignal<Loaded<T>>,
    ask: impl Future<Output = Result<T, E>> + 'static,
) {
    spawn_local(async move {
        let answer = ask.await;
        let _ = into.try_set(answer.map_or(Loaded::Failed, Loaded::Here));
    });
}

/// What is loaded, through `show`; a skeleton or a word before.
pub fn loaded<T: Clone + Send + Sync + 'static>(
    of: impl Into<Signal<Loaded<T>>>,
    show: impl Fn(T) -> AnyView + Send + 'static,
) -> impl Fn() -> AnyView + Send {
    let (words, of) = (words(), of.into());
    move || match of.get() {
        Loaded::Not | Loaded::Loading => view! { <Skeleton/> }.into_any(),
        Loaded::Failed => {
            view! { <p class="muted" role="alert">{words.say(Text::SettingFailed)}</p> }.into_any()
        }
        Loaded::Here(it) => show(it),
    }
}

/// Another number whenever a setting of the site was changed.
fn version(site: String) -> Memo<Option<i64>> {
    let chat = chat();
    Memo::new(move |_| {
        let directory = chat.directory.read();
        directory.sites.iter().find(|it| it.key == site).map(|it| it.settings)
    })
}

/// Does it again whenever a setting of the site was changed, by whomever.
pub fn whenever_set(site: String, again: impl Fn() + 'static) {
    let version = version(site);
    Effect::new(move |before: Option<Option<i64>>| {
        let now = version.get();
        if before.is_some_and(|before| before != now) {
            again();
        }
        now
    });
}

/// A setting of a site: asked for, then shown; asked for again whenever a setting of the site was changed.
pub fn opened<T, F>(
    site: String,
    ask: impl Fn(String) -> F + Clone + Send + Sync + 'static,
    show: impl Fn(Setting<T>) -> AnyView + Send + 'static,
) -> impl Fn() -> AnyView + Send
where
    T: Clone + PartialEq + Send + Sync + 'static,
    F: Future<Output = Result<T, Wrong>> + 'static,
{
    let first = RwSignal::new(Loaded::Not);
    load(first, ask(site.clone()));
    loaded(first, move |it| {
        let setting = Setting::new(it);
        let (ask, key) = (ask.clone(), site.clone());
        let again = move || {
            let answer = ask(key.clone());
            spawn_local(async move {
                if let Ok(it) = answer.await {
                    setting.learn(it);
                }
            });
        };
        let version = version(site.clone());
        Effect::new(move |before: Option<(Option<i64>, bool)>| {
            let now = (version.get(), setting.state.get() == Saving::Busy);
            // What is being saved is not compared with what comes meanwhile.
            if before.is_some_and(|before| before != now && !now.1) {
                again();
            }
            now
        });
        show(setting)
    })
}

/// How saving goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Saving {
    /// Nothing to say.
    #[default]
    Idle,
    /// On its way.
    Busy,
    /// Done.
    Saved,
    /// Refused or failed.
    Wrong(Text),
}

/// Something that is being changed in a form.
pub struct Setting<T: Send + Sync + 'static> {
    /// As it is typed.
    pub now: RwSignal<T>,
    /// As the server has it, as far as is known.
    pub kept: RwSignal<T>,
    /// How saving goes.
    pub state: RwSignal<Saving>,
    /// As somebody else changed it, while this form holds something else.
    other: RwSignal<Option<T>>,
    /// What the server refused.
    refused: RwSignal<Faults>,
    /// What cannot even be sent.
    unread: RwSignal<Faults>,
    /// The fields that say themselves what is wrong with them.
    shown: StoredValue<BTreeSet<String>>,
}

impl<T: Send + Sync + 'static> Clone for Setting<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Setting<T> {}

impl<T: Clone + PartialEq + Send + Sync + 'static> Setting<T> {
    /// Begins with what the server has.
    pub fn new(it: T) -> Self {
        let setting = Self {
            now: RwSignal::new(it.clone()),
            kept: RwSignal::new(it),
            state: RwSignal::default(),
            other: RwSignal::new(None),
            refused: RwSignal::default(),
            unread: RwSignal::default(),
            shown: StoredValue::default(),
        };
        let changed = Memo::new(move |_| setting.is_changed());
        watch_unsaved(changed.into());
        setting
    }

    /// Whether it holds something that is not saved; tracked.
    pub fn is_changed(self) -> bool {
        *self.now.read() != *self.kept.read() || !self.unread.read().is_empty()
    }

    /// The server has this: shown, unless something else is typed here.
    pub fn learn(self, it: T) {
        let Some(kept) = self.kept.try_get_untracked() else { return };
        if self.state.get_untracked() == Saving::Busy {
            return;
        }
        if kept == it {
            self.other.set(None);
        } else if self.is_changed() && self.now.get_untracked() != it {
            self.other.set(Some(it));
        } else {
            self.take(it);
        }
    }

    /// Begins anew with this; how saving went stays said.
    pub fn take(self, it: T) {
        self.now.set(it.clone());
        self.kept.set(it);
        self.other.set(None);
        self.refused.update(BTreeMap::clear);
        self.unread.update(BTreeMap::clear);
    }

    /// Back to what is saved.
    pub fn undo(self) {
        let kept = self.other.get_untracked().unwrap_or_else(|| self.kept.get_untracked());
        self.take(kept);
        self.state.set(Saving::Idle);
    }

    /// Changes what stands where: refusals name places, which are others now.
    pub fn reshape(self, change: impl FnOnce(&mut T)) {
        self.refused.update(BTreeMap::clear);
        self.unread.update(BTreeMap::clear);
        self.state.set(Saving::Idle);
        self.now.update(change);
    }

    /// One value of it, for a field; `at` is its path into what is saved.
    pub fn slot<V: Clone + PartialEq + Send + Sync + 'static>(
        self,
        at: impl Into<String>,
        get: impl Fn(&T) -> V + Send + Sync + 'static,
        set: impl Fn(&mut T, V) + Send + Sync + 'static,
    ) -> Slot<V> {
        let at = at.into();
        let value = Memo::new(move |_| get(&self.now.read()));
        let clear = at.clone();
        let set = Callback::new(move |value: V| {
            self.touch(&clear);
            self.now.update(|it| set(it, value));
        });
        let spoiled = at.clone();
        let spoil = Callback::new(move |code: &'static str| {
            self.touch(&spoiled);
            self.unread.update(|it| _ = it.insert(spoiled.clone(), code.to_owned()));
        });
        let fault = self.fault(at.clone());
        Slot { value: value.into(), set, spoil, fault, at: StoredValue::new(at) }
    }

    /// What is wrong at a place, or below it; says it, so that the form's foot need not.
    pub fn fault(self, at: String) -> Signal<Option<Text>> {
        self.shown.update_value(|it| _ = it.insert(at.clone()));
        let below = format!("{at}.");
        Signal::derive(move || {
            let (unread, refused) = (self.unread.read(), self.refused.read());
            let mut all = unread.iter().chain(refused.iter());
            let found = all.find(|(field, _)| **field == at || field.starts_with(&below));
            found.map(|(field, code)| explain(field, code))
        })
    }

    fn touch(self, at: &str) {
        // What was refused of the whole that it is a part of may be right now.
        let is_part = |field: &str, of: &str| {
            field.strip_prefix(of).is_some_and(|it| it.is_empty() || it.starts_with('.'))
        };
        self.unread.maybe_update(|it| drop_where(it, |field| is_part(field, at)));
        self.refused.maybe_update(|it| drop_where(it, |field| is_part(field, at) || is_part(at, field)));
        if !matches!(self.state.get_untracked(), Saving::Idle | Saving::Busy) {
            self.state.set(Saving::Idle);
        }
    }

    /// Saves it, and says how that went; `then` runs when it is done.
    pub fn save<F>(self, put: impl FnOnce(T) -> F, then: impl FnOnce() + 'static)
    where
        F: Future<Output = Result<(), Wrong>> + 'static,
    {
        if !self.unread.read_untracked().is_empty() {
            return self.refuse(Text::SettingUnread);
        }
        let it = self.now.get_untracked();
        let answer = put(it.clone());
        self.state.set(Saving::Busy);
        self.refused.update(BTreeMap::clear);
        spawn_local(async move {
            match answer.await {
                Ok(()) => {
                    let _ = self.kept.try_set(it);
                    let _ = self.other.try_set(None);
                    let _ = self.state.try_set(Saving::Saved);
                    then();
                }
                Err(wrong) => {
                    let text =
                        if wrong.fields.is_empty() { explain("", &wrong.code) } else { Text::SettingWrong };
                    let _ = self.refused.try_set(wrong.fields);
                    self.refuse(text);
                }
            }
        });
    }

    fn refuse(self, text: Text) {
        if self.state.try_set(Saving::Wrong(text)).is_none() {
            request_animation_frame(|| browser::focus_on(".setting [aria-invalid=true]"));
        }
    }

    /// What is wrong with fields that do not say so themselves.
    fn unsaid(self) -> Option<Text> {
        let refused = self.refused.read();
        self.shown.with_value(|shown| {
            let is_said = |field: &str| {
                shown.contains(field) || field.match_indices('.').any(|(at, _)| shown.contains(&field[..at]))
            };
            refused.iter().find(|(field, _)| !is_said(field)).map(|(field, code)| explain(field, code))
        })
    }
}

/// Takes some away; says whether there were any.
fn drop_where(faults: &mut Faults, goes: impl Fn(&str) -> bool) -> bool {
    let before = faults.len();
    faults.retain(|field, _| !goes(field));
    faults.len() != before
}

/// One value in a form: what it is, how it is changed, what is wrong with it.
pub struct Slot<V: Send + Sync + 'static> {
    /// What it is now.
    pub value: Signal<V>,
    /// Makes it something else.
    pub set: Callback<V>,
    /// What is typed is nothing of its kind: it stands there, and cannot be saved.
    pub spoil: Callback<&'static str>,
    /// What is wrong with it.
    pub fault: Signal<Option<Text>>,
    /// Its path into what is saved; names the field.
    pub at: StoredValue<String>,
}

impl<V: Send + Sync + 'static> Clone for Slot<V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V: Send + Sync + 'static> Copy for Slot<V> {}

/// The buttons of a form, and how saving went.
#[component]
pub fn Foot<T: Clone + PartialEq + Send + Sync + 'static>(
    /// What is changed.
    setting: Setting<T>,
) -> impl IntoView {
    let words = words();
    let changed = Memo::new(move |_| setting.is_changed());
    let said = move || match setting.state.get() {
        Saving::Idle | Saving::Busy if changed.get() => words.now(Text::UnsavedChanges).to_owned(),
        Saving::Saved if !changed.get() => words.now(Text::Saved).to_owned(),
        Saving::Idle | Saving::Busy | Saving::Saved => String::new(),
        Saving::Wrong(text) => {
            let more = setting.unsaid().map(|text| format!(" {}", words.now(text)));
            format!("{}{}", words.now(text), more.unwrap_or_default())
        }
    };
    let wrong = move || matches!(setting.state.get(), Saving::Wrong(_));
    let busy = move || setting.state.get() == Saving::Busy;
    let other = Memo::new(move |_| setting.other.read().is_some());
    view! {
        <Show when=move || other.get()>
            <p class="changed-elsewhere" role="alert"><span>{words.say(Text::ChangedElsewhere)}</span>
                <button type="button" class="button" data-do="theirs" on:click=move |_| setting.undo()>{words.say(Text::ShowTheirs)}</button></p>
        </Show>
        <footer class="setting-foot">
            <button type="submit" class="button primary" disabled=move || busy() || !changed.get()>{words.say(Text::Save)}</button>
            <button type="button" class="button quiet" data-do="undo" hidden=move || !changed.get() disabled=busy on:click=move |_| setting.undo()>{words.say(Text::UndoChanges)}</button>
            <span role="status" class="muted" class:field-error=wrong>{said}</span>
        </footer>
    }
}
