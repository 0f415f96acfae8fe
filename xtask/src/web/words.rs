//! What the chat says, a file for each language: a page loads the one that it speaks.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use proc_macro2::{TokenStream, TokenTree};

use crate::place;

/// The languages, in the order in which the table has them.
const LANGUAGES: [&str; 2] = ["en", "fr"];

/// How a file of words begins, among what the chat loads.
pub const BEGINS: &str = "words.";

/// Where they stand, side by side.
pub fn table() -> PathBuf {
    place::root().join("visitor-agent-wasm/src/words/chat.rs")
}

/// Writes `words.en.json` and the others: lists of texts, in the order of the table.
pub fn write(folder: &Path) -> Result<()> {
    let table = table();
    let texts =
        texts(&fs::read_to_string(&table)?).with_context(|| format!("reading {}", table.display()))?;
    for (which, language) in LANGUAGES.iter().enumerate() {
        let own: Vec<_> = texts.iter().skip(which).step_by(LANGUAGES.len()).collect();
        fs::write(folder.join(format!("{BEGINS}{language}.json")), serde_json::to_string(&own)?)?;
    }
    Ok(())
}

/// The texts of a `words!`, one language after the other. What documents them stands in groups.
fn texts(source: &str) -> Result<Vec<String>> {
    let file = syn::parse_file(source)?;
    let tables = file.items.iter().filter_map(|item| {
        let syn::Item::Macro(it) = item else { return None };
        it.mac.path.is_ident("words").then(|| it.mac.tokens.clone())
    });
    let literals = tables.flat_map(TokenStream::into_iter).filter_map(|token| {
        let TokenTree::Literal(it) = token else { return None };
        Some(it)
    });
    let texts: Vec<_> = literals
        .map(|it| syn::parse_str::<syn::LitStr>(&it.to_string()).map(|it| it.value()))
        .collect::<Result<_, _>>()?;
    ensure!(!texts.is_empty() && texts.len().is_multiple_of(LANGUAGES.len()), "{} texts", texts.len());
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_has_its_texts_in_the_order_of_the_table() {
        let source = "//! x\nwords! {\n/// About.\nenum Chat;\n/// One, \"so\".\nOne: \"Yes\", \"Oui\";\n/// Two.\nTwo: \"\\\"No\\\"\",\n\"Non\";\n}";
        assert_eq!(texts(source).expect("a table"), ["Yes", "Oui", "\"No\"", "Non"]);
        assert!(texts("words! { enum Chat; One: \"Yes\"; }").is_err());
        assert!(texts("").is_err());
    }
}
