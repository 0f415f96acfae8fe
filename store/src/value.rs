//! What goes into a statement and what comes out of it: four types that both engines have.

use crate::Error;

/// A value that is bound to a parameter, or read from a column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// SQL's `NULL`. Where its type cannot be told from the statement, write `CAST($1 AS BIGINT)`.
    Null,
    /// A 64-bit integer. Flags are 0 and 1; moments are milliseconds since 1970.
    Int(i64),
    /// Text without NUL: PostgreSQL cannot store one, so neither engine does.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

impl Value {
    /// The type's name, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Int(_) => "integer",
            Self::Text(_) => "text",
            Self::Blob(_) => "blob",
        }
    }
}

/// Makes the parameters of a statement: `params![id, "name", None::<i64>]`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::Value::from($value)),*] as &[$crate::Value] };
}

macro_rules! from {
    ($($type:ty => |$it:ident| $make:expr;)*) => {
        $(impl From<$type> for Value { fn from($it: $type) -> Self { $make } })*
    };
}

from! {
    i64 => |it| Self::Int(it);
    i32 => |it| Self::Int(it.into());
    u32 => |it| Self::Int(it.into());
    u8 => |it| Self::Int(it.into());
    bool => |it| Self::Int(it.into());
    &str => |it| Self::Text(it.to_owned());
    &String => |it| Self::Text(it.clone());
    String => |it| Self::Text(it);
    &[u8] => |it| Self::Blob(it.to_vec());
    &Vec<u8> => |it| Self::Blob(it.clone());
    Vec<u8> => |it| Self::Blob(it);
}

impl<const N: usize> From<[u8; N]> for Value {
    fn from(it: [u8; N]) -> Self {
        Self::Blob(it.to_vec())
    }
}

impl<const N: usize> From<&[u8; N]> for Value {
    fn from(it: &[u8; N]) -> Self {
        Self::Blob(it.to_vec())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(it: Option<T>) -> Self {
        it.map_or(Self::Null, Into::into)
    }
}

/// A type that a column can be read as.
pub trait FromValue: Sized {
    /// What the column should hold, for messages.
    const WANTED: &'static str;

    /// Gives the value back when it is of another type.
    ///
    /// # Errors
    /// The value itself.
    fn from_value(value: Value) -> Result<Self, Value>;
}

macro_rules! read_as {
    ($($type:ty, $wanted:literal: $pattern:pat => $make:expr;)*) => {
        $(impl FromValue for $type {
            const WANTED: &'static str = $wanted;
            fn from_value(value: Value) -> Result<Self, Value> {
                match value { $pattern => Ok($make), other => Err(other) }
            }
        })*
    };
}

read_as! {
    i64, "integer": Value::Int(it) => it;
    bool, "integer 0 or 1": Value::Int(it @ (0 | 1)) => it == 1;
    String, "text": Value::Text(it) => it;
    Vec<u8>, "blob": Value::Blob(it) => it;
}

impl FromValue for Value {
    const WANTED: &'static str = "anything";

    fn from_value(value: Value) -> Result<Self, Value> {
        Ok(value)
    }
}

impl<const N: usize> FromValue for [u8; N] {
    const WANTED: &'static str = "blob of fixed length";

    fn from_value(value: Value) -> Result<Self, Value> {
        match value {
            Value::Blob(bytes) => Self::try_from(bytes).map_err(Value::Blob),
            other @ (Value::Null | Value::Int(_) | Value::Text(_)) => Err(other),
        }
    }
}

impl<T: FromValue> FromValue for Option<T> {
    const WANTED: &'static str = T::WANTED;

    fn from_value(value: Value) -> Result<Self, Value> {
        match value {
            Value::Null => Ok(None),
            some @ (Value::Int(_) | Value::Text(_) | Value::Blob(_)) => T::from_value(some).map(Some),
        }
    }
}

/// A row of an answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row(pub(crate) Vec<Value>);

impl Row {
    /// The columns, from left to right.
    pub fn values(&self) -> &[Value] {
        &self.0
    }

    /// Reads one column, counted from 0.
    ///
    /// # Errors
    /// [`Error::Column`] when there is none, or it holds another type.
    pub fn get<T: FromValue>(&self, index: usize) -> Result<T, Error> {
        let Some(value) = self.0.get(index) else {
            return Err(Error::Column { index, wanted: T::WANTED, found: "no column" });
        };
        T::from_value(value.clone()).map_err(|found| Error::Column {
            index,
            wanted: T::WANTED,
            found: found.kind(),
        })
    }
}

/// A type that a whole row can be read as: [`Row`] itself, or a tuple of columns.
pub trait FromRow: Sized {
    /// Reads the row from its first column on.
    ///
    /// # Errors
    /// [`Error::Column`] for the first column that does not fit, or when there are more columns.
    fn from_row(row: Row) -> Result<Self, Error>;
}

impl FromRow for Row {
    fn from_row(row: Row) -> Result<Self, Error> {
        Ok(row)
    }
}

struct Columns {
    index: usize,
    rest: std::vec::IntoIter<Value>,
}

impl Columns {
    fn next<T: FromValue>(&mut self) -> Result<T, Error> {
        let index = self.index;
        self.index += 1;
        let Some(value) = self.rest.next() else {
            return Err(Error::Column { index, wanted: T::WANTED, found: "no column" });
        };
        T::from_value(value).map_err(|found| Error::Column { index, wanted: T::WANTED, found: found.kind() })
    }

    fn end(mut self) -> Result<(), Error> {
        match self.rest.next() {
            None => Ok(()),
            Some(more) => Err(Error::Column { index: self.index, wanted: "no column", found: more.kind() }),
        }
    }
}

macro_rules! tuples {
    ($($($name:ident)+;)*) => {
        $(impl<$($name: FromValue),+> FromRow for ($($name,)+) {
            fn from_row(row: Row) -> Result<Self, Error> {
                let mut columns = Columns { index: 0, rest: row.0.into_iter() };
                let read = ($(columns.next::<$name>()?,)+);
                columns.end()?;
                Ok(read)
            }
        })*
    };
}

tuples! {
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
    A B C D E F G;
    A B C D E F G H;
    A B C D E F G H I;
    A B C D E F G H I J;
    A B C D E F G H I J K;
    A B C D E F G H I J K L;
    A B C D E F G H I J K L M;
    A B C D E F G H I J K L M N;
    A B C D E F G H I J K L M N O;
    A B C D E F G H I J K L M N O P;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Row {
        Row(vec![Value::Int(7), Value::Text("été".into()), Value::Null, Value::Blob(vec![1, 2])])
    }

    #[test]
    fn a_row_is_read_as_a_tuple_of_its_columns() {
        let read = <(i64, String, Option<i64>, [u8; 2])>::from_row(row());
        assert_eq!(read, Ok((7, "été".to_owned(), None, [1, 2])));
    }

    #[test]
    fn a_column_of_another_type_is_named() {
        let read = <(i64, i64, Option<i64>, Vec<u8>)>::from_row(row());
        assert_eq!(read, Err(Error::Column { index: 1, wanted: "integer", found: "text" }));
        assert_eq!(
            row().get::<[u8; 3]>(3),
            Err(Error::Column { index: 3, wanted: "blob of fixed length", found: "blob" })
        );
    }

    #[test]
    fn columns_too_few_or_too_many_are_no_answer() {
        assert!(<(i64,)>::from_row(row()).is_err());
        assert!(<(i64, String, Option<i64>, Vec<u8>, i64)>::from_row(row()).is_err());
        assert!(row().get::<i64>(4).is_err());
    }
}
