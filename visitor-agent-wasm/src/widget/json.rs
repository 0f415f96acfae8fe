//! JSON, as small as it can be.
//!
//! Measured with serde's derived code for the same frames, the widget's module was 122 KB of brotli; with this and
//! [`super::codec`] it fits into its 60 with all else. The tests hold both against serde, frame by frame.
#![allow(clippy::wildcard_enum_match_arm, reason = "a value of any other kind is not what is asked for")]

/// Deeper values are refused: nothing of ours is, and the stack is small.
const MAX_DEPTH: u8 = 24;

/// A value. Numbers are whole: `chat.v1` has no others, and cuts what it gets. One that does not fit, as others may
/// write it, is nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json {
    /// Nothing.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Number(i64),
    /// A text.
    Text(String),
    /// Several.
    List(Vec<Json>),
    /// Several with names, as they came.
    Map(Vec<(String, Json)>),
}

impl Json {
    /// Reads a text; `None` where it is no JSON.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parser = Parser { rest: text };
        let value = parser.value(0)?;
        parser.space();
        parser.rest.is_empty().then_some(value)
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Map(map) => map.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The text.
    pub fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            _ => "",
        }
    }

    /// The values of a list.
    pub fn list(&self) -> &[Self] {
        match self {
            Self::List(list) => list,
            _ => &[],
        }
    }

    /// The only pair of a map: how an enum with a value is written.
    pub fn pair(&self) -> Option<(&str, &Self)> {
        match self {
            Self::Map(map) => map.first().map(|(key, value)| (key.as_str(), value)),
            _ => None,
        }
    }
}

/// A whole number as it is written. The standard library's way brings along what formats anything: two of the module's
/// fifty kilobytes, of which a release keeps nothing (`xtask/src/web/snip.rs`).
pub fn digits(number: impl TryInto<i64>) -> String {
    of_whole(number.try_into().unwrap_or(i64::MAX))
}

// Once for all kinds of numbers.
#[inline(never)]
fn of_whole(number: i64) -> String {
    let mut rest = number.unsigned_abs();
    let mut backwards = Vec::new();
    loop {
        backwards.push(char::from(b'0' + u8::try_from(rest % 10).unwrap_or_default()));
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        backwards.push('-');
    }
    backwards.iter().rev().collect()
}

/// A number of at most eight hexadecimal digits; the standard library's way takes more room.
pub fn hexadecimal(digits: &str) -> Option<u32> {
    digits.bytes().try_fold(0, |number, it| Some(number << 4 | char::from(it).to_digit(16)?))
}

struct Parser<'a> {
    rest: &'a str,
}

impl Parser<'_> {
    fn space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\n', '\r', '\t']);
    }

    fn takes(&mut self, what: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(what)?;
        Some(())
    }

    fn value(&mut self, depth: u8) -> Option<Json> {
        if MAX_DEPTH < depth {
            return None;
        }
        self.space();
        match self.rest.as_bytes().first()? {
            b'"' => self.string().map(Json::Text),
            b'[' => self.list(depth),
            b'{' => self.map(depth),
            b't' => self.takes("true").map(|()| Json::Bool(true)),
            b'f' => self.takes("false").map(|()| Json::Bool(false)),
            b'n' => self.takes("null").map(|()| Json::Null),
            _ => self.number(),
        }
    }

    fn number(&mut self) -> Option<Json> {
        let end = self.rest.find(|it: char| !matches!(it, '0'..='9' | '+' | '-' | '.' | 'e' | 'E'));
        let (number, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        let is_number = number.bytes().any(|it| it.is_ascii_digit());
        let whole = number.split('.').next()?;
        is_number.then(|| whole.parse().map_or(Json::Null, Json::Number))
    }

    fn list(&mut self, depth: u8) -> Option<Json> {
        let mut list = Vec::new();
        self.items("[", "]", |it| {
            list.push(it.value(depth + 1)?);
            Some(())
        })?;
        Some(Json::List(list))
    }

    fn map(&mut self, depth: u8) -> Option<Json> {
        let mut map = Vec::new();
        self.items("{", "}", |it| {
            let key = it.string()?;
            it.space();
            it.takes(":")?;
            map.push((key, it.value(depth + 1)?));
            Some(())
        })?;
        Some(Json::Map(map))
    }

    fn items(&mut self, open: &str, close: &str, mut one: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.takes(open)?;
        self.space();
        if self.takes(close).is_some() {
            return Some(());
        }
        loop {
            self.space();
            one(self)?;
            self.space();
            if self.takes(close).is_some() {
                return Some(());
            }
            self.takes(",")?;
        }
    }

    fn string(&mut self) -> Option<String> {
        self.takes("\"")?;
        let mut text = String::new();
        loop {
            let plain = self.rest.find(['"', '\\'])?;
            text.push_str(&self.rest[..plain]);
            let is_end = self.rest[plain..].starts_with('"');
            self.rest = &self.rest[plain + 1..];
            if is_end {
                return Some(text);
            }
            text.push(self.escaped()?);
        }
    }

    fn escaped(&mut self) -> Option<char> {
        let kind = self.rest.chars().next()?;
        self.rest = &self.rest[kind.len_utf8()..];
        Some(match kind {
            '"' | '\\' | '/' => kind,
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'u' => return self.unicode(),
            _ => return None,
        })
    }

    fn unicode(&mut self) -> Option<char> {
        let first = self.hex()?;
        if !(0xD800..0xDC00).contains(&first) {
            // Half of a pair stands for nothing.
            return Some(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        let before = self.rest;
        let second = self.takes("\\u").and_then(|()| self.hex()).filter(|it| (0xDC00..0xE000).contains(it));
        let Some(second) = second else {
            self.rest = before;
            return Some(char::REPLACEMENT_CHARACTER);
        };
        char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00))
    }

    fn hex(&mut self) -> Option<u32> {
        let number = hexadecimal(self.rest.get(..4)?)?;
        self.rest = &self.rest[4..];
        Some(number)
    }
}

