//! `cargo xtask ids`: which tests show which features, by the ids of docs/features.txt.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::place;
use crate::run::say;
use crate::tidy::{self, Source};

/// Where the list is, from the top of the tree.
const LIST: &str = "docs/features.txt";
/// Where stories in real browsers are.
const STORIES: &str = "tests/tests";
/// So far above its test a line may stand: attributes and a second line of ids come between.
const REACH: usize = 8;

/// Where a feature must be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    Browser,
    Server,
    Later,
}

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Feature {
    id: String,
    need: Need,
    /// A question mark: it is not shown yet.
    open: bool,
    text: String,
}

/// A test that names ids.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Shown {
    id: String,
    /// File and name of the test.
    test: String,
    place: Shows,
}

/// What a test shows it by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Shows {
    /// A real browser.
    Browser,
    /// What the crate does for others.
    Server,
    /// A part of it alone: a model, a function.
    Part,
}

impl Shows {
    fn by(path: &Path) -> Self {
        if path.starts_with(STORIES) {
            Self::Browser
        } else if path.components().any(|it| it.as_os_str() == "src") {
            Self::Part
        } else {
            Self::Server
        }
    }
}

/// Prints the table.
///
/// # Errors
/// Lists each id that no test shows though it should, each that is shown though the list says it is not, each
/// that is not in the list, and each line that stands above no test.
pub fn print() -> Result<()> {
    let sources = tidy::sources(&place::root())?;
    let list = sources.iter().find(|it| it.path.as_path() == LIST).with_context(|| format!("no {LIST}"))?;
    let features = features(&list.text)?;
    let (mut shown, mut faults) = (Vec::new(), Vec::new());
    for source in sources.iter().filter(|it| it.is_rust()) {
        read(source, &mut shown, &mut faults);
    }
    say(&table(&features, &shown));
    faults.extend(faults_of(&features, &shown));
    faults.sort();
    for fault in &faults {
        say(fault);
    }
    if faults.is_empty() { Ok(()) } else { bail!("{} fault(s) in what tests show", faults.len()) }
}

fn features(text: &str) -> Result<Vec<Feature>> {
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines.map(|line| feature(line).with_context(|| format!("{LIST}: {line}"))).collect()
}

fn feature(line: &str) -> Result<Feature> {
    let mut words = line.splitn(2, char::is_whitespace);
    let id = words.next().unwrap_or_default().to_owned();
    let rest = words.next().unwrap_or_default().trim_start();
    let (need, text) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let open = need.ends_with('?');
    let need = match need.trim_end_matches('?') {
        "browser" => Need::Browser,
        "server" => Need::Server,
        "later" => Need::Later,
        other => bail!("{other} is none of browser, server, later"),
    };
    Ok(Feature { id, need, open, text: text.trim().to_owned() })
}

/// The ids above the tests of a file; a line that stands above none is a fault.
fn read(source: &Source, shown: &mut Vec<Shown>, faults: &mut Vec<String>) {
    let lines: Vec<&str> = source.text.lines().collect();
    for (at, line) in lines.iter().enumerate() {
        let Some(ids) = line.trim_start().strip_prefix("// shows: ") else { continue };
        let Some(name) = test_below(&lines[at + 1..], &source.text) else {
            faults.push(format!("{}:{}: no test below `shows:`", source.path.display(), at + 1));
            continue;
        };
        let test = format!("{} {name}", source.path.display());
        let place = Shows::by(&source.path);
        let ids = ids.split([',', ' ']).filter(|id| !id.is_empty()).map(str::to_owned);
        shown.extend(ids.map(|id| Shown { id, test: test.clone(), place }));
    }
}

/// The name of the test that follows at once.
fn test_below<'a>(lines: &[&'a str], text: &str) -> Option<&'a str> {
    let near = lines.iter().take(REACH);
    let mut is_test = false;
    for line in near {
        let line = line.trim_start();
        is_test |= line.starts_with("#[") && line.contains("test");
        let function = line.trim_start_matches("pub ").trim_start_matches("async ").strip_prefix("fn ");
        if let Some(function) = function {
            let name = function.split(|it: char| !is_of_name(it)).next();
            return name.filter(|name| is_test || is_listed(name, text));
        }
    }
    None
}

/// A macro makes one test for each store, or each arrangement, of the functions that it is given: their names stand there
/// again.
fn is_listed(name: &str, text: &str) -> bool {
    let words = text.split(|it: char| !is_of_name(it));
    text.contains("on_each_") && words.filter(|word| *word == name).count() > 1
}

fn is_of_name(it: char) -> bool {
    it.is_alphanumeric() || it == '_'
}

