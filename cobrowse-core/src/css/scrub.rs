//! A sheet with what somebody wrote taken out: strings, names, values of variables, comments, addresses.
//!
//! What is left is made of the words of CSS ([`super::words`]), numbers, and tokens that stand for names. A
//! token is the same wherever its name stands, so selectors still match the tokens in `class` and `id`.
#![allow(clippy::wildcard_enum_match_arm, reason = "whatever is not named goes through the strictest arm")]
use std::ops::Range;

use super::{
    scan::{Scanner, Token, push_string, string_content, unescape},
    words,
};
use crate::redaction::{MASK, tokens::Tokens};

/// How far scrubbing goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The whole page is masked: names are tokens, here and in the page's attributes.
    Page,
    /// One masked subtree of a page whose names are shown.
    Subtree,
}

/// Writes the scrubbed text.
pub(crate) fn scrub(text: &str, scope: Scope, tokens: &Tokens) -> String {
    let parts: Vec<Part<'_>> = Scanner::new(text)
        .filter(|(token, _)| *token != Token::Comment)
        .map(|(token, range)| Part { token, raw: &text[range] })
        .collect();
    let mut scrubber = Scrubber { parts: &parts, scope, tokens, out: String::with_capacity(text.len()) };
    let mut at = 0;
    while at < parts.len() {
        at = scrubber.statement(at);
    }
    scrubber.out
}

#[derive(Debug, Clone, Copy)]
struct Part<'a> {
    token: Token,
    raw: &'a str,
}

struct Scrubber<'a> {
    parts: &'a [Part<'a>],
    scope: Scope,
    tokens: &'a Tokens,
    out: String,
}

