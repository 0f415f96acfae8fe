//! Finds the URLs of a sheet and writes others in their place.
use std::ops::Range;

use super::{
    UrlKind,
    scan::{Scanner, Token, push_string, string_content, unescape, url_content},
};

/// How far to go against a sheet that somebody forged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rigor {
    /// The text is a page's own: only URLs change.
    Kept,
    /// Strings that would become URLs by way of `var()` are broken as well.
    Assets,
    /// And at its end the text leaves nothing open that a following text could complete.
    Sealed,
}

/// What an open bracket means for what is inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    /// `url(` or `src(`: the string is a URL.
    Url,
    /// `image-set(`, `image(`, `cross-fade(`: strings directly inside are URLs.
    Images,
    /// Any other function or parenthesis or square bracket.
    Plain,
    /// A block.
    Block,
    /// The block of `@font-face`.
    FontFace,
}

/// What an at-rule's prelude is for, until it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Prelude {
    None,
    Import,
    Namespace,
    FontFace,
}

pub(crate) struct Rewriter<'a, F> {
    text: &'a str,
    rigor: Rigor,
    replace: F,
    out: String,
    written: usize,
    open: Vec<Open>,
    prelude: Prelude,
}

impl<'a, F: FnMut(&str, UrlKind) -> Option<String>> Rewriter<'a, F> {
    pub(crate) fn new(text: &'a str, rigor: Rigor, replace: F) -> Self {
        Self {
            text,
            rigor,
            replace,
            out: String::with_capacity(text.len()),
            written: 0,
            open: Vec::new(),
            prelude: Prelude::None,
        }
    }

    pub(crate) fn run(mut self) -> String {
        let mut last = None;
        for (token, range) in Scanner::new(self.text) {
            last = Some((token, range.clone()));
            self.token(token, range);
        }
        self.out.push_str(&self.text[self.written..]);
        if self.rigor == Rigor::Sealed {
            self.close(last);
        }
        self.out
    }

    fn token(&mut self, token: Token, range: Range<usize>) {
        match token {
            Token::Url => self.url(range),
            Token::BadUrl => self.put(range, "url(\"\")"),
            Token::String => self.string(range),
            Token::Function => self.function(range),
            Token::AtKeyword => self.at_keyword(range),
            Token::Delim(it) => self.delim(it),
            Token::Whitespace
            | Token::Comment
            | Token::Ident
            | Token::Hash
            | Token::BadString
            | Token::Number
            | Token::Dimension => {}
        }
    }

    fn url(&mut self, range: Range<usize>) {
        let text = self.text;
        let address = url_content(&text[range.clone()]);
        if let Some(new) = self.replaced(&address) {
            let mut whole = String::from("url(");
            push_string(&mut whole, &new);
            whole.push(')');
            self.put(range, &whole);
        }
        self.import_named();
    }

    fn string(&mut self, range: Range<usize>) {
        let inside = matches!(self.open.last(), Some(Open::Url | Open::Images));
        let import = self.prelude == Prelude::Import && self.open.last().is_none_or(|it| *it != Open::Plain);
        if !inside && !import {
            return;
        }
        let text = self.text;
        let address = string_content(&text[range.clone()]);
        if let Some(new) = self.replaced(&address) {
            let mut whole = String::new();
            push_string(&mut whole, &new);
            self.put(range, &whole);
        }
        self.import_named();
    }

    /// What stands after an import's URL are conditions.
    fn import_named(&mut self) {
        if self.prelude == Prelude::Import && self.open.last() != Some(&Open::Url) {
            self.prelude = Prelude::None;
        }
    }

    /// The new address, or `None` to keep what is there.
    fn replaced(&mut self, address: &str) -> Option<String> {
        if self.prelude == Prelude::Namespace || address.is_empty() || address.starts_with('#') {
            return None;
        }
        let kind = match self.prelude {
            Prelude::Import => UrlKind::Import,
            Prelude::None | Prelude::Namespace | Prelude::FontFace if self.open.contains(&Open::FontFace) => {
                UrlKind::Font
            }
            Prelude::None | Prelude::Namespace | Prelude::FontFace => UrlKind::Image,
        };
        Some((self.replace)(address, kind).unwrap_or_default())
    }

    fn function(&mut self, range: Range<usize>) {
        let name = unescape(&self.text[range.start..range.end - 1]).to_ascii_lowercase();
        let images = matches!(self.open.last(), Some(Open::Url | Open::Images));
        if self.rigor != Rigor::Kept && images && matches!(&*name, "var" | "env" | "attr") {
            self.put(range, "none(");
        }
        self.open.push(match &*name {
            "url" | "src" => Open::Url,
            "image-set" | "-webkit-image-set" | "image" | "cross-fade" | "-webkit-cross-fade" => Open::Images,
            _ => Open::Plain,
        });
    }

    fn at_keyword(&mut self, range: Range<usize>) {
        self.prelude = match &*unescape(&self.text[range.start + 1..range.end]).to_ascii_lowercase() {
            "import" => Prelude::Import,
            "namespace" => Prelude::Namespace,
            "font-face" => Prelude::FontFace,
            _ => Prelude::None,
        };
    }

    fn delim(&mut self, it: char) {
        match it {
            '(' | '[' => self.open.push(Open::Plain),
            ')' | ']' => {
                if matches!(self.open.last(), Some(Open::Url)) && self.prelude == Prelude::Import {
                    self.prelude = Prelude::None;
                }
                if !matches!(self.open.last(), Some(Open::Block | Open::FontFace)) {
                    self.open.pop();
                }
            }
            '{' => {
                let face = std::mem::replace(&mut self.prelude, Prelude::None) == Prelude::FontFace;
                self.open.push(if face { Open::FontFace } else { Open::Block });
            }
            // Closes whatever was left open inside the block.
            '}' => while self.open.pop().is_some_and(|it| !matches!(it, Open::Block | Open::FontFace)) {},
            ';' => self.prelude = Prelude::None,
            _ => {}
        }
    }

    fn put(&mut self, range: Range<usize>, new: &str) {
        self.out.push_str(&self.text[self.written..range.start]);
        self.out.push_str(new);
        self.written = range.end;
    }

    /// Ends what the text left open, so that no text after it can turn two halves into a URL.
    fn close(&mut self, last: Option<(Token, Range<usize>)>) {
        let Some((token, range)) = last else { return };
        let raw = &self.text[range];
        if token == Token::Comment && (raw.len() < 4 || !raw.ends_with("*/")) {
            self.out.push_str("*/");
        }
        if token == Token::String && self.written < self.text.len() {
            let is_open = |quote: &char| raw.len() < 2 || !raw.ends_with(*quote);
            self.out.extend(raw.chars().next().filter(is_open));
        }
        while let Some(Open::Url | Open::Images | Open::Plain) = self.open.last() {
            self.open.pop();
            self.out.push(')');
        }
        if self.prelude == Prelude::Import {
            self.out.push(';');
        }
        if !self.out.ends_with([' ', '\n', '\t', ';', '{', '}']) {
            self.out.push('\n');
        }
    }
}
