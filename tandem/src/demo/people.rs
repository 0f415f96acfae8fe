//! The demo's agents beside Sophie.
use std::{collections::BTreeSet, fs, path::Path};

use accounts::{Accounts, AgentId, NewAgent, Role, SiteId, SitesOf, random_password};
use relay::auth;

use super::{DemoError, story::Cast};

/// Sophie, whom the server makes with the demo's site.
const SOPHIE: &str = "sophie@demo.tandem";

/// An agent whom the demo makes.
struct Person {
    email: &'static str,
    first_name: &'static str,
    last_name: &'static str,
    /// In the data folder.
    password: &'static str,
}

const OTHERS: [Person; 2] = [
    Person {
        email: "karim@demo.tandem",
        first_name: "Karim",
        last_name: "Benali",
        password: "demo-password-karim",
    },
    Person {
        email: "lea@demo.tandem",
        first_name: "Léa",
        last_name: "Fontaine",
        password: "demo-password-lea",
    },
];

/// How an agent of the demo logs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogIn {
    /// E-mail address.
    pub email: String,
    /// Password; it stays the same as long as the data folder does.
    pub password: String,
}

/// The accounts of all agents.
#[derive(Debug, Clone, Copy)]
pub(super) struct Team {
    pub sophie: AgentId,
    pub karim: AgentId,
    pub lea: AgentId,
}

impl Team {
    /// The account of one of them.
    pub const fn of(&self, who: Cast) -> AgentId {
        match who {
            Cast::Sophie => self.sophie,
            Cast::Karim => self.karim,
            Cast::Lea => self.lea,
        }
    }
}

/// Makes who is not there yet; the password is made once.
pub(super) async fn agents(accounts: &Accounts, (data, site): (&Path, SiteId)) -> Result<(), DemoError> {
    for it in &OTHERS {
        let file = data.join(it.password);
        if file.exists() && accounts.agent_by_email(it.email).await?.is_some() {
            continue;
        }
        let password = random_password()?;
        auth::write_private(&file, password.as_bytes())?;
        let new = NewAgent {
            email: it.email.to_owned(),
            first_name: it.first_name.to_owned(),
            last_name: it.last_name.to_owned(),
            role: Role::Agent,
            sites: SitesOf::Some(BTreeSet::from([site])),
            password,
        };
        accounts.put_agent(new).await?;
    }
    Ok(())
}

pub(super) fn log_ins(data: &Path) -> Result<Vec<LogIn>, DemoError> {
    let read = |it: &Person| {
        let password = fs::read_to_string(data.join(it.password))?.trim().to_owned();
        Ok(LogIn { email: it.email.to_owned(), password })
    };
    OTHERS.iter().map(read).collect()
}

pub(super) async fn team(accounts: &Accounts) -> Result<Team, DemoError> {
    let [karim, lea] = &OTHERS;
    Ok(Team {
        sophie: id(accounts, SOPHIE).await?,
        karim: id(accounts, karim.email).await?,
        lea: id(accounts, lea.email).await?,
    })
}

async fn id(accounts: &Accounts, email: &str) -> Result<AgentId, DemoError> {
    Ok(accounts.agent_by_email(email).await?.ok_or(DemoError::Missing("agent"))?.id)
}
