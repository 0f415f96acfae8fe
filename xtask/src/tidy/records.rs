//! The records of decisions: short, and all of one form.

use std::path::Path;

use super::{Problem, Source};

/// Each record that is not a title and one paragraph, in a file named `NNNN-what-was-decided.md`.
pub fn check(sources: &[Source]) -> Vec<Problem> {
    let records = sources.iter().filter(|source| source.path.starts_with("docs/adr"));
    records.filter_map(|record| Some(Problem::new(&record.path, 0, fault(record)?))).collect()
}

fn fault(record: &Source) -> Option<&'static str> {
    if !is_named_well(&record.path) {
        return Some("a record is named NNNN-what-was-decided.md");
    }
    let mut blocks = record.text.trim().split("\n\n");
    if !blocks.next().is_some_and(|title| title.starts_with("# ") && title.lines().count() == 1) {
        return Some("a record begins with its title: `# …`");
    }
    let body: Vec<_> = blocks.collect();
    (body.len() != 1).then_some("a record is a title and one paragraph")
}

fn is_named_well(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let Some((number, rest)) = name.split_once('-') else { return false };
    number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit()) && rest.ends_with(".md")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_a_title_and_one_paragraph() {
        assert_eq!(fault_of("0001-one-order.md", "# One order\n\nBecause of\nthis.\n"), None);
        assert!(fault_of("0001-one-order.md", "# One order\n\nBecause.\n\nAnd more.\n").is_some());
        assert!(fault_of("0001-one-order.md", "Because.\n").is_some());
        assert!(fault_of("one-order.md", "# One order\n\nBecause.\n").is_some());
    }

    fn fault_of(name: &str, text: &str) -> Option<&'static str> {
        fault(&Source { path: Path::new("docs/adr").join(name), text: text.to_owned() })
    }
}
