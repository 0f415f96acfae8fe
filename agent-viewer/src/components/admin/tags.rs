//! The tags that agents qualify conversations with (FEATURES TAG-02, TAG-03).
use chat_proto::admin::Tag;
use icondata_lu as lu;
use leptos::{ev::SubmitEvent, prelude::*};
use wasm_bindgen_futures::spawn_local;

use super::{
    faults::{DoFoot, Doing, FieldFault, Outcome, act},
    setting::{Part, load, whenever_set},
    several::{Several, after},
    unsaved::watch_unsaved,
};
use crate::{
    chat::Loaded,
    components::{chat::modal::Modal, icon::Icon},
    i18n::{Text, words},
    net::{admin_http, site_http},
};

const FRESH: &str = "#6a5cf0";

/// What the lines of one site share.
#[derive(Clone, Copy)]
struct Page {
    site: StoredValue<String>,
    tags: Several<Tag>,
    removing: RwSignal<Option<Tag>>,
}

/// A tag that is not there yet.
fn fresh() -> Tag {
    Tag { colour: FRESH.into(), ..Tag::default() }
}

/// Whether one is wanted; all tags, and the line that makes one.
#[component]
pub fn Tags(
    /// Which site: its key.
    site: String,
) -> impl IntoView {
    let site = StoredValue::new(site);
    let tags = Several::new(move || async move { site_http::tags(&site.get_value()).await });
    let tags = tags.following(site.get_value());
    let page = Page { site, tags, removing: RwSignal::new(None) };
    let show = move || {
        let ids = move || tags.all().into_iter().map(|it| it.id).collect::<Vec<_>>();
        view! {
            <For each=ids key=|id| *id children=move |id| view! { <TagLine id page/> }/>
            <TagLine id=0 page/>
        }
        .into_any()
    };
    let dialog = move || page.removing.get().map(|it| view! { <RemovingDialog page it/> });
    view! {
        <Part title=Text::TagsTitle help=Text::TagsHelp name="tags">
            <Mandatory site/>
            {tags.shown(show)}
            {dialog}
        </Part>
    }
}

/// Whether closing wants a tag; holds at once.
#[component]
fn Mandatory(site: StoredValue<String>) -> impl IntoView {
    let words = words();
    let (on, state) = (RwSignal::new(Loaded::Not), RwSignal::new(Doing::Idle));
    let ask = move || async move { admin_http::general(&site.get_value()).await.map(|it| it.tag_required) };
    load(on, ask());
    whenever_set(site.get_value(), move || {
        spawn_local(async move {
            // What does not come takes nothing away.
            if let Ok(wanted) = ask().await {
                let _ = on.try_set(Loaded::Here(wanted));
            }
        });
    });
    let change = move |event| {
        let wanted = event_target_checked(&event);
        let put = async move {
            let done = site_http::change_general(&site.get_value(), |it| it.tag_required = wanted).await;
            if done.is_err() && !on.is_disposed() {
                // The browser ticked it: it stands as it was again.
                on.notify();
            }
            done
        };
        act(state, put, move |()| on.set(Loaded::Here(wanted)));
    };
    let unknown = move || !matches!(*on.read(), Loaded::Here(_)) || *state.read() == Doing::Busy;
    view! {
        <label class="check tag-wanted"><input type="checkbox" name="tag-required" disabled=unknown
            prop:checked=move || *on.read() == Loaded::Here(true) on:change=change/>
            <span>{words.say(Text::ClosingWantsTag)}</span> <Outcome state/></label>
    }
}

/// What is typed of a tag, and what the server has of it.
#[derive(Clone, Copy)]
struct Line {
    id: i64,
    typed: RwSignal<Tag>,
    kept: RwSignal<Tag>,
    state: RwSignal<Doing>,
}

impl Line {
    /// The server has this now.
    fn learn(self, now: Tag) {
        // The view may be gone meanwhile.
        let Some(before) = self.kept.try_get_untracked() else { return };
        self.typed.update(|typed| *typed = merged(typed, &before, &now));
        self.kept.set(now);
    }

    fn save(self, page: Page, it: Tag) {
        let (site, sent) = (page.site.get_value(), it.clone());
        act(self.state, async move { site_http::save_tag(&site, &sent).await }, move |()| {
            if self.id == 0 {
                self.typed.set(fresh());
            } else {
                self.learn(it);
            }
            page.tags.again();
        });
    }
}

/// What is typed of a tag stays; everything else is as the server has it now.
fn merged(typed: &Tag, before: &Tag, now: &Tag) -> Tag {
    Tag {
        name: after(typed.name.clone(), &before.name, now.name.clone()),
        colour: after(typed.colour.clone(), &before.colour, now.colour.clone()),
        ..now.clone()
    }
}

