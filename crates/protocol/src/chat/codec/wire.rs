//! Reading of wire objects: known keys go to their fields, all others are kept as they came, so that a decoder can never
//! lose one without noticing.

use std::borrow::Cow;
use std::fmt;

use super::cursor::{Wire, read_whole};
use crate::chat::text::{Json, Text};

/// A request or an answer that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{path}`: {reason}")]
pub struct DecodeError {
    /// Where, such as `messages[2].content`; empty for the whole body.
    pub path: String,
    /// What is wrong.
    pub reason: String,
}

/// Where a value stands; lives on the stack, so that it costs nothing until somebody asks.
#[derive(Debug, Clone, Copy)]
pub(in crate::chat) enum Path<'p> {
    Root,
    Key(&'p Path<'p>, &'p str),
    Index(&'p Path<'p>, usize),
    Item(&'p Path<'p>, &'static str, usize),
}

impl Path<'_> {
    pub(in crate::chat) fn key<'s>(&'s self, key: &'s str) -> Path<'s> {
        Path::Key(self, key)
    }

    pub(in crate::chat) fn index(&self, index: usize) -> Path<'_> {
        Path::Index(self, index)
    }

    /// Returns where an item of the list `key` stands.
    pub(in crate::chat) fn item(&self, key: &'static str, index: usize) -> Path<'_> {
        Path::Item(self, key, index)
    }

    pub(in crate::chat) fn error(&self, reason: impl Into<String>) -> DecodeError {
        DecodeError { path: self.to_string(), reason: reason.into() }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Key(Path::Root, key) => formatter.write_str(key),
            Self::Key(parent, key) => write!(formatter, "{parent}.{key}"),
            Self::Item(Path::Root, key, index) => write!(formatter, "{key}[{index}]"),
            Self::Item(parent, key, index) => write!(formatter, "{parent}.{key}[{index}]"),
            Self::Index(parent, index) => write!(formatter, "{parent}[{index}]"),
        }
    }
}

/// Reads a JSON text into a wire type.
pub(in crate::chat) fn read<'a, T: Wire<'a>>(json: &'a str, at: Path<'_>) -> Result<T, DecodeError> {
    read_whole(json).map_err(|error| error.to_error(at))
}

/// Reads a part of the input again. Parts that conversion made are never read again.
pub(in crate::chat) fn read_part<'a, T: Wire<'a>>(json: &Json<'a>, at: Path<'_>) -> Result<T, DecodeError> {
    let text = json.as_borrowed().ok_or_else(|| at.error("the value is not part of the input"))?;
    read(text, at)
}

/// Reads a part of the input that must be a string. It was checked when its surroundings were read, and is most of what a
/// conversation consists of, so it is not looked through again.
pub(in crate::chat) fn read_text<'a>(json: &Json<'a>, at: Path<'_>) -> Result<Text<'a>, DecodeError> {
    let literal = json.as_borrowed().ok_or_else(|| at.error("the value is not part of the input"))?;
    Text::from_literal(literal).ok_or_else(|| at.error("expected a string"))
}

/// Fields that a dialect has and the model does not know, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extra<'a> {
    fields: Vec<(Cow<'a, str>, Json<'a>)>,
}

impl<'a> Extra<'a> {
    /// Adds a field.
    pub fn push(&mut self, key: Cow<'a, str>, value: Json<'a>) {
        self.fields.push((key, value));
    }

    /// Returns the fields that say something; `null` says nothing.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Json<'a>)> {
        self.fields.iter().filter(|(_, value)| value.as_str() != "null").map(|(key, value)| (key.as_ref(), value))
    }

    /// Returns whether there is no field, be it one that says nothing.
    #[inline]
    pub(in crate::chat) fn has_none(&self) -> bool {
        self.fields.is_empty()
    }

    /// Returns whether no field says anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Returns a field.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Json<'a>> {
        self.iter().find(|(name, _)| *name == key).map(|(_, value)| value)
    }

    /// Takes a field away.
    pub(in crate::chat) fn remove(&mut self, key: &str) {
        self.fields.retain(|(name, _)| name != key);
    }

    /// Takes over the fields of an object inside, under keys such as `reasoning.mode`.
    pub(in crate::chat) fn adopt(&mut self, key: &str, inner: Extra<'a>) {
        for (name, value) in inner.fields {
            self.push(format!("{key}.{name}").into(), value);
        }
    }

    /// Puts a field in where the value is there; used for what only the field's own dialect understands.
    pub(in crate::chat) fn keep(&mut self, key: &'static str, value: Option<Json<'a>>) {
        if let Some(value) = value {
            self.push(Cow::Borrowed(key), value);
        }
    }
}

/// Declares an object of the wire, each field with the spellings that its vendor takes: all fields optional, `null` the
/// same as absent, a key that stands twice refused, unknown keys kept.
macro_rules! wire {
    ($($(#[$meta:meta])* struct $name:ident<$life:lifetime> { $($($key:literal)|+ $field:ident: $type:ty,)* })+) => {$(
        $(#[$meta])*
        #[derive(Debug, Default)]
        pub(in crate::chat) struct $name<$life> {
            $(pub(in crate::chat) $field: Option<$type>,)*
            pub(in crate::chat) extra: $crate::chat::codec::wire::Extra<$life>,
        }

        impl<$life> $name<$life> {
            /// Reads the object that begins here into this one, which is larger than what is worth being moved.
            pub(in crate::chat) fn fill(
                &mut self,
                cursor: &mut $crate::chat::codec::cursor::Cursor<$life>,
            ) -> $crate::chat::codec::cursor::Reading<()> {
                cursor.object(|cursor, key| {
                    match key.as_ref() {
                        $($($key)|+ => {
                            if self.$field.is_some() {
                                return Err($crate::chat::codec::cursor::Unreadable::new("stands twice; send it once"));
                            }
                            self.$field = cursor.maybe()?;
                        })*
                        _ => self.extra.push(key, $crate::chat::codec::cursor::Wire::read(cursor)?),
                    }
                    Ok(())
                })
            }
        }

        impl<$life> $crate::chat::codec::cursor::Wire<$life> for $name<$life> {
            fn read(
                cursor: &mut $crate::chat::codec::cursor::Cursor<$life>,
            ) -> $crate::chat::codec::cursor::Reading<Self> {
                let mut object = Self::default();
                object.fill(cursor)?;
                Ok(object)
            }
        }
    )+};
}
pub(in crate::chat) use wire;
