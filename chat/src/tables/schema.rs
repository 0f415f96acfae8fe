//! The tables. Every one has `site_id`, and every unique key begins with it.
use store::{Migrations, Step};

/// The tables of conversations.
pub(crate) const TABLES: Migrations = Migrations {
    component: "chat",
    steps: &[
        Step::both("conversations", CONVERSATIONS),
        Step::both("settings and people", PEOPLE),
        Step::both("files", FILES),
        Step::both("desks and visits", DESKS),
        Step::both("devices and identities", IDENTITY),
        Step::both("search", SEARCH),
        Step::both("visitors' pages", PAGES),
        Step::each("beginnings of words", BEGINNINGS, "SELECT 1;"),
    ],
};

const CONVERSATIONS: &str = "
CREATE TABLE chat_conversation (id {id}, site_id {int} NOT NULL, pub {blob} NOT NULL,
    visitor_id {int} NOT NULL, start_cid {blob} NOT NULL, kind {text} NOT NULL, ver {int} NOT NULL,
    stage {text} NOT NULL, queue_id {int} NOT NULL, agent_id {int}, last_seq {int} NOT NULL,
    last_aseq {int} NOT NULL, created {int} NOT NULL, since {int} NOT NULL, last_at {int} NOT NULL,
    body {text} NOT NULL) {strict};
CREATE UNIQUE INDEX chat_conversation_pub ON chat_conversation (site_id, pub);
CREATE UNIQUE INDEX chat_conversation_start ON chat_conversation (site_id, visitor_id, start_cid);
CREATE UNIQUE INDEX chat_conversation_live ON chat_conversation (site_id, visitor_id)
    WHERE stage IN ('bot', 'queued', 'offered', 'active', 'snoozed');
CREATE INDEX chat_conversation_waiting ON chat_conversation (site_id, stage, since, id);
CREATE INDEX chat_conversation_list ON chat_conversation (site_id, stage, last_at, id);
CREATE INDEX chat_conversation_agent ON chat_conversation (site_id, agent_id, stage);

CREATE TABLE chat_message (site_id {int} NOT NULL, conv_id {int} NOT NULL, seq {int} NOT NULL,
    cid {blob} NOT NULL, author {text} NOT NULL, author_id {int} NOT NULL, kind {text} NOT NULL,
    body {text} NOT NULL, reply_to {int}, at {int} NOT NULL,
    PRIMARY KEY (site_id, conv_id, seq)) {strict};
CREATE UNIQUE INDEX chat_message_cid ON chat_message (site_id, conv_id, cid);

CREATE TABLE chat_record (site_id {int} NOT NULL, conv_id {int} NOT NULL, aseq {int} NOT NULL,
    cid {blob} NOT NULL, author {text} NOT NULL, author_id {int} NOT NULL, kind {text} NOT NULL,
    body {text} NOT NULL, at {int} NOT NULL,
    PRIMARY KEY (site_id, conv_id, aseq)) {strict};
CREATE UNIQUE INDEX chat_record_cid ON chat_record (site_id, conv_id, cid);

CREATE TABLE chat_offer (site_id {int} NOT NULL, conv_id {int} NOT NULL, no {int} NOT NULL,
    agent_id {int} NOT NULL, queue_id {int}, from_agent {int}, at {int} NOT NULL, due {int} NOT NULL,
    outcome {text} NOT NULL, ended {int},
    PRIMARY KEY (site_id, conv_id, no)) {strict};
CREATE INDEX chat_offer_agent ON chat_offer (site_id, agent_id, at);

CREATE TABLE chat_transfer (site_id {int} NOT NULL, conv_id {int} NOT NULL, ver {int} NOT NULL, no {int},
    from_agent {int}, to_agent {int}, to_queue {int}, at {int} NOT NULL, outcome {text} NOT NULL,
    ended {int},
    PRIMARY KEY (site_id, conv_id, ver)) {strict};

