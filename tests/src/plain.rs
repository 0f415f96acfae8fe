//! Texts that would act if anybody took them for more than texts; where they can be written; and what a page shows.
use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use thirtyfour::WebDriver;
use tokio::net::TcpListener;

use crate::wait::eval;

/// What a text tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Elements, scripts, templates, entities.
    Markup,
    /// An address that is a script; letters that turn what follows around; letters that are not seen.
    Script,
    /// As long as it may be, without a place to break it.
    Long,
}

impl Style {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Markup, Self::Script, Self::Long];

    /// The text of a field that may hold so many characters: no other field's, and no other style's.
    pub fn text(self, field: &str, most: usize) -> String {
        let name = format!("{field}-{}", self.letter());
        match self {
            Self::Markup if most >= 300 => format!(
                "{name}<img data-hostile src=x onerror=window.hit=1><script data-hostile>window.hit=2</script>\
                 <a data-hostile href=javascript:window.hit=3>x</a><style data-hostile>*{{display:none}}</style>\
                 {{{{7*7}}}}${{7*7}}<%=7*7%>&lt;&#x3c;\"'`"
            ),
            Self::Markup => format!("{name}<b data-hostile>{{{{7*7}}}}&lt;\"'"),
            Self::Script => format!("javascript:window.hit=4//{name}\u{202e}txt\u{2066}\u{200f}\u{feff}é"),
            Self::Long => format!("{name}{}", "W".repeat(most.saturating_sub(name.len()))),
        }
    }

    /// The same, where it is asked for.
    pub const fn letter(self) -> char {
        match self {
            Self::Markup => 'm',
            Self::Script => 's',
            Self::Long => 'l',
        }
    }
}

/// The texts of a body, each by its place: fields by their names, items and map keys as `*`.
pub fn texts_of_schema(document: &Value, schema: &Value) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    in_schema(document, schema, "", &mut all);
    all
}

fn in_schema(document: &Value, schema: &Value, at: &str, all: &mut BTreeSet<String>) {
    if let Some(name) = schema["$ref"].as_str().and_then(|it| it.rsplit('/').next()) {
        return in_schema(document, &document["components"]["schemas"][name], at, all);
    }
    for several in ["oneOf", "anyOf", "allOf"] {
        for one in schema[several].as_array().into_iter().flatten() {
            in_schema(document, one, at, all);
        }
    }
    for (key, inner) in schema["properties"].as_object().into_iter().flatten() {
        in_schema(document, inner, &joined(at, key), all);
    }
    for inner in [&schema["items"], &schema["additionalProperties"]] {
        if inner.is_object() {
            in_schema(document, inner, &joined(at, "*"), all);
        }
    }
    let is_text = schema["type"] == "string"
        || schema["type"].as_array().is_some_and(|it| it.contains(&json!("string")));
    if is_text && schema.get("enum").is_none() {
        all.insert(at.to_owned());
    }
}

/// The same of a value that has every field.
pub fn texts_of_value(value: &Value) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    in_value(value, "", &mut all);
    all
}

fn in_value(value: &Value, at: &str, all: &mut BTreeSet<String>) {
    match value {
        Value::String(_) => _ = all.insert(at.to_owned()),
        Value::Array(items) => items.iter().for_each(|it| in_value(it, &joined(at, "*"), all)),
        Value::Object(fields) => fields.iter().for_each(|(key, it)| in_value(it, &joined(at, key), all)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn joined(at: &str, key: &str) -> String {
    if at.is_empty() { key.to_owned() } else { format!("{at}.{key}") }
}

/// An expression: which of these texts nothing below `root` shows, as text, in a field, or in what is read aloud.
pub fn missing(root: &str, texts: &[String]) -> String {
    let texts = Value::from(texts.to_vec());
    format!(
        "((root, wanted) => {{
             const shown = [root.textContent ?? ''];
             for (const it of root.querySelectorAll('*')) {{
                 if (typeof it.value === 'string') shown.push(it.value);
                 for (const name of ['title', 'aria-label', 'placeholder', 'alt', 'data-name']) shown.push(it.getAttribute(name) ?? '');
             }}
             const all = shown.join('\\n');
             return wanted.filter(it => !all.includes(it));
         }})({root}, {texts})"
    )
}

