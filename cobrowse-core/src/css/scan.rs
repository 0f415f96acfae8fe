//! Tokens by CSS Syntax Level 3 §4, as ranges of the text. Every byte belongs to exactly one token.
use std::{borrow::Cow, ops::Range};

/// Kinds of tokens; what is inside is read from the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token {
    Whitespace,
    Comment,
    Ident,
    /// With its opening parenthesis.
    Function,
    AtKeyword,
    Hash,
    String,
    /// A string that a line end cut; browsers drop the declaration around it.
    BadString,
    /// `url(…)` without quotes, whole.
    Url,
    /// The same, malformed.
    BadUrl,
    Number,
    /// A number with a unit or a percent sign.
    Dimension,
    /// Any other single character, brackets, colons and semicolons among them.
    Delim(char),
}

/// Reads tokens one after another.
#[derive(Debug, Clone)]
pub(crate) struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.text[self.at..].chars().nth(ahead)
    }

    fn bump(&mut self) {
        self.at += self.peek(0).map_or(0, char::len_utf8);
    }

    fn pass_while(&mut self, accept: impl Fn(char) -> bool) {
        while self.peek(0).is_some_and(&accept) {
            self.bump();
        }
    }

    /// §4.3.8: whether a backslash and what follows `ahead` begin an escape.
    fn is_escape(&self, ahead: usize) -> bool {
        self.peek(ahead) == Some('\\') && self.peek(ahead + 1).is_some_and(|next| !is_newline(next))
    }

    /// §4.3.9.
    fn is_ident(&self, ahead: usize) -> bool {
        match self.peek(ahead) {
            Some('-') => {
                self.peek(ahead + 1).is_some_and(|next| is_name_start(next) || next == '-')
                    || self.is_escape(ahead + 1)
            }
            Some('\\') => self.is_escape(ahead),
            first => first.is_some_and(is_name_start),
        }
    }

    /// §4.3.10.
    fn is_number(&self) -> bool {
        let digit = |ahead| self.peek(ahead).is_some_and(|next: char| next.is_ascii_digit());
        match self.peek(0) {
            Some('+' | '-') => digit(1) || (self.peek(1) == Some('.') && digit(2)),
            Some('.') => digit(1),
            _ => digit(0),
        }
    }

    fn name(&mut self) {
        loop {
            if self.is_escape(0) {
                self.escape();
            } else if self.peek(0).is_some_and(is_name) {
                self.bump();
            } else {
                return;
            }
        }
    }

    /// §4.3.7, the backslash included.
    fn escape(&mut self) {
        self.bump();
        let hex = self.text[self.at..].bytes().take(6).take_while(u8::is_ascii_hexdigit).count();
        if hex == 0 {
            return self.bump();
        }
        self.at += hex;
        if self.peek(0).is_some_and(is_space) {
            let carriage = self.peek(0) == Some('\r') && self.peek(1) == Some('\n');
            self.at += 1 + usize::from(carriage);
        }
    }

    fn comment(&mut self) -> Token {
        self.at = self.text[self.at + 2..].find("*/").map_or(self.text.len(), |end| self.at + 2 + end + 2);
        Token::Comment
    }

    /// §4.3.5.
    fn string(&mut self, quote: char) -> Token {
        self.bump();
        loop {
            match self.peek(0) {
                None => return Token::String,
                Some('\\') if self.peek(1).is_some_and(is_newline) => {
                    self.bump();
                    self.bump();
                }
                Some('\\') if self.peek(1).is_some() => self.escape(),
                Some(it) if is_newline(it) => return Token::BadString,
                Some(it) => {
                    self.bump();
                    if it == quote {
                        return Token::String;
                    }
                }
            }
        }
    }

    /// §4.3.3.
    fn number(&mut self) -> Token {
        self.skip_one_of("+-");
        self.pass_while(|it| it.is_ascii_digit());
        if self.peek(0) == Some('.') && self.peek(1).is_some_and(|it| it.is_ascii_digit()) {
            self.bump();
            self.pass_while(|it| it.is_ascii_digit());
        }
        let signed = usize::from(matches!(self.peek(1), Some('+' | '-')));
        let exponent = matches!(self.peek(0), Some('e' | 'E'));
        if exponent && self.peek(1 + signed).is_some_and(|it| it.is_ascii_digit()) {
            self.at += 1 + signed;
            self.pass_while(|it| it.is_ascii_digit());
        }
        if self.peek(0) == Some('%') {
            self.bump();
            return Token::Dimension;
        }
        if self.is_ident(0) {
            self.name();
            return Token::Dimension;
        }
        Token::Number
    }

    fn skip_one_of(&mut self, accept: &str) {
        if self.peek(0).is_some_and(|it| accept.contains(it)) {
            self.bump();
        }
    }

    /// §4.3.4.
    fn ident_like(&mut self) -> Token {
        let start = self.at;
        self.name();
        if self.peek(0) != Some('(') {
            return Token::Ident;
        }
        let is_url = unescape(&self.text[start..self.at]).eq_ignore_ascii_case("url");
        self.bump();
        if !is_url {
            return Token::Function;
        }
        let mut ahead = self.clone();
        ahead.pass_while(is_space);
        if matches!(ahead.peek(0), Some('"' | '\'')) {
            return Token::Function;
        }
        self.url()
    }

    /// §4.3.6.
    fn url(&mut self) -> Token {
        self.pass_while(is_space);
        loop {
            match self.peek(0) {
                None => return Token::Url,
                Some(')') => {
                    self.bump();
                    return Token::Url;
                }
                Some(it) if is_space(it) => {
                    self.pass_while(is_space);
                    if !matches!(self.peek(0), None | Some(')')) {
                        return self.bad_url();
                    }
                }
                Some('\\') if self.is_escape(0) => self.escape(),
                Some('"' | '\'' | '(' | '\\' | '\0'..='\x08' | '\x0b' | '\x0e'..='\x1f' | '\x7f') => {
                    return self.bad_url();
                }
                Some(_) => self.bump(),
            }
        }
    }

    /// §4.3.14.
    fn bad_url(&mut self) -> Token {
        while let Some(it) = self.peek(0) {
            if self.is_escape(0) {
                self.escape();
                continue;
            }
            self.bump();
            if it == ')' {
                break;
            }
        }
        Token::BadUrl
    }

    fn token(&mut self, first: char) -> Token {
        match first {
            '/' if self.peek(1) == Some('*') => self.comment(),
            '"' | '\'' => self.string(first),
            '#' if self.peek(1).is_some_and(is_name) || self.is_escape(1) => {
                self.bump();
                self.name();
                Token::Hash
            }
            '@' if self.is_ident(1) => {
                self.bump();
                self.name();
                Token::AtKeyword
            }
            _ if is_space(first) => {
                self.pass_while(is_space);
                Token::Whitespace
            }
            _ if self.is_number() => self.number(),
            _ if self.is_ident(0) => self.ident_like(),
            _ => {
                self.bump();
                Token::Delim(first)
            }
        }
    }
}

