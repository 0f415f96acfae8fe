//! A text in several languages: a field for each, and a way to add one.
use chat_proto::admin::Texts;
use leptos::prelude::*;

use super::{
    controls::{Line, Lines},
    setting::{Setting, Slot},
};
use crate::{
    browser,
    i18n::{Language, Text, words},
    state::languages,
};

/// The languages that always have a field: those that the widget itself speaks.
const USUAL: [&str; 2] = ["fr", "en"];
/// The languages that a form has fields for. One for the whole form, so that all its texts have the same.
#[derive(Clone, Copy)]
pub struct Languages(RwSignal<Vec<String>>);

impl Languages {
    /// The usual ones, and those of texts that are there.
    pub fn of<'a>(texts: impl IntoIterator<Item = &'a Texts>) -> Self {
        let mut all: Vec<String> = USUAL.map(str::to_owned).into();
        for tag in texts.into_iter().flat_map(Texts::keys) {
            if !all.contains(tag) {
                all.push(tag.clone());
            }
        }
        Self(RwSignal::new(all))
    }

    /// A field for another one. What is typed there later is saved; an empty field is nothing.
    fn add(self, tag: String) {
        self.0.update(|all| {
            if !all.contains(&tag) {
                all.push(tag);
            }
        });
    }
}

/// Puts a text into a language, or takes it out where it is blank.
pub fn put_text(texts: &mut Texts, tag: &str, text: String) {
    if text.trim().is_empty() {
        texts.remove(tag);
    } else {
        texts.insert(tag.to_owned(), text);
    }
}

/// The text in a language, else in any.
pub fn any_of(texts: &Texts, tag: &str) -> String {
    texts.get(tag).or_else(|| texts.values().next()).cloned().unwrap_or_default()
}

/// What a text is: what it says above its fields, where it stands, how high the fields are.
#[derive(Clone)]
pub struct About {
    label: Text,
    at: String,
    rows: u32,
    usual: Signal<Option<Text>>,
}

impl About {
    /// A text of one line, at this path of what is saved.
    pub fn line(label: Text, at: impl Into<String>) -> Self {
        Self { label, at: at.into(), rows: 1, usual: Signal::stored(None) }
    }

    /// With fields of so many lines.
    pub fn rows(self, rows: u32) -> Self {
        Self { rows, ..self }
    }

    /// What the widget itself says where there is no text.
    pub fn usual(self, usual: Signal<Option<Text>>) -> Self {
        Self { usual, ..self }
    }
}

/// A field for each language.
#[component]
pub fn LocalText<T: Clone + PartialEq + Send + Sync + 'static>(
    /// What the text is.
    about: About,
    /// What is changed.
    setting: Setting<T>,
    /// Reads it.
    get: impl Fn(&T) -> Texts + Clone + Send + Sync + 'static,
    /// Finds it to be written.
    put: impl Fn(&mut T, &dyn Fn(&mut Texts)) + Clone + Send + Sync + 'static,
    /// The form's languages.
    languages: Languages,
) -> impl IntoView {
    let words = words();
    let About { label, at, rows, usual } = about;
    let field = move |tag: String| {
        let (own, read, write) = (tag.clone(), tag.clone(), tag.clone());
        let (get, put) = (get.clone(), put.clone());
        let slot: Slot<String> = setting.slot(
            format!("{at}.{own}"),
            move |it| get(it).get(&read).cloned().unwrap_or_default(),
            move |it, text: String| put(it, &|texts| put_text(texts, &write, text.clone())),
        );
        let example = Signal::derive(move || {
            let text = usual.get().filter(|_| USUAL.contains(&tag.as_str()));
            text.map(|it| it.in_language(Language::of_tag(&tag)).to_owned()).unwrap_or_default()
        });
        let label = Signal::derive(move || {
            let language = browser::name_of_language(&own, words.language().tag());
            words.fill(Text::InLanguage, &[("what", words.now(label)), ("language", &language)])
        });
        if rows == 1 {
            view! { <Line label of=slot example/> }.into_any()
        } else {
            view! { <Lines label of=slot rows example/> }.into_any()
        }
    };
    view! { <div class="field-grid texts"><For each=move || languages.0.get() key=String::clone let:tag>{field(tag)}</For></div> }
}

/// Adds a language to a form.
#[component]
pub fn AddLanguage(
    /// The form's.
    languages: Languages,
) -> impl IntoView {
    let words = words();
    let options = move || {
        let have = languages.0.read();
        let left = languages::ALL.into_iter().filter(|(tag, _)| !have.iter().any(|it| it == tag));
        left.map(|(tag, name)| view! { <option value=tag>{name}</option> }).collect_view()
    };
    let add = move |event| {
        let tag = event_target_value(&event);
        if !tag.is_empty() {
            languages.add(tag);
        }
    };
    view! {
        <select class="add-language" name="add-language" aria-label=words.say(Text::AddLanguage) prop:value=move || { languages.0.track(); "" } on:change=add>
            <option value="">{words.say(Text::AddLanguage)}</option>
            {options}
        </select>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_text_is_no_text() {
        let mut texts = Texts::default();
        put_text(&mut texts, "fr", "Bonjour".into());
        put_text(&mut texts, "en", "  ".into());
        assert_eq!(texts.keys().collect::<Vec<_>>(), ["fr"]);
        assert_eq!(any_of(&texts, "en"), "Bonjour");
        put_text(&mut texts, "fr", String::new());
        assert!(texts.is_empty());
    }
}
