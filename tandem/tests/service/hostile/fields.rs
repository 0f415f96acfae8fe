//! The fields of a body: where texts stand in it, by an example and by its schema.
use serde_json::{Value, json};

/// A way into a value: names and places.
pub type Path = Vec<String>;

/// Where texts stand, sorted: whether an object keeps the order of its fields is another crate's choice.
pub fn texts_of(value: &Value) -> Vec<Path> {
    let mut all = Vec::new();
    walk(value, &mut Vec::new(), &mut all);
    all.sort();
    all
}

fn walk(value: &Value, at: &mut Path, all: &mut Vec<Path>) {
    let mut into = |key: String, value: &Value, all: &mut Vec<Path>| {
        at.push(key);
        walk(value, at, all);
        at.pop();
    };
    match value {
        Value::String(_) => all.push(at.clone()),
        Value::Array(items) => items.iter().enumerate().for_each(|(n, it)| into(n.to_string(), it, all)),
        Value::Object(fields) => fields.iter().for_each(|(key, it)| into(key.clone(), it, all)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The value with this in that place. What is missing on the way is taken from `sample`.
pub fn with(value: &Value, (sample, path): (&Value, &[String]), to: Value) -> Value {
    let Some((first, rest)) = path.split_first() else { return to };
    let mut made = if value.is_null() { sample.clone() } else { value.clone() };
    let inner_sample = step(sample, first).unwrap_or_default();
    let inner = step(&made, first).filter(|it| rest.is_empty() || !it.is_null()).unwrap_or_default();
    let inner = with(&inner, (&inner_sample, rest), to);
    match (&mut made, first.parse::<usize>()) {
        (Value::Array(items), Ok(n)) if n < items.len() => items[n] = inner,
        (Value::Array(items), _) => items.push(inner),
        (Value::Object(fields), _) => _ = fields.insert(first.clone(), inner),
        (other, _) => *other = json!({ first: inner }),
    }
    made
}

fn step(value: &Value, key: &str) -> Option<Value> {
    match value {
        Value::Array(items) => items.get(key.parse::<usize>().ok()?).cloned(),
        Value::Object(fields) => fields.get(key).cloned(),
        _ => None,
    }
}

/// A value with every field that the schema has: lists have one item, maps one entry.
pub fn sample(document: &Value, schema: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.rsplit('/').next().expect("a name");
        return sample(document, &document["components"]["schemas"][name]);
    }
    for several in ["oneOf", "anyOf", "allOf"] {
        if let Some(all) = schema[several].as_array() {
            let first = all.iter().find(|it| it["type"] != "null").expect("one of them");
            return sample(document, first);
        }
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().find(|it| *it != "null").and_then(Value::as_str).unwrap_or(""),
        one => one.as_str().unwrap_or(""),
    };
    match kind {
        "object" => object(document, schema),
        "array" => {
            let inner = schema.get("items").or_else(|| schema["prefixItems"].get(0)).expect("items");
            json!([sample(document, inner)])
        }
        "string" => schema["enum"].get(0).cloned().unwrap_or(json!("text")),
        "boolean" => json!(true),
        _ => json!(1),
    }
}

fn object(document: &Value, schema: &Value) -> Value {
    let mut made = serde_json::Map::new();
    for (key, inner) in schema["properties"].as_object().into_iter().flatten() {
        made.insert(key.clone(), sample(document, inner));
    }
    if schema["additionalProperties"].is_object() {
        made.insert("en".to_owned(), sample(document, &schema["additionalProperties"]));
    }
    Value::Object(made)
}

/// Whether a text stands somewhere in it, as it is.
pub fn holds(value: &Value, text: &str) -> bool {
    match value {
        Value::String(it) => it == text,
        Value::Array(items) => items.iter().any(|it| holds(it, text)),
        Value::Object(fields) => fields.iter().any(|(key, it)| key == text || holds(it, text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[test]
fn each_field_is_reached_where_an_example_has_it_and_where_it_has_not() {
    let example = json!({ "name": "a", "members": [] });
    let sample =
        json!({ "name": "text", "members": [{ "agent": 1, "note": "text" }], "hours": { "zone": "text" } });
    let paths = texts_of(&sample);
    assert_eq!(paths, [vec!["hours", "zone"], vec!["members", "0", "note"], vec!["name"]]);
    let made: Vec<_> = paths.iter().map(|path| with(&example, (&sample, path), json!("X"))).collect();
    let expected = [
        json!({ "name": "a", "members": [], "hours": { "zone": "X" } }),
        json!({ "name": "a", "members": [{ "agent": 1, "note": "X" }] }),
        json!({ "name": "X", "members": [] }),
    ];
    assert_eq!(made, expected);
}