CREATE TABLE chat_participant (site_id {int} NOT NULL, conv_id {int} NOT NULL, agent_id {int} NOT NULL,
    first_at {int} NOT NULL, last_at {int} NOT NULL,
    PRIMARY KEY (site_id, conv_id, agent_id)) {strict};

CREATE TABLE chat_tagged (site_id {int} NOT NULL, conv_id {int} NOT NULL, tag_id {int} NOT NULL,
    automatic {text} NOT NULL, agent_id {int}, at {int} NOT NULL,
    PRIMARY KEY (site_id, conv_id, tag_id, automatic)) {strict};

CREATE TABLE chat_timer (site_id {int} NOT NULL, conv_id {int} NOT NULL, kind {text} NOT NULL,
    at {int} NOT NULL, ver {int} NOT NULL,
    PRIMARY KEY (site_id, conv_id, kind)) {strict};
CREATE INDEX chat_timer_at ON chat_timer (at);

CREATE TABLE chat_event (site_id {int} NOT NULL, no {int} NOT NULL, conv_id {int}, kind {text} NOT NULL,
    body {text} NOT NULL, at {int} NOT NULL,
    PRIMARY KEY (site_id, no)) {strict};
CREATE INDEX chat_event_at ON chat_event (at);

CREATE TABLE chat_result (site_id {int} NOT NULL, actor {text} NOT NULL, actor_id {int} NOT NULL,
    rid {blob} NOT NULL, conv_id {int} NOT NULL, answer {text} NOT NULL, at {int} NOT NULL,
    PRIMARY KEY (site_id, actor, actor_id, rid)) {strict};
CREATE INDEX chat_result_at ON chat_result (at);

CREATE TABLE chat_heartbeat (one {int} PRIMARY KEY CHECK (one = 1), at {int} NOT NULL) {strict};
";

const PEOPLE: &str = "
CREATE TABLE chat_site (site_id {int} PRIMARY KEY, settings {text} NOT NULL, hours {text},
    settings_ver {int} NOT NULL, events {int} NOT NULL) {strict};

CREATE TABLE chat_queue (id {id}, site_id {int} NOT NULL, name {text} NOT NULL, settings {text} NOT NULL,
    strategy {text} NOT NULL, hours {text}) {strict};
CREATE INDEX chat_queue_site ON chat_queue (site_id, id);

CREATE TABLE chat_flow (site_id {int} NOT NULL, flow_id {int} NOT NULL, version {int} NOT NULL,
    body {text} NOT NULL, PRIMARY KEY (site_id, flow_id, version)) {strict};

CREATE TABLE chat_agent (site_id {int} NOT NULL, agent_id {int} NOT NULL, presence {text} NOT NULL,
    max_chats {int} NOT NULL, languages {text} NOT NULL, load {int} NOT NULL CHECK (0 <= load),
    last_offer_at {int} NOT NULL, missed {int} NOT NULL,
    PRIMARY KEY (site_id, agent_id)) {strict};

CREATE TABLE chat_member (site_id {int} NOT NULL, queue_id {int} NOT NULL, agent_id {int} NOT NULL,
    priority {int} NOT NULL, cap {int}, PRIMARY KEY (site_id, queue_id, agent_id)) {strict};

CREATE TABLE chat_visitor (id {id}, site_id {int} NOT NULL, key_hash {blob} NOT NULL, ext_id {text},
    form {text} NOT NULL, blocked_at {int}, blocked_by {int}, created {int} NOT NULL) {strict};
CREATE UNIQUE INDEX chat_visitor_key ON chat_visitor (site_id, key_hash);
CREATE UNIQUE INDEX chat_visitor_ext ON chat_visitor (site_id, ext_id) WHERE ext_id IS NOT NULL;
";

