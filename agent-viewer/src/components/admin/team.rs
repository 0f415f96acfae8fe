//! Who comes to the desk: accounts and invitations (FEATURES ADM-07). Admins change, managers look on.
mod invite;
mod leaving;
mod person;
mod places;

use icondata_lu as lu;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use self::{
    invite::{InviteDialog, RevokeDialog},
    leaving::LeavingDialog,
    person::PersonDialog,
    places::names_of,
};
use super::setting::{Part, loaded};
use crate::{
    app::{Account, Accounts},
    browser,
    chat::Loaded,
    components::{avatar::Avatar, icon::Icon},
    i18n::{Text, Words, words},
    net::{
        accounts_http::{self, Agent, Invitation, Site},
        told::Wrong,
    },
    state::colour::{hue, initials},
};

/// Roles, from the least.
pub(super) const ROLES: [(&str, Text, Text); 3] = [
    ("agent", Text::RoleAgent, Text::RoleAgentHelp),
    ("manager", Text::RoleManager, Text::RoleManagerHelp),
    ("admin", Text::RoleAdmin, Text::RoleAdminHelp),
];

/// Everything that the page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Crew {
    agents: Vec<Agent>,
    invitations: Vec<Invitation>,
    sites: Vec<Site>,
}

/// The dialog that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Asked {
    Invite,
    Revoke(Invitation),
    Person(Agent),
    Leaving(Agent),
}

/// What all parts of the page share.
#[derive(Clone, Copy)]
struct Page {
    crew: RwSignal<Loaded<Crew>>,
    asked: RwSignal<Option<Asked>>,
}

impl Page {
    /// Asks for everything again; what is shown stays until it is here.
    fn again(self) {
        spawn_local(async move {
            let answer = crew().await;
            let _ = self.crew.try_set(answer.map_or(Loaded::Failed, Loaded::Here));
        });
    }

    fn close(self) {
        self.asked.set(None);
    }

    /// The sites of the server that this admin serves.
    fn sites(self) -> Vec<Site> {
        match &*self.crew.read() {
            Loaded::Here(crew) => crew.sites.clone(),
            Loaded::Not | Loaded::Loading | Loaded::Failed => Vec::new(),
        }
    }

    /// Whether nobody else who may log in is an admin.
    fn is_last_admin(self, id: i64) -> bool {
        let crew = self.crew.read();
        let Loaded::Here(crew) = &*crew else { return false };
        let mut admins = crew.agents.iter().filter(|it| it.role == "admin" && !it.disabled);
        admins.next().is_some_and(|it| it.id == id) && admins.next().is_none()
    }
}

async fn crew() -> Result<Crew, Wrong> {
    let (agents, invitations) = (accounts_http::agents().await?, accounts_http::invitations().await?);
    Ok(Crew { agents, invitations, sites: accounts_http::sites().await? })
}

/// Agents, what they may do and where; invitations.
#[component]
pub fn Team() -> impl IntoView {
    let (words, accounts) = (words(), expect_context::<Accounts>());
    let page = Page { crew: RwSignal::new(Loaded::Not), asked: RwSignal::new(None) };
    page.again();
    let is_admin = Memo::new(move |_| accounts.is_admin());
    let show = move |crew: Crew| view! { <People crew page is_admin/> }.into_any();
    let top = move || {
        if is_admin.get() {
            view! {
                <button type="button" class="button primary" data-do="invite" on:click=move |_| page.asked.set(Some(Asked::Invite))>
                    <Icon icon=lu::LuUserPlus/> {words.say(Text::InvitePerson)}
                </button>
            }
            .into_any()
        } else {
            view! { <p class="muted">{words.say(Text::TeamLookOn)}</p> }.into_any()
        }
    };
    view! {
        <Part title=Text::Team help=Text::TeamHelp name="team">
            <div class="team-top">{top}</div>
            {loaded(page.crew, show)}
            <Dialogs page/>
        </Part>
    }
}

#[component]
fn Dialogs(page: Page) -> impl IntoView {
    move || {
        page.asked.get().map(|asked| match asked {
            Asked::Invite => view! { <InviteDialog page/> }.into_any(),
            Asked::Revoke(it) => view! { <RevokeDialog page it/> }.into_any(),
            Asked::Person(it) => view! { <PersonDialog page it/> }.into_any(),
            Asked::Leaving(it) => view! { <LeavingDialog page it/> }.into_any(),
        })
    }
}