impl Iterator for Scanner<'_> {
    type Item = (Token, Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.at;
        let token = self.token(self.peek(0)?);
        Some((token, start..self.at))
    }
}

fn is_newline(it: char) -> bool {
    matches!(it, '\n' | '\r' | '\x0c')
}

fn is_space(it: char) -> bool {
    is_newline(it) || matches!(it, ' ' | '\t')
}

fn is_name_start(it: char) -> bool {
    // U+0000 becomes U+FFFD before tokens are read (§3.3).
    it.is_ascii_alphabetic() || it == '_' || !it.is_ascii() || it == '\0'
}

fn is_name(it: char) -> bool {
    is_name_start(it) || it.is_ascii_digit() || it == '-'
}

/// A name or the inside of a string, with its escapes replaced by what they mean.
pub(crate) fn unescape(raw: &str) -> Cow<'_, str> {
    if !raw.contains('\\') {
        return Cow::Borrowed(raw);
    }
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        rest = after;
        let hex = rest.bytes().take(6).take_while(u8::is_ascii_hexdigit).count();
        if hex > 0 {
            let code = u32::from_str_radix(&rest[..hex], 16).unwrap_or(0);
            out.push(char::from_u32(code).filter(|&it| it != '\0').unwrap_or('\u{fffd}'));
            rest = after_space(&rest[hex..]);
        } else if rest.starts_with(is_newline) {
            rest = after_space(rest);
        } else if let Some(it) = rest.chars().next() {
            out.push(it);
            rest = &rest[it.len_utf8()..];
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn after_space(rest: &str) -> &str {
    rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix(is_space)).unwrap_or(rest)
}

