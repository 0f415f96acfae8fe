//! Inviting somebody, and taking an invitation back.
use leptos::{ev::SubmitEvent, prelude::*};

use super::{
    Page,
    places::{Places, RoleChoice},
};
use crate::{
    components::{
        admin::faults::{DoFoot, Doing, FieldFault, act},
        chat::modal::Modal,
        copy_button::CopyButton,
    },
    i18n::{Text, words},
    net::accounts_http::{self, Invitation, Invite},
};

/// Asks for an address, a role and sites; then shows the link, once.
#[component]
pub fn InviteDialog(page: Page) -> impl IntoView {
    let made = RwSignal::new(None::<Invitation>);
    move || match made.get() {
        None => view! { <Ask page made/> }.into_any(),
        Some(it) => view! { <Link page it/> }.into_any(),
    }
}

#[component]
fn Ask(page: Page, made: RwSignal<Option<Invitation>>) -> impl IntoView {
    let words = words();
    let (email, role) = (RwSignal::new(String::new()), RwSignal::new("agent".to_owned()));
    let (sites, state) = (RwSignal::new(None::<Vec<String>>), RwSignal::new(Doing::Idle));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let role = role.get_untracked();
        let sites = if role == "admin" { None } else { sites.get_untracked() };
        let invite = Invite { email: email.get_untracked(), role, sites };
        act(state, async move { accounts_http::invite(&invite).await }, move |it| {
            made.set(Some(it));
            page.again();
        });
    };
    let known = StoredValue::new(untrack(|| page.sites()));
    let close = Callback::new(move |()| page.close());
    view! {
        <Modal title=Text::InvitePerson close>
            <form class="form" on:submit=submit on:input=move |_| state.set(Doing::Idle)>
                <label class="field"><span>{words.say(Text::Email)}</span>
                    <input name="email" type="email" required maxlength="254" autocomplete="off" autofocus prop:value=email
                        on:input=move |event| email.set(event_target_value(&event))/>
                    <FieldFault state name="email"/>
                    <small class="muted">{words.say(Text::InvitePersonHelp)}</small></label>
                <RoleChoice role/>
                <Show when=move || *role.read() != "admin"><Places chosen=sites known=known.get_value()/></Show>
                <DoFoot state text=Text::MakeInvitation close/>
            </form>
        </Modal>
    }
}

#[component]
fn Link(page: Page, it: Invitation) -> impl IntoView {
    let words = words();
    let Invitation { email, link, .. } = it;
    let link = link.unwrap_or_default();
    let title = move || words.fill(Text::InvitationMade, &[("email", &email)]);
    view! {
        <Modal title=Text::InvitePerson close=move || page.close()>
            <div class="form">
                <p><strong>{title}</strong></p>
                <div class="once">
                    <output class="once-text" data-link>{link.clone()}</output>
                    <CopyButton text=Signal::stored(link) label=Text::CopyLink/>
                </div>
                <p class="muted">{words.say(Text::InvitationMadeHelp)}</p>
                <footer class="modal-foot"><button type="button" class="button primary" data-do="done" on:click=move |_| page.close()>{words.say(Text::CloseIt)}</button></footer>
            </div>
        </Modal>
    }
}

/// Asks whether an invitation is to end.
#[component]
pub fn RevokeDialog(page: Page, it: Invitation) -> impl IntoView {
    let words = words();
    let state = RwSignal::new(Doing::Idle);
    let (id, email) = (it.id, it.email);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        act(state, accounts_http::revoke(id), move |()| {
            page.close();
            page.again();
        });
    };
    let close = Callback::new(move |()| page.close());
    view! {
        <Modal title=Text::RevokeTitle close>
            <form class="form" on:submit=submit>
                <p>{move || words.fill(Text::RevokeHelp, &[("email", &email)])}</p>
                <DoFoot state text=Text::RevokeInvitation kind="danger" close/>
            </form>
        </Modal>
    }
}
