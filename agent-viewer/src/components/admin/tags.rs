//! The tags that agents qualify conversations with (FEATURES TAG-02).
use chat_proto::admin::Tag;
use icondata_lu as lu;
use leptos::{ev::SubmitEvent, prelude::*};

use super::setting::{Part, Saving, load, loaded, save};
use crate::{
    chat::Loaded,
    components::icon::Icon,
    i18n::{Text, words},
    net::admin_http,
};

const FRESH: &str = "#6a5cf0";

/// All tags, and the line that makes one.
#[component]
pub fn Tags(
    /// Which site: its key.
    site: String,
) -> impl IntoView {
    let tags = RwSignal::new(Loaded::Not);
    let site = StoredValue::new(site);
    let again = move || load(tags, async move { admin_http::tags(&site.get_value()).await });
    again();
    let show = move |all: Vec<Tag>| {
        let position = u32::try_from(all.len()).unwrap_or(u32::MAX);
        let fresh = Tag { colour: FRESH.into(), position, ..Tag::default() };
        let lines =
            all.into_iter().map(|tag| view! { <TagLine tag site again=Callback::new(move |()| again())/> });
        view! {
            {lines.collect_view()}
            <TagLine tag=fresh site again=Callback::new(move |()| again())/>
        }
        .into_any()
    };
    view! { <Part title=Text::TagIt help=Text::TagsHelp name="tags">{loaded(tags, show)}</Part> }
}

#[component]
fn TagLine(tag: Tag, site: StoredValue<String>, again: Callback<()>) -> impl IntoView {
    let words = words();
    let (fresh, archived) = (tag.id == 0, tag.archived);
    let (tag, state) = (RwSignal::new(tag), RwSignal::new(Saving::Idle));
    let put = move || {
        let it = tag.get_untracked();
        save(state, async move { admin_http::save_tag(&site.get_value(), &it).await }, move || again.run(()));
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        put();
    };
    let archive = move |_| {
        tag.update(|tag| tag.archived = !tag.archived);
        put();
    };
    let archive_label = words.say(if archived { Text::Unarchive } else { Text::Archive });
    let said = move || match state.get() {
        Saving::Wrong(text) => words.now(text),
        Saving::Idle | Saving::Busy | Saving::Saved => "",
    };
    view! {
        <form class="tag-line" class:archived=archived data-tag=move || tag.read().id on:submit=submit>
            <input type="color" aria-label=words.say(Text::AccentColour) prop:value=tag.get_untracked().colour
                on:input=move |event| tag.update(|tag| tag.colour = event_target_value(&event))/>
            <input name="name" required maxlength="60" aria-label=words.say(Text::Tag) placeholder=words.say(Text::NewTag)
                prop:value=tag.get_untracked().name on:input=move |event| tag.update(|tag| tag.name = event_target_value(&event))/>
            <button type="submit" class="button">{words.say(if fresh { Text::AddIt } else { Text::Save })}</button>
            {(!fresh).then(|| view! {
                <button type="button" class="button quiet square" data-do="archive" title=archive_label aria-label=archive_label on:click=archive>
                    <Icon icon=lu::LuArchive/>
                </button>
            })}
            <span class="field-error" role="alert">{said}</span>
        </form>
    }
}
