//! The tables. Every one has `site_id`, and every unique key begins with it.
use store::{Migrations, Step};

/// The tables of conversations.
pub(crate) const TABLES: Migrations = Migrations {
    component: "chat",
    steps: &[
        Step::both("conversations", CONVERSATIONS),
        Step::both("settings and people", PEOPLE),
        Step::both("files", FILES),
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
