//! The log-in.
use cobrowse_core::wire::desk::Login;
use icondata_lu as lu;
use leptos::{ev::SubmitEvent, html::Input, prelude::*};
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};
use wasm_bindgen_futures::spawn_local;

use crate::{
    app::{Account, Accounts},
    browser,
    components::{
        brand::Brand,
        icon::Icon,
        showcase::Showcase,
        switches::{LanguageSwitch, ThemeSwitch},
    },
    i18n::{Text, words},
    net::http::{self, HttpError},
};

/// The address that a page before this one learnt, kept in the tab.
pub const LAST_EMAIL: &str = "tandem-login-email";

/// Asks for address and password, beside a picture of what the product does.
#[component]
pub fn LoginPage() -> impl IntoView {
    let words = words();
    let accounts = expect_context::<Accounts>();
    let (path, navigate) = (use_location().pathname, use_navigate());
    Effect::new(move |_| {
        if matches!(accounts.now(), Account::In(_)) && path.get_untracked() == "/login" {
            navigate("/", NavigateOptions { replace: true, ..NavigateOptions::default() });
        }
    });
    view! {
        <main class="login">
            <section class="login-side">
                <header class="login-top">
                    <span class="wordmark"><Brand/> "Tandem"</span>
                    <span class="login-switches"><LanguageSwitch/> <ThemeSwitch/></span>
                </header>
                <div class="login-box">
                    <h1>{words.say(Text::LogInTitle)}</h1>
                    <p class="muted">{words.say(Text::LogInHelp)}</p>
                    <LoginForm/>
                </div>
            </section>
            <Showcase/>
        </main>
    }
}

#[component]
fn LoginForm() -> impl IntoView {
    let words = words();
    let accounts = expect_context::<Accounts>();
    let (email, password) = (NodeRef::<Input>::new(), NodeRef::<Input>::new());
    let (busy, failed) = (RwSignal::new(false), RwSignal::new(None::<Text>));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let value =
            |field: NodeRef<Input>| field.get_untracked().map(|input| input.value()).unwrap_or_default();
        let login = Login { email: value(email), password: value(password) };
        busy.set(true);
        failed.set(None);
        spawn_local(async move {
            match http::log_in(&login).await {
                Ok(me) => accounts.set(Account::In(me)),
                Err(error) => failed.set(Some(explain(&error))),
            }
            busy.set(false);
        });
    };
    view! {
        <form class="form" on:submit=submit>
            <p class="form-error" role="alert">
                {move || failed.get().map(|text| view! { <Icon icon=lu::LuCircleAlert/> {words.say(text)} })}
            </p>
            <label class="field">
                <span>{words.say(Text::Email)}</span>
                <input node_ref=email type="email" name="email" autocomplete="username" required autofocus value=browser::recall_in_tab(LAST_EMAIL).unwrap_or_default()/>
            </label>
            <label class="field">
                <span>{words.say(Text::Password)}</span>
                <input node_ref=password type="password" name="password" autocomplete="current-password" required/>
            </label>
            <button type="submit" class="button primary wide" disabled=busy aria-busy=move || busy.get().to_string()>
                {move || words.now(if busy.get() { Text::LoggingIn } else { Text::LogIn })}
            </button>
        </form>
    }
}

fn explain(error: &HttpError) -> Text {
    match error {
        HttpError::Refused(code) if code == "login_failed" => Text::LoginFailed,
        HttpError::Refused(code) if code == "rate_limited" => Text::LoginTooOften,
        HttpError::Unreachable => Text::LoginUnreachable,
        HttpError::LoggedOut | HttpError::Refused(_) | HttpError::Garbled => Text::LoginBroken,
    }
}