#[component]
fn People(crew: Crew, page: Page, is_admin: Memo<bool>) -> impl IntoView {
    let words = words();
    let Crew { mut agents, invitations, sites } = crew;
    agents.sort_by_key(|it| (it.disabled, it.first_name.to_lowercase(), it.id));
    let nobody =
        invitations.is_empty().then(|| view! { <p class="muted">{words.say(Text::NoInvitations)}</p> });
    let sites = StoredValue::new(sites);
    let people = agents.into_iter().map(|it| view! { <PersonLine it page sites/> }).collect_view();
    let invited =
        invitations.into_iter().map(|it| view! { <InvitedLine it page sites is_admin/> }).collect_view();
    view! {
        <ul class="team-list">{people}</ul>
        <h3 class="team-heading">{words.say(Text::OpenInvitations)}</h3>
        {nobody}
        <ul class="team-list">{invited}</ul>
    }
}

/// The word for a role.
fn role_text(role: &str) -> Text {
    ROLES.iter().find(|(key, ..)| *key == role).map_or(Text::RoleAgent, |(_, text, _)| *text)
}

/// A name for a sentence.
fn called(it: &Agent) -> String {
    if it.first_name.is_empty() { it.email.clone() } else { it.first_name.clone() }
}

/// Whether this is the account that is logged in; tracked.
fn is_own(id: i64) -> bool {
    matches!(expect_context::<Accounts>().now(), Account::In(me) if i64::from(me.id.0) == id)
}

fn places(words: Words, of: Option<&[String]>, known: StoredValue<Vec<Site>>) -> String {
    known.with_value(|known| match of {
        None => words.now(Text::EverySite).to_owned(),
        Some([]) => words.now(Text::NoSiteAtAll).to_owned(),
        Some(keys) => names_of(keys, known).join(", "),
    })
}

#[component]
fn PersonLine(it: Agent, page: Page, sites: StoredValue<Vec<Site>>) -> impl IntoView {
    let words = words();
    let own = untrack(|| is_own(it.id));
    let (role, disabled) = (role_text(&it.role), it.disabled);
    let (letters, colour) = (initials(&it.first_name, &it.last_name), hue(it.email.as_bytes()));
    let name = format!("{} {}", it.first_name, it.last_name);
    let served = it.sites.clone();
    let serves = move || places(words, served.as_deref(), sites);
    let called = called(&it);
    let label = move || words.fill(Text::EditPerson, &[("name", &called)]);
    let (id, email) = (it.id, it.email.clone());
    let edit = move |_| page.asked.set(Some(Asked::Person(it.clone())));
    view! {
        <li class="team-line" class:team-out=disabled data-agent=id>
            <Avatar letters hue=colour/>
            <div class="team-who">
                <strong>{name} {own.then(|| view! { <span class="muted team-you">{words.say(Text::ItIsYou)}</span> })}</strong>
                <span class="muted">{email}</span>
            </div>
            <div class="team-may">
                <span class="team-role">{words.say(role)}</span>
                {disabled.then(|| view! { <span class="team-role team-off">{words.say(Text::Deactivated)}</span> })}
                <span class="muted team-serves">{serves}</span>
            </div>
            <button type="button" class="button quiet square" data-do="edit" title=label.clone() aria-label=label on:click=edit>
                <Icon icon=lu::LuPencil/>
            </button>
        </li>
    }
}

#[component]
fn InvitedLine(
    it: Invitation,
    page: Page,
    sites: StoredValue<Vec<Site>>,
    is_admin: Memo<bool>,
) -> impl IntoView {
    let words = words();
    let served = if it.role == "admin" { None } else { it.sites.clone() };
    let serves = move || places(words, served.as_deref(), sites);
    let (role, at, email) = (role_text(&it.role), it.expires_ms, it.email.clone());
    let until = move || {
        words.fill(Text::InvitationUntil, &[("time", &browser::short_time(at, words.language().tag()))])
    };
    let named = it.email.clone();
    let label = move || words.fill(Text::RevokeInvitationOf, &[("email", &named)]);
    let id = it.id;
    let withdraw = StoredValue::new(it);
    view! {
        <li class="team-line" data-invitation=id>
            <span class="team-mail"><Icon icon=lu::LuMail/></span>
            <div class="team-who"><strong>{email}</strong> <span class="muted">{until}</span></div>
            <div class="team-may">
                <span class="team-role">{words.say(role)}</span>
                <span class="muted team-serves">{serves}</span>
            </div>
            <Show when=move || is_admin.get()>
                <button type="button" class="button quiet" data-do="revoke" aria-label=label.clone()
                    on:click=move |_| page.asked.set(Some(Asked::Revoke(withdraw.get_value())))>
                    {words.say(Text::RevokeInvitation)}
                </button>
            </Show>
        </li>
    }
}
