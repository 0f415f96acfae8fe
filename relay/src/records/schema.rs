//! The relay's tables.
use store::{Migrations, Step};

/// The tables of sessions and of the audit log. They come behind [`accounts::TABLES`].
pub const TABLES: Migrations = Migrations {
    component: "relay",
    steps: &[
        Step::both("sessions", SESSIONS),
        Step::each("audit log", AUDIT_SQLITE, AUDIT_POSTGRES),
        Step::each("the first release's file", TAKE_OVER, ""),
        Step::both("shares of conversations", CONVERSATIONS),
    ],
};

const SESSIONS: &str = "
CREATE TABLE relay_session (id {blob} PRIMARY KEY, site {text} NOT NULL, visitor {blob} NOT NULL,
    opened_by {int} NOT NULL, opened_ms {int} NOT NULL, ended_ms {int}, end_reason {text}) {strict};
CREATE INDEX relay_session_open ON relay_session (site, visitor) WHERE ended_ms IS NULL;
CREATE TABLE relay_audit_head (one {int} PRIMARY KEY CHECK (one = 1), entry {int} NOT NULL,
    hash {blob} NOT NULL) {strict};
";

/// The first release's log is the same table under another name: it is not copied, so that not one bit of it
/// can become another.
const AUDIT_SQLITE: &str = "
CREATE TABLE IF NOT EXISTS audit (id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, session BLOB,
    actor TEXT NOT NULL, event TEXT NOT NULL, hash BLOB NOT NULL) STRICT;
DROP TRIGGER IF EXISTS audit_is_not_edited;
DROP TRIGGER IF EXISTS audit_is_not_cut;
DROP INDEX IF EXISTS audit_session;
ALTER TABLE audit RENAME TO relay_audit;
CREATE INDEX relay_audit_session ON relay_audit (session);
CREATE TRIGGER relay_audit_is_not_edited BEFORE UPDATE ON relay_audit
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER relay_audit_is_not_cut BEFORE DELETE ON relay_audit
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
INSERT INTO relay_audit_head (one, entry, hash) SELECT 1, id, hash FROM relay_audit ORDER BY id DESC LIMIT 1;
INSERT INTO relay_audit_head (one, entry, hash)
    SELECT 1, 0, zeroblob(32) WHERE NOT EXISTS (SELECT 1 FROM relay_audit_head);
";

const AUDIT_POSTGRES: &str = "
CREATE TABLE relay_audit (id {int} PRIMARY KEY, at_ms {int} NOT NULL, session {blob},
    actor {text} NOT NULL, event {text} NOT NULL, hash {blob} NOT NULL);
CREATE INDEX relay_audit_session ON relay_audit (session);
CREATE FUNCTION relay_audit_is_kept() RETURNS trigger AS $$
    BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$ LANGUAGE plpgsql;
CREATE TRIGGER relay_audit_is_not_changed BEFORE UPDATE OR DELETE ON relay_audit
    FOR EACH ROW EXECUTE FUNCTION relay_audit_is_kept();
CREATE TRIGGER relay_audit_is_not_emptied BEFORE TRUNCATE ON relay_audit
    FOR EACH STATEMENT EXECUTE FUNCTION relay_audit_is_kept();
INSERT INTO relay_audit_head (one, entry, hash) VALUES (1, 0, decode(repeat('00', 32), 'hex'));
";

/// `conv` is the conversation that a session belongs to, by a name that only its service understands, and
/// `conv_agent` the agent who has it. `relay_told` is how far that service was told of the audit log.
const CONVERSATIONS: &str = "
ALTER TABLE relay_session ADD COLUMN conv {text};
ALTER TABLE relay_session ADD COLUMN conv_agent {int};
CREATE INDEX relay_session_conv ON relay_session (conv) WHERE conv IS NOT NULL;
CREATE TABLE relay_told (one {int} PRIMARY KEY CHECK (one = 1), entry {int} NOT NULL) {strict};
INSERT INTO relay_told (one, entry) VALUES (1, 0);
";

/// The first release's tables go, once everything in them is elsewhere. The first statement fails where the
/// accounts' step has not run: nothing may be dropped then. The last one has the first release say that the
/// file is of a newer one.
const TAKE_OVER: &str = "
DELETE FROM login WHERE token IN (SELECT token FROM account_login);
CREATE TABLE IF NOT EXISTS session (id BLOB, site TEXT, visitor BLOB, opened_by INTEGER, opened_ms INTEGER,
    ended_ms INTEGER, end_reason TEXT);
INSERT INTO relay_session (id, site, visitor, opened_by, opened_ms, ended_ms, end_reason)
    SELECT id, site, visitor, opened_by, opened_ms, ended_ms, end_reason FROM session;
DROP TABLE session;
DROP TABLE login;
DROP TABLE site_origin;
DROP TABLE site;
DROP TABLE agent;
PRAGMA user_version = 2;
";
