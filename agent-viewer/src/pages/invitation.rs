//! The page that the link of an invitation opens: it makes the account, once.
use icondata_lu as lu;
use leptos::{ev::SubmitEvent, prelude::*};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_params_map},
};
use wasm_bindgen_futures::spawn_local;

use super::login::LAST_EMAIL;
use crate::{
    app::{Account, Accounts},
    browser,
    components::{
        admin::faults::{Doing, FieldFault, of_whole},
        brand::Brand,
        icon::Icon,
        showcase::Showcase,
        switches::{LanguageSwitch, ThemeSwitch},
    },
    i18n::{Text, words},
    net::{
        accounts_http::{self, Accept, Offered},
        told::Wrong,
    },
};

/// Shortest password, characters, as the server has it.
const SHORTEST: usize = 8;

/// What became of the question what the link is.
#[derive(Clone)]
enum Link {
    Asking,
    Open(Offered),
    Closed(Wrong),
}

/// Says who invites and to what; asks for a name and a password.
#[component]
pub fn InvitationPage() -> impl IntoView {
    let link = RwSignal::new(Link::Asking);
    let params = use_params_map();
    let token = Memo::new(move |_| params.read().get("token").unwrap_or_default());
    let ask = move || {
        let token = token.get();
        link.set(Link::Asking);
        spawn_local(async move {
            let answer = accounts_http::offered(&token).await;
            let _ = link.try_set(answer.map_or_else(Link::Closed, Link::Open));
        });
    };
    Effect::new(move |_| ask());
    let content = move || match link.get() {
        Link::Asking => view! { <div class="login-box" aria-busy="true"></div> }.into_any(),
        Link::Open(offered) => view! { <Open offered token link/> }.into_any(),
        Link::Closed(wrong) => view! { <Closed wrong ask=Callback::new(move |()| ask())/> }.into_any(),
    };
    view! {
        <main class="login">
            <section class="login-side">
                <header class="login-top">
                    <span class="wordmark"><Brand/> "Tandem"</span>
                    <span class="login-switches"><LanguageSwitch/> <ThemeSwitch/></span>
                </header>
                {content}
            </section>
            <Showcase/>
        </main>
    }
}

#[component]
fn Open(offered: Offered, token: Memo<String>, link: RwSignal<Link>) -> impl IntoView {
    let words = words();
    let Offered { email, inviter, role, sites } = offered;
    let title = move || words.fill(Text::InvitedBy, &[("name", &inviter)]);
    let role = match role.as_str() {
        "admin" => Text::RoleAdminInline,
        "manager" => Text::RoleManagerInline,
        _ => Text::RoleAgentInline,
    };
    let to = move || match &sites {
        None => words.fill(Text::InvitedToAll, &[("role", words.now(role))]),
        Some(names) => {
            words.fill(Text::InvitedTo, &[("role", words.now(role)), ("sites", &names.join(", "))])
        }
    };
    view! {
        <div class="login-box" data-invitation="open">
            <h1>{title}</h1>
            <p class="muted">{to}</p>
            <OtherAccount/>
            <AcceptForm email token link/>
        </div>
    }
}

/// Who is logged in here already learns what becomes of that.
#[component]
fn OtherAccount() -> impl IntoView {
    let (words, accounts) = (words(), expect_context::<Accounts>());
    move || match accounts.now() {
        Account::In(me) => Some(view! {
            <p class="notice-line">{words.fill(Text::OtherAccountOpen, &[("name", &me.first_name)])}</p>
        }),
        Account::Unknown | Account::LoggedOut | Account::Unreachable => None,
    }
}

