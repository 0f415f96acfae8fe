//! Rules about a file's text: its length, its first line, and what must not stand in it.

use std::path::Path;

use super::{Problem, Source};

/// A longer file wants to be two.
const MAX_LINES: usize = 600;

/// Kinds of files that people write and read.
const WRITTEN: [&str; 7] = ["css", "html", "js", "md", "rs", "toml", "ts"];

/// Marks of work that is not done. Put together here, or this file would break its own rule.
const UNFINISHED: [&str; 4] =
    [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("to", "do!("), concat!("unimple", "mented!(")];

/// Folders of one machine, which no other one has.
const MACHINE: [&str; 4] =
    [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/tm", "p/")];

/// Where packages come from is each machine's own setting.
const REGISTRIES: [&str; 5] = [
    concat!("registry.", "npmjs.org"),
    concat!("index.", "crates.io"),
    concat!("static.", "crates.io"),
    concat!("files.", "pythonhosted.org"),
    concat!("deb.", "debian.org"),
];

/// Everything in one file that breaks a rule about text.
pub fn check(source: &Source) -> Vec<Problem> {
    // Written by tools, and full of addresses.
    if source.path.ends_with("Cargo.lock") || source.path.ends_with("package-lock.json") {
        return Vec::new();
    }
    let mut problems = whole_file(source);
    for (index, line) in source.text.lines().enumerate() {
        let found = unwanted(line).or_else(|| in_rust(source, index, line));
        problems.extend(found.map(|text| Problem::new(&source.path, index + 1, text)));
    }
    problems
}

fn whole_file(source: &Source) -> Vec<Problem> {
    let mut problems = Vec::new();
    let lines = source.text.lines().count();
    if is_written(&source.path) && MAX_LINES < lines {
        problems.push(Problem::new(&source.path, 0, format!("{lines} lines; split it by {MAX_LINES}")));
    }
    if source.is_rust() && !source.text.starts_with("//!") {
        problems.push(Problem::new(&source.path, 1, "begins with no `//!` that says what it is for"));
    }
    problems
}

fn is_written(path: &Path) -> bool {
    path.extension().and_then(|it| it.to_str()).is_some_and(|extension| WRITTEN.contains(&extension))
}

fn unwanted(line: &str) -> Option<String> {
    if let Some(mark) = UNFINISHED.iter().find(|mark| line.contains(**mark)) {
        return Some(format!("{mark}: finish it, or write an issue"));
    }
    if let Some(folder) = MACHINE.iter().find(|folder| names_folder(line, folder)) {
        return Some(format!("{folder} is a folder of one machine"));
    }
    REGISTRIES.iter().find(|host| line.contains(**host)).map(|host| format!("{host} is a machine's setting"))
}

/// Whether a path begins here, and not in the middle of another path or address.
fn names_folder(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        before.is_none_or(|it| it.is_whitespace() || "\"'`(=[,:".contains(it))
    })
}

/// What Rust files must not hold. `// waits:` with a reason, above or beside, allows a sleep.
fn in_rust(source: &Source, index: usize, line: &str) -> Option<String> {
    if !source.is_rust() {
        return None;
    }
    if line.trim_start().starts_with(concat!("#[", "ignore")) {
        return Some("a test that does not run proves nothing: mend it or remove it".to_owned());
    }
    let is_test =
        source.path.starts_with("tests") || source.path.components().any(|it| it.as_os_str() == "tests");
    let sleeps = line.contains(concat!("thread::", "sleep"))
        || (is_test && line.contains(concat!("sleep", "(")) && !line.contains("fn "));
    let above = index.checked_sub(1).and_then(|above| source.text.lines().nth(above)).unwrap_or_default();
    let says_why = [line, above].iter().any(|it| it.contains("// waits:"));
    (sleeps && !says_why)
        .then(|| "wait for what you wait for, not for time (or `// waits:` and why)".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: [usize; 0] = [];

    #[test]
    fn unfinished_work_is_found_where_it_stands() {
        let text = format!("//! A file.\n\n// {}: the rest\n", UNFINISHED[0]);
        assert_eq!(lines_found("relay/src/a.rs", &text), [3]);
    }

    #[test]
    fn a_module_says_what_it_is_for() {
        assert_eq!(lines_found("relay/src/a.rs", "use std::fmt;\n"), [1]);
        assert_eq!(lines_found("relay/js/a.js", "let a = 1;\n"), NOTHING);
    }

    #[test]
    fn a_folder_of_one_machine_is_told_from_a_part_of_an_address() {
        let folder = MACHINE[1];
        assert_eq!(lines_found("a.md", &format!("see `{folder}x`\n")), [1]);
        assert_eq!(lines_found("a.md", &format!("see https://example.org{folder}x\n")), NOTHING);
    }

    #[test]
    fn a_sleep_needs_its_reason() {
        let call = concat!("thread::", "sleep(SECOND);");
        assert_eq!(lines_found("tests/src/a.rs", &format!("//! A file.\n{call}\n")), [2]);
        assert_eq!(
            lines_found("tests/src/a.rs", &format!("//! A file.\n// waits: no event\n{call}\n")),
            NOTHING
        );
    }

    #[test]
    fn a_file_is_split_before_it_is_too_long() {
        assert_eq!(lines_found("a.css", &"a {}\n".repeat(MAX_LINES)), NOTHING);
        assert_eq!(lines_found("a.css", &"a {}\n".repeat(MAX_LINES + 1)), [0]);
    }

    #[track_caller]
    fn lines_found(path: &str, text: &str) -> Vec<usize> {
        let source = Source { path: path.into(), text: text.to_owned() };
        check(&source).into_iter().map(|problem| problem.line).collect()
    }
}
