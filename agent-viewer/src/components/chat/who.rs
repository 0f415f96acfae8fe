//! A visitor of a conversation, at a glance.
use chat_proto::desk::Row;
use leptos::prelude::*;

use crate::{
    components::avatar::Avatar,
    i18n::{Text, Words, words},
    state::colour::{hue, initials},
};

/// The name, or what stands for one.
pub fn name_of(row: &Row, words: Words) -> String {
    called(&row.name, &row.figures, words)
}

/// The name, or what stands for one: the same figures wherever the desk speaks of the visitor.
pub fn called(name: &str, figures: &str, words: Words) -> String {
    match (name.trim(), figures) {
        ("", "") => words.now(Text::TheVisitor).to_owned(),
        ("", figures) => words.fill(Text::VisitorName, &[("tag", figures)]),
        _ => name.to_owned(),
    }
}

/// One or two letters that stand for a visitor.
pub fn letters(row: &Row) -> String {
    let mut parts = row.name.split_whitespace();
    let (first, last) = (parts.next().unwrap_or_default(), parts.next_back().unwrap_or_default());
    let letters = initials(first, last);
    if letters.is_empty() { row.figures.chars().take(2).collect() } else { letters }
}

/// The visitor's disc, with a mark that says whether they are there: by shape and colour.
#[component]
pub fn Face(
    /// The conversation.
    #[prop(into)]
    row: Signal<Option<Row>>,
    /// `large` or nothing.
    #[prop(default = "")]
    size: &'static str,
) -> impl IntoView {
    let words = words();
    let text = Signal::derive(move || row.read().as_ref().map(letters).unwrap_or_default());
    let colour = untrack(|| row.read().as_ref().map(|row| hue(row.conv.as_bytes())).unwrap_or_default());
    let online = move || row.read().as_ref().is_some_and(|row| row.online);
    let label = move || words.now(if online() { Text::IsOnline } else { Text::IsOffline });
    view! {
        <span class="face">
            <Avatar letters=text hue=colour size/>
            <i class="online-dot" class:off=move || !online() role="img" title=label aria-label=label></i>
        </span>
    }
}