#[component]
fn AcceptForm(email: String, token: Memo<String>, link: RwSignal<Link>) -> impl IntoView {
    let words = words();
    let (accounts, navigate) = (expect_context::<Accounts>(), use_navigate());
    let fields = [RwSignal::new(String::new()), RwSignal::new(String::new()), RwSignal::new(String::new())];
    let [first, last, password] = fields;
    let state = RwSignal::new(Doing::Idle);
    let address = email.clone();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let [first_name, last_name, password] = fields.map(|it| it.get_untracked());
        if password.chars().count() < SHORTEST {
            return state.set(Doing::Wrong(Wrong::field("password", "too_short")));
        }
        let (navigate, address) = (navigate.clone(), address.clone());
        state.set(Doing::Busy);
        spawn_local(async move {
            let said = Accept { first_name, last_name, password };
            match accounts_http::accept(&token.get_untracked(), &said).await {
                Ok(me) => {
                    accounts.set(Account::In(me));
                    navigate("/", NavigateOptions { replace: true, ..NavigateOptions::default() });
                }
                Err(wrong) if wrong.code == "email_taken" => {
                    browser::remember_in_tab(LAST_EMAIL, &address);
                    link.set(Link::Closed(wrong));
                }
                Err(wrong) if is_gone(&wrong) => link.set(Link::Closed(wrong)),
                Err(wrong) => state.set(Doing::Wrong(wrong)),
            }
        });
    };
    let failed = move || match &*state.read() {
        Doing::Wrong(wrong) => Some(view! { <Icon icon=lu::LuCircleAlert/> {words.now(of_whole(wrong))} }),
        Doing::Idle | Doing::Busy | Doing::Done => None,
    };
    let busy = move || *state.read() == Doing::Busy;
    view! {
        <form class="form" on:submit=submit on:input=move |_| state.set(Doing::Idle)>
            <p class="form-error" role="alert">{failed}</p>
            <label class="field"><span>{words.say(Text::Email)}</span>
                <input type="email" name="email" autocomplete="username" readonly value=email/></label>
            <label class="field"><span>{words.say(Text::FirstName)} <small class="muted">{words.say(Text::FirstNameHelp)}</small></span>
                <input name="first_name" autocomplete="given-name" required maxlength="100" autofocus prop:value=first on:input=move |event| first.set(event_target_value(&event))/>
                <FieldFault state name="first_name"/></label>
            <label class="field"><span>{words.say(Text::LastName)}</span>
                <input name="last_name" autocomplete="family-name" maxlength="100" prop:value=last on:input=move |event| last.set(event_target_value(&event))/>
                <FieldFault state name="last_name"/></label>
            <NewPassword password state/>
            <button type="submit" class="button primary wide" disabled=busy aria-busy=move || busy().to_string()>
                {move || words.now(if busy() { Text::Accepting } else { Text::AcceptInvitation })}
            </button>
        </form>
    }
}

#[component]
fn NewPassword(password: RwSignal<String>, state: RwSignal<Doing>) -> impl IntoView {
    let words = words();
    let shown = RwSignal::new(false);
    let kind = move || if shown.get() { "text" } else { "password" };
    view! {
        <label class="field"><span>{words.say(Text::ChoosePassword)} <small class="muted" id="password-rule">{words.say(Text::PasswordRule)}</small></span>
            <input type=kind name="password" autocomplete="new-password" required aria-describedby="password-rule"
                prop:value=password on:input=move |event| password.set(event_target_value(&event))/>
            <FieldFault state name="password"/></label>
        <label class="check"><input type="checkbox" name="show-password" prop:checked=shown on:change=move |event| shown.set(event_target_checked(&event))/>
            <span>{words.say(Text::ShowPassword)}</span></label>
    }
}

fn is_gone(wrong: &Wrong) -> bool {
    matches!(wrong.code.as_str(), "invitation_used" | "invitation_expired" | "not_found")
}

/// Why the link does nothing, and what can be done.
#[component]
fn Closed(wrong: Wrong, ask: Callback<()>) -> impl IntoView {
    let words = words();
    let (title, help, logs_in) = match wrong.code.as_str() {
        "invitation_used" => (Text::LinkUsed, Text::LinkUsedHelp, true),
        "invitation_expired" => (Text::LinkExpired, Text::LinkExpiredHelp, false),
        "email_taken" => (Text::LinkAccountThere, Text::LinkUsedHelp, true),
        "rate_limited" => (Text::LinkTooOften, Text::LinkTooOftenHelp, false),
        "unreachable" => (Text::ServerAway, Text::ServerAwayHelp, false),
        _ => (Text::LinkUnknown, Text::LinkUnknownHelp, false),
    };
    let again = wrong.code == "unreachable";
    view! {
        <div class="login-box" data-invitation=wrong.code role="alert">
            <h1>{words.say(title)}</h1>
            <p class="muted">{words.say(help)}</p>
            {logs_in.then(|| view! { <p class="invited-on"><a class="button primary" href="/login">{words.say(Text::LogIn)}</a></p> })}
            {again.then(|| view! { <p class="invited-on"><button type="button" class="button primary" on:click=move |_| ask.run(())>{words.say(Text::TryAgain)}</button></p> })}
        </div>
    }
}
