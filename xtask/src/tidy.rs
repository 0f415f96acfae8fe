//! `cargo xtask tidy`: the rules that the compiler does not know.
//!
//! Each rule is a function from what it looks at to the [`Problem`]s it finds, so that one run
//! lists everything that there is to mend.

mod functions;
mod layers;
mod lock;
mod records;
mod text;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::place;
use crate::run::say;

pub use lock::bindgen_versions_match;

/// Something that breaks a rule, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    file: PathBuf,
    /// From 1; 0 when it concerns the file as a whole.
    line: usize,
    text: String,
}

impl Problem {
    fn new(file: &Path, line: usize, text: impl Into<String>) -> Self {
        Self { file: file.to_path_buf(), line, text: text.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file.display(), self.line, self.text)
    }
}

/// A text file of the tree.
#[derive(Debug, Clone)]
pub struct Source {
    /// From the top of the tree.
    pub path: PathBuf,
    pub text: String,
}

impl Source {
    /// Whether it is code of ours.
    pub fn is_rust(&self) -> bool {
        self.path.extension().is_some_and(|extension| extension == "rs")
    }
}

/// Checks every rule.
///
/// # Errors
/// Lists all that breaks one.
pub fn check() -> Result<()> {
    let sources = sources(&place::root())?;
    let mut problems = layers::check(&crate::web::metadata()?);
    problems.extend(records::check(&sources));
    for source in &sources {
        problems.extend(text::check(source));
        if source.is_rust() {
            problems.extend(functions::check(source));
        }
    }
    if let Err(reason) = bindgen_versions_match() {
        problems.push(Problem::new(Path::new("Cargo.lock"), 0, format!("{reason:#}")));
    }
    report(problems, sources.len())
}

fn report(mut problems: Vec<Problem>, files: usize) -> Result<()> {
    problems.sort();
    for problem in &problems {
        say(&problem.to_string());
    }
    if !problems.is_empty() {
        bail!("{} problem(s) in {files} files", problems.len());
    }
    say(&format!("{files} files are tidy"));
    Ok(())
}

/// Every text file that belongs to the project: what git ignores does not.
///
/// # Errors
/// When the tree cannot be read.
pub fn sources(root: &Path) -> Result<Vec<Source>> {
    let mut walk = ignore::WalkBuilder::new(root);
    walk.hidden(false).require_git(false).filter_entry(|entry| entry.file_name() != ".git");
    let mut sources = Vec::new();
    for entry in walk.build() {
        let path = entry?.into_path();
        // A picture or a module is no text, and a file may go while we look.
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let path = path.strip_prefix(root)?.to_path_buf();
        sources.push(Source { path, text });
    }
    Ok(sources)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_tree_is_tidy() {
        super::check().unwrap();
    }
}
