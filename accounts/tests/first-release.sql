-- The tables of the first release, as it made them, and rows as it wrote them; HASH, TOKEN and the audit log
-- are put in by the tests.
CREATE TABLE agent (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    email TEXT NOT NULL UNIQUE COLLATE NOCASE,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('agent', 'manager', 'admin')),
    password TEXT NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE login (
    token BLOB PRIMARY KEY,
    agent INTEGER NOT NULL REFERENCES agent(id) ON DELETE CASCADE,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE site (
    key TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE site_origin (
    origin TEXT NOT NULL,
    site TEXT NOT NULL REFERENCES site(key) ON DELETE CASCADE,
    PRIMARY KEY (origin, site)
) STRICT, WITHOUT ROWID;
CREATE TABLE session (
    id BLOB PRIMARY KEY,
    site TEXT NOT NULL REFERENCES site(key),
    visitor BLOB NOT NULL,
    opened_by INTEGER NOT NULL REFERENCES agent(id),
    opened_ms INTEGER NOT NULL,
    ended_ms INTEGER,
    end_reason TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX session_open ON session (site, visitor) WHERE ended_ms IS NULL;
CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    session BLOB,
    actor TEXT NOT NULL,
    event TEXT NOT NULL,
    hash BLOB NOT NULL
) STRICT;
CREATE INDEX audit_session ON audit (session);
CREATE TRIGGER audit_is_not_edited BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_is_not_cut BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
PRAGMA user_version = 1;

INSERT INTO agent VALUES (1, 'sophie@demo.tandem', 'Sophie', 'Martin', 'agent', 'HASH', 1000);
INSERT INTO agent VALUES (3, 'Ben@Example.com', 'Ben', '', 'admin', 'HASH', 2000);
INSERT INTO agent VALUES (4, 'ÄNNE@example.com', 'Änne', '', 'manager', 'HASH', 3000);
INSERT INTO login VALUES (x'TOKEN', 3, 4000, EXPIRES);
INSERT INTO site VALUES ('blog', 'Blog', 1200);
INSERT INTO site VALUES ('demo', 'Demo shop', 1100);
INSERT INTO site_origin VALUES ('https://shop.example', 'demo');
INSERT INTO site_origin VALUES ('https://www.shop.example', 'demo');
INSERT INTO site_origin VALUES ('https://shop.example', 'blog');
INSERT INTO session VALUES (x'01010101010101010101010101010101', 'demo', x'0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a', 1, 5000, NULL, NULL);
INSERT INTO session VALUES (x'02020202020202020202020202020202', 'demo', x'0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a', 3, 4000, 4500, 'stopped');