fn faults_of(features: &[Feature], shown: &[Shown]) -> Vec<String> {
    let by_id = by_id(shown);
    let of = |feature: &Feature| by_id.get(feature.id.as_str()).map_or(&[][..], Vec::as_slice);
    let mut faults: Vec<String> = features.iter().filter_map(|it| fault_of(it, of(it))).collect();
    for (id, tests) in &by_id {
        if !features.iter().any(|feature| feature.id == *id) {
            faults.push(format!("{id} is not in {LIST}: {}", tests[0].test));
        }
    }
    faults
}

fn fault_of(feature: &Feature, tests: &[&Shown]) -> Option<String> {
    let is_shown = match feature.need {
        Need::Browser => tests.iter().any(|it| it.place == Shows::Browser),
        Need::Server => tests.iter().any(|it| it.place != Shows::Part),
        Need::Later => return None,
    };
    match (feature.open, is_shown) {
        (false, false) => Some(format!("{}: no test shows it ({:?})", feature.id, feature.need)),
        (true, true) => Some(format!("{}: shown by now, so the question mark goes", feature.id)),
        (false, true) | (true, false) => None,
    }
}

fn by_id(shown: &[Shown]) -> BTreeMap<&str, Vec<&Shown>> {
    let mut by_id: BTreeMap<&str, Vec<&Shown>> = BTreeMap::new();
    for it in shown {
        by_id.entry(&it.id).or_default().push(it);
    }
    by_id
}

fn table(features: &[Feature], shown: &[Shown]) -> String {
    let by_id = by_id(shown);
    let mut text = String::from("what tests show\n");
    for feature in features {
        let tests = by_id.get(feature.id.as_str()).map_or(&[][..], Vec::as_slice);
        if feature.need == Need::Later && tests.is_empty() {
            continue;
        }
        let mark = if feature.open { "  (not shown yet)" } else { "" };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{} {}{mark}", feature.id, feature.text);
        for it in tests {
            let _ = writeln!(text, "       {}", it.test);
        }
    }
    let asked = features.iter().filter(|it| it.need != Need::Later).count();
    let open = features.iter().filter(|it| it.open).count();
    let _ = write!(text, "{asked} asked for, {} shown, {open} not yet", asked - open);
    text
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn shown_in(path: &str, text: &str) -> (Vec<Shown>, Vec<String>) {
        let (mut shown, mut faults) = (Vec::new(), Vec::new());
        read(&Source { path: PathBuf::from(path), text: text.to_owned() }, &mut shown, &mut faults);
        (shown, faults)
    }

    fn faults(list: &str, path: &str, text: &str) -> Vec<String> {
        faults_of(&features(list).unwrap(), &shown_in(path, text).0)
    }

    const TEST: &str = "// shows: ABC-01, ABC-02\n#[tokio::test]\nasync fn it_is_seen() {}\n";

    #[test]
    fn a_test_shows_the_ids_above_it() {
        let (shown, faults) = shown_in("tests/tests/a.rs", TEST);
        let ids: Vec<_> = shown.iter().map(|it| (it.id.as_str(), it.place)).collect();
        assert_eq!(ids, [("ABC-01", Shows::Browser), ("ABC-02", Shows::Browser)]);
        assert_eq!((shown[0].test.as_str(), faults.len()), ("tests/tests/a.rs it_is_seen", 0));
    }

    #[test]
    fn ids_above_no_test_are_a_fault() {
        assert_eq!(shown_in("a.rs", "// shows: ABC-01\nfn helper() {}\n").1.len(), 1);
        assert_eq!(shown_in("a.rs", "// shows: ABC-01\n").1.len(), 1);
    }

    #[test]
    fn what_is_asked_for_must_be_shown_where_it_is_asked_for() {
        let list = "ABC-01 browser Seen.\nABC-02 server Said.\n";
        assert_eq!(faults(list, "tests/tests/a.rs", TEST), [""; 0]);
        assert_eq!(faults(list, "chat/tests/a.rs", TEST), ["ABC-01: no test shows it (Browser)"]);
        assert_eq!(
            faults("ABC-01 server Said.\n", "chat/tests/server/a.rs", TEST).len(),
            1,
            "ABC-02 is not in the list"
        );
        let of_a_part = faults(list, "chat/src/a.rs", TEST);
        assert_eq!(of_a_part, ["ABC-01: no test shows it (Browser)", "ABC-02: no test shows it (Server)"]);
    }

    #[test]
    fn what_is_shown_is_not_open() {
        let list = "ABC-01 browser? Seen.\nABC-02 later Said.\nABC-03 browser? Heard.\n";
        let expected = ["ABC-01: shown by now, so the question mark goes"];
        assert_eq!(faults(list, "tests/tests/a.rs", TEST), expected);
    }

    #[test]
    fn the_list_is_read_whole() {
        let text = std::fs::read_to_string(place::root().join(LIST)).unwrap();
        let found = features(&text).unwrap();
        let mut ids: Vec<_> = found.iter().map(|it| &it.id).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), found.len(), "an id stands there twice");
        assert!(features("ABC-01 somewhere Seen.\n").is_err());
    }
}
