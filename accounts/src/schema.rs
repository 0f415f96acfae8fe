//! The tables.
use store::{Migrations, Step};

/// The tables of agents, sites, log-ins and invitations. Open the store with them, before the relay's.
pub const TABLES: Migrations = Migrations {
    component: "accounts",
    steps: &[Step::both("accounts", ACCOUNTS), Step::each("the first release's file", TAKE_OVER, "")],
};

/// `email_key` is the address in lower case. `all_sites` is 1 for those who serve every site, also later ones.
const ACCOUNTS: &str = "
CREATE TABLE account_agent (id {id}, email {text} NOT NULL, email_key {text} NOT NULL UNIQUE,
    first_name {text} NOT NULL, last_name {text} NOT NULL,
    role {text} NOT NULL CHECK (role IN ('agent', 'manager', 'admin')), password {text} NOT NULL,
    all_sites {int} NOT NULL CHECK (all_sites IN (0, 1)), disabled_ms {int}, created_ms {int} NOT NULL) {strict};
CREATE TABLE account_login (token {blob} PRIMARY KEY,
    agent_id {int} NOT NULL REFERENCES account_agent(id) ON DELETE CASCADE,
    created_ms {int} NOT NULL, expires_ms {int} NOT NULL) {strict};
CREATE INDEX account_login_agent ON account_login (agent_id);
CREATE INDEX account_login_expires ON account_login (expires_ms);
CREATE TABLE account_site (id {id}, key {text} NOT NULL UNIQUE, name {text} NOT NULL,
    created_ms {int} NOT NULL) {strict};
CREATE TABLE account_origin (site_id {int} NOT NULL REFERENCES account_site(id) ON DELETE CASCADE,
    origin {text} NOT NULL, PRIMARY KEY (site_id, origin)) {strict};
CREATE TABLE account_agent_site (agent_id {int} NOT NULL REFERENCES account_agent(id) ON DELETE CASCADE,
    site_id {int} NOT NULL REFERENCES account_site(id) ON DELETE CASCADE,
    PRIMARY KEY (agent_id, site_id)) {strict};
CREATE TABLE account_invitation (id {id}, token {blob} NOT NULL UNIQUE, email {text} NOT NULL,
    email_key {text} NOT NULL, role {text} NOT NULL CHECK (role IN ('agent', 'manager', 'admin')),
    all_sites {int} NOT NULL CHECK (all_sites IN (0, 1)),
    invited_by {int} NOT NULL REFERENCES account_agent(id), created_ms {int} NOT NULL,
    expires_ms {int} NOT NULL, accepted_ms {int}, agent_id {int} REFERENCES account_agent(id)) {strict};
CREATE UNIQUE INDEX account_invitation_open ON account_invitation (email_key) WHERE accepted_ms IS NULL;
CREATE TABLE account_invitation_site (
    invitation_id {int} NOT NULL REFERENCES account_invitation(id) ON DELETE CASCADE,
    site_id {int} NOT NULL REFERENCES account_site(id) ON DELETE CASCADE,
    PRIMARY KEY (invitation_id, site_id)) {strict};
";

/// The first release kept its own tables in the same file. Their shapes are made where they are not, so that
/// one text serves every file; the relay, whose they were, drops them once it has taken the rest. Every agent
/// saw every site then.
const TAKE_OVER: &str = "
CREATE TABLE IF NOT EXISTS agent (id INTEGER PRIMARY KEY, email TEXT, first_name TEXT, last_name TEXT, role TEXT,
    password TEXT, created_ms INTEGER);
CREATE TABLE IF NOT EXISTS login (token BLOB, agent INTEGER, created_ms INTEGER, expires_ms INTEGER);
CREATE TABLE IF NOT EXISTS site (key TEXT, name TEXT, created_ms INTEGER);
CREATE TABLE IF NOT EXISTS site_origin (origin TEXT, site TEXT);
INSERT INTO account_agent (id, email, email_key, first_name, last_name, role, password, all_sites, created_ms)
    SELECT id, email, lower(email), first_name, last_name, role, password, 1, created_ms FROM agent ORDER BY id;
INSERT INTO account_login (token, agent_id, created_ms, expires_ms)
    SELECT token, agent, created_ms, expires_ms FROM login;
INSERT INTO account_site (key, name, created_ms) SELECT key, name, created_ms FROM site ORDER BY created_ms, key;
INSERT INTO account_origin (site_id, origin)
    SELECT account_site.id, origin FROM site_origin JOIN account_site ON account_site.key = site_origin.site;
";