const FILES: &str = "
CREATE TABLE chat_attachment (id {id}, site_id {int} NOT NULL, pub {blob} NOT NULL, conv_id {int} NOT NULL,
    up_kind {text} NOT NULL, up_id {int} NOT NULL, name {text} NOT NULL, declared {text} NOT NULL,
    bytes {int} NOT NULL, state {text} NOT NULL, seq {int}, media {text}, sha256 {blob}, w {int}, h {int},
    thumb {text}, created {int} NOT NULL, touched {int} NOT NULL) {strict};
CREATE UNIQUE INDEX chat_attachment_site ON chat_attachment (site_id, pub);
CREATE INDEX chat_attachment_pub ON chat_attachment (pub);
CREATE INDEX chat_attachment_list ON chat_attachment (site_id, conv_id, seq, id);
CREATE INDEX chat_attachment_stale ON chat_attachment (state, touched) WHERE seq IS NULL;

CREATE TABLE chat_file_rules (site_id {int} PRIMARY KEY, rules {text} NOT NULL) {strict};
";

/// `reader` is an agent, or 0 for the visitor. `form` of a visitor has everything; what lists are sorted and
/// searched by stands beside it, folded.
const DESKS: &str = "
ALTER TABLE chat_site ADD COLUMN shown {text} NOT NULL DEFAULT '{}';
ALTER TABLE chat_visitor ADD COLUMN name {text} NOT NULL DEFAULT '';
ALTER TABLE chat_visitor ADD COLUMN email {text} NOT NULL DEFAULT '';
ALTER TABLE chat_visitor ADD COLUMN name_key {text} NOT NULL DEFAULT '';
ALTER TABLE chat_visitor ADD COLUMN words {text} NOT NULL DEFAULT '';
ALTER TABLE chat_visitor ADD COLUMN custom {text} NOT NULL DEFAULT '{}';
ALTER TABLE chat_visitor ADD COLUMN block_reason {text} NOT NULL DEFAULT '';
CREATE INDEX chat_visitor_blocked ON chat_visitor (site_id, blocked_at) WHERE blocked_at IS NOT NULL;
CREATE INDEX chat_conversation_visitor ON chat_conversation (site_id, visitor_id, created, id);

CREATE TABLE chat_read (site_id {int} NOT NULL, conv_id {int} NOT NULL, reader {int} NOT NULL,
    seq {int} NOT NULL, PRIMARY KEY (site_id, conv_id, reader)) {strict};
CREATE TABLE chat_star (site_id {int} NOT NULL, conv_id {int} NOT NULL, agent_id {int} NOT NULL,
    at {int} NOT NULL, PRIMARY KEY (site_id, conv_id)) {strict};

CREATE TABLE chat_visit (id {id}, site_id {int} NOT NULL, visitor_id {int} NOT NULL, name {text} NOT NULL,
    started {int} NOT NULL, last_at {int} NOT NULL, referrer {text} NOT NULL, provenance {text} NOT NULL,
    source {text} NOT NULL, campaign {text} NOT NULL, browser {text} NOT NULL, system {text} NOT NULL,
    country {text} NOT NULL, pages {int} NOT NULL) {strict};
CREATE UNIQUE INDEX chat_visit_name ON chat_visit (site_id, visitor_id, name);
CREATE INDEX chat_visit_last ON chat_visit (site_id, visitor_id, last_at, id);
CREATE TABLE chat_page (id {id}, site_id {int} NOT NULL, visit_id {int} NOT NULL, url {text} NOT NULL,
    title {text} NOT NULL, at {int} NOT NULL) {strict};
CREATE UNIQUE INDEX chat_page_once ON chat_page (site_id, visit_id, at, url);

CREATE TABLE chat_custom (site_id {int} NOT NULL, key {text} NOT NULL, label {text} NOT NULL,
    kind {text} NOT NULL, pos {int} NOT NULL, PRIMARY KEY (site_id, key)) {strict};
CREATE TABLE chat_tag (id {id}, site_id {int} NOT NULL, name {text} NOT NULL, colour {text} NOT NULL,
    pos {int} NOT NULL, archived {int} NOT NULL) {strict};