impl Scrubber<'_> {
    /// One rule's prelude with its brace, one declaration with its semicolon, or one part between.
    fn statement(&mut self, start: usize) -> usize {
        let part = self.parts[start];
        match part.token {
            Token::Whitespace => self.out.push(' '),
            Token::Delim(it @ (';' | '{' | '}')) => self.out.push(it),
            _ => {
                let end = self.statement_end(start);
                let is_rule = self.parts.get(end).is_some_and(|part| part.token == Token::Delim('{'));
                match part.token {
                    Token::AtKeyword => self.at_rule(start..end),
                    _ if is_rule => self.prelude(start..end),
                    _ => self.declaration(start..end),
                }
                return end;
            }
        }
        start + 1
    }

    /// Where the statement's `{`, `;` or `}` stands. Braces in the value of a variable are a part of it.
    fn statement_end(&self, start: usize) -> usize {
        let is_variable = self.parts[start].token == Token::Ident && self.parts[start].raw.starts_with("--");
        let mut depth = 0_usize;
        for (index, part) in self.parts.iter().enumerate().skip(start) {
            match part.token {
                Token::Function | Token::Delim('(' | '[') => depth += 1,
                Token::Delim('{') if is_variable => depth += 1,
                Token::Delim('{' | ';') if depth == 0 => return index,
                Token::Delim('}') if depth == 0 || !is_variable => return index,
                Token::Delim(')' | ']' | '}') => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        self.parts.len()
    }

    fn at_rule(&mut self, range: Range<usize>) {
        let name = unescape(&self.parts[range.start].raw[1..]).to_ascii_lowercase();
        // Their addresses cannot stay, and without them they say nothing.
        if matches!(&*name, "import" | "namespace" | "charset") {
            return;
        }
        self.out.push('@');
        self.known_or_token(&name);
        self.prelude(range.start + 1..range.end);
    }

    /// Selectors, and the preludes of at-rules.
    fn prelude(&mut self, range: Range<usize>) {
        let mut before = Token::Whitespace;
        let mut square = false;
        for part in &self.parts[range] {
            square = (square || part.token == Token::Delim('[')) && part.token != Token::Delim(']');
            match part.token {
                Token::Ident if before == Token::Delim('.') => self.name(&unescape(part.raw)),
                // The names of attributes are shown, and so may stand here.
                Token::Ident if before == Token::Delim('[') => self.out.push_str(part.raw),
                Token::Ident => self.ident(part.raw),
                // Never a color here.
                Token::Hash => {
                    self.out.push('#');
                    self.name(&unescape(&part.raw[1..]));
                }
                Token::String if square => self.quoted_name(part.raw),
                _ => self.plain(*part),
            }
            before = part.token;
        }
    }

    fn declaration(&mut self, range: Range<usize>) {
        let property = unescape(self.parts[range.start].raw).to_ascii_lowercase();
        let is_variable = property.starts_with("--");
        if self.parts[range.start].token != Token::Ident || !(is_variable || words::are_known(&property)) {
            return;
        }
        self.ident(self.parts[range.start].raw);
        let rest = &self.parts[range.start + 1..range.end];
        if property == "unicode-range" {
            let plain = |it: char| it.is_ascii_hexdigit() || " :uU+-?,".contains(it);
            return rest.iter().for_each(|part| self.out.extend(part.raw.chars().filter(|&it| plain(it))));
        }
        for part in rest {
            match part.token {
                Token::Ident if is_variable && !part.raw.starts_with("--") => self.known_or_token(part.raw),
                Token::Ident => self.ident(part.raw),
                Token::String => self.string(part.raw, &property),
                _ => self.plain(*part),
            }
        }
    }

    /// What reads the same in selectors and values.
    fn plain(&mut self, part: Part<'_>) {
        match part.token {
            Token::Function => {
                self.known_or_token(&part.raw[..part.raw.len() - 1]);
                self.out.push('(');
            }
            Token::Hash if is_color(&part.raw[1..]) => self.out.push_str(part.raw),
            Token::Hash => {
                self.out.push('#');
                self.name(&unescape(&part.raw[1..]));
            }
            Token::Url | Token::BadUrl => self.out.push_str("url(\"\")"),
            Token::String => push_string(&mut self.out, MASK),
            Token::Number => self.out.push_str(part.raw),
            Token::Dimension => self.dimension(part.raw),
            Token::Whitespace => self.out.push(' '),
            Token::Delim(it) if it.is_ascii() => self.out.push(it),
            Token::AtKeyword | Token::BadString | Token::Comment | Token::Delim(_) => {}
            Token::Ident => self.ident(part.raw),
        }
    }

    fn ident(&mut self, raw: &str) {
        let name = unescape(raw);
        match name.strip_prefix("--") {
            Some(rest) if self.scope == Scope::Page => {
                self.out.push_str("--");
                self.out.push_str(&self.tokens.name(rest));
            }
            _ if self.scope == Scope::Subtree => self.out.push_str(raw),
            _ => self.known_or_token(&name),
        }
    }

    fn known_or_token(&mut self, name: &str) {
        if words::are_known(name) {
            self.out.push_str(name);
        } else {
            self.out.push_str(&self.tokens.name(name));
        }
    }

    /// A class or id in a selector.
    fn name(&mut self, name: &str) {
        match self.scope {
            Scope::Page => self.out.push_str(&self.tokens.name(name)),
            Scope::Subtree => push_ident(&mut self.out, name),
        }
    }

    fn quoted_name(&mut self, raw: &str) {
        let content = string_content(raw);
        let shown = if self.scope == Scope::Page { self.tokens.name(&content) } else { content.into_owned() };
        push_string(&mut self.out, &shown);
    }

    fn string(&mut self, raw: &str, property: &str) {
        let content = string_content(raw);
        let shown = match property {
            "content" | "quotes" if is_symbol(&content) => content.into_owned(),
            "content" | "quotes" => MASK.to_owned(),
            _ if words::are_known(&content) => content.into_owned(),
            _ if property.starts_with("grid") => self.tokens.names(&content),
            _ => self.tokens.name(&content),
        };
        push_string(&mut self.out, &shown);
    }

    fn dimension(&mut self, raw: &str) {
        let unit = raw.trim_start_matches(|it: char| it.is_ascii_digit() || "+-.".contains(it));
        let known = unit == "%" || words::are_known(unit) || is_exponent(unit) || is_nth(unit);
        self.out.push_str(if known { raw } else { &raw[..raw.len() - unit.len()] });
    }
}

/// `#` and three, four, six or eight hexadecimal digits.
fn is_color(digits: &str) -> bool {
    matches!(digits.len(), 3 | 4 | 6 | 8) && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The unit of a number in scientific notation: an exponent, then perhaps a unit.
fn is_exponent(unit: &str) -> bool {
    let rest = unit.trim_start_matches(['e', 'E']).trim_start_matches(['+', '-']);
    rest.len() < unit.len() && words::are_known(rest.trim_start_matches(|it: char| it.is_ascii_digit()))
}

/// `2n-1` is one token.
fn is_nth(unit: &str) -> bool {
    let rest = unit.strip_prefix(['n', 'N']).and_then(|rest| rest.strip_prefix('-'));
    rest.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A glyph of an icon font, a bullet, an arrow, a quotation mark, a space: one character that is no letter and
/// no digit.
fn is_symbol(content: &str) -> bool {
    content.chars().count() <= 1 && !content.contains(char::is_alphanumeric)
}

fn push_ident(out: &mut String, name: &str) {
    for (index, it) in name.char_indices() {
        let plain = it.is_ascii_alphabetic() || !it.is_ascii() || it == '_' || it == '-';
        if plain || (index > 0 && it.is_ascii_digit()) {
            out.push(it);
        } else {
            out.push_str(&format!("\\{:x} ", u32::from(it)));
        }
    }
}
