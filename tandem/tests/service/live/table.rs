//! The table as docs/settings.md has it, and the settings as the server's document has them.
use std::collections::BTreeSet;

use serde_json::Value;

const TABLE: &str = include_str!("../../../../docs/settings.md");

/// A row of the table: the setting, and its cells.
pub struct Line {
    pub setting: String,
    pub cells: [String; 3],
}

/// The rows of the table.
pub fn lines() -> Vec<Line> {
    let rows = TABLE.lines().filter(|it| it.starts_with("| `"));
    let read = |row: &str| {
        let cells: Vec<_> = row.trim_matches('|').split('|').map(|it| it.trim().to_owned()).collect();
        let [setting, cells @ ..] =
            <[String; 4]>::try_from(cells).unwrap_or_else(|_| panic!("no row: {row}"));
        Line { setting: setting.trim_matches('`').to_owned(), cells }
    };
    rows.map(read).collect()
}

/// What an operation is about.
enum About {
    /// Each field of its body is a setting, named after this.
    Fields(&'static str),
    /// It is a setting itself.
    Itself(&'static str),
    /// What another operation is about.
    Same,
    /// It sets nothing.
    Nothing,
}

/// Every operation of the administration that is not for reading; parts of a body that others have too are told where
/// they come first.
const OPERATIONS: [(&str, About); 28] = [
    ("put /v1/admin/sites/{key}/general", About::Fields("general")),
    ("put /v1/admin/sites/{key}/hours", About::Fields("hours")),
    ("post /v1/admin/sites/{key}/hours/preview", About::Nothing),
    ("put /v1/admin/sites/{key}/forms", About::Fields("forms")),
    ("put /v1/admin/sites/{key}/bot", About::Fields("bot")),
    ("post /v1/admin/sites/{key}/bot/check", About::Nothing),
    ("put /v1/admin/sites/{key}/queues/{id}", About::Fields("queues")),
    ("post /v1/admin/sites/{key}/queues", About::Same),
    ("delete /v1/admin/sites/{key}/queues/{id}", About::Itself("queues: deleted")),
    ("put /v1/admin/sites/{key}/agents/{id}", About::Fields("agents")),
    ("delete /v1/admin/sites/{key}/agents/{id}", About::Itself("agents: deleted")),
    ("put /v1/admin/sites/{key}/custom", About::Fields("custom")),
    ("put /v1/admin/sites/{key}/tags/{id}", About::Fields("tags")),
    ("post /v1/admin/sites/{key}/tags", About::Same),
    ("delete /v1/admin/sites/{key}/tags/{id}", About::Itself("tags: deleted")),
    ("post /v1/admin/sites/{key}/keys", About::Itself("keys: made")),
    ("delete /v1/admin/sites/{key}/keys/{kid}", About::Itself("keys: deleted")),
    ("put /v1/canned/{id}", About::Fields("canned")),
    ("post /v1/canned", About::Same),
    ("delete /v1/canned/{id}", About::Itself("canned: deleted")),
    ("post /v1/canned/{id}/used", About::Nothing),
    ("patch /v1/agents/{id}", About::Fields("team")),
    ("post /v1/agents", About::Itself("team: added")),
    ("post /v1/invitations", About::Fields("invitations")),
    ("delete /v1/invitations/{id}", About::Itself("invitations: deleted")),
    // Who was invited sets nothing but themselves.
    ("post /v1/invitations/of/{token}", About::Nothing),
    ("post /v1/sites", About::Fields("sites")),
    ("patch /v1/sites/{key}", About::Same),
];

/// What a body says to name something, or tells without it being asked.
const NAMES: [&str; 11] = [
    "agents.id",
    "agents.queues",
    "bot.nodes.choices.option",
    "bot.nodes.id",
    "bot.version",
    "canned.agent",
    "canned.id",
    "canned.site",
    "canned.uses",
    "queues.id",
    "tags.id",
];

/// Where the administration is.
const PLACES: [&str; 5] = ["/v1/admin/", "/v1/canned", "/v1/agents", "/v1/invitations", "/v1/sites"];

/// Every setting, by the server's document.
pub fn settings(document: &Value) -> BTreeSet<String> {
    all_are_known(document);
    let (mut seen, mut found) = (BTreeSet::new(), BTreeSet::new());
    for (operation, about) in &OPERATIONS {
        match about {
            About::Fields(part) => {
                let (method, path) = operation.split_once(' ').expect("an operation");
                let body = &document["paths"][path][method]["requestBody"]["content"]["application/json"];
                let mut walk = Walk { document, seen: &mut seen, found: &mut found };
                walk.fields(&body["schema"], part);
            }
            About::Itself(name) => _ = found.insert((*name).to_owned()),
            About::Same | About::Nothing => {}
        }
    }
    for name in NAMES {
        assert!(found.remove(name), "{name} is not there any more");
    }
    found
}

/// An operation that nobody thought of may be a setting.
fn all_are_known(document: &Value) {
    for (operation, _) in &OPERATIONS {
        let (method, path) = operation.split_once(' ').expect("an operation");
        assert!(document["paths"][path][method].is_object(), "{operation} is not there any more");
    }
    for (path, item) in document["paths"].as_object().expect("paths") {
        if !PLACES.iter().any(|it| path.starts_with(it)) {
            continue;
        }
        for method in item.as_object().expect("operations").keys().filter(|it| *it != "get") {
            let operation = format!("{method} {path}");
            assert!(OPERATIONS.iter().any(|(it, _)| *it == operation), "{operation} may be a setting");
        }
    }
}

/// Walks a body's schema. One that others have too is told where it comes first.
struct Walk<'a> {
    document: &'a Value,
    seen: &'a mut BTreeSet<String>,
    found: &'a mut BTreeSet<String>,
}

impl Walk<'_> {
    fn fields(&mut self, schema: &Value, name: &str) {
        if let Some(of) = schema["$ref"].as_str() {
            let key = of.rsplit('/').next().expect("a name");
            if !self.seen.insert(key.to_owned()) {
                _ = self.found.insert(name.to_owned());
                return;
            }
            let document = self.document;
            return self.fields(&document["components"]["schemas"][key], name);
        }
        let choices = ["oneOf", "anyOf", "allOf"].iter().filter_map(|it| schema[*it].as_array()).flatten();
        let choices: Vec<_> = choices.filter(|it| it["type"] != "null").collect();
        if let [only] = choices[..] {
            return self.fields(only, name);
        }
        if schema["items"].is_object() {
            return self.fields(&schema["items"], name);
        }
        let Some(properties) = schema["properties"].as_object() else {
            _ = self.found.insert(name.to_owned());
            return;
        };
        // What may be missing is told like what is there.
        let is_there = |it: &Value| !it["type"].is_array() && !it["oneOf"].is_array();
        let (there, missing): (Vec<_>, Vec<_>) = properties.iter().partition(|it| is_there(it.1));
        for (key, schema) in there.into_iter().chain(missing) {
            self.fields(schema, &format!("{name}.{key}"));
        }
    }
}