/// The address inside a [`Token::Url`].
pub(crate) fn url_content(raw: &str) -> Cow<'_, str> {
    let inner = raw.split_once('(').map_or("", |(_, inner)| inner);
    // An escaped parenthesis at the end belongs to the address.
    let open_end = inner.ends_with("\\)");
    let inner = if open_end { inner } else { inner.strip_suffix(')').unwrap_or(inner) };
    unescape(inner.trim_matches(is_space))
}

/// What a [`Token::String`] says.
pub(crate) fn string_content(raw: &str) -> Cow<'_, str> {
    let mut inner = raw;
    if let Some(quote) = raw.chars().next() {
        inner = &raw[quote.len_utf8()..];
        if !inner.ends_with(&format!("\\{quote}")) || inner.ends_with(&format!("\\\\{quote}")) {
            inner = inner.strip_suffix(quote).unwrap_or(inner);
        }
    }
    unescape(inner)
}

/// Appends `text` as a quoted string.
pub(crate) fn push_string(out: &mut String, text: &str) {
    out.push('"');
    for it in text.chars() {
        match it {
            '"' | '\\' => out.extend(['\\', it]),
            '\0'..='\x1f' | '\x7f' => out.push_str(&format!("\\{:x} ", u32::from(it))),
            _ => out.push(it),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Expect) {
        let tokens: Vec<_> =
            Scanner::new(text).map(|(token, range)| format!("{token:?} {:?}\n", &text[range])).collect();
        expected.assert_eq(&tokens.concat());
    }

    #[test]
    fn urls_in_all_their_spellings() {
        check(
            r#"url(a.png)u\72l( b\)c )url( "d")url(e f)URL(g"#,
            expect![[r#"
                Url "url(a.png)"
                Url "u\\72l( b\\)c )"
                Function "url("
                Whitespace " "
                String "\"d\""
                Delim(')') ")"
                BadUrl "url(e f)"
                Url "URL(g"
            "#]],
        );
        assert_eq!(url_content(r"u\72l( b\)c )"), "b)c");
        assert_eq!(string_content(r#""a\"b\\""#), r#"a"b\"#);
    }

    #[test]
    fn comments_strings_and_escapes() {
        check(
            "a/* url( */\"\\\"x\\\ny\"'bad\n-webkit-x:-.5e3px;@\\69mport#1f",
            expect![[r##"
                Ident "a"
                Comment "/* url( */"
                String "\"\\\"x\\\ny\""
                BadString "'bad"
                Whitespace "\n"
                Ident "-webkit-x"
                Delim(':') ":"
                Dimension "-.5e3px"
                Delim(';') ";"
                AtKeyword "@\\69mport"
                Hash "#1f"
            "##]],
        );
    }

    proptest! {
        #[test]
        fn every_byte_belongs_to_one_token(text in r#"([a-z@#.:;{}()\[\]"'\\/* \n0-9é-]|url\(|/\*){0,40}"#) {
            let mut end = 0;
            for (_, range) in Scanner::new(&text) {
                prop_assert_eq!(range.start, end);
                prop_assert!(range.start < range.end);
                end = range.end;
            }
            prop_assert_eq!(end, text.len());
        }
    }
}
