//! The tags that agents qualify conversations with (FEATURES TAG-02, TAG-03).
use chat_proto::admin::Tag;
use icondata_lu as lu;
use leptos::{ev::SubmitEvent, prelude::*};

use super::{
    faults::{DoFoot, Doing, FieldFault, Outcome, act},
    setting::{Part, load, loaded},
};
use crate::{
    chat::Loaded,
    components::{chat::modal::Modal, icon::Icon},
    i18n::{Text, words},
    net::site_http,
};

const FRESH: &str = "#6a5cf0";

/// What the lines of one site share.
#[derive(Clone, Copy)]
struct Page {
    site: StoredValue<String>,
    removing: RwSignal<Option<Tag>>,
    again: Callback<()>,
}

/// Whether one is wanted; all tags, and the line that makes one.
#[component]
pub fn Tags(
    /// Which site: its key.
    site: String,
) -> impl IntoView {
    let tags = RwSignal::new(Loaded::Not);
    let site = StoredValue::new(site);
    let again = Callback::new(move |()| load(tags, async move { site_http::tags(&site.get_value()).await }));
    again.run(());
    let page = Page { site, removing: RwSignal::new(None), again };
    let show = move |all: Vec<Tag>| {
        let position = all.iter().map(|it| it.position + 1).max().unwrap_or(0);
        let fresh = Tag { colour: FRESH.into(), position, ..Tag::default() };
        let order = StoredValue::new(all.clone());
        let lines = all.into_iter().map(|tag| view! { <TagLine tag order page/> });
        view! { {lines.collect_view()} <TagLine tag=fresh order page/> }.into_any()
    };
    let dialog = move || page.removing.get().map(|it| view! { <RemovingDialog page it/> });
    view! {
        <Part title=Text::TagsTitle help=Text::TagsHelp name="tags">
            <Mandatory site/>
            {loaded(tags, show)}
            {dialog}
        </Part>
    }
}

/// Whether closing wants a tag; holds at once.
#[component]
fn Mandatory(site: StoredValue<String>) -> impl IntoView {
    let words = words();
    let (on, state) = (RwSignal::new(Loaded::Not), RwSignal::new(Doing::Idle));
    load(on, async move { site_http::general(&site.get_value()).await.map(|it| it.tag_required) });
    let change = move |event| {
        let wanted = event_target_checked(&event);
        let put =
            async move { site_http::change_general(&site.get_value(), |it| it.tag_required = wanted).await };
        act(state, put, move |()| on.set(Loaded::Here(wanted)));
    };
    let unknown = move || !matches!(*on.read(), Loaded::Here(_)) || *state.read() == Doing::Busy;
    view! {
        <label class="check tag-wanted"><input type="checkbox" name="tag-required" disabled=unknown
            prop:checked=move || *on.read() == Loaded::Here(true) on:change=change/>
            <span>{words.say(Text::ClosingWantsTag)}</span> <Outcome state/></label>
    }
}

#[component]
fn TagLine(tag: Tag, order: StoredValue<Vec<Tag>>, page: Page) -> impl IntoView {
    let words = words();
    let (id, archived) = (tag.id, tag.archived);
    let (tag, state) = (RwSignal::new(tag), RwSignal::new(Doing::Idle));
    let put = move || {
        let it = tag.get_untracked();
        let site = page.site.get_value();
        act(state, async move { site_http::save_tag(&site, &it).await }, move |()| page.again.run(()));
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        put();
    };
    view! {
        <form class="tag-line" class:archived=archived data-tag=id on:submit=submit on:input=move |_| state.set(Doing::Idle)>
            <input type="color" aria-label=words.say(Text::AccentColour) prop:value=tag.get_untracked().colour
                on:input=move |event| tag.update(|tag| tag.colour = event_target_value(&event))/>
            <input name="name" required maxlength="80" aria-label=words.say(Text::Tag) placeholder=words.say(Text::NewTag)
                prop:value=tag.get_untracked().name on:input=move |event| tag.update(|tag| tag.name = event_target_value(&event))/>
            <button type="submit" class="button">{words.say(if id == 0 { Text::AddIt } else { Text::Save })}</button>
            {(id != 0).then(|| view! { <TagTools tag order page put=Callback::new(move |()| put())/> })}
            <FieldFault state name="name"/>
        </form>
    }
}

