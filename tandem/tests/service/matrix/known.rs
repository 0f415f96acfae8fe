//! What the server has: routes by its document and by its sources, frames by what their types read.
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// The operations of the OpenAPI document: `GET /v1/canned`.
pub fn documented(document: &Value) -> BTreeSet<String> {
    let paths = document["paths"].as_object().expect("paths");
    let of = |(path, item): (&String, &Value)| {
        let methods: Vec<_> = item.as_object().expect("operations").keys().cloned().collect();
        methods.into_iter().map(|it| format!("{} {path}", it.to_uppercase())).collect::<Vec<_>>()
    };
    paths.iter().flat_map(of).collect()
}

/// The routes that are laid by hand in the sources of relay and chat, and so are not described.
pub fn laid() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tree");
    let mut files = Vec::new();
    for folder in ["relay/src", "chat/src"] {
        sources(&root.join(folder), &mut files);
    }
    files.iter().flat_map(|file| routes_of(&fs::read_to_string(file).expect("read"))).collect()
}

fn sources(folder: &Path, all: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, all);
        } else if path.extension().is_some_and(|it| it == "rs") {
            all.push(path);
        }
    }
}

/// `.route("/path", get(a).post(b))` is two; `.route_service` and `.nest_service` are for reading.
fn routes_of(source: &str) -> Vec<String> {
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    let mut all = Vec::new();
    for (at, _) in code.match_indices(".route(\"") {
        let call = balanced(&code[at + ".route".len()..]);
        let path = call.split('"').nth(1).expect("a path");
        let handlers = call.rsplit_once(&format!("\"{path}\"")).expect("handlers").1;
        // A method router that has a name of its own.
        let named = handlers.trim_matches(|it: char| it == ',' || it == ')' || it.is_whitespace());
        let defined = code.split(&format!("let {named} = ")).nth(1).filter(|_| !handlers.contains('('));
        let handlers = defined.map_or(handlers, |it| it.split(';').next().unwrap_or_default());
        for method in ["get", "post", "put", "patch", "delete", "head", "any"] {
            let call = format!("{method}(");
            let begins = |at: usize| !handlers[..at].ends_with(|it: char| it.is_alphanumeric() || it == '_');
            if handlers.match_indices(&call).any(|(at, _)| begins(at)) {
                all.push(format!("{} {path}", method.to_uppercase()));
            }
        }
    }
    let served = code.match_indices("_service(\"").map(|(at, _)| &code[at + "_service(\"".len()..]);
    all.extend(served.map(|it| format!("GET {}", it.split('"').next().expect("a path"))));
    all
}

/// The text up to the bracket that closes the first one.
fn balanced(text: &str) -> &str {
    let mut depth = 0;
    for (at, sign) in text.char_indices() {
        depth += match sign {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        if depth == 0 {
            return &text[..=at];
        }
    }
    panic!("a bracket stays open: {text}")
}

/// The variants that a type reads by the tag `t`, as it says itself.
pub fn variants<T: DeserializeOwned>(tag: &str) -> Vec<String> {
    let Err(error) = serde_json::from_value::<T>(json!({ tag: "?" })) else { panic!("it reads anything") };
    let text = error.to_string();
    let (_, list) = text.split_once("expected one of ").unwrap_or_else(|| panic!("{text}"));
    list.split(", ").map(|it| it.trim_matches('`').to_owned()).collect()
}