/// An expression: what of a hostile text became more than a text below `root`.
pub fn acting(root: &str) -> String {
    format!(
        "(root => {{
             const found = [...root.querySelectorAll('[data-hostile], [onerror], [onload]')];
             for (const name of ['href', 'src', 'action', 'formaction', 'xlink:href', 'srcdoc'])
                 for (const it of root.querySelectorAll('[' + CSS.escape(name) + ']'))
                     if (/^\\s*(javascript|data:text)/i.test(it.getAttribute(name))) found.push(it);
             return found.map(it => it.outerHTML.slice(0, 200));
         }})({root})"
    )
}

/// From now on the page notes what it refuses to load.
///
/// # Errors
/// When it is gone.
pub async fn watches(driver: &WebDriver) -> Result<()> {
    let notes = "void (window.refused ?? (window.refused = [],
        addEventListener('securitypolicyviolation', it => window.refused.push(it.violatedDirective + ' ' + it.blockedURI))))";
    eval(driver, notes).await.map(drop)
}

/// Nothing ran, nothing was refused, and the page is no wider than its window.
///
/// # Errors
/// Says what did.
pub async fn is_quiet(driver: &WebDriver) -> Result<()> {
    let state = eval(
        driver,
        "[window.hit ?? null, window.refused ?? [], document.documentElement.scrollWidth - innerWidth]",
    )
    .await?;
    ensure!(state[0].is_null(), "a script ran: {}", state[0]);
    ensure!(state[1].as_array().is_none_or(Vec::is_empty), "the page's policy stopped {}", state[1]);
    ensure!(state[2].as_i64().is_none_or(|it| it <= 0), "the page is {} pixels too wide", state[2]);
    let acting = eval(driver, &acting("document")).await?;
    ensure!(acting.as_array().is_none_or(Vec::is_empty), "texts became elements: {acting}");
    Ok(())
}

/// A port that nobody has a reason to ask.
pub struct Trap {
    /// Which.
    pub port: u16,
    caught: Arc<AtomicUsize>,
}

impl Trap {
    /// Waits for whoever comes.
    ///
    /// # Errors
    /// When there is no free port.
    pub async fn set() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (port, caught) = (listener.local_addr()?.port(), Arc::new(AtomicUsize::new(0)));
        let counts = caught.clone();
        // Ends with the test's runtime.
        tokio::spawn(async move {
            while listener.accept().await.is_ok() {
                counts.fetch_add(1, Ordering::SeqCst);
            }
        });
        Ok(Self { port, caught })
    }

    /// How many connections came.
    pub fn caught(&self) -> usize {
        self.caught.load(Ordering::SeqCst)
    }

    /// A text that would ask it, if it were markup.
    pub fn bait(&self) -> String {
        let port = self.port;
        format!(
            "<img data-hostile src=//127.0.0.1:{port}/1><link data-hostile rel=stylesheet href=//127.0.0.1:{port}/2>"
        )
    }
}

#[test]
fn texts_are_found_by_schema_and_by_value_alike() {
    let document = json!({ "components": { "schemas": {
        "Queue": { "properties": { "name": { "type": "string" }, "members": { "type": "array", "items": { "$ref": "#/components/schemas/Member" } } } },
        "Member": { "properties": { "agent": { "type": "integer" }, "note": { "type": ["string", "null"] }, "kind": { "type": "string", "enum": ["a"] } } },
        "Texts": { "type": "object", "additionalProperties": { "type": "string" } },
    } } });
    let queue = texts_of_schema(&document, &json!({ "$ref": "#/components/schemas/Queue" }));
    assert_eq!(queue, ["members.*.note", "name"].map(str::to_owned).into());
    assert_eq!(
        texts_of_schema(&document, &json!({ "$ref": "#/components/schemas/Texts" })),
        ["*".to_owned()].into()
    );
    assert_eq!(texts_of_value(&json!({ "name": "a", "members": [{ "agent": 1, "note": "b" }] })), queue);
}

#[test]
fn each_text_is_its_own_and_fits() {
    let all: BTreeSet<String> =
        Style::ALL.into_iter().flat_map(|style| ["a", "b"].map(|field| style.text(field, 50))).collect();
    assert_eq!(all.len(), 6);
    assert!(all.iter().all(|it| it.chars().count() <= 60), "{all:?}");
}
