//! The frames and bodies of `chat.v1`, and the widget's own values, from and to JSON. What is missing or of another
//! kind has its default; what is not known is passed over.
#![allow(clippy::wildcard_enum_match_arm, reason = "a value of any other kind is not what is asked for")]
mod own;
mod wire;

use chat_proto::Form;

use super::json::{Json, Members, digits, quote};

/// From and to JSON.
pub trait Codec: Sized {
    /// Reads it.
    fn read(json: &Json) -> Option<Self>;
    /// Writes it.
    fn write(&self, out: &mut String);
    /// Whether it is left out as a member.
    fn is_left_out(&self) -> bool {
        false
    }
}

/// Reads a text.
pub fn from_json<T: Codec>(text: &str) -> Option<T> {
    T::read(&Json::parse(text)?)
}

/// Writes a text.
pub fn to_json<T: Codec>(value: &T) -> String {
    let mut out = String::new();
    value.write(&mut out);
    out
}

impl Json {
    /// The member of a name, or its default.
    pub fn field<T: Codec + Default>(&self, name: &str) -> T {
        self.get(name).and_then(T::read).unwrap_or_default()
    }
}

impl Members<'_> {
    /// Writes a member.
    pub fn put<T: Codec>(&mut self, name: &str, value: &T) {
        if !value.is_left_out() {
            value.write(self.name(name));
        }
    }
}

impl Codec for bool {
    fn read(json: &Json) -> Option<Self> {
        match json {
            Json::Bool(it) => Some(*it),
            _ => None,
        }
    }
    fn write(&self, out: &mut String) {
        out.push_str(if *self { "true" } else { "false" });
    }
}

macro_rules! numbers {
    ($($kind:ty)*) => { $(impl Codec for $kind {
        fn read(json: &Json) -> Option<Self> {
            match json {
                Json::Number(it) => (*it).try_into().ok(),
                _ => None,
            }
        }
        fn write(&self, out: &mut String) {
            out.push_str(&digits(*self));
        }
    })* };
}
numbers! { i64 u64 u32 u16 u8 usize }

impl Codec for String {
    fn read(json: &Json) -> Option<Self> {
        match json {
            Json::Text(text) => Some(text.clone()),
            _ => None,
        }
    }
    fn write(&self, out: &mut String) {
        quote(out, self);
    }
}

impl<T: Codec> Codec for Option<T> {
    fn read(json: &Json) -> Option<Self> {
        Some(T::read(json))
    }
    fn write(&self, out: &mut String) {
        match self {
            Some(it) => it.write(out),
            None => out.push_str("null"),
        }
    }
    fn is_left_out(&self) -> bool {
        self.is_none()
    }
}

impl<T: Codec> Codec for Vec<T> {
    fn read(json: &Json) -> Option<Self> {
        let Json::List(list) = json else { return None };
        // A loop: what collects takes more room for each kind of item.
        let mut all = Self::new();
        for it in list {
            if let Some(it) = T::read(it) {
                all.push(it);
            }
        }
        Some(all)
    }
    fn write(&self, out: &mut String) {
        out.push('[');
        for (at, it) in self.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            it.write(out);
        }
        out.push(']');
    }
}

impl Codec for Form {
    fn read(json: &Json) -> Option<Self> {
        let Json::Map(map) = json else { return None };
        let mut all = Self::new();
        for (key, value) in map {
            all.insert(key.clone(), value.text().to_owned());
        }
        Some(all)
    }
    fn write(&self, out: &mut String) {
        let mut members = Members::of(out);
        for (key, value) in self {
            members.put(key, value);
        }
        members.end();
    }
}

impl<A: Codec, B: Codec> Codec for (A, B) {
    fn read(json: &Json) -> Option<Self> {
        match json {
            Json::List(list) => Some((A::read(list.first()?)?, B::read(list.get(1)?)?)),
            _ => None,
        }
    }
    fn write(&self, out: &mut String) {
        out.push('[');
        self.0.write(out);
        out.push(',');
        self.1.write(out);
        out.push(']');
    }
}

/// Structs whose members are named as their fields.
macro_rules! structs {
    ($($kind:ident { $($field:ident)* })*) => { $(impl Codec for $kind {
        fn read(json: &Json) -> Option<Self> {
            let Json::Map(_) = json else { return None };
            // Fields that others add later have their defaults until they are listed here.
            #[allow(clippy::needless_update, reason = "more may come")]
            Some(Self { $($field: json.field(stringify!($field)),)* ..Self::default() })
        }
        fn write(&self, out: &mut String) {
            let mut members = Members::of(out);
            $(members.put(stringify!($field), &self.$field);)*
            members.end();
        }
    })* };
}

/// Enums without values.
macro_rules! names {
    ($($kind:ident { $($variant:ident $name:literal)* })*) => { $(impl Codec for $kind {
        fn read(json: &Json) -> Option<Self> {
            match json.text() {
                $($name => Some(Self::$variant),)*
                _ => None,
            }
        }
        fn write(&self, out: &mut String) {
            quote(out, match self { $(Self::$variant => $name,)* });
        }
    })* };
}

pub(crate) use {names, structs};

#[cfg(test)]
mod tests;
