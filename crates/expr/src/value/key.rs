//! Keys of maps: the values that can be found again.

use super::{Text, Value};

/// A key of a map. Whole and floating point numbers are different keys even where they are equal.
#[derive(Clone, Debug, Eq, PartialEq, Ord, PartialOrd)]
pub enum Key<'a> {
    /// Nothing.
    Nil,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// The bits of a floating point number.
    Float(u64),
    /// A text.
    Text(Text<'a>),
}

impl<'a> Key<'a> {
    /// Returns the key for a value, if it can be one.
    #[must_use]
    pub fn of(value: &Value<'a>) -> Option<Self> {
        match value {
            Value::Nil => Some(Self::Nil),
            Value::Bool(value) => Some(Self::Bool(*value)),
            Value::Int(value) => Some(Self::Int(*value)),
            // Both zeros are one key.
            Value::Float(value) => Some(Self::Float(if *value == 0.0 { 0 } else { value.to_bits() })),
            Value::Text(text) => Some(Self::Text(text.clone())),
            Value::List(_) | Value::Map(_) | Value::Moment(_) | Value::Duration(_) | Value::Zone(_) => None,
        }
    }

    /// Returns the value that this key stands for.
    #[must_use]
    pub fn to_value(&self) -> Value<'a> {
        match self {
            Self::Nil => Value::Nil,
            Self::Bool(value) => Value::Bool(*value),
            Self::Int(value) => Value::Int(*value),
            Self::Float(bits) => Value::Float(f64::from_bits(*bits)),
            Self::Text(text) => Value::Text(text.clone()),
        }
    }
}

impl<'a> From<&'a str> for Key<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Text::Borrowed(text))
    }
}

impl From<String> for Key<'_> {
    fn from(text: String) -> Self {
        Self::Text(Text::Shared(text.into()))
    }
}
