//! What visitors load, compressed: bounded in a release, compared in the bench.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::{CHAT_FOLDER, WORDS};
use crate::place::files_below;
use crate::run::say;

/// The script tag's own cost, on every page of every visitor.
const LOADER_LIMIT: u64 = 3 * 1024;
/// The bubble's, which comes after it.
const BUBBLE_LIMIT: u64 = 3 * 1024;
/// The chat's, when somebody clicks on it.
const CHAT_LIMIT: u64 = 60 * 1024;

/// Bytes of brotli.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Weight {
    /// On every page.
    pub loader: u64,
    /// The chat's bubble, on every page after the loader.
    pub bubble: u64,
    /// The chat on the first click: its scripts, style and module, and the words of one language, the longer ones.
    pub chat: u64,
    /// Capture and control, after the yes.
    pub share: u64,
}

/// Weighs the visitor's folder of a release.
///
/// # Errors
/// When something of it is not there.
pub fn of(visitor: &Path) -> Result<Weight> {
    let mut all = Weight::default();
    let mut words = 0;
    for file in files_below(visitor)?.iter().filter(|it| it.extension().is_some_and(|it| it == "br")) {
        let bytes = fs::metadata(file).with_context(|| format!("weighing {}", file.display()))?.len();
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let is_chat = file.starts_with(visitor.join(CHAT_FOLDER));
        match name.as_ref() {
            // Comes only where no socket gets through.
            "poll.js.br" => {}
            "loader.js.br" => all.loader += bytes,
            "bubble.js.br" => all.bubble += bytes,
            name if is_chat && name.starts_with(WORDS) => words = bytes.max(words),
            name if is_chat || name.starts_with("widget") => all.chat += bytes,
            _ => all.share += bytes,
        }
    }
    all.chat += words;
    let there = [all.loader, all.bubble, words, all.chat - words, all.share];
    ensure!(there.iter().all(|it| 0 < *it), "no release in {}: {there:?}", visitor.display());
    Ok(all)
}

impl Weight {
    /// What grew past its limit is an error, not a surprise to visitors.
    pub fn is_kept_small(self) -> Result<()> {
        for (what, bytes, limit) in [
            ("the loader", self.loader, LOADER_LIMIT),
            ("the chat's bubble", self.bubble, BUBBLE_LIMIT),
            ("the chat, on the first click in one language,", self.chat, CHAT_LIMIT),
        ] {
            say(&format!("{what} is {bytes} bytes of brotli, of {limit}"));
            ensure!(bytes <= limit, "{what} is {bytes} bytes of brotli; its limit is {limit}");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weighed(files: &[(&str, usize)]) -> Result<Weight> {
        let folder = tempfile::tempdir()?;
        for (name, bytes) in files {
            let file = folder.path().join(name);
            fs::create_dir_all(file.parent().expect("a folder"))?;
            fs::write(file, vec![0; *bytes])?;
        }
        of(folder.path())
    }

    #[test]
    fn each_file_counts_where_it_is_loaded_and_the_words_of_one_language() {
        let files = [
            ("loader.js.br", 1),
            ("loader.js", 9_000),
            ("share.js.br", 10),
            ("share_bg.wasm.br", 20),
            ("widget_bg.wasm.br", 100),
            ("chat/chat.js.br", 200),
            ("chat/window.css.br", 300),
            ("chat/poll.js.br", 9_000),
            ("chat/bubble.js.br", 2),
            ("chat/words.en.json.br", 1_000),
            ("chat/words.fr.json.br", 2_000),
        ];
        let weight = weighed(&files).expect("a release");
        assert_eq!(weight, Weight { loader: 1, bubble: 2, chat: 2_600, share: 30 });
        assert!(weighed(&files[1..]).is_err(), "the loader is not there");
        assert!(weighed(&files[..9]).is_err(), "the words are not there");
    }

    #[test]
    fn what_grew_past_its_limit_is_an_error() {
        let most = Weight { loader: 3_072, bubble: 3_072, chat: 61_440, share: 1 };
        most.is_kept_small().expect("as large as may be");
        for more in [
            Weight { loader: 3_073, ..most },
            Weight { bubble: 3_073, ..most },
            Weight { chat: 61_441, ..most },
        ] {
            assert!(more.is_kept_small().is_err(), "{more:?}");
        }
    }
}