/// Writes a text with its quotes.
pub fn quote(out: &mut String, text: &str) {
    out.push('"');
    for it in text.chars() {
        match it {
            '"' | '\\' => {
                out.push('\\');
                out.push(it);
            }
            '\n' => out.push_str("\\n"),
            it if it < ' ' => {
                let digit = |it: u32| char::from_digit(it, 16).unwrap_or_default();
                out.push_str("\\u00");
                out.push(digit(u32::from(it) >> 4));
                out.push(digit(u32::from(it) & 15));
            }
            it => out.push(it),
        }
    }
    out.push('"');
}

/// Writes an object, member by member.
pub struct Members<'a> {
    out: &'a mut String,
    first: bool,
}

impl<'a> Members<'a> {
    /// Begins one.
    pub fn of(out: &'a mut String) -> Self {
        out.push('{');
        Self { out, first: true }
    }

    /// Begins a member, whose value the caller writes next.
    pub fn name(&mut self, name: &str) -> &mut String {
        if !std::mem::take(&mut self.first) {
            self.out.push(',');
        }
        quote(self.out, name);
        self.out.push(':');
        self.out
    }

    /// Ends it.
    pub fn end(self) {
        self.out.push('}');
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ours(value: &serde_json::Value) -> Json {
        match value {
            serde_json::Value::Null => Json::Null,
            serde_json::Value::Bool(it) => Json::Bool(*it),
            serde_json::Value::Number(it) => Json::Number(it.as_i64().expect("whole")),
            serde_json::Value::String(it) => Json::Text(it.clone()),
            serde_json::Value::Array(it) => Json::List(it.iter().map(ours).collect()),
            serde_json::Value::Object(it) => {
                Json::Map(it.iter().map(|(key, it)| (key.clone(), ours(it))).collect())
            }
        }
    }

    proptest! {
        #[test]
        fn numbers_are_written_as_the_standard_library_writes_them(number: i64) {
            prop_assert_eq!(digits(number), number.to_string());
        }
    }

    fn values() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            "\\PC*|[\\x00-\\x7f]*".prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
                prop::collection::btree_map("\\PC*", inner, 0..5)
                    .prop_map(|it| serde_json::Value::Object(it.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn it_reads_what_others_write(value in values(), pretty: bool) {
            let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
            prop_assert_eq!(Json::parse(&text.expect("text")), Some(ours(&value)));
        }

        #[test]
        fn others_read_what_it_writes(text in "\\PC*|[\\x00-\\x7f]*") {
            let mut out = String::new();
            quote(&mut out, &text);
            prop_assert_eq!(serde_json::from_str::<String>(&out).expect("JSON"), text);
        }

        #[test]
        fn nothing_makes_it_panic(text in "[\\[\\]{}\",:\\\\u0-9dDeE.\\- tfnrs\u{e9}]{0,60}") {
            Json::parse(&text);
        }
    }

    #[test]
    fn pairs_of_surrogates_are_one_character_and_halves_are_none() {
        assert_eq!(Json::parse(r#""\ud83d\ude00""#), Some(Json::Text("😀".into())));
        assert_eq!(Json::parse(r#""\ud83dx""#), Some(Json::Text("\u{fffd}x".into())));
        assert_eq!(
            Json::parse("[1e21,18446744073709551615]"),
            Some(Json::List(vec![Json::Null, Json::Null]))
        );
        assert_eq!(Json::parse(&"[".repeat(100_000)), None);
        for text in ["", "{", "[1,]", "{\"a\"}", "tru", "\"", "1 2", "-", "nul"] {
            assert_eq!(Json::parse(text), None, "{text}");
        }
    }
}