/// Moves, archives, deletes.
#[component]
fn TagTools(
    tag: RwSignal<Tag>,
    order: StoredValue<Vec<Tag>>,
    page: Page,
    put: Callback<()>,
) -> impl IntoView {
    let words = words();
    let (id, archived) = tag.with_untracked(|tag| (tag.id, tag.archived));
    let at = order.with_value(|all| all.iter().position(|it| it.id == id).unwrap_or(0));
    let last = order.with_value(|all| all.len().saturating_sub(1));
    let (state, name) = (RwSignal::new(Doing::Idle), tag.get_untracked().name);
    let swap = move |other: usize| {
        let moved = order.with_value(|all| moved(all, at, other));
        let site = page.site.get_value();
        let save = async move {
            for it in moved {
                site_http::save_tag(&site, &it).await?;
            }
            Ok(())
        };
        act(state, save, move |()| page.again.run(()));
    };
    let archive = move |_| {
        tag.update(|tag| tag.archived = !tag.archived);
        put.run(());
    };
    let (archive_label, archive_icon) =
        if archived { (Text::Unarchive, lu::LuArchiveRestore) } else { (Text::Archive, lu::LuArchive) };
    let delete_label = move || words.fill(Text::DeleteTagOf, &[("name", &name)]);
    view! {
        <span class="tag-tools">
            <button type="button" class="button quiet square" data-do="up" disabled=at == 0 title=words.say(Text::MoveUp) aria-label=words.say(Text::MoveUp)
                on:click=move |_| swap(at.saturating_sub(1))><Icon icon=lu::LuArrowUp/></button>
            <button type="button" class="button quiet square" data-do="down" disabled=at == last title=words.say(Text::MoveDown) aria-label=words.say(Text::MoveDown)
                on:click=move |_| swap(at + 1)><Icon icon=lu::LuArrowDown/></button>
            <button type="button" class="button quiet square" data-do="archive" title=words.say(archive_label) aria-label=words.say(archive_label) on:click=archive><Icon icon=archive_icon/></button>
            <button type="button" class="button quiet square" data-do="delete-tag" title=delete_label.clone() aria-label=delete_label
                on:click=move |_| page.removing.set(Some(tag.get_untracked()))><Icon icon=lu::LuTrash2/></button>
        </span>
    }
}

/// Those whose place changes when the one at `from` goes to `to`: places are counted anew, as two may have shared one.
fn moved(all: &[Tag], from: usize, to: usize) -> Vec<Tag> {
    let mut order = all.to_vec();
    if from < order.len() && to < order.len() {
        order.swap(from, to);
    }
    let placed = order.into_iter().zip(0..).map(|(it, position)| Tag { position, ..it });
    placed.filter(|it| all.iter().any(|old| old.id == it.id && old.position != it.position)).collect()
}

#[component]
fn RemovingDialog(page: Page, it: Tag) -> impl IntoView {
    let words = words();
    let state = RwSignal::new(Doing::Idle);
    let id = it.id;
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let site = page.site.get_value();
        act(state, async move { site_http::delete_tag(&site, id).await }, move |()| {
            page.removing.set(None);
            page.again.run(());
        });
    };
    let close = Callback::new(move |()| page.removing.set(None));
    view! {
        <Modal title=Text::DeleteTag close>
            <form class="form" on:submit=submit>
                <p><i class="tag-dot" style:background=it.colour></i> <strong>{it.name}</strong></p>
                <p class="muted">{words.say(Text::DeleteTagHelp)}</p>
                <DoFoot state text=Text::DeleteTag kind="danger" close/>
            </form>
        </Modal>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(places: &[u32]) -> Vec<Tag> {
        places
            .iter()
            .zip(1..)
            .map(|(position, id)| Tag { id, position: *position, ..Tag::default() })
            .collect()
    }

    fn places(of: &[Tag]) -> Vec<(i64, u32)> {
        of.iter().map(|it| (it.id, it.position)).collect()
    }

    #[test]
    fn a_move_changes_two_places_and_mends_shared_ones() {
        assert_eq!(places(&moved(&tags(&[0, 1, 2]), 1, 0)), [(2, 0), (1, 1)]);
        assert_eq!(places(&moved(&tags(&[0, 0, 0]), 0, 1)), [(1, 1), (3, 2)]);
        assert!(moved(&tags(&[0, 1]), 1, 2).is_empty(), "nothing beyond the end");
    }
}
