//! The frame around all pages: language, theme, who is logged in, and which page an address shows.
use cobrowse_core::wire::desk::Me;
use leptos::prelude::*;
use leptos_router::{
    components::{ParentRoute, Route, Router, Routes},
    path,
};

use crate::{
    components::admin::unsaved::Unsaved,
    i18n::Words,
    net::http::{self, HttpError},
    pages::{
        admin::AdminPage,
        chats::ChatsPage,
        contacts::{ContactPage, ContactsPage},
        desk::DeskPage,
        inside::Inside,
        invitation::InvitationPage,
        login::LoginPage,
        missing::MissingPage,
        viewer::ViewerPage,
    },
    theme::Shade,
};

/// Who is logged in, as far as this tab knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Account {
    /// Being asked.
    Unknown,
    /// Nobody.
    LoggedOut,
    /// The server does not answer.
    Unreachable,
    /// This agent.
    In(Me),
}

/// The account of the whole application.
#[derive(Clone, Copy)]
pub struct Accounts(RwSignal<Account>);

impl Accounts {
    fn provide() {
        let accounts = Self(RwSignal::new(Account::Unknown));
        provide_context(accounts);
        accounts.ask();
    }

    /// The account now; tracked.
    pub fn now(self) -> Account {
        self.0.get()
    }

    /// The agent's first name, or nothing; tracked.
    pub fn first_name(self) -> String {
        match self.now() {
            Account::In(me) => me.first_name,
            Account::Unknown | Account::LoggedOut | Account::Unreachable => String::new(),
        }
    }

    /// Whether the agent may do what admins do; tracked.
    pub fn is_admin(self) -> bool {
        matches!(self.now(), Account::In(me) if me.role == "admin")
    }

    /// Whose is what this browser keeps: the agent's number, or nothing; not tracked.
    pub fn owner(self) -> String {
        match &*self.0.read_untracked() {
            Account::In(me) => me.id.0.to_string(),
            Account::Unknown | Account::LoggedOut | Account::Unreachable => String::new(),
        }
    }

    /// Takes what was learnt elsewhere, for example by a log-in.
    pub fn set(self, account: Account) {
        self.0.set(account);
    }

    /// Asks the server who is logged in.
    pub fn ask(self) {
        wasm_bindgen_futures::spawn_local(async move {
            self.0.set(match http::me().await {
                Ok(me) => Account::In(me),
                Err(HttpError::LoggedOut) => Account::LoggedOut,
                Err(HttpError::Unreachable | HttpError::Refused(_) | HttpError::Garbled) => {
                    Account::Unreachable
                }
            });
        });
    }
}

/// The whole application.
#[component]
pub fn App() -> impl IntoView {
    Words::provide();
    Shade::provide();
    Accounts::provide();
    Unsaved::provide();
    view! {
        <Router>
            <Routes fallback=move || view! { <MissingPage/> }>
                <ParentRoute path=path!("") view=Inside>
                    <Route path=path!("/") view=ChatsPage/>
                    <Route path=path!("/visitors") view=DeskPage/>
                    <Route path=path!("/contacts") view=ContactsPage/>
                    <Route path=path!("/contacts/:id") view=ContactPage/>
                    <Route path=path!("/admin/:part?") view=AdminPage/>
                </ParentRoute>
                <Route path=path!("/login") view=LoginPage/>
                <Route path=path!("/invitation/:token") view=InvitationPage/>
                <Route path=path!("/view/:session") view=ViewerPage/>
            </Routes>
        </Router>
    }
}
