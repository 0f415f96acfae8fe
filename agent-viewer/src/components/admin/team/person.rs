//! One member of the team: role, sites, and what they can on each.
use icondata_lu as lu;
use leptos::{ev::SubmitEvent, prelude::*};
use wasm_bindgen_futures::spawn_local;

use super::{
    Asked, Page, called, is_own,
    places::{Places, RoleChoice, left},
    role_text,
};
use crate::{
    app::Accounts,
    components::{
        admin::faults::{DoFoot, Doing, FieldFault, Outcome, act},
        avatar::Avatar,
        chat::modal::Modal,
        icon::Icon,
    },
    i18n::{Text, words},
    net::{
        accounts_http::{self, Agent, Change, Site},
        site_http,
        told::Wrong,
    },
    state::{
        colour::{hue, initials},
        languages,
    },
};

/// What somebody can on one site: its name, and the server's word before and after.
#[derive(Debug, Clone, PartialEq)]
struct Can {
    site: Site,
    before: chat_proto::admin::Agent,
    now: chat_proto::admin::Agent,
}

/// What is to be changed of a person.
#[derive(Clone, Copy)]
struct Draft {
    role: RwSignal<String>,
    sites: RwSignal<Option<Vec<String>>>,
    can: RwSignal<Vec<Can>>,
    state: RwSignal<Doing>,
}

/// Shows a person; admins change role and sites, managers what they can.
#[component]
pub fn PersonDialog(page: Page, it: Agent) -> impl IntoView {
    let draft = Draft {
        role: RwSignal::new(it.role.clone()),
        sites: RwSignal::new(it.sites.clone()),
        can: RwSignal::new(Vec::new()),
        state: RwSignal::new(Doing::Idle),
    };
    let known = untrack(|| page.sites());
    learn(draft.can, it.clone(), known.clone());
    let (rights, known) = (untrack(|| expect_context::<Accounts>().is_admin()), StoredValue::new(known));
    let before = StoredValue::new(it.clone());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let state = draft.state;
        let change = rights.then(|| changed(&before.get_value(), draft));
        let gone = before.with_value(|it| {
            known
                .with_value(|known| left(it.sites.as_deref(), draft.sites.read_untracked().as_deref(), known))
        });
        let can = draft.can.get_untracked();
        act(state, put(before.with_value(|it| it.id), (change, gone), can), move |()| {
            page.close();
            page.again();
        });
    };
    let close = Callback::new(move |()| page.close());
    let stays = untrack(|| is_own(it.id) || page.is_last_admin(it.id));
    let account = (rights && !stays).then(|| view! { <InOrOut page it=it.clone()/> });
    view! {
        <Modal title=Text::PersonTitle close>
            <form class="form" on:submit=submit on:input=move |_| draft.state.set(Doing::Idle)>
                <Who it=it.clone()/>
                {if rights { view! { <Rights page it draft known/> }.into_any() } else { ().into_any() }}
                <Abilities can=draft.can/>
                {account}
                <DoFoot state=draft.state text=Text::Save close/>
            </form>
        </Modal>
    }
}

fn changed(before: &Agent, draft: Draft) -> Change {
    let (role, sites) = (draft.role.get_untracked(), draft.sites.get_untracked());
    Change {
        role: (role != before.role).then_some(role),
        sites: (sites != before.sites).then_some(sites),
        disabled: None,
    }
}

async fn put(id: i64, (change, gone): (Option<Change>, Vec<String>), can: Vec<Can>) -> Result<(), Wrong> {
    let change = change.filter(|it| *it != Change::default());
    if let Some(change) = &change {
        accounts_http::change_agent(id, change).await.map_err(at_role)?;
    }
    for it in can.into_iter().filter(|it| it.now != it.before && !gone.contains(&it.site.key)) {
        let of_site = |wrong: Wrong| {
            let fields =
                wrong.fields.into_iter().map(|(name, code)| (format!("{}.{name}", it.site.key), code));
            Wrong { code: wrong.code, fields: fields.collect() }
        };
        site_http::save_agent(&it.site.key, &it.now).await.map_err(of_site)?;
    }
    Ok(())
}

/// What nobody may lose stands at the role.
fn at_role(wrong: Wrong) -> Wrong {
    if wrong.code == "last_admin" { Wrong::field("role", "last_admin") } else { wrong }
}

fn learn(into: RwSignal<Vec<Can>>, of: Agent, known: Vec<Site>) {
    let serves = move |site: &Site| of.sites.as_ref().is_none_or(|keys| keys.contains(&site.key));
    spawn_local(async move {
        for site in known.into_iter().filter(serves) {
            let all = site_http::agents(&site.key).await.unwrap_or_default();
            if let Some(it) = all.into_iter().find(|it| it.id == of.id) {
                let can = Can { site, before: it.clone(), now: it };
                let _ = into.try_update(|into| into.push(can));
            }
        }
    });
}

#[component]
fn Who(it: Agent) -> impl IntoView {
    let words = words();
    let (letters, colour) = (initials(&it.first_name, &it.last_name), hue(it.email.as_bytes()));
    let (role, disabled) = (role_text(&it.role), it.disabled);
    view! {
        <div class="team-head">
            <Avatar letters hue=colour size="large"/>
            <div class="team-who"><strong>{format!("{} {}", it.first_name, it.last_name)}</strong> <span class="muted">{it.email}</span></div>
            <span class="team-role" class:team-off=disabled>{words.say(if disabled { Text::Deactivated } else { role })}</span>
        </div>
    }
}