CREATE INDEX chat_tag_site ON chat_tag (site_id, pos, id);
CREATE TABLE chat_canned (id {id}, site_id {int} NOT NULL, agent_id {int} NOT NULL, short {text} NOT NULL,
    title {text} NOT NULL, body {text} NOT NULL, lang {text} NOT NULL, words {text} NOT NULL,
    uses {int} NOT NULL) {strict};
CREATE UNIQUE INDEX chat_canned_short ON chat_canned (site_id, agent_id, short);
CREATE TABLE chat_sticky (id {id}, site_id {int} NOT NULL, visitor_id {int} NOT NULL,
    agent_id {int} NOT NULL, body {text} NOT NULL, colour {text} NOT NULL, at {int} NOT NULL,
    edited {int}) {strict};
CREATE INDEX chat_sticky_visitor ON chat_sticky (site_id, visitor_id, at, id);
CREATE TABLE chat_site_key (site_id {int} NOT NULL, kid {text} NOT NULL, secret {blob} NOT NULL,
    created {int} NOT NULL, last_used {int}, PRIMARY KEY (site_id, kid)) {strict};
CREATE TABLE chat_audit (id {id}, site_id {int} NOT NULL, agent_id {int} NOT NULL, action {text} NOT NULL,
    target {text} NOT NULL, at {int} NOT NULL) {strict};
CREATE INDEX chat_audit_site ON chat_audit (site_id, at, id);
";

/// Devices whose visitor is another one than `chat_visitor.key_hash` says.
const IDENTITY: &str = "
ALTER TABLE chat_visitor ADD COLUMN merged_into {int};
CREATE TABLE chat_device (site_id {int} NOT NULL, key_hash {blob} NOT NULL, visitor_id {int} NOT NULL,
    PRIMARY KEY (site_id, key_hash)) {strict};
CREATE INDEX chat_device_visitor ON chat_device (site_id, visitor_id);
CREATE TABLE chat_secret (site_id {int} NOT NULL, name {text} NOT NULL, secret {blob} NOT NULL,
    PRIMARY KEY (site_id, name)) {strict};
";

/// What is there already is indexed too. `stream` is 0 for the thread, 1 for what stands beside it.
const SEARCH: &str = "
CREATE TABLE chat_unindexed (site_id {int} NOT NULL, conv_id {int} NOT NULL, stream {int} NOT NULL,
    n {int} NOT NULL, at {int} NOT NULL, PRIMARY KEY (site_id, conv_id, stream, n)) {strict};
CREATE INDEX chat_unindexed_at ON chat_unindexed (at, site_id, conv_id, stream, n);
CREATE TABLE chat_indexed (id {int} PRIMARY KEY, site_id {int} NOT NULL, conv_id {int} NOT NULL,
    stream {int} NOT NULL, n {int} NOT NULL, author {text} NOT NULL, author_id {int} NOT NULL) {strict};
CREATE UNIQUE INDEX chat_indexed_message ON chat_indexed (site_id, conv_id, stream, n);
CREATE INDEX chat_indexed_conversation ON chat_indexed (conv_id, id);
{fulltext chat_words};
INSERT INTO chat_unindexed (site_id, conv_id, stream, n, at)
    SELECT site_id, conv_id, 0, seq, at FROM chat_message
    UNION ALL SELECT site_id, conv_id, 1, aseq, at FROM chat_record;
";

/// The relay's name of the browser that the visitor was seen in last.
const PAGES: &str = "
ALTER TABLE chat_visitor ADD COLUMN page {blob};
";

/// The index has beginnings of words as well: what stands in it is indexed anew, the newest first, and found as before until
/// then. Not on PostgreSQL, whose index is as it was.
const BEGINNINGS: &str = "
INSERT OR IGNORE INTO chat_unindexed (site_id, conv_id, stream, n, at)
    SELECT site_id, conv_id, stream, n, id / 1048576 FROM chat_indexed;
";