#[component]
fn TagLine(id: i64, page: Page) -> impl IntoView {
    let words = words();
    let it = untrack(|| page.tags.find(|it| it.id == id)).unwrap_or_else(fresh);
    let (typed, kept, state) = (RwSignal::new(it.clone()), RwSignal::new(it), RwSignal::new(Doing::Idle));
    let line = Line { id, typed, kept, state };
    page.tags.follow(move |it| it.id == id, move |it| line.learn(it));
    let changed = Memo::new(move |_| {
        let (typed, kept) = (typed.read(), kept.read());
        typed.name != kept.name || typed.colour != kept.colour
    });
    watch_unsaved(changed.into());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let mut it = typed.get_untracked();
        if id == 0 {
            it.position = untrack(|| page.tags.all()).iter().map(|it| it.position + 1).max().unwrap_or(0);
        }
        line.save(page, it);
    };
    view! {
        <form class="tag-line" class:archived=move || kept.read().archived data-tag=id on:submit=submit on:input=move |_| state.set(Doing::Idle)>
            <input type="color" aria-label=words.say(Text::AccentColour) prop:value=move || typed.read().colour.clone()
                on:input=move |event| typed.update(|tag| tag.colour = event_target_value(&event))/>
            <input name="name" required maxlength="80" aria-label=words.say(Text::Tag) placeholder=words.say(Text::NewTag)
                prop:value=move || typed.read().name.clone() on:input=move |event| typed.update(|tag| tag.name = event_target_value(&event))/>
            <button type="submit" class="button">{words.say(if id == 0 { Text::AddIt } else { Text::Save })}</button>
            {(id != 0).then(|| view! { <TagTools line page/> })}
            <FieldFault state name="name"/>
        </form>
    }
}

/// Moves, archives, deletes.
#[component]
fn TagTools(line: Line, page: Page) -> impl IntoView {
    let words = words();
    let (kept, id) = (line.kept, line.id);
    let at = Memo::new(move |_| page.tags.all().iter().position(|it| it.id == id).unwrap_or(0));
    let last = Memo::new(move |_| page.tags.all().len().saturating_sub(1));
    let swap = move |other: usize| {
        let moved = moved(&untrack(|| page.tags.all()), at.get_untracked(), other);
        let site = page.site.get_value();
        let save = async move {
            for it in moved {
                site_http::save_tag(&site, &it).await?;
            }
            Ok(())
        };
        act(line.state, save, move |()| page.tags.again());
    };
    // What is typed beside is not saved by the way.
    let archive = move |_| {
        let it = kept.get_untracked();
        line.save(page, Tag { archived: !it.archived, ..it });
    };
    let is_archived = Memo::new(move |_| kept.read().archived);
    let archive_label = move || words.now(if is_archived.get() { Text::Unarchive } else { Text::Archive });
    let archive_icon = move || if is_archived.get() { lu::LuArchiveRestore } else { lu::LuArchive };
    let delete_label = move || words.fill(Text::DeleteTagOf, &[("name", &kept.read().name)]);
    view! {
        <span class="tag-tools">
            <button type="button" class="button quiet square" data-do="up" disabled=move || at.get() == 0 title=words.say(Text::Raise) aria-label=words.say(Text::Raise)
                on:click=move |_| swap(at.get_untracked().saturating_sub(1))><Icon icon=lu::LuArrowUp/></button>
            <button type="button" class="button quiet square" data-do="down" disabled=move || at.get() == last.get() title=words.say(Text::Lower) aria-label=words.say(Text::Lower)
                on:click=move |_| swap(at.get_untracked() + 1)><Icon icon=lu::LuArrowDown/></button>
            <button type="button" class="button quiet square" data-do="archive" title=archive_label aria-label=archive_label on:click=archive>{move || view! { <Icon icon=archive_icon()/> }}</button>
            <button type="button" class="button quiet square" data-do="delete-tag" title=delete_label aria-label=delete_label
                on:click=move |_| page.removing.set(Some(kept.get_untracked()))><Icon icon=lu::LuTrash2/></button>
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
            page.tags.again();
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

    #[test]
    fn a_name_that_is_typed_stays_where_a_place_or_another_name_is_told() {
        let tag = |name: &str, position| Tag { id: 1, name: name.into(), position, ..Tag::default() };
        let (before, now) = (tag("Late", 0), tag("Lost", 2));
        assert_eq!(merged(&before, &before, &now), now);
        assert_eq!(merged(&tag("Torn", 0), &before, &now), tag("Torn", 2));
    }
}