#[component]
fn Rights(page: Page, it: Agent, draft: Draft, known: StoredValue<Vec<Site>>) -> impl IntoView {
    let words = words();
    let Draft { role, sites, state, .. } = draft;
    let own = untrack(|| is_own(it.id));
    let last = untrack(|| page.is_last_admin(it.id));
    let name = called(&it);
    let before = it.sites.clone();
    let leaves = move || {
        let gone = known.with_value(|known| left(before.as_deref(), sites.read().as_deref(), known));
        (!gone.is_empty() && *role.read() != "admin")
            .then(|| view! { <p class="notice-line">{words.fill(Text::LeavesSites, &[("name", &name)])}</p> })
    };
    let fixed = if own { Some(Text::OwnRole) } else { last.then_some(Text::AdminIsLast) };
    let of_role = match fixed {
        Some(why) => view! { <p class="muted" data-fixed="role">{words.say(why)}</p> }.into_any(),
        None => view! { <RoleChoice role/> <FieldFault state name="role"/> }.into_any(),
    };
    view! {
        {of_role}
        <Show when=move || *role.read() != "admin"><Places chosen=sites known=known.get_value()/></Show>
        {leaves}
    }
}

#[component]
fn InOrOut(page: Page, it: Agent) -> impl IntoView {
    let words = words();
    let state = RwSignal::new(Doing::Idle);
    let (id, disabled) = (it.id, it.disabled);
    let press = move |_| {
        if !disabled {
            return page.asked.set(Some(Asked::Leaving(it.clone())));
        }
        let change = Change { disabled: Some(false), ..Change::default() };
        act(state, async move { accounts_http::change_agent(id, &change).await }, move |()| {
            page.close();
            page.again();
        });
    };
    let (kind, label, icon) = if disabled {
        ("button", Text::Reactivate, lu::LuUserCheck)
    } else {
        ("button danger", Text::Deactivate, lu::LuUserX)
    };
    view! {
        <div class="team-account">
            <button type="button" class=kind data-do="deactivate" on:click=press><Icon icon/> {words.say(label)}</button>
            <Outcome state/>
        </div>
    }
}

/// Chats at once and languages, site by site.
#[component]
fn Abilities(can: RwSignal<Vec<Can>>) -> impl IntoView {
    let several = move || 1 < can.read().len();
    let sites = move || can.read().iter().map(|it| it.site.key.clone()).collect::<Vec<_>>();
    view! { <For each=sites key=Clone::clone children=move |key| view! { <Ability can key several=Signal::derive(several)/> }/> }
}

#[component]
fn Ability(can: RwSignal<Vec<Can>>, key: String, several: Signal<bool>) -> impl IntoView {
    let words = words();
    let key = StoredValue::new(key);
    let find = move || {
        let all = can.read();
        key.with_value(|key| all.iter().find(|it| it.site.key == *key).cloned())
    };
    let change = move |act: &dyn Fn(&mut chat_proto::admin::Agent)| {
        can.update(|all| {
            let found = key.with_value(|key| all.iter_mut().find(|it| it.site.key == *key));
            if let Some(it) = found {
                act(&mut it.now);
            }
        });
    };
    let first = untrack(find);
    let (name, now) = first.map(|it| (it.site.name, it.now)).unwrap_or_default();
    let title = move || {
        if several.get() {
            words.fill(Text::ChatsAtOnceOn, &[("site", &name)])
        } else {
            words.now(Text::ChatsAtOnce).to_owned()
        }
    };
    let at_once = move |event| {
        if let Ok(count) = event_target_value(&event).parse() {
            change(&|it| it.max_chats = count);
        }
    };
    let language = move |(tag, name): (&'static str, &'static str)| {
        let on = move || find().is_some_and(|it| it.now.languages.iter().any(|it| it == tag));
        let toggle = move |event| {
            let add = event_target_checked(&event);
            change(&|it| {
                it.languages.retain(|it| it != tag);
                if add {
                    it.languages.push(tag.to_owned());
                }
            });
        };
        view! { <label class="check"><input type="checkbox" value=tag prop:checked=on on:change=toggle/> <span lang=tag>{name}</span></label> }
    };
    let spoken = move || {
        let spoken = find().map(|it| it.now.languages).unwrap_or_default();
        let names: Vec<_> = spoken.iter().map(|it| languages::name(it).to_owned()).collect();
        if names.is_empty() { words.now(Text::AnyLanguage).to_owned() } else { names.join(", ") }
    };
    view! {
        <div class="team-can" data-can=key.get_value()>
            <label class="field"><span>{title}</span>
                <input name="max-chats" type="number" min="1" max="100" required prop:value=now.max_chats.to_string() on:input=at_once/></label>
            <details class="team-speaks"><summary>{words.say(Text::SpeaksLanguages)} " · " <span class="muted">{spoken}</span></summary>
                <div class="team-languages">{languages::ALL.map(language)}</div></details>
        </div>
    }
}
